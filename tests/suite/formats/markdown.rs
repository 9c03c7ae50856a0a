//! The page of Markdown, read by a parser of Markdown: what strangers wrote is code and nothing else.

use std::sync::Arc;

use lanelint::finding::Report;
use lanelint::plan::{PlanText, read};
use lanelint::report::Format;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::shared::report;
use super::written;

/// The page as a reader sees it.
#[derive(Default)]
struct Page {
    /// What stands outside of code.
    words: String,
    codes: Vec<String>,
    blocks: Vec<String>,
    html: String,
    cells: usize,
}

fn page(text: &str) -> Page {
    let mut page = Page::default();
    let mut block: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => block = Some(String::new()),
            Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
            Event::Text(text) => match &mut block {
                Some(block) => block.push_str(&text),
                None => page.words.push_str(&text),
            },
            Event::Code(text) => page.codes.push(text.into_string()),
            Event::Html(html) => page.html.push_str(&html),
            Event::Start(Tag::TableCell) => page.cells += 1,
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::List(None)
                | Tag::Item
                | Tag::HtmlBlock
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow,
            )
            | Event::End(_)
            | Event::SoftBreak => page.words.push('\n'),
            other => panic!("{other:?} is nothing that the format writes"),
        }
    }
    page
}

/// The HTML without what stands in `<code>`.
fn without_code(html: &str) -> String {
    let mut parts = html.split("<code>");
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, behind) = part.split_once("</code>").unwrap();
        assert!(!code.contains(['<', '>', '\n']), "{code}");
        rest.push_str(behind);
    }
    rest
}

fn of_plan(plan: &str) -> Report {
    let plan = Arc::new(read(vec![PlanText::new("lanes.yaml", plan)]));
    lanelint::check::check(&plan, &[], Vec::new())
}

/// Whether the page has no HTML but that of the format, and no word with this letter outside of code.
#[track_caller]
pub(crate) fn assert_only_code(text: &str, mark: char) {
    let page = page(text);
    assert!(!page.words.contains(mark), "{}", page.words);
    let html = without_code(&page.html);
    for line in html.lines().filter(|line| !line.is_empty()) {
        let summary =
            line.strip_prefix("<summary>").and_then(|line| line.strip_suffix("</summary>"));
        let inside = summary.map(|line| line.replacen("<b>", "", 1).replacen("</b>", "", 1));
        let known = ["<details>", "<details open>", "</details>"].contains(&line);
        assert!(known || inside.is_some_and(|inside| !inside.contains(['<', mark])), "{line}");
    }
    assert_eq!(html.matches("<details").count(), html.matches("</details>").count());
}

#[test]
fn untrusted_text_is_code() {
    let text = written(&report(), Format::Markdown);
    assert_only_code(&text, '@');
    let page = page(&text);
    for bad in ["team", "stop-commands", "vso", "://", "gnp", "`", "|", "<", "{0}"] {
        assert!(!page.words.contains(bad), "{bad}: {}", page.words);
    }
    assert!(page.codes.iter().any(|code| code.contains("@team")), "they are there");
    let tasks = 5;
    assert_eq!(page.cells, (tasks + 1) * (4 + tasks), "no bar ends a cell");
}

#[test]
fn edits_to_copy() {
    let text = written(
        &of_plan("tasks:\n  a:\n    write: src/**\n  b:\n    write: src/x.rs # mine\n"),
        Format::Markdown,
    );
    let page = page(&text);
    assert!(
        page.blocks.contains(&"    write: src/x.rs # mine\n    needs: a\n".to_owned()),
        "{text}"
    );
    assert!(text.contains("`lanes.yaml`, line 5 becomes\n\n```yaml\n"), "{text}");
}

#[test]
fn matrix_of_tasks() {
    let text = written(
        &of_plan(
            "tasks:\n  a: {write: \"{x,y}|z\"}\n  b: {write: \"x|z\"}\n  c: {needs: a, write: []}\n",
        ),
        Format::Markdown,
    );
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(
        rows,
        [
            "| | task | may write | found | 1 | 2 | 3 |",
            "| ---: | --- | --- | :---: | :---: | :---: | :---: |",
            "| 1 | `a` | `{x,y}\\|z` | · |  | ❌ | before |",
            "| 2 | `b` | `x\\|z` | · | ❌ |  | · |",
            "| 3 | `c` | nothing | · | after | · |  |",
        ]
    );
}

#[test]
fn summary_size_limit() {
    // Every other pair of tasks overlaps at a path of its own, and no two findings are one.
    let mut plan = String::from("tasks:\n");
    for pair in 0..6_000 {
        let long = "x".repeat(60);
        plan.push_str(&format!(
            "  a{pair}: {{write: {long}{pair}/**}}\n  b{pair}: {{write: {long}{pair}/y}}\n"
        ));
    }
    let report = of_plan(&plan);
    assert_eq!(report.findings.len(), 6_000);
    let text = written(&report, Format::Markdown);
    assert!(text.len() < 1_024 * 1_024, "{}", text.len());
    let told = text.matches("<summary>").count();
    let last = text.lines().last().unwrap();
    let left_out = format!("{} more findings did not fit", 6_000 - told);
    assert!(told > 100 && last.starts_with(&left_out), "{last}");
    assert!(text.contains("Showing 16 of 12000 tasks."));
}
