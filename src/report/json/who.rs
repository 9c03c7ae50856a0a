//! Answers of `who` as JSON.

use std::cell::RefCell;
use std::io;

use serde::{Serialize, Serializer};

use super::{Part, ids, plan_names, write_document};
use crate::plan::Plan;
use crate::who::{LaneFiles, PathAnswer, ProtectedBy, Who, Writers};

#[derive(Serialize)]
struct Document<'p, P> {
    version: u32,
    command: &'static str,
    plan: Vec<&'p str>,
    unknown: Vec<&'p str>,
    paths: P,
}

/// Replies, serialized as they come: there may be a million.
struct Paths<'p, I> {
    plan: &'p Plan,
    replies: RefCell<I>,
}

impl<'p, I: Iterator<Item = PathAnswer<'p>>> Serialize for Paths<'p, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut replies = self.replies.borrow_mut();
        serializer.collect_seq(replies.by_ref().map(|reply| Path::new(self.plan, reply)))
    }
}

#[derive(Serialize)]
struct Path<'p> {
    path: String,
    folder: bool,
    error: Option<String>,
    tasks: Vec<Owner<'p>>,
    protected: Option<Protected<'p>>,
    undecided: Vec<&'p str>,
}

#[derive(Serialize)]
struct Owner<'p> {
    task: &'p str,
    by: &'static str,
    glob: &'p str,
    #[serde(flatten)]
    part: Part<'p>,
}

#[derive(Serialize)]
struct Protected<'p> {
    by: &'static str,
    glob: Option<&'p str>,
    #[serde(flatten)]
    part: Option<Part<'p>>,
}

impl<'p> Path<'p> {
    fn new(plan: &'p Plan, reply: PathAnswer<'p>) -> Path<'p> {
        let folder = matches!(reply, PathAnswer::Below(..));
        let (path, answer, error) = match reply {
            PathAnswer::Writers(path, answer) => (path.to_string(), answer, None),
            PathAnswer::Below(folder, answer) => (format!("{folder}/"), answer, None),
            PathAnswer::InvalidPath { text, problem } => (text, Writers::default(), Some(problem)),
        };
        let owners = answer.owners.iter().map(|owner| Owner {
            task: &plan[owner.task].id.value,
            by: if owner.shared { "share" } else { "write" },
            glob: &owner.entry.text,
            part: Part::new(plan, owner.entry.span),
        });
        let protected = answer.protected.map(|protection| match protection {
            ProtectedBy::Plan => Protected { by: "plan", glob: None, part: None },
            ProtectedBy::Glob(entry) => Protected {
                by: "protect",
                glob: Some(&entry.text),
                part: Some(Part::new(plan, entry.span)),
            },
        });
        let undecided = ids(plan, &answer.undecided);
        Path { path, folder, error, tasks: owners.collect(), protected, undecided }
    }
}

pub(in crate::report) fn write<'p>(
    who: &Who<'p>,
    replies: impl Iterator<Item = PathAnswer<'p>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let plan = who.plan();
    let document = Document {
        version: 1,
        command: "who",
        plan: plan_names(plan),
        unknown: ids(plan, who.unknown()),
        paths: Paths { plan, replies: RefCell::new(replies) },
    };
    write_document(&document, out)
}

#[derive(Serialize)]
struct FilesDocument<'p> {
    version: u32,
    command: &'static str,
    plan: Vec<&'p str>,
    unknown: Vec<&'p str>,
    task: &'p str,
    files: Vec<String>,
}

pub(in crate::report) fn write_files(
    who: &Who<'_>,
    lane: &LaneFiles<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let plan = who.plan();
    let document = FilesDocument {
        version: 1,
        command: "who",
        plan: plan_names(plan),
        unknown: ids(plan, who.unknown()),
        task: &plan[lane.task].id.value,
        files: lane.files.iter().map(ToString::to_string).collect(),
    };
    write_document(&document, out)
}
