//! Recognizes text in the place of a glob that belongs to prose or to another tool: a note, a line
//! number, several paths at once, quotes, a placeholder.
//!
//! A character behind a backslash is never a sign of it, so a name that looks like one can be
//! escaped.

use std::ops::Range;

use crate::plan::LeftoverKind;

/// Words that stand for a path still to be filled in.
const PLACEHOLDERS: &[&str] = &["tbd", "todo", "n/a", "none", "all", "...", "…"];

/// Finds one kind of sign in a text and its masked form, and asks whether paths exist.
type Step = fn(&str, &str, &mut dyn FnMut(&str) -> bool) -> Option<Found>;

/// The longest extension, in bytes.
const MAX_EXTENSION: usize = 10;

/// The longest text that is looked at: globs are shorter, and prose is recognized by its start.
const MAX_LENGTH: usize = 4 * 1024;

/// A text with leftovers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: LeftoverKind,
    /// The globs that remain; none of a placeholder.
    pub(super) globs: Vec<String>,
}

impl Found {
    fn one(kind: LeftoverKind, glob: &str) -> Found {
        Found { kind, globs: vec![glob.to_owned()] }
    }
}

/// Finds leftovers in a text. `exists` tells whether a path exists: a file of this very name is a
/// name, and some lists of paths are only told from a name by it.
pub(super) fn find(text: &str, exists: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    if text.len() > MAX_LENGTH || !may_have_leftovers(text) {
        return None;
    }
    let found = sign(text, exists)?;
    (!exists(text)).then_some(found)
}

fn may_have_leftovers(text: &str) -> bool {
    let is_sign = |character: char| {
        character.is_whitespace()
            || matches!(character, ':' | '#' | '"' | '\'' | '`' | '<' | ',' | ';')
    };
    text.contains(is_sign)
        || text.starts_with("a/")
        || text.starts_with("b/")
        || PLACEHOLDERS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The first sign, and what remains without it and all others.
fn sign(text: &str, exists: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    let masked = masked(text);
    let trimmed = text.trim();
    if trimmed.is_empty() || is_placeholder(trimmed, &masked) {
        return Some(Found { kind: LeftoverKind::Placeholder, globs: Vec::new() });
    }
    let steps: [Step; 7] =
        [blanks_around, quotes, several, blanks_in_braces, location, note, diff_prefix];
    let found = steps.iter().find_map(|step| step(text, &masked, exists))?;
    // What remains may have further signs.
    let mut globs = Vec::new();
    for glob in found.globs {
        match sign_of_part(&glob, text, exists) {
            Some(rest) => globs.extend(rest.globs),
            None => globs.push(glob),
        }
    }
    let kind = if globs.len() > 1 { LeftoverKind::SeveralPaths } else { found.kind };
    Some(Found { kind, globs })
}

/// As [`find`], for a part that is shorter than the whole.
fn sign_of_part(part: &str, whole: &str, exists: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    if part.len() < whole.len() { find(part, exists) } else { None }
}

/// The text with each escaped character and its backslash replaced by letters.
fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            masked.push(character);
            continue;
        }
        let escaped = characters.next().map_or(0, char::len_utf8);
        masked.extend(std::iter::repeat_n('x', 1 + escaped));
    }
    masked
}

fn is_placeholder(trimmed: &str, masked: &str) -> bool {
    let is_word = PLACEHOLDERS.iter().any(|word| trimmed.to_lowercase() == *word);
    let is_name = |inside: &str| {
        !inside.is_empty() && inside.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c))
    };
    let mut opened = masked.split('<').skip(1);
    // Also with a lost bracket, as in `specs/<feature/**`.
    let is_open = |component: &str| component.strip_prefix('<').is_some_and(is_name);
    is_word
        || opened.any(|rest| rest.split_once('>').is_some_and(|(inside, _)| is_name(inside)))
        || masked.split('/').any(is_open)
}

fn blanks_around(text: &str, _: &str, _: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    let trimmed = text.trim();
    (trimmed.len() < text.len()).then(|| Found::one(LeftoverKind::Blanks, trimmed))
}

