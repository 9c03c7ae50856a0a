//! For people: the plan's own lines with what is wrong underlined, by miette.

use std::fmt;
use std::io;
use std::sync::LazyLock;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
};

use super::group::{Common, Group, groups};
use super::{Style, count, path_text, safe, shown};
use crate::finding::{
    Allowed, Applicability, Datum, Finding, Fix, Label, Level, Mender, Place, Report,
};
use crate::plan::Plan;
use crate::source::{SourceFile, Span};

/// How many members of a group are told one by one.
const TOLD: usize = 10;

/// A line of the plan that is longer than this is not shown, only named.
const LONGEST_LINE: usize = 1_000;

pub(super) fn write(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let theme =
        if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // Lines are broken at blanks only: a line that begins inside a word could begin with anything.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(0)
        .with_links(false)
        .with_break_words(false)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
    // To look for hidden characters takes a while in a large plan, and is for those who point at it.
    let texts: Vec<LazyText<'_>> = report
        .plan
        .sources
        .iter()
        .map(|source| LazyLock::new(Box::new(|| ShownText::new(source)) as Box<_>))
        .collect();
    for group in groups(report) {
        let mut rendered = String::new();
        let diagnostic = GroupDiagnostic::new(&report.plan, &texts, &group);
        // Each text is shown by a report of its own: miette's one has one text.
        for diagnostic in std::iter::once(&diagnostic).chain(&diagnostic.elsewhere) {
            handler.render_report(&mut rendered, diagnostic).map_err(io::Error::other)?;
        }
        // miette pads some lines with blanks.
        for line in rendered.trim_end().lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(report))?;
    if let Some(mendable) = mendable(report) {
        writeln!(out, "{mendable}")?;
    }
    Ok(())
}

