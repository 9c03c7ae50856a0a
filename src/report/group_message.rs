//! Messages for groups of findings, for every format that people read.

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

/// The most findings of a group that are listed.
const MAX_ITEMS: usize = 10;

pub(super) struct GroupMessage<'r> {
    pub(super) head: Message,
    /// Who allows it, and why. `None` if the head says it.
    pub(super) allowed: Option<Message>,
    pub(super) items: Vec<Message>,
    /// How many findings are not listed.
    pub(super) more: usize,
    pub(super) labels: Vec<&'r Label>,
    /// Alternatives.
    pub(super) help: Vec<Message>,
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> Message {
    let names: Vec<&str> = names.collect();
    let list = Message::list(names.iter().take(MAX_ITEMS).map(code), ", ", ", ");
    match names.len().saturating_sub(MAX_ITEMS) {
        0 => list,
        more => message![list, " and ", more, " more"],
    }
}

/// `1 task`, `2 tasks`.
fn counted(number: usize, noun: &'static str) -> Message {
    message![number, " ", noun, if number == 1 { "" } else { "s" }]
}

fn plain(message: &Message) -> Cow<'_, str> {
    shown(message.as_str())
}

impl<'r> GroupMessage<'r> {
    pub(super) fn new(plan: &Plan, group: &Group<'r>) -> GroupMessage<'r> {
        let first = group.findings[0];
        let labels = first.draft.labels.iter();
        let mut group_message = match &group.common {
            None => single(first),
            Some(Common::Task(did, branch)) => {
                GroupMessage { labels: labels.collect(), ..of_task(group, did, *branch) }
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
        // An allowed finding needs no help.
        if first.allowed.is_none() {
            group_message.help = help(plan, group);
        }
        group_message
    }

    fn new_with_head(head: Message) -> GroupMessage<'r> {
        GroupMessage {
            head,
            allowed: None,
            items: Vec::new(),
            more: 0,
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    fn with_items(
        head: Message,
        group: &Group<'r>,
        item: impl Fn(&Finding) -> Message,
    ) -> GroupMessage<'r> {
        GroupMessage {
            items: group.findings.iter().take(MAX_ITEMS).map(|finding| item(finding)).collect(),
            more: group.findings.len().saturating_sub(MAX_ITEMS),
            ..GroupMessage::new_with_head(head)
        }
    }

    /// The message without the help, as lines of text.
    pub(super) fn plain(&self) -> String {
        let mut text = plain(&self.head).into_owned();
        if let Some(allowed) = &self.allowed {
            text.push('\n');
            text.push_str(&plain(allowed));
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
    // The help for one overlap does not fit many with one cause, nor findings whose helps differ.
    let is_one_cause = matches!(group.common, Some(Common::Cause(..) | Common::Path(_)));
    let is_same = group.findings.iter().all(|finding| finding.draft.help == draft.help);
    match &draft.help {
        Some(help) if (is_same && !is_one_cause) || group.common.is_none() => vec![help.clone()],
        _ => vec![first.rule.remedy.into()],
    }
}

/// The titles of the fixes that a person has to choose from.
fn choices(plan: &Plan, finding: &Finding) -> Vec<Message> {
    let is_choice = |fix: &&Fix| fix.applicability() == Applicability::DisplayOnly;
    let fixes = finding.draft.fixes.iter().filter(is_choice);
    fixes.map(|fix| fix.title(plan)).collect()
}

fn single(finding: &Finding) -> GroupMessage<'_> {
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
        allowed: finding.allowed.as_deref().map(allowed_by),
        labels: draft.labels.iter().collect(),
        ..GroupMessage::new_with_head(head)
    }
}

fn allowed_by(allowed: &Allowed) -> Message {
    message!["allowed by ", code(&allowed.by), ": ", bare(&allowed.reason)]
}

fn of_allowed<'r>(group: &Group<'r>) -> GroupMessage<'r> {
    let by = group.findings[0].allowed.as_deref().map(allowed_by);
    GroupMessage::with_items(by.unwrap_or_default(), group, |finding| finding.draft.message.clone())
}

fn of_task<'r>(group: &Group<'r>, did: &'static str, branch: Option<&str>) -> GroupMessage<'r> {
    let task = group.findings[0].draft.tasks.first().map_or("", |task| &**task);
    let (before, after) = did.split_once("{paths}").unwrap_or((did, ""));
    let paths = counted(group.findings.len(), "path");
    let branch = branch.map(|branch| message![" (branch ", code(branch), ")"]);
    let head = message![code(task), branch, " ", before, paths, after, ":"];
    GroupMessage::with_items(head, group, |finding| {
        let path = path_text(finding.draft.path.as_ref()).unwrap_or_default();
        let owners = owners(finding);
        let whose = Message::list(owners.iter().map(code), ", ", ", ");
        let whose = (!owners.is_empty()).then(|| message![" (belongs to ", whose, ")"]);
        message![bare(path), whose]
    })
}

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
    GroupMessage::new_with_head(message![what, " ", names(tasks.map(|task| &**task))])
}

fn of_cause<'r>(group: &Group<'r>, (does, what): (&'static str, &'static str)) -> GroupMessage<'r> {
    // The task of the glob is the one that all findings have in common.
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
    GroupMessage::with_items(head, group, |finding| {
        let others = finding.draft.tasks.iter().filter(|task| Some(*task) != owner);
        let others =
            Message::list(others.map(code).collect::<Vec<_>>().into_iter(), " and ", " and ");
        message![others, " at ", code(path_text(finding.draft.path.as_ref()).unwrap_or_default())]
    })
}

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
            if labels.len() < MAX_ITEMS
                && labels.iter().all(|known| known.location != label.location)
            {
                labels.push(label);
            }
        }
    }
    let path = path_text(group.findings[0].draft.path.as_ref()).unwrap_or_default();
    let head = message![code(path), " ", what, ": ", names(tasks.into_iter())];
    GroupMessage { labels, ..GroupMessage::new_with_head(head) }
}

/// The last line of a report, such as `2 tasks, 5 files: 1 error`.
pub(super) fn summary(report: &Report) -> String {
    let files = if report.command == Command::Gate { "changed path" } else { "file" };
    let checked =
        format!("{}, {}", count(report.plan.tasks.len(), "task"), count(report.files, files));
    let unverified = if report.verified() { "" } else { " — not everything could be verified" };
    format!("{checked}: {}{unverified}", found(report))
}

/// How many findings of each level there are.
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

/// How many findings `--fix` can fix. `None` if none, or if the plan is on standard input.
pub(super) fn fixable(report: &Report) -> Option<String> {
    let on_disk = report.plan.sources.iter().all(|source| source.name() != "-");
    if report.command != Command::Check || !on_disk {
        return None;
    }
    let fixer = Fixer::new(&report.plan);
    let (mut safe, mut all) = (0, 0);
    for finding in report.active() {
        let is_applicable = |fix: &&Fix| {
            fix.applicability() != Applicability::DisplayOnly && !fixer.edits(fix).is_empty()
        };
        let surest = finding.draft.fixes.iter().filter(is_applicable).map(Fix::applicability).min();
        all += usize::from(surest.is_some());
        safe += usize::from(surest == Some(Applicability::Safe));
    }
    match (safe, all) {
        (_, 0) => None,
        (0, all) => Some(format!("{all} fixable with `--fix=all`")),
        (safe, all) if safe == all => Some(format!("{safe} fixable with `--fix`")),
        (safe, all) => Some(format!("{safe} fixable with `--fix`, {all} with `--fix=all`")),
    }
}
