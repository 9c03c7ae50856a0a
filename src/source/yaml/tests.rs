//! Trees of valid and invalid documents.

use super::*;

/// The tree as one line: each text as decoded, with its source if that differs.
fn outline(text: &str) -> String {
    fn draw(text: &str, node: NodeRef<'_>, out: &mut String) {
        match node.view() {
            View::Null => out.push('~'),
            View::Text(scalar) if node.source() == scalar.text => out.push_str(scalar.text),
            View::Text(scalar) => out.push_str(&format!("{}<{}>", scalar.text, node.source())),
            View::NotText(what) => out.push_str(&format!("({what})")),
            View::List(items) => {
                out.push('[');
                for item in items {
                    draw(text, item, out);
                    out.push(' ');
                }
                out.push(']');
            }
            View::Map(pairs) => {
                out.push('{');
                for (key, value) in pairs {
                    draw(text, key, out);
                    out.push('=');
                    draw(text, value, out);
                    out.push(' ');
                }
                out.push('}');
            }
            View::UnknownAlias => out.push_str(&format!("alias?{}", node.source())),
            View::UnknownTag(span) => out.push_str(&format!("tag?{}", &text[span])),
            View::Broken => out.push_str("broken"),
        }
    }
    let tree = Tree::parse(text);
    let mut out = String::new();
    if let Some(root) = tree.root() {
        draw(text, root, &mut out);
    }
    for problem in tree.problems() {
        out.push_str(&format!("\n@{} {}", &text[problem.span.clone()], problem.message));
        if let Some(fix) = &problem.fix {
            out.push_str(&format!(" => {fix}"));
        }
    }
    out
}

#[test]
fn value_styles() {
    for (text, expected) in [
        ("", ""),
        ("# nothing\n", ""),
        ("a: b\n", "{a=b }"),
        ("\u{feff}a: b\r\nc: 'x''y'\r\n", "{a=b c=x'y<'x''y'> }"),
        ("a: [x, \"y\\u00e9\"]", "{a=[x yé<\"y\\u00e9\"> ] }"),
        ("a:\n- b\n- c: d\n", "{a=[b {c=d } ] }"),
        ("a: &n [q]\nb: *n\n", "{a=[q ] b=[q ] }"),
        ("a: ~\nb:\nc: null\nd: ''\n", "{a=~ b=~ c=~ d=<''> }"),
        (
            "a: 1\nb: -0.5e3\nc: true\nd: off\ne: 0x1F\nf: 1.2.3\n",
            "{a=(a number) b=(a number) c=(a boolean) d=off e=(a number) f=1.2.3 }",
        ),
        ("a: !!str 5\n", "{a=5 }"),
        ("{\"a\": {\"b\": [\"c\"]}}", "{a<\"a\">={b<\"b\">=[c<\"c\"> ] } }"),
        ("a: *.rs\nb: [*x/y, **/z]\n", "{a=alias?*.rs b=[alias?*x/y alias?**/z ] }"),
        ("a: !src/x\nb: ! y\nc: [!p/**, q]\n", "{a=tag?!src/x b=tag?! y c=[tag?!p/** q ] }"),
        (
            "a: &b/**\nc: [ &d , e]\n",
            "{a=~ c=[~ e ] }\n\
             @&b/** YAML reads this as an anchor, not as a string => \"&b/**\"\n\
             @&d YAML reads this as an anchor, not as a string",
        ),
        ("é: 漢\n", "{é=漢 }"),
    ] {
        assert_eq!(outline(text), expected, "{text}");
    }
}

#[test]
fn block_collection_end() {
    let text = "tasks:\n  a:\n    write: [x]\n  b:\n    - y\n\n\nbase: main\n";
    let tree = Tree::parse(text);
    let Some(View::Map(pairs)) = tree.root().map(NodeRef::view) else { panic!() };
    assert_eq!(pairs[0].1.source(), "a:\n    write: [x]\n  b:\n    - y");
}

#[test]
fn recovery_after_syntax_errors() {
    for (text, expected) in [
        (
            "tasks:\n  a:\n    write: [ab]*\n    branch: x\n  b:\n    write: src/b\n",
            "{tasks={a={write=broken branch=x } b={write=src/b } } }\n\
             @[ab]* YAML reads this as a list, not as a string => \"[ab]*\"",
        ),
        (
            "tasks:\n  a:\n    write:\n      - {a,b}/**\n      - c\n      - *\n  b: {write: d}\n",
            "{tasks={a={write=[broken c broken ] } b={write=d } } }\n\
             @{a,b}/** YAML reads this as a map, not as a string => \"{a,b}/**\"\n\
             @* YAML reads this as an alias, not as a string => \"*\"",
        ),
        (
            "tasks:\n  a: {write: \"open\n  b:\n    write: d\n",
            "{tasks={a=broken b={write=d } } }\n\
             @\" invalid YAML: unclosed quote",
        ),
        (
            "tasks:\n  a:\n    write: [x, *, y]\n  b:\n    write: d\n",
            "{tasks={a={write=broken } b={write=d } } }\n\
             @* YAML reads this as an alias, not as a string => \"*\"",
        ),
        (
            "x: &n [q]\ntasks:\n  a: ][\n  b: {write: *n}\n",
            "{x=[q ] tasks={a=broken b={write=[q ] } } }\n\
             @] invalid YAML: misplaced bracket",
        ),
        (
            "tasks:\n  a: {write: x}\n  ][: y\n  b: {write: d}\n",
            "{tasks={a={write=x } ][=broken b={write=d } } }\n@] invalid YAML: misplaced bracket",
        ),
        (
            "tasks:\n  a: [\n    x,\n  ] # end\n  b: {write: d\n  }\n  c: *\n",
            "{tasks={a=[x ] b={write=d } c=broken } }\n\
             @* YAML reads this as an alias, not as a string => \"*\"",
        ),
        ("a: 1\n---\nb: 2\n", "{a=(a number) }\n@--- unexpected second YAML document"),
    ] {
        assert_eq!(outline(text), expected, "{text}");
    }
}

