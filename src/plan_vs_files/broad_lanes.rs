//! Lanes that leave little to the tasks running beside them.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::tree::{Tree, TreeBudget};
use crate::glob::{self, Budget, Glob, Undecided};
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, Lanes};
use crate::overlap::Overlap;
use crate::path::RepoPath;
use crate::plan::order::Order;

/// The budget for counting the files of broad lanes: a few seconds.
pub(super) const MAX_STEPS: usize = 1_000_000_000;

/// In smaller repositories, a lane may cover more than half of the files.
const MIN_FILES: usize = 20;

/// How many of the tasks that run beside a broad lane are listed.
const MAX_LISTED: usize = 3;

/// A lane that covers too much while other tasks run beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadLane {
    /// The task of the lane.
    pub task: TaskId,
    /// How it is broad.
    pub kind: BroadLaneKind,
    /// The first concurrent tasks that may write.
    pub beside: Vec<TaskId>,
    /// Whether there are more such tasks.
    pub more: bool,
}

/// How a lane is broad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BroadLaneKind {
    /// It covers everything below any top-level folder: by this glob, or by several together if
    /// `None`.
    AnyFolder(Option<GlobId>),
    /// It covers more than half of the existing files.
    MostFiles {
        /// How many files the lane covers.
        matched: usize,
        /// How many files exist.
        total: usize,
    },
}

/// The broad lanes of a plan.
#[derive(Debug, Default)]
pub struct BroadLanes {
    /// In plan order.
    pub broad: Vec<BroadLane>,
    /// The tasks whose lanes could not be decided because the work limit was reached.
    pub undecided: Vec<TaskId>,
}

impl BroadLanes {
    /// Without a tree, files are not counted.
    pub(super) fn new(
        lanes: &Lanes,
        order: &Order,
        overlaps: &[Overlap],
        tree: Option<&Tree<'_>>,
        tree_budget: TreeBudget,
    ) -> BroadLanes {
        let overlapping = overlaps.iter().flat_map(|overlap| [overlap.tasks.0, overlap.tasks.1]);
        let mut finder = Finder {
            lanes,
            order,
            overlapping: overlapping.collect(),
            all_folders: HashMap::new(),
            counter: tree.map(|tree| Counter { tree, cache: HashMap::new() }),
            tree_budget,
            budget: Budget::default(),
        };
        let mut broad_lanes = BroadLanes::default();
        for task in lanes.ids() {
            match finder.broad(task) {
                Ok(None) => {}
                Ok(Some(broad)) => broad_lanes.broad.push(broad),
                Err(Undecided) => broad_lanes.undecided.push(task),
            }
        }
        broad_lanes
    }
}

struct Finder<'l, 't, 'a> {
    lanes: &'l Lanes,
    order: &'l Order,
    /// The tasks that overlap with a concurrent one.
    overlapping: HashSet<TaskId>,
    /// Whether a glob by itself covers everything below any folder, by its identity.
    all_folders: HashMap<usize, bool>,
    counter: Option<Counter<'t, 'a>>,
    tree_budget: TreeBudget,
    budget: Budget,
}

