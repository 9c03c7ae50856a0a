//! `lanelint gate`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use lanelint::finding::Input;
use lanelint::gate::{GateInput, Judged, Work};
use lanelint::path::RepoPath;
use lanelint::plan::{Own, Plan, locate};
use lanelint::repo::git::{
    BranchTip, CommitId, GitError, GitErrorKind, MergeBase, Prefer, Repository,
};
use lanelint::repo::{ChangeSet, Gap, files, patch};

use super::output::tell;
use super::plan::{Found, Place, relative};
use super::{Common, Unusable};

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    /// The plan: a file, a folder, or `-` for standard input [default: the plan of the base's
    /// commit; with --diff alone, the one that `check` would find].
    plan: Option<PathBuf>,
    /// A patch to judge, `-` for standard input. May be repeated.
    #[arg(long, value_name = "[ID=]FILE")]
    diff: Vec<String>,
    /// Commits to judge: A...B is what B changed since it left A, A..B compares the two. May be
    /// repeated.
    #[arg(long, value_name = "[ID=]A...B")]
    range: Vec<String>,
    /// Judge what is staged, against HEAD.
    #[arg(long, conflicts_with = "worktree")]
    staged: bool,
    /// Judge what is staged, unstaged and untracked, against HEAD or, with --base, against the
    /// merge base with it.
    #[arg(long)]
    worktree: bool,
    /// The task to judge, where a source does not name one.
    #[arg(long, value_name = "ID", conflicts_with = "branch")]
    task: Option<String>,
    /// The task to judge, by the name of its branch.
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// What the tasks' branches fork from [default: the plan's `base`].
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The commit whose plan judges.
    #[arg(long, value_name = "REV")]
    plan_from: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// `A...B` or `A..B`.
#[derive(Clone, Debug)]
struct Range {
    text: String,
    from: String,
    to: String,
    /// Whether the changes count from the merge base.
    symmetric: bool,
}

pub(super) fn run(args: &GateArgs) -> Result<ExitCode, Unusable> {
    let environment = super::plan::environment()?;
    let place = Place::new(&environment, args.plan.as_deref(), args.common.root.as_deref())?;
    let gate = Gate { args, place: &place };
    let ranges = gate.ranges()?;
    let needs_repository = !ranges.is_empty()
        || args.staged
        || args.worktree
        || args.diff.is_empty()
        || args.plan_from.is_some();
    let repository = match Repository::discover(&environment, &place.root) {
        Ok(Some(repository)) => Some(repository),
        Ok(None) if needs_repository => {
            return Err(Unusable::new(
                format!("there is no git repository at {}", place.root.display()),
                "go into one, name it with --root, or give a patch with --diff",
            ));
        }
        Err(error) if needs_repository => return gate.not_verified(error.into()),
        Ok(None) | Err(_) => None,
    };
    let chosen = match gate.plan(repository.as_ref(), &ranges) {
        Ok(chosen) => chosen,
        Err(Failure::Unusable(unusable)) => return Err(unusable),
        Err(Failure::Git(error)) => return gate.not_verified(error.into()),
    };
    tell("plan", &chosen.what);
    let Chosen { plan, what, rivals, base } = chosen;
    if plan.tasks.is_empty() {
        let report = lanelint::check::gate(&plan, &GateInput::default());
        return args.common.no_task(&report, &what);
    }
    let mut input = GateInput { plan_rivals: rivals, ..GateInput::default() };
    let judge = Judge { gate: &gate, plan: &plan, selected: gate.selected(&plan)? };
    judge.patches(&mut input)?;
    if let Some(repository) = &repository {
        judge.commits(repository, &ranges, base, &mut input)?;
    }
    args.common.finish(&lanelint::check::gate(&plan, &input))
}

/// The plan that judges.
struct Chosen {
    plan: Plan,
    what: String,
    rivals: Vec<Own>,
    /// The base that was found on the way to it.
    base: Option<Named>,
}

impl From<Found> for Chosen {
    fn from(found: Found) -> Chosen {
        let (what, rivals) = (found.what.clone(), found.rivals.clone());
        Chosen { plan: found.read(), what, rivals, base: None }
    }
}

/// Why a plan could not be had.
enum Failure {
    /// The call is wrong.
    Unusable(Unusable),
    /// git could not answer, so nothing can be verified.
    Git(GitError),
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Failure {
        Failure::Unusable(unusable)
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Failure {
        Failure::Git(error)
    }
}

/// A commit and the name that it was found by.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    commit: CommitId,
}

