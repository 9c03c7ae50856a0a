//! What is known of a plan before its tasks start.

use std::sync::OnceLock;

use crate::failure::Failure;
use crate::glob::{Budget, Glob, Intersection};
use crate::index::{IndexVec, TaskId};
use crate::lane::Lanes;
use crate::lane::redundant::{Entry, Redundancy, redundancy};
use crate::overlap::{self, Clashes, Hazards, Overlap};
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{GlobEntry, Plan, Task};
use crate::plan_vs_files::broad_lanes::BroadLanes;
use crate::plan_vs_files::companions::Companions;
use crate::plan_vs_files::typos::Typos;
use crate::plan_vs_files::{self, Tree};

/// What is known of a plan, and of the files that exist beside it.
#[derive(Debug)]
pub struct PlanFacts<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its lanes.
    pub lanes: &'a Lanes,
    /// Who may run beside whom.
    pub order: &'a Order,
    /// Why the files that exist may not all be known.
    pub gaps: Vec<Failure>,
    files: &'a [RepoPath],
    pub(crate) overlaps: OnceLock<Vec<Overlap>>,
    clashes: OnceLock<Clashes>,
    hazards: OnceLock<Hazards>,
    extents: OnceLock<Extents>,
    redundancies: OnceLock<IndexVec<TaskId, Redundancy>>,
    tree: OnceLock<Option<Tree<'a>>>,
    pub(crate) typos: OnceLock<Typos>,
    pub(crate) broad_lanes: OnceLock<BroadLanes>,
    pub(crate) companions: OnceLock<Companions>,
}

/// What is left of each lane by itself, whatever the others are; `None` where that is undecided.
#[derive(Debug)]
pub struct Extents {
    /// For each task, whether its globs leave it no path.
    pub vacant: IndexVec<TaskId, Option<bool>>,
    /// For each task and each of its globs, whether it names only protected paths.
    pub protected: IndexVec<TaskId, Vec<Option<bool>>>,
    /// For each sound glob that is shared, whether it names only protected paths.
    pub protected_shares: Vec<Option<bool>>,
}

impl<'a> PlanFacts<'a> {
    /// The facts of a plan. `files` are those that exist, in byte order, and `gaps` say why that may
    /// not be all of them.
    #[must_use]
    pub fn new(
        plan: &'a Plan,
        lanes: &'a Lanes,
        order: &'a Order,
        files: &'a [RepoPath],
        gaps: Vec<Failure>,
    ) -> PlanFacts<'a> {
        PlanFacts {
            plan,
            lanes,
            order,
            gaps,
            files,
            overlaps: OnceLock::new(),
            clashes: OnceLock::new(),
            hazards: OnceLock::new(),
            extents: OnceLock::new(),
            redundancies: OnceLock::new(),
            tree: OnceLock::new(),
            typos: OnceLock::new(),
            broad_lanes: OnceLock::new(),
            companions: OnceLock::new(),
        }
    }

    /// How many files exist.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// The lanes of concurrent tasks that share a path, by the tasks.
    pub fn overlaps(&self) -> &[Overlap] {
        self.overlaps.get_or_init(|| overlap::overlaps(self.lanes, self.order, self.files))
    }

    /// The overlaps alone, by value.
    #[must_use]
    pub fn into_overlaps(self) -> Vec<Overlap> {
        self.overlaps();
        self.overlaps.into_inner().unwrap_or_default()
    }

    /// The lanes that share no path and hold some that cannot stand together.
    pub fn clashes(&self) -> &Clashes {
        self.clashes.get_or_init(|| overlap::clashes(self.lanes, self.order, self.overlaps()))
    }

    /// What tasks read and concurrent ones may write.
    pub fn hazards(&self) -> &Hazards {
        let find = || overlap::hazards(self.plan, self.lanes, self.order, self.files);
        self.hazards.get_or_init(find)
    }

    /// What is left of each lane by itself.
    pub fn extents(&self) -> &Extents {
        self.extents.get_or_init(|| Extents::new(self.lanes))
    }

    /// For each task, which of its sound globs and exclusions change nothing.
    ///
    /// A vacant lane has none, and a glob of protected paths is not one: other rules report those.
    pub fn redundancies(&self) -> &IndexVec<TaskId, Redundancy> {
        self.redundancies.get_or_init(|| {
            let mut budget = Budget::default();
            let share = self.lanes.common().map_or(&[][..], |common| &common.share);
            let Extents { vacant, protected, .. } = self.extents();
            let tasks = self.plan.tasks.iter().zip(vacant).zip(protected);
            let of_task = |((task, vacant), protected): ((&Task, &_), &Vec<_>)| {
                let entries = asked_entries(task, protected);
                match *vacant == Some(true) || entries.len() < 2 {
                    true => Redundancy::default(),
                    false => redundancy(&entries, share, &mut budget),
                }
            };
            tasks.map(of_task).collect()
        })
    }

    /// The globs that match no file by a slip.
    pub fn typos(&self) -> &Typos {
        self.typos.get_or_init(|| plan_vs_files::typos(self.plan, self.tree()))
    }

    /// The lanes that hold too much.
    pub fn broad_lanes(&self) -> &BroadLanes {
        self.broad_lanes.get_or_init(|| {
            plan_vs_files::broad_lanes(self.lanes, self.order, self.overlaps(), self.tree())
        })
    }

    /// The companions that lanes lack.
    pub fn companions(&self) -> &Companions {
        self.companions
            .get_or_init(|| plan_vs_files::companions(self.plan, self.lanes, self.tree()))
    }

    /// The files that exist; `None` where they are not all known, for then nobody can say what does
    /// not exist.
    fn tree(&self) -> Option<&Tree<'a>> {
        self.tree.get_or_init(|| self.gaps.is_empty().then(|| Tree::new(self.files))).as_ref()
    }

    /// Whether an exclusion of a lane may take paths of a glob: it may be there for them alone, and
    /// without the glob it would be in the way of nothing.
    pub(crate) fn is_cut(&self, task: TaskId, glob: &Glob) -> bool {
        let mut budget = Budget::default();
        let mut exclusions = self.lanes.of(task).exclusions().iter();
        exclusions.any(|exclusion| {
            exclusion.intersection(glob, &[], &mut budget) != Intersection::Disjoint
        })
    }
}

impl Extents {
    fn new(lanes: &Lanes) -> Extents {
        let mut budget = Budget::default();
        let tasks = lanes.ids();
        let vacant = tasks.clone().map(|task| lanes.of(task).is_vacant(&mut budget)).collect();
        let protected = tasks
            .map(|task| {
                let lane = lanes.of(task);
                lane.globs().ids().map(|glob| lane.is_protected(glob, &mut budget)).collect()
            })
            .collect();
        let protected_shares = lanes.protected_shares(&mut budget);
        Extents { vacant, protected, protected_shares }
    }
}

/// The sound globs and exclusions of a task, of which those are asked about that no other rule
/// reports.
fn asked_entries<'t>(task: &'t Task, protected: &[Option<bool>]) -> Vec<Entry<'t>> {
    let mut protected = protected.iter();
    let entry = |(entry, glob): (&'t GlobEntry, &'t Glob)| {
        let negated = entry.negated;
        let asked = match negated {
            // What it takes away may be the paths of a glob that is invalid.
            true => !task.unknown,
            false => protected.next() != Some(&Some(true)),
        };
        Entry { negated, glob, asked }
    };
    task.sound_entries().map(entry).collect()
}
