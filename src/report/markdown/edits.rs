//! Fixes as lines to copy into the plan.

use super::text::{code, longest_run, markdown};
use crate::finding::{Edit, Finding, Fixer, Report};
use crate::report::shown;
use crate::source::{SourceFile, Span};

/// Longer blocks are left out.
const MAX_LINES: usize = 40;

/// Writes the lines that result from each fix, unless escapes would make the copy differ.
pub(super) fn write_edits(
    report: &Report,
    fixer: &Fixer<'_>,
    finding: &Finding,
    text: &mut String,
) {
    for fix in &finding.draft.fixes {
        let mut edits = fixer.edits(fix);
        edits.sort_by_key(|edit| edit.span);
        let blocks: Option<Vec<Block<'_>>> = adjacent(&report.plan.sources, &edits)
            .iter()
            .map(|edits| block(report, edits))
            .collect();
        let Some(blocks) = blocks.filter(|blocks| !blocks.is_empty()) else { continue };
        let title = markdown(&fix.title(&report.plan));
        text.push_str(&format!("Edit: {title}\n\n"));
        for block in blocks {
            text.push_str(&block.text());
        }
    }
}

/// Groups edits of the same or adjacent lines.
fn adjacent<'e>(sources: &[SourceFile], edits: &'e [Edit]) -> Vec<&'e [Edit]> {
    let lines = |span: Span| {
        let source = &sources[span.file.0];
        (source.position(span.start).line, source.position(span.end).line)
    };
    edits
        .chunk_by(|one, other| {
            let same_file = one.span.file == other.span.file;
            same_file && lines(other.span).0 <= lines(one.span).1 + 1
        })
        .collect()
}

/// Lines of a file after an edit.
struct Block<'r> {
    file: &'r str,
    /// The first and the last line that change.
    lines: (usize, usize),
    content: String,
}

fn block<'r>(report: &'r Report, edits: &[Edit]) -> Option<Block<'r>> {
    let (first, last) = (edits.first()?.span, edits.last()?.span);
    let source = report.source(first.file);
    let lines = (source.position(first.start).line, source.position(last.end).line);
    let bytes = source.line_span(lines.0)?.start..source.line_span(lines.1)?.end;
    let mut content = String::new();
    let mut at = bytes.start;
    for edit in edits {
        content.push_str(source.slice(at..edit.span.start));
        content.push_str(&edit.text);
        at = edit.span.end;
    }
    content.push_str(source.slice(at..bytes.end.max(at)));
    let can_be_copied = content.lines().all(|line| shown(line) == line);
    (can_be_copied && content.lines().count() <= MAX_LINES).then_some(Block {
        file: source.name(),
        lines,
        content,
    })
}

impl Block<'_> {
    fn text(&self) -> String {
        let (first, last) = self.lines;
        let (file, content) = (code(self.file), self.content.trim_end_matches('\n'));
        let fence = "`".repeat(longest_run(content).max(2) + 1);
        let lines = match last - first {
            0 => format!("line {first} becomes"),
            _ => format!("lines {first} to {last} become"),
        };
        format!("{file}, {lines}\n\n{fence}yaml\n{content}\n{fence}\n\n")
    }
}
