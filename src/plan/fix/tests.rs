//! The result of each fix, in every style.

use super::*;
use crate::index::nth;
use crate::plan::{PlanText, read};
use crate::source::Span;

fn plan(text: &str) -> (Vec<PlanText>, Plan) {
    let texts = vec![PlanText::new("lanes.yaml", text)];
    let plan = read(texts.clone());
    (texts, plan)
}

/// The text after a fix; `-` if there is none.
fn fixed(text: &str, fix: impl Fn(&Plan) -> Fix) -> String {
    let (texts, plan) = plan(text);
    let fix = fix(&plan);
    let edits = Fixer::new(&plan).edits(&fix);
    if edits.is_empty() {
        return "-".to_owned();
    }
    let applied = apply(&texts, &plan, &[(&fix, edits.clone())]);
    let applied =
        applied.unwrap_or_else(|refusal| panic!("{refusal:?}: {fix:?} with {edits:?} in {text}"));
    String::from_utf8(applied.texts[0].bytes.clone().unwrap()).unwrap()
}

fn remove(task: TaskId, entry: u32) -> impl Fn(&Plan) -> Fix {
    move |_| Fix::RemoveGlob { task, entry, applicability: Applicability::Unsafe }
}

fn exclude(globs: &[&str]) -> impl Fn(&Plan) -> Fix {
    let globs: Box<[Arc<str>]> = globs.iter().map(|&glob| glob.into()).collect();
    move |_| Fix::Exclude { task: nth(0), globs: globs.clone() }
}

fn all(cases: &[(&str, &str)], fix: impl Fn(&Plan) -> Fix) {
    for (text, expected) in cases {
        assert_eq!(fixed(text, &fix), *expected, "{text}");
        // The same with Windows line endings.
        let (text, expected) = (text.replace('\n', "\r\n"), expected.replace('\n', "\r\n"));
        assert_eq!(fixed(&text, &fix), expected, "{text}");
    }
}

#[test]
fn remove_glob() {
    all(
        &[
            ("tasks:\n  a: {write: [x, y]}\n", "tasks:\n  a: {write: [x]}\n"),
            ("tasks:\n  a: {write: [x, y, ]}\n", "tasks:\n  a: {write: [x, ]}\n"),
            ("tasks:\n  a: {write: [x , y , z]}\n", "tasks:\n  a: {write: [x , z]}\n"),
            ("tasks:\n  a: {write: [ x, \"y,]\" ]}\n", "tasks:\n  a: {write: [ x ]}\n"),
            (
                "tasks:\n  a:\n    write: # all\n      # one\n      - x\n      # two\n      - y # why\n      - z\n",
                "tasks:\n  a:\n    write: # all\n      # one\n      - x\n      # two\n      # why\n      - z\n",
            ),
            (
                "tasks:\n  a:\n    write:\n    - x\n    - y\n    needs: []\n",
                "tasks:\n  a:\n    write:\n    - x\n    needs: []\n",
            ),
            ("tasks:\n  a:\n    write:\n    - x\n    - y", "tasks:\n  a:\n    write:\n    - x"),
            (
                "tasks:\n  a:\n    write: [\n      x, # one\n      y, # two\n      z\n    ]\n",
                "tasks:\n  a:\n    write: [\n      x, # one\n       # two\n      z\n    ]\n",
            ),
            (
                "tasks:\n  a:\n    write: [\n      x,\n      y\n    ]\n",
                "tasks:\n  a:\n    write: [\n      x\n    ]\n",
            ),
            (
                "{\"tasks\": {\"a\": {\"write\": [\n  \"x\",\n  \"y\"\n]}}}\n",
                "{\"tasks\": {\"a\": {\"write\": [\n  \"x\"\n]}}}\n",
            ),
            ("tasks: {a: {write: [x,\n  y, z]}}\n", "tasks: {a: {write: [x,\n  z]}}\n"),
            ("tasks: {a: {write: &l [x, y]}, b: {write: *l}}\n", "-"),
            ("x-l: &l y\ntasks: {a: {write: [x, *l]}}\n", "x-l: &l y\ntasks: {a: {write: [x]}}\n"),
            ("tasks: {a: {write: [x, &l y]}, b: {write: *l}}\n", "-"),
            ("tasks: {a: &t {write: [x, y]}, b: *t}\n", "-"),
        ],
        remove(nth(0), 1),
    );
}

