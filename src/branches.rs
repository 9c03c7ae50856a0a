//! Whose task a branch is. The gate, the hook and the editor all ask here, so that one branch has
//! one answer.

use crate::failure::Failure;
use crate::index::TaskId;
use crate::plan::Plan;

/// How many tasks are named in a message.
const NAMED: usize = 5;

/// The index of the task that a branch belongs to; `None` if it is no task's.
///
/// # Errors
/// When several tasks have this branch: no choice among them would be right.
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
    let ids = tasks.iter().take(NAMED).map(|&task| format!("`{}`", plan[task].id.value));
    let mut ids = ids.collect::<Vec<_>>().join(", ");
    if tasks.len() > NAMED {
        ids.push_str(", …");
    }
    Failure::new(
        format!("`{branch}` is the branch of several tasks: {ids}"),
        "name the task with --task ID, or give each task its own `branch`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::nth;
    use crate::plan::{PlanText, read};

    #[test]
    fn one_none_or_several() {
        let plan =
            "tasks: {a: {write: a}, b: {write: b, branch: both}, c: {write: c, branch: both}}";
        let plan = read(vec![PlanText::new("lanes.yaml", plan)]);
        assert_eq!(task_of(&plan, "a"), Ok(Some(nth(0))));
        assert_eq!(task_of(&plan, "b"), Ok(None));
        let shared = task_of(&plan, "both").unwrap_err();
        assert_eq!(shared.problem, "`both` is the branch of several tasks: `b`, `c`");
    }

    #[test]
    fn many_on_one_branch() {
        let tasks: String =
            (0..9).map(|id| format!("  t{id}: {{branch: x, write: a}}\n")).collect();
        let plan = read(vec![PlanText::new("lanes.yaml", format!("tasks:\n{tasks}"))]);
        assert!(task_of(&plan, "x").unwrap_err().problem.ends_with("`t4`, …"));
    }
}
