//! `colliding-writes`: two concurrent tasks changed the same path.

use super::common::english::who;
use super::common::labels::{text, texts, write_label};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::GateFacts;
use crate::change::{ChangeKind, Lines};
use crate::finding::{About, Datum, Draft, Label, Level, Location, Message};
use crate::gate::{Collision, Proximity};
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "colliding-writes",
    summary: "two concurrent tasks changed the same path, and `share` does not allow it",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Pair,
    explanation: "Neither change was made with the other in mind. If the lines overlap or are \
        adjacent, git reports a conflict; if they are further apart, it merges two edits that \
        nobody has seen together. Line numbers refer to the file before either change. Changes \
        that are known to leave the path in the same state are not reported; the abbreviated \
        hashes in a patch are not enough to tell.",
    remedy: "give each path to one task and list that task under the others' `needs`, or put it \
             under `share` if they only append to it",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/**\n  quizzes:\n    write: src/**\n",
        files: &[],
        scenario: Scenario::Both(
            "diff --git a/src/a.json b/src/a.json\nindex 1111111..2222222 100644\n--- a/src/a.json\n+++ \
             b/src/a.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::ByPath("was changed by several tasks"),
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    if facts.collisions().gave_up {
        reporter.undecided(UndecidedDraft::work(facts.plan));
    }
    for collision in &facts.collisions().found {
        let lines = collision.lines(facts.input);
        let proximity = collision.proximity(&lines);
        let inputs = collision.sides.map(|(input, _)| input);
        let tasks = inputs.map(|input| facts.input.diffs[input].task);
        let [Some(one), Some(other)] = tasks else { continue };
        let tasks = [one, other];
        let mut labels =
            vec![Label { location: Location::File(collision.path.clone()), text: "".into() }];
        labels.extend(tasks.map(|task| {
            write_label(
                facts.plan,
                task,
                message!["what ", code(facts.plan.id(task)), " may write"],
            )
        }));
        reporter.report(Draft {
            message: message(facts, collision, &lines, proximity),
            help: Some(help(proximity)),
            tasks: facts.plan.ids(tasks),
            path: Some(collision.path.clone()),
            about: About::Path,
            labels,
            data: data(collision, &lines, proximity),
            inputs: inputs.to_vec(),
            ..Draft::default()
        });
    }
}

fn message(
    facts: &GateFacts<'_>,
    collision: &Collision<'_>,
    lines: &[Lines; 2],
    proximity: Result<Proximity, &'static str>,
) -> Message {
    use ChangeKind::{Added, Deleted};
    let path = collision.path;
    let [one, other] = &collision.sides.map(|(input, _)| who(facts, &facts.input.diffs[input]));
    match collision.sides.map(|(_, change)| change.kind) {
        [Added, Added] => {
            return message![one, " and ", other, " both added ", code(path)];
        }
        [Deleted, _] => {
            return message![one, " deleted ", code(path), ", which ", other, " changed"];
        }
        [_, Deleted] => {
            return message![other, " deleted ", code(path), ", which ", one, " changed"];
        }
        _ => {}
    }
    let both = message![one, " and ", other, " both changed ", code(path)];
    let [left, right] = lines.each_ref().map(shown);
    match (left, right, proximity) {
        (Some(left), Some(right), Ok(_)) if left == right => {
            let verb = if is_insertion(&lines[0]) { " both add lines " } else { " both change " };
            message![one, " and ", other, verb, left, " of ", code(path)]
        }
        (Some(left), Some(right), Ok(proximity)) => {
            let relation = match proximity {
                Proximity::Overlapping => "overlap",
                Proximity::Adjacent => "are adjacent",
                Proximity::Separate => "are apart",
            };
            message![both, ": ", left, " and ", right, ", which ", relation]
        }
        (Some(left), Some(right), Err(why)) => {
            message![both, ": ", left, " and ", right, ", but ", why]
        }
        (_, _, proximity) => {
            message![both, "; lines unknown: ", proximity.err().unwrap_or("they were not compared")]
        }
    }
}

/// Whether the change only adds lines, all in one place.
fn is_insertion(lines: &Lines) -> bool {
    matches!(lines, Lines::Known(ranges) if matches!(ranges.as_slice(), [range] if range.is_empty()))
}

/// Lines as people count them, from 1.
fn shown(lines: &Lines) -> Option<Message> {
    const MOST: usize = 3;
    let Lines::Known(ranges) = lines else { return None };
    if ranges.is_empty() {
        return Some("no line".into());
    }
    let place = |range: &std::ops::Range<u64>| match range.end - range.start {
        0 if range.start == 0 => "before line 1".into(),
        0 => message!["after line ", range.start],
        1 => message!["line ", range.end],
        _ => message!["lines ", range.start + 1, " to ", range.end],
    };
    let more = ranges.len().checked_sub(MOST).filter(|more| *more > 0);
    let more = more.map(|more| message![" and ", more, " more"]);
    Some(message![Message::list(ranges.iter().take(MOST).map(place), ", ", ", "), more])
}

fn help(proximity: Result<Proximity, &'static str>) -> Message {
    let apart = match proximity {
        Ok(Proximity::Separate) => "git may merge this, but nobody has seen both edits together: ",
        _ => "",
    };
    message![
        apart,
        "give the path to one task and list that task under the other's `needs`, or put it under `share`"
    ]
}

fn data(
    collision: &Collision<'_>,
    lines: &[Lines; 2],
    proximity: Result<Proximity, &'static str>,
) -> Vec<(&'static str, Datum)> {
    let count = |number: u64| Datum::Count(usize::try_from(number).unwrap_or(usize::MAX));
    let ranges = |lines: &Lines| {
        let Lines::Known(ranges) = lines else { return Datum::List(Vec::new()) };
        // The lines of a deleted file were not counted.
        let counted = ranges.iter().filter(|range| range.end < u64::MAX);
        let range = |range: &std::ops::Range<u64>| {
            Datum::Map(vec![
                ("start", count(range.start + 1)),
                ("count", count(range.end - range.start)),
            ])
        };
        Datum::List(counted.map(range).collect())
    };
    let mut data = vec![
        ("changes", texts(collision.sides.map(|(_, change)| change.kind.word()))),
        ("lines", Datum::List(lines.iter().map(ranges).collect())),
    ];
    match proximity {
        Ok(Proximity::Overlapping) => data.push(("meeting", text("touch"))),
        Ok(Proximity::Adjacent) => data.push(("meeting", text("adjacent"))),
        Ok(Proximity::Separate) => data.push(("meeting", text("apart"))),
        Err(why) => data.extend([("meeting", text("unknown")), ("unknown", text(why))]),
    }
    data
}

#[cfg(test)]
mod tests {
    use crate::gate::GateInput;
    use crate::index::nth;
    use crate::rules::tests::{additions, both, diff, gated_all, messages, of_rule, work};

    #[test]
    fn same_path_changed_twice() {
        let tasks = "tasks:\n  a: {write: '**'}\n  b: {write: '**'}\n  c: {write: z}\nshare: log\n";
        let hunk = |path: &str, hunks: &str| {
            format!(
                "diff --git a/{path} b/{path}\nindex 1234567..89abcde 100644\n--- a/{path}\n+++ b/{path}\n{hunks}"
            )
        };
        let gone = |path: &str| {
            format!(
                "diff --git a/{path} b/{path}\ndeleted file mode 100644\nindex e69de29..0000000\n"
            )
        };
        let mode = "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n";
        let binary =
            "diff --git a/x b/x\nindex 1234567..89abcde 100644\nBinary files a/x and b/x differ\n";
        for (one, other, expected) in [
            (additions(&["x"]), additions(&["x"]), vec!["`a` and `b` both added `x`"]),
            (additions(&["x"]), additions(&["y"]), vec![]),
            (additions(&["log"]), additions(&["log"]), vec![]),
            (gone("x"), gone("x"), vec![]),
            (
                gone("x"),
                hunk("x", "@@ -1 +1 @@\n-a\n+b\n"),
                vec!["`a` deleted `x`, which `b` changed"],
            ),
            (
                hunk("x", "@@ -1,3 +1,2 @@\n a\n-b\n c\n"),
                hunk("x", "@@ -2,0 +3 @@\n+n\n@@ -9 +10 @@\n-y\n+z\n"),
                vec![
                    "`a` and `b` both changed `x`: line 2 and after line 2, line 9, which are adjacent",
                ],
            ),
            (
                hunk("x", "@@ -1,2 +1,2 @@\n-a\n-b\n+c\n+d\n"),
                hunk("x", "@@ -2 +2 @@\n-b\n+e\n"),
                vec!["`a` and `b` both changed `x`: lines 1 to 2 and line 2, which overlap"],
            ),
            (
                mode.to_owned(),
                hunk("x", "@@ -2 +2 @@\n-b\n+e\n"),
                vec!["`a` and `b` both changed `x`: no line and line 2, which are apart"],
            ),
            (
                binary.to_owned(),
                hunk("x", "@@ -2 +2 @@\n-b\n+e\n"),
                vec!["`a` and `b` both changed `x`; lines unknown: it is binary"],
            ),
        ] {
            let report = both(tasks, &one, &other);
            assert_eq!(messages(&report, "colliding-writes"), expected, "{one}{other}");
            // A task starts from the work of the tasks it needs.
            let ordered = tasks.replace("b: {", "b: {needs: a, ");
            assert_eq!(messages(&both(&ordered, &one, &other), "colliding-writes"), [""; 0]);
        }
        // `share` does not apply to a task that may write nothing.
        let review = "tasks:\n  a: {write: x}\n  b: {write: []}\nshare: log\n";
        let report = both(review, &additions(&["log"]), &additions(&["log"]));
        assert_eq!(messages(&report, "colliding-writes"), ["`a` and `b` both added `log`"]);
        // An allowance can name the other task and the path.
        for (allow, allowed) in [("with: b, path: x", true), ("path: y", false), ("with: a", false)]
        {
            let text = tasks.replace(
                "a: {",
                &format!("a: {{allow: [{{rule: colliding-writes, {allow}, reason: r}}], "),
            );
            let report = both(&text, &additions(&["x"]), &additions(&["x"]));
            assert_eq!(
                of_rule(&report, "colliding-writes")[0].allowed.is_some(),
                allowed,
                "{allow}"
            );
        }
    }

    #[test]
    fn work_limit() {
        let ids = (0..460).map(|id| format!("  t{id}: {{write: '**'}}\n"));
        let text: String = std::iter::once("tasks:\n".to_owned()).chain(ids).collect();
        let diff = (0..460).map(|task| diff(Some(nth(task)), work(&additions(&["x"])))).collect();
        let report = gated_all(&text, GateInput { diffs: diff, ..GateInput::default() });
        assert_eq!(of_rule(&report, "colliding-writes").len(), 100_000);
        let message = "`colliding-writes` gave up on the tasks: work limit reached";
        assert_eq!(messages(&report, "undecided"), [message]);
    }
}
