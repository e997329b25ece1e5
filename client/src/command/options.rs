//! The arguments.

use super::arguments::{IamatArguments, ReplayArguments, SendArguments, WhatsatArguments};
use super::bench_arguments::BenchArguments;
use std::io::{self, Write};
use std::process::ExitCode;
use structopt::StructOpt;
use structopt::clap::AppSettings;

/// Tells a herd of servers where a client is, and asks what is near it.
#[derive(Debug, StructOpt)]
#[structopt(
    name = "herd-client",
    set_term_width = 80,
    global_settings = &[
        AppSettings::DeriveDisplayOrder,
        AppSettings::UnifiedHelpMessage,
        AppSettings::VersionlessSubcommands,
        AppSettings::DisableHelpSubcommand,
    ],
    after_help = "EXIT STATUS:\n    0  the server answered, and every expectation was met\n    \
                  1  the server said \"?\" or could not be reached, or an expectation failed\n    \
                  2  bad usage"
)]
pub(crate) struct Options {
    #[structopt(subcommand)]
    pub(crate) subcommand: Subcommand,
}

// No doc comment here: structopt would take it for what the whole command is about.
#[derive(Debug, StructOpt)]
pub(crate) enum Subcommand {
    /// Tells a server where a client is
    #[structopt(usage = "herd-client iamat [OPTIONS] --id <ID> --loc <POSITION>")]
    Iamat(IamatArguments),
    /// Asks a server what is near a client
    Whatsat(WhatsatArguments),
    /// Sends any line and prints the reply as it comes
    #[structopt(usage = "herd-client send [OPTIONS] <LINE>")]
    Send(SendArguments),
    /// Runs request scripts and checks what they expect
    Replay(ReplayArguments),
    /// Loads servers and measures how fast they answer
    #[structopt(usage = "herd-client bench [OPTIONS]")]
    Bench(BenchArguments),
}

impl Options {
    /// The arguments of this process, or its exit status when they ask for help or make no sense.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        Self::from_args_safe().map_err(|error| {
            // A closed pipe behind the help is no reason to complain.
            if error.use_stderr() {
                let _ = writeln!(io::stderr(), "{}", error.message);
                return ExitCode::from(2);
            }
            let _ = writeln!(io::stdout(), "{}", error.message);
            ExitCode::SUCCESS
        })
    }
}
