//! The program `lanelint`: arguments in, report and exit status out.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
