//! Writes reports to standard output and files, and messages to standard error.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::str::FromStr;

use lanelint::failure::Failure;
use lanelint::finding::Report;
use lanelint::report::{self, Format, Style};

/// Values of `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// If standard output is a terminal and `NO_COLOR` is not set.
    Auto,
    Always,
    Never,
}

/// `--format NAME[=FILE]`.
#[derive(Clone, Debug)]
pub(super) struct FormatTo {
    format: Format,
    /// `None` for standard output.
    file: Option<PathBuf>,
}

impl FromStr for FormatTo {
    type Err = String;

    fn from_str(text: &str) -> Result<FormatTo, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("missing file name after `=`".to_owned()),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let Some(&(_, format)) = Format::ALL.iter().find(|(known, _)| *known == name) else {
            let [others @ .., last] = Format::ALL.map(|(name, _)| name);
            return Err(format!("expected {} or {last}", others.join(", ")));
        };
        Ok(FormatTo { format, file })
    }
}

/// Prints `label: text` to standard error.
pub(super) fn print(label: &str, text: &str) {
    // A closed pipe does not change the answer.
    let _ = writeln!(io::stderr(), "{label}: {}", report::shown(text));
}

/// Prints several lines to standard error.
pub(super) fn print_lines(text: &str) {
    for line in text.trim_end().lines() {
        let _ = writeln!(io::stderr(), "{}", report::shown(line));
    }
}

/// Writes the report in every format asked for, or else in the one for people.
pub(super) fn write(
    report: &Report,
    formats: &[FormatTo],
    quiet: bool,
    color: Color,
) -> Result<(), Failure> {
    let for_stdout: Vec<&FormatTo> =
        formats.iter().filter(|format| format.file.is_none()).collect();
    let format = match for_stdout.as_slice() {
        [] if quiet => None,
        [] => Some(Format::Human),
        [one] => Some(one.format),
        _ => {
            return Err(Failure::new(
                "only one format can go to standard output",
                "write the others to files, as in `--format json=lanes.json`",
            ));
        }
    };
    for FormatTo { format, file } in formats {
        if let Some(file) = file {
            let style = Style { color: color == Color::Always, width: WIDTH };
            let written = File::create(file).and_then(|created| {
                let mut out = BufWriter::new(created);
                report::write(report, *format, style, &mut out)?;
                out.flush()
            });
            written.map_err(|error| {
                Failure::new(format!("cannot write {}: {error}", file.display()), "")
            })?;
        }
    }
    let Some(format) = format else { return Ok(()) };
    let style = Style { color: use_color(color, io::stdout().is_terminal()), width: width() };
    to_stdout(|out| report::write(report, format, style, out))
}

/// Writes to standard output. A closed pipe is not an error.
pub(super) fn to_stdout(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}"), ""))
        }
        _ => Ok(()),
    }
}

/// Writes the report for people to standard error: nothing was checked.
pub(super) fn write_to_stderr(report: &Report, color: Color) {
    let stderr = io::stderr();
    let style = Style { color: use_color(color, stderr.is_terminal()), width: width() };
    let mut out = BufWriter::new(stderr.lock());
    let _ = report::write(report, Format::Human, style, &mut out).and_then(|()| out.flush());
}

fn use_color(color: Color, is_terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            is_terminal && !is_set("NO_COLOR") && !is_dumb
        }
    }
}

/// The width for anything but a terminal.
const WIDTH: usize = 100;

fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, 140))
}
