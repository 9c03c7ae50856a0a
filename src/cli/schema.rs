//! `lanelint schema`.

use std::process::ExitCode;

use lanelint::failure::Failure;

use super::output::to_stdout;

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint schema > lanes.schema.json";

pub(super) fn run() -> Result<ExitCode, Failure> {
    to_stdout(|out| out.write_all(lanelint::schema::text().as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
