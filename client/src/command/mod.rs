//! The command `herd-client`: arguments in, answers out, an exit status at the end.
//!
//! This room owns arguments, the terminal and the exit status. Answers go to stdout, everything else
//! to stderr. What it says to servers it says through the library.

mod arguments;
mod attribution;
mod bench;
mod bench_arguments;
mod bench_progress;
mod descriptors;
mod failure;
mod file;
mod geojson;
mod iamat;
mod json_text;
mod manual;
mod nearby;
mod options;
mod output;
mod paint;
mod places_json;
mod places_table;
mod position_advice;
mod printable;
mod replay;
mod send;
mod table;
mod tls_arguments;
mod token_arguments;
mod way;
mod whatsat;

use failure::Failure;
use options::{Options, Subcommand};
use output::Output;
use std::process::ExitCode;

/// Runs the command with the arguments of this process.
pub(crate) fn run() -> ExitCode {
    let options = match Options::read() {
        Ok(options) => options,
        Err(exit) => return exit,
    };
    match async_std::task::block_on(carry_out(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn carry_out(options: &Options) -> Result<(), Failure> {
    let mut output = Output::of_this_process();
    match &options.subcommand {
        Subcommand::Iamat(arguments) => iamat::run(arguments, &mut output).await,
        Subcommand::Whatsat(arguments) => whatsat::run(arguments, &mut output).await,
        Subcommand::Send(arguments) => send::run(arguments, &mut output).await,
        Subcommand::Replay(arguments) => replay::run(arguments, &mut output).await,
        Subcommand::Bench(arguments) => bench::run(arguments, &mut output).await,
        Subcommand::Completions { shell } => Ok(output.write(&manual::completions(*shell))?),
        Subcommand::Man => Ok(output.write(&manual::page())?),
    }
}
