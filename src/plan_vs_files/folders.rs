//! Folder names in the globs of one lane, and misspellings of them.

use std::collections::HashMap;

use super::edit_distance;
use crate::glob::Glob;

/// The most sibling folders that a name is compared with.
const MAX_NAMES: usize = 64;

/// Shorter names are never misspellings: `src/a` and `src/b` are different names.
const MIN_LETTERS: usize = 3;

/// The folders in the literal prefixes of some globs, by their parents.
#[derive(Debug, Default)]
pub struct LiteralFolders<'g>(HashMap<&'g [u8], Vec<&'g [u8]>>);

impl<'g> LiteralFolders<'g> {
    /// Collects the folders of these globs.
    pub fn new(globs: impl IntoIterator<Item = &'g Glob>) -> LiteralFolders<'g> {
        let mut folders: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
        for (parent, name) in globs.into_iter().flat_map(folders_of) {
            folders.entry(parent).or_default().push(name);
        }
        for names in folders.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        LiteralFolders(folders)
    }

    /// Whether the first unknown folder of a glob may be a misspelling of a known one.
    #[must_use]
    pub fn is_misspelled(&self, glob: &Glob) -> bool {
        for (parent, name) in folders_of(glob) {
            let Some(names) = self.0.get(parent) else { return false };
            if names.binary_search(&name).is_err() {
                return names.len() > MAX_NAMES
                    || names.iter().any(|other| is_similar(name, other));
            }
        }
        false
    }
}

fn is_similar(name: &[u8], other: &[u8]) -> bool {
    let (name, other) = (edit_distance::code_points(name), edit_distance::code_points(other));
    name.len().min(other.len()) >= MIN_LETTERS
        && edit_distance::within_edits(&name, &other, edit_distance::max_edits(&name))
}

/// The folders in the literal prefix of a glob, from the root down: each as parent and name.
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
    fn first_unknown_folder_decides() {
        let globs =
            ["src/content/lessons/**", "docs/a/x", "lib/**"].map(|text| Glob::parse(text).unwrap());
        let folders = LiteralFolders::new(&globs);
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
            assert_eq!(folders.is_misspelled(&Glob::parse(glob).unwrap()), expected, "{glob}");
        }
    }
}
