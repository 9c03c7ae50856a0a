//! From texts to a plan: its files, its own keys, and what holds it together.

mod task;
mod values;

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use super::names::{list, nearest};
use super::{Plan, Spanned};
use crate::glob::Glob;
use crate::level::{Level, Setting};
use crate::parallel;
use crate::plan::fix::Applicability;
use crate::source::yaml::{self, NodeRef, Tree, View};
use crate::source::{FileId, SourceFile, Span, excerpt};
use values::{Exclusions, Wanted};

/// The most bytes that a plan may have, all its files together.
pub const MAX_TEXT: usize = 64 * 1024 * 1024;

/// The most values that a plan may have, those of an alias counted each time that it is used.
pub const MAX_VALUES: usize = 2_000_000;

/// The most tasks that a plan may have: who comes after whom is a bit for each two of them.
pub const MAX_TASKS: usize = 50_000;

/// The most comparisons that 'did you mean' is worth: a plan of thousands of tasks, each misspelled
/// by another, would take the square of them.
const MAX_GUESSES: usize = 200_000;

/// How many texts one processor reads at a time.
const READ_AHEAD: usize = 512;

const PLAN_KEYS: &[&str] = &["base", "tasks", "protect", "share", "companions", "rules"];
/// The keys of a plan whose values are united where several files have them.
const UNITED_KEYS: &[&str] = &["tasks", "protect", "share", "companions", "rules"];
const LEVELS: &[&str] = &["error", "warning", "note", "off"];

/// One text of a plan, as it was found.
#[derive(Clone, Debug)]
pub struct PlanText {
    /// The name by which answers call it.
    pub name: String,
    /// The bytes, or why there are none: in one line, for people.
    pub bytes: Result<Vec<u8>, String>,
    /// The repository's root as paths of this machine begin, with `/` between folders and none at
    /// the end: an absolute path in the plan may lie below it.
    pub roots: Arc<[String]>,
}

impl PlanText {
    /// A text that could be had.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> PlanText {
        PlanText { name: name.into(), bytes: Ok(text.into()), roots: Arc::default() }
    }

    /// A text that could not be had, and why, in one line for people.
    #[must_use]
    pub fn missing(name: impl Into<String>, problem: impl Into<String>) -> PlanText {
        PlanText { name: name.into(), bytes: Err(problem.into()), roots: Arc::default() }
    }
}

/// Reads a plan from its texts, united in their order.
#[must_use]
pub fn read(texts: Vec<PlanText>) -> Plan {
    read_with(texts, HashSet::new())
}

/// Reads a plan from its texts, of which most is as it was when `before` was read: the globs that both
/// have are the same ones, with all that was found out about them.
///
/// The plan is the one that [`read`] makes.
#[must_use]
pub fn read_again(texts: Vec<PlanText>, before: &Plan) -> Plan {
    let known = before.glob_entries().filter_map(|(_, entry)| entry.glob.clone().ok());
    read_with(texts, known.collect())
}