struct Gate<'a> {
    args: &'a GateArgs,
    place: &'a Place,
}

impl Gate<'_> {
    /// Ends a run in which nothing could be looked at: that is not clean, and no wrong call.
    fn not_verified(&self, gap: Gap) -> Result<ExitCode, Unusable> {
        let input = GateInput { gaps: vec![gap], ..GateInput::default() };
        self.args.common.finish(&lanelint::check::gate(&Plan::default(), &input))
    }

    fn ranges(&self) -> Result<Vec<(Option<String>, Range)>, Unusable> {
        self.args
            .range
            .iter()
            .map(|text| {
                let (id, range) = split_id(text);
                let (from, to, symmetric) = match range.split_once("...") {
                    Some((from, to)) => (from, to, true),
                    None => match range.split_once("..") {
                        Some((from, to)) => (from, to, false),
                        None => {
                            return Err(Unusable::new(
                                format!("`{range}` is no range"),
                                "write A...B, what B changed since it left A, or A..B",
                            ));
                        }
                    },
                };
                let or_head = |name: &str| if name.is_empty() { "HEAD" } else { name }.to_owned();
                let range = Range {
                    text: range.to_owned(),
                    from: or_head(from),
                    to: or_head(to),
                    symmetric,
                };
                Ok((id.map(str::to_owned), range))
            })
            .collect()
    }

    /// Chooses the plan by the contract's rule: never that of the branch which is judged, unless
    /// the caller says so.
    fn plan(
        &self,
        repository: Option<&Repository>,
        ranges: &[(Option<String>, Range)],
    ) -> Result<Chosen, Failure> {
        let named = self.args.plan.as_deref();
        let only_patches = !self.args.diff.is_empty() && !self.asks_for_commits(ranges);
        let on_disk = || Found::on_disk(self.place, named).map(Chosen::from);
        let Some(repository) = repository else { return Ok(on_disk()?) };
        if let Some(revision) = &self.args.plan_from {
            let path = named.map(|plan| self.path_in_commit(repository, plan)).transpose()?;
            let from = anchor(repository, revision)?;
            return self.plan_in(repository, &from, path.as_ref());
        }
        if named.is_some() || only_patches {
            return Ok(on_disk()?);
        }
        if let Some((_, first)) = ranges.first() {
            let from = commit(repository, &first.from)?;
            for (_, range) in &ranges[1..] {
                if commit(repository, &range.from)?.commit != from.commit {
                    return Err(Failure::Unusable(Unusable::new(
                        "the ranges begin at different commits, and each could have a plan",
                        "say whose plan judges with --plan-from REV or a PLAN",
                    )));
                }
            }
            return self.plan_in(repository, &from, None);
        }
        let base = self.base(repository, None)?;
        let chosen = self.plan_in(repository, &base, None)?;
        // The plan may name another base. That one's plan judges, whatever it names in turn.
        let other = chosen.plan.base.as_ref().map(|base| base.value.as_str());
        match other.filter(|other| self.args.base.is_none() && *other != base.name) {
            None => Ok(Chosen { base: Some(base), ..chosen }),
            Some(other) => {
                let base = branch_or_error(repository, other)?;
                Ok(Chosen { base: Some(base.clone()), ..self.plan_in(repository, &base, None)? })
            }
        }
    }

    fn asks_for_commits(&self, ranges: &[(Option<String>, Range)]) -> bool {
        !ranges.is_empty() || self.args.staged || self.args.worktree
    }

    fn plan_in(
        &self,
        repository: &Repository,
        from: &Named,
        path: Option<&RepoPath>,
    ) -> Result<Chosen, Failure> {
        let top = repository.work_tree().and_then(|top| top.canonicalize().ok());
        let here = self.place.here.canonicalize().ok();
        let start = match (top, here) {
            (Some(top), Some(here)) => relative(&top, &here).flatten(),
            _ => None,
        };
        let found = Found::in_commit(repository, &from.commit, start.as_ref(), path)?;
        let mut chosen = Chosen::from(found);
        if from.name != from.commit.as_str() {
            chosen.what = format!("{} ({})", chosen.what, from.name);
        }
        Ok(chosen)
    }

    /// A plan named on the command line, as a path of the repository.
    fn path_in_commit(&self, repository: &Repository, plan: &Path) -> Result<RepoPath, Unusable> {
        let outside = || {
            Unusable::new(
                format!("{} is no path of the repository", plan.display()),
                "with --plan-from, name the plan by its path in the repository",
            )
        };
        let top = repository.work_tree().and_then(|top| top.canonicalize().ok());
        let (folder, name) = (plan.parent().unwrap_or(Path::new("")), plan.file_name());
        let folder = self.place.here.join(folder).canonicalize().ok();
        match (top, folder, name) {
            (Some(top), Some(folder), Some(name)) => {
                let folder = relative(&top, &folder).ok_or_else(outside)?;
                locate::inside(folder.as_ref(), name.as_encoded_bytes()).ok_or_else(outside)
            }
            // The folder need not exist in the work tree, nor a work tree at all.
            _ => RepoPath::new(plan.as_os_str().as_encoded_bytes()).map_err(|_| outside()),
        }
    }

    /// What the tasks' branches fork from: `--base`, else what the plan names, else `main`, else
    /// what the remote's HEAD names.
    fn base(&self, repository: &Repository, plan: Option<&str>) -> Result<Named, GitError> {
        if let Some(revision) = &self.args.base {
            return anchor(repository, revision);
        }
        if let Some(name) = plan {
            return branch_or_error(repository, name);
        }
        if let Some(main) = branch(repository, "main", Prefer::Remote)? {
            return Ok(main);
        }
        match repository.default_branch()? {
            Some(name) => branch_or_error(repository, &name),
            None => branch_or_error(repository, "main"),
        }
    }

    /// The task that `--task` or `--branch` names.
    fn selected(&self, plan: &Plan) -> Result<Option<usize>, Unusable> {
        match (&self.args.task, &self.args.branch) {
            (Some(id), _) => task(plan, id).map(Some),
            (None, Some(branch)) => task_of_branch(plan, branch).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// Reads what is to be judged.
struct Judge<'a> {
    gate: &'a Gate<'a>,
    plan: &'a Plan,
    selected: Option<usize>,
}

impl Judge<'_> {
    fn patches(&self, input: &mut GateInput) -> Result<(), Unusable> {
        let mut stdin_is_read = false;
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
                if std::mem::replace(&mut stdin_is_read, true) {
                    return Err(Unusable::new(
                        "standard input can be read once",
                        "give the other patches as files",
                    ));
                }
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
                patch: Some(name.to_owned()),
                work: read.map_or_else(Work::Unreadable, Work::Changes),
                doubts: BTreeMap::new(),
            });
        }
        Ok(())
    }

    fn commits(
        &self,
        repository: &Repository,
        ranges: &[(Option<String>, Range)],
        base: Option<Named>,
        input: &mut GateInput,
    ) -> Result<(), Unusable> {
        for (id, range) in ranges {
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
            input.judged.push(judged(task, about, staged));
        }
        if self.gate.args.worktree {
            let task = self.task_at_hand(repository)?;
            input.judged.push(self.worktree(repository, task));
        }
        if !self.gate.asks_for_commits(ranges) && self.gate.args.diff.is_empty() {
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
        Input { task: self.plan.tasks[task].id.value.clone(), source, ..Input::default() }
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
        judged(task, about, changes.map(|changes| (changes, BTreeMap::new())))
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
        judged(task, about, changes)
    }

    /// Each task's own branch against its merge base with the base.
    fn branches(&self, repository: &Repository, base: Option<Named>, input: &mut GateInput) {
        let all = 0..self.plan.tasks.len();
        let tasks: Vec<usize> = self.selected.map_or_else(|| all.collect(), |task| vec![task]);
        let found = (|| {
            let base = match base {
                Some(base) => base,
                None => {
                    let plan = self.plan.base.as_ref().map(|base| base.value.as_str());
                    self.gate.base(repository, plan)?
                }
            };
            let names: Vec<&str> =
                tasks.iter().map(|&task| self.plan.tasks[task].branch_name()).collect();
            Ok::<_, GitError>((base, repository.branches(&names, Prefer::Local)?))
        })();
        let (base, tips) = match found {
            Ok(found) => found,
            Err(error) => {
                input.gaps.push(error.into());
                return;
            }
        };
        let there: Vec<(usize, BranchTip)> =
            tasks.iter().zip(tips).filter_map(|(&task, tip)| tip.map(|tip| (task, tip))).collect();
        if there.is_empty() {
            input.gaps.push(Gap {
                problem: "no task has a branch, so nothing was judged".to_owned(),
                help: "fetch the branches (`git fetch origin`), or name them with `branch:`"
                    .to_owned(),
            });
        }
        let mut work = self.branch_changes(repository, &base, &there);
        for task in tasks {
            let branch = self.plan.tasks[task].branch_name();
            let judged = work.remove(&task).unwrap_or_else(|| Judged {
                task,
                input: self.input(task, format!("branch {branch}")),
                patch: None,
                work: Work::NoBranch,
                doubts: BTreeMap::new(),
            });
            input.judged.push(judged);
        }
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
            let doubts = BTreeMap::new();
            let judged = Judged { task: *task, input: about, patch: None, work: changes, doubts };
            work.insert(*task, judged);
        }
        work
    }
}

