//! Parses patches into the paths that they change.
//!
//! [`read`] and [`read_from`] accept any unified diff from git, GitHub or `diff -u`, alone or in
//! mails and logs. They read in one pass and only count content, so memory is bounded by the headers.
//!
//! # What counts
//!
//! What `git apply -pN` would change, and for mails `git am -pN`, with [`DEFAULT_STRIP`] unless the
//! caller passes another N. Nothing is guessed: if git needs a rule to resolve inconsistent names or
//! unusual line orders, the text gets a gap. So the result does not depend on the version of git.
//!
//! - A header counts wherever `git apply` would accept it: at the start of a line, outside of hunks.
//!   In a commit message, a diff at the start of a line counts too, since `git am` would apply it.
//!   An indented one does not.
//! - A rename deletes the old path and adds the new one, a copy adds the new one. A path that one
//!   diff deletes and creates (`-B -M`) is modified, or changes its type if the modes of both headers
//!   say so. A pure rename has no mode, and does not show whether it replaces a file (with `-B`).
//! - A path that several commits change counts once: added if one adds it and none deletes it,
//!   deleted if one deletes it and none adds it, modified if both happen, in any order.
//! - `--- a/x.orig` and `+++ b/x` only change `x`. Any other differing names are a gap.
//! - Equal names have no prefix. Stripping components from them is a gap.
//!
//! # Gaps in patches that may be complete
//!
//! A text without a final line feed is truncated, or was trimmed by a script. A final deletion
//! without content is truncated, or comes from `-D`. A header without a change is truncated, or
//! comes from `-w`, which silently leaves out other files.
//!
//! # What cannot be detected
//!
//! `--relative` and `--no-index` write names that are not paths of the repository. Options that leave
//! out files (paths, `--diff-filter`, `-S`, `-w`) leave no trace. A truncation between two files only
//! shows if there is a number of files (`--stat`, `--raw`, a mail of `git format-patch`), and one
//! after `new mode` turns a modification into a mode change. Merge commits in `git log --oneline -p`
//! look empty.

mod body;
mod change_set_builder;
mod content;
mod header;
mod lines;
mod mail;
mod names;
mod plain;
mod section;
mod stamp;
mod unsupported;

use std::io::{self, BufRead};

use self::body::{BinaryPatch, Hunk};
use self::change_set_builder::{ChangeSetBuilder, Effect};
use self::content::Content;
use self::header::{Header, Paths, Step};
use self::lines::{Line, MAX_LINE, Splitter};
use self::mail::Mail;
use self::names::strip;
use self::plain::Plain;
use self::section::Section;
use self::unsupported::{is_header, unsupported, unsupported_outside_message};
use crate::change::{ChangeKind, ChangeSet};

/// How many leading components `git apply` strips from names by default.
pub const DEFAULT_STRIP: usize = 1;

/// Parses a patch in memory, with [`DEFAULT_STRIP`].
///
/// Accepts any bytes. If the changes may be incomplete, the result has gaps, each with its line and
/// a command that creates a complete patch. An empty text has no changes.
#[must_use]
pub fn read(text: &[u8]) -> ChangeSet {
    read_stripped(text, DEFAULT_STRIP)
}

/// Parses a patch in memory, stripping `components` like `git apply -pN`.
#[must_use]
pub fn read_stripped(text: &[u8], components: usize) -> ChangeSet {
    let mut scanner = Scanner::new(components);
    let mut splitter = Splitter::default();
    splitter.push(text, |line| scanner.take(line));
    splitter.finish(|line| scanner.take(line));
    scanner.finish()
}

