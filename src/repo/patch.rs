//! Patches read as text: which paths they write.
//!
//! [`read`] and [`read_from`] take any unified diff that git, GitHub or `diff -u` writes, alone or
//! in mails and logs, and give its paths. Lines are looked at once, in order, and content is only
//! counted, so that a patch of any size takes the memory of its headers.
//!
//! # What counts
//!
//! - A header counts wherever `git apply` would take it for one: at the start of a line, outside
//!   hunks. A diff that a commit message shows at the start of a line counts too, since `git am`
//!   would apply it; an indented one does not.
//! - A rename is the old path deleted and the new one added, a copy the new one added. A path that
//!   one diff deletes and creates (`-B -M`) is modified, or changed its type where both headers
//!   tell types that differ; a pure rename tells none, nor whether it replaces a file (with `-B`).
//! - A path that several commits write counts once: added if one adds it and none deletes it,
//!   deleted if one deletes it and none adds it, modified if both happen, in whatever order.
//! - `--- x.orig` beside `+++ x` is a change of `x` alone, as `git apply` and `patch` hold. Two plain
//!   names that lead to no common path are a gap.
//!
//! # Prefixes
//!
//! Equal names have none. Different ones have what precedes the longest name that both end in, as
//! long as that begins behind a slash: `a/src/x` and `b/src/x` are `src/x`, as for `git apply`.
//! `rename` and `copy` lines, which have no prefix, outweigh this. Prefixes without a slash are
//! accepted when all headers together leave one possibility, and are a gap otherwise.
//!
//! # What is told though it may be whole
//!
//! A text that does not end in a line feed was cut, or stripped by a script: the two look alike. So
//! do a cut and a deletion without content (`-D`) or a mode change below unusual prefixes, where it
//! is the last in the text. A header that shows no change comes of a cut, or of `-w`, which leaves
//! out other files without a word.
//!
//! # What no text can show
//!
//! Equal prefixes on both sides look like none, and the common end of two prefixes (`old/tree/`,
//! `new/tree/`) like a folder of every path, unless a rename shows it. `--relative` and `--no-index`
//! write names that are not the repository's. Options that leave files out (paths, `--diff-filter`,
//! `-S`, `-w`) leave no trace. A cut between two files shows only where a summary tells the number
//! of files (`--stat`, `--raw`, a mail by `git format-patch`), and one behind `new mode` makes of a
//! changed file one with a changed mode. Merge commits in `git log --oneline -p` look empty.

mod body;
mod book;
mod content;
mod header;
mod lines;
mod names;
mod plain;
mod section;
mod signs;
mod tally;

use std::io::{self, BufRead};

use self::body::{BinaryPatch, Hunk};
use self::book::Book;
use self::content::Content;
use self::header::{Header, Step};
use self::lines::{KEPT, Line, Splitter};
use self::plain::{Plain, Subject};
use self::section::Section;
use self::signs::{foreign, is_header, stranger};
use self::tally::{Effect, Tally};
use super::{ChangeKind, ChangeSet};

/// Reads a patch that is in memory.
///
/// Any bytes are taken: what is no whole list of changes comes back with gaps, each with its line
/// and the command that makes a whole one. A text without a word in it is an empty list.
#[must_use]
pub fn read(text: &[u8]) -> ChangeSet {
    let mut scanner = Scanner::default();
    let mut splitter = Splitter::default();
    splitter.push(text, |line| scanner.take(line));
    splitter.finish(|line| scanner.take(line));
    scanner.finish()
}

/// Reads a patch from a stream, as [`read`] does; only headers are kept.
///
/// # Errors
/// What the stream reports.
pub fn read_from(mut reader: impl BufRead) -> io::Result<ChangeSet> {
    let mut scanner = Scanner::default();
    let mut splitter = Splitter::default();
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        splitter.push(chunk, |line| scanner.take(line));
        let taken = chunk.len();
        reader.consume(taken);
    }
    splitter.finish(|line| scanner.take(line));
    Ok(scanner.finish())
}

