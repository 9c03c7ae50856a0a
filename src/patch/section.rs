//! A section of a patch: one mail, one commit of a log, or one diff. Checks its diff against its
//! `--stat` and `--raw` summaries.

use bstr::ByteSlice;

use super::body::number;
use super::change_set_builder::ChangeSetBuilder;
use super::names::lone;

/// What a section comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Origin {
    /// The output of a diff program, without a line that opens a section.
    #[default]
    Diff,
    /// `commit <id>`, from `git log` or `git show`.
    Log,
    /// The `From ` line of a mail, with a commit id if git wrote it.
    Mail { by_git: bool },
}

/// The state of the current section.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) origin: Origin,
    line: u64,
    /// How many files its diff contains.
    pub(super) files: u64,
    /// Whether `git am` would take the next line as part of the commit message.
    pub(super) in_message: bool,
    /// The line and the number of ` 3 files changed`.
    stat: Option<(u64, u64)>,
    /// The first line of `--raw` and the number of its lines.
    raw: Option<(u64, u64)>,
    is_merge: bool,
    parents: u64,
    is_cover: bool,
    is_signed: bool,
    /// Whether an earlier mail has a signature. git adds one by default.
    expects_signature: bool,
    /// The first line that is not part of a unified diff.
    unknown: Option<u64>,
    is_recursive: bool,
}

impl Section {
    /// The section that this line opens.
    pub(super) fn opened_by(line: u64, text: &[u8]) -> Option<Section> {
        let origin = origin(text)?;
        let in_message = matches!(origin, Origin::Mail { .. });
        Some(Section { origin, line, in_message, ..Section::default() })
    }

    /// Carries over what is known of the program that wrote both sections.
    pub(super) fn after(self, before: &Section) -> Section {
        Section { expects_signature: before.expects_signature, ..self }
    }

    /// Takes a line outside of file diffs. A summary after files opens a new section, which is
    /// returned.
    pub(super) fn take(&mut self, line: u64, text: &[u8]) -> Option<Section> {
        // The mail of an empty commit has no `---` before its signature.
        if matches!(text, b"-- " | b"--") {
            self.is_signed = true;
            self.expects_signature = true;
        }
        if self.in_message {
            self.in_message = text != b"---";
            self.is_cover |= is_cover(text);
            return None;
        }
        if let Some(files) = stat(text) {
            return self.take_stat(line, files);
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

    /// Takes a line of `--raw`. One after files opens a new section, which is returned.
    pub(super) fn take_raw(&mut self, line: u64) -> Option<Section> {
        let (first, count) = self.raw.unwrap_or((line, 0));
        if self.files == 0 {
            self.raw = Some((first, count + 1));
            return None;
        }
        Some(Section { raw: Some((line, 1)), line, ..Section::default() })
    }

    fn take_stat(&mut self, line: u64, files: u64) -> Option<Section> {
        // `--stat --shortstat` prints it on two consecutive lines.
        let again = self.stat.is_some_and(|(before, _)| before + 1 != line);
        if self.files == 0 && !again {
            self.stat = Some((line, files));
            return None;
        }
        Some(Section { stat: Some((line, files)), line, ..Section::default() })
    }

    /// Checks the section at its end. `last` if the text ends with it.
    pub(super) fn finish(&self, last: bool, builder: &mut ChangeSetBuilder) {
        if let Some((line, files)) = self.stat
            && files != self.files
            && !self.is_cover
        {
            let found = self.files;
            builder
                .add_gap(line, &format!("summary of {files} changed files, but a diff of {found}"));
        }
        if let Some((line, files)) = self.raw
            && files != self.files
        {
            let found = self.files;
            builder.add_gap(
                line,
                &format!("`--raw` list of {files} changed files, but a diff of {found}"),
            );
        }
        if (self.is_merge || self.parents > 1) && self.files == 0 {
            builder.add_gap(self.line, "merge commit without a diff");
        }
        if last
            && self.expects_signature
            && !self.is_signed
            && self.files == 0
            && self.origin == (Origin::Mail { by_git: true })
        {
            builder.add_gap(self.line, "truncated mail");
        }
        if let Some(line) = self.unknown.filter(|_| self.is_recursive) {
            builder.add_gap(line, "unexpected line between the files of `diff -r`");
        }
    }
}

/// The changed paths of a `--raw` line; `None` if it is another line.
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

/// Whether a line is the subject of a cover letter: `Subject: [PATCH 0/3] …`.
fn is_cover(text: &[u8]) -> bool {
    let Some(subject) = text.strip_prefix(b"Subject: [") else { return false };
    let Some(tag) = subject.split(|&byte| byte == b']').next() else { return false };
    let Some(position) = tag.rsplit(|&byte| byte == b' ').next() else { return false };
    matches!(number(position), Some((0, rest)) if rest.starts_with(b"/"))
}

/// Parses ` 3 files changed, 4 insertions(+)`.
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
    fn opening_lines() {
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
    fn stat_and_cover_lines() {
        assert_eq!(stat(b" 1 file changed, 2 insertions(+)"), Some(1));
        assert_eq!(stat(b" 12 files changed"), Some(12));
        assert_eq!(stat(b"12 files changed"), None);
        assert_eq!(stat(b" 12 files changed hands"), None);
        assert!(
            is_cover(b"Subject: [RFC PATCH v2 00/12] x") && !is_cover(b"Subject: [PATCH 1/2] x")
        );
    }

    #[test]
    fn paths_of_raw_lines() {
        let names = |text: &str| raw(text.as_bytes()).map(|names| names.len());
        assert_eq!(names(":100644 100644 0123456 789abcd M\tx y"), Some(1));
        assert_eq!(names(":100644 100644 0123456 789abcd R100\tx\t\"y\\t\""), Some(2));
        assert_eq!(names(":100644 100644 0123456 789abcd C075\tx\ty"), Some(1));
        assert_eq!(names(":100644 100644 0123456 789abcd M"), None);
        assert_eq!(names(":: x"), None);
    }
}
