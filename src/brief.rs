//! What the worker on a task has to know of the plan.
//!
//! The neighbours of a task are those that may run at the same time and whose lanes are near its
//! own. In this order:
//!
//! 1. both may write some path, or nobody could decide that;
//! 2. one of the two excludes what a glob of the other holds;
//! 3. globs of the two lie in the same folder, or one in a folder above the other's, the root aside:
//!    the deeper the folder that they have in common, the nearer.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::glob::{Budget, Glob, Intersection};
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, Lanes};
use crate::overlap::overlaps_of;
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{GlobEntry, Plan, Task};

/// What the worker on a task has to know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Brief<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// The place of the task in it.
    pub task: TaskId,
    /// What the task may write.
    pub lane: LaneIs,
    /// The neighbours, the nearest first.
    pub neighbours: Vec<Neighbour<'p>>,
    /// Which files the plan says are usually written together, where a glob of the task holds some
    /// of the ones: the ones, and the others.
    pub companions: Vec<(&'p GlobEntry, &'p [GlobEntry])>,
    /// The tasks that are merged before this one starts.
    pub needs: Vec<TaskId>,
    /// The tasks that start when this one is merged.
    pub needed_by: Vec<TaskId>,
}

/// What a task may write, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneIs {
    /// Some paths.
    Some,
    /// Nothing, on purpose.
    Empty,
    /// Nobody knows: the plan does not say, or could not be understood.
    Unknown,
}

/// A task at the border.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Neighbour<'p> {
    /// The place of the task in the plan.
    pub task: TaskId,
    /// Its glob that is nearest.
    pub entry: &'p GlobEntry,
    /// What makes it a neighbour.
    pub border: Border,
}

/// What makes two tasks neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Border {
    /// Both may write this path; nothing where nobody could decide that.
    Overlap(Option<RepoPath>),
    /// One of the two excludes what the other writes.
    Exclusion,
    /// They write below a common folder.
    Folder,
}

impl<'p> Brief<'p> {
    /// Puts together what the worker on a task has to know. `files` are those that exist, in byte
    /// order.
    #[must_use]
    pub fn new(plan: &'p Plan, task: TaskId, files: &[RepoPath]) -> Brief<'p> {
        let this = &plan[task];
        let lane = if plan.is_lane_unknown(task) {
            LaneIs::Unknown
        } else if this.is_review_only() {
            LaneIs::Empty
        } else {
            LaneIs::Some
        };
        let (lanes, order) = (plan.lanes(), Order::new(plan));
        let borders = Borders { plan, task, lanes: &lanes, order: &order };
        let writes_some = |(one, _): &&(GlobEntry, Vec<GlobEntry>)| {
            one.glob.as_ref().is_ok_and(|glob| may_intersect(lanes.of(task), glob))
        };
        let companions = plan.companions.iter().filter(writes_some);
        let needs_this = |other: &Task| other.needs.iter().any(|need| need.value == task);
        let all = plan.tasks.ids();
        Brief {
            plan,
            task,
            lane,
            neighbours: borders.neighbours(files),
            companions: companions.map(|(one, others)| (one, others.as_slice())).collect(),
            needs: this.needs.iter().map(|need| need.value).collect(),
            needed_by: all.filter(|&other| needs_this(&plan[other])).collect(),
        }
    }

    /// Whether nothing about the task's lane is left open.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.lane != LaneIs::Unknown
    }
}

/// Whether a lane holds some path of a glob, or may.
fn may_intersect(lane: &Lane, glob: &Glob) -> bool {
    let subtracted: Vec<&Glob> = lane.exclusions().iter().chain(&lane.common().protect).collect();
    let mut budget = Budget::default();
    let apart = |own: &Glob, budget: &mut Budget| {
        matches!(own.intersection(glob, &subtracted, budget), Intersection::Disjoint)
    };
    lane.globs().iter().any(|own| !apart(own, &mut budget))
}

struct Borders<'p, 'a> {
    plan: &'p Plan,
    task: TaskId,
    lanes: &'a Lanes,
    order: &'a Order,
}

impl<'p> Borders<'p, '_> {
    fn neighbours(&self, files: &[RepoPath]) -> Vec<Neighbour<'p>> {
        let own = self.lanes.of(self.task);
        let mut found: Vec<Neighbour<'p>> = Vec::new();
        for overlap in overlaps_of(self.task, self.lanes, self.order, files) {
            let first = |(task, glob)| if task == self.task { None } else { Some((task, glob)) };
            let pairs = overlap.shared.pairs.iter().chain(&overlap.shared.undecided);
            let other = pairs.take(1).find_map(|&(left, right)| {
                first((overlap.tasks.0, left)).or_else(|| first((overlap.tasks.1, right)))
            });
            let Some((task, glob)) = other else { continue };
            let border = Border::Overlap(overlap.shared.witness);
            found.extend(self.neighbour(task, glob, border));
        }
        let overlapping: HashSet<TaskId> = found.iter().map(|neighbour| neighbour.task).collect();
        let others = self.lanes.ids().filter(|&other| {
            self.order.concurrent(self.task, other) && !overlapping.contains(&other)
        });
        let folders = Folders::new(own);
        let mut budget = Budget::default();
        let mut in_folder: Vec<(usize, Neighbour<'p>)> = Vec::new();
        for other in others {
            let lane = self.lanes.of(other);
            if let Some(glob) = excluded(own, lane, &mut budget) {
                found.extend(self.neighbour(other, glob, Border::Exclusion));
                continue;
            }
            let globs = lane.globs().enumerated();
            let depths = globs.map(|(id, glob)| (id, folders.depth_in_common(glob)));
            let nearest = depths.max_by_key(|&(glob, depth)| (depth, Reverse(glob)));
            if let Some((glob, depth)) = nearest.filter(|&(_, depth)| depth > 0) {
                let neighbour = self.neighbour(other, glob, Border::Folder);
                in_folder.extend(neighbour.map(|neighbour| (depth, neighbour)));
            }
        }
        in_folder.sort_by_key(|(depth, _)| Reverse(*depth));
        found.extend(in_folder.into_iter().map(|(_, neighbour)| neighbour));
        found
    }

    fn neighbour(&self, task: TaskId, glob: GlobId, border: Border) -> Option<Neighbour<'p>> {
        let entry = *self.plan.globs(task).find(glob)?;
        Some(Neighbour { task, entry, border })
    }
}

