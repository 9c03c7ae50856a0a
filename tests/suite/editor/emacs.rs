//! The real Emacs, in batch mode, with the set-up that `docs/editors.md` shows.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::real::{fixture, run, script};
use crate::harness::TestRepo;

/// Whether there is an Emacs with eglot and a mode for YAML, which CI has to have.
fn is_here() -> bool {
    let load = ["--batch", "--eval", "(package-initialize)", "-l", "eglot", "-l", "yaml-mode"];
    let output = Command::new("emacs").args(load).output();
    let here = output.is_ok_and(|output| output.status.success());
    assert!(here || std::env::var_os("LANELINT_EDITORS").is_none(), "there is no Emacs");
    here
}

/// Open, see, apply an action, save.
#[test]
fn overlap_shown_and_fixed() {
    if !is_here() {
        eprintln!("there is no Emacs with eglot here: nothing was tried");
        return;
    }
    let repo = TestRepo::new();
    let text = "tasks:\n  a: {title: 漢😀é, write: src/**}\n  b: {write: src/x.md}\n";
    repo.write("lanes.yaml", text);
    let mut command = Command::new("emacs");
    command.args(["--batch", "-l"]).arg(script("emacs.el"));
    let seen: Value = run(&repo, command, &[("SETUP", fixture("eglot.el"))]);
    let opened = seen["opened"].as_array().unwrap();
    let message = "2 lanelint [overlapping-lanes]: `a` and `b` may both write `src/x.md`\nhelp: ";
    assert!(opened.iter().any(|one| one.as_str().unwrap().starts_with(message)), "{seen:#}");
    assert_eq!(seen["acted"], json!([]));
    assert_eq!(seen["offered"][0], json!("exclude `src/x.md` from `a`"));
    let expected = text.replace("src/**}", "[src/**, \"!src/x.md\"]}");
    assert_eq!(fs::read_to_string(repo.path("lanes.yaml")).unwrap(), expected);
}
