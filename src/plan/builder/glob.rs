//! From the text of a glob to the glob, or to what is wrong with it in the text of its file.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use super::Builder;
use crate::glob::Glob;
use crate::glob::syntax::SyntaxError;
use crate::parallel;
use crate::plan::edit::{Applicability, Replacement};
use crate::plan::{GlobEntry, GlobFault};
use crate::source::excerpt;

/// How many texts one processor reads at a time.
const READ_AHEAD: usize = 512;

/// A text as a format writes it, and the way from its characters to the bytes of the file.
pub(in crate::plan) trait Written {
    /// What it says.
    fn text(&self) -> &str;

    /// The bytes of the file that some bytes of the text were read from.
    fn source_span(&self, text: Range<usize>) -> Range<usize>;

    /// The bytes of the file to replace, and with what, so that the text says `with` in place of
    /// some of its bytes; None if that cannot be written.
    fn replaced(&self, text: Range<usize>, with: &str) -> Option<(Range<usize>, String)>;
}

/// Whether a glob may begin with `!`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Exclusions {
    Taken,
    Refused,
}

/// The globs of one value.
#[derive(Debug)]
pub(in crate::plan) struct Globs {
    pub(in crate::plan) entries: Vec<GlobEntry>,
    /// Whether there is more that could not be read as a text.
    pub(in crate::plan) is_partial: bool,
}

impl Globs {
    pub(super) fn is_sound(&self) -> bool {
        !self.is_partial && self.entries.iter().all(|entry| entry.glob.is_ok())
    }
}

impl Builder {
    /// Reads the globs of a large plan on all processors.
    ///
    /// Whatever has a slash may be one; a text that turns out to be none is forgotten.
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
        let sound = |block: usize| -> Vec<Glob> {
            blocks[block].iter().filter_map(|text| Glob::parse(text).ok()).collect()
        };
        let _: Result<(), Infallible> = parallel::in_order(blocks.len(), sound, |globs| {
            // Of one text, the first stays.
            for glob in globs {
                if !self.globs.contains(&glob) {
                    self.globs.insert(glob);
                }
            }
            Ok(())
        });
    }

    /// Reads a glob that the plan has at `at`.
    pub(in crate::plan) fn glob(
        &mut self,
        written: &impl Written,
        at: Range<usize>,
        exclusions: Exclusions,
    ) -> GlobEntry {
        let text = written.text();
        let (negated, pattern) = match text.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, text),
        };
        let offset = text.len() - pattern.len();
        let glob = if negated && pattern.starts_with('!') {
            let help = "one `!` takes away; write `!\\!` to exclude a name that begins with `!`";
            Err(vec![wrong_exclusion(0..2, "two `!`", help, Some("!"))])
        } else if negated && exclusions == Exclusions::Refused {
            let help = "only `write` and `read` can take away; `\\!` begins a name with `!`";
            let problem = "an exclusion, which means nothing here";
            Err(vec![wrong_exclusion(0..1, problem, help, None)])
        } else {
            self.sound_glob(pattern).map_err(|mut faults| {
                for fault in &mut faults {
                    fault.span = fault.span.start + offset..fault.span.end + offset;
                }
                faults
            })
        };
        // Most globs take nothing away, and their texts are shared with the globs themselves.
        let text = match &glob {
            Ok(glob) if !negated => Arc::clone(glob.text()),
            _ => text.into(),
        };
        let glob = glob.map_err(|faults| {
            faults.into_iter().map(|fault| self.glob_fault(written, fault)).collect()
        });
        GlobEntry { text, span: self.span(at), negated, glob }
    }

    /// The glob of this text; the same value for the same text, so that what is found out about it
    /// is found out once.
    fn sound_glob(&mut self, text: &str) -> Result<Glob, Vec<SyntaxError>> {
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

    /// A fault of a text as one of the file that it is written in.
    fn glob_fault(&self, written: &impl Written, fault: SyntaxError) -> GlobFault {
        let bytes = fault.span;
        let applicability = if fault.safe { Applicability::Safe } else { Applicability::Unsafe };
        let replacement = |with: &str| {
            let (span, text) = written.replaced(bytes.clone(), with)?;
            let title = match (with, text.len() == with.len()) {
                ("", true) => format!("remove `{}`", excerpt(&written.text()[bytes.clone()])),
                (with, true) => format!("write `{}`", excerpt(with)),
                (_, false) => format!("write `{}`", excerpt(&text)),
            };
            Some(Replacement { title, span: self.span(span), text, applicability })
        };
        GlobFault {
            fix: fault.fix.as_deref().and_then(replacement),
            span: self.span(written.source_span(bytes)),
            problem: fault.problem,
            help: fault.help,
        }
    }
}

fn wrong_exclusion(
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

/// The fault of a glob that is a path of this machine: one below the repository's root is mended to
/// the path from there, and no other one at all.
fn machine_path(pattern: &str, roots: &[String]) -> Option<SyntaxError> {
    let mut fault = None;
    for root in roots {
        let (first, below) = root.get(1..)?.split_once('/').unwrap_or((&root[1..], ""));
        match pattern.strip_prefix(root.as_str()).map(|rest| (rest, rest.strip_prefix('/'))) {
            // In `/app`, `/app/src` may be meant as `app/src`.
            Some((_, Some(rest))) if !rest.is_empty() && !below.is_empty() => {
                return Some(SyntaxError::absolute(root.len() + 1, true));
            }
            Some(("", _)) => fault = Some(root.len()),
            _ => {}
        }
        let beside = pattern.strip_prefix(&root[..1]).and_then(|rest| rest.strip_prefix(first));
        if !first.is_empty() && beside.is_some_and(|rest| rest.starts_with('/')) {
            fault = fault.or(Some(first.len() + 2));
        }
    }
    fault.map(|length| SyntaxError::absolute(length, false))
}