impl Finder<'_, '_, '_> {
    fn broad(&mut self, task: TaskId) -> Result<Option<BroadLane>, Undecided> {
        let lane = self.lanes.of(task);
        let most = self.counter.as_ref().is_some_and(|counter| counter.may_match_most(lane));
        if !most && !lane.globs().iter().any(has_no_literals) {
            return Ok(None);
        }
        let mut others = self.beside(task);
        let beside: Vec<TaskId> = others.by_ref().take(MAX_LISTED).collect();
        let more = others.next().is_some();
        drop(others);
        if beside.is_empty() {
            return Ok(None);
        }
        let kind = match (self.any_folder(lane)?, &mut self.counter) {
            (None, Some(counter)) if most => counter.most_files(lane, &mut self.tree_budget)?,
            (kind, _) => kind,
        };
        let Some(kind) = kind else { return Ok(None) };
        let deliberate = self.has_deliberate_border(task)?;
        Ok((!deliberate).then_some(BroadLane { task, kind, beside, more }))
    }

    /// The concurrent tasks with a non-empty lane.
    fn beside(&self, task: TaskId) -> impl Iterator<Item = TaskId> {
        let writes = |other: &TaskId| !self.lanes.of(*other).globs().is_empty();
        self.lanes.ids().filter(writes).filter(move |&other| self.order.concurrent(task, other))
    }

    /// Whether a lane covers everything below any folder, unless its exclusions and `protect` leave
    /// nothing of it.
    fn any_folder(&mut self, lane: &Lane) -> Result<Option<BroadLaneKind>, Undecided> {
        let globs: Vec<&Glob> = lane.globs().iter().filter(|glob| has_no_literals(glob)).collect();
        if globs.is_empty() {
            return Ok(None);
        }
        let folder = unlikely_folder();
        let mut kind = None;
        for glob in &globs {
            let all_folders = match self.all_folders.get(&glob.identity()) {
                Some(&known) => known,
                None => covers_folder(&[glob], &folder, &mut self.budget)?,
            };
            self.all_folders.insert(glob.identity(), all_folders);
            if all_folders {
                let index = lane.globs().position(|other| other == *glob);
                kind = Some(BroadLaneKind::AnyFolder(index));
                break;
            }
        }
        if kind.is_none() && globs.len() > 1 && covers_folder(&globs, &folder, &mut self.budget)? {
            kind = Some(BroadLaneKind::AnyFolder(None));
        }
        let subtracted: Vec<&Glob> =
            lane.exclusions().iter().chain(&lane.common().protect).collect();
        let left = kind.is_some()
            && glob::below(&folder)
                .reaches_outside(&subtracted, &mut self.budget)
                .ok_or(Undecided)?;
        Ok(kind.filter(|_| left))
    }

    /// Whether a broad lane was deliberately set apart from the others.
    ///
    /// Either its exclusions subtract something of a concurrent lane and no overlap is left, or a
    /// concurrent lane excludes everything that this one may write. This accepts the parts of a
    /// partition, such as `src/**` beside `**` without `src/**`, however many files each has.
    fn has_deliberate_border(&mut self, task: TaskId) -> Result<bool, Undecided> {
        if self.overlapping.contains(&task) {
            return Ok(false);
        }
        let lane = self.lanes.of(task);
        let others: Vec<&Lane> = self.beside(task).map(|other| self.lanes.of(other)).collect();
        // Protected paths are in no lane.
        let protect: Vec<&Glob> = lane.common().protect.iter().collect();
        for other in &others {
            for (exclusion, glob) in lane
                .exclusions()
                .iter()
                .flat_map(|exclusion| other.globs().iter().map(move |glob| (exclusion, glob)))
            {
                if self.tree_budget.intersects(exclusion, glob, &protect, &mut self.budget)? {
                    return Ok(true);
                }
            }
        }
        for other in others.iter().filter(|other| !other.exclusions().is_empty()) {
            let subtracted: Vec<&Glob> = other.exclusions().iter().collect();
            let mut outside = false;
            for glob in lane.globs() {
                outside |= self.tree_budget.reaches_outside(glob, &subtracted, &mut self.budget)?;
                if outside {
                    break;
                }
            }
            if !outside {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a glob has no literal prefix, basename or suffix.
fn has_no_literals(glob: &Glob) -> bool {
    let literals = glob.literals();
    literals.prefix.is_empty() && literals.name.is_empty() && literals.suffix.is_empty()
}

/// Whether globs together cover everything below a folder.
fn covers_folder(
    globs: &[&Glob],
    folder: &RepoPath,
    budget: &mut Budget,
) -> Result<bool, Undecided> {
    // Cheap tests that most globs fail.
    for inside in ["x", "x/x", "x/x/x"] {
        let Ok(path) = RepoPath::new(format!("{folder}/{inside}")) else { return Ok(false) };
        let mut matched = false;
        for glob in globs {
            matched = matched || glob.is_match(&path)?;
        }
        if !matched {
            return Ok(false);
        }
    }
    let outside = glob::below(folder).reaches_outside(globs, budget).ok_or(Undecided)?;
    Ok(!outside)
}

/// A top-level folder with a name that no glob spells out: a glob that covers it covers any folder.
fn unlikely_folder() -> RepoPath {
    let name = [1; 32].to_vec();
    match RepoPath::new(name) {
        Ok(path) => path,
        Err(fault) => unreachable!("a name of 32 bytes: {fault}"),
    }
}

/// The globs of a lane and, unless it is empty, of `share`.
fn globs(lane: &Lane) -> impl Iterator<Item = &Glob> {
    let share = lane.common().share.iter().filter(|_| !lane.globs().is_empty());
    lane.globs().iter().chain(share)
}

/// Counts the files in lanes, matching each glob only once.
struct Counter<'t, 'a> {
    tree: &'t Tree<'a>,
    /// For the identity of a glob, a bit per file that says whether it matches.
    cache: HashMap<usize, Rc<Vec<u64>>>,
}

impl Counter<'_, '_> {
    /// A cheap test whether a lane may cover more than half of many files.
    fn may_match_most(&self, lane: &Lane) -> bool {
        let files = self.tree.files().len();
        // `max_matches` may build an index of all files, so ask the prefixes first.
        let with_prefix =
            || globs(lane).map(|glob| self.tree.files_with_prefix(glob.prefix()).len());
        let max_matches = || globs(lane).map(|glob| self.tree.max_matches(glob));
        files >= MIN_FILES
            && 2 * with_prefix().sum::<usize>() > files
            && 2 * max_matches().sum::<usize>() > files
    }

    /// Counts the files in a lane; `None` if they are at most half of all.
    fn most_files(
        &mut self,
        lane: &Lane,
        tree_budget: &mut TreeBudget,
    ) -> Result<Option<BroadLaneKind>, Undecided> {
        let total = self.tree.files().len();
        let mut bits = vec![0u64; total.div_ceil(64)];
        for glob in globs(lane) {
            let matching = self.matching(glob, tree_budget)?;
            bits.iter_mut().zip(&*matching).for_each(|(word, more)| *word |= more);
        }
        for glob in lane.exclusions().iter().chain(&lane.common().protect) {
            let matching = self.matching(glob, tree_budget)?;
            bits.iter_mut().zip(&*matching).for_each(|(word, less)| *word &= !less);
        }
        let matched: usize = bits.iter().map(|word| word.count_ones() as usize).sum();
        Ok((2 * matched > total).then_some(BroadLaneKind::MostFiles { matched, total }))
    }

    fn matching(
        &mut self,
        glob: &Glob,
        tree_budget: &mut TreeBudget,
    ) -> Result<Rc<Vec<u64>>, Undecided> {
        let words = self.tree.files().len().div_ceil(64);
        tree_budget.spend(words)?;
        if let Some(bits) = self.cache.get(&glob.identity()) {
            return Ok(Rc::clone(bits));
        }
        let mut bits = vec![0; words];
        for index in self.tree.matching(glob, tree_budget)? {
            bits[index / 64] |= 1 << (index % 64);
        }
        let bits = Rc::new(bits);
        self.cache.insert(glob.identity(), Rc::clone(&bits));
        Ok(bits)
    }
}
