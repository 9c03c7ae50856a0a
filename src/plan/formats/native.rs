//! The native format: YAML or JSON with the keys listed in `docs/plan.md`.

mod task;

use std::ops::Range;

use super::yaml::{Expected, Pair, Reader, word};
use crate::glob;
use crate::plan::Spanned;
use crate::plan::builder::{Builder, Exclusions};
use crate::plan::edit::Applicability;
use crate::source::excerpt;
use crate::source::yaml::{self, NodeRef, Tree, View};

const PLAN_KEYS: &[&str] = &[
    "base",
    "tasks",
    "other-branches",
    "plan-branches",
    "protect",
    "share",
    "companions",
    "rules",
];
/// The keys whose values are merged across files.
const MERGED_KEYS: &[&str] =
    &["tasks", "other-branches", "plan-branches", "protect", "share", "companions", "rules"];

const BRANCH: Expected = Expected::Word("a branch name or pattern");

/// Reads the YAML part of the file begun last.
pub(in crate::plan) fn read(builder: &mut Builder, file: &str, yaml: Range<usize>) {
    let tree = Tree::parse_part(file, yaml.clone());
    if !tree.problems().is_empty()
        && let Some(fence) = fence(&file[yaml.clone()])
    {
        // Syntax errors caused by the fence would only distract.
        builder.lanes_unknown();
        let fence = yaml.start + fence.start..yaml.start + fence.end;
        let help = "take the plan out of the fence: remove this line and the one that closes it";
        builder.problem(fence, "the plan is inside a Markdown code fence", help);
        return;
    }
    let first = builder.problem_count();
    for problem in tree.problems() {
        let reported = builder.problem(problem.span.clone(), problem.message.clone(), "");
        reported.help.clone_from(&problem.help);
        let Some(quoted) = &problem.fix else { continue };
        // Quotes alone may uncover errors of the glob.
        match glob::with_safe_fixes(&file[problem.span.clone()]) {
            Some(glob) => {
                let quoted = yaml::quoted(&glob);
                reported.help = Some(format!("write {}", excerpt(&quoted)));
                reported.fix("quote and correct it", quoted, Applicability::Safe);
            }
            None => reported.fix("quote it", quoted, Applicability::Safe),
        }
    }
    let syntax = first..builder.problem_count();
    let Some(root) = tree.root() else {
        if syntax.is_empty() {
            let help = "add `tasks:` with at least one task";
            builder.problem(yaml.start..yaml.start, "the plan is empty", help);
        } else {
            builder.lanes_unknown();
        }
        return;
    };
    let mut reader = Reader { builder };
    let View::Map(pairs) = reader.view(root) else {
        reader.builder.lanes_unknown();
        reader.wrong_type(root, Expected::Collection("a map with the key `tasks`"));
        return;
    };
    let blocks = task_blocks(&pairs, file, yaml.end);
    reader.builder.read_ahead(tree.texts());
    reader.plan(pairs);
    reader.builder.attribute(syntax, &blocks);
}

/// The line that opens a Markdown fence: either the first non-blank line, or one without
/// indentation.
fn fence(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut is_first = true;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        let content = line.trim_start_matches(['\u{feff}', ' ']);
        let start = start + line.len() - content.len();
        let is_fence = content.starts_with("```") || content.starts_with("~~~");
        if is_fence && (is_first || content.len() == line.trim_start_matches('\u{feff}').len()) {
            return Some(start..start + content.len());
        }
        is_first &= content.is_empty();
    }
    None
}

/// The text of each `tasks` map, including trailing whitespace.
fn task_blocks(pairs: &[Pair<'_>], file: &str, end: usize) -> Vec<Range<usize>> {
    let is_tasks =
        |key: &NodeRef<'_>| matches!(key.view(), View::Text(text) if text.text == "tasks");
    let tasks = pairs.iter().filter(|(key, _)| is_tasks(key));
    tasks
        .map(|(key, value)| {
            let after = &file[value.span().end..end];
            key.span().start..end - after.trim_start().len()
        })
        .collect()
}

impl Reader<'_> {
    fn plan(&mut self, pairs: Vec<Pair<'_>>) {
        let (pairs, _) = self.without_duplicates(pairs, MERGED_KEYS);
        for &(key, value) in &pairs {
            let Some(name) = self.key(key) else {
                self.builder.lanes_unknown();
                continue;
            };
            match name {
                "base" => {
                    if self.builder.is_first(name, key.span())
                        && let Some(branch) = self.word(value, Expected::Word("a branch name"))
                    {
                        self.builder.base(&branch);
                    }
                }
                "tasks" => self.tasks(value),
                "other-branches" => {
                    for node in self.items(value) {
                        if let Some(branch) = self.word(node, BRANCH) {
                            self.builder.other_branch(&branch);
                        }
                    }
                }
                "plan-branches" => {
                    for node in self.items(value) {
                        if let Some(branch) = self.word(node, BRANCH) {
                            self.builder.plan_branch(&branch);
                        }
                    }
                }
                "protect" => {
                    let globs = self.globs(value, Exclusions::Rejected);
                    self.builder.protect(globs);
                }
                "share" => {
                    let globs = self.globs(value, Exclusions::Rejected);
                    self.builder.share(globs);
                }
                "companions" => self.companions(value),
                "rules" => self.rules(value),
                other => self.unknown_key((other, key), PLAN_KEYS, &pairs),
            }
        }
    }

    /// The pairs of a map that may be null.
    fn pairs<'t>(&mut self, node: NodeRef<'t>, expected: &'static str) -> Vec<Pair<'t>> {
        match self.view(node) {
            View::Map(pairs) => return pairs,
            View::Null => {}
            _ => self.wrong_type(node, Expected::Collection(expected)),
        }
        Vec::new()
    }

    fn companions(&mut self, node: NodeRef<'_>) {
        let pairs = self.pairs(node, "a map from globs to their companions");
        let (pairs, _) = self.without_duplicates(pairs, &[]);
        for (key, value) in pairs {
            if let Some(glob) = self.glob(key, key.span(), Exclusions::Rejected) {
                let others = self.globs(value, Exclusions::Rejected);
                self.builder.companions(glob, others);
            }
        }
    }

    fn rules(&mut self, node: NodeRef<'_>) {
        for (key, value) in self.pairs(node, "a map from rules to levels") {
            let Some(name) = self.key(key) else { continue };
            if self.builder.is_first(&format!("rules.{name}"), key.span())
                && let Some(level) = self.word(value, Expected::Word("a level"))
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
            self.wrong_type(node, Expected::Collection("a map of tasks"));
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