#[test]
fn remove_last_glob() {
    all(
        &[
            ("tasks:\n  a: {write: x}\n", "tasks:\n  a: {write: []}\n"),
            ("tasks:\n  a: {write: [x]}\n", "tasks:\n  a: {write: []}\n"),
            ("tasks:\n  a: {write: [x,]}\n", "tasks:\n  a: {write: []}\n"),
            ("tasks:\n  a:\n    write: 'x' # c\n", "tasks:\n  a:\n    write: [] # c\n"),
            (
                "tasks:\n  a:\n    write: # b\n      # c\n      - x # d\n    needs: []\n",
                "tasks:\n  a:\n    write: [] # b\n      # c\n      # d\n    needs: []\n",
            ),
            ("tasks:\n  a:\n    write:\n      - x", "tasks:\n  a:\n    write: []"),
            ("tasks:\n  a:\n    write: |\n      x\n", "-"),
        ],
        remove(nth(0), 0),
    );
}

#[test]
fn add_exclusions() {
    all(
        &[
            ("tasks:\n  a: {write: x/**}\n", "tasks:\n  a: {write: [x/**, \"!x/y\"]}\n"),
            (
                "tasks:\n  a:\n    write: x/{a,b}\n",
                "tasks:\n  a:\n    write: [\"x/{a,b}\", \"!x/y\"]\n",
            ),
            (
                "tasks:\n  a:\n    write: '*' # c\n",
                "tasks:\n  a:\n    write: ['*', \"!x/y\"] # c\n",
            ),
            ("tasks:\n  a: {write: [x, z,]}\n", "tasks:\n  a: {write: [x, z, \"!x/y\",]}\n"),
            (
                "tasks:\n  a:\n    write:\n    - x\n    -  z # c\n    # d\n",
                "tasks:\n  a:\n    write:\n    - x\n    -  z # c\n    -  \"!x/y\"\n    # d\n",
            ),
            (
                "tasks:\n  a:\n    write:\n      - x",
                "tasks:\n  a:\n    write:\n      - x\n      - \"!x/y\"",
            ),
            (
                "tasks:\n  a:\n    write: [\n      x, # b\n      z # c\n    ]\n",
                "tasks:\n  a:\n    write: [\n      x, # b\n      z, # c\n      \"!x/y\"\n    ]\n",
            ),
            (
                "tasks:\n  a:\n    write: [\n      x,\n      z, # c\n    ]\n",
                "tasks:\n  a:\n    write: [\n      x,\n      z, # c\n      \"!x/y\",\n    ]\n",
            ),
            (
                "{\"tasks\": {\"a\": {\"write\": \"x\"}}}\n",
                "{\"tasks\": {\"a\": {\"write\": [\"x\", \"!x/y\"]}}}\n",
            ),
            ("x: &x [q]\ntasks: {a: {write: *x}}\n", "-"),
        ],
        exclude(&["x/y"]),
    );
    all(
        &[
            ("tasks:\n  a: {write: x}\n", "tasks:\n  a: {write: [x, \"!y\", \"!z\"]}\n"),
            (
                "tasks:\n  a:\n    write:\n      - x\n",
                "tasks:\n  a:\n    write:\n      - x\n      - \"!y\"\n      - \"!z\"\n",
            ),
            (
                "tasks:\n  a:\n    write: [\n      x\n    ]\n",
                "tasks:\n  a:\n    write: [\n      x,\n      \"!y\",\n      \"!z\"\n    ]\n",
            ),
        ],
        exclude(&["y", "z"]),
    );
}

