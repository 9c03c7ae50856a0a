//! A lane: the set of paths that a task may write.

mod below;
mod difference;
mod matched;
pub mod redundant;

use std::sync::{Arc, OnceLock};

use crate::glob::candidates::{self, Entry};
use crate::glob::index::GlobIndex;
use crate::glob::{Budget, Glob, Intersection, Undecided, Witness};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::path::RepoPath;
pub use below::OthersBelow;
pub(crate) use below::{first_difference, names_folder};
pub(crate) use difference::first_outside;

/// The globs of a plan that affect all lanes.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// Paths that every task with a non-empty lane may write.
    pub share: Vec<Glob>,
    /// Paths that no task may write.
    pub protect: Vec<Glob>,
}

/// The union of its globs and the plan's `share`, minus its exclusions and the plan's `protect`.
///
/// A lane without globs is empty and does not get `share`.
#[derive(Clone, Debug)]
pub struct Lane {
    globs: IndexVec<GlobId, Glob>,
    exclusions: Vec<Glob>,
    common: Arc<Common>,
}

/// Why a lane contains a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchedBy {
    /// One of the lane's own globs.
    Glob(GlobId),
    /// The plan's `share`.
    Share,
}

/// Which globs of two lanes have a path in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneIntersection {
    /// All pairs of globs with a common path, first that of the witness, then in plan order.
    pub pairs: Vec<(GlobId, GlobId)>,
    /// The first common path, in the order of docs/globs.md. `None` if there are no pairs.
    pub witness: Option<RepoPath>,
    /// The pairs for which the work limit was reached.
    pub undecided: Vec<(GlobId, GlobId)>,
}

impl Lane {
    /// A lane with these globs and exclusions.
    #[must_use]
    pub fn new(globs: Vec<Glob>, exclusions: Vec<Glob>, common: Arc<Common>) -> Lane {
        Lane { globs: globs.into(), exclusions, common }
    }

    /// Another lane of the same plan.
    #[must_use]
    pub fn with_globs(&self, [globs, exclusions]: [Vec<Glob>; 2]) -> Lane {
        Lane::new(globs, exclusions, Arc::clone(&self.common))
    }

    /// The lane's own globs, without `share`.
    #[must_use]
    pub fn globs(&self) -> &IndexVec<GlobId, Glob> {
        &self.globs
    }

    /// Why the lane contains a path, or `None` if it does not.
    ///
    /// # Errors
    /// [`Undecided`] if the automaton of a glob would be too large.
    pub fn matched_by(&self, path: &RepoPath) -> Result<Option<MatchedBy>, Undecided> {
        if self.globs.is_empty() || any(&self.exclusions, path)? || any(&self.common.protect, path)?
        {
            return Ok(None);
        }
        for (id, glob) in self.globs.enumerated() {
            if glob.is_match(path)? {
                return Ok(Some(MatchedBy::Glob(id)));
            }
        }
        Ok(any(&self.common.share, path)?.then_some(MatchedBy::Share))
    }

    /// Intersects two lanes outside of `share`, for the given pairs of globs.
    ///
    /// For all lanes of a plan at once, use [`crate::overlap`].
    #[must_use]
    pub fn intersection(
        &self,
        other: &Lane,
        pairs: impl IntoIterator<Item = (GlobId, GlobId)>,
    ) -> LaneIntersection {
        self.intersection_outside(other, pairs, &[])
    }

    /// Like [`Lane::intersection`], also outside of `others`.
    #[must_use]
    pub fn intersection_outside(
        &self,
        other: &Lane,
        pairs: impl IntoIterator<Item = (GlobId, GlobId)>,
        others: &[Glob],
    ) -> LaneIntersection {
        let subtracted: Vec<&Glob> = self
            .exclusions
            .iter()
            .chain(&other.exclusions)
            .chain(&self.common.protect)
            .chain(&self.common.share)
            .chain(others)
            .collect();
        let mut budget = Budget::default();
        let decide = |(left, right): (GlobId, GlobId)| {
            let (one, other) = (&self.globs[left], &other.globs[right]);
            ((left, right), decide(one, other, &subtracted, &mut budget))
        };
        pairs.into_iter().map(decide).collect()
    }

    pub(crate) fn exclusions(&self) -> &[Glob] {
        &self.exclusions
    }

    pub(crate) fn common(&self) -> &Common {
        &self.common
    }

    /// Whether no path of the lane's own globs is left, ignoring `share`; `None` if the budget runs
    /// out.
    #[must_use]
    pub fn is_vacant(&self, budget: &mut Budget) -> Option<bool> {
        let subtracted: Vec<&Glob> = self.exclusions.iter().chain(&self.common.protect).collect();
        let mut undecided = false;
        for glob in &self.globs {
            match glob.reaches_outside(&subtracted, budget) {
                Some(true) => return Some(false),
                Some(false) => {}
                None => undecided = true,
            }
        }
        (!undecided).then_some(true)
    }

    /// Whether one of the lane's globs matches only protected paths; `None` if the budget runs out.
    #[must_use]
    pub fn is_protected(&self, glob: GlobId, budget: &mut Budget) -> Option<bool> {
        self.common.protects(&self.globs[glob], budget)
    }
}

