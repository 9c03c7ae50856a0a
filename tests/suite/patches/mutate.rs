//! Changes a patch by line, by byte and by header word, so that it still looks like one.

use bstr::ByteSlice;

use crate::harness::Dice;

const WORDS: [&str; 21] = [
    "diff --git ",
    "--- ",
    "+++ ",
    "old mode ",
    "new mode ",
    "deleted file mode ",
    "new file mode ",
    "copy from ",
    "copy to ",
    "rename old ",
    "rename new ",
    "rename from ",
    "rename to ",
    "similarity index ",
    "dissimilarity index ",
    "index ",
    "@@ -",
    "Index: ",
    "GIT binary patch",
    "Binary files ",
    "\\ No newline at end of file",
];

const TAILS: [&str; 14] = [
    "\r",
    "\r.rs",
    " ",
    "\t",
    "\tx",
    " 2020-01-01 00:00:00 +0000",
    "\t2020-01-01 00:00:00.000000000 +0000",
    "\t1970-01-01 00:00:00.000000000 +0000",
    "\t1970-01-01 00:00:00\t2020-01-01",
    " 2020-01-01",
    ".orig",
    "~",
    "/",
    "\"",
];

const PIECES: [&str; 26] = [
    "\r",
    "\n",
    " ",
    "\t",
    "\"",
    "\\",
    "/",
    "a/",
    "b/",
    "./",
    "../",
    "//",
    "\0",
    "\x0c",
    "\\000",
    "\\015",
    "x",
    "-",
    "+",
    "@",
    "~",
    ".orig",
    "1",
    "0",
    "7",
    "/dev/null",
];

const MAIL: [&str; 16] = [
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: 8bit",
    "Content-Transfer-Encoding: quoted-printable; x",
    "Content-Transfer-Encoding:\n \"BASE64\"",
    "Content-Type: text/plain; format=flowed; delsp=yes",
    "Content-Type: text/plain; charset=UTF-8",
    "Content-Type: text/plain; charset=UTF-7",
    "Content-Type: text/plain; charset=ISO-8859-1",
    "Content-Type: multipart/mixed; boundary=x",
    "Content-Type: multipart/mixed; boundary=\"- a\"",
    "--x",
    "--x--",
    "---",
    "-- >8 --",
    "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001",
    "Subject: x",
];

const JUNK: [&str; 8] = [
    "",
    "x",
    "-- ",
    "2.39.5",
    "index of things",
    "Author: A <a@example.com>",
    "    diff --git a/x b/x",
    "diff -u a/x b/x",
];

/// Makes a mutant of a patch in which these paths exist. About half of them only change what may be
/// changed, so that git takes them.
pub fn mutate(dice: &mut Dice, text: &[u8], paths: &[Vec<u8>]) -> Vec<u8> {
    let (mild, harsh) =
        *dice.pick(&[(1, 0), (1, 0), (2, 0), (0, 1), (0, 1), (1, 1), (1, 2), (0, 4)]);
    let mut text = text.to_vec();
    for _ in 0..mild {
        text = mildly(dice, &text, paths);
    }
    for _ in 0..harsh {
        text = once(dice, &text, paths);
    }
    text
}

fn mildly(dice: &mut Dice, text: &[u8], paths: &[Vec<u8>]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return text.to_vec();
    }
    let at = header_line(dice, &lines);
    match dice.roll(8) {
        0..=2 => move_all(dice, &mut lines, at, paths),
        3 => {
            let starts = (0..lines.len()).filter(|&at| lines[at].starts_with(b"diff --git "));
            let ends: Vec<usize> = starts.chain([lines.len()]).collect();
            lines.insert(*dice.pick(&ends), format!("{}\n", dice.pick(&JUNK)).into_bytes());
        }
        4 => plain(&mut lines, at),
        5 => lines.iter_mut().filter(|line| line.ends_with(b"\n")).for_each(|line| {
            line.pop();
            line.extend(b"\r\n");
        }),
        6 => {
            let tail: &[u8] = if dice.roll(2) == 0 { b"\r\n" } else { b"\t2020-01-01 00:00:00\n" };
            let line = &mut lines[at];
            if line.ends_with(b"\n") && (line.starts_with(b"--- ") || line.starts_with(b"+++ ")) {
                line.pop();
                line.extend(tail);
            }
        }
        _ => {
            for line in &mut lines {
                if line.starts_with(b"@@ -") {
                    *line = line.replace(" @@", " @@ fn x() {");
                }
            }
        }
    }
    lines.concat()
}

/// Puts another path into every header that names the one of this line.
fn move_all(dice: &mut Dice, lines: &mut [Vec<u8>], at: usize, paths: &[Vec<u8>]) {
    let known = paths.iter().filter(|path| path.len() > 1 && lines[at].contains_str(path));
    let Some(path) = known.max_by_key(|path| path.len()) else { return };
    let new: Vec<u8> = match dice.roll(4) {
        0 => b"a new/one".to_vec(),
        1 => [path.as_slice(), b".orig"].concat(),
        _ => dice.pick(paths).clone(),
    };
    for line in lines {
        if !split_word(line).0.is_empty() {
            *line = line.replace(path, &new);
        }
    }
}

