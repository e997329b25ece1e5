//! The command line.

use herd::protocol::ServerName;
use log::LevelFilter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use structopt::StructOpt;
use structopt::clap::{AppSettings, Error, ErrorKind};

/// Runs one server of a herd.
///
/// Without --herd it is one of the default herd: Alford, Ball, Hamilton, Holiday or Welsh.
#[derive(Debug, StructOpt)]
#[structopt(
    name = "herd-server",
    global_settings = &[AppSettings::UnifiedHelpMessage, AppSettings::DisableHelpSubcommand],
    after_help = "EXAMPLES:\n    \
        herd-server Alford\n    \
        herd-server Alford --herd herd.toml --places google --places-key-file key.txt\n\n\
        The key for --places google comes from GOOGLE_PLACES_API_KEY or --places-key-file.\n\
        SIGTERM or Ctrl-C stops the server in good order; a second one ends it at once."
)]
pub(super) struct Options {
    /// The server to run, by its name in the herd
    #[structopt(name = "NAME")]
    pub(super) name: ServerName,

    /// Which servers there are and who talks with whom
    #[structopt(long, name = "herd.toml")]
    pub(super) herd: Option<PathBuf>,

    /// Where the server keeps its files [default: herd-data/NAME]
    #[structopt(long, name = "DIR")]
    pub(super) data_dir: Option<PathBuf>,

    /// Where places come from: gazetteer, google, or a FILE.json with one answer for all questions
    #[structopt(long, name = "SOURCE", default_value = "gazetteer")]
    pub(super) places: PlacesSource,

    /// Where Google's service is [default: https://maps.googleapis.com]
    #[structopt(long, name = "URL")]
    pub(super) places_url: Option<String>,

    /// A file that holds the key for --places google
    #[structopt(long, name = "KEYFILE")]
    pub(super) places_key_file: Option<PathBuf>,

    /// Where all traffic is noted [default: traffic.ndjson in the data directory]
    #[structopt(long, name = "FILE", conflicts_with = "no-traffic-log")]
    pub(super) traffic_log: Option<PathBuf>,

    /// Notes no traffic
    #[structopt(long)]
    pub(super) no_traffic_log: bool,

    /// What to tell about: off, error, warn, info, debug or trace
    #[structopt(long, name = "LEVEL", default_value = "info")]
    pub(super) log_level: LevelFilter,

    /// Asks neighbors only for what comes from now on, not for what was missed
    #[structopt(long)]
    pub(super) no_catch_up: bool,
}

impl Options {
    /// Reads this process's arguments.
    pub(super) fn read() -> Result<Self, Error> {
        Self::from_iter_safe(std::env::args_os())
    }
}

/// Where places come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PlacesSource {
    /// The built-in one.
    Gazetteer,
    /// Google's Nearby Search.
    Google,
    /// One answer for all questions.
    File(PathBuf),
}

impl FromStr for PlacesSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "gazetteer" => Ok(Self::Gazetteer),
            "google" => Ok(Self::Google),
            path if path.ends_with(".json") => Ok(Self::File(path.into())),
            other => Err(format!("{other:?} is none of gazetteer, google and FILE.json")),
        }
    }
}

/// Tells what is wrong with the arguments, or what was asked for, and how the process ends.
pub(super) fn exit(error: &Error) -> ExitCode {
    match error.kind {
        ErrorKind::HelpDisplayed | ErrorKind::VersionDisplayed => {
            println!("{}", error.message);
            ExitCode::SUCCESS
        }
        ErrorKind::MissingRequiredArgument => {
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
