//! Which tasks may write below a folder.

use super::{Owner, ProtectedBy, Who, Writers};
use crate::glob::{self, Budget, Glob, Intersection};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::{GlobEntry, PlanPath};

impl<'p> Who<'p> {
    /// Which tasks may write some path below a folder, whether or not it exists, and the first glob
    /// of each that says so. `protected` is set only if no path below the folder is left.
    #[must_use]
    pub fn may_write_below(&self, folder: &RepoPath) -> Writers<'p> {
        let below = glob::below(folder);
        let protect: Vec<&Glob> = match self.lanes.common() {
            Some(common) => common.protect.iter().collect(),
            None => Vec::new(),
        };
        if is_disjoint(&below, &below, &protect) == Some(true) {
            let protected = self.protection_below(folder, &below);
            return Writers { protected, ..Writers::default() };
        }
        let mut answer = Writers::default();
        for task in self.plan.tasks.ids() {
            match self.owner_below(task, &below, &protect) {
                Some(Some(owner)) => answer.owners.push(owner),
                Some(None) => {}
                None => answer.undecided.push(task),
            }
        }
        answer
    }

    /// `None` if the work limit is reached before a glob is found.
    fn owner_below(
        &self,
        task: TaskId,
        below: &Glob,
        protect: &[&Glob],
    ) -> Option<Option<Owner<'p>>> {
        let lane = self.lanes.of(task);
        if lane.globs().is_empty() {
            return Some(None);
        }
        let own = self.globs[task].iter().map(|&entry| (entry, false));
        let share = self.plan.share.iter().map(|entry| (entry, true));
        let subtracted: Vec<&Glob> =
            lane.exclusions().iter().chain(protect.iter().copied()).collect();
        let mut is_decided = true;
        for (entry, shared) in own.chain(share) {
            let Ok(glob) = &entry.glob else { continue };
            match is_disjoint(glob, below, &subtracted) {
                Some(true) => {}
                Some(false) => return Some(Some(Owner { task, entry, shared })),
                None => is_decided = false,
            }
        }
        is_decided.then_some(None)
    }

    /// What protects a folder of which nothing is left: the first glob that matches part of it.
    fn protection_below(&self, folder: &RepoPath, below: &Glob) -> Option<ProtectedBy<'p>> {
        let is_plan = |own: &PlanPath| own.contains(folder);
        if self.plan.own_paths.iter().any(is_plan) {
            return Some(ProtectedBy::Plan);
        }
        let covers_some = |entry: &&GlobEntry| {
            let glob = entry.glob.as_ref();
            glob.is_ok_and(|glob| is_disjoint(glob, below, &[]) == Some(false))
        };
        self.plan.protect.iter().find(covers_some).map(ProtectedBy::Glob)
    }
}

/// Whether no path matches both globs and none of `subtracted`; `None` if the work limit is reached.
fn is_disjoint(one: &Glob, other: &Glob, subtracted: &[&Glob]) -> Option<bool> {
    match one.intersection(other, subtracted, &mut Budget::default()) {
        Intersection::Disjoint => Some(true),
        Intersection::At(_) => Some(false),
        Intersection::GaveUp => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlanText, read};

    #[test]
    fn owners_below_folder() {
        let text = "tasks:\n  a: {write: ['src/**', '!src/gen/**']}\n  b: {write: '**/*.md'}\n  c: \
                    {write: []}\n  d: {write: src}\n  e: {write: [srcs/x, src/gen/deep/x]}\nprotect: \
                    [p/**, src/locked/*.md]\nshare: src/gen/log\n";
        let mut plan = read(vec![PlanText::new("lanes.yaml", text)]);
        plan.own_paths = vec![PlanPath::Folder(".lanes".parse().unwrap())];
        let who = Who::new(&plan);
        for (folder, expected) in [
            ("src", "a by src/**; b by **/*.md; e by src/gen/deep/x; d by src/gen/log"),
            ("src/gen", "b by **/*.md; e by src/gen/deep/x; d by src/gen/log"),
            ("src/gen/deep", "b by **/*.md; e by src/gen/deep/x"),
            ("src/locked", "a by src/**; b by **/*.md"),
            ("p", "protected by p/**"),
            ("p/deep", "protected by p/**"),
            (".lanes", "the plan"),
            ("other", "b by **/*.md"),
        ] {
            let answer = who.may_write_below(&folder.parse().unwrap());
            assert_eq!(answer.undecided, [], "{folder}");
            let mut found: Vec<String> = answer
                .owners
                .iter()
                .map(|owner| format!("{} by {}", plan[owner.task].id.value, owner.entry.text))
                .collect();
            found.extend(answer.protected.map(|protected| match protected {
                ProtectedBy::Plan => "the plan".to_owned(),
                ProtectedBy::Glob(entry) => format!("protected by {}", entry.text),
            }));
            let mut expected: Vec<&str> = expected.split("; ").collect();
            found.sort();
            expected.sort_unstable();
            assert_eq!(found, expected, "{folder}");
        }
    }
}