#[test]
fn source_spans_in_scalars() {
    for (document, needle, expected) in [
        ("a: src/**x", "**", "**"),
        ("a: 'it''s/**x'", "**", "**"),
        ("a: 'it''s/**x'", "'s", "''s"),
        (r#"a: "\u00e9\x41\\ **x""#, "**", "**"),
        (r#"a: "\u00e9\x41\\ **x""#, "é", r"\u00e9"),
        (r#"a: "\u00e9\x41\\ **x""#, "\\ ", r"\\ "),
        ("a: one\n  two **x\n", "**", "**"),
        ("a: \"one \\\n   two **x\"\n", "**", "**"),
        ("a: \"one\n\n   two **x\"\n", "**", "**"),
        ("a: >-\n  one\n  two **x\n", "**", "**"),
        ("a: |-\n  one\n  two **x\n", "**", "**"),
    ] {
        let tree = Tree::parse(document);
        let Some(View::Map(pairs)) = tree.root().map(NodeRef::view) else { panic!("{document}") };
        let View::Text(scalar) = pairs[0].1.view() else { panic!("{document}") };
        let at = scalar.text.find(needle).unwrap();
        let span = scalar.source_span(at..at + needle.len());
        assert_eq!(&document[span], expected, "{document}");
        let end = scalar.source_span(scalar.text.len()..scalar.text.len());
        assert!(document.get(end).is_some_and(str::is_empty), "{document}");
    }
}

#[test]
fn hostile_documents() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "a:\n".repeat(100_000),
        (0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth % 300))).collect(),
        "a: &a [x]\n".to_owned() + &"b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n".repeat(1_000),
        "a: &a [*a]\n".to_owned(),
        "\"".repeat(100_001),
        "&".repeat(1_000),
        "\0\u{1}\u{7f}".repeat(100),
        // A byte order mark in the middle, before a dash.
        "a:\n- b\n\u{feff}  - *c\nd: {\n  e: [\n!x  f: ]\n{ }\n".to_owned(),
        "a:\n  - b\n\u{feff}  - 'c'\n  d: ][\n".to_owned(),
        // Each error used to scan all anchors before it.
        (0..30_000).map(|n| format!("a{n}: &a{n} x\n")).collect::<String>()
            + &"b: ][\n".repeat(30_000),
    ] {
        let tree = Tree::parse(&text);
        assert!(tree.root().is_some() || !tree.problems().is_empty());
    }
}

#[test]
fn too_many_values() {
    for text in [
        format!("a: [{}]\n", "1,".repeat(MAX_NODES)),
        format!("a: ][\nb:\n{}", "- x\n".repeat(MAX_NODES)),
    ] {
        let tree = Tree::parse(&text);
        assert!(tree.root().is_none());
        assert_eq!(tree.problems().len(), 1);
        assert!(tree.problems()[0].message.contains("2000000 values"));
    }
}

#[test]
fn anchor_in_broken_part() {
    let outlined = outline("a: [&n x, ][\nb: *n\nc: &n y\nd: *n\n");
    assert!(outlined.starts_with("{a=broken b=alias?*n c=y d=y<*n> }"), "{outlined}");
}

/// Quotes are suggested only around a single glob, and only if they fix the error.
#[test]
fn suggested_quotes() {
    for (text, expected) in [
        ("a: {write: src/{a,b}/**}\n", "src/{a,b}/**"),
        ("a: {write: src/{a,b}/**, needs: b}\n", "src/{a,b}/**"),
        ("a: {write: [x, src/[ab]/{c,{d,e}}, y]}\n", "src/[ab]/{c,{d,e}}"),
        ("a: {write: [{a,b}/**, x]}\n", "{a,b}/**"),
        ("a: [{b: c}, {d: [*]}]\n", "*"),
        ("a: [\"x, {y}\", 'it''s {z}', [q]*]\n", "[q]*"),
        ("a: [\n  src/{a,b}.rs,\n  x\n]\n", "src/{a,b}.rs"),
        ("a:\n  - {a,b}/** # two\n", "{a,b}/**"),
        // Several globs, or prose.
        ("- *, *.md\n", ""),
        ("- @team and others\n", ""),
        // Another kind of error.
        ("{\"tasks\": {\"a\": {\"write\": \"x\"}}}}\n", ""),
        ("{\"tasks\": {\"a\": {\"write\": [\"x\"] \"needs\": []}}}\n", ""),
        ("{\"tasks\": {\"a\": {\"write\": \"src\\main.rs\"}}}\n", ""),
        ("{\"tasks\": {\"a\": {\"write\": \"src/{a,b}\"}}\n", ""),
        ("a: {write: x}}\n", ""),
        ("a: {write: [x}\n", ""),
        ("a: [b]] # *.rs\n", ""),
        ("```\na: b\n```\n", ""),
    ] {
        let tree = Tree::parse(text);
        let fixes: Vec<&str> =
            tree.problems().iter().filter_map(|problem| problem.fix.as_deref()).collect();
        let expected: Vec<String> =
            Some(expected).filter(|glob| !glob.is_empty()).map(quoted).into_iter().collect();
        assert_eq!(fixes, expected, "{text}: {:?}", tree.problems());
    }
}
