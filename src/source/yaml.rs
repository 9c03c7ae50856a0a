//! A YAML document as a tree in which every node knows its bytes.
//!
//! The only place that knows the YAML parser. Reading never fails: what cannot be read is told as
//! a [`Problem`], and the tree holds [`View::Broken`] in its place. Where the text has a syntax
//! error, each entry of its outer block maps and lists is read on its own, so that the others keep
//! their values and their exact spans.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError};

/// How deep [`recover`] follows a syntax error: plan, task, key, list item.
const RECOVERY_DEPTH: usize = 4;

/// The most values that are read from a text: each takes some hundred bytes, and a few letters.
const MAX_NODES: usize = 2_000_000;

/// A document, or as much of it as could be read.
///
/// Nodes live in one list and refer to each other by place, so that an alias costs nothing however
/// often it is used: a document of a kilobyte cannot become one of a gigabyte.
#[derive(Debug)]
pub struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Node<'t>>,
    root: Option<usize>,
    anchors: HashMap<Cow<'t, str>, usize>,
    problems: Vec<Problem>,
    /// Where the text turned out to have more than [`MAX_NODES`] values; nothing of it counts then.
    too_large: Option<usize>,
}

/// A syntax error, or something that YAML has and a plan has no use for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do next, in one line.
    pub help: Option<String>,
    /// A text that would mend it when put in the place of `span`.
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

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'t> {
    tree: &'t Tree<'t>,
    node: usize,
}

