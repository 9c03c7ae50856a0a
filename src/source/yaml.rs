//! A YAML tree in which every node has its span.
//!
//! Only this module uses the YAML parser. Parsing never fails: each error becomes a [`Problem`],
//! with [`View::Broken`] in its place in the tree. After a syntax error, the entries of the outer
//! block maps and lists are parsed one by one, so that the valid ones keep their values and exact
//! spans.

mod lines;
mod recover;
mod scalar;
mod trap;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError};

use recover::RECOVERY_DEPTH;
use scalar::{Core, core_type};
pub use scalar::{Scalar, quoted, quoted_like};
pub use trap::may_be_a_glob;

/// The maximum number of values in a text: each takes some hundred bytes of memory.
const MAX_NODES: usize = 2_000_000;

/// A document, or the readable part of one.
///
/// Nodes are stored in one list and refer to each other by index. An alias is only a reference, so
/// it cannot expand a kilobyte to a gigabyte.
#[derive(Debug)]
pub struct Tree<'t> {
    /// The document. Spans in the tree are relative to it.
    text: &'t str,
    /// The offset of the document in its file.
    base: usize,
    nodes: Vec<Node<'t>>,
    root: Option<usize>,
    anchors: HashMap<Cow<'t, str>, usize>,
    problems: Vec<Problem>,
    /// Where the text exceeded [`MAX_NODES`] values. The whole tree is then discarded.
    too_large: Option<usize>,
}

/// A syntax error, or a YAML feature that plans do not support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The location, in bytes of the file.
    pub span: Range<usize>,
    /// The error, in one line.
    pub message: String,
    /// How to fix it, in one line.
    pub help: Option<String>,
    /// A text that fixes it when it replaces `span`.
    pub fix: Option<String>,
}

#[derive(Debug)]
struct Node<'t> {
    span: Range<usize>,
    tag: Option<Range<usize>>,
    value: Value<'t>,
}

#[derive(Debug)]
enum Value<'t> {
    Scalar { text: Cow<'t, str>, style: ScalarStyle },
    List(Vec<usize>),
    Map(Vec<(usize, usize)>),
    Alias(usize),
    UnknownAlias,
    Broken,
}

/// A reference to a node of a [`Tree`].
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'t> {
    tree: &'t Tree<'t>,
    node: usize,
}

