//! Builds a plan from the values that a format's reader finds.
//!
//! Readers in [`formats`](super::formats) know the syntax and pass values with their spans. Values
//! are checked here (duplicates, unknown tasks, invalid globs), so that every format reports
//! problems in the same words.

mod glob;
mod leftover;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::branch::{self, BranchFault};
use super::edit::{Applicability, Replacement};
use super::names::{NEED_PATH, id_fault, list, nearest};
use super::{Allow, BranchName, GlobEntry, Plan, Problem, Spanned, Task, Write};
use crate::glob::Glob;
use crate::index::TaskId;
use crate::level::{Level, Setting};
use crate::source::{FileId, SourceFile, Span, excerpt};
pub(super) use glob::{Exclusions, Globs, MappedText};

/// The maximum number of values in a plan. Aliased values count once per use.
const MAX_VALUES: usize = 2_000_000;

/// The maximum number of tasks in a plan: their order takes a bit per pair.
const MAX_TASKS: usize = 50_000;

/// The maximum number of comparisons for suggestions: thousands of misspelled tasks would take
/// quadratic time.
const MAX_GUESSES: usize = 200_000;

const LEVELS: &[&str] = &["error", "warning", "note", "off"];

/// A name or keyword in a plan.
#[derive(Clone, Debug)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    /// Its bytes in the file; for an alias, those of the alias.
    pub(super) at: Range<usize>,
    /// How the format quotes a replacement.
    pub(super) quoted_like: QuoteLike,
}

/// Takes the original source and the new text, and quotes the new text like the original.
pub(super) type QuoteLike = fn(&str, &str) -> String;

/// The values of an `allow` entry.
#[derive(Debug, Default)]
pub(super) struct AllowParts<'t> {
    pub(super) rule: Option<Spanned<String>>,
    pub(super) with: Option<Word<'t>>,
    pub(super) path: Option<GlobEntry>,
    pub(super) reason: Option<Spanned<String>>,
    /// Whether a part could not be read.
    pub(super) is_partial: bool,
}

/// A plan under construction.
///
/// Values and problems belong to the file begun last, and problems also to the open task.
#[derive(Debug)]
pub(super) struct Builder {
    plan: Plan,
    /// See [`PlanText::roots`](super::PlanText::roots).
    roots: Arc<[String]>,
    /// See [`PlanText::existing`](super::PlanText::existing).
    existing: Arc<BTreeSet<String>>,
    task: Option<TaskId>,
    ids: HashMap<Arc<str>, TaskId>,
    /// Resolved once all tasks are known.
    references: Vec<Reference>,
    /// The values that a plan may have only once.
    singles: HashMap<String, Span>,
    /// The valid globs, one per text.
    globs: HashSet<Glob>,
    values: usize,
    /// The remaining comparisons for suggestions.
    guesses: usize,
    has_too_many_tasks: bool,
}

#[derive(Debug)]
struct Reference {
    task: TaskId,
    id: Spanned<String>,
    quoted_like: QuoteLike,
    kind: ReferenceKind,
}

#[derive(Debug)]
enum ReferenceKind {
    Needs,
    /// The `with` of the `allow` entry at this index.
    With(usize),
}

