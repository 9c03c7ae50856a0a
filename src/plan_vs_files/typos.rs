//! Globs that match no file because of a typo.
//!
//! A glob without a match may be right: the task may create the file. It counts as a typo if the
//! name of a missing folder resembles an existing one, if the glob names a folder instead of the
//! files in it, or if it would match in a deeper folder.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::edit_distance::{self, CodePoints};
use super::tree::{self, MATCH_COST, Tree, TreeBudget};
use crate::glob::{self, Glob, Undecided};
use crate::path::RepoPath;
use crate::plan::Plan;

/// The budget for the typos of a plan: a few seconds. 100,000 globs with missing folders, compared
/// with 5,000 existing ones, spend a tenth of it.
pub(super) const MAX_STEPS: usize = 1_000_000_000;

/// The cost of comparing two names that pass the cheap tests.
const COMPARISON_COST: usize = 50;

/// A typo in a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typo {
    /// What is wrong.
    pub kind: TypoKind,
    /// The glob that was probably meant, without the `!` of an exclusion.
    pub suggestion: String,
}

/// What is wrong with a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypoKind {
    /// A folder that it names is missing, but one with a similar name exists.
    Folder {
        /// The path of the first missing folder.
        missing: Vec<u8>,
        /// The path of the similar one.
        similar: Vec<u8>,
    },
    /// It names a folder, but globs match files.
    WholeFolder,
    /// It matches only at the root, and the files are deeper.
    Deeper {
        /// The path of a file that it would match in a deeper folder.
        file: Vec<u8>,
    },
}

/// The typos of a plan, by the identity of the glob.
#[derive(Debug, Default)]
pub struct Typos(HashMap<usize, Result<Typo, Undecided>>);

impl Typos {
    pub(super) fn new(plan: &Plan, tree: &Tree<'_>, tree_budget: TreeBudget) -> Typos {
        if tree.files().is_empty() {
            return Typos::default();
        }
        let mut typos = HashMap::new();
        let mut checked = HashSet::new();
        let mut finder = Finder { tree, names: HashMap::new(), last: None, tree_budget };
        for (_, entry) in plan.glob_entries() {
            let Ok(glob) = &entry.glob else { continue };
            let typo = match finder.missing_folder(glob) {
                // No file can match.
                Some(missing) => finder.misspelled(glob, missing),
                None if glob.has_wildcards() && glob.text().contains('/') => continue,
                // The same glob may be in many lanes, and the next check looks at files.
                None if !checked.insert(glob.identity()) => continue,
                None => finder.misplaced(glob),
            };
            if let Some(typo) = typo.transpose() {
                typos.insert(glob.identity(), typo);
            }
        }
        Typos(typos)
    }

    /// The typo in a glob of the plan, if any.
    ///
    /// # Errors
    /// [`Undecided`] if the work limit was reached.
    pub fn of(&self, glob: &Glob) -> Result<Option<&Typo>, Undecided> {
        match self.0.get(&glob.identity()) {
            None => Ok(None),
            Some(Ok(typo)) => Ok(Some(typo)),
            Some(Err(Undecided)) => Err(Undecided),
        }
    }
}

struct Finder<'t, 'a> {
    tree: &'t Tree<'a>,
    /// The names of the folders in a folder, cached when first needed.
    names: HashMap<&'a [u8], Names<'a>>,
    /// The last missing folder and its similar one: the globs of a lane mostly miss the same one.
    last: Option<(Vec<u8>, Option<SimilarFolder<'a>>)>,
    tree_budget: TreeBudget,
}

/// A folder that exists: its parent and its name.
type SimilarFolder<'a> = (&'a [u8], &'a [u8]);

impl<'a> Finder<'_, 'a> {
    /// The typo in a glob whose folders all exist.
    fn misplaced(&mut self, glob: &Glob) -> Result<Option<Typo>, Undecided> {
        if self.names_a_folder(glob)? {
            let suggestion = format!("{}/**", glob.text());
            return Ok(Some(Typo { kind: TypoKind::WholeFolder, suggestion }));
        }
        self.deeper(glob)
    }

