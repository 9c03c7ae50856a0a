//! Which tasks may run concurrently.

use super::Plan;
use crate::index::{IndexVec, TaskId};

/// The partial order of tasks defined by `needs` and `wave`.
#[derive(Debug)]
pub struct Order {
    /// A number for each task, higher than those of its predecessors.
    rank: IndexVec<TaskId, usize>,
    /// For each task, a bit set of its predecessors' ranks.
    after: IndexVec<TaskId, Vec<u64>>,
    cycles: Vec<Vec<TaskId>>,
}

impl Order {
    /// The order of a plan's tasks. Edges on a cycle are ignored.
    #[must_use]
    pub fn new(plan: &Plan) -> Order {
        let mut needs: IndexVec<TaskId, Vec<TaskId>> = plan
            .tasks
            .iter()
            .map(|task| task.needs.iter().map(|need| need.value).collect())
            .collect();
        // Between two waves stands a node that needs the earlier one and that the later one needs:
        // an edge for each pair of tasks could be millions.
        let waves = plan.waves();
        for pair in waves.windows(2) {
            let barrier = TaskId::from(needs.len());
            for &task in &pair[1] {
                needs[task].push(barrier);
            }
            needs.push(pair[0].clone());
        }
        let mut order = Order::from_needs(&needs);
        let is_task = |task: &TaskId| plan.tasks.find(*task).is_some();
        for cycle in &mut order.cycles {
            cycle.retain(is_task);
        }
        order
    }

    /// The order of tasks, given the direct `needs` of each.
    #[must_use]
    pub fn from_needs(needs: &IndexVec<TaskId, Vec<TaskId>>) -> Order {
        let (component_of, components) = components(needs);
        let mut rank: IndexVec<TaskId, usize> = vec![0; needs.len()].into();
        for (index, &task) in components.iter().flatten().enumerate() {
            rank[task] = index;
        }
        let mut after: IndexVec<TaskId, Vec<u64>> = vec![Vec::new(); needs.len()].into();
        // Components are in topological order, so the predecessors of each need are complete.
        for component in &components {
            for &task in component {
                let mut before: Vec<u64> = Vec::new();
                for &need in &needs[task] {
                    if component_of[need] != component_of[task] {
                        before.resize(rank[task] / 64 + 1, 0);
                        before[rank[need] / 64] |= 1 << (rank[need] % 64);
                        for (word, more) in before.iter_mut().zip(&after[need]) {
                            *word |= more;
                        }
                    }
                }
                after[task] = before;
            }
        }
        let mut cycles: Vec<Vec<TaskId>> = components
            .into_iter()
            .filter(|tasks| tasks.len() > 1 || needs[tasks[0]].contains(&tasks[0]))
            .map(|tasks| shortest_cycle(needs, &tasks))
            .collect();
        cycles.sort_unstable();
        Order { rank, after, cycles }
    }

    /// Whether `task` needs `other`, directly or transitively.
    #[must_use]
    pub fn comes_after(&self, task: TaskId, other: TaskId) -> bool {
        let other = self.rank[other];
        self.after[task].get(other / 64).is_some_and(|word| word & (1 << (other % 64)) != 0)
    }

    /// The number of predecessors of a task. Sorting by rank puts needs first.
    #[must_use]
    pub fn rank(&self, task: TaskId) -> usize {
        self.after[task].iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether neither task needs the other.
    #[must_use]
    pub fn concurrent(&self, one: TaskId, other: TaskId) -> bool {
        one != other && !self.comes_after(one, other) && !self.comes_after(other, one)
    }

    /// One cycle per strongly connected component, starting at its first task in the plan. Each
    /// task needs the next, and the last needs the first.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<TaskId>] {
        &self.cycles
    }
}

