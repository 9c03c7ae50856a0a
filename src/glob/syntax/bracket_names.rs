//! Finds classes that are names: `[id]`, `[...slug]` and `[[...slug]].tsx` are what frameworks call
//! folders and files. A class that is a whole component would match names of one letter, which
//! nobody means.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Piece, PieceKind, SyntaxError};
use crate::glob::escape;

/// The most letters to offer as alternatives.
const MAX_ALTERNATIVES: usize = 8;

/// How many names are tracked at once in each state. They all share its fate, so one would be enough
/// to find the glob invalid; the others are found for the list of errors.
const MAX_TRACKED: usize = 8;

/// A class that is a name if it is a whole component.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The class, with its brackets.
    pub(super) span: Range<usize>,
    /// Its errors as a class.
    pub(super) errors: Vec<SyntaxError>,
}

/// Counts the letters of a class outside of ascending ranges: two are enough for a name.
#[derive(Debug, Default)]
pub(super) struct LetterCount(usize);

impl LetterCount {
    pub(super) fn add_range(&mut self, (from, to): (u8, u8)) {
        if from == to {
            self.add(char::from(from));
        } else if from > to {
            self.add(char::from(from));
            self.add(char::from(to));
        }
    }

    pub(super) fn add(&mut self, member: char) {
        self.0 += usize::from(member.is_alphabetic());
    }

    pub(super) fn is_name(&self) -> bool {
        self.0 >= 2
    }
}

/// The error of each candidate that is a whole component, or one followed by an extension, in some
/// expansion of the braces; for the others, the errors that they have as classes.
pub(super) fn errors(pieces: &[Piece], text: &str, candidates: Vec<Candidate>) -> Vec<SyntaxError> {
    if candidates.is_empty() {
        return Vec::new();
    }
    let mut walk = Walk { text, candidates: &candidates, whole: BTreeSet::new() };
    for state in walk.pieces(pieces, vec![State::Start]) {
        walk.end_of_component(state);
    }
    let whole = walk.whole;
    let mut errors: Vec<SyntaxError> = Vec::new();
    for (index, candidate) in candidates.into_iter().enumerate() {
        if whole.contains(&index) {
            errors.push(name_error(text, candidate.span));
        } else {
            errors.extend(candidate.errors);
        }
    }
    errors
}

fn name_error(text: &str, class: Range<usize>) -> SyntaxError {
    let members = &text[class.start + 1..class.end - 1];
    let is_doubled = members.starts_with('[') && text[class.end..].starts_with(']');
    let span = class.start..class.end + usize::from(is_doubled);
    let name = &text[span.clone()];
    let escaped = escape(name);
    let is_plain = members.len() <= MAX_ALTERNATIVES
        && members.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let alternatives = if is_plain {
        let letters: Vec<String> = members.chars().map(String::from).collect();
        format!("`{{{}}}`", letters.join(","))
    } else {
        "alternatives such as `{a,b}`".to_owned()
    };
    let help = format!(
        "a file or folder of this name is written `{escaped}`; for one of several letters, write \
         {alternatives}"
    );
    let problem = format!("`{name}` is a class, which matches a single letter");
    SyntaxError::new(span, problem, help).with_safe_fix(escaped)
}

/// What a component consists of so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    /// A candidate, by its index, and what follows it.
    Name(usize, After),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Nothing,
    /// The second `]` of `[[slug]]`.
    Bracket,
    /// A `.` so far.
    Dot,
    Extension,
}

struct Walk<'c> {
    text: &'c str,
    candidates: &'c [Candidate],
    /// The indexes of the candidates that are whole components.
    whole: BTreeSet<usize>,
}

impl Walk<'_> {
    fn pieces(&mut self, pieces: &[Piece], mut states: Vec<State>) -> Vec<State> {
        for piece in pieces {
            if matches!(piece.kind, PieceKind::Byte(_)) && states == [State::Other] {
                continue;
            }
            let mut next = Vec::new();
            if let PieceKind::Branches(branches) = &piece.kind {
                for branch in branches {
                    for state in self.pieces(branch, states.clone()) {
                        add(&mut next, state);
                    }
                }
            } else {
                for state in states {
                    let state = self.step(state, piece);
                    add(&mut next, state);
                }
            }
            states = next;
        }
        states
    }

    fn step(&mut self, state: State, piece: &Piece) -> State {
        match (state, &piece.kind) {
            (_, PieceKind::Separator) => {
                self.end_of_component(state);
                State::Start
            }
            (State::Start, PieceKind::Set(_)) => {
                let start = piece.span().start;
                let index =
                    self.candidates.binary_search_by_key(&start, |candidate| candidate.span.start);
                index.map_or(State::Other, |index| State::Name(index, After::Nothing))
            }
            (State::Name(index, After::Nothing), PieceKind::Byte(b']'))
                if self.text[self.candidates[index].span.start..].starts_with("[[") =>
            {
                State::Name(index, After::Bracket)
            }
            (State::Name(index, After::Nothing | After::Bracket), PieceKind::Byte(b'.')) => {
                State::Name(index, After::Dot)
            }
            (State::Name(index, After::Dot | After::Extension), _) => {
                State::Name(index, After::Extension)
            }
            _ => State::Other,
        }
    }

    fn end_of_component(&mut self, state: State) {
        if let State::Name(index, After::Nothing | After::Bracket | After::Extension) = state {
            self.whole.insert(index);
        }
    }
}

