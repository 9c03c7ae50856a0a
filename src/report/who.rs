//! Answers of `who` as text: a paragraph per path.

use std::collections::HashMap;
use std::io::{self, Write};

use super::{AnswerFormat, json, names, shown};
use crate::plan::{GlobEntry, Plan};
use crate::source::{Span, excerpt};
use crate::who::{LaneFiles, PathAnswer, ProtectedBy, Who, Writers};

/// The most undecided tasks in a list.
const MAX_NAMES: usize = 10;

/// Writes replies as they come. As text, only answers: the caller reports invalid paths.
///
/// # Errors
/// Those of the writer.
pub fn write<'p>(
    who: &Who<'p>,
    replies: impl Iterator<Item = PathAnswer<'p>>,
    format: AnswerFormat,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        AnswerFormat::Json => json::who::write(who, replies, out),
        AnswerFormat::Text => {
            let mut text = Text { plan: who.plan(), locations: HashMap::new(), out };
            for reply in replies {
                match reply {
                    PathAnswer::Writers(path, answer) => {
                        let none = "no task may write it";
                        text.paragraph(&path.to_string(), &answer, none)?;
                    }
                    PathAnswer::Below(folder, answer) => {
                        let none = "no task may write below it";
                        text.paragraph(&format!("{folder}/"), &answer, none)?;
                    }
                    PathAnswer::InvalidPath { .. } => {}
                }
            }
            Ok(())
        }
    }
}

/// Writes the existing files of a lane; as text, one per line, quoted as git quotes them.
///
/// # Errors
/// Those of the writer.
pub fn write_files(
    who: &Who<'_>,
    lane: &LaneFiles<'_>,
    format: AnswerFormat,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        AnswerFormat::Json => json::who::write_files(who, lane, out),
        AnswerFormat::Text => {
            lane.files.iter().try_for_each(|file| writeln!(out, "{}", shown(&file.to_string())))
        }
    }
}

struct Text<'p, 'o> {
    plan: &'p Plan,
    /// A cache, because a plan may be one line of a million bytes.
    locations: HashMap<Span, String>,
    out: &'o mut dyn Write,
}

impl Text<'_, '_> {
    fn paragraph(&mut self, path: &str, answer: &Writers<'_>, none: &str) -> io::Result<()> {
        writeln!(self.out, "{}", shown(path))?;
        match answer.protected {
            Some(ProtectedBy::Plan) => writeln!(self.out, "  protected: part of the plan")?,
            Some(ProtectedBy::Glob(entry)) => {
                let location = self.location(entry).to_owned();
                writeln!(self.out, "  protected: {} ({location})", glob(entry))?;
            }
            None => {}
        }
        for owner in &answer.owners {
            let location = self.location(owner.entry).to_owned();
            let id = &self.plan[owner.task].id.value;
            let (id, glob) = (shown(&excerpt(id)).into_owned(), glob(owner.entry));
            let shared = if owner.shared { ", shared" } else { "" };
            writeln!(self.out, "  {id}: {glob} ({location}{shared})")?;
        }
        if !answer.undecided.is_empty() {
            let tasks = names(self.plan, &answer.undecided, MAX_NAMES);
            writeln!(self.out, "  undecided for {tasks}")?;
        } else if answer.owners.is_empty() && answer.protected.is_none() {
            writeln!(self.out, "  {none}")?;
        }
        Ok(())
    }

    fn location(&mut self, entry: &GlobEntry) -> &str {
        self.locations.entry(entry.span).or_insert_with(|| {
            let source = &self.plan.sources[entry.span.file.0];
            let start = source.position(entry.span.start);
            format!("{}:{}:{}", shown(source.name()), start.line, start.column)
        })
    }
}

fn glob(entry: &GlobEntry) -> String {
    shown(&excerpt(&entry.text)).into_owned()
}