/// The first glob of another lane of which one of the two excludes something that the other's glob
/// holds.
fn excluded(own: &Lane, other: &Lane, budget: &mut Budget) -> Option<GlobId> {
    let mut meets = |one: &Glob, other: &Glob| {
        !matches!(one.intersection(other, &[], budget), Intersection::Disjoint)
    };
    let by_own = |glob: &Glob, meets: &mut dyn FnMut(&Glob, &Glob) -> bool| {
        own.exclusions().iter().any(|exclusion| meets(glob, exclusion))
    };
    if let Some(glob) = other.globs().position(|glob| by_own(glob, &mut meets)) {
        return Some(glob);
    }
    let by_other = |exclusion: &Glob| own.globs().iter().any(|glob| meets(glob, exclusion));
    let exclusion = other.exclusions().iter().position(by_other)?;
    // Of its globs, the first from which the exclusion takes something.
    let exclusion = &other.exclusions()[exclusion];
    let first = other.globs().ids().next();
    other.globs().position(|glob| meets(glob, exclusion)).or(first)
}

/// The folders in which all paths of a lane's globs lie, as far as their literal beginnings say.
struct Folders<'a> {
    own: HashSet<&'a [u8]>,
    /// Those above them.
    above: HashSet<&'a [u8]>,
}

impl<'a> Folders<'a> {
    fn new(lane: &'a Lane) -> Folders<'a> {
        let own: HashSet<&[u8]> = lane.globs().iter().filter_map(folder).collect();
        let above = own.iter().flat_map(|folder| ancestors(folder).skip(1)).collect();
        Folders { own, above }
    }

    /// How deep the folder is that a glob has in common with these.
    fn depth_in_common(&self, glob: &Glob) -> usize {
        let Some(folder) = folder(glob) else { return 0 };
        let depth = |folder: &[u8]| folder.split(|&byte| byte == b'/').count();
        if self.above.contains(folder) {
            return depth(folder);
        }
        ancestors(folder).find(|folder| self.own.contains(folder)).map_or(0, depth)
    }
}

/// The folder in which all paths of a glob lie; nothing for the root.
fn folder(glob: &Glob) -> Option<&[u8]> {
    let slash = glob.prefix().iter().rposition(|&byte| byte == b'/')?;
    Some(&glob.prefix()[..slash])
}

/// A folder and those above it, the root aside.
fn ancestors(folder: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(folder), |folder| {
        let slash = folder.iter().rposition(|&byte| byte == b'/')?;
        Some(&folder[..slash])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::nth;
    use crate::plan::{PlanText, read};

    /// The neighbours of the first task: id, nearest glob and why.
    fn neighbours(text: &str) -> Vec<String> {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, [], "{text}");
        let brief = Brief::new(&plan, nth(0), &[]);
        let told = brief.neighbours.iter().map(|neighbour| {
            let why = match &neighbour.border {
                Border::Overlap(Some(path)) => path.to_string(),
                Border::Overlap(None) => "undecided".to_owned(),
                Border::Exclusion => "excluded".to_owned(),
                Border::Folder => "folder".to_owned(),
            };
            format!("{} {} {why}", plan[neighbour.task].id.value, neighbour.entry.text)
        });
        told.collect()
    }

    #[test]
    fn neighbours_are_those_whose_lanes_are_near() {
        for (write, others, expected) in [
            (
                "src/a/**",
                "b: {write: docs/**}, c: {write: src2/**}, d: {write: '**/x', needs: a}",
                &[][..],
            ),
            ("src/a/**", "b: {write: [docs/x, src/a/x]}", &["b src/a/x src/a/x"]),
            ("[src/**, '!src/gen/**']", "b: {write: [x, src/gen/**]}", &["b src/gen/** excluded"]),
            ("src/gen/**", "b: {write: [x, src/**, '!src/gen/**']}", &["b src/** excluded"]),
            // The nearer first, in whatever order they stand.
            (
                "src/a/one.rs",
                "b: {write: src/x.rs}, c: {write: [q, src/a/two.rs]}, d: {write: src/a/deep/**}, e: \
                 {write: other/x}, f: {write: README.md}",
                &["c src/a/two.rs folder", "d src/a/deep/** folder", "b src/x.rs folder"],
            ),
            ("README.md", "b: {write: Makefile}, c: {write: []}", &[]),
        ] {
            let text = format!("tasks: {{a: {{write: {write}}}, {others}}}\n");
            assert_eq!(neighbours(&text), expected, "{text}");
        }
    }

    #[test]
    fn companions_are_told_where_the_lane_holds_the_one() {
        let text = "tasks: {a: {write: ['src/*.proto', '!src/x.*']}}\ncompanions: {'**/*.proto': \
                    gen/**, src/x.proto: never, '*.proto': never}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let brief = Brief::new(&plan, nth(0), &[]);
        let ones: Vec<&str> = brief.companions.iter().map(|(one, _)| &*one.text).collect();
        assert_eq!(ones, ["**/*.proto"]);
    }
}
