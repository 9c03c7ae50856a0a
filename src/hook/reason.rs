//! The text of a denial: why the file may not be written, what may be written, and what to do now.
//!
//! Agents act on it, so it names the owner of the file and tells the agent not to look for another
//! way. Its length is bounded, and untrusted text in it is quoted.

use super::cut;
use crate::finding::{Finding, Rule};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::{GlobEntry, Plan};
use crate::report::{name, names};
use crate::rules;
use crate::who::{ProtectedBy, Who};

/// The most globs, tasks or files that are named.
const MAX_NAMED: usize = 10;
/// The longest glob, in characters.
const MAX_GLOB: usize = 100;
/// The longest file name, in characters.
const MAX_FILE: usize = 400;

/// Denies a file that no task may write, such as one in `.git`.
pub(super) fn refused(plan: &Plan, task: TaskId, file: &str, why: &str) -> String {
    denial(plan, task, file, &cut(why, MAX_FILE))
}

/// Denies a write on a branch without a task.
pub(super) fn no_task(file: &str, why: &str) -> String {
    format!(
        "lanelint: {} may not be written: {}, so it is unknown which task this is. Stop and ask; \
         the task's branch has to be checked out first.",
        quoted(file, MAX_FILE),
        cut(why, MAX_FILE)
    )
}

/// Denies the changes that the gate would report.
pub(super) fn out_of_lane(plan: &Plan, task: TaskId, errors: &[&Finding]) -> String {
    let mut strays: Vec<(&RepoPath, &Rule)> = errors
        .iter()
        .filter_map(|finding| Some((finding.draft.path.as_ref()?, finding.rule)))
        .collect();
    // That a path belongs to the plan is a better reason than that it is outside the lane.
    strays.sort_by_key(|&(path, rule)| (path, rule != rules::PLAN_CHANGED));
    strays.dedup_by_key(|(path, _)| *path);
    let Some((&(path, rule), others)) = strays.split_first() else { return String::new() };
    let mut why = why(plan, task, path, rule);
    if !others.is_empty() {
        let others: Vec<String> = others
            .iter()
            .take(MAX_NAMED)
            .map(|(path, _)| quoted(&path.to_string(), MAX_FILE))
            .collect();
        why.push_str(&format!("; the task may not write {} either", others.join(", ")));
    }
    denial(plan, task, &path.to_string(), &why)
}

fn why(plan: &Plan, task: TaskId, path: &RepoPath, rule: &Rule) -> String {
    if rule == rules::PLAN_CHANGED {
        let own = plan.own_paths.iter().any(|own| own.contains(path));
        let what = if own { "it is part of the plan" } else { "it would replace the plan" };
        return format!("{what}, which only its owner changes, on the base branch");
    }
    if plan[task].is_review_only() {
        return "the task is review-only: it reports what it finds".to_owned();
    }
    let answer = Who::new(plan).may_write(path);
    match answer.protected {
        Some(ProtectedBy::Plan) => return "it is part of the plan".to_owned(),
        Some(ProtectedBy::Glob(entry)) => {
            return format!(
                "it is protected by {}, so no task may write it",
                quoted(&entry.text, MAX_GLOB)
            );
        }
        None => {}
    }
    let owners: Vec<TaskId> = answer.owners.iter().map(|owner| owner.task).collect();
    if owners.is_empty() {
        "it is outside the task's lane, and in no other lane".to_owned()
    } else if owners.contains(&task) {
        "the gate would reject it".to_owned()
    } else {
        format!("it is outside the task's lane, and belongs to {}", names(plan, &owners, MAX_NAMED))
    }
}

fn denial(plan: &Plan, task: TaskId, file: &str, why: &str) -> String {
    let id = name(plan, task);
    let named = plan.sources.first().map_or("the plan", |source| source.name());
    format!(
        "lanelint: task {id} may not write {}: {}. {} Stop, and do not write it another way: say \
         which file you need and why, and propose a change to the plan ({}).",
        quoted(file, MAX_FILE),
        why,
        describe_lane(plan, task),
        quoted(named, MAX_FILE)
    )
}

/// What a task may write, as a sentence.
pub(crate) fn describe_lane(plan: &Plan, task: TaskId) -> String {
    let value = &plan[task];
    let entries = value.write.as_ref().map_or(&[][..], |write| &write.entries);
    if entries.is_empty() {
        return "It may write nothing.".to_owned();
    }
    let (exclusions, globs): (Vec<&GlobEntry>, Vec<&GlobEntry>) =
        entries.iter().partition(|entry| entry.negated);
    let allowed = |rule: &Rule| {
        let entries = value.allow.iter().filter(|allow| allow.rule.value == rule.name);
        list(entries.filter_map(|allow| allow.path.as_ref()))
    };
    let mut sentence = format!("It may write {}", list(globs.into_iter()));
    let unowned = allowed(rules::OUT_OF_LANE);
    if !unowned.is_empty() {
        sentence.push_str(&format!(", {unowned} if no concurrent task owns it"));
    }
    let foreign = allowed(rules::FOREIGN_LANE);
    if !foreign.is_empty() {
        sentence.push_str(&format!(", {foreign} if another task owns it"));
    }
    if !plan.share.is_empty() {
        sentence.push_str(&format!(", and the shared {}", list(plan.share.iter())));
    }
    if !exclusions.is_empty() {
        sentence.push_str(&format!(", but not {}", list(exclusions.into_iter())));
    }
    sentence.push('.');
    sentence
}

/// The first few globs, and how many more there are.
fn list<'p>(globs: impl Iterator<Item = &'p GlobEntry>) -> String {
    let globs: Vec<&GlobEntry> = globs.collect();
    let shown = |entry: &&GlobEntry| {
        let glob = entry.text.strip_prefix('!').filter(|_| entry.negated);
        quoted(glob.unwrap_or(&entry.text), MAX_GLOB)
    };
    let mut named: Vec<String> = globs.iter().take(MAX_NAMED).map(shown).collect();
    if globs.len() > MAX_NAMED {
        named.push(format!("{} more", globs.len() - MAX_NAMED));
    }
    named.join(", ")
}

fn quoted(text: &str, max: usize) -> String {
    format!("`{}`", cut(text, max))
}
