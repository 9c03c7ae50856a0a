//! What is said of a group of findings, for every format that people read.

use std::borrow::Cow;

use super::group::{Common, Group};
use super::{count, path_text, shown};
use crate::finding::{
    Allowed, Applicability, Command, Datum, Finding, Fix, Fixer, Label, Level, Location, Message,
    Report,
};
use crate::message;
use crate::message::{bare, code};
use crate::plan::Plan;

/// How many members of a group are told one by one.
const TOLD: usize = 10;

/// What is said of a group of findings.
pub(super) struct GroupMessage<'r> {
    /// What is wrong.
    pub(super) head: Message,
    /// Who accepts it, and why; nothing where the head says so.
    pub(super) accepted: Option<Message>,
    /// The first members of the group, one by one.
    pub(super) items: Vec<Message>,
    /// How many members are not told.
    pub(super) more: usize,
    /// The places that are shown.
    pub(super) labels: Vec<&'r Label>,
    /// What can be done: one of these.
    pub(super) help: Vec<Message>,
}

/// Names with commas between them: the first ones, and how many there are beside.
fn names<'n>(names: impl Iterator<Item = &'n str>) -> Message {
    let names: Vec<&str> = names.collect();
    let group_message = Message::list(names.iter().take(TOLD).map(code), ", ", ", ");
    match names.len().saturating_sub(TOLD) {
        0 => group_message,
        more => message![group_message, " and ", more, " more"],
    }
}

/// A number of things: `1 task`, `2 tasks`.
fn counted(number: usize, thing: &'static str) -> Message {
    message![number, " ", thing, if number == 1 { "" } else { "s" }]
}

/// A message as it is shown where nothing but text can be.
fn plain(message: &Message) -> Cow<'_, str> {
    shown(message.as_str())
}

impl<'r> GroupMessage<'r> {
    pub(super) fn new(plan: &Plan, group: &Group<'r>) -> GroupMessage<'r> {
        let first = group.findings[0];
        let labels = first.draft.labels.iter();
        let mut group_message = match &group.common {
            None => alone(first),
            Some(Common::Task(did)) => {
                GroupMessage { labels: labels.collect(), ..of_task(group, did) }
            }
            Some(Common::Rule(what)) => of_rule(group, what),
            Some(Common::Cause(span, words)) => {
                let cause = |label: &&Label| label.location == Location::Span(*span);
                GroupMessage {
                    labels: labels.filter(cause).collect(),
                    ..of_cause(group, words.glob)
                }
            }
            Some(Common::Path(what)) => of_path(group, what),
            Some(Common::Allowed) => of_allowed(group),
        };
        // Of what is accepted, nobody has to be told what to do.
        if first.allowed.is_none() {
            group_message.help = help(plan, group);
        }
        group_message
    }

    fn headed(head: Message) -> GroupMessage<'r> {
        GroupMessage {
            head,
            accepted: None,
            items: Vec::new(),
            more: 0,
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    fn listed(
        head: Message,
        group: &Group<'r>,
        line: impl Fn(&Finding) -> Message,
    ) -> GroupMessage<'r> {
        GroupMessage {
            items: group.findings.iter().take(TOLD).map(|finding| line(finding)).collect(),
            more: group.findings.len().saturating_sub(TOLD),
            ..GroupMessage::headed(head)
        }
    }

    /// What is wrong, in lines.
    pub(super) fn plain(&self) -> String {
        let mut text = plain(&self.head).into_owned();
        if let Some(accepted) = &self.accepted {
            text.push('\n');
            text.push_str(&plain(accepted));
        }
        for item in &self.items {
            text.push_str("\n  ");
            text.push_str(&plain(item));
        }
        if self.more > 0 {
            text.push_str(&format!("\n  and {} more", self.more));
        }
        text
    }

    /// What can be done, in lines.
    pub(super) fn plain_help(&self) -> Option<String> {
        let help: Vec<Cow<'_, str>> = self.help.iter().map(plain).collect();
        (!help.is_empty()).then(|| help.join("\nor: "))
    }
}

fn help(plan: &Plan, group: &Group<'_>) -> Vec<Message> {
    let first = group.findings[0];
    let draft = &first.draft;
    let choices = choices(plan, first);
    if group.common.is_none() && choices.len() > 1 {
        return choices;
    }
    // What helps with one overlap is not what helps with many of one cause; and one help for all is
    // no help where they differ.
    let many = matches!(group.common, Some(Common::Cause(..) | Common::Path(_)));
    let same = group.findings.iter().all(|finding| finding.draft.help == draft.help);
    match &draft.help {
        Some(help) if (same && !many) || group.common.is_none() => vec![help.clone()],
        _ => vec![first.rule.remedy.into()],
    }
}

/// The edits of which a person has to choose one.
fn choices(plan: &Plan, finding: &Finding) -> Vec<Message> {
    let is_choice = |fix: &&Fix| fix.applicability() == Applicability::DisplayOnly;
    let fixes = finding.draft.fixes.iter().filter(is_choice);
    fixes.map(|fix| fix.title(plan)).collect()
}

fn alone(finding: &Finding) -> GroupMessage<'_> {
    let draft = &finding.draft;
    let head = match draft.labels.first() {
        Some(Label { location: Location::Input(name), .. })
            if !draft.message.as_str().contains(name.as_str()) =>
        {
            message![bare(name), ": ", &draft.message]
        }
        _ => draft.message.clone(),
    };
    GroupMessage {
        accepted: finding.allowed.as_deref().map(allowed_by),
        labels: draft.labels.iter().collect(),
        ..GroupMessage::headed(head)
    }
}

