//! The command line.

use super::places_source::{PlacesSources, PlacesUrl};
use herd::journal::Fsync;
use herd::places::{CacheLimits, FieldMask};
use herd::protocol::ServerName;
use log::LevelFilter;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use structopt::StructOpt;
use structopt::clap::{AppSettings, Error, ErrorKind};

/// The names of [`LevelFilter`].
const LOG_LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

/// Runs one server of a herd.
///
/// Without --herd it is one of the default herd: Alford, Ball, Hamilton, Holiday or Welsh.
#[derive(Debug, StructOpt)]
#[structopt(
    name = "herd-server",
    usage = "herd-server [OPTIONS] <NAME>\n    herd-server check <DIR>",
    set_term_width = 80,
    global_settings = &[
        AppSettings::DeriveDisplayOrder,
        AppSettings::UnifiedHelpMessage,
        AppSettings::DisableHelpSubcommand,
    ],
    after_help = "EXAMPLES:\n    \
        herd-server Alford\n    \
        herd-server Alford --herd herd.toml --places google-new\n    \
        herd-server Alford --places photon,gazetteer\n    \
        herd-server check herd-data/Alford     verifies a journal\n\n\
        The key for google and google-new comes from the environment,\n\
        GOOGLE_PLACES_API_KEY, or from --places-key-file.\n\n\
        SIGTERM or Ctrl-C stops the server in good order; a second one ends it at once."
)]
pub(super) struct Options {
    /// The server to run, by its name in the herd
    #[structopt(name = "NAME")]
    pub(super) name: ServerName,

    /// Which servers there are and who talks with whom
    #[structopt(long, name = "herd.toml", parse(from_os_str))]
    pub(super) herd: Option<PathBuf>,

    /// Where the server keeps its files [default: herd-data/NAME]
    #[structopt(long, name = "DIR", parse(from_os_str))]
    pub(super) data_dir: Option<PathBuf>,

    /// Keeps no journal: what the server knows ends with it
    #[structopt(long, conflicts_with_all = &["WHEN", "repair"])]
    pub(super) ephemeral: bool,

    /// When the journal is synchronized with the disk: always (before each reply), everysec or no
    #[structopt(long, name = "WHEN", default_value = "everysec", parse(try_from_str = parse_fsync))]
    pub(super) fsync: Fsync,

    /// Starts with a damaged journal: keeps its good lines and sets the bad ones aside
    #[structopt(long)]
    pub(super) repair: bool,

    /// Where places come from: gazetteer, google, google-new, photon, or a FILE.json with one answer
    /// for all questions; several, parted by commas, are asked in turn until one does not fail
    #[structopt(long, name = "SOURCES", default_value = "gazetteer")]
    pub(super) places: PlacesSources,

    /// Where the remote source's service is [default: its makers' own]; SOURCE=URL, once for each,
    /// where several remote sources are in use
    #[structopt(long, name = "URL", number_of_values = 1)]
    pub(super) places_url: Vec<PlacesUrl>,

    /// Which fields google-new asks for: they decide what a request costs
    #[structopt(long, name = "MASK")]
    pub(super) places_field_mask: Option<FieldMask>,

    /// Keeps the answers of remote sources, so much and so long; their terms may forbid it
    #[structopt(long, name = "MIB:SECONDS")]
    pub(super) places_cache: Option<CacheLimits>,

    /// A file that holds the key for google and google-new
    #[structopt(long, name = "KEYFILE", parse(from_os_str))]
    pub(super) places_key_file: Option<PathBuf>,

    /// Where all traffic is noted [default: traffic.ndjson in the data directory]
    #[structopt(long, name = "FILE", conflicts_with = "no-traffic-log", parse(from_os_str))]
    pub(super) traffic_log: Option<PathBuf>,

    /// Notes no traffic
    #[structopt(long)]
    pub(super) no_traffic_log: bool,

    /// How many threads serve; more than one pays when one is busy all the time
    #[structopt(long, name = "THREADS", default_value = "1")]
    pub(super) threads: NonZeroUsize,

    /// What to tell about on standard error
    #[structopt(long, name = "LEVEL", default_value = "info", possible_values = LOG_LEVELS)]
    pub(super) log_level: LevelFilter,

    /// Asks neighbors only for what comes from now on, not for what was missed
    #[structopt(long)]
    pub(super) no_catch_up: bool,
}

impl Task {
    /// Reads this process's arguments.
    pub(super) fn read() -> Result<Self, Error> {
        let arguments: Vec<_> = std::env::args_os().collect();
        if arguments.get(1).is_some_and(|first| first == "check") {
            return CheckOptions::from_iter_safe(&arguments[1..]).map(Task::Check);
        }
        Options::from_iter_safe(arguments).map(|options| Task::Run(Box::new(options)))
    }
}

fn parse_fsync(text: &str) -> Result<Fsync, String> {
    match text {
        "always" => Ok(Fsync::Always),
        "everysec" => Ok(Fsync::EverySecond),
        "no" => Ok(Fsync::Never),
        other => Err(format!("{other:?} is none of always, everysec and no")),
    }
}

/// Verifies the journal of a server that does not run.
#[derive(Debug, StructOpt)]
#[structopt(name = "herd-server check", usage = "herd-server check <DIR>")]
pub(super) struct CheckOptions {
    /// The server's data directory
    #[structopt(name = "DIR", parse(from_os_str))]
    pub(super) folder: PathBuf,
}

/// What this process is asked to do.
#[derive(Debug)]
pub(super) enum Task {
    /// Run a server.
    Run(Box<Options>),
    /// Verify a journal.
    Check(CheckOptions),
}

/// Tells what is wrong with the arguments, or what was asked for, and how the process ends.
pub(super) fn exit(error: &Error) -> ExitCode {
    match error.kind {
        ErrorKind::HelpDisplayed | ErrorKind::VersionDisplayed => {
            println!("{}", error.message);
            ExitCode::SUCCESS
        }
        ErrorKind::MissingRequiredArgument if error.message.contains("<NAME>") => {
            eprintln!(
                "{}\n\nThe default herd has Alford, Ball, Hamilton, Holiday and Welsh:",
                error.message
            );
            eprintln!("    herd-server Alford");
            ExitCode::from(2)
        }
        _ => {
            eprintln!("{}", error.message);
            ExitCode::from(2)
        }
    }
}
