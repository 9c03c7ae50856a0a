//! Turns fixes into text edits.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::insertion::{Change, Insertion, clean_end_of_line, line_start, newline};
use super::layout::{FileLayout, Key, Kind, MapLayout, TaskLayout, Value};
use super::list;
use super::{Edit, Fix, REASON};
use crate::index::TaskId;
use crate::plan::Plan;
use crate::source::{FileId, Span, yaml};

/// Computes the text edits of fixes to a plan. The layout of the texts is computed on first use.
pub struct Fixer<'p> {
    plan: &'p Plan,
    files: OnceLock<Vec<FileLayout>>,
    /// Where to insert items, by task (or the plan) and key.
    insertions: Mutex<HashMap<Owner, Option<FileInsertion>>>,
}

type Owner = (Option<TaskId>, Key);

type FileInsertion = (FileId, Insertion);

impl<'p> Fixer<'p> {
    /// A fixer for `plan`.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Fixer<'p> {
        Fixer { plan, files: OnceLock::new(), insertions: Mutex::default() }
    }

    /// The edits that make a fix. They do not overlap, and keep comments and all other text.
    ///
    /// Empty if the text cannot be edited safely: it has a syntax error, or the value is aliased
    /// and so belongs to another task too.
    #[must_use]
    pub fn edits(&self, fix: &Fix) -> Vec<Edit> {
        let Some((file, changes)) = self.changes(fix) else { return Vec::new() };
        let layout = &self.files()[file.0];
        if changes.iter().any(|(bytes, _)| !layout.can_change(bytes.clone())) {
            return Vec::new();
        }
        let edit = |(bytes, text)| Edit { span: Span::new(file, bytes), text };
        changes.into_iter().map(edit).collect()
    }

    fn changes(&self, fix: &Fix) -> Option<(FileId, Vec<Change>)> {
        match fix {
            Fix::Replace(replacement) => {
                let change = (replacement.span.bytes(), replacement.text.clone());
                Some((replacement.span.file, vec![change]))
            }
            Fix::RemoveGlob { task, entry, .. } => {
                let (value, entry) = self.write_entry(*task, *entry)?;
                let changes = list::remove(self.text(entry.file), value, entry.start)?;
                Some((entry.file, changes))
            }
            Fix::ReplaceGlob { task, entry, glob } => {
                let (value, entry) = self.write_entry(*task, *entry)?;
                let text = self.text(entry.file);
                Some((entry.file, vec![list::replace(text, value, entry.start, glob)?]))
            }
            Fix::RemoveShared { entry } => {
                let entry = self.plan.share.get(*entry as usize)?.span;
                let map = self.files().get(entry.file.0)?.root.as_ref()?;
                let value = value_around(map, Key::Share, entry)?;
                Some((entry.file, list::remove(self.text(entry.file), value, entry.start)?))
            }
            Fix::AddGlob { task, glob } => {
                let item = self.scalar(self.task_file(*task)?, glob);
                self.add(Some(*task), Key::Write, &[item])
            }
            Fix::Exclude { task, globs } => {
                let file = self.task_file(*task)?;
                let items = globs.iter().map(|glob| self.scalar(file, &format!("!{glob}")));
                self.add(Some(*task), Key::Write, &items.collect::<Vec<_>>())
            }
            Fix::Need { task, other } => {
                let other = &self.plan.tasks.find(*other)?.id.value;
                let item = self.scalar(self.task_file(*task)?, other);
                self.add(Some(*task), Key::Needs, &[item])
            }
            Fix::Share { glob } => {
                let item = self.scalar(self.plan_file(), glob);
                self.add(None, Key::Share, &[item])
            }
            Fix::Allow { task, with, rule } => {
                let file = self.task_file(*task)?;
                let word = |word: &str| self.scalar(file, word);
                let mut item = format!("{{{}: {}", word("rule"), word(rule));
                if let Some(with) = with {
                    let with = &self.plan.tasks.find(*with)?.id.value;
                    item.push_str(&format!(", {}: {}", word("with"), word(with)));
                }
                item.push_str(&format!(", {}: {}}}", word("reason"), word(REASON)));
                self.add(Some(*task), Key::Allow, &[item])
            }
            Fix::RemoveAllowance { task, allowance } => self.remove_allowance(*task, *allowance),
            Fix::WriteNothing { task } => self.write_nothing(*task),
        }
    }

    fn files(&self) -> &[FileLayout] {
        self.files.get_or_init(|| {
            let files = (0..self.plan.sources.len()).map(FileId);
            files.map(|file| FileLayout::new(self.text(file), self.yaml(file).start)).collect()
        })
    }

    /// The part of a file that is a YAML document.
    fn yaml(&self, file: FileId) -> Range<usize> {
        let all = || 0..self.plan.sources[file.0].text().len();
        self.plan.yaml.get(file.0).cloned().unwrap_or_else(all)
    }

    /// The text of a file up to the end of its YAML document. Edits must not depend on what
    /// follows.
    fn text(&self, file: FileId) -> &'p str {
        &self.plan.sources[file.0].text()[..self.yaml(file).end]
    }

    fn task_file(&self, task: TaskId) -> Option<FileId> {
        self.plan.tasks.find(task).map(|task| task.id.span.file)
    }

    fn task_layout(&self, task: TaskId) -> Option<(FileId, &TaskLayout)> {
        let id = self.plan.tasks.find(task)?.id.span;
        Some((id.file, self.files().get(id.file.0)?.tasks.get(&id.start)?))
    }

    fn task_map(&self, task: TaskId) -> Option<(FileId, &MapLayout)> {
        match self.task_layout(task)? {
            (file, TaskLayout::Map(map)) => Some((file, map)),
            (_, TaskLayout::Null { .. }) => None,
        }
    }

    /// The file in which keys of the plan are added: the one with `share`, else the first.
    fn plan_file(&self) -> FileId {
        self.plan.share.last().map_or(FileId(0), |entry| entry.span.file)
    }

    /// Writes a text as a scalar in the file's syntax.
    fn scalar(&self, file: FileId, text: &str) -> String {
        let is_json = self.files()[file.0].is_json;
        if is_json { yaml::quoted(text) } else { yaml::quoted_like("", text) }
    }

    fn add(
        &self,
        task: Option<TaskId>,
        key: Key,
        items: &[String],
    ) -> Option<(FileId, Vec<Change>)> {
        let mut insertions = self.insertions.lock().unwrap_or_else(PoisonError::into_inner);
        let insertion = insertions.entry((task, key)).or_insert_with(|| {
            let (file, map) = match task {
                Some(task) => self.task_map(task)?,
                None => {
                    let file = self.plan_file();
                    (file, self.files().get(file.0)?.root.as_ref()?)
                }
            };
            let is_json = self.files()[file.0].is_json;
            Some((file, list::insertion(self.text(file), map, key, is_json)?))
        });
        let (file, insertion) = insertion.as_ref()?;
        Some((*file, insertion.fill(items)))
    }

    /// An entry of a task's `write` and the value that contains it. `None` if the entry is aliased.
    fn write_entry(&self, task: TaskId, entry: u32) -> Option<(&Value, Span)> {
        let write = self.plan.tasks.find(task)?.write.as_ref()?;
        let entry = write.entries.get(entry as usize)?.span;
        let (file, map) = self.task_map(task)?;
        (entry.file == file).then_some((value_around(map, Key::Write, entry)?, entry))
    }

    fn remove_allowance(&self, task: TaskId, allowance: u32) -> Option<(FileId, Vec<Change>)> {
        let rule = self.plan.tasks.find(task)?.allow.get(allowance as usize)?.rule.span;
        let (file, map) = self.task_map(task)?;
        let value = map.value(Key::Allow)?.as_ref()?;
        let (Kind::Brackets(items) | Kind::Dashes(items)) = &value.kind else { return None };
        // The item that contains the rule.
        let next = items.partition_point(|item| item.span.start <= rule.start);
        let item = &items[next.checked_sub(1)?].span;
        if file != rule.file || item.end < rule.end || self.text(file)[item.clone()].contains('#') {
            return None;
        }
        if items.len() == 1
            && let Some(change) = list::remove_pair(self.text(file), map, value)
        {
            return Some((file, vec![change]));
        }
        Some((file, list::remove(self.text(file), value, item.start)?))
    }

    fn write_nothing(&self, task: TaskId) -> Option<(FileId, Vec<Change>)> {
        let (file, id, value, in_braces) = match self.task_layout(task)? {
            (_, TaskLayout::Map(_)) => return self.add(Some(task), Key::Write, &["[]".to_owned()]),
            (file, TaskLayout::Null { id, value, in_braces }) => {
                (file, id, value.clone(), *in_braces)
            }
        };
        let text = self.text(file);
        let write = self.scalar(file, Key::Write.name());
        if !text[value.clone()].is_empty() {
            return Some((file, vec![(value, format!("{{{write}: []}}"))]));
        }
        let start = line_start(text, id.start);
        let indent = &text[start..id.start];
        let colon = id.end + text[id.end..].find(':')? + 1;
        if in_braces || indent.is_empty() || !indent.bytes().all(|byte| byte == b' ') {
            return Some((file, vec![(colon..colon, format!(" {{{write}: []}}"))]));
        }
        // Ids are indented by one step, so keys of a task are indented by two.
        let end = clean_end_of_line(text, colon)?;
        let line = format!("{}{indent}{indent}{write}: []", newline(text));
        Some((file, vec![(end..end, line)]))
    }
}

/// The value of a key, if it contains `span`.
fn value_around(map: &MapLayout, key: Key, span: Span) -> Option<&Value> {
    let value = map.value(key)?.as_ref()?;
    (value.span.start <= span.start && span.end <= value.span.end).then_some(value)
}
