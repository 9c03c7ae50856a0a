//! The edits of fixes, done in memory; and whether the plan that comes of them is the one that was
//! meant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Applicability, Edit, Fix, REASON, Refusal, safe};
use crate::index::TaskId;
use crate::plan::{GlobEntry, Plan, PlanText, Task, read_again};

/// What fixes make of a plan.
#[derive(Debug)]
pub struct Applied {
    /// The texts, in the order of the plan's.
    pub texts: Vec<PlanText>,
    /// What they say now.
    pub plan: Plan,
}

/// Does some fixes with their edits, which must not overlap.
///
/// `texts` are those that the plan was read from.
///
/// # Errors
/// [`Refusal`] where the plan that the edited texts make is not the one that the fixes mean: with a
/// problem that was not there, or with a task that says something else than before and than its
/// fixes do; and, where all fixes are safe, unless every lane stays the same set of paths, and all
/// that could be read before says what it said.
pub fn apply(
    texts: &[PlanText],
    plan: &Plan,
    fixes: &[(&Fix, Vec<Edit>)],
) -> Result<Applied, Refusal> {
    let changed = edit(texts, plan, fixes).ok_or(Refusal::NotMeant)?;
    let meant: Vec<&Fix> = fixes.iter().map(|(fix, _)| *fix).collect();
    if !is_meant(plan, &meant, &changed.plan) {
        return Err(Refusal::NotMeant);
    }
    if meant.iter().all(|fix| fix.applicability() == Applicability::Safe) {
        safe::verify(plan, fixes, &changed.plan)?;
    }
    Ok(changed)
}

/// The texts with some edits, and the plan that they make.
fn edit(texts: &[PlanText], plan: &Plan, fixes: &[(&Fix, Vec<Edit>)]) -> Option<Applied> {
    let mut of_file: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.iter().flat_map(|(_, edits)| edits) {
        of_file.entry(edit.span.file.0).or_default().push(edit);
    }
    let mut texts = texts.to_vec();
    for (file, mut edits) in of_file {
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

/// What a task says, places aside.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said<'p> {
    title: Option<&'p str>,
    branch: Option<&'p str>,
    write: Option<Vec<Arc<str>>>,
    read: Vec<Arc<str>>,
    needs: Vec<&'p str>,
    allow: Vec<Allowance<'p>>,
}

type Allowance<'p> = (&'p str, Option<&'p str>, Option<Arc<str>>, &'p str);

