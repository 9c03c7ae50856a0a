//! What is judged: patches, ranges, the index, the work tree, branches.

use std::collections::BTreeMap;
use std::io::Write;

use lanelint::branches::task_of;
use lanelint::change::{ChangeSet, Gap};
use lanelint::finding::Input;
use lanelint::fs;
use lanelint::gate::{Commits, Extent, GateInput, Judged, Source, Work};
use lanelint::git::{BranchTip, CommitId, GitError, Prefer, Repository};
use lanelint::patch;
use lanelint::path::RepoPath;
use lanelint::plan::Plan;

use super::Gate;
use super::asked::{Range, patch as named_patch, task};
use super::names::{Named, anchor, commit, one};
use super::progress::Progress;
use crate::cli::Unusable;
use crate::cli::output::tell;

/// How many branches one process compares, so that there is something to tell on the way.
const BRANCHES_AT_ONCE: usize = 200;

/// Reads what is to be judged.
pub(super) struct Judge<'a> {
    gate: &'a Gate<'a>,
    plan: &'a Plan,
    whose: Whose,
}

/// Whose work is judged where a source names no task.
enum Whose {
    /// Nobody said.
    Unsaid,
    /// This task's.
    Task(usize),
    /// Nobody's: the branch that was named is no task's.
    Unclaimed(String),
}

