//! The parser: from text to pieces, with the span and often a fix for each error.
//!
//! The rules about components apply to every expansion of the braces, of which there may be
//! exponentially many. None is written out: `components` tracks the few states that a component can
//! be in through all alternatives at once.

mod absolute;
mod bracket_names;
mod components;

use std::ops::Range;

use super::bytes::ByteSet;
use bracket_names::{Candidate, LetterCount};

/// In bytes.
const MAX_LENGTH: usize = 256 * 1024;

/// Of nested braces.
const MAX_DEPTH: usize = 64;

/// An error in the text of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The bytes of the text that are wrong; empty if something is missing.
    pub span: Range<usize>,
    /// What is wrong, in a few words.
    pub problem: String,
    /// What to do about it, in one line.
    pub help: String,
    /// A replacement for the text at `span`, if there is an obvious one.
    pub fix: Option<String>,
    /// Whether the fix is certain to be what was meant.
    pub safe: bool,
}

impl SyntaxError {
    fn new(span: Range<usize>, problem: impl Into<String>, help: impl Into<String>) -> SyntaxError {
        SyntaxError { span, problem: problem.into(), help: help.into(), fix: None, safe: false }
    }

    fn with_fix(mut self, fix: impl Into<String>) -> SyntaxError {
        self.fix = Some(fix.into());
        self
    }

    /// The error for a path whose first `length` bytes are absolute. If they are the repository's
    /// root, the fix removes them.
    pub(crate) fn absolute(length: usize, is_root: bool) -> SyntaxError {
        let error = SyntaxError::new(0..length, absolute::ABSOLUTE, absolute::HELP);
        if is_root { error.with_safe_fix("") } else { error }
    }

    fn with_safe_fix(mut self, fix: impl Into<String>) -> SyntaxError {
        self.safe = true;
        self.with_fix(fix)
    }
}

/// An element of a glob and its span in the text.
///
/// Kept small, since there is one for each letter of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: PieceKind,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Piece {
    pub(crate) fn new(kind: PieceKind, span: Range<usize>) -> Piece {
        Piece { kind, start: offset(span.start), end: offset(span.end) }
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A literal byte other than `/`.
    Byte(u8),
    /// `?` or a class: one byte of a set without `/`.
    Set(Box<ByteSet>),
    /// One `*`; two that are a whole component are a globstar.
    Star,
    /// `/`
    Separator,
    /// `{…,…}`
    Branches(Box<[Vec<Piece>]>),
}

/// An offset in a glob's text, which fits thanks to [`MAX_LENGTH`].
pub(super) fn offset(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// Parses a glob, without the `!` of an exclusion.
///
/// # Errors
/// All syntax errors, in the order of the text. Components are only checked if there are none apart
/// from classes that are names.
pub(crate) fn parse(text: &str) -> Result<Vec<Piece>, Vec<SyntaxError>> {
    parse_as(text, Author::Person)
}

/// Who wrote the text of a glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// Brackets around a whole component are a name.
    Person,
    /// Brackets are always a class.
    Program,
}