/// What a node is, aliases followed.
#[derive(Clone, Debug)]
pub enum View<'t> {
    /// Nothing: an empty value, `~` or `null`.
    Null,
    /// A text, quoted or plain.
    Text(Scalar<'t>),
    /// A plain scalar that YAML reads as something other than text, and what: `a number`.
    NotText(&'static str),
    /// A list, block or flow.
    List(Vec<NodeRef<'t>>),
    /// A map, block or flow; in the order of the text, keys given twice kept.
    Map(Vec<(NodeRef<'t>, NodeRef<'t>)>),
    /// An alias without an anchor, such as an unquoted `*.rs`.
    UnknownAlias,
    /// A tag that means nothing in a plan, such as an unquoted `!src`.
    UnknownTag(Range<usize>),
    /// A part of the text with a syntax error, already told as a [`Problem`].
    Broken,
}

/// A text and the way back from its characters to the bytes of the document.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'t> {
    /// The text, escapes resolved and lines folded.
    pub text: &'t str,
    raw: &'t str,
    start: usize,
    style: ScalarStyle,
}

impl<'t> Tree<'t> {
    /// Reads the text. A byte order mark is passed over; offsets still count it.
    #[must_use]
    pub fn parse(text: &'t str) -> Tree<'t> {
        let mut tree = Tree {
            text,
            nodes: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            problems: Vec::new(),
            too_large: None,
        };
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
                message: format!("here the text reaches {MAX_NODES} values; it is not read"),
                help: Some("split the plan".to_owned()),
                fix: None,
            }];
        }
        tree
    }

    /// The document's outermost node; nothing where the text holds none.
    #[must_use]
    pub fn root(&'t self) -> Option<NodeRef<'t>> {
        self.root.map(|node| NodeRef { tree: self, node })
    }

    /// What could not be read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Reads the first document of a part of the text that is YAML in itself.
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
                        message: "a second YAML document begins here, and a plan is one document"
                            .to_owned(),
                        help: Some(
                            "remove the `---`, or put the second document into a file of its own \
                             in a plan folder"
                                .to_owned(),
                        ),
                        fix: None,
                    });
                    break;
                }
            }
            builder.take(self, event, &span);
        }
        // Of a part that has an error, no anchor stands.
        self.anchors.extend(builder.anchors);
        Ok(builder.root)
    }

    /// Reads a part that has a syntax error somewhere: entry by entry of its outermost block map
    /// or list, and again inside the entries that cannot be read.
    fn recover(&mut self, part: Range<usize>, depth: usize) -> Option<usize> {
        let entries = split_block(self.text, part)?;
        let start = entries.first()?.start;
        let end = entries.last()?.end;
        let is_list = is_list_item(&self.text[start..end]);
        let mut items = Vec::new();
        let mut pairs = Vec::new();
        for entry in entries {
            let mark = self.nodes.len();
            match self.read(entry.clone()) {
                Ok(Some(node)) => match &mut self.nodes[node].value {
                    Value::List(inner) if is_list => items.append(inner),
                    Value::Map(inner) if !is_list => pairs.append(inner),
                    _ => {
                        let at = self.nodes[node].span.clone();
                        self.problems.push(Problem {
                            span: at,
                            message: "this is neither a key nor part of the value above".to_owned(),
                            help: Some("write `key: value`, or indent it".to_owned()),
                            fix: None,
                        });
                    }
                },
                Ok(None) => {}
                Err(error) => {
                    self.nodes.truncate(mark);
                    if is_list {
                        self.report(&error, &entry);
                        items.push(self.push(entry, Value::Broken));
                    } else if let Some(pair) = self.recover_pair(entry, &error, depth) {
                        pairs.push(pair);
                    }
                }
            }
        }
        let value = if is_list { Value::List(items) } else { Value::Map(pairs) };
        Some(self.push(start..end, value))
    }

    /// Reads `key: value` whose value has a syntax error.
    fn recover_pair(
        &mut self,
        entry: Range<usize>,
        error: &ScanError,
        depth: usize,
    ) -> Option<(usize, usize)> {
        let Some((key, rest)) = split_key(self.text, entry.clone()) else {
            self.report(error, &entry);
            return None;
        };
        let key_text = unquoted_key(&self.text[key.clone()]);
        let key_node =
            self.push(key, Value::Scalar { text: key_text, style: ScalarStyle::DoubleQuoted });
        let before = self.problems.len();
        let inner = (depth > 1 && begins_on_next_line(&self.text[rest.clone()]))
            .then(|| self.recover(rest.clone(), depth - 1))
            .flatten();
        if self.problems.len() == before {
            self.report(error, &entry);
        }
        Some((key_node, inner.unwrap_or_else(|| self.push(rest, Value::Broken))))
    }

    fn report(&mut self, error: &ScanError, entry: &Range<usize>) {
        let problem = self.syntax_problem(error, entry.start, entry.clone());
        self.problems.push(problem);
    }

    fn push(&mut self, span: Range<usize>, value: Value<'t>) -> usize {
        self.nodes.push(Node { span, tag: None, value });
        self.nodes.len() - 1
    }

    /// Says what a scan error means in a plan, where globs begin with characters that YAML keeps
    /// for itself.
    fn syntax_problem(&self, error: &ScanError, base: usize, within: Range<usize>) -> Problem {
        let at = error.marker().byte_offset().map_or(base, |offset| base + offset);
        let mut at = at.clamp(within.start, within.end);
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        if let Some((span, meaning)) = unquoted_trap(self.text, at) {
            let quoted = quoted(&self.text[span.clone()]);
            return Problem {
                span,
                message: format!("YAML takes this for {meaning}, not for a text"),
                help: Some(format!("quote it: {}", super::excerpt(&quoted))),
                fix: Some(quoted),
            };
        }
        let end = self.text[at..].chars().next().map_or(at, |character| {
            if character == '\n' || character == '\r' { at } else { at + character.len_utf8() }
        });
        Problem {
            span: at..end,
            message: format!("this is no YAML: {}", error.info()),
            help: Some("mend the syntax here; until then this part of the plan is unknown".into()),
            fix: None,
        }
    }
}

/// Turns the parser's events into nodes.
#[derive(Default)]
struct Builder<'t> {
    base: usize,
    root: Option<usize>,
    open: Vec<Open>,
    by_id: HashMap<usize, usize>,
    anchors: Vec<(Cow<'t, str>, usize)>,
}

/// A list or map that has begun, with a key that waits for its value.
struct Open {
    node: usize,
    key: Option<usize>,
}

