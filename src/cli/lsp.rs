//! `lanelint lsp`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::lsp::{Connection, SessionEnd, serve};

/// How often to check the disk for changes that editors do not report, such as another branch being
/// checked out. A check reads a handful of file times.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint lsp";

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Accepted because some editors pass it.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(_: &LspArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let (connection, threads) = Connection::stdio();
    let ended = serve(connection, Arc::new(host), &crossbeam_channel::tick(POLL_INTERVAL));
    match ended {
        SessionEnd::Orderly => {
            // Writes the last answers. If the editor has closed its end already, that is fine.
            let _ = threads.join();
            Ok(ExitCode::SUCCESS)
        }
        // The editor may be gone without closing its end, so do not wait for the threads.
        SessionEnd::Abrupt => Ok(ExitCode::FAILURE),
    }
}
