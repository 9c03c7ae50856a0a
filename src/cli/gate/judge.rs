//! What is judged: patches, ranges, the index, the work tree, branches.

use std::collections::BTreeMap;

use lanelint::finding::Input;
use lanelint::gate::{Extent, GateInput, Judged, Work};
use lanelint::path::RepoPath;
use lanelint::plan::Plan;
use lanelint::repo::git::{BranchTip, CommitId, GitError, Prefer, Repository};
use lanelint::repo::{ChangeSet, Gap, files, patch};

use super::Gate;
use super::asked::{Range, split_id, task, task_of_branch};
use super::names::{Named, anchor, commit, one};
use crate::cli::Unusable;
use crate::cli::output::tell;

/// Reads what is to be judged.
pub(super) struct Judge<'a> {
    gate: &'a Gate<'a>,
    plan: &'a Plan,
    selected: Option<usize>,
}

impl<'a> Judge<'a> {
    /// Takes the task that `--task` or `--branch` names for the sources that name none.
    pub(super) fn new(gate: &'a Gate<'a>, plan: &'a Plan) -> Result<Judge<'a>, Unusable> {
        let selected = match (&gate.args.task, &gate.args.branch) {
            (Some(id), _) => Some(task(plan, id)?),
            (None, Some(branch)) => Some(task_of_branch(plan, branch)?),
            (None, None) => None,
        };
        Ok(Judge { gate, plan, selected })
    }

    pub(super) fn patches(&self, input: &mut GateInput) -> Result<(), Unusable> {
        for text in &self.gate.args.diff {
            let (id, name) = split_id(text);
            let task = match (id, self.selected) {
                (Some(id), _) => task(self.plan, id)?,
                (None, Some(task)) => task,
                (None, None) => {
                    return Err(Unusable::new(
                        format!("whose changes are in {name}?"),
                        "say `--diff ID=FILE`, or name the task with --task",
                    ));
                }
            };
            let read = if name == "-" {
                patch::read_from(std::io::stdin().lock()).map_err(|error| unreadable(name, &error))
            } else {
                files::open(&self.gate.place.here.join(name)).map_err(Gap::from).and_then(|file| {
                    patch::read_from(std::io::BufReader::with_capacity(1 << 16, file))
                        .map_err(|error| unreadable(name, &error))
                })
            };
            input.judged.push(Judged {
                task,
                input: self.input(task, name.to_owned()),
                extent: Extent::Given,
                patch: Some(name.to_owned()),
                work: read.map_or_else(Work::Unreadable, Work::Changes),
                doubts: BTreeMap::new(),
            });
        }
        Ok(())
    }

    pub(super) fn commits(
        &self,
        repository: &Repository,
        base: Option<Named>,
        input: &mut GateInput,
    ) -> Result<(), Unusable> {
        for (id, range) in &self.gate.ranges {
            let task = match id {
                Some(id) => task(self.plan, id)?,
                None => self.task_at_hand(repository)?,
            };
            let judged = self.range(repository, task, range);
            input.judged.push(judged);
        }
        if self.gate.args.staged {
            let task = self.task_at_hand(repository)?;
            let staged = repository.staged().map(|diff| (diff.change_set(), BTreeMap::new()));
            let mut about = self.input(task, "staged".to_owned());
            about.base = repository.head().ok().flatten().map(|head| head.to_string());
            input.judged.push(judged(task, about, Extent::Uncommitted, staged));
        }
        if self.gate.args.worktree {
            let task = self.task_at_hand(repository)?;
            input.judged.push(self.worktree(repository, task));
        }
        if !self.gate.asks_for_commits() && self.gate.args.diff.is_empty() {
            self.branches(repository, base, input);
        }
        Ok(())
    }

    /// The task that is named, or that of the branch which is checked out.
    fn task_at_hand(&self, repository: &Repository) -> Result<usize, Unusable> {
        if let Some(task) = self.selected {
            return Ok(task);
        }
        match repository.checked_out_branch()? {
            Some(branch) => task_of_branch(self.plan, &branch),
            None => Err(Unusable::new(
                "HEAD is detached, so no branch tells whose changes these are",
                "name the task with --task ID or --branch NAME",
            )),
        }
    }

    fn input(&self, task: usize, source: String) -> Input {
        Input { task: self.plan.tasks[task].id.value.to_string(), source, ..Input::default() }
    }

    fn range(&self, repository: &Repository, task: usize, range: &Range) -> Judged {
        let mut about = self.input(task, format!("range {}", range.text));
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
                from
            };
            let diffs = repository.diff_trees(&[(Some(start), to)])?;
            Ok(diffs.into_iter().next().map(ChangeSet::from).unwrap_or_default())
        })();
        let changes = changes.map(|changes| (changes, BTreeMap::new()));
        judged(task, about, Extent::Given, changes)
    }

    fn worktree(&self, repository: &Repository, task: usize) -> Judged {
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
            Ok((found.diff.change_set(), doubts.collect()))
        })();
        let since_base = self.gate.args.base.is_some();
        let extent = if since_base { Extent::Given } else { Extent::Uncommitted };
        judged(task, about, extent, changes)
    }

    /// Each task's own branch against its merge base with the base.
    fn branches(&self, repository: &Repository, base: Option<Named>, input: &mut GateInput) {
        let all = 0..self.plan.tasks.len();
        let tasks: Vec<usize> = self.selected.map_or_else(|| all.collect(), |task| vec![task]);
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
                return;
            }
        };
        let mut there: Vec<(usize, BranchTip)> = Vec::new();
        let mut others: BTreeMap<usize, Work> = BTreeMap::new();
        for &task in &tasks {
            let branch = self.plan.tasks[task].branch_name();
            let work = match repository.branch(branch, Prefer::Local) {
                Ok(Some(tip)) => {
                    there.push((task, tip));
                    continue;
                }
                Ok(None) => Work::NoBranch,
                Err(error) => Work::Unreadable(error.into()),
            };
            others.insert(task, work);
        }
        let none = |work: &Work| matches!(work, Work::NoBranch);
        if there.is_empty() && others.values().all(none) {
            input.gaps.push(Gap {
                problem: "no task has a branch, so nothing was judged".to_owned(),
                help: "fetch the branches (`git fetch origin`), or name them with `branch:`"
                    .to_owned(),
            });
        }
        let mut judged = self.branch_changes(repository, &base, &there);
        for (task, work) in others {
            let source = format!("branch {}", self.plan.tasks[task].branch_name());
            let input = self.input(task, source);
            let doubts = BTreeMap::new();
            let extent = Extent::Branch;
            judged.insert(task, Judged { task, input, extent, patch: None, work, doubts });
        }
        input.judged.extend(judged.into_values());
    }

    fn branch_changes(
        &self,
        repository: &Repository,
        base: &Named,
        tips: &[(usize, BranchTip)],
    ) -> BTreeMap<usize, Judged> {
        let pairs: Vec<(CommitId, CommitId)> =
            tips.iter().map(|(_, tip)| (base.commit.clone(), tip.commit.clone())).collect();
        let starts: Vec<Result<CommitId, GitError>> = repository
            .merge_bases(&pairs)
            .into_iter()
            .zip(tips)
            .map(|(start, (_, tip))| one(start?, &base.name, &tip.reference))
            .collect();
        let known: Vec<(Option<CommitId>, CommitId)> = starts
            .iter()
            .zip(tips)
            .filter_map(|(start, (_, tip))| Some((Some(start.clone().ok()?), tip.commit.clone())))
            .collect();
        let mut diffs: Box<dyn Iterator<Item = Result<ChangeSet, GitError>>> =
            match repository.diff_trees(&known) {
                Ok(diffs) => Box::new(diffs.into_iter().map(|diff| Ok(diff.into()))),
                // One broken branch must not hide what the others did.
                Err(_) => Box::new(known.iter().map(|pair| {
                    let diffs = repository.diff_trees(std::slice::from_ref(pair))?;
                    Ok(diffs.into_iter().next().map(ChangeSet::from).unwrap_or_default())
                })),
            };
        let mut work = BTreeMap::new();
        for (start, (task, tip)) in starts.into_iter().zip(tips) {
            if let Some((reference, commit)) = &tip.passed_over {
                let chosen = &tip.reference;
                tell("note", &format!("{chosen} is judged; {reference} differs, at {commit}"));
            }
            let mut about = self.input(*task, format!("branch {}", tip.reference));
            about.base = Some(base.commit.to_string());
            about.head = Some(tip.commit.to_string());
            about.merge_base = start.as_ref().ok().map(ToString::to_string);
            let missing = || {
                let problem = "git did not compare all branches";
                Gap { problem: problem.to_owned(), help: "run the gate again".to_owned() }
            };
            let changes = match start {
                Err(error) => Work::Unreadable(error.into()),
                Ok(_) => match diffs.next() {
                    Some(Ok(changes)) => Work::Changes(changes),
                    Some(Err(error)) => Work::Unreadable(error.into()),
                    None => Work::Unreadable(missing()),
                },
            };
            work.insert(
                *task,
                Judged {
                    task: *task,
                    input: about,
                    extent: Extent::Branch,
                    patch: None,
                    work: changes,
                    doubts: BTreeMap::new(),
                },
            );
        }
        work
    }
}

fn judged(
    task: usize,
    input: Input,
    extent: Extent,
    changes: Result<(ChangeSet, BTreeMap<RepoPath, String>), GitError>,
) -> Judged {
    let (work, doubts) = match changes {
        Ok((changes, doubts)) => (Work::Changes(changes), doubts),
        Err(error) => (Work::Unreadable(error.into()), BTreeMap::new()),
    };
    Judged { task, input, extent, patch: None, work, doubts }
}

fn unreadable(name: &str, error: &std::io::Error) -> Gap {
    Gap {
        problem: format!("cannot read {name}: {error}"),
        help: "make the patch again, or judge the commits with --range".to_owned(),
    }
}