/// Quotes around the whole text, or paths in backticks in between words.
fn quotes(text: &str, masked: &str, _: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    for quote in ['"', '\'', '`'] {
        let inside = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(inside) = inside.filter(|inside| !inside.is_empty() && !inside.contains(quote))
        {
            return Some(Found::one(LeftoverKind::Quotes, inside));
        }
    }
    let parts: Vec<&str> = masked.split('`').collect();
    // Inside a name, backticks are part of it.
    let is_apart = |outside: &&str, is_before: bool| {
        let beside = if is_before { outside.chars().next_back() } else { outside.chars().next() };
        beside.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';' | ':'))
    };
    let outside = parts.iter().step_by(2);
    if parts.len() < 3
        || parts.len().is_multiple_of(2)
        || !outside.clone().rev().skip(1).all(|part| is_apart(part, true))
        || !outside.skip(1).all(|part| is_apart(part, false))
    {
        return None;
    }
    let mut at = 0;
    let mut globs = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 1 && !part.trim().is_empty() {
            globs.push(text[at..at + part.len()].to_owned());
        }
        at += part.len() + 1;
    }
    let kind = if globs.len() > 1 { LeftoverKind::SeveralPaths } else { LeftoverKind::Quotes };
    (!globs.is_empty()).then_some(Found { kind, globs })
}

/// Several paths: on lines of their own, or separated by commas, semicolons or blanks.
fn several(text: &str, masked: &str, exists: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    let lines: Vec<&str> = text.lines().map(bare_item).filter(|line| !line.is_empty()).collect();
    if text.contains('\n') {
        return Some(Found {
            kind: LeftoverKind::SeveralPaths,
            globs: lines.into_iter().map(str::to_owned).collect(),
        });
    }
    let separators = separators(masked);
    let is_spaced = |at: &usize| masked[at + 1..].starts_with(char::is_whitespace);
    let spaced: Vec<usize> = separators.iter().copied().filter(is_spaced).collect();
    let found = |pieces: Vec<&str>| {
        let globs = pieces.into_iter().map(str::to_owned).collect();
        Some(Found { kind: LeftoverKind::SeveralPaths, globs })
    };
    if !spaced.is_empty() {
        let pieces = pieces(text, &spaced);
        // The rest of a sentence is no path.
        let paths: Vec<&str> = pieces.into_iter().filter(|piece| !is_prose(piece)).collect();
        if paths.len() > 1 {
            return found(paths);
        }
    }
    let mut are_paths = |pieces: &[&str]| {
        pieces.len() > 1 && pieces.iter().all(|piece| piece.contains('/') || exists(piece))
    };
    let tight = pieces(text, &separators);
    if are_paths(&tight) {
        return found(tight);
    }
    let blanks = blanks(masked);
    let words = pieces(text, &blanks);
    if are_paths(&words) { found(words) } else { None }
}

/// A line without the dash or star of a list.
fn bare_item(line: &str) -> &str {
    let line = line.trim();
    ["- ", "* ", "+ "].iter().find_map(|dash| line.strip_prefix(dash)).unwrap_or(line).trim()
}

fn is_prose(piece: &str) -> bool {
    piece.contains(char::is_whitespace)
        && !piece.contains('/')
        && !ends_in_extension(piece)
        && first_extension(piece).is_none()
}

/// The commas and semicolons outside of braces and classes.
fn separators(masked: &str) -> Vec<usize> {
    at_top(masked).filter(|(_, byte)| matches!(byte, b',' | b';')).map(|(at, _)| at).collect()
}

fn blanks(masked: &str) -> Vec<usize> {
    at_top(masked).filter(|(_, byte)| byte.is_ascii_whitespace()).map(|(at, _)| at).collect()
}

fn at_top(masked: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut depth = 0_usize;
    masked.bytes().enumerate().filter(move |(_, byte)| {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    })
}

/// The text between single bytes, trimmed, without empty pieces.
fn pieces<'t>(text: &'t str, at: &[usize]) -> Vec<&'t str> {
    let starts = std::iter::once(0).chain(at.iter().map(|at| at + 1));
    let ends = at.iter().copied().chain([text.len()]);
    let pieces = starts.zip(ends).map(|(start, end)| text[start..end].trim());
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// Blanks beside a comma or a brace, as in `{a, b}.rs`.
fn blanks_in_braces(text: &str, masked: &str, _: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    let bytes = masked.as_bytes();
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b' ' if depth > 0 => {
                let before = masked[..at].trim_end_matches(' ').bytes().next_back();
                let after = masked[at..].trim_start_matches(' ').bytes().next();
                let is_edge = |byte: Option<u8>| matches!(byte, Some(b',' | b'{' | b'}'));
                if is_edge(before) || is_edge(after) {
                    continue;
                }
            }
            _ => {}
        }
        kept.push(character);
    }
    (kept.len() < text.len()).then(|| Found::one(LeftoverKind::Blanks, &kept))
}

/// A place in a file: `a.ts:10-40`, `a.ts#L3`.
fn location(text: &str, masked: &str, _: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    let start = masked.find(['#', ':']).filter(|&at| ends_in_extension(&masked[..at]))?;
    let (sign, rest) = masked[start..].split_at(1);
    let rest = match (sign, rest.strip_prefix('L')) {
        (_, Some(rest)) => rest,
        (":", None) => rest,
        _ => return None,
    };
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '–' | ':' | ',' | 'L');
    let is_place = rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().all(is_number);
    is_place.then(|| Found::one(LeftoverKind::Location, &text[..start]))
}

