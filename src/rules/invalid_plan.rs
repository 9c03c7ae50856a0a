//! `invalid-plan`: a key, type, id or reference that is wrong.

use super::{Example, Facts, Grouping, PLANNED, RULES, Rule, label, replacement, rule};
use std::borrow::Cow;
use std::sync::Arc;

use crate::finding::{Draft, Level};
use crate::plan::{Spanned, nearest};
use crate::source::excerpt;

pub(super) const RULE: Rule = Rule {
    name: "invalid-plan",
    summary: "a key, type, id or reference that is wrong",
    level: Level::Error,
    fixed: true,
    explanation: "A key that nobody reads, a task that does not exist or a glob that YAML took \
        for an alias would leave a lane that means something else than was written. Nothing is \
        guessed: each is an error at its exact place.",
    remedy: "mend the plan at this place",
    example: Example {
        plan: "tasks:\n  lessons:\n    wirte: src/lessons/**\n    needs: quizes\n  quizzes:\n    \
               write: src/quizzes/**\n",
        files: &[],
        patch: None,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    for problem in facts.plan.problems.iter().filter(|problem| facts.concerns(problem.task)) {
        let place = problem.labels[0].0;
        report(Draft {
            message: problem.message.clone(),
            help: problem.help.clone().map(Cow::Owned),
            tasks: facts.ids(problem.task),
            labels: problem.labels.iter().map(|(span, text)| label(*span, text.as_str())).collect(),
            fixes: problem
                .fix
                .iter()
                .map(|(title, text)| replacement(title, place, text))
                .collect(),
            ..Draft::default()
        });
    }
    for (name, _) in &facts.plan.levels {
        wrong_rule(name, "its level is fixed", Vec::new(), report);
    }
    for task in (0..facts.plan.tasks.len()).filter(|&task| facts.concerns(Some(task))) {
        for allow in &facts.plan.tasks[task].allow {
            wrong_rule(&allow.rule, "it cannot be allowed", facts.ids([task]), report);
        }
    }
}

/// Tells of a name under `rules` or in an `allow` that is no rule's, or that of a fixed one.
fn wrong_rule(
    name: &Spanned<String>,
    fixed: &str,
    tasks: Vec<Arc<str>>,
    report: &mut dyn FnMut(Draft),
) {
    let (message, help, near) = match rule(&name.value) {
        Some(rule) if rule.fixed => {
            (format!("`{}` stands for itself: {fixed}", rule.name), "remove it".to_owned(), None)
        }
        Some(_) => return,
        None if PLANNED.contains(&name.value.as_str()) => return,
        None => {
            let names = RULES.iter().map(|rule| rule.name).chain(PLANNED.iter().copied());
            let near = nearest(&name.value, names);
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
        tasks,
        labels: vec![label(name.span, "")],
        fixes: near
            .map(|near| replacement(format!("write `{near}`"), name.span, near))
            .into_iter()
            .collect(),
        ..Draft::default()
    });
}
