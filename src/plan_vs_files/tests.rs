//! The rules that compare the plan with the existing files: each is tested on cases that it reports
//! and on similar ones that it does not.

use std::sync::Arc;

use super::broad_lanes::BroadLanes;
use super::companions::Companions;
use super::tree::{MATCH_COST, Tree, TreeBudget};
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

/// The messages of `undecided` about what a rule gave up on, with facts filled in by `set`.
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

    /// The message and the help for a glob, if it is reported.
    fn messages(glob: &str) -> Option<(String, String)> {
        let text = format!("tasks: {{a: {{write: ['{glob}', zzz]}}}}\n");
        let mut drafts = drafts(&checked(&text, FILES), "unmatched-glob");
        assert!(drafts.len() < 2, "{drafts:?}");
        drafts.pop().map(|draft| (draft.message.to_string(), draft.help.unwrap().to_string()))
    }

    #[test]
    fn misspelled_folder() {
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
            ("src/components/\\[ids]/\\*", "src/components/[ids]", "src/components/\\[id\\]/\\*"),
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
            assert_eq!(messages(glob), expected, "{glob}");
        }
    }

    #[test]
    fn folder_without_its_files() {
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
            assert_eq!(messages(glob), expected, "{glob}");
        }
    }

    #[test]
    fn files_in_deeper_folder() {
        for (glob, meant) in [
            ("*.proto", "**/*.proto"),
            ("*.html", "**/*.html"),
            ("index.html", "src/pages/index.html"),
            ("page.tsx", "src/components/\\[id\\]/page.tsx"),
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
            assert_eq!(messages(glob), expected, "{glob}");
        }
    }

    #[test]
    fn globs_in_every_key() {
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
    fn nearest_then_first_name() {
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

    /// The budget is enough for the first glob, but not for the next.
    #[test]
    fn exhausted_budget_once_per_lane() {
        let text = "tasks:\n  a: {write: [scr/x, '*a*', '*b*']}\n  b: {write: '*.md'}\n  c: {write: z/x}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let files = paths(FILES);
        let typos = Typos::new(&plan, &Tree::new(&files), TreeBudget(2 * MATCH_COST));
        let of = |text: &str| {
            let mut globs = plan.glob_entries().map(|(_, entry)| entry.glob.clone().unwrap());
            typos.of(&globs.find(|glob| &**glob.text() == text).unwrap())
        };
        assert_eq!(
            of("scr/x").map(|typo| typo.unwrap().suggestion.clone()),
            Ok("src/x".to_owned())
        );
        assert_eq!(
            (of("*a*"), of("*b*"), of("*.md")),
            (Err(Undecided), Err(Undecided), Err(Undecided))
        );
        assert_eq!(of("z/x"), Ok(None));

        let reported =
            undecided(&plan, rules::UNMATCHED_GLOB, |facts| facts.typos.set(typos).unwrap());
        let gave_up =
            |task: &str| format!("`unmatched-glob` gave up on `{task}`: work limit reached");
        assert_eq!(reported, [gave_up("a"), gave_up("b")]);
    }

    #[test]
    fn unknown_files() {
        let gap = crate::failure::Failure { problem: "p".to_owned(), help: "h".to_owned() };
        let plan = read(vec![PlanText::new("lanes.yaml", "tasks: {a: {write: scr/x}}\n")]);
        let report = check(&Arc::new(plan), &paths(FILES), vec![gap]);
        assert_eq!(drafts(&report, "unmatched-glob"), []);
        assert_eq!(drafts(&checked("tasks: {a: {write: scr/x}}\n", &[]), "unmatched-glob"), []);
    }
}

mod broad_lane {
    use super::*;

    /// The names of `count` files in a folder.
    fn files(folder: &str, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{folder}/{number}.rs")).collect()
    }

    /// The messages for a plan beside these files.
    fn messages(text: &str, files: &[Vec<String>]) -> Vec<String> {
        let files: Vec<&str> = files.iter().flatten().map(String::as_str).collect();
        let found = drafts(&checked(text, &files), "broad-lane");
        found.into_iter().map(|draft| draft.message.to_string()).collect()
    }

    #[test]
    fn protected_paths_draw_no_border() {
        let text = |protect: &str| {
            format!("tasks:\n  a: {{write: ['**', '!p/**']}}\n  b: {{write: p/x}}\n{protect}")
        };
        assert_eq!(messages(&text(""), &[]), [""; 0]);
        assert_eq!(messages(&text("protect: p/**\n"), &[]).len(), 1);
    }

    #[test]
    fn any_folder() {
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
                format!(
                    "`a` may write below every top-level folder (`{glob}`) while `b` runs beside it"
                )
            });
            assert_eq!(messages(&text, &[]), Vec::from_iter(expected), "{glob}");
        }
        let text = "tasks:\n  a: {write: [x, '*/*', '*/*/**']}\n  b: {write: docs/x}\n";
        assert_eq!(
            messages(text, &[]),
            ["`a` may write below every top-level folder while `b` runs beside it"]
        );
    }

    #[test]
    fn most_files() {
        let files = |src: usize, docs: usize| [files("src", src), files("docs", docs)];
        let text = "tasks:\n  a: {write: [src/**, '!src/0.rs']}\n  b: {write: docs/**}\n";
        let message = |matched: usize, total: usize| {
            vec![format!("`a` may write {matched} of the {total} files while `b` runs beside it")]
        };
        assert_eq!(messages(text, &files(12, 8)), message(11, 20));
        assert_eq!(messages(text, &files(12, 7)), [""; 0]);
        assert_eq!(messages(text, &files(11, 9)), [""; 0]);
        assert_eq!(messages(text, &files(100, 98)), [""; 0]);
        assert_eq!(messages(text, &files(101, 98)), message(100, 199));
        let shared = format!("{text}share: docs/7.rs\n");
        assert_eq!(messages(&shared, &files(11, 9)), message(11, 20));
        let protected = format!("{text}protect: src/1.rs\n");
        assert_eq!(messages(&protected, &files(12, 8)), [""; 0]);
        let several =
            "tasks:\n  a: {write: ['src/1*', 'src/?.rs', 'src/*1*']}\n  b: {write: docs/**}\n";
        assert_eq!(messages(several, &files(20, 15)), message(20, 35));
    }

    #[test]
    fn no_concurrent_writer() {
        for (text, broad) in [
            ("tasks:\n  a: {write: '**'}\n", false),
            ("tasks:\n  a: {write: '**', needs: b}\n  b: {write: src/**}\n", false),
            ("tasks:\n  a: {write: '**'}\n  b: {write: src/**, needs: a}\n", false),
            ("tasks:\n  a: {write: '**'}\n  b: {write: []}\n  c: {write: '!x'}\n", false),
            ("tasks:\n  a: {write: '**', needs: b}\n  b: {write: x}\n  c: {write: []}\n", false),
            ("tasks:\n  a: {write: '**', needs: b}\n  b: {write: x}\n  c: {write: y}\n", true),
            // Nothing is left below a folder.
            ("tasks:\n  a: {write: ['**', '!*/**']}\n  b: {write: src/**}\n", false),
            ("tasks:\n  a: {write: '**'}\n  b: {write: src/**}\nprotect: '*/**'\n", false),
        ] {
            assert_eq!(!messages(text, &[]).is_empty(), broad, "{text}");
        }
    }

    #[test]
    fn parts_of_a_partition() {
        let sizes = [(0, 0), (2, 2), (30, 3), (3, 30), (20, 20)];
        for text in [
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**']}\n",
            "tasks:\n  a: {write: src/}\n  b: {write: ['*/**', '!src/', '!*.md']}\nprotect: '**/*.lock'\n",
            "tasks:\n  a: {write: '**/*.rs'}\n  b: {write: ['**', '!**/*.rs']}\nshare: log\n",
            "tasks:\n  a: {write: 'src/{1*,2*}'}\n  b: {write: docs/**}\n  c: {write: ['**', '!src/**', '!docs/**']}\n",
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**']}\n  c: {write: '**', needs: [a, b]}\n",
        ] {
            for (src, docs) in sizes {
                let found = messages(text, &[files("src", src), files("docs", docs)]);
                assert_eq!(found, [""; 0], "{src} {docs} {text}");
            }
        }
    }

    #[test]
    fn exclusions_without_a_border() {
        for text in [
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!docs/**']}\n",
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**']}\n  c: {write: docs/**}\n",
            "tasks:\n  b: {write: ['**', '!docs/**']}\n  c: {write: log}\nshare: log\n",
        ] {
            let found = messages(text, &[]);
            assert_eq!(found.len(), 1, "{found:?} {text}");
            assert!(
                found[0].starts_with("`b` may write below every top-level folder"),
                "{found:?}"
            );
        }
        let text = "tasks:\n  a: {write: [src/**, '!src/gen/**']}\n  b: {write: [docs/**, '!x']}\n";
        assert_eq!(messages(text, &[files("src", 20), files("docs", 5)]).len(), 1);
    }

    #[test]
    fn lists_up_to_three_tasks() {
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
            let found = messages(&text(others), &[]);
            assert!(found[0].ends_with(&format!(" while {expected} beside it")), "{found:?}");
        }
    }

    #[test]
    fn exhausted_budget() {
        let text = "tasks:\n  a: {write: src/**}\n  b: {write: docs/**}\n  c: {write: 's*/**'}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let names = [files("src", 30), files("docs", 20)].concat();
        let files = paths(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let (lanes, order, tree) = (plan.lanes(), Order::new(&plan), Tree::new(&files));
        let budget = TreeBudget(40 * MATCH_COST);
        let broad_lanes = BroadLanes::new(&lanes, &order, &[], Some(&tree), budget);
        let broad: Vec<TaskId> = broad_lanes.broad.iter().map(|broad| broad.task).collect();
        assert_eq!((broad, broad_lanes.undecided.as_slice()), (vec![nth(0)], [nth(2)].as_slice()));
        let reported = undecided(&plan, rules::BROAD_LANE, |facts| {
            facts.broad_lanes.set(broad_lanes).unwrap();
        });
        assert_eq!(reported, ["`broad-lane` gave up on `c`: work limit reached"]);
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

    /// The companions missing from the lane of the first task.
    fn missing(write: &str, plan: &str) -> Vec<String> {
        let text = format!("tasks:\n  a: {{write: {write}}}\n{plan}");
        let companion = |draft: Draft| draft.path.unwrap().to_string();
        found(&text).into_iter().map(companion).collect()
    }

    #[test]
    fn lock_files_are_searched_upwards() {
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
            assert_eq!(missing(write, ""), expected, "{write}");
        }
    }

    #[test]
    fn covered_or_deliberately_left_out() {
        for (write, plan) in [
            ("[Cargo.toml, Cargo.lock]", ""),
            ("'Cargo.{toml,lock}'", ""),
            ("[Cargo.toml, '*.lock']", ""),
            ("[web/package.json, web/pnpm-lock.yaml]", ""),
            ("Cargo.toml", "share: '**/Cargo.lock'\n"),
            // Left out on purpose:
            ("[Cargo.toml, '!*.lock']", ""),
            ("Cargo.toml", "protect: Cargo.lock\n"),
            ("[web/package.json, '!web/yarn.lock', '!web/pnpm-lock.yaml']", ""),
            // No file is named, or the lane does not cover it:
            ("'*.toml'", ""),
            ("crates/**", ""),
            ("'crates/a/Cargo.tom?'", ""),
            ("'crates/a/{Cargo.t*,x}'", ""),
            ("[Cargo.toml, x, '!Cargo.toml']", ""),
            ("[x, Cargo.toml]", "protect: Cargo.toml\n"),
            // No companion exists:
            ("docs/composer.json", ""),
            ("src/Cargo.toml.md", ""),
        ] {
            assert_eq!(missing(write, plan), [""; 0], "{write} {plan}");
        }
        let excluded = "[web/package.json, '!web/yarn.lock']";
        assert_eq!(missing(excluded, ""), ["web/pnpm-lock.yaml"]);
        // The invalid glob may have covered it.
        let plan =
            read(vec![PlanText::new("x", "tasks: {a: {write: [Cargo.toml, /Cargo.lock]}}\n")]);
        let report = check(&Arc::new(plan), &paths(FILES), Vec::new());
        assert_eq!(drafts(&report, "missing-companion"), []);
    }

    #[test]
    fn pairs_of_the_plan() {
        const PAIR: &str = "companions: {'**/*.proto': gen/**}\n";
        for (write, plan, is_missing) in [
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
            let expected = if is_missing { vec!["gen/a.rs"] } else { vec![] };
            assert_eq!(missing(write, plan), expected, "{write} {plan}");
        }
        let several = "companions: {api/*: [gen/**, web/*.json], 'api/a.*': docs/*}\n";
        let expected = ["gen/a.rs", "web/package.json", "docs/composer.json"];
        let mut found = missing("api/a.proto", several);
        found.sort_by_key(|path| expected.iter().position(|other| other == path));
        assert_eq!(found, expected);
    }

    #[test]
    fn help_depends_on_owners() {
        let report = |text: &str| {
            let draft = found(text).remove(0);
            let data: Vec<&str> = draft.data.iter().map(|(name, _)| *name).collect();
            assert_eq!(data, ["glob", "companion", "owners"]);
            (draft.message.to_string(), draft.help.unwrap().to_string(), draft.labels.len())
        };
        let message = "`a` may write `Cargo.toml`, but not `Cargo.lock`".to_owned();
        let add = "add `Cargo.lock` to `write` in `a`, or put it under `share`".to_owned();
        let own = "`b` may write it: make one task depend on the other (`needs`), or put it under `share`";
        let plan = |b: &str| format!("tasks:\n  a: {{write: Cargo.toml}}\n  b: {{{b}}}\n");
        assert_eq!(report(&plan("write: x")), (message.clone(), add.clone(), 1));
        assert_eq!(report(&plan("write: '*.lock', needs: a")), (message.clone(), add, 1));
        assert_eq!(report(&plan("write: '*.lock'")), (message, own.to_owned(), 1));
        let pair = "tasks:\n  a: {write: api/a.proto}\ncompanions: {'**/*.proto': gen/**}\n";
        let message = "`a` may write `api/a.proto`, but not `gen/**`".to_owned();
        let add = "add `gen/**` to `write` in `a`, or put it under `share`".to_owned();
        assert_eq!(report(pair), (message, add, 2));
    }

    #[test]
    fn exhausted_budget() {
        let text = "tasks:\n  a: {write: Cargo.toml}\n  b: {write: 'crates/*/Cargo.toml'}\n";
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let files = paths(FILES);
        let companions =
            Companions::new(&plan, &plan.lanes(), &Tree::new(&files), TreeBudget(MATCH_COST));
        let missing: Vec<TaskId> = companions.missing.iter().map(|missing| missing.task).collect();
        assert_eq!((missing, companions.undecided.as_slice()), (vec![nth(0)], [nth(1)].as_slice()));
        let reported = undecided(&plan, rules::MISSING_COMPANION, |facts| {
            facts.companions.set(companions).unwrap();
        });
        assert_eq!(reported, ["`missing-companion` gave up on `b`: work limit reached"]);
    }
}
