//! The JSON Schema of a plan, for editors.
//!
//! It is draft-07, which editors support best. The schema checks the syntax of one file. Globs,
//! task references and the other files of a plan folder are left to `check`, which rejects
//! everything that the schema rejects.

use serde_json::{Map, Value, json};

use crate::plan::NEED_PATH;
use crate::rules::{RULES, Rule};

/// A task id: parts joined by `/`.
const ID: &str =
    r"^(?!.*\.\.)(?!.*\.(lock)?(/|$))[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$";

/// A branch name by the rules of `git check-ref-format --branch`.
const BRANCH: &str = r"^(?!-|refs/|origin/|HEAD$|\.|/|@$)(?!.*(\.\.|@\{|//|/\.|\.lock(/|$)|[./]$))[^\u0000-\u0020\u007f-\u009f~^:?*\[\\]+$";

/// A branch name, or a pattern, as far as a regular expression can tell.
const BRANCHES: &str = r"^(?!-|refs/|origin/|HEAD$|\.|/|@$)(?!.*(\.\.|@\{|//|/\.|\.lock(/|$)|[./]$))[^\u0000-\u0020\u007f-\u009f~^:?*\[\\{]+$|^(?!refs/|origin/)(?=.*[*?\[{])([^\\\u0000-\u0020\u007f-\u009f~:]|\\[^A-Za-z0-9/])+$";

/// A glob, as far as a regular expression can tell: it does not start with `!`, `/`, `./` or `../`,
/// and no backslash precedes a letter, a digit or `/`.
const GLOB: &str = r"^(?![!/]|\.\.?(/|$))([^\\]|\\[^A-Za-z0-9/])+$";

/// A glob or an exclusion.
const ENTRY: &str = r"^!?(?![!/]|\.\.?(/|$))([^\\]|\\[^A-Za-z0-9/])+$";

/// The schema as indented JSON.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", schema())
}

/// A kind of map in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysOf {
    /// The plan as a whole.
    Plan,
    /// A single task.
    Task,
    /// An `allow` entry.
    Allowance,
}

/// The keys of a map, each with its description.
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
        "description": "Tasks, what each may write, and in which order they run.",
        "type": "object",
        "additionalProperties": false,
        "patternProperties": own_keys(),
        "properties": {
            "base": {
                "description": "The branch that task branches fork from. Default: `main`.",
                "$ref": "#/definitions/branch",
            },
            "tasks": {
                "description": "The tasks, by id. An id consists of letters, digits, `.`, `_` and `-`, in parts joined by `/`.",
                "type": "object",
                "propertyNames": { "pattern": ID },
                "additionalProperties": { "$ref": "#/definitions/task" },
            },
            "other-branches": described(
                "Branches of nobody's task, such as those of bots. They may be merged as long as they stay out of every lane.",
                one_or_many(&json!({ "$ref": "#/definitions/branches" }), true),
            ),
            "plan-branches": described(
                "Branches that may change the plan, and nothing else.",
                one_or_many(&json!({ "$ref": "#/definitions/branches" }), true),
            ),
            "protect": {
                "description": "Paths that no task may write. The plan's own files are always protected.",
                "$ref": "#/definitions/globs",
            },
            "share": {
                "description": "Paths that every task with a non-empty lane may write. Two tasks sharing one of these do not overlap.",
                "$ref": "#/definitions/globs",
            },
            "companions": {
                "description": "Files that are usually written together: a glob, and the globs of its companions.",
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
                "description": "A glob that matches whole paths from the repository root, such as `src/**`.",
                "type": "string",
                "pattern": GLOB,
            },
            "globs": one_or_many(&json!({ "$ref": "#/definitions/glob" }), true),
            "entry": {
                "description": "A glob, or an exclusion that starts with `!`. The order does not matter.",
                "type": "string",
                "pattern": ENTRY,
            },
            "id": {
                "description": "The id of a task in this plan.",
                "type": "string",
                "pattern": ID,
            },
            "branch": { "type": "string", "pattern": BRANCH },
            "branches": {
                "description": "A branch name, or a pattern for branch names.",
                "type": "string",
                "pattern": BRANCHES,
            },
        },
    })
}

fn own_keys() -> Value {
    json!({ "^x-": { "description": "Your own key, which lanelint ignores." } })
}

/// One value or a list of them, or also null.
fn one_or_many(value: &Value, or_null: bool) -> Value {
    let mut forms = vec![value.clone(), json!({ "type": "array", "items": value })];
    if or_null {
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
            "title": { "description": "A short description of the task.", "type": "string" },
            "write": described(
                "What the task may write: globs, and exclusions that start with `!`. `[]` if it only reviews.",
                one_or_many(&entry, false),
            ),
            "read": described(
                "What the task relies on while it runs.",
                one_or_many(&entry, true),
            ),
            "needs": described(
                "The tasks that must be merged before this one starts.",
                one_or_many(&json!({ "$ref": "#/definitions/id" }), true),
            ),
            "wave": {
                "description": "The wave of the task, from 0. It needs every task of a lower wave.",
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": u32::MAX,
            },
            "branch": described(
                "The branches of the task: names, or patterns such as `codex/lessons-*`. Default: its id.",
                one_or_many(&json!({ "$ref": "#/definitions/branches" }), true),
            ),
            "allow": {
                "description": "Findings that are accepted, each with a reason.",
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
        "if": { "required": ["rule"], "properties": { "rule": { "enum": NEED_PATH } } },
        "then": { "required": ["path"] },
        "properties": {
            "rule": { "description": "The rule whose findings are accepted.", "enum": rules },
            "with": {
                "description": "Accept only findings about this other task.",
                "type": "string",
                "pattern": ID,
            },
            "path": {
                "description": "Accept only findings about paths that match this glob. Required for `foreign-lane` and `out-of-lane`.",
                "type": "string",
                "pattern": GLOB,
            },
            "reason": { "description": "Why the findings are acceptable.", "type": "string", "pattern": "\\S" },
        },
    })
}

/// The rules whose level a plan can set.
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
        "description": "The level of each rule: error, warning, note or off.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties,
    })
}