    /// The first folder of the literal prefix that does not exist.
    fn missing_folder<'g>(&self, glob: &'g Glob) -> Option<&'g [u8]> {
        let exists = |folder: &[u8]| self.tree.folder(folder).is_some();
        let deepest = tree::parents(glob.prefix()).next()?;
        if deepest.is_empty() || exists(deepest) {
            return None;
        }
        let slashes = deepest.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let mut above = slashes.map(|(end, _)| &deepest[..end]);
        Some(above.find(|folder| !exists(folder)).unwrap_or(deepest))
    }

    /// The folder with a name similar to that of a missing one, in the same parent.
    fn similar(&mut self, missing: &[u8]) -> Result<Option<SimilarFolder<'a>>, Undecided> {
        if let Some((last, similar)) = &self.last
            && last == missing
        {
            return Ok(*similar);
        }
        let parent = tree::folder_of(missing);
        let Some((parent, folder)) = self.tree.folder(parent) else { return Ok(None) };
        let names = self.names.entry(parent).or_insert_with(|| Names::new(&folder.folders));
        let similar = names
            .similar(tree::name(missing), &mut self.tree_budget)?
            .map(|similar| (parent, similar));
        self.last = Some((missing.to_vec(), similar));
        Ok(similar)
    }

    fn misspelled(&mut self, glob: &Glob, missing: &[u8]) -> Result<Option<Typo>, Undecided> {
        let Some((parent, similar)) = self.similar(missing)? else { return Ok(None) };
        let depth = missing.iter().filter(|&&byte| byte == b'/').count();
        // Slashes cannot be escaped, so each one before the first wildcard splits two components.
        let components = glob.text().split('/').enumerate().map(|(index, component)| {
            if index == depth {
                Cow::Owned(glob::escape(&String::from_utf8_lossy(similar)))
            } else {
                Cow::Borrowed(component)
            }
        });
        let suggestion = components.collect::<Vec<_>>().join("/");
        let similar =
            if parent.is_empty() { similar.to_vec() } else { [parent, b"/", similar].concat() };
        Ok(Some(Typo { kind: TypoKind::Folder { missing: missing.to_vec(), similar }, suggestion }))
    }

    /// Whether a glob without wildcards names a folder and no file.
    fn names_a_folder(&mut self, glob: &Glob) -> Result<bool, Undecided> {
        if let Some(path) = glob.literal() {
            return Ok(self.tree.folder(path).is_some());
        }
        if glob.has_wildcards() {
            return Ok(false);
        }
        let folders = self.tree.folders_with_prefix(glob.prefix());
        self.tree_budget.spend(folders.len())?;
        let mut any = false;
        for folder in folders.iter().filter(|folder| folder.ends_with(glob.literals().suffix)) {
            self.tree_budget.spend(MATCH_COST)?;
            let Ok(folder) = RepoPath::new(*folder) else { continue };
            if glob.is_match(&folder)? {
                any = true;
                break;
            }
        }
        Ok(any && self.tree.matching(glob, &mut self.tree_budget)?.is_empty())
    }

    fn deeper(&mut self, glob: &Glob) -> Result<Option<Typo>, Undecided> {
        if glob.text().contains('/') || self.tree.is_file(glob.prefix()) && glob.literal().is_some()
        {
            return Ok(None);
        }
        let found = self.tree.matching_basename(glob, &mut self.tree_budget)?;
        let mut files = found.iter().map(|&index| &self.tree.files()[index]);
        let Some(first) = files.next() else { return Ok(None) };
        let is_deep = |file: &RepoPath| file.as_bytes().contains(&b'/');
        if !is_deep(first) || !files.all(is_deep) {
            return Ok(None);
        }
        // With only one file of this name, suggest that file, not all files of the name.
        let suggestion = if glob.literal().is_some() && found.len() == 1 {
            glob::escape_path(first)
        } else {
            format!("**/{}", glob.text())
        };
        let file = first.as_bytes().to_vec();
        Ok(Some(Typo { kind: TypoKind::Deeper { file }, suggestion }))
    }
}

/// The names of the folders in one folder, by their digits.
///
/// Digits are never edited, so only names with the same digits can be similar.
struct Names<'t>(HashMap<Vec<u32>, Vec<Name<'t>>>);

struct Name<'t> {
    name: &'t [u8],
    code_points: CodePoints,
    /// A bit per code point in the name; several code points share a bit.
    bits: u64,
}

impl<'t> Name<'t> {
    fn new(name: &'t [u8]) -> Name<'t> {
        let code_points = edit_distance::code_points(name);
        let bits = code_points.iter().fold(0, |bits, code_point| bits | 1 << (code_point % 64));
        Name { name, code_points, bits }
    }

    fn digits(&self) -> Vec<u32> {
        self.code_points
            .iter()
            .copied()
            .filter(|&code_point| edit_distance::is_digit(code_point))
            .collect()
    }
}

impl<'t> Names<'t> {
    fn new(folders: &[&'t [u8]]) -> Names<'t> {
        let mut names: HashMap<Vec<u32>, Vec<Name<'t>>> = HashMap::new();
        for name in folders.iter().map(|folder| Name::new(folder)) {
            names.entry(name.digits()).or_default().push(name);
        }
        for names in names.values_mut() {
            names.sort_unstable_by_key(|name| (name.code_points.len(), name.name));
        }
        Names(names)
    }

    /// The name with the fewest edits to `name`; the first in byte order if there are several.
    fn similar(
        &self,
        name: &[u8],
        tree_budget: &mut TreeBudget,
    ) -> Result<Option<&'t [u8]>, Undecided> {
        let wanted = Name::new(name);
        let Some(names) = self.0.get(&wanted.digits()) else { return Ok(None) };
        for edits in 1..=edit_distance::max_edits(&wanted.code_points) {
            let length = wanted.code_points.len();
            let start = names.partition_point(|other| other.code_points.len() + edits < length);
            let end = names.partition_point(|other| other.code_points.len() <= length + edits);
            tree_budget.spend(end - start)?;
            let mut nearest: Option<&'t [u8]> = None;
            for other in &names[start..end] {
                // One edit changes at most two of the bits.
                if (wanted.bits ^ other.bits).count_ones() as usize > 2 * edits {
                    continue;
                }
                tree_budget.spend(COMPARISON_COST)?;
                let is_first = nearest.is_none_or(|nearest| other.name < nearest);
                if is_first
                    && edit_distance::within_edits(&wanted.code_points, &other.code_points, edits)
                {
                    nearest = Some(other.name);
                }
            }
            if nearest.is_some() {
                return Ok(nearest);
            }
        }
        Ok(None)
    }
}
