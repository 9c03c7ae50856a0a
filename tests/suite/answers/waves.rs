//! `lanelint waves`.

use serde_json::json;

use super::run;
use crate::harness::{ATTACKS, TestRepo, with_plan};

const PLAN: &str = "\
tasks:
  lessons:
    write: [src/lessons/**, src/index.md]
  quizzes:
    write: [src/quizzes/**, src/*.md]
  notes:
    write: notes/**
  integrate:
    needs: [lessons, notes]
    write: [\"**\"]
";

#[test]
fn waves_with_reasons_and_edits() {
    let repo = with_plan(PLAN);
    let expected = "\
3 waves, the fewest that `needs` and overlaps allow

wave 1
  lessons
  notes

wave 2
  quizzes: after `lessons` (both may write `src/index.md`)

wave 3
  integrate: after `quizzes` (both may write `src/.md`)

any one of these edits saves a wave:
  separate `lessons` from `quizzes`: exclude, share or allow what both may write, such as `src/index.md`
  separate `quizzes` from `integrate`: exclude, share or allow what both may write, such as `src/.md`
";
    assert_eq!(run(&repo, &["waves"]).with(0), expected);
    let one = run(&with_plan("tasks: {a: {write: x}}\n"), &["waves"]).with(0);
    assert_eq!(one, "1 wave, the fewest that `needs` and overlaps allow\n\nwave 1\n  a\n");
    // A path that exists stands for an overlap where there is one.
    repo.write("src/quizzes/first.md", "");
    repo.git(&["add", "-A"]);
    assert!(run(&repo, &["waves"]).with(0).contains("both may write `src/quizzes/first.md`"));
}

#[test]
fn json_output() {
    let answer = run(&with_plan(PLAN), &["waves", "--format", "json"]);
    let found = answer.json();
    assert_eq!(
        found,
        json!({
            "version": 1, "command": "waves", "plan": ["lanes.yaml"],
            "waves": [
                [{"task": "lessons", "because": null}, {"task": "notes", "because": null}],
                [{"task": "quizzes", "because":
                    {"why": "overlap", "task": "lessons", "path": "src/index.md"}}],
                [{"task": "integrate", "because":
                    {"why": "overlap", "task": "quizzes", "path": "src/.md"}}]],
            "edits": [
                {"edit": "part", "tasks": ["lessons", "quizzes"], "path": "src/index.md"},
                {"edit": "part", "tasks": ["quizzes", "integrate"], "path": "src/.md"}],
            "cycles": [], "unknown": [], "undecided": [],
            "summary": {"tasks": 4, "waves": 3, "at_least": 3, "fewest": true, "all_edits_tried": true}
        })
    );
    answer.with(0);
}

#[test]
fn incomplete_answers() {
    let round = with_plan("tasks: {a: {write: x, needs: b}, b: {write: y, needs: a}}\n");
    let answer = run(&round, &["waves"]).with(3);
    assert!(answer.contains("`a` and `b` form a cycle of `needs`"), "{answer}");
    assert_eq!(run(&round, &["waves", "--format", "json"]).json()["cycles"], json!([["a", "b"]]));
    let unknown = with_plan("tasks: {a: {write: ./x}, b: {write: y}}\n");
    let answer = run(&unknown, &["waves"]).with(3);
    assert!(answer.contains("b: after `a` (the lane of one of them is unknown)"), "{answer}");
    assert!(
        answer.contains("unknown lane, so kept apart from every task that may write: `a`"),
        "{answer}"
    );
    run(&with_plan("tasks: {a: {write: x}}\nshare: ./x\n"), &["waves"])
        .tells(&["this answer may be incomplete"])
        .with(3);
    run(&with_plan("tasks: []\n"), &["waves"]).is_unusable("no task can be read from lanes.yaml");
    run(&TestRepo::new(), &["waves"]).is_unusable("no plan found");
}

#[test]
fn large_plans() {
    // Two tasks of three overlap, in a ladder of needs: one piece of ten thousand.
    let tasks: String = (0..10_000usize)
        .map(|task| {
            let needs =
                format!("t{}, t{}", task.saturating_sub(2), task.saturating_sub(1 + 7 * task % 31));
            let needs = if task < 40 { String::new() } else { needs };
            format!("  t{task}: {{write: src/{}/**, needs: [{needs}]}}\n", task / 3)
        })
        .collect();
    let answer = run(&with_plan(&format!("tasks:\n{tasks}")), &["waves"]).with(0);
    assert!(answer.lines().next().unwrap().contains("possibly not the fewest"));
    assert_eq!(answer.matches("\n  t").count(), 10_000);
}

#[test]
fn untrusted_names() {
    for attack in ATTACKS {
        let quoted = serde_json::to_string(attack).unwrap();
        let repo = with_plan(&format!(
            "tasks:\n  {quoted}: {{write: [{quoted}, x, ./y]}}\n  b: {{write: [{quoted}, x]}}\n  c: \
             {{write: z, needs: [{quoted}, d]}}\n  d: {{write: w, needs: [c, {quoted}]}}\n"
        ));
        run(&repo, &["waves"]);
        run(&repo, &["waves", "--format", "json"]);
    }
}
