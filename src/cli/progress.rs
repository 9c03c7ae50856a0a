//! How far a long run is: told on standard error, to a person who is watching.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use lanelint::workspace::Event;

use super::output::tell;

/// Nothing is told of a run that is shorter.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a line stands at least.
const PAUSE: Duration = Duration::from_millis(100);

/// Tells how far a run is, in one line that is written again and again.
pub(super) struct Progress<W: Write> {
    /// Nothing where nobody is watching.
    out: Option<W>,
    started: Instant,
    told: Option<Instant>,
}

impl Progress<io::Stderr> {
    /// Begins a run. Only a terminal shows what a line of progress is.
    pub(super) fn begin() -> Progress<io::Stderr> {
        let stderr = io::stderr();
        let out = stderr.is_terminal().then_some(stderr);
        Progress { out, started: Instant::now(), told: None }
    }
}

impl<W: Write> Progress<W> {
    /// Reports an event. A note takes the line of progress away.
    pub(super) fn event(&mut self, event: Event<'_>) {
        if let Event::Progress { step, done, total } = event {
            return self.step(step, done, total);
        }
        self.clear();
        match event {
            Event::Note(note) => tell("note", note),
            Event::Plan(name) => tell("plan", name),
            Event::Compared(commits) => tell("judged", commits),
            _ => {}
        }
    }

    /// Says what is being done, and how much of it is done.
    fn step(&mut self, what: &str, done: usize, all: usize) {
        self.step_at(Instant::now(), what, done, all);
    }

    fn step_at(&mut self, now: Instant, what: &str, done: usize, all: usize) {
        let Some(out) = &mut self.out else { return };
        let early = now.duration_since(self.started) < PATIENCE;
        if early || self.told.is_some_and(|told| now.duration_since(told) < PAUSE) {
            return;
        }
        self.told = Some(now);
        // Nobody listens on a closed pipe, and that changes nothing about the answer.
        let _ = write!(out, "\r\x1b[K{what}: {done} of {all}").and_then(|()| out.flush());
    }

    /// Takes the line away, so that something else can be said.
    fn clear(&mut self) {
        if let (Some(out), Some(_)) = (&mut self.out, self.told.take()) {
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

    /// What is written by steps at these times, in milliseconds since the start.
    fn told(watched: bool, times: &[u64]) -> String {
        let mut out = Vec::new();
        let started = Instant::now();
        let mut progress = Progress { out: watched.then_some(&mut out), started, told: None };
        for (done, time) in times.iter().enumerate() {
            progress.step_at(started + Duration::from_millis(*time), "merging", done, 9);
        }
        drop(progress);
        String::from_utf8(out).unwrap().replace("\r\x1b[K", "|")
    }

    #[test]
    fn only_long_runs_are_told_and_only_to_people() {
        assert_eq!(told(true, &[0, 500, 999]), "");
        assert_eq!(told(false, &[0, 1_500, 3_000]), "");
        let both = "|merging: 1 of 9|merging: 3 of 9|";
        assert_eq!(told(true, &[0, 1_000, 1_050, 1_100, 1_199]), both);
    }
}
