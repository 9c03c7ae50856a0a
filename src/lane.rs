//! A lane: the set of paths that a task may write.

mod below;
mod matched;
pub mod redundant;
mod same;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::glob::candidates::{self, Entry};
use crate::glob::{Budget, Glob, Intersection, Undecided, Witness};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::path::RepoPath;
pub use below::OthersBelow;
pub(crate) use below::{first_unlike, names_folder};

/// What a plan says for all lanes at once.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// What every task that may write at all may write.
    pub share: Vec<Glob>,
    /// What no task may write.
    pub protect: Vec<Glob>,
}

/// The union of its globs and of what is shared, less its exclusions and what is protected.
///
/// A lane without globs is empty, whatever is shared.
#[derive(Clone, Debug)]
pub struct Lane {
    globs: IndexVec<GlobId, Glob>,
    exclusions: Vec<Glob>,
    common: Arc<Common>,
}

/// Why a lane holds a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchedBy {
    /// By this glob of its own.
    Glob(GlobId),
    /// By what is shared.
    Share,
}

/// What could be found out about the paths that are in two sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// The two globs, one of either side, of every pair with a path in common; the
    /// pair that proves it best comes first.
    pub pairs: Vec<(GlobId, GlobId)>,
    /// The first path in common, by the order of the contract. There is one just when there is a
    /// pair.
    pub witness: Option<RepoPath>,
    /// The pairs of which nothing is known, since a bound on work was reached.
    pub undecided: Vec<(GlobId, GlobId)>,
}

impl Lane {
    /// The lane of a task with these globs, less these exclusions.
    #[must_use]
    pub fn new(globs: Vec<Glob>, exclusions: Vec<Glob>, common: Arc<Common>) -> Lane {
        Lane { globs: globs.into(), exclusions, common }
    }

    /// The lane of other globs, less other exclusions, in the same plan.
    #[must_use]
    pub fn beside(&self, [globs, exclusions]: [Vec<Glob>; 2]) -> Lane {
        Lane::new(globs, exclusions, Arc::clone(&self.common))
    }

    /// The lane's own globs.
    #[must_use]
    pub fn globs(&self) -> &IndexVec<GlobId, Glob> {
        &self.globs
    }

    /// Why the lane holds the path; nothing where it does not.
    ///
    /// # Errors
    /// [`Undecided`] where a glob is too large to be built.
    pub fn matched_by(&self, path: &RepoPath) -> Result<Option<MatchedBy>, Undecided> {
        if self.globs.is_empty() || any(&self.exclusions, path)? || any(&self.common.protect, path)?
        {
            return Ok(None);
        }
        for (place, glob) in self.globs.enumerated() {
            if glob.is_match(path)? {
                return Ok(Some(MatchedBy::Glob(place)));
            }
        }
        Ok(any(&self.common.share, path)?.then_some(MatchedBy::Share))
    }

    /// The paths that are in both lanes and not shared, for the given pairs of globs.
    ///
    /// Each pair is decided by itself: [`crate::overlap`] gives the same answers for all lanes of a
    /// plan at once.
    #[must_use]
    pub fn intersection(
        &self,
        other: &Lane,
        pairs: impl IntoIterator<Item = (GlobId, GlobId)>,
    ) -> Shared {
        self.intersection_outside(other, pairs, &[])
    }

    /// As [`Lane::intersection`], of the paths that are in none of `others` either.
    #[must_use]
    pub fn intersection_outside(
        &self,
        other: &Lane,
        pairs: impl IntoIterator<Item = (GlobId, GlobId)>,
        others: &[Glob],
    ) -> Shared {
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

    /// What is taken from this lane alone.
    pub(crate) fn exclusions(&self) -> &[Glob] {
        &self.exclusions
    }

    /// What all lanes have in common.
    pub(crate) fn common(&self) -> &Common {
        &self.common
    }

    /// Whether the lane's own globs leave it no path, what is shared aside; nothing where a bound
    /// on work was reached.
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

    /// Whether one of the lane's globs names only protected paths; nothing where a bound on work
    /// was reached.
    #[must_use]
    pub fn is_protected(&self, glob: GlobId, budget: &mut Budget) -> Option<bool> {
        self.common.protects(&self.globs[glob], budget)
    }
}

impl Common {
    /// Whether a glob names only protected paths; nothing where a bound on work was reached.
    fn protects(&self, glob: &Glob, budget: &mut Budget) -> Option<bool> {
        let protect: Vec<&Glob> = self.protect.iter().collect();
        let outside = glob.reaches_outside(&protect, budget)?;
        // A glob of no path at all names no protected one.
        Some(!outside && glob.reaches_outside(&[], budget)?)
    }
}

/// What is known of two globs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// They share no path outside of what is taken away.
    Apart,
    /// They share this path, which is the first that they do.
    Meet(Arc<(Witness, RepoPath)>),
    /// A bound on work was reached.
    Undecided,
}

