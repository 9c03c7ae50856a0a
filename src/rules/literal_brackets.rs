//! `literal-brackets`: a class in a glob that is part of an existing name.

use super::common::edits::replace_glob;
use super::common::labels::{label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::PlanFacts;
use crate::finding::{Draft, Level};
use crate::message;
use crate::message::code;
use crate::plan::GlobEntry;
use crate::plan_vs_files::literal_brackets::LiteralBrackets;
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "literal-brackets",
    summary: "a glob that spells out an existing name with brackets, but does not match it",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "In a glob, brackets form a character class: `x[ab]` matches `xa` and `xb`, but \
        not a file or folder named `x[ab]`. If such a file or folder exists, it is probably what \
        was meant. A component that consists only of a class with several letters, such as `[id]`, \
        is reported as `invalid-glob`, whether or not such a file exists. If the files could not \
        all be listed, nothing is reported.",
    remedy: "escape the brackets: `x\\[ab\\]`",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lesson-[id]/**\n",
        files: &["src/lesson-[id]/page.tsx"],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    for (task, entry) in facts.plan.glob_entries() {
        let (Ok(glob), None) = (&entry.glob, &entry.leftover) else { continue };
        let Some(found) = facts.literal_brackets(glob) else { continue };
        let meant = format!("{}{}", if entry.negated { "!" } else { "" }, found.suggestion);
        let mut draft = draft(entry, &found, &meant);
        draft.tasks = facts.plan.ids(task);
        draft.fixes.extend(task.and_then(|task| replace_glob(facts.plan, task, entry, &meant)));
        reporter.report(draft);
    }
}

fn draft(entry: &GlobEntry, found: &LiteralBrackets, meant: &str) -> Draft {
    let name = found.path.to_string();
    let kind = if found.is_folder { "folder" } else { "file" };
    Draft {
        message: message![
            code(excerpt(&entry.text)),
            " does not match the ",
            kind,
            " ",
            code(excerpt(&name)),
            ": brackets form a character class"
        ],
        help: Some(message!["did you mean ", code(excerpt(meant)), "?"]),
        labels: vec![label(entry.span, message![code(excerpt(&name)), " exists"])],
        data: vec![
            ("glob", text(entry.text.clone())),
            ("meant", text(meant)),
            ("near", text(name.as_str())),
        ],
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::messages_with_files;

    const FILES: &[&str] = &["app/x[ab]/y", "app/xa/y", "app/z[id].ts", "lib/[id]/p[q]", "w[*]"];

    /// The suggestion for a glob.
    fn help(glob: &str) -> Option<String> {
        let plan = format!("tasks: {{a: {{write: '{glob}'}}}}\n");
        let found = messages_with_files(RULE.name, &plan, FILES);
        assert!(found.len() < 2, "{glob}: {found:?}");
        found.into_iter().next().and_then(|(_, help)| help)
    }

    #[test]
    fn spelled_out_names() {
        for (glob, meant) in [
            ("app/x[ab]/y", r"app/x\[ab\]/y"),
            ("app/x[ab]/*.ts", r"app/x\[ab\]/*.ts"),
            ("app/x[ab]/**", r"app/x\[ab\]/**"),
            ("app/x[ab]/new/z[id]", r"app/x\[ab\]/new/z[id]"),
            ("app/z[id].ts", r"app/z\[id\].ts"),
            (r"lib/\[id\]/p[q]", r"lib/\[id\]/p\[q\]"),
            ("!app/x[ab]/y", r"!app/x\[ab\]/y"),
        ] {
            assert_eq!(help(glob), Some(format!("did you mean `{meant}`?")), "{glob}");
        }
    }

    #[test]
    fn classes_and_escaped_names() {
        for glob in [
            "app/x[ac]/y",
            "app/x[ab]",
            "app/x[ab]z/y",
            r"app/x\[ab\]/y",
            "app/*[ab]/y",
            "app/z[id].tsx",
            "app/z[id].ts/x",
            "x[ab]/y",
            "w[*]/x",
        ] {
            let expected = (glob == "app/x[ab]").then(|| r"did you mean `app/x\[ab\]`?".to_owned());
            assert_eq!(help(glob), expected, "{glob}");
        }
    }
}
