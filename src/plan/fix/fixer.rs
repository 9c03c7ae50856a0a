//! From what could be done to a plan to the edits of its text.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::layout::{FileLayout, Key, Kind, MapLayout, TaskLayout, Value};
use super::list;
use super::slot::{Change, Slot, clean_end_of_line, line_start, newline};
use super::{Edit, Fix, REASON};
use crate::index::TaskId;
use crate::plan::Plan;
use crate::source::{FileId, Span, yaml};

/// Knows where the values of a plan stand, and so how its text changes for a fix.
///
/// What it needs of the texts it reads when it is first asked, once for all fixes.
pub struct Fixer<'p> {
    plan: &'p Plan,
    files: OnceLock<Vec<FileLayout>>,
    /// Where items are added, by what they are added to: a task, or the plan.
    slots: Mutex<HashMap<Owner, Option<FileSlot>>>,
}

/// A task, or the plan, and one of its keys.
type Owner = (Option<TaskId>, Key);

type FileSlot = (FileId, Slot);

impl<'p> Fixer<'p> {
    /// For this plan.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Fixer<'p> {
        Fixer { plan, files: OnceLock::new(), slots: Mutex::default() }
    }

    /// The edits of the plan's texts, none of which overlaps another. All else in them, comments
    /// too, stays as it is.
    ///
    /// None where the text is written in a way that leaves no sure place for them: a value that
    /// aliases lead to, and so is another task's too; a text with a syntax error.
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
                let (value, entry) = self.glob(*task, *entry)?;
                let changes = list::remove(self.text(entry.file), value, entry.start)?;
                Some((entry.file, changes))
            }
            Fix::ReplaceGlob { task, entry, glob } => {
                let (value, entry) = self.glob(*task, *entry)?;
                let text = self.text(entry.file);
                Some((entry.file, vec![list::replace(text, value, entry.start, glob)?]))
            }
            Fix::RemoveShared { entry } => {
                let entry = self.plan.share.get(*entry as usize)?.span;
                let map = self.files().get(entry.file.0)?.root.as_ref()?;
                let value = value_with(map, Key::Share, entry)?;
                Some((entry.file, list::remove(self.text(entry.file), value, entry.start)?))
            }
            Fix::AddGlob { task, glob } => {
                let item = self.written(self.task_file(*task)?, glob);
                self.add(Some(*task), Key::Write, &[item])
            }
            Fix::Exclude { task, globs } => {
                let file = self.task_file(*task)?;
                let items = globs.iter().map(|glob| self.written(file, &format!("!{glob}")));
                self.add(Some(*task), Key::Write, &items.collect::<Vec<_>>())
            }
            Fix::Need { task, other } => {
                let other = &self.plan.tasks.find(*other)?.id.value;
                let item = self.written(self.task_file(*task)?, other);
                self.add(Some(*task), Key::Needs, &[item])
            }
            Fix::Share { glob } => {
                let item = self.written(self.plan_file(), glob);
                self.add(None, Key::Share, &[item])
            }
            Fix::Allow { task, with, rule } => {
                let file = self.task_file(*task)?;
                let word = |word: &str| self.written(file, word);
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

    /// The text of a file to the end of its YAML document: an edit must not depend on what follows.
    fn text(&self, file: FileId) -> &'p str {
        &self.plan.sources[file.0].text()[..self.yaml(file).end]
    }

    fn task_file(&self, task: TaskId) -> Option<FileId> {
        self.plan.tasks.find(task).map(|task| task.id.span.file)
    }

    fn task_place(&self, task: TaskId) -> Option<(FileId, &TaskLayout)> {
        let id = self.plan.tasks.find(task)?.id.span;
        Some((id.file, self.files().get(id.file.0)?.tasks.get(&id.start)?))
    }

    fn task_map(&self, task: TaskId) -> Option<(FileId, &MapLayout)> {
        match self.task_place(task)? {
            (file, TaskLayout::Map(map)) => Some((file, map)),
            (_, TaskLayout::Nothing { .. }) => None,
        }
    }

    /// The text to which keys of the plan are added: the one that has most to say for all tasks.
    fn plan_file(&self) -> FileId {
        self.plan.share.last().map_or(FileId(0), |entry| entry.span.file)
    }

    /// A text as a scalar of a file.
    fn written(&self, file: FileId, text: &str) -> String {
        let is_json = self.files()[file.0].is_json;
        if is_json { yaml::quoted(text) } else { yaml::written_like("", text) }
    }

    fn add(
        &self,
        task: Option<TaskId>,
        key: Key,
        items: &[String],
    ) -> Option<(FileId, Vec<Change>)> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry((task, key)).or_insert_with(|| {
            let (file, map) = match task {
                Some(task) => self.task_map(task)?,
                None => {
                    let file = self.plan_file();
                    (file, self.files().get(file.0)?.root.as_ref()?)
                }
            };
            let is_json = self.files()[file.0].is_json;
            Some((file, list::slot(self.text(file), map, key, is_json)?))
        });
        let (file, slot) = slot.as_ref()?;
        Some((*file, slot.fill(items)))
    }

    /// An entry of what a task may write, and the value that it stands in: not that of an alias.
    fn glob(&self, task: TaskId, entry: u32) -> Option<(&Value, Span)> {
        let write = self.plan.tasks.find(task)?.write.as_ref()?;
        let entry = write.entries.get(entry as usize)?.span;
        let (file, map) = self.task_map(task)?;
        (entry.file == file).then_some((value_with(map, Key::Write, entry)?, entry))
    }

    fn remove_allowance(&self, task: TaskId, allowance: u32) -> Option<(FileId, Vec<Change>)> {
        let rule = self.plan.tasks.find(task)?.allow.get(allowance as usize)?.rule.span;
        let (file, map) = self.task_map(task)?;
        let value = map.value(Key::Allow)?.as_ref()?;
        let (Kind::Brackets(items) | Kind::Dashes(items)) = &value.kind else { return None };
        // The rule stands inside its allowance.
        let behind = items.partition_point(|item| item.span.start <= rule.start);
        let item = &items[behind.checked_sub(1)?].span;
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
        let (file, id, value, in_braces) = match self.task_place(task)? {
            (_, TaskLayout::Map(_)) => return self.add(Some(task), Key::Write, &["[]".to_owned()]),
            (file, TaskLayout::Nothing { id, value, in_braces }) => {
                (file, id, value.clone(), *in_braces)
            }
        };
        let text = self.text(file);
        let write = self.written(file, Key::Write.name());
        if !text[value.clone()].is_empty() {
            return Some((file, vec![(value, format!("{{{write}: []}}"))]));
        }
        let start = line_start(text, id.start);
        let indent = &text[start..id.start];
        let colon = id.end + text[id.end..].find(':')? + 1;
        if in_braces || indent.is_empty() || !indent.bytes().all(|byte| byte == b' ') {
            return Some((file, vec![(colon..colon, format!(" {{{write}: []}}"))]));
        }
        // Ids are one step in from the plan's own keys, and a task's keys are another one.
        let end = clean_end_of_line(text, colon)?;
        let line = format!("{}{indent}{indent}{write}: []", newline(text));
        Some((file, vec![(end..end, line)]))
    }
}

/// The value of a key, if a place is inside it.
fn value_with(map: &MapLayout, key: Key, place: Span) -> Option<&Value> {
    let value = map.value(key)?.as_ref()?;
    (value.span.start <= place.start && place.end <= value.span.end).then_some(value)
}
