//! The findings that the tasks of a plan accept on purpose.

use std::collections::HashMap;

use super::Facts;
use crate::finding::{Allowed, Draft};
use crate::glob::Glob;
use crate::index::TaskId;
use crate::overlap;
use crate::plan::{Allow, Plan};
use crate::rules::{self, AllowIndex, Rule};

/// The allowances of all tasks.
pub(super) struct Allowances<'f, 'a> {
    plan: &'f Plan,
    facts: Facts<'f, 'a>,
    /// The tasks by id; empty if the plan has no allowance.
    tasks: HashMap<&'f str, TaskId>,
}

impl<'f, 'a> Allowances<'f, 'a> {
    pub(super) fn new(plan: &'f Plan, facts: Facts<'f, 'a>) -> Allowances<'f, 'a> {
        let tasks = &plan.tasks;
        let any = tasks.iter().any(|task| !task.allow.is_empty());
        let ids = tasks.enumerated().filter(|_| any);
        Allowances {
            plan,
            facts,
            tasks: ids.map(|(index, task)| (&*task.id.value, index)).collect(),
        }
    }

    /// The tasks of a finding, in its order; empty if the plan has no allowance.
    pub(super) fn tasks(&self, draft: &Draft) -> Vec<TaskId> {
        draft.tasks.iter().filter_map(|id| self.tasks.get(&**id).copied()).collect()
    }

    /// The allowances that accept a finding completely, in the order of its tasks. The first one
    /// takes precedence.
    pub(super) fn accepting(&self, rule: &Rule, draft: &Draft) -> Vec<AllowIndex> {
        let mut accepting = Vec::new();
        if rule.fixed {
            return accepting;
        }
        let tasks = self.tasks(draft);
        for &task in &tasks {
            let other = |with: TaskId| with != task && tasks.contains(&with);
            for (index, allow) in self.plan[task].allow.iter().enumerate() {
                if allow.rule.value == rule.name
                    && allow.with.as_ref().is_none_or(|with| other(with.value))
                    && self.accepts(rule, allow, draft, &tasks)
                {
                    accepting.push((task, index));
                }
            }
        }
        accepting
    }

    pub(super) fn allowed(&self, (task, index): AllowIndex) -> Allowed {
        let task = &self.plan[task];
        let reason = task.allow[index].reason.value.clone();
        Allowed { by: task.id.value.to_string(), reason }
    }

    fn accepts(&self, rule: &Rule, allow: &Allow, draft: &Draft, tasks: &[TaskId]) -> bool {
        let Some(entry) = &allow.path else { return true };
        let (Ok(glob), Some(path)) = (&entry.glob, &draft.path) else { return false };
        glob.is_match(path) == Ok(true) && !self.goes_further(rule, tasks, glob)
    }

    /// Whether two tasks also overlap outside the allowed glob.
    fn goes_further(&self, rule: &Rule, tasks: &[TaskId], allowed: &Glob) -> bool {
        let (Facts::Plan(facts), &[left, right]) = (self.facts, tasks) else { return false };
        if rule == rules::READ_WRITE_HAZARD {
            let found = &facts.hazards().found;
            let at = found.binary_search_by_key(&(left, right), |one| (one.reader, one.writer));
            at.is_ok_and(|at| {
                overlap::hazard_reaches_outside(facts.plan, facts.lanes, &found[at], allowed)
            })
        } else if rule == rules::OVERLAPPING_LANES {
            let found = facts.overlaps();
            let at = found.binary_search_by_key(&(left, right), |overlap| overlap.tasks);
            at.is_ok_and(|at| {
                let pairs = found[at].shared.pairs.iter().copied();
                let (left, right) = (facts.lanes.of(left), facts.lanes.of(right));
                let outside =
                    left.intersection_outside(right, pairs, std::slice::from_ref(allowed));
                !outside.pairs.is_empty() || !outside.undecided.is_empty()
            })
        } else {
            false
        }
    }
}
