//! Finds the task of a branch. Gate, hook and editor all use this, so they always agree.

use crate::failure::Failure;
use crate::index::TaskId;
use crate::plan::Plan;

/// The most tasks that a message names.
const MAX_NAMED: usize = 5;

/// The task that a branch belongs to, if any.
///
/// # Errors
/// If several tasks have this branch: picking one would be a guess.
pub fn task_of(plan: &Plan, branch: &str) -> Result<Option<TaskId>, Failure> {
    let tasks = plan.tasks.enumerated();
    let tasks: Vec<TaskId> =
        tasks.filter(|(_, task)| task.branch_name() == branch).map(|(index, _)| index).collect();
    match *tasks.as_slice() {
        [] => Ok(None),
        [task] => Ok(Some(task)),
        _ => Err(shared(plan, branch, &tasks)),
    }
}

fn shared(plan: &Plan, branch: &str, tasks: &[TaskId]) -> Failure {
    let ids = tasks.iter().take(MAX_NAMED).map(|&task| format!("`{}`", plan[task].id.value));
    let mut ids = ids.collect::<Vec<_>>().join(", ");
    if tasks.len() > MAX_NAMED {
        ids.push_str(", …");
    }
    Failure::new(
        format!("several tasks have the branch `{branch}`: {ids}"),
        "name the task with --task ID, or give each task a `branch` of its own",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::nth;
    use crate::plan::{PlanText, read};

    #[test]
    fn task_of_branch() {
        let plan =
            "tasks: {a: {write: a}, b: {write: b, branch: both}, c: {write: c, branch: both}}";
        let plan = read(vec![PlanText::new("lanes.yaml", plan)]);
        assert_eq!(task_of(&plan, "a"), Ok(Some(nth(0))));
        assert_eq!(task_of(&plan, "b"), Ok(None));
        let shared = task_of(&plan, "both").unwrap_err();
        assert_eq!(shared.problem, "several tasks have the branch `both`: `b`, `c`");
    }

    #[test]
    fn long_list_is_cut() {
        let tasks: String =
            (0..9).map(|id| format!("  t{id}: {{branch: x, write: a}}\n")).collect();
        let plan = read(vec![PlanText::new("lanes.yaml", format!("tasks:\n{tasks}"))]);
        assert!(task_of(&plan, "x").unwrap_err().problem.ends_with("`t4`, …"));
    }
}
