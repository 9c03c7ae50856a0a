//! The plan: tasks with their lanes, each value with its span.
//!
//! [`read`] parses texts into a plan and never fails: each error becomes a [`Problem`], and the
//! rest of the plan is kept. [`order`] knows which tasks may run concurrently.

mod branch;
mod builder;
mod edit;
mod entries;
pub mod fix;
mod formats;
pub mod locate;
mod names;
pub mod order;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Index, Range};
use std::sync::Arc;

use crate::glob::Glob;
use crate::index::{IndexVec, TaskId};
use crate::lane::{Common, Lane, Lanes};
use crate::level::Setting;
use crate::path::RepoPath;
use crate::source::{SourceFile, Span};
use edit::Replacement;

pub use branch::BranchName;
pub(crate) use branch::{INVALID_NAMES, name_fault};
pub(crate) use names::{NEED_PATH, id_fault, nearest};
pub use read::{MAX_TEXT, PlanText, read, read_again, read_among};

/// The branch that task branches fork from, if the plan names none.
pub(crate) const DEFAULT_BASE: &str = "main";

/// A plan, or the readable part of one.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Plan {
    /// The texts that spans point into.
    pub sources: Vec<SourceFile>,
    /// The part of each text that is a YAML document; without an entry, all of it.
    pub(crate) yaml: Vec<Range<usize>>,
    /// The branch that task branches fork from, if the plan names one.
    pub base: Option<Spanned<String>>,
    /// The tasks, in source order.
    pub tasks: IndexVec<TaskId, Task>,
    /// Globs removed from every lane.
    pub protect: Vec<GlobEntry>,
    /// Globs that every task with a non-empty lane may write.
    pub share: Vec<GlobEntry>,
    /// The branches of nobody's task, which may be merged as long as they stay out of every lane.
    pub other_branches: Vec<BranchName>,
    /// The branches that may change the plan, and nothing else.
    pub plan_branches: Vec<BranchName>,
    /// Files usually written together: a glob, and the globs of its companions.
    pub companions: Vec<(GlobEntry, Vec<GlobEntry>)>,
    /// Rule levels, by rule name.
    pub levels: Vec<(Spanned<String>, Setting)>,
    /// The errors found while reading.
    pub problems: Vec<Problem>,
    /// Whether no lane is known, because a part that affects all lanes could not be read.
    pub unknown: bool,
    /// The plan's own files inside the repository, which are always protected.
    pub own_paths: Vec<PlanPath>,
    /// Names in the plan that it would read differently if they existed, and did not know to.
    pub(crate) unknown_names: BTreeSet<String>,
}

/// Where the plan itself is in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanPath {
    /// A single file.
    File(RepoPath),
    /// All files below a folder.
    Folder(RepoPath),
}

/// A value with its source location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The parsed value.
    pub value: T,
    /// Its source; for an alias, the alias itself.
    pub span: Span,
}

/// One unit of parallel work.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Task {
    /// The unique id; its span locates the task.
    pub id: Spanned<Arc<str>>,
    /// A description for people.
    pub title: Option<Spanned<String>>,
    /// What it may write; `None` if `write` is missing.
    pub write: Option<Write>,
    /// What it relies on while it runs.
    pub read: Vec<GlobEntry>,
    /// The tasks merged before it starts. Unknown ids are left out.
    pub needs: Vec<Spanned<TaskId>>,
    /// The wave that it is in, if the plan says so: it needs every task of the lower ones.
    pub wave: Option<Spanned<u32>>,
    /// Its branches: names and patterns. If the plan names none, its id.
    pub branches: Vec<BranchName>,
    /// The findings it accepts.
    pub allow: Vec<Allow>,
    /// Whether its lane is unknown because a part of the task could not be read.
    pub unknown: bool,
}

/// What a task may write.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Write {
    /// The value, without its key.
    pub span: Span,
    /// The globs and exclusions, in source order.
    pub entries: Vec<GlobEntry>,
}

/// A glob or exclusion with its source location.
#[derive(Clone, Debug)]
pub struct GlobEntry {
    /// The text, including the `!` of an exclusion.
    pub text: Arc<str>,
    /// Its source; for an alias, the alias itself.
    pub span: Span,
    /// Whether it is an exclusion.
    pub negated: bool,
    /// The parsed glob, or its errors. With a leftover: a glob for all that remains, or no errors if
    /// nothing does or it is invalid.
    pub glob: Result<Glob, Vec<GlobError>>,
    /// What does not belong to a glob.
    pub leftover: Option<Box<Leftover>>,
}

/// Text in the place of a glob that belongs to prose or to another tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// What kind of text it is.
    pub kind: LeftoverKind,
    /// The leftover, or the whole value.
    pub span: Span,
    /// The globs that remain, without `!`; none of a placeholder.
    pub globs: Vec<String>,
    /// An edit that leaves only the globs.
    pub fix: Option<Replacement>,
}

/// What a leftover is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftoverKind {
    /// A note behind a path, or before one.
    Note,
    /// A line or range of lines in a file.
    Location,
    /// Several paths in one text.
    SeveralPaths,
    /// Quotes or backticks.
    Quotes,
    /// Blanks around a glob, or in its braces.
    Blanks,
    /// The `a/` or `b/` of a diff.
    DiffPrefix,
    /// A word to be replaced.
    Placeholder,
}

/// An error in a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobError {
    /// The invalid part of the glob.
    pub span: Span,
    /// The error, as a short noun phrase.
    pub problem: String,
    /// How to fix it.
    pub help: String,
    /// An edit that fixes it.
    pub fix: Option<Replacement>,
}

