//! The progress of long runs, on standard error if it is a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use lanelint::workspace::Event;

use super::output::print;

/// Shorter runs show no progress.
const DELAY: Duration = Duration::from_secs(1);
/// The time between updates.
const INTERVAL: Duration = Duration::from_millis(100);

/// Shows progress in a line that is overwritten.
pub(super) struct Progress<W: Write> {
    /// `None` unless it is a terminal.
    out: Option<W>,
    started: Instant,
    updated: Option<Instant>,
}

impl Progress<io::Stderr> {
    pub(super) fn begin() -> Progress<io::Stderr> {
        let stderr = io::stderr();
        let out = stderr.is_terminal().then_some(stderr);
        Progress { out, started: Instant::now(), updated: None }
    }
}

impl<W: Write> Progress<W> {
    /// Shows an event. Notes replace the progress line.
    pub(super) fn event(&mut self, event: Event<'_>) {
        if let Event::Progress { step, done, total } = event {
            return self.step(step, done, total);
        }
        self.clear();
        match event {
            Event::Note(note) => print("note", note),
            Event::Plan(name) => print("plan", name),
            Event::ProposedPlan(name) => print("proposed plan", name),
            Event::EarlierPlan(name) => print("earlier plan", name),
            Event::Compared(commits) => print("checked", commits),
            _ => {}
        }
    }

    fn step(&mut self, step: &str, done: usize, total: usize) {
        self.step_at(Instant::now(), step, done, total);
    }

    fn step_at(&mut self, now: Instant, step: &str, done: usize, total: usize) {
        let Some(out) = &mut self.out else { return };
        let is_early = now.duration_since(self.started) < DELAY;
        let is_recent = |updated| now.duration_since(updated) < INTERVAL;
        if is_early || self.updated.is_some_and(is_recent) {
            return;
        }
        self.updated = Some(now);
        // A closed pipe does not change the answer.
        let _ = write!(out, "\r\x1b[K{step}: {done} of {total}").and_then(|()| out.flush());
    }

    fn clear(&mut self) {
        if let (Some(out), Some(_)) = (&mut self.out, self.updated.take()) {
            let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output of steps at these times, in milliseconds since the start.
    fn output(is_terminal: bool, times: &[u64]) -> String {
        let mut out = Vec::new();
        let started = Instant::now();
        let mut progress =
            Progress { out: is_terminal.then_some(&mut out), started, updated: None };
        for (done, time) in times.iter().enumerate() {
            progress.step_at(started + Duration::from_millis(*time), "merging", done, 9);
        }
        drop(progress);
        String::from_utf8(out).unwrap().replace("\r\x1b[K", "|")
    }

    #[test]
    fn only_long_runs_on_terminals() {
        assert_eq!(output(true, &[0, 500, 999]), "");
        assert_eq!(output(false, &[0, 1_500, 3_000]), "");
        let both = "|merging: 1 of 9|merging: 3 of 9|";
        assert_eq!(output(true, &[0, 1_000, 1_050, 1_100, 1_199]), both);
    }
}
