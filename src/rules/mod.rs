//! The rules: one file each, and the list.
//!
//! A rule is a value: its name, what it says of itself, and a function from [`Facts`] to drafts of
//! findings. It sets no level, prints nothing and sorts nothing; whoever needs to know of rules
//! goes through [`RULES`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::failure::Failure;
use crate::finding::{Applicability, Datum, Draft, Fix, Label, Level, Place};
use crate::gate::{GateFacts, Judged, Work};
use crate::glob::{Glob, Meeting, Patience};
use crate::lane::Lanes;
use crate::lane::redundant::Redundancy;
use crate::overlap::{Clashes, Hazards, Overlap};
use crate::parallel;
use crate::path::RepoPath;
use crate::plan::fix::Replacement;
use crate::plan::order::Order;
use crate::plan::{GlobEntry, Plan};
use crate::source::{Span, excerpt, yaml};
use crate::survey::Survey;

mod broad_lane;
mod clashing_paths;
mod colliding_writes;
mod dependency_cycle;
mod duplicate_branch;
mod empty_lane;
mod escaping_symlink;
mod invalid_glob;
mod invalid_plan;
mod merge_conflict;
mod missing_branch;
mod missing_companion;
mod missing_lane;
mod moved_folder;
mod no_changes;
mod not_verified;
mod out_of_lane;
mod overlapping_lanes;
mod plan_changed;
mod protected_path;
mod read_write_hazard;
mod redundant_glob;
mod review_only_write;
mod unclaimed_branch;
mod undecided;
mod unmatched_glob;
mod unused_allow;

/// Every rule, in the order of the contract.
pub const RULES: &[&Rule] = &[
    &invalid_plan::RULE,
    &invalid_glob::RULE,
    &missing_lane::RULE,
    &overlapping_lanes::RULE,
    &undecided::RULE,
    &clashing_paths::RULE,
    &read_write_hazard::RULE,
    &protected_path::RULE,
    &empty_lane::RULE,
    &redundant_glob::RULE,
    &unmatched_glob::RULE,
    &broad_lane::RULE,
    &missing_companion::RULE,
    &dependency_cycle::RULE,
    &duplicate_branch::RULE,
    &unused_allow::RULE,
    &out_of_lane::RULE,
    &review_only_write::RULE,
    &plan_changed::RULE,
    &not_verified::RULE,
    &colliding_writes::RULE,
    &merge_conflict::RULE,
    &moved_folder::RULE,
    &escaping_symlink::RULE,
    &unclaimed_branch::RULE,
    &missing_branch::RULE,
    &no_changes::RULE,
];

/// The rule that looks at what came of all others.
pub const LAST: &Rule = &unused_allow::RULE;

/// One thing that can be wrong with a plan or with a change.
#[derive(Debug)]
pub struct Rule {
    /// The name in kebab-case; the file's name with `-` for `_`.
    pub name: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// The level of its findings, unless the plan says otherwise.
    pub level: Level,
    /// Whether the level is fixed: the plan can neither change it nor allow a finding.
    pub fixed: bool,
    /// What it judges.
    pub subject: Subject,
    /// Why it matters and how to mend it, in Markdown.
    pub explanation: &'static str,
    /// What to do about it in general, in one line: said where findings are told as one and each
    /// has a help of its own.
    pub remedy: &'static str,
    /// A plan, and for the gate a patch, in which it really fires.
    pub example: Example,
    /// How a renderer for people may put many findings into one.
    pub grouping: Grouping,
    /// Tells every violation.
    pub find: fn(&Facts<'_>, &mut dyn FnMut(Draft)),
}

/// What a rule judges, first of all: the gate repeats of the plan what leaves a judged lane unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The plan, before its tasks start.
    Plan,
    /// What each task did, by itself.
    Work,
    /// Whether a branch is there, and is a task's.
    Branch,
    /// What concurrent tasks did, held against each other.
    Meeting,
    /// What comes of merging the branches of concurrent tasks.
    Merge,
}

