//! Two lanes of any globs: that they meet is the same from either side, and a path that is said to
//! be in both is.
#![no_main]

use std::sync::Arc;

use lanelint::glob::Glob;
use lanelint::index::GlobId;
use lanelint::lane::{Common, Lane};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, &str)| {
    let (left, right, subtracted) = input;
    if left.len() + right.len() + subtracted.len() > 60 {
        return;
    }
    let (Ok(left), Ok(right)) = (Glob::parse(left), Glob::parse(right)) else { return };
    let exclusions: Vec<Glob> = Glob::parse(subtracted).into_iter().collect();
    let common = Arc::new(Common::default());
    let one = Lane::new(vec![left], exclusions, Arc::clone(&common));
    let other = Lane::new(vec![right], Vec::new(), common);
    let first = GlobId::from(0);
    let shared = one.intersection(&other, [(first, first)]);
    let turned = other.intersection(&one, [(first, first)]);
    assert_eq!(shared.witness, turned.witness);
    assert_eq!(shared.undecided, turned.undecided);
    if let Some(path) = shared.witness {
        for lane in [&one, &other] {
            assert!(matches!(lane.matched_by(&path), Ok(Some(_))), "{path}");
        }
    }
});
