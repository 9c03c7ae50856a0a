//! The examples of the rules, judged: what `check` and `gate` are asked is made of the example
//! alone, and the answer is the program's own.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use crate::change::{ChangeSet, Conflict, FolderRename};
use crate::failure::Failure;
use crate::finding::{Input, Report};
use crate::gate::{
    ChangedLink, Coverage, Destination, GateInput, Node, Source, System, TaskDiff, TriedMerge, Work,
};
use crate::index::{InputId, TaskId};
use crate::patch;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath, PlanText, read};
use crate::rules::{Done, Rule};

/// The file of an example's plan.
const PLAN: &str = "lanes.yaml";

/// The file of an example's patch.
const PATCH: &str = "change.patch";

/// The report on a rule's example, with this text for its plan.
#[must_use]
pub fn example(rule: &Rule, text: &str) -> Report {
    let mut plan = read(vec![PlanText::new(PLAN, text)]);
    let own: Option<RepoPath> = PLAN.parse().ok();
    plan.own_paths = own.iter().cloned().map(PlanPath::File).collect();
    let plan = Arc::new(plan);
    let [first, second] = [0, 1].map(|task| Some(TaskId::from(task)));
    let input = match rule.example.done {
        Done::Nothing => {
            let files = rule.example.files.iter().filter_map(|file| file.parse().ok());
            let mut files: Vec<RepoPath> = files.chain(own).collect();
            files.sort_unstable();
            return crate::check::check(&plan, &files, Vec::new());
        }
        Done::NoBranch => of_each(&plan, [(first, Work::NoBranch)]),
        Done::Patch(text) => {
            let changes = patch::read(text.as_bytes());
            let links = links(&changes);
            GateInput { links, ..of_each(&plan, [(first, Work::Changes(changes))]) }
        }
        Done::Both(text) => of_each(&plan, [(first, work(text)), (second, work(text))]),
        Done::Conflict(text) => {
            let conflict = |path: &RepoPath| Conflict {
                path: path.clone(),
                kinds: vec!["contents".to_owned()],
            };
            let conflicts = patch::read(text.as_bytes()).changes.keys().map(conflict).collect();
            let merges = vec![TriedMerge {
                branch: InputId::from(1),
                into: vec![InputId::from(0)],
                outcome: Ok(conflicts),
            }];
            let both = of_each(&plan, [(first, work(text)), (second, work(text))]);
            GateInput { merges, ..both }
        }
        Done::Rename { from, to, patch } => {
            let rename = from.parse().ok().map(|from| FolderRename {
                from,
                to: to.parse().ok(),
                is_split: false,
            });
            let folder_renames = BTreeMap::from([(InputId::from(0), rename.into_iter().collect())]);
            let both = of_each(&plan, [(first, work("")), (second, work(patch))]);
            GateInput { folder_renames, ..both }
        }
        Done::Unclaimed(text) => GateInput {
            unclaimed: Some("nobodys".to_owned()),
            ..of_each(&plan, [(None, work(text))])
        },
    };
    crate::check::gate(&plan, &input)
}

fn work(text: &str) -> Work {
    Work::Changes(patch::read(text.as_bytes()))
}

/// What a gate is asked about the work of some tasks.
fn of_each(plan: &Plan, works: impl IntoIterator<Item = (Option<TaskId>, Work)>) -> GateInput {
    let diff = works.into_iter().map(|(task, work)| TaskDiff {
        task,
        input: Input {
            task: task.and_then(|task| plan.tasks.find(task)).map(|task| task.id.value.to_string()),
            source: PATCH.to_owned(),
            ..Input::default()
        },
        coverage: Coverage::Given,
        source: Source::Patch(PATCH.to_owned()),
        work,
        uncertain: BTreeMap::new(),
    });
    GateInput { diff: diff.collect(), ..GateInput::default() }
}

/// The symbolic links of a patch, followed in a repository that holds nothing.
fn links(changes: &ChangeSet) -> Vec<ChangedLink> {
    let followed = |path: &RepoPath, target: &[u8]| {
        let leads: Result<Destination, Infallible> =
            crate::gate::follow(path, target, System::Unix, |_| Ok(Node::Nothing));
        leads.map_err(|never| -> Failure { match never {} })
    };
    let targets = changes
        .changes
        .iter()
        .filter_map(|(path, change)| Some((path, change.shown.as_ref()?.links.first()?)));
    targets
        .map(|(path, target)| ChangedLink {
            diff: InputId::from(0),
            path: path.clone(),
            target: Some(target.clone()),
            leads: followed(path, target),
        })
        .collect()
}