/// The value of a node, with aliases resolved.
#[derive(Clone, Debug)]
pub enum View<'t> {
    /// An empty value, `~` or `null`.
    Null,
    /// A string, quoted or plain.
    Text(Scalar<'t>),
    /// A plain scalar of another type, with a name for it such as `a number`.
    NotText(&'static str),
    /// A list in block or flow style.
    List(Vec<NodeRef<'t>>),
    /// A map in block or flow style, in source order, including duplicate keys.
    Map(Vec<(NodeRef<'t>, NodeRef<'t>)>),
    /// An alias without anchor, such as an unquoted `*.rs`.
    UnknownAlias,
    /// An unsupported tag, such as an unquoted `!src`.
    UnknownTag(Range<usize>),
    /// Invalid syntax, already reported as a [`Problem`].
    Broken,
}

impl<'t> Tree<'t> {
    /// Parses a document. A byte order mark is skipped, but counts in offsets.
    #[must_use]
    pub fn parse(text: &'t str) -> Tree<'t> {
        Tree::parse_part(text, 0..text.len())
    }

    /// Parses a document inside a file, such as the front matter of a Markdown file. All spans are
    /// relative to the file.
    #[must_use]
    pub fn parse_part(file: &'t str, part: Range<usize>) -> Tree<'t> {
        let base = part.start;
        let text = &file[part];
        let mut tree = Tree { base, ..Tree::empty(text) };
        match tree.read(0..text.len()) {
            Ok(root) => tree.root = root,
            Err(error) => {
                tree.nodes.clear();
                tree.problems.clear();
                tree.root = tree.recover(0..text.len(), RECOVERY_DEPTH);
                if tree.problems.is_empty() {
                    let problem = tree.syntax_problem(&error, 0, 0..text.len());
                    tree.problems.push(problem);
                }
            }
        }
        if let Some(at) = tree.too_large {
            tree.root = None;
            tree.problems = vec![Problem {
                span: at..at,
                message: format!("the file has more than {MAX_NODES} values"),
                help: Some("split the plan into smaller plans".to_owned()),
                fix: None,
            }];
        }
        for problem in &mut tree.problems {
            problem.span = moved(&problem.span, base);
        }
        tree
    }

    fn empty(text: &'t str) -> Tree<'t> {
        Tree {
            text,
            base: 0,
            nodes: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            problems: Vec::new(),
            too_large: None,
        }
    }

    /// The outermost node; `None` if the document is empty.
    #[must_use]
    pub fn root(&'t self) -> Option<NodeRef<'t>> {
        self.root.map(|node| NodeRef { tree: self, node })
    }

    /// The errors found while parsing.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The texts of all scalars, including keys, in source order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter_map(|node| match &node.value {
            Value::Scalar { text, .. } => Some(&**text),
            _ => None,
        })
    }

    /// The spans of aliased nodes: an edit there takes effect in several places.
    #[must_use]
    pub fn aliased(&self) -> Vec<Range<usize>> {
        let targets = self.nodes.iter().filter_map(|node| match node.value {
            Value::Alias(target) => Some(moved(&self.nodes[target].span, self.base)),
            _ => None,
        });
        targets.collect()
    }

    /// Parses the first document in a part of the text.
    fn read(&mut self, part: Range<usize>) -> Result<Option<usize>, ScanError> {
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.emit_anchor_events = true;
        options.set_emit_comments(false);
        let base = part.start;
        let mut builder = Builder { base, ..Builder::default() };
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(&self.text[part], options) {
            let (event, span) = event?;
            if self.too_large.is_some() || self.nodes.len() > MAX_NODES {
                let at = span.byte_range().map_or(base, |bytes| base + bytes.start);
                self.too_large.get_or_insert(at);
                return Ok(None);
            }
            if let Event::DocumentStart(..) = event {
                documents += 1;
                if documents == 2 {
                    let at = span.byte_range().map_or(base, |bytes| base + bytes.start);
                    self.problems.push(Problem {
                        span: at..(at + 3).min(self.text.len()),
                        message: "unexpected second YAML document".to_owned(),
                        help: Some(
                            "remove the `---`, or move the second document to its own file in a \
                             plan folder"
                                .to_owned(),
                        ),
                        fix: None,
                    });
                    break;
                }
            }
            builder.take(self, event, &span);
        }
        // Anchors in a part with an error are dropped.
        self.anchors.extend(builder.anchors);
        Ok(builder.root)
    }

    fn push(&mut self, span: Range<usize>, value: Value<'t>) -> usize {
        self.nodes.push(Node { span, tag: None, value });
        self.nodes.len() - 1
    }
}

/// Turns parser events into nodes.
#[derive(Default)]
struct Builder<'t> {
    base: usize,
    root: Option<usize>,
    open: Vec<Open>,
    by_id: HashMap<usize, usize>,
    anchors: Vec<(Cow<'t, str>, usize)>,
}

/// An unfinished list or map, and the key whose value comes next.
struct Open {
    node: usize,
    key: Option<usize>,
}

impl<'t> Builder<'t> {
    fn take(&mut self, tree: &mut Tree<'t>, event: Event<'t>, span: &granit_parser::Span) {
        let bytes = span.byte_range().unwrap_or(0..0);
        let mut bytes = self.base + bytes.start..self.base + bytes.end;
        if let Event::SequenceStart(..) = event {
            bytes.start = tree.start_of_list(bytes.start);
        }
        let tag = span.tag_span().and_then(|tag| tag.byte_range());
        let tag = tag.map(|tag| self.base + tag.start..self.base + tag.end);
        let (value, id, opens) = match event {
            Event::Scalar(text, style, id, _) => (Value::Scalar { text, style }, id, false),
            Event::SequenceStart(_, id, _) => (Value::List(Vec::new()), id, true),
            Event::MappingStart(_, id, _) => (Value::Map(Vec::new()), id, true),
            Event::Alias(id) => match self.by_id.get(&id) {
                Some(&node) => (Value::Alias(node), 0, false),
                None => (Value::UnknownAlias, 0, false),
            },
            Event::UnresolvedAlias(name) => match tree.anchors.get(&name) {
                Some(&node) => (Value::Alias(node), 0, false),
                None => (Value::UnknownAlias, 0, false),
            },
            Event::Anchor(id, name) => {
                if let Some(&node) = self.by_id.get(&id) {
                    self.anchors.push((name, node));
                }
                return;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    // The parser ends a block collection at the next token, not after its last
                    // entry.
                    let end =
                        if bytes.is_empty() { tree.end_of_children(open.node) } else { bytes.end };
                    tree.nodes[open.node].span.end = end;
                }
                return;
            }
            _ => return,
        };
        if id != 0
            && let Value::Scalar { style: ScalarStyle::Plain, .. } = &value
            && bytes.is_empty()
        {
            tree.report_empty_anchor(bytes.start);
        }
        let node = tree.push(bytes, value);
        tree.nodes[node].tag = tag;
        if id != 0 {
            self.by_id.insert(id, node);
        }
        match self.open.last_mut() {
            None => self.root = self.root.or(Some(node)),
            Some(open) => match &mut tree.nodes[open.node].value {
                Value::List(items) => items.push(node),
                Value::Map(pairs) => match open.key.take() {
                    None => open.key = Some(node),
                    Some(key) => pairs.push((key, node)),
                },
                _ => {}
            },
        }
        if opens {
            self.open.push(Open { node, key: None });
        }
    }
}

impl Tree<'_> {
    /// Reports an anchor without value, such as an unquoted `&src/**`. Otherwise the glob would be
    /// dropped silently in `protect` and `share`.
    fn report_empty_anchor(&mut self, at: usize) {
        let Some(start) = self.text[..at].rfind('&') else { return };
        let end = start + self.text[start..at].trim_end().len();
        let text = &self.text[start..end];
        // A plain name may be a real anchor whose value is missing.
        let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let is_sure = may_be_a_glob(text) && !text[1..].chars().all(is_name);
        let quoted = quoted(text);
        self.problems.push(Problem {
            span: start..end,
            message: "YAML reads this as an anchor, not as a string".to_owned(),
            help: Some(format!("quote it: {}", super::excerpt(&quoted))),
            fix: is_sure.then_some(quoted),
        });
    }

    /// The start of a list. The parser skips the first dash if the list is not indented.
    fn start_of_list(&self, at: usize) -> usize {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        let begins = self.text[at..].starts_with(['[', '-']);
        if begins || !before.ends_with('-') { at } else { before.len() - 1 }
    }

    fn end_of_children(&self, node: usize) -> usize {
        let last = match &self.nodes[node].value {
            Value::List(items) => items.last().copied(),
            Value::Map(pairs) => pairs.last().map(|&(_, value)| value),
            _ => None,
        };
        let own = self.nodes[node].span.start;
        last.map_or(own, |last| self.nodes[last].span.end.max(own))
    }
}

impl PartialEq for NodeRef<'_> {
    /// Equal if they are the same node of the same tree.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.node == other.node
    }
}

