//! What rules and output formats share: finding, label, report.
//!
//! There may be half a million findings, so each is small: common texts are shared, and a fix is an
//! intention whose edits are computed later.

mod rule;
mod verdict;

use std::fmt;
use std::sync::Arc;

use crate::index::InputId;
pub use crate::level::Level;
pub use crate::message::Message;
use crate::path::RepoPath;
use crate::plan::Plan;
pub use crate::plan::fix::{Applicability, Edit, Fix, Fixer};
use crate::source::{FileId, SourceFile, Span};
pub use rule::{Causes, Example, Grouping, Rule, Scenario, Scope};
pub use verdict::{InputVerdict, MergeVerdict};

/// One violation of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The violated rule.
    pub rule: &'static Rule,
    /// The rule's level, or the one that the plan gives it.
    pub level: Level,
    /// The part that the rule provides.
    pub draft: Draft,
    /// Set if an `allow` accepts the finding; it then fails no run.
    pub allowed: Option<Box<Allowed>>,
}

/// The part of a finding that its rule provides; levels and allowances are added later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What is wrong, in one line.
    pub message: Message,
    /// What to do next, in one line.
    pub help: Option<Message>,
    /// The ids of the tasks, in the order of the message.
    pub tasks: Vec<Arc<str>>,
    /// The witness or the changed path.
    pub path: Option<RepoPath>,
    /// The first one is the location of the finding.
    pub labels: Vec<Label>,
    /// Details for programs, by name.
    pub data: Vec<(&'static str, Datum)>,
    /// Possible edits of the plan.
    pub fixes: Vec<Fix>,
    /// What identifies the finding across runs, together with its rule and tasks.
    pub about: About,
    /// A level other than that of the rule.
    pub level: Option<DraftLevel>,
    /// The inputs of `gate` that it is about.
    pub inputs: Vec<InputId>,
    /// Whether the finding is never grouped, because its message says more than the path.
    pub alone: bool,
}

/// The level of a finding that differs from that of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftLevel {
    /// This one, unless that of the rule is lower.
    AtMost(Level),
    /// This one, unless the plan sets that of the rule.
    ByDefault(Level),
    /// This one, whatever the plan sets.
    Always(Level),
}

impl DraftLevel {
    /// The level of the finding, given that of its rule, and whether the plan sets it. `None` if the
    /// plan turns the rule off.
    #[must_use]
    pub(crate) fn settle(self, of_rule: Option<Level>, is_set: bool) -> Option<Level> {
        match self {
            DraftLevel::Always(level) => Some(level),
            DraftLevel::AtMost(level) => of_rule.map(|of_rule| of_rule.min(level)),
            DraftLevel::ByDefault(level) if !is_set => Some(level),
            DraftLevel::ByDefault(_) => of_rule,
        }
    }
}

/// What identifies a finding, besides its rule and tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// The text or file of its first label.
    #[default]
    Location,
    /// Its path.
    Path,
    /// This entry of its data. Its path is then only an example: tomorrow, another file may come
    /// first.
    Data(&'static str),
}

/// A location with a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where it points.
    pub location: Location,
    /// A few words; may be empty.
    pub text: Message,
}

/// Where a label points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A range of bytes in one of the plan's texts.
    Span(Span),
    /// A whole file of the repository.
    File(RepoPath),
    /// An input outside the repository, by name: a patch or a range.
    Input(String),
}

/// A value in a finding's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A text.
    Text(Arc<str>),
    /// A number.
    Count(usize),
    /// Values in order.
    List(Vec<Datum>),
    /// Values by name, in order.
    Map(Vec<(&'static str, Datum)>),
}

/// The `allow` that accepted a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The id of its task.
    pub by: String,
    /// Its `reason`.
    pub reason: String,
}

/// The result of a run, in the order that every format uses.
#[derive(Clone, Debug)]
pub struct Report {
    /// The command that ran.
    pub command: Command,
    /// The plan; spans point into its texts, and then into those that are `proposed`.
    pub plan: Arc<Plan>,
    /// The texts of the plans on `plan-branches`.
    pub proposed: Vec<SourceFile>,
    /// The inputs of `gate`, in the order of the arguments.
    pub inputs: Vec<Input>,
    /// A verdict for each input that exists.
    pub verdicts: Vec<InputVerdict>,
    /// The inputs that may be merged, the best attempt of each task, in an order in which each
    /// merges after those before it.
    pub merge_order: Vec<InputId>,
    /// The inputs with nothing against them that no longer merge after those in `merge_order`.
    pub left_out: Vec<InputId>,
    /// The findings, in a fixed order.
    pub findings: Vec<Finding>,
    /// The number of existing files (`check`) or changed paths (`gate`).
    pub files: usize,
}

/// The command that a report belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Is the plan sound?
    Check,
    /// Did the tasks stay in their lanes?
    Gate,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Command::Check => "check",
            Command::Gate => "gate",
        })
    }
}

/// One input of `gate`, with the commits used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The id of the task; `None` for a branch that belongs to no task.
    pub task: Option<String>,
    /// A name for people: `branch codex/lessons`, `a.patch`.
    pub source: String,
    /// The name of the branch, without `refs/heads/`, if it is one.
    pub branch: Option<String>,
    /// Which attempt of the task it is, from 1; `None` if it is the only one.
    pub attempt: Option<usize>,
    /// What was done with it.
    pub state: InputState,
    /// How many of the paths it changed are not its own change.
    pub not_own: usize,
    /// The commit before the changes.
    pub base: Option<String>,
    /// The commit with the changes.
    pub head: Option<String>,
    /// Their merge base, if one was needed.
    pub merge_base: Option<String>,
}

/// What was done with an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputState {
    /// It was read whole and judged.
    #[default]
    Judged,
    /// The branch is merged already.
    Merged,
    /// Another attempt at the task is merged, so it was not judged.
    Superseded,
    /// The branch does not exist.
    Missing,
    /// It could not be read whole.
    Unverified,
}

impl InputState {
    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            InputState::Judged => "judged",
            InputState::Merged => "merged",
            InputState::Superseded => "superseded",
            InputState::Missing => "missing",
            InputState::Unverified => "unverified",
        }
    }
}

/// The outcome of a run, which decides the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing fails the run.
    Clean,
    /// There are errors, or warnings that are denied.
    Failed,
    /// Something could not be verified or decided, so nothing counts as clean.
    Unverified,
}

impl Report {
    /// The text that a span points into.
    #[must_use]
    pub fn source(&self, file: FileId) -> &SourceFile {
        let own = self.plan.sources.len();
        self.plan.sources.get(file.0).unwrap_or_else(|| &self.proposed[file.0 - own])
    }

    /// The findings that are not allowed.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.allowed.is_none())
    }

    /// The number of active findings at this level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.active().filter(|finding| finding.level == level).count()
    }

    /// Whether everything could be verified and decided.
    #[must_use]
    pub fn verified(&self) -> bool {
        !self.active().any(|finding| finding.rule.unverified)
    }

    /// With `deny_warnings`, warnings fail the run too.
    #[must_use]
    pub fn verdict(&self, deny_warnings: bool) -> Verdict {
        let failing = if deny_warnings { Level::Warning } else { Level::Error };
        if !self.verified() {
            Verdict::Unverified
        } else if self.active().any(|finding| finding.level >= failing) {
            Verdict::Failed
        } else {
            Verdict::Clean
        }
    }
}
