//! The arguments.

use super::arguments::{IamatArguments, ReplayArguments, SendArguments, WhatsatArguments};
use super::bench_arguments::BenchArguments;
use super::failure::Failure;
use super::output::{Output, say};
use std::env;
use std::process::ExitCode;
use structopt::StructOpt;
use structopt::clap::{AppSettings, Shell};

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
                  2  bad usage\n    \
                  130  Ctrl-C ended bench, which printed what it had measured"
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
    #[structopt(usage = "herd-client bench [OPTIONS] --server <SERVER>...")]
    Bench(BenchArguments),
    /// Prints a script that completes the arguments of this command in a shell
    Completions {
        /// The shell
        #[structopt(value_name = "SHELL", possible_values = &Shell::variants())]
        shell: Shell,
    },
    /// Prints the manual page of this command, for man -l -
    Man,
}

impl Options {
    /// The arguments of this process, or its exit status when they ask for help or make no sense.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        // The argument parser would write the version itself, and hide why it could not.
        if env::args_os().nth(1).is_some_and(|first| first == "--version" || first == "-V") {
            return Err(print(concat!("herd-client ", env!("CARGO_PKG_VERSION"))));
        }
        Self::from_args_safe().map_err(|error| {
            if error.use_stderr() {
                say(&(error.message + advice(error.info.as_deref())));
                return ExitCode::from(2);
            }
            print(&error.message)
        })
    }
}

/// Prints the whole answer of a command that has no other task.
fn print(text: &str) -> ExitCode {
    let written = Output::of_this_process().write(format!("{text}\n").as_bytes());
    written.map_or_else(|error| Failure::Output(error).report(), |()| ExitCode::SUCCESS)
}

/// What to write instead of options that there once were.
fn advice(wrong: Option<&[String]>) -> &'static str {
    match wrong.and_then(<[_]>::first).map(String::as_str) {
        Some("--raw") => "\n\nWrite --format raw",
        Some("--geojson") => "\n\nWrite --format geojson",
        Some("--table") => "\n\nWrite --format table",
        Some("--json") => "\n\nWrite --format json",
        _ => "",
    }
}
