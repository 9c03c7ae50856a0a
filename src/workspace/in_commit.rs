//! Finds the plan in a commit.

use super::found::several_plans;
use super::{FoundPlan, Git};
use crate::failure::Failure;
use crate::git::{Blob, CommitId, GitError, GitErrorKind, Mode};
use crate::path::RepoPath;
use crate::plan::locate::{self, FILES, FOLDER};
use crate::plan::{MAX_TEXT, PlanPath, PlanText};

/// Why there is no plan.
#[derive(Debug)]
pub enum NoPlan {
    /// A usage error: exit status 2.
    Unusable(Failure),
    /// The same, because no entry of any kind has the name of a plan at any place that is searched.
    Missing(Failure),
    /// git failed, so nothing can be verified: exit status 3.
    Git(GitError),
}

impl From<Failure> for NoPlan {
    fn from(failure: Failure) -> NoPlan {
        NoPlan::Unusable(failure)
    }
}

impl From<GitError> for NoPlan {
    fn from(error: GitError) -> NoPlan {
        NoPlan::Git(error)
    }
}

impl From<NoPlan> for Failure {
    fn from(no_plan: NoPlan) -> Failure {
        match no_plan {
            NoPlan::Unusable(failure) | NoPlan::Missing(failure) => failure,
            NoPlan::Git(error) => error.into(),
        }
    }
}

/// The plan in a commit: at `path`, or else found by searching from `start` up.
pub(super) fn find(
    git: &dyn Git,
    commit: &CommitId,
    start: Option<&RepoPath>,
    path: Option<&RepoPath>,
) -> Result<FoundPlan, NoPlan> {
    match path {
        Some(path) => named(git, commit, path),
        None => search(git, commit, start),
    }
}

fn named(git: &dyn Git, commit: &CommitId, path: &RepoPath) -> Result<FoundPlan, NoPlan> {
    let found = match plan_blob(git, commit, path)? {
        None => None,
        Some(blob) if blob.mode == Mode::Tree => folder(git, commit, path)?,
        Some(blob) => Some(file(commit, path, blob)?),
    };
    found.ok_or_else(|| {
        let problem = format!("no plan {path} in commit {commit}");
        Failure::new(problem, "choose another plan, or another commit with --plan-from").into()
    })
}

fn search(git: &dyn Git, commit: &CommitId, start: Option<&RepoPath>) -> Result<FoundPlan, NoPlan> {
    let folders = locate::folders(start);
    let mut is_missing = true;
    for (index, searched) in folders.iter().enumerate() {
        let mut found = Vec::new();
        for name in FILES.iter().chain([&FOLDER]) {
            let Some(path) = locate::inside(searched.as_ref(), name.as_bytes()) else { continue };
            let entry = plan_blob(git, commit, &path)?;
            is_missing &= entry.is_none();
            let plan = match entry {
                None => None,
                Some(blob) if *name == FOLDER && blob.mode == Mode::Tree => {
                    folder(git, commit, &path)?
                }
                // As on disk, only a folder of this name counts.
                Some(blob) if *name == FOLDER && blob.mode.is_file() => None,
                Some(blob) => Some(file(commit, &path, blob)?),
            };
            found.extend(plan.map(|plan| (*name, plan)));
        }
        let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        if names.len() > 1 {
            return Err(several_plans(&format!("commit {commit}"), &names).into());
        }
        if let Some((_, plan)) = found.pop() {
            return Ok(plan.with_rivals(&folders[..=index]));
        }
    }
    let failure = Failure::new(
        format!("no plan in commit {commit}"),
        "commit lanes.yaml to the base branch and push it, choose a local branch with --base \
         refs/heads/NAME, pass a PLAN, or use --plan-from REV",
    );
    Err(if is_missing { NoPlan::Missing(failure) } else { NoPlan::Unusable(failure) })
}

fn file(commit: &CommitId, path: &RepoPath, blob: Blob) -> Result<FoundPlan, NoPlan> {
    let name = format!("{path} in commit {commit}");
    if !blob.mode.is_file() {
        return Err(not_regular_file(&name, blob.mode).into());
    }
    let texts = vec![PlanText::new(path.to_string(), blob.content)];
    Ok(FoundPlan::new(name, texts, vec![PlanPath::File(path.clone())]))
}

/// The plan in a folder; `None` if it contains no plan files.
fn folder(
    git: &dyn Git,
    commit: &CommitId,
    folder: &RepoPath,
) -> Result<Option<FoundPlan>, NoPlan> {
    let name = format!("{folder} in commit {commit}");
    let entries = git.tree_entries(commit, Some(folder))?.unwrap_or_default();
    let mut texts = Vec::new();
    let mut left = MAX_TEXT as u64;
    for entry in entries.iter().filter(|entry| locate::is_part(&entry.name)) {
        let Some(part) = locate::inside(Some(folder), &entry.name) else { continue };
        if entry.mode == Mode::Tree {
            continue;
        }
        if !entry.mode.is_file() {
            return Err(not_regular_file(&format!("{part} in commit {commit}"), entry.mode).into());
        }
        let bytes = bounded(git.content(&entry.id, left), &name)?;
        left -= bytes.len() as u64;
        texts.push(PlanText::new(part.to_string(), bytes));
    }
    let found = FoundPlan::new(name, texts, vec![PlanPath::Folder(folder.clone())]);
    Ok((!found.texts.is_empty()).then_some(found))
}

/// The entry at a path of a commit; `None` if there is none.
fn plan_blob(git: &dyn Git, commit: &CommitId, path: &RepoPath) -> Result<Option<Blob>, NoPlan> {
    let found = git.blob(commit, path, MAX_TEXT as u64);
    bounded(found, &format!("{path} in commit {commit}"))
}

/// A plan that is too large is a usage error. After any other error, its content is unknown.
fn bounded<T>(read: Result<T, GitError>, what: &str) -> Result<T, NoPlan> {
    read.map_err(|error| match error.kind {
        GitErrorKind::TooLarge => NoPlan::Unusable(Failure::new(
            format!("the plan {what} is too large (limit: {} MiB)", MAX_TEXT >> 20),
            "make it smaller",
        )),
        _ => NoPlan::Git(error),
    })
}

fn not_regular_file(what: &str, mode: Mode) -> Failure {
    let kind = match mode {
        Mode::Symlink => "a symbolic link",
        Mode::Submodule => "a submodule",
        Mode::Tree => "a folder",
        _ => "a special file",
    };
    Failure::new(
        format!("the plan {what} is {kind}, not a regular file"),
        "commit the plan as a regular file, or as regular files in a plan folder",
    )
}
