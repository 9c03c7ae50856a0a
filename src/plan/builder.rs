//! The plan while it is read: what every reader of [`formats`](super::formats) fills.
//!
//! A reader knows a syntax, and hands over values with the places where they are written. What is
//! wrong with a value by itself or beside the others (given twice, no task of this name, no glob)
//! is found here, in the same words for every format.

mod glob;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::edit::{Applicability, Replacement};
use super::names::{NEEDS_PATH, branch_fault, id_fault, list, nearest};
use super::{Allow, GlobEntry, Plan, Problem, Spanned, Task, Write};
use crate::glob::Glob;
use crate::index::TaskId;
use crate::level::{Level, Setting};
use crate::source::{FileId, SourceFile, Span, excerpt};
pub(super) use glob::{Exclusions, Globs, Written};

/// The most values that a plan may have, those of an alias counted each time that it is used.
const MAX_VALUES: usize = 2_000_000;

/// The most tasks that a plan may have: who comes after whom is a bit for each two of them.
const MAX_TASKS: usize = 50_000;

/// The most comparisons that 'did you mean' is worth: a plan of thousands of tasks, each misspelled
/// by another, would take the square of them.
const MAX_GUESSES: usize = 200_000;

const LEVELS: &[&str] = &["error", "warning", "note", "off"];

/// A name or some other word of a plan.
#[derive(Clone, Debug)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    /// Where it is written in the file; for an alias, where the alias is.
    pub(super) at: Range<usize>,
    /// How the format writes another text in place of one that is written like this.
    pub(super) written_like: WrittenLike,
}

/// Takes what is written and the text to write instead.
pub(super) type WrittenLike = fn(&str, &str) -> String;

/// The values of an allowance, as far as there are any.
#[derive(Debug, Default)]
pub(super) struct AllowParts<'t> {
    pub(super) rule: Option<Spanned<String>>,
    pub(super) with: Option<Word<'t>>,
    pub(super) path: Option<GlobEntry>,
    pub(super) reason: Option<Spanned<String>>,
    /// Whether there is more than could be read.
    pub(super) is_partial: bool,
}

/// A plan that is being read.
///
/// Problems and values belong to the file that was begun last; problems belong to the task that is
/// open, too.
#[derive(Debug)]
pub(super) struct Builder {
    plan: Plan,
    /// The repository's root, as absolute paths in the file name it.
    roots: Arc<[String]>,
    task: Option<TaskId>,
    ids: HashMap<Arc<str>, TaskId>,
    /// Looked up when all tasks are known.
    references: Vec<Reference>,
    /// Where the values stand of which a plan has one.
    singles: HashMap<String, Span>,
    /// The sound globs that are known: of one text, there is one.
    globs: HashSet<Glob>,
    values: usize,
    /// How many more words may be compared to find what was meant.
    guesses: usize,
    has_too_many_tasks: bool,
}

#[derive(Debug)]
struct Reference {
    task: TaskId,
    id: Spanned<String>,
    written_like: WrittenLike,
    kind: ReferenceKind,
}

#[derive(Debug)]
enum ReferenceKind {
    Needs,
    /// The `with` of the task's allowance at this index.
    With(usize),
}

impl Problem {
    /// Adds the edit that fixes it: a text in place of its first label.
    pub(super) fn fix(
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

/// Files, and what goes wrong in them.
impl Builder {
    /// Starts a plan that takes its globs from those already known, with what they have cached.
    #[allow(
        clippy::mutable_key_type,
        reason = "a glob is its text; what it caches changes nothing"
    )]
    pub(super) fn new(globs: HashSet<Glob>) -> Builder {
        Builder {
            globs,
            plan: Plan::default(),
            roots: Arc::default(),
            task: None,
            ids: HashMap::new(),
            references: Vec::new(),
            singles: HashMap::new(),
            values: 0,
            guesses: MAX_GUESSES,
            has_too_many_tasks: false,
        }
    }

    /// Begins the next file; `yaml` is the part of it that is a YAML document.
    pub(super) fn begin_file(
        &mut self,
        source: SourceFile,
        yaml: Range<usize>,
        roots: Arc<[String]>,
    ) {
        self.plan.sources.push(source);
        self.plan.yaml.push(yaml);
        self.roots = roots;
        self.task = None;
    }

    fn file(&self) -> FileId {
        FileId(self.plan.sources.len().saturating_sub(1))
    }

    pub(super) fn span(&self, bytes: Range<usize>) -> Span {
        Span::new(self.file(), bytes)
    }

