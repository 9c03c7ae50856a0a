//! Tables for matching and intersection, and both compared with brute force and `globset`.

use proptest::prelude::*;

use super::*;

fn glob(text: &str) -> Glob {
    Glob::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn first_path(left: &str, right: &str, subtracted: &[&str]) -> Option<String> {
    let subtracted: Vec<Glob> = subtracted.iter().map(|text| glob(text)).collect();
    let subtracted: Vec<&Glob> = subtracted.iter().collect();
    match glob(left).intersection(&glob(right), &subtracted, &mut Budget::default()) {
        Intersection::At(witness) => Some(path_of(&witness)),
        Intersection::Disjoint => None,
        Intersection::GaveUp => panic!("undecided"),
    }
}

fn path_of(witness: &Witness) -> String {
    RepoPath::new(witness.path.as_slice()).unwrap().to_string()
}

#[test]
fn matching() {
    for (text, inside, outside) in [
        ("?", vec!["a", "b"], vec!["ab", "a/b"]),
        ("*", vec!["a", ".x"], vec!["a/b"]),
        ("**", vec!["a", "a/b", ".x/y"], vec![]),
        ("**/x", vec!["x", "a/x", "a/b/x"], vec!["ax", "x/a"]),
        ("x/**", vec!["x/a", "x/a/b"], vec!["x", "y/x/a"]),
        ("a/**/b", vec!["a/b", "a/x/b", "a/x/y/b"], vec!["ab", "a/xb", "a"]),
        ("a/**/**/b", vec!["a/b", "a/x/b"], vec!["ab"]),
        ("[a-c]x", vec!["ax", "cx"], vec!["dx", "x"]),
        ("a[!b]c", vec!["axc"], vec!["abc", "a/c"]),
        ("[+-9]", vec!["5", "+"], vec!["a"]),
        ("{a,b/c,}d", vec!["ad", "b/cd", "d"], vec!["bd"]),
        ("{a/**,b}/c", vec!["a/c", "a/x/c", "b/c"], vec!["c"]),
        ("{src/,docs/}**", vec!["src/a", "docs/a/b"], vec!["src", "srca"]),
        ("{*,a}*", vec!["a", "ab", "b/c"], vec![]),
        ("x{,/**}/y", vec!["x/y", "x/a/y"], vec!["xy"]),
        ("x/", vec!["x/a", "x/a/b"], vec!["x"]),
        (r"\[id\].tsx", vec!["[id].tsx"], vec!["i.tsx"]),
        (r"\{a\}", vec!["{a}"], vec!["a"]),
        (r"\!x", vec!["!x"], vec!["x"]),
        ("é/*", vec!["é/a"], vec!["e/a"]),
        ("??", vec!["é", "ab"], vec!["a"]),
        ("src/*.RS", vec!["src/a.RS"], vec!["src/a.rs"]),
    ] {
        for inside in inside {
            assert_eq!(glob(text).is_match(&path(inside)), Ok(true), "{text} {inside}");
            assert!(glob(text).globset_matches(&path(inside)), "{text} {inside}");
        }
        for outside in outside {
            assert_eq!(glob(text).is_match(&path(outside)), Ok(false), "{text} {outside}");
            assert!(!glob(text).globset_matches(&path(outside)), "{text} {outside}");
        }
    }
}

#[test]
fn first_path_of_intersections() {
    for (left, right, subtracted, expected) in [
        ("src/**/a*.rs", "src/x/*b.rs", &[][..], Some("src/x/ab.rs")),
        ("**", "**", &[], Some("0")),
        ("src/**", "src/x/**", &[], Some("src/x/0")),
        ("a*", "*b", &[], Some("ab")),
        ("[a-c]", "[d-f]", &[], None),
        ("[-_]x?", "*", &[], Some("-x0")),
        ("a", "b", &[], None),
        ("a/**", "a", &[], None),
        ("**/a", "a/**", &[], Some("a/a")),
        ("src/x/**", "src/**", &["src/x/README.md"], Some("src/x/0")),
        ("src/x/**", "src/**", &["src/x/*"], Some("src/x/0/0")),
        ("src/x/*", "src/**", &["src/x/*"], None),
        ("src/x/*", "src/**", &["**/[a-z]*", "**/[A-Z]*"], Some("src/x/0")),
        ("src/x/*", "src/**", &["**/[a-z]*", "**/[0-9]*"], Some("src/x/A")),
        ("*", "*", &["[0-9a-zA-Z]*"], Some("\u{1}")),
        ("**", "**", &["[0-9a-zA-Z]"], Some("00")),
        ("**", "*", &["[0-9a-zA-Z]*"], Some("\u{1}")),
        ("**", "**", &["[0-9a-zA-Z]*"], Some("0/0")),
        ("**", "**", &["*"], Some("0/0")),
        ("[.]*", "?[.]", &[], None),
        ("[.]*", "?[.]*", &[], Some("..0")),
        (".gi?", "?[g]it", &[], None),
        (".gi?/x", "[.][gG]i[tT]/*", &[], None),
        ("{a,b}{c,d}", "?{c,e}", &[], Some("ac")),
        ("{**,x}/y", "a/**", &[], Some("a/y")),
        ("é*", "?[!a]x", &[], Some("éx")),
        ("*.rs", "**/*.rs", &[], Some(".rs")),
        ("[!a]", "[!b]", &[], Some("0")),
        ("[!0-9A-Za-z]", "*", &[], Some("\u{1}")),
    ] {
        assert_eq!(
            first_path(left, right, subtracted).as_deref(),
            expected,
            "{left} and {right} minus {subtracted:?}"
        );
        assert_eq!(
            first_path(right, left, subtracted).as_deref(),
            expected,
            "{right} and {left} minus {subtracted:?}"
        );
    }
}

#[test]
fn hostile_pairs() {
    let stars = "*a".repeat(50);
    let deep = "**/a/".repeat(100) + "a";
    let nested = (0..20).fold("x".to_owned(), |inner, depth| format!("{{a{depth},b{inner}}}"));
    for (left, right, subtracted, intersects) in [
        (deep.as_str(), "**/a/b/**", vec![], true),
        (deep.as_str(), deep.as_str(), vec![], true),
        (stars.as_str(), "*b", vec![], false),
        (stars.as_str(), stars.as_str(), vec![], true),
        (nested.as_str(), nested.as_str(), vec![], true),
        ("**/*a????????????????????????/z", "**/*b???????????????????????/z", vec![], true),
        (
            "**",
            "**",
            ["a", "b", "c", "d", "e", "f", "g", "h"]
                .map(|c| format!("**/*{c}????????????"))
                .to_vec(),
            true,
        ),
    ] {
        let subtracted: Vec<&str> = subtracted.iter().map(String::as_str).collect();
        assert_eq!(first_path(left, right, &subtracted).is_some(), intersects, "{left} {right}");
    }
}

#[test]
fn braces_with_many_branches() {
    let branches = |from: usize| {
        let names: Vec<String> = (from..from + 10_000).map(|name| format!("d{name}/x")).collect();
        format!("{{{}}}", names.join(","))
    };
    assert_eq!(first_path(&branches(0), &branches(9_999), &[]).as_deref(), Some("d9999/x"));
    assert_eq!(first_path(&branches(0), &branches(10_000), &[]), None);
}

#[test]
fn too_large_is_undecided() {
    let glob = glob(&format!("b{}", "{,a}".repeat(20_000)));
    let mut budget = Budget::default();
    assert_eq!(glob.intersection(&everything(), &[], &mut budget), Intersection::GaveUp);
    assert_eq!(glob.is_match(&path("ba")), Err(Undecided));
}

#[test]
fn globs_from_paths() {
    let odd = RepoPath::new(*b"a*/\xff[b]").unwrap();
    assert_eq!(exactly(&odd).is_match(&odd), Ok(true));
    assert_eq!(exactly(&odd).is_match(&path("ab/x")), Ok(false));
    let inside = RepoPath::new(*b"a*/\xff[b]/c").unwrap();
    assert_eq!(below(&odd).is_match(&inside), Ok(true));
    assert_eq!(below(&odd).is_match(&odd), Ok(false));
}

/// Random globs over an alphabet small enough for brute force.
fn globs() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => Just("a".to_owned()),
        2 => Just("b".to_owned()),
        2 => Just("*".to_owned()),
        2 => Just("/".to_owned()),
        2 => Just("**".to_owned()),
        1 => Just("/**/".to_owned()),
        1 => Just("?".to_owned()),
        1 => Just(".".to_owned()),
        1 => Just("[a-b]".to_owned()),
        1 => Just("[!a]".to_owned()),
        1 => Just("[.b]".to_owned()),
    ];
    let tree = leaf.prop_recursive(2, 12, 3, |inner| {
        let branch = prop::collection::vec(inner, 0..3).prop_map(|pieces| pieces.concat());
        prop::collection::vec(branch, 2..4)
            .prop_map(|branches| format!("{{{}}}", branches.join(",")))
    });
    prop::collection::vec(tree, 1..6).prop_map(|pieces| pieces.concat())
}

