//! The keys of a task.

use crate::index::TaskId;
use crate::plan::builder::{AllowParts, Exclusions, Globs};
use crate::plan::formats::yaml::{Reader, Wanted};
use crate::source::yaml::{NodeRef, View};

const TASK_KEYS: &[&str] = &["title", "write", "read", "needs", "branch", "allow"];
const ALLOW_KEYS: &[&str] = &["rule", "with", "path", "reason"];

impl Reader<'_> {
    pub(super) fn task(&mut self, task: TaskId, node: NodeRef<'_>) {
        let pairs = match self.view(node) {
            View::Map(pairs) => pairs,
            View::Null => return,
            _ => {
                let unknown = Globs { entries: Vec::new(), is_partial: true };
                self.builder.write(task, node.span(), unknown);
                self.wrong_type(node, Wanted::Collection("the keys of a task"));
                return;
            }
        };
        let (pairs, twice) = self.without_duplicates(pairs, &[]);
        if twice {
            self.builder.task_unknown(task);
        }
        for &(key, value) in &pairs {
            let Some(name) = self.key(key) else {
                self.builder.task_unknown(task);
                continue;
            };
            match name {
                "title" => {
                    if let Some(title) = self.text(value, Wanted::Text("a title")) {
                        self.builder.title(task, title);
                    }
                }
                "write" => {
                    if !matches!(self.view(value), View::Null) {
                        let globs = self.globs(value, Exclusions::Taken);
                        self.builder.write(task, value.span(), globs);
                    }
                }
                "read" => {
                    let globs = self.globs(value, Exclusions::Taken);
                    self.builder.read(task, globs);
                }
                "needs" => {
                    for node in self.items(value) {
                        if let Some(id) = self.word(node, Wanted::Word("the id of a task")) {
                            self.builder.needs(task, &id);
                        }
                    }
                }
                "branch" => self.branch(task, value),
                "allow" => self.allow(task, value),
                other => self.unknown_key((other, key), TASK_KEYS, &pairs, "a task"),
            }
        }
    }

    fn branch(&mut self, task: TaskId, node: NodeRef<'_>) {
        if matches!(self.view(node), View::Null) {
            return;
        }
        match self.word(node, Wanted::Word("the name of a branch")) {
            Some(branch) => self.builder.branch(task, &branch),
            None => self.builder.task_unknown(task),
        }
    }

    fn allow(&mut self, task: TaskId, node: NodeRef<'_>) {
        let nodes = match self.view(node) {
            View::List(nodes) => nodes,
            View::Null => return,
            _ => {
                self.wrong_type(node, Wanted::Collection("a list of `{rule: …, reason: …}`"));
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
            self.wrong_type(node, Wanted::Collection("`{rule: …, reason: …}`"));
            return None;
        };
        let (pairs, twice) = self.without_duplicates(pairs, &[]);
        let mut parts = AllowParts { is_partial: twice, ..AllowParts::default() };
        for &(key, value) in &pairs {
            let Some(name) = self.key(key) else {
                parts.is_partial = true;
                continue;
            };
            match name {
                "rule" => parts.rule = self.text(value, Wanted::Word("the name of a rule")),
                "with" => {
                    parts.with = self.word(value, Wanted::Word("the id of a task"));
                    parts.is_partial |= parts.with.is_none();
                }
                "path" => {
                    parts.path = self.glob(value, value.span(), Exclusions::Refused);
                    parts.is_partial |= parts.path.is_none();
                }
                "reason" => parts.reason = self.text(value, Wanted::Text("a reason")),
                other => {
                    self.unknown_key((other, key), ALLOW_KEYS, &pairs, "an allowance");
                    parts.is_partial |= !other.starts_with("x-");
                }
            }
        }
        Some(parts)
    }
}
