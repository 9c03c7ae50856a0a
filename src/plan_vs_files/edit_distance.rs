//! Whether one name is another one with a typo.

/// The characters of a name, with every byte of invalid UTF-8 as a number above all characters.
pub(super) type CodePoints = Vec<u32>;

/// Names of this length may have two typos.
const LONG_NAME: usize = 9;

pub(super) fn code_points(name: &[u8]) -> CodePoints {
    let chunks = name.utf8_chunks();
    let code_points = chunks.flat_map(|chunk| {
        let broken = chunk.invalid().iter().map(|&byte| u32::from(char::MAX) + u32::from(byte));
        chunk.valid().chars().map(u32::from).chain(broken)
    });
    code_points.collect()
}

/// How many edits of a name count as a typo.
pub(super) fn max_edits(name: &[u32]) -> usize {
    if name.len() < LONG_NAME { 1 } else { 2 }
}

/// Whether this many edits turn one name into the other: an edit inserts, deletes or replaces a
/// character, or swaps two adjacent ones, which are then not edited again (optimal string
/// alignment).
///
/// Digits are never edited: `v1` and `v2` are different names.
pub(super) fn within_edits(one: &[u32], other: &[u32], edits: usize) -> bool {
    let common = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[common..], &other[common..]);
    if one.is_empty() && other.is_empty() {
        return true;
    }
    if edits == 0 || one.len().abs_diff(other.len()) > edits {
        return false;
    }
    let edits = edits - 1;
    let editable = |code_points: &[u32]| code_points.first().is_some_and(|&first| !is_digit(first));
    let swapped = |one: &[u32], other: &[u32]| {
        one[0] == other[1] && one[1] == other[0] && !is_digit(one[0]) && !is_digit(one[1])
    };
    editable(one) && within_edits(&one[1..], other, edits)
        || editable(other) && within_edits(one, &other[1..], edits)
        || editable(one) && editable(other) && within_edits(&one[1..], &other[1..], edits)
        || one.len() > 1
            && other.len() > 1
            && swapped(one, other)
            && within_edits(&one[2..], &other[2..], edits)
}

pub(super) fn is_digit(code_point: u32) -> bool {
    char::from_u32(code_point).is_some_and(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_typo(one: &str, other: &str) -> bool {
        let (one, other) = (code_points(one.as_bytes()), code_points(other.as_bytes()));
        within_edits(&one, &other, max_edits(&one))
    }

    #[test]
    fn typos_by_length_and_digits() {
        for (one, other, expected) in [
            ("contnt", "content", true),
            ("conttent", "content", true),
            ("cantent", "content", true),
            ("ocntent", "content", true),
            ("cntet", "content", false),
            ("componets", "components", true),
            ("compnoets", "components", true),
            ("cmponets", "components", false),
            ("cmpoents", "compnoents", false),
            ("componnets", "components", true),
            ("Src", "src", true),
            ("SRC", "src", false),
            ("v1", "v2", false),
            ("v1", "v", false),
            ("v12", "v21", false),
            ("part-1a", "part-1b", true),
            ("lib٣", "lib٤", false),
            ("naïve", "naive", true),
        ] {
            assert_eq!(is_typo(one, other), expected, "{one} {other}");
        }
        let broken = [b"a\xff".as_slice(), b"a\xfe"].map(code_points);
        assert!(
            !within_edits(&broken[0], &broken[1], 0) && within_edits(&broken[0], &broken[1], 1)
        );
    }

    fn cases(default: u32) -> u32 {
        std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(2_000), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_strsim_without_digits(one in "[abc]{0,7}", other in "[abc]{0,7}") {
            let distance = strsim::osa_distance(&one, &other);
            let (one, other) = (code_points(one.as_bytes()), code_points(other.as_bytes()));
            for edits in 0..3 {
                prop_assert_eq!(within_edits(&one, &other, edits), distance <= edits);
            }
        }

        /// The pieces between digits are edited separately.
        #[test]
        fn digits_separate_pieces(one in "[ab12]{0,7}", other in "[ab12]{0,7}") {
            let pieces = |name: &str| -> Vec<String> {
                name.split(|c: char| c.is_ascii_digit()).map(str::to_owned).collect()
            };
            let digits = |name: &str| -> String { name.chars().filter(char::is_ascii_digit).collect() };
            let distance: Option<usize> = (digits(&one) == digits(&other)).then(|| {
                let pairs = pieces(&one).into_iter().zip(pieces(&other));
                pairs.map(|(one, other)| strsim::osa_distance(&one, &other)).sum()
            });
            let (one, other) = (code_points(one.as_bytes()), code_points(other.as_bytes()));
            for edits in 0..3 {
                let expected = distance.is_some_and(|distance| distance <= edits);
                prop_assert_eq!(within_edits(&one, &other, edits), expected);
            }
        }
    }
}
