//! Finds the work tree of the task.

use std::path::{Path, PathBuf};

use super::call::{Call, Named};
use super::target::{TargetResolver, WriteTarget};
use crate::failure::Failure;
use crate::git::Checkout;
use crate::workspace::{Workspace, work_tree};

impl Call<'_> {
    /// The work tree of the task; `None` if neither the agent nor a file is in one.
    pub(super) fn work_tree(
        &self,
        cwd: &Path,
        files: &[Named<'_>],
    ) -> Result<Option<Checkout>, Failure> {
        if let Some(root) = &self.options.root {
            return self.named_tree(root).map(Some);
        }
        let tree = work_tree(self.host, &self.real_folder("agent's working directory", cwd)?)?;
        let tree = tree.or_else(|| targets(files).find_map(|target| Checkout::containing(target)));
        Ok(tree.map(|tree| self.around(tree, files)))
    }

    fn named_tree(&self, root: &Path) -> Result<Checkout, Failure> {
        let root = self.host.environment().current_dir.join(root);
        let root = self.real_folder("root", &root)?;
        let tree = work_tree(self.host, &root)?.filter(|tree| tree.top() == root);
        tree.ok_or_else(|| {
            Failure::new(
                format!("the root {} is not the top of a work tree", root.display()),
                "name the top of a work tree, or leave out --root",
            )
        })
    }

    fn real_folder(&self, what: &str, folder: &Path) -> Result<PathBuf, Failure> {
        let unusable = |why: &str| {
            let problem = format!("the {what} {} cannot be used: {why}", folder.display());
            Failure::new(problem, "name a folder that exists")
        };
        let real = self.host.real_path(folder).map_err(|error| unusable(&error.to_string()))?;
        if self.host.is_dir(&real) { Ok(real) } else { Err(unusable("not a directory")) }
    }

    /// The innermost work tree around the agent that contains the files and has a plan: an agent
    /// may run in a submodule, or in another repository inside this one.
    fn around(&self, tree: Checkout, files: &[Named<'_>]) -> Checkout {
        if self.host.environment().git_dir.is_some() {
            return tree;
        }
        // A linked work tree is separate, even inside another work tree.
        let around =
            |tree: &Checkout| tree.enclosing().filter(|outer| !outer.shares_repository(tree));
        let trees: Vec<Checkout> = std::iter::successors(Some(tree.clone()), around).collect();
        let [_, .., outermost] = trees.as_slice() else { return tree };
        let targets: Vec<&PathBuf> =
            targets(files).filter(|target| target.starts_with(outermost.top())).collect();
        let contains_all =
            |tree: &Checkout| targets.iter().all(|target| target.starts_with(tree.top()));
        let mut candidates = trees.into_iter().filter(contains_all).peekable();
        let innermost = candidates.peek().cloned();
        candidates.find(|tree| self.has_plan(tree)).or(innermost).unwrap_or(tree)
    }

    /// Whether there is a plan for this work tree. A named plan applies to the work tree it is in;
    /// one from elsewhere applies to any but a submodule.
    fn has_plan(&self, tree: &Checkout) -> bool {
        if self.options.plan_from.is_some() {
            return self.plan(tree).is_ok();
        }
        match self.resolved_plan() {
            Ok(Some(plan)) => match Checkout::containing(&plan) {
                Some(plan_tree) if plan_tree.top() == tree.top() => true,
                Some(plan_tree) if tree.top().starts_with(plan_tree.top()) => false,
                _ => !self.is_submodule(tree),
            },
            _ => Workspace::at_top(self.host, tree.top(), None).plan().is_ok(),
        }
    }

    fn is_submodule(&self, tree: &Checkout) -> bool {
        tree.enclosing().is_some_and(|outer| {
            let resolver = TargetResolver { host: self.host, tree: outer, plan: None };
            matches!(resolver.resolve(&tree.top().join("x")), WriteTarget::InTree(_))
        })
    }
}

/// The known targets of the files.
fn targets<'f>(files: &'f [Named<'_>]) -> impl Iterator<Item = &'f PathBuf> {
    files.iter().filter_map(|(_, targets)| targets.as_ref().ok()).flatten()
}
