//! Whether one name is another with a slip in it.

/// A name as it is compared: its characters, and each byte that is part of none.
pub(super) type Letters = Vec<u32>;

/// From how many letters on a name may have two slips.
const LONG: usize = 9;

pub(super) fn letters(name: &[u8]) -> Letters {
    let chunks = name.utf8_chunks();
    let letters = chunks.flat_map(|chunk| {
        let broken = chunk.invalid().iter().map(|&byte| u32::from(char::MAX) + u32::from(byte));
        chunk.valid().chars().map(u32::from).chain(broken)
    });
    letters.collect()
}

/// How many edits of a name count as a slip.
pub(super) fn edits(name: &[u32]) -> usize {
    if name.len() < LONG { 1 } else { 2 }
}

/// Whether so many edits make one name of another: a letter added, left out or replaced, or two
/// neighbours swapped, which are then not edited again (optimal string alignment).
///
/// A digit is never edited: `v1` and `v2` are two names, and not one with a slip.
pub(super) fn is_near(one: &[u32], other: &[u32], edits: usize) -> bool {
    let alike = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[alike..], &other[alike..]);
    if one.is_empty() && other.is_empty() {
        return true;
    }
    if edits == 0 || one.len().abs_diff(other.len()) > edits {
        return false;
    }
    let edits = edits - 1;
    let first = |letters: &[u32]| letters.first().is_some_and(|&letter| !is_digit(letter));
    let swapped = |one: &[u32], other: &[u32]| {
        one[0] == other[1] && one[1] == other[0] && !is_digit(one[0]) && !is_digit(one[1])
    };
    first(one) && is_near(&one[1..], other, edits)
        || first(other) && is_near(one, &other[1..], edits)
        || first(one) && first(other) && is_near(&one[1..], &other[1..], edits)
        || one.len() > 1
            && other.len() > 1
            && swapped(one, other)
            && is_near(&one[2..], &other[2..], edits)
}

pub(super) fn is_digit(letter: u32) -> bool {
    char::from_u32(letter).is_some_and(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(one: &str, other: &str) -> bool {
        let (one, other) = (letters(one.as_bytes()), letters(other.as_bytes()));
        is_near(&one, &other, edits(&one))
    }

    #[test]
    fn a_slip_is_an_edit_or_two_in_a_long_name_and_never_of_a_digit() {
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
            assert_eq!(near(one, other), expected, "{one} {other}");
        }
        let broken = [b"a\xff".as_slice(), b"a\xfe"].map(letters);
        assert!(!is_near(&broken[0], &broken[1], 0) && is_near(&broken[0], &broken[1], 1));
    }

    fn cases(default: u32) -> u32 {
        std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(2_000), failure_persistence: None, ..ProptestConfig::default() })]

        /// Without digits, it is the distance that everyone has.
        #[test]
        fn it_agrees_with_the_distance_of_another_library(one in "[abc]{0,7}", other in "[abc]{0,7}") {
            let distance = strsim::osa_distance(&one, &other);
            let (one, other) = (letters(one.as_bytes()), letters(other.as_bytes()));
            for edits in 0..3 {
                prop_assert_eq!(is_near(&one, &other, edits), distance <= edits);
            }
        }

        /// Digits stay where they are: what is between them is edited piece by piece.
        #[test]
        fn digits_part_a_name_into_pieces(one in "[ab12]{0,7}", other in "[ab12]{0,7}") {
            let pieces = |name: &str| -> Vec<String> {
                name.split(|c: char| c.is_ascii_digit()).map(str::to_owned).collect()
            };
            let digits = |name: &str| -> String { name.chars().filter(char::is_ascii_digit).collect() };
            let distance: Option<usize> = (digits(&one) == digits(&other)).then(|| {
                let pairs = pieces(&one).into_iter().zip(pieces(&other));
                pairs.map(|(one, other)| strsim::osa_distance(&one, &other)).sum()
            });
            let (one, other) = (letters(one.as_bytes()), letters(other.as_bytes()));
            for edits in 0..3 {
                let expected = distance.is_some_and(|distance| distance <= edits);
                prop_assert_eq!(is_near(&one, &other, edits), expected);
            }
        }
    }
}
