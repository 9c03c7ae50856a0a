//! What rules report to, and what is known once they have run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::Rule;
use super::english::and;
use super::labels::{label, write_label};
use crate::finding::{Draft, Label, Message};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan_vs_plan::LaneDiff;
use crate::source::Span;

/// Collects what one rule finds.
pub(crate) struct Reporter<'s> {
    report: &'s mut dyn FnMut(Draft),
    undecided: Vec<UndecidedDraft>,
}

impl<'s> Reporter<'s> {
    pub(crate) fn new(report: &'s mut dyn FnMut(Draft)) -> Reporter<'s> {
        Reporter { report, undecided: Vec::new() }
    }

    pub(crate) fn report(&mut self, draft: Draft) {
        (self.report)(draft);
    }

    /// Ends up as a finding of `undecided`, under this rule's name.
    pub(crate) fn undecided(&mut self, draft: UndecidedDraft) {
        self.undecided.push(draft);
    }

    pub(crate) fn into_undecided(self) -> Vec<UndecidedDraft> {
        self.undecided
    }
}

/// Something that a rule could not decide.
pub(crate) struct UndecidedDraft {
    /// What the rule gave up on, as the message names it.
    pub(crate) subject: Message,
    pub(crate) why: &'static str,
    pub(crate) help: &'static str,
    pub(crate) tasks: Vec<Arc<str>>,
    pub(crate) path: Option<RepoPath>,
    pub(crate) labels: Vec<Label>,
    /// All globs of the tasks, if it is about their lanes.
    pub(crate) globs: Option<Vec<Arc<str>>>,
}

impl UndecidedDraft {
    pub(crate) const WORK_LIMIT: &str = "work limit reached";

    /// A question about the lanes of these tasks; about the plan if there are none.
    pub(crate) fn lanes(plan: &Plan, tasks: &[TaskId], labels: Vec<Label>) -> UndecidedDraft {
        let ids = plan.ids(tasks.iter().copied());
        let globs = tasks.iter().flat_map(|&task| plan.indexed_globs(task));
        UndecidedDraft {
            subject: if ids.is_empty() { "the plan".into() } else { and(&ids) },
            why: UndecidedDraft::WORK_LIMIT,
            help: "use fewer wildcards, braces or exclusions in these globs",
            tasks: ids,
            path: None,
            labels,
            globs: Some(globs.map(|(_, entry)| Arc::clone(&entry.text)).collect()),
        }
    }

    /// How the lane of a task differs from its earlier version.
    pub(crate) fn lane_diff(plan: &Plan, lane: &LaneDiff) -> UndecidedDraft {
        match lane.now {
            Some(task) => {
                let label = write_label(plan, task, "this lane");
                UndecidedDraft::lanes(plan, &[task], vec![label])
            }
            None => UndecidedDraft {
                subject: message!["the removed task ", code(&lane.id)],
                tasks: vec![Arc::clone(&lane.id)],
                ..UndecidedDraft::lanes(plan, &[], vec![label(Span::default(), "this plan")])
            },
        }
    }

    /// A comparison of everything that the tasks changed.
    pub(crate) fn work(plan: &Plan) -> UndecidedDraft {
        let first = plan.tasks.first();
        let labels = first.map(|task| label(task.id.span, "the first task"));
        UndecidedDraft {
            subject: "the tasks".into(),
            why: UndecidedDraft::WORK_LIMIT,
            help: "check fewer tasks per run, with --range or --task",
            tasks: Vec::new(),
            path: None,
            labels: labels.into_iter().collect(),
            globs: None,
        }
    }
}

/// What is known once the rules about the plan and the work have run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The allowances that accept a finding, each with the one that takes precedence: itself, if
    /// it was ever first.
    pub(crate) accepting: BTreeMap<AllowIndex, AllowIndex>,
    /// The tasks about which something could not be verified or decided; `None` is the whole run.
    pub(crate) unverified: BTreeSet<Option<TaskId>>,
    /// The rules that reached the work limit.
    pub(crate) gave_up: BTreeSet<&'static Rule>,
}

/// A task and the index of one of its allowances.
pub(crate) type AllowIndex = (TaskId, usize);
