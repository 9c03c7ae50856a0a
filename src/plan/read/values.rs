//! What a value of the tree means in a plan: keys, texts, branches, globs; and what is said of one
//! that means nothing.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::{MAX_VALUES, Reader};
use crate::glob::Glob;
use crate::glob::syntax::Fault;
use crate::plan::fix::{Applicability, Replacement};
use crate::plan::names::{branch_fault, list, nearest};
use crate::plan::{GlobEntry, GlobFault, Problem, Spanned};
use crate::source::yaml::{self, NodeRef, Scalar, View};
use crate::source::{FileId, Span, excerpt};

/// Whether a glob may begin with `!`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Exclusions {
    Taken,
    Refused,
}

/// What a value is to be.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Glob,
    /// Any text.
    Text(&'static str),
    /// A name without the characters that YAML keeps for itself.
    Word(&'static str),
    /// A map or a list.
    Collection(&'static str),
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Wanted::Glob => "a glob",
            Wanted::Text(name) | Wanted::Word(name) | Wanted::Collection(name) => name,
        }
    }

    /// Who may decide to quote what YAML takes for an alias or a tag; nobody where that mends
    /// nothing.
    fn quoting(self, text: &str) -> Option<Applicability> {
        // `*lane` may be an alias of an anchor that is misspelled or gone, `!x y` a tag of `y`.
        let is_sure = match text.strip_prefix('*') {
            Some(name) => name.contains(|c: char| !c.is_alphanumeric() && c != '-' && c != '_'),
            None => !text.trim_end().contains(char::is_whitespace),
        };
        match self {
            Wanted::Glob | Wanted::Text(_) if is_sure => Some(Applicability::Safe),
            Wanted::Glob | Wanted::Text(_) => Some(Applicability::Unsafe),
            Wanted::Word(_) | Wanted::Collection(_) => None,
        }
    }

    /// Who may decide to quote a number and the like. A file can be called `1`, but whoever wrote
    /// `write: 0` or `write: true` may have meant none or all.
    fn quoting_value(self) -> Option<Applicability> {
        match self {
            Wanted::Text(_) | Wanted::Word(_) => Some(Applicability::Safe),
            Wanted::Glob => Some(Applicability::Unsafe),
            Wanted::Collection(_) => None,
        }
    }
}

/// Who may decide to quote a list or a map where a glob is wanted: nobody if it has more than a
/// class or alternatives have.
fn collection(text: &str) -> Option<Applicability> {
    yaml::may_be_a_glob(text).then_some(Applicability::Unsafe)
}

/// The fault of a glob that is a path of this machine: one below the repository's root is mended to
/// the path from there, and no other one at all.
fn machine_path(pattern: &str, roots: &[String]) -> Option<Fault> {
    let mut fault = None;
    for root in roots {
        let (first, below) = root.get(1..)?.split_once('/').unwrap_or((&root[1..], ""));
        match pattern.strip_prefix(root.as_str()).map(|rest| (rest, rest.strip_prefix('/'))) {
            // In `/app`, `/app/src` may be meant as `app/src`.
            Some((_, Some(rest))) if !rest.is_empty() && !below.is_empty() => {
                return Some(Fault::absolute(root.len() + 1, true));
            }
            Some(("", _)) => fault = Some(root.len()),
            _ => {}
        }
        let beside = pattern.strip_prefix(&root[..1]).and_then(|rest| rest.strip_prefix(first));
        if !first.is_empty() && beside.is_some_and(|rest| rest.starts_with('/')) {
            fault = fault.or(Some(first.len() + 2));
        }
    }
    fault.map(|length| Fault::absolute(length, false))
}

impl Problem {
    /// Adds the edit that mends it: a text for the place of its first label.
    pub(super) fn mend(
        &mut self,
        title: impl Into<String>,
        text: impl Into<String>,
        applicability: Applicability,
    ) {
        let span = self.labels[0].0;
        let (title, text) = (title.into(), text.into());
        self.fix = Some(Replacement { title, span, text, applicability });
    }
}