impl Common {
    fn protects(&self, glob: &Glob, budget: &mut Budget) -> Option<bool> {
        let protect: Vec<&Glob> = self.protect.iter().collect();
        let outside = glob.reaches_outside(&protect, budget)?;
        // A glob that matches nothing is not protected.
        Some(!outside && glob.reaches_outside(&[], budget)?)
    }
}

/// Whether two globs overlap outside of the subtracted ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Disjoint,
    /// They do, and this is the first common path.
    Overlap(Arc<(Witness, RepoPath)>),
    /// The work limit was reached.
    Undecided,
}

/// Decides whether two globs overlap outside of `subtracted`.
///
/// `globset` has to confirm the witness. It does in all tests; if it ever did not, the answer would
/// be `Undecided`, not a false claim.
pub(crate) fn decide(
    left: &Glob,
    right: &Glob,
    subtracted: &[&Glob],
    budget: &mut Budget,
) -> Decision {
    let witness = match left.intersection(right, subtracted, budget) {
        Intersection::Disjoint => return Decision::Disjoint,
        Intersection::GaveUp => return Decision::Undecided,
        Intersection::At(witness) => witness,
    };
    match RepoPath::new(witness.path.as_slice()) {
        Ok(path)
            if left.globset_matches(&path)
                && right.globset_matches(&path)
                && !subtracted.iter().any(|glob| glob.globset_matches(&path)) =>
        {
            Decision::Overlap(Arc::new((witness, path)))
        }
        _ => Decision::Undecided,
    }
}

impl FromIterator<((GlobId, GlobId), Decision)> for LaneIntersection {
    /// Collects the decisions about pairs of globs.
    fn from_iter<I: IntoIterator<Item = ((GlobId, GlobId), Decision)>>(
        pairs: I,
    ) -> LaneIntersection {
        let mut shared = LaneIntersection::default();
        let mut first: Option<Arc<(Witness, RepoPath)>> = None;
        for (pair, decision) in pairs {
            match decision {
                Decision::Disjoint => {}
                Decision::Undecided => shared.undecided.push(pair),
                Decision::Overlap(proof)
                    if first.as_ref().is_none_or(|first| proof.0 < first.0) =>
                {
                    first = Some(proof);
                    shared.pairs.insert(0, pair);
                }
                Decision::Overlap(_) => shared.pairs.push(pair),
            }
        }
        shared.witness = first.map(|proof| proof.1.clone());
        // All but the first are in plan order.
        if let Some(rest) = shared.pairs.get_mut(1..) {
            rest.sort_unstable();
        }
        shared
    }
}

