//! Lanes that share no path but contain paths that cannot coexist: names that some file systems
//! treat as equal, or a file where the other lane needs a folder.

mod folder;
mod form;

use std::collections::HashSet;

use super::Overlap;
use crate::glob::Glob;
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, LaneGlob, Lanes};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// The most candidate pairs of globs for each kind of clash.
const MAX_PAIRS: usize = 1 << 16;

/// Why two paths cannot coexist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClashKind {
    /// They differ only in letter case or Unicode form.
    Form,
    /// The first would have to be the folder of the second.
    Folder,
}

/// Two concurrent lanes that share no path but contain paths that cannot coexist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Why the paths cannot coexist.
    pub kind: ClashKind,
    /// The tasks: in plan order, or the one that names the file first.
    pub tasks: (TaskId, TaskId),
    /// One glob of each lane.
    pub globs: (GlobId, GlobId),
    /// One path of each lane; twice their folded form if no usual spelling of either was found.
    pub paths: [RepoPath; 2],
}

/// The clashes of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clashes {
    /// In plan order; at most one of each kind for two tasks.
    pub found: Vec<Clash>,
    /// The globs that could not be compared because the work limit was reached: a pair, or a glob
    /// that was too large by itself.
    pub(crate) undecided: Vec<Vec<LaneGlob>>,
}

/// Finds the clashes of concurrent lanes that do not overlap.
#[must_use]
pub fn clashes(lanes: &Lanes, order: &Order, overlaps: &[Overlap]) -> Clashes {
    let overlapping: HashSet<(TaskId, TaskId)> =
        overlaps.iter().map(|overlap| overlap.tasks).collect();
    let filter = |one: TaskId, other: TaskId| {
        one != other
            && order.concurrent(one, other)
            && !overlapping.contains(&(one.min(other), one.max(other)))
    };
    let mut clashes = Clashes::default();
    form::find(lanes, filter, &mut clashes);
    folder::find(lanes, filter, &mut clashes);
    clashes.found.sort_by_key(|clash| (clash.tasks, clash.kind));
    clashes.undecided.sort_unstable();
    let tasks = |globs: &[LaneGlob]| globs.iter().map(|glob| glob.0).collect::<Vec<_>>();
    clashes.undecided.dedup_by_key(|globs| tasks(globs));
    clashes
}

/// What is subtracted from the globs of a lane: its exclusions and `protect`.
fn subtracted(lane: &Lane) -> Vec<&Glob> {
    lane.exclusions().iter().chain(&lane.common().protect).collect()
}

#[cfg(test)]
mod tests {
    use super::super::overlaps;
    use super::super::tests::plan;
    use super::*;
    use crate::fold;

    /// The clashes as `kind: task path | task path`.
    fn found(text: &str) -> Vec<String> {
        let plan = plan(text);
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        let clashes = clashes(&lanes, &order, &overlaps(&lanes, &order, &[]));
        assert_eq!(clashes.undecided, Vec::<Vec<_>>::new(), "{text}");
        let lines =
            clashes.found.iter().map(|Clash { kind, tasks, paths: [one, other], .. }| {
                let id = |task: TaskId| &plan[task].id.value;
                format!("{kind:?}: {} {one} | {} {other}", id(tasks.0), id(tasks.1))
            });
        lines.collect()
    }

    fn of_two(one: &str, other: &str) -> Vec<String> {
        found(&format!("tasks:\n  a: {{write: {one}}}\n  b: {{write: {other}}}\n"))
    }