impl Reader {
    pub(super) fn problem(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) -> &mut Problem {
        let span = self.span(span);
        let help = (!help.is_empty()).then(|| help.to_owned());
        let labels = vec![(span, String::new())];
        self.plan.problems.push(Problem {
            message: message.into(),
            help,
            labels,
            fix: None,
            task: self.task,
            wrong_type: false,
        });
        let last = self.plan.problems.len() - 1;
        &mut self.plan.problems[last]
    }

    pub(super) fn given_twice(&mut self, name: &str, again: Range<usize>, first: Span) {
        let message = format!("`{}` is given twice", excerpt(name));
        let problem = self.problem(again, message, "keep one of the two");
        problem.labels[0].1 = "here again".to_owned();
        problem.labels.push((first, "first here".to_owned()));
    }

    /// The keys of a map that stand in it twice, told; the first stays.
    pub(super) fn without_duplicates<'t>(
        &mut self,
        pairs: Vec<(NodeRef<'t>, NodeRef<'t>)>,
        united: &[&str],
    ) -> (Vec<(NodeRef<'t>, NodeRef<'t>)>, bool) {
        let mut first: HashMap<&str, Range<usize>> = HashMap::new();
        let mut kept = Vec::with_capacity(pairs.len());
        let mut twice = false;
        for (key, value) in pairs {
            if let View::Text(text) = self.view(key) {
                if let Some(span) = first.get(text.text) {
                    let span = self.span(span.clone());
                    self.given_twice(text.text, key.span(), span);
                    twice = true;
                    if !united.contains(&text.text) {
                        continue;
                    }
                } else {
                    first.insert(text.text, key.span());
                }
            }
            kept.push((key, value));
        }
        (kept, twice)
    }

    /// The text of a key; a number or the like is a key by its text.
    pub(super) fn key<'t>(&mut self, key: NodeRef<'t>) -> Option<&'t str> {
        match self.view(key) {
            View::Text(text) => Some(text.text),
            View::NotText(_) => Some(key.source()),
            View::Null if !key.source().is_empty() => Some(key.source()),
            View::Broken => None,
            _ => {
                self.problem(key.span(), "a key has to be a text", "write `key: value`");
                None
            }
        }
    }

    /// Tells of a key that nobody reads. Of the `known` ones, those that the map has already are
    /// not what was meant.
    pub(super) fn other_key(
        &mut self,
        (name, key): (&str, NodeRef<'_>),
        known: &[&str],
        pairs: &[(NodeRef<'_>, NodeRef<'_>)],
        of: &str,
    ) {
        if name.starts_with("x-") {
            return;
        }
        if name == "<<" {
            self.problem(
                key.span(),
                "merge keys (`<<`) are not part of YAML 1.2",
                "write the keys out; an alias as a value (`write: *lane`) works",
            );
            return;
        }
        let message = format!("`{}` is no key of {of}", excerpt(name));
        let is_there = |known: &str| {
            let is = |key: NodeRef<'_>| matches!(key.view(), View::Text(key) if key.text == known);
            pairs.iter().any(|(key, _)| is(*key))
        };
        self.guesses = self.guesses.saturating_sub(pairs.len());
        let near =
            nearest(name, known.iter().copied()).filter(|near| self.guesses > 0 && !is_there(near));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are {}; your own begin with `x-`", list(known)),
        };
        let span = key.span();
        let problem = self.problem(span, message, &help);
        if let Some(near) = near {
            let written = yaml::written_like(key.source(), near);
            problem.mend(format!("write `{near}`"), written, Applicability::Unsafe);
        }
    }

    pub(super) fn wrong_type(&mut self, node: NodeRef<'_>, wanted: Wanted) {
        match self.view(node) {
            View::Broken => {}
            View::UnknownAlias => {
                let fix = wanted.quoting(node.source());
                self.unquoted(node.span(), "an alias", node.source(), fix);
            }
            View::UnknownTag(span) => {
                let text = self.text(span.clone());
                let fix = wanted.quoting(&text);
                self.unquoted(span, "a tag", &text, fix);
            }
            View::NotText(what) if !node.is_alias() => {
                let quoted = yaml::quoted(node.source());
                let fix = wanted.quoting_value();
                let help = match fix {
                    Some(_) => format!("quote it: {}", excerpt(&quoted)),
                    None => String::new(),
                };
                let problem = self.not_wanted(node, wanted, what, &help);
                if let Some(applicability) = fix {
                    problem.mend("quote it", quoted, applicability);
                }
            }
            view => {
                let what = match view {
                    View::Null => "nothing",
                    View::List(_) => "a list",
                    View::Map(_) => "a map",
                    View::NotText(what) => what,
                    _ => "a text",
                };
                self.not_wanted(node, wanted, what, "");
            }
        }
    }

    fn not_wanted(
        &mut self,
        node: NodeRef<'_>,
        wanted: Wanted,
        what: &str,
        help: &str,
    ) -> &mut Problem {
        let message = format!("{} is wanted here, and this is {what}", wanted.name());
        let problem = self.problem(node.span(), message, help);
        problem.wrong_type = true;
        problem
    }

    pub(super) fn unquoted(
        &mut self,
        span: Range<usize>,
        meaning: &str,
        text: &str,
        fix: Option<Applicability>,
    ) {
        let quoted = yaml::quoted(text.trim());
        let message = format!("YAML takes this for {meaning}, not for a text");
        let problem = self.problem(span, message, &format!("quote it: {}", excerpt(&quoted)));
        if let Some(applicability) = fix {
            problem.mend("quote it", quoted, applicability);
        }
    }

    /// Looks at a node, as long as the plan is no larger than it may be.
    ///
    /// A few aliases of a long list make a plan of any size out of a small text.
    pub(super) fn view<'t>(&mut self, node: NodeRef<'t>) -> View<'t> {
        if self.values > MAX_VALUES {
            return View::Broken;
        }
        let view = node.view();
        self.values += match &view {
            View::List(items) => items.len(),
            View::Map(pairs) => pairs.len(),
            _ => 1,
        };
        if self.values > MAX_VALUES {
            self.unknown = true;
            let task = self.task.take();
            self.problem(
                node.span(),
                format!("here the plan reaches {MAX_VALUES} values, aliases counted; the rest is not read"),
                "split the plan",
            );
            self.task = task;
            return View::Broken;
        }
        view
    }

    pub(super) fn text(&self, span: Range<usize>) -> String {
        self.file
            .and_then(|file| self.plan.sources.get(file.0))
            .map_or_else(String::new, |source| source.slice(span).to_owned())
    }

    pub(super) fn text_value(
        &mut self,
        node: NodeRef<'_>,
        wanted: Wanted,
    ) -> Option<Spanned<String>> {
        if let View::Text(text) = self.view(node) {
            return Some(Spanned { value: text.text.to_owned(), span: self.span(node.span()) });
        }
        self.wrong_type(node, wanted);
        None
    }

    pub(super) fn branch(&mut self, node: NodeRef<'_>) -> Option<Spanned<String>> {
        let branch = self.text_value(node, Wanted::Word("the name of a branch"))?;
        if let Some(fault) = branch_fault(&branch.value) {
            let message = format!("`{}` is no name for a branch: {fault}", excerpt(&branch.value));
            self.problem(node.span(), message, "write the name as `git branch` shows it");
            return None;
        }
        Some(branch)
    }

    /// One glob or a list of them, and whether every one could be read as a text.
    pub(super) fn globs(
        &mut self,
        node: NodeRef<'_>,
        exclusions: Exclusions,
    ) -> (Vec<GlobEntry>, bool) {
        let nodes = match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => return (Vec::new(), true),
            _ => vec![node],
        };
        // The items of an aliased list stand elsewhere; this task says them where the alias is.
        let at = (nodes.first() != Some(&node) && node.is_alias()).then(|| node.span());
        let mut entries = Vec::new();
        let mut whole = true;
        for node in nodes {
            match self.view(node) {
                View::Text(text) => {
                    let span = at.clone().unwrap_or_else(|| node.span());
                    entries.push(self.glob(&text, span, exclusions));
                }
                _ => {
                    whole = false;
                    self.not_a_glob(node);
                }
            }
        }
        (entries, whole)
    }

    pub(super) fn not_a_glob(&mut self, node: NodeRef<'_>) {
        match self.view(node) {
            // `{a,b}` and `[ab]` are collections to YAML.
            View::List(_) if node.source().starts_with('[') => {
                self.unquoted(node.span(), "a list", node.source(), collection(node.source()));
            }
            View::Map(_) if node.source().starts_with('{') => {
                self.unquoted(node.span(), "a map", node.source(), collection(node.source()));
            }
            _ => self.wrong_type(node, Wanted::Glob),
        }
    }

    pub(super) fn glob(
        &mut self,
        scalar: &Scalar<'_>,
        at: Range<usize>,
        exclusions: Exclusions,
    ) -> GlobEntry {
        let text = scalar.text;
        let (negated, pattern) = match text.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, text),
        };
        let offset = text.len() - pattern.len();
        let mut faults = Vec::new();
        let file = self.file.unwrap_or(FileId(0));
        let mut fault = |bytes: Range<usize>, found: Fault| {
            let replacement = |with: &str| {
                let (span, text) = scalar.replaced(bytes.clone(), with)?;
                let title = match (with, text.len() == with.len()) {
                    ("", true) => format!("remove `{}`", excerpt(&scalar.text[bytes.clone()])),
                    (with, true) => format!("write `{}`", excerpt(with)),
                    (_, false) => format!("write `{}`", excerpt(&text)),
                };
                let span = Span::new(file, span);
                let applicability =
                    if found.sure { Applicability::Safe } else { Applicability::Unsafe };
                Some(Replacement { title, span, text, applicability })
            };
            faults.push(GlobFault {
                span: Span::new(file, scalar.source_span(bytes.clone())),
                fix: found.fix.as_deref().and_then(replacement),
                problem: found.problem,
                help: found.help,
            });
        };
        let unlike = |problem: &str, help: &str, fix: Option<&str>| Fault {
            span: 0..0,
            problem: problem.to_owned(),
            help: help.to_owned(),
            fix: fix.map(str::to_owned),
            sure: false,
        };
        let mut glob = None;
        if negated && pattern.starts_with('!') {
            let help = "one `!` takes away; write `!\\!` to exclude a name that begins with `!`";
            fault(0..2, unlike("two `!`", help, Some("!")));
        } else if negated && exclusions == Exclusions::Refused {
            let help = "only `write` and `read` can take away; `\\!` begins a name with `!`";
            fault(0..1, unlike("an exclusion, which means nothing here", help, None));
        } else {
            let read = match machine_path(pattern, &self.roots) {
                Some(absolute) => Err(vec![absolute]),
                None => self.sound_glob(pattern),
            };
            match read {
                Ok(sound) => glob = Some(sound),
                Err(found) => {
                    for found in found {
                        let bytes = found.span.start + offset..found.span.end + offset;
                        fault(bytes, found);
                    }
                }
            }
        }
        // Most globs take nothing away, and their texts are shared with the globs themselves.
        let text = match &glob {
            Some(glob) if !negated => Arc::clone(glob.text()),
            _ => text.into(),
        };
        GlobEntry { text, span: self.span(at), negated, glob: glob.ok_or(faults) }
    }

    /// The glob of this text; the same value for the same text, so that what is found out about it
    /// is found out once.
    fn sound_glob(&mut self, text: &str) -> Result<Glob, Vec<Fault>> {
        if let Some(known) = self.globs.get(text) {
            return Ok(known.clone());
        }
        let glob = Glob::parse(text)?;
        self.globs.insert(glob.clone());
        Ok(glob)
    }
}