/// All paths of up to six bytes from `a`, `b`, `.` and `/`.
fn short_paths() -> &'static [RepoPath] {
    static PATHS: LazyLock<Vec<RepoPath>> = LazyLock::new(|| {
        let mut words = vec![Vec::new()];
        let mut paths = Vec::new();
        for _ in 0..6 {
            words = words
                .iter()
                .flat_map(|word: &Vec<u8>| {
                    b"ab./".iter().map(|&byte| [word.as_slice(), &[byte]].concat())
                })
                .collect();
            paths.extend(words.iter().filter_map(|word| RepoPath::new(word.as_slice()).ok()));
        }
        paths
    });
    &PATHS
}

/// Expands the braces of a glob as text.
fn expand_text(text: &str) -> Vec<String> {
    let Some(open) = text.find('{') else { return vec![text.to_owned()] };
    let (mut depth, mut starts, mut close) = (0, vec![open + 1], None);
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 1 => starts.push(at + 1),
            _ => {}
        }
        if depth == 0 {
            close = Some(at);
            break;
        }
    }
    let close = close.unwrap();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([close]);
    starts
        .iter()
        .zip(ends)
        .flat_map(|(&start, end)| {
            expand_text(&format!("{}{}{}", &text[..open], &text[start..end], &text[close + 1..]))
        })
        .collect()
}

