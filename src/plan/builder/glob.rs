//! Parses the globs of a plan, and maps their errors to the source.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use super::Builder;
use super::leftover::{self, Found};
use crate::glob::Glob;
use crate::glob::syntax::SyntaxError;
use crate::parallel;
use crate::plan::edit::{Applicability, Replacement};
use crate::plan::{GlobEntry, GlobError, Leftover};
use crate::source::{excerpt, yaml};

/// The number of texts in one unit of parallel work.
const READ_AHEAD: usize = 512;

/// A decoded text, with a mapping back to the bytes of the file.
pub(in crate::plan) trait MappedText {
    /// The decoded text.
    fn text(&self) -> &str;

    /// Maps a range of the text to bytes of the file.
    fn source_span(&self, text: Range<usize>) -> Range<usize>;

    /// The bytes of the file to replace, and the new source, so that a range of the text becomes
    /// `with`. `None` if the format cannot express it.
    fn replaced(&self, text: Range<usize>, with: &str) -> Option<(Range<usize>, String)>;
}

/// Whether a leading `!` is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Exclusions {
    Allowed,
    Rejected,
}

/// The globs of a value.
#[derive(Debug)]
pub(in crate::plan) struct Globs {
    pub(in crate::plan) entries: Vec<GlobEntry>,
    /// Whether some items were not strings.
    pub(in crate::plan) is_partial: bool,
}

impl Globs {
    pub(super) fn is_valid(&self) -> bool {
        !self.is_partial && self.entries.iter().all(|entry| entry.glob.is_ok())
    }
}

impl Builder {
    /// Parses the globs of a large plan in parallel.
    ///
    /// Any text with a slash may be a glob. Those that do not parse are ignored.
    pub(in crate::plan) fn read_ahead<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        let texts: Vec<&str> = texts
            .filter(|text| text.contains('/'))
            .map(|text| text.strip_prefix('!').unwrap_or(text))
            .filter(|text| !self.globs.contains(*text))
            .collect();
        let blocks: Vec<&[&str]> = texts.chunks(READ_AHEAD).collect();
        if blocks.len() < 2 {
            return;
        }
        self.globs.reserve(texts.len());
        let parse = |block: usize| -> Vec<Glob> {
            blocks[block].iter().filter_map(|text| Glob::parse(text).ok()).collect()
        };
        let _: Result<(), Infallible> = parallel::in_order(blocks.len(), parse, |globs| {
            // Keep the first of equal globs, which others may share.
            for glob in globs {
                if !self.globs.contains(&glob) {
                    self.globs.insert(glob);
                }
            }
            Ok(())
        });
    }

    /// Parses a glob whose span in the plan is `at`.
    pub(in crate::plan) fn glob(
        &mut self,
        text: &impl MappedText,
        at: Range<usize>,
        exclusions: Exclusions,
    ) -> GlobEntry {
        let decoded = text.text();
        let (negated, pattern) = match decoded.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, decoded),
        };
        let offset = decoded.len() - pattern.len();
        let is_misplaced =
            negated && (exclusions == Exclusions::Rejected || pattern.starts_with('!'));
        if !is_misplaced && let Some(found) = self.leftover(pattern) {
            return self.glob_with_leftover(text, at, negated, &found);
        }
        let glob = if negated && pattern.starts_with('!') {
            let help = "use one `!`; to exclude a name that starts with `!`, write `!\\!`";
            Err(vec![exclusion_fault(0..2, "two leading `!`", help, Some("!"))])
        } else if negated && exclusions == Exclusions::Rejected {
            let help = "move it to `write` or `read`; if the name starts with `!`, write `\\!`";
            let problem = "an exclusion outside of `write` and `read`";
            Err(vec![exclusion_fault(0..1, problem, help, None)])
        } else {
            self.parse_glob(pattern).map_err(|mut faults| {
                for fault in &mut faults {
                    fault.span = fault.span.start + offset..fault.span.end + offset;
                }
                faults
            })
        };
        // Share the text with the glob where they are the same.
        let entry_text = match &glob {
            Ok(glob) if !negated => Arc::clone(glob.text()),
            _ => decoded.into(),
        };
        let glob = glob.map_err(|faults| {
            faults.into_iter().map(|fault| self.glob_error(text, fault)).collect()
        });
        GlobEntry { text: entry_text, span: self.span(at), negated, glob, leftover: None }
    }

    fn leftover(&mut self, pattern: &str) -> Option<Found> {
        let Builder { existing, plan, .. } = self;
        leftover::find(pattern, &mut |name| {
            let exists = existing.contains(name);
            if !exists {
                plan.unknown_names.insert(name.to_owned());
            }
            exists
        })
    }

    /// An entry whose glob is what remains of its text.
    fn glob_with_leftover(
        &mut self,
        text: &impl MappedText,
        at: Range<usize>,
        negated: bool,
        found: &Found,
    ) -> GlobEntry {
        let decoded = text.text();
        let offset = usize::from(negated);
        let inside = leftover::leftover_span(&decoded[offset..], found);
        let inside = inside.start + offset..inside.end + offset;
        let whole = inside.len() + offset == decoded.len() || inside.is_empty();
        let span = if whole { at.clone() } else { text.source_span(inside) };
        let globs: Vec<String> = found.globs.iter().map(|glob| mended(glob)).collect();
        // Whether an exclusion among them excludes from the others or from the lane is a guess.
        let is_sure = !globs.iter().any(|glob| glob.starts_with('!'));
        let sign = if negated { "!" } else { "" };
        let signed: Vec<String> = globs.iter().map(|glob| format!("{sign}{glob}")).collect();
        let fix = match signed.as_slice() {
            [] => None,
            [one] => text.replaced(0..decoded.len(), one).or_else(|| self.listed(&at, &signed)),
            _ => self.listed(&at, &signed),
        };
        let fix = fix.map(|(span, text)| Replacement {
            title: "write only the globs".to_owned(),
            span: self.span(span),
            text,
            applicability: if is_sure { Applicability::Safe } else { Applicability::Unsafe },
        });
        let leftover = Leftover { kind: found.kind, span: self.span(span), globs, fix };
        GlobEntry {
            text: decoded.into(),
            span: self.span(at),
            negated,
            glob: self.union(&leftover.globs).filter(|_| is_sure).ok_or_else(Vec::new),
            leftover: Some(Box::new(leftover)),
        }
    }

    /// One glob for all of these; `None` if one is invalid, or there are none.
    fn union(&mut self, globs: &[String]) -> Option<Glob> {
        let [one] = globs else {
            let all_valid = globs.iter().all(|glob| self.parse_glob(glob).is_ok());
            let branches: Vec<String> =
                globs.iter().map(|glob| leftover::as_branch(glob)).collect();
            let union = || Glob::parse(&format!("{{{}}}", branches.join(","))).ok();
            return if all_valid && !globs.is_empty() { union() } else { None };
        };
        self.parse_glob(one).ok()
    }

    /// The edit that makes several values of one, by what is before it.
    fn listed(&self, at: &Range<usize>, globs: &[String]) -> Option<(Range<usize>, String)> {
        let source = self.plan.sources.last()?.text();
        let quoted: Vec<String> = globs.iter().map(|glob| yaml::quoted(glob)).collect();
        let header = block_header(&source[..at.start]);
        let start = header.unwrap_or(at.start);
        let end = match header {
            Some(_) => at.start + source.get(at.clone())?.trim_end().len(),
            None => at.end,
        };
        let before = source[..start].trim_end_matches([' ', '\t']);
        let text = match before.bytes().next_back()? {
            b':' => format!("[{}]", quoted.join(", ")),
            b'[' | b',' if header.is_none() => quoted.join(", "),
            b'-' => {
                let line = before.rfind('\n').map_or(0, |newline| newline + 1);
                let indent = &before[line..before.len() - 1];
                let is_item = indent.bytes().all(|byte| byte == b' ');
                is_item.then(|| quoted.join(&format!("\n{indent}- ")))?
            }
            _ => return None,
        };
        Some((start..end, text))
    }

    /// Parses a glob. Equal texts share one glob, and so what it caches.
    fn parse_glob(&mut self, text: &str) -> Result<Glob, Vec<SyntaxError>> {
        if let Some(absolute) = machine_path(text, &self.roots) {
            return Err(vec![absolute]);
        }
        if let Some(known) = self.globs.get(text) {
            return Ok(known.clone());
        }
        let glob = Glob::parse(text)?;
        self.globs.insert(glob.clone());
        Ok(glob)
    }

    /// Maps a fault in a text to the file.
    fn glob_error(&self, text: &impl MappedText, fault: SyntaxError) -> GlobError {
        let bytes = fault.span;
        let applicability = if fault.safe { Applicability::Safe } else { Applicability::Unsafe };
        let replacement = |with: &str| {
            let (span, source) = text.replaced(bytes.clone(), with)?;
            let title = match (with, source.len() == with.len()) {
                ("", true) => format!("remove `{}`", excerpt(&text.text()[bytes.clone()])),
                (with, true) => format!("replace with `{}`", excerpt(with)),
                (_, false) => format!("replace with `{}`", excerpt(&source)),
            };
            Some(Replacement { title, span: self.span(span), text: source, applicability })
        };
        GlobError {
            fix: fault.fix.as_deref().and_then(replacement),
            span: self.span(text.source_span(bytes)),
            problem: fault.problem,
            help: fault.help,
        }
    }
}

