//! `lanelint man`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use lanelint::failure::Failure;

use super::Cli;
use super::output::to_stdout;

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint man > lanelint.1";

pub(super) fn run() -> Result<ExitCode, Failure> {
    to_stdout(page)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the page: the program, then a section for each command.
fn page(out: &mut dyn Write) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let man = Man::new(program.clone());
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    out.write_all(&text)?;
    part(out, |text| man.render_name_section(text), str::to_owned)?;
    part(out, |text| man.render_synopsis_section(text), str::to_owned)?;
    after_help(&program, ".SH", out)?;
    let mut commands = program.get_subcommands().filter(|command| command.get_name() != "help");
    commands.try_for_each(|command| section(command, out))
}

fn section(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, ".SH \"lanelint {}\"", command.get_name())?;
    let man = Man::new(command.clone());
    // The section already has a heading.
    part(
        out,
        |text| man.render_description_section(text),
        |line| line.replace(".SH DESCRIPTION", ".PP"),
    )?;
    part(out, |text| man.render_synopsis_section(text), |line| line.replace(".SH ", ".SS "))?;
    part(out, |text| man.render_options_section(text), |line| line.replace(".SH ", ".SS "))?;
    after_help(command, ".SS", out)
}

/// Writes the exit statuses and examples, each below a heading and with its lines as they are.
fn after_help(command: &Command, heading: &str, out: &mut dyn Write) -> io::Result<()> {
    let text = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    for line in text.lines() {
        match line.strip_suffix(':') {
            Some(title) if !line.starts_with(' ') => {
                writeln!(out, "{heading} \"{}\"\n.nf", title.to_uppercase())?;
            }
            _ if line.is_empty() => writeln!(out, ".fi\n.PP")?,
            _ => writeln!(out, "{}", line.replace('\\', "\\\\").replace('-', "\\-"))?,
        }
    }
    writeln!(out, ".fi")
}

/// Writes a part line by line, without the definitions that each begins with: the title has them.
fn part(
    out: &mut dyn Write,
    render: impl Fn(&mut dyn Write) -> io::Result<()>,
    line: impl Fn(&str) -> String,
) -> io::Result<()> {
    let mut text = Vec::new();
    render(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let is_definition = |line: &&str| line.starts_with(".ie ") || line.starts_with(".el ");
    for old in text.lines().filter(|line| !is_definition(line)) {
        writeln!(out, "{}", line(old))?;
    }
    Ok(())
}
