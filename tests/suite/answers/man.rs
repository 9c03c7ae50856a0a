//! `lanelint completions` and `lanelint man` know every command and flag.

use std::process::Command;

use super::run;
use crate::harness::TestRepo;

const COMMANDS: [&str; 11] = [
    "check",
    "gate",
    "who",
    "brief",
    "explain",
    "init",
    "schema",
    "waves",
    "hook",
    "completions",
    "man",
];

#[test]
fn completions_of_every_shell() {
    let repo = TestRepo::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = run(&repo, &["completions", shell]).with(0);
        for word in COMMANDS.iter().chain(&["deny-warnings", "plan-from"]) {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
    run(&repo, &["completions", "csh"]).with(2);
}

#[test]
fn completions_in_bash() {
    let repo = TestRepo::new();
    repo.write("lanelint.bash", run(&repo, &["completions", "bash"]).with(0));
    let completed = |words: &str, at: usize| {
        let script = format!(
            "source ./lanelint.bash; COMP_WORDS=({words}); COMP_CWORD={at}\n\
             _lanelint lanelint \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at} - 1]}}\"\n\
             echo \"${{COMPREPLY[@]}}\""
        );
        let output =
            Command::new("bash").args(["-c", &script]).current_dir(repo.root()).output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    assert_eq!(completed("lanelint ga", 1), "gate");
    assert_eq!(completed("lanelint gate --deny", 2), "--deny-warnings");
    assert_eq!(completed("lanelint check --color ne", 3), "never");
}

#[test]
fn man_page() {
    let repo = TestRepo::new();
    let page = run(&repo, &["man"]).with(0);
    assert!(page.contains(".TH lanelint 1 "), "{page}");
    assert!(page.contains("\n.SH \"EXIT STATUS\"\n.nf\n  0  No errors\n"), "{page}");
    assert!(page.contains("\n.SS \"EXAMPLES\"\n.nf\n  $ lanelint check\n"), "{page}");
    for command in COMMANDS {
        assert!(page.contains(&format!("\n.SH \"lanelint {command}\"\n")), "{command}");
    }
    for flag in ["deny\\-warnings", "plan\\-from", "worktree", "fix", "format"] {
        assert!(page.contains(&format!("\\fB\\-\\-{flag}\\fR")), "{flag}");
    }
    assert_eq!(page.matches(".ie ").count(), 1, "the definitions stand once");
    assert!(!page.contains("SH DESCRIPTION"));
}
