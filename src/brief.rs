//! What someone who works on a task needs to know about the plan.
//!
//! The neighbours of a task are the concurrent tasks whose lanes border on its own, in this order:
//!
//! 1. both may write some path, or that is undecided;
//! 2. one excludes paths that match a glob of the other;
//! 3. both have globs in the same folder, or in a folder and one below it, except at the root; the
//!    deeper the common folder, the nearer.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::glob::{Budget, Glob, Intersection};
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, Lanes};
use crate::overlap::overlaps_of;
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{GlobEntry, Plan};

/// What someone who works on a task needs to know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Brief<'p> {
    /// The plan of the task.
    pub plan: &'p Plan,
    /// The id of the task.
    pub task: TaskId,
    /// Whether the task has a lane.
    pub lane: LaneState,
    /// How many existing files the lane contains; `None` if that is unknown.
    pub files: Option<usize>,
    /// The neighbours, nearest first.
    pub neighbours: Vec<Neighbour<'p>>,
    /// The entries of the plan's `companions` whose left glob intersects the lane.
    pub companions: Vec<(&'p GlobEntry, &'p [GlobEntry])>,
    /// The tasks that are merged before this one starts.
    pub needs: Vec<TaskId>,
    /// The tasks that wait for this one to be merged.
    pub needed_by: Vec<TaskId>,
}

/// Whether a task has a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneState {
    /// It has globs.
    Some,
    /// It is deliberately empty.
    Empty,
    /// It is missing or invalid.
    Unknown,
}

/// A task with a neighbouring lane.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Neighbour<'p> {
    /// The id of the task.
    pub task: TaskId,
    /// Its nearest glob.
    pub entry: &'p GlobEntry,
    /// What makes it a neighbour.
    pub border: Border,
}

/// What makes two tasks neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Border {
    /// Both may write this path; `None` if that is undecided.
    Overlap(Option<RepoPath>),
    /// One excludes what the other writes.
    Exclusion,
    /// Both write below a common folder.
    Folder,
}

impl<'p> Brief<'p> {
    /// Collects the brief of a task. `files` are the existing files, in byte order; `None` if they
    /// are unknown.
    #[must_use]
    pub fn new(plan: &'p Plan, task: TaskId, files: Option<&[RepoPath]>) -> Brief<'p> {
        let this = &plan[task];
        let lane = if plan.is_lane_unknown(task) {
            LaneState::Unknown
        } else if this.is_review_only() {
            LaneState::Empty
        } else {
            LaneState::Some
        };
        let (lanes, order) = (plan.lanes(), Order::new(plan));
        let borders = Borders { plan, task, lanes: &lanes, order: &order };
        let is_written = |(one, _): &&(GlobEntry, Vec<GlobEntry>)| {
            one.glob.as_ref().is_ok_and(|glob| may_intersect(lanes.of(task), glob))
        };
        let companions = plan.companions.iter().filter(is_written);
        let mut needs = plan.needs();
        let needed_by = plan.tasks.ids().filter(|&other| needs[other].contains(&task)).collect();
        Brief {
            plan,
            task,
            lane,
            files: files.and_then(|files| count_files(plan, lanes.of(task), task, files)),
            neighbours: borders.neighbours(files.unwrap_or_default()),
            companions: companions.map(|(one, others)| (one, others.as_slice())).collect(),
            needs: std::mem::take(&mut needs[task]),
            needed_by,
        }
    }

    /// Whether the task's lane is known.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.lane != LaneState::Unknown
    }
}

/// How many of these files a lane contains; `None` if the lane is unknown or the work limit is
/// reached.
fn count_files(plan: &Plan, lane: &Lane, task: TaskId, files: &[RepoPath]) -> Option<usize> {
    if plan.is_lane_unknown(task) {
        return None;
    }
    files.iter().try_fold(0, |count, path| {
        let matched = lane.matched_by(path).ok()?;
        Some(count + usize::from(matched.is_some()))
    })
}