/// A note behind a file or folder, or before one.
fn note(text: &str, masked: &str, _: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    if let Some(end) = end_before_note(masked) {
        return Some(Found::one(LeftoverKind::Note, &text[..end]));
    }
    let path = start_after_note(masked).map(|start| text[start..].trim_start())?;
    let is_path =
        !path.contains(char::is_whitespace) && (path.contains('/') || ends_in_extension(path));
    is_path.then(|| Found::one(LeftoverKind::Note, path))
}

/// The end of the path in `a.ts (new)`. The rest must not be the rest of a name, as in
/// `v1.final notes.md`.
fn end_before_note(masked: &str) -> Option<usize> {
    let by_extension = first_extension(masked);
    let blanks = || masked.match_indices(char::is_whitespace).map(|(at, _)| at);
    let by_mark = || {
        blanks().find(|&at| {
            let is_glob = masked[..at].ends_with(['/', '*']);
            let rest = masked[at..].trim_start();
            is_glob && rest.starts_with(['(', '-', '–', '—', '#', '←'])
        })
    };
    let end = by_extension.or_else(by_mark)?;
    let rest = masked[end..].trim();
    (!rest.is_empty() && !ends_in_extension(rest) && !rest.contains('/')).then_some(end)
}

/// The end of the first extension with a blank behind it.
fn first_extension(masked: &str) -> Option<usize> {
    let mut blanks = masked.match_indices(char::is_whitespace).map(|(at, _)| at);
    blanks.find(|&at| ends_in_extension(&masked[..at]))
}

/// The start of the path in `NEW: a.ts`, `(new) a.ts` and `- a.ts`.
fn start_after_note(masked: &str) -> Option<usize> {
    if ["- ", "* ", "+ "].iter().any(|dash| masked.starts_with(dash)) {
        return Some(2);
    }
    if masked.starts_with('(') {
        return masked.find(") ").map(|end| end + 2);
    }
    let (label, _) = masked.split_once(": ")?;
    let is_label = label.chars().all(|c| c.is_alphabetic() || c == ' ' || c == '-');
    (is_label && !label.is_empty()).then_some(label.len() + 2)
}

