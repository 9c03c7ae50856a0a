//! The plan: tasks with their lanes, each value with the place where it is written.
//!
//! [`read`] makes a plan of texts and never fails: what is wrong becomes a [`Problem`], and all
//! the rest of the plan stands. [`order`] knows who may run beside whom.

mod builder;
mod edit;
mod entries;
pub mod fix;
mod formats;
pub mod locate;
mod names;
pub mod order;
mod read;

use std::ops::{Index, Range};
use std::sync::Arc;

use crate::glob::Glob;
use crate::index::{IndexVec, TaskId};
use crate::lane::{Common, Lane, Lanes};
use crate::level::Setting;
use crate::path::RepoPath;
use crate::source::{SourceFile, Span};
use edit::Replacement;

pub(crate) use names::{NEEDS_PATH, id_fault, nearest};
pub use read::{MAX_TEXT, PlanText, read, read_again};

/// A plan, or as much of it as could be read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Plan {
    /// The texts that the plan was read from; spans point into them.
    pub sources: Vec<SourceFile>,
    /// The part of each text that is a YAML document: all of it, if there is no entry.
    pub(crate) yaml: Vec<Range<usize>>,
    /// The branch that the tasks' branches fork from, where the plan names one.
    pub base: Option<Spanned<String>>,
    /// The tasks, in the order of the texts.
    pub tasks: IndexVec<TaskId, Task>,
    /// What is taken out of every lane.
    pub protect: Vec<GlobEntry>,
    /// What every task that may write at all may write.
    pub share: Vec<GlobEntry>,
    /// Which files are usually written together: the one, and the others.
    pub companions: Vec<(GlobEntry, Vec<GlobEntry>)>,
    /// What the plan says of rules, by their names.
    pub levels: Vec<(Spanned<String>, Setting)>,
    /// What is wrong with the plan.
    pub problems: Vec<Problem>,
    /// Whether something that all lanes have in common could not be read: then no lane is known.
    pub unknown: bool,
    /// The plan's own files, where they are files of the repository: protected always.
    pub own_paths: Vec<OwnPath>,
}

/// Where the plan itself lives in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnPath {
    /// In this file.
    File(RepoPath),
    /// In the files of this folder.
    Folder(RepoPath),
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written; for an alias, where the alias is.
    pub span: Span,
}

/// One unit of parallel work.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Task {
    /// The name, and the place of the task.
    pub id: Spanned<Arc<str>>,
    /// What the task is about, in the plan's words.
    pub title: Option<Spanned<String>>,
    /// What it may write; nothing where the plan does not say.
    pub write: Option<Write>,
    /// What it relies on while it works.
    pub read: Vec<GlobEntry>,
    /// The tasks that are merged before it starts, as far as the plan has them.
    pub needs: Vec<Spanned<TaskId>>,
    /// The branch that the plan names for it.
    pub branch: Option<Spanned<String>>,
    /// The findings that it accepts on purpose.
    pub allow: Vec<Allow>,
    /// Whether something about its own lane could not be read, so that nobody knows what it may
    /// write.
    pub unknown: bool,
}

/// What a task may write.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Write {
    /// Where it is written, without the key.
    pub span: Span,
    /// The globs and exclusions, in the order of the text.
    pub entries: Vec<GlobEntry>,
}

/// A glob where it is written.
#[derive(Clone, Debug)]
pub struct GlobEntry {
    /// The text, with the `!` of an exclusion.
    pub text: Arc<str>,
    /// Where it is written; for an alias, where the alias is.
    pub span: Span,
    /// Whether it takes away.
    pub negated: bool,
    /// The glob, or what is wrong with it.
    pub glob: Result<Glob, Vec<GlobFault>>,
}

/// What is wrong with a glob, in the text of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobFault {
    /// The bytes that are wrong.
    pub span: Span,
    /// What is wrong, in a few words.
    pub problem: String,
    /// What to do next.
    pub help: String,
    /// The edit that mends it.
    pub fix: Option<Replacement>,
}

/// A finding that a task accepts on purpose.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Allow {
    /// The rule.
    pub rule: Spanned<String>,
    /// The other task, where that narrows it.
    pub with: Option<Spanned<TaskId>>,
    /// The paths, where that narrows it.
    pub path: Option<GlobEntry>,
    /// Why.
    pub reason: Spanned<String>,
}

