//! Globs that match no file, and were surely meant to.
//!
//! A glob without a file is not wrong: the file may be the task's to write. It is a slip where a
//! folder that it names is nearly one that exists, where it names a folder and not what is in it,
//! or where it would match in a deeper folder.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::edit_distance::{self, Letters};
use super::tree::{self, MATCH, Tree, TreeBudget};
use crate::glob::{self, Glob, Undecided};
use crate::path::RepoPath;
use crate::plan::Plan;

/// How much work the slips of a plan are worth: a few seconds of it. A plan of 100,000 globs whose
/// folders are all missing, beside 5,000 folders, takes a tenth of it.
pub(super) const MOST: usize = 1_000_000_000;

/// What it costs to compare two names that are not seen at a glance to be apart.
const COMPARISON: usize = 50;

/// A slip in a glob, and the glob that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typo {
    /// What it is.
    pub kind: TypoKind,
    /// The text of the glob that was probably meant, without the `!` of an exclusion.
    pub meant: String,
}

/// What kind of slip a glob has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypoKind {
    /// A folder that it names is missing, and another has nearly its name.
    Folder {
        /// The path of the first folder that is missing.
        missing: Vec<u8>,
        /// The path of the one that exists.
        near: Vec<u8>,
    },
    /// It names a folder, and a glob matches files.
    WholeFolder,
    /// It matches in the root alone, and nothing there.
    Deeper {
        /// The path of a file that it would match in a deeper folder.
        file: Vec<u8>,
    },
}

/// The slips of a plan by the identities of the globs.
#[derive(Debug, Default)]
pub struct Typos(HashMap<usize, Result<Typo, Undecided>>);

impl Typos {
    pub(super) fn new(plan: &Plan, tree: &Tree<'_>, work: TreeBudget) -> Typos {
        if tree.files().is_empty() {
            return Typos::default();
        }
        let mut typos = HashMap::new();
        let mut asked = HashSet::new();
        let mut finder = Finder { tree, names: HashMap::new(), last: None, work };
        for (_, entry) in plan.glob_entries() {
            let Ok(glob) = &entry.glob else { continue };
            let typo = match finder.missing_folder(glob) {
                // Then no file can match.
                Some(missing) => finder.misspelled(glob, missing),
                None if glob.has_wildcards() && glob.text().contains('/') => continue,
                // The same glob may stand in every lane, and what follows looks at files.
                None if !asked.insert(glob.identity()) => continue,
                None => finder.misplaced(glob),
            };
            if let Some(typo) = typo.transpose() {
                typos.insert(glob.identity(), typo);
            }
        }
        Typos(typos)
    }

