//! What the rules make of the files that exist: each fires on its case, and stays silent on its
//! twin.

use std::sync::Arc;

use super::broad_lanes::BroadLanes;
use super::companions::Companions;
use super::tree::{MATCH, Tree, TreeBudget};
use super::typos::Typos;
use crate::analysis::PlanFacts;
use crate::check::check;
use crate::finding::{Draft, Message, Report};
use crate::index::{TaskId, nth};
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{Plan, PlanText, read};
use crate::rules::{self, FINDERS, Find, Reporter, Rule};

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

/// What `undecided` says of what a rule gave up on, where `set` has put down what the files tell.
fn undecided(plan: &Plan, rule: &'static Rule, set: impl FnOnce(&PlanFacts<'_>)) -> Vec<String> {
    let (lanes, order) = (plan.lanes(), Order::new(plan));
    let facts = PlanFacts::new(plan, &lanes, &order, &[], Vec::new());
    set(&facts);
    let finder = FINDERS.iter().find(|finder| finder.rule == rule).unwrap();
    let Find::Plan(find) = finder.find else { panic!("{rule} is not about the plan") };
    let mut report = |_| {};
    let mut found = Reporter::new(&mut report);
    find(&facts, &mut found);
    let gave_up = found.into_undecided();
    let undecided = FINDERS.iter().find(|finder| finder.rule == rules::UNDECIDED).unwrap();
    let Find::Undecided(report) = undecided.find else {
        panic!("it reports what others gave up on")
    };
    gave_up.into_iter().map(|on| report(rule, on).message.to_string()).collect()
}

mod unmatched_glob {
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
        drafts.pop().map(|draft| (draft.message.to_string(), draft.help.unwrap().to_string()))
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
        for (glob, typo) in [
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
            let expected = typo.then(|| {
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
                    format!("no file in the root matches `{glob}`"),
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
                    (tasks, draft.help.unwrap().to_string(), draft.labels.len())
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
            assert_eq!(
                found[0].help.as_ref().map(Message::as_str),
                Some(expected.as_str()),
                "{glob}"
            );
        }
    }

    /// Enough work for the first glob, and not for the next.
    #[test]
    fn a_bound_that_is_reached_is_told_once_a_lane() {
        let text = "tasks:\n  a: {write: [scr/x, '*a*', '*b*']}\n  b: {write: '*.md'}\n  c: {write: z/x}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let files = paths(FILES);
        let typos = Typos::new(&plan, &Tree::new(&files), TreeBudget(2 * MATCH));
        let of = |text: &str| {
            let mut globs = plan.glob_entries().map(|(_, entry)| entry.glob.clone().unwrap());
            typos.of(&globs.find(|glob| &**glob.text() == text).unwrap())
        };
        assert_eq!(of("scr/x").map(|typo| typo.unwrap().meant.clone()), Ok("src/x".to_owned()));
        assert_eq!(
            (of("*a*"), of("*b*"), of("*.md")),
            (Err(Undecided), Err(Undecided), Err(Undecided))
        );
        assert_eq!(of("z/x"), Ok(None));

        let told = undecided(&plan, rules::UNMATCHED_GLOB, |facts| facts.typos.set(typos).unwrap());
        let gave_up =
            |task: &str| format!("`unmatched-glob` gave up on `{task}`: work limit reached");
        assert_eq!(told, [gave_up("a"), gave_up("b")]);
    }

    #[test]
    fn nothing_is_said_where_the_files_are_not_known() {
        let gap = crate::failure::Failure { problem: "p".to_owned(), help: "h".to_owned() };
        let plan = read(vec![PlanText::new("lanes.yaml", "tasks: {a: {write: scr/x}}\n")]);
        let report = check(&Arc::new(plan), &paths(FILES), vec![gap]);
        assert_eq!(drafts(&report, "unmatched-glob"), []);
        assert_eq!(drafts(&checked("tasks: {a: {write: scr/x}}\n", &[]), "unmatched-glob"), []);
    }
}

mod broad_lane {
    use super::*;