/// A plan that makes a rule fire, and what it is held against.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The text of `lanes.yaml`.
    pub plan: &'static str,
    /// The files that exist.
    pub files: &'static [&'static str],
    /// What was done in the lanes, for a rule of the gate.
    pub done: Done,
}

/// What was done in the lanes of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing yet: the rule is about the plan.
    Nothing,
    /// There is no branch for the first task.
    NoBranch,
    /// What the first task changed, as a patch.
    Patch(&'static str),
    /// What each of the first two tasks changed, as a patch.
    Both(&'static str),
    /// What the first two tasks changed, each in a way that does not merge with the other's.
    Conflict(&'static str),
    /// The first task renamed a folder, and the second one changed this.
    Rename {
        /// The folder's path before.
        from: &'static str,
        /// The folder's path after.
        to: &'static str,
        /// What the second task changed, as a patch.
        patch: &'static str,
    },
    /// What a branch changed that is no task's, as a patch.
    Unclaimed(&'static str),
}

/// What several findings of one rule have in common when they are really one, and how that one
/// begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Nothing: each stands alone.
    Alone,
    /// A place in the plan that causes them, such as one wide glob, or one path.
    ByCause(Causes),
    /// The task that did it; the text follows the task, `{paths}` in it is how many.
    ByTask(&'static str),
    /// The changed path; the text stands between the path and the tasks.
    ByPath(&'static str),
    /// The rule itself; the text stands before the tasks.
    Together(&'static str),
}

/// What is said of findings that one thing causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Causes {
    /// What a glob does to how many others, and what these are: `this glob of \`x\` overlaps with
    /// 50 lanes`.
    pub glob: (&'static str, &'static str),
    /// What a path is: `\`x\` is in several lanes`.
    pub path: &'static str,
}

/// All that rules look at. Nothing here has to be asked of a disk or of git.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its lanes.
    pub lanes: &'a Lanes,
    /// Who may run beside whom.
    pub order: &'a Order,
    /// What the run is about.
    pub question: Question<'a>,
    /// What came of all other rules: for [`LAST`] alone.
    pub outcome: Option<&'a Outcome>,
}

/// What came of the rules that look at the plan and the work.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The allowances that accept a finding, each with the one that was asked first: itself,
    /// wherever a finding needed it.
    pub accepting: BTreeMap<AllowPlace, AllowPlace>,
    /// The tasks about which something could not be verified or decided; nothing stands for the
    /// run as a whole.
    pub unverified: BTreeSet<Option<usize>>,
    /// The rules that reached a bound on work.
    pub gave_up: BTreeSet<Arc<str>>,
}

/// Where an allowance is: the place of its task, and its own among those of the task.
pub type AllowPlace = (usize, usize);

/// What a run asks.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Is the plan sound?
    Check(&'a PlanFacts),
    /// Did the tasks stay in their lanes?
    Gate(&'a GateFacts<'a>),
}

/// What is known of a plan before the rules look at it.
#[derive(Debug)]
pub struct PlanFacts {
    /// The lanes that meet.
    pub overlaps: Vec<Overlap>,
    /// The lanes that share no path and hold some that cannot stand together; nothing where the
    /// rule is off.
    pub clashes: Clashes,
    /// What tasks read and concurrent ones may write; nothing where the rule is off.
    pub hazards: Hazards,
    /// What is known of each lane by itself.
    pub alone: LaneFacts,
    /// What the files that exist tell of the plan.
    pub survey: Survey,
    /// Why the files that exist may not all be known.
    pub gaps: Vec<Failure>,
}

/// What is known of each lane by itself, whatever the others are.
#[derive(Debug)]
pub struct LaneFacts {
    /// For each task, whether its globs leave it no path; nothing where that is undecided.
    pub vacant: Vec<Option<bool>>,
    /// For each task and each of its globs, whether it names only protected paths; nothing where
    /// that is undecided.
    pub protected: Vec<Vec<Option<bool>>>,
    /// For each sound glob that is shared, whether it names only protected paths; nothing where
    /// that is undecided.
    pub protected_shares: Vec<Option<bool>>,
    /// For each task, which of its sound globs and exclusions change nothing; empty where the rule
    /// is off.
    pub redundancies: Vec<Redundancy>,
}

/// How many tasks are worth a second thread.
const MANY: usize = 500;

impl PlanFacts {
    /// Finds out all of it. `files` are those that exist, in byte order.
    #[must_use]
    pub fn new(
        plan: &Plan,
        lanes: &Lanes,
        order: &Order,
        files: &[RepoPath],
        gaps: Vec<Failure>,
    ) -> PlanFacts {
        let many = lanes.len() > MANY;
        let (alone, overlaps) = parallel::join(
            many,
            || LaneFacts::new(plan, lanes),
            || crate::overlap::overlaps(lanes, order, files),
        );
        let is_on = |rule: &Rule| plan.level(rule.name) != Some(None);
        let known = gaps.is_empty().then_some(files);
        let clashes = || {
            let on = is_on(&clashing_paths::RULE);
            on.then(|| crate::overlap::clashes(lanes, order, &overlaps))
        };
        let others = || {
            let on = is_on(&read_write_hazard::RULE);
            let hazards = on.then(|| crate::overlap::hazards(plan, lanes, order, files));
            (hazards, Survey::new(plan, lanes, order, &overlaps, known))
        };
        let (clashes, (hazards, survey)) = parallel::join(many, clashes, others);
        PlanFacts {
            alone,
            survey,
            clashes: clashes.unwrap_or_default(),
            hazards: hazards.unwrap_or_default(),
            overlaps,
            gaps,
        }
    }
}

impl LaneFacts {
    fn new(plan: &Plan, lanes: &Lanes) -> LaneFacts {
        let mut patience = Patience::default();
        let tasks = 0..lanes.len();
        let vacant: Vec<Option<bool>> =
            tasks.clone().map(|task| lanes.of(task).is_vacant(&mut patience)).collect();
        let protected: Vec<Vec<Option<bool>>> = tasks
            .map(|task| {
                let lane = lanes.of(task);
                let globs = 0..lane.globs().len();
                globs.map(|glob| lane.is_protected(glob, &mut patience)).collect()
            })
            .collect();
        let redundancies =
            redundant_glob::redundancies(plan, lanes, &vacant, &protected, &mut patience);
        let protected_shares = lanes.protected_shares(&mut patience);
        LaneFacts { vacant, protected, protected_shares, redundancies }
    }
}

impl<'a> Facts<'a> {
    /// What is known of the plan, when the plan is what the run is about.
    #[must_use]
    pub fn check(&self) -> Option<&'a PlanFacts> {
        match self.question {
            Question::Check(facts) => Some(facts),
            Question::Gate(_) => None,
        }
    }

    /// What is known of the tasks' work, when that is what the run is about.
    #[must_use]
    pub fn gate(&self) -> Option<&'a GateFacts<'a>> {
        match self.question {
            Question::Check(_) => None,
            Question::Gate(gate) => Some(gate),
        }
    }

    /// Whether the run is about this task, or about the plan as a whole where there is none: all
    /// of them when a plan is checked, those whose work is judged in the gate.
    #[must_use]
    pub fn concerns(&self, task: Option<usize>) -> bool {
        match (self.question, task) {
            (Question::Gate(gate), Some(task)) => {
                gate.input.judged.iter().any(|judged| {
                    judged.task == Some(task) && !matches!(judged.work, Work::NoBranch)
                })
            }
            _ => true,
        }
    }

    /// Whose work something is, as a message names it.
    fn who(&self, judged: &Judged) -> String {
        let unclaimed = self.gate().and_then(|gate| gate.input.unclaimed.as_deref());
        match judged.task {
            Some(task) => format!("`{}`", self.id(task)),
            None => format!("the branch `{}`", unclaimed.unwrap_or(&judged.input.source)),
        }
    }

    /// The labels of a changed path: the file, and what the task may write that changed it.
    fn changed(&self, judged: &Judged, path: &RepoPath, text: impl Into<String>) -> Vec<Label> {
        let file = Label { place: Place::File(path.clone()), text: text.into() };
        let lane = judged
            .task
            .map(|task| self.write_label(task, format!("what `{}` may write", self.id(task))));
        std::iter::once(file).chain(lane).collect()
    }

    fn id(&self, task: usize) -> &'a str {
        &self.plan.tasks[task].id.value
    }

    fn ids(&self, tasks: impl IntoIterator<Item = usize>) -> Vec<Arc<str>> {
        tasks.into_iter().map(|task| Arc::clone(&self.plan.tasks[task].id.value)).collect()
    }

    /// The globs of a task in the order of its lane.
    fn globs(&self, task: usize) -> Vec<&'a GlobEntry> {
        self.entries(task).map(|(_, entry)| entry).collect()
    }

    /// The globs of a task in the order of its lane, with their places in its `write`.
    fn entries(&self, task: usize) -> impl Iterator<Item = (usize, &'a GlobEntry)> {
        let entries = self.plan.tasks[task].write.iter().flat_map(|write| &write.entries);
        entries.enumerate().filter(|(_, entry)| !entry.negated && entry.glob.is_ok())
    }

    /// The sound globs that a task reads, in the order in which hazards have them.
    fn reads(&self, task: usize) -> Vec<&'a GlobEntry> {
        let entries = self.plan.tasks[task].read.iter();
        entries.filter(|entry| !entry.negated && entry.glob.is_ok()).collect()
    }

    /// Whether an exclusion of a lane may take paths of a glob: it may be there for them alone, and
    /// without the glob it would be in the way of nothing.
    fn is_cut(&self, task: usize, glob: &Glob) -> bool {
        let mut patience = Patience::default();
        let mut exclusions = self.lanes.of(task).exclusions().iter();
        exclusions.any(|exclusion| exclusion.meet(glob, &[], &mut patience) != Meeting::Apart)
    }

    /// The globs that are shared and sound, in the order in which lanes have them.
    fn shares(&self) -> impl Iterator<Item = &'a GlobEntry> {
        self.plan.share.iter().filter(|entry| entry.glob.is_ok())
    }

    /// The label of the place that says what a task may write, or of the task.
    fn write_label(&self, task: usize, text: impl Into<String>) -> Label {
        let task = &self.plan.tasks[task];
        label(task.write.as_ref().map_or(task.id.span, |write| write.span), text)
    }
}

