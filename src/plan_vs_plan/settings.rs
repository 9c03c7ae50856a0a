//! The settings of a plan that its later version loosens, other than the levels of rules.

use std::collections::HashMap;

use super::by_id;
use crate::glob::{Budget, Glob, Undecided};
use crate::index::TaskId;
use crate::lane::first_outside;
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{Allow, BranchName, DEFAULT_BASE, GlobEntry, INVALID_NAMES, Plan, name_fault};
use crate::source::Span;

/// A setting that was loosened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosening {
    /// What was loosened.
    pub what: Loosened,
    /// The task that it belongs to, if it is one of a task.
    pub task: Option<TaskId>,
    /// Where the later plan says so; `None` if it does so by saying nothing.
    pub span: Option<Span>,
}

/// How a setting was loosened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loosened {
    /// `base`: the old branch, and the new one.
    Base(String, String),
    /// `protect`: a path that is no longer protected.
    Protect(RepoPath),
    /// `share`: a path that is now shared.
    Share(RepoPath),
    /// `other-branches`: a name that it now covers.
    OtherBranches(String),
    /// `plan-branches`: a name that it now covers.
    PlanBranches(String),
    /// `branch`: a name that now belongs to the task.
    Branch(String),
    /// `branch`: a name that no longer belongs to the task.
    BranchRemoved(String),
    /// `needs`: a task that it now needs, so that the lanes of the two are no longer compared.
    Needs(String),
    /// `needs`: a task that it no longer needs.
    NeedsRemoved(String),
    /// `wave`: the old one, and the new one.
    Wave(Option<u32>, Option<u32>),
    /// `allow`: the rule whose findings it now accepts.
    Allow(String),
}

/// What the later version loosened, and whether some of it could not be decided.
pub(super) fn loosened(before: &Plan, now: &Plan) -> (Vec<Loosening>, bool) {
    let mut found = Collector { found: Vec::new(), undecided: false, budget: Budget::default() };
    found.base(before, now);
    found.protect_and_share(before, now);
    found.names(&before.other_branches, &now.other_branches, None, Loosened::OtherBranches);
    found.names(&before.plan_branches, &now.plan_branches, None, Loosened::PlanBranches);
    let (before, now) = (Version::new(before), Version::new(now));
    let both = now.plan.tasks.enumerated();
    let both = both.filter_map(|(task, it)| Some((*before.ids.get(&*it.id.value)?, task)));
    for (old_task, task) in both {
        let (was, is) = (&before.plan[old_task], &now.plan[task]);
        found.names(&was.branches, &is.branches, Some(task), Loosened::Branch);
        found.names_removed(&was.branches, &is.branches, task);
        found.needs((&before, old_task), (&now, task));
        let [old_wave, wave] = [was, is].map(|task| task.wave.as_ref().map(|wave| wave.value));
        if old_wave != wave {
            let span = is.wave.as_ref().map_or(is.id.span, |wave| wave.span);
            found.add(Loosened::Wave(old_wave, wave), Some(task), Some(span));
        }
        for allow in &is.allow {
            found.allow((before.plan, &was.allow), (now.plan, allow), task);
        }
    }
    (found.found, found.undecided)
}

/// A version of the plan.
struct Version<'p> {
    plan: &'p Plan,
    ids: HashMap<&'p str, TaskId>,
    order: Order,
}

impl<'p> Version<'p> {
    fn new(plan: &'p Plan) -> Version<'p> {
        Version { plan, ids: by_id(plan), order: Order::new(plan) }
    }
}

struct Collector {
    found: Vec<Loosening>,
    undecided: bool,
    budget: Budget,
}

impl Collector {
    fn add(&mut self, what: Loosened, task: Option<TaskId>, span: Option<Span>) {
        self.found.push(Loosening { what, task, span });
    }

    /// The answer, or `None` after recording that there is none.
    fn decided<T>(&mut self, answer: Result<Option<T>, Undecided>) -> Option<T> {
        self.undecided |= answer.is_err();
        answer.ok().flatten()
    }

    fn base(&mut self, before: &Plan, now: &Plan) {
        let [old, new] = [before, now].map(|plan| {
            plan.base.as_ref().map_or(DEFAULT_BASE, |base| base.value.as_str()).to_owned()
        });
        if old != new {
            let span = now.base.as_ref().map(|base| base.span);
            self.add(Loosened::Base(old, new), None, span);
        }
    }

