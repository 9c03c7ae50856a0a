//! Lanes that hold so much that they leave little to those beside them.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::tree::{Tree, TreeBudget};
use crate::glob::{self, Budget, Glob, Undecided};
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, Lanes};
use crate::overlap::Overlap;
use crate::path::RepoPath;
use crate::plan::order::Order;

/// How much work it is worth to count the files of wide lanes: a few seconds of it.
pub(super) const MOST: usize = 1_000_000_000;

/// From how many files on it is told that a lane holds more than half of them.
const MANY: usize = 20;

/// How many of the tasks that run beside a broad lane are told.
const TOLD: usize = 3;

/// A lane that holds too much for what runs beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadLane {
    /// The place of its task.
    pub task: TaskId,
    /// In what way it is broad.
    pub reach: Reach,
    /// The first tasks that may write and run beside it.
    pub beside: Vec<TaskId>,
    /// Whether there are more of them.
    pub more: bool,
}

/// In what way a lane is broad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It holds what is below a folder of the root whatever the folder is called, by its glob at
    /// this place or, where there is none, by several together.
    AnyFolder(Option<GlobId>),
    /// It holds more than half of the existing files.
    Files {
        /// How many it holds.
        held: usize,
        /// How many there are.
        all: usize,
    },
}

/// The broad lanes of a plan.
#[derive(Debug, Default)]
pub struct BroadLanes {
    /// In the order of their tasks.
    pub broad: Vec<BroadLane>,
    /// The tasks of which it could not be decided, since a bound on work was reached.
    pub undecided: Vec<TaskId>,
}

impl BroadLanes {
    /// Where the files are not known, there are none to count.
    pub(super) fn new(
        lanes: &Lanes,
        order: &Order,
        overlaps: &[Overlap],
        tree: Option<&Tree<'_>>,
        work: TreeBudget,
    ) -> BroadLanes {
        let overlapping = overlaps.iter().flat_map(|overlap| [overlap.tasks.0, overlap.tasks.1]);
        let mut judge = Judge {
            lanes,
            order,
            overlapping: overlapping.collect(),
            everywhere: HashMap::new(),
            counter: tree.map(|tree| Counter { tree, known: HashMap::new() }),
            work,
            budget: Budget::default(),
        };
        let mut broad_lanes = BroadLanes::default();
        for task in lanes.ids() {
            match judge.broad(task) {
                Ok(None) => {}
                Ok(Some(broad)) => broad_lanes.broad.push(broad),
                Err(Undecided) => broad_lanes.undecided.push(task),
            }
        }
        broad_lanes
    }
}

struct Judge<'l, 't, 'a> {
    lanes: &'l Lanes,
    order: &'l Order,
    /// The tasks that have an overlap with a concurrent one.
    overlapping: HashSet<TaskId>,
    /// Whether a glob alone holds what is below any folder, by its identity.
    everywhere: HashMap<usize, bool>,
    counter: Option<Counter<'t, 'a>>,
    work: TreeBudget,
    budget: Budget,
}

