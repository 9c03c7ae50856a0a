//! What is said of a group of findings, for every format that people read: in lines whose parts know
//! whether they may hold text of strangers.

use super::group::{Common, Group};
use super::{count, path_text, shown};
use crate::finding::{
    Allowed, Applicability, Command, Datum, Finding, Fix, Label, Level, Mender, Place, Report,
};
use crate::plan::Plan;

/// How many members of a group are told one by one.
const TOLD: usize = 10;

/// What is said of a group of findings.
pub(super) struct Told<'r> {
    /// What is wrong.
    pub(super) head: Line,
    /// Who accepts it, and why; nothing where the head says so.
    pub(super) accepted: Option<Line>,
    /// The first members of the group, one by one.
    pub(super) items: Vec<Line>,
    /// How many members are not told.
    pub(super) more: usize,
    /// The places that are shown.
    pub(super) labels: Vec<&'r Label>,
    /// What can be done: one of these.
    pub(super) help: Vec<Line>,
}

/// A line of what is said.
pub(super) struct Line(pub(super) Vec<Part>);

/// A part of a line. Nothing in it is made fit to be shown yet.
pub(super) enum Part {
    /// The program's own words.
    Words(String),
    /// A name that a stranger chose; as plain text it stands in backticks.
    Name(String),
    /// A text that a stranger chose, and that stands there as it is.
    Bare(String),
    /// Words in which names of strangers stand in backticks.
    Message {
        /// The words.
        text: String,
        /// Whether the backticks are known to be those around the names: no name has any.
        certain: bool,
    },
}

impl Line {
    fn words(words: impl Into<String>) -> Line {
        Line(vec![Part::Words(words.into())])
    }

    pub(super) fn message(finding: &Finding, text: impl Into<String>) -> Line {
        Line(vec![Part::Message { text: text.into(), certain: has_certain_backticks(finding) }])
    }

    /// What is said at a place of one of a group's findings.
    pub(super) fn said(group: &Group<'_>, text: &str) -> Line {
        let certain = group.findings.iter().copied().all(has_certain_backticks);
        Line(vec![Part::Message { text: text.to_owned(), certain }])
    }

    fn and(mut self, words: &str) -> Line {
        self.0.push(Part::Words(words.to_owned()));
        self
    }

    fn name(mut self, name: &str) -> Line {
        self.0.push(Part::Name(name.to_owned()));
        self
    }

    fn bare(mut self, text: impl Into<String>) -> Line {
        self.0.push(Part::Bare(text.into()));
        self
    }

    /// The names, with commas between them: the first ones, and how many there are beside.
    fn names<'n>(mut self, names: impl Iterator<Item = &'n str>) -> Line {
        let mut left_out = 0;
        for (place, name) in names.enumerate() {
            match place {
                0 => self = self.name(name),
                1..TOLD => self = self.and(", ").name(name),
                _ => left_out += 1,
            }
        }
        if left_out > 0 { self.and(&format!(" and {left_out} more")) } else { self }
    }

    /// The line as it is shown where nothing but text can be.
    pub(super) fn plain(&self) -> String {
        let mut line = String::new();
        for part in &self.0 {
            match part {
                Part::Words(text) => line.push_str(text),
                Part::Name(name) => line.push_str(&format!("`{}`", shown(name))),
                Part::Bare(text) | Part::Message { text, .. } => line.push_str(&shown(text)),
            }
        }
        line
    }
}

/// Whether no text of strangers in a finding, as far as the finding has them, holds a backtick.
fn has_certain_backticks(finding: &Finding) -> bool {
    fn is_free(datum: &Datum) -> bool {
        match datum {
            Datum::Text(text) => !text.contains('`'),
            Datum::Count(_) => true,
            Datum::List(values) => values.iter().all(is_free),
            Datum::Map(values) => values.iter().all(|(_, value)| is_free(value)),
        }
    }
    let draft = &finding.draft;
    let path_is_free = draft.path.as_ref().is_none_or(|path| !path.as_bytes().contains(&b'`'));
    path_is_free
        && draft.tasks.iter().all(|task| !task.contains('`'))
        && draft.data.iter().all(|(_, datum)| is_free(datum))
}

