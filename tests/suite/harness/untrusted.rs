//! Text that is not ours, and what it must not do.

/// Texts that would do something to a terminal or a CI log if they were shown as they are.
pub const ATTACKS: &[&str] = &[
    "\u{1b}[31mred\u{7}",
    "x\n::error::y",
    "::error file=a::b",
    "  ::error::x",
    "a\r::warning::x",
    "##[group]x",
    "##vso[task.setvariable]x",
    "##VSO[task]x",
    "##teamcity[x]",
    "\u{202e}gnp.exe",
    "\u{2066}x\u{2069}",
    "\u{85}\u{2028}::stop",
    "a ::error:: b ::error:: c",
    "word word word word word word word word word word word word word word word word ::error::x",
];

/// What no output may hold: raw control or direction characters, or a command of a CI log.
#[track_caller]
pub fn assert_harmless(text: &str) {
    for (number, line) in text.split('\n').enumerate() {
        let hidden = |character: char| {
            character.is_control()
                || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
        };
        assert!(!line.contains(hidden), "line {number}: {line:?}");
        assert!(!line.trim_start().starts_with("::"), "line {number}: {line:?}");
        let lower = line.to_ascii_lowercase();
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!lower.contains(command), "line {number}: {line:?}");
        }
    }
}