    /// The slip of a glob of the plan, if it has one.
    ///
    /// # Errors
    /// [`Undecided`] where a bound on work was reached.
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
    /// The names of the folders in a folder, as they were asked for.
    names: HashMap<&'a [u8], Names<'a>>,
    /// The missing folder that was asked about last, and the one that is near: globs of one lane
    /// mostly lack the same.
    last: Option<(Vec<u8>, Option<Near<'a>>)>,
    work: TreeBudget,
}

/// A folder and the name of one inside it.
type Near<'a> = (&'a [u8], &'a [u8]);

impl<'a> Finder<'_, 'a> {
    /// The slip of a glob whose folders all exist.
    fn misplaced(&mut self, glob: &Glob) -> Result<Option<Typo>, Undecided> {
        if self.names_a_folder(glob)? {
            let meant = format!("{}/**", glob.text());
            return Ok(Some(Typo { kind: TypoKind::WholeFolder, meant }));
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

    /// The folder with nearly the name of one that is missing, and where both are looked for.
    fn near(&mut self, missing: &[u8]) -> Result<Option<Near<'a>>, Undecided> {
        if let Some((last, near)) = &self.last
            && last == missing
        {
            return Ok(*near);
        }
        let parent = tree::folder_of(missing);
        let Some((parent, folder)) = self.tree.folder(parent) else { return Ok(None) };
        let names = self.names.entry(parent).or_insert_with(|| Names::new(&folder.folders));
        let near = names.near(tree::name(missing), &mut self.work)?.map(|near| (parent, near));
        self.last = Some((missing.to_vec(), near));
        Ok(near)
    }

    fn misspelled(&mut self, glob: &Glob, missing: &[u8]) -> Result<Option<Typo>, Undecided> {
        let Some((parent, near)) = self.near(missing)? else { return Ok(None) };
        let depth = missing.iter().filter(|&&byte| byte == b'/').count();
        // A slash cannot be escaped, so before the first wildcard each one parts two components.
        let components = glob.text().split('/').enumerate().map(|(place, component)| {
            if place == depth {
                Cow::Owned(glob::escape(&String::from_utf8_lossy(near)))
            } else {
                Cow::Borrowed(component)
            }
        });
        let meant = components.collect::<Vec<_>>().join("/");
        let near = if parent.is_empty() { near.to_vec() } else { [parent, b"/", near].concat() };
        Ok(Some(Typo { kind: TypoKind::Folder { missing: missing.to_vec(), near }, meant }))
    }

    /// Whether the glob, without wildcards, names a folder and no file.
    fn names_a_folder(&mut self, glob: &Glob) -> Result<bool, Undecided> {
        if let Some(path) = glob.literal() {
            return Ok(self.tree.folder(path).is_some());
        }
        if glob.has_wildcards() {
            return Ok(false);
        }
        let folders = self.tree.folders_beginning_with(glob.prefix());
        self.work.spend(folders.len())?;
        let mut any = false;
        for folder in folders.iter().filter(|folder| folder.ends_with(glob.literals().suffix)) {
            self.work.spend(MATCH)?;
            let Ok(folder) = RepoPath::new(*folder) else { continue };
            if glob.is_match(&folder)? {
                any = true;
                break;
            }
        }
        Ok(any && self.tree.matching(glob, &mut self.work)?.is_empty())
    }

    fn deeper(&mut self, glob: &Glob) -> Result<Option<Typo>, Undecided> {
        if glob.text().contains('/') || self.tree.is_file(glob.prefix()) && glob.literal().is_some()
        {
            return Ok(None);
        }
        let found = self.tree.named(glob, &mut self.work)?;
        let mut files = found.iter().map(|&place| &self.tree.files()[place]);
        let Some(first) = files.next() else { return Ok(None) };
        let deep = |file: &RepoPath| file.as_bytes().contains(&b'/');
        if !deep(first) || !files.all(deep) {
            return Ok(None);
        }
        // The one file of this name is what was meant, and not all that will ever be called so.
        let meant = if glob.literal().is_some() && found.len() == 1 {
            glob::escape_path(first)
        } else {
            format!("**/{}", glob.text())
        };
        let file = first.as_bytes().to_vec();
        Ok(Some(Typo { kind: TypoKind::Deeper { file }, meant }))
    }
}

/// The names of the folders that are in one folder.
///
/// Digits are never edited, so only names with the same digits can be near each other.
struct Names<'t>(HashMap<Vec<u32>, Vec<Name<'t>>>);

struct Name<'t> {
    name: &'t [u8],
    letters: Letters,
    /// A bit for each letter that it holds; several letters may have the same.
    held: u64,
}

impl<'t> Name<'t> {
    fn new(name: &'t [u8]) -> Name<'t> {
        let letters = edit_distance::letters(name);
        let held = letters.iter().fold(0, |held, letter| held | 1 << (letter % 64));
        Name { name, letters, held }
    }

    fn digits(&self) -> Vec<u32> {
        self.letters.iter().copied().filter(|&letter| edit_distance::is_digit(letter)).collect()
    }
}

impl<'t> Names<'t> {
    fn new(folders: &[&'t [u8]]) -> Names<'t> {
        let mut names: HashMap<Vec<u32>, Vec<Name<'t>>> = HashMap::new();
        for name in folders.iter().map(|folder| Name::new(folder)) {
            names.entry(name.digits()).or_default().push(name);
        }
        for names in names.values_mut() {
            names.sort_unstable_by_key(|name| (name.letters.len(), name.name));
        }
        Names(names)
    }

    /// The name that is nearest to one that is none of them; of several, the first in byte order.
    fn near(&self, name: &[u8], work: &mut TreeBudget) -> Result<Option<&'t [u8]>, Undecided> {
        let wanted = Name::new(name);
        let Some(names) = self.0.get(&wanted.digits()) else { return Ok(None) };
        for edits in 1..=edit_distance::edits(&wanted.letters) {
            let length = wanted.letters.len();
            let start = names.partition_point(|other| other.letters.len() + edits < length);
            let end = names.partition_point(|other| other.letters.len() <= length + edits);
            work.spend(end - start)?;
            let mut nearest: Option<&'t [u8]> = None;
            for other in &names[start..end] {
                // An edit changes two of the letters that are held, at the most.
                if (wanted.held ^ other.held).count_ones() as usize > 2 * edits {
                    continue;
                }
                work.spend(COMPARISON)?;
                let sooner = nearest.is_none_or(|nearest| other.name < nearest);
                if sooner && edit_distance::is_near(&wanted.letters, &other.letters, edits) {
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
