//! Branch names, and patterns for them.

use std::sync::LazyLock;

use super::Spanned;
use crate::glob::{self, Budget, Glob, Undecided};
use crate::path::RepoPath;
use crate::source::excerpt;

/// A branch name in a plan, or a pattern for branch names.
#[derive(Clone, Debug)]
pub struct BranchName {
    /// The name or pattern as written, with its source.
    pub text: Spanned<String>,
    /// The pattern, in the glob language; `None` for a name.
    pub pattern: Option<Glob>,
}

/// Why a text is neither a branch name nor a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BranchFault {
    pub(super) is_pattern: bool,
    pub(super) problem: String,
    pub(super) help: String,
    /// What was probably meant.
    pub(super) meant: Option<String>,
}

/// The characters that make a text a pattern. git allows the first three in no name.
const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

const USE_GIT_NAME: &str = "use the name that `git branch` shows";

impl BranchName {
    /// The branch of a task that names none.
    pub(super) fn implicit(id: &Spanned<std::sync::Arc<str>>) -> BranchName {
        let text = Spanned { value: id.value.to_string(), span: id.span };
        BranchName { text, pattern: None }
    }

    /// A glob for the branches, as if they were paths; `None` for a name that git does not allow.
    #[must_use]
    pub fn glob(&self) -> Option<Glob> {
        match &self.pattern {
            Some(pattern) => Some(pattern.clone()),
            None => self.text.value.parse::<RepoPath>().ok().map(|path| glob::exactly(&path)),
        }
    }

    /// Whether it is a branch of this name, or one of several.
    ///
    /// # Errors
    /// [`Undecided`] if the automaton of the pattern would be too large.
    pub fn is_match(&self, name: &str) -> Result<bool, Undecided> {
        match &self.pattern {
            Some(pattern) => name.parse().map_or(Ok(false), |path| pattern.is_match(&path)),
            None => Ok(self.text.value == name),
        }
    }
}

/// Parses a name or pattern.
pub(super) fn parse(text: &str) -> Result<Option<Glob>, BranchFault> {
    parse_as(text, text.contains(WILDCARDS))
}

/// Checks a name, which is never a pattern.
pub(super) fn parse_name(text: &str) -> Result<(), BranchFault> {
    parse_as(text, false).map(drop)
}

fn parse_as(text: &str, is_pattern: bool) -> Result<Option<Glob>, BranchFault> {
    let fault = |problem: String, help: &str, meant: Option<&str>| BranchFault {
        is_pattern,
        problem,
        help: help.to_owned(),
        meant: meant.map(str::to_owned),
    };
    for prefix in ["refs/heads/", "refs/remotes/origin/", "origin/"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            let help = format!(
                "write `{}`: it stands for the local branch and the one at origin",
                excerpt(rest)
            );
            return Err(fault(format!("it starts with `{prefix}`"), &help, Some(rest)));
        }
    }
    if text.starts_with("refs/") {
        return Err(fault("it starts with `refs/`".to_owned(), USE_GIT_NAME, None));
    }
    if !is_pattern {
        return match name_fault(text) {
            Some(problem) => Err(fault(problem.to_owned(), USE_GIT_NAME, None)),
            None => Ok(None),
        };
    }
    let pattern = Glob::parse(text).map_err(|errors| {
        let first = errors.into_iter().next();
        let (problem, help) = first.map_or_else(Default::default, |it| (it.problem, it.help));
        fault(problem, &help, None)
    })?;
    if let Some(character) = forbidden_literal(text) {
        let problem = format!("git allows `{}` in no branch name", character.escape_default());
        return Err(fault(problem, USE_GIT_NAME, None));
    }
    let invalid: Vec<&Glob> = INVALID_NAMES.iter().collect();
    match pattern.reaches_outside(&invalid, &mut Budget::default()) {
        Some(true) => Ok(Some(pattern)),
        Some(false) => Err(fault(
            "git allows none of the names that it matches".to_owned(),
            USE_GIT_NAME,
            None,
        )),
        None => Err(fault("it is too complex".to_owned(), "use a simpler pattern", None)),
    }
}

/// Why a branch name is invalid, by the rules of `git check-ref-format --branch`, or `HEAD`.
pub(crate) fn name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name == "HEAD" {
        return Some("`HEAD` is what is checked out, not a branch");
    }
    if name.starts_with('-') {
        return Some("it starts with `-`");
    }
    if name.contains(is_forbidden) || name.contains("..") || name.contains("@{") || name == "@" {
        return Some("it contains characters that git does not allow");
    }
    let is_invalid = |component: &str| {
        component.is_empty() || component.starts_with('.') || component.ends_with(".lock")
    };
    if name.split('/').any(is_invalid) || name.ends_with('.') {
        return Some("a component is empty, starts with `.`, or ends with `.` or `.lock`");
    }
    None
}