/// The rule of this name.
#[must_use]
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name).copied()
}

/// The name of a rule that someone who wrote `name` probably meant.
#[must_use]
pub fn nearest_name(name: &str) -> Option<&'static str> {
    crate::plan::nearest(name, RULES.iter().map(|rule| rule.name))
}

fn label(span: Span, text: impl Into<String>) -> Label {
    Label { place: Place::Span(span), text: text.into() }
}

fn text(text: impl Into<Arc<str>>) -> Datum {
    Datum::Text(text.into())
}

fn texts<T: Into<Arc<str>>>(values: impl IntoIterator<Item = T>) -> Datum {
    Datum::List(values.into_iter().map(text).collect())
}

/// How many existing files a path is one of, to be said behind it.
fn among_existing(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", which exists".to_owned(),
        more => format!(", one of {more} existing files"),
    }
}

/// How many existing files are in both of two sets, and the first of them.
fn existing_data(count: usize, sample: &[RepoPath]) -> (&'static str, Datum) {
    let sample = texts(sample.iter().map(ToString::to_string));
    ("existing", Datum::Map(vec![("count", Datum::Count(count)), ("sample", sample)]))
}

/// A fix that guesses another text for the place of a value.
fn replacement(plan: &Plan, span: Span, text: &str) -> Fix {
    let title = format!("write `{}`", excerpt(text));
    let text = yaml::written_like(plan.sources[span.file.0].slice(span.bytes()), text);
    Replacement { title, span, text, applicability: Applicability::Unsafe }.into()
}

/// Names of tasks as people list them: `a`, `b` and `c`.
fn and<T: std::fmt::Display>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests;