impl<'t> NodeRef<'t> {
    /// The node's span in its file; for an alias, that of the alias.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        moved(&self.node().span, self.tree.base)
    }

    /// Whether the node is an alias of a known anchor.
    #[must_use]
    pub fn is_alias(self) -> bool {
        matches!(self.node().value, Value::Alias(_))
    }

    /// Whether the node is a block scalar (`|` or `>`).
    #[must_use]
    pub fn is_block_scalar(self) -> bool {
        let Value::Scalar { style, .. } = self.node().value else { return false };
        matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
    }

    /// The node's source text.
    #[must_use]
    pub fn source(self) -> &'t str {
        &self.tree.text[self.node().span.clone()]
    }

    /// The node's value, with aliases resolved.
    #[must_use]
    pub fn view(self) -> View<'t> {
        let node = match self.node().value {
            Value::Alias(target) => &self.tree.nodes[target],
            _ => self.node(),
        };
        let tag = node.tag.clone().map(|tag| (&self.tree.text[tag.clone()], tag));
        match (&node.value, tag) {
            (Value::Broken, _) => View::Broken,
            (Value::UnknownAlias | Value::Alias(_), _) => View::UnknownAlias,
            (Value::Scalar { text, style }, Some(("!!str", _))) => {
                View::Text(self.scalar(text, *style, node))
            }
            (Value::List(items), None | Some(("!!seq", _))) => {
                View::List(items.iter().map(|&node| NodeRef { node, ..self }).collect())
            }
            (Value::Map(pairs), None | Some(("!!map", _))) => View::Map(
                pairs
                    .iter()
                    .map(|&(key, value)| {
                        (NodeRef { node: key, ..self }, NodeRef { node: value, ..self })
                    })
                    .collect(),
            ),
            (Value::Scalar { text, style: ScalarStyle::Plain }, None) => match core_type(text) {
                Core::Null => View::Null,
                Core::Text => View::Text(self.scalar(text, ScalarStyle::Plain, node)),
                Core::Other(what) => View::NotText(what),
            },
            (Value::Scalar { text, style }, None) => View::Text(self.scalar(text, *style, node)),
            (_, Some((_, tag))) => {
                let tag = tag.start..node.span.end.max(tag.end);
                View::UnknownTag(moved(&tag, self.tree.base))
            }
        }
    }

    fn node(self) -> &'t Node<'t> {
        &self.tree.nodes[self.node]
    }

    fn scalar(self, text: &'t str, style: ScalarStyle, node: &'t Node<'t>) -> Scalar<'t> {
        let start = self.tree.base + node.span.start;
        Scalar { text, raw: &self.tree.text[node.span.clone()], start, style }
    }
}

/// Converts a span from document offsets to file offsets.
fn moved(span: &Range<usize>, base: usize) -> Range<usize> {
    base + span.start..base + span.end
}

#[cfg(test)]
mod tests;
