//! `lanelint lsp`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::lsp::{Connection, SessionEnd, serve};

/// How often the disk is looked at for what no editor tells: a branch that was checked out, a plan
/// that another program wrote. A look is a handful of file times.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Use standard input and output, as it does anyway: some editors say so.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(_: &LspArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let (connection, threads) = Connection::stdio();
    let ended = serve(connection, Arc::new(host), &crossbeam_channel::tick(BETWEEN_LOOKS));
    match ended {
        SessionEnd::Orderly => {
            // What was answered last is to be written before the process ends. That the editor has
            // closed its end is no error.
            let _ = threads.join();
            Ok(ExitCode::SUCCESS)
        }
        // The editor may be gone without having closed anything.
        SessionEnd::Abrupt => Ok(ExitCode::FAILURE),
    }
}