    #[test]
    fn case_and_unicode_form() {
        for (one, other, clash) in [
            ("README.md", "readme.MD", "Form: a README.md | b readme.MD"),
            ("Docs/**", "docs/**", "Form: a Docs/0 | b docs/0"),
            ("é", "\"e\\u0301\"", "Form: a é | b e\u{301}"),
            ("'[A-F]*.rs'", "'[x-z]*.rs'", ""),
            ("'[A-F]*.rs'", "'[a-c]*.rs'", "Form: a A.rs | b a.rs"),
            ("['*.MD', '!README.MD']", "readme.md", ""),
            ("['*.MD', '!README.MD']", "'r*.md'", "Form: a R.MD | b r.md"),
            ("'src/*.RS'", "'src/{a,b}.rs'", "Form: a src/A.RS | b src/a.rs"),
            ("src/A", "src/b", ""),
            ("'**/*.md'", "README.md", ""),
            ("['*', '![!A]*']", "'a*'", "Form: a A | b a"),
            ("ß", "ẞ", "Form: a ß | b ß"),
            // Only paths with capitals are left, and none of those is a folded path.
            ("['*', '!a*', '![!aA]*', '!A*']", "'B*'", ""),
        ] {
            let expected: &[&str] = if clash.is_empty() { &[] } else { &[clash] };
            assert_eq!(of_two(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn file_and_folder() {
        for (one, other, clash) in [
            ("src/x", "src/x/**", "Folder: a src/x | b src/x/0"),
            ("src/x/y/*.rs", "src/x", "Folder: b src/x | a src/x/y/.rs"),
            ("'{lib,src/x}'", "'src/{x/y,z}'", "Folder: a src/x | b src/x/y"),
            ("'{lib/*,src/x}'", "'src/{x/*/,y}z'", "Folder: a src/x | b src/x/0/z"),
            ("'s{rc/x,q}'", "'src/{x/y,z}*'", "Folder: a src/x | b src/x/y"),
            ("src/x", "'src/{x/y,z}*'", "Folder: a src/x | b src/x/y"),
            ("src/x", "'{src/x/y,z}*'", "Folder: a src/x | b src/x/y"),
            ("src/x", "src/x.rs", ""),
            ("src/x*", "src/x/y", ""),
            ("src/main.rs", "'**/*.md'", ""),
            ("src/main.rs", "'src/*/mod.rs'", ""),
            ("['{a,b}', '!a']", "a/x", ""),
            ("a", "[a/x, '!a/**']", ""),
        ] {
            let expected: &[&str] = if clash.is_empty() { &[] } else { &[clash] };
            assert_eq!(of_two(one, other), expected, "{one} {other}");
        }
    }

    /// All paths of up to four of these bytes.
    fn short_paths() -> Vec<RepoPath> {
        const LETTERS: &[u8] = b"aAbB/";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        let mut all = Vec::new();
        for _ in 0..4 {
            let longer = texts.iter().flat_map(|text| {
                LETTERS.iter().map(move |letter| [text.as_slice(), &[*letter]].concat())
            });
            texts = longer.collect();
            all.extend(texts.iter().filter_map(|text| RepoPath::new(text.as_slice()).ok()));
        }
        all
    }

    #[test]
    fn agrees_with_folding_short_paths() {
        const GLOBS: &[&str] = &[
            "a", "A", "b/a", "B/*", "b/A", "*a", "?B", "[A]b", "[a-b]", "{a,B}/b", "**/A", "a/**",
            "A*/b", "a/B",
        ];
        let paths = short_paths();
        let (mut clashing, mut clear) = (0, 0);
        for (index, one) in GLOBS.iter().enumerate() {
            for other in &GLOBS[index + 1..] {
                let of = |glob: &str| -> Vec<&RepoPath> {
                    let glob = Glob::parse(glob).unwrap();
                    paths.iter().filter(|path| glob.is_match(path) == Ok(true)).collect()
                };
                let (left, right) = (of(one), of(other));
                let folded: HashSet<RepoPath> = left.iter().map(|path| fold::path(path)).collect();
                let overlap = left.iter().any(|path| right.contains(path));
                let clash = !overlap && right.iter().any(|path| folded.contains(&fold::path(path)));
                let found = of_two(&format!("'{one}'"), &format!("'{other}'"));
                let by_form = found.iter().any(|clash| clash.starts_with("Form"));
                assert_eq!(by_form, clash, "{one} {other} {found:?}");
                clashing += usize::from(clash);
                clear += usize::from(!clash);
            }
        }
        assert!(clashing > 10 && clear > 20, "{clashing} {clear}");
    }

    #[test]
    fn overlapping_and_ordered_lanes() {
        assert_eq!(of_two("[Docs/**, x]", "[docs/**, x]"), Vec::<String>::new());
        let ordered = "tasks:\n  a: {write: Docs/x}\n  b: {write: docs/x, needs: a}\n";
        assert_eq!(found(ordered), Vec::<String>::new());
        let protected = "tasks:\n  a: {write: Docs/*}\n  b: {write: docs/*}\n\
                         protect: ['docs/[!a]*']\nshare: Docs/a*\n";
        assert_eq!(found(protected), Vec::<String>::new());
        let shared = "tasks:\n  a: {write: [x, y]}\n  b: {write: x/z}\nshare: x\n";
        assert_eq!(found(shared), Vec::<String>::new());
    }
}