/// The start of the `|` or `>` of the block scalar whose content starts at the end of this text.
fn block_header(before: &str) -> Option<usize> {
    let line = before.trim_end();
    if !before[line.len()..].contains('\n') {
        return None;
    }
    let header = line.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
    let start = header.strip_suffix(['|', '>'])?;
    start.ends_with([' ', '\t']).then_some(start.len())
}

/// A glob with its own errors fixed, where that is certain.
fn mended(glob: &str) -> String {
    crate::glob::with_safe_fixes(glob).unwrap_or_else(|| glob.to_owned())
}

fn exclusion_fault(
    span: Range<usize>,
    problem: &str,
    help: &str,
    fix: Option<&str>,
) -> SyntaxError {
    SyntaxError {
        span,
        problem: problem.to_owned(),
        help: help.to_owned(),
        fix: fix.map(str::to_owned),
        safe: false,
    }
}

/// The fault of a glob that is an absolute path on this machine. A path below the repository root
/// has a fix that makes it relative; others have none.
fn machine_path(pattern: &str, roots: &[String]) -> Option<SyntaxError> {
    let mut fault = None;
    for root in roots {
        let (first, rest) = root.get(1..)?.split_once('/').unwrap_or((&root[1..], ""));
        match pattern.strip_prefix(root.as_str()).map(|rest| (rest, rest.strip_prefix('/'))) {
            // If the root is `/app`, `/app/src` may be meant as `app/src`.
            Some((_, Some(below))) if !below.is_empty() && !rest.is_empty() => {
                return Some(SyntaxError::absolute(root.len() + 1, true));
            }
            Some(("", _)) => fault = Some(root.len()),
            _ => {}
        }
        let sibling = pattern.strip_prefix(&root[..1]).and_then(|rest| rest.strip_prefix(first));
        if !first.is_empty() && sibling.is_some_and(|rest| rest.starts_with('/')) {
            fault = fault.or(Some(first.len() + 2));
        }
    }
    fault.map(|length| SyntaxError::absolute(length, false))
}
