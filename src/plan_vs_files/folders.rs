//! The folders that the globs of one lane name, and names that are nearly one of them.

use std::collections::HashMap;

use super::edit_distance;
use crate::glob::Glob;

/// The most names of one folder that a name is compared with.
const MOST_NAMES: usize = 64;

/// From how many letters on a name can be a misspelling of another: `src/a` and `src/b` are two
/// names.
const SHORTEST: usize = 3;

/// The folders of the literal beginnings of some globs, by the folders that they are in.
#[derive(Debug, Default)]
pub struct NamedFolders<'g>(HashMap<&'g [u8], Vec<&'g [u8]>>);

impl<'g> NamedFolders<'g> {
    /// Of these globs.
    pub fn new(globs: impl IntoIterator<Item = &'g Glob>) -> NamedFolders<'g> {
        let mut folders: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
        for (parent, name) in globs.into_iter().flat_map(folders_of) {
            folders.entry(parent).or_default().push(name);
        }
        for names in folders.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        NamedFolders(folders)
    }

    /// Whether the first folder of a glob that is none of these may be one of them, misspelled.
    #[must_use]
    pub fn is_misspelled(&self, glob: &Glob) -> bool {
        for (parent, name) in folders_of(glob) {
            let Some(names) = self.0.get(parent) else { return false };
            if names.binary_search(&name).is_err() {
                return names.len() > MOST_NAMES || names.iter().any(|other| is_near(name, other));
            }
        }
        false
    }
}

fn is_near(name: &[u8], other: &[u8]) -> bool {
    let (name, other) = (edit_distance::letters(name), edit_distance::letters(other));
    name.len().min(other.len()) >= SHORTEST
        && edit_distance::is_near(&name, &other, edit_distance::edits(&name))
}

/// The folders that a glob's literal beginning names, from the root down: each with the one it is in.
fn folders_of(glob: &Glob) -> impl Iterator<Item = (&[u8], &[u8])> {
    let prefix = glob.prefix();
    let mut start = 0;
    std::iter::from_fn(move || {
        let end = start + prefix[start..].iter().position(|&byte| byte == b'/')?;
        let folder = (&prefix[..start], &prefix[start..end]);
        start = end + 1;
        Some(folder)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_that_differs_decides() {
        let globs =
            ["src/content/lessons/**", "docs/a/x", "lib/**"].map(|text| Glob::parse(text).unwrap());
        let named = NamedFolders::new(&globs);
        for (glob, expected) in [
            ("src/contnet/schema/**", true),
            ("src/contents/lessons/x", true),
            ("doc/x/**", true),
            ("libs/x", true),
            ("src/content/lesons/**", true),
            ("src/content/quizzes/**", false),
            ("src/content/x", false),
            // The last component names files.
            ("src/contnet", false),
            ("docs/b/x", false),
            ("tests/**", false),
            ("**/contnet/x", false),
        ] {
            assert_eq!(named.is_misspelled(&Glob::parse(glob).unwrap()), expected, "{glob}");
        }
    }
}
