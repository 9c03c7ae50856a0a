//! What the rules make of the files that exist: each fires on its case, and stays silent on its
//! twin.

use std::sync::Arc;

use super::Survey;
use crate::check::check;
use crate::finding::{Draft, Report};
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{Plan, PlanText, read};
use crate::rules::{Facts, PlanFacts, Question, rule};

fn paths(names: &[&str]) -> Vec<RepoPath> {
    let mut paths: Vec<RepoPath> = names.iter().map(|name| name.parse().unwrap()).collect();
    paths.sort();
    paths
}

fn checked(text: &str, files: &[&str]) -> Report {
    let plan = read(vec![PlanText::new("lanes.yaml", text)]);
    assert_eq!(plan.problems, []);
    check(&Arc::new(plan), &paths(files), Vec::new())
}

/// The drafts of a rule.
fn drafts(report: &Report, rule: &str) -> Vec<Draft> {
    let found = report.findings.iter().filter(|finding| finding.rule == rule);
    found.map(|finding| finding.draft.clone()).collect()
}

/// What `undecided` says where this is all that the files tell.
fn undecided(plan: &Plan, survey: Survey) -> Vec<String> {
    let (lanes, order) = (plan.lanes(), Order::new(plan));
    let known = PlanFacts { survey, ..PlanFacts::new(plan, &lanes, &order, &[], Vec::new()) };
    let question = Question::Check(&known);
    let facts = Facts { plan, lanes: &lanes, order: &order, question };
    let mut told = Vec::new();
    (rule("undecided").unwrap().find)(&facts, &mut |draft| told.push(draft.message));
    told
}

mod unmatched_glob {
    use super::super::slips::Slips;
    use super::super::tree::{MATCH, Tree, Work};
    use super::*;
    use crate::glob::Undecided;

    const FILES: &[&str] = &[
        "README.md",
        "api/v1/a.proto",
        "docs/index.md",
        "src/components/[id]/page.tsx",
        "src/content/lessons/git.md",
        "src/pages/index.html",
        "src/pages/more/index.md",
    ];

    /// What is said of a glob: the message and the help, or nothing.
    fn said(glob: &str) -> Option<(String, String)> {
        let text = format!("tasks: {{a: {{write: ['{glob}', zzz]}}}}\n");
        let mut drafts = drafts(&checked(&text, FILES), "unmatched-glob");
        assert!(drafts.len() < 2, "{drafts:?}");
        drafts.pop().map(|draft| (draft.message, draft.help.unwrap().into_owned()))
    }

    #[test]
    fn a_folder_with_a_slip_in_its_name_is_told() {
        for (glob, missing, meant) in [
            ("src/contnet/**", "src/contnet", "src/content/**"),
            ("src/contnet/", "src/contnet", "src/content/"),
            ("src/contnet/lesons/*.md", "src/contnet", "src/content/lesons/*.md"),
            ("src/content/lesons/*.md", "src/content/lesons", "src/content/lessons/*.md"),
            ("scr/content/lessons/git.md", "scr", "src/content/lessons/git.md"),
            ("scr/{a,b}/c*", "scr", "src/{a,b}/c*"),
            ("Src/**", "Src", "src/**"),
            ("sr/x", "sr", "src/x"),
            ("src/compnoetns/x", "src/compnoetns", "src/components/x"),
            ("src/cmponent/x", "src/cmponent", ""),
            ("src/components/id/x", "src/components/id", ""),
            ("src/components/[i]d/x", "", ""),
            ("src/components/\\[ids]/\\*", "src/components/[ids]", "src/components/\\[id]/\\*"),
            ("api/v2/a.proto", "", ""),
            ("api/v11/a.proto", "", ""),
            ("src/lessons/**", "", ""),
            ("src/conten*/**", "", ""),
            ("README.md/x", "", ""),
            ("content/**", "", ""),
        ] {
            let expected = (!meant.is_empty()).then(|| {
                (
                    format!("no file matches `{glob}`: there is no folder `{missing}`"),
                    format!("did you mean `{meant}`?"),
                )
            });
            assert_eq!(said(glob), expected, "{glob}");
        }
    }

    #[test]
    fn a_folder_that_is_named_without_what_is_in_it_is_told() {
        for (glob, slip) in [
            ("src/content", true),
            ("docs", true),
            ("{docs,src/content}", true),
            ("src/{content,pages/new}", true),
            ("src/components/\\[id]", true),
            ("{docs,README.md}", false),
            ("docs/**", false),
            ("docs/", false),
            ("docs/index.md", false),
            ("docs/new.md", false),
            ("doc*", false),
            ("{doc,doc?}", false),
            ("pages", false),
        ] {
            let expected = slip.then(|| {
                (
                    format!("no file matches `{glob}`: it is a folder"),
                    format!("did you mean `{glob}/**`?"),
                )
            });
            assert_eq!(said(glob), expected, "{glob}");
        }
    }