/// Decides whether two globs meet outside of others.
///
/// `globset`'s own matcher has to find the witness where it is said to be. It always has in every
/// test; should it ever not, the answer is 'undecided' and not a claim.
pub(crate) fn decide(
    left: &Glob,
    right: &Glob,
    subtracted: &[&Glob],
    budget: &mut Budget,
) -> Decision {
    let witness = match left.intersection(right, subtracted, budget) {
        Intersection::Disjoint => return Decision::Apart,
        Intersection::GaveUp => return Decision::Undecided,
        Intersection::At(witness) => witness,
    };
    match RepoPath::new(witness.path.as_slice()) {
        Ok(path)
            if left.globset_matches(&path)
                && right.globset_matches(&path)
                && !subtracted.iter().any(|glob| glob.globset_matches(&path)) =>
        {
            Decision::Meet(Arc::new((witness, path)))
        }
        _ => Decision::Undecided,
    }
}

impl FromIterator<((GlobId, GlobId), Decision)> for Shared {
    /// Puts together what is known of pairs of globs, in the order of the plan.
    fn from_iter<I: IntoIterator<Item = ((GlobId, GlobId), Decision)>>(pairs: I) -> Shared {
        let mut shared = Shared::default();
        let mut first: Option<Arc<(Witness, RepoPath)>> = None;
        for (pair, decision) in pairs {
            match decision {
                Decision::Apart => {}
                Decision::Undecided => shared.undecided.push(pair),
                Decision::Meet(proof) if first.as_ref().is_none_or(|first| proof.0 < first.0) => {
                    first = Some(proof);
                    shared.pairs.insert(0, pair);
                }
                Decision::Meet(_) => shared.pairs.push(pair),
            }
        }
        shared.witness = first.map(|proof| proof.1.clone());
        // All but the first keep the order of the plan.
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

/// All lanes of a plan, with what is needed to ask them at once.
#[derive(Debug)]
pub struct Lanes {
    lanes: IndexVec<TaskId, Lane>,
    index: OnceLock<Index>,
    by_beginning: OnceLock<Vec<LaneGlob>>,
}

/// A glob of a lane.
pub(crate) type LaneGlob = (TaskId, GlobId);

/// The tasks by what all paths of one of their globs begin with, and by what the last component of
/// those paths begins with.
///
/// A path is looked up by each beginning that some glob has, so that the globs which cannot match
/// it are never asked.
#[derive(Debug, Default)]
struct Index(Beginnings<Beginnings<Vec<TaskId>>>);

/// Values by beginnings.
#[derive(Debug)]
struct Beginnings<T> {
    values: HashMap<Vec<u8>, T>,
    /// How long the beginnings are, in ascending order.
    lengths: Vec<usize>,
}

impl<T> Default for Beginnings<T> {
    fn default() -> Beginnings<T> {
        Beginnings { values: HashMap::new(), lengths: Vec::new() }
    }
}

impl<T: Default> Beginnings<T> {
    fn entry(&mut self, beginning: &[u8]) -> &mut T {
        if let Err(place) = self.lengths.binary_search(&beginning.len()) {
            self.lengths.insert(place, beginning.len());
        }
        self.values.entry(beginning.to_vec()).or_default()
    }

    /// The values of all beginnings of some bytes.
    fn of<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = &'a T> {
        let fitting = self.lengths.iter().take_while(|&&length| length <= bytes.len());
        fitting.filter_map(|&length| self.values.get(&bytes[..length]))
    }
}

impl Index {
    fn new(lanes: &IndexVec<TaskId, Lane>) -> Index {
        let mut index = Index::default();
        for (task, lane) in lanes.enumerated() {
            let share = lane.common.share.iter().filter(|_| !lane.globs.is_empty());
            for glob in lane.globs.iter().chain(share) {
                let literals = glob.literals();
                let tasks = index.0.entry(literals.prefix).entry(literals.name);
                if tasks.last() != Some(&task) {
                    tasks.push(task);
                }
            }
        }
        index
    }