/// The strongly connected components in topological order, needs first.
///
/// Tarjan's algorithm with an explicit stack: a chain of needs may be of any length.
fn components(
    needs: &IndexVec<TaskId, Vec<TaskId>>,
) -> (IndexVec<TaskId, usize>, Vec<Vec<TaskId>>) {
    const UNSEEN: usize = usize::MAX;
    let mut index: IndexVec<TaskId, usize> = vec![UNSEEN; needs.len()].into();
    let mut low = index.clone();
    let mut component_of = index.clone();
    let mut components = Vec::new();
    let mut open = Vec::new();
    let mut seen = 0;
    for root in needs.ids() {
        if index[root] != UNSEEN {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((task, next)) = path.last_mut() {
            let task = *task;
            if *next == 0 {
                index[task] = seen;
                low[task] = seen;
                seen += 1;
                open.push(task);
            }
            if let Some(&need) = needs[task].get(*next) {
                *next += 1;
                if index[need] == UNSEEN {
                    path.push((need, 0));
                } else if component_of[need] == UNSEEN {
                    low[task] = low[task].min(index[need]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[task]);
            }
            if low[task] == index[task] {
                let start = open.iter().rposition(|&other| other == task).unwrap_or(0);
                let mut component = open.split_off(start);
                component.sort_unstable();
                for &member in &component {
                    component_of[member] = components.len();
                }
                components.push(component);
            }
        }
    }
    (component_of, components)
}

/// A shortest cycle through the first task of a strongly connected component.
fn shortest_cycle(needs: &IndexVec<TaskId, Vec<TaskId>>, tasks: &[TaskId]) -> Vec<TaskId> {
    let first = tasks[0];
    let mut came_from = std::collections::HashMap::new();
    let mut waiting = std::collections::VecDeque::from([first]);
    while let Some(task) = waiting.pop_front() {
        for &need in &needs[task] {
            if need == first {
                let mut cycle = vec![task];
                while let Some(&before) = came_from.get(&cycle[cycle.len() - 1]) {
                    cycle.push(before);
                }
                cycle.reverse();
                return cycle;
            }
            if tasks.binary_search(&need).is_ok() && !came_from.contains_key(&need) {
                came_from.insert(need, task);
                waiting.push_back(need);
            }
        }
    }
    tasks.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::nth;
    use crate::plan::{PlanText, read};

    fn order(needs: &[(&str, &str)]) -> Order {
        let tasks: String = needs
            .iter()
            .map(|(id, needs)| format!("  {id}: {{write: [], needs: [{needs}]}}\n"))
            .collect();
        let plan = read(vec![PlanText::new("lanes.yaml", format!("tasks:\n{tasks}"))]);
        assert_eq!(plan.problems, []);
        Order::new(&plan)
    }

    #[test]
    fn direct_and_transitive_needs() {
        let order = order(&[("a", ""), ("b", "a"), ("c", "b"), ("d", "")]);
        assert!(order.comes_after(nth(2), nth(0)) && !order.comes_after(nth(0), nth(2)));
        for (one, other, concurrent) in
            [(0, 1, false), (0, 2, false), (2, 0, false), (0, 3, true), (2, 3, true), (1, 1, false)]
        {
            assert_eq!(order.concurrent(nth(one), nth(other)), concurrent, "{one} and {other}");
        }
        assert!(order.cycles().is_empty());
    }

    #[test]
    fn cycle_edges_are_ignored() {
        let order =
            order(&[("a", "b"), ("b", "c"), ("c", "a, d"), ("d", ""), ("e", "a"), ("f", "f")]);
        assert_eq!(order.cycles(), [[0, 1, 2].map(nth).to_vec(), vec![nth(5)]]);
        assert!(order.concurrent(nth(0), nth(1)) && order.concurrent(nth(1), nth(2)));
        assert!(order.comes_after(nth(2), nth(3)), "an edge that leaves the cycle counts");
        assert!(order.concurrent(nth(0), nth(3)), "a needs d only along the cycle");
        assert!(order.comes_after(nth(4), nth(0)) && order.concurrent(nth(4), nth(1)));
    }

    #[test]
    fn long_chain() {
        let ids: Vec<String> = (0..3_000).map(|id| format!("t{id}")).collect();
        let needs: Vec<(&str, &str)> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| (id.as_str(), if index == 0 { "" } else { &ids[index - 1] }))
            .collect();
        let order = order(&needs);
        assert!(order.comes_after(nth(2_999), nth(0)));
    }
}
