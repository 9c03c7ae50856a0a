//! Where reports go, and what is told beside them.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::str::FromStr;

use lanelint::failure::Failure;
use lanelint::finding::Report;
use lanelint::report::{self, Format, Style};

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// When standard output is a terminal and `NO_COLOR` is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `--format NAME[=FILE]`.
#[derive(Clone, Debug)]
pub(super) struct FormatTo {
    format: Format,
    /// Nothing: standard output.
    file: Option<PathBuf>,
}

impl FromStr for FormatTo {
    type Err = String;

    fn from_str(text: &str) -> Result<FormatTo, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the file's name is empty".to_owned()),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let Some(&(_, format)) = Format::ALL.iter().find(|(known, _)| *known == name) else {
            let [others @ .., last] = Format::ALL.map(|(name, _)| name);
            return Err(format!("the formats are {} and {last}", others.join(", ")));
        };
        Ok(FormatTo { format, file })
    }
}

/// Says something beside the report, on standard error.
pub(super) fn tell(what: &str, text: &str) {
    // Nobody listens on a closed pipe, and that changes nothing about the answer.
    let _ = writeln!(io::stderr(), "{what}: {}", report::shown(text));
}

/// Says something of several lines on standard error.
pub(super) fn tell_lines(text: &str) {
    for line in text.trim_end().lines() {
        let _ = writeln!(io::stderr(), "{}", report::shown(line));
    }
}

/// Writes the report in every format that was asked for; for people where none was.
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
                "name a file for the others: `--format json=lanes.json`",
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
                let problem = format!("cannot write {}: {error}", file.display());
                Failure::new(problem, "name a file that can be written")
            })?;
        }
    }
    let Some(format) = format else { return Ok(()) };
    let style = Style { color: use_color(color, io::stdout().is_terminal()), width: width() };
    to_stdout(|out| report::write(report, format, style, out))
}

/// Writes to standard output. That nobody reads on is no error.
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

/// Writes the report for people to standard error: nothing was judged.
pub(super) fn write_to_stderr(report: &Report, color: Color) {
    let stderr = io::stderr();
    let style = Style { color: use_color(color, stderr.is_terminal()), width: width() };
    let mut out = BufWriter::new(stderr.lock());
    let _ = report::write(report, Format::Human, style, &mut out).and_then(|()| out.flush());
}

fn use_color(color: Color, terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            terminal && !set("NO_COLOR") && !dumb
        }
    }
}

/// The width of what is no terminal.
const WIDTH: usize = 100;

fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, 140))
}
