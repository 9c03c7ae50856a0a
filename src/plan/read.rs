//! From texts to a plan.

use std::collections::HashMap;
use std::ops::Range;

use super::{Allow, GlobEntry, GlobFault, Plan, Problem, Spanned, Task, Write};
use crate::finding::Level;
use crate::glob::Glob;
use crate::source::yaml::{self, NodeRef, Scalar, Tree, View};
use crate::source::{FileId, SourceFile, Span, excerpt};

/// The most bytes that a plan may have, all its files together.
pub const MAX_TEXT: usize = 64 * 1024 * 1024;

/// The most values that a plan may have, those of an alias counted each time that it is used.
pub const MAX_VALUES: usize = 2_000_000;

/// The most comparisons that 'did you mean' is worth: a plan of thousands of tasks, each misspelled
/// by another, would take the square of them.
const MAX_GUESSES: usize = 200_000;

const PLAN_KEYS: &[&str] = &["base", "tasks", "protect", "share", "companions", "rules"];
/// The keys of a plan whose values are united where several files have them.
const UNITED_KEYS: &[&str] = &["tasks", "protect", "share", "companions", "rules"];
const TASK_KEYS: &[&str] = &["title", "write", "read", "needs", "branch", "allow"];
const ALLOW_KEYS: &[&str] = &["rule", "with", "path", "reason"];
const LEVELS: &[&str] = &["error", "warning", "note", "off"];

/// One text of a plan, as it was found.
#[derive(Clone, Debug)]
pub struct PlanText {
    /// The name by which answers call it.
    pub name: String,
    /// The bytes, or why there are none: in one line, for people.
    pub bytes: Result<Vec<u8>, String>,
}

impl PlanText {
    /// A text that could be had.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> PlanText {
        PlanText { name: name.into(), bytes: Ok(text.into()) }
    }
}