/// Where the scanner stands.
#[derive(Debug, Default)]
enum State {
    /// Between files.
    #[default]
    Between,
    /// In a `diff --git` header.
    Header,
    /// In a hunk.
    Hunk(Hunk),
    /// Behind a hunk, where another one may follow.
    Behind,
    /// In a `GIT binary patch`.
    Binary(BinaryPatch),
    /// Behind `--- name` outside any header.
    Old(Vec<u8>),
    /// Behind `--- name` and `+++ name`.
    New(Vec<u8>, Vec<u8>),
    /// Behind `Index: name`, which Subversion underlines.
    Index(Vec<u8>),
}

#[derive(Debug, Default)]
struct Scanner {
    state: State,
    /// The file at hand, if its header is git's.
    header: Option<Header>,
    /// The header before, for the two halves of a type change.
    before: Option<Header>,
    /// What the hunks of the file at hand have shown.
    content: Content,
    /// The file at hand, if its header is not git's, with the header's line.
    plain: Option<(u64, Subject, ChangeKind)>,
    section: Section,
    /// Paths that `--raw` has listed, with the line.
    listed: Vec<(u64, Vec<u8>)>,
    book: Book,
    tally: Tally,
    /// How many files were named in the whole text.
    files: u64,
    line: u64,
    /// Whether the last line lacks its line feed.
    is_cut: bool,
}

impl Scanner {
    #[inline]
    fn take(&mut self, line: Line) {
        if let State::Hunk(hunk) = &mut self.state
            && line.ended
            && hunk.take(line.text, &mut self.content)
        {
            if self.content.is_link() {
                self.content.take_link(line.text);
            }
            if hunk.done() {
                self.content.close(hunk.at());
                self.state = State::Behind;
            }
            return;
        }
        self.take_counted(line);
    }

    /// Takes a line that is not plainly a hunk's.
    fn take_counted(&mut self, line: Line) {
        self.line = line.number;
        self.is_cut = !line.ended;
        if let State::Hunk(hunk) = &mut self.state {
            if hunk.take(line.text, &mut self.content) {
                return;
            }
            self.gap("a hunk that is shorter or longer than its `@@` line says");
            self.end_file(false);
        }
        let text = line.text.strip_suffix(b"\r").unwrap_or(line.text);
        let text = match line.number {
            1 => text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
            _ => text,
        };
        if text.contains(&0) {
            self.gap("a zero byte outside content: UTF-16, `-z` output, or no text at all");
        }
        if !line.whole && is_header(text) {
            self.gap(&format!("a header of more than {KEPT} bytes"));
        }
        self.take_text(text);
    }

    fn take_text(&mut self, text: &[u8]) {
        match std::mem::take(&mut self.state) {
            State::Between | State::Hunk(_) => self.between(text),
            State::Header => self.in_header(text),
            State::Behind => self.behind_hunk(text),
            State::Binary(patch) => self.in_binary(patch, text),
            State::Old(old) => self.behind_old(old, text),
            State::New(old, new) => self.behind_new(&old, &new, text),
            State::Index(name) => self.behind_index(name, text),
        }
    }

    fn in_header(&mut self, text: &[u8]) {
        let Some(header) = &mut self.header else { return self.between(text) };
        match header.take(text) {
            Step::Taken => self.state = State::Header,
            Step::Hunk(hunk) => self.open_hunk(hunk),
            Step::Binary => self.state = State::Binary(BinaryPatch::default()),
            Step::Broken => {
                self.gap("a line of a file's header that cannot be read");
                self.state = State::Header;
            }
            Step::Over => {
                self.end_file(false);
                self.between(text);
            }
        }
    }

    fn open_hunk(&mut self, hunk: Hunk) {
        if self.header.as_ref().is_some_and(Header::makes_link) {
            self.content.open_link(hunk.is_from_start());
        }
        self.state = if hunk.done() { State::Behind } else { State::Hunk(hunk) };
    }