/// As [`parse`], for text that the program wrote itself too.
pub(super) fn parse_as(text: &str, author: Author) -> Result<Vec<Piece>, Vec<SyntaxError>> {
    if text.len() > MAX_LENGTH {
        let problem = format!("this glob is {} bytes long; the limit is {MAX_LENGTH}", text.len());
        return Err(vec![SyntaxError::new(0..text.len(), problem, "split it into several globs")]);
    }
    if let Some(at) = text.find('\0') {
        let help = "remove it: no path contains one";
        return Err(vec![SyntaxError::new(at..at + 1, "a zero byte", help)]);
    }
    if let Some(error) = absolute::error(text) {
        return Err(vec![error]);
    }
    let mut parser = Parser { text, at: 0, errors: Vec::new(), names: Vec::new() };
    let mut pieces = parser.pieces(0);
    let Parser { mut errors, names, .. } = parser;
    if !errors.is_empty() {
        // What is a component is not known.
        errors.extend(names.into_iter().flat_map(|name| name.errors));
        errors.sort_by_key(|error| error.span.start);
        return Err(errors);
    }
    if matches!(pieces.last(), Some(Piece { kind: PieceKind::Separator, .. })) && pieces.len() > 1 {
        // `x/` is short for `x/**`.
        let end = text.len()..text.len();
        pieces.extend([PieceKind::Star, PieceKind::Star].map(|kind| Piece::new(kind, end.clone())));
    }
    let mut errors = components::errors(&pieces, text);
    if author == Author::Person {
        errors.extend(bracket_names::errors(&pieces, text, names));
    } else {
        errors.extend(names.into_iter().flat_map(|name| name.errors));
    }
    errors.sort_by_key(|error| error.span.start);
    if errors.is_empty() { Ok(pieces) } else { Err(errors) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    errors: Vec<SyntaxError>,
    /// The classes that are names if they are whole components, in the order of the text.
    names: Vec<Candidate>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Parses up to the end of the text or, inside braces, up to a `,` or `}`.
    fn pieces(&mut self, depth: usize) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(if depth == 0 { self.text.len() } else { 0 });
        loop {
            let names = self.text.as_bytes()[self.at..].iter();
            for &byte in names.take_while(|byte| byte.is_ascii_alphanumeric()) {
                pieces.push(Piece::new(PieceKind::Byte(byte), self.at..self.at + 1));
                self.at += 1;
            }
            let Some(character) = self.peek() else { break };
            let start = self.at;
            self.at += character.len_utf8();
            let kind = match character {
                ',' | '}' if depth > 0 => {
                    self.at = start;
                    break;
                }
                '}' => {
                    self.errors.push(
                        SyntaxError::new(
                            start..self.at,
                            "this `}` has no matching `{`",
                            "remove it, or write `\\}` for a name that contains it",
                        )
                        .with_fix("\\}"),
                    );
                    continue;
                }
                '?' => PieceKind::Set(Box::new(ByteSet::COMPONENT)),
                '*' => PieceKind::Star,
                '/' => PieceKind::Separator,
                '[' => match self.class(start) {
                    Some(set) => PieceKind::Set(Box::new(set)),
                    None => continue,
                },
                '{' => match self.branches(start, depth) {
                    Some(branches) => PieceKind::Branches(branches.into()),
                    None => continue,
                },
                '\\' => {
                    self.escape(start, &mut pieces);
                    continue;
                }
                literal => {
                    push_literal(&mut pieces, literal, start..self.at);
                    continue;
                }
            };
            pieces.push(Piece::new(kind, start..self.at));
        }
        pieces
    }

    fn escape(&mut self, start: usize, pieces: &mut Vec<Piece>) {
        let escaped = self.peek();
        self.at += escaped.map_or(0, char::len_utf8);
        match escaped {
            None => self.errors.push(SyntaxError::new(
                start..self.at,
                "a backslash at the end escapes nothing",
                "remove it, or write `\\\\` for a name that ends in a backslash",
            )),
            Some(character) if character == '/' || character.is_alphanumeric() => {
                let after = if character == '/' { "" } else { &self.text[start + 1..self.at] };
                let error = SyntaxError::new(
                    start..self.at,
                    format!("a backslash before `{character}`"),
                    "separate folders with `/`, on Windows too; `\\` only escapes special \
                     characters such as `*`",
                );
                self.errors.push(error.with_fix(format!("/{after}")));
            }
            Some(character) => push_literal(pieces, character, start..self.at),
        }
    }

    fn branches(&mut self, start: usize, depth: usize) -> Option<Vec<Vec<Piece>>> {
        if depth == MAX_DEPTH {
            self.errors.push(SyntaxError::new(
                start..start + 1,
                format!("braces nested deeper than {MAX_DEPTH}"),
                "split it into several globs",
            ));
            self.at = self.text.len();
            return None;
        }
        let mut branches = Vec::new();
        loop {
            branches.push(self.pieces(depth + 1));
            match self.peek() {
                Some(',') => self.at += 1,
                Some(_) => {
                    self.at += 1;
                    break;
                }
                None => {
                    if self.errors.is_empty() {
                        self.errors.push(SyntaxError::new(
                            start..start + 1,
                            "this `{` is never closed",
                            "add `}`, or write `\\{` for a name that contains it",
                        ));
                    }
                    return None;
                }
            }
        }
        if branches.len() == 1 {
            let inside = &self.text[start + 1..self.at - 1];
            self.errors.push(SyntaxError::new(
                start..self.at,
                "a brace with a single alternative",
                format!(
                    "if it is a placeholder, fill it in; write `{{{inside},other}}` for \
                     alternatives, or `\\{{{inside}\\}}` for a name that contains braces"
                ),
            ));
            return None;
        }
        Some(branches)
    }

    /// Adds a fix to the errors of reversed ranges, unless the brackets may be a name such as
    /// `[post-id]`: every member has to be a range within one alphabet.
    ///
    /// `reversed` holds an index into `self.errors` and one into `ranges` for each.
    fn fix_reversed_ranges(&mut self, reversed: &[(usize, usize)], ranges: &[(u8, u8)]) {
        let alphabet = |byte: u8| {
            [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit]
                .iter()
                .position(|contains| contains(&byte))
        };
        let in_one =
            |&(from, to): &(u8, u8)| alphabet(from).is_some_and(|of| alphabet(to) == Some(of));
        if !ranges.iter().all(|range| range.0 != range.1 && in_one(range)) {
            return;
        }
        for &(error, range) in reversed {
            let (from, to) = (char::from(ranges[range].0), char::from(ranges[range].1));
            self.errors[error].fix = Some(format!("{to}-{from}"));
        }
    }

    /// Parses a class after its `[`, by the rules of `globset`.
    fn class(&mut self, start: usize) -> Option<ByteSet> {
        let negated = matches!(self.peek(), Some('!' | '^'));
        self.at += usize::from(negated);
        let first_member = self.at;
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        let mut in_range = false;
        // Whether the previous member ended a range.
        let mut after_range = false;
        let mut reversed: Vec<(usize, usize)> = Vec::new();
        let mut letters = LetterCount::default();
        let errors_before = self.errors.len();
        loop {
            let member_start = self.at;
            let Some(member) = self.peek() else {
                self.errors.truncate(errors_before);
                self.errors.push(SyntaxError::new(
                    start..start + 1,
                    "this `[` is never closed",
                    "add `]`, or write `\\[` for a name that contains it",
                ));
                return None;
            };
            self.at += member.len_utf8();
            let first = member_start == first_member;
            if member == ']' && !first {
                break;
            }
            let rest = &self.text[member_start..];
            if member == '[' && rest.starts_with("[:") && rest[2..].contains(":]") {
                let end = member_start + 2 + rest[2..].find(":]").unwrap_or(0) + 2;
                let help = "name the members, such as `[a-zA-Z]`";
                self.errors.push(SyntaxError::new(
                    member_start..end,
                    format!(
                        "`{}` is a POSIX class, which globs do not have",
                        &self.text[member_start..end]
                    ),
                    help,
                ));
                self.at = end;
                // A placeholder that cannot start a reversed range.
                ranges.push((0, 0));
                continue;
            }
            if member == '\\' {
                let help = "classes have no escapes: put `]` first and `-` last";
                let problem = "a backslash inside a class".to_owned();
                self.errors.push(SyntaxError::new(member_start..self.at, problem, help));
            }
            let Some(byte) = u8::try_from(member).ok().filter(u8::is_ascii) else {
                let help = "a class matches one byte: write the alternatives as `{é,è}`";
                let problem = format!("`{member}` inside a class is more than one byte");
                self.errors.push(SyntaxError::new(member_start..self.at, problem, help));
                letters.add(member);
                ranges.push((0, 0));
                in_range = false;
                continue;
            };
            let ends_range = in_range;
            match ranges.last_mut() {
                Some(last) if in_range => {
                    last.1 = byte;
                    if last.0 > last.1 {
                        reversed.push((self.errors.len(), ranges.len() - 1));
                        self.errors.push(reversed_range(member_start - 2..self.at, self.text));
                    }
                    in_range = false;
                }
                Some(_) if byte == b'-' && after_range && self.peek() != Some(']') => {
                    self.errors.push(SyntaxError::new(
                        member_start..self.at,
                        "a `-` right after a range",
                        "put a literal `-` last, as in `[a-en-]`; tools disagree on what it means \
                         here",
                    ));
                    ranges.push((byte, byte));
                }
                Some(_) if byte == b'-' => in_range = true,
                _ => ranges.push((byte, byte)),
            }
            after_range = ends_range;
        }
        self.fix_reversed_ranges(&reversed, &ranges);
        if in_range {
            ranges.push((b'-', b'-'));
        }
        ranges.iter().for_each(|&range| letters.add_range(range));
        let members = &self.text[first_member..self.at - 1];
        if !negated && letters.is_name() && !members.contains(['/', '\\']) {
            let errors = self.errors.split_off(errors_before);
            let is_class = errors.is_empty();
            self.names.push(Candidate { span: start..self.at, errors });
            if !is_class {
                return Some(ByteSet::COMPONENT);
            }
        }
        if self.errors.len() > errors_before {
            return None;
        }
        let mut set = ByteSet::default();
        for (from, to) in ranges {
            (from..=to).for_each(|byte| set.insert(byte));
        }
        let set = if negated { set.complement() } else { set };
        let set = set.intersection(ByteSet::COMPONENT);
        if set.is_empty() {
            self.errors.push(SyntaxError::new(
                start..self.at,
                "this class could match only `/`, which a class never matches",
                "write `/` itself",
            ));
            return None;
        }
        Some(set)
    }
}

