//! Files that are written together: the one that a lane names, and the one that it lacks.

use std::collections::{HashMap, HashSet};

use super::tree::{Tree, TreeBudget, folder_of, name, parents};
use crate::glob::{Budget, Glob, Undecided};
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, Lanes};
use crate::path::RepoPath;
use crate::plan::{GlobEntry, Plan};

/// How much work it is worth to look for companions: a few seconds of it.
pub(super) const MOST: usize = 1_000_000_000;

/// Names of files, each with those that are written when it is: its lock files. They are looked
/// for in its folder, then upwards; the first folder that has any of them has its companions.
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

/// A lane that names a file and lacks its companion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The place of the task.
    pub task: TaskId,
    /// The place of the glob that names the file, among those of the lane.
    pub glob: GlobId,
    /// The companion, which exists; of a pair of the plan, the first of its files.
    pub companion: RepoPath,
    /// The pair of the plan that says so, by its place, and the place of the companion in it;
    /// nothing for a built-in one.
    pub pair: Option<(usize, usize)>,
}

/// The companions that lanes lack.
#[derive(Debug, Default)]
pub struct Companions {
    /// In the order of the tasks and their globs; each companion once for a lane.
    pub missing: Vec<Missing>,
    /// The tasks of which it could not be decided, since a bound on work was reached.
    pub undecided: Vec<TaskId>,
}

impl Companions {
    pub(super) fn new(plan: &Plan, lanes: &Lanes, tree: &Tree<'_>, work: TreeBudget) -> Companions {
        let mut companions = Companions::default();
        if tree.files().is_empty() {
            return companions;
        }
        let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        let existing = HashMap::new();
        let mut finder = Finder { plan, tree, names, existing, budget: Budget::default(), work };
        for task in lanes.ids() {
            // Of a lane that is not known whole, nobody can say what it lacks.
            if plan.is_lane_unknown(task) {
                continue;
            }
            let lane = lanes.of(task);
            let mut search = Search { task, lane, found: Vec::new(), told: HashSet::new() };
            match finder.lane(&mut search) {
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
    /// The names of which there are built-in companions.
    names: Vec<&'static str>,
    /// The first file of a companion of the plan, by the identity of its glob.
    existing: HashMap<usize, Option<RepoPath>>,
    budget: Budget,
    work: TreeBudget,
}

/// What is found of one lane.
struct Search<'l> {
    task: TaskId,
    lane: &'l Lane,
    found: Vec<Missing>,
    /// The companions that were found missing.
    told: HashSet<RepoPath>,
}

impl<'l> Search<'l> {
    fn missing(&mut self, glob: GlobId, companion: RepoPath, pair: Option<(usize, usize)>) {
        if self.told.insert(companion.clone()) {
            self.found.push(Missing { task: self.task, glob, companion, pair });
        }
    }

    /// What is taken from the lane, which is not missing then but left out on purpose.
    fn subtracted(&self) -> Vec<&'l Glob> {
        self.lane.exclusions().iter().chain(&self.lane.common().protect).collect()
    }
}

impl Finder<'_, '_, '_> {
    fn lane(&mut self, search: &mut Search<'_>) -> Result<(), Undecided> {
        let lane = search.lane;
        for (place, glob) in lane.globs().enumerated() {
            for name in glob.literal_basenames_among(&self.names) {
                self.built_in(search, place, glob, name)?;
            }
            if !self.plan.companions.is_empty() && glob.has_literal_basename() {
                self.of_plan(search, place, glob)?;
            }
        }
        Ok(())
    }

    fn built_in(
        &mut self,
        search: &mut Search<'_>,
        place: GlobId,
        glob: &Glob,
        file: &str,
    ) -> Result<(), Undecided> {
        let companions: &[&str] = BUILT_IN
            .iter()
            .find(|(name, _)| *name == file)
            .map_or(&[], |(_, companions)| companions);
        let mut folders: HashSet<RepoPath> = HashSet::new();
        for folder in self.folders_of(search.lane, glob, file)? {
            // The folder itself, then those that hold it.
            let upwards = std::iter::once(folder.as_slice()).chain(parents(&folder));
            for folder in upwards {
                self.work.spend(companions.len())?;
                let there: Vec<RepoPath> =
                    companions.iter().filter_map(|name| self.file_in(folder, name)).collect();
                let Some(first) = there.first() else { continue };
                if folders.insert(first.clone()) {
                    self.lacks_all(search, place, there)?;
                }
                break;
            }
        }
        Ok(())
    }

    /// The folders of the existing files of this name that the lane holds by this glob; where there
    /// are none, the inmost folder that holds whatever the glob names.
    fn folders_of(
        &mut self,
        lane: &Lane,
        glob: &Glob,
        file: &str,
    ) -> Result<Vec<Vec<u8>>, Undecided> {
        if let Some(path) = glob.literal() {
            let held = match RepoPath::new(path) {
                Ok(path) => lane.matched_by(&path)?.is_some(),
                Err(_) => false,
            };
            return Ok(held.then(|| folder_of(path).to_vec()).into_iter().collect());
        }
        let mut folders = Vec::new();
        for place in self.tree.matching(glob, &mut self.work)? {
            let path = &self.tree.files()[place];
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

    /// Tells the first of some companions that are there, if the lane holds none of them and not
    /// all were taken from it on purpose.
    fn lacks_all(
        &mut self,
        search: &mut Search<'_>,
        place: GlobId,
        there: Vec<RepoPath>,
    ) -> Result<(), Undecided> {
        for companion in &there {
            if search.lane.matched_by(companion)?.is_some() {
                return Ok(());
            }
        }
        for companion in there {
            let mut taken = false;
            for glob in search.subtracted() {
                taken = taken || glob.is_match(&companion)?;
            }
            if !taken {
                search.missing(place, companion, None);
                break;
            }
        }
        Ok(())
    }

    fn of_plan(
        &mut self,
        search: &mut Search<'_>,
        place: GlobId,
        glob: &Glob,
    ) -> Result<(), Undecided> {
        let subtracted = search.subtracted();
        for (pair, (one, others)) in self.plan.companions.iter().enumerate() {
            let Ok(one) = &one.glob else { continue };
            if !self.work.meets(one, glob, &subtracted, &mut self.budget)? {
                continue;
            }
            for (other, entry) in others.iter().enumerate() {
                if let Some(companion) = self.lacks(search, entry)? {
                    search.missing(place, companion, Some((pair, other)));
                }
            }
        }
        Ok(())
    }

    /// The first file of a companion of which the lane holds no path at all.
    fn lacks(
        &mut self,
        search: &Search<'_>,
        entry: &GlobEntry,
    ) -> Result<Option<RepoPath>, Undecided> {
        let Ok(companion) = &entry.glob else { return Ok(None) };
        let existing = match self.existing.get(&companion.identity()) {
            Some(known) => known.clone(),
            None => {
                let matching = self.tree.matching(companion, &mut self.work)?;
                let first = matching.first().map(|&place| self.tree.files()[place].clone());
                self.existing.insert(companion.identity(), first.clone());
                first
            }
        };
        let Some(existing) = existing else { return Ok(None) };
        let subtracted = search.subtracted();
        for glob in search.lane.globs().iter().chain(&search.lane.common().share) {
            if self.work.meets(glob, companion, &subtracted, &mut self.budget)? {
                return Ok(None);
            }
        }
        let left = self.work.reaches_outside(companion, &subtracted, &mut self.budget)?;
        Ok(left.then_some(existing))
    }
}