    /// So many files in a folder.
    fn files(folder: &str, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{folder}/{number}.rs")).collect()
    }

    /// What is said of a plan beside these files.
    fn said(text: &str, files: &[Vec<String>]) -> Vec<String> {
        let files: Vec<&str> = files.iter().flatten().map(String::as_str).collect();
        let found = drafts(&checked(text, &files), "broad-lane");
        found.into_iter().map(|draft| draft.message.to_string()).collect()
    }

    #[test]
    fn what_is_protected_draws_no_border() {
        let text = |protect: &str| {
            format!("tasks:\n  a: {{write: ['**', '!p/**']}}\n  b: {{write: p/x}}\n{protect}")
        };
        assert_eq!(said(&text(""), &[]), [""; 0]);
        assert_eq!(said(&text("protect: p/**\n"), &[]).len(), 1);
    }

    #[test]
    fn a_lane_of_any_folder_is_told_where_another_may_write() {
        for (glob, broad) in [
            ("**", true),
            ("**/*", true),
            ("*/**", true),
            ("*/**/*", true),
            ("**/**", true),
            ("{docs/x,**}", true),
            ("{,*/}*/**", true),
            ("*", false),
            ("*/*", false),
            ("*/*/**", false),
            ("**/src/**", false),
            ("**/*.rs", false),
            ("**/a*/**", false),
            ("[a-z]*/**", false),
            ("s*/**", false),
            ("src/**", false),
            ("*/src/**", false),
        ] {
            let text = format!("tasks:\n  a: {{write: '{glob}'}}\n  b: {{write: docs/x}}\n");
            let expected = broad.then(|| {
                format!("`a` may write below any folder (`{glob}`) while `b` runs beside it")
            });
            assert_eq!(said(&text, &[]), Vec::from_iter(expected), "{glob}");
        }
        let text = "tasks:\n  a: {write: [x, '*/*', '*/*/**']}\n  b: {write: docs/x}\n";
        assert_eq!(said(text, &[]), ["`a` may write below any folder while `b` runs beside it"]);
    }

    #[test]
    fn a_lane_of_more_than_half_of_many_files_is_told() {
        let files = |src: usize, docs: usize| [files("src", src), files("docs", docs)];
        let text = "tasks:\n  a: {write: [src/**, '!src/0.rs']}\n  b: {write: docs/**}\n";
        let told = |held: usize, all: usize| {
            vec![format!("`a` may write {held} of the {all} files while `b` runs beside it")]
        };
        assert_eq!(said(text, &files(12, 8)), told(11, 20));
        assert_eq!(said(text, &files(12, 7)), [""; 0]);
        assert_eq!(said(text, &files(11, 9)), [""; 0]);
        assert_eq!(said(text, &files(100, 98)), [""; 0]);
        assert_eq!(said(text, &files(101, 98)), told(100, 199));
        let shared = format!("{text}share: docs/7.rs\n");
        assert_eq!(said(&shared, &files(11, 9)), told(11, 20));
        let protected = format!("{text}protect: src/1.rs\n");
        assert_eq!(said(&protected, &files(12, 8)), [""; 0]);
        let several =
            "tasks:\n  a: {write: ['src/1*', 'src/?.rs', 'src/*1*']}\n  b: {write: docs/**}\n";
        assert_eq!(said(several, &files(20, 15)), told(20, 35));
    }

