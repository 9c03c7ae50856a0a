//! Shared by the YAML formats: reads strings, keys, lists and globs from the tree, and reports
//! values of the wrong type.

use std::collections::HashMap;
use std::ops::Range;

use crate::plan::Spanned;
use crate::plan::builder::{Builder, Exclusions, Globs, MappedText, Word};
use crate::plan::edit::Applicability;
use crate::plan::{GlobEntry, Problem};
use crate::source::excerpt;
use crate::source::yaml::{self, NodeRef, Scalar, View};

pub(super) type Pair<'t> = (NodeRef<'t>, NodeRef<'t>);

/// The expected type of a value.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    Glob,
    /// Any string.
    Text(&'static str),
    /// A name, which never contains YAML's special characters.
    Word(&'static str),
    /// A map or a list.
    Collection(&'static str),
}

impl Expected {
    fn name(self) -> &'static str {
        match self {
            Expected::Glob => "a glob",
            Expected::Text(name) | Expected::Word(name) | Expected::Collection(name) => name,
        }
    }

    /// How safe it is to quote what YAML reads as an alias or a tag. `None` if quoting does not
    /// help.
    fn quoting(self, text: &str) -> Option<Applicability> {
        // `*lane` may be an alias of a misspelled or missing anchor, and `!x y` the tag of `y`.
        let is_sure = match text.strip_prefix('*') {
            Some(name) => name.contains(|c: char| !c.is_alphanumeric() && c != '-' && c != '_'),
            None => !text.trim_end().contains(char::is_whitespace),
        };
        match self {
            Expected::Glob | Expected::Text(_) if is_sure => Some(Applicability::Safe),
            Expected::Glob | Expected::Text(_) => Some(Applicability::Unsafe),
            Expected::Word(_) | Expected::Collection(_) => None,
        }
    }

    /// How safe it is to quote a number or boolean. A file can be named `1`, but `write: 0` and
    /// `write: true` may mean nothing and everything.
    fn quoting_value(self) -> Option<Applicability> {
        match self {
            Expected::Text(_) | Expected::Word(_) => Some(Applicability::Safe),
            Expected::Glob => Some(Applicability::Unsafe),
            Expected::Collection(_) => None,
        }
    }
}

/// How safe it is to quote a list or map as a glob. `None` if it cannot be a class or alternatives.
fn quoting_collection(text: &str) -> Option<Applicability> {
    yaml::may_be_a_glob(text).then_some(Applicability::Unsafe)
}

impl MappedText for Scalar<'_> {
    fn text(&self) -> &str {
        self.text
    }

    fn source_span(&self, text: Range<usize>) -> Range<usize> {
        Scalar::source_span(self, text)
    }

    fn replaced(&self, text: Range<usize>, with: &str) -> Option<(Range<usize>, String)> {
        Scalar::replaced(self, text, with)
    }
}

/// A node's name, for the builder.
pub(super) fn word<'t>(text: &'t str, node: NodeRef<'_>) -> Word<'t> {
    Word { text, at: node.span(), quoted_like: yaml::quoted_like }
}

/// Passes the nodes of a tree to a builder.
pub(super) struct Reader<'b> {
    pub(super) builder: &'b mut Builder,
}