impl<'t> Builder<'t> {
    fn take(&mut self, tree: &mut Tree<'t>, event: Event<'t>, span: &granit_parser::Span) {
        let bytes = span.byte_range().unwrap_or(0..0);
        let bytes = self.base + bytes.start..self.base + bytes.end;
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
                    // A block collection ends where its last entry does, not where the next line begins.
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
            tree.anchor_of_nothing(bytes.start);
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
    /// Tells of an anchor with no value behind it: an unquoted `&src/**` that would be no glob at
    /// all, and in `protect` or `share` nobody would notice.
    fn anchor_of_nothing(&mut self, at: usize) {
        let Some(start) = self.text[..at].rfind('&') else { return };
        let end = start + self.text[start..at].trim_end().len();
        let quoted = quoted(&self.text[start..end]);
        self.problems.push(Problem {
            span: start..end,
            message: "YAML takes this for an anchor, not for a text".to_owned(),
            help: Some(format!("quote it: {}", super::excerpt(&quoted))),
            fix: Some(quoted),
        });
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
    /// The same node of the same tree.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.node == other.node
    }
}

impl<'t> NodeRef<'t> {
    /// Where the node stands: for an alias, the alias itself.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.node().span.clone()
    }

    /// Whether the node is an alias of one that stands elsewhere.
    #[must_use]
    pub fn is_alias(self) -> bool {
        matches!(self.node().value, Value::Alias(_))
    }

    /// The text of the node as it is written.
    #[must_use]
    pub fn source(self) -> &'t str {
        &self.tree.text[self.span()]
    }

    /// What the node is, aliases followed.
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
            (_, Some((_, tag))) => View::UnknownTag(tag.start..node.span.end.max(tag.end)),
        }
    }

    fn node(self) -> &'t Node<'t> {
        &self.tree.nodes[self.node]
    }

    fn scalar(self, text: &'t str, style: ScalarStyle, node: &'t Node<'t>) -> Scalar<'t> {
        Scalar { text, raw: &self.tree.text[node.span.clone()], start: node.span.start, style }
    }
}

impl Scalar<'_> {
    /// The bytes of the document that some bytes of [`Scalar::text`] were read from, quotes and
    /// escapes counted.
    #[must_use]
    pub fn source_span(&self, text: Range<usize>) -> Range<usize> {
        let quoted = matches!(self.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let mut raw_at = usize::from(quoted && self.raw.starts_with(['"', '\'']));
        let mut at = 0;
        let mut start = None;
        let mut end = raw_at;
        while at < self.text.len() && at < text.end.max(text.start + 1) {
            let Some(unit) = unit(&self.raw[raw_at..], &self.text[at..], self.style) else { break };
            if at + unit.text > text.start && start.is_none() {
                start = Some(raw_at);
            }
            raw_at += unit.raw;
            at += unit.text;
            if at <= text.end {
                end = raw_at;
            }
        }
        // An empty range at the very end points behind the last character.
        let start = start.unwrap_or(raw_at);
        self.start + start..self.start + end.max(start)
    }
}

impl Scalar<'_> {
    /// A text as it has to be written inside this scalar; nothing where it cannot be.
    #[must_use]
    pub fn escaped(&self, text: &str) -> Option<String> {
        match self.style {
            ScalarStyle::DoubleQuoted => {
                let quoted = quoted(text);
                Some(quoted[1..quoted.len() - 1].to_owned())
            }
            ScalarStyle::SingleQuoted => Some(text.replace('\'', "''")),
            ScalarStyle::Plain => {
                let plain = |character: char| {
                    !matches!(character, '#' | ':' | ',' | '[' | ']' | '{' | '}' | '"' | '\'' | '!')
                };
                text.chars().all(plain).then(|| text.to_owned())
            }
            ScalarStyle::Literal | ScalarStyle::Folded => None,
        }
    }
}

/// How many bytes the next piece takes as it is written and as it is read.
struct Unit {
    raw: usize,
    text: usize,
}

