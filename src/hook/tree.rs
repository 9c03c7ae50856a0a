//! The work tree in which the task works.

use std::path::{Path, PathBuf};

use super::call::{Call, Named};
use super::site::{Landing, Site};
use crate::failure::Failure;
use crate::git::Checkout;
use crate::workspace::{Workspace, work_tree};

impl Call<'_> {
    /// The work tree in which the task works; `None` if neither the agent nor a file is in one.
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
                "leave --root out, or name the top with it",
            )
        })
    }

    fn real_folder(&self, what: &str, folder: &Path) -> Result<PathBuf, Failure> {
        let unusable = |why: &str| {
            let problem = format!("the {what} {} cannot be used: {why}", folder.display());
            Failure::new(problem, "name a folder that exists")
        };
        let real = self.host.real_path(folder).map_err(|error| unusable(&error.to_string()))?;
        if self.host.is_dir(&real) { Ok(real) } else { Err(unusable("it is no folder")) }
    }

    /// The nearest work tree around the agent's that holds the files and has a plan: an agent may
    /// stand in a submodule, or in another repository inside of this one.
    fn around(&self, tree: Checkout, files: &[Named<'_>]) -> Checkout {
        if self.host.environment().git_dir.is_some() {
            return tree;
        }
        // A linked work tree is one of its own, wherever it lies.
        let enclosing =
            |tree: &Checkout| tree.enclosing().filter(|outer| !outer.shares_repository(tree));
        let trees: Vec<Checkout> = std::iter::successors(Some(tree.clone()), enclosing).collect();
        let [_, .., outermost] = trees.as_slice() else { return tree };
        let targets: Vec<&PathBuf> =
            targets(files).filter(|target| target.starts_with(outermost.top())).collect();
        let holds_all =
            |tree: &Checkout| targets.iter().all(|target| target.starts_with(tree.top()));
        let mut holding = trees.into_iter().filter(holds_all).peekable();
        let nearest = holding.peek().cloned();
        holding.find(|tree| self.has_plan(tree)).or(nearest).unwrap_or(tree)
    }

    /// Whether a plan for this work tree can be had. One that is named speaks for the work tree in
    /// which it lies, and from elsewhere for the outer one of a submodule.
    fn has_plan(&self, tree: &Checkout) -> bool {
        if self.options.plan_from.is_some() {
            return self.plan(tree).is_ok();
        }
        match self.real_plan() {
            Ok(Some(plan)) => match Checkout::containing(&plan) {
                Some(matched_by) if matched_by.top() == tree.top() => true,
                Some(matched_by) if tree.top().starts_with(matched_by.top()) => false,
                _ => !self.is_submodule(tree),
            },
            _ => Workspace::at_top(self.host, tree.top(), None).plan().is_ok(),
        }
    }

    fn is_submodule(&self, tree: &Checkout) -> bool {
        tree.enclosing().is_some_and(|outer| {
            let site = Site { host: self.host, tree: outer, plan: None };
            matches!(site.landing(&tree.top().join("x")), Landing::At(_))
        })
    }
}

/// What the files may reach, as far as that is known.
fn targets<'f>(files: &'f [Named<'_>]) -> impl Iterator<Item = &'f PathBuf> {
    files.iter().filter_map(|(_, targets)| targets.as_ref().ok()).flatten()
}
