//! Folds names that some file systems treat as equal: simple case folding, then NFC.
//!
//! On macOS and Windows, `README.md` and `readme.MD` are the same file; on macOS, so are `é` and
//! `e` followed by a combining accent. Lanes are case-sensitive on every system; folded names only
//! serve to find clashes.

use unicode_normalization::UnicodeNormalization;

use crate::glob::Glob;
use crate::path::RepoPath;

/// Folds a path. Invalid UTF-8 is kept as it is.
#[must_use]
pub(crate) fn path(path: &RepoPath) -> RepoPath {
    if path.as_bytes().is_ascii() && !path.as_bytes().iter().any(u8::is_ascii_uppercase) {
        return path.clone();
    }
    let mut folded: Vec<u8> = Vec::new();
    for chunk in path.as_bytes().utf8_chunks() {
        folded.extend_from_slice(text(chunk.valid()).as_bytes());
        folded.extend_from_slice(chunk.invalid());
    }
    RepoPath::new(folded).unwrap_or_else(|_| path.clone())
}

#[must_use]
pub(crate) fn text(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let simple = |letter: char| {
        let folded = unicode_case_mapping::case_folded(letter);
        folded.and_then(|folded| char::from_u32(folded.get())).unwrap_or(letter)
    };
    text.chars().map(simple).nfc().collect()
}

/// A glob that matches the folded form of each path that `glob` matches, or `glob` itself if
/// folding changes nothing.
///
/// Each run of literal characters is folded on its own. A class gets its letters in both cases; a
/// negated one thereby loses paths, see [`may_lose_paths`].
#[must_use]
pub(crate) fn glob(glob: &Glob) -> Glob {
    let changes = |byte: u8| byte.is_ascii_uppercase() || !byte.is_ascii() || byte == b'[';
    if !glob.text().bytes().any(changes) {
        return glob.clone();
    }
    let folded = glob_text(glob.text());
    if *folded == **glob.text() {
        return glob.clone();
    }
    // Folding keeps a glob valid. If that ever failed, the original would be the safe choice.
    Glob::parse_generated(&folded).unwrap_or_else(|_| glob.clone())
}

/// Whether a glob may lose paths when it is folded, due to a negated class with letters.
#[must_use]
pub(crate) fn may_lose_paths(glob: &Glob) -> bool {
    let text = glob.text();
    (text.contains("[!") || text.contains("[^")) && glob_text(text) != **text
}

/// A glob of the usual paths that fold to `folded`: letters in either case, accents precomposed or
/// combining.
#[must_use]
pub(crate) fn variants(folded: &RepoPath) -> Option<Glob> {
    let mut glob = String::new();
    for letter in std::str::from_utf8(folded.as_bytes()).ok()?.chars() {
        let (lower, upper) = (letter.to_string(), letter.to_uppercase().collect::<String>());
        let decomposed = [&lower, &upper].map(|form| form.nfd().collect::<String>());
        // `ß` in upper case is `SS`, which does not fold back to `ß`.
        let mut forms: Vec<String> = decomposed.into_iter().chain([upper, lower.clone()]).collect();
        forms.retain(|form| text(form) == lower);
        forms.sort_unstable();
        forms.dedup();
        let forms: Vec<String> = forms.iter().map(|form| escaped(form)).collect();
        match forms.as_slice() {
            [form] => glob.push_str(form),
            forms => glob.push_str(&format!("{{{}}}", forms.join(","))),
        }
    }
    Glob::parse(&glob).ok()
}

fn escaped(text: &str) -> String {
    let escape = |letter: char| letter.is_ascii_punctuation() && letter != '/';
    text.chars()
        .flat_map(|letter| escape(letter).then_some('\\').into_iter().chain([letter]))
        .collect()
}

fn glob_text(glob: &str) -> String {
    let mut folded = String::with_capacity(glob.len());
    let mut run = String::new();
    let mut rest = glob;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '[' => class_length(rest),
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '*' | '?' | '{' | '}' | ',' => 1,
            _ => {
                run.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        folded.push_str(&text(&run));
        run.clear();
        let (piece, after) = rest.split_at(taken);
        match first {
            '[' => push_class(&mut folded, piece),
            _ => folded.push_str(piece),
        }
        rest = after;
    }
    folded.push_str(&text(&run));
    folded
}

/// The length of the class at the start of `glob`, or 1 if its bracket is not closed.
fn class_length(glob: &str) -> usize {
    let members = members_start(glob);
    // A `]` in first place is a member.
    let from = members + usize::from(glob[members..].starts_with(']'));
    glob[from..].find(']').map_or(1, |end| from + end + 1)
}

fn members_start(class: &str) -> usize {
    1 + usize::from(class[1..].starts_with(['!', '^']))
}

