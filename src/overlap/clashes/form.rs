//! Lanes that hold two forms of one name: they meet when letter case and Unicode form do not count.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Clash, ClashKind, Clashes, MOST_PAIRS, taken};
use crate::fold;
use crate::glob::candidates::{self, Entry, for_each_candidate, for_each_candidate_between};
use crate::glob::{Budget, Glob};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::lane::{Common, Decision, Lane, LaneGlob, Lanes, MatchedBy, decide};
use crate::overlap::{Finder, Overlap, of_two_tasks};
use crate::path::RepoPath;

/// Finds them among the lanes that are wanted.
pub(super) fn find(lanes: &Lanes, wanted: impl Fn(TaskId, TaskId) -> bool, clashes: &mut Clashes) {
    let Some(folded) = Folded::new(lanes) else { return };
    // What is not touched is in order already.
    let (touched, rest): (Vec<_>, Vec<_>) =
        lanes.globs().partition(|entry| folded.is_touched(entry.key));
    let mut touched: Vec<_> =
        touched.into_iter().map(|entry| folded.lanes.entry(entry.key)).collect();
    candidates::sort(&mut touched);
    let mut finder = Finder::new(&folded.lanes, MOST_PAIRS);
    let asked = |one: LaneGlob, other: LaneGlob| of_two_tasks(one, other) && wanted(one.0, other.0);
    let mut look = |one: Entry<'_, LaneGlob>, other: Entry<'_, LaneGlob>| {
        let (left, right) =
            if one.key < other.key { (one.key, other.key) } else { (other.key, one.key) };
        finder.look(folded.lanes.entry(left), folded.lanes.entry(right))
    };
    let ended = for_each_candidate(&touched, asked, &mut look);
    if ended.is_continue() {
        let _ended_or_told = for_each_candidate_between(&touched, &rest, asked, &mut look);
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
        clashes.found.push(Clash { discord: ClashKind::Form, tasks, globs, paths });
    }
}

/// The path of a lane that was folded into another, as far as it is one that people write.
fn form_in(lane: &Lane, glob: GlobId, folded: &RepoPath, budget: &mut Budget) -> Option<RepoPath> {
    if matches!(lane.matched_by(folded), Ok(Some(MatchedBy::Glob(_)))) {
        return Some(folded.clone());
    }
    let forms = fold::variants(folded)?;
    match decide(&lane.globs()[glob], &forms, &taken(lane), budget) {
        Decision::Overlap(proof) => Some(proof.1.clone()),
        Decision::Disjoint | Decision::Undecided => None,
    }
}

/// Lanes of which the globs are folded.
struct Folded<'a> {
    original: &'a Lanes,
    lanes: Lanes,
    /// Whether less is taken away when it is folded: from all lanes, and from each.
    loses: (bool, IndexVec<TaskId, bool>),
}

impl<'a> Folded<'a> {
    /// Folds lanes; nothing where that changes none.
    fn new(original: &'a Lanes) -> Option<Folded<'a>> {
        let common = original.common()?;
        // Equal texts stay one glob, so that they are decided once.
        let mut known: HashMap<usize, Glob> = HashMap::new();
        let mut changes = false;
        let mut fold = |globs: &[Glob]| -> Vec<Glob> {
            let fold = |glob: &Glob| {
                let folded = fold::glob(glob);
                if folded.identity() == glob.identity() {
                    return folded;
                }
                changes = true;
                known.entry(glob.identity()).or_insert(folded).clone()
            };
            globs.iter().map(fold).collect()
        };
        let (share, mut protect) = (fold(&common.share), fold(&common.protect));
        let lanes: Vec<[Vec<Glob>; 2]> = original
            .ids()
            .map(|task| original.of(task))
            .map(|lane| [fold(lane.globs()), fold(lane.exclusions())])
            .collect();
        if !changes {
            return None;
        }
        // A wildcard takes capitals still, but no folded path has any.
        protect.extend(Glob::parse("{**/,}*[A-Z]*{/**,}"));
        let folded = Arc::new(Common { share, protect });
        let lanes = lanes
            .into_iter()
            .map(|[globs, exclusions]| Lane::new(globs, exclusions, Arc::clone(&folded)));
        let lose = |globs: &[Glob]| globs.iter().any(fold::may_lose_paths);
        let loses = (
            lose(&common.share) || lose(&common.protect),
            original.ids().map(|task| lose(original.of(task).exclusions())).collect(),
        );
        Some(Folded { original, lanes: Lanes::new(lanes.collect()), loses })
    }

    /// Whether a glob has to be held against others again: it was folded, or less is taken from it.
    fn is_touched(&self, (task, place): LaneGlob) -> bool {
        let glob = |lanes: &Lanes| lanes.of(task).globs()[place].identity();
        self.loses.0 || self.loses.1[task] || glob(self.original) != glob(&self.lanes)
    }
}
