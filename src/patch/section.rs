//! One mail, one commit of a log, or one diff: what it says of itself beside its diff, and whether
//! that agrees with the diff.

use bstr::ByteSlice;

use super::body::number;
use super::change_set_builder::ChangeSetBuilder;
use super::names::lone;

/// Where a section comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Origin {
    /// No line opened it: output of a diff program.
    #[default]
    Diff,
    /// `commit <id>`, as `git log` and `git show` write.
    Log,
    /// A mail's `From ` line; git's own names the commit there.
    Mail { by_git: bool },
}

/// What is known of the section at hand.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) origin: Origin,
    line: u64,
    /// How many files its diff has shown.
    pub(super) files: u64,
    /// Whether the lines still belong to a mail's message, as far as `git am` is concerned.
    pub(super) in_message: bool,
    /// The line and the number of ` 3 files changed`.
    stat: Option<(u64, u64)>,
    /// How many lines of `--raw`, and the first one's number.
    raw: Option<(u64, u64)>,
    is_merge: bool,
    parents: u64,
    is_cover: bool,
    is_signed: bool,
    /// Whether the mails before ended in a signature, as git's do unless asked not to.
    signs: bool,
    /// The first line that `diff -r` wrote and that is none of a unified diff.
    unknown: Option<u64>,
    is_recursive: bool,
}

impl Section {
    /// Opens a section at this line, if it begins one.
    pub(super) fn opened_by(line: u64, text: &[u8]) -> Option<Section> {
        let origin = origin(text)?;
        let in_message = matches!(origin, Origin::Mail { .. });
        Some(Section { origin, line, in_message, ..Section::default() })
    }

    /// Takes over what the section before shows of the program that wrote them both.
    pub(super) fn after(self, before: &Section) -> Section {
        Section { signs: before.signs, ..self }
    }

    /// Takes a line that belongs to no file's diff. A summary behind files begins another section,
    /// which is given back.
    pub(super) fn take(&mut self, line: u64, text: &[u8]) -> Option<Section> {
        // The mail of an empty commit has no `---` before its signature.
        if matches!(text, b"-- " | b"--") {
            self.is_signed = true;
            self.signs = true;
        }
        if self.in_message {
            self.in_message = text != b"---";
            self.is_cover |= is_cover(text);
            return None;
        }
        if let Some(files) = stat(text) {
            return self.summed(line, files);
        }
        if text.starts_with(b"Merge: ") {
            self.is_merge |= self.origin == Origin::Log;
        } else if text.starts_with(b"parent ") {
            self.parents += 1;
        } else if text.starts_with(b"diff -") {
            self.is_recursive |= is_recursive(text);
        } else if self.origin == Origin::Diff && !self.is_signed && !text.trim().is_empty() {
            self.unknown.get_or_insert(line);
        }
        None
    }

    /// Notes a line of `--raw`; one behind files begins another section, which is given back.
    pub(super) fn listed(&mut self, line: u64) -> Option<Section> {
        let (first, count) = self.raw.unwrap_or((line, 0));
        if self.files == 0 {
            self.raw = Some((first, count + 1));
            return None;
        }
        Some(Section { raw: Some((line, 1)), line, ..Section::default() })
    }

    fn summed(&mut self, line: u64, files: u64) -> Option<Section> {
        // `--stat --shortstat` says it twice, one line after the other.
        let again = self.stat.is_some_and(|(before, _)| before + 1 != line);
        if self.files == 0 && !again {
            self.stat = Some((line, files));
            return None;
        }
        Some(Section { stat: Some((line, files)), line, ..Section::default() })
    }

    /// Checks the section when it is over; `last` says that the text is, too.
    pub(super) fn finish(&self, last: bool, to: &mut ChangeSetBuilder) {
        if let Some((line, files)) = self.stat
            && files != self.files
            && !self.is_cover
        {
            let found = self.files;
            to.gap(line, &format!("the summary counts {files} changed files, the diff {found}"));
        }
        if let Some((line, files)) = self.raw
            && files != self.files
        {
            let found = self.files;
            to.gap(line, &format!("the `--raw` list has {files} changes, the diff {found}"));
        }
        if (self.is_merge || self.parents > 1) && self.files == 0 {
            to.gap(self.line, "a merge commit whose changes are not shown");
        }
        if last
            && self.signs
            && !self.is_signed
            && self.files == 0
            && self.origin == (Origin::Mail { by_git: true })
        {
            to.gap(self.line, "the text ends inside this mail");
        }
        if let Some(line) = self.unknown.filter(|_| self.is_recursive) {
            to.gap(line, "a line between the files of `diff -r` that is none of a unified diff");
        }
    }
}

