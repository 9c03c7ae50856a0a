//! Patches read as text: which paths they write.
//!
//! [`read`] and [`read_from`] take any unified diff that git, GitHub or `diff -u` writes, alone or
//! in mails and logs, and give its paths. Lines are looked at once, in order, and content is only
//! counted, so that a patch of any size takes the memory of its headers.
//!
//! # What counts
//!
//! What `git apply -pN` would write, and of mails `git am -pN`: [`DEFAULT_STRIP`] unless the caller
//! says another N. Nothing is guessed: where git has a rule for names that contradict each other,
//! or for lines in another order than its own, the text is a gap. So whoever wants to know what is
//! read need not know git's rules, and a git with other rules reads the same.
//!
//! - A header counts wherever `git apply` would take it for one: at the start of a line, outside
//!   hunks. A diff that a commit message shows at the start of a line counts too, since `git am`
//!   would apply it; an indented one does not.
//! - A rename is the old path deleted and the new one added, a copy the new one added. A path that
//!   one diff deletes and creates (`-B -M`) is modified, or changed its type where both headers
//!   tell types that differ; a pure rename tells none, nor whether it replaces a file (with `-B`).
//! - A path that several commits write counts once: added if one adds it and none deletes it,
//!   deleted if one deletes it and none adds it, modified if both happen, in whatever order.
//! - `--- a/x.orig` beside `+++ b/x` is a change of `x` alone. Two other names that differ are a gap.
//! - Names that are equal, prefix and all, have no prefix; to take components off is a gap then.
//!
//! # What is told though it may be whole
//!
//! A text that does not end in a line feed was cut, or stripped by a script: the two look alike. So
//! do a cut and a deletion without content (`-D`), where it is the last in the text. A header that
//! shows no change comes of a cut, or of `-w`, which leaves out other files without a word.
//!
//! # What no text can show
//!
//! `--relative` and `--no-index` write names that are not the repository's. Options that leave files out (paths, `--diff-filter`,
//! `-S`, `-w`) leave no trace. A cut between two files shows only where a summary tells the number
//! of files (`--stat`, `--raw`, a mail by `git format-patch`), and one behind `new mode` makes of a
//! changed file one with a changed mode. Merge commits in `git log --oneline -p` look empty.

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
use self::lines::{KEPT, Line, Splitter};
use self::mail::Mail;
use self::names::strip;
use self::plain::Plain;
use self::section::Section;
use self::unsupported::{foreign, is_header, stranger};
use crate::change::{ChangeKind, ChangeSet};

/// How many components `git apply` takes off every name unless it is told otherwise.
pub const DEFAULT_STRIP: usize = 1;

/// Reads a patch that is in memory, with [`DEFAULT_STRIP`].
///
/// Any bytes are taken: what is no whole list of changes comes back with gaps, each with its line
/// and the command that makes a whole one. A text without a word in it is an empty list.
#[must_use]
pub fn read(text: &[u8]) -> ChangeSet {
    read_stripped(text, DEFAULT_STRIP)
}

/// Reads a patch that is in memory as `git apply -p` with this number does.
#[must_use]
pub fn read_stripped(text: &[u8], components: usize) -> ChangeSet {
    let mut scanner = Scanner::new(components);
    let mut splitter = Splitter::default();
    splitter.push(text, |line| scanner.take(line));
    splitter.finish(|line| scanner.take(line));
    scanner.finish()
}

/// Reads a patch from a stream, as [`read_stripped`] does; only headers are kept.
///
/// # Errors
/// What the stream reports.
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
    Index,
    /// Behind that, where a diff of the file has to follow.
    Underlined,
}