/// Reads a plan from its texts, united in their order.
#[must_use]
pub fn read(texts: Vec<PlanText>) -> Plan {
    let mut reader = Reader { guesses: MAX_GUESSES, ..Reader::default() };
    let mut size = 0;
    for text in texts {
        let file = FileId(reader.plan.sources.len());
        let bytes = text.bytes.and_then(|bytes| {
            size += bytes.len();
            if size > MAX_TEXT {
                return Err(format!("the plan is larger than {} MiB", MAX_TEXT >> 20));
            }
            Ok(bytes)
        });
        let source = match bytes.map(String::from_utf8) {
            Ok(Ok(source)) => source,
            Ok(Err(error)) => {
                reader.not_text(file, &text.name, &error);
                continue;
            }
            Err(problem) => {
                reader.plan.sources.push(SourceFile::new(text.name, ""));
                reader.unreadable(file, problem);
                continue;
            }
        };
        let source = SourceFile::new(text.name, source);
        reader.plan.sources.push(source.clone());
        reader.file(file, &source);
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    plan: Plan,
    ids: HashMap<String, usize>,
    /// References to tasks, to be looked up when all tasks are known.
    references: Vec<Reference>,
    globs: HashMap<String, Result<Glob, Vec<crate::glob::syntax::Fault>>>,
    plan_keys: HashMap<String, Span>,
    /// How many more words may be compared to find what was meant.
    guesses: usize,
    /// Whether what all lanes have in common is not known.
    unknown: bool,
    file: Option<FileId>,
    task: Option<usize>,
    values: usize,
}

struct Reference {
    task: usize,
    id: Spanned<String>,
    kind: ReferenceKind,
}

enum ReferenceKind {
    Needs,
    /// The `with` of the task's allowance at this place.
    With(usize),
}

impl Reader {
    fn span(&self, bytes: Range<usize>) -> Span {
        Span::new(self.file.unwrap_or(FileId(0)), bytes)
    }

    fn problem(
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
        });
        let last = self.plan.problems.len() - 1;
        &mut self.plan.problems[last]
    }

    fn unreadable(&mut self, file: FileId, problem: String) {
        self.file = Some(file);
        self.unknown = true;
        self.problem(0..0, problem, "until it can be read, nobody knows what the lanes are");
    }

    fn not_text(&mut self, file: FileId, name: &str, error: &std::string::FromUtf8Error) {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let text = String::from_utf8_lossy(&bytes[..at]).into_owned();
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        self.plan.sources.push(SourceFile::new(name, text));
        self.file = Some(file);
        self.unknown = true;
        let message = if utf16 {
            "this is UTF-16, and a plan is UTF-8".to_owned()
        } else {
            format!("byte {at} is no UTF-8 text")
        };
        self.problem(at..at, message, "save the plan as UTF-8");
    }

    fn file(&mut self, file: FileId, source: &SourceFile) {
        self.file = Some(file);
        let tree = Tree::parse(source.text());
        let first = self.plan.problems.len();
        for problem in tree.problems() {
            let found = self.problem(problem.span.clone(), problem.message.clone(), "");
            found.help.clone_from(&problem.help);
            found.fix = problem.fix.clone().map(|text| ("quote it".to_owned(), text));
        }
        let syntax = first..self.plan.problems.len();
        let broken = !syntax.is_empty();
        let Some(root) = tree.root() else {
            if !broken {
                self.problem(0..0, "this plan is empty", "begin with `tasks:` and a task below it");
            }
            self.unknown |= broken;
            return;
        };
        let View::Map(pairs) = self.view(root) else {
            self.unknown = true;
            self.wrong_type(root, "the keys of a plan");
            return;
        };
        let tasks = pairs
            .iter()
            .filter(|(key, _)| matches!(key.view(), View::Text(text) if text.text == "tasks"));
        let blocks: Vec<Range<usize>> = tasks
            .map(|(key, value)| {
                let end = value.span().end;
                let behind = &source.text()[end..];
                key.span().start..source.text().len() - behind.trim_start().len()
            })
            .collect();
        self.plan_map(pairs);
        self.claim_problems_for_tasks(syntax, &blocks);
    }

    fn plan_map(&mut self, pairs: Vec<(NodeRef<'_>, NodeRef<'_>)>) {
        for (key, value) in self.without_duplicates(pairs, UNITED_KEYS).0 {
            let Some(name) = self.key(key) else {
                self.unknown = true;
                continue;
            };
            match name {
                "base" => {
                    if self.first_of_plan(name, key)
                        && let Some(branch) = self.branch(value)
                    {
                        self.plan.base = Some(branch);
                    }
                }
                "tasks" => self.tasks(value),
                "protect" | "share" => {
                    let (entries, whole) = self.globs(value, Exclusions::Refused);
                    let sound = entries.iter().all(|entry| entry.glob.is_ok());
                    self.unknown |= !whole || !sound;
                    let list =
                        if name == "share" { &mut self.plan.share } else { &mut self.plan.protect };
                    list.extend(entries);
                }
                "companions" => self.companions(value),
                "rules" => self.rules(value),
                other => self.other_key(other, key, PLAN_KEYS, "a plan"),
            }
        }
    }

    /// Whether a key of the plan that has one value stands here for the first time.
    fn first_of_plan(&mut self, name: &str, key: NodeRef<'_>) -> bool {
        let span = self.span(key.span());
        match self.plan_keys.get(name) {
            None => {
                self.plan_keys.insert(name.to_owned(), span);
                true
            }
            Some(&first) => {
                self.given_twice(name, key.span(), first);
                false
            }
        }
    }

    fn given_twice(&mut self, name: &str, again: Range<usize>, first: Span) {
        let message = format!("`{}` is given twice", excerpt(name));
        let problem = self.problem(again, message, "keep one of the two");
        problem.labels[0].1 = "here again".to_owned();
        problem.labels.push((first, "first here".to_owned()));
    }

    /// The keys of a map that stand in it twice, told; the first stays.
    fn without_duplicates<'t>(
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
    fn key<'t>(&mut self, key: NodeRef<'t>) -> Option<&'t str> {
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

    fn other_key(&mut self, name: &str, key: NodeRef<'_>, known: &[&str], of: &str) {
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
        let near = nearest(name, known.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are {}; your own begin with `x-`", list(known)),
        };
        let span = key.span();
        let problem = self.problem(span, message, &help);
        problem.fix = near.map(|near| (format!("write `{near}`"), near.to_owned()));
    }

    fn wrong_type(&mut self, node: NodeRef<'_>, wanted: &str) {
        match self.view(node) {
            View::Broken => {}
            View::UnknownAlias => self.unquoted(node.span(), "an alias", node.source()),
            View::UnknownTag(span) => {
                let text = self.text(span.clone());
                self.unquoted(span, "a tag", &text);
            }
            View::NotText(what) => {
                let quoted = yaml::quoted(node.source());
                let message = format!("{wanted} is wanted here, and this is {what}");
                let problem =
                    self.problem(node.span(), message, &format!("quote it: {}", excerpt(&quoted)));
                problem.fix = Some(("quote it".to_owned(), quoted));
            }
            view => {
                let what = match view {
                    View::Null => "nothing",
                    View::List(_) => "a list",
                    View::Map(_) => "a map",
                    _ => "a text",
                };
                let message = format!("{wanted} is wanted here, and this is {what}");
                self.problem(node.span(), message, "");
            }
        }
    }

    fn unquoted(&mut self, span: Range<usize>, meaning: &str, text: &str) {
        let quoted = yaml::quoted(text.trim());
        let message = format!("YAML takes this for {meaning}, not for a text");
        let problem = self.problem(span, message, &format!("quote it: {}", excerpt(&quoted)));
        problem.fix = Some(("quote it".to_owned(), quoted));
    }

    /// Looks at a node, as long as the plan is no larger than it may be.
    ///
    /// A few aliases of a long list make a plan of any size out of a small text.
    fn view<'t>(&mut self, node: NodeRef<'t>) -> View<'t> {
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

    fn text(&self, span: Range<usize>) -> String {
        self.file
            .and_then(|file| self.plan.sources.get(file.0))
            .map_or_else(String::new, |source| source.slice(span).to_owned())
    }

    fn text_value(&mut self, node: NodeRef<'_>, wanted: &str) -> Option<Spanned<String>> {
        if let View::Text(text) = self.view(node) {
            return Some(Spanned { value: text.text.to_owned(), span: self.span(node.span()) });
        }
        self.wrong_type(node, wanted);
        None
    }

    fn branch(&mut self, node: NodeRef<'_>) -> Option<Spanned<String>> {
        let branch = self.text_value(node, "the name of a branch")?;
        if let Some(fault) = branch_fault(&branch.value) {
            let message = format!("`{}` is no name for a branch: {fault}", excerpt(&branch.value));
            self.problem(node.span(), message, "write the name as `git branch` shows it");
            return None;
        }
        Some(branch)
    }

    fn tasks(&mut self, node: NodeRef<'_>) {
        let View::Map(pairs) = self.view(node) else {
            self.unknown |= !matches!(self.view(node), View::Null);
            self.wrong_type(node, "a map from ids to tasks");
            return;
        };
        for (key, value) in pairs {
            let Some(id) = self.key(key) else {
                self.unknown = true;
                continue;
            };
            self.task = Some(self.plan.tasks.len());
            let span = self.span(key.span());
            if let Some(&first) = self.ids.get(id) {
                self.task = Some(first);
                let first_span = self.plan.tasks[first].id.span;
                self.given_twice(id, key.span(), first_span);
                // Which of the two lanes is meant, nobody can say.
                self.plan.tasks[first].unknown = true;
            } else {
                if let Some(fault) = id_fault(id) {
                    let message = format!("`{}` is no id: {fault}", excerpt(id));
                    let help = "an id is letters, digits, `.`, `_` and `-`, in parts joined by `/`";
                    self.problem(key.span(), message, help);
                }
                self.ids.insert(id.to_owned(), self.plan.tasks.len());
                let mut task = Task {
                    id: Spanned { value: id.to_owned(), span },
                    title: None,
                    write: None,
                    read: Vec::new(),
                    needs: Vec::new(),
                    branch: None,
                    allow: Vec::new(),
                    unknown: false,
                };
                self.task_map(value, &mut task);
                self.plan.tasks.push(task);
            }
            self.task = None;
        }
    }

    fn task_map(&mut self, node: NodeRef<'_>, task: &mut Task) {
        let pairs = match self.view(node) {
            View::Map(pairs) => pairs,
            View::Null => return,
            _ => {
                task.unknown = true;
                task.write = Some(Write { span: self.span(node.span()), entries: Vec::new() });
                self.wrong_type(node, "the keys of a task");
                return;
            }
        };
        let (pairs, twice) = self.without_duplicates(pairs, &[]);
        task.unknown |= twice;
        for (key, value) in pairs {
            let Some(name) = self.key(key) else {
                task.unknown = true;
                continue;
            };
            match name {
                "title" => task.title = self.text_value(value, "a title"),
                "write" => self.write(value, task),
                "read" => task.read = self.globs(value, Exclusions::Taken).0,
                "needs" => self.needs(value),
                "branch" => {
                    if !matches!(self.view(value), View::Null) {
                        task.branch = self.branch(value);
                        // Whose changes those of the branch are is part of the lane.
                        task.unknown |= task.branch.is_none();
                    }
                }
                "allow" => self.allow(value, task),
                other => self.other_key(other, key, TASK_KEYS, "a task"),
            }
        }
    }

    fn write(&mut self, node: NodeRef<'_>, task: &mut Task) {
        if matches!(self.view(node), View::Null) {
            return;
        }
        let (entries, whole) = self.globs(node, Exclusions::Taken);
        task.unknown |= !whole || entries.iter().any(|entry| entry.glob.is_err());
        let span = self.span(node.span());
        task.write = Some(Write { span, entries });
    }

    /// One glob or a list of them, and whether every one could be read as a text.
    fn globs(&mut self, node: NodeRef<'_>, exclusions: Exclusions) -> (Vec<GlobEntry>, bool) {
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

    fn not_a_glob(&mut self, node: NodeRef<'_>) {
        match self.view(node) {
            // `{a,b}` and `[ab]` are collections to YAML.
            View::List(_) if node.source().starts_with('[') => {
                self.unquoted(node.span(), "a list", node.source());
            }
            View::Map(_) if node.source().starts_with('{') => {
                self.unquoted(node.span(), "a map", node.source());
            }
            _ => self.wrong_type(node, "a glob"),
        }
    }

    fn glob(&mut self, scalar: &Scalar<'_>, at: Range<usize>, exclusions: Exclusions) -> GlobEntry {
        let text = scalar.text;
        let (negated, pattern) = match text.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, text),
        };
        let offset = text.len() - pattern.len();
        let mut faults = Vec::new();
        let file = self.file.unwrap_or(FileId(0));
        let mut fault = |bytes: Range<usize>, problem: &str, help: &str, fix: Option<&str>| {
            faults.push(GlobFault {
                span: Span::new(file, scalar.source_span(bytes)),
                problem: problem.to_owned(),
                help: help.to_owned(),
                fix: fix.and_then(|fix| scalar.escaped(fix)),
            });
        };
        let mut glob = None;
        if negated && pattern.starts_with('!') {
            let help = "one `!` takes away; write `!\\!` to exclude a name that begins with `!`";
            fault(0..2, "two `!`", help, Some("!"));
        } else if negated && exclusions == Exclusions::Refused {
            let help = "only `write` and `read` can take away; `\\!` begins a name with `!`";
            fault(0..1, "an exclusion, which means nothing here", help, None);
        } else {
            match self.globs.entry(pattern.to_owned()).or_insert_with(|| Glob::parse(pattern)) {
                Ok(sound) => glob = Some(sound.clone()),
                Err(found) => {
                    for found in found.clone() {
                        let bytes = found.span.start + offset..found.span.end + offset;
                        fault(bytes, &found.problem, &found.help, found.fix.as_deref());
                    }
                }
            }
        }
        GlobEntry { text: text.to_owned(), span: self.span(at), negated, glob: glob.ok_or(faults) }
    }

    fn needs(&mut self, node: NodeRef<'_>) {
        let nodes = match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => return,
            _ => vec![node],
        };
        for node in nodes {
            if let Some(id) = self.text_value(node, "the id of a task")
                && let Some(task) = self.task
            {
                self.references.push(Reference { task, id, kind: ReferenceKind::Needs });
            }
        }
    }

    fn companions(&mut self, node: NodeRef<'_>) {
        let pairs = match self.view(node) {
            View::Map(pairs) => pairs,
            View::Null => return,
            _ => {
                self.wrong_type(node, "a map from a glob to its companions");
                return;
            }
        };
        let (pairs, _) = self.without_duplicates(pairs, &[]);
        for (key, value) in pairs {
            let View::Text(text) = self.view(key) else {
                self.not_a_glob(key);
                continue;
            };
            let one = self.glob(&text, key.span(), Exclusions::Refused);
            let (others, _) = self.globs(value, Exclusions::Refused);
            self.plan.companions.push((one, others));
        }
    }

    fn rules(&mut self, node: NodeRef<'_>) {
        let pairs = match self.view(node) {
            View::Map(pairs) => pairs,
            View::Null => return,
            _ => {
                self.wrong_type(node, "a map from rules to levels");
                return;
            }
        };
        for (key, value) in pairs {
            let Some(name) = self.key(key) else { continue };
            let place = format!("rules.{name}");
            if !self.first_of_plan(&place, key) {
                continue;
            }
            let Some(level) = self.text_value(value, "a level") else { continue };
            let level = match level.value.as_str() {
                "error" => Some(Level::Error),
                "warning" => Some(Level::Warning),
                "note" => Some(Level::Note),
                "off" => None,
                other => {
                    let help = match nearest(other, LEVELS.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the levels are {}", list(LEVELS)),
                    };
                    self.problem(value.span(), format!("`{}` is no level", excerpt(other)), &help);
                    continue;
                }
            };
            let span = self.span(key.span());
            self.plan.levels.push((Spanned { value: name.to_owned(), span }, level));
        }
    }

    fn allow(&mut self, node: NodeRef<'_>, task: &mut Task) {
        let nodes = match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => return,
            _ => {
                self.wrong_type(node, "a list of `{rule: …, reason: …}`");
                return;
            }
        };
        for node in nodes {
            let View::Map(pairs) = self.view(node) else {
                self.wrong_type(node, "`{rule: …, reason: …}`");
                continue;
            };
            let (pairs, twice) = self.without_duplicates(pairs, &[]);
            let (mut rule, mut with, mut path, mut reason) = (None, None, None, None);
            let mut sound = !twice;
            for (key, value) in pairs {
                let Some(name) = self.key(key) else {
                    sound = false;
                    continue;
                };
                match name {
                    "rule" => rule = self.text_value(value, "the name of a rule"),
                    "with" => {
                        with = self.text_value(value, "the id of a task");
                        sound &= with.is_some();
                    }
                    "path" => match self.view(value) {
                        View::Text(text) => {
                            let entry = self.glob(&text, value.span(), Exclusions::Refused);
                            sound &= entry.glob.is_ok();
                            path = Some(entry);
                        }
                        _ => {
                            sound = false;
                            self.not_a_glob(value);
                        }
                    },
                    "reason" => reason = self.text_value(value, "a reason"),
                    other => {
                        self.other_key(other, key, ALLOW_KEYS, "an allowance");
                        sound &= other.starts_with("x-");
                    }
                }
            }
            let (Some(rule), Some(reason)) = (rule, reason) else {
                self.problem(
                    node.span(),
                    "an allowance needs a `rule` and a `reason`",
                    "write `{rule: overlapping-lanes, with: other, reason: why that is fine}`",
                );
                continue;
            };
            if reason.value.trim().is_empty() {
                let bytes = reason.span.bytes();
                self.problem(bytes, "the reason is empty", "say why the finding is accepted");
                continue;
            }
            if rule.value == "out-of-lane" && path.is_none() {
                let bytes = rule.span.bytes();
                let help = "add `path: GLOB`, the files that the task may write besides its lane";
                self.problem(bytes, "an allowance of `out-of-lane` needs a `path`", help);
                continue;
            }
            // An allowance that was not understood must not excuse more than it says.
            if sound {
                if let Some(id) = with
                    && let Some(of) = self.task
                {
                    let kind = ReferenceKind::With(task.allow.len());
                    self.references.push(Reference { task: of, id, kind });
                }
                task.allow.push(Allow { rule, with: None, path, reason });
            }
        }
    }

    /// Puts the syntax errors of a file to the tasks in whose text they are.
    ///
    /// One that is in no task may have hidden any key of the plan, such as `protect`.
    fn claim_problems_for_tasks(&mut self, syntax: Range<usize>, blocks: &[Range<usize>]) {
        let Some(file) = self.file else { return };
        let end = self.plan.sources[file.0].text().len();
        let mut starts: Vec<(usize, usize)> = (self.plan.tasks.iter().enumerate())
            .filter(|(_, task)| task.id.span.file == file)
            .map(|(place, task)| (task.id.span.start, place))
            .collect();
        starts.sort_unstable();
        for problem in &mut self.plan.problems[syntax] {
            let at = problem.labels[0].0.start;
            let inside =
                |block: &Range<usize>| block.contains(&at) || at == end && block.end == end;
            let before = starts.partition_point(|&(start, _)| start <= at);
            let task = before.checked_sub(1).filter(|_| blocks.iter().any(inside));
            problem.task = task.map(|before| starts[before].1);
            self.unknown |= task.is_none();
        }
    }

    fn finish(mut self) -> Plan {
        let references = std::mem::take(&mut self.references);
        // An allowance for a task that does not exist excuses nothing.
        let mut void: Vec<(usize, usize)> = Vec::new();
        for reference in references {
            let Reference { task, id, kind } = reference;
            match (self.ids.get(&id.value), kind) {
                (Some(&value), ReferenceKind::Needs) => {
                    self.plan.tasks[task].needs.push(Spanned { value, span: id.span });
                }
                (Some(&value), ReferenceKind::With(place)) => {
                    self.plan.tasks[task].allow[place].with =
                        Some(Spanned { value, span: id.span });
                }
                (None, kind) => {
                    if let ReferenceKind::With(place) = kind {
                        void.push((task, place));
                    }
                    self.unknown_task(task, &id);
                }
            }
        }
        for (task, place) in void.into_iter().rev() {
            self.plan.tasks[task].allow.remove(place);
        }
        self.plan.unknown = self.unknown;
        self.plan
    }

    fn unknown_task(&mut self, task: usize, id: &Spanned<String>) {
        self.file = Some(id.span.file);
        self.task = Some(task);
        let own = self.plan.tasks[task].id.value.clone();
        let others = self.plan.tasks.iter().map(|task| task.id.value.as_str());
        self.guesses = self.guesses.saturating_sub(self.plan.tasks.len());
        let near = (self.guesses > 0)
            .then(|| nearest(&id.value, others.filter(|other| *other != own)))
            .flatten()
            .map(str::to_owned);
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a task of this plan, or remove it".to_owned(),
        };
        let message = format!("there is no task `{}`", excerpt(&id.value));
        let problem = self.problem(id.span.bytes(), message, &help);
        problem.fix = near.map(|near| (format!("write `{near}`"), near));
    }
}

