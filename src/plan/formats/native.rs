//! The form of lanelint's own: YAML, or JSON, with the keys that `docs/plan.md` lists.

mod task;

use std::ops::Range;

use super::yaml::{Pair, Reader, Wanted, word};
use crate::plan::Spanned;
use crate::plan::builder::{Builder, Exclusions};
use crate::plan::edit::Applicability;
use crate::source::yaml::{NodeRef, Tree, View};

const PLAN_KEYS: &[&str] = &["base", "tasks", "protect", "share", "companions", "rules"];
/// The keys of a plan whose values are united where several files have them.
const UNITED_KEYS: &[&str] = &["tasks", "protect", "share", "companions", "rules"];

/// Reads the part of a file that was begun as its YAML.
pub(in crate::plan) fn read(builder: &mut Builder, file: &str, yaml: Range<usize>) {
    let tree = Tree::parse_part(file, yaml.clone());
    if !tree.problems().is_empty()
        && let Some(fence) = fence(&file[yaml.clone()])
    {
        // What a fence makes of the text, nobody wants to hear.
        builder.lanes_unknown();
        let fence = yaml.start + fence.start..yaml.start + fence.end;
        let help = "take the plan out of the fence: remove this line and the one that closes it";
        builder.problem(fence, "a plan is no Markdown", help);
        return;
    }
    let first = builder.problem_count();
    for problem in tree.problems() {
        let found = builder.problem(problem.span.clone(), problem.message.clone(), "");
        found.help.clone_from(&problem.help);
        if let Some(quoted) = &problem.fix {
            found.fix("quote it", quoted, Applicability::Safe);
        }
    }
    let syntax = first..builder.problem_count();
    let Some(root) = tree.root() else {
        if syntax.is_empty() {
            let help = "begin with `tasks:` and a task below it";
            builder.problem(yaml.start..yaml.start, "this plan is empty", help);
        } else {
            builder.lanes_unknown();
        }
        return;
    };
    let mut reader = Reader { builder };
    let View::Map(pairs) = reader.view(root) else {
        reader.builder.lanes_unknown();
        reader.wrong_type(root, Wanted::Collection("the keys of a plan"));
        return;
    };
    let blocks = task_blocks(&pairs, file, yaml.end);
    reader.builder.read_ahead(tree.texts());
    reader.plan(pairs);
    reader.builder.attribute(syntax, &blocks);
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

/// The text of each map of tasks, with the blanks behind it.
fn task_blocks(pairs: &[Pair<'_>], file: &str, end: usize) -> Vec<Range<usize>> {
    let is_tasks =
        |key: &NodeRef<'_>| matches!(key.view(), View::Text(text) if text.text == "tasks");
    let tasks = pairs.iter().filter(|(key, _)| is_tasks(key));
    tasks
        .map(|(key, value)| {
            let behind = &file[value.span().end..end];
            key.span().start..end - behind.trim_start().len()
        })
        .collect()
}

impl Reader<'_> {
    fn plan(&mut self, pairs: Vec<Pair<'_>>) {
        let (pairs, _) = self.without_duplicates(pairs, UNITED_KEYS);
        for &(key, value) in &pairs {
            let Some(name) = self.key(key) else {
                self.builder.lanes_unknown();
                continue;
            };
            match name {
                "base" => {
                    if self.builder.is_first(name, key.span())
                        && let Some(branch) = self.word(value, Wanted::Word("the name of a branch"))
                    {
                        self.builder.base(&branch);
                    }
                }
                "tasks" => self.tasks(value),
                "protect" => {
                    let globs = self.globs(value, Exclusions::Refused);
                    self.builder.protect(globs);
                }
                "share" => {
                    let globs = self.globs(value, Exclusions::Refused);
                    self.builder.share(globs);
                }
                "companions" => self.companions(value),
                "rules" => self.rules(value),
                other => self.unknown_key((other, key), PLAN_KEYS, &pairs, "a plan"),
            }
        }
    }

    /// The pairs of a map that a plan may leave empty.
    fn pairs<'t>(&mut self, node: NodeRef<'t>, wanted: &'static str) -> Vec<Pair<'t>> {
        match self.view(node) {
            View::Map(pairs) => return pairs,
            View::Null => {}
            _ => self.wrong_type(node, Wanted::Collection(wanted)),
        }
        Vec::new()
    }

    fn companions(&mut self, node: NodeRef<'_>) {
        let pairs = self.pairs(node, "a map from a glob to its companions");
        let (pairs, _) = self.without_duplicates(pairs, &[]);
        for (key, value) in pairs {
            if let Some(one) = self.glob(key, key.span(), Exclusions::Refused) {
                let others = self.globs(value, Exclusions::Refused);
                self.builder.companions(one, others);
            }
        }
    }

    fn rules(&mut self, node: NodeRef<'_>) {
        for (key, value) in self.pairs(node, "a map from rules to levels") {
            let Some(name) = self.key(key) else { continue };
            if self.builder.is_first(&format!("rules.{name}"), key.span())
                && let Some(level) = self.word(value, Wanted::Word("a level"))
            {
                let span = self.builder.span(key.span());
                self.builder.level(Spanned { value: name.to_owned(), span }, &level);
            }
        }
    }

    fn tasks(&mut self, node: NodeRef<'_>) {
        let View::Map(pairs) = self.view(node) else {
            if !matches!(self.view(node), View::Null) {
                self.builder.lanes_unknown();
            }
            self.wrong_type(node, Wanted::Collection("a map from ids to tasks"));
            return;
        };
        for (key, value) in pairs {
            let Some(id) = self.key(key) else {
                self.builder.lanes_unknown();
                continue;
            };
            if let Some(task) = self.builder.begin_task(&word(id, key)) {
                self.task(task, value);
                self.builder.end_task();
            }
        }
    }
}
