//! The tasks of a plan.

use super::values::{Exclusions, Wanted};
use super::{MAX_TASKS, Reader, Reference, ReferenceKind};
use crate::plan::names::id_fault;
use crate::plan::{Allow, Spanned, Task, Write};
use crate::source::excerpt;
use crate::source::yaml::{NodeRef, View};

const TASK_KEYS: &[&str] = &["title", "write", "read", "needs", "branch", "allow"];
const ALLOW_KEYS: &[&str] = &["rule", "with", "path", "reason"];

impl Reader {
    pub(super) fn tasks(&mut self, node: NodeRef<'_>) {
        let View::Map(pairs) = self.view(node) else {
            self.unknown |= !matches!(self.view(node), View::Null);
            self.wrong_type(node, Wanted::Collection("a map from ids to tasks"));
            return;
        };
        for (key, value) in pairs {
            let Some(id) = self.key(key) else {
                self.unknown = true;
                continue;
            };
            if self.plan.tasks.len() == MAX_TASKS {
                self.unknown = true;
                let message =
                    format!("here the plan reaches {MAX_TASKS} tasks; the rest is not read");
                self.problem(key.span(), message, "split the plan");
                return;
            }
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
                    id: Spanned { value: id.into(), span },
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
                self.wrong_type(node, Wanted::Collection("the keys of a task"));
                return;
            }
        };
        let (pairs, twice) = self.without_duplicates(pairs, &[]);
        task.unknown |= twice;
        for &(key, value) in &pairs {
            let Some(name) = self.key(key) else {
                task.unknown = true;
                continue;
            };
            match name {
                "title" => task.title = self.text_value(value, Wanted::Text("a title")),
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
                other => self.other_key((other, key), TASK_KEYS, &pairs, "a task"),
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

    fn needs(&mut self, node: NodeRef<'_>) {
        let nodes = match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => return,
            _ => vec![node],
        };
        for node in nodes {
            if let Some(id) = self.text_value(node, Wanted::Word("the id of a task"))
                && let Some(task) = self.task
            {
                self.references.push(Reference { task, id, kind: ReferenceKind::Needs });
            }
        }
    }

    fn allow(&mut self, node: NodeRef<'_>, task: &mut Task) {
        let nodes = match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => return,
            _ => {
                self.wrong_type(node, Wanted::Collection("a list of `{rule: …, reason: …}`"));
                return;
            }
        };
        for node in nodes {
            let View::Map(pairs) = self.view(node) else {
                self.wrong_type(node, Wanted::Collection("`{rule: …, reason: …}`"));
                continue;
            };
            let (pairs, twice) = self.without_duplicates(pairs, &[]);
            let (mut rule, mut with, mut path, mut reason) = (None, None, None, None);
            let mut sound = !twice;
            for &(key, value) in &pairs {
                let Some(name) = self.key(key) else {
                    sound = false;
                    continue;
                };
                match name {
                    "rule" => rule = self.text_value(value, Wanted::Word("the name of a rule")),
                    "with" => {
                        with = self.text_value(value, Wanted::Word("the id of a task"));
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
                    "reason" => reason = self.text_value(value, Wanted::Text("a reason")),
                    other => {
                        self.other_key((other, key), ALLOW_KEYS, &pairs, "an allowance");
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
}