fn add(states: &mut Vec<State>, state: State) {
    if states.contains(&state) {
        return;
    }
    let is_alike = |other: &&State| match (other, &state) {
        (State::Name(_, one), State::Name(_, other)) => one == other,
        _ => false,
    };
    if states.iter().filter(is_alike).count() < MAX_TRACKED {
        states.push(state);
    }
}

#[cfg(test)]
mod tests {
    use crate::glob::Glob;

    /// The invalid parts of a glob and their replacements.
    fn fixes(glob: &str) -> Vec<(String, String)> {
        let errors = Glob::parse(glob).err().unwrap_or_default();
        let fix = |error: crate::glob::syntax::SyntaxError| {
            assert!(error.safe, "{glob}: {error:?}");
            (glob[error.span].to_owned(), error.fix.unwrap_or_default())
        };
        errors.into_iter().map(fix).collect()
    }

    #[test]
    fn names_in_brackets() {
        for (glob, names) in [
            ("[id]", &["[id]"][..]),
            ("app/[id]/**", &["[id]"]),
            ("app/[id]/", &["[id]"]),
            ("app/[post-id]/page.tsx", &["[post-id]"]),
            ("app/[...slug]/page.tsx", &["[...slug]"]),
            ("app/[[...slug]]/page.tsx", &["[[...slug]]"]),
            ("pages/[slug].astro", &["[slug]"]),
            ("pages/[[...slug]].tsx", &["[[...slug]]"]),
            ("pages/[id].test.tsx", &["[id]"]),
            ("pages/[id].*", &["[id]"]),
            ("pages/[id].{ts,tsx}", &["[id]"]),
            ("[lang]/[id]/x", &["[lang]", "[id]"]),
            ("app/{[id],x}/y", &["[id]"]),
            ("{app/,lib}[id]", &["[id]"]),
            ("app/[id]{,x}", &["[id]"]),
            ("**/[Mm]", &["[Mm]"]),
            ("x/[z-a]", &["[z-a]"]),
            ("x/[página]/y", &["[página]"]),
            ("./app/[id]", &["./", "[id]"]),
        ] {
            let found = fixes(glob);
            let texts: Vec<&str> = found.iter().map(|(text, _)| &**text).collect();
            assert_eq!(texts, names, "{glob}");
            let fixed =
                found.iter().fold(glob.to_owned(), |glob, (text, fix)| glob.replace(text, fix));
            assert!(Glob::parse(&fixed).is_ok(), "{fixed}");
        }
        assert_eq!(fixes("[[...slug]]")[0].1, r"\[\[...slug\]\]");
    }

    #[test]
    fn classes_beside_names() {
        for glob in [
            "[0-9a-f]",
            "x/[a-z_]",
            "[!ab]",
            "[^ab]/x",
            "[Mm]akefile",
            "*.[ch]",
            "x/[a]",
            "[a1]",
            "x[ab]/y",
            "[ab]x",
            "[ab]*",
            "[ab]?",
            "[ab][cd]",
            "[ab]]",
            "[ab].",
            "[[a]]",
            "x{[ab],c}",
            "{[ab],c}d",
            "[a-zA-Z]",
            "[-+a]",
            r"\[id\]",
            r"\[id]/x",
        ] {
            assert!(Glob::parse(glob).is_ok(), "{glob}: {:?}", Glob::parse(glob));
        }
    }

    #[test]
    fn errors_of_other_classes() {
        for (glob, problem) in [
            ("x[post-id]", "the range `t-i` runs backwards"),
            ("[é]", "`é` inside a class is more than one byte"),
            ("[id/x]y", "this class"),
            ("[[:alpha:]]", "`[:alpha:]` is a POSIX class"),
            (r"[id\]", "a backslash inside a class"),
        ] {
            let errors = Glob::parse(glob).err().unwrap_or_default();
            let is_valid = errors.is_empty() && problem == "this class";
            assert!(is_valid || errors[0].problem.starts_with(problem), "{glob}: {errors:?}");
        }
    }

    #[test]
    fn many_names_in_bounded_time() {
        let glob = format!("{{{}}}.x", vec!["[ab]"; 20_000].join(","));
        assert!(Glob::parse(&glob).is_err());
        let glob = vec!["[ab]"; 50_000].join("/");
        assert_eq!(Glob::parse(&glob).err().unwrap_or_default().len(), 50_000);
    }
}