fn is_forbidden(character: char) -> bool {
    character.is_control() || matches!(character, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
}

/// A character of a valid pattern that stands for itself, and that git does not allow.
fn forbidden_literal(pattern: &str) -> Option<char> {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                if let Some(escaped) = characters.next().filter(|&escaped| is_forbidden(escaped)) {
                    return Some(escaped);
                }
            }
            // A class; `]` right after its start is a member.
            '[' => {
                let mut members = characters.clone();
                if members.clone().next().is_some_and(|first| matches!(first, '!' | '^')) {
                    members.next();
                }
                members.next();
                members.find(|&member| member == ']')?;
                characters = members;
            }
            '*' | '?' => {}
            _ if is_forbidden(character) => return Some(character),
            _ => {}
        }
    }
    None
}

/// All names that git does not allow for a branch, as globs.
pub(crate) static INVALID_NAMES: LazyLock<Vec<Glob>> = LazyLock::new(|| {
    let component =
        [r".*", r"*.lock", r"*..*", r"*@\{*", r"*\[*", r"*\\*", "*[\u{1}- ~:?*\u{7f}]*", r"*\^*"];
    let whole = ["@", "HEAD", "**/*.", "-*", "-*/**"].map(str::to_owned);
    let texts = component.iter().flat_map(|it| [format!("**/{it}"), format!("**/{it}/**")]);
    let parse = |text: String| Glob::parse_generated(&text).ok();
    texts.chain(whole).filter_map(parse).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_invalid_names_are_globs() {
        assert_eq!(INVALID_NAMES.len(), 21);
    }

    #[test]
    fn globs_agree_with_name_fault() {
        let pieces =
            ["a", ".", "-", "/", "..", ".lock", "@", "{", " ", "~", "^", ":", "\\", "HEAD"];
        let mut names: Vec<String> = vec![String::new()];
        for _ in 0..3 {
            let longer = names.iter().flat_map(|name| pieces.map(|piece| format!("{name}{piece}")));
            names = std::iter::once(String::new()).chain(longer).collect();
        }
        let mut checked = 0;
        for name in names {
            let Ok(path) = name.parse::<RepoPath>() else { continue };
            let is_invalid = INVALID_NAMES.iter().any(|glob| glob.is_match(&path).unwrap());
            assert_eq!(is_invalid, name_fault(&name).is_some(), "{name:?}");
            checked += 1;
        }
        assert!(checked > 1_000);
    }

    #[test]
    fn names_and_patterns() {
        for (text, is_pattern) in [
            ("codex/lessons", false),
            ("a-b.c", false),
            ("codex/lessons-*", true),
            ("*-codex/lessons", true),
            ("**/lessons", true),
            ("fix-[0-9a-f]*", true),
            ("[!^]*", true),
            (r"a\{b", true),
            ("{claude,codex}/x", true),
            ("!x", false),
        ] {
            let parsed = parse(text).unwrap();
            assert_eq!(parsed.is_some(), is_pattern, "{text}");
        }
    }

    #[test]
    fn faults() {
        for (text, expected) in [
            ("", "it is empty"),
            ("HEAD", "`HEAD` is what is checked out, not a branch"),
            ("-x", "it starts with `-`"),
            ("refs/heads/x", "it starts with `refs/heads/`"),
            ("origin/x", "it starts with `origin/`"),
            ("origin/*", "it starts with `origin/`"),
            ("refs/*", "it starts with `refs/`"),
            ("a b*", "git allows ` ` in no branch name"),
            (r"a\*b*", "git allows `*` in no branch name"),
            ("{a~,b}*", "git allows `~` in no branch name"),
            ("*.lock", "git allows none of the names that it matches"),
            ("-{a,b}", "git allows none of the names that it matches"),
            (".*/x", "git allows none of the names that it matches"),
            ("{HEAD,@}", "git allows none of the names that it matches"),
            ("**x", "`**` beside other characters"),
            ("codex/[id]", ""),
        ] {
            let fault = parse(text).unwrap_err();
            assert!(fault.problem.contains(expected), "{text}: {fault:?}");
            assert!(!fault.help.is_empty(), "{text}");
        }
        let long = format!("{}*", "{a,b}".repeat(200_000));
        assert!(parse(&long).is_err());
    }
}
