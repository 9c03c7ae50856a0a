//! Facts about a plan before its tasks start.

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
use crate::plan_vs_files::literal_brackets::LiteralBrackets;
use crate::plan_vs_files::typos::Typos;
use crate::plan_vs_files::{self, Tree};
use crate::plan_vs_plan::{PlanDiff, plan_diff};

/// The facts about a plan and the existing files.
#[derive(Debug)]
pub struct PlanFacts<'a> {
    /// The plan that is checked.
    pub plan: &'a Plan,
    /// The lanes of the plan.
    pub lanes: &'a Lanes,
    /// Which tasks are concurrent.
    pub order: &'a Order,
    /// The version of the plan that it is compared with.
    pub earlier: Option<&'a Plan>,
    /// Why the list of existing files may be incomplete.
    pub gaps: Vec<Failure>,
    files: &'a [RepoPath],
    pub(crate) overlaps: OnceLock<Vec<Overlap>>,
    clashes: OnceLock<Clashes>,
    hazards: OnceLock<Hazards>,
    lane_facts: OnceLock<LaneFacts>,
    redundancies: OnceLock<IndexVec<TaskId, Redundancy>>,
    tree: OnceLock<Option<Tree<'a>>>,
    pub(crate) typos: OnceLock<Typos>,
    pub(crate) broad_lanes: OnceLock<BroadLanes>,
    pub(crate) companions: OnceLock<Companions>,
    diff: OnceLock<Option<PlanDiff>>,
}

/// Facts about single lanes; `None` means undecided.
#[derive(Debug)]
pub struct LaneFacts {
    /// For each task, whether no path is left to its globs.
    pub empty: IndexVec<TaskId, Option<bool>>,
    /// For each task and each of its globs, whether it matches only protected paths.
    pub protected: IndexVec<TaskId, Vec<Option<bool>>>,
    /// For each valid glob of `share`, whether it matches only protected paths.
    pub protected_shares: Vec<Option<bool>>,
}