/// A finding that a task accepts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Allow {
    /// The rule that reports the finding.
    pub rule: Spanned<String>,
    /// Accept only findings about this other task.
    pub with: Option<Spanned<TaskId>>,
    /// Accept only findings about these paths.
    pub path: Option<GlobEntry>,
    /// Why it is acceptable.
    pub reason: Spanned<String>,
}

/// An error in a plan, other than in a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The error, in one line.
    pub message: String,
    /// How to fix it, in one line.
    pub help: Option<String>,
    /// Source locations with a note each; the first one is where the problem is.
    pub labels: Vec<(Span, String)>,
    /// An edit that fixes it.
    pub fix: Option<Replacement>,
    /// The task that contains it; `None` for the plan as a whole.
    pub task: Option<TaskId>,
    /// Whether the value has the wrong type.
    pub wrong_type: bool,
}

impl Index<TaskId> for Plan {
    type Output = Task;

    fn index(&self, task: TaskId) -> &Task {
        &self.tasks[task]
    }
}

impl Task {
    /// Whether the plan names the task's branches.
    #[must_use]
    pub fn names_branches(&self) -> bool {
        self.branches.iter().any(|branch| branch.text.span != self.id.span)
    }

    /// Whether the task has an explicitly empty lane.
    #[must_use]
    pub fn is_review_only(&self) -> bool {
        !self.unknown && self.write.as_ref().is_some_and(|write| write.entries.is_empty())
    }

    /// The valid globs of the lane, in the order of [`Lane::globs`].
    pub fn globs(&self) -> impl Iterator<Item = (&GlobEntry, &Glob)> {
        self.sound_entries().filter(|(entry, _)| !entry.negated)
    }

    /// The valid globs and exclusions of the lane, in source order.
    pub fn sound_entries(&self) -> impl Iterator<Item = (&GlobEntry, &Glob)> {
        let entries = self.write.iter().flat_map(|write| &write.entries);
        entries.filter_map(|entry| entry.glob.as_ref().ok().map(|glob| (entry, glob)))
    }
}

impl Plan {
    /// The task with this id.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<TaskId> {
        self.tasks.position(|task| &*task.id.value == id)
    }

    /// The tasks of each wave, in the order of the waves. Tasks without a wave are in none.
    #[must_use]
    pub fn waves(&self) -> Vec<Vec<TaskId>> {
        let mut waves: BTreeMap<u32, Vec<TaskId>> = BTreeMap::new();
        for (id, task) in self.tasks.enumerated() {
            if let Some(wave) = &task.wave {
                waves.entry(wave.value).or_default().push(id);
            }
        }
        waves.into_values().collect()
    }

    /// The tasks that each task waits for: those under its `needs`, then those of the wave before.
    #[must_use]
    pub fn needs(&self) -> IndexVec<TaskId, Vec<TaskId>> {
        let explicit = |task: &Task| task.needs.iter().map(|need| need.value).collect();
        let mut needs: IndexVec<TaskId, Vec<TaskId>> = self.tasks.iter().map(explicit).collect();
        for pair in self.waves().windows(2) {
            for &task in &pair[1] {
                let before: Vec<TaskId> = pair[0]
                    .iter()
                    .filter(|before| !needs[task].contains(before))
                    .copied()
                    .collect();
                needs[task].extend(before);
            }
        }
        needs
    }

    /// The level that the plan sets for a rule.
    #[must_use]
    pub fn setting(&self, rule: &str) -> Option<Setting> {
        self.levels.iter().find(|(name, _)| name.value == rule).map(|(_, setting)| *setting)
    }

    /// The task id closest to a misspelled `id`.
    #[must_use]
    pub fn nearest_id(&self, id: &str) -> Option<&str> {
        nearest(id, self.tasks.iter().map(|task| &*task.id.value))
    }

    /// Whether the lane of a task is unknown: missing, or not fully readable.
    #[must_use]
    pub fn is_lane_unknown(&self, task: TaskId) -> bool {
        let task = &self.tasks[task];
        self.unknown || task.unknown || task.write.is_none()
    }

    /// The lanes of all tasks, in order. Invalid globs are left out.
    #[must_use]
    pub fn lanes(&self) -> Lanes {
        self.lanes_outside(&self.own_paths)
    }

    /// Like [`Plan::lanes`], with these paths protected as the plan's own.
    #[must_use]
    pub fn lanes_outside<'p>(&self, own_paths: impl IntoIterator<Item = &'p PlanPath>) -> Lanes {
        let valid = |entries: &[GlobEntry]| -> Vec<Glob> {
            entries.iter().filter_map(|entry| entry.glob.clone().ok()).collect()
        };
        let own_paths = own_paths.into_iter().map(|path| match path {
            PlanPath::File(path) => crate::glob::exactly(path),
            PlanPath::Folder(path) => crate::glob::below(path),
        });
        let protect = valid(&self.protect).into_iter().chain(own_paths).collect();
        let common = Arc::new(Common { share: valid(&self.share), protect });
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

    /// All globs of the plan, each with the task that contains it.
    pub fn glob_entries(&self) -> impl Iterator<Item = (Option<TaskId>, &GlobEntry)> {
        let companions =
            self.companions.iter().flat_map(|(glob, others)| std::iter::once(glob).chain(others));
        let of_plan = self.protect.iter().chain(&self.share).chain(companions);
        let of_tasks = self.tasks.enumerated().flat_map(|(id, task)| {
            let write = task.write.iter().flat_map(|write| &write.entries);
            let allow = task.allow.iter().filter_map(|allow| allow.path.as_ref());
            write.chain(&task.read).chain(allow).map(move |entry| (Some(id), entry))
        });
        of_plan.map(|entry| (None, entry)).chain(of_tasks)
    }
}
