//! What globs match below a folder, relative to it, so that two folders can be compared.

use super::automaton::Automaton;
use super::intersection::{self, Intersection};
use super::{Budget, Glob, Undecided, everything, invalid_paths};
use crate::path::RepoPath;

/// The paths of a glob below a folder, relative to it.
#[derive(Debug)]
pub(crate) struct Rest<'g> {
    glob: &'g Glob,
    folder: Option<&'g RepoPath>,
    automaton: Automaton,
}

impl Glob {
    /// What the glob matches below a folder or, for `None`, the root. Returns `None` if it matches
    /// nothing there.
    ///
    /// # Errors
    /// [`Undecided`] if the automaton would be too large.
    pub(crate) fn rest<'g>(
        &'g self,
        folder: Option<&'g RepoPath>,
    ) -> Result<Option<Rest<'g>>, Undecided> {
        let above = folder.map(|folder| [folder.as_bytes(), b"/"].concat()).unwrap_or_default();
        let common = above.len().min(self.prefix().len());
        if above[..common] != self.prefix()[..common] {
            return Ok(None);
        }
        let automaton = self.automaton()?.rest(&above);
        Ok(automaton.map(|automaton| Rest { glob: self, folder, automaton }))
    }

    /// Whether the glob has paths below a folder and contains the folder's name literally:
    /// `src/gen/*.rs` names `src/gen`, `**/*.rs` does not.
    ///
    /// # Errors
    /// [`Undecided`] if the automaton would be too large.
    pub(crate) fn names_folder(&self, folder: &RepoPath) -> Result<bool, Undecided> {
        let common = folder.as_bytes().len().min(self.prefix().len());
        if folder.as_bytes()[..common] != self.prefix()[..common] || self.literal_is_within(folder)
        {
            return Ok(false);
        }
        Ok(self.automaton()?.names_folder(folder.as_bytes()))
    }

    /// Whether the glob is a single path that is too short to be below the folder.
    fn literal_is_within(&self, folder: &RepoPath) -> bool {
        self.literal().is_some_and(|path| path.len() <= folder.as_bytes().len())
    }
}

impl Rest<'_> {
    fn globset_matches(&self, rest: &[u8]) -> bool {
        let path = match self.folder {
            Some(folder) => [folder.as_bytes(), b"/", rest].concat(),
            None => rest.to_vec(),
        };
        RepoPath::new(path).is_ok_and(|path| self.glob.globset_matches(&path))
    }
}

/// The first path in `one`, in `other` if given, and in none of `subtracted`.
///
/// # Errors
/// [`Undecided`] if the budget runs out, or `globset` does not confirm the path.
pub(crate) fn intersection_below(
    one: &Rest<'_>,
    other: Option<&Rest<'_>>,
    subtracted: &[Rest<'_>],
    budget: &mut Budget,
) -> Result<Option<RepoPath>, Undecided> {
    let everything = everything();
    let right = other.map_or_else(|| everything.automaton(), |other| Ok(&other.automaton))?;
    let automata: Vec<&Automaton> =
        subtracted.iter().map(|rest| &rest.automaton).chain([invalid_paths()]).collect();
    let witness = match intersection::intersection(&one.automaton, right, &automata, budget) {
        Intersection::Disjoint => return Ok(None),
        Intersection::GaveUp => {
            budget.give_up();
            return Err(Undecided);
        }
        Intersection::At(witness) => witness.path,
    };
    let confirmed = one.globset_matches(&witness)
        && other.is_none_or(|other| other.globset_matches(&witness))
        && !subtracted.iter().any(|rest| rest.globset_matches(&witness));
    let path = RepoPath::new(witness).map_err(|_| Undecided)?;
    if confirmed { Ok(Some(path)) } else { Err(Undecided) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        text.parse().unwrap()
    }

    #[test]
    fn first_path_below_folder() {
        for (glob, folder, subtracted, expected) in [
            ("out/**", "out", &[][..], Some("0")),
            ("out/**", "out/a/b", &[], Some("0")),
            ("out/*", "out/a", &[], None),
            ("out/x", "out", &[], Some("x")),
            ("out", "out", &[], None),
            ("outer/x", "out", &[], None),
            ("**/*.lock", "src", &[], Some(".lock")),
            ("{a,b/c}/*.rs", "b", &[], Some("c/.rs")),
            ("src/**", "src", &["src/*"], Some("0/0")),
            ("src/**", "src", &["src/*", "src/*/**"], None),
            ("**/*.lock", "src", &["**/*.lock"], None),
        ] {
            let subtracted: Vec<Glob> =
                subtracted.iter().map(|text| Glob::parse(text).unwrap()).collect();
            let (glob, folder) = (Glob::parse(glob).unwrap(), path(folder));
            let subtracted: Vec<Rest<'_>> =
                subtracted.iter().filter_map(|glob| glob.rest(Some(&folder)).unwrap()).collect();
            let found = glob.rest(Some(&folder)).unwrap().and_then(|rest| {
                intersection_below(&rest, None, &subtracted, &mut Budget::default()).unwrap()
            });
            assert_eq!(found, expected.map(path), "{glob} {folder}");
        }
        let root = Glob::parse("a/b").unwrap();
        let rest = root.rest(None).unwrap().unwrap();
        let found = intersection_below(&rest, None, &[], &mut Budget::default());
        assert_eq!(found, Ok(Some(path("a/b"))));
    }

    #[test]
    fn literally_named_folders() {
        for (glob, folder, expected) in [
            ("src/gen/**", "src/gen", true),
            ("src/gen/**", "src", true),
            ("src/gen/x.json", "src/gen", true),
            ("src/gen", "src/gen", false),
            ("src/generated/**", "src/gen", false),
            ("**/gen/**", "a/b/gen", true),
            ("src/*/gen/x", "src/a/gen", true),
            ("src/{a,b/c}/x", "src/b/c", true),
            ("src/g{a,b}/x", "src/ga", true),
            ("src/[a-b]/x", "src/a", true),
            ("**/*.lock", "src/main.rs", false),
            ("src/*/x", "src/main.rs", false),
            ("src/**", "src/main.rs", false),
            ("src/g*/x", "src/gen", false),
        ] {
            let found = Glob::parse(glob).unwrap().names_folder(&path(folder));
            assert_eq!(found, Ok(expected), "{glob} {folder}");
        }
    }
}