    /// What is written at a place of the file.
    pub(super) fn source(&self, bytes: Range<usize>) -> String {
        let source = self.plan.sources.last();
        source.map_or_else(String::new, |source| source.slice(bytes).to_owned())
    }

    /// Reports a problem of the file, and of the open task.
    pub(super) fn problem(
        &mut self,
        bytes: Range<usize>,
        message: impl Into<String>,
        help: &str,
    ) -> &mut Problem {
        self.report(self.task, self.span(bytes), message.into(), help)
    }

    fn report(
        &mut self,
        task: Option<TaskId>,
        span: Span,
        message: String,
        help: &str,
    ) -> &mut Problem {
        let help = (!help.is_empty()).then(|| help.to_owned());
        let labels = vec![(span, String::new())];
        let problem = Problem { message, help, labels, fix: None, task, wrong_type: false };
        let last = self.plan.problems.len();
        self.plan.problems.push(problem);
        &mut self.plan.problems[last]
    }

    /// How many problems there are: what [`Builder::attribute`] counts from.
    pub(super) fn problem_count(&self) -> usize {
        self.plan.problems.len()
    }

    /// Attributes the problems of some indexes to the tasks of this file whose text, in `blocks`,
    /// contains them.
    ///
    /// Outside of every task, a syntax error may hide any key of the plan, such as `protect`.
    pub(super) fn attribute(&mut self, problems: Range<usize>, blocks: &[Range<usize>]) {
        let file = self.file();
        let end = self.plan.yaml.last().map_or(0, |yaml| yaml.end);
        let mut starts: Vec<(usize, TaskId)> = (self.plan.tasks.enumerated())
            .filter(|(_, task)| task.id.span.file == file)
            .map(|(index, task)| (task.id.span.start, index))
            .collect();
        starts.sort_unstable();
        for problem in &mut self.plan.problems[problems] {
            let at = problem.labels[0].0.start;
            let inside =
                |block: &Range<usize>| block.contains(&at) || at == end && block.end == end;
            let before = starts.partition_point(|&(start, _)| start <= at);
            let task = before.checked_sub(1).filter(|_| blocks.iter().any(inside));
            problem.task = task.map(|before| starts[before].1);
            self.plan.unknown |= task.is_none();
        }
    }

    /// Something that all lanes have in common could not be read.
    pub(super) fn lanes_unknown(&mut self) {
        self.plan.unknown = true;
    }

    /// Counts values that are read: false once there are too many, which is reported.
    ///
    /// A few aliases of a long list make a plan of any size out of a small text.
    pub(super) fn count(&mut self, values: usize, at: Range<usize>) -> bool {
        let had_room = self.has_room();
        self.values += values;
        if had_room && !self.has_room() {
            self.plan.unknown = true;
            let message = format!(
                "here the plan reaches {MAX_VALUES} values, aliases counted; the rest is not read"
            );
            self.report(None, self.span(at), message, "split the plan");
        }
        self.has_room()
    }

    /// Whether more values may be read.
    pub(super) fn has_room(&self) -> bool {
        self.values <= MAX_VALUES
    }

    pub(super) fn given_twice(&mut self, name: &str, again: Range<usize>, first: Span) {
        let message = format!("`{}` is given twice", excerpt(name));
        let problem = self.problem(again, message, "keep one of the two");
        problem.labels[0].1 = "here again".to_owned();
        problem.labels.push((first, "first here".to_owned()));
    }

    /// Whether a value of which a plan has one stands here for the first time; reports it if not.
    pub(super) fn is_first(&mut self, name: &str, at: Range<usize>) -> bool {
        if let Some(&first) = self.singles.get(name) {
            self.given_twice(name, at, first);
            return false;
        }
        self.singles.insert(name.to_owned(), self.span(at));
        true
    }

    /// Reports a key that nobody reads, in a map of `pairs` keys. Of the `known` keys, those that
    /// the map has already are not what was meant.
    pub(super) fn unknown_key(
        &mut self,
        key: &Word<'_>,
        known: &[&str],
        pairs: usize,
        is_there: impl Fn(&str) -> bool,
        of: &str,
    ) {
        let message = format!("`{}` is no key of {of}", excerpt(key.text));
        self.guesses = self.guesses.saturating_sub(pairs);
        let near = nearest(key.text, known.iter().copied())
            .filter(|near| self.guesses > 0 && !is_there(near));
        let otherwise = format!("the keys are {}; your own begin with `x-`", list(known));
        let span = self.span(key.at.clone());
        self.misspelled(self.task, span, message, near, &otherwise, key.written_like);
    }