    fn behind_hunk(&mut self, text: &[u8]) {
        if text.starts_with(b"\\ ") {
            self.content.take_link(text);
            self.state = State::Behind;
        } else if text.starts_with(b"@@ -") {
            match Hunk::parse(text) {
                Some(hunk) => self.open_hunk(hunk),
                None => self.gap("a hunk's `@@` line that cannot be read"),
            }
        } else {
            let signature = matches!(text, b"-- " | b"--");
            let extra = matches!(text.first(), Some(b'+' | b'-' | b' '));
            if extra && !signature && !text.starts_with(b"--- ") {
                self.gap("a hunk that is longer than its `@@` line says");
            }
            self.end_file(false);
            self.between(text);
        }
    }

    fn in_binary(&mut self, mut patch: BinaryPatch, text: &[u8]) {
        if !patch.take(text) {
            self.gap("a `GIT binary patch` that is cut short or broken");
            self.end_file(false);
            self.between(text);
        } else if patch.done() {
            self.end_file(false);
        } else {
            self.state = State::Binary(patch);
        }
    }

    fn behind_old(&mut self, old: Vec<u8>, text: &[u8]) {
        match text.strip_prefix(b"+++ ") {
            Some(new) => self.state = State::New(old, new.to_vec()),
            None => self.between(text),
        }
    }

    fn behind_new(&mut self, old: &[u8], new: &[u8], text: &[u8]) {
        let plain = Plain::parse(old, new);
        match (plain, Hunk::parse(text)) {
            (Some(plain), Some(hunk)) => {
                self.count_file();
                let kind = plain.kind(hunk);
                self.plain = Some((self.line, plain.subject(), kind));
                self.open_hunk(hunk);
            }
            _ => {
                self.gap("a `---` and a `+++` line without a file name or a hunk behind them");
                self.between(text);
            }
        }
    }

    fn count_plain(&mut self, line: u64, subject: Subject, effect: Effect) {
        match subject {
            Subject::Path(path, prefixes) => {
                self.book.note(prefixes);
                self.tally.count(line, path, effect);
            }
            Subject::Alone { name, is_old } => self.book.wait(line, name, is_old, effect),
            Subject::Unclear => self.tally.gap(line, "two names that lead to no common path"),
        }
    }

    fn behind_index(&mut self, name: Vec<u8>, text: &[u8]) {
        if text.len() > 60 && text.iter().all(|&byte| byte == b'=') {
            self.files += 1;
            self.tally.count(self.line, name, Effect::plain(ChangeKind::Modified));
        } else {
            self.between(text);
        }
    }

    /// Takes a line that belongs to no file.
    fn between(&mut self, text: &[u8]) {
        if let Some(names) = text.strip_prefix(b"diff --git ") {
            self.header = Some(Header::new(self.line, names));
            self.state = State::Header;
        } else if let Some(name) = text.strip_prefix(b"--- ") {
            self.state = State::Old(name.to_vec());
        } else if let Some(name) = text.strip_prefix(b"Index: ") {
            self.state = State::Index(name.to_vec());
        } else if let Some(section) = Section::opened_by(self.line, text) {
            self.open_section(section);
        } else if let Some(problem) = stranger(text) {
            self.gap(problem);
        } else {
            self.beside(text);
        }
    }

    /// Takes a line that says something of the diff, or nothing.
    fn beside(&mut self, text: &[u8]) {
        if !self.section.in_message {
            if let Some(names) = section::raw(text) {
                self.listed.extend(names.into_iter().map(|name| (self.line, name)));
                let next = self.section.listed(self.line);
                next.into_iter().for_each(|section| self.open_section(section));
                return;
            }
            if let Some((subject, kind)) = plain::binary(text) {
                self.count_file();
                return self.count_plain(self.line, subject, Effect::plain(kind));
            }
            if let Some(problem) = foreign(text) {
                self.gap(problem);
            }
        }
        if let Some(section) = self.section.take(self.line, text) {
            self.open_section(section);
        }
    }