impl Problem {
    /// Adds a fix that replaces the text at the first label.
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

/// Files and their problems.
impl Builder {
    /// Starts a plan that reuses `globs` and what they have cached.
    #[allow(
        clippy::mutable_key_type,
        reason = "a glob is its text; what it caches changes nothing"
    )]
    pub(super) fn new(globs: HashSet<Glob>) -> Builder {
        Builder {
            globs,
            plan: Plan::default(),
            roots: Arc::default(),
            existing: Arc::default(),
            task: None,
            ids: HashMap::new(),
            references: Vec::new(),
            singles: HashMap::new(),
            values: 0,
            guesses: MAX_GUESSES,
            has_too_many_tasks: false,
        }
    }

    /// Begins the next file. `yaml` is the part that is a YAML document.
    pub(super) fn begin_file(
        &mut self,
        source: SourceFile,
        yaml: Range<usize>,
        roots: Arc<[String]>,
        existing: Arc<BTreeSet<String>>,
    ) {
        self.plan.sources.push(source);
        self.plan.yaml.push(yaml);
        self.roots = roots;
        self.existing = existing;
        self.task = None;
    }

    fn file(&self) -> FileId {
        FileId(self.plan.sources.len().saturating_sub(1))
    }

    pub(super) fn span(&self, bytes: Range<usize>) -> Span {
        Span::new(self.file(), bytes)
    }

    /// The source text of the current file at `bytes`.
    pub(super) fn source(&self, bytes: Range<usize>) -> String {
        let source = self.plan.sources.last();
        source.map_or_else(String::new, |source| source.slice(bytes).to_owned())
    }

    /// Reports a problem in the current file and the open task.
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

    /// The number of problems so far: the index of the next one for [`Builder::attribute`].
    pub(super) fn problem_count(&self) -> usize {
        self.plan.problems.len()
    }

    /// Attributes each of the given problems to the task in `blocks` whose text contains it.
    ///
    /// A syntax error outside of all tasks may hide any key of the plan, such as `protect`, so it
    /// makes all lanes unknown.
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

    /// Records that a part that affects all lanes could not be read.
    pub(super) fn lanes_unknown(&mut self) {
        self.plan.unknown = true;
    }

    /// Counts values, and reports it if there are too many. Returns whether more may be read.
    ///
    /// A few aliases of a long list expand a small text to a plan of any size.
    pub(super) fn count(&mut self, values: usize, at: Range<usize>) -> bool {
        let had_room = self.has_room();
        self.values += values;
        if had_room && !self.has_room() {
            self.plan.unknown = true;
            let message = format!(
                "the plan has more than {MAX_VALUES} values, counting aliases; the rest is ignored"
            );
            self.report(None, self.span(at), message, "split it into smaller plans");
        }
        self.has_room()
    }

    /// Whether more values may be read.
    pub(super) fn has_room(&self) -> bool {
        self.values <= MAX_VALUES
    }

    /// Reports a second key or task of the same name.
    pub(super) fn duplicate(&mut self, what: &str, name: &str, again: Range<usize>, first: Span) {
        let message = format!("duplicate {what} `{}`", excerpt(name));
        let problem = self.problem(again, message, "remove one of the two");
        problem.labels[0].1 = "defined again here".to_owned();
        problem.labels.push((first, "first defined here".to_owned()));
    }

    /// Whether this is the first occurrence of a value that a plan may have only once. Reports any
    /// other.
    pub(super) fn is_first(&mut self, name: &str, at: Range<usize>) -> bool {
        if let Some(&first) = self.singles.get(name) {
            self.duplicate("key", name, at, first);
            return false;
        }
        self.singles.insert(name.to_owned(), self.span(at));
        true
    }

    /// Reports an unknown key in a map of `pairs` keys. Suggests one of the `known` keys that the
    /// map does not have yet.
    pub(super) fn unknown_key(
        &mut self,
        key: &Word<'_>,
        known: &[&str],
        pairs: usize,
        is_present: impl Fn(&str) -> bool,
    ) {
        let message = format!("unknown key `{}`", excerpt(key.text));
        self.guesses = self.guesses.saturating_sub(pairs);
        let nearest = nearest(key.text, known.iter().copied())
            .filter(|nearest| self.guesses > 0 && !is_present(nearest));
        let help = format!("use one of {}, or start your own key with `x-`", list(known));
        let span = self.span(key.at.clone());
        self.misspelled(self.task, span, message, nearest, &help, key.quoted_like);
    }

    /// Reports an unknown word: with the nearest known one as a fix, else with `help`.
    fn misspelled(
        &mut self,
        task: Option<TaskId>,
        span: Span,
        message: String,
        nearest: Option<&str>,
        help: &str,
        quoted_like: QuoteLike,
    ) {
        let Some(nearest) = nearest else {
            self.report(task, span, message, help);
            return;
        };
        let text = quoted_like(self.plan.sources[span.file.0].slice(span.bytes()), nearest);
        let help = format!("did you mean `{nearest}`?");
        let problem = self.report(task, span, message, &help);
        problem.fix(format!("replace with `{nearest}`"), text, Applicability::Unsafe);
    }
}

/// Keys of the plan.
impl Builder {
    pub(super) fn base(&mut self, branch: &Word<'_>) {
        match branch::parse_name(branch.text) {
            Ok(()) => self.plan.base = Some(self.spanned(branch)),
            Err(fault) => self.branch_problem(branch, fault),
        }
    }

    /// Adds a branch to `other-branches`.
    pub(super) fn other_branch(&mut self, branch: &Word<'_>) {
        let branch = self.branch_name(branch);
        self.plan.other_branches.extend(branch);
    }