impl<'r> Told<'r> {
    pub(super) fn new(plan: &Plan, group: &Group<'r>) -> Told<'r> {
        let first = group.findings[0];
        let labels = first.draft.labels.iter();
        let mut told = match &group.common {
            None => alone(first),
            Some(Common::Task(did)) => Told { labels: labels.collect(), ..of_task(group, did) },
            Some(Common::Rule(what)) => of_rule(group, what),
            Some(Common::Cause(span, words)) => {
                let cause = |label: &&Label| label.place == Place::Span(*span);
                Told { labels: labels.filter(cause).collect(), ..of_cause(group, words.glob) }
            }
            Some(Common::Path(what)) => of_path(group, what),
            Some(Common::Allowed) => of_allowed(group),
        };
        // Of what is accepted, nobody has to be told what to do.
        if first.allowed.is_none() {
            told.help = help(plan, group);
        }
        told
    }

    fn headed(head: Line) -> Told<'r> {
        Told {
            head,
            accepted: None,
            items: Vec::new(),
            more: 0,
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    fn listed(head: Line, group: &Group<'r>, line: impl Fn(&Finding) -> Line) -> Told<'r> {
        Told {
            items: group.findings.iter().take(TOLD).map(|finding| line(finding)).collect(),
            more: group.findings.len().saturating_sub(TOLD),
            ..Told::headed(head)
        }
    }

    /// What is wrong, in lines.
    pub(super) fn plain(&self) -> String {
        let mut text = self.head.plain();
        if let Some(accepted) = &self.accepted {
            text.push('\n');
            text.push_str(&accepted.plain());
        }
        for item in &self.items {
            text.push_str("\n  ");
            text.push_str(&item.plain());
        }
        if self.more > 0 {
            text.push_str(&format!("\n  and {} more", self.more));
        }
        text
    }

    /// What can be done, in lines.
    pub(super) fn plain_help(&self) -> Option<String> {
        let help: Vec<String> = self.help.iter().map(Line::plain).collect();
        (!help.is_empty()).then(|| help.join("\nor: "))
    }
}

fn help(plan: &Plan, group: &Group<'_>) -> Vec<Line> {
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
        Some(help) if (same && !many) || group.common.is_none() => {
            vec![Line::message(first, help.as_ref())]
        }
        _ => vec![Line::words(first.rule.remedy)],
    }
}

/// The edits of which a person has to choose one.
fn choices(plan: &Plan, finding: &Finding) -> Vec<Line> {
    let is_choice = |fix: &&Fix| fix.applicability() == Applicability::DisplayOnly;
    let fixes = finding.draft.fixes.iter().filter(is_choice);
    fixes.map(|fix| Line::message(finding, fix.title(plan))).collect()
}

fn alone(finding: &Finding) -> Told<'_> {
    let draft = &finding.draft;
    let mut head = Line(Vec::new());
    if let Some(Label { place: Place::Input(name), .. }) = draft.labels.first()
        && !draft.message.contains(name.as_str())
    {
        head = head.bare(name).and(": ");
    }
    head.0.extend(Line::message(finding, &*draft.message).0);
    Told {
        accepted: finding.allowed.as_deref().map(allowed_by),
        labels: draft.labels.iter().collect(),
        ..Told::headed(head)
    }
}

fn allowed_by(allowed: &Allowed) -> Line {
    Line::words("allowed by ").name(&allowed.by).and(": ").bare(&allowed.reason)
}

fn of_allowed<'r>(group: &Group<'r>) -> Told<'r> {
    let by = group.findings[0].allowed.as_deref().map(allowed_by);
    Told::listed(by.unwrap_or(Line(Vec::new())), group, |finding| {
        Line::message(finding, &*finding.draft.message)
    })
}

fn of_task<'r>(group: &Group<'r>, did: &str) -> Told<'r> {
    let task = group.findings[0].draft.tasks.first().map_or("", |task| &**task);
    let did = did.replace("{paths}", &count(group.findings.len(), "path"));
    let head = Line(Vec::new()).name(task).and(&format!(" {did}:"));
    Told::listed(head, group, |finding| {
        let path = path_text(finding.draft.path.as_ref()).unwrap_or_default();
        let line = Line(Vec::new()).bare(path);
        let owners = owners(finding);
        if owners.is_empty() {
            return line;
        }
        let mut line = line.and(" (belongs to ");
        for (place, owner) in owners.into_iter().enumerate() {
            line = if place == 0 { line } else { line.and(", ") }.name(owner);
        }
        line.and(")")
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

fn of_rule<'r>(group: &Group<'r>, what: &str) -> Told<'r> {
    let tasks = group.findings.iter().flat_map(|finding| &finding.draft.tasks);
    Told::headed(Line::words(format!("{what} ")).names(tasks.map(|task| &**task)))
}

fn of_cause<'r>(group: &Group<'r>, (does, what): (&str, &str)) -> Told<'r> {
    // The task of the cause is the one that all members have in common.
    let owner = group.findings[0]
        .draft
        .tasks
        .iter()
        .find(|task| group.findings.iter().all(|finding| finding.draft.tasks.contains(task)));
    let by = match owner {
        Some(owner) => Line::words("this glob of ").name(owner),
        None => Line::words("this glob"),
    };
    let head = by.and(&format!(" {does} {}:", count(group.findings.len(), what)));
    Told::listed(head, group, |finding| {
        let others = finding.draft.tasks.iter().filter(|task| Some(*task) != owner);
        let mut line = Line(Vec::new());
        for (place, other) in others.enumerate() {
            line = if place == 0 { line } else { line.and(" and ") }.name(other);
        }
        line.and(" at ").name(&path_text(finding.draft.path.as_ref()).unwrap_or_default())
    })
}

/// One path of many tasks, with the place in each that holds it.
fn of_path<'r>(group: &Group<'r>, what: &str) -> Told<'r> {
    let mut tasks: Vec<&str> = Vec::new();
    let mut labels: Vec<&Label> = Vec::new();
    for finding in &group.findings {
        for task in &finding.draft.tasks {
            if !tasks.contains(&&**task) {
                tasks.push(task);
            }
        }
        for label in &finding.draft.labels {
            if labels.len() < TOLD && labels.iter().all(|known| known.place != label.place) {
                labels.push(label);
            }
        }
    }
    let path = path_text(group.findings[0].draft.path.as_ref()).unwrap_or_default();
    let head = Line(Vec::new()).name(&path).and(&format!(" {what}: ")).names(tasks.into_iter());
    Told { labels, ..Told::headed(head) }
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
    let allowed = report.findings.len() - report.standing().count();
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
    let mender = Mender::new(&report.plan);
    let (mut safe, mut all) = (0, 0);
    for finding in report.standing() {
        let mends = |fix: &&Fix| {
            fix.applicability() != Applicability::DisplayOnly && !mender.edits(fix).is_empty()
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
