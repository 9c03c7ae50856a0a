//! What an agent is told that may not write a file: why, what it may write, and what to do now.
//!
//! The one who reads it acts on it, so it says in whose hands the file is and that there is no way
//! around. It is of bounded length, and what strangers wrote is shown as such.

use super::cut;
use crate::finding::{Finding, Rule};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::{GlobEntry, Plan};
use crate::report::{name, names};
use crate::rules;
use crate::who::{ProtectedBy, Who};

/// How many globs, tasks or files are named.
const NAMED: usize = 10;
/// How much of a glob is shown, in characters.
const GLOB: usize = 100;
/// How much of the name of a file is shown.
const FILE: usize = 400;

/// Denies a file for a reason that lies outside of every lane, such as a folder of git.
pub(super) fn refused(plan: &Plan, task: TaskId, file: &str, why: &str) -> String {
    denial(plan, task, file, &cut(why, FILE))
}

/// Denies a write by nobody's branch.
pub(super) fn no_task(file: &str, why: &str) -> String {
    format!(
        "lanelint: {} may not be written: {}, so no lane says who may. Stop, and ask which task \
         this is; its branch has to be checked out before it begins.",
        quoted(file, FILE),
        cut(why, FILE)
    )
}

/// Denies the changes that the gate would report.
pub(super) fn outside(plan: &Plan, task: TaskId, errors: &[&Finding]) -> String {
    let mut strays: Vec<(&RepoPath, &Rule)> = errors
        .iter()
        .filter_map(|finding| Some((finding.draft.path.as_ref()?, finding.rule)))
        .collect();
    // That it touches the plan says more of a path than that it is outside of the lane.
    strays.sort_by_key(|&(path, rule)| (path, rule != rules::PLAN_CHANGED));
    strays.dedup_by_key(|(path, _)| *path);
    let Some((&(path, rule), others)) = strays.split_first() else { return String::new() };
    let mut why = why(plan, task, path, rule);
    if !others.is_empty() {
        let others: Vec<String> =
            others.iter().take(NAMED).map(|(path, _)| quoted(&path.to_string(), FILE)).collect();
        why.push_str(&format!(", nor may it write {}", others.join(", ")));
    }
    denial(plan, task, &path.to_string(), &why)
}

fn why(plan: &Plan, task: TaskId, path: &RepoPath, rule: &Rule) -> String {
    if rule == rules::PLAN_CHANGED {
        let own = plan.own_paths.iter().any(|own| own.holds(path));
        let what = if own { "it is part of the plan" } else { "it would stand in for the plan" };
        return format!("{what}, which is changed on the base branch, by whoever owns the split");
    }
    if plan[task].is_review_only() {
        return "the task only reviews, and reports what it found".to_owned();
    }
    let answer = Who::new(plan).may_write(path);
    match answer.protected {
        Some(ProtectedBy::Plan) => return "it is part of the plan".to_owned(),
        Some(ProtectedBy::Glob(entry)) => {
            return format!("it is protected by {}, so no task may", quoted(&entry.text, GLOB));
        }
        None => {}
    }
    let owners: Vec<TaskId> = answer.owners.iter().map(|owner| owner.task).collect();
    if owners.is_empty() {
        "it is outside its lane, and in no other".to_owned()
    } else if owners.contains(&task) {
        "the gate would refuse it".to_owned()
    } else {
        format!("it is outside its lane, and belongs to {}", names(plan, &owners, NAMED))
    }
}

fn denial(plan: &Plan, task: TaskId, file: &str, why: &str) -> String {
    let id = name(plan, task);
    let named = plan.sources.first().map_or("the plan", |source| source.name());
    format!(
        "lanelint: task {id} may not write {}: {}. {} Stop, and do not write it another way: say \
         which file you need and why, and propose the edit of the plan ({}).",
        quoted(file, FILE),
        why,
        may(plan, task),
        quoted(named, FILE)
    )
}

/// What a task may write, as a sentence.
pub(crate) fn may(plan: &Plan, task: TaskId) -> String {
    let value = &plan[task];
    let entries = value.write.as_ref().map_or(&[][..], |write| &write.entries);
    if entries.is_empty() {
        return "It may write nothing.".to_owned();
    }
    let (less, globs): (Vec<&GlobEntry>, Vec<&GlobEntry>) =
        entries.iter().partition(|entry| entry.negated);
    let allowed = value.allow.iter().filter(|allow| allow.rule.value == rules::OUT_OF_LANE.name);
    let globs = globs.into_iter().chain(allowed.filter_map(|allow| allow.path.as_ref()));
    let mut sentence = format!("It may write {}", list(globs));
    if !plan.share.is_empty() {
        sentence.push_str(&format!(", and what all share: {}", list(plan.share.iter())));
    }
    if !less.is_empty() {
        sentence.push_str(&format!("; not {}", list(less.into_iter())));
    }
    sentence.push('.');
    sentence
}

/// The first few globs, and how many there are beside.
fn list<'p>(globs: impl Iterator<Item = &'p GlobEntry>) -> String {
    let globs: Vec<&GlobEntry> = globs.collect();
    let shown = |entry: &&GlobEntry| {
        let glob = entry.text.strip_prefix('!').filter(|_| entry.negated);
        quoted(glob.unwrap_or(&entry.text), GLOB)
    };
    let mut named: Vec<String> = globs.iter().take(NAMED).map(shown).collect();
    if globs.len() > NAMED {
        named.push(format!("{} more", globs.len() - NAMED));
    }
    named.join(", ")
}

fn quoted(text: &str, most: usize) -> String {
    format!("`{}`", cut(text, most))
}