    /// Adds a branch to `plan-branches`.
    pub(super) fn plan_branch(&mut self, branch: &Word<'_>) {
        let branch = self.branch_name(branch);
        self.plan.plan_branches.extend(branch);
    }

    pub(super) fn protect(&mut self, globs: Globs) {
        self.plan.unknown |= !globs.is_valid();
        self.plan.protect.extend(globs.entries);
    }

    pub(super) fn share(&mut self, globs: Globs) {
        self.plan.unknown |= !globs.is_valid();
        self.plan.share.extend(globs.entries);
    }

    pub(super) fn companions(&mut self, glob: GlobEntry, others: Globs) {
        self.plan.companions.push((glob, others.entries));
    }

    pub(super) fn level(&mut self, rule: Spanned<String>, level: &Word<'_>) {
        let setting = match level.text {
            "error" => Setting::At(Level::Error),
            "warning" => Setting::At(Level::Warning),
            "note" => Setting::At(Level::Note),
            "off" => Setting::Off,
            other => {
                let message = format!(
                    "invalid level `{}` (expected error, warning, note or off)",
                    excerpt(other)
                );
                let nearest = nearest(other, LEVELS.iter().copied());
                let span = self.span(level.at.clone());
                self.misspelled(self.task, span, message, nearest, "", level.quoted_like);
                return;
            }
        };
        self.plan.levels.push((rule, setting));
    }

    /// A branch name or pattern; reports one that is invalid.
    fn branch_name(&mut self, branch: &Word<'_>) -> Option<BranchName> {
        match branch::parse(branch.text) {
            Ok(pattern) => Some(BranchName { text: self.spanned(branch), pattern }),
            Err(fault) => {
                self.branch_problem(branch, fault);
                None
            }
        }
    }

    fn branch_problem(&mut self, branch: &Word<'_>, fault: BranchFault) {
        let BranchFault { is_pattern, problem, help, meant } = fault;
        let what = if is_pattern { "pattern" } else { "name" };
        let message = format!("invalid branch {what} `{}`: {problem}", excerpt(branch.text));
        let source = self.source(branch.at.clone());
        let problem = self.problem(branch.at.clone(), message, &help);
        if let Some(meant) = meant.filter(|meant| branch::parse(meant).is_ok()) {
            let text = (branch.quoted_like)(&source, &meant);
            let title = format!("replace with `{}`", excerpt(&meant));
            problem.fix(title, text, Applicability::Unsafe);
        }
    }

    fn spanned(&self, word: &Word<'_>) -> Spanned<String> {
        Spanned { value: word.text.to_owned(), span: self.span(word.at.clone()) }
    }
}

