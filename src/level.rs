//! Severity levels of findings.

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Reported, but never fails a run.
    Note,
    /// Fails a run under `--deny-warnings`.
    Warning,
    /// Fails a run.
    Error,
}

impl Level {
    /// The name in plans and output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// The level that a plan sets for a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// Reports nothing.
    Off,
    /// Reports findings at this level.
    At(Level),
}
