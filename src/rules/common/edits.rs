//! Fixes that several rules offer.

use crate::finding::Fix;
use crate::index::TaskId;
use crate::plan::{GlobEntry, Plan, fix};

/// Replaces an entry of a task's `write`; `None` if the entry is elsewhere in the plan.
pub(in crate::rules) fn replace_glob(
    plan: &Plan,
    task: TaskId,
    entry: &GlobEntry,
    with: &str,
) -> Option<Fix> {
    let entries = &plan[task].write.as_ref()?.entries;
    let index = entries.iter().position(|other| std::ptr::eq(other, entry))?;
    Some(Fix::ReplaceGlob { task, entry: fix::index(index), glob: with.into() })
}