    #[test]
    fn a_lane_that_is_beside_nobody_is_not_broad() {
        for (text, broad) in [
            ("tasks:\n  a: {write: '**'}\n", false),
            ("tasks:\n  a: {write: '**', needs: b}\n  b: {write: src/**}\n", false),
            ("tasks:\n  a: {write: '**'}\n  b: {write: src/**, needs: a}\n", false),
            ("tasks:\n  a: {write: '**'}\n  b: {write: []}\n  c: {write: '!x'}\n", false),
            ("tasks:\n  a: {write: '**', needs: b}\n  b: {write: x}\n  c: {write: []}\n", false),
            ("tasks:\n  a: {write: '**', needs: b}\n  b: {write: x}\n  c: {write: y}\n", true),
            // Nothing below a folder is left.
            ("tasks:\n  a: {write: ['**', '!*/**']}\n  b: {write: src/**}\n", false),
            ("tasks:\n  a: {write: '**'}\n  b: {write: src/**}\nprotect: '*/**'\n", false),
        ] {
            assert_eq!(!said(text, &[]).is_empty(), broad, "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_partition_are_spared_whichever_holds_more() {
        let sizes = [(0, 0), (2, 2), (30, 3), (3, 30), (20, 20)];
        for text in [
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**']}\n",
            "tasks:\n  a: {write: src/}\n  b: {write: ['*/**', '!src/', '!*.md']}\nprotect: '**/*.lock'\n",
            "tasks:\n  a: {write: '**/*.rs'}\n  b: {write: ['**', '!**/*.rs']}\nshare: log\n",
            "tasks:\n  a: {write: 'src/{1*,2*}'}\n  b: {write: docs/**}\n  c: {write: ['**', '!src/**', '!docs/**']}\n",
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**']}\n  c: {write: '**', needs: [a, b]}\n",
        ] {
            for (src, docs) in sizes {
                let found = said(text, &[files("src", src), files("docs", docs)]);
                assert_eq!(found, [""; 0], "{src} {docs} {text}");
            }
        }
    }

    /// An exclusion that draws no border, or half of it, spares nobody.
    #[test]
    fn other_exclusions_spare_nobody() {
        for text in [
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!docs/**']}\n",
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**']}\n  c: {write: docs/**}\n",
            "tasks:\n  b: {write: ['**', '!docs/**']}\n  c: {write: log}\nshare: log\n",
        ] {
            let found = said(text, &[]);
            assert_eq!(found.len(), 1, "{found:?} {text}");
            assert!(found[0].starts_with("`b` may write below any folder"), "{found:?}");
        }
        let text = "tasks:\n  a: {write: [src/**, '!src/gen/**']}\n  b: {write: [docs/**, '!x']}\n";
        assert_eq!(said(text, &[files("src", 20), files("docs", 5)]).len(), 1);
    }

    #[test]
    fn the_tasks_beside_it_are_named_up_to_three() {
        let text = |others: usize| {
            let others: String =
                (0..others).map(|n| format!("  t{n}: {{write: t{n}}}\n")).collect();
            format!("tasks:\n  a: {{write: '**'}}\n{others}")
        };
        for (others, expected) in [
            (1, "`t0` runs"),
            (2, "`t0` and `t1` run"),
            (3, "`t0`, `t1` and `t2` run"),
            (4, "`t0`, `t1`, `t2` and others run"),
        ] {
            let found = said(&text(others), &[]);
            assert!(found[0].ends_with(&format!(" while {expected} beside it")), "{found:?}");
        }
    }

    #[test]
    fn a_bound_that_is_reached_is_told() {
        let text = "tasks:\n  a: {write: src/**}\n  b: {write: docs/**}\n  c: {write: 's*/**'}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let names = [files("src", 30), files("docs", 20)].concat();
        let files = paths(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let (lanes, order, tree) = (plan.lanes(), Order::new(&plan), Tree::new(&files));
        let work = TreeBudget(40 * MATCH);
        let broad_lanes = BroadLanes::new(&lanes, &order, &[], Some(&tree), work);
        let broad: Vec<TaskId> = broad_lanes.broad.iter().map(|broad| broad.task).collect();
        assert_eq!((broad, broad_lanes.undecided.as_slice()), (vec![nth(0)], [nth(2)].as_slice()));
        let told = undecided(&plan, rules::BROAD_LANE, |facts| {
            facts.broad_lanes.set(broad_lanes).unwrap();
        });
        assert_eq!(told, ["`broad-lane` gave up on `c`: work limit reached"]);
    }
}

mod missing_companion {
    use super::*;

    const FILES: &[&str] = &[
        "Cargo.lock",
        "Cargo.toml",
        "api/a.proto",
        "crates/a/Cargo.toml",
        "crates/b/Cargo.toml",
        "gen/a.rs",
        "gen/b.rs",
        "tools/x/Cargo.lock",
        "tools/x/Cargo.toml",
        "web/package.json",
        "web/app/package.json",
        "web/pnpm-lock.yaml",
        "web/yarn.lock",
        "docs/composer.json",
    ];

    fn found(text: &str) -> Vec<Draft> {
        drafts(&checked(text, FILES), "missing-companion")
    }

    /// The companions that the lane of the first task lacks.
    fn lacking(write: &str, plan: &str) -> Vec<String> {
        let text = format!("tasks:\n  a: {{write: {write}}}\n{plan}");
        let companion = |draft: Draft| draft.path.unwrap().to_string();
        found(&text).into_iter().map(companion).collect()
    }

    #[test]
    fn a_lock_file_is_looked_for_in_the_folder_and_upwards() {
        for (write, expected) in [
            ("Cargo.toml", vec!["Cargo.lock"]),
            ("crates/a/Cargo.toml", vec!["Cargo.lock"]),
            ("crates/new/Cargo.toml", vec!["Cargo.lock"]),
            ("tools/x/Cargo.toml", vec!["tools/x/Cargo.lock"]),
            ("tools/x/new/Cargo.toml", vec!["tools/x/Cargo.lock"]),
            ("web/app/package.json", vec!["web/yarn.lock"]),
            ("'crates/*/Cargo.toml'", vec!["Cargo.lock"]),
            ("'new/*/Cargo.toml'", vec!["Cargo.lock"]),
            ("'*/x/Cargo.toml'", vec!["tools/x/Cargo.lock"]),
            ("'**/Cargo.toml'", vec!["Cargo.lock", "tools/x/Cargo.lock"]),
            ("'{tools/x,crates/*}/Cargo.toml'", vec!["Cargo.lock", "tools/x/Cargo.lock"]),
            ("'tools/x/{src/**,Cargo.toml}'", vec!["tools/x/Cargo.lock"]),
            ("'tools/x/Cargo.{toml,md}'", vec!["tools/x/Cargo.lock"]),
            ("[crates/a/Cargo.toml, crates/b/Cargo.toml]", vec!["Cargo.lock"]),
        ] {
            assert_eq!(lacking(write, ""), expected, "{write}");
        }
    }

    #[test]
    fn a_companion_that_is_there_for_the_lane_is_not_missed() {
        for (write, plan) in [
            ("[Cargo.toml, Cargo.lock]", ""),
            ("'Cargo.{toml,lock}'", ""),
            ("[Cargo.toml, '*.lock']", ""),
            ("[web/package.json, web/pnpm-lock.yaml]", ""),
            ("Cargo.toml", "share: '**/Cargo.lock'\n"),
            // Left out on purpose.
            ("[Cargo.toml, '!*.lock']", ""),
            ("Cargo.toml", "protect: Cargo.lock\n"),
            ("[web/package.json, '!web/yarn.lock', '!web/pnpm-lock.yaml']", ""),
            // No file is named, or it cannot be written.
            ("'*.toml'", ""),
            ("crates/**", ""),
            ("'crates/a/Cargo.tom?'", ""),
            ("'crates/a/{Cargo.t*,x}'", ""),
            ("[Cargo.toml, x, '!Cargo.toml']", ""),
            ("[x, Cargo.toml]", "protect: Cargo.toml\n"),
            // There is none.
            ("docs/composer.json", ""),
            ("src/Cargo.toml.md", ""),
        ] {
            assert_eq!(lacking(write, plan), [""; 0], "{write} {plan}");
        }
        let excluded = "[web/package.json, '!web/yarn.lock']";
        assert_eq!(lacking(excluded, ""), ["web/pnpm-lock.yaml"]);
        // A lane that is not known whole may have it.
        let plan =
            read(vec![PlanText::new("x", "tasks: {a: {write: [Cargo.toml, /Cargo.lock]}}\n")]);
        let report = check(&Arc::new(plan), &paths(FILES), Vec::new());
        assert_eq!(drafts(&report, "missing-companion"), []);
    }

    #[test]
    fn the_pairs_of_a_plan_are_globs() {
        const PAIR: &str = "companions: {'**/*.proto': gen/**}\n";
        for (write, plan, missing) in [
            ("api/a.proto", PAIR, true),
            ("api/new.proto", PAIR, true),
            ("'{api,lib}/*/new.proto'", PAIR, true),
            ("'api/{a,b}.proto'", PAIR, true),
            ("[api/a.proto, '!gen/a.rs']", PAIR, true),
            ("[api/a.proto, gen/new.rs]", PAIR, false),
            ("[api/a.proto, '**/a.rs']", PAIR, false),
            ("[api/a.proto, '!gen/']", PAIR, false),
            ("api/a.proto", "companions: {'**/*.proto': gen/**}\nshare: gen/*\n", false),
            ("api/a.proto", "companions: {'**/*.proto': gen/**}\nprotect: gen/\n", false),
            ("api/a.proto", "companions: {'**/*.proto': new/**}\n", false),
            ("api/a.proto", "companions: {'*.proto': gen/**}\n", false),
            ("'api/*.proto'", PAIR, false),
            ("'api/{a*,b?}.proto'", PAIR, false),
            ("[api/a.proto, x, '!api/']", PAIR, false),
            ("api/a.txt", PAIR, false),
        ] {
            let expected = if missing { vec!["gen/a.rs"] } else { vec![] };
            assert_eq!(lacking(write, plan), expected, "{write} {plan}");
        }
        let several = "companions: {api/*: [gen/**, web/*.json], 'api/a.*': docs/*}\n";
        let expected = ["gen/a.rs", "web/package.json", "docs/composer.json"];
        let mut found = lacking("api/a.proto", several);
        found.sort_by_key(|path| expected.iter().position(|other| other == path));
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_said_fits_who_may_write_the_companion() {
        let said = |text: &str| {
            let draft = found(text).remove(0);
            let data: Vec<&str> = draft.data.iter().map(|(name, _)| *name).collect();
            assert_eq!(data, ["glob", "companion", "owners"]);
            (draft.message.to_string(), draft.help.unwrap().to_string(), draft.labels.len())
        };
        let message = "`a` may write `Cargo.toml`, but not `Cargo.lock`".to_owned();
        let add = "add `Cargo.lock` to the `write` of `a`, or put it under `share`".to_owned();
        let own = "`b` may write it: make one task need the other, or put it under `share`";
        let plan = |b: &str| format!("tasks:\n  a: {{write: Cargo.toml}}\n  b: {{{b}}}\n");
        assert_eq!(said(&plan("write: x")), (message.clone(), add.clone(), 1));
        assert_eq!(said(&plan("write: '*.lock', needs: a")), (message.clone(), add, 1));
        assert_eq!(said(&plan("write: '*.lock'")), (message, own.to_owned(), 1));
        let pair = "tasks:\n  a: {write: api/a.proto}\ncompanions: {'**/*.proto': gen/**}\n";
        let message = "`a` may write `api/a.proto`, but not `gen/**`".to_owned();
        let add = "add `gen/**` to the `write` of `a`, or put it under `share`".to_owned();
        assert_eq!(said(pair), (message, add, 2));
    }

    #[test]
    fn a_bound_that_is_reached_is_told() {
        let text = "tasks:\n  a: {write: Cargo.toml}\n  b: {write: 'crates/*/Cargo.toml'}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let files = paths(FILES);
        let companions =
            Companions::new(&plan, &plan.lanes(), &Tree::new(&files), TreeBudget(MATCH));
        let missing: Vec<TaskId> = companions.missing.iter().map(|missing| missing.task).collect();
        assert_eq!((missing, companions.undecided.as_slice()), (vec![nth(0)], [nth(1)].as_slice()));
        let told = undecided(&plan, rules::MISSING_COMPANION, |facts| {
            facts.companions.set(companions).unwrap();
        });
        assert_eq!(told, ["`missing-companion` gave up on `b`: work limit reached"]);
    }
}