    /// Reports a word that is unknown, and the one that was probably meant.
    fn misspelled(
        &mut self,
        task: Option<TaskId>,
        span: Span,
        message: String,
        near: Option<&str>,
        otherwise: &str,
        written_like: WrittenLike,
    ) {
        let Some(near) = near else {
            self.report(task, span, message, otherwise);
            return;
        };
        let written = written_like(self.plan.sources[span.file.0].slice(span.bytes()), near);
        let help = format!("did you mean `{near}`?");
        let problem = self.report(task, span, message, &help);
        problem.fix(format!("write `{near}`"), written, Applicability::Unsafe);
    }
}

/// What a plan says for all tasks.
impl Builder {
    pub(super) fn base(&mut self, branch: &Word<'_>) {
        if let Some(branch) = self.sound_branch(branch) {
            self.plan.base = Some(branch);
        }
    }

    pub(super) fn protect(&mut self, globs: Globs) {
        self.plan.unknown |= !globs.is_sound();
        self.plan.protect.extend(globs.entries);
    }

    pub(super) fn share(&mut self, globs: Globs) {
        self.plan.unknown |= !globs.is_sound();
        self.plan.share.extend(globs.entries);
    }

    pub(super) fn companions(&mut self, one: GlobEntry, others: Globs) {
        self.plan.companions.push((one, others.entries));
    }

    pub(super) fn level(&mut self, rule: Spanned<String>, level: &Word<'_>) {
        let setting = match level.text {
            "error" => Setting::At(Level::Error),
            "warning" => Setting::At(Level::Warning),
            "note" => Setting::At(Level::Note),
            "off" => Setting::Off,
            other => {
                let message = format!("`{}` is no level", excerpt(other));
                let near = nearest(other, LEVELS.iter().copied());
                let otherwise = format!("the levels are {}", list(LEVELS));
                let span = self.span(level.at.clone());
                self.misspelled(self.task, span, message, near, &otherwise, level.written_like);
                return;
            }
        };
        self.plan.levels.push((rule, setting));
    }

    fn sound_branch(&mut self, branch: &Word<'_>) -> Option<Spanned<String>> {
        if let Some(fault) = branch_fault(branch.text) {
            let message = format!("`{}` is no name for a branch: {fault}", excerpt(branch.text));
            let help = "write the name as `git branch` shows it";
            self.problem(branch.at.clone(), message, help);
            return None;
        }
        Some(self.spanned(branch))
    }

    fn spanned(&self, word: &Word<'_>) -> Spanned<String> {
        Spanned { value: word.text.to_owned(), span: self.span(word.at.clone()) }
    }
}

/// Tasks, by their indexes.
impl Builder {
    /// Opens a task. None if the plan has it already, or has too many, which is reported.
    pub(super) fn begin_task(&mut self, id: &Word<'_>) -> Option<TaskId> {
        if self.plan.tasks.len() == MAX_TASKS {
            self.plan.unknown = true;
            if !std::mem::replace(&mut self.has_too_many_tasks, true) {
                let message =
                    format!("here the plan reaches {MAX_TASKS} tasks; the rest is not read");
                self.problem(id.at.clone(), message, "split the plan");
            }
            return None;
        }
        if let Some(&first) = self.ids.get(id.text) {
            self.task = Some(first);
            self.given_twice(id.text, id.at.clone(), self.plan.tasks[first].id.span);
            // Which of the two lanes is meant, nobody can say.
            self.task_unknown(first);
            self.end_task();
            return None;
        }
        let task = TaskId::from(self.plan.tasks.len());
        self.task = Some(task);
        if let Some(fault) = id_fault(id.text) {
            let message = format!("`{}` is no id: {fault}", excerpt(id.text));
            let help = "an id is letters, digits, `.`, `_` and `-`, in parts joined by `/`";
            self.problem(id.at.clone(), message, help);
        }
        let value: Arc<str> = id.text.into();
        self.ids.insert(Arc::clone(&value), task);
        self.plan.tasks.push(Task {
            id: Spanned { value, span: self.span(id.at.clone()) },
            title: None,
            write: None,
            read: Vec::new(),
            needs: Vec::new(),
            branch: None,
            allow: Vec::new(),
            unknown: false,
        });
        Some(task)
    }

    /// Closes the open task: the problems that follow are no longer its own.
    pub(super) fn end_task(&mut self) {
        self.task = None;
    }

