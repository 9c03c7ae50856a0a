//! Chooses the plan, from disk or from a commit.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::revisions::{base, base_branch, resolve};
use super::{FoundPlan, Git, NoPlan, Revision, Workspace, in_commit, relative};
use crate::failure::Failure;
use crate::fs::resolve::without_dots;
use crate::path::{RepoPath, exists_among};
use crate::plan::{Plan, PlanPath, locate};

/// The plan of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct ChosenPlan {
    /// The plan.
    pub plan: Plan,
    /// Its name, for people.
    pub name: String,
    /// Paths where another plan would be found instead.
    pub rivals: Vec<PlanPath>,
    /// The base, if it was resolved to find the plan.
    pub base: Option<Revision>,
}

impl ChosenPlan {
    fn new(found: FoundPlan, exists: impl FnMut(&str) -> bool) -> ChosenPlan {
        let (name, rivals) = (found.name.clone(), found.rivals.clone());
        ChosenPlan { plan: found.read(exists), name, rivals, base: None }
    }
}

impl Workspace<'_> {
    /// The plan on disk: the named one, or else the one found by searching.
    ///
    /// # Errors
    /// As for [`Workspace::plan`].
    pub fn plan_on_disk(&self) -> Result<ChosenPlan, Failure> {
        Ok(ChosenPlan::new(self.plan()?, |name| self.exists(name)))
    }

    /// The plan in the commit of a revision: at the path that the caller named, or else found by
    /// searching.
    ///
    /// # Errors
    /// If the commit or the plan does not exist, or git fails.
    pub fn plan_of(&self, git: &dyn Git, revision: &str) -> Result<ChosenPlan, NoPlan> {
        let from = resolve(self.host, git, revision)?;
        self.plan_of_revision(git, &from)
    }

    /// Like [`Workspace::plan_of`], for a revision that is already resolved.
    pub(crate) fn plan_of_revision(
        &self,
        git: &dyn Git,
        from: &Revision,
    ) -> Result<ChosenPlan, NoPlan> {
        // A plan on standard input has no path.
        let named = self.named_plan().filter(|plan| *plan != Path::new("-"));
        let path = named.map(|plan| self.path_in_commit(git, plan)).transpose()?;
        self.plan_in(git, from, path.as_ref())
    }

    /// The plan of the base: of `named`, or else of the base named by the plan of `main` or of the
    /// default branch of the remote.
    pub(crate) fn plan_of_base(
        &self,
        git: &dyn Git,
        named: Option<&str>,
    ) -> Result<ChosenPlan, NoPlan> {
        let first = base(self.host, git, named, None)?;
        let chosen = self.plan_in(git, &first, None)?;
        // The plan may name another base, whose plan is used. Its own base is not followed.
        let other = chosen.plan.base.as_ref().map(|base| base.value.as_str());
        match other.filter(|other| named.is_none() && *other != first.name) {
            None => Ok(ChosenPlan { base: Some(first), ..chosen }),
            Some(other) => {
                let base = base_branch(self.host, git, other)?;
                let chosen = self.plan_in(git, &base, None)?;
                Ok(ChosenPlan { base: Some(base), ..chosen })
            }
        }
    }

    /// The plan in a commit: at `path`, or else found by searching from the working directory up.
    pub(crate) fn plan_in(
        &self,
        git: &dyn Git,
        from: &Revision,
        path: Option<&RepoPath>,
    ) -> Result<ChosenPlan, NoPlan> {
        let start = match self.top_and_here(git) {
            Some((top, here)) => relative(&top, &here).flatten(),
            None => None,
        };
        let found = in_commit::find(git, &from.commit, start.as_ref(), path)?;
        // If git cannot list them, texts that look like prose count as such, which is reported.
        let files = OnceCell::new();
        let list = || git.tree_files(&from.commit).unwrap_or_default();
        let exists = |name: &str| exists_among(files.get_or_init(list), name);
        let mut chosen = ChosenPlan::new(found, exists);
        if from.name != from.commit.as_str() {
            chosen.name = format!("{} ({})", chosen.name, from.name);
        }
        Ok(chosen)
    }

    /// The top of the work tree and the working directory, both canonical.
    fn top_and_here(&self, git: &dyn Git) -> Option<(PathBuf, PathBuf)> {
        let top = self.host.real_path(git.work_tree()?).ok()?;
        Some((top, self.host.real_path(&self.current_dir).ok()?))
    }

    /// The path of a named plan in the repository.
    fn path_in_commit(&self, git: &dyn Git, plan: &Path) -> Result<RepoPath, Failure> {
        let outside = || {
            Failure::new(
                format!("{} is not a path in the repository", plan.display()),
                "with --plan-from, pass the path of the plan in the repository",
            )
        };
        let Some((top, here)) = self.top_and_here(git) else {
            return RepoPath::new(plan.as_os_str().as_encoded_bytes()).map_err(|_| outside());
        };
        let plan = here.join(plan);
        let (folder, name) = (plan.parent().unwrap_or(&here), plan.file_name());
        // The directory can exist only in the commit.
        let folder = self.host.real_path(folder).unwrap_or_else(|_| without_dots(folder));
        let inside = relative(&top, &folder)
            .zip(name)
            .and_then(|(folder, name)| locate::inside(folder.as_ref(), name.as_encoded_bytes()));
        inside.ok_or_else(outside)
    }
}