fn judged(
    task: usize,
    input: Input,
    changes: Result<(ChangeSet, BTreeMap<RepoPath, String>), GitError>,
) -> Judged {
    let (work, doubts) = match changes {
        Ok((changes, doubts)) => (Work::Changes(changes), doubts),
        Err(error) => (Work::Unreadable(error.into()), BTreeMap::new()),
    };
    Judged { task, input, patch: None, work, doubts }
}

fn unreadable(name: &str, error: &std::io::Error) -> Gap {
    Gap {
        problem: format!("cannot read {name}: {error}"),
        help: "make the patch again, or judge the commits with --range".to_owned(),
    }
}

/// Cuts `ID=NAME`; a name that holds `=` itself is written `./a=b`.
fn split_id(text: &str) -> (Option<&str>, &str) {
    let is_id = |id: &str| {
        !id.is_empty()
            && id
                .split('/')
                .all(|part| part.starts_with(|first: char| first.is_ascii_alphanumeric()))
            && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'))
    };
    match text.split_once('=') {
        Some((id, name)) if is_id(id) => (Some(id), name),
        _ => (None, text),
    }
}

fn task(plan: &Plan, id: &str) -> Result<usize, Unusable> {
    plan.task(id).ok_or_else(|| {
        let ids: Vec<&str> =
            plan.tasks.iter().take(10).map(|task| task.id.value.as_str()).collect();
        Unusable::new(
            format!("the plan has no task `{id}`"),
            format!(
                "its tasks are {}; a file whose name holds `=` is written ./a=b",
                ids.join(", ")
            ),
        )
    })
}

