//! The first verb: which lanes meet.
//!
//! Two globs can only meet where one begins with all that the other begins with. Sorted by those
//! bytes, the globs that a glob can meet are its ancestors on the way and what follows it, so that
//! lanes which have nothing to do with each other are never compared.

use std::collections::BTreeMap;

use crate::lane::{Lanes, Shared};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// How many existing files of an overlap are told by name.
pub const SAMPLE: usize = 5;

/// Two concurrent tasks that may write the same path, or of which that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The places of the two tasks, the earlier in the plan first.
    pub tasks: (usize, usize),
    /// The pairs of globs that meet and the path that proves it; the path is an existing file
    /// wherever there is one in both lanes.
    pub shared: Shared,
    /// How many existing files are in both lanes and not shared.
    pub existing: usize,
    /// The first of them.
    pub sample: Vec<RepoPath>,
}

/// Finds all overlaps, in the order of their tasks.
///
/// `files` are those that exist, in byte order.
#[must_use]
pub fn overlaps(lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let mut held: Vec<Option<Vec<usize>>> = vec![None; lanes.len()];
    candidates(lanes, order)
        .into_iter()
        .filter_map(|(tasks, pairs)| {
            let shared = lanes.of(tasks.0).meet(lanes.of(tasks.1), pairs);
            if shared.pairs.is_empty() && shared.undecided.is_empty() {
                return None;
            }
            let mut overlap = Overlap { tasks, shared, existing: 0, sample: Vec::new() };
            if !overlap.shared.pairs.is_empty() {
                for task in [tasks.0, tasks.1] {
                    held[task].get_or_insert_with(|| held_files(lanes, task, files));
                }
                overlap.look_at_files(lanes, &held, files);
            }
            Some(overlap)
        })
        .collect()
}

/// The pairs of concurrent tasks with the pairs of their globs that may meet.
type Candidates = BTreeMap<(usize, usize), Vec<(usize, usize)>>;

fn candidates(lanes: &Lanes, order: &Order) -> Candidates {
    let mut globs: Vec<(&[u8], usize, usize)> = (0..lanes.len())
        .flat_map(|task| {
            let globs = lanes.of(task).globs().iter().enumerate();
            globs.map(move |(place, glob)| (glob.prefix(), task, place))
        })
        .collect();
    globs.sort_unstable();
    let mut candidates = Candidates::new();
    let mut ancestors: Vec<(&[u8], usize, usize)> = Vec::new();
    for glob in globs {
        while ancestors.last().is_some_and(|ancestor| !glob.0.starts_with(ancestor.0)) {
            ancestors.pop();
        }
        for ancestor in &ancestors {
            let (first, second) =
                if ancestor.1 < glob.1 { (ancestor, &glob) } else { (&glob, ancestor) };
            if order.concurrent(first.1, second.1) {
                candidates.entry((first.1, second.1)).or_default().push((first.2, second.2));
            }
        }
        ancestors.push(glob);
    }
    for pairs in candidates.values_mut() {
        pairs.sort_unstable();
    }
    candidates
}

/// The places of the existing files that a lane holds by its own globs.
fn held_files(lanes: &Lanes, task: usize, files: &[RepoPath]) -> Vec<usize> {
    use crate::lane::Holder;
    let lane = lanes.of(task);
    let mut held: Vec<usize> = lane
        .globs()
        .iter()
        .flat_map(|glob| {
            let prefix = glob.prefix();
            let start = files.partition_point(|file| file.as_bytes() < prefix);
            let end = files[start..].partition_point(|file| file.as_bytes().starts_with(prefix));
            start..start + end
        })
        .collect();
    held.sort_unstable();
    held.dedup();
    // A glob that cannot be built holds no file that anyone could name; the pair is undecided.
    held.retain(|&file| matches!(lane.holder(&files[file]), Ok(Some(Holder::Glob(_)))));
    held
}

impl Overlap {
    fn look_at_files(&mut self, lanes: &Lanes, held: &[Option<Vec<usize>>], files: &[RepoPath]) {
        let (Some(left), Some(right)) = (&held[self.tasks.0], &held[self.tasks.1]) else { return };
        let mut right = right.iter().peekable();
        for &file in left {
            while right.next_if(|&&other| other < file).is_some() {}
            if right.peek() == Some(&&file) && !lanes.is_shared(&files[file]) {
                self.existing += 1;
                if self.sample.len() < SAMPLE {
                    self.sample.push(files[file].clone());
                }
            }
        }
        let Some(first) = self.sample.first() else { return };
        let holds =
            |task: usize, place: usize| lanes.of(task).globs()[place].is_match(first) == Ok(true);
        let pair = self
            .shared
            .pairs
            .iter()
            .position(|&(left, right)| holds(self.tasks.0, left) && holds(self.tasks.1, right));
        // The pair that the file is in comes first; the others keep their order.
        if let Some(place) = pair {
            let pair = self.shared.pairs.remove(place);
            self.shared.pairs.sort_unstable();
            self.shared.pairs.insert(0, pair);
            self.shared.witness = Some(first.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Plan, PlanText, read};

    fn plan(text: &str) -> Plan {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        plan
    }

    fn found(text: &str, files: &[&str]) -> Vec<(String, String, String, usize)> {
        let plan = plan(text);
        let files: Vec<RepoPath> = files.iter().map(|file| file.parse().unwrap()).collect();
        overlaps(&plan.lanes(), &Order::new(&plan), &files)
            .into_iter()
            .map(|overlap| {
                assert_eq!(overlap.shared.undecided, []);
                let id = |task: usize| plan.tasks[task].id.value.clone();
                let witness = overlap.shared.witness.unwrap().to_string();
                (id(overlap.tasks.0), id(overlap.tasks.1), witness, overlap.existing)
            })
            .collect()
    }

    fn overlap(
        a: &str,
        b: &str,
        witness: &str,
        existing: usize,
    ) -> (String, String, String, usize) {
        (a.to_owned(), b.to_owned(), witness.to_owned(), existing)
    }

    #[test]
    fn concurrent_tasks_with_a_path_in_common_overlap() {
        let text = "tasks:\n  a: {write: src/**}\n  b: {write: '**/x.rs'}\n  c: {write: docs/**}\n  \
                    d: {write: '**', needs: [a, b, c]}\n  e: {write: []}\n";
        assert_eq!(
            found(text, &[]),
            [overlap("a", "b", "src/x.rs", 0), overlap("b", "c", "docs/x.rs", 0)]
        );
    }

    #[test]
    fn an_existing_file_is_the_witness_and_counted() {
        let text = "tasks:\n  a: {write: [z/*, 'src/**', '!src/0']}\n  b: {write: ['**/x', src/*, z/q]}\nshare: src/log\n";
        assert_eq!(
            found(text, &["README.md", "src/0", "src/a", "src/log", "src/y/x"]),
            [overlap("a", "b", "src/a", 2)]
        );
    }

    #[test]
    fn shared_and_protected_paths_are_no_overlap() {
        let text = "tasks:\n  a: {write: [log, p/x]}\n  b: {write: [log, p/*]}\nshare: log\nprotect: p/**\n";
        assert_eq!(found(text, &["log", "p/x"]), []);
    }

    #[test]
    fn every_pair_is_a_candidate_that_the_prefixes_allow() {
        let text = "tasks:\n  a: {write: [src/a, src/a/*, '**']}\n  b: {write: [src/*, src/a/b, src/a/b]}\n";
        let plan = plan(text);
        let candidates = candidates(&plan.lanes(), &Order::new(&plan));
        assert_eq!(candidates[&(0, 1)], [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]);
    }
}