impl Judge<'_, '_, '_> {
    fn broad(&mut self, task: TaskId) -> Result<Option<BroadLane>, Undecided> {
        let lane = self.lanes.of(task);
        let most = self.counter.as_ref().is_some_and(|counter| counter.may_hold_most(lane));
        if !most && !lane.globs().iter().any(is_nameless) {
            return Ok(None);
        }
        let mut others = self.beside(task);
        let beside: Vec<TaskId> = others.by_ref().take(TOLD).collect();
        let more = others.next().is_some();
        drop(others);
        if beside.is_empty() {
            return Ok(None);
        }
        let reach = match (self.any_folder(lane)?, &mut self.counter) {
            (None, Some(counter)) if most => counter.held(lane, &mut self.work)?,
            (reach, _) => reach,
        };
        let Some(reach) = reach else { return Ok(None) };
        let spared = self.is_border_drawn(task)?;
        Ok((!spared).then_some(BroadLane { task, reach, beside, more }))
    }

    /// The concurrent tasks that may write at all.
    fn beside(&self, task: TaskId) -> impl Iterator<Item = TaskId> {
        let writes = |other: &TaskId| !self.lanes.of(*other).globs().is_empty();
        self.lanes.ids().filter(writes).filter(move |&other| self.order.concurrent(task, other))
    }

    /// Whether a lane holds what is below a folder whatever its name, as far as its exclusions and
    /// what is protected leave any of it.
    fn any_folder(&mut self, lane: &Lane) -> Result<Option<Reach>, Undecided> {
        let globs: Vec<&Glob> = lane.globs().iter().filter(|glob| is_nameless(glob)).collect();
        if globs.is_empty() {
            return Ok(None);
        }
        let folder = unheard_of();
        let mut reach = None;
        for glob in &globs {
            let everywhere = match self.everywhere.get(&glob.identity()) {
                Some(&known) => known,
                None => holds(&[glob], &folder, &mut self.budget)?,
            };
            self.everywhere.insert(glob.identity(), everywhere);
            if everywhere {
                let place = lane.globs().position(|other| other == *glob);
                reach = Some(Reach::AnyFolder(place));
                break;
            }
        }
        if reach.is_none() && globs.len() > 1 && holds(&globs, &folder, &mut self.budget)? {
            reach = Some(Reach::AnyFolder(None));
        }
        let subtracted: Vec<&Glob> =
            lane.exclusions().iter().chain(&lane.common().protect).collect();
        let left = reach.is_some()
            && glob::below(&folder)
                .reaches_outside(&subtracted, &mut self.budget)
                .ok_or(Undecided)?;
        Ok(reach.filter(|_| left))
    }

    /// Whether the border of a broad lane is drawn on purpose.
    ///
    /// Its exclusions take out what belongs to a concurrent lane, and no overlap is left; or a
    /// concurrent lane excludes all that this one may write. So the parts of a partition are
    /// spared, such as `src/**` and, beside it, `**` less `src/**`, however many files each has.
    fn is_border_drawn(&mut self, task: TaskId) -> Result<bool, Undecided> {
        if self.overlapping.contains(&task) {
            return Ok(false);
        }
        let lane = self.lanes.of(task);
        let others: Vec<&Lane> = self.beside(task).map(|other| self.lanes.of(other)).collect();
        // What is protected belongs to nobody.
        let protect: Vec<&Glob> = lane.common().protect.iter().collect();
        for other in &others {
            for (exclusion, glob) in lane
                .exclusions()
                .iter()
                .flat_map(|exclusion| other.globs().iter().map(move |glob| (exclusion, glob)))
            {
                if self.work.meets(exclusion, glob, &protect, &mut self.budget)? {
                    return Ok(true);
                }
            }
        }
        for other in others.iter().filter(|other| !other.exclusions().is_empty()) {
            let subtracted: Vec<&Glob> = other.exclusions().iter().collect();
            let mut outside = false;
            for glob in lane.globs() {
                outside |= self.work.reaches_outside(glob, &subtracted, &mut self.budget)?;
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

/// Whether nothing of a glob's paths is spelt where they begin, end, or have their names.
fn is_nameless(glob: &Glob) -> bool {
    let literals = glob.literals();
    literals.prefix.is_empty() && literals.name.is_empty() && literals.suffix.is_empty()
}

/// Whether globs together hold everything below a folder.
fn holds(globs: &[&Glob], folder: &RepoPath, budget: &mut Budget) -> Result<bool, Undecided> {
    // Most globs without a name at either end lack one of these, and the question is answered.
    for inside in ["x", "x/x", "x/x/x"] {
        let Ok(path) = RepoPath::new(format!("{folder}/{inside}")) else { return Ok(false) };
        let mut held = false;
        for glob in globs {
            held = held || glob.is_match(&path)?;
        }
        if !held {
            return Ok(false);
        }
    }
    let outside = glob::below(folder).reaches_outside(globs, budget).ok_or(Undecided)?;
    Ok(!outside)
}

/// A folder of the root whose name no glob spells: what holds it holds all folders.
fn unheard_of() -> RepoPath {
    let name = [1; 32].to_vec();
    match RepoPath::new(name) {
        Ok(path) => path,
        Err(fault) => unreachable!("a name of 32 bytes: {fault}"),
    }
}

/// What a lane holds: its own globs and what is shared.
fn globs(lane: &Lane) -> impl Iterator<Item = &Glob> {
    let share = lane.common().share.iter().filter(|_| !lane.globs().is_empty());
    lane.globs().iter().chain(share)
}

/// Counts the files that lanes hold; each glob is held against the files once.
struct Counter<'t, 'a> {
    tree: &'t Tree<'a>,
    /// The files that a glob matches, by its identity: a bit for each.
    known: HashMap<usize, Rc<Vec<u64>>>,
}

impl Counter<'_, '_> {
    /// Whether a lane may hold more than half of many files, as far as that is seen at a glance.
    fn may_hold_most(&self, lane: &Lane) -> bool {
        let files = self.tree.files().len();
        // An index of a million names is made only where the beginnings leave the question open.
        let begin = || globs(lane).map(|glob| self.tree.beginning_with(glob.prefix()).len());
        let at_most = || globs(lane).map(|glob| self.tree.at_most(glob));
        files >= MANY && 2 * begin().sum::<usize>() > files && 2 * at_most().sum::<usize>() > files
    }

    /// Counts the files that a lane holds; nothing where they are no more than half.
    fn held(&mut self, lane: &Lane, work: &mut TreeBudget) -> Result<Option<Reach>, Undecided> {
        let all = self.tree.files().len();
        let mut held = vec![0u64; all.div_ceil(64)];
        for glob in globs(lane) {
            let matching = self.matching(glob, work)?;
            held.iter_mut().zip(&*matching).for_each(|(held, more)| *held |= more);
        }
        for glob in lane.exclusions().iter().chain(&lane.common().protect) {
            let matching = self.matching(glob, work)?;
            held.iter_mut().zip(&*matching).for_each(|(held, less)| *held &= !less);
        }
        let held: usize = held.iter().map(|word| word.count_ones() as usize).sum();
        Ok((2 * held > all).then_some(Reach::Files { held, all }))
    }

    fn matching(&mut self, glob: &Glob, work: &mut TreeBudget) -> Result<Rc<Vec<u64>>, Undecided> {
        let words = self.tree.files().len().div_ceil(64);
        work.spend(words)?;
        if let Some(known) = self.known.get(&glob.identity()) {
            return Ok(Rc::clone(known));
        }
        let mut bits = vec![0; words];
        for place in self.tree.matching(glob, work)? {
            bits[place / 64] |= 1 << (place % 64);
        }
        let bits = Rc::new(bits);
        self.known.insert(glob.identity(), Rc::clone(&bits));
        Ok(bits)
    }
}
