//! Which plan judges, and what happens to the work of those who change it.

use std::os::unix::fs::symlink;

use super::{Gate, PLAN, assigned, branch, gate, patch, patch_file, planned};
use crate::harness::TestRepo;

const WIDE: &str = "tasks:\n  lessons:\n    write: \"**\"\n";

/// `lessons` widened its lane and used it.
fn widened() -> TestRepo {
    let repo = planned(PLAN);
    let files = [("lanes.yaml", WIDE), ("quizzes/a.json", "2\n")];
    branch(&repo, "lessons", "main", &files);
    repo
}

const CAUGHT: [&str; 2] =
    ["plan-changed lessons lanes.yaml", "foreign-lane lessons quizzes/a.json"];

#[test]
fn branch_widens_its_lane() {
    let repo = widened();
    repo.git(&["checkout", "-q", "lessons"]);
    for arguments in [
        &["--task=lessons"][..],
        &["--range", "main...lessons"],
        &["--range", "main..lessons"],
        &["--range", "main...HEAD"],
        &["--worktree", "--base=main"],
        &["--plan-from=main", "--task=lessons"],
        &["--plan-from=main", "--range=HEAD~1...HEAD"],
        &["lanes.yaml", "--plan-from=main", "--task=lessons"],
    ] {
        let json = Gate::of(&repo, arguments).json().ends_with(1).finds(&CAUGHT);
        assert!(json.answer.stderr.starts_with("plan: lanes.yaml in commit "), "{arguments:?}");
    }
    // Whoever names the file of the work tree gets it as it is.
    let json = Gate::of(&repo, &["lanes.yaml", "--range", "main...lessons"]).json().ends_with(1);
    let own = "plan-changed lessons lanes.yaml".to_owned();
    assert!(json.findings().contains(&own));
    assert!(!json.findings().contains(&CAUGHT[1].to_owned()));
    assert!(json.answer.stderr.starts_with("plan: lanes.yaml\n"));
}

#[test]
fn plan_for_a_patch() {
    let repo = widened();
    let file = patch_file(&repo, "a.patch", patch(&repo, "main...lessons"));
    let diff = ["--diff", &assigned("lessons", &file)];
    repo.git(&["checkout", "-q", "lessons"]);
    let json = Gate::of(&repo, &diff).json().ends_with(1);
    // The lane that judges it is the wide one, and that is said.
    json.finds(&["plan-changed lessons lanes.yaml"]);
    let from = [&diff[..], &["--plan-from=main"]].concat();
    Gate::of(&repo, &from).json().ends_with(1).finds(&CAUGHT);
    let from = [&diff[..], &["--plan-from=main", "lanes.yaml"]].concat();
    Gate::of(&repo, &from).json().ends_with(1).finds(&CAUGHT);
}

#[test]
fn plan_outside_the_repository() {
    let repo = widened();
    let outside = patch_file(&repo, "outside.yaml", PLAN).display().to_string();
    for plan in [&outside[..], "../outside.yaml", "-"] {
        let run = Gate::of(&repo, &[plan, "--task=lessons"]).stdin(PLAN);
        run.json()
            .ends_with(1)
            .finds(&["out-of-lane lessons lanes.yaml", "foreign-lane lessons quizzes/a.json"]);
    }
    // In a repository of its own it is in no other either.
    let plans = planned(PLAN);
    let path = plans.path("lanes.yaml").display().to_string();
    let root = repo.root().display().to_string();
    let run = Gate::of(&repo, &[&path, "--task=lessons", "--root", &root]);
    assert!(!run.json().findings().iter().any(|finding| finding.starts_with("plan-changed")));
}

