//! The recipes of `docs/ci.md`, on a real repository: the steps of the action and the scripts of the
//! workflows are run by a stand-in for the runner, which sets what the runner sets.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value;

use crate::harness::{LANELINT, TestRepo, path_with_lanelint, root};

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is no text")).to_owned()
}

/// A pull request: what the runner knows of it.
struct PullRequest {
    branch: String,
    head: String,
    /// The base and the head of the merge queue, if it runs for one.
    queue: Option<[String; 2]>,
    /// A clone as CI makes one: the merge of base and head is checked out.
    clone: TestRepo,
    temp: tempfile::TempDir,
    /// What it was cloned from.
    _origin: TestRepo,
}

/// What came of a step.
#[derive(Debug)]
struct Step {
    status: Option<i32>,
    said: String,
    summary: String,
}

const PLAN: &str = "\
tasks:
  lessons:
    write: lessons/**
  quizzes:
    write: quizzes/**
protect: .github/**
";

impl PullRequest {
    /// From a branch that changes these files, besides the plan's.
    fn of(branch: &str, files: &[&str]) -> PullRequest {
        let repo = TestRepo::new();
        repo.write("lanes.yaml", PLAN);
        repo.commit("plan");
        repo.git(&["switch", "-q", "-c", branch]);
        for file in files {
            // A branch that adds to the plan widens no lane by it.
            let content = if *file == "lanes.yaml" {
                PLAN.replace("lessons/**", "\"**\"")
            } else {
                "x\n".to_owned()
            };
            repo.write(file, content);
        }
        let head = repo.commit("work");
        repo.git(&["switch", "-q", "main"]);
        repo.commit_file("other.md", "x\n");
        let clone = repo.clone_with(&[]);
        clone.git(&["checkout", "-q", "--detach", "origin/main"]);
        clone.git(&["merge", "-q", "--no-ff", "-m", "merge", &head]);
        PullRequest {
            branch: branch.to_owned(),
            head,
            queue: None,
            clone,
            temp: tempfile::TempDir::new().unwrap(),
            _origin: repo,
        }
    }

    /// What the expressions of workflows stand for, as far as the recipes use them.
    fn context(&self) -> BTreeMap<&'static str, String> {
        let (event, [queue_base, queue_head]) = match &self.queue {
            None => ("pull_request", [String::new(), String::new()]),
            Some(queue) => ("merge_group", queue.clone()),
        };
        let of_request =
            |value: &str| if self.queue.is_none() { value.to_owned() } else { String::new() };
        BTreeMap::from([
            ("github.event_name", event.to_owned()),
            ("github.head_ref", of_request(&self.branch)),
            ("github.base_ref", of_request("main")),
            ("github.event.pull_request.head.sha", of_request(&self.head)),
            ("github.event.merge_group.base_sha", queue_base),
            ("github.event.merge_group.head_sha", queue_head),
            ("github.sha", self.clone.git(&["rev-parse", "HEAD"])),
        ])
    }

    /// The value of an expression: names, `||` and `format('…{0}', name)`.
    fn value(&self, expression: &str, inputs: &BTreeMap<String, String>) -> String {
        let value = |name: &str| -> String {
            if let Some(input) = name.strip_prefix("inputs.") {
                return inputs[input].clone();
            }
            let context = self.context();
            context.get(name).unwrap_or_else(|| panic!("nobody sets {name}")).clone()
        };
        let alternatives = expression.split("||").map(str::trim).map(|name| {
            let call = name.strip_prefix("format('").and_then(|call| call.strip_suffix(')'));
            match call.and_then(|call| call.split_once("', ")) {
                Some((form, name)) => form.replace("{0}", &value(name)),
                None => value(name),
            }
        });
        alternatives.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
    }

    /// A text with its expressions filled in.
    fn filled(&self, text: &str, inputs: &BTreeMap<String, String>) -> String {
        let mut parts = text.split("${{");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (expression, behind) = part.split_once("}}").unwrap();
            filled.push_str(&self.value(expression.trim(), inputs));
            filled.push_str(behind);
        }
        filled
    }

    /// Runs the script of a step in bash, as the runner does.
    fn run(&self, step: &Value, inputs: &BTreeMap<String, String>) -> Step {
        let script = text(&step["run"]);
        assert!(!script.contains("${{"), "a script takes names from the environment: {script}");
        let summary = self.temp.path().join("summary.md");
        let programs = self.temp.path().join("programs");
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", &script])
            .current_dir(self.clone.root())
            .env_clear()
            .env("PATH", path_with_lanelint(&programs))
            .env("HOME", self.clone.beside("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("RUNNER_TEMP", self.temp.path())
            .env("GITHUB_STEP_SUMMARY", &summary);
        if let Some(env) = step["env"].as_mapping() {
            for (name, value) in env {
                command.env(text(name), self.filled(&text(value), inputs));
            }
        }
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{stderr}");
        Step {
            status: output.status.code(),
            said: String::from_utf8(output.stdout).unwrap(),
            summary: fs::read_to_string(summary).unwrap_or_default(),
        }
    }

    /// Runs the action with these inputs, and its own defaults for the others.
    fn action(&self, inputs: &[(&str, &str)]) -> Step {
        let action = yaml("action.yml");
        let mut all = BTreeMap::new();
        for (name, input) in action["inputs"].as_mapping().unwrap() {
            all.insert(text(name), text(&input["default"]));
        }
        let program = ("program", LANELINT);
        for (name, value) in inputs.iter().chain([&program]) {
            assert!(all.insert((*name).to_owned(), (*value).to_owned()).is_some(), "{name}");
        }
        let steps = action["runs"]["steps"].as_sequence().unwrap();
        let [build, run] = steps.as_slice() else { panic!("two steps") };
        assert_eq!(text(&build["if"]), "inputs.program == ''");
        self.run(run, &all)
    }
}

#[test]
fn action_builds_the_program() {
    if std::env::var_os("LANELINT_TOOLS").is_none() {
        eprintln!("a build of everything is for CI");
        return;
    }
    let step = &yaml("action.yml")["runs"]["steps"][0];
    let temp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let installed = temp.join("lanelint");
    let _ = fs::remove_dir_all(&installed);
    // Settings that a branch brings along, which would let the build fail.
    let work = tempfile::TempDir::new().unwrap();
    fs::create_dir(work.path().join(".cargo")).unwrap();
    fs::write(work.path().join(".cargo/config.toml"), "[build]\nrustc = \"/bin/false\"\n").unwrap();
    let mut command = Command::new("bash");
    command
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", &text(&step["run"])])
        .current_dir(work.path())
        .env("GITHUB_ACTION_PATH", root())
        .env("RUNNER_TEMP", temp);
    let output = quickly(&mut command).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let version = Command::new(installed.join("bin/lanelint")).arg("--version").output().unwrap();
    let expected = format!("lanelint {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(version.stdout).unwrap(), expected);
}

/// Lets a build of the program for its users be quick rather than good.
pub(crate) fn quickly(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    for name in ["CARGO_TARGET_DIR", "RUSTFLAGS", "RUSTDOCFLAGS"] {
        command.env_remove(name);
    }
    command
}

#[test]
fn action_passes_clean_branch() {
    let request = PullRequest::of("lessons", &["lessons/a.md"]);
    let step = request.action(&[]);
    assert_eq!(step.status, Some(0), "{step:#?}");
    assert_eq!(step.said, "2 tasks, 1 changed path: no findings\n");
    assert!(step.summary.starts_with("## lanelint gate: no findings\n"), "{step:#?}");
}

#[test]
fn action_fails_stray_branch() {
    let request = PullRequest::of("lessons", &["lessons/a.md", "quizzes/a.md", ".github/x.yml"]);
    let step = request.action(&[("sarif", "gate.sarif")]);
    assert_eq!(step.status, Some(1), "{step:#?}");
    assert!(
        step.said.starts_with("::error file=.github/x.yml,title=lanelint%3A foreign-lane::"),
        "{step:#?}"
    );
    assert!(step.summary.contains("<code>lessons</code> changed 2 paths"), "{step:#?}");
    assert!(request.clone.path("gate.sarif").exists());
}

/// The input `task` says whose work it is, whatever the branch is called.
#[test]
fn action_with_task() {
    let request = PullRequest::of("copilot/fix-1", &["lessons/a.md"]);
    let step = request.action(&[]);
    assert_eq!(step.status, Some(1), "{step:#?}");
    assert!(step.said.contains("title=lanelint%3A unclaimed-branch"), "{step:#?}");
    assert_eq!(request.action(&[("task", "lessons")]).status, Some(0));
    assert_eq!(request.action(&[("task", "quizzes")]).status, Some(1));
    assert_eq!(request.action(&[("task", "nobody")]).status, Some(2));
}

/// A merge queue holds the work of several tasks on a branch of its own.
#[test]
fn action_in_merge_queue() {
    for (files, status) in [
        (&["lessons/a.md", "quizzes/a.md"][..], 0),
        (&["lessons/a.md", "elsewhere.md"], 1),
        (&["lessons/a.md", ".github/x.yml"], 1),
        (&["lanes.yaml"], 1),
    ] {
        let mut request = PullRequest::of("lessons", files);
        let base = request.clone.git(&["rev-parse", "origin/main"]);
        let head = request.clone.git(&["rev-parse", "HEAD"]);
        request.queue = Some([base, head]);
        let step = request.action(&[]);
        assert_eq!(step.status, Some(status), "{files:?}: {step:#?}");
    }
    let request = PullRequest::of("elsewhere", &["lessons/a.md", "quizzes/a.md"]);
    assert_eq!(request.action(&[("queue", "true")]).status, Some(0));
    assert_eq!(request.action(&[]).status, Some(1));
    let mut request = PullRequest::of("lessons", &["lessons/a.md", "quizzes/a.md"]);
    request.queue = Some(["origin/main".to_owned(), "HEAD".to_owned()]);
    assert_eq!(request.action(&[("queue", "false"), ("task", "lessons")]).status, Some(1));
}

#[test]
fn action_ignores_widened_lane() {
    let request = PullRequest::of("lessons", &["quizzes/a.md", "lanes.yaml"]);
    for inputs in [&[][..], &[("plan", "lanes.yaml")]] {
        let step = request.action(inputs);
        assert_eq!(step.status, Some(1), "{step:#?}");
        assert!(step.said.contains("title=lanelint%3A plan-changed"), "{step:#?}");
        assert!(
            step.said.contains("file=quizzes/a.md,title=lanelint%3A foreign-lane::"),
            "{step:#?}"
        );
    }
}

#[test]
fn hostile_branch_names() {
    // Names that git takes, and that a shell or a log would obey.
    for branch in ["a`touch${IFS}ran`", "$(touch${IFS}ran)", "a;touch${IFS}ran", "-x", "a\"b'"] {
        let base = PullRequest::of("lessons", &["lessons/a.md"]);
        let request = PullRequest { branch: branch.to_owned(), ..base };
        let step = request.action(&[]);
        assert_eq!(step.status, Some(1), "{branch}: {step:#?}");
        assert!(step.said.contains("unclaimed-branch"), "{branch}: {step:#?}");
        assert!(!request.clone.path("ran").exists(), "{branch}");
    }
}

#[test]
fn action_runs_check() {
    let request = PullRequest::of("lessons", &["lanes.yaml"]);
    let step = request.action(&[("command", "check")]);
    assert_eq!(step.status, Some(1), "{step:#?}");
    assert!(step.said.contains("\n::error file=lanes.yaml,line=3,"), "{step:#?}");
    let step =
        request.action(&[("command", "check"), ("deny-warnings", "true"), ("plan", "lanes.yaml")]);
    assert_eq!(step.status, Some(1), "{step:#?}");
    let step = request.action(&[("command", "explain")]);
    assert_eq!(step.status, Some(2), "{step:#?}");
}

#[test]
fn missing_base() {
    let request = PullRequest::of("lessons", &["lessons/a.md"]);
    let step = request.action(&[("base", "origin/none")]);
    assert!(matches!(step.status, Some(2 | 3)), "{step:#?}");
}

#[test]
fn workflow_without_the_action() {
    let workflow = yaml("fixtures/ci/github-shell.yml");
    let steps = workflow["jobs"]["lanes"]["steps"].as_sequence().unwrap();
    let step = steps.iter().find(|step| step.get("run").is_some()).unwrap();
    for (files, status) in [(&["lessons/a.md"][..], 0), (&["quizzes/a.md"], 1)] {
        let request = PullRequest::of("lessons", files);
        let step = request.run(step, &BTreeMap::new());
        assert_eq!(step.status, Some(status), "{step:#?}");
        assert!(step.summary.starts_with("## lanelint gate: "), "{step:#?}");
    }
}

#[test]
fn workflow_inputs_exist() {
    let workflow = yaml("fixtures/ci/github.yml");
    let action = yaml("action.yml");
    let steps = workflow["jobs"]["lanes"]["steps"].as_sequence().unwrap();
    let uses = |step: &&Value| {
        step["uses"].as_str().is_some_and(|uses| uses.starts_with("example/lanelint@"))
    };
    let ours: Vec<&Value> = steps.iter().filter(uses).collect();
    assert_eq!(ours.len(), 2);
    for step in ours {
        for (name, _) in step["with"].as_mapping().unwrap() {
            assert!(action["inputs"].get(name).is_some(), "{name:?}");
        }
    }
}

#[test]
fn gitlab_job() {
    let job = &yaml("fixtures/ci/gitlab.yml")["lanes"];
    let script: Vec<String> = job["script"].as_sequence().unwrap().iter().map(text).collect();
    for (files, status) in [(&["lessons/a.md"][..], 0), (&["quizzes/a.md"], 1)] {
        let request = PullRequest::of("lessons", files);
        let merged = request.clone.git(&["rev-parse", "HEAD"]);
        // GitLab's runner has no branch of the target.
        request.clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
        let env = serde_yaml::to_value(BTreeMap::from([
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", request.branch.as_str()),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", request.head.as_str()),
            ("CI_COMMIT_SHA", merged.as_str()),
        ]));
        let step =
            BTreeMap::from([("run", Value::String(script.join("\n"))), ("env", env.unwrap())]);
        let step = request.run(&serde_yaml::to_value(step).unwrap(), &BTreeMap::new());
        assert_eq!(step.status, Some(status), "{step:#?}");
        let reports = &job["artifacts"]["reports"];
        for name in ["codequality", "junit"] {
            assert!(request.clone.path(&text(&reports[name])).exists(), "{name}");
        }
    }
}

#[test]
fn report_through_a_symlink() {
    let request = PullRequest::of("lessons", &["lessons/a.md"]);
    let outside = request.temp.path().join("outside");
    fs::write(&outside, "as it was").unwrap();
    std::os::unix::fs::symlink(&outside, request.clone.path("lanelint-junit.xml")).unwrap();
    let script = root().join("fixtures/ci/gate.sh");
    let run = format!("sh '{}' origin/main {} lessons", script.display(), request.head);
    let step = BTreeMap::from([("run", run)]);
    let step = request.run(&serde_yaml::to_value(step).unwrap(), &BTreeMap::new());
    assert_eq!(step.status, Some(0), "{step:#?}");
    assert_eq!(fs::read_to_string(outside).unwrap(), "as it was");
}

#[test]
fn plain_script() {
    for (files, status) in [(&["lessons/a.md"][..], 0), (&["quizzes/a.md"], 1)] {
        let request = PullRequest::of("lessons", files);
        let script = root().join("fixtures/ci/gate.sh");
        let run = format!("sh '{}' origin/main {} lessons", script.display(), request.head);
        let step = BTreeMap::from([("run", run)]);
        let step = request.run(&serde_yaml::to_value(step).unwrap(), &BTreeMap::new());
        assert_eq!(step.status, Some(status), "{step:#?}");
        assert!(request.clone.path("lanelint-junit.xml").exists());
    }
}
