//! Lanes with two forms of one name: they intersect once letter case and Unicode form are ignored.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Clash, ClashKind, Clashes, MAX_PAIRS, subtracted};
use crate::fold;
use crate::glob::candidates::{self, Entry, for_each_candidate, for_each_candidate_between};
use crate::glob::{Budget, Glob};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::lane::{Common, Decision, Lane, LaneGlob, Lanes, MatchedBy, decide};
use crate::overlap::{Finder, Overlap, different_tasks};
use crate::path::RepoPath;

/// Finds the clashes between the lanes that `filter` accepts.
pub(super) fn find(lanes: &Lanes, filter: impl Fn(TaskId, TaskId) -> bool, clashes: &mut Clashes) {
    let Some(folded) = Folded::new(lanes) else { return };
    // Folding may change the order of the globs that it changes.
    let (changed, rest): (Vec<_>, Vec<_>) =
        lanes.globs().partition(|entry| folded.is_changed(entry.key));
    let mut changed: Vec<_> =
        changed.into_iter().map(|entry| folded.lanes.entry(entry.key)).collect();
    candidates::sort(&mut changed);
    let mut finder = Finder::new(&folded.lanes, MAX_PAIRS);
    let filter =
        |one: LaneGlob, other: LaneGlob| different_tasks(one, other) && filter(one.0, other.0);
    let mut check = |one: Entry<'_, LaneGlob>, other: Entry<'_, LaneGlob>| {
        let (left, right) =
            if one.key < other.key { (one.key, other.key) } else { (other.key, one.key) };
        finder.check(folded.lanes.entry(left), folded.lanes.entry(right))
    };
    let flow = for_each_candidate(&changed, filter, &mut check);
    if flow.is_continue() {
        let _stopped = for_each_candidate_between(&changed, &rest, filter, &mut check);
    }
    let mut budget = Budget::default();
    for Overlap { tasks, shared, .. } in finder.overlaps(&[]) {
        if let Some(&(left, right)) = shared.undecided.first() {
            clashes.undecided.push(vec![(tasks.0, left), (tasks.1, right)]);
        }
        let (Some(path), Some(&globs)) = (shared.witness, shared.pairs.first()) else { continue };
        let mut form = |task, glob| form_in(lanes.of(task), glob, &path, &mut budget);
        let paths = match (form(tasks.0, globs.0), form(tasks.1, globs.1)) {
            (Some(one), Some(other)) => [one, other],
            _ => [path.clone(), path],
        };
        clashes.found.push(Clash { kind: ClashKind::Form, tasks, globs, paths });
    }
}

/// A path of the lane that folds to `folded`, if one of its usual spellings does.
fn form_in(lane: &Lane, glob: GlobId, folded: &RepoPath, budget: &mut Budget) -> Option<RepoPath> {
    if matches!(lane.matched_by(folded), Ok(Some(MatchedBy::Glob(_)))) {
        return Some(folded.clone());
    }
    let forms = fold::variants(folded)?;
    match decide(&lane.globs()[glob], &forms, &subtracted(lane), budget) {
        Decision::Overlap(proof) => Some(proof.1.clone()),
        Decision::Disjoint | Decision::Undecided => None,
    }
}

/// Lanes with folded globs.
struct Folded<'a> {
    original: &'a Lanes,
    lanes: Lanes,
    /// Whether folding may shrink what is subtracted: from all lanes, and from each lane.
    may_lose: (bool, IndexVec<TaskId, bool>),
}

impl<'a> Folded<'a> {
    /// Folds the globs of all lanes; `None` if that changes nothing.
    fn new(original: &'a Lanes) -> Option<Folded<'a>> {
        let common = original.common()?;
        // Keep equal texts one glob, so that they are decided once.
        let mut cache: HashMap<usize, Glob> = HashMap::new();
        let mut any_changed = false;
        let mut fold = |globs: &[Glob]| -> Vec<Glob> {
            let fold = |glob: &Glob| {
                let folded = fold::glob(glob);
                if folded.identity() == glob.identity() {
                    return folded;
                }
                any_changed = true;
                cache.entry(glob.identity()).or_insert(folded).clone()
            };
            globs.iter().map(fold).collect()
        };
        let (share, mut protect) = (fold(&common.share), fold(&common.protect));
        let lanes: Vec<[Vec<Glob>; 2]> = original
            .ids()
            .map(|task| original.of(task))
            .map(|lane| [fold(lane.globs()), fold(lane.exclusions())])
            .collect();
        if !any_changed {
            return None;
        }
        // Wildcards still match capitals, but no folded path contains any.
        protect.extend(Glob::parse("{**/,}*[A-Z]*{/**,}"));
        let folded = Arc::new(Common { share, protect });
        let lanes = lanes
            .into_iter()
            .map(|[globs, exclusions]| Lane::new(globs, exclusions, Arc::clone(&folded)));
        let lose = |globs: &[Glob]| globs.iter().any(fold::may_lose_paths);
        let may_lose = (
            lose(&common.share) || lose(&common.protect),
            original.ids().map(|task| lose(original.of(task).exclusions())).collect(),
        );
        Some(Folded { original, lanes: Lanes::new(lanes.collect()), may_lose })
    }

    /// Whether a glob has to be compared again: it was folded, or less is subtracted from it.
    fn is_changed(&self, (task, index): LaneGlob) -> bool {
        let glob = |lanes: &Lanes| lanes.of(task).globs()[index].identity();
        self.may_lose.0 || self.may_lose.1[task] || glob(self.original) != glob(&self.lanes)
    }
}
