//! `lanelint man`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use lanelint::failure::Failure;

use super::Cli;
use super::output::to_stdout;

pub(super) fn run() -> Result<ExitCode, Failure> {
    to_stdout(page)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the page: the program, then each command as a section of its own.
fn page(out: &mut dyn Write) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let man = Man::new(program.clone());
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    out.write_all(&text)?;
    part(out, |text| man.render_name_section(text), str::to_owned)?;
    part(out, |text| man.render_synopsis_section(text), str::to_owned)?;
    // clap knows it only as what stands behind the rest.
    part(
        out,
        |text| man.render_extra_section(text),
        |line| line.replace("EXTRA", "\"EXIT STATUS\""),
    )?;
    let commands = program.get_subcommands().filter(|command| command.get_name() != "help");
    commands.cloned().try_for_each(|command| section(command, out))
}

/// Writes what there is to say of a command, one level below.
fn section(command: Command, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, ".SH \"lanelint {}\"", command.get_name())?;
    let man = Man::new(command);
    // The section's own name stands above the description.
    part(
        out,
        |text| man.render_description_section(text),
        |line| line.replace(".SH DESCRIPTION", ".PP"),
    )?;
    part(out, |text| man.render_synopsis_section(text), |line| line.replace(".SH ", ".SS "))?;
    part(out, |text| man.render_options_section(text), |line| line.replace(".SH ", ".SS "))
}

/// Writes a part, line by line, without the definitions that each begins with: the title has them.
fn part(
    out: &mut dyn Write,
    render: impl Fn(&mut dyn Write) -> io::Result<()>,
    line: impl Fn(&str) -> String,
) -> io::Result<()> {
    let mut text = Vec::new();
    render(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let definitions = [".ie ", ".el "];
    for old in text.lines().filter(|old| !definitions.iter().any(|known| old.starts_with(known))) {
        writeln!(out, "{}", line(old))?;
    }
    Ok(())
}
