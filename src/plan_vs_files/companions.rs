//! Lanes that name a file but miss its companion, such as a manifest without its lock file.

use std::collections::{HashMap, HashSet};

use super::tree::{Tree, TreeBudget, folder_of, name, parents};
use crate::glob::{Budget, Glob, Undecided};
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, Lanes};
use crate::path::RepoPath;
use crate::plan::{GlobEntry, Plan};

/// The budget for finding companions: a few seconds.
pub(super) const MAX_STEPS: usize = 1_000_000_000;

/// Manifests and the lock files that change with them. Those are searched in the folder of the
/// manifest and then upwards; the first folder that contains any of them ends the search.
const BUILT_IN: &[(&str, &[&str])] = &[
    ("Cargo.toml", &["Cargo.lock"]),
    (
        "package.json",
        &[
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "bun.lockb",
        ],
    ),
    ("deno.json", &["deno.lock"]),
    ("deno.jsonc", &["deno.lock"]),
    ("go.mod", &["go.sum"]),
    ("go.work", &["go.work.sum"]),
    ("pyproject.toml", &["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"]),
    ("Pipfile", &["Pipfile.lock"]),
    ("pixi.toml", &["pixi.lock"]),
    ("Gemfile", &["Gemfile.lock"]),
    ("gems.rb", &["gems.locked"]),
    ("composer.json", &["composer.lock"]),
    ("mix.exs", &["mix.lock"]),
    ("rebar.config", &["rebar.lock"]),
    ("pubspec.yaml", &["pubspec.lock"]),
    ("Podfile", &["Podfile.lock"]),
    ("Cartfile", &["Cartfile.resolved"]),
    ("Package.swift", &["Package.resolved"]),
    ("build.gradle", &["gradle.lockfile"]),
    ("build.gradle.kts", &["gradle.lockfile"]),
    ("paket.dependencies", &["paket.lock"]),
    ("stack.yaml", &["stack.yaml.lock"]),
    ("shard.yml", &["shard.lock"]),
    ("Project.toml", &["Manifest.toml"]),
    ("flake.nix", &["flake.lock"]),
    ("MODULE.bazel", &["MODULE.bazel.lock"]),
    ("Chart.yaml", &["Chart.lock"]),
    ("buf.yaml", &["buf.lock"]),
];

/// A lane that names a file but does not cover its companion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingCompanion {
    /// The task of the lane.
    pub task: TaskId,
    /// The glob of the lane that names the file.
    pub glob: GlobId,
    /// The companion, which exists; for a glob of the plan, the first file that it matches.
    pub companion: RepoPath,
    /// The index of the pair under the plan's `companions` and of the companion in it; `None` for a
    /// built-in one.
    pub pair: Option<(usize, usize)>,
}

/// The companions missing from the lanes of a plan.
#[derive(Debug, Default)]
pub struct Companions {
    /// In the order of the tasks and their globs; each companion once per lane.
    pub missing: Vec<MissingCompanion>,
    /// The tasks whose lanes could not be decided because the work limit was reached.
    pub undecided: Vec<TaskId>,
}

impl Companions {
    pub(super) fn new(
        plan: &Plan,
        lanes: &Lanes,
        tree: &Tree<'_>,
        tree_budget: TreeBudget,
    ) -> Companions {
        let mut companions = Companions::default();
        if tree.files().is_empty() {
            return companions;
        }
        let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        let first_matches = HashMap::new();
        let mut finder =
            Finder { plan, tree, names, first_matches, budget: Budget::default(), tree_budget };
        for task in lanes.ids() {
            // The unknown part of a lane may cover the companions.
            if plan.is_lane_unknown(task) {
                continue;
            }
            let lane = lanes.of(task);
            let mut search = Search { task, lane, found: Vec::new(), reported: HashSet::new() };
            match finder.check_lane(&mut search) {
                Ok(()) => companions.missing.append(&mut search.found),
                Err(Undecided) => companions.undecided.push(task),
            }
        }
        companions
    }
}

struct Finder<'p, 't, 'a> {
    plan: &'p Plan,
    tree: &'t Tree<'a>,
    /// The file names that have built-in companions.
    names: Vec<&'static str>,
    /// The first file that a companion of the plan matches, by the identity of its glob.
    first_matches: HashMap<usize, Option<RepoPath>>,
    budget: Budget,
    tree_budget: TreeBudget,
}

/// The search in one lane.
struct Search<'l> {
    task: TaskId,
    lane: &'l Lane,
    found: Vec<MissingCompanion>,
    /// The companions in `found`.
    reported: HashSet<RepoPath>,
}

impl<'l> Search<'l> {
    fn report(&mut self, glob: GlobId, companion: RepoPath, pair: Option<(usize, usize)>) {
        if self.reported.insert(companion.clone()) {
            self.found.push(MissingCompanion { task: self.task, glob, companion, pair });
        }
    }

    /// What is subtracted from the lane: companions in it are left out on purpose.
    fn subtracted(&self) -> Vec<&'l Glob> {
        self.lane.exclusions().iter().chain(&self.lane.common().protect).collect()
    }
}

