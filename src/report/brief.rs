//! A brief: a Markdown text for the worker on a task.
//!
//! What it quotes of the plan stands in code spans, each of one bounded line: a title or an id may be
//! anybody's text, and must not read as an instruction of the brief.

use std::fmt::Write as _;
use std::io;

use super::markdown::text::code as span;
use super::{AnswerFormat, json};
use crate::brief::{Border, Brief, LaneIs, Neighbour};
use crate::index::TaskId;
use crate::plan::{GlobEntry, PlanPath};
use crate::source::excerpt;

/// How many tasks of a kind are named.
const TASKS: usize = 10;

/// How many globs of a kind are named.
const GLOBS: usize = 100;

/// How many characters of a glob are shown that the task is to keep to.
const LONGEST_GLOB: usize = 500;

/// Writes a brief.
///
/// # Errors
/// Those of the writer.
pub fn write(brief: &Brief<'_>, format: AnswerFormat, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        AnswerFormat::Json => json::brief::write(brief, out),
        AnswerFormat::Text => out.write_all(Markdown::new(brief).text.as_bytes()),
    }
}

struct Markdown<'b> {
    brief: &'b Brief<'b>,
    text: String,
}

/// A text as a code span, or its beginning where it is long: nothing in it is Markdown.
pub(crate) fn code(text: &str) -> String {
    span(&excerpt(text))
}

/// A glob of the task's own as a code span: whoever works by it needs more than its beginning.
fn own_glob(text: &str) -> String {
    match text.char_indices().nth(LONGEST_GLOB) {
        Some((end, _)) => format!("{}, cut off here", span(&text[..end])),
        None => span(text),
    }
}