#[derive(Debug, Default)]
struct Scanner {
    /// How many components to take off every name.
    components: usize,
    state: State,
    /// The file at hand, if its header is git's.
    header: Option<Header>,
    /// The header before, for the two halves of a type change.
    before: Option<Header>,
    /// What the hunks of the file at hand have shown.
    content: Content,
    /// The file at hand, if its header is not git's, with the header's line.
    plain: Option<(u64, Plain, ChangeKind)>,
    section: Section,
    mail: Mail,
    /// Paths that `--raw` has listed, with the line.
    listed: Vec<(u64, Vec<u8>)>,
    builder: ChangeSetBuilder,
    /// How many files were named in the whole text.
    files: u64,
    line: u64,
    /// Whether the last line lacks its line feed.
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
        if self.mail.is_boundary(line.text) && !matches!(self.state, State::Between) {
            self.gap("a border between two parts of a mail, inside the diff of a file");
        }
        if let State::Hunk(hunk) = &mut self.state {
            if hunk.take(line.text, &mut self.content) {
                return;
            }
            self.gap("a hunk that is shorter or longer than its `@@` line says");
            self.end_file(false);
        }
        let text = line.text.strip_suffix(b"\r").unwrap_or(line.text);
        if text.contains(&0) {
            self.gap("a zero byte outside content: UTF-16, `-z` output, or no text at all");
        }
        if text.strip_prefix(b"\xef\xbb\xbf").is_some_and(|rest| !rest.is_empty()) {
            self.gap("a byte order mark, which hides the line behind it from `git apply`");
        }
        if is_header(text) {
            self.check_header_line(line, text);
        }
        if let Some((line, problem)) = self.mail.take(line.number, text) {
            self.builder.gap(line, &problem);
        }
        self.take_text(text);
    }

    fn check_header_line(&mut self, line: Line, text: &[u8]) {
        if !line.whole {
            self.gap(&format!("a header of more than {KEPT} bytes"));
        }
        if text.contains(&b'\r') {
            self.gap("a carriage return inside a header, where git ends the name");
        }
        if self.mail.changes(text) {
            self.gap("a header with letters that the mail's charset changes");
        }
    }

    fn take_text(&mut self, text: &[u8]) {
        match std::mem::take(&mut self.state) {
            State::Between | State::Hunk(_) => self.between(text),
            State::Header => self.in_header(text),
            State::Behind => self.behind_hunk(text),
            State::Binary(patch) => self.in_binary(patch, text),
            State::Old(old) => self.behind_old(old, text),
            State::New(old, new) => self.behind_new(&old, &new, text),
            State::Index => self.behind_index(text),
            State::Underlined => self.behind_underline(text),
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
        match (Plain::parse(old, new), Hunk::parse(text)) {
            (Ok(plain), Some(hunk)) => {
                self.count_file();
                let kind = plain.kind(hunk);
                self.plain = Some((self.line, plain, kind));
                self.open_hunk(hunk);
            }
            (Err(fault), Some(_)) => {
                self.builder.unnamed(self.line, fault);
                self.between(text);
            }
            (_, None) => {
                self.gap("a `---` and a `+++` line without a hunk behind them");
                self.between(text);
            }
        }
    }

    fn count_plain(&mut self, line: u64, plain: &Plain, effect: Effect) {
        match plain.path(self.components) {
            Ok(path) => self.builder.count(line, path.to_vec(), effect),
            Err(fault) => self.builder.unnamed(line, fault),
        }
    }

    fn behind_index(&mut self, text: &[u8]) {
        if text.len() > 60 && text.iter().all(|&byte| byte == b'=') {
            self.state = State::Underlined;
        } else {
            self.between(text);
        }
    }

    fn behind_underline(&mut self, text: &[u8]) {
        if !text.starts_with(b"--- ") {
            self.gap("a file whose content Subversion does not show");
        }
        self.between(text);
    }

    /// Takes a line that belongs to no file.
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
                self.list(names);
                let next = self.section.listed(self.line);
                next.into_iter().for_each(|section| self.open_section(section));
                return;
            }
            if let Some(problem) = foreign(text) {
                self.gap(problem);
            }
        }
        if let Some(section) = self.section.take(self.line, text) {
            self.open_section(section);
        }
    }

    /// Keeps names of a `--raw` list, which have no prefix.
    fn list(&mut self, names: Vec<Vec<u8>>) {
        for name in names {
            match strip(&name, self.components.saturating_sub(1)) {
                Ok(path) => self.listed.push((self.line, path.to_vec())),
                Err(fault) => self.builder.unnamed(self.line, fault),
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

    /// Ends the file at hand; `last` says that the text ends with it.
    fn end_file(&mut self, last: bool) {
        let content = std::mem::take(&mut self.content);
        if let Some((line, plain, kind)) = self.plain.take() {
            let effect = Effect { shown: content.shown(kind), ..Effect::plain(kind) };
            return self.count_plain(line, &plain, effect);
        }
        let Some(header) = self.header.take() else { return };
        if header.completes(self.before.as_ref()) {
            self.section.in_message = false;
        } else {
            self.count_file();
        }
        let fault = header.fault(last);
        if let Some(fault) = fault {
            self.builder.gap(header.line, fault);
        }
        self.count_header(&header, content, fault.is_some());
        self.before = Some(header);
    }

    /// Counts the paths of a header. Where it `is_broken`, that it names none was told.
    fn count_header(&mut self, header: &Header, content: Content, is_broken: bool) {
        let (line, effect) = (header.line, header.effect(content));
        match header.paths(self.components) {
            Ok(Paths::One(path)) => self.builder.count(line, path.to_vec(), effect),
            Ok(Paths::Moved { from, to, copied }) => {
                if !copied {
                    self.builder.count(line, from.to_vec(), header.old_effect());
                }
                self.builder.count(line, to.to_vec(), effect);
            }
            Err(_) if is_broken => {}
            Err(fault) => self.builder.unnamed(line, fault),
        }
    }

    fn gap(&mut self, problem: &str) {
        self.builder.gap(self.line, problem);
    }

    fn finish(mut self) -> ChangeSet {
        match std::mem::take(&mut self.state) {
            State::Hunk(_) => self.gap("the text ends inside a hunk"),
            State::Binary(_) => self.gap("the text ends inside a `GIT binary patch`"),
            State::Old(_) | State::New(..) | State::Index | State::Underlined => {
                self.gap("the text ends in a file's header");
            }
            State::Between | State::Header | State::Behind => {}
        }
        self.end_file(true);
        if self.is_cut {
            self.gap("the text ends inside a line");
        }
        if let Some((line, problem)) = self.mail.close() {
            self.builder.gap(line, &problem);
        }
        self.section.finish(true, &mut self.builder);
        for (line, name) in &self.listed {
            if !self.builder.holds(name) {
                let name = crate::path::quote(name);
                self.builder
                    .gap(*line, &format!("the `--raw` list names {name}, the diff does not"));
            }
        }
        // Blanks alone are what is left where a script shows the output of a `git diff` that failed.
        if self.files == 0 && self.line > 0 && !self.builder.has_gaps() {
            self.builder.gap(1, "a text that names no file: it is no unified diff");
        }
        self.builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Lines;

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
        assert_eq!(new.mode, crate::change::object::Mode::Executable);
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
}