fn reversed_range(span: Range<usize>, text: &str) -> SyntaxError {
    let range = &text[span.clone()];
    let help = "write the lower end first; for a name in brackets write `\\[` and `\\]`";
    SyntaxError::new(span, format!("the range `{range}` runs backwards"), help)
}

fn push_literal(pieces: &mut Vec<Piece>, literal: char, span: Range<usize>) {
    if let Ok(byte @ 0..=0x7f) = u8::try_from(literal) {
        pieces.push(Piece::new(PieceKind::Byte(byte), span));
        return;
    }
    let mut buffer = [0; 4];
    for &byte in literal.encode_utf8(&mut buffer).as_bytes() {
        pieces.push(Piece::new(PieceKind::Byte(byte), span.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_globs() {
        for glob in [
            "a",
            "*",
            "**",
            "?",
            "a/**",
            "**/a",
            "a/**/b",
            "a/",
            "**/",
            "[a-z]",
            "[!a]",
            "[^a]x",
            "[]a]",
            "[a-]",
            "[-a]",
            "[a-e-]",
            "[!a-e-]",
            "[-a-e]",
            "[a-en-]",
            "[--0]",
            "[a-em-z]",
            "src/$lib/x",
            r"\$lib/x",
            "$",
            "$5/x",
            "~",
            "~x/y",
            "xy:/z",
            "src/~/x",
            "src/x:/y",
            "[a/]",
            "[+-9]",
            "[[]",
            "{a,b}",
            "{a,}b",
            "{,a}b",
            "{a/**,b}/c",
            "{src/,docs/}**",
            "{*,a}*",
            "{**,x}/y",
            "a/{**,b}",
            r"\!x",
            r"\*\?\[\]\{\}\\",
            "{a,{b,c}}",
            ".github/**",
            "...",
            ".gitignore",
            ".gi?",
            "x!y",
            "a,b",
            "é/漢字*",
            "a b",
            "{a,b}/",
            "a{/b,}/c",
            "**/**",
            "a/**/**/b",
            "*.{rs,toml}",
            "{*,a}*/x",
            ".git{hub,lab}/**",
            ".{a,b}",
        ] {
            assert!(parse(glob).is_ok(), "{glob}: {:?}", parse(glob));
        }
    }

    #[test]
    fn errors_and_their_spans() {
        for (glob, text, problem) in [
            ("src/**.rs", "**", "`**` beside other characters"),
            ("a**b", "**", "`**` beside other characters"),
            ("x/***", "***", "`**` beside other characters"),
            ("x{*,a}*", "*", "`**` beside other characters"),
            ("{**,a}b", "**", "`**` beside other characters"),
            ("/src", "/", "a leading `/`"),
            ("./src/**", "./", "a leading `./`"),
            ("src/./x", ".", "a `.` component"),
            ("src/../x", "..", "a `..` component"),
            ("a/..", "..", "a `..` component"),
            (".git/config", ".git", "a `.git` component"),
            ("x/.GIT", ".GIT", "a `.git` component"),
            ("a//b", "/", "an empty component"),
            ("{src/,docs/}", "", "an empty component"),
            ("a/{,b}", "", "an empty component"),
            ("a/{b,}/c", "/", "an empty component"),
            ("", "", "an empty glob"),
            ("{,a}", "", "an empty glob"),
            ("/", "/", "a leading `/`"),
            ("[ab", "[", "this `[` is never closed"),
            ("[]", "[", "this `[` is never closed"),
            ("{a,b", "{", "this `{` is never closed"),
            ("a}b", "}", "this `}` has no matching `{`"),
            ("x[z-a]", "z-a", "the range `z-a` runs backwards"),
            ("x[post-id]", "t-i", "the range `t-i` runs backwards"),
            ("x/[post-id]/y", "[post-id]", "`[post-id]` is a class"),
            ("[a-e-n]", "-", "a `-` right after a range"),
            ("[!a-e-n]", "-", "a `-` right after a range"),
            ("x/[^0-9-a]", "-", "a `-` right after a range"),
            ("[]-a-z]", "-", "a `-` right after a range"),
            ("[a-e--/]", "-", "a `-` right after a range"),
            ("/home/me/site/src", "/home/", "an absolute path"),
            ("/tmp/**", "/tmp/", "an absolute path"),
            ("C:/site/src", "C:/", "a drive letter"),
            (r"c:\site", r"c:\", "a drive letter"),
            ("~/site/src", "~/", "a home directory"),
            ("$HOME/site", "$HOME", "a shell variable"),
            ("$(pwd)/src", "$(", "a shell command"),
            ("[/]", "[/]", "this class could match only `/`"),
            ("[[:alpha:]]", "[:alpha:]", "`[:alpha:]` is a POSIX class"),
            (r"[\]]", r"\", "a backslash inside a class"),
            ("[é]", "é", "`é` inside a class"),
            ("[é-*]", "é", "`é` inside a class"),
            ("src/{feature}/x", "{feature}", "a brace with a single alternative"),
            ("{}", "{}", "a brace with a single alternative"),
            (r"src\", r"\", "a backslash at the end"),
            (r"src\main", r"\m", "a backslash before `m`"),
            (r"src\/x", r"\/", "a backslash before `/`"),
            (r"a\é", r"\é", "a backslash before `é`"),
        ] {
            let errors = parse(glob).expect_err(glob);
            let found: Vec<_> =
                errors.iter().map(|error| (&glob[error.span.clone()], &error.problem)).collect();
            assert!(
                found.iter().any(|(at, what)| *at == text && what.starts_with(problem)),
                "{glob}: {found:?}"
            );
        }
    }

    #[test]
    fn fixes_make_globs_valid() {
        for (glob, fixed) in [
            ("./src/**", "src/**"),
            ("/src", "src"),
            ("a}b", r"a\}b"),
            ("x[z-a]", "x[a-z]"),
            ("[z-a]", r"\[z-a\]"),
            ("x[A-Z9-0]", "x[A-Z0-9]"),
            (r"src\main.rs", "src/main.rs"),
            (r"src\/x", "src/x"),
            ("a//b", "a/b"),
            ("/etc", "etc"),
            ("/src/home/x", "src/home/x"),
        ] {
            let error = parse(glob).expect_err(glob).remove(0);
            let mut text = glob.to_owned();
            text.replace_range(error.span, &error.fix.unwrap());
            assert_eq!(text, fixed);
            assert!(parse(fixed).is_ok());
        }
    }

    #[test]
    fn no_fix_without_certainty() {
        for glob in [
            "x[post-id]",
            "x[...z-a]",
            "x[z-9]",
            "[a-e-n]",
            "/",
            "!",
            "//server/share",
            "/home/me/site/src",
            "~/src",
            "$HOME/src",
            "C:/src",
        ] {
            let errors = parse(glob).err().unwrap_or_default();
            assert!(errors.iter().all(|error| error.fix.is_none()), "{glob}: {errors:?}");
        }
    }

    #[test]
    fn length_and_depth_limits() {
        assert!(parse(&"a".repeat(MAX_LENGTH)).is_ok());
        assert!(parse(&"a".repeat(MAX_LENGTH + 1)).is_err());
        let nested = |depth: usize| "{a,".repeat(depth) + "b" + &"}".repeat(depth);
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse(&"{".repeat(100_000)).is_err());
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