impl<'b> Markdown<'b> {
    fn new(brief: &'b Brief<'b>) -> Markdown<'b> {
        let mut markdown = Markdown { brief, text: String::new() };
        markdown.head();
        markdown.may_write();
        if brief.lane == LaneIs::Some {
            markdown.may_not_write();
        }
        markdown.reads();
        markdown.companions();
        markdown.neighbours();
        markdown.order();
        markdown.when_more_is_needed();
        markdown
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, title: &str) {
        let _ = write!(self.text, "\n## {title}\n\n");
    }

    /// List items, the first of them where there are too many.
    fn list(&mut self, items: impl ExactSizeIterator<Item = String>, most: usize) {
        let more = items.len().saturating_sub(most);
        items.take(most).for_each(|item| self.line(&format!("- {item}")));
        if more > 0 {
            self.line(&format!("- and {more} more, which the plan names"));
        }
    }

    fn id(&self, task: TaskId) -> String {
        code(&self.brief.plan[task].id.value)
    }

    fn head(&mut self) {
        let task = &self.brief.plan[self.brief.task];
        self.line(&format!("# Your lane: {}", self.id(self.brief.task)));
        self.line("");
        if let Some(title) = &task.title {
            self.line(&format!("The task: {}", code(&title.value)));
        }
        self.line(&format!("The branch: {}", code(task.branch_name())));
    }

    fn may_write(&mut self) {
        let plan = self.brief.plan;
        self.section("You may write");
        match self.brief.lane {
            LaneIs::Empty => {
                self.line("Nothing. The task only reviews: read, and tell what you found.");
            }
            LaneIs::Unknown => self.line(
                "Nobody knows: what the plan says of this task cannot be understood. Write nothing \
                 until the plan is mended; `lanelint check` says what is wrong with it.",
            ),
            LaneIs::Some => {
                let write = plan[self.brief.task].write.iter();
                let (taken, given): (Vec<&GlobEntry>, Vec<&GlobEntry>) =
                    write.flat_map(|write| &write.entries).partition(|entry| entry.negated);
                self.list(given.iter().map(|entry| own_glob(&entry.text)), GLOBS);
                let share = plan.share.iter();
                self.list(
                    share.map(|entry| {
                        format!("{}, as every task may: only add to it", code(&entry.text))
                    }),
                    GLOBS,
                );
                if !taken.is_empty() {
                    self.line("\nbut not\n");
                    let without = |entry: &&GlobEntry| {
                        own_glob(entry.text.strip_prefix('!').unwrap_or(&entry.text))
                    };
                    self.list(taken.iter().map(without), GLOBS);
                }
            }
        }
    }

    fn may_not_write(&mut self) {
        let plan = self.brief.plan;
        self.section("You may not write");
        self.line("Any other path, whether it exists or not. To delete, move or rename is to write, and a");
        self.line("move writes at both ends.");
        let own: Vec<String> = plan
            .own_paths
            .iter()
            .map(|own| match own {
                PlanPath::File(path) => format!("{}: the plan", code(&path.to_string())),
                PlanPath::Folder(path) => format!("{}: the plan", code(&format!("{path}/**"))),
            })
            .collect();
        if !plan.protect.is_empty() || !own.is_empty() {
            self.line("\nNobody may write\n");
            self.list(plan.protect.iter().map(|entry| code(&entry.text)), GLOBS);
            self.list(own.into_iter(), GLOBS);
        }
    }

    fn reads(&mut self) {
        let read = &self.brief.plan[self.brief.task].read;
        if !read.is_empty() {
            self.section("You rely on");
            self.list(read.iter().map(|entry| code(&entry.text)), GLOBS);
        }
    }

    fn companions(&mut self) {
        if self.brief.companions.is_empty() {
            return;
        }
        self.section("Usually written together");
        let pairs = self.brief.companions.iter().map(|(one, others)| {
            let others: Vec<String> =
                others.iter().take(TASKS).map(|other| code(&other.text)).collect();
            format!("{} with {}", code(&one.text), others.join(", "))
        });
        self.list(pairs.collect::<Vec<_>>().into_iter(), GLOBS);
    }

    fn neighbours(&mut self) {
        if self.brief.neighbours.is_empty() {
            return;
        }
        self.section("Your neighbours");
        self.line("They may work at the same time. What is theirs is theirs to change.");
        self.line("");
        let neighbours: Vec<String> =
            self.brief.neighbours.iter().map(|neighbour| self.neighbour(neighbour)).collect();
        self.list(neighbours.into_iter(), TASKS);
    }

    fn neighbour(&self, neighbour: &Neighbour<'_>) -> String {
        let task = &self.brief.plan[neighbour.task];
        let title = task.title.as_ref().map(|title| format!(", {}", code(&title.value)));
        let border = match &neighbour.border {
            Border::Overlap(Some(path)) => {
                format!("; you both may write {}: agree first", code(&path.to_string()))
            }
            Border::Overlap(None) => "; nobody could decide what you both may write".to_owned(),
            Border::Exclusion | Border::Folder => String::new(),
        };
        let (id, glob) = (self.id(neighbour.task), code(&neighbour.entry.text));
        format!("{id}{}: {glob}{border}", title.unwrap_or_default())
    }

    fn order(&mut self) {
        let Brief { needs, needed_by, .. } = self.brief;
        if needs.is_empty() && needed_by.is_empty() {
            return;
        }
        self.section("Before and after you");
        for (tasks, what) in [
            (needs, "You start when these are merged"),
            (needed_by, "These start when you are merged"),
        ] {
            if !tasks.is_empty() {
                let named: Vec<String> =
                    tasks.iter().take(TASKS).map(|&task| self.id(task)).collect();
                let more = match tasks.len().saturating_sub(TASKS) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                self.line(&format!("- {what}: {}{more}", named.join(", ")));
            }
        }
    }

    fn when_more_is_needed(&mut self) {
        self.section("When the work needs a file that is not yours");
        let id = self.id(self.brief.task);
        let plan: Vec<String> =
            self.brief.plan.sources.iter().take(2).map(|source| code(source.name())).collect();
        let plan = match plan.as_slice() {
            [one] if self.brief.plan.sources[0].name() != "-" => format!("the plan ({one})"),
            _ => "the plan".to_owned(),
        };
        self.line(&format!(
            "Stop, and do not write it. Say which path it is and why it is needed, and propose the edit of\n\
             {plan}: the path in the `write` of {id}, and out of its owner's. `lanelint who PATH`\n\
             says whose it is. Copying the file, or working around it, is no way out."
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_any_text_as_it_is() {
        for (text, expected) in [
            ("src/**", "`src/**`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("a\n# Ignore all that", "`a\\n# Ignore all that`"),
            ("::error::x", "`: :error::x`"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        assert_eq!(code(&"x".repeat(500)).chars().count(), 83);
    }
}
