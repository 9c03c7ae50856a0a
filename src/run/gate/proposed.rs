//! Reads the plans that inputs would put in the place of the plan, where they may.

use std::sync::Arc;

use super::collect::Collector;
use crate::change::ChangeSet;
use crate::failure::Failure;
use crate::gate::{Commits, GateInput, ProposedPlan, Source, TaskDiff, Work, plan_change};
use crate::index::InputId;
use crate::plan::{Plan, PlanPath};
use crate::run::no_tasks;
use crate::workspace::{ChosenPlan, Event, Git, NoPlan, Revision};

impl Collector<'_> {
    /// Reads the plan that each input would make, if it may make one. If it cannot be read whole, the
    /// input is not verified.
    pub(super) fn proposed(&self, git: Option<&dyn Git>, input: &mut GateInput) {
        if !input.may_change_plan(self.plan) {
            return;
        }
        for index in input.diffs.ids() {
            let diff = &input.diffs[index];
            if diff.task.is_some() || !changes_plan(self.plan, &input.plan_rivals, diff) {
                continue;
            }
            match self.proposed_by(git, index, &diff.source) {
                Ok(proposed) => input.proposed.push(proposed),
                Err(gap) => add_gap(&mut input.diffs[index], gap),
            }
        }
    }

    fn proposed_by(
        &self,
        git: Option<&dyn Git>,
        input: InputId,
        source: &Source,
    ) -> Result<ProposedPlan, Failure> {
        let (git, from) = match (source, git) {
            (Source::Commits(Some(Commits { tip, .. })), Some(git)) => {
                (git, Revision { name: tip.to_string(), commit: tip.clone() })
            }
            (Source::Index, Some(git)) => {
                (git, Revision { name: "staged".to_owned(), commit: git.staged_commit()? })
            }
            (Source::WorkTree, Some(_)) => return Ok(self.proposed_on_disk(input)),
            _ => {
                return Err(Failure::new(
                    "the plan that the patch would make was not checked",
                    "check the commits with --range instead",
                ));
            }
        };
        let (plan, name) = match self.workspace.plan_of_revision(git, &from) {
            Ok(ChosenPlan { plan, name, .. }) => (usable(plan, &name), Some(name)),
            Err(NoPlan::Git(error)) => return Err(error.into()),
            Err(NoPlan::Missing(_)) => (Err(deleted()), None),
            Err(NoPlan::Unusable(failure)) => (Err(failure), None),
        };
        name.iter().for_each(|name| self.workspace.host().notify(Event::ProposedPlan(name)));
        let (files, gaps) = match git.tree_files(&from.commit) {
            Ok(files) => (files, Vec::new()),
            Err(error) => (Vec::new(), vec![error.into()]),
        };
        Ok(ProposedPlan { input, plan, files, gaps })
    }

    fn proposed_on_disk(&self, input: InputId) -> ProposedPlan {
        let plan = self.workspace.plan_on_disk().and_then(|chosen| {
            self.workspace.host().notify(Event::ProposedPlan(&chosen.name));
            usable(chosen.plan, &chosen.name)
        });
        let (files, gaps) = crate::run::files(self.workspace);
        ProposedPlan { input, plan, files, gaps }
    }
}

fn usable(plan: Plan, name: &str) -> Result<Arc<Plan>, Failure> {
    match no_tasks(&plan, name) {
        Some(failure) => Err(failure),
        None => Ok(Arc::new(plan)),
    }
}

fn deleted() -> Failure {
    Failure::new(
        "the branch deletes the plan",
        "keep a plan where it is searched for, such as lanes.yaml: without one, no lane is known",
    )
}

fn changes_plan(plan: &Plan, rivals: &[PlanPath], diff: &TaskDiff) -> bool {
    diff.changes().any(|(path, change)| plan_change(plan, rivals, path, change.kind).is_some())
}

fn add_gap(diff: &mut TaskDiff, gap: Failure) {
    if let Work::Changes(ChangeSet { gaps, .. }) = &mut diff.work {
        gaps.push(gap);
    }
}
