//! Names that a plan uses: what is wrong with one, and which was probably meant.

use crate::source::excerpt;

/// The rule whose allowance has to name a path: without one, a task could write anywhere.
pub(crate) const NEEDS_PATH: &str = "out-of-lane";

/// What is wrong with a task's id, by the contract's rules.
pub(crate) fn id_fault(id: &str) -> Option<String> {
    if id.is_empty() {
        return Some("it is empty".to_owned());
    }
    if let Some(character) = id.chars().find(|character| {
        !character.is_ascii_alphanumeric() && !matches!(character, '.' | '_' | '-' | '/')
    }) {
        return Some(format!("it holds `{}`", character.escape_debug()));
    }
    for part in id.split('/') {
        if part.is_empty() {
            return Some("it begins or ends with `/`, or holds two in a row".to_owned());
        }
        if !part.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Some(format!("`{}` begins with neither a letter nor a digit", excerpt(part)));
        }
        if part.ends_with('.') || part.ends_with(".lock") {
            return Some(format!(
                "`{}` ends in `.` or `.lock`, which no branch can",
                excerpt(part)
            ));
        }
        if part.contains("..") {
            return Some("it holds `..`".to_owned());
        }
    }
    None
}

/// What is wrong with the name of a branch, by the rules of `git check-ref-format --branch`.
pub(super) fn branch_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.starts_with('-') {
        return Some("it begins with `-`");
    }
    if name.starts_with("refs/") {
        return Some("it is a whole reference; a branch is named without `refs/heads/`");
    }
    let forbidden = |character: char| {
        character.is_control()
            || matches!(character, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    if name.contains(forbidden) || name.contains("..") || name.contains("@{") || name == "@" {
        return Some("it holds what git keeps for other uses");
    }
    let wrong_part =
        |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if name.split('/').any(wrong_part) || name.ends_with('.') {
        return Some("a part of it is empty, begins with `.`, or ends in `.` or `.lock`");
    }
    None
}

/// The word that someone who wrote `word` probably meant.
pub(crate) fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let length = word.chars().count();
    let most = (length / 3).max(1);
    // Distances are quadratic: nobody misspells a word of more letters than this.
    if length > 64 {
        return None;
    }
    words
        .filter(|other| other.chars().count().abs_diff(length) <= most)
        .map(|other| (strsim::osa_distance(word, other), other))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

pub(super) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