/// Tasks and their keys.
impl Builder {
    /// Opens a task. Reports a duplicate id or too many tasks, and then returns `None`.
    pub(super) fn begin_task(&mut self, id: &Word<'_>) -> Option<TaskId> {
        if self.plan.tasks.len() == MAX_TASKS {
            self.plan.unknown = true;
            if !std::mem::replace(&mut self.has_too_many_tasks, true) {
                let message =
                    format!("the plan has more than {MAX_TASKS} tasks; the rest are ignored");
                self.problem(id.at.clone(), message, "split it into smaller plans");
            }
            return None;
        }
        if let Some(&first) = self.ids.get(id.text) {
            self.task = Some(first);
            self.duplicate("task", id.text, id.at.clone(), self.plan.tasks[first].id.span);
            // Either of the two lanes may be the intended one.
            self.task_unknown(first);
            self.end_task();
            return None;
        }
        let task = TaskId::from(self.plan.tasks.len());
        self.task = Some(task);
        if let Some(fault) = id_fault(id.text) {
            let message = format!("invalid task id `{}`: {fault}", excerpt(id.text));
            let help = "use letters, digits, `.`, `_` and `-`, in parts joined by `/`";
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
            wave: None,
            branches: Vec::new(),
            allow: Vec::new(),
            unknown: false,
        });
        Some(task)
    }

    /// Closes the open task, so that later problems are not attributed to it.
    pub(super) fn end_task(&mut self) {
        self.task = None;
    }

    /// Records that a part of the task's lane could not be read.
    pub(super) fn task_unknown(&mut self, task: TaskId) {
        self.plan.tasks[task].unknown = true;
    }

    pub(super) fn title(&mut self, task: TaskId, title: Spanned<String>) {
        self.plan.tasks[task].title = Some(title);
    }

    pub(super) fn write(&mut self, task: TaskId, at: Range<usize>, globs: Globs) {
        let span = self.span(at);
        let task = &mut self.plan.tasks[task];
        task.unknown |= !globs.is_valid();
        task.write = Some(Write { span, entries: globs.entries });
    }

    pub(super) fn read(&mut self, task: TaskId, globs: Globs) {
        self.plan.tasks[task].read = globs.entries;
    }

    pub(super) fn needs(&mut self, task: TaskId, id: &Word<'_>) {
        self.refer(task, id, ReferenceKind::Needs);
    }

    fn refer(&mut self, task: TaskId, id: &Word<'_>, kind: ReferenceKind) {
        let (id, quoted_like) = (self.spanned(id), id.quoted_like);
        self.references.push(Reference { task, id, quoted_like, kind });
    }

    /// Adds a branch to a task.
    pub(super) fn branch(&mut self, task: TaskId, branch: &Word<'_>) {
        match self.branch_name(branch) {
            Some(branch) => self.plan.tasks[task].branches.push(branch),
            // Without the branch, it is unknown which changes the lane applies to.
            None => self.task_unknown(task),
        }
    }

    pub(super) fn wave(&mut self, task: TaskId, wave: Spanned<u32>) {
        self.plan.tasks[task].wave = Some(wave);
    }

    pub(super) fn allow(&mut self, task: TaskId, at: Range<usize>, parts: AllowParts<'_>) {
        let AllowParts { rule, with, path, reason, is_partial } = parts;
        let (Some(rule), Some(reason)) = (rule, reason) else {
            self.problem(
                at,
                "an `allow` entry needs a `rule` and a `reason`",
                "write `{rule: overlapping-lanes, with: other, reason: why this is fine}`",
            );
            return;
        };
        if reason.value.trim().is_empty() {
            let bytes = reason.span.bytes();
            self.problem(bytes, "the `reason` is empty", "say why the finding is acceptable");
            return;
        }
        if NEED_PATH.contains(&rule.value.as_str()) && path.is_none() {
            let message = format!("an `allow` entry for `{}` needs a `path`", rule.value);
            let help = "add `path: GLOB` for the files that the task may write outside its lane";
            self.problem(rule.span.bytes(), message, help);
            return;
        }
        // A partly unreadable entry must not allow more than it says.
        if is_partial || path.as_ref().is_some_and(|path| path.glob.is_err()) {
            return;
        }
        if let Some(id) = with {
            let index = self.plan.tasks[task].allow.len();
            self.refer(task, &id, ReferenceKind::With(index));
        }
        self.plan.tasks[task].allow.push(Allow { rule, with: None, path, reason });
    }

    /// Resolves references between tasks, and returns the plan.
    pub(super) fn finish(mut self) -> Plan {
        // An `allow` entry with an unknown task is dropped.
        let mut dropped: Vec<(TaskId, usize)> = Vec::new();
        for reference in std::mem::take(&mut self.references) {
            let Some(&value) = self.ids.get(reference.id.value.as_str()) else {
                if let ReferenceKind::With(index) = reference.kind {
                    dropped.push((reference.task, index));
                }
                self.unknown_task(&reference);
                continue;
            };
            let found = Spanned { value, span: reference.id.span };
            let task = &mut self.plan.tasks[reference.task];
            match reference.kind {
                ReferenceKind::Needs => task.needs.push(found),
                ReferenceKind::With(index) => task.allow[index].with = Some(found),
            }
        }
        for (task, index) in dropped.into_iter().rev() {
            self.plan.tasks[task].allow.remove(index);
        }
        for task in self.plan.tasks.iter_mut().filter(|task| task.branches.is_empty()) {
            task.branches.push(BranchName::implicit(&task.id));
        }
        self.plan
    }

    fn unknown_task(&mut self, Reference { task, id, quoted_like, .. }: &Reference) {
        let own = &self.plan.tasks[*task].id.value;
        let others = self.plan.tasks.iter().map(|task| &*task.id.value);
        self.guesses = self.guesses.saturating_sub(self.plan.tasks.len());
        let nearest = (self.guesses > 0)
            .then(|| nearest(&id.value, others.filter(|other| *other != &**own)))
            .flatten()
            .map(str::to_owned);
        let message = format!("unknown task `{}`", excerpt(&id.value));
        let help = "use the id of a task in this plan, or remove it";
        self.misspelled(Some(*task), id.span, message, nearest.as_deref(), help, *quoted_like);
    }
}

#[cfg(test)]
mod tests;