#[allow(clippy::mutable_key_type, reason = "a glob is its text; what it caches changes nothing")]
fn read_with(texts: Vec<PlanText>, globs: HashSet<Glob>) -> Plan {
    let mut reader = Reader { guesses: MAX_GUESSES, globs, ..Reader::default() };
    let mut size = 0;
    for text in texts {
        let file = FileId(reader.plan.sources.len());
        reader.roots = text.roots;
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

/// The line that opens a Markdown fence: the first line that says something, or one that is not
/// indented.
fn fence(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut is_first = true;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        let said = line.trim_start_matches(['\u{feff}', ' ']);
        let start = start + line.len() - said.len();
        let is_fence = said.starts_with("```") || said.starts_with("~~~");
        if is_fence && (is_first || said.len() == line.trim_start_matches('\u{feff}').len()) {
            return Some(start..start + said.len());
        }
        is_first &= said.is_empty();
    }
    None
}

#[derive(Default)]
struct Reader {
    plan: Plan,
    ids: HashMap<String, usize>,
    /// References to tasks, to be looked up when all tasks are known.
    references: Vec<Reference>,
    /// The sound globs that are known: of one text, there is one.
    globs: HashSet<Glob>,
    plan_keys: HashMap<String, Span>,
    /// How many more words may be compared to find what was meant.
    guesses: usize,
    /// Whether what all lanes have in common is not known.
    unknown: bool,
    file: Option<FileId>,
    /// The repository's root, as absolute paths in the file name it.
    roots: Arc<[String]>,
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
        if !tree.problems().is_empty()
            && let Some(fence) = fence(source.text())
        {
            // What a fence makes of the text, nobody wants to hear.
            self.unknown = true;
            let help =
                "take the plan out of the fence: remove this line and the one that closes it";
            self.problem(fence, "a plan is no Markdown", help);
            return;
        }
        let first = self.plan.problems.len();
        for problem in tree.problems() {
            let found = self.problem(problem.span.clone(), problem.message.clone(), "");
            found.help.clone_from(&problem.help);
            if let Some(quoted) = &problem.fix {
                found.mend("quote it", quoted, Applicability::Safe);
            }
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
            self.wrong_type(root, Wanted::Collection("the keys of a plan"));
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
        self.read_ahead(&tree);
        self.plan_map(pairs);
        self.claim_problems_for_tasks(syntax, &blocks);
    }

    /// Reads the globs of a large plan on all processors.
    ///
    /// Whatever has a slash may be one; a text that turns out to be none is forgotten.
    fn read_ahead(&mut self, tree: &Tree<'_>) {
        let texts: Vec<&str> = tree
            .texts()
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

    fn plan_map(&mut self, pairs: Vec<(NodeRef<'_>, NodeRef<'_>)>) {
        let (pairs, _) = self.without_duplicates(pairs, UNITED_KEYS);
        for &(key, value) in &pairs {
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
                other => self.other_key((other, key), PLAN_KEYS, &pairs, "a plan"),
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

    fn companions(&mut self, node: NodeRef<'_>) {
        let pairs = match self.view(node) {
            View::Map(pairs) => pairs,
            View::Null => return,
            _ => {
                self.wrong_type(node, Wanted::Collection("a map from a glob to its companions"));
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
                self.wrong_type(node, Wanted::Collection("a map from rules to levels"));
                return;
            }
        };
        for (key, value) in pairs {
            let Some(name) = self.key(key) else { continue };
            let place = format!("rules.{name}");
            if !self.first_of_plan(&place, key) {
                continue;
            }
            let Some(level) = self.text_value(value, Wanted::Word("a level")) else { continue };
            let setting = match level.value.as_str() {
                "error" => Setting::At(Level::Error),
                "warning" => Setting::At(Level::Warning),
                "note" => Setting::At(Level::Note),
                "off" => Setting::Off,
                other => {
                    let near = nearest(other, LEVELS.iter().copied());
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the levels are {}", list(LEVELS)),
                    };
                    let message = format!("`{}` is no level", excerpt(other));
                    let problem = self.problem(value.span(), message, &help);
                    if let Some(near) = near {
                        let title = format!("write `{near}`");
                        let written = yaml::written_like(value.source(), near);
                        problem.mend(title, written, Applicability::Unsafe);
                    }
                    continue;
                }
            };
            let span = self.span(key.span());
            self.plan.levels.push((Spanned { value: name.to_owned(), span }, setting));
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
        let others = self.plan.tasks.iter().map(|task| &*task.id.value);
        self.guesses = self.guesses.saturating_sub(self.plan.tasks.len());
        let near = (self.guesses > 0)
            .then(|| nearest(&id.value, others.filter(|other| *other != &*own)))
            .flatten()
            .map(str::to_owned);
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a task of this plan, or remove it".to_owned(),
        };
        let message = format!("there is no task `{}`", excerpt(&id.value));
        let source = self.text(id.span.bytes());
        let problem = self.problem(id.span.bytes(), message, &help);
        if let Some(near) = near {
            let written = yaml::written_like(&source, &near);
            problem.mend(format!("write `{near}`"), written, Applicability::Unsafe);
        }
    }
}

#[cfg(test)]
mod tests;
