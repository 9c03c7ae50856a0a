//! The plan that decides, wherever it comes from.

use std::path::{Path, PathBuf};

use super::revisions::{base, base_branch, resolve};
use super::{FoundPlan, Git, NoPlan, Revision, Workspace, in_commit, relative};
use crate::failure::Failure;
use crate::fs::resolve::without_dots;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath, locate};

/// The plan that decides.
#[derive(Debug)]
#[non_exhaustive]
pub struct ChosenPlan {
    /// The plan.
    pub plan: Plan,
    /// Its name, for people.
    pub name: String,
    /// What would have been found in its place.
    pub rivals: Vec<PlanPath>,
    /// The base that was found on the way to it.
    pub base: Option<Revision>,
}

impl From<FoundPlan> for ChosenPlan {
    fn from(found: FoundPlan) -> ChosenPlan {
        let (name, rivals) = (found.name.clone(), found.rivals.clone());
        ChosenPlan { plan: found.read(), name, rivals, base: None }
    }
}

impl Workspace<'_> {
    /// The plan of the commit that a revision stands for: the one that was named, or the one that
    /// is found.
    ///
    /// # Errors
    /// If there is no such commit or no plan in it, or git cannot answer.
    pub fn plan_of(&self, git: &dyn Git, revision: &str) -> Result<ChosenPlan, NoPlan> {
        let path = self.named_plan().map(|plan| self.path_in_commit(git, plan)).transpose()?;
        let from = resolve(self.host, git, revision)?;
        self.plan_in(git, &from, path.as_ref())
    }

    /// The plan of the base: of `named`, else of the branch that the plan of `main`, or of the
    /// remote's default branch, names as its base.
    pub(crate) fn plan_of_base(
        &self,
        git: &dyn Git,
        named: Option<&str>,
    ) -> Result<ChosenPlan, NoPlan> {
        let first = base(self.host, git, named, None)?;
        let chosen = self.plan_in(git, &first, None)?;
        // The plan may name another base. That one's plan judges, whatever it names in turn.
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

    /// The plan of a commit: the one at `path`, or the one that is found from the working
    /// directory up.
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
        let mut chosen = ChosenPlan::from(found);
        if from.name != from.commit.as_str() {
            chosen.name = format!("{} ({})", chosen.name, from.name);
        }
        Ok(chosen)
    }

    /// The top of the work tree and the working directory, both with links followed.
    fn top_and_here(&self, git: &dyn Git) -> Option<(PathBuf, PathBuf)> {
        let top = self.host.real_path(git.work_tree()?).ok()?;
        Some((top, self.host.real_path(&self.current_dir).ok()?))
    }

    /// A plan that was named, as a path of the repository.
    fn path_in_commit(&self, git: &dyn Git, plan: &Path) -> Result<RepoPath, Failure> {
        let outside = || {
            Failure::new(
                format!("{} is no path of the repository", plan.display()),
                "with --plan-from, name the plan by its path in the repository",
            )
        };
        let Some((top, here)) = self.top_and_here(git) else {
            return RepoPath::new(plan.as_os_str().as_encoded_bytes()).map_err(|_| outside());
        };
        let plan = here.join(plan);
        let (folder, name) = (plan.parent().unwrap_or(&here), plan.file_name());
        // The work tree need not have the folder that the commit has.
        let folder = self.host.real_path(folder).unwrap_or_else(|_| without_dots(folder));
        let inside = relative(&top, &folder)
            .zip(name)
            .and_then(|(folder, name)| locate::inside(folder.as_ref(), name.as_encoded_bytes()));
        inside.ok_or_else(outside)
    }
}