    /// The tasks whose lanes may hold a path, each once, in the order of the plan.
    fn candidates(&self, path: &RepoPath) -> Vec<TaskId> {
        let by_name = self.0.of(path.as_bytes()).flat_map(|names| names.of(path.name()));
        let mut tasks: Vec<TaskId> = by_name.flatten().copied().collect();
        tasks.sort_unstable();
        tasks.dedup();
        tasks
    }
}

impl Lanes {
    /// Takes the lanes in the order of their tasks.
    #[must_use]
    pub fn new(lanes: IndexVec<TaskId, Lane>) -> Lanes {
        Lanes { lanes, index: OnceLock::new(), by_beginning: OnceLock::new() }
    }

    /// The lane of a task.
    #[must_use]
    pub fn of(&self, task: TaskId) -> &Lane {
        &self.lanes[task]
    }

    /// The tasks.
    pub fn ids(
        &self,
    ) -> impl DoubleEndedIterator<Item = TaskId> + ExactSizeIterator + Clone + use<> {
        self.lanes.ids()
    }

    /// What all lanes have in common; nothing where there are none.
    #[must_use]
    pub fn common(&self) -> Option<&Common> {
        self.lanes.first().map(Lane::common)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// The globs of all lanes, in the order of their beginnings.
    pub(crate) fn globs(&self) -> impl Iterator<Item = Entry<'_, LaneGlob>> {
        self.by_beginning().iter().map(|&of| self.entry(of))
    }

    fn by_beginning(&self) -> &[LaneGlob] {
        self.by_beginning.get_or_init(|| {
            let of_lane =
                |(task, lane): (TaskId, &'_ Lane)| lane.globs.ids().map(move |glob| (task, glob));
            let all = self.lanes.enumerated().flat_map(of_lane);
            let mut entries: Vec<_> = all.map(|of| self.entry(of)).collect();
            candidates::sort(&mut entries);
            entries.into_iter().map(|entry| entry.of).collect()
        })
    }

    /// A glob of a lane.
    pub(crate) fn entry(&self, of: LaneGlob) -> Entry<'_, LaneGlob> {
        Entry::new(&self.lanes[of.0].globs[of.1], of)
    }

    /// Whether a path is among what every task that may write at all may write.
    #[must_use]
    pub fn is_shared(&self, path: &RepoPath) -> bool {
        self.common().is_some_and(|common| any(&common.share, path) == Ok(true))
    }

    /// Whether no task may write a path, since it is protected.
    ///
    /// # Errors
    /// [`Undecided`] where a glob is too large to be built.
    pub fn is_protected(&self, path: &RepoPath) -> Result<bool, Undecided> {
        self.common().map_or(Ok(false), |common| any(&common.protect, path))
    }

    /// For each glob that is shared, whether it names only protected paths; nothing where a bound
    /// on work was reached.
    #[must_use]
    pub fn protected_shares(&self, budget: &mut Budget) -> Vec<Option<bool>> {
        let Some(common) = self.common() else { return Vec::new() };
        common.share.iter().map(|glob| common.protects(glob, budget)).collect()
    }

    /// The tasks that may write a path, in the order of the plan.
    ///
    /// # Errors
    /// [`Undecided`] where a glob is too large to be built.
    pub fn owners(&self, path: &RepoPath) -> Result<Vec<TaskId>, Undecided> {
        let mut owners = Vec::new();
        for task in self.candidates(path) {
            if self.lanes[task].matched_by(path)?.is_some() {
                owners.push(task);
            }
        }
        Ok(owners)
    }

    /// The tasks of which it is not seen at a glance that they may not write a path.
    pub(crate) fn candidates(&self, path: &RepoPath) -> Vec<TaskId> {
        self.index.get_or_init(|| Index::new(&self.lanes)).candidates(path)
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
    fn a_lane_is_its_globs_and_the_shared_less_exclusions_and_protected() {
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
    fn a_lane_without_globs_is_empty_whatever_is_shared() {
        let path = "CHANGELOG.md".parse().unwrap();
        assert_eq!(lane(&[], &[], &["CHANGELOG.md"], &[]).matched_by(&path), Ok(None));
        assert_eq!(lane(&[], &["x"], &["CHANGELOG.md"], &[]).matched_by(&path), Ok(None));
    }

    #[test]
    fn lanes_meet_outside_of_what_is_shared() {
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
        assert_eq!(shared, Shared::default());
        let shared = lane(&["**", "q/*"], &[]).intersection(&lane(&["q/**", "w"], &[]), all);
        assert_eq!(shared.witness, Some("w".parse().unwrap()));
        assert_eq!(shared.pairs, [(first, second), (first, first), (second, first)]);
    }

    #[test]
    fn owners_are_the_tasks_whose_lanes_hold_the_path() {
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
