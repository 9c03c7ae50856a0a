//! `duplicate-branch`: two tasks that cannot have a branch each.

use std::collections::BTreeMap;

use super::{Done, Example, Facts, Grouping, Rule, Subject, label};
use crate::finding::{Draft, Level};

pub(super) const RULE: Rule = Rule {
    name: "duplicate-branch",
    summary: "two tasks on one branch, or on `a` and `a/b`, which git cannot hold together",
    level: Level::Error,
    fixed: false,
    subject: Subject::Plan,
    explanation: "The gate knows a task's changes by its branch; on a shared one nobody can say \
        whose they are. git keeps branches as files, so that `a` and `a/b` cannot both exist.",
    remedy: "give one of them another `branch`",
    example: Example {
        plan: "tasks:\n  lessons: {write: lessons/**, branch: content}\n  quizzes: {write: \
               quizzes/**, branch: content}\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (task, value) in facts.plan.tasks.iter().enumerate() {
        let branch = value.branch_name();
        if let Some(&other) = first.get(branch) {
            pair(facts, other, task, &format!("are both on branch `{branch}`"), report);
        } else {
            first.insert(branch, task);
        }
    }
    for (branch, &task) in &first {
        for (at, _) in branch.match_indices('/') {
            if let Some(&other) = first.get(&branch[..at]) {
                let what = format!(
                    "are on branches `{}` and `{branch}`, which git cannot hold together",
                    &branch[..at]
                );
                pair(facts, other, task, &what, report);
            }
        }
    }
}

fn pair(facts: &Facts<'_>, one: usize, other: usize, what: &str, report: &mut dyn FnMut(Draft)) {
    if !facts.concerns(Some(one)) && !facts.concerns(Some(other)) {
        return;
    }
    let (one, other) = (one.min(other), one.max(other));
    let place = |task: usize| {
        let task = &facts.plan.tasks[task];
        let span = task.branch.as_ref().map_or(task.id.span, |branch| branch.span);
        label(span, format!("the branch of `{}`", task.id.value))
    };
    report(Draft {
        message: format!("{} {what}", super::and(&facts.ids([one, other]))),
        help: Some("give one of them another `branch`".into()),
        tasks: facts.ids([one, other]),
        // The later one is the newcomer.
        labels: vec![place(other), place(one)],
        ..Draft::default()
    });
}
