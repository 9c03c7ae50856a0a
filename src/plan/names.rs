//! Checks of names, and suggestions for misspelled ones.

use crate::source::excerpt;

/// The rules whose `allow` needs a path: without one, a task could write anywhere.
pub(crate) const NEED_PATH: [&str; 2] = ["foreign-lane", "out-of-lane"];

/// Why a task id is invalid, by the rules of `docs/plan.md`.
pub(crate) fn id_fault(id: &str) -> Option<String> {
    if id.is_empty() {
        return Some("it is empty".to_owned());
    }
    if let Some(character) = id.chars().find(|character| {
        !character.is_ascii_alphanumeric() && !matches!(character, '.' | '_' | '-' | '/')
    }) {
        return Some(format!("it contains `{}`", character.escape_debug()));
    }
    for part in id.split('/') {
        if part.is_empty() {
            return Some("it starts or ends with `/`, or contains `//`".to_owned());
        }
        if !part.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Some(format!("`{}` does not start with a letter or digit", excerpt(part)));
        }
        if part.ends_with('.') || part.ends_with(".lock") {
            return Some(format!(
                "`{}` ends with `.` or `.lock`, which git does not allow in a branch name",
                excerpt(part)
            ));
        }
        if part.contains("..") {
            return Some("it contains `..`".to_owned());
        }
    }
    None
}

/// The candidate closest to a misspelled `word`, if one is close enough.
pub(crate) fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let length = word.chars().count();
    let max_distance = (length / 3).max(1);
    // Distances take quadratic time, and longer words are rarely typos.
    if length > 64 {
        return None;
    }
    words
        .filter(|other| other.chars().count().abs_diff(length) <= max_distance)
        .map(|other| (strsim::osa_distance(word, other), other))
        .filter(|&(distance, _)| distance <= max_distance)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

/// The words in backticks, separated by commas.
pub(super) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
