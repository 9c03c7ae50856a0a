//! Where to look for a plan if none is given.

use crate::path::RepoPath;

/// The files that can be a folder's plan, as can [`FOLDER`].
pub const FILES: &[&str] = &[
    "lanes.yaml",
    "lanes.yml",
    ".lanes.yaml",
    ".lanes.yml",
    ".github/lanes.yaml",
    ".github/lanes.yml",
];

/// The subfolder whose files together can be a folder's plan.
pub const FOLDER: &str = ".lanes";

/// Whether a file in a plan folder is part of the plan.
#[must_use]
pub fn is_part(name: &[u8]) -> bool {
    [&b".yaml"[..], b".yml", b".json"].iter().any(|ending| name.ends_with(ending))
}

/// The folders to search for a plan: `start` and its parents, up to the root, which is `None`.
#[must_use]
pub fn folders(start: Option<&RepoPath>) -> Vec<Option<RepoPath>> {
    let mut folders = Vec::new();
    let mut rest = start.map_or(&b""[..], RepoPath::as_bytes);
    while let Ok(folder) = RepoPath::new(rest) {
        folders.push(Some(folder));
        rest = rest.iter().rposition(|&byte| byte == b'/').map_or(&b""[..], |slash| &rest[..slash]);
    }
    folders.push(None);
    folders
}

/// Joins a folder and a file name; `None` if the result is not a valid path.
#[must_use]
pub fn inside(folder: Option<&RepoPath>, name: &[u8]) -> Option<RepoPath> {
    let path = match folder {
        Some(folder) => [folder.as_bytes(), b"/", name].concat(),
        None => name.to_vec(),
    };
    RepoPath::new(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_up_to_root() {
        let start = "a/b".parse().unwrap();
        let shown: Vec<_> = folders(Some(&start))
            .iter()
            .map(|folder| inside(folder.as_ref(), b"lanes.yaml").unwrap().to_string())
            .collect();
        assert_eq!(shown, ["a/b/lanes.yaml", "a/lanes.yaml", "lanes.yaml"]);
        assert_eq!(folders(None), [None]);
    }

    #[test]
    fn parts_by_extension() {
        for (name, part) in [("a.yaml", true), ("a.yml", true), ("a.json", true), ("a.md", false)] {
            assert_eq!(is_part(name.as_bytes()), part, "{name}");
        }
    }
}
