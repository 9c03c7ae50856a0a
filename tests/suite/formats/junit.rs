//! JUnit's XML against its schema, as far as that says what stands where, and its own numbers.

use std::collections::BTreeMap;

use lanelint::report::Format;
use roxmltree::{Document, Node};

use super::shared::report;
use super::written;

const XS: &str = "http://www.w3.org/2001/XMLSchema";

/// What an element may hold and which attributes it has, with those that it must have.
#[derive(Default)]
struct Element {
    children: Vec<String>,
    attributes: BTreeMap<String, bool>,
}

/// The elements of the schema. All of them are declared at the top and referred to by name.
fn elements() -> BTreeMap<String, Element> {
    let text = include_str!("data/junit-10.xsd");
    let schema = Document::parse(text).unwrap();
    let is = |node: &Node<'_, '_>, name: &str| node.has_tag_name((XS, name));
    let top = schema.root_element().children().filter(|node| is(node, "element"));
    let element = |top: Node<'_, '_>| {
        let mut element = Element::default();
        for node in top.descendants() {
            if let Some(child) = node.attribute("ref").filter(|_| is(&node, "element")) {
                element.children.push(child.to_owned());
            } else if is(&node, "attribute") {
                let required = node.attribute("use") == Some("required");
                element.attributes.insert(node.attribute("name").unwrap().to_owned(), required);
            }
        }
        (top.attribute("name").unwrap().to_owned(), element)
    };
    let elements: BTreeMap<_, _> = top.map(element).collect();
    assert!(elements.len() > 10);
    elements
}

fn number(node: Node<'_, '_>, name: &str) -> usize {
    node.attribute(name).unwrap().parse().unwrap()
}

#[test]
fn valid_by_schema() {
    let elements = elements();
    let text = written(&report(), Format::Junit);
    let document = Document::parse(&text).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "testsuites");
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let element = elements.get(name).unwrap_or_else(|| panic!("<{name}>"));
        for child in node.children().filter(Node::is_element) {
            let child = child.tag_name().name();
            assert!(element.children.iter().any(|known| known == child), "<{child}> in <{name}>");
        }
        for attribute in node.attributes() {
            let attribute = attribute.name();
            let known = element.attributes.contains_key(attribute);
            assert!(known, "{attribute} of <{name}>");
        }
        for (attribute, required) in &element.attributes {
            assert!(!required || node.has_attribute(attribute.as_str()), "{attribute} of <{name}>");
        }
    }
}

#[test]
fn counts_match_the_report() {
    let report = report();
    let text = written(&report, Format::Junit);
    let document = Document::parse(&text).unwrap();
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    let with = |name: &str| {
        let tests = suite.children().filter(|node| node.has_tag_name("testcase"));
        tests.filter(|test| test.children().any(|child| child.has_tag_name(name))).count()
    };
    let tests = suite.children().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(number(suite, "tests"), tests);
    assert_eq!(number(suite, "failures"), with("failure"));
    assert_eq!(number(suite, "errors"), with("error"));
    assert_eq!(number(suite, "skipped"), with("skipped"));
    let allowed = report.findings.iter().filter(|finding| finding.allowed.is_some()).count();
    assert_eq!(with("skipped"), allowed);
    let told = with("failure") + with("error") + with("skipped") + with("system-out");
    assert_eq!(told, report.findings.len(), "it is whole");
    assert!(tests > told, "rules that found nothing are tests that passed");
    let broken = suite.descendants().find(|node| node.has_tag_name("error")).unwrap();
    assert_eq!(broken.attribute("type"), Some("not-verified"));
}

#[test]
fn clean_rules_are_passed_tests() {
    let mut report = report();
    report.findings.clear();
    let text = written(&report, Format::Junit);
    let document = Document::parse(&text).unwrap();
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    assert!(number(suite, "tests") > 5);
    assert_eq!((number(suite, "failures"), number(suite, "errors")), (0, 0));
}
