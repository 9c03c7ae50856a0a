//! The program and its rules, as SARIF names them.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;

use super::message::Message;
use crate::level::Setting;
use crate::plan::Plan;
use crate::rules::{RULES, Rule};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    short_description: Message,
    rules: Vec<Descriptor>,
}

/// A rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    /// The name for people; nothing where it would be the id again.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
}

/// A rule by its place in the list of all.
#[derive(Serialize)]
pub(super) struct Reference {
    id: &'static str,
    index: usize,
}

/// What the plan says of a rule's level.
#[derive(Serialize)]
pub(super) struct Override {
    descriptor: Reference,
    configuration: Configuration,
}

static INDEX: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    RULES.iter().enumerate().map(|(location, rule)| (rule.name, location)).collect()
});

/// The place of a rule in the list of all.
pub(super) fn index(rule: &Rule) -> Option<usize> {
    INDEX.get(rule.name).copied()
}

pub(super) fn reference(rule: &Rule) -> Option<Reference> {
    index(rule).map(|index| Reference { id: rule.name, index })
}

pub(super) fn driver() -> Driver {
    Driver {
        name: "lanelint",
        semantic_version: env!("CARGO_PKG_VERSION"),
        short_description: Message::words(env!("CARGO_PKG_DESCRIPTION")),
        rules: RULES.iter().map(|rule| descriptor(rule)).collect(),
    }
}

fn descriptor(rule: &Rule) -> Descriptor {
    let Rule { summary, explanation, remedy, .. } = rule;
    let plan = rule.example.plan.trim_end();
    Descriptor {
        id: rule.name,
        name: Some(pascal_case(rule.name)).filter(|name| !name.eq_ignore_ascii_case(rule.name)),
        short_description: Message::words(&sentence(summary)),
        full_description: Message::words(&sentence(explanation)),
        help: Help {
            text: format!("{explanation}\n\nTo fix it: {remedy}."),
            markdown: format!(
                "{explanation}\n\nTo fix it: {remedy}.\n\nA plan in which it is found:\n\n\
                 ```yaml\n{plan}\n```\n\n`lanelint explain {}` says more.\n",
                rule.name
            ),
        },
        default_configuration: Configuration { enabled: None, level: Some(rule.level.word()) },
    }
}

/// What the plan says of the levels of rules.
pub(super) fn overrides(plan: &Plan) -> Vec<Override> {
    let of_rule = |(index, rule): (usize, &&Rule)| {
        let configuration = match rule.setting_in(plan)? {
            Setting::Off => Configuration { enabled: Some(false), level: None },
            Setting::At(level) => Configuration { enabled: None, level: Some(level.word()) },
        };
        let descriptor = Reference { id: rule.name, index };
        Some(Override { descriptor, configuration })
    };
    RULES.iter().enumerate().filter_map(of_rule).collect()
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// `overlapping-lanes` as `OverlappingLanes`, which is how SARIF writes names for people.
fn pascal_case(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    parts.collect()
}