#[test]
fn escaped_names_are_literal() {
    for name in ["a", "a*b", "?", "[id]", "{a,b}", "a\\b", "!x", "a!", "a]", "é,-"] {
        let glob = Glob::parse(&escape(name)).unwrap();
        assert_eq!(glob.literal(), Some(name.as_bytes()), "{name}");
        assert!(!glob.has_wildcards(), "{name}");
    }
    for (text, wild) in [("{a,b/c}", false), ("{a,b/*}", true), ("[a]", true), ("x/", true)] {
        assert_eq!(Glob::parse(text).unwrap().has_wildcards(), wild, "{text}");
    }
}

fn cases() -> u32 {
    std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_global_rejects: u32::MAX, ..ProptestConfig::default() })]

    /// A glob is valid if and only if all its expansions are, and matches what any of them matches.
    #[test]
    fn braces_equal_their_expansions(text in globs()) {
        let expansions = expand_text(&text);
        // A slash is short for `/**` at the end of the whole glob, but an empty component at the
        // end of a branch.
        prop_assume!(text.ends_with('/') || !expansions.iter().any(|glob| glob.ends_with('/')));
        let all_valid = expansions.iter().all(|glob| Glob::parse(glob).is_ok());
        prop_assert_eq!(Glob::parse(&text).is_ok(), all_valid, "{:?}", expansions);
        if let Ok(glob) = Glob::parse(&text) {
            let parse = |text: &String| Glob::parse(text).unwrap();
            let expansions: Vec<Glob> = expansions.iter().map(parse).collect();
            for path in short_paths() {
                let any = expansions.iter().any(|glob| glob.is_match(path) == Ok(true));
                prop_assert_eq!(glob.is_match(path), Ok(any), "{}", path);
            }
        }
    }

    #[test]
    fn matching_agrees_with_globset(text in globs()) {
        let Ok(glob) = Glob::parse(&text) else { return Err(TestCaseError::reject("invalid")) };
        for path in short_paths() {
            prop_assert_eq!(glob.is_match(path), Ok(glob.globset_matches(path)), "{}", path);
        }
    }

    /// Gives `globset` the text as written, without our own parser in between.
    #[test]
    fn plain_globs_agree_with_globset(text in globs()) {
        prop_assume!(!text.contains(['{', '[']) && !text.ends_with('/'));
        let Ok(glob) = Glob::parse(&text) else { return Err(TestCaseError::reject("invalid")) };
        let matcher = globset::GlobBuilder::new(&text).literal_separator(true).build().unwrap();
        let matcher = matcher.compile_matcher();
        for path in short_paths() {
            let theirs = matcher.is_match_candidate(&globset::Candidate::from_bytes(path.as_bytes()));
            prop_assert_eq!(glob.is_match(path), Ok(theirs), "{}", path);
        }
    }

    /// If the globs are disjoint, no short path is in both. A witness is in both and not
    /// subtracted, and no shorter path without odd bytes is.
    #[test]
    fn intersection_agrees_with_brute_force(
        left in globs(), right in globs(), subtracted in prop::collection::vec(globs(), 0..3),
    ) {
        let (Ok(left), Ok(right)) = (Glob::parse(&left), Glob::parse(&right)) else {
            return Err(TestCaseError::reject("invalid"));
        };
        let subtracted: Vec<Glob> = subtracted.iter().filter_map(|text| Glob::parse(text).ok()).collect();
        let subtracted: Vec<&Glob> = subtracted.iter().collect();
        let in_all = |path: &RepoPath| {
            left.globset_matches(path)
                && right.globset_matches(path)
                && !subtracted.iter().any(|glob| glob.globset_matches(path))
        };
        let mut budget = Budget::default();
        match left.intersection(&right, &subtracted, &mut budget) {
            Intersection::GaveUp => prop_assert!(false, "undecided"),
            Intersection::Disjoint => {
                for path in short_paths() {
                    prop_assert!(!in_all(path), "{}", path);
                }
            }
            Intersection::At(witness) => {
                let found = RepoPath::new(witness.path.as_slice()).unwrap();
                prop_assert!(in_all(&found), "{}", found);
                let is_odd = |path: &RepoPath| path.as_bytes().contains(&b'.');
                if let Some(shorter) = short_paths().iter().find(|path| {
                    path.as_bytes().len() < found.as_bytes().len() && !is_odd(path) && in_all(path)
                }) {
                    prop_assert!(false, "{} is longer than {}", found, shorter);
                }
            }
        }
    }

    #[test]
    fn basenames_equal_those_of_expansions(text in globs()) {
        const NAMES: &[&str] = &["a", "b", "aa", "ab", "a.", "ba", "bb", ".a"];
        let Ok(glob) = Glob::parse(&text) else { return Err(TestCaseError::reject("invalid")) };
        let expansions = expand_text(&text);
        let last = |glob: &String| glob.rsplit('/').next().unwrap().replace('\\', "");
        let wild = |glob: &&String| glob.rsplit('/').next().unwrap().contains(['*', '?', '[']);
        let named: Vec<String> =
            expansions.iter().filter(|glob| !wild(glob) && !glob.ends_with('/')).map(last).collect();
        prop_assert_eq!(glob.has_literal_basename(), !named.is_empty(), "{:?}", expansions);
        let expected: Vec<&str> =
            NAMES.iter().copied().filter(|name| named.iter().any(|other| other == name)).collect();
        prop_assert_eq!(glob.literal_basenames_among(NAMES), expected, "{:?}", expansions);
    }

    /// No text makes the parser panic, and all errors have spans in the text.
    #[test]
    fn any_text_is_parsed(text in "[a{}\\[\\]*?/\\\\!,.é^:-]{0,24}") {
        if let Err(errors) = Glob::parse(&text) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(text.get(error.span).is_some());
            }
        }
    }
}