impl<'p> Said<'p> {
    fn new(plan: &'p Plan, task: &'p Task) -> Said<'p> {
        let id = |task: TaskId| &*plan[task].id.value;
        let allowance = task.allow.iter().map(|allow| {
            (
                allow.rule.value.as_str(),
                allow.with.as_ref().map(|with| id(with.value)),
                allow.path.as_ref().map(|path| Arc::clone(&path.text)),
                allow.reason.value.as_str(),
            )
        });
        Said {
            title: task.title.as_ref().map(|title| title.value.as_str()),
            branch: task.branch.as_ref().map(|branch| branch.value.as_str()),
            write: task.write.as_ref().map(|write| globs(&write.entries)),
            read: globs(&task.read),
            needs: task.needs.iter().map(|need| id(need.value)).collect(),
            allow: allowance.collect(),
        }
    }

    /// What the task says after a fix of its own.
    fn mend(&mut self, plan: &'p Plan, fix: &'p Fix) {
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
                if let Some(there) = write.and_then(|write| write.get_mut(*entry as usize)) {
                    *there = Arc::clone(glob);
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

/// Takes out the values at these places.
fn without<T>(values: &mut Vec<T>, layout: &BTreeSet<u32>) {
    let mut place = 0;
    values.retain(|_| {
        place += 1;
        !layout.contains(&(place - 1))
    });
}

/// Whether a plan is what fixes make of another one.
fn is_meant(plan: &Plan, fixes: &[&Fix], changed: &Plan) -> bool {
    let open = open_tasks(plan, fixes);
    let replaced = fixes.iter().any(|fix| matches!(fix, Fix::Replace(_)));
    let mut said: BTreeMap<&str, Said<'_>> =
        plan.tasks.iter().map(|task| (&*task.id.value, Said::new(plan, task))).collect();
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
        let task = plan.tasks.find(task).and_then(|task| said.get_mut(&*task.id.value));
        if let Some(task) = task {
            task.mend(plan, fix);
        }
    }
    for (task, (entries, allowances)) in removed {
        let Some(task) = plan.tasks.find(task) else { return false };
        let Some(said) = said.get_mut(&*task.id.value) else { return false };
        // What was added stands behind what was there, so that places still hold.
        without(&mut said.allow, &allowances);
        if let Some(write) = &mut said.write {
            without(write, &entries);
        }
    }
    without(&mut share, &unshared);
    let found: BTreeMap<&str, Said<'_>> =
        changed.tasks.iter().map(|task| (&*task.id.value, Said::new(changed, task))).collect();
    let tasks_are_meant = said.iter().all(|(id, said)| {
        open.contains(id) && found.contains_key(id) || found.get(id) == Some(said)
    });
    let plan_is_meant = replaced
        || found.len() == said.len()
            && share == globs(&changed.share)
            && rest(plan) == rest(changed);
    // What a mended value hid before, such as the tasks below a misspelled key, was wrong before too.
    let is_as_before = |task: Option<&str>| match task {
        Some(id) => said.contains_key(id) && !open.contains(id),
        None => !replaced,
    };
    let (before, after) = (problems(plan, is_as_before), problems(changed, is_as_before));
    let no_new_problem = after
        .iter()
        .all(|(problem, count)| before.get(problem).is_some_and(|before| before >= count));
    tasks_are_meant && plan_is_meant && no_new_problem && (plan.unknown || !changed.unknown)
}

/// The tasks of which a value is replaced: what they say then, only reading them tells.
fn open_tasks<'p>(plan: &'p Plan, fixes: &[&Fix]) -> BTreeSet<&'p str> {
    let mut starts: Vec<_> =
        plan.tasks.iter().map(|task| (task.id.span, &*task.id.value)).collect();
    starts.sort_unstable();
    let replaced = fixes.iter().filter_map(|fix| match fix {
        Fix::Replace(replacement) => Some(replacement.span),
        _ => None,
    });
    let task = |span: crate::source::Span| {
        let behind =
            starts.partition_point(|(id, _)| (id.file, id.start) <= (span.file, span.start));
        let (id, task) = starts[behind.checked_sub(1)?];
        (id.file == span.file).then_some(task)
    };
    replaced.filter_map(task).collect()
}

/// What a plan says beside its tasks and what is shared.
fn rest(plan: &Plan) -> impl PartialEq + '_ {
    let companions: Vec<_> = plan
        .companions
        .iter()
        .map(|(one, others)| (Arc::clone(&one.text), globs(others)))
        .collect();
    let levels: Vec<_> = plan.levels.iter().map(|(rule, level)| (&rule.value, *level)).collect();
    let base = plan.base.as_ref().map(|base| base.value.as_str());
    (base, globs(&plan.protect), companions, levels)
}

/// What is wrong with those parts of a plan that say what they said before, and how often.
fn problems(
    plan: &Plan,
    is_as_before: impl Fn(Option<&str>) -> bool,
) -> BTreeMap<(&str, &str), usize> {
    let outside = |task: Option<TaskId>| is_as_before(task.map(|task| &*plan[task].id.value));
    let mut problems = BTreeMap::new();
    for problem in plan.problems.iter().filter(|problem| outside(problem.task)) {
        *problems.entry((problem.message.as_str(), "")).or_insert(0) += 1;
    }
    for (_, entry) in plan.glob_entries().filter(|(task, _)| outside(*task)) {
        for fault in entry.glob.as_ref().err().into_iter().flatten() {
            *problems.entry((fault.problem.as_str(), &*entry.text)).or_insert(0) += 1;
        }
    }
    problems
}
