//! The YAML tree held against `serde_yaml`: the same values, and spans from which they come again.

use lanelint::plan::{PlanText, read};
use lanelint::source::yaml::{NodeRef, Tree, View};
use proptest::prelude::*;
use serde_yaml::Value;

use crate::harness;

fn config(default: u32) -> ProptestConfig {
    ProptestConfig {
        max_global_rejects: u32::MAX,
        max_local_rejects: u32::MAX,
        ..harness::config(default)
    }
}

/// A node as the oracle would have it; nothing where it has something that the oracle refuses.
fn value(node: NodeRef<'_>) -> Option<Value> {
    Some(match node.view() {
        View::Null => Value::Null,
        View::Text(scalar) => Value::String(scalar.text.to_owned()),
        // What kind of number it is, no plan asks.
        View::NotText(_) => serde_yaml::from_str(node.source()).ok()?,
        View::List(items) => Value::Sequence(items.into_iter().map(value).collect::<Option<_>>()?),
        View::Map(pairs) => {
            let pairs = pairs.into_iter().map(|(key, item)| Some((value(key)?, value(item)?)));
            Value::Mapping(pairs.collect::<Option<_>>()?)
        }
        View::UnknownAlias | View::UnknownTag(_) | View::Broken => return None,
    })
}

/// Whether the tree says the same as the oracle, wherever both say something.
fn agree(text: &str) -> Result<bool, TestCaseError> {
    let tree = Tree::parse(text);
    let Ok(theirs) = serde_yaml::from_str::<Value>(text) else { return Ok(false) };
    if !tree.problems().is_empty() {
        return Ok(false);
    }
    let mine = match tree.root() {
        None => Value::Null,
        Some(root) => match value(root) {
            Some(mine) => mine,
            None => return Ok(false),
        },
    };
    prop_assert_eq!(mine, theirs, "{}", text);
    Ok(true)
}

/// Texts that YAML may take for something else, and some that it may not.
fn scalars() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z/*!é漢 .#:,{}\\[\\]&'\"-]{0,12}",
        1 => prop::sample::select(vec![
            "null", "~", "true", "off", "1", "-0.5e3", "0x1F", "0o7", "1.2.3", ".inf", "", " x", "x ",
            "a\nb", "a\n\n  b\n", "\t", "- x", "x: y", "# x", "*x", "&x", "!x", "%x", "@x", "`x`", "\u{85}",
        ]).prop_map(str::to_owned),
    ]
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        5 => scalars().prop_map(Value::String),
        1 => any::<i32>().prop_map(|number| Value::Number(number.into())),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Sequence),
            prop::collection::vec((scalars(), inner), 0..5).prop_map(|pairs| {
                Value::Mapping(pairs.into_iter().map(|(key, item)| (key.into(), item)).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(config(1_000))]

    /// What the oracle wrote is read as it was meant, in every way of writing it.
    #[test]
    fn round_trip(document in documents(), crlf in any::<bool>(), bom in any::<bool>()) {
        let block = serde_yaml::to_string(&document).unwrap();
        let flow = serde_json::to_string(&document).unwrap();
        for text in [block, flow] {
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            let text = if bom { format!("\u{feff}{text}") } else { text };
            let tree = Tree::parse(&text);
            prop_assert_eq!(tree.problems(), [], "{}", &text);
            let read = tree.root().map_or(Some(Value::Null), value);
            prop_assert_eq!(read.as_ref(), Some(&document), "{}", &text);
        }
    }

    /// Where both take a text that somebody might write by hand, they take it for the same.
    #[test]
    fn handwritten_texts(lines in prop::collection::vec(
        ("( {0,6})", "(- )?", prop_oneof![
            "[ab]: ", "[ab]: ?[a-z*/'\"]{0,6}", "- ", "[a-c]{1,3}", "[ab]: \\[[ab, ]{0,5}\\]?", "[ab]: \\{a: b\\}",
            "[ab]: \\|-?", "[ab]: >", "[ab]: '[a-z' ]{0,6}'", "[ab]: \"[a-z\\\\n ]{0,6}\"", "# [ab]", "", "[ab]: &[xy] [ab]",
            "[ab]: \\*[xy]",
        ]), 1..7,
    )) {
        let text: String =
            lines.into_iter().map(|(indent, dash, rest)| format!("{indent}{dash}{rest}\n")).collect();
        agree(&text)?;
    }

    /// A mutilated plan never panics, and what is wrong is told, inside the text.
    #[test]
    fn mutilated_plans(
        cut in 0..200usize, length in 0..6usize, put in "[\\[\\]{}'\":*&!#|>,\n -]{0,4}",
    ) {
        let mut text = "tasks:\n  a:\n    write: [src/a, \"src/b\"]\n  b: {write: 'x/**', needs: a}\n  c:\n    \
                        write:\n      - \"q\"\n      - r\nprotect: p/**\n".to_owned();
        let start = cut.min(text.len());
        text.replace_range(start..(start + length).min(text.len()), &put);
        let tree = Tree::parse(&text);
        for problem in tree.problems() {
            prop_assert!(text.get(problem.span.clone()).is_some());
        }
        prop_assert!(tree.root().is_some() || !tree.problems().is_empty());
        // A text that the oracle refuses for its syntax is no plan of which nothing is said.
        // libyaml keeps to YAML 1.1: fewer names of anchors, and in flow collections fewer colons.
        if let Err(error) = serde_yaml::from_str::<Value>(&text)
            && !put.contains([':', '&'])
        {
            let said = error.to_string();
            let meaning = ["duplicate entry", "unknown anchor", "tag", "recursion", "unexpected ':'"];
            let of_meaning = meaning.iter().any(|word| said.contains(word));
            let plan = read(vec![PlanText::new("lanes.yaml", text.clone())]);
            prop_assert!(of_meaning || !plan.problems.is_empty(), "{}: {}", said, text);
        }
        // To libyaml, a colon ends the name of an anchor; YAML 1.2 lets it be part of one.
        if !put.contains(['&', '*']) {
            agree(&text)?;
        }
    }
}

#[test]
fn oracle_accepts_enough() {
    let mut taken = 0;
    for text in
        ["a: [b, 'c']", "a: |\n  x\n  y\n", "- &x a\n- *x\n", "a: >-\n  b\n  c\n", "? a\n: b\n"]
    {
        taken += usize::from(agree(text).unwrap());
    }
    assert_eq!(taken, 5);
}