#[test]
fn add_glob_with_quotes() {
    let add = |glob: &'static str| move |_: &Plan| Fix::AddGlob { task: nth(0), glob: glob.into() };
    for (glob, quoted) in [
        ("src/Cargo.lock", "src/Cargo.lock"),
        ("**/x", "\"**/x\""),
        ("src/**", "src/**"),
        ("a b", "a b"),
        ("{a,b}", "\"{a,b}\""),
        ("x: y", "\"x: y\""),
        ("x #y", "\"x #y\""),
        (r"\[id]", r#""\\[id]""#),
        ("1.5", "\"1.5\""),
        ("null", "\"null\""),
        ("-x", "\"-x\""),
        ("é", "é"),
    ] {
        let expected = format!("tasks:\n  a:\n    write:\n      - q\n      - {quoted}\n");
        assert_eq!(fixed("tasks:\n  a:\n    write:\n      - q\n", add(glob)), expected);
        let expected = format!("tasks: {{a: {{write: [q, {quoted}]}}}}\n");
        assert_eq!(fixed("tasks: {a: {write: [q]}}\n", add(glob)), expected);
    }
    assert_eq!(fixed("tasks: {a: {write: []}}\n", add("x")), "tasks: {a: {write: [x]}}\n");
}

#[test]
fn replace_glob() {
    all(
        &[
            ("tasks: {a: {write: x}}\n", "tasks: {a: {write: y/**}}\n"),
            ("tasks: {a: {write: ['x', z]}}\n", "tasks: {a: {write: ['y/**', z]}}\n"),
            (
                "tasks:\n  a:\n    write:\n      - \"x\" # c\n      - z\n",
                "tasks:\n  a:\n    write:\n      - \"y/**\" # c\n      - z\n",
            ),
            ("x-l: &l x\ntasks: {a: {write: [*l]}}\n", "x-l: &l x\ntasks: {a: {write: [y/**]}}\n"),
            ("x-l: &l [x]\ntasks: {a: {write: *l}}\n", "-"),
            ("tasks: {a: {write: [&l x]}, b: {write: *l}}\n", "-"),
        ],
        |_| Fix::ReplaceGlob { task: nth(0), entry: 0, glob: "y/**".into() },
    );
}

#[test]
fn add_need() {
    let need = |_: &Plan| Fix::Need { task: nth(0), other: nth(1) };
    all(
        &[
            (
                "tasks:\n  a: {write: x}\n  b: {write: y}\n",
                "tasks:\n  a: {write: x, needs: b}\n  b: {write: y}\n",
            ),
            (
                "tasks:\n    a:\n        write: x # c\n\n    # d\n    b: {write: y}\n",
                "tasks:\n    a:\n        write: x # c\n        needs: b\n\n    # d\n    b: {write: y}\n",
            ),
            (
                "tasks:\n  a:\n    write:\n    - x # c\n    # d\n  b: {write: y}\n",
                "tasks:\n  a:\n    write:\n    - x # c\n    needs: b\n    # d\n  b: {write: y}\n",
            ),
            (
                "tasks:\n  a:\n    write: x\n    title: |\n      t\n\n  b: {write: y}\n",
                "tasks:\n  a:\n    needs: b\n    write: x\n    title: |\n      t\n\n  b: {write: y}\n",
            ),
            (
                "tasks:\n  a: {write: x, needs: c}\n  b: {write: y}\n  c: {write: z}\n",
                "tasks:\n  a: {write: x, needs: [c, b]}\n  b: {write: y}\n  c: {write: z}\n",
            ),
            (
                "tasks:\n  a:\n    needs:\n    write: x\n  b: {write: y}\n",
                "tasks:\n  a:\n    needs: b\n    write: x\n  b: {write: y}\n",
            ),
            (
                "tasks:\n  a: {write: x, needs: ~}\n  b: {write: y}\n",
                "tasks:\n  a: {write: x, needs: b}\n  b: {write: y}\n",
            ),
            (
                "tasks:\n  a: {write: x, needs: []}\n  b: {write: y}\n",
                "tasks:\n  a: {write: x, needs: [b]}\n  b: {write: y}\n",
            ),
            (
                "tasks:\n  a:\n    needs:\n      - c\n    write: x\n  b: {write: y}\n  c: {write: z}\n",
                "tasks:\n  a:\n    needs:\n      - c\n      - b\n    write: x\n  b: {write: y}\n  c: {write: z}\n",
            ),
            (
                "{\n  \"tasks\": {\n    \"a\": {\n      \"write\": [\"x\"]\n    },\n    \"b\": {\"write\": []}\n  }\n}\n",
                "{\n  \"tasks\": {\n    \"a\": {\n      \"write\": [\"x\"],\n      \"needs\": \"b\"\n    },\n    \"b\": {\"write\": []}\n  }\n}\n",
            ),
            (
                "tasks: {a: {\n  write: x # c\n}, b: {write: y}}\n",
                "tasks: {a: {\n  write: x, # c\n  needs: b\n}, b: {write: y}}\n",
            ),
            (
                "tasks: {a: {write: x, needs: &n [c]}, b: {write: y}, c: {write: z, needs: *n}}\n",
                "-",
            ),
            (
                "tasks: {a: {write: &l x}, b: {write: *l}}\n",
                "tasks: {a: {write: &l x, needs: b}, b: {write: *l}}\n",
            ),
        ],
        need,
    );
}

#[test]
fn share_glob() {
    all(
        &[
            ("tasks: {a: {write: x}}\n", "tasks: {a: {write: x}}\nshare: x\n"),
            ("tasks:\n  a:\n    write: x\n", "tasks:\n  a:\n    write: x\nshare: x\n"),
            ("tasks:\n  a:\n    write: x", "tasks:\n  a:\n    write: x\nshare: x"),
            ("share: y\ntasks: {a: {write: x}}\n", "share: [y, x]\ntasks: {a: {write: x}}\n"),
            ("share:\n- y\ntasks: {a: {write: x}}\n", "share:\n- y\n- x\ntasks: {a: {write: x}}\n"),
            ("{tasks: {a: {write: x}}}\n", "{tasks: {a: {write: x}}, share: x}\n"),
            (
                "\u{feff}---\n# c\ntasks: {a: {write: x}}\n# d\n...\n",
                "\u{feff}---\n# c\ntasks: {a: {write: x}}\nshare: x\n# d\n...\n",
            ),
        ],
        |_| Fix::Share { glob: "x".into() },
    );
}

#[test]
fn add_and_remove_allow() {
    let rule = "overlapping-lanes";
    all(
        &[
            (
                "tasks:\n  a:\n    write: x\n  b: {write: y}\n",
                "tasks:\n  a:\n    write: x\n    allow: [{rule: overlapping-lanes, with: b, reason: say why this is fine}]\n  b: {write: y}\n",
            ),
            (
                "{\"tasks\": {\"a\": {\"write\": \"x\"}, \"b\": {\"write\": \"y\"}}}",
                "{\"tasks\": {\"a\": {\"write\": \"x\", \"allow\": [{\"rule\": \"overlapping-lanes\", \"with\": \"b\", \"reason\": \"say why this is fine\"}]}, \"b\": {\"write\": \"y\"}}}",
            ),
            (
                "tasks:\n  a:\n    write: x\n    allow:\n      - rule: empty-lane\n        reason: r # c\n  b: {write: y}\n",
                "tasks:\n  a:\n    write: x\n    allow:\n      - rule: empty-lane\n        reason: r # c\n      - {rule: overlapping-lanes, with: b, reason: say why this is fine}\n  b: {write: y}\n",
            ),
        ],
        |_| Fix::Allow { task: nth(0), with: Some(nth(1)), rule },
    );
    all(
        &[
            (
                "tasks:\n  a:\n    allow: [{rule: x, reason: r}]\n    write: x\n",
                "tasks:\n  a:\n    write: x\n",
            ),
            (
                "tasks:\n  a:\n    write: x\n    allow:\n      - rule: x\n        reason: r\n",
                "tasks:\n  a:\n    write: x\n",
            ),
            (
                "tasks:\n  a:\n    write: x\n    allow:\n      - rule: x\n        reason: r\n      - {rule: y, reason: r}\n",
                "tasks:\n  a:\n    write: x\n    allow:\n      - {rule: y, reason: r}\n",
            ),
            (
                "tasks: {a: {write: x, allow: [{rule: x, reason: r}]}}\n",
                "tasks: {a: {write: x, allow: []}}\n",
            ),
            (
                "tasks:\n  a:\n    write: x\n    allow: # c\n      - {rule: x, reason: r}\n",
                "tasks:\n  a:\n    write: x\n    allow: [] # c\n",
            ),
        ],
        |_| Fix::RemoveAllowance { task: nth(0), allowance: 0 },
    );
}

#[test]
fn write_nothing() {
    all(
        &[
            ("tasks:\n  a:\n", "tasks:\n  a:\n    write: []\n"),
            (
                "tasks:\n  a: # c\n  b: {write: x}\n",
                "tasks:\n  a: # c\n    write: []\n  b: {write: x}\n",
            ),
            ("tasks: {a: , b: {write: x}}\n", "tasks: {a: {write: []} , b: {write: x}}\n"),
            ("tasks: {a: ~}\n", "tasks: {a: {write: []}}\n"),
            ("tasks: {a: {}}\n", "tasks: {a: {write: []}}\n"),
            ("{\"tasks\": {\"a\": null}}\n", "{\"tasks\": {\"a\": {\"write\": []}}}\n"),
            ("tasks:\n  a:\n    write:\n", "tasks:\n  a:\n    write: []\n"),
            ("tasks:\n  a:\n    write: #x\n", "tasks:\n  a:\n    write: [] #x\n"),
            ("tasks:\n  a:\n    title: t\n", "tasks:\n  a:\n    title: t\n    write: []\n"),
        ],
        |_| Fix::WriteNothing { task: nth(0) },
    );
}

#[test]
fn fixed_glob_stays_a_string() {
    let fix = |plan: &Plan| {
        let entry = &plan[nth(0)].write.as_ref().unwrap().entries[0];
        Fix::from(entry.glob.as_ref().unwrap_err()[0].fix.clone().unwrap())
    };
    all(
        &[
            ("tasks: {a: {write: ./src}}\n", "tasks: {a: {write: src}}\n"),
            ("tasks: {a: {write: ./*.rs}}\n", "tasks: {a: {write: \"*.rs\"}}\n"),
            ("tasks: {a: {write: './*.rs'}}\n", "tasks: {a: {write: '*.rs'}}\n"),
            ("tasks:\n  a:\n    write: /{a,b}\n", "tasks:\n  a:\n    write: \"{a,b}\"\n"),
            ("tasks:\n  a:\n    write: a}b\n", "tasks:\n  a:\n    write: \"a\\\\}b\"\n"),
            ("tasks: {a: {write: 'a}b'}}\n", "tasks: {a: {write: 'a\\}b'}}\n"),
            ("tasks: {a: {write: \"a}b\"}}\n", "tasks: {a: {write: \"a\\\\}b\"}}\n"),
            ("tasks: {a: {write: src//x}}\n", "tasks: {a: {write: src/x}}\n"),
            ("tasks: {a: {write: &l ./x}, b: {write: *l}}\n", "-"),
        ],
        fix,
    );
}

#[test]
fn unintended_edits_are_refused() {
    let (texts, plan) = plan("tasks:\n  a: {write: [x, y]}\n  b: {write: z}\n");
    let fix = Fix::RemoveGlob { task: nth(0), entry: 1, applicability: Applicability::Unsafe };
    let at = |needle: &str| plan.sources[0].text().find(needle).unwrap();
    for (start, end, text) in [
        (at("x"), at("x") + 1, "y"),
        (at("y]"), at("y]"), "q, "),
        (at("z"), at("z") + 1, "q"),
        (at("  b"), at("z") + 3, ""),
        (at("]"), at("]") + 1, ""),
        (at("]"), at("]") + 1, "], wirte: x"),
    ] {
        let span = Span::new(crate::source::FileId(0), start..end);
        let edits = vec![Edit { span, text: text.to_owned() }];
        assert!(apply(&texts, &plan, &[(&fix, edits)]).is_err(), "{start}..{end} {text}");
    }
}

/// The check does not trust rules to call only safe fixes safe.
#[test]
fn unsafe_safe_fixes_are_refused() {
    let safe = Applicability::Safe;
    let remove = |task, entry| Fix::RemoveGlob { task, entry, applicability: safe };
    let refusal = |text: &str, fixes: &[Fix]| {
        let (texts, plan) = plan(text);
        let fixer = Fixer::new(&plan);
        let fixes: Vec<_> = fixes.iter().map(|fix| (fix, fixer.edits(fix))).collect();
        assert!(fixes.iter().all(|(_, edits)| !edits.is_empty()), "{text}");
        apply(&texts, &plan, &fixes).err()
    };
    let changed = |id: &str| Some(Refusal::LaneChanged(id.into()));
    let text = "tasks:\n  a: {write: [x, y]}\n  b: {write: [\"!a\", a, b, b]}\n";
    assert_eq!(refusal(text, &[remove(nth(0), 0)]), changed("a"));
    assert_eq!(refusal(text, &[remove(nth(1), 0)]), changed("b"));
    assert_eq!(refusal(text, &[remove(nth(1), 3)]), None);
    assert_eq!(refusal(text, &[remove(nth(1), 1)]), None);
    let shared = "share: log\ntasks:\n  a: {write: [x, \"!log\"]}\n";
    assert_eq!(refusal(shared, &[remove(nth(0), 1)]), changed("a"));

    let replace = |text: &str, old: &str, new: &str| {
        let start = text.find(old).unwrap();
        let span = Span::new(crate::source::FileId(0), start..start + old.len());
        let (title, text) = (String::new(), new.to_owned());
        Fix::from(Replacement { title, span, text, applicability: safe })
    };
    // A known lane must stay the same.
    let text = "tasks:\n  a: {write: [x, y]}\n  b: {write: [./p, q]}\n";
    assert_eq!(refusal(text, &[replace(text, "y", "z")]), Some(Refusal::Unintended));
    assert_eq!(refusal(text, &[replace(text, "[x, y]", "[x, y, z]")]), changed("a"));
    // In an unknown lane, valid values must be kept.
    assert_eq!(refusal(text, &[replace(text, "./p, q", "p")]), Some(Refusal::Unintended));
    assert_eq!(refusal(text, &[replace(text, "./p", "p")]), None);
    // A string does not fix a map.
    let text = "tasks:\n  a: {write: [*.rs]}\n  b: {write: q}\n";
    let whole = replace(text, "{write: [*.rs]}", "\"{write: [*.rs]}\"");
    assert_eq!(refusal(text, &[whole]), Some(Refusal::Unintended));
    assert_eq!(refusal(text, &[replace(text, "*.rs", "\"*.rs\"")]), None);
}
