//! Reads a task and its keys.

use super::BRANCH;
use crate::index::TaskId;
use crate::plan::Spanned;
use crate::plan::builder::{AllowParts, Exclusions, Globs};
use crate::plan::formats::yaml::{Expected, Reader};
use crate::source::yaml::{NodeRef, View};

const TASK_KEYS: &[&str] = &["title", "write", "read", "needs", "wave", "branch", "allow"];
const ALLOW_KEYS: &[&str] = &["rule", "with", "path", "reason"];

impl Reader<'_> {
    pub(super) fn task(&mut self, task: TaskId, node: NodeRef<'_>) {
        let pairs = match self.view(node) {
            View::Map(pairs) => pairs,
            View::Null => return,
            _ => {
                let unknown = Globs { entries: Vec::new(), is_partial: true };
                self.builder.write(task, node.span(), unknown);
                self.wrong_type(node, Expected::Collection("a map with the key `write`"));
                return;
            }
        };
        let (pairs, has_duplicates) = self.without_duplicates(pairs, &[]);
        if has_duplicates {
            self.builder.task_unknown(task);
        }
        for &(key, value) in &pairs {
            let Some(name) = self.key(key) else {
                self.builder.task_unknown(task);
                continue;
            };
            match name {
                "title" => {
                    if let Some(title) = self.text(value, Expected::Text("a title")) {
                        self.builder.title(task, title);
                    }
                }
                "write" => {
                    if !matches!(self.view(value), View::Null) {
                        let globs = self.globs(value, Exclusions::Allowed);
                        self.builder.write(task, value.span(), globs);
                    }
                }
                "read" => {
                    let globs = self.globs(value, Exclusions::Allowed);
                    self.builder.read(task, globs);
                }
                "needs" => {
                    for node in self.items(value) {
                        if let Some(id) = self.word(node, Expected::Word("a task id")) {
                            self.builder.needs(task, &id);
                        }
                    }
                }
                "wave" => self.wave(task, value),
                "branch" => {
                    for node in self.items(value) {
                        match self.word(node, BRANCH) {
                            Some(branch) => self.builder.branch(task, &branch),
                            None => self.builder.task_unknown(task),
                        }
                    }
                }
                "allow" => self.allow(task, value),
                other => self.unknown_key((other, key), TASK_KEYS, &pairs),
            }
        }
    }

    fn wave(&mut self, task: TaskId, node: NodeRef<'_>) {
        let number = match self.view(node) {
            View::Null => return,
            View::NotText(_) => node.source().parse().ok(),
            _ => None,
        };
        match number {
            Some(value) => {
                let span = self.builder.span(node.span());
                self.builder.wave(task, Spanned { value, span });
            }
            // Without its wave, it is unknown which tasks run beside it.
            None => {
                self.builder.task_unknown(task);
                self.wrong_type(node, Expected::Collection("a whole number, 0 or more"));
            }
        }
    }

    fn allow(&mut self, task: TaskId, node: NodeRef<'_>) {
        let nodes = match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => return,
            _ => {
                self.wrong_type(node, Expected::Collection("a list of `{rule: …, reason: …}`"));
                return;
            }
        };
        for node in nodes {
            if let Some(parts) = self.allowance(node) {
                self.builder.allow(task, node.span(), parts);
            }
        }
    }

    fn allowance<'t>(&mut self, node: NodeRef<'t>) -> Option<AllowParts<'t>> {
        let View::Map(pairs) = self.view(node) else {
            self.wrong_type(node, Expected::Collection("`{rule: …, reason: …}`"));
            return None;
        };
        let (pairs, has_duplicates) = self.without_duplicates(pairs, &[]);
        let mut parts = AllowParts { is_partial: has_duplicates, ..AllowParts::default() };
        for &(key, value) in &pairs {
            let Some(name) = self.key(key) else {
                parts.is_partial = true;
                continue;
            };
            match name {
                "rule" => parts.rule = self.text(value, Expected::Word("a rule name")),
                "with" => {
                    parts.with = self.word(value, Expected::Word("a task id"));
                    parts.is_partial |= parts.with.is_none();
                }
                "path" => {
                    parts.path = self.glob(value, value.span(), Exclusions::Rejected);
                    parts.is_partial |= parts.path.is_none();
                }
                "reason" => parts.reason = self.text(value, Expected::Text("a reason")),
                other => {
                    self.unknown_key((other, key), ALLOW_KEYS, &pairs);
                    parts.is_partial |= !other.starts_with("x-");
                }
            }
        }
        Some(parts)
    }
}
