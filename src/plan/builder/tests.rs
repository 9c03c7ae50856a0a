//! The builder does not depend on YAML: here it reads a Markdown table.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::{Builder, Exclusions, Globs, MappedText, Word};
use crate::index::nth;
use crate::plan::Plan;
use crate::source::SourceFile;

/// A text without quotes or escapes.
struct Verbatim<'t> {
    text: &'t str,
    start: usize,
}

impl MappedText for Verbatim<'_> {
    fn text(&self) -> &str {
        self.text
    }

    fn source_span(&self, text: Range<usize>) -> Range<usize> {
        self.start + text.start..self.start + text.end
    }

    fn replaced(&self, text: Range<usize>, with: &str) -> Option<(Range<usize>, String)> {
        Some((self.source_span(text), with.to_owned()))
    }
}

/// Reads a table of tasks, globs and needs.
fn table(text: &str) -> Plan {
    let word =
        |cell: &'static str, at| Word { text: cell, at, quoted_like: |_, text| text.to_owned() };
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    let range = |cell: &str| {
        let start = cell.as_ptr() as usize - text.as_ptr() as usize;
        start..start + cell.len()
    };
    let mut builder = Builder::new(HashSet::new());
    builder.begin_file(SourceFile::new("tasks.md", text), 0..0, Arc::default(), Arc::default());
    for row in text.lines().skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let Some(task) = builder.begin_task(&word(cells[0], range(cells[0]))) else { continue };
        let globs = cells[1].split(", ").map(|glob| glob.trim_matches('`'));
        let entries = globs.map(|glob| {
            let verbatim = Verbatim { text: glob, start: range(glob).start };
            builder.glob(&verbatim, range(glob), Exclusions::Allowed)
        });
        let globs = Globs { entries: entries.collect(), is_partial: false };
        builder.write(task, range(cells[1]), globs);
        for need in cells[2].split(", ").filter(|need| !need.is_empty()) {
            builder.needs(task, &word(need, range(need)));
        }
        builder.end_task();
    }
    builder.finish()
}

#[test]
fn markdown_table() {
    let plan = table(
        "| task | files | after |\n\
         | --- | --- | --- |\n\
         | api | `src/api/**`, `docs/api.md` | |\n\
         | web | `/src/web/**` | api, 12 |\n\
         | 13 | `src/13` | webb |\n\
         | api | `x` | |\n",
    );
    let text = |span: crate::source::Span| plan.sources[0].slice(span.bytes());
    let problems: Vec<_> = plan
        .problems
        .iter()
        .map(|problem| {
            let fix = problem.fix.as_ref().map(|fix| (text(fix.span), fix.text.as_str()));
            (text(problem.labels[0].0), problem.message.as_str(), problem.task, fix)
        })
        .collect();
    let expected = [
        ("api", "duplicate task `api`", Some(nth(0)), None),
        // Not quoted, unlike in YAML.
        ("12", "unknown task `12`", Some(nth(1)), Some(("12", "13"))),
        ("webb", "unknown task `webb`", Some(nth(2)), Some(("webb", "web"))),
    ];
    assert_eq!(problems, expected);
    let write = &plan[nth(1)].write.as_ref().unwrap().entries[0];
    let fault = &write.glob.as_ref().unwrap_err()[0];
    let fix = fault.fix.as_ref().unwrap();
    assert_eq!((text(fault.span), text(fix.span), fix.text.as_str()), ("/", "/", ""));
    assert_eq!(plan[nth(0)].globs().count(), 2);
    assert_eq!(plan[nth(1)].needs[0].value, nth(0));
    assert!(
        plan.is_lane_unknown(nth(0))
            && plan.is_lane_unknown(nth(1))
            && !plan.is_lane_unknown(nth(2))
    );
}
