//! What formats written in YAML share: texts, keys, lists and globs of the tree, and what is wrong
//! with a value that is something else.

use std::collections::HashMap;
use std::ops::Range;

use crate::plan::Spanned;
use crate::plan::builder::{Builder, Exclusions, Globs, Word, Written};
use crate::plan::edit::Applicability;
use crate::plan::{GlobEntry, Problem};
use crate::source::excerpt;
use crate::source::yaml::{self, NodeRef, Scalar, View};

pub(super) type Pair<'t> = (NodeRef<'t>, NodeRef<'t>);

/// What a value should be.
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

    /// Who may decide to quote what YAML takes for an alias or a tag; None if that fixes nothing.
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

/// Who may decide to quote a list or a map in place of a glob: nobody if it has more than a class or
/// alternatives have.
fn quoting_collection(text: &str) -> Option<Applicability> {
    yaml::may_be_a_glob(text).then_some(Applicability::Unsafe)
}

impl Written for Scalar<'_> {
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

/// A name that a node has, as the builder takes it.
pub(super) fn word<'t>(text: &'t str, node: NodeRef<'_>) -> Word<'t> {
    Word { text, at: node.span(), written_like: yaml::written_like }
}

/// Reads nodes of a tree for a builder.
pub(super) struct Reader<'b> {
    pub(super) builder: &'b mut Builder,
}

impl Reader<'_> {
    /// Looks at a node, as long as the plan is no larger than it may be.
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

    /// The pairs of a map without the keys that are given twice, which are reported: the first
    /// counts, but all those of `united` keys stay. Says too whether any was.
    pub(super) fn without_duplicates<'t>(
        &mut self,
        pairs: Vec<Pair<'t>>,
        united: &[&str],
    ) -> (Vec<Pair<'t>>, bool) {
        let mut first: HashMap<&str, Range<usize>> = HashMap::new();
        let mut kept = Vec::with_capacity(pairs.len());
        let mut twice = false;
        for (key, value) in pairs {
            if let View::Text(text) = self.view(key) {
                if let Some(span) = first.get(text.text) {
                    let span = self.builder.span(span.clone());
                    self.builder.given_twice(text.text, key.span(), span);
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
                let help = "write `key: value`";
                self.builder.problem(key.span(), "a key has to be a text", help);
                None
            }
        }
    }

    /// Reports a key that nobody reads.
    pub(super) fn unknown_key(
        &mut self,
        (name, key): (&str, NodeRef<'_>),
        known: &[&str],
        pairs: &[Pair<'_>],
        of: &str,
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
        let is_there = |known: &str| {
            let is = |key: NodeRef<'_>| matches!(key.view(), View::Text(key) if key.text == known);
            pairs.iter().any(|(key, _)| is(*key))
        };
        self.builder.unknown_key(&word(name, key), known, pairs.len(), is_there, of);
    }

    /// The nodes of a list, or the one that stands for a list of one.
    pub(super) fn items<'t>(&mut self, node: NodeRef<'t>) -> Vec<NodeRef<'t>> {
        match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => Vec::new(),
            _ => vec![node],
        }
    }

    pub(super) fn word<'t>(&mut self, node: NodeRef<'t>, wanted: Wanted) -> Option<Word<'t>> {
        if let View::Text(text) = self.view(node) {
            return Some(word(text.text, node));
        }
        self.wrong_type(node, wanted);
        None
    }

    pub(super) fn text(&mut self, node: NodeRef<'_>, wanted: Wanted) -> Option<Spanned<String>> {
        let word = self.word(node, wanted)?;
        Some(Spanned { value: word.text.to_owned(), span: self.builder.span(word.at) })
    }

    /// One glob or a list of them.
    pub(super) fn globs(&mut self, node: NodeRef<'_>, exclusions: Exclusions) -> Globs {
        let nodes = self.items(node);
        // The items of an aliased list stand elsewhere; this task says them where the alias is.
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

    /// The glob that a node is, and that the plan has at `at`.
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
            // `{a,b}` and `[ab]` are collections to YAML.
            View::List(_) if node.source().starts_with('[') => {
                let fix = quoting_collection(node.source());
                self.unquoted(node.span(), "a list", node.source(), fix);
            }
            View::Map(_) if node.source().starts_with('{') => {
                let fix = quoting_collection(node.source());
                self.unquoted(node.span(), "a map", node.source(), fix);
            }
            _ => self.wrong_type(node, Wanted::Glob),
        }
        None
    }

    pub(super) fn wrong_type(&mut self, node: NodeRef<'_>, wanted: Wanted) {
        match self.view(node) {
            View::Broken => {}
            View::UnknownAlias => {
                let fix = wanted.quoting(node.source());
                self.unquoted(node.span(), "an alias", node.source(), fix);
            }
            View::UnknownTag(span) => {
                let text = self.builder.source(span.clone());
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
                    problem.fix("quote it", quoted, applicability);
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
        let message = format!("YAML takes this for {meaning}, not for a text");
        let help = format!("quote it: {}", excerpt(&quoted));
        let problem = self.builder.problem(span, message, &help);
        if let Some(applicability) = fix {
            problem.fix("quote it", quoted, applicability);
        }
    }
}