    fn open_section(&mut self, section: Section) {
        self.section.finish(false, &mut self.tally);
        self.section = section.after(&self.section);
        self.before = None;
    }

    fn count_file(&mut self) {
        self.section.in_message = false;
        self.section.files += 1;
        self.files += 1;
    }

    /// Ends the file at hand; `last` says that the text ends with it.
    fn end_file(&mut self, last: bool) {
        let content = std::mem::take(&mut self.content);
        if let Some((line, subject, kind)) = self.plain.take() {
            let effect = Effect { shown: content.shown(kind), ..Effect::plain(kind) };
            return self.count_plain(line, subject, effect);
        }
        let Some(header) = self.header.take() else { return };
        if header.completes(self.before.as_ref()) {
            self.section.in_message = false;
        } else {
            self.count_file();
        }
        if let Some(fault) = header.fault(last) {
            self.tally.gap(header.line, fault);
        }
        self.count_header(&header, content, last);
        self.before = Some(header);
    }

    fn count_header(&mut self, header: &Header, content: Content, last: bool) {
        let (line, effect) = (header.line, header.effect(content));
        let names = header.pair();
        if let Some((from, to, copied)) = header.moved() {
            if !names.is_some_and(|names| self.book.moved(&names, from, to)) {
                self.tally.gap(line, "a header whose names contradict each other");
            }
            if !copied {
                self.tally.count(line, from.to_vec(), header.old_effect());
            }
            self.tally.count(line, to.to_vec(), effect);
        } else if let Some(names) = names {
            let cut = last && header.is_mode_only();
            self.book.place(line, names, effect, cut, &mut self.tally);
        } else {
            self.tally.gap(line, "a header whose names contradict each other or cannot be read");
        }
    }

    fn gap(&mut self, problem: &str) {
        self.tally.gap(self.line, problem);
    }

    fn finish(mut self) -> ChangeSet {
        match std::mem::take(&mut self.state) {
            State::Hunk(_) => self.gap("the text ends inside a hunk"),
            State::Binary(_) => self.gap("the text ends inside a `GIT binary patch`"),
            State::Old(_) | State::New(..) | State::Index(_) => {
                self.gap("the text ends in a file's header");
            }
            State::Between | State::Header | State::Behind => {}
        }
        self.end_file(true);
        if self.is_cut {
            self.gap("the text ends inside a line");
        }
        self.section.finish(true, &mut self.tally);
        self.book.finish(&mut self.tally);
        for (line, name) in &self.listed {
            if !self.tally.holds(name) {
                let name = crate::path::quote(name);
                self.tally.gap(*line, &format!("the `--raw` list names {name}, the diff does not"));
            }
        }
        // Blanks alone are what is left where a script shows the output of a `git diff` that failed.
        if self.files == 0 && self.line > 0 && !self.tally.has_gaps() {
            self.tally.gap(1, "a text that names no file: it is no unified diff");
        }
        self.tally.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Lines, git};

    /// The paths with their kinds, and whether there is a gap.
    fn told(text: &str) -> (Vec<String>, bool) {
        let set = read(text.as_bytes());
        let told =
            set.changes.iter().map(|(path, change)| format!("{} {path}", change.kind.word()));
        (told.collect(), !set.gaps.is_empty())
    }

    #[test]
    fn what_a_header_and_its_hunks_show() {
        let shown = |text: &str| {
            let set = read(text.as_bytes());
            assert_eq!(set.gaps, []);
            let (_, change) = set.changes.into_iter().next().unwrap();
            (change.new, change.shown.unwrap())
        };
        let (id, none) = ("1".repeat(40), "0".repeat(40));
        let (new, seen) = shown(&format!(
            "diff --git a/x b/x\nold mode 100644\nnew mode 100755\nindex {none}..{id}\n--- a/x\n\
             +++ b/x\n@@ -4,3 +4,3 @@\n a\n-b\n+c\n d\n@@ -9,0 +10 @@\n+e\n"
        ));
        let new = new.unwrap();
        assert_eq!(new.mode, git::Mode::Executable);
        assert_eq!(new.id.unwrap().as_str(), id);
        assert_eq!(seen.lines, Lines::Known(vec![4..5, 9..9]));
        // An abbreviated name proves nothing: people make such lines up.
        let (new, seen) = shown(
            "diff --git a/x b/x\nindex 1234567..89abcde 100644\nBinary files a/x and b/x differ\n",
        );
        assert_eq!((new.unwrap().id, seen.lines), (None, Lines::Unknown("it is binary")));
        let (_, seen) = shown("--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n b\n");
        assert_eq!(seen.lines, Lines::Known(std::iter::once(0..1).collect()));
    }