fn unit(raw: &str, text: &str, style: ScalarStyle) -> Option<Unit> {
    let written = raw.chars().next()?;
    let read = text.chars().next()?;
    let blank = |character: char| matches!(character, ' ' | '\t' | '\r' | '\n');
    if style == ScalarStyle::DoubleQuoted && written == '\\' {
        let escape = raw[1..].chars().next()?;
        let length = match escape {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            '\n' | '\r' => {
                let rest = raw[1..].trim_start_matches(blank);
                return Some(Unit { raw: raw.len() - rest.len(), text: 0 });
            }
            other => 1 + other.len_utf8(),
        };
        return Some(Unit { raw: length.min(raw.len()), text: read.len_utf8() });
    }
    if style == ScalarStyle::SingleQuoted && raw.starts_with("''") {
        return Some(Unit { raw: 2, text: 1 });
    }
    let run = raw.len() - raw.trim_start_matches(blank).len();
    if raw[..run].contains('\n') && blank(read) {
        // A folded line: the break and the blanks around it are one blank, or as many breaks as read.
        let breaks = text.len() - text.trim_start_matches('\n').len();
        return Some(Unit { raw: run, text: breaks.max(1) });
    }
    Some(Unit { raw: written.len_utf8(), text: read.len_utf8() })
}

enum Core {
    Null,
    Text,
    Other(&'static str),
}

/// What YAML 1.2's core schema makes of a plain scalar.
fn core_type(text: &str) -> Core {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Core::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => {
            return Core::Other("true or false");
        }
        ".nan" | ".NaN" | ".NAN" => return Core::Other("a number"),
        _ => {}
    }
    let float = || {
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let exponent_is_right = exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)));
        let mantissa_is_right = match mantissa.split_once('.') {
            Some(("", fraction)) => digits(fraction),
            Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
            None => digits(mantissa),
        };
        exponent_is_right && mantissa_is_right
    };
    let radix = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|character| character.is_digit(radix))
        })
    };
    let infinite = matches!(unsigned, ".inf" | ".Inf" | ".INF");
    if infinite || float() || radix("0o", 8) || radix("0x", 16) {
        Core::Other("a number")
    } else {
        Core::Text
    }
}