    #[test]
    fn a_glob_of_the_root_whose_files_are_deeper_is_told() {
        for (glob, meant) in [
            ("*.proto", "**/*.proto"),
            ("*.html", "**/*.html"),
            ("index.html", "src/pages/index.html"),
            ("page.tsx", "src/components/\\[id]/page.tsx"),
            ("git*", "**/git*"),
            ("{a,b}.proto", "**/{a,b}.proto"),
            ("*.md", ""),
            ("README.md", ""),
            ("LICENSE", ""),
            ("*.rs", ""),
            ("**", ""),
        ] {
            let expected = (!meant.is_empty()).then(|| {
                (
                    format!("no file matches `{glob}`, which begins at the root"),
                    format!("did you mean `{meant}`?"),
                )
            });
            assert_eq!(said(glob), expected, "{glob}");
        }
    }

    #[test]
    fn every_glob_of_a_plan_is_looked_at() {
        let text = "tasks:\n  a:\n    write: [src/**, '!scr/gen/**']\n    read: doc/**\n    \
                    allow: [{rule: out-of-lane, path: docs, reason: r}]\n  b: {write: doc/**}\n\
                    protect: '*.proto'\nshare: docs\ncompanions: {'*.proto': scr/**}\n";
        let found: Vec<(Vec<String>, String, usize)> =
            drafts(&checked(text, FILES), "unmatched-glob")
                .into_iter()
                .map(|draft| {
                    let tasks = draft.tasks.iter().map(ToString::to_string).collect();
                    (tasks, draft.help.unwrap().into_owned(), draft.labels.len())
                })
                .collect();
        let of = |task: &str, meant: &str| {
            let tasks = if task.is_empty() { vec![] } else { vec![task.to_owned()] };
            (tasks, format!("did you mean `{meant}`?"), 1)
        };
        assert_eq!(
            found,
            [
                of("a", "!src/gen/**"),
                of("a", "docs/**"),
                of("a", "docs/**"),
                of("b", "docs/**"),
                of("", "**/*.proto"),
                of("", "docs/**"),
                of("", "**/*.proto"),
                of("", "src/**"),
            ]
        );
    }

    #[test]
    fn the_nearest_name_is_meant_and_of_several_the_first() {
        let files = &["abcdefghij/x", "abcdefghik/x", "abcdefgxyj/x", "bat/x", "cat/x"];
        for (glob, meant) in
            [("abcdefghiy/x", "abcdefghij/x"), ("abcdefgxjy/x", "abcdefgxyj/x"), ("hat/*", "bat/*")]
        {
            let text = format!("tasks: {{a: {{write: '{glob}'}}}}\n");
            let found = drafts(&checked(&text, files), "unmatched-glob");
            let expected = format!("did you mean `{meant}`?");
            assert_eq!(found[0].help.as_deref(), Some(expected.as_str()), "{glob}");
        }
    }

    /// Enough work for the first glob, and not for the next.
    #[test]
    fn a_bound_that_is_reached_is_told_once_a_lane() {
        let text = "tasks:\n  a: {write: [scr/x, '*a*', '*b*']}\n  b: {write: '*.md'}\n  c: {write: z/x}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let files = paths(FILES);
        let slips = Slips::new(&plan, &Tree::new(&files), Work(2 * MATCH));
        let of = |text: &str| {
            let mut globs = plan.glob_entries().map(|(_, entry)| entry.glob.clone().unwrap());
            slips.of(&globs.find(|glob| glob.text() == text).unwrap())
        };
        assert_eq!(of("scr/x").map(|slip| slip.unwrap().meant.clone()), Ok("src/x".to_owned()));
        assert_eq!(
            (of("*a*"), of("*b*"), of("*.md")),
            (Err(Undecided), Err(Undecided), Err(Undecided))
        );
        assert_eq!(of("z/x"), Ok(None));

        let told = undecided(&plan, Survey { slips });
        let gave_up = |task: &str| {
            format!("`unmatched-glob` gave up on `{task}`: a bound on work was reached")
        };
        assert_eq!(told, [gave_up("a"), gave_up("b")]);
    }

    #[test]
    fn nothing_is_said_where_the_files_are_not_known() {
        let gap = crate::repo::Gap { problem: "p".to_owned(), help: "h".to_owned() };
        let plan = read(vec![PlanText::new("lanes.yaml", "tasks: {a: {write: scr/x}}\n")]);
        let report = check(&Arc::new(plan), &paths(FILES), vec![gap]);
        assert_eq!(drafts(&report, "unmatched-glob"), []);
        assert_eq!(drafts(&checked("tasks: {a: {write: scr/x}}\n", &[]), "unmatched-glob"), []);
    }
}
