//! Applies edits in memory, and checks that the resulting plan is the intended one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Applicability, Edit, Fix, REASON, Refusal, safe};
use crate::index::TaskId;
use crate::plan::{GlobEntry, Plan, PlanText, Task, read_again};

/// A fixed plan.
#[derive(Debug)]
pub struct Applied {
    /// The edited texts, in the order of the plan's.
    pub texts: Vec<PlanText>,
    /// The plan read from them.
    pub plan: Plan,
}

/// Applies fixes with their edits, which must not overlap. `texts` are those that `plan` was read
/// from.
///
/// # Errors
/// [`Refusal`] if the edited plan is not the intended one: it has a new problem, or a change that no
/// fix asks for. If all fixes are safe, every lane must also stay the same set of paths, and every
/// value that was valid before must be kept.
pub fn apply(
    texts: &[PlanText],
    plan: &Plan,
    fixes: &[(&Fix, Vec<Edit>)],
) -> Result<Applied, Refusal> {
    let changed = edit(texts, plan, fixes).ok_or(Refusal::Unintended)?;
    let intents: Vec<&Fix> = fixes.iter().map(|(fix, _)| *fix).collect();
    if !is_intended(plan, &intents, &changed.plan) {
        return Err(Refusal::Unintended);
    }
    if intents.iter().all(|fix| fix.applicability() == Applicability::Safe) {
        safe::verify(plan, fixes, &changed.plan)?;
    }
    Ok(changed)
}

/// Edits the texts and reads the plan again.
fn edit(texts: &[PlanText], plan: &Plan, fixes: &[(&Fix, Vec<Edit>)]) -> Option<Applied> {
    let mut by_file: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.iter().flat_map(|(_, edits)| edits) {
        by_file.entry(edit.span.file.0).or_default().push(edit);
    }
    let mut texts = texts.to_vec();
    for (file, mut edits) in by_file {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let text = texts.get_mut(file)?;
        let edited = edited(text.bytes.as_ref().ok()?, &edits)?;
        text.bytes = Ok(edited);
    }
    let mut changed = read_again(texts.clone(), plan);
    changed.own_paths.clone_from(&plan.own_paths);
    Some(Applied { texts, plan: changed })
}

fn edited(text: &[u8], edits: &[&Edit]) -> Option<Vec<u8>> {
    let mut edited = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        edited.extend_from_slice(text.get(at..edit.span.start)?);
        edited.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end;
    }
    edited.extend_from_slice(text.get(at..)?);
    Some(edited)
}

/// The values of a task without spans.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TaskContent<'p> {
    title: Option<&'p str>,
    branches: Vec<&'p str>,
    wave: Option<u32>,
    write: Option<Vec<Arc<str>>>,
    read: Vec<Arc<str>>,
    needs: Vec<&'p str>,
    allow: Vec<AllowContent<'p>>,
}

type AllowContent<'p> = (&'p str, Option<&'p str>, Option<Arc<str>>, &'p str);

impl<'p> TaskContent<'p> {
    fn new(plan: &'p Plan, task: &'p Task) -> TaskContent<'p> {
        let id = |task: TaskId| &*plan[task].id.value;
        let allow = task.allow.iter().map(|allow| {
            (
                allow.rule.value.as_str(),
                allow.with.as_ref().map(|with| id(with.value)),
                allow.path.as_ref().map(|path| Arc::clone(&path.text)),
                allow.reason.value.as_str(),
            )
        });
        TaskContent {
            title: task.title.as_ref().map(|title| title.value.as_str()),
            branches: task.branches.iter().map(|branch| branch.text.value.as_str()).collect(),
            wave: task.wave.as_ref().map(|wave| wave.value),
            write: task.write.as_ref().map(|write| globs(&write.entries)),
            read: globs(&task.read),
            needs: task.needs.iter().map(|need| id(need.value)).collect(),
            allow: allow.collect(),
        }
    }

    /// Makes the change that a fix of this task intends.
    fn apply(&mut self, plan: &'p Plan, fix: &'p Fix) {
        let id = |task: TaskId| plan.tasks.find(task).map(|task| &*task.id.value);
        match fix {
            Fix::AddGlob { glob, .. } => self.write.get_or_insert_default().push(Arc::clone(glob)),
            Fix::Exclude { globs, .. } => {
                let globs = globs.iter().map(|glob| format!("!{glob}").into());
                self.write.get_or_insert_default().extend(globs);
            }
            Fix::Need { other, .. } => self.needs.extend(id(*other)),
            Fix::Allow { with, rule, .. } => {
                self.allow.push((rule, with.and_then(id), None, REASON));
            }
            Fix::ReplaceGlob { entry, glob, .. } => {
                let write = self.write.as_mut();
                if let Some(entry) = write.and_then(|write| write.get_mut(*entry as usize)) {
                    *entry = Arc::clone(glob);
                }
            }
            Fix::WriteNothing { .. } => self.write = Some(Vec::new()),
            Fix::RemoveGlob { .. }
            | Fix::RemoveAllowance { .. }
            | Fix::Replace(_)
            | Fix::Share { .. }
            | Fix::RemoveShared { .. } => {}
        }
    }
}

fn globs(entries: &[GlobEntry]) -> Vec<Arc<str>> {
    entries.iter().map(|entry| Arc::clone(&entry.text)).collect()
}

fn remove_all<T>(values: &mut Vec<T>, indexes: &BTreeSet<u32>) {
    let mut index = 0;
    values.retain(|_| {
        index += 1;
        !indexes.contains(&(index - 1))
    });
}

