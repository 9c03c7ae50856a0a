//! Ways to get a change past the gate, each tried on a repository of its own. What came of them is
//! the table of `docs/gate.md`: `LANELINT_UPDATE_DOCS=1` writes it anew.

use std::fmt::Write as _;
use std::fs;

use super::{DIFF, Gate, Json, branch, patch_file, trees};
use crate::harness::{TestRepo, check_page, forge_commit_graph, make_fifo, sprung, write_trap};

const PLAN: &str = "\
tasks:
  worker:
    write: src/**
    branch: work
  other:
    write: docs/**
plan-branches: plan/**
protect: [ci/**, out/**, src/generated/**]
";

/// One way, tried.
struct Attack {
    /// What the branch or its repository does.
    does: &'static str,
    /// Does it, and asks the gate about the task `worker`.
    tried: fn(&TestRepo) -> Json,
    /// How the gate has to end.
    status: i32,
    /// The findings that say so.
    finds: &'static [&'static str],
}

/// A repository with the plan on `main`, and the branch `work` checked out.
fn begun() -> TestRepo {
    let repo = TestRepo::new();
    for (file, text) in [
        ("lanes.yaml", PLAN),
        ("src/main.rs", "fn main() {}\n"),
        ("docs/a.md", "a\n"),
        ("ci/run", "true\n"),
        ("README.md", "read me\n"),
    ] {
        repo.write(file, text);
    }
    repo.commit("the plan");
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo
}

/// Commits what is there, and judges the branch.
fn committed(repo: &TestRepo) -> Json {
    repo.commit("work");
    judged(repo)
}

fn judged(repo: &TestRepo) -> Json {
    Gate::of(repo, &["--task", "worker"]).json()
}

/// Names a program for every way in which git runs one on the way to a list of changes.
fn arm(repo: &TestRepo) {
    let trap = write_trap(repo, "trap").display().to_string();
    repo.write(".gitattributes", "* filter=trap diff=trap merge=trap\n");
    repo.commit("attributes");
    let mut config = fs::read_to_string(repo.path(".git/config")).unwrap();
    for (section, key) in [
        ("core", "fsmonitor"),
        ("core", "pager"),
        ("core", "sshCommand"),
        ("diff", "external"),
        ("diff \"trap\"", "textconv"),
        ("filter \"trap\"", "clean"),
        ("filter \"trap\"", "smudge"),
        ("merge \"trap\"", "driver"),
    ] {
        writeln!(config, "[{section}]\n\t{key} = \"{trap}\"").unwrap();
    }
    writeln!(config, "[alias]\n\tdiff-tree = \"!{trap}\"").unwrap();
    fs::write(repo.path(".git/config"), config).unwrap();
}

/// Commits a plan and other files on one of `plan-branches`, and asks about it.
fn on_plan_branch(repo: &TestRepo, plan: &str, files: &[(&str, &str)]) -> Json {
    let plan = [("lanes.yaml", plan)];
    branch(repo, "plan/next", "main", &[&plan, files].concat());
    Gate::of(repo, &["--branch", "plan/next", "--deny-warnings"]).json()
}

fn a_patch_of(repo: &TestRepo, text: &str) -> Json {
    let patch = patch_file(repo, "p.patch", text);
    let diff = format!("worker={}", patch.display());
    Gate::of(repo, &["--diff", &diff, "--plan-from", "main"]).json()
}

const ATTACKS: &[Attack] = &[
    Attack {
        does: "changes a file of another task's lane",
        tried: |repo| {
            repo.write("docs/a.md", "mine\n");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker docs/a.md"],
    },
    Attack {
        does: "moves a file of its lane out, and one of another's in",
        tried: |repo| {
            repo.git(&["mv", "src/main.rs", "main.rs"]);
            repo.git(&["mv", "docs/a.md", "src/a.md"]);
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker docs/a.md", "out-of-lane worker main.rs"],
    },
    Attack {
        does: "deletes a protected file",
        tried: |repo| {
            repo.remove("ci/run");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker ci/run"],
    },
    Attack {
        does: "only makes a file executable",
        tried: |repo| {
            repo.git(&["update-index", "--chmod=+x", "README.md"]);
            repo.git(&["commit", "-q", "-m", "mode"]);
            judged(repo)
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "puts a symbolic link in the place of a file",
        tried: |repo| {
            repo.remove("README.md");
            std::os::unix::fs::symlink("docs/a.md", repo.path("README.md")).unwrap();
            committed(repo)
        },
        status: 1,
        finds: &["escaping-symlink worker README.md", "out-of-lane worker README.md"],
    },
    Attack {
        does: "adds a link, in its lane, that leads into another's",
        tried: |repo| {
            std::os::unix::fs::symlink("../docs/a.md", repo.path("src/a.md")).unwrap();
            committed(repo)
        },
        status: 1,
        finds: &["escaping-symlink worker src/a.md"],
    },
    Attack {
        does: "adds a link, in its lane, that leads out of the repository",
        tried: |repo| {
            std::os::unix::fs::symlink("../../../etc", repo.path("src/etc")).unwrap();
            committed(repo)
        },
        status: 1,
        finds: &["escaping-symlink worker src/etc"],
    },
    Attack {
        does: "writes a protected file in another letter case",
        tried: |repo| {
            repo.write("CI/run", "true\n");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker CI/run"],
    },
    Attack {
        does: "adds a file whose name differs from another's only in letter case, under `--deny-warnings`",
        tried: |repo| {
            repo.write("src/Main.rs", "fn main() {}\n");
            repo.commit("work");
            Gate::of(repo, &["--task", "worker", "--deny-warnings"]).json()
        },
        status: 1,
        finds: &["clashing-paths worker src/Main.rs"],
    },
    Attack {
        does: "commits files that look like a bare repository with programs of its own, where the gate runs",
        tried: |repo| {
            let trap = write_trap(repo, "trap").display().to_string();
            let elsewhere = repo.beside("elsewhere").display().to_string();
            repo.write("src/fake/HEAD", "ref: refs/heads/main\n");
            repo.write(
                "src/fake/config",
                format!("[core]\n\tworktree = {elsewhere}\n\tfsmonitor = \"{trap}\"\n"),
            );
            repo.write("src/fake/objects/x", "");
            repo.write("src/fake/refs/x", "");
            repo.write("docs/a.md", "mine\n");
            repo.commit("work");
            repo.write("README.md", "mine\n");
            Gate::of(repo, &["--worktree", "--base", "main"]).dir(repo.path("src/fake")).json()
        },
        status: 1,
        finds: &["out-of-lane worker README.md", "foreign-lane worker docs/a.md"],
    },
    Attack {
        does: "moves the pin of a submodule that says `ignore = all`",
        tried: |repo| {
            let pin = "1111111111111111111111111111111111111111";
            repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{pin},vendor")]);
            repo.git(&["config", "-f", ".gitmodules", "submodule.vendor.path", "vendor"]);
            repo.git(&["config", "-f", ".gitmodules", "submodule.vendor.ignore", "all"]);
            repo.git(&["config", "submodule.vendor.ignore", "all"]);
            repo.git(&["config", "diff.ignoreSubmodules", "all"]);
            repo.git(&["add", ".gitmodules"]);
            repo.git(&["commit", "-q", "-m", "pin"]);
            judged(repo)
        },
        status: 1,
        finds: &["out-of-lane worker .gitmodules", "out-of-lane worker vendor"],
    },
    Attack {
        does: "uses names that git quotes",
        tried: |repo| {
            repo.write("docs/\u{e9}\t\"x\".md", "x\n");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker docs/\u{e9}\t\"x\".md"],
    },
    Attack {
        does: "uses a name that is a command to the log",
        tried: |repo| {
            repo.write("##[stop-commands]x\n::error::y", "x\n");
            committed(repo)
        },
        status: 1,
        finds: &["out-of-lane worker ##[stop-commands]x\n::error::y"],
    },
    Attack {
        does: "widens its lane in the plan",
        tried: |repo| {
            repo.write("lanes.yaml", PLAN.replace("src/**", "'**'"));
            repo.write("docs/a.md", "mine\n");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker docs/a.md", "plan-changed worker lanes.yaml"],
    },
    Attack {
        does: "switches the rule off in the plan, or allows the finding",
        tried: |repo| {
            repo.write("lanes.yaml", format!("{PLAN}rules: {{out-of-lane: off}}\n"));
            repo.write("README.md", "mine\n");
            committed(repo)
        },
        status: 1,
        finds: &["out-of-lane worker README.md", "plan-changed worker lanes.yaml"],
    },
    Attack {
        does: "adds a plan that would be found first",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.git(&["mv", "lanes.yaml", ".lanes.yaml"]);
            repo.commit("the plan by another name");
            repo.git(&["checkout", "-q", "-B", "work"]);
            repo.write("lanes.yaml", PLAN.replace("src/**", "'**'"));
            committed(repo)
        },
        status: 1,
        finds: &["plan-changed worker lanes.yaml"],
    },
    Attack {
        does: "makes a tag called `main` of its own commit",
        tried: |repo| {
            repo.write("README.md", "mine\n");
            repo.commit("work");
            repo.git(&["tag", "main", "work"]);
            judged(repo)
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "replaces its commit by the base (`git replace`)",
        tried: |repo| {
            repo.write("README.md", "mine\n");
            let head = repo.commit("work");
            repo.git(&["replace", &head, "main"]);
            judged(repo)
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "changes the plan on one of `plan-branches`, and smuggles in a file",
        tried: |repo| {
            on_plan_branch(
                repo,
                &format!("{PLAN}x-note: new\n"),
                &[("src/x", "1\n"), ("ci/x", "1\n")],
            )
        },
        status: 1,
        finds: &["foreign-lane  ci/x", "out-of-lane  src/x"],
    },
    Attack {
        does: "loosens a rule on one of `plan-branches`, and the report of it, under `--deny-warnings`",
        tried: |repo| {
            let rules = "rules: {foreign-lane: off, lane-widened: off}\n";
            on_plan_branch(repo, &format!("{PLAN}{rules}"), &[])
        },
        status: 1,
        finds: &["lane-widened  -", "lane-widened  -"],
    },
    Attack {
        does: "opens a protected folder on one of `plan-branches`, under `--deny-warnings`",
        tried: |repo| on_plan_branch(repo, &PLAN.replace("[ci/**, ", "[ci/*, "), &[]),
        status: 1,
        finds: &["lane-widened  ci/0/0"],
    },
    Attack {
        does: "puts a link to its own plan in the place of the plan, on one of `plan-branches`",
        tried: |repo| {
            repo.git(&["checkout", "-q", "-b", "plan/next"]);
            repo.remove("lanes.yaml");
            std::os::unix::fs::symlink("src/plan.yaml", repo.path("lanes.yaml")).unwrap();
            repo.commit("a link");
            Gate::of(repo, &["--branch", "plan/next"]).json()
        },
        status: 1,
        finds: &["invalid-plan  -"],
    },
    Attack {
        does: "claims a wider lane by a trailer, where `--task` allows one task",
        tried: |repo| {
            repo.write("docs/a.md", "mine\n");
            repo.commit("work\n\nTask: other");
            let range = ["--range", "main...work", "--by-trailer", "Task", "--task", "worker"];
            Gate::of(repo, &range).json()
        },
        status: 1,
        finds: &["unclaimed-commit  -"],
    },
    Attack {
        does: "takes back, in a later commit, what a commit without a trailer changed",
        tried: |repo| {
            repo.write("ci/run", "false\n");
            repo.commit("work");
            repo.write("ci/run", "true\n");
            repo.commit("revert\n\nTask: worker");
            Gate::of(repo, &["--range", "main...work", "--by-trailer", "Task"]).json()
        },
        status: 1,
        finds: &["foreign-lane  ci/run", "foreign-lane worker ci/run", "unclaimed-commit  -"],
    },
    Attack {
        does: "names its branch like another task's",
        tried: |repo| {
            repo.git(&["checkout", "-q", "-b", "other"]);
            repo.write("src/main.rs", "mine\n");
            repo.commit("work");
            Gate::of(repo, &["--branch", "other"]).json()
        },
        status: 1,
        finds: &["foreign-lane other src/main.rs"],
    },
    Attack {
        does: "merges `main` with `-s ours`, and so takes back what `main` changed",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.commit_file("docs/a.md", "newer\n");
            repo.git(&["checkout", "-q", "work"]);
            repo.commit_file("src/x.rs", "x\n");
            repo.git(&["merge", "-q", "--no-edit", "-s", "ours", "main"]);
            judged(repo)
        },
        status: 1,
        finds: &["foreign-lane worker docs/a.md"],
    },
    Attack {
        does: "puts back a content that `main` had and took back",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.commit_file("README.md", "bad\n");
            repo.commit_file("README.md", "good\n");
            repo.git(&["checkout", "-q", "-B", "work", "main"]);
            repo.write("README.md", "bad\n");
            committed(repo)
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "changes a protected file to what another file of `main` holds",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.commit_file("docs/b.md", "false\n");
            repo.git(&["checkout", "-q", "work"]);
            repo.write("ci/run", "false\n");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker ci/run"],
    },
    Attack {
        does: "takes a protected change from the branch of a task that its own needs",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.write(
                "lanes.yaml",
                PLAN.replace("branch: work", "branch: work\n    needs: other"),
            );
            repo.commit("needs");
            branch(repo, "other", "main", &[("docs/a.md", "b\n"), ("ci/run", "false\n")]);
            repo.git(&["checkout", "-q", "-B", "work", "other"]);
            repo.write("src/x.rs", "x\n");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker ci/run"],
    },
    Attack {
        does: "puts the branch of a needed task on an old merged commit, so that it looks merged",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.write(
                "lanes.yaml",
                PLAN.replace("branch: work", "branch: work\n    needs: other"),
            );
            repo.commit("needs");
            branch(repo, "old", "main", &[("README.md", "newer\n")]);
            repo.git(&["merge", "-q", "--no-ff", "--no-edit", "old"]);
            repo.git(&["branch", "other", "old"]);
            repo.git(&["checkout", "-q", "-B", "work", "main"]);
            repo.write("src/x.rs", "x\n");
            committed(repo)
        },
        status: 1,
        finds: &["unmet-need worker+other -"],
    },
    Attack {
        does: "writes into a lane from a branch that looks like a bot's",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.write("lanes.yaml", format!("{PLAN}other-branches: bot/**\n"));
            repo.commit("bots");
            branch(repo, "bot/x", "main", &[("docs/a.md", "b\n"), ("package.json", "1\n")]);
            Gate::of(repo, &["--branch", "bot/x"]).json()
        },
        status: 1,
        finds: &["foreign-lane  docs/a.md"],
    },
    Attack {
        does: "merges `main` and hides a change in the merge",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            repo.commit_file("docs/b.md", "b\n");
            repo.git(&["checkout", "-q", "work"]);
            repo.commit_file("src/x.rs", "x\n");
            repo.git(&["merge", "-q", "--no-commit", "main"]);
            repo.write("README.md", "mine\n");
            committed(repo)
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "tells git not to look at a file (`assume-unchanged`, `skip-worktree`), under `--worktree`",
        tried: |repo| {
            repo.git(&["update-index", "--assume-unchanged", "README.md"]);
            repo.git(&["update-index", "--skip-worktree", "docs/a.md"]);
            repo.write("README.md", "mine\n");
            repo.write("docs/a.md", "mine\n");
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 1,
        finds: &["out-of-lane worker README.md", "foreign-lane worker docs/a.md"],
    },
    Attack {
        does: "names programs for git to run: monitor, filters, diff and merge drivers, pager, transport, alias",
        tried: |repo| {
            arm(repo);
            repo.write("README.md", "mine\n");
            Gate::of(repo, &["--worktree", "--base", "main", "--task", "worker"]).json()
        },
        status: 1,
        finds: &["out-of-lane worker .gitattributes", "out-of-lane worker README.md"],
    },
    Attack {
        does: "hides a change behind a filter that gives what the commit has",
        tried: |repo| {
            repo.git(&["config", "filter.hide.clean", "echo read me"]);
            fs::write(repo.path(".git/info/attributes"), "README.md filter=hide\n").unwrap();
            repo.write("README.md", "mine\n");
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "puts a FIFO in the place of a file, under `--worktree`",
        tried: |repo| {
            repo.remove("README.md");
            make_fifo(&repo.path("README.md"));
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "puts a FIFO in the place of a `.gitignore`, which git would wait for",
        tried: |repo| {
            make_fifo(&repo.path("src/.gitignore"));
            repo.write("README.md", "mine\n");
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "keeps a changed file's length and time behind a filter, in a fresh work tree",
        tried: |repo| {
            repo.git(&["config", "filter.hide.clean", "echo read me"]);
            fs::write(repo.path(".git/info/attributes"), "README.md filter=hide\n").unwrap();
            let file = repo.path("README.md");
            let time = fs::metadata(&file).unwrap().modified().unwrap();
            fs::write(&file, "evil me\n").unwrap();
            fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "writes a commit graph that moves the merge base behind its change",
        tried: |repo| {
            let change = repo.commit_file("README.md", "mine\n");
            repo.commit_file("src/x.rs", "x\n");
            repo.git(&["checkout", "-q", "main"]);
            let below = repo.commit_file("docs/b.md", "b\n");
            repo.commit_file("docs/c.md", "c\n");
            forge_commit_graph(repo, &below, &change);
            judged(repo)
        },
        status: 1,
        finds: &["out-of-lane worker README.md"],
    },
    Attack {
        does: "says `core.ignoreCase`, so that git takes a new file for one that is there",
        tried: |repo| {
            repo.git(&["config", "core.ignoreCase", "true"]);
            repo.write("readme.md", "mine\n");
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 1,
        finds: &["clashing-paths worker readme.md", "out-of-lane worker readme.md"],
    },
    Attack {
        does: "says `core.worktree`, so that git looks at another folder",
        tried: |repo| {
            let elsewhere = repo.beside("elsewhere");
            repo.git(&["worktree", "add", "-q", "--detach", elsewhere.to_str().unwrap()]);
            repo.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
            repo.write("README.md", "mine\n");
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 3,
        finds: &["not-verified  -"],
    },
    Attack {
        does: "writes into a folder whose `.git` claims that it is another work tree",
        tried: |repo| {
            let linked = repo.beside("linked");
            repo.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
            fs::create_dir(repo.path("docs/fake")).unwrap();
            fs::copy(linked.join(".git"), repo.path("docs/fake/.git")).unwrap();
            repo.write("docs/fake/x", "mine\n");
            Gate::of(repo, &["--worktree", "--task", "worker"]).json()
        },
        status: 1,
        finds: &["foreign-lane worker docs/fake"],
    },
    Attack {
        does: "adds a link to a protected folder that does not exist yet",
        tried: |repo| {
            std::os::unix::fs::symlink("../out", repo.path("src/out")).unwrap();
            committed(repo)
        },
        status: 1,
        finds: &["escaping-symlink worker src/out"],
    },
    Attack {
        does: "puts a link in the place of a protected folder that does not exist yet",
        tried: |repo| {
            repo.write("src/mine/x", "1\n");
            std::os::unix::fs::symlink("mine", repo.path("src/generated")).unwrap();
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker src/generated"],
    },
    Attack {
        does: "puts a submodule in the place of a protected folder that does not exist yet",
        tried: |repo| {
            let pin = "160000,1111111111111111111111111111111111111111,src/generated";
            repo.git(&["update-index", "--add", "--cacheinfo", pin]);
            repo.git(&["commit", "-q", "-m", "pin"]);
            judged(repo)
        },
        status: 1,
        finds: &["foreign-lane worker src/generated"],
    },
    Attack {
        does: "puts a file in the place of a protected folder that does not exist yet",
        tried: |repo| {
            repo.write("src/generated", "1\n");
            committed(repo)
        },
        status: 1,
        finds: &["foreign-lane worker src/generated"],
    },
    Attack {
        does: "adds a link into a submodule whose pin is another's",
        tried: |repo| {
            repo.git(&["checkout", "-q", "main"]);
            let pin = "160000,1111111111111111111111111111111111111111,docs/theirs";
            repo.git(&["update-index", "--add", "--cacheinfo", pin]);
            repo.git(&["commit", "-q", "-m", "pin"]);
            repo.git(&["checkout", "-q", "-B", "work"]);
            fs::create_dir_all(repo.path("docs/theirs")).unwrap();
            std::os::unix::fs::symlink("../docs/theirs/x", repo.path("src/x")).unwrap();
            committed(repo)
        },
        status: 1,
        finds: &["escaping-symlink worker src/x"],
    },
    Attack {
        does: "adds a link into `.git` as HFS+ or NTFS spells it",
        tried: |repo| {
            for (link, target) in [
                ("src/1", "../.g\u{200c}it/hooks"),
                ("src/2", "../.git::$INDEX_ALLOCATION/hooks"),
                ("src/3", "..\\.git\\hooks"),
            ] {
                std::os::unix::fs::symlink(target, repo.path(link)).unwrap();
            }
            committed(repo)
        },
        status: 1,
        finds: &[
            "escaping-symlink worker src/1",
            "escaping-symlink worker src/2",
            "escaping-symlink worker src/3",
        ],
    },
    Attack {
        does: "adds a link with a target of 64 kB",
        tried: |repo| {
            let target = "a/".repeat(32 << 10);
            let id = repo.git_with_input(&["hash-object", "-w", "--stdin"], target.as_bytes());
            let link = format!("120000,{id},src/long");
            repo.git(&["update-index", "--add", "--cacheinfo", &link]);
            repo.git(&["commit", "-q", "-m", "link"]);
            judged(repo)
        },
        status: 3,
        finds: &["undecided worker src/long"],
    },
    Attack {
        does: "gives a folder an odd mode (`40755`), and adds a link that leads there",
        tried: |repo| {
            let link = repo.git_with_input(&["hash-object", "-w", "--stdin"], b"../docs");
            let docs = repo.git(&["rev-parse", "main:docs"]);
            let main = repo.git(&["rev-parse", "main:src/main.rs"]);
            let src = trees::tree(repo, &[("120000", "l", &link), ("100644", "main.rs", &main)]);
            trees::commit(repo, "work", &[("40755", "docs", &docs), ("40000", "src", &src)]);
            judged(repo)
        },
        status: 1,
        finds: &["escaping-symlink worker src/l"],
    },
    Attack {
        does: "makes a tree in which a name stands twice",
        tried: |repo| {
            let main = repo.git(&["rev-parse", "main:src/main.rs"]);
            let link = repo.git_with_input(&["hash-object", "-w", "--stdin"], b"main.rs");
            let src = [("100644", "main.rs", main.as_str()), ("120000", "main.rs", &link)];
            let src = trees::tree(repo, &src);
            trees::commit(repo, "work", &[("40000", "src", &src)]);
            judged(repo)
        },
        status: 3,
        finds: &["not-verified worker -", "not-verified worker src/main.rs"],
    },
    Attack {
        does: "adds a file whose name NTFS takes for `.git`",
        tried: |repo| {
            let main = repo.git(&["rev-parse", "main:src/main.rs"]);
            let src = [("100644", "git~1", main.as_str()), ("100644", "main.rs", &main)];
            let src = trees::tree(repo, &src);
            trees::commit(repo, "work", &[("40000", "src", &src)]);
            judged(repo)
        },
        status: 3,
        finds: &["not-verified worker src/git~1"],
    },
    Attack {
        does: "changes a file that `main` has since renamed to a protected one",
        tried: |repo| {
            let text = "1\n2\n3\n4\n5\n6\n";
            repo.git(&["checkout", "-q", "main"]);
            repo.commit_file("src/a.rs", text);
            repo.git(&["checkout", "-q", "-B", "work"]);
            repo.commit_file("src/a.rs", &text.replace('3', "three"));
            repo.git(&["checkout", "-q", "main"]);
            repo.git(&["mv", "src/a.rs", "ci/a.rs"]);
            repo.commit("rename");
            judged(repo)
        },
        status: 1,
        finds: &["foreign-lane worker ci/a.rs"],
    },
    Attack {
        does: "has no commit in common with the base",
        tried: |repo| {
            repo.git(&["checkout", "-q", "--orphan", "fresh"]);
            repo.write("README.md", "mine\n");
            repo.commit("fresh");
            repo.git(&["branch", "-f", "work", "fresh"]);
            judged(repo)
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "is fetched without its history",
        tried: |repo| {
            repo.write("src/x", "1\n");
            repo.commit("1");
            repo.write("README.md", "mine\n");
            repo.commit("2");
            repo.git(&["checkout", "-q", "main"]);
            repo.write("docs/b.md", "1\n");
            repo.commit("3");
            let clone = repo.clone_with(&["--depth=1", "--no-single-branch"]);
            judged(&clone)
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "sends a patch that was cut short",
        tried: |repo| {
            repo.write("src/x.rs", "1\n2\n3\n");
            repo.write("zz", "out of lane\n");
            repo.commit("work");
            let output = repo.try_git(repo.root(), &[&DIFF[..], &["main...work"]].concat());
            let whole = String::from_utf8(output.stdout).unwrap();
            a_patch_of(repo, whole.split_once("+2").unwrap().0)
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "sends a patch that only sums up a submodule",
        tried: |repo| a_patch_of(repo, "Submodule vendor 1111111..2222222:\n  > more\n"),
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "hides a file behind a header for another in the same patch",
        tried: |repo| {
            a_patch_of(
                repo,
                "diff --git a/src/x b/src/x\nindex 1111111..2222222 100644\n--- a/src/x\n+++ \
                 b/README.md\n@@ -1 +1 @@\n-1\n+2\n",
            )
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    // Patches whose names git weighs otherwise than a reader might.
    Attack {
        does: "sends a patch whose header names another file beside a protected one",
        tried: |repo| {
            a_patch_of(
                repo,
                "diff --git a/zl b/ci/evil\nnew file mode 100644\n--- /dev/null\n+++ b/ci/evil\n\
                 @@ -0,0 +1 @@\n+x\n",
            )
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "sends a patch that deletes the plan behind another name",
        tried: |repo| {
            a_patch_of(
                repo,
                "diff --git a/lanes.yaml b/src/x\ndeleted file mode 100644\n--- a/lanes.yaml\n\
                 +++ /dev/null\n@@ -1 +0,0 @@\n-tasks:\n",
            )
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "sends a patch with a carriage return inside a name, where git ends it",
        tried: |repo| {
            a_patch_of(repo, "--- a/ci/run\r/src/x\n+++ b/ci/run\r/src/x\n@@ -1 +1 @@\n-true\n+x\n")
        },
        status: 3,
        finds: &[
            "not-verified worker -",
            "not-verified worker -",
            "foreign-lane worker ci/run\r/src/x",
        ],
    },
    Attack {
        does: "sends a patch with a time behind a name, which git takes off",
        tried: |repo| {
            a_patch_of(
                repo,
                "--- a/src/main.rs 2020-01-01 00:00:00 +0000\n\
                 +++ b/src/main.rs 2020-01-01 00:00:00 +0000\n@@ -1 +1 @@\n-fn main() {}\n+x\n",
            )
        },
        status: 3,
        finds: &["not-verified worker -", "not-verified worker -"],
    },
    Attack {
        does: "sends a patch that moves a protected file by a word that git only reads",
        tried: |repo| {
            a_patch_of(
                repo,
                "diff --git a/src/main.rs b/src/main.rs\nold mode 100644\nnew mode 100755\n\
                 rename old ci/run\nrename new src/run\n",
            )
        },
        status: 3,
        finds: &["not-verified worker -", "not-verified worker -"],
    },
    Attack {
        does: "sends a mail whose diff is encoded, named in a way that git knows",
        tried: |repo| {
            a_patch_of(
                repo,
                "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n\
                 Subject: x\nContent-Transfer-Encoding:\n \"quoted-printable\"\n\n---\n\
                 --- a/src/main.rs\n+++ b/src/main.rs\n@@ -1 +1 @@\n-fn main() {}\n+x\n\
                 =2D-- a/ci/run\n=2B++ b/ci/run\n",
            )
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "sends a patch without prefixes, so that git writes other paths than it shows",
        tried: |repo| a_patch_of(repo, "--- src/ci/run\n+++ src/ci/run\n@@ -1 +1 @@\n-true\n+x\n"),
        status: 3,
        finds: &["not-verified worker -"],
    },
    Attack {
        does: "sends a patch that deletes a file into one called `dev/null`",
        tried: |repo| {
            a_patch_of(
                repo,
                "diff --git a/src/main.rs b/src/main.rs\n--- a/src/main.rs\n+++ /dev/null\n\
                 @@ -1 +1 @@\n-fn main() {}\n+x\n",
            )
        },
        status: 3,
        finds: &["not-verified worker -"],
    },
];

/// What came of all of them, as lines of a table.
fn table() -> String {
    let mut table =
        String::from("| what a branch does | status | what is found |\n| --- | --- | --- |\n");
    for Attack { does, tried, status, finds } in ATTACKS {
        let repo = begun();
        let json = tried(&repo);
        assert_eq!(json.answer.status, *status, "{does}: {:#}", json.value);
        assert_eq!(json.findings(), *finds, "{does}: {:#}", json.value);
        assert_eq!(sprung(&repo), [] as [&str; 0], "{does}");
        let mut rules: Vec<&str> =
            finds.iter().map(|found| found.split(' ').next().unwrap()).collect();
        rules.sort_unstable();
        rules.dedup();
        let rules: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
        writeln!(table, "| {does} | {status} | {} |", rules.join(", ")).unwrap();
    }
    table
}

#[test]
fn attack_table_in_docs() {
    const BEGIN: &str = "<!-- attacks: written by tests/suite/gate/attacks.rs -->\n";
    const END: &str = "<!-- end of attacks -->";
    let table = table();
    check_page("docs/gate.md", "gate::attacks", |text| {
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        format!("{before}{BEGIN}{table}{END}{after}")
    });
}

#[test]
fn honest_branch_passes() {
    let repo = begun();
    repo.write("src/x.rs", "x\n");
    committed(&repo).ends_with(0).finds(&[]);
    // The helper makes branches from others too.
    branch(&repo, "again", "work", &[("src/y.rs", "y\n")]);
    Gate::of(&repo, &["--range", "worker=main...again"]).json().ends_with(0).finds(&[]);
}