impl<'a> Judge<'a> {
    /// Takes the task that `--task` or `--branch` names for the sources that name none.
    pub(super) fn new(gate: &'a Gate<'a>, plan: &'a Plan) -> Result<Judge<'a>, Unusable> {
        let whose = match (&gate.args.task, &gate.args.branch) {
            (Some(id), _) => Whose::Task(task(plan, id)?),
            (None, Some(branch)) => match task_of(plan, branch)? {
                Some(task) => Whose::Task(task),
                None => Whose::Unclaimed(branch.clone()),
            },
            (None, None) => Whose::Unsaid,
        };
        Ok(Judge { gate, plan, whose })
    }

    /// The branch that the caller named, where it is no task's.
    pub(super) fn unclaimed(&self) -> Option<String> {
        match &self.whose {
            Whose::Unclaimed(branch) => Some(branch.clone()),
            Whose::Unsaid | Whose::Task(_) => None,
        }
    }

    pub(super) fn patches(&self, input: &mut GateInput) -> Result<(), Unusable> {
        for text in &self.gate.args.diff {
            let (named, name) = named_patch(self.plan, &self.gate.place.here, text)?;
            let task = match (named, &self.whose) {
                (Some(task), _) => Some(task),
                (None, Whose::Task(task)) => Some(*task),
                (None, Whose::Unclaimed(_)) => None,
                (None, Whose::Unsaid) => {
                    return Err(Unusable::new(
                        format!("whose changes are in {name}?"),
                        "say `--diff ID=FILE`, or name the task with --task",
                    ));
                }
            };
            let strip = self.gate.args.strip;
            let read = if name == "-" {
                patch::read_from(std::io::stdin().lock(), strip)
                    .map_err(|error| unreadable(name, &error))
            } else {
                fs::open(&self.gate.place.here.join(name)).map_err(Gap::from).and_then(|file| {
                    patch::read_from(std::io::BufReader::with_capacity(1 << 16, file), strip)
                        .map_err(|error| unreadable(name, &error))
                })
            };
            input.judged.push(Judged {
                task,
                input: self.input(task, name.to_owned()),
                source: Source::Patch(name.to_owned()),
                extent: Extent::Given,
                work: read.map_or_else(Work::Unreadable, Work::Changes),
                doubts: BTreeMap::new(),
            });
        }
        Ok(())
    }

    /// Reads what the repository holds, and gives the commit that the first of the branches or
    /// ranges is held against.
    pub(super) fn commits(
        &self,
        repository: &Repository,
        base: Option<Named>,
        input: &mut GateInput,
        progress: &mut Progress<impl Write>,
    ) -> Result<Option<CommitId>, Unusable> {
        for range in &self.gate.ranges {
            let task = match range.task(self.plan)? {
                Some(task) => Some(task),
                None => self.task_at_hand(repository)?,
            };
            let judged = self.range(repository, task, range);
            input.judged.push(judged);
        }
        if self.gate.args.staged {
            let task = self.task_at_hand(repository)?;
            let staged = repository.staged().map(|diff| (diff, BTreeMap::new()));
            let mut about = self.input(task, "staged".to_owned());
            about.base = repository.head().ok().flatten().map(|head| head.to_string());
            input.judged.push(judged(task, about, Extent::Uncommitted, Source::Index, staged));
        }
        if self.gate.args.worktree {
            let task = self.task_at_hand(repository)?;
            input.judged.push(self.worktree(repository, task));
        }
        if !self.gate.asks_for_commits() && self.gate.args.diff.is_empty() {
            return Ok(self.branches(repository, base, input, progress));
        }
        let from = self.gate.ranges.first().map(|range| commit(repository, &range.from));
        Ok(from.and_then(Result::ok).map(|from| from.commit))
    }

    /// The task that is named, or that of the branch which is checked out; nothing for a branch
    /// that was named and is no task's.
    fn task_at_hand(&self, repository: &Repository) -> Result<Option<usize>, Unusable> {
        match &self.whose {
            Whose::Task(task) => return Ok(Some(*task)),
            Whose::Unclaimed(_) => return Ok(None),
            Whose::Unsaid => {}
        }
        match repository.checked_out_branch()? {
            Some(branch) => match task_of(self.plan, &branch)? {
                Some(task) => Ok(Some(task)),
                None => Err(Unusable::new(
                    format!("`{branch}` is no task's branch"),
                    "name the task with --task ID, or give it `branch:` in the plan",
                )),
            },
            None => Err(Unusable::new(
                "HEAD is detached, so no branch tells whose changes these are",
                "name the task with --task ID or --branch NAME",
            )),
        }
    }

    fn input(&self, task: Option<usize>, source: String) -> Input {
        let task = task.map(|task| self.plan.tasks[task].id.value.to_string());
        Input { task, source, ..Input::default() }
    }

    fn range(&self, repository: &Repository, task: Option<usize>, range: &Range) -> Judged {
        let mut about = self.input(task, format!("range {}", range.text));
        let mut commits = None;
        let changes = (|| {
            let from = commit(repository, &range.from)?.commit;
            about.base = Some(from.to_string());
            let to = commit(repository, &range.to)?.commit;
            about.head = Some(to.to_string());
            let start = if range.symmetric {
                let start = one(repository.merge_base(&from, &to)?, &range.from, &range.to)?;
                about.merge_base = Some(start.to_string());
                start
            } else {
                from.clone()
            };
            let onto = range.symmetric.then_some(from);
            commits = Some(Commits { start: start.clone(), tip: to.clone(), onto });
            let diffs = repository.diff_trees(&[(Some(start), to)])?;
            Ok(diffs.into_iter().next().unwrap_or_default())
        })();
        let changes = changes.map(|changes| (changes, BTreeMap::new()));
        judged(task, about, Extent::Given, Source::Commits(commits), changes)
    }

    fn worktree(&self, repository: &Repository, task: Option<usize>) -> Judged {
        let mut about = self.input(task, "worktree".to_owned());
        let changes = (|| {
            let head = repository.head()?;
            about.head = head.as_ref().map(ToString::to_string);
            let start = match (&self.gate.args.base, head) {
                (Some(revision), Some(head)) => {
                    let base = anchor(repository, revision)?;
                    about.base = Some(base.commit.to_string());
                    let start = repository.merge_base(&base.commit, &head)?;
                    let start = one(start, &base.name, "HEAD")?;
                    about.merge_base = Some(start.to_string());
                    Some(start)
                }
                _ => None,
            };
            let found = repository.worktree(start.as_ref())?;
            let doubts = found.unfiltered.iter().map(|(path, filter)| {
                let doubt = format!(
                    "it counts as changed since its filter `{filter}` was not run, for a filter \
                     is a program of the repository's choice"
                );
                (path.clone(), doubt)
            });
            Ok((found.diff, doubts.collect()))
        })();
        let since_base = self.gate.args.base.is_some();
        let extent = if since_base { Extent::Given } else { Extent::Uncommitted };
        judged(task, about, extent, Source::WorkTree, changes)
    }

    /// Each task's own branch against its merge base with the base, or the one that was named.
    fn branches(
        &self,
        repository: &Repository,
        base: Option<Named>,
        input: &mut GateInput,
        progress: &mut Progress<impl Write>,
    ) -> Option<CommitId> {
        let of_task = |task: usize| (Some(task), self.plan.tasks[task].branch_name());
        let asked: Vec<(Option<usize>, &str)> = match &self.whose {
            Whose::Unsaid => (0..self.plan.tasks.len()).map(of_task).collect(),
            Whose::Task(task) => vec![of_task(*task)],
            Whose::Unclaimed(branch) => vec![(None, branch)],
        };
        let base = base.map_or_else(
            || {
                let plan = self.plan.base.as_ref().map(|base| base.value.as_str());
                self.gate.base(repository, plan)
            },
            Ok,
        );
        let base = match base {
            Ok(base) => base,
            Err(error) => {
                input.gaps.push(error.into());
                return None;
            }
        };
        let found: Vec<_> =
            asked.iter().map(|(_, name)| repository.branch(name, Prefer::Local)).collect();
        if found.iter().all(|tip| matches!(tip, Ok(None))) {
            let problem = match &self.whose {
                Whose::Unclaimed(branch) => {
                    format!("there is no branch `{branch}`, so nothing was judged")
                }
                Whose::Unsaid | Whose::Task(_) => {
                    "no task has a branch, so nothing was judged".to_owned()
                }
            };
            let help = "fetch the branches (`git fetch origin`), or name them with `branch:`";
            input.gaps.push(Gap { problem, help: help.to_owned() });
        }
        let tips: Vec<&BranchTip> =
            found.iter().filter_map(|tip| tip.as_ref().ok()?.as_ref()).collect();
        let mut changes = Vec::with_capacity(tips.len());
        for some in tips.chunks(BRANCHES_AT_ONCE) {
            changes.extend(branch_changes(repository, &base, some));
            progress.step("comparing branches", changes.len(), tips.len());
        }
        progress.clear();
        let mut changes = changes.into_iter();
        for ((task, name), tip) in asked.into_iter().zip(&found) {
            let mut about = self.input(task, format!("branch {name}"));
            let mut commits = None;
            let work = match tip {
                Ok(None) => Work::NoBranch,
                Err(error) => Work::Unreadable(error.clone().into()),
                Ok(Some(tip)) => {
                    if let Some((reference, commit)) = &tip.passed_over {
                        let chosen = &tip.reference;
                        let note = format!("{chosen} is judged; {reference} differs, at {commit}");
                        tell("note", &note);
                    }
                    about.source = format!("branch {}", tip.reference);
                    about.base = Some(base.commit.to_string());
                    about.head = Some(tip.commit.to_string());
                    let (start, work) = changes.next().unwrap_or_else(|| (None, missing()));
                    about.merge_base = start.as_ref().map(ToString::to_string);
                    commits = start.map(|start| {
                        let onto = Some(base.commit.clone());
                        Commits { start, tip: tip.commit.clone(), onto }
                    });
                    work
                }
            };
            let doubts = BTreeMap::new();
            input.judged.push(Judged {
                task,
                input: about,
                extent: Extent::Branch,
                source: Source::Commits(commits),
                work,
                doubts,
            });
        }
        Some(base.commit)
    }
}

/// The merge base of each branch with the base, and what the branch changed since.
fn branch_changes(
    repository: &Repository,
    base: &Named,
    tips: &[&BranchTip],
) -> Vec<(Option<CommitId>, Work)> {
    let pairs: Vec<(CommitId, CommitId)> =
        tips.iter().map(|tip| (base.commit.clone(), tip.commit.clone())).collect();
    let starts: Vec<Result<CommitId, GitError>> = repository
        .merge_bases(&pairs)
        .into_iter()
        .zip(tips)
        .map(|(start, tip)| one(start?, &base.name, &tip.reference))
        .collect();
    let known: Vec<(Option<CommitId>, CommitId)> = starts
        .iter()
        .zip(tips)
        .filter_map(|(start, tip)| Some((Some(start.clone().ok()?), tip.commit.clone())))
        .collect();
    let mut diffs: Box<dyn Iterator<Item = Result<ChangeSet, GitError>>> =
        match repository.diff_trees(&known) {
            Ok(diffs) => Box::new(diffs.into_iter().map(Ok)),
            // One broken branch must not hide what the others did.
            Err(_) => Box::new(known.iter().map(|pair| {
                let diffs = repository.diff_trees(std::slice::from_ref(pair))?;
                Ok(diffs.into_iter().next().unwrap_or_default())
            })),
        };
    let changes = starts.into_iter().map(|start| match start {
        Err(error) => (None, Work::Unreadable(error.into())),
        Ok(start) => {
            let work = match diffs.next() {
                Some(Ok(changes)) => Work::Changes(changes),
                Some(Err(error)) => Work::Unreadable(error.into()),
                None => missing(),
            };
            (Some(start), work)
        }
    });
    changes.collect()
}

fn missing() -> Work {
    let problem = "git did not compare all branches";
    Work::Unreadable(Gap { problem: problem.to_owned(), help: "run the gate again".to_owned() })
}

fn judged(
    task: Option<usize>,
    input: Input,
    extent: Extent,
    source: Source,
    changes: Result<(ChangeSet, BTreeMap<RepoPath, String>), GitError>,
) -> Judged {
    let (work, doubts) = match changes {
        Ok((changes, doubts)) => (Work::Changes(changes), doubts),
        Err(error) => (Work::Unreadable(error.into()), BTreeMap::new()),
    };
    Judged { task, input, extent, source, work, doubts }
}

fn unreadable(name: &str, error: &std::io::Error) -> Gap {
    Gap {
        problem: format!("cannot read {name}: {error}"),
        help: "make the patch again, or judge the commits with --range".to_owned(),
    }
}