/// Whether a text ends in `.` and an extension that begins with a letter.
fn ends_in_extension(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or(text);
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    extension.starts_with(|c: char| c.is_ascii_alphabetic())
        && extension.len() <= MAX_EXTENSION
        && extension.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The `a/` or `b/` of a diff, before a path that exists without it.
fn diff_prefix(text: &str, _: &str, exists: &mut dyn FnMut(&str) -> bool) -> Option<Found> {
    let rest = text.strip_prefix("a/").or_else(|| text.strip_prefix("b/"))?;
    let components = rest.split('/').take_while(|name| !name.contains(['*', '?', '[', '{', '\\']));
    let literal = components.collect::<Vec<_>>().join("/");
    let literal = literal.trim_end_matches('/');
    let is_prefix = !literal.is_empty() && exists(literal) && !exists(&text[..1]);
    is_prefix.then(|| Found::one(LeftoverKind::DiffPrefix, rest))
}

/// A glob as an alternative in braces: there, a comma would end it, and `x/` would end in an empty
/// component.
pub(super) fn as_branch(glob: &str) -> String {
    let mut branch = glob.to_owned();
    let commas: Vec<usize> =
        at_top(&masked(glob)).filter(|(_, byte)| *byte == b',').map(|(at, _)| at).collect();
    commas.into_iter().rev().for_each(|at| branch.insert(at, '\\'));
    if glob.ends_with('/') {
        branch.push_str("**");
    }
    branch
}

/// The part of the text that is not among the globs that remain: what to underline.
pub(super) fn leftover_span(text: &str, found: &Found) -> Range<usize> {
    match found.globs.as_slice() {
        [one] => match text.find(one.as_str()) {
            Some(0) => one.len()..text.len(),
            Some(start) if start + one.len() == text.len() => 0..start,
            _ => 0..text.len(),
        },
        _ => 0..text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LeftoverKind::{Blanks, DiffPrefix, Location, Note, Placeholder, Quotes, SeveralPaths};

    const EXISTING: &[&str] =
        &["src", "src/x", "Makefile", "LICENSE", "Logo.svg (old)", "b", "a.ts, b.ts"];

    fn found(text: &str) -> Option<(LeftoverKind, Vec<String>)> {
        let found = find(text, &mut |name| EXISTING.contains(&name));
        found.map(|found| (found.kind, found.globs))
    }

    #[test]
    fn leftovers_of_prose() {
        for (text, kind, globs) in [
            ("a.ts (new)", Note, &["a.ts"][..]),
            ("a.ts - update it", Note, &["a.ts"]),
            ("src/a.ts — the parser", Note, &["src/a.ts"]),
            ("src/a.ts # the parser", Note, &["src/a.ts"]),
            ("src/a.ts update it", Note, &["src/a.ts"]),
            ("src/a/ (new)", Note, &["src/a/"]),
            ("src/** - all of it", Note, &["src/**"]),
            ("NEW: a.ts", Note, &["a.ts"]),
            ("New file: src/a", Note, &["src/a"]),
            ("(new) src/a", Note, &["src/a"]),
            ("- src/a.ts", Note, &["src/a.ts"]),
            ("a.ts:10-40", Location, &["a.ts"]),
            ("a.ts:10", Location, &["a.ts"]),
            ("a.ts:10:4", Location, &["a.ts"]),
            ("src/a.ts#L3", Location, &["src/a.ts"]),
            ("src/a.ts#L3-L9", Location, &["src/a.ts"]),
            ("src/a.ts:L3", Location, &["src/a.ts"]),
            ("a/, b/", SeveralPaths, &["a/", "b/"]),
            ("a; b", SeveralPaths, &["a", "b"]),
            ("a.ts, b.ts (new)", SeveralPaths, &["a.ts", "b.ts"]),
            ("src/a,src/b", SeveralPaths, &["src/a", "src/b"]),
            ("src/a src/b", SeveralPaths, &["src/a", "src/b"]),
            ("src/a Makefile", SeveralPaths, &["src/a", "Makefile"]),
            ("src/a\nsrc/b\n", SeveralPaths, &["src/a", "src/b"]),
            ("- src/a\n- src/b", SeveralPaths, &["src/a", "src/b"]),
            ("src/{a,b}, c", SeveralPaths, &["src/{a,b}", "c"]),
            ("`src/a` and `src/b`", SeveralPaths, &["src/a", "src/b"]),
            ("edit `src/a` only", Quotes, &["src/a"]),
            ("`src/a`", Quotes, &["src/a"]),
            ("\"src/a\"", Quotes, &["src/a"]),
            ("'src/a.ts (new)'", Quotes, &["src/a.ts"]),
            ("src/a ", Blanks, &["src/a"]),
            (" src/a\n", Blanks, &["src/a"]),
            ("{a, b}.rs", Blanks, &["{a,b}.rs"]),
            ("src/{ a,b }", Blanks, &["src/{a,b}"]),
            ("a/src/x", DiffPrefix, &["src/x"]),
            ("a/src/**", DiffPrefix, &["src/**"]),
            ("src/<module>/**", Placeholder, &[]),
            ("specs/<feature/**", Placeholder, &[]),
            ("TBD", Placeholder, &[]),
            ("todo", Placeholder, &[]),
            ("N/A", Placeholder, &[]),
            ("none", Placeholder, &[]),
            ("All", Placeholder, &[]),
            ("...", Placeholder, &[]),
            ("  ", Placeholder, &[]),
        ] {
            let globs = globs.iter().map(|&glob| glob.to_owned()).collect();
            assert_eq!(found(text), Some((kind, globs)), "{text:?}");
        }
    }

    #[test]
    fn alternatives_in_braces() {
        for (glob, branch) in [
            ("a/", "a/**"),
            ("a,b", r"a\,b"),
            (r"a\,b", r"a\,b"),
            ("{a,b}/,c", r"{a,b}/\,c"),
            ("[a,]x,", r"[a,]x\,"),
        ] {
            assert_eq!(as_branch(glob), branch);
        }
    }

    #[test]
    fn names_that_look_like_prose() {
        for text in [
            "Chapter 1 - Intro.md",
            "docs/Chapter 1 - Intro.md",
            "v1.final notes.md",
            "My Notes/a",
            "Logo (1).svg",
            "Logo.svg (old)",
            "a.ts, b.ts",
            r"a.ts\ \(new\)",
            r"a.ts\:10",
            r"a/\,\ b/",
            "src/{a,b}/**",
            "don't.md",
            "src/`x`",
            "`x`.md",
            "`x`/`y`/z",
            "src/a:b",
            "C#/x",
            "a.cs#region",
            "src/x:10",
            "a,b",
            "a b",
            "src/a c",
            "b/src/x",
            "a/other/x",
            "a/**",
            "none.md",
            "src/all",
            "all/**",
            "tbd/x",
            "a<b",
            "x <y z",
            "{a b,c}",
            "....",
            "*.{ts,tsx}",
            "[a,b]x",
            "2024: plan",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
    }
}
