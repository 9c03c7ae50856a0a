//! For people: the lines of the plan with problems underlined, by miette.

use std::fmt;
use std::io;
use std::sync::LazyLock;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
};

use super::group::{Group, groups};
use super::group_message::{GroupMessage, fixable, summary};
use super::verdicts::Table;
use super::{Style, safe, shown};
use crate::finding::{Level, Location, Report};
use crate::plan::Plan;
use crate::source::{SourceFile, Span};

/// Longer lines of the plan are not shown, only their location.
const MAX_LINE: usize = 1_000;

pub(super) fn write(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let theme =
        if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // Break lines at blanks only: the middle of a word could be a command to a CI log.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(0)
        .with_links(false)
        .with_break_words(false)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
    // Looking for hidden characters takes time in large plans, so do it only for texts that are shown.
    let sources = report.plan.sources.iter().chain(&report.proposed);
    let texts: Vec<LazyText<'_>> = sources
        .map(|source| LazyLock::new(Box::new(|| ShownText::new(source)) as Box<_>))
        .collect();
    for group in groups(report) {
        let mut rendered = String::new();
        let diagnostic = GroupDiagnostic::new(&report.plan, &texts, &group);
        // A report of miette shows one text.
        for diagnostic in std::iter::once(&diagnostic).chain(&diagnostic.elsewhere) {
            handler.render_report(&mut rendered, diagnostic).map_err(io::Error::other)?;
        }
        // miette pads some lines.
        for line in rendered.trim_end().lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    if let Some(table) = Table::new(report) {
        writeln!(out, "{}", table.text(style.width))?;
    }
    writeln!(out, "{}", summary(report))?;
    if let Some(fixable) = fixable(report) {
        writeln!(out, "{fixable}")?;
    }
    Ok(())
}

type LazyText<'r> = LazyLock<ShownText, Box<dyn FnOnce() -> ShownText + Send + 'r>>;

/// A group of findings as a diagnostic of miette.
struct GroupDiagnostic<'r> {
    /// The line above the message. `None` in a part that continues in another text.
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
        let group_message = GroupMessage::new(plan, group);
        let allowed = first.allowed.is_some();
        let labels: Vec<(Span, &str)> = group_message
            .labels
            .iter()
            .filter_map(|label| match label.location {
                Location::Span(span) => Some((span, label.text.as_str())),
                Location::File(_) | Location::Input(_) => None,
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
            message: group_message.plain(),
            help: group_message.plain_help(),
            text: None,
            labels: Vec::new(),
            elsewhere: Vec::new(),
        };
        for (span, text) in labels {
            diagnostic.add_label(&texts[span.file.0], span, text);
        }
        diagnostic
    }

    /// Adds a label, as a diagnostic of its own if it points into another text.
    fn add_label(&mut self, text: &'r ShownText, span: Span, label: &str) {
        if !text.can_show(span) {
            let location = text.location(span);
            self.message.push_str(&format!("\nat {location}"));
            return;
        }
        match self.text {
            None => {
                self.text = Some(text);
                self.labels.push(text.label(span, label));
            }
            Some(own) if std::ptr::eq(own, text) => self.labels.push(text.label(span, label)),
            Some(_) => self.elsewhere.push(GroupDiagnostic {
                code: None,
                level: Level::Note,
                message: shown(if label.is_empty() { "and here" } else { label }).into_owned(),
                help: None,
                text: Some(text),
                labels: vec![text.label(span, "")],
                elsewhere: Vec::new(),
            }),
        }
    }
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

/// A text of the plan made safe to show, with an index of its lines.
///
/// miette's own `NamedSource` scans the whole text again for each report.
struct ShownText {
    name: String,
    original: SourceFile,
    /// The text with hidden characters escaped, and where offsets shift by how much. `None` if there
    /// are no such characters.
    escaped: Option<(SourceFile, Vec<(usize, usize)>)>,
}

impl ShownText {
    fn new(source: &SourceFile) -> ShownText {
        let is_escaped = |at: usize, character: char| match character {
            '\n' | '\t' => false,
            // On its own, it would move the cursor to the beginning of the line.
            '\r' => !source.text()[at..].starts_with("\r\n"),
            other => safe::is_hidden(other),
        };
        let may_need_escapes =
            source.text().contains(|character| safe::is_hidden(character) || character == '#');
        let escaped = may_need_escapes.then(|| {
            let mut text = String::with_capacity(source.text().len());
            let mut shifts = Vec::new();
            for (at, character) in source.text().char_indices() {
                let is_log_command = source.text()[at..].starts_with("##");
                if is_escaped(at, character) {
                    text.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
                } else if is_log_command {
                    text.push_str("# ");
                } else {
                    text.push(character);
                    continue;
                }
                let end = at + character.len_utf8();
                shifts.push((end, text.len() - end));
            }
            (SourceFile::new(source.name(), text), shifts)
        });
        ShownText {
            name: shown(source.name()).into_owned(),
            original: source.clone(),
            escaped: escaped.filter(|(_, shifts)| !shifts.is_empty()),
        }
    }

    fn source(&self) -> &SourceFile {
        self.escaped.as_ref().map_or(&self.original, |(source, _)| source)
    }

    /// The offset in the shown text of a byte of the original.
    fn offset(&self, byte: usize) -> usize {
        let Some((_, shifts)) = &self.escaped else { return byte };
        let before = shifts.partition_point(|&(at, _)| at <= byte);
        byte + before.checked_sub(1).map_or(0, |last| shifts[last].1)
    }

    /// The inverse of `offset`.
    fn original_offset(&self, byte: usize) -> usize {
        let Some((_, shifts)) = &self.escaped else { return byte };
        let before = shifts.partition_point(|&(at, by)| at + by <= byte);
        byte - before.checked_sub(1).map_or(0, |last| shifts[last].1)
    }

    fn label(&self, span: Span, text: &str) -> LabeledSpan {
        let start = self.offset(span.start);
        let end = self.offset(span.end).min(self.source().text().len());
        // Underline only the first line of a longer value.
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
            && self.source().line_span(line).is_some_and(|line| line.len() <= MAX_LINE)
    }

    fn location(&self, span: Span) -> String {
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
