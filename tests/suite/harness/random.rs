//! Random cases that can be made again.

use proptest::test_runner::Config;

/// The number that an environment variable holds.
pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The settings of a property that is tried on as many cases, or on `LANELINT_CASES`.
pub fn config(cases: u32) -> Config {
    let cases = setting("LANELINT_CASES", cases.into());
    Config {
        cases: cases.try_into().unwrap_or(u32::MAX),
        failure_persistence: None,
        ..Config::default()
    }
}

/// xorshift64*: small, and the same everywhere.
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed; neighbouring seeds have nothing in common.
    pub fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..4).for_each(|_| {
            dice.roll(2);
        });
        dice
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}