impl Reader<'_> {
    /// Views a node and counts its values. [`View::Broken`] if the plan is too large.
    pub(super) fn view<'t>(&mut self, node: NodeRef<'t>) -> View<'t> {
        if !self.builder.has_room() {
            return View::Broken;
        }
        let view = node.view();
        let values = match &view {
            View::List(items) => items.len(),
            View::Map(pairs) => pairs.len(),
            _ => 1,
        };
        if self.builder.count(values, node.span()) { view } else { View::Broken }
    }

    /// Reports duplicate keys and keeps the first of each, but all of the `merged` keys. The flag
    /// tells whether there were duplicates.
    pub(super) fn without_duplicates<'t>(
        &mut self,
        pairs: Vec<Pair<'t>>,
        merged: &[&str],
    ) -> (Vec<Pair<'t>>, bool) {
        let mut first: HashMap<&str, Range<usize>> = HashMap::new();
        let mut kept = Vec::with_capacity(pairs.len());
        let mut has_duplicates = false;
        for (key, value) in pairs {
            if let View::Text(text) = self.view(key) {
                if let Some(span) = first.get(text.text) {
                    let span = self.builder.span(span.clone());
                    self.builder.duplicate("key", text.text, key.span(), span);
                    has_duplicates = true;
                    if !merged.contains(&text.text) {
                        continue;
                    }
                } else {
                    first.insert(text.text, key.span());
                }
            }
            kept.push((key, value));
        }
        (kept, has_duplicates)
    }

    /// The text of a key. A number, boolean or null counts as its source text.
    pub(super) fn key<'t>(&mut self, key: NodeRef<'t>) -> Option<&'t str> {
        match self.view(key) {
            View::Text(text) => Some(text.text),
            View::NotText(_) => Some(key.source()),
            View::Null if !key.source().is_empty() => Some(key.source()),
            View::Broken => None,
            _ => {
                let help = "write `key: value`";
                self.builder.problem(key.span(), "a key must be a string", help);
                None
            }
        }
    }

    /// Reports an unknown key, unless it is one of the user's own.
    pub(super) fn unknown_key(
        &mut self,
        (name, key): (&str, NodeRef<'_>),
        known: &[&str],
        pairs: &[Pair<'_>],
    ) {
        if name.starts_with("x-") {
            return;
        }
        if name == "<<" {
            self.builder.problem(
                key.span(),
                "merge keys (`<<`) are not part of YAML 1.2",
                "write the keys out; an alias as a value (`write: *lane`) works",
            );
            return;
        }
        let is_present = |known: &str| {
            let is = |key: NodeRef<'_>| matches!(key.view(), View::Text(key) if key.text == known);
            pairs.iter().any(|(key, _)| is(*key))
        };
        self.builder.unknown_key(&word(name, key), known, pairs.len(), is_present);
    }

    /// The nodes of a list; any other value counts as a list of one.
    pub(super) fn items<'t>(&mut self, node: NodeRef<'t>) -> Vec<NodeRef<'t>> {
        match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => Vec::new(),
            _ => vec![node],
        }
    }

    pub(super) fn word<'t>(&mut self, node: NodeRef<'t>, expected: Expected) -> Option<Word<'t>> {
        if let View::Text(text) = self.view(node) {
            return Some(word(text.text, node));
        }
        self.wrong_type(node, expected);
        None
    }

    pub(super) fn text(
        &mut self,
        node: NodeRef<'_>,
        expected: Expected,
    ) -> Option<Spanned<String>> {
        let word = self.word(node, expected)?;
        Some(Spanned { value: word.text.to_owned(), span: self.builder.span(word.at) })
    }

    /// One glob or a list of them.
    pub(super) fn globs(&mut self, node: NodeRef<'_>, exclusions: Exclusions) -> Globs {
        let nodes = self.items(node);
        // The items of an aliased list get the span of the alias.
        let at = (nodes.first() != Some(&node) && node.is_alias()).then(|| node.span());
        let mut globs = Globs { entries: Vec::new(), is_partial: false };
        for node in nodes {
            let at = at.clone().unwrap_or_else(|| node.span());
            match self.glob(node, at, exclusions) {
                Some(entry) => globs.entries.push(entry),
                None => globs.is_partial = true,
            }
        }
        globs
    }

    /// Reads a node as a glob whose span in the plan is `at`.
    pub(super) fn glob(
        &mut self,
        node: NodeRef<'_>,
        at: Range<usize>,
        exclusions: Exclusions,
    ) -> Option<GlobEntry> {
        if let View::Text(text) = self.view(node) {
            return Some(self.builder.glob(&text, at, exclusions));
        }
        match self.view(node) {
            // YAML reads `{a,b}` and `[ab]` as collections.
            View::List(_) if node.source().starts_with('[') => {
                let fix = quoting_collection(node.source());
                self.unquoted(node.span(), "a list", node.source(), fix);
            }
            View::Map(_) if node.source().starts_with('{') => {
                let fix = quoting_collection(node.source());
                self.unquoted(node.span(), "a map", node.source(), fix);
            }
            _ => self.wrong_type(node, Expected::Glob),
        }
        None
    }

    pub(super) fn wrong_type(&mut self, node: NodeRef<'_>, expected: Expected) {
        match self.view(node) {
            View::Broken => {}
            View::UnknownAlias => {
                let fix = expected.quoting(node.source());
                self.unquoted(node.span(), "an alias", node.source(), fix);
            }
            View::UnknownTag(span) => {
                let text = self.builder.source(span.clone());
                let fix = expected.quoting(&text);
                self.unquoted(span, "a tag", &text, fix);
            }
            View::NotText(what) if !node.is_alias() => {
                let quoted = yaml::quoted(node.source());
                let fix = expected.quoting_value();
                let help = match fix {
                    Some(_) => format!("quote it: {}", excerpt(&quoted)),
                    None => String::new(),
                };
                let problem = self.unexpected(node, expected, what, &help);
                if let Some(applicability) = fix {
                    problem.fix("quote it", quoted, applicability);
                }
            }
            view => {
                let what = match view {
                    View::Null => "nothing",
                    View::List(_) => "a list",
                    View::Map(_) => "a map",
                    View::NotText(what) => what,
                    _ => "a string",
                };
                self.unexpected(node, expected, what, "");
            }
        }
    }

    fn unexpected(
        &mut self,
        node: NodeRef<'_>,
        expected: Expected,
        what: &str,
        help: &str,
    ) -> &mut Problem {
        let message = format!("expected {}, found {what}", expected.name());
        let problem = self.builder.problem(node.span(), message, help);
        problem.wrong_type = true;
        problem
    }

    fn unquoted(
        &mut self,
        span: Range<usize>,
        meaning: &str,
        text: &str,
        fix: Option<Applicability>,
    ) {
        let quoted = yaml::quoted(text.trim());
        let message = format!("YAML reads this as {meaning}, not as a string");
        let help = format!("quote it: {}", excerpt(&quoted));
        let problem = self.builder.problem(span, message, &help);
        if let Some(applicability) = fix {
            problem.fix("quote it", quoted, applicability);
        }
    }
}