    #[test]
    fn where_a_link_leads() {
        let links = |text: &str| {
            let set = read(text.as_bytes());
            let (_, change) = set.changes.into_iter().next().unwrap();
            let links = change.shown.unwrap().links;
            links.into_iter().map(|link| String::from_utf8(link).unwrap()).collect::<Vec<_>>()
        };
        let end = "\\ No newline at end of file\n";
        let header = "index 1234567..89abcde 120000\n--- a/x\n+++ b/x\n";
        for (text, expected) in [
            (
                format!(
                    "new file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+../y\n{end}"
                ),
                vec!["../y"],
            ),
            (
                format!(
                    "new file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+/../b\n{end}"
                ),
                vec!["a\n/../b"],
            ),
            (format!("{header}@@ -1 +1 @@\n-old\n{end}+new\n{end}"), vec!["new"]),
            (format!("{header}@@ -1,2 +1,2 @@\n a\n-b\n{end}+c\n"), vec!["a\nc\n"]),
            // Shown in part, or not at all.
            (format!("{header}@@ -2 +2 @@\n-old\n+new\n"), vec![]),
            (format!("{header}@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-a\n+b\n"), vec![]),
            ("index 1234567..89abcde 120000\nBinary files a/x and b/x differ\n".to_owned(), vec![]),
            (
                "index 1234567..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n".to_owned(),
                vec![],
            ),
        ] {
            assert_eq!(links(&format!("diff --git a/x b/x\n{text}")), expected, "{text}");
        }
    }

    const HUNK: &str = "@@ -1 +1 @@\n-a\n+b\n";

    #[test]
    fn whole_lists() {
        for (text, changes) in [
            ("", &[][..]),
            ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", &["mode x"]),
            ("diff --git x/f y/f\nnew file mode 100644\nindex 0000000..e69de29\n", &["added f"]),
            ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", &["modified x"]),
            (
                "--- src/x.orig\t2024-01-01\n+++ src/x\t2024-01-02\n@@ -1 +1 @@\n-a\n+b\n",
                &["modified src/x"],
            ),
            ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n", &["added x"]),
            (
                "--- src/x\n+++ src/x\n@@ -1 +1 @@\n-a\n+b\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+b\n",
                &["added b/y", "modified src/x"],
            ),
            (
                "--- old/x\n+++ new/x\n@@ -1 +1 @@\n-a\n+b\n--- old/y\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n",
                &["modified x", "deleted y"],
            ),
            (
                "diff -ruN old/x new/x\n--- old/x\t1970-01-01 00:00:00 +0000\n+++ new/x\t2024-01-01 00:00:00 +0000\n@@ -0,0 +1 @@\n+a\n",
                &["added x"],
            ),
            ("diff -ru old/x new/x\nBinary files old/x and new/x differ\n", &["modified x"]),
            (
                "Index: x\n===================================================================\n--- x\t(revision 1)\n+++ x\t(working copy)\n@@ -1 +1 @@\n-a\n+b\n",
                &["modified x"],
            ),
            ("\u{feff}diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", &["mode x"]),
            (
                "diff --git a/x b/x\nindex 0123456..0123457 160000\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-Subproject commit a\n+Subproject commit b\n",
                &["modified x"],
            ),
        ] {
            assert_eq!(
                told(text),
                (changes.iter().map(ToString::to_string).collect(), false),
                "{text}"
            );
        }
    }