/// Writes a text as a YAML scalar in double quotes.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// The lines of a part of the text: each with its first byte, and without its ending.
fn lines(text: &str, part: Range<usize>) -> impl Iterator<Item = (usize, &str)> {
    let mut at = part.start;
    text[part].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

fn is_list_item(line: &str) -> bool {
    let line = line.trim_start_matches(['\u{feff}', ' ']);
    line.strip_prefix('-')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r']))
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// Cuts a block map or list into its entries by indentation alone; nothing where the part is none.
fn split_block(text: &str, part: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut entries: Vec<Range<usize>> = Vec::new();
    let mut outer: Option<(usize, bool)> = None;
    for (start, line) in lines(text, part.clone()) {
        let bom =
            if start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let line = &line[bom..];
        let indent = line.len() - line.trim_start_matches(' ').len();
        if is_blank_or_comment(line)
            || (outer.is_none() && line.starts_with(['%', '-']) && !is_list_item(line))
        {
            continue;
        }
        let item = is_list_item(line);
        let (outer_indent, in_list) = *outer.get_or_insert((indent, item));
        // The end of a flow collection that began on a line before.
        let closes = line.trim_start().starts_with([']', '}'])
            && is_blank_or_comment(line.trim_start_matches([' ', '\t', ']', '}', ',']));
        if indent == outer_indent && item == in_list && !closes {
            if entries.is_empty() && line.trim_start().starts_with(['{', '[']) {
                return None;
            }
            if let Some(last) = entries.last_mut() {
                last.end = start;
            }
            entries.push(start + bom..part.end);
        }
    }
    Some(entries)
}

/// The key of `key: value`, and all that follows the colon.
fn split_key(text: &str, entry: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let (start, line) = lines(text, entry.clone()).find(|(_, line)| !is_blank_or_comment(line))?;
    let key_start = start + (line.len() - line.trim_start().len());
    let key_line = line.trim_start();
    let after_quotes = match key_line.chars().next()? {
        quote @ ('"' | '\'') => key_line[1..].find(quote)? + 2,
        _ => 0,
    };
    let colon = key_line[after_quotes..]
        .match_indices(':')
        .map(|(at, _)| after_quotes + at)
        .find(|&at| key_line[at + 1..].chars().next().is_none_or(char::is_whitespace))?;
    let key = key_line[..colon].trim_end();
    let rest_end = key_start + colon + 1 + text[key_start + colon + 1..entry.end].trim_end().len();
    Some((key_start..key_start + key.len(), key_start + colon + 1..rest_end))
}

fn unquoted_key(key: &str) -> Cow<'_, str> {
    let inner = key.strip_prefix(['"', '\'']).and_then(|key| key.strip_suffix(['"', '\'']));
    Cow::Borrowed(inner.unwrap_or(key))
}

fn begins_on_next_line(rest: &str) -> bool {
    rest.split_once('\n').is_some_and(|(first, _)| is_blank_or_comment(first))
}

/// The unquoted glob in which a syntax error at `at` was found, and what YAML takes it for.
fn unquoted_trap(text: &str, at: usize) -> Option<(Range<usize>, &'static str)> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |newline| at + newline);
    let mut value = start..end;
    // Past the dashes of list items and past a key.
    loop {
        let line = &text[value.clone()];
        value.start += line.len() - line.trim_start().len();
        let line = &text[value.clone()];
        if is_list_item(line) && !line.is_empty() {
            value.start += 1;
        } else if let Some((_, rest)) = split_key(text, value.clone())
            && !line.starts_with(['[', '{', '*', '!'])
        {
            value = rest;
        } else {
            break;
        }
    }
    let value = trimmed(text, value);
    if let Some(meaning) = meaning(&text[value.clone()]) {
        return Some((value, meaning));
    }
    if !text[value.clone()].starts_with('[') {
        return None;
    }
    // A flow list of globs: the last one before the error that needs quotes.
    let closed = text[value.clone()].ends_with(']');
    let inside = value.start + 1..value.end - usize::from(closed);
    flow_items(text, inside)
        .into_iter()
        .map(|item| trimmed(text, item))
        .filter(|item| item.start <= at)
        .filter_map(|item| meaning(&text[item.clone()]).map(|meaning| (item, meaning)))
        .next_back()
}

/// A value without the blanks, the comma and the comment around it.
fn trimmed(text: &str, value: Range<usize>) -> Range<usize> {
    let written = &text[value.clone()];
    let written = written.split_once(" #").map_or(written, |(value, _)| value);
    let start = value.start + (written.len() - written.trim_start().len());
    let written = written.trim();
    let written = written.strip_suffix(',').map_or(written, str::trim_end);
    start..start + written.len()
}

/// What YAML takes an unquoted value for that was meant as a text.
fn meaning(value: &str) -> Option<&'static str> {
    let closing = match value.chars().next()? {
        '*' => return Some("an alias"),
        '!' => return Some("a tag"),
        '%' => return Some("a directive"),
        '@' | '`' => return Some("a reserved character"),
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    // A collection that goes on behind its end was a class or a brace.
    let ends = value.find(closing).is_some_and(|end| end + 1 < value.len());
    let nested = value[1..].starts_with(['[', '{']) || value.contains(", ");
    (ends && !nested).then_some(if closing == ']' { "a list" } else { "a map" })
}

/// Cuts the inside of a flow list at its commas, brackets and braces counted.
fn flow_items(text: &str, inside: Range<usize>) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut depth = 0usize;
    let mut start = inside.start;
    for (at, character) in text[inside.clone()].char_indices() {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(start..inside.start + at);
                start = inside.start + at + 1;
            }
            _ => {}
        }
    }
    items.push(start..inside.end);
    items
}

#[cfg(test)]
mod tests;