    fn protect_and_share(&mut self, before: &Plan, now: &Plan) {
        let [old, new] = [&before.protect, &now.protect].map(|entries| valid(entries));
        let unprotected = first_outside(&old, &new, &mut self.budget);
        if let Some(path) = self.decided(unprotected) {
            let span = now.protect.first().map(|entry| entry.span);
            self.add(Loosened::Protect(path), None, span);
        }
        let [old, new] = [&before.share, &now.share].map(|entries| valid(entries));
        let shared = first_outside(&new, &old, &mut self.budget);
        if let Some(path) = self.decided(shared) {
            let holds = |entry: &&GlobEntry| {
                entry.glob.as_ref().is_ok_and(|glob| glob.is_match(&path) == Ok(true))
            };
            let span = now.share.iter().find(holds).map(|entry| entry.span);
            self.add(Loosened::Share(path), None, span);
        }
    }

    /// Reports a name that only the later ones cover.
    fn names(
        &mut self,
        before: &[BranchName],
        now: &[BranchName],
        task: Option<TaskId>,
        what: fn(String) -> Loosened,
    ) {
        let name = name_outside(now, before, &mut self.budget);
        if let Some(name) = self.decided(name) {
            let holds = |branch: &&BranchName| branch.is_match(&name) == Ok(true);
            let span = now.iter().find(holds).map(|branch| branch.text.span);
            self.add(what(name), task, span);
        }
    }

    fn names_removed(&mut self, before: &[BranchName], now: &[BranchName], task: TaskId) {
        let name = name_outside(before, now, &mut self.budget);
        if let Some(name) = self.decided(name) {
            let span = now.first().map(|branch| branch.text.span);
            self.add(Loosened::BranchRemoved(name), Some(task), span);
        }
    }

    /// Reports the tasks that it now needs, or no longer does, and that are in both versions.
    fn needs(
        &mut self,
        (before, old_task): (&Version<'_>, TaskId),
        (now, task): (&Version<'_>, TaskId),
    ) {
        for need in &now.plan[task].needs {
            let id = &now.plan[need.value].id.value;
            let old_need = before.ids.get(&**id);
            if old_need.is_some_and(|&old_need| !before.order.comes_after(old_task, old_need)) {
                self.add(Loosened::Needs(id.to_string()), Some(task), Some(need.span));
            }
        }
        for old_need in &before.plan[old_task].needs {
            let id = &before.plan[old_need.value].id.value;
            let need = now.ids.get(&**id);
            if need.is_some_and(|&need| !now.order.comes_after(task, need)) {
                let span = now.plan[task].id.span;
                self.add(Loosened::NeedsRemoved(id.to_string()), Some(task), Some(span));
            }
        }
    }

    /// Reports an `allow` that accepts more than each of the earlier ones.
    fn allow(
        &mut self,
        (before, were): (&Plan, &[Allow]),
        (now, allow): (&Plan, &Allow),
        task: TaskId,
    ) {
        for was in were.iter().filter(|was| was.rule.value == allow.rule.value) {
            let old_with = was.with.as_ref().map(|with| &before[with.value].id.value);
            let with = allow.with.as_ref().map(|with| &now[with.value].id.value);
            if old_with.is_some() && old_with != with {
                continue;
            }
            let covers = match (&was.path, &allow.path) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(was), Some(is)) => match (&was.glob, &is.glob) {
                    (Ok(was), Ok(is)) => {
                        let outside = first_outside(&[is], &[was], &mut self.budget);
                        outside == Ok(None)
                    }
                    _ => false,
                },
            };
            if covers {
                return;
            }
        }
        let rule = &allow.rule;
        self.add(Loosened::Allow(rule.value.clone()), Some(task), Some(rule.span));
    }
}

fn valid(entries: &[GlobEntry]) -> Vec<&Glob> {
    entries.iter().filter_map(|entry| entry.glob.as_ref().ok()).collect()
}

/// A branch name that git allows, and that some of the names or patterns cover and none of `others`
/// does.
fn name_outside(
    names: &[BranchName],
    others: &[BranchName],
    budget: &mut Budget,
) -> Result<Option<String>, Undecided> {
    let others: Vec<Glob> = others.iter().filter_map(BranchName::glob).collect();
    let others: Vec<&Glob> = INVALID_NAMES.iter().chain(&others).collect();
    let names: Vec<Glob> = names.iter().filter_map(BranchName::glob).collect();
    let names: Vec<&Glob> = names.iter().collect();
    let Some(path) = first_outside(&names, &others, budget)? else { return Ok(None) };
    match String::from_utf8(path.as_bytes().to_vec()) {
        Ok(name) if name_fault(&name).is_none() => Ok(Some(name)),
        _ => Err(Undecided),
    }
}