/// Whether `changed` is what the fixes intend to make of `plan`.
fn is_intended(plan: &Plan, fixes: &[&Fix], changed: &Plan) -> bool {
    let replaced_tasks = tasks_with_replacements(plan, fixes);
    let has_replacements = fixes.iter().any(|fix| matches!(fix, Fix::Replace(_)));
    let mut intended: BTreeMap<&str, TaskContent<'_>> =
        plan.tasks.iter().map(|task| (&*task.id.value, TaskContent::new(plan, task))).collect();
    let mut removed: BTreeMap<TaskId, (BTreeSet<u32>, BTreeSet<u32>)> = BTreeMap::new();
    let (mut share, mut unshared) = (globs(&plan.share), BTreeSet::new());
    for fix in fixes {
        let task = match fix {
            Fix::RemoveGlob { task, entry, .. } => {
                removed.entry(*task).or_default().0.insert(*entry);
                continue;
            }
            Fix::RemoveAllowance { task, allowance } => {
                removed.entry(*task).or_default().1.insert(*allowance);
                continue;
            }
            Fix::RemoveShared { entry } => {
                unshared.insert(*entry);
                continue;
            }
            Fix::Share { glob } => {
                share.push(Arc::clone(glob));
                continue;
            }
            Fix::Replace(_) => continue,
            Fix::AddGlob { task, .. }
            | Fix::ReplaceGlob { task, .. }
            | Fix::Exclude { task, .. }
            | Fix::Need { task, .. }
            | Fix::Allow { task, .. }
            | Fix::WriteNothing { task } => *task,
        };
        let task = plan.tasks.find(task).and_then(|task| intended.get_mut(&*task.id.value));
        if let Some(task) = task {
            task.apply(plan, fix);
        }
    }
    for (task, (entries, allowances)) in removed {
        let Some(task) = plan.tasks.find(task) else { return false };
        let Some(content) = intended.get_mut(&*task.id.value) else { return false };
        // Additions are at the end, so the indexes are still valid.
        remove_all(&mut content.allow, &allowances);
        if let Some(write) = &mut content.write {
            remove_all(write, &entries);
        }
    }
    remove_all(&mut share, &unshared);
    let actual: BTreeMap<&str, TaskContent<'_>> = changed
        .tasks
        .iter()
        .map(|task| (&*task.id.value, TaskContent::new(changed, task)))
        .collect();
    let tasks_match = intended.iter().all(|(id, content)| {
        replaced_tasks.contains(id) && actual.contains_key(id) || actual.get(id) == Some(content)
    });
    let plan_matches = has_replacements
        || actual.len() == intended.len()
            && share == globs(&changed.share)
            && rest(plan) == rest(changed);
    // A replaced value may reveal older problems, such as those in tasks below a misspelled key.
    let is_compared = |task: Option<&str>| match task {
        Some(id) => intended.contains_key(id) && !replaced_tasks.contains(id),
        None => !has_replacements,
    };
    let (before, after) = (problems(plan, is_compared), problems(changed, is_compared));
    let no_new_problem = after
        .iter()
        .all(|(problem, count)| before.get(problem).is_some_and(|before| before >= count));
    tasks_match && plan_matches && no_new_problem && (plan.unknown || !changed.unknown)
}

/// The tasks in which a fix replaces a value. Their intended content is unknown.
fn tasks_with_replacements<'p>(plan: &'p Plan, fixes: &[&Fix]) -> BTreeSet<&'p str> {
    let mut starts: Vec<_> =
        plan.tasks.iter().map(|task| (task.id.span, &*task.id.value)).collect();
    starts.sort_unstable();
    let replaced = fixes.iter().filter_map(|fix| match fix {
        Fix::Replace(replacement) => Some(replacement.span),
        _ => None,
    });
    let task = |span: crate::source::Span| {
        let next = starts.partition_point(|(id, _)| (id.file, id.start) <= (span.file, span.start));
        let (id, task) = starts[next.checked_sub(1)?];
        (id.file == span.file).then_some(task)
    };
    replaced.filter_map(task).collect()
}

/// The values of a plan other than `tasks` and `share`, without spans.
fn rest(plan: &Plan) -> impl PartialEq + '_ {
    let companions: Vec<_> = plan
        .companions
        .iter()
        .map(|(glob, others)| (Arc::clone(&glob.text), globs(others)))
        .collect();
    let levels: Vec<_> = plan.levels.iter().map(|(rule, level)| (&rule.value, *level)).collect();
    let base = plan.base.as_ref().map(|base| base.value.as_str());
    (base, globs(&plan.protect), companions, levels)
}

/// Counts the problems in the compared parts of a plan.
fn problems(
    plan: &Plan,
    is_compared: impl Fn(Option<&str>) -> bool,
) -> BTreeMap<(&str, &str), usize> {
    let is_compared = |task: Option<TaskId>| is_compared(task.map(|task| &*plan[task].id.value));
    let mut problems = BTreeMap::new();
    for problem in plan.problems.iter().filter(|problem| is_compared(problem.task)) {
        *problems.entry((problem.message.as_str(), "")).or_insert(0) += 1;
    }
    for (_, entry) in plan.glob_entries().filter(|(task, _)| is_compared(*task)) {
        for fault in entry.glob.as_ref().err().into_iter().flatten() {
            *problems.entry((fault.problem.as_str(), &*entry.text)).or_insert(0) += 1;
        }
    }
    problems
}