    #[test]
    fn blanks_alone_are_not_taken_for_no_changes() {
        assert_eq!(read(b""), ChangeSet::default());
        for text in ["\n", "\n \r\n", " ", "\x0b"] {
            assert!(!read(text.as_bytes()).gaps.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_whole_list_is_told() {
        let good =
            format!("diff --git a/x b/x\nindex 0123456..0123457 100644\n--- a/x\n+++ b/x\n{HUNK}");
        assert_eq!(told(&good), (vec!["modified x".into()], false));
        for bad in [
            "diff --cc y\nindex 0123456,0123457..0123458\n--- a/y\n+++ b/y\n",
            "diff --combined y\n",
            "@@@ -1 -1 +1 @@@\n",
            "@@ -1 +1 @@\n",
            "\x1b[1mdiff --git a/y b/y\x1b[m\n",
            "Submodule y 0123456..789abcd:\n  > message\n",
            "Submodule y 0000000...789abcd (new submodule)\n",
            "Submodule y contains modified content\n",
            "Only in old: y\n",
            "Only in new/sub folder: y z\n",
            "Files old/y and new/y differ\n",
            "Binary files old/y and z differ\n",
            "* Unmerged path y\n",
            "diff --git a/y b/y\n",
            "diff --git a/y b/z\nold mode 100644\nnew mode 100755\n",
            "diff --git a/../y b/../y\nold mode 100644\nnew mode 100755\n",
            "diff --git /y /y\nold mode 100644\nnew mode 100755\n",
            "diff --git a/.git/config b/.git/config\nold mode 100644\nnew mode 100755\n",
            "diff --git a/y b/y\nsimilarity index 100%\nrename from z\nrename to w\n",
            "diff --git a/y b/y\n--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n",
            "diff --git xsrc/f ysrc/f\n--- xsrc/f\n+++ ysrc/f\n@@ -1 +1 @@\n-a\n+b\n",
            "--- src/x\n+++ lib/y\n@@ -1 +1 @@\n-a\n+b\n",
            "--- a/x\n+++ b/x\n",
            "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n+b\n",
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n",
            "commit 0123456\nMerge: 012 345\n\n    Merge it\n\n",
            " 2 files changed, 2 insertions(+)\n",
            ":100644 100644 0123456 789abcd M\ty\n",
            "Content-Transfer-Encoding: base64\n",
            "y\0z\n",
            "***************\n",
            "diff --git a/y b/y",
        ] {
            let text = format!("{good}{bad}");
            assert!(told(&text).1, "{bad}");
            let (changes, _) = told(&text);
            assert!(changes.contains(&"modified x".to_owned()), "{bad}");
        }
        for alone in [
            "x\n",
            " x | 2 +-\n",
            "M\tx\n",
            "<!DOCTYPE html>\n",
            "commit 0123456\nAuthor: A\n\n    x\n",
            "1c1\n< a\n---\n> b\n",
        ] {
            assert!(told(alone).1, "{alone}");
        }
    }

    #[test]
    fn a_gap_tells_its_line_and_what_to_do() {
        let set = read(b"\n\ndiff --cc x\n");
        let gap = set.gaps.first().unwrap();
        assert!(gap.problem.starts_with("line 3: a combined diff"), "{}", gap.problem);
        assert!(gap.help.contains("git diff --no-ext-diff"), "{}", gap.help);
    }

    #[test]
    fn content_that_looks_like_a_header_does_not_count() {
        let text = "--- a/x\n+++ b/x\n@@ -1,3 +1,2 @@\n--- a/no\n-diff --git a/no b/no\n+++ b/no\n diff --git a/no b/no\n";
        assert_eq!(told(text), (vec!["modified x".into()], false));
    }

    #[test]
    fn a_message_counts_what_git_am_would_apply() {
        let mail = |message: &str| {
            format!(
                "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nSubject: x\n\n{message}\n---\n x | 2 +-\n 1 file changed\n\ndiff --git a/x b/x\nindex 0123456..0123457 100644\n--- a/x\n+++ b/x\n{HUNK}-- \n2.39.5\n\n"
            )
        };
        for harmless in [
            "    diff --git a/y b/y",
            "> --- a/y",
            "Only in a: y",
            " 7 files changed",
            "diff -u is not enough",
        ] {
            assert_eq!(told(&mail(harmless)), (vec!["modified x".into()], false), "{harmless}");
        }
        let shown = mail("diff --git a/y b/y\nold mode 100644\nnew mode 100755\n");
        let (changes, _) = told(&shown);
        assert_eq!(changes, ["modified x", "mode y"]);
    }

    #[test]
    fn names_that_git_reads_otherwise() {
        let index = "index 0123456..0123457 100644\n";
        let created = "new file mode 100644\nindex 0000000..0123457\n--- /dev/null\n";
        for odd in [
            format!("diff --git a/zl b/ci/evil.yml\n{created}+++ b/ci/evil.yml\n{HUNK}"),
            "diff --git a/lanes.yaml b/zl\ndeleted file mode 100644\n".into(),
            format!(
                "diff --git a/packages/b/src/x b/x/src/x\n{index}--- a/packages/b/src/x\n\
                 +++ b/x/src/x\n{HUNK}"
            ),
            format!("diff --git a/g\r.rs b/g\r.rs\n{index}--- a/g\r.rs\n+++ b/g\r.rs\n{HUNK}"),
            "diff --git a/f b/g\nsimilarity index 100%\nrename from f\r.rs\nrename to g\n".into(),
            format!("--- a/f 2020-01-01 00:00:00 +0000\n+++ b/f 2020-01-01 00:00:01 +0000\n{HUNK}"),
        ] {
            assert!(told(&odd).1, "{odd}");
        }
        let near = format!(
            "diff --git a/x 12 b/x 12\n{index}--- a/x 12\t\n+++ b/x 12\t\n{HUNK}\
             diff --git a/old b/new\nsimilarity index 100%\nrename old old\nrename new new\n"
        );
        let changes: Vec<String> =
            ["added new", "deleted old", "modified x 12"].map(String::from).into();
        assert_eq!(told(&near), (changes, false));
    }

    #[test]
    fn encodings_that_git_decodes() {
        let mail = |encoding: &str| {
            format!(
                "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n\
                 Content-Transfer-Encoding:{encoding}\n\n---\n\
                 diff --git a/x b/x\nindex 0123456..0123457 100644\n--- a/x\n+++ b/x\n{HUNK}"
            )
        };
        for plain in [" 7bit", " 8BIT ", " binary"] {
            assert!(!told(&mail(plain)).1, "{plain}");
        }
        for decoded in [" base64; x=y", " \"base64\"", " x-base64", "\n base64", " (a) base64"] {
            assert!(told(&mail(decoded)).1, "{decoded}");
        }
    }

    #[test]
    fn renames_settle_what_other_headers_leave_open() {
        let rename =
            "diff --git xsrc/f ysrc/g\nsimilarity index 100%\nrename from src/f\nrename to src/g\n";
        let open = format!(
            "diff --git xsrc/h ysrc/h\nindex 0123456..0123457 100644\n--- xsrc/h\n+++ ysrc/h\n{HUNK}"
        );
        // `git apply` would write `h`: what the rename shows of the prefixes does not count.
        let changes: Vec<String> = ["deleted src/f", "added src/g"].map(String::from).into();
        assert_eq!(told(&format!("{open}{rename}")), (changes, true));
        let tail = "diff --git a/q/f b/q/g\nsimilarity index 100%\nrename from f\nrename to g\n";
        let usual = format!(
            "diff --git a/q/h b/q/h\nindex 0123456..0123457 100644\n--- a/q/h\n+++ b/q/h\n{HUNK}"
        );
        assert!(told(&format!("{usual}{tail}")).1);
    }
}