fn once(dice: &mut Dice, text: &[u8], paths: &[Vec<u8>]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return text.to_vec();
    }
    let at = header_line(dice, &lines);
    match dice.roll(12) {
        0 => {
            lines.remove(at);
        }
        1 => {
            let line = lines[dice.roll(lines.len())].clone();
            lines.insert(at, line);
        }
        2 => {
            let other = header_line(dice, &lines);
            lines.swap(at, other);
        }
        3 => {
            let line = header(dice, paths);
            lines.insert(at + dice.roll(2), line);
        }
        4 => lines[at] = header(dice, paths),
        5 => {
            let (_, rest) = split_word(&lines[at]);
            lines[at] = [dice.pick(&WORDS).as_bytes(), rest].concat();
        }
        6 | 7 => rename(dice, &mut lines[at], paths),
        8 => {
            let tail = dice.pick(&TAILS).as_bytes();
            let end = lines[at].len().saturating_sub(1);
            lines[at].splice(end..end, tail.iter().copied());
        }
        9 => lines.insert(at, format!("{}\n", dice.pick(&MAIL)).into_bytes()),
        10 => plain(&mut lines, at),
        _ => byte(dice, &mut lines[at]),
    }
    lines.concat()
}

/// A line that belongs to a header, most of the time.
fn header_line(dice: &mut Dice, lines: &[Vec<u8>]) -> usize {
    let headers: Vec<usize> = (0..lines.len())
        .filter(|&at| !split_word(&lines[at]).0.is_empty() && !lines[at].starts_with(b"@@"))
        .collect();
    if headers.is_empty() || dice.roll(8) == 0 {
        return dice.roll(lines.len());
    }
    *dice.pick(&headers)
}

fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    let words = WORDS.iter().map(|word| word.as_bytes());
    let length = words.filter(|word| line.starts_with(word)).map(<[u8]>::len).max().unwrap_or(0);
    line.split_at(length)
}

/// A name as some header might write it.
fn named(dice: &mut Dice, paths: &[Vec<u8>]) -> Vec<u8> {
    let path = match dice.roll(8) {
        0 => b"/dev/null".to_vec(),
        1 => b"new/file".to_vec(),
        _ if paths.is_empty() => b"x".to_vec(),
        _ => dice.pick(paths).clone(),
    };
    let prefix = dice.pick(&["a/", "a/", "b/", "b/", "", "x/", "a/b/"]).as_bytes();
    let name = if path.starts_with(b"/") { path } else { [prefix, &path].concat() };
    let plain = name.iter().all(|byte| !matches!(byte, b'"' | b'\\' | b'\n' | b'\t' | b'\r'));
    if plain && dice.roll(8) > 0 { name } else { lanelint::path::quote(&name).into_bytes() }
}

fn header(dice: &mut Dice, paths: &[Vec<u8>]) -> Vec<u8> {
    let word = dice.pick(&WORDS);
    let rest = match *word {
        "diff --git " => [&named(dice, paths), &b" "[..], &named(dice, paths)].concat(),
        "index " => b"0123456..789abcd 100644".to_vec(),
        "@@ -" => b"1 +1 @@".to_vec(),
        word if word.ends_with("mode ") => {
            dice.pick(&[&b"100644"[..], b"100755", b"120000"]).to_vec()
        }
        word if word.contains("similarity") => b"100%".to_vec(),
        word if word.ends_with(' ') => named(dice, paths),
        _ => Vec::new(),
    };
    [word.as_bytes(), &rest, b"\n"].concat()
}

/// Puts another name into a header's line.
fn rename(dice: &mut Dice, line: &mut Vec<u8>, paths: &[Vec<u8>]) {
    let (word, rest) = split_word(line);
    let (word, rest) = (word.to_vec(), rest.to_vec());
    let name = named(dice, paths);
    let rest = match word.as_slice() {
        b"diff --git " => {
            let spaces: Vec<usize> = (0..rest.len()).filter(|&at| rest[at] == b' ').collect();
            let at = if spaces.is_empty() { 0 } else { *dice.pick(&spaces) };
            if dice.roll(2) == 0 {
                [&name, &rest[at..]].concat()
            } else {
                [&rest[..at], b" ", &name, b"\n"].concat()
            }
        }
        b"--- " | b"+++ " => {
            let end = rest.iter().position(|byte| matches!(byte, b'\t' | b'\n'));
            [&name, &rest[end.unwrap_or(rest.len())..]].concat()
        }
        _ => [&name[..], b"\n"].concat(),
    };
    *line = [word, rest].concat();
}

/// Makes one header of git's a plain one.
fn plain(lines: &mut Vec<Vec<u8>>, at: usize) {
    let is_start = |line: &Vec<u8>| line.starts_with(b"diff --git ");
    let Some(start) = (0..=at).rev().find(|&at| is_start(&lines[at])) else { return };
    let end = (start..lines.len()).find(|&at| lines[at].starts_with(b"--- "));
    lines.drain(start..end.unwrap_or(start + 1));
}

fn byte(dice: &mut Dice, line: &mut Vec<u8>) {
    let at = dice.roll(line.len());
    match dice.roll(4) {
        0 => line[at] = dice.roll(256) as u8,
        1 => {
            line.remove(at);
        }
        _ => {
            let piece = dice.pick(&PIECES).as_bytes();
            line.splice(at..at, piece.iter().copied());
        }
    }
}