/// Something that a plan cannot mean.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// What is wrong, in one line.
    pub message: String,
    /// What to do next, in one line.
    pub help: Option<String>,
    /// Where, and what is to be said there; the first is the place of the problem.
    pub labels: Vec<(Span, String)>,
    /// The edit that mends it.
    pub fix: Option<Replacement>,
    /// The task in which it is, by its place in the plan; nothing for the plan as a whole.
    pub task: Option<TaskId>,
    /// Whether the value at its place is of a type that is not wanted there.
    pub wrong_type: bool,
}

impl Index<TaskId> for Plan {
    type Output = Task;

    fn index(&self, task: TaskId) -> &Task {
        &self.tasks[task]
    }
}

impl Task {
    /// The branch on which the task's changes are: the one that the plan names, or its id.
    #[must_use]
    pub fn branch_name(&self) -> &str {
        self.branch.as_ref().map_or(&self.id.value, |branch| &branch.value)
    }

    /// Whether the task may write nothing, on purpose.
    #[must_use]
    pub fn is_review_only(&self) -> bool {
        !self.unknown && self.write.as_ref().is_some_and(|write| write.entries.is_empty())
    }

    /// The globs of the lane that are sound, in the order in which [`Lane::globs`] has them.
    pub fn globs(&self) -> impl Iterator<Item = (&GlobEntry, &Glob)> {
        self.sound_entries().filter(|(entry, _)| !entry.negated)
    }

    /// The globs and exclusions of the lane that are sound, in the order of the text.
    pub fn sound_entries(&self) -> impl Iterator<Item = (&GlobEntry, &Glob)> {
        let entries = self.write.iter().flat_map(|write| &write.entries);
        entries.filter_map(|entry| entry.glob.as_ref().ok().map(|glob| (entry, glob)))
    }
}

impl Plan {
    /// The place of the task with this id.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<TaskId> {
        self.tasks.position(|task| &*task.id.value == id)
    }

    /// What the plan says of a rule, if anything.
    #[must_use]
    pub fn setting(&self, rule: &str) -> Option<Setting> {
        self.levels.iter().find(|(name, _)| name.value == rule).map(|(_, setting)| *setting)
    }

    /// The id of the task that someone who wrote `id` probably meant.
    #[must_use]
    pub fn nearest_id(&self, id: &str) -> Option<&str> {
        nearest(id, self.tasks.iter().map(|task| &*task.id.value))
    }

    /// Whether nobody knows what a task may write: it does not say, or could not be understood.
    #[must_use]
    pub fn is_lane_unknown(&self, task: TaskId) -> bool {
        let task = &self.tasks[task];
        self.unknown || task.unknown || task.write.is_none()
    }

    /// The lanes of all tasks, in their order. An invalid glob is left out of its lane.
    #[must_use]
    pub fn lanes(&self) -> Lanes {
        let sound = |entries: &[GlobEntry]| -> Vec<Glob> {
            entries.iter().filter_map(|entry| entry.glob.clone().ok()).collect()
        };
        let own = self.own_paths.iter().map(|own| match own {
            OwnPath::File(path) => crate::glob::exactly(path),
            OwnPath::Folder(path) => crate::glob::below(path),
        });
        let protect = sound(&self.protect).into_iter().chain(own).collect();
        let common = Arc::new(Common { share: sound(&self.share), protect });
        let lane = |task: &Task| {
            let entries = task.write.as_ref().map_or(&[][..], |write| &write.entries);
            let exclusions = entries
                .iter()
                .filter(|entry| entry.negated)
                .filter_map(|entry| entry.glob.clone().ok())
                .collect();
            let globs = task.globs().map(|(_, glob)| glob.clone()).collect();
            Lane::new(globs, exclusions, Arc::clone(&common))
        };
        Lanes::new(self.tasks.iter().map(lane).collect())
    }

    /// All globs of the plan, wherever they stand, with the task in whose part they do.
    pub fn glob_entries(&self) -> impl Iterator<Item = (Option<TaskId>, &GlobEntry)> {
        let companions =
            self.companions.iter().flat_map(|(one, others)| std::iter::once(one).chain(others));
        let of_plan = self.protect.iter().chain(&self.share).chain(companions);
        let of_tasks = self.tasks.enumerated().flat_map(|(place, task)| {
            let write = task.write.iter().flat_map(|write| &write.entries);
            let allow = task.allow.iter().filter_map(|allow| allow.path.as_ref());
            write.chain(&task.read).chain(allow).map(move |entry| (Some(place), entry))
        });
        of_plan.map(|entry| (None, entry)).chain(of_tasks)
    }
}