impl<'a> PlanFacts<'a> {
    /// Computes nothing yet. `files` are the existing files, in byte order; `gaps` say why the list
    /// may be incomplete.
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
            earlier: None,
            gaps,
            files,
            overlaps: OnceLock::new(),
            clashes: OnceLock::new(),
            hazards: OnceLock::new(),
            lane_facts: OnceLock::new(),
            redundancies: OnceLock::new(),
            tree: OnceLock::new(),
            typos: OnceLock::new(),
            broad_lanes: OnceLock::new(),
            companions: OnceLock::new(),
            diff: OnceLock::new(),
        }
    }

    /// Sets the version of the plan to compare it with.
    #[must_use]
    pub fn with_earlier(self, earlier: Option<&'a Plan>) -> PlanFacts<'a> {
        PlanFacts { earlier, ..self }
    }

    /// How the plan differs from its earlier version, if there is one to compare it with.
    pub fn diff(&self) -> Option<&PlanDiff> {
        let compare = || self.earlier.map(|earlier| plan_diff(earlier, self.plan));
        self.diff.get_or_init(compare).as_ref()
    }

    /// The number of existing files.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// The concurrent tasks that may write the same path, in plan order.
    pub fn overlaps(&self) -> &[Overlap] {
        self.overlaps.get_or_init(|| overlap::overlaps(self.lanes, self.order, self.files))
    }

    /// As [`PlanFacts::overlaps`], by value.
    #[must_use]
    pub fn into_overlaps(self) -> Vec<Overlap> {
        self.overlaps();
        self.overlaps.into_inner().unwrap_or_default()
    }

    /// The lanes that share no path but contain paths that cannot coexist.
    pub fn clashes(&self) -> &Clashes {
        self.clashes.get_or_init(|| overlap::clashes(self.lanes, self.order, self.overlaps()))
    }

    /// The tasks that read what a concurrent task may write.
    pub fn hazards(&self) -> &Hazards {
        let find = || overlap::hazards(self.plan, self.lanes, self.order, self.files);
        self.hazards.get_or_init(find)
    }

    /// Facts about single lanes.
    pub fn lane_facts(&self) -> &LaneFacts {
        self.lane_facts.get_or_init(|| LaneFacts::new(self.lanes))
    }

    /// For each task, which of its valid globs and exclusions change nothing.
    ///
    /// Empty lanes and globs of protected paths are skipped: other rules report those.
    pub fn redundancies(&self) -> &IndexVec<TaskId, Redundancy> {
        self.redundancies.get_or_init(|| {
            let mut budget = Budget::default();
            let share = self.lanes.common().map_or(&[][..], |common| &common.share);
            let LaneFacts { empty, protected, .. } = self.lane_facts();
            let tasks = self.plan.tasks.iter().zip(empty).zip(protected);
            let of_task = |((task, empty), protected): ((&Task, &_), &Vec<_>)| {
                let entries = redundancy_entries(task, protected);
                match *empty == Some(true) || entries.len() < 2 {
                    true => Redundancy::default(),
                    false => redundancy(&entries, share, &mut budget),
                }
            };
            tasks.map(of_task).collect()
        })
    }

    /// The globs that match no file because of a typo.
    pub fn typos(&self) -> &Typos {
        self.typos.get_or_init(|| plan_vs_files::typos(self.plan, self.tree()))
    }

    /// The existing name that a glob spells out with its brackets, but does not match.
    #[must_use]
    pub fn literal_brackets(&self, glob: &Glob) -> Option<LiteralBrackets> {
        plan_vs_files::literal_brackets(glob, self.tree())
    }

    /// The lanes that cover too much.
    pub fn broad_lanes(&self) -> &BroadLanes {
        self.broad_lanes.get_or_init(|| {
            plan_vs_files::broad_lanes(self.lanes, self.order, self.overlaps(), self.tree())
        })
    }

    /// The companions missing from lanes.
    pub fn companions(&self) -> &Companions {
        self.companions
            .get_or_init(|| plan_vs_files::companions(self.plan, self.lanes, self.tree()))
    }

    /// The existing files; `None` if some may be missing, since then nothing is known not to exist.
    fn tree(&self) -> Option<&Tree<'a>> {
        self.tree.get_or_init(|| self.gaps.is_empty().then(|| Tree::new(self.files))).as_ref()
    }

    /// Whether an exclusion of a lane may subtract from a glob: removing the glob could then leave
    /// that exclusion without effect.
    pub(crate) fn is_cut(&self, task: TaskId, glob: &Glob) -> bool {
        let mut budget = Budget::default();
        let mut exclusions = self.lanes.of(task).exclusions().iter();
        exclusions.any(|exclusion| {
            exclusion.intersection(glob, &[], &mut budget) != Intersection::Disjoint
        })
    }
}

impl LaneFacts {
    fn new(lanes: &Lanes) -> LaneFacts {
        let mut budget = Budget::default();
        let tasks = lanes.ids();
        let empty = tasks.clone().map(|task| lanes.of(task).is_vacant(&mut budget)).collect();
        let protected = tasks
            .map(|task| {
                let lane = lanes.of(task);
                lane.globs().ids().map(|glob| lane.is_protected(glob, &mut budget)).collect()
            })
            .collect();
        let protected_shares = lanes.protected_shares(&mut budget);
        LaneFacts { empty, protected, protected_shares }
    }
}

/// The valid globs and exclusions of a task, without asking about those that other rules report.
fn redundancy_entries<'t>(task: &'t Task, protected: &[Option<bool>]) -> Vec<Entry<'t>> {
    let mut protected = protected.iter();
    let entry = |(entry, glob): (&'t GlobEntry, &'t Glob)| {
        let negated = entry.negated;
        let asked = match negated {
            // It may subtract from an invalid glob.
            true => !task.unknown,
            false => protected.next() != Some(&Some(true)),
        };
        Entry { negated, glob, asked }
    };
    task.sound_entries().map(entry).collect()
}
