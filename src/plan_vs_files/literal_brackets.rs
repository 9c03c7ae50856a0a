//! Globs with a class that is part of an existing name: `x[ab]/y` where a folder `x[ab]` exists.

use super::tree::Tree;
use crate::glob::{Glob, escape};
use crate::path::RepoPath;

/// An existing name that a glob contains letter by letter, but does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralBrackets {
    /// The file or folder of that name.
    pub path: RepoPath,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// The glob with this name escaped, without the `!` of an exclusion.
    pub suggestion: String,
}

/// The longest existing name at the start of a glob that ends in a component with a class.
///
/// Such a glob never matches what is there: without `*` and `{}` its components have a fixed length,
/// and a class is shorter than its text.
pub(super) fn find(glob: &Glob, tree: &Tree<'_>) -> Option<LiteralBrackets> {
    if !glob.text().contains('[') {
        return None;
    }
    let components: Vec<&str> = glob.text().split('/').collect();
    let (mut names, mut found) = (Vec::new(), None);
    for (index, component) in components.iter().enumerate() {
        let Some((name, has_class)) = by_letters(component) else { break };
        names.push(name);
        if !has_class {
            continue;
        }
        let Ok(path) = RepoPath::new(names.join("/")) else { break };
        let is_folder = tree.folder(path.as_bytes()).is_some();
        let is_last = index + 1 == components.len();
        if is_folder || is_last && tree.is_file(path.as_bytes()) {
            let escaped = names.iter().map(|name| escape(name));
            let rest = components[index + 1..].iter().map(|&component| component.to_owned());
            let suggestion = escaped.chain(rest).collect::<Vec<_>>().join("/");
            found = Some(LiteralBrackets { path, is_folder, suggestion });
        }
    }
    found
}

/// A component as a name, and whether it has a class; `None` if it has other wildcards.
fn by_letters(component: &str) -> Option<(String, bool)> {
    let (mut name, mut has_class) = (String::with_capacity(component.len()), false);
    let mut characters = component.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => name.extend(characters.next()),
            '*' | '?' | '{' | '}' => return None,
            character => {
                has_class |= character == '[';
                name.push(character);
            }
        }
    }
    Some((name, has_class))
}
