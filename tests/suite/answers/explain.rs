//! `lanelint explain`: its examples show the output of the program.

use lanelint::rules::RULES;

use super::run;
use crate::harness::{Answer, TestRepo};

/// The text of the first block that is fenced as something.
fn block<'t>(section: &'t str, kind: &str) -> Option<&'t str> {
    let (_, rest) = section.split_once(&format!("\n```{kind}\n"))?;
    Some(rest.split_once("```").unwrap().0)
}

/// Runs the program on the example in a section.
fn answer_of(section: &str) -> Answer {
    let repo = TestRepo::without_git();
    let plan = block(section, "yaml").unwrap();
    repo.write("lanes.yaml", plan);
    if let Some((_, files)) = section.split_once("\nin a repository with ") {
        let (files, _) = files.split_once("\n\n").unwrap();
        files.split('`').skip(1).step_by(2).for_each(|file| repo.write(file, ""));
    }
    if section.contains("\n`lanelint check` reports\n") {
        return run(&repo, &["check"]);
    }
    if let Some((_, earlier)) = section.split_once("\nand this earlier version\n") {
        let before = TestRepo::without_git();
        before.write("lanes.yaml", block(earlier, "yaml").unwrap());
        let before = before.path("lanes.yaml").display().to_string();
        return run(&repo, &["check", "--against", &before]);
    }
    repo.write("change.patch", block(section, "diff").unwrap_or_default());
    let ids: Vec<&str> = plan
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|line| !line.starts_with(' '))
        .collect();
    let of = |id: &str| format!("{id}=change.patch");
    if section.contains("from branch `nobodys`") {
        return run(&repo, &["gate", "--diff", "change.patch", "--branch", "nobodys"]);
    }
    if section.contains("and this patch from both `lessons` and `quizzes`") {
        return run(&repo, &["gate", "--diff", &of(ids[0]), "--diff", &of(ids[1])]);
    }
    let first = plan.lines().nth(1).unwrap().trim_start().split_once(':').unwrap().0;
    run(&repo, &["gate", "--diff", &of(first)])
}

#[test]
fn examples_match_program_output() {
    for rule in RULES {
        let section = run(&TestRepo::new(), &["explain", rule.name]).with(0);
        assert!(section.starts_with(&format!("# `{}`\n\n", rule.name)), "{section}");
        let shown = block(&section, "text").unwrap();
        assert!(shown.contains(&format!("{}[{}]\n", rule.level.word(), rule.name)), "{section}");
        if section.contains("no such branch") {
            let repo = TestRepo::new();
            repo.write("lanes.yaml", block(&section, "yaml").unwrap());
            repo.commit("plan");
            repo.git(&["checkout", "-qb", "lessons"]);
            repo.write("src/lessons/a.json", "[1]\n");
            repo.commit("lessons");
            let said = run(&repo, &["gate", "--base", "main"]).with(0);
            assert_eq!(said, shown);
            continue;
        }
        if rule.name == "unmet-need" {
            let repo = TestRepo::new();
            repo.write("lanes.yaml", block(&section, "yaml").unwrap());
            repo.commit("plan");
            for (id, file) in [("lessons", "src/lessons/a.json"), ("index", "src/index.json")] {
                repo.git(&["checkout", "-qb", id, "main"]);
                repo.commit_file(file, "[1]\n");
            }
            let said = run(&repo, &["gate", "--task", "index", "--base", "main"]);
            assert_eq!(said.stdout, shown);
            continue;
        }
        if rule.name == "unclaimed-commit" {
            let repo = TestRepo::new();
            repo.write("lanes.yaml", block(&section, "yaml").unwrap());
            repo.commit("plan");
            repo.git(&["checkout", "-qb", "work"]);
            repo.write("src/lessons/a.json", "[1]\n");
            let commit = repo.commit("Review the lessons");
            let said = run(&repo, &["gate", "--by-trailer", "Task", "--range", "main...work"]);
            assert_eq!(said.stdout.replace(&commit[..12], &"2".repeat(12)), shown);
            continue;
        }
        // What takes branches is made of branches elsewhere.
        if matches!(rule.name, "merge-conflict" | "moved-folder") {
            continue;
        }
        let said = answer_of(&section);
        assert_eq!(shown, said.stdout, "{}: {}", rule.name, said.stderr);
        // An example of something else is read whole and decided.
        let whole = !matches!(rule.name, "not-verified" | "undecided");
        assert_eq!(whole, said.status != 3, "{section}");
    }
}

#[test]
fn table_of_rules() {
    let table = run(&TestRepo::new(), &["explain"]).with(0);
    for rule in RULES {
        let mut lines = table.lines().filter(|line| line.starts_with(&format!("{} ", rule.name)));
        let line = lines.next().unwrap();
        assert!(line.contains(rule.level.word()), "{line}");
        assert_eq!(line.contains("(always)"), rule.fixed, "{line}");
    }
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
}

#[test]
fn unknown_rules() {
    let repo = TestRepo::new();
    run(&repo, &["explain", "overlaping-lanes"])
        .tells(&["unknown rule `overlaping-lanes`"])
        .is_unusable("did you mean `overlapping-lanes`?");
    run(&repo, &["explain", "zzz"]).is_unusable("run `lanelint explain` to list all rules");
    run(&repo, &["explain", "##[group]\u{1b}"]).is_unusable("unknown rule");
}
