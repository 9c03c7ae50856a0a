//! What a rule's function gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::Rule;
use super::english::and;
use super::labels::label;
use crate::finding::{Draft, Label, Message};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;

/// Takes what a rule finds, one by one.
pub(crate) struct Found<'s> {
    report: &'s mut dyn FnMut(Draft),
    gave_up: Vec<GaveUp>,
}

impl<'s> Found<'s> {
    pub(crate) fn new(report: &'s mut dyn FnMut(Draft)) -> Found<'s> {
        Found { report, gave_up: Vec::new() }
    }

    /// Reports a violation.
    pub(crate) fn report(&mut self, draft: Draft) {
        (self.report)(draft);
    }

    /// Reports what could not be decided within the work limit.
    pub(crate) fn gave_up(&mut self, on: GaveUp) {
        self.gave_up.push(on);
    }

    /// All that the rule gave up on.
    pub(crate) fn into_gave_up(self) -> Vec<GaveUp> {
        self.gave_up
    }
}

/// Something that a rule could not decide.
pub(crate) struct GaveUp {
    /// What it is, as a message names it.
    pub(crate) on: Message,
    /// Why.
    pub(crate) why: &'static str,
    /// What to do next.
    pub(crate) help: &'static str,
    /// The ids of the tasks concerned.
    pub(crate) tasks: Vec<Arc<str>>,
    /// The path concerned.
    pub(crate) path: Option<RepoPath>,
    /// Where.
    pub(crate) labels: Vec<Label>,
    /// All globs of the tasks, where it is about their lanes.
    pub(crate) globs: Option<Vec<Arc<str>>>,
}

impl GaveUp {
    /// Why, where no more can be said.
    pub(crate) const BOUND: &str = "work limit reached";

    /// On a question about the lanes of some tasks, or about the plan as a whole.
    pub(crate) fn on_lanes(plan: &Plan, tasks: &[TaskId], labels: Vec<Label>) -> GaveUp {
        let ids = plan.ids(tasks.iter().copied());
        let globs = tasks.iter().flat_map(|&task| plan.indexed_globs(task));
        GaveUp {
            on: if ids.is_empty() { "the plan".into() } else { and(&ids) },
            why: GaveUp::BOUND,
            help: "use fewer wildcards, braces or exclusions in these globs",
            tasks: ids,
            path: None,
            labels,
            globs: Some(globs.map(|(_, entry)| Arc::clone(&entry.text)).collect()),
        }
    }

    /// On comparing all that the tasks did.
    pub(crate) fn on_work(plan: &Plan) -> GaveUp {
        let first = plan.tasks.first();
        let labels = first.map(|task| label(task.id.span, "the first task"));
        GaveUp {
            on: "the tasks".into(),
            why: GaveUp::BOUND,
            help: "check fewer tasks per run, with --range or --task",
            tasks: Vec::new(),
            path: None,
            labels: labels.into_iter().collect(),
            globs: None,
        }
    }
}

/// What came of the rules that look at the plan and the work.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The allowances that accept a finding, each with the one that was asked first: itself,
    /// wherever a finding needed it.
    pub(crate) accepting: BTreeMap<AllowIndex, AllowIndex>,
    /// The tasks about which something could not be verified or decided; `None` stands for the run
    /// as a whole.
    pub(crate) unverified: BTreeSet<Option<TaskId>>,
    /// The rules that reached a bound on work.
    pub(crate) gave_up: BTreeSet<&'static Rule>,
}

/// Where an allowance is: the index of its task, and its own among those of the task.
pub(crate) type AllowIndex = (TaskId, usize);