/// How many findings `--fix` would mend, where it can be said at all.
fn mendable(report: &Report) -> Option<String> {
    let on_disk = report.plan.sources.iter().all(|source| source.name() != "-");
    if report.command != "check" || !on_disk {
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

/// The edits of which a person has to choose one, as lines of a help.
fn choices(plan: &Plan, finding: &Finding) -> Option<String> {
    let is_choice = |fix: &&Fix| fix.applicability() == Applicability::DisplayOnly;
    let titles = finding.draft.fixes.iter().filter(is_choice).map(|fix| fix.title(plan));
    let titles: Vec<String> = titles.map(|title| shown(&title).into_owned()).collect();
    (titles.len() > 1).then(|| titles.join("\nor: "))
}

fn summary(report: &Report) -> String {
    let files = if report.command == "gate" { "changed path" } else { "file" };
    let looked =
        format!("{}, {}", count(report.plan.tasks.len(), "task"), count(report.files, files));
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
    let unverified = if report.verified() { "" } else { " — not everything could be verified" };
    format!("{looked}: {}{unverified}", counts.join(", "))
}

type LazyText<'r> = LazyLock<ShownText, Box<dyn FnOnce() -> ShownText + Send + 'r>>;

/// One finding, or several that are one, as miette wants it.
struct GroupDiagnostic<'r> {
    /// What stands above the message; nothing where the report goes on in another text.
    code: Option<String>,
    level: Level,
    message: String,
    help: Option<String>,
    text: Option<&'r ShownText>,
    labels: Vec<LabeledSpan>,
    /// The labels that point into other texts.
    elsewhere: Vec<GroupDiagnostic<'r>>,
}

impl<'r> GroupDiagnostic<'r> {
    fn new(plan: &Plan, texts: &'r [LazyText<'_>], group: &Group<'_>) -> GroupDiagnostic<'r> {
        let first = group.findings[0];
        let draft = &first.draft;
        let (message, labels): (String, Vec<&Label>) = match &group.common {
            None => (alone(first), draft.labels.iter().collect()),
            Some(Common::Task(did)) => (of_task(group, did), draft.labels.iter().collect()),
            Some(Common::Rule(what)) => (of_rule(group, what), Vec::new()),
            Some(Common::Cause(span, words)) => {
                let cause = |label: &&Label| label.place == Place::Span(*span);
                (of_cause(group, words.glob), draft.labels.iter().filter(cause).collect())
            }
            Some(Common::Path(what)) => of_path(group, what),
            Some(Common::Allowed) => (of_allowed(group), Vec::new()),
        };
        // What helps with one overlap is not what helps with many of one cause; and one help for all
        // is no help where they differ.
        let many = matches!(group.common, Some(Common::Cause(..) | Common::Path(_)));
        let same = group.findings.iter().all(|finding| finding.draft.help == draft.help);
        let help = draft.help.as_deref().filter(|_| (same && !many) || group.common.is_none());
        let choices = group.common.is_none().then(|| choices(plan, first)).flatten();
        let help = choices.or_else(|| help.map(|help| shown(help).into_owned())).or_else(|| {
            let rule = crate::rules::rule(first.rule)?;
            Some(rule.remedy.to_owned())
        });
        // Of what is accepted, nobody has to be told what to do.
        let allowed = first.allowed.is_some();
        let help = help.filter(|_| !allowed);
        let places: Vec<(Span, &str)> = labels
            .iter()
            .filter_map(|label| match label.place {
                Place::Span(span) => Some((span, label.text.as_str())),
                Place::File(_) | Place::Input(_) => None,
            })
            .collect();
        let mut diagnostic = GroupDiagnostic {
            code: Some(format!(
                "{}[{}]{}",
                first.level.word(),
                first.rule,
                if allowed { " (allowed)" } else { "" }
            )),
            level: if allowed { Level::Note } else { first.level },
            message,
            help,
            text: None,
            labels: Vec::new(),
            elsewhere: Vec::new(),
        };
        for (span, text) in places {
            diagnostic.point(&texts[span.file.0], span, text);
        }
        diagnostic
    }

    /// Adds a label, in a diagnostic of its own where it points into another text.
    fn point(&mut self, text: &'r ShownText, span: Span, said: &str) {
        if !text.can_show(span) {
            let place = text.place(span);
            self.message.push_str(&format!("\nat {place}"));
            return;
        }
        match self.text {
            None => {
                self.text = Some(text);
                self.labels.push(text.label(span, said));
            }
            Some(own) if std::ptr::eq(own, text) => self.labels.push(text.label(span, said)),
            Some(_) => self.elsewhere.push(GroupDiagnostic {
                code: None,
                level: Level::Note,
                message: shown(if said.is_empty() { "and here" } else { said }).into_owned(),
                help: None,
                text: Some(text),
                labels: vec![text.label(span, "")],
                elsewhere: Vec::new(),
            }),
        }
    }
}

fn alone(finding: &Finding) -> String {
    let draft = &finding.draft;
    let mut message = shown(&draft.message).into_owned();
    if let Some(Label { place: Place::Input(name), .. }) = draft.labels.first()
        && !draft.message.contains(name.as_str())
    {
        message = format!("{}: {message}", shown(name));
    }
    if let Some(allowed) = &finding.allowed {
        message.push('\n');
        message.push_str(&allowed_by(allowed));
    }
    message
}

fn allowed_by(allowed: &Allowed) -> String {
    format!("allowed by `{}`: {}", shown(&allowed.by), shown(&allowed.reason))
}

fn of_allowed(group: &Group<'_>) -> String {
    let by = group.findings[0].allowed.as_deref().map(allowed_by).unwrap_or_default();
    listed(by, group, |finding| shown(&finding.draft.message).into_owned())
}

fn of_task(group: &Group<'_>, did: &str) -> String {
    let task = group.findings[0].draft.tasks.first().map_or("", |task| &**task);
    let did = did.replace("{paths}", &count(group.findings.len(), "path"));
    listed(format!("`{}` {did}:", shown(task)), group, |finding| {
        let path = path_text(finding.draft.path.as_ref()).unwrap_or_default();
        format!("{}{}", shown(&path), owners(finding))
    })
}

/// Whose a changed path is, where that is known.
fn owners(finding: &Finding) -> String {
    let owners = finding.draft.data.iter().find(|(name, _)| *name == "owners");
    match owners {
        Some((_, Datum::List(owners))) if !owners.is_empty() => {
            let names = owners.iter().filter_map(|owner| match owner {
                Datum::Text(name) => Some(format!("`{}`", shown(name))),
                _ => None,
            });
            format!(" (belongs to {})", names.collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    }
}

fn of_rule(group: &Group<'_>, what: &str) -> String {
    let tasks = group.findings.iter().flat_map(|finding| &finding.draft.tasks);
    let mut names: Vec<String> = tasks.map(|task| format!("`{}`", shown(task))).collect();
    let more = names.len().saturating_sub(TOLD);
    names.truncate(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{what} {}{more}", names.join(", "))
}

fn of_cause(group: &Group<'_>, (does, what): (&str, &str)) -> String {
    // The task of the cause is the one that all members have in common.
    let owner = group.findings[0]
        .draft
        .tasks
        .iter()
        .find(|task| group.findings.iter().all(|finding| finding.draft.tasks.contains(task)));
    let by =
        owner.map_or("this glob".to_owned(), |owner| format!("this glob of `{}`", shown(owner)));
    let head = format!("{by} {does} {}:", count(group.findings.len(), what));
    listed(head, group, |finding| {
        let others = finding.draft.tasks.iter().filter(|task| Some(*task) != owner);
        let others: Vec<String> = others.map(|task| format!("`{}`", shown(task))).collect();
        let path = path_text(finding.draft.path.as_ref()).unwrap_or_default();
        format!("{} at `{}`", others.join(" and "), shown(&path))
    })
}

/// One path of many tasks, with the place in each that holds it.
fn of_path<'r>(group: &Group<'r>, what: &str) -> (String, Vec<&'r Label>) {
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
    let names: Vec<String> =
        tasks.iter().take(TOLD).map(|task| format!("`{}`", shown(task))).collect();
    let more = tasks.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let path = path_text(group.findings[0].draft.path.as_ref()).unwrap_or_default();
    (format!("`{}` {what}: {}{more}", shown(&path), names.join(", ")), labels)
}

fn listed(head: String, group: &Group<'_>, line: impl Fn(&Finding) -> String) -> String {
    let mut message = head;
    for finding in group.findings.iter().take(TOLD) {
        message.push_str("\n  ");
        message.push_str(&line(finding));
    }
    if group.findings.len() > TOLD {
        message.push_str(&format!("\n  and {} more", group.findings.len() - TOLD));
    }
    message
}

impl fmt::Display for GroupDiagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for GroupDiagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for GroupDiagnostic<'_> {}

impl Diagnostic for GroupDiagnostic<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<_>)
    }
}

