//! The JSON Schema of a plan, for editors.
//!
//! It is draft-07, which editors know best. A schema knows of one file and of texts: what a glob
//! matches, which tasks there are and what other files of a plan folder say is for `check`. What it
//! refuses, the plan's reader refuses too.

use serde_json::{Map, Value, json};

use crate::plan::NEEDS_PATH;
use crate::rules::{RULES, Rule};

/// An id: parts joined by `/`.
const ID: &str =
    r"^(?!.*\.\.)(?!.*\.(lock)?(/|$))[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$";

/// The name of a branch, as `git check-ref-format --branch` has it.
const BRANCH: &str = r"^(?!-|refs/|\.|/|@$)(?!.*(\.\.|@\{|//|/\.|\.lock(/|$)|[./]$))[^\u0000-\u0020\u007f-\u009f~^:?*\[\\]+$";

/// A glob, as far as a regular expression can tell: it begins with none of `!`, `/`, `./` and `../`,
/// and a backslash stands before neither a letter nor a digit nor `/`.
const GLOB: &str = r"^(?![!/]|\.\.?(/|$))([^\\]|\\[^A-Za-z0-9/])+$";

/// The same, or an exclusion.
const ENTRY: &str = r"^!?(?![!/]|\.\.?(/|$))([^\\]|\\[^A-Za-z0-9/])+$";

/// The schema, as an indented text.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", schema())
}

/// What in a plan has keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysOf {
    /// The plan itself.
    Plan,
    /// A task.
    Task,
    /// An allowance.
    Allowance,
}

/// The keys of a plan or of a part of one, each with what it is for.
#[must_use]
pub fn keys(of: KeysOf) -> Vec<(String, String)> {
    let whole = match of {
        KeysOf::Plan => schema(),
        KeysOf::Task => task(),
        KeysOf::Allowance => allowance(),
    };
    let described = |(name, key): (&String, &Value)| {
        let description = key["description"].as_str().unwrap_or_default();
        (name.clone(), description.to_owned())
    };
    whole["properties"].as_object().into_iter().flatten().map(described).collect()
}

fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:lanelint:plan",
        "title": "lanelint plan",
        "description": "Which tasks there are, what each may write, and which wait for which.",
        "type": "object",
        "additionalProperties": false,
        "patternProperties": own_keys(),
        "properties": {
            "base": {
                "description": "The branch that the tasks' branches fork from. Default: main.",
                "$ref": "#/definitions/branch",
            },
            "tasks": {
                "description": "The tasks by their ids. An id is letters, digits, `.`, `_` and `-`, in parts joined by `/`.",
                "type": "object",
                "propertyNames": { "pattern": ID },
                "additionalProperties": { "$ref": "#/definitions/task" },
            },
            "protect": {
                "description": "Globs that are taken out of every lane. The plan's own files always are.",
                "$ref": "#/definitions/globs",
            },
            "share": {
                "description": "Globs that every task may write which may write at all. Two tasks there are no overlap.",
                "$ref": "#/definitions/globs",
            },
            "companions": {
                "description": "Pairs of globs: who writes the left one usually writes the right ones too.",
                "type": ["object", "null"],
                "propertyNames": { "pattern": GLOB },
                "additionalProperties": { "$ref": "#/definitions/globs" },
            },
            "rules": rules(),
        },
        "definitions": {
            "task": task(),
            "allowance": allowance(),
            "glob": {
                "description": "A glob that matches whole paths from the repository's root, such as `src/**`.",
                "type": "string",
                "pattern": GLOB,
            },
            "globs": one_or_many(&json!({ "$ref": "#/definitions/glob" }), true),
            "entry": {
                "description": "A glob, or with `!` before it one that takes away. Order does not matter.",
                "type": "string",
                "pattern": ENTRY,
            },
            "id": {
                "description": "The id of a task of this plan.",
                "type": "string",
                "pattern": ID,
            },
            "branch": { "type": "string", "pattern": BRANCH },
        },
    })
}

/// The user's own keys.
fn own_keys() -> Value {
    json!({ "^x-": { "description": "Your own: lanelint does not look at it." } })
}

/// One value or a list of them; nothing too, where that means none.
fn one_or_many(value: &Value, or_nothing: bool) -> Value {
    let mut forms = vec![value.clone(), json!({ "type": "array", "items": value })];
    if or_nothing {
        forms.push(json!({ "type": "null" }));
    }
    json!({ "anyOf": forms })
}

fn described(description: &str, schema: Value) -> Value {
    let mut described = json!({ "description": description });
    if let (Some(into), Value::Object(schema)) = (described.as_object_mut(), schema) {
        into.extend(schema);
    }
    described
}

fn task() -> Value {
    let entry = json!({ "$ref": "#/definitions/entry" });
    json!({
        "type": "object",
        "additionalProperties": false,
        "patternProperties": own_keys(),
        "required": ["write"],
        "properties": {
            "title": { "description": "What the task is about.", "type": "string" },
            "write": described(
                "What the task may write: globs, less those that begin with `!`. `[]` if it only reviews.",
                one_or_many(&entry, false),
            ),
            "read": described(
                "What the task relies on while it works.",
                one_or_many(&entry, true),
            ),
            "needs": described(
                "The tasks that are merged before this one starts.",
                one_or_many(&json!({ "$ref": "#/definitions/id" }), true),
            ),
            "branch": {
                "description": "The task's branch. Default: its id.",
                "anyOf": [{ "$ref": "#/definitions/branch" }, { "type": "null" }],
            },
            "allow": {
                "description": "Findings that are accepted on purpose.",
                "type": ["array", "null"],
                "items": { "$ref": "#/definitions/allowance" },
            },
        },
    })
}

fn allowance() -> Value {
    let rules: Vec<&str> = settable().map(|rule| rule.name).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "patternProperties": own_keys(),
        "required": ["rule", "reason"],
        "if": { "required": ["rule"], "properties": { "rule": { "const": NEEDS_PATH } } },
        "then": { "required": ["path"] },
        "properties": {
            "rule": { "description": "The rule that finds it.", "enum": rules },
            "with": {
                "description": "The other task, if only what concerns it is accepted.",
                "type": "string",
                "pattern": ID,
            },
            "path": {
                "description": "A glob, if only what lies in it is accepted. `out-of-lane` needs one.",
                "type": "string",
                "pattern": GLOB,
            },
            "reason": { "description": "Why it is accepted.", "type": "string", "pattern": "\\S" },
        },
    })
}

/// The rules whose level a plan may set.
fn settable() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| !rule.fixed).copied()
}

fn rules() -> Value {
    let levels = |rule: &Rule| {
        let levels = json!({
            "description": format!("Finds: {}.", rule.summary),
            "enum": ["error", "warning", "note", "off"],
            "default": rule.level.word(),
        });
        (rule.name.to_owned(), levels)
    };
    let properties: Map<String, Value> = settable().map(levels).collect();
    json!({
        "description": "The levels of rules: error, warning, note or off.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties,
    })
}