fn push_class(folded: &mut String, class: &str) {
    let start = members_start(class);
    let Some(members) = class.get(start..class.len() - 1).filter(|members| !members.is_empty())
    else {
        folded.push_str(class);
        return;
    };
    let bytes = members.as_bytes();
    let mut contains = [false; 128];
    let mut at = 0;
    while let Some(&low) = bytes.get(at) {
        let range = bytes.get(at + 1) == Some(&b'-') && at + 2 < bytes.len();
        let high = if range { bytes[at + 2] } else { low };
        (low..=high).filter(u8::is_ascii).for_each(|member| contains[usize::from(member)] = true);
        at += if range { 3 } else { 1 };
    }
    let other_case =
        |letter: &u8| letter.is_ascii_alphabetic() && contains[usize::from(letter ^ 0x20)];
    let missing = (0..128).filter(|letter| !contains[usize::from(*letter)]).filter(other_case);
    // A trailing dash stays last: anywhere else it would make a range.
    let (members, dash) = match members.strip_suffix('-') {
        Some(members) => (members, "-"),
        None => (members, ""),
    };
    folded.push_str(&class[..start]);
    folded.push_str(members);
    folded.extend(missing.map(char::from));
    folded.push_str(dash);
    folded.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_fold_alike() {
        for (one, other) in [
            ("README.md", "readme.MD"),
            ("é", "e\u{301}"),
            ("É/x", "e\u{301}/X"),
            ("straſse", "STRASSE"),
            ("Σ", "ς"),
            ("\u{212a}", "k"),
            ("ẞ", "ß"),
        ] {
            let [one, other] = [one, other].map(|name| path(&name.parse().unwrap()));
            assert_eq!(one, other);
        }
        for (one, other) in [("ı", "i"), ("ß", "ss"), ("a", "á"), ("a/b", "a-b")] {
            let [one, other] = [one, other].map(|name| path(&name.parse().unwrap()));
            assert_ne!(one, other);
        }
        let bytes = path(&RepoPath::new(b"A\xffB".as_slice()).unwrap());
        assert_eq!(bytes.as_bytes(), b"a\xffb");
    }

    #[test]
    fn folded_glob_matches_folded_path() {
        for (text, names) in [
            (".GitHub/**", &[".github/x", ".GITHUB/X/y", ".GitHub/ci.yml"][..]),
            ("E\u{301}*", &["É", "e\u{301}x", "éX"]),
            ("[A-C]x", &["Ax", "aX", "bx"]),
            ("[]A-]x", &["]x", "-x", "ax"]),
            ("[A-]", &["-", "a", "A"]),
            ("[^!-]", &["^", "a", "B"]),
            ("[Z-a]", &["Z", "z", "_", "a", "A"]),
            ("{Src,DOC}/**/[a-z]?.RS", &["SRC/AB.rs", "doc/x/Y/zz.rs"]),
            ("\\{A\\}", &["{a}", "{A}"]),
            ("A,b", &["a,B"]),
        ] {
            let folded = glob(&Glob::parse(text).unwrap());
            for name in names {
                let name: RepoPath = name.parse().unwrap();
                assert_eq!(folded.is_match(&path(&name)), Ok(true), "{text} {name}");
            }
        }
        for (text, name) in [("[!a]", "A"), ("[^A-C]x", "bx"), ("Src/*", "src/x/y"), ("[b]", "a")] {
            let folded = glob(&Glob::parse(text).unwrap());
            let name: RepoPath = name.parse().unwrap();
            assert_eq!(folded.is_match(&path(&name)), Ok(false), "{text} {name}");
        }
    }

    /// Random valid globs stay valid, and still match the paths that they matched.
    #[test]
    fn random_globs_fold() {
        const LETTERS: [&str; 14] =
            ["a", "B", "É", "*", "?", "[", "]", "!", "-", "^", "{", "}", ",", "/"];
        let mut state = 88_172_645_463_325_252_u64;
        let mut dice = |sides: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % 1_000_003).unwrap() % sides
        };
        let mut valid = 0;
        for _ in 0..20_000 {
            let text: String = (0..1 + dice(8)).map(|_| LETTERS[dice(LETTERS.len())]).collect();
            let Ok(original) = Glob::parse(&text) else { continue };
            let folded = Glob::parse_generated(&glob_text(&text));
            let Ok(folded) = folded else { panic!("{text} became {}", glob_text(&text)) };
            valid += 1;
            for _ in 0..20 {
                let name: String = (0..1 + dice(4))
                    .map(|_| ["a", "A", "b", "B", "-", "/", "!", "^"][dice(8)])
                    .collect();
                let Ok(name) = name.parse::<RepoPath>() else { continue };
                // A negated class excludes both cases once folded, so it may match less.
                if original.is_match(&name) == Ok(true)
                    && !text.contains("[!")
                    && !text.contains("[^")
                {
                    assert_eq!(folded.is_match(&path(&name)), Ok(true), "{text} {name}");
                }
            }
        }
        assert!(valid > 1_000, "{valid}");
    }
}