/// Parses a patch from a stream, like [`read_stripped`].
///
/// # Errors
/// If reading fails.
pub fn read_from(mut reader: impl BufRead, components: usize) -> io::Result<ChangeSet> {
    let mut scanner = Scanner::new(components);
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

/// What the scanner expects next.
#[derive(Debug, Default)]
enum State {
    /// Between files.
    #[default]
    Between,
    /// In a `diff --git` header.
    Header,
    /// In a hunk.
    Hunk(Hunk),
    /// After a hunk, where another one may follow.
    AfterHunk,
    /// In a `GIT binary patch`.
    Binary(BinaryPatch),
    /// After `--- name` outside of a header.
    Old(Vec<u8>),
    /// After `--- name` and `+++ name`.
    New(Vec<u8>, Vec<u8>),
    /// After `Index: name`, which Subversion underlines.
    Index,
    /// After the underline, where the diff of the file has to follow.
    Underlined,
}

#[derive(Debug, Default)]
struct Scanner {
    /// How many leading components to strip from names.
    components: usize,
    state: State,
    /// The current file, if its header is git's.
    header: Option<Header>,
    /// The previous header, for the two halves of a type change.
    before: Option<Header>,
    /// What the hunks of the current file have shown.
    content: Content,
    /// The current file, if its header is not git's, with its line.
    plain: Option<(u64, Plain, ChangeKind)>,
    section: Section,
    mail: Mail,
    /// Lines and paths of `--raw` lists.
    raw_paths: Vec<(u64, Vec<u8>)>,
    builder: ChangeSetBuilder,
    /// How many files the text contains.
    files: u64,
    line: u64,
    /// Whether the last line has no line feed.
    is_cut: bool,
}

impl Scanner {
    fn new(components: usize) -> Scanner {
        Scanner { components, ..Scanner::default() }
    }

    #[inline]
    fn take(&mut self, line: Line) {
        if let State::Hunk(hunk) = &mut self.state
            && line.ended
            && !self.mail.is_boundary(line.text)
            && hunk.take(line.text, &mut self.content)
        {
            if self.content.is_link() {
                self.content.take_link(line.text);
            }
            if hunk.done() {
                self.content.close(hunk.at());
                self.state = State::AfterHunk;
            }
            return;
        }
        self.take_slow(line);
    }

    /// Takes a line outside of a hunk, or one that needs a closer look.
    fn take_slow(&mut self, line: Line) {
        self.line = line.number;
        self.is_cut = !line.ended;
        if self.mail.is_boundary(line.text) && !matches!(self.state, State::Between) {
            self.add_gap("mail boundary inside the diff of a file");
        }
        if let State::Hunk(hunk) = &mut self.state {
            if hunk.take(line.text, &mut self.content) {
                return;
            }
            self.add_gap("hunk does not match its `@@` line");
            self.end_file(false);
        }
        let text = line.text.strip_suffix(b"\r").unwrap_or(line.text);
        if text.contains(&0) {
            self.add_gap("NUL byte: UTF-16, `-z` output or a binary file");
        }
        if text.strip_prefix(b"\xef\xbb\xbf").is_some_and(|rest| !rest.is_empty()) {
            self.add_gap("byte order mark, which makes `git apply` miss the line");
        }
        if is_header(text) {
            self.check_header_line(line, text);
        }
        if let Some((line, problem)) = self.mail.take(line.number, text) {
            self.builder.add_gap(line, &problem);
        }
        self.take_text(text);
    }

    fn check_header_line(&mut self, line: Line, text: &[u8]) {
        if !line.whole {
            self.add_gap(&format!("header line longer than {MAX_LINE} bytes"));
        }
        if text.contains(&b'\r') {
            self.add_gap("carriage return in a header line, where git ends the name");
        }
        if self.mail.changes(text) {
            self.add_gap("header line that changes with the charset of the mail");
        }
    }

    fn take_text(&mut self, text: &[u8]) {
        match std::mem::take(&mut self.state) {
            State::Between | State::Hunk(_) => self.between(text),
            State::Header => self.in_header(text),
            State::AfterHunk => self.after_hunk(text),
            State::Binary(patch) => self.in_binary(patch, text),
            State::Old(old) => self.after_old(old, text),
            State::New(old, new) => self.after_new(&old, &new, text),
            State::Index => self.after_index(text),
            State::Underlined => self.after_underline(text),
        }
    }

    fn in_header(&mut self, text: &[u8]) {
        let Some(header) = &mut self.header else { return self.between(text) };
        match header.take(text) {
            Step::Taken => self.state = State::Header,
            Step::Hunk(hunk) => self.open_hunk(hunk),
            Step::Binary => self.state = State::Binary(BinaryPatch::default()),
            Step::Broken => {
                self.add_gap("invalid line in a file header");
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
        self.state = if hunk.done() { State::AfterHunk } else { State::Hunk(hunk) };
    }

    fn after_hunk(&mut self, text: &[u8]) {
        if text.starts_with(b"\\ ") {
            self.content.take_link(text);
            self.state = State::AfterHunk;
        } else if text.starts_with(b"@@ -") {
            match Hunk::parse(text) {
                Some(hunk) => self.open_hunk(hunk),
                None => self.add_gap("invalid `@@` line"),
            }
        } else {
            let signature = matches!(text, b"-- " | b"--");
            let extra = matches!(text.first(), Some(b'+' | b'-' | b' '));
            if extra && !signature && !text.starts_with(b"--- ") {
                self.add_gap("hunk longer than its `@@` line says");
            }
            self.end_file(false);
            self.between(text);
        }
    }

    fn in_binary(&mut self, mut patch: BinaryPatch, text: &[u8]) {
        if !patch.take(text) {
            self.add_gap("truncated or invalid `GIT binary patch`");
            self.end_file(false);
            self.between(text);
        } else if patch.done() {
            self.end_file(false);
        } else {
            self.state = State::Binary(patch);
        }
    }

    fn after_old(&mut self, old: Vec<u8>, text: &[u8]) {
        match text.strip_prefix(b"+++ ") {
            Some(new) => self.state = State::New(old, new.to_vec()),
            None => self.between(text),
        }
    }

    fn after_new(&mut self, old: &[u8], new: &[u8], text: &[u8]) {
        match (Plain::parse(old, new), Hunk::parse(text)) {
            (Ok(plain), Some(hunk)) => {
                self.count_file();
                let kind = plain.kind(hunk);
                self.plain = Some((self.line, plain, kind));
                self.open_hunk(hunk);
            }
            (Err(fault), Some(_)) => {
                self.builder.add_fault(self.line, fault);
                self.between(text);
            }
            (_, None) => {
                self.add_gap("`---` and `+++` lines without a hunk");
                self.between(text);
            }
        }
    }

    fn add_plain(&mut self, line: u64, plain: &Plain, effect: Effect) {
        match plain.path(self.components) {
            Ok(path) => self.builder.add(line, path.to_vec(), effect),
            Err(fault) => self.builder.add_fault(line, fault),
        }
    }

    fn after_index(&mut self, text: &[u8]) {
        if text.len() > 60 && text.iter().all(|&byte| byte == b'=') {
            self.state = State::Underlined;
        } else {
            self.between(text);
        }
    }

    fn after_underline(&mut self, text: &[u8]) {
        if !text.starts_with(b"--- ") {
            self.add_gap("Subversion does not show the content of this file");
        }
        self.between(text);
    }

    /// Takes a line outside of file diffs.
    fn between(&mut self, text: &[u8]) {
        if let Some(names) = text.strip_prefix(b"diff --git ") {
            self.header = Some(Header::new(self.line, names));
            self.state = State::Header;
        } else if let Some(name) = text.strip_prefix(b"--- ") {
            self.state = State::Old(name.to_vec());
        } else if text.starts_with(b"Index: ") {
            self.state = State::Index;
        } else if let Some(section) = Section::opened_by(self.line, text) {
            self.open_section(section);
        } else if let Some(problem) = unsupported(text) {
            self.add_gap(problem);
        } else {
            self.outside_diff(text);
        }
    }

    /// Takes a line of a summary or commit message, or an unknown one.
    fn outside_diff(&mut self, text: &[u8]) {
        if !self.section.in_message {
            if let Some(names) = section::raw(text) {
                self.add_raw_paths(names);
                let next = self.section.take_raw(self.line);
                next.into_iter().for_each(|section| self.open_section(section));
                return;
            }
            if let Some(problem) = unsupported_outside_message(text) {
                self.add_gap(problem);
            }
        }
        if let Some(section) = self.section.take(self.line, text) {
            self.open_section(section);
        }
    }

    /// Keeps names of a `--raw` list, which have no prefix.
    fn add_raw_paths(&mut self, names: Vec<Vec<u8>>) {
        for name in names {
            match strip(&name, self.components.saturating_sub(1)) {
                Ok(path) => self.raw_paths.push((self.line, path.to_vec())),
                Err(fault) => self.builder.add_fault(self.line, fault),
            }
        }
    }

    fn open_section(&mut self, section: Section) {
        self.section.finish(false, &mut self.builder);
        self.section = section.after(&self.section);
        self.before = None;
    }

    fn count_file(&mut self) {
        self.section.in_message = false;
        self.section.files += 1;
        self.files += 1;
    }

    /// Ends the current file. `last` if the text ends with it.
    fn end_file(&mut self, last: bool) {
        let content = std::mem::take(&mut self.content);
        if let Some((line, plain, kind)) = self.plain.take() {
            let effect = Effect { shown: content.shown(kind), ..Effect::plain(kind) };
            return self.add_plain(line, &plain, effect);
        }
        let Some(header) = self.header.take() else { return };
        if header.completes(self.before.as_ref()) {
            self.section.in_message = false;
        } else {
            self.count_file();
        }
        let fault = header.fault(last);
        if let Some(fault) = fault {
            self.builder.add_gap(header.line, fault);
        }
        self.add_header(&header, content, fault.is_some());
        self.before = Some(header);
    }

    /// Adds the effects of a header. If it `has_gap`, a fault is not reported again.
    fn add_header(&mut self, header: &Header, content: Content, has_gap: bool) {
        let (line, effect) = (header.line, header.effect(content));
        match header.paths(self.components) {
            Ok(Paths::One(path)) => self.builder.add(line, path.to_vec(), effect),
            Ok(Paths::Moved { from, to, copied }) => {
                if !copied {
                    self.builder.add(line, from.to_vec(), header.old_effect());
                }
                self.builder.add(line, to.to_vec(), effect);
            }
            Err(_) if has_gap => {}
            Err(fault) => self.builder.add_fault(line, fault),
        }
    }

    fn add_gap(&mut self, problem: &str) {
        self.builder.add_gap(self.line, problem);
    }

    fn finish(mut self) -> ChangeSet {
        match std::mem::take(&mut self.state) {
            State::Hunk(_) => self.add_gap("truncated hunk"),
            State::Binary(_) => self.add_gap("truncated `GIT binary patch`"),
            State::Old(_) | State::New(..) | State::Index | State::Underlined => {
                self.add_gap("truncated file header");
            }
            State::Between | State::Header | State::AfterHunk => {}
        }
        self.end_file(true);
        if self.is_cut {
            self.add_gap("truncated line");
        }
        if let Some((line, problem)) = self.mail.close() {
            self.builder.add_gap(line, &problem);
        }
        self.section.finish(true, &mut self.builder);
        for (line, name) in &self.raw_paths {
            if !self.builder.contains(name) {
                let name = crate::path::quote(name);
                self.builder.add_gap(*line, &format!("{name} in `--raw` list, but not in diff"));
            }
        }
        // A script that prints the output of a failed `git diff` can leave only blanks.
        if self.files == 0 && self.line > 0 && !self.builder.has_gaps() {
            self.builder.add_gap(1, "not a unified diff");
        }
        self.builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Lines;

    /// The changes, and whether there is a gap.
    fn changes(text: &str) -> (Vec<String>, bool) {
        let set = read(text.as_bytes());
        let changes =
            set.changes.iter().map(|(path, change)| format!("{} {path}", change.kind.word()));
        (changes.collect(), !set.gaps.is_empty())
    }

    #[test]
    fn content_of_headers_and_hunks() {
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
        assert_eq!(new.mode, crate::change::object::Mode::Executable);
        assert_eq!(new.id.unwrap().as_str(), id);
        assert_eq!(seen.lines, Lines::Known(vec![4..5, 9..9]));
        // An abbreviated id may be made up.
        let (new, seen) = shown(
            "diff --git a/x b/x\nindex 1234567..89abcde 100644\nBinary files a/x and b/x differ\n",
        );
        assert_eq!((new.unwrap().id, seen.lines), (None, Lines::Unknown("it is binary")));
        let (_, seen) = shown("--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n b\n");
        assert_eq!(seen.lines, Lines::Known(std::iter::once(0..1).collect()));
    }

    #[test]
    fn link_targets() {
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
            // Not fully shown.
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
    fn complete_patches() {
        for (text, expected) in [
            ("", &[][..]),
            ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", &["mode x"]),
            ("diff --git x/f y/f\nnew file mode 100644\nindex 0000000..e69de29\n", &["added f"]),
            ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", &["modified x"]),
            (
                "--- a/src/x.orig\t2024-01-01\n+++ b/src/x\t2024-01-02\n@@ -1 +1 @@\n-a\n+b\n",
                &["modified src/x"],
            ),
            ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n", &["added x"]),
            (
                "--- old/x\n+++ new/x\n@@ -1 +1 @@\n-a\n+b\n--- old/y\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n",
                &["modified x", "deleted y"],
            ),
            (
                "diff -ruN old/x new/x\n--- old/x\t1970-01-01 00:00:00 +0000\n+++ new/x\t2024-01-01 00:00:00 +0000\n@@ -0,0 +1 @@\n+a\n",
                &["added x"],
            ),
            (
                "diff --git a/x b/x\nindex 0123456..0123457 160000\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-Subproject commit a\n+Subproject commit b\n",
                &["modified x"],
            ),
        ] {
            assert_eq!(
                changes(text),
                (expected.iter().map(ToString::to_string).collect(), false),
                "{text}"
            );
        }
    }

    #[test]
    fn text_of_blanks() {
        assert_eq!(read(b""), ChangeSet::default());
        for text in ["\n", "\n \r\n", " ", "\x0b"] {
            assert!(!read(text.as_bytes()).gaps.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn incomplete_patches() {
        let good =
            format!("diff --git a/x b/x\nindex 0123456..0123457 100644\n--- a/x\n+++ b/x\n{HUNK}");
        assert_eq!(changes(&good), (vec!["modified x".into()], false));
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
            "diff --git x/f y\n--- x/f\n+++ y/f\n@@ -1 +1 @@\n-a\n+b\n",
            "diff -ru old/y new/y\nBinary files old/y and new/y differ\n",
            "Index: y\n===================================================================\nCannot display: file marked as a binary type.\n",
            "\u{feff}diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
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
            let (changes, has_gap) = changes(&text);
            assert!(has_gap, "{bad}");
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
            assert!(changes(alone).1, "{alone}");
        }
    }

    #[test]
    fn line_and_help_of_gap() {
        let set = read(b"\n\ndiff --cc x\n");
        let gap = set.gaps.first().unwrap();
        assert!(gap.problem.starts_with("line 3: combined diff"), "{}", gap.problem);
        assert!(gap.help.contains("git diff --no-ext-diff"), "{}", gap.help);
    }

    #[test]
    fn header_inside_hunk() {
        let text = "--- a/x\n+++ b/x\n@@ -1,3 +1,2 @@\n--- a/no\n-diff --git a/no b/no\n+++ b/no\n diff --git a/no b/no\n";
        assert_eq!(changes(text), (vec!["modified x".into()], false));
    }

    #[test]
    fn diff_in_commit_message() {
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
            assert_eq!(changes(&mail(harmless)), (vec!["modified x".into()], false), "{harmless}");
        }
        let shown = mail("diff --git a/y b/y\nold mode 100644\nnew mode 100755\n");
        let (changes, _) = changes(&shown);
        assert_eq!(changes, ["modified x", "mode y"]);
    }
}
