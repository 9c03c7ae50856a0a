//! Where a plan is looked for when none is named.

use crate::path::RepoPath;

/// The files that can be the plan of a folder, beside the folder [`FOLDER`].
pub const FILES: &[&str] = &[
    "lanes.yaml",
    "lanes.yml",
    ".lanes.yaml",
    ".lanes.yml",
    ".github/lanes.yaml",
    ".github/lanes.yml",
];

/// The folder whose files together can be the plan of the folder that holds it.
pub const FOLDER: &str = ".lanes";

/// Whether a file of a plan folder is part of the plan, by its name.
#[must_use]
pub fn is_part(name: &[u8]) -> bool {
    [&b".yaml"[..], b".yml", b".json"].iter().any(|ending| name.ends_with(ending))
}

/// The folders in which a plan is looked for, beginning with `start`, each the parent of the one
/// before, down to the root. The root is nothing.
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

/// The path of a name inside a folder.
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
    fn a_plan_is_looked_for_up_to_the_root() {
        let start = "a/b".parse().unwrap();
        let shown: Vec<_> = folders(Some(&start))
            .iter()
            .map(|folder| inside(folder.as_ref(), b"lanes.yaml").unwrap().to_string())
            .collect();
        assert_eq!(shown, ["a/b/lanes.yaml", "a/lanes.yaml", "lanes.yaml"]);
        assert_eq!(folders(None), [None]);
    }

    #[test]
    fn a_plan_folder_is_its_yaml_and_json_files() {
        for (name, part) in [("a.yaml", true), ("a.yml", true), ("a.json", true), ("a.md", false)] {
            assert_eq!(is_part(name.as_bytes()), part, "{name}");
        }
    }
}