fn task_of_branch(plan: &Plan, branch: &str) -> Result<usize, Unusable> {
    plan.tasks.iter().position(|task| task.branch_name() == branch).ok_or_else(|| {
        Unusable::new(
            format!("`{branch}` is no task's branch"),
            "name the task with --task ID, or give it `branch:` in the plan",
        )
    })
}

/// A branch by its name, never a tag.
fn branch(repository: &Repository, name: &str, prefer: Prefer) -> Result<Option<Named>, GitError> {
    let tip = repository.branch(name, prefer)?;
    Ok(tip.map(|tip| {
        if let Some((reference, commit)) = &tip.passed_over {
            let chosen = &tip.reference;
            tell("note", &format!("{chosen} is the base; {reference} differs, at {commit}"));
        }
        Named { name: name.to_owned(), commit: tip.commit }
    }))
}

fn branch_or_error(repository: &Repository, name: &str) -> Result<Named, GitError> {
    branch(repository, name, Prefer::Remote)?.ok_or_else(|| GitError {
        kind: GitErrorKind::UnknownRevision,
        problem: format!("there is no branch `{name}` to be the base, here or at origin"),
        help: format!("fetch it (`git fetch origin {name}`), or name another with --base"),
    })
}

/// The commit of `--base` or `--plan-from`: a branch of that name, else any revision.
fn anchor(repository: &Repository, revision: &str) -> Result<Named, GitError> {
    match branch(repository, revision, Prefer::Remote)? {
        Some(named) => Ok(named),
        None => commit(repository, revision),
    }
}

fn commit(repository: &Repository, revision: &str) -> Result<Named, GitError> {
    Ok(Named { name: revision.to_owned(), commit: repository.commit(revision)? })
}

/// The merge base, if there is just one.
fn one(found: MergeBase, base: &str, head: &str) -> Result<CommitId, GitError> {
    let (problem, help) = match found {
        MergeBase::One(commit) => return Ok(commit),
        MergeBase::None => (
            format!("{base} and {head} have no commit in common"),
            "check the base, or compare the two trees with --range A..B".to_owned(),
        ),
        MergeBase::Several(commits) => {
            let names: Vec<String> = commits.iter().map(ToString::to_string).collect();
            (
                format!("{base} and {head} have several merge bases: {}", names.join(", ")),
                format!("merge {base} into the branch, which leaves one"),
            )
        }
    };
    Err(GitError { kind: GitErrorKind::Failed, problem, help })
}
