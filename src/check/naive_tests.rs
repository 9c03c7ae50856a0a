//! Reports are the same, byte for byte, whether overlaps are found through the indexes or by
//! comparing every pair of globs and every file.

use super::*;
use crate::lane::{Lanes, MatchedBy};
use crate::overlap::SAMPLE_SIZE;
use crate::plan::{PlanText, read};
use crate::report::{Format, Style, write};

/// Random choices that are the same in every run.
struct Dice(u64);

impl Dice {
    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let sides = u64::try_from(of.len()).unwrap();
        &of[usize::try_from((self.0 >> 33) % sides).unwrap()]
    }
}

const GLOBS: &[&str] = &[
    "src/**",
    "src/*.rs",
    "src/{a,b}*",
    "**/x?",
    "**/*a*b",
    "doc/",
    "doc/a",
    "*",
    "{src,doc}/x/**",
    "src/a",
    "src/ab",
    "[a-m]*/**",
    "**/a.rs",
    "doc/[!a]*",
    "src/x/y/**/z",
    "**",
];

const FILES: &[&str] = &[
    "a",
    "doc/a",
    "doc/b",
    "doc/x/xx",
    "lanes.yaml",
    "src/a",
    "src/a.rs",
    "src/ab",
    "src/x/a.rs",
    "src/x/y/z",
    "z/xa",
];

fn plan_text(dice: &mut Dice) -> String {
    let mut text = String::from("tasks:\n");
    for task in 0..14 {
        let globs: Vec<String> = (0..*dice.one(&[1, 2, 4]))
            .map(|_| format!("'{}{}'", dice.one(&["", "", "", "!"]), dice.one(GLOBS)))
            .collect();
        text.push_str(&format!("  t{task}:\n    write: [{}]\n", globs.join(", ")));
        if task > 0 && *dice.one(&[true, false, false]) {
            let before: Vec<usize> = (0..task).collect();
            text.push_str(&format!("    needs: t{}\n", dice.one(&before)));
        }
    }
    text.push_str(&format!(
        "share: '{}'\nprotect: '{}'\n",
        dice.one(GLOBS),
        dice.one(&["doc/b", "z/**"])
    ));
    text
}

/// Compares every pair of globs and every file.
fn naive(lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let mut overlaps = Vec::new();
    for left in lanes.ids() {
        let later = |right: &crate::index::TaskId| left < *right && order.concurrent(left, *right);
        for right in lanes.ids().filter(later) {
            let (one, other) = (lanes.of(left), lanes.of(right));
            let all = one
                .globs()
                .ids()
                .flat_map(|one| other.globs().ids().map(move |other| (one, other)));
            let mut shared = one.intersection(other, all);
            if shared.pairs.is_empty() && shared.undecided.is_empty() {
                continue;
            }
            let by_glob = |lane: &crate::lane::Lane, file: &RepoPath| {
                matches!(lane.matched_by(file), Ok(Some(MatchedBy::Glob(_))))
            };
            let both: Vec<&RepoPath> = files
                .iter()
                .filter(|file| by_glob(one, file) && by_glob(other, file) && !lanes.is_shared(file))
                .collect();
            if let Some(&first) = both.first() {
                let holds = |glob: &crate::glob::Glob| glob.is_match(first) == Ok(true);
                let mut pairs = shared.pairs.clone();
                let proves = |&(left, right): &(_, _)| {
                    holds(&one.globs()[left]) && holds(&other.globs()[right])
                };
                // The first pair that matches the file comes first.
                let proof = pairs.iter().position(proves).unwrap();
                let pair = pairs.remove(proof);
                pairs.sort_unstable();
                pairs.insert(0, pair);
                shared.pairs = pairs;
                shared.witness = Some(first.clone());
            }
            overlaps.push(Overlap {
                tasks: (left, right),
                shared,
                existing: both.len(),
                sample: both.into_iter().take(SAMPLE_SIZE).cloned().collect(),
            });
        }
    }
    overlaps
}

fn written(report: &Report) -> Vec<Vec<u8>> {
    let formats = [Format::Human, Format::Concise, Format::Json];
    formats
        .map(|format| {
            let mut out = Vec::new();
            write(report, format, Style { color: false, width: 100 }, &mut out).unwrap();
            out
        })
        .into()
}

#[test]
fn same_as_naive() {
    let files: Vec<RepoPath> = FILES.iter().map(|file| file.parse().unwrap()).collect();
    let mut dice = Dice(7);
    let mut overlaps = 0;
    for round in 0..60 {
        let plan = Arc::new(read(vec![PlanText::new("lanes.yaml", plan_text(&mut dice))]));
        let files = if round % 2 == 0 { &files[..] } else { &[] };
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        let facts = PlanFacts::new(&plan, &lanes, &order, files, Vec::new());
        facts.overlaps.set(naive(&lanes, &order, files)).unwrap();
        overlaps += facts.overlaps().len();
        let by_hand = checked(&plan, &facts);
        assert_eq!(written(&check(&plan, files, Vec::new())), written(&by_hand), "{round}");
    }
    assert!(overlaps > 500, "{overlaps}");
}