impl Finder<'_, '_, '_> {
    fn check_lane(&mut self, search: &mut Search<'_>) -> Result<(), Undecided> {
        let lane = search.lane;
        for (index, glob) in lane.globs().enumerated() {
            for name in glob.literal_basenames_among(&self.names) {
                self.check_built_in(search, index, glob, name)?;
            }
            if !self.plan.companions.is_empty() && glob.has_literal_basename() {
                self.check_pairs(search, index, glob)?;
            }
        }
        Ok(())
    }

    fn check_built_in(
        &mut self,
        search: &mut Search<'_>,
        index: GlobId,
        glob: &Glob,
        file: &str,
    ) -> Result<(), Undecided> {
        let companions: &[&str] = BUILT_IN
            .iter()
            .find(|(name, _)| *name == file)
            .map_or(&[], |(_, companions)| companions);
        let mut seen: HashSet<RepoPath> = HashSet::new();
        for folder in self.folders_of(search.lane, glob, file)? {
            let upwards = std::iter::once(folder.as_slice()).chain(parents(&folder));
            for folder in upwards {
                self.tree_budget.spend(companions.len())?;
                let existing: Vec<RepoPath> =
                    companions.iter().filter_map(|name| self.file_in(folder, name)).collect();
                let Some(first) = existing.first() else { continue };
                if seen.insert(first.clone()) {
                    self.check_alternatives(search, index, existing)?;
                }
                break;
            }
        }
        Ok(())
    }

    /// The folders of the existing files of this name that the glob adds to the lane. If there are
    /// none, the innermost folder that contains everything the glob matches.
    fn folders_of(
        &mut self,
        lane: &Lane,
        glob: &Glob,
        file: &str,
    ) -> Result<Vec<Vec<u8>>, Undecided> {
        if let Some(path) = glob.literal() {
            let matched = match RepoPath::new(path) {
                Ok(path) => lane.matched_by(&path)?.is_some(),
                Err(_) => false,
            };
            return Ok(matched.then(|| folder_of(path).to_vec()).into_iter().collect());
        }
        let mut folders = Vec::new();
        for index in self.tree.matching(glob, &mut self.tree_budget)? {
            let path = &self.tree.files()[index];
            if name(path.as_bytes()) == file.as_bytes() && lane.matched_by(path)?.is_some() {
                folders.push(folder_of(path.as_bytes()).to_vec());
            }
        }
        if folders.is_empty() {
            folders.push(folder_of(glob.prefix()).to_vec());
        }
        Ok(folders)
    }

    fn file_in(&self, folder: &[u8], name: &str) -> Option<RepoPath> {
        let path = if folder.is_empty() {
            name.as_bytes().to_vec()
        } else {
            [folder, b"/", name.as_bytes()].concat()
        };
        RepoPath::new(path).ok().filter(|path| self.tree.is_file(path.as_bytes()))
    }

    /// Reports the first of some alternative companions that is not subtracted from the lane,
    /// unless the lane covers one of them.
    fn check_alternatives(
        &mut self,
        search: &mut Search<'_>,
        index: GlobId,
        existing: Vec<RepoPath>,
    ) -> Result<(), Undecided> {
        for companion in &existing {
            if search.lane.matched_by(companion)?.is_some() {
                return Ok(());
            }
        }
        for companion in existing {
            let mut subtracted = false;
            for glob in search.subtracted() {
                subtracted = subtracted || glob.is_match(&companion)?;
            }
            if !subtracted {
                search.report(index, companion, None);
                break;
            }
        }
        Ok(())
    }

    fn check_pairs(
        &mut self,
        search: &mut Search<'_>,
        index: GlobId,
        glob: &Glob,
    ) -> Result<(), Undecided> {
        let subtracted = search.subtracted();
        for (pair, (one, others)) in self.plan.companions.iter().enumerate() {
            let Ok(one) = &one.glob else { continue };
            if !self.tree_budget.intersects(one, glob, &subtracted, &mut self.budget)? {
                continue;
            }
            for (other, entry) in others.iter().enumerate() {
                if let Some(companion) = self.first_missing(search, entry)? {
                    search.report(index, companion, Some((pair, other)));
                }
            }
        }
        Ok(())
    }

    /// The first file of a companion, if the lane covers no path of that companion.
    fn first_missing(
        &mut self,
        search: &Search<'_>,
        entry: &GlobEntry,
    ) -> Result<Option<RepoPath>, Undecided> {
        let Ok(companion) = &entry.glob else { return Ok(None) };
        let first_match = match self.first_matches.get(&companion.identity()) {
            Some(cached) => cached.clone(),
            None => {
                let matching = self.tree.matching(companion, &mut self.tree_budget)?;
                let first = matching.first().map(|&index| self.tree.files()[index].clone());
                self.first_matches.insert(companion.identity(), first.clone());
                first
            }
        };
        let Some(first_match) = first_match else { return Ok(None) };
        let subtracted = search.subtracted();
        for glob in search.lane.globs().iter().chain(&search.lane.common().share) {
            if self.tree_budget.intersects(glob, companion, &subtracted, &mut self.budget)? {
                return Ok(None);
            }
        }
        let left = self.tree_budget.reaches_outside(companion, &subtracted, &mut self.budget)?;
        Ok(left.then_some(first_match))
    }
}