fn allowed_by(allowed: &Allowed) -> Message {
    message!["allowed by ", code(&allowed.by), ": ", bare(&allowed.reason)]
}

fn of_allowed<'r>(group: &Group<'r>) -> GroupMessage<'r> {
    let by = group.findings[0].allowed.as_deref().map(allowed_by);
    GroupMessage::listed(by.unwrap_or_default(), group, |finding| finding.draft.message.clone())
}

fn of_task<'r>(group: &Group<'r>, did: &'static str) -> GroupMessage<'r> {
    let task = group.findings[0].draft.tasks.first().map_or("", |task| &**task);
    let (before, after) = did.split_once("{paths}").unwrap_or((did, ""));
    let paths = counted(group.findings.len(), "path");
    let head = message![code(task), " ", before, paths, after, ":"];
    GroupMessage::listed(head, group, |finding| {
        let path = path_text(finding.draft.path.as_ref()).unwrap_or_default();
        let owners = owners(finding);
        let whose = Message::list(owners.iter().map(code), ", ", ", ");
        let whose = (!owners.is_empty()).then(|| message![" (belongs to ", whose, ")"]);
        message![bare(path), whose]
    })
}

/// Whose a changed path is, where that is known.
fn owners(finding: &Finding) -> Vec<&str> {
    let owners = finding.draft.data.iter().find(|(name, _)| *name == "owners");
    let Some((_, Datum::List(owners))) = owners else { return Vec::new() };
    let names = owners.iter().filter_map(|owner| match owner {
        Datum::Text(name) => Some(&**name),
        _ => None,
    });
    names.collect()
}

fn of_rule<'r>(group: &Group<'r>, what: &'static str) -> GroupMessage<'r> {
    let tasks = group.findings.iter().flat_map(|finding| &finding.draft.tasks);
    GroupMessage::headed(message![what, " ", names(tasks.map(|task| &**task))])
}

fn of_cause<'r>(group: &Group<'r>, (does, what): (&'static str, &'static str)) -> GroupMessage<'r> {
    // The task of the cause is the one that all members have in common.
    let owner = group.findings[0]
        .draft
        .tasks
        .iter()
        .find(|task| group.findings.iter().all(|finding| finding.draft.tasks.contains(task)));
    let by = match owner {
        Some(owner) => message!["this glob of ", code(owner)],
        None => "this glob".into(),
    };
    let head = message![by, " ", does, " ", counted(group.findings.len(), what), ":"];
    GroupMessage::listed(head, group, |finding| {
        let others = finding.draft.tasks.iter().filter(|task| Some(*task) != owner);
        let others =
            Message::list(others.map(code).collect::<Vec<_>>().into_iter(), " and ", " and ");
        message![others, " at ", code(path_text(finding.draft.path.as_ref()).unwrap_or_default())]
    })
}

/// One path of many tasks, with the place in each that holds it.
fn of_path<'r>(group: &Group<'r>, what: &'static str) -> GroupMessage<'r> {
    let mut tasks: Vec<&str> = Vec::new();
    let mut labels: Vec<&Label> = Vec::new();
    for finding in &group.findings {
        for task in &finding.draft.tasks {
            if !tasks.contains(&&**task) {
                tasks.push(task);
            }
        }
        for label in &finding.draft.labels {
            if labels.len() < TOLD && labels.iter().all(|known| known.location != label.location) {
                labels.push(label);
            }
        }
    }
    let path = path_text(group.findings[0].draft.path.as_ref()).unwrap_or_default();
    let head = message![code(path), " ", what, ": ", names(tasks.into_iter())];
    GroupMessage { labels, ..GroupMessage::headed(head) }
}

/// How much was looked at, and what was found.
pub(super) fn summary(report: &Report) -> String {
    let files = if report.command == Command::Gate { "changed path" } else { "file" };
    let looked =
        format!("{}, {}", count(report.plan.tasks.len(), "task"), count(report.files, files));
    let unverified = if report.verified() { "" } else { " — not everything could be verified" };
    format!("{looked}: {}{unverified}", found(report))
}

/// How many findings there are of each level.
pub(super) fn found(report: &Report) -> String {
    let mut counts: Vec<String> =
        [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")]
            .into_iter()
            .map(|(level, name)| (report.count(level), name))
            .filter(|(number, _)| *number > 0)
            .map(|(number, name)| count(number, name))
            .collect();
    let allowed = report.findings.len() - report.active().count();
    if allowed > 0 {
        counts.push(format!("{allowed} allowed"));
    }
    if counts.is_empty() {
        counts.push("no findings".to_owned());
    }
    counts.join(", ")
}

/// How many findings `--fix` would mend, where it can be said at all.
pub(super) fn mendable(report: &Report) -> Option<String> {
    let on_disk = report.plan.sources.iter().all(|source| source.name() != "-");
    if report.command != Command::Check || !on_disk {
        return None;
    }
    let fixer = Fixer::new(&report.plan);
    let (mut safe, mut all) = (0, 0);
    for finding in report.active() {
        let mends = |fix: &&Fix| {
            fix.applicability() != Applicability::DisplayOnly && !fixer.edits(fix).is_empty()
        };
        let surest = finding.draft.fixes.iter().filter(mends).map(Fix::applicability).min();
        all += usize::from(surest.is_some());
        safe += usize::from(surest == Some(Applicability::Safe));
    }
    match (safe, all) {
        (_, 0) => None,
        (0, all) => Some(format!("`--fix=all` mends {all} of them")),
        (safe, all) if safe == all => Some(format!("`--fix` mends {safe} of them")),
        (safe, all) => Some(format!("`--fix` mends {safe} of them, `--fix=all` {all}")),
    }
}
