//! The words that rules and renderers share: finding, label, report.
//!
//! There may be half a million findings, so one is small: texts that many have are shared, and a fix
//! says what to do and not yet how the plan's text changes.

mod rule;

use std::fmt;
use std::sync::Arc;

pub use crate::level::Level;
pub use crate::message::Message;
use crate::path::RepoPath;
use crate::plan::Plan;
pub use crate::plan::fix::{Applicability, Edit, Fix, Fixer};
use crate::source::Span;
pub use rule::{Causes, Done, Example, Grouping, Rule, Subject};

/// One violation of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// The rule's level, or the plan's own for it.
    pub level: Level,
    /// What was found. The rest of the finding is common to all rules.
    pub draft: Draft,
    /// Who accepted the finding on purpose, and why. An allowed finding fails no run.
    pub allowed: Option<Box<Allowed>>,
}

/// What a rule says of one violation. Its name and level are not the rule's to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What is wrong, in one line.
    pub message: Message,
    /// What to do next, in one line.
    pub help: Option<Message>,
    /// The ids of the tasks concerned, in the order in which the message names them.
    pub tasks: Vec<Arc<str>>,
    /// The witness or the changed path.
    pub path: Option<RepoPath>,
    /// Where: the first is the finding's own place.
    pub labels: Vec<Label>,
    /// What a program may want to know beside the message, by name.
    pub data: Vec<(&'static str, Datum)>,
    /// What could be done to the plan to mend it.
    pub fixes: Vec<Fix>,
    /// What it is about beside its tasks: by that, two runs know the same finding.
    pub about: About,
    /// Whether the message says more than the path, so that no group may stand for it.
    pub alone: bool,
}

/// What a finding is about, beside its rule and its tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// The text at its first place, or the file there.
    #[default]
    Location,
    /// Its path.
    Path,
    /// The value of this name in its data. Its path is then a witness, one of many: another file may
    /// be the first one tomorrow.
    Data(&'static str),
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// What, in a few words; may be empty.
    pub text: Message,
}

/// Where a label points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// Some bytes of a text that was read.
    Span(Span),
    /// A file of the repository as a whole.
    File(RepoPath),
    /// An input that is no file of the repository, by its name: a patch, a range.
    Input(String),
}

/// A value in a finding's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A text.
    Text(Arc<str>),
    /// A number of things.
    Count(usize),
    /// Values in order.
    List(Vec<Datum>),
    /// Values by name, in order.
    Map(Vec<(&'static str, Datum)>),
}

/// Who accepted a finding, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The task whose `allow` it is.
    pub by: String,
    /// The reason that it gives.
    pub reason: String,
}

/// All that a run has to say, in the order in which every format says it.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was asked.
    pub command: Command,
    /// The plan that was judged, or that judged: spans point into its texts.
    pub plan: Arc<Plan>,
    /// The inputs of a gate, in the order of the call.
    pub inputs: Vec<Input>,
    /// The findings, in their fixed order.
    pub findings: Vec<Finding>,
    /// How many files exist or, in the gate, how many paths were changed.
    pub files: usize,
}

/// What a report answers.
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

/// One thing that a gate looked at, with the commits used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The task whose changes these are; nothing for a branch that is no task's.
    pub task: Option<String>,
    /// What was read, as the person who asked would name it: `branch codex/lessons`, `a.patch`.
    pub source: String,
    /// The commit that the changes start from.
    pub base: Option<String>,
    /// The commit that they end in.
    pub head: Option<String>,
    /// The merge base of the two, where one was looked for.
    pub merge_base: Option<String>,
}

/// How a run ends: what the contract calls the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that fails a run.
    Clean,
    /// An error stands, or a warning where warnings are denied.
    Failed,
    /// Something could not be verified or decided, so nothing may be taken for clean.
    Unverified,
}

impl Report {
    /// The findings that nobody has allowed.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.allowed.is_none())
    }

    /// How many standing findings have this level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.active().filter(|finding| finding.level == level).count()
    }

    /// Whether all that was to be looked at was looked at, whole.
    #[must_use]
    pub fn verified(&self) -> bool {
        !self.active().any(|finding| finding.rule.unverified)
    }

    /// The run's verdict; `deny_warnings` makes a warning weigh as an error.
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