#[test]
fn named_plan_only_in_commit() {
    let repo = TestRepo::new();
    repo.write("ci/lanes/split.yaml", PLAN);
    repo.commit("the plan");
    branch(&repo, "lessons", "main", &[("ci/x", "1\n")]);
    repo.remove_dir("ci");
    repo.write("deep/x", "");
    for (dir, plan) in [("", "ci/lanes/split.yaml"), ("deep", "../ci/lanes/split.yaml")] {
        let arguments = [plan, "--plan-from=main", "--task=lessons"];
        let json = Gate::of(&repo, &arguments).dir(repo.path(dir)).json().ends_with(1);
        json.finds(&["out-of-lane lessons ci/x"]);
    }
    let arguments = ["ci/lanes/none.yaml", "--plan-from=main"];
    gate(&repo, &arguments).ends_with(2).tells(&["no plan ci/lanes/none.yaml in commit"]);
    gate(&repo, &["../elsewhere.yaml", "--plan-from=main"]).ends_with(2).tells(&["is not a path"]);
}

#[test]
fn base_of_the_base_plan() {
    let repo = planned(&format!("base: develop\n{PLAN}"));
    repo.git(&["checkout", "-q", "-b", "develop"]);
    // Its own `base` leads no further.
    let plan = PLAN.replace("lessons/**", "[lessons/**, docs/**]");
    let develop = repo.commit_file("lanes.yaml", &format!("base: further\n{plan}"));
    repo.git(&["checkout", "-q", "main"]);
    branch(&repo, "lessons", "develop", &[("docs/a", "1\n")]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(0).finds(&[]);
    assert_eq!(json.value["inputs"][0]["base"], develop);
    assert!(json.answer.stderr.contains(&format!("lanes.yaml in commit {develop} (develop)")));

    repo.git(&["branch", "-D", "-q", "develop"]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(3);
    assert!(json.message("not-verified").contains("no base branch `develop`"));
}

#[test]
fn missing_plans() {
    let repo = TestRepo::new();
    repo.commit_file("lessons/a.json", "1\n");
    branch(&repo, "lessons", "main", &[("lanes.yaml", WIDE), ("quizzes/b.json", "1\n")]);
    repo.git(&["checkout", "-q", "lessons"]);
    // A plan that only the branch has judges nobody, unless it is asked to.
    for arguments in [
        &[][..],
        &["--range", "main...lessons"],
        &["--worktree", "--base=main"],
        &["--staged"],
        &["--plan-from=main"],
    ] {
        let answer = gate(&repo, arguments).ends_with(2);
        answer.tells(&["no plan in commit", "commit lanes.yaml to the base branch"]);
    }
    let json = Gate::of(&repo, &["--plan-from=HEAD", "--range", "main...lessons"]).json();
    json.ends_with(1).finds(&["plan-changed lessons lanes.yaml"]);
}

#[test]
fn broken_plans_in_commits() {
    for (text, status) in [
        ("", 2),
        ("tasks:\n", 2),
        ("[]\n", 2),
        ("\u{feff}", 2),
        ("tasks: [", 2),
        ("tasks: {lessons: {write: [lessons/**", 2),
        ("tasks:\n  lessons: {wirte: lessons/**}\n", 3),
        ("tasks:\n  lessons: {write: \"lessons/**.json\"}\n", 3),
        ("tasks:\n  lessons: {write: lessons/**}\nprotect: ./x\n", 3),
    ] {
        let repo = planned(text);
        branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
        gate(&repo, &["--task=lessons"]).ends_with(status);
        gate(&repo, &["--task=lessons", "--exit-zero"]).ends_with(status);
    }
    let repo = TestRepo::new();
    repo.write("lanes.yaml", b"tasks: {lessons: {write: a}}\n# \xff\n");
    repo.commit("no text");
    branch(&repo, "lessons", "main", &[("b", "1\n")]);
    assert!(matches!(gate(&repo, &["--task=lessons"]).status, 2 | 3));
}

#[test]
fn huge_plan_in_commit() {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", vec![b'#'; (64 << 20) + 1]);
    repo.write(".gitattributes", "lanes.yaml -delta\n");
    repo.git(&["config", "core.looseCompression", "1"]);
    repo.commit("the plan");
    gate(&repo, &["--range=HEAD...HEAD", "--task=x"])
        .ends_with(2)
        .tells(&["too large (limit: 64 MiB)"]);
}

#[test]
fn missing_plan_object() {
    for plan in ["lanes.yaml", ".lanes/a.yaml"] {
        let repo = TestRepo::new();
        repo.commit_file(plan, PLAN);
        branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
        let blob = repo.git(&["rev-parse", &format!("main:{plan}")]);
        repo.remove(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
        for arguments in [&["--task=lessons"][..], &["--range", "lessons=main...lessons"]] {
            let json = Gate::of(&repo, arguments).json().ends_with(3);
            assert!(json.message("not-verified").contains("missing object"));
        }
    }
}

#[test]
fn unknown_keys() {
    // The slip stands behind the last task, which is not the one that is judged.
    for typo in ["protekt: quizzes/**\n", "protect .github/**\n", "rules: {out-of-lan: note}\n"] {
        let repo = planned(&format!("{PLAN}{typo}"));
        branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
        let json = Gate::of(&repo, &["--task=lessons"]).json();
        assert_ne!(json.answer.status, 0, "{typo}: {:#}", json.value);
        assert!(json.findings().iter().any(|finding| finding.starts_with("invalid-plan")));
    }
    // What is wrong inside of another task is not this one's.
    let typo = "    wirte: x\n";
    let repo = planned(&format!("{PLAN}{typo}"));
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    Gate::of(&repo, &["--task=lessons"]).json().ends_with(0).finds(&[]);
}

#[test]
fn unknown_lane() {
    let plan = PLAN.replace("lessons/**", "[lessons/**, lessons/**.json]");
    let repo = planned(&plan);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n"), ("quizzes/b.json", "1\n")]);
    branch(&repo, "work/quizzes", "main", &[("x", "1\n")]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(3);
    json.finds(&[
        "invalid-glob lessons -",
        "missing-branch audit -",
        "not-verified lessons lessons/b.json",
        "not-verified lessons quizzes/b.json",
        "out-of-lane quizzes x",
    ]);
    // The fault of a task that is not judged is not told here, be it that it has not started.
    repo.git(&["branch", "-m", "lessons", "later"]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    json.finds(&["missing-branch lessons -", "missing-branch audit -", "out-of-lane quizzes x"]);
    let json = Gate::of(&repo, &["--task=quizzes"]).json().ends_with(1);
    json.finds(&["out-of-lane quizzes x"]);
    let plan = PLAN.replace("    write: lessons/**\n", "    title: Lessons\n");
    let repo = planned(&plan);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(3);
    json.finds(&["missing-lane lessons -", "not-verified lessons lessons/b.json"]);
}

#[test]
fn protected_and_shared_paths() {
    let plan = format!("{PLAN}protect: lessons/keep/**\nshare: CHANGELOG.md\n");
    let repo = planned(&plan);
    let files = [("CHANGELOG.md", "1\n"), ("lessons/keep/a", "1\n")];
    branch(&repo, "lessons", "main", &files);
    branch(&repo, "audit", "main", &files[..1]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    let json = json.finds(&[
        "review-only-write audit CHANGELOG.md",
        "missing-branch quizzes -",
        "foreign-lane lessons lessons/keep/a",
    ]);
    assert!(json.message("foreign-lane").contains("the path is protected"));
}

#[test]
fn links_to_the_plan() {
    let repo = TestRepo::new();
    repo.write("real/split.yaml", WIDE);
    symlink("real", repo.path("plans")).unwrap();
    symlink("plans/split.yaml", repo.path("lanes.yaml")).unwrap();
    repo.commit("the plan");
    for changed in ["real/split.yaml", "plans", "lanes.yaml"] {
        let text =
            format!("diff --git a/{changed} b/{changed}\nold mode 100644\nnew mode 100755\n");
        let file = assigned("lessons", &patch_file(&repo, "a.patch", text));
        let json = Gate::of(&repo, &["lanes.yaml", "--diff", &file]).json().ends_with(1);
        let told = json.findings().contains(&format!("plan-changed lessons {changed}"));
        assert!(told, "{changed} {:#}", json.value);
    }
    let file = "diff --git a/real/new.yaml b/real/new.yaml\nold mode 100644\nnew mode 100755\n";
    let file = assigned("lessons", &patch_file(&repo, "a.patch", file));
    let json = Gate::of(&repo, &["plans", "--diff", &file]).json().ends_with(1);
    assert!(json.findings().contains(&"plan-changed lessons real/new.yaml".to_owned()));
}

#[test]
fn plan_link_in_commit() {
    let repo = planned(PLAN);
    repo.write("real.yaml", WIDE);
    repo.remove("lanes.yaml");
    symlink("real.yaml", repo.path("lanes.yaml")).unwrap();
    repo.commit("a link");
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    let link = "lanes.yaml in commit";
    gate(&repo, &["--task=lessons"]).ends_with(2).tells(&[
        link,
        "is a symbolic link",
        "regular file",
    ]);
    let named = ["lanes.yaml", "--plan-from=main", "--task=lessons"];
    gate(&repo, &named).ends_with(2).tells(&[link, "is a symbolic link"]);
    // A file of the work tree that is named may be one; then both of its names are the plan's.
    branch(&repo, "link", "main", &[("real.yaml", "x: 1\n")]);
    let json = Gate::of(&repo, &["lanes.yaml", "--range", "lessons=main...link"]).json();
    assert!(json.findings().contains(&"plan-changed lessons real.yaml".to_owned()));

    // A folder in the place of the file.
    let repo = TestRepo::new();
    repo.write("lanes.yaml/a.yaml", WIDE);
    repo.commit("a folder");
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    gate(&repo, &["--task=lessons"]).ends_with(2).tells(&[link, "is a folder"]);
    // A file, or a link, in the place of the folder.
    let repo = planned(PLAN);
    repo.commit_file(".lanes", WIDE);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    gate(&repo, &["--task=lessons"]).ends_with(0);
    repo.remove(".lanes");
    symlink("lessons", repo.path(".lanes")).unwrap();
    repo.commit("a link");
    gate(&repo, &["--task=lessons"])
        .ends_with(2)
        .tells(&[".lanes in commit", "is a symbolic link"]);
}

#[test]
fn plan_folder_in_commit() {
    let repo = TestRepo::new();
    repo.write(".lanes/10-lessons.yaml", "tasks: {lessons: {write: lessons/**}}\n");
    repo.write(".lanes/20-quizzes.yml", "tasks: {quizzes: {write: quizzes/**}}\n");
    repo.write(".lanes/30-audit.json", r#"{"tasks": {"audit": {"write": []}}}"#);
    repo.write(".lanes/README.md", "no plan\n");
    repo.write(".lanes/deeper/x.yaml", "tasks: {x: {write: x}}\n");
    repo.commit("the plan");
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(1);
    let json = json.finds(&["foreign-lane lessons quizzes/b.json"]);
    let files = [".lanes/10-lessons.yaml", ".lanes/20-quizzes.yml", ".lanes/30-audit.json"];
    assert_eq!(json.value["plan"], serde_json::json!(files));
    assert_eq!(json.value["summary"]["tasks"], 3);

    for file in [".lanes/10-lessons.yaml", ".lanes/20-quizzes.yml", ".lanes/new.yaml"] {
        let name = format!("change-{}", file.len());
        let head = branch(&repo, &name, "main", &[(file, "tasks: {lessons: {write: \"**\"}}\n")]);
        let range = format!("lessons=main...{head}");
        let json = Gate::of(&repo, &["--range", &range]).json().ends_with(1);
        assert!(json.findings().contains(&format!("plan-changed lessons {file}")), "{file}");
    }
    repo.git(&["checkout", "-q", "-b", "gone", "main"]);
    repo.remove_dir(".lanes");
    symlink("lessons", repo.path(".lanes")).unwrap();
    repo.commit("a link in its place");
    let json = Gate::of(&repo, &["--range", "lessons=main...gone"]).json().ends_with(1);
    let found = json.findings();
    assert_eq!(found.iter().filter(|finding| finding.starts_with("plan-changed")).count(), 6);
}

#[test]
fn huge_plan_folder() {
    let repo = TestRepo::new();
    // Each is small enough alone.
    let text = vec![b'#'; 40 << 20];
    repo.git(&["config", "core.looseCompression", "1"]);
    repo.write(".lanes/a.yaml", "tasks: {lessons: {write: lessons/**}}\n");
    repo.write(".lanes/b.yaml", &text);
    repo.write(".lanes/c.yaml", &text);
    repo.commit("the plan");
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    let answer = gate(&repo, &["--task=lessons"]);
    assert!(matches!(answer.status, 2 | 3), "{answer:?}");
}

#[test]
fn two_plans_in_one_folder() {
    for second in ["lanes.yml", ".lanes.yaml", ".github/lanes.yaml", ".lanes/a.yaml"] {
        let repo = planned(PLAN);
        repo.commit_file(second, WIDE);
        branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
        let answer = gate(&repo, &["--task=lessons"]).ends_with(2);
        answer.tells(&["several plans in commit", "lanes.yaml, ", "keep one"]);
        let file = patch_file(&repo, "a.patch", "");
        gate(&repo, &["--diff", &assigned("lessons", &file)])
            .ends_with(2)
            .tells(&["several plans"]);
        // One that is named is one.
        gate(&repo, &["lanes.yaml", "--task=lessons"]).ends_with(0);
    }
}

#[test]
fn shadowing_plan() {
    let repo = TestRepo::new();
    let wide = WIDE.replace("\"**\"", "[\"**\"]");
    repo.write(".github/lanes.yaml", &wide);
    repo.write("deep/er/x", "");
    repo.commit("the plan");
    let rivals = [
        "lanes.yaml",
        "lanes.yml",
        ".lanes.yml",
        ".lanes/a.yaml",
        "deep/lanes.yaml",
        "deep/er/.lanes/a.yaml",
    ];
    let files = rivals.map(|name| (name, PLAN));
    branch(&repo, "lessons", "main", &files);
    let found = |dir: &str, arguments: &[&str]| {
        let json = Gate::of(&repo, arguments).dir(repo.path(dir)).json();
        json.findings()
            .iter()
            .filter_map(|finding| finding.strip_prefix("plan-changed lessons "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut here = rivals[..4].to_vec();
    here.sort_unstable();
    let mut deep = rivals.to_vec();
    deep.sort_unstable();
    let file = assigned("lessons", &patch_file(&repo, "a.patch", patch(&repo, "main...lessons")));
    for arguments in
        [&["--task=lessons"][..], &["--range", "lessons=main...lessons"], &["--diff", &file]]
    {
        assert_eq!(found("", arguments), here, "{arguments:?}");
        assert_eq!(found("deep/er", arguments), deep, "{arguments:?}");
    }
    // The plan is named, so that none is searched.
    let named = [".github/lanes.yaml", "--plan-from=main", "--task=lessons"];
    assert!(found("", &named).is_empty());
    // One that goes away is none that would be found.
    repo.git(&["checkout", "-q", "-b", "clean", "lessons"]);
    repo.remove_dir("deep");
    repo.commit("gone");
    repo.git(&["checkout", "-q", "main"]);
    let gone = ["--range", "lessons=lessons...clean", "--plan-from=main"];
    assert!(found("deep", &gone).is_empty());
}

#[test]
fn ranges_from_different_bases() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    repo.commit_file("elsewhere", "1\n");
    branch(&repo, "work/quizzes", "main", &[("quizzes/b.json", "1\n")]);
    let ranges = ["--range", "lessons=main~1...lessons", "--range", "quizzes=main...work/quizzes"];
    gate(&repo, &ranges).ends_with(2).tells(&["start at different commits", "--plan-from REV"]);
    gate(&repo, &[&ranges[..], &["--plan-from=main"]].concat()).ends_with(0);
    gate(&repo, &[&ranges[..], &["lanes.yaml"]].concat()).ends_with(0);
}
