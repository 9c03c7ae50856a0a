//! Timestamps in `---` and `+++` lines without `diff --git`, parsed like git.

use super::body::number;

/// The rest of a line after git strips a timestamp from its end: `a/x` of
/// `a/x 2010-07-05 19:41:17.620000023 -0500`. `None` if it does not end in one.
pub(super) fn without_stamp(line: &[u8]) -> Option<&[u8]> {
    if !line.last()?.is_ascii_digit() {
        return None;
    }
    let dated = without_time(without_zone(line));
    let rest = without_date(dated)?;
    match rest.split_last()? {
        (b'\t', name) => Some(name),
        (b' ', _) => {
            let blanks = rest.iter().rev().take_while(|&&byte| byte == b' ').count();
            rest.get(..rest.len() - blanks)
        }
        _ => None,
    }
}

/// Strips a suffix of this form, where `d` is any digit and `s` a sign.
fn without<'a>(line: &'a [u8], form: &str) -> Option<&'a [u8]> {
    let (rest, end) = line.split_at_checked(line.len().checked_sub(form.len())?)?;
    let matches = |(&byte, expected): (&u8, u8)| match expected {
        b'd' => byte.is_ascii_digit(),
        b's' => matches!(byte, b'+' | b'-'),
        expected => byte == expected,
    };
    end.iter().zip(form.bytes()).all(matches).then_some(rest)
}

fn without_zone(line: &[u8]) -> &[u8] {
    without(line, " sdddd").or_else(|| without(line, " sdd:dd")).unwrap_or(line)
}

fn without_time(line: &[u8]) -> &[u8] {
    const TIME: &str = " dd:dd:dd";
    let fraction = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = || {
        let head = line.get(..line.len() - fraction).filter(|_| fraction > 0)?;
        without(head.strip_suffix(b".")?, TIME)
    };
    without(line, TIME).or_else(whole).unwrap_or(line)
}

fn without_date(line: &[u8]) -> Option<&[u8]> {
    without(line, "dddd-dd-dd").or_else(|| without(line, "dd-dd-dd"))
}

/// Whether a stamp marks a file that does not exist: the epoch in any time zone (`diff -N`), or
/// Subversion's `(revision 0)` and `(nonexistent)`.
pub(super) fn says_absent(stamp: &[u8]) -> bool {
    matches!(stamp, b"(revision 0)" | b"(nonexistent)") || is_epoch(stamp).unwrap_or(false)
}

/// Parses `1970-01-01 01:00:00.000000000 +0100`.
fn is_epoch(stamp: &[u8]) -> Option<bool> {
    let mut words = stamp.split(|&byte| byte == b' ');
    let day = match words.next()? {
        b"1969-12-31" => -24 * 60,
        b"1970-01-01" => 0,
        _ => return Some(false),
    };
    let (hours, rest) = number(words.next()?)?;
    let (minutes, rest) = number(rest.strip_prefix(b":")?)?;
    let seconds = rest.strip_prefix(b":00")?;
    let zero = seconds.iter().all(|byte| matches!(byte, b'.' | b'0'));
    let zone = words.next()?;
    let (offset, _) = number(zone.get(1..)?)?;
    let offset = i64::try_from(offset / 100 * 60 + offset % 100).ok()?;
    let offset = if zone.starts_with(b"-") { -offset } else { offset };
    let clock = i64::try_from(hours.checked_mul(60)?.checked_add(minutes)?).ok()?;
    Some(zero && day + clock == offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_after_names() {
        for (line, name) in [
            ("a/x 2020-01-01 00:00:00 +0000", Some("a/x")),
            ("a/x\t2010-07-05 19:41:17.620000023 -0500", Some("a/x")),
            ("a/x   2020-01-01 00:00:00 +08:00", Some("a/x")),
            ("a/x 2020-01-01", Some("a/x")),
            ("a/x 20-01-01 07:01:32", Some("a/x")),
            ("a/x\ty\t2020-01-01", Some("a/x\ty")),
            ("a/x 2020-01-01.md", None),
            ("a/x-2020-01-01", None),
            ("a/x 2020-1-1", None),
            ("a/x 00:00:00 +0000", None),
            ("a/x\tThu Jan 01 00:00:00 1970 +0000", None),
            ("a/x 2020-01-01 00:00:00 +0000\r", None),
            ("2020-01-01", None),
            ("", None),
        ] {
            let found = without_stamp(line.as_bytes());
            assert_eq!(found, name.map(str::as_bytes), "{line:?}");
        }
    }

    #[test]
    fn epoch_in_time_zones() {
        for (stamp, epoch) in [
            ("1970-01-01 00:00:00.000000000 +0000", true),
            ("1970-01-01 05:30:00 +0530", true),
            ("1969-12-31 16:00:00.000000000 -0800", true),
            ("1970-01-01 00:00:00.000000000 +0100", false),
            ("1970-01-01 00:00:01 +0000", false),
            ("2024-01-01 00:00:00 +0000", false),
            ("(revision 0)", true),
            ("(revision 7)", false),
            ("", false),
        ] {
            assert_eq!(says_absent(stamp.as_bytes()), epoch, "{stamp}");
        }
    }
}