/// A text of the plan as it can be shown, with an index of its lines.
///
/// miette's own `NamedSource` reads the whole text again for each report.
struct ShownText {
    name: String,
    original: SourceFile,
    /// The text with its hidden characters escaped, and where offsets move by how much; nothing
    /// where there are none.
    escaped: Option<(SourceFile, Vec<(usize, usize)>)>,
}

impl ShownText {
    fn new(source: &SourceFile) -> ShownText {
        let escaped = |at: usize, character: char| match character {
            '\n' | '\t' => false,
            // Alone, it would take what follows to the beginning of the line.
            '\r' => !source.text()[at..].starts_with("\r\n"),
            other => safe::is_hidden(other),
        };
        let dirty =
            source.text().contains(|character| safe::is_hidden(character) || character == '#');
        let escaped = dirty.then(|| {
            let mut text = String::with_capacity(source.text().len());
            let mut moves = Vec::new();
            for (at, character) in source.text().char_indices() {
                let log_command = source.text()[at..].starts_with("##");
                if escaped(at, character) {
                    text.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
                } else if log_command {
                    text.push_str("# ");
                } else {
                    text.push(character);
                    continue;
                }
                let behind = at + character.len_utf8();
                moves.push((behind, text.len() - behind));
            }
            (SourceFile::new(source.name(), text), moves)
        });
        ShownText {
            name: shown(source.name()).into_owned(),
            original: source.clone(),
            escaped: escaped.filter(|(_, moves)| !moves.is_empty()),
        }
    }

    fn source(&self) -> &SourceFile {
        self.escaped.as_ref().map_or(&self.original, |(source, _)| source)
    }

    /// Where a byte of the original is in what is shown.
    fn offset(&self, byte: usize) -> usize {
        let Some((_, moves)) = &self.escaped else { return byte };
        let before = moves.partition_point(|&(at, _)| at <= byte);
        byte + before.checked_sub(1).map_or(0, |last| moves[last].1)
    }

    /// Where a byte of what is shown is in the original.
    fn original_offset(&self, byte: usize) -> usize {
        let Some((_, moves)) = &self.escaped else { return byte };
        let before = moves.partition_point(|&(at, by)| at + by <= byte);
        byte - before.checked_sub(1).map_or(0, |last| moves[last].1)
    }

    fn label(&self, span: Span, text: &str) -> LabeledSpan {
        let start = self.offset(span.start);
        let end = self.offset(span.end).min(self.source().text().len());
        // Of a value that takes several lines, the first is enough.
        let first_line = self
            .source()
            .line_span(self.source().position(start).line)
            .map_or(end, |line| line.end.max(start));
        let text = (!text.is_empty()).then(|| shown(text).into_owned());
        LabeledSpan::new(text, start, end.min(first_line).saturating_sub(start))
    }

    fn can_show(&self, span: Span) -> bool {
        let line = self.source().position(self.offset(span.start)).line;
        !self.original.text().is_empty()
            && self.source().line_span(line).is_some_and(|line| line.len() <= LONGEST_LINE)
    }

    fn place(&self, span: Span) -> String {
        if self.original.text().is_empty() {
            return self.name.clone();
        }
        let position = self.original.position(span.start);
        format!("{}:{}:{}", self.name, position.line, position.column)
    }
}

impl SourceCode for ShownText {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let source = self.source();
        let start = source.position(span.offset());
        let end = source.position(span.offset() + span.len());
        let first = start.line.saturating_sub(lines_before).max(1);
        let last = (end.line + lines_after).min(source.line_count());
        let (Some(first_line), Some(last_line)) = (source.line_span(first), source.line_span(last))
        else {
            return Err(MietteError::OutOfBounds);
        };
        let bytes = first_line.start..last_line.end;
        let column = self.original.position(self.original_offset(span.offset())).column;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            source.slice(bytes.clone()).as_bytes(),
            (bytes.start, bytes.len()).into(),
            first - 1,
            if lines_before == 0 { column - 1 } else { 0 },
            last - first + 1,
        )))
    }
}