/// Whether a lane may contain a path that matches a glob.
fn may_intersect(lane: &Lane, glob: &Glob) -> bool {
    let subtracted: Vec<&Glob> = lane.exclusions().iter().chain(&lane.common().protect).collect();
    let mut budget = Budget::default();
    let is_disjoint = |own: &Glob, budget: &mut Budget| {
        matches!(own.intersection(glob, &subtracted, budget), Intersection::Disjoint)
    };
    lane.globs().iter().any(|own| !is_disjoint(own, &mut budget))
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

/// The first glob of `other` that intersects an exclusion of `own`; else the first one that is cut
/// by an exclusion of `other` that intersects a glob of `own`.
fn excluded(own: &Lane, other: &Lane, budget: &mut Budget) -> Option<GlobId> {
    let mut intersects = |one: &Glob, other: &Glob| {
        !matches!(one.intersection(other, &[], budget), Intersection::Disjoint)
    };
    let is_cut_by_own = |glob: &Glob, intersects: &mut dyn FnMut(&Glob, &Glob) -> bool| {
        own.exclusions().iter().any(|exclusion| intersects(glob, exclusion))
    };
    if let Some(glob) = other.globs().position(|glob| is_cut_by_own(glob, &mut intersects)) {
        return Some(glob);
    }
    let cuts_own = |exclusion: &Glob| own.globs().iter().any(|glob| intersects(glob, exclusion));
    let exclusion = other.exclusions().iter().position(cuts_own)?;
    // The first of its globs that the exclusion cuts.
    let exclusion = &other.exclusions()[exclusion];
    let first = other.globs().ids().next();
    other.globs().position(|glob| intersects(glob, exclusion)).or(first)
}

/// The folders in the literal prefixes of a lane's globs.
struct Folders<'a> {
    own: HashSet<&'a [u8]>,
    /// The folders above `own`.
    above: HashSet<&'a [u8]>,
}

impl<'a> Folders<'a> {
    fn new(lane: &'a Lane) -> Folders<'a> {
        let own: HashSet<&[u8]> = lane.globs().iter().filter_map(folder).collect();
        let above = own.iter().flat_map(|folder| ancestors(folder).skip(1)).collect();
        Folders { own, above }
    }

    /// The depth of the deepest folder that a glob has in common with these; 0 for the root.
    fn depth_in_common(&self, glob: &Glob) -> usize {
        let Some(folder) = folder(glob) else { return 0 };
        let depth = |folder: &[u8]| folder.split(|&byte| byte == b'/').count();
        if self.above.contains(folder) {
            return depth(folder);
        }
        ancestors(folder).find(|folder| self.own.contains(folder)).map_or(0, depth)
    }
}

/// The folder that contains all paths of a glob; `None` for the root.
fn folder(glob: &Glob) -> Option<&[u8]> {
    let slash = glob.prefix().iter().rposition(|&byte| byte == b'/')?;
    Some(&glob.prefix()[..slash])
}

/// A folder and those above it, except the root.
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

    /// The neighbours of the first task: id, nearest glob and border.
    fn neighbours(text: &str) -> Vec<String> {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, [], "{text}");
        let brief = Brief::new(&plan, nth(0), None);
        let lines = brief.neighbours.iter().map(|neighbour| {
            let border = match &neighbour.border {
                Border::Overlap(Some(path)) => path.to_string(),
                Border::Overlap(None) => "undecided".to_owned(),
                Border::Exclusion => "excluded".to_owned(),
                Border::Folder => "folder".to_owned(),
            };
            format!("{} {} {border}", plan[neighbour.task].id.value, neighbour.entry.text)
        });
        lines.collect()
    }

    #[test]
    fn neighbours_by_border() {
        for (write, others, expected) in [
            (
                "src/a/**",
                "b: {write: docs/**}, c: {write: src2/**}, d: {write: '**/x', needs: a}",
                &[][..],
            ),
            ("src/a/**", "b: {write: [docs/x, src/a/x]}", &["b src/a/x src/a/x"]),
            ("[src/**, '!src/gen/**']", "b: {write: [x, src/gen/**]}", &["b src/gen/** excluded"]),
            ("src/gen/**", "b: {write: [x, src/**, '!src/gen/**']}", &["b src/** excluded"]),
            // Nearest first, not in plan order.
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
    fn count_of_existing_files() {
        let files: Vec<RepoPath> =
            ["log", "p/x", "src/a", "src/b", "src/gen/x"].map(|path| path.parse().unwrap()).into();
        for (write, expected) in [
            ("[src/**, '!src/gen/**']", Some(3)),
            ("[p/**, src/a]", Some(2)),
            ("new/**", Some(1)),
            ("[]", Some(0)),
            ("[src/**, ./x]", None),
        ] {
            let text = format!("tasks: {{a: {{write: {write}}}}}\nshare: log\nprotect: p/**\n");
            let plan = read(vec![PlanText::new("lanes.yaml", text)]);
            assert_eq!(Brief::new(&plan, nth(0), Some(&files)).files, expected, "{write}");
            assert_eq!(Brief::new(&plan, nth(0), None).files, None);
        }
    }

    #[test]
    fn companions_of_the_lane() {
        let text = "tasks: {a: {write: ['src/*.proto', '!src/x.*']}}\ncompanions: {'**/*.proto': \
                    gen/**, src/x.proto: never, '*.proto': never}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let brief = Brief::new(&plan, nth(0), None);
        let files: Vec<&str> = brief.companions.iter().map(|(file, _)| &*file.text).collect();
        assert_eq!(files, ["**/*.proto"]);
    }
}