/// The paths that a line of `--raw` names as changed: nothing if it is no such line.
pub(super) fn raw(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let rest = text.strip_prefix(b":")?;
    let mut fields = rest.split(|&byte| byte == b'\t');
    let words: Vec<&[u8]> = fields.next()?.split(|&byte| byte == b' ').collect();
    let [old_mode, new_mode, _, _, status] = words.as_slice() else { return None };
    let is_mode = |mode: &[u8]| mode.len() == 6 && mode.iter().all(u8::is_ascii_digit);
    if !is_mode(old_mode) || !is_mode(new_mode) {
        return None;
    }
    let names: Vec<Vec<u8>> = fields.map(lone).collect::<Option<_>>()?;
    match (status.first()?, names.as_slice()) {
        (b'C', [_, new]) => Some(vec![new.clone()]),
        (b'R', [_, _]) | (b'A' | b'D' | b'M' | b'T' | b'U' | b'X', [_]) => Some(names),
        _ => None,
    }
}

/// Whether a line sums up a series in a mail that carries no patch: `Subject: [PATCH 0/3] …`.
fn is_cover(text: &[u8]) -> bool {
    let Some(subject) = text.strip_prefix(b"Subject: [") else { return false };
    let Some(tag) = subject.split(|&byte| byte == b']').next() else { return false };
    let Some(place) = tag.rsplit(|&byte| byte == b' ').next() else { return false };
    matches!(number(place), Some((0, rest)) if rest.starts_with(b"/"))
}

/// Reads ` 3 files changed, 4 insertions(+)`.
fn stat(text: &[u8]) -> Option<u64> {
    let (files, rest) = number(text.strip_prefix(b" ")?)?;
    let rest = rest.strip_prefix(b" file")?;
    let rest = rest.strip_prefix(b"s").unwrap_or(rest).strip_prefix(b" changed")?;
    (rest.is_empty() || rest.starts_with(b",")).then_some(files)
}

/// `diff -ru old/x new/x`, but not Mercurial's `diff -r 0123456789ab x`.
fn is_recursive(text: &[u8]) -> bool {
    let words = || text.split(|&byte| byte == b' ').skip(1);
    words().any(|word| word == b"--recursive" || is_short_r(word))
        && !words().nth(1).is_some_and(|word| is_id(word, 12))
}

fn is_short_r(word: &[u8]) -> bool {
    matches!(word, [b'-', letters @ ..] if !letters.starts_with(b"-") && letters.contains(&b'r'))
}

fn origin(text: &[u8]) -> Option<Origin> {
    if let Some(rest) = text.strip_prefix(b"commit ") {
        let id = rest.split(|&byte| byte == b' ').next()?;
        return is_id(id, 4).then_some(Origin::Log);
    }
    let rest = text.strip_prefix(b"From ")?;
    let sender = rest.split(|&byte| byte == b' ').next()?;
    let clock = |word: &[u8]| matches!(word, [_, _, b':', _, _, b':', _, _]);
    let dated = rest.split(|&byte| byte == b' ').any(clock);
    dated.then(|| Origin::Mail { by_git: is_id(sender, 40) })
}

fn is_id(word: &[u8], least: usize) -> bool {
    word.len() >= least && word.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_open_a_section() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        for (text, origin) in [
            (format!("From {id} Mon Sep 17 00:00:00 2001"), Some(Origin::Mail { by_git: true })),
            ("From a@b.c Tue Jan  2 03:04:05 2024".into(), Some(Origin::Mail { by_git: false })),
            (format!("commit {id} (HEAD -> main)"), Some(Origin::Log)),
            ("commit to it".into(), None),
            ("From here on".into(), None),
        ] {
            assert_eq!(super::origin(text.as_bytes()), origin, "{text}");
        }
    }

    #[test]
    fn lines_that_sum_up() {
        assert_eq!(stat(b" 1 file changed, 2 insertions(+)"), Some(1));
        assert_eq!(stat(b" 12 files changed"), Some(12));
        assert_eq!(stat(b"12 files changed"), None);
        assert_eq!(stat(b" 12 files changed hands"), None);
        assert!(
            is_cover(b"Subject: [RFC PATCH v2 00/12] x") && !is_cover(b"Subject: [PATCH 1/2] x")
        );
    }

    #[test]
    fn raw_lines_name_what_they_write() {
        let names = |text: &str| raw(text.as_bytes()).map(|names| names.len());
        assert_eq!(names(":100644 100644 0123456 789abcd M\tx y"), Some(1));
        assert_eq!(names(":100644 100644 0123456 789abcd R100\tx\t\"y\\t\""), Some(2));
        assert_eq!(names(":100644 100644 0123456 789abcd C075\tx\ty"), Some(1));
        assert_eq!(names(":100644 100644 0123456 789abcd M"), None);
        assert_eq!(names(":: x"), None);
    }
}