/// Whether a glob may begin with `!`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exclusions {
    Taken,
    Refused,
}

/// What is wrong with a task's id, by the contract's rules.
fn id_fault(id: &str) -> Option<String> {
    if id.is_empty() {
        return Some("it is empty".to_owned());
    }
    if let Some(character) = id.chars().find(|character| {
        !character.is_ascii_alphanumeric() && !matches!(character, '.' | '_' | '-' | '/')
    }) {
        return Some(format!("it holds `{}`", character.escape_debug()));
    }
    for part in id.split('/') {
        if part.is_empty() {
            return Some("it begins or ends with `/`, or holds two in a row".to_owned());
        }
        if !part.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Some(format!("`{}` begins with neither a letter nor a digit", excerpt(part)));
        }
        if part.ends_with('.') || part.ends_with(".lock") {
            return Some(format!(
                "`{}` ends in `.` or `.lock`, which no branch can",
                excerpt(part)
            ));
        }
        if part.contains("..") {
            return Some("it holds `..`".to_owned());
        }
    }
    None
}

/// What is wrong with the name of a branch, by the rules of `git check-ref-format --branch`.
fn branch_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.starts_with('-') {
        return Some("it begins with `-`");
    }
    if name.starts_with("refs/") {
        return Some("it is a whole reference; a branch is named without `refs/heads/`");
    }
    let forbidden = |character: char| {
        character.is_control()
            || matches!(character, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    if name.contains(forbidden) || name.contains("..") || name.contains("@{") || name == "@" {
        return Some("it holds what git keeps for other uses");
    }
    let wrong_part =
        |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if name.split('/').any(wrong_part) || name.ends_with('.') {
        return Some("a part of it is empty, begins with `.`, or ends in `.` or `.lock`");
    }
    None
}

/// The word that someone who wrote `word` probably meant.
pub(crate) fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let length = word.chars().count();
    let most = (length / 3).max(1);
    // Distances are quadratic: nobody misspells a word of more letters than this.
    if length > 64 {
        return None;
    }
    words
        .filter(|other| other.chars().count().abs_diff(length) <= most)
        .map(|other| (strsim::osa_distance(word, other), other))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests;
