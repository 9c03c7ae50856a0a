//! How much a finding weighs.

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Told, and never fails a run.
    Note,
    /// Fails a run under `--deny-warnings`.
    Warning,
    /// Fails a run.
    Error,
}

impl Level {
    /// The contract's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What a plan says of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// The rule reports nothing.
    Off,
    /// Its findings have this level.
    At(Level),
}