    /// Something about the task's lane could not be read.
    pub(super) fn task_unknown(&mut self, task: TaskId) {
        self.plan.tasks[task].unknown = true;
    }

    pub(super) fn title(&mut self, task: TaskId, title: Spanned<String>) {
        self.plan.tasks[task].title = Some(title);
    }

    pub(super) fn write(&mut self, task: TaskId, at: Range<usize>, globs: Globs) {
        let span = self.span(at);
        let task = &mut self.plan.tasks[task];
        task.unknown |= !globs.is_sound();
        task.write = Some(Write { span, entries: globs.entries });
    }

    pub(super) fn read(&mut self, task: TaskId, globs: Globs) {
        self.plan.tasks[task].read = globs.entries;
    }

    pub(super) fn needs(&mut self, task: TaskId, id: &Word<'_>) {
        self.refer(task, id, ReferenceKind::Needs);
    }

    fn refer(&mut self, task: TaskId, id: &Word<'_>, kind: ReferenceKind) {
        let (id, written_like) = (self.spanned(id), id.written_like);
        self.references.push(Reference { task, id, written_like, kind });
    }

    pub(super) fn branch(&mut self, task: TaskId, branch: &Word<'_>) {
        match self.sound_branch(branch) {
            Some(branch) => self.plan.tasks[task].branch = Some(branch),
            // Whose changes those of the branch are is part of the lane.
            None => self.task_unknown(task),
        }
    }

    pub(super) fn allow(&mut self, task: TaskId, at: Range<usize>, parts: AllowParts<'_>) {
        let AllowParts { rule, with, path, reason, is_partial } = parts;
        let (Some(rule), Some(reason)) = (rule, reason) else {
            self.problem(
                at,
                "an allowance needs a `rule` and a `reason`",
                "write `{rule: overlapping-lanes, with: other, reason: why that is fine}`",
            );
            return;
        };
        if reason.value.trim().is_empty() {
            let bytes = reason.span.bytes();
            self.problem(bytes, "the reason is empty", "say why the finding is accepted");
            return;
        }
        if rule.value == NEEDS_PATH && path.is_none() {
            let bytes = rule.span.bytes();
            let help = "add `path: GLOB`, the files that the task may write besides its lane";
            self.problem(bytes, "an allowance of `out-of-lane` needs a `path`", help);
            return;
        }
        // An allowance that was not understood must not excuse more than it says.
        if is_partial || path.as_ref().is_some_and(|path| path.glob.is_err()) {
            return;
        }
        if let Some(id) = with {
            let allowance = self.plan.tasks[task].allow.len();
            self.refer(task, &id, ReferenceKind::With(allowance));
        }
        self.plan.tasks[task].allow.push(Allow { rule, with: None, path, reason });
    }

    /// Looks up the tasks that others name, and gives the plan.
    pub(super) fn finish(mut self) -> Plan {
        // An allowance for a task that does not exist excuses nothing.
        let mut void: Vec<(TaskId, usize)> = Vec::new();
        for reference in std::mem::take(&mut self.references) {
            let Some(&value) = self.ids.get(reference.id.value.as_str()) else {
                if let ReferenceKind::With(allowance) = reference.kind {
                    void.push((reference.task, allowance));
                }
                self.unknown_task(&reference);
                continue;
            };
            let found = Spanned { value, span: reference.id.span };
            let task = &mut self.plan.tasks[reference.task];
            match reference.kind {
                ReferenceKind::Needs => task.needs.push(found),
                ReferenceKind::With(allowance) => task.allow[allowance].with = Some(found),
            }
        }
        for (task, allowance) in void.into_iter().rev() {
            self.plan.tasks[task].allow.remove(allowance);
        }
        self.plan
    }

    fn unknown_task(&mut self, Reference { task, id, written_like, .. }: &Reference) {
        let own = &self.plan.tasks[*task].id.value;
        let others = self.plan.tasks.iter().map(|task| &*task.id.value);
        self.guesses = self.guesses.saturating_sub(self.plan.tasks.len());
        let near = (self.guesses > 0)
            .then(|| nearest(&id.value, others.filter(|other| *other != &**own)))
            .flatten()
            .map(str::to_owned);
        let message = format!("there is no task `{}`", excerpt(&id.value));
        let otherwise = "name a task of this plan, or remove it";
        self.misspelled(Some(*task), id.span, message, near.as_deref(), otherwise, *written_like);
    }
}

#[cfg(test)]
mod tests;