fn any(globs: &[Glob], path: &RepoPath) -> Result<bool, Undecided> {
    for glob in globs {
        if glob.is_match(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All lanes of a plan, indexed.
#[derive(Debug)]
pub struct Lanes {
    lanes: IndexVec<TaskId, Lane>,
    index: OnceLock<GlobIndex<TaskId>>,
    by_prefix: OnceLock<Vec<LaneGlob>>,
}

/// A glob of a lane.
pub(crate) type LaneGlob = (TaskId, GlobId);

impl Lanes {
    /// Takes one lane per task.
    #[must_use]
    pub fn new(lanes: IndexVec<TaskId, Lane>) -> Lanes {
        Lanes { lanes, index: OnceLock::new(), by_prefix: OnceLock::new() }
    }

    fn indexed(&self) -> GlobIndex<TaskId> {
        let mut index = GlobIndex::default();
        for (task, lane) in self.lanes.enumerated() {
            let share = lane.common.share.iter().filter(|_| !lane.globs.is_empty());
            lane.globs.iter().chain(share).for_each(|glob| index.insert(glob, task));
        }
        index
    }

    /// The lane of a task.
    #[must_use]
    pub fn of(&self, task: TaskId) -> &Lane {
        &self.lanes[task]
    }

    /// All tasks, in plan order.
    pub fn ids(
        &self,
    ) -> impl DoubleEndedIterator<Item = TaskId> + ExactSizeIterator + Clone + use<> {
        self.lanes.ids()
    }

    /// The plan's `share` and `protect`, or `None` if there are no lanes.
    #[must_use]
    pub fn common(&self) -> Option<&Common> {
        self.lanes.first().map(Lane::common)
    }

    /// Whether the plan has no tasks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// The globs of all lanes, as [`candidates::sort`] sorts them.
    pub(crate) fn globs(&self) -> impl Iterator<Item = Entry<'_, LaneGlob>> {
        self.by_prefix().iter().map(|&key| self.entry(key))
    }

    fn by_prefix(&self) -> &[LaneGlob] {
        self.by_prefix.get_or_init(|| {
            let of_lane =
                |(task, lane): (TaskId, &'_ Lane)| lane.globs.ids().map(move |glob| (task, glob));
            let all = self.lanes.enumerated().flat_map(of_lane);
            let mut entries: Vec<_> = all.map(|key| self.entry(key)).collect();
            candidates::sort(&mut entries);
            entries.into_iter().map(|entry| entry.key).collect()
        })
    }

    pub(crate) fn entry(&self, key: LaneGlob) -> Entry<'_, LaneGlob> {
        Entry::new(&self.lanes[key.0].globs[key.1], key)
    }

    /// Whether `share` matches a path.
    #[must_use]
    pub fn is_shared(&self, path: &RepoPath) -> bool {
        self.common().is_some_and(|common| any(&common.share, path) == Ok(true))
    }

    /// Whether `protect` matches a path.
    ///
    /// # Errors
    /// [`Undecided`] if the automaton of a glob would be too large.
    pub fn is_protected(&self, path: &RepoPath) -> Result<bool, Undecided> {
        self.common().map_or(Ok(false), |common| any(&common.protect, path))
    }

    /// For each glob of `share`, whether it matches only protected paths; `None` if the budget runs
    /// out.
    #[must_use]
    pub fn protected_shares(&self, budget: &mut Budget) -> Vec<Option<bool>> {
        let Some(common) = self.common() else { return Vec::new() };
        common.share.iter().map(|glob| common.protects(glob, budget)).collect()
    }

    /// The tasks that may write a path, in plan order.
    ///
    /// # Errors
    /// [`Undecided`] if the automaton of a glob would be too large.
    pub fn owners(&self, path: &RepoPath) -> Result<Vec<TaskId>, Undecided> {
        let mut owners = Vec::new();
        for task in self.candidates(path) {
            if self.lanes[task].matched_by(path)?.is_some() {
                owners.push(task);
            }
        }
        Ok(owners)
    }

    /// A superset of [`Lanes::owners`], found without matching the globs.
    pub(crate) fn candidates(&self, path: &RepoPath) -> Vec<TaskId> {
        self.index.get_or_init(|| self.indexed()).candidates(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::nth;

    fn globs(texts: &[&str]) -> Vec<Glob> {
        texts.iter().map(|text| Glob::parse(text).unwrap()).collect()
    }

    pub(super) fn lane(
        texts: &[&str],
        exclusions: &[&str],
        share: &[&str],
        protect: &[&str],
    ) -> Lane {
        let common = Arc::new(Common { share: globs(share), protect: globs(protect) });
        Lane::new(globs(texts), globs(exclusions), common)
    }

    #[test]
    fn globs_share_exclusions_and_protect() {
        let lane = lane(&["src/**"], &["src/gen/**"], &["CHANGELOG.md"], &["**/secret"]);
        for (path, matched_by) in [
            ("src/a", Some(MatchedBy::Glob(GlobId::from(0)))),
            ("src/gen/a", None),
            ("src/secret", None),
            ("CHANGELOG.md", Some(MatchedBy::Share)),
            ("docs/a", None),
        ] {
            assert_eq!(lane.matched_by(&path.parse().unwrap()), Ok(matched_by), "{path}");
        }
    }

    #[test]
    fn no_globs_means_no_share() {
        let path = "CHANGELOG.md".parse().unwrap();
        assert_eq!(lane(&[], &[], &["CHANGELOG.md"], &[]).matched_by(&path), Ok(None));
        assert_eq!(lane(&[], &["x"], &["CHANGELOG.md"], &[]).matched_by(&path), Ok(None));
    }

    #[test]
    fn intersection_outside_share() {
        let common = Arc::new(Common { share: globs(&["x/log"]), protect: globs(&["x/p"]) });
        let lane = |texts: &[&str], exclusions: &[&str]| {
            Lane::new(globs(texts), globs(exclusions), Arc::clone(&common))
        };
        let [first, second] = [0, 1].map(GlobId::from);
        let all = [(first, first), (first, second), (second, first), (second, second)];
        let (a, b) = (lane(&["x/{log,p}", "y/*b"], &[]), lane(&["x/**", "y/a*"], &[]));
        let shared = a.intersection(&b, all);
        assert_eq!(shared.pairs, [(second, second)]);
        assert_eq!(shared.witness, Some("y/ab".parse().unwrap()));
        let shared = a.intersection(&lane(&["x/**", "y/a*"], &["y/a*"]), all);
        assert_eq!(shared, LaneIntersection::default());
        let shared = lane(&["**", "q/*"], &[]).intersection(&lane(&["q/**", "w"], &[]), all);
        assert_eq!(shared.witness, Some("w".parse().unwrap()));
        assert_eq!(shared.pairs, [(first, second), (first, first), (second, first)]);
    }

    #[test]
    fn owners_of_paths() {
        let lanes = vec![
            lane(&["src/**"], &["src/x"], &["log"], &[]),
            lane(&[], &[], &["log"], &[]),
            lane(&["**/x", "src/x"], &[], &["log"], &[]),
        ];
        let lanes = Lanes::new(lanes.into());
        let owners = |path: &str| lanes.owners(&path.parse().unwrap()).unwrap();
        assert_eq!(owners("src/a"), [nth(0)]);
        assert_eq!(owners("src/x"), [nth(2)]);
        assert_eq!(owners("src/y/x"), [0, 2].map(nth));
        assert_eq!(owners("log"), [0, 2].map(nth));
        assert_eq!(owners("docs/a"), []);
    }
}
