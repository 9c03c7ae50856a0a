//! Runs `check` or `gate` on the example of a rule, without a repository.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use crate::change::object::CommitId;
use crate::change::{ChangeSet, Conflict, FolderRename};
use crate::failure::Failure;
use crate::finding::{Input, Report};
use crate::gate::{
    BranchKind, ChangedLink, CommitsApart, Coverage, Destination, GateInput, Merging, NamedBranch,
    NamedBy, Naming, Node, Source, System, TaskDiff, TriedMerge, UnclaimedCommit, UnmetNeed, Work,
};
use crate::index::{InputId, TaskId};
use crate::patch;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath, PlanText, read};
use crate::rules::{Rule, Scenario};

const PLAN: &str = "lanes.yaml";

const COMMIT: &str = "2222222222222222222222222222222222222222";

const PATCH: &str = "change.patch";

/// The report on a rule's example, with `text` as its plan.
#[must_use]
pub fn example(rule: &Rule, text: &str) -> Report {
    let plan = Arc::new(read_plan(text));
    let own: Option<RepoPath> = PLAN.parse().ok();
    let [first, second] = [0, 1].map(|task| Some(TaskId::from(task)));
    let input = match rule.example.scenario {
        Scenario::PlanOnly => {
            let files = rule.example.files.iter().filter_map(|file| file.parse().ok());
            let mut files: Vec<RepoPath> = files.chain(own).collect();
            files.sort_unstable();
            return crate::check::check(&plan, &files, Vec::new());
        }
        Scenario::Against(earlier) => {
            let (earlier, files) = (read_plan(earlier), Vec::from_iter(own));
            return crate::check::check_against(&plan, &earlier, &files, Vec::new());
        }
        Scenario::NoBranch(text) => of_each(&plan, [(first, work(text)), (second, Work::NoBranch)]),
        Scenario::Patch(text) => {
            let changes = patch::read(text.as_bytes());
            let links = links(&changes);
            GateInput { links, ..of_each(&plan, [(first, Work::Changes(changes))]) }
        }
        Scenario::Both(text) => of_each(&plan, [(first, work(text)), (second, work(text))]),
        Scenario::Conflict(text) => {
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
        Scenario::Rename { from, to, patch } => {
            let rename = from.parse().ok().map(|from| FolderRename {
                from,
                to: to.parse().ok(),
                is_split: false,
            });
            let folder_renames = BTreeMap::from([(InputId::from(0), rename.into_iter().collect())]);
            let rename = format!(
                "diff --git a/{from}/a b/{to}/a\nsimilarity index 100%\nrename from {from}/a\n\
                 rename to {to}/a\n"
            );
            let both = of_each(&plan, [(first, work(&rename)), (second, work(patch))]);
            GateInput { folder_renames, ..both }
        }
        Scenario::Unmet(text) => {
            let mut input = of_each(&plan, [(second, work(text))]);
            let need = first.map(|task| UnmetNeed { task, may_be_merged: false });
            input.diffs[InputId::from(0)].merging.unmet.extend(need);
            input
        }
        Scenario::UnnamedCommit(text) => {
            let mut input = of_each(&plan, [(None, work(text))]);
            let commit = CommitId::from_hex(COMMIT.as_bytes());
            let unclaimed = commit.into_iter().map(|commit| UnclaimedCommit {
                input: InputId::from(0),
                commit,
                subject: "Review the lessons".to_owned(),
                names: Naming::Nothing,
            });
            input.apart = Some(CommitsApart {
                named_by: NamedBy::Trailer("Task".to_owned()),
                unclaimed: unclaimed.collect(),
                unaccounted: BTreeSet::new(),
            });
            input
        }
        Scenario::Unclaimed(text) => GateInput {
            named: Some(NamedBranch { name: "nobodys".to_owned(), kind: BranchKind::Unclaimed }),
            ..of_each(&plan, [(None, work(text))])
        },
    };
    crate::check::gate(&plan, &input)
}

fn read_plan(text: &str) -> Plan {
    let mut plan = read(vec![PlanText::new(PLAN, text)]);
    plan.own_paths = PLAN.parse().ok().map(PlanPath::File).into_iter().collect();
    plan
}

fn work(text: &str) -> Work {
    Work::Changes(patch::read(text.as_bytes()))
}

/// The input of a gate on the work of some tasks.
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
        merging: Merging::default(),
    });
    GateInput { diffs: diff.collect(), ..GateInput::default() }
}

/// The symbolic links of a patch, followed in an empty repository.
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
            input: InputId::from(0),
            path: path.clone(),
            target: Some(target.clone()),
            leads: followed(path, target),
        })
        .collect()
}
