//! `invalid-plan`: a key, type, id or reference that is wrong.

use super::{Done, Example, Facts, Grouping, RULES, Rule, Subject, label, replacement, rule};
use std::borrow::Cow;

use crate::finding::{Draft, Fix, Level};
use crate::plan::{Spanned, nearest};
use crate::source::excerpt;

pub(super) const RULE: Rule = Rule {
    name: "invalid-plan",
    summary: "a key, type, id or reference that is wrong",
    level: Level::Error,
    fixed: true,
    subject: Subject::Plan,
    explanation: "A key that nobody reads, a task that does not exist or a glob that YAML took \
        for an alias would leave a lane that means something else than was written. Nothing is \
        guessed: each is an error at its exact place.",
    remedy: "mend the plan at this place",
    example: Example {
        plan: "tasks:\n  lessons:\n    wirte: src/lessons/**\n    needs: quizes\n  quizzes:\n    \
               write: src/quizzes/**\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    for problem in facts.plan.problems.iter().filter(|problem| facts.concerns(problem.task)) {
        report(Draft {
            message: problem.message.clone(),
            help: problem.help.clone().map(Cow::Owned),
            tasks: facts.ids(problem.task),
            labels: problem.labels.iter().map(|(span, text)| label(*span, text.as_str())).collect(),
            fixes: problem.fix.iter().cloned().map(Fix::from).collect(),
            ..Draft::default()
        });
    }
    for (name, _) in &facts.plan.levels {
        wrong_rule(facts, name, "its level is fixed", &[], report);
    }
    for task in (0..facts.plan.tasks.len()).filter(|&task| facts.concerns(Some(task))) {
        for allow in &facts.plan.tasks[task].allow {
            wrong_rule(facts, &allow.rule, "it cannot be allowed", &[task], report);
        }
    }
}

/// Tells of a name under `rules` or in an `allow` that is no rule's, or that of a fixed one.
fn wrong_rule(
    facts: &Facts<'_>,
    name: &Spanned<String>,
    fixed: &str,
    tasks: &[usize],
    report: &mut dyn FnMut(Draft),
) {
    let (message, help, near) = match rule(&name.value) {
        Some(rule) if rule.fixed => {
            (format!("`{}` stands for itself: {fixed}", rule.name), "remove it".to_owned(), None)
        }
        Some(_) => return,
        None => {
            let near = nearest(&name.value, RULES.iter().map(|rule| rule.name));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the README lists the rules".to_owned(),
            };
            (format!("there is no rule `{}`", excerpt(&name.value)), help, near)
        }
    };
    report(Draft {
        message,
        help: Some(help.into()),
        tasks: facts.ids(tasks.iter().copied()),
        labels: vec![label(name.span, "")],
        fixes: near.map(|near| replacement(facts.plan, name.span, near)).into_iter().collect(),
        ..Draft::default()
    });
}
