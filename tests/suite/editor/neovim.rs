//! The real Neovim, headless, with the set-up that `docs/editors.md` shows.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::real::{fixture, run, script};
use crate::harness::{TestRepo, check_page};

/// Neovim, and which of the two set-ups it takes. Nothing where there is none, which is a failure
/// where `LANELINT_EDITORS` says that editors are here.
struct Neovim {
    program: String,
    setup: &'static str,
}

impl Neovim {
    fn find() -> Option<Neovim> {
        let program = std::env::var("LANELINT_TEST_NVIM").unwrap_or_else(|_| "nvim".to_owned());
        let Ok(output) = Command::new(&program).arg("--version").output() else {
            assert!(std::env::var_os("LANELINT_EDITORS").is_none(), "there is no Neovim");
            eprintln!("there is no Neovim here: nothing was tried");
            return None;
        };
        let version = String::from_utf8(output.stdout).unwrap();
        let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok()).unwrap();
        let setup = if minor >= 11 { "neovim.lua" } else { "neovim-0.7.lua" };
        Some(Neovim { program, setup })
    }

    /// Runs a script of this folder in Neovim with a file open, and gives what it saw.
    fn drive(&self, repo: &TestRepo, name: &str, file: &str) -> Value {
        let mut command = Command::new(&self.program);
        command
            .args(["--headless", "-i", "NONE", "-n", "-u"])
            .arg(fixture(self.setup))
            .arg("-c")
            .arg(format!("luafile {}", script(name).display()))
            .arg(file);
        run(repo, command, &[])
    }
}

/// Open, see, type, choose an action, save.
#[test]
fn overlap_shown_and_fixed() {
    let Some(neovim) = Neovim::find() else { return };
    let repo = TestRepo::new();
    let text = "tasks:\n  a: {title: 漢😀é, write: src/**}\n  b: {write: src/x.md}\n";
    repo.write("lanes.yaml", text);
    repo.write("src/x.md", "");
    repo.git(&["add", "-A"]);
    let seen = neovim.drive(&repo, "neovim.lua", "lanes.yaml");
    let opened = &seen["opened"][0];
    assert_eq!(opened["code"], "overlapping-lanes");
    // Neovim counts bytes; it got there from what the two agreed on.
    let place = ["line", "column", "to"].map(|name| opened[name].as_u64().unwrap());
    assert_eq!(place, [2, 31, 37], "{seen:#}");
    let message = opened["message"].as_str().unwrap();
    assert!(
        message.starts_with("`a` and `b` may both write `src/x.md`, which exists"),
        "{message}"
    );
    assert_eq!(
        seen["offered"],
        json!([
            "exclude `src/x.md` from `a`",
            "add `src/x.md` to `share`",
            "add `needs: a` to `b`",
            "add `needs: b` to `a`",
            "allow it in `a`, with a reason",
        ])
    );
    assert_eq!(seen["acted"], json!([]));
    let expected = text.replace("src/**}", "[src/**, \"!src/x.md\"]}");
    assert_eq!(fs::read_to_string(repo.path("lanes.yaml")).unwrap(), expected);
}

/// The picture in `docs/editors.md`.
#[test]
fn picture_in_the_docs() {
    let Some(neovim) = Neovim::find() else { return };
    // Newer ones show a finding behind its line only when they are told to.
    if neovim.setup != "neovim-0.7.lua" {
        return;
    }
    let repo = TestRepo::new();
    let plan = "tasks:\n  lessons:\n    title: Add lessons\n    write: src/content/**\n  quizzes:\n    write: src/*/quizzes.json\n";
    repo.write("lanes.yaml", plan);
    repo.write("src/content/quizzes.json", "[]\n");
    repo.git(&["add", "-A"]);
    let seen = neovim.drive(&repo, "capture.lua", "lanes.yaml");
    let screen = format!("{}\n", seen["screen"].as_str().unwrap().trim_end());
    check_page("fixtures/editors/neovim.txt", "editor", |_| screen);
}
