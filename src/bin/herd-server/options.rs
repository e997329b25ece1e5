//! The command line.

use super::output;
use super::places_source::{OfSource, PlacesSources};
use herd::access::{Role, TokenName};
use herd::config::Address;
use herd::fetch::Budget;
use herd::journal::Fsync;
use herd::places::{CacheLimits, FieldMask};
use herd::protocol::ServerName;
use log::LevelFilter;
use std::ffi::{OsStr, OsString};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::process::ExitCode;
use structopt::StructOpt;
use structopt::clap::{AppSettings, Error, ErrorKind};

/// The names of [`LevelFilter`].
const LOG_LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

/// Runs one server of a herd.
///
/// Without --herd, it is a server of the default herd: Alford, Ball, Hamilton, Holiday or Welsh.
#[derive(Debug, StructOpt)]
#[structopt(
    name = "herd-server",
    usage = "herd-server [OPTIONS] <NAME>\n    herd-server check <DIR>\n    \
             herd-server token new [OPTIONS] --role <ROLE>...",
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
        herd-server check herd-data/Alford     verifies a journal\n    \
        herd-server token new --role device --id van-7\n\n\
        The key for google and google-new comes from the environment,\n\
        GOOGLE_PLACES_API_KEY, or from --places-key-file. Remote sources are asked\n\
        through the proxies in HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, except for the\n\
        hosts in NO_PROXY.\n\n\
        New clients are refused when the known ones use half of the memory, that of the\n\
        machine or of the process's control group; clients_bytes in herd.toml sets another\n\
        limit.\n\n\
        SIGTERM, SIGQUIT or Ctrl-C stops the server in good order; a second one ends it\n\
        at once. SIGHUP makes it read its certificates and keys, the limits in herd.toml and\n\
        its access file anew; if anything is wrong with them, it keeps the old ones. SIGUSR1\n\
        and SIGUSR2 are ignored."
)]
pub(super) struct Options {
    /// The name of the server to run
    #[structopt(name = "NAME")]
    pub(super) name: ServerName,

    /// The configuration of the herd: its servers and who talks with whom
    #[structopt(long, name = "herd.toml", parse(try_from_os_str = parse_path))]
    pub(super) herd: Option<PathBuf>,

    /// Serve phones, browsers and programs over HTTP at this address [default: http_listen in
    /// herd.toml, or not at all]
    #[structopt(long, name = "HOST:PORT")]
    pub(super) http: Option<Address>,

    /// The folder for the server's files [default: herd-data/NAME]
    #[structopt(long, name = "DIR", parse(try_from_os_str = parse_path))]
    pub(super) data_dir: Option<PathBuf>,

    /// Write no journal; positions are lost when the server stops
    #[structopt(long, conflicts_with_all = &["WHEN", "repair"])]
    pub(super) ephemeral: bool,

    /// When to synchronize the journal with the disk: always (before each reply), everysec or no
    #[structopt(long, name = "WHEN", default_value = "everysec", parse(try_from_str = parse_fsync))]
    pub(super) fsync: Fsync,

    /// Start even if the journal is damaged: keep its good lines and move the bad ones to a file
    #[structopt(long)]
    pub(super) repair: bool,

    /// Where places come from: gazetteer, google, google-new, photon, or a FILE.json with one answer
    /// for all questions. Of several, separated by commas, the next is asked when one fails
    #[structopt(long, name = "SOURCES", default_value = "gazetteer")]
    pub(super) places: PlacesSources,

    /// The URL of the remote source [default: the public service]. With several remote sources,
    /// give SOURCE=URL once for each
    #[structopt(long, name = "URL", number_of_values = 1)]
    pub(super) places_url: Vec<OfSource<String>>,

    /// The requests that the remote source gets, a second and a day [default: 100:100000]. With
    /// several remote sources, give SOURCE=BUDGET once for each. Questions beyond it are answered with
    /// OVER_QUERY_LIMIT, or by the next source
    #[structopt(long, name = "BUDGET", number_of_values = 1)]
    pub(super) places_budget: Vec<OfSource<Budget>>,

    /// The fields that google-new asks for; they decide what Google charges for a request
    #[structopt(long, name = "MASK")]
    pub(super) places_field_mask: Option<FieldMask>,

    /// Cache remote answers: at most MIB mebibytes, for SECONDS. Check the source's terms
    #[structopt(long, name = "MIB:SECONDS")]
    pub(super) places_cache: Option<CacheLimits>,

    /// The file with the key for google and google-new
    #[structopt(long, name = "KEYFILE", parse(try_from_os_str = parse_path))]
    pub(super) places_key_file: Option<PathBuf>,

    /// The file for the traffic log [default: traffic.ndjson in the data directory]
    #[structopt(
        long,
        name = "FILE",
        conflicts_with = "no-traffic-log",
        parse(try_from_os_str = parse_path)
    )]
    pub(super) traffic_log: Option<PathBuf>,

    /// Write no traffic log
    #[structopt(long)]
    pub(super) no_traffic_log: bool,

    /// How many threads serve clients; use more than one if that one is always busy
    #[structopt(long, name = "THREADS", default_value = "1")]
    pub(super) threads: NonZeroUsize,

    /// The least important events to write to standard error
    #[structopt(long, name = "LEVEL", default_value = "info", possible_values = LOG_LEVELS)]
    pub(super) log_level: LevelFilter,

    /// Ask neighbors only for new positions, not for those missed while the server was down
    #[structopt(long)]
    pub(super) no_catch_up: bool,
}

impl Task {
    /// Reads this process's arguments.
    pub(super) fn read() -> Result<Self, Error> {
        let arguments: Vec<_> = std::env::args_os().collect();
        if asks_for_version(&arguments) {
            return Ok(Task::Version);
        }
        if arguments.get(1).is_some_and(|first| first == "check") {
            return CheckOptions::from_iter_safe(&arguments[1..]).map(Task::Check);
        }
        if arguments.get(1).is_some_and(|first| first == "token") {
            return TokenCommand::from_iter_safe(&arguments[1..]).map(Task::from);
        }
        Options::from_iter_safe(arguments).map(|options| Task::Run(Box::new(options)))
    }
}

/// clap would print the version by itself, and would call a closed pipe a mistake in the arguments.
fn asks_for_version(arguments: &[OsString]) -> bool {
    let mut options = arguments.iter().skip(1).take_while(|argument| *argument != "--");
    options.any(|argument| argument == "--version" || argument == "-V")
}

fn parse_fsync(text: &str) -> Result<Fsync, String> {
    match text {
        "always" => Ok(Fsync::Always),
        "everysec" => Ok(Fsync::EverySecond),
        "no" => Ok(Fsync::Never),
        other => Err(format!("must be always, everysec or no (got {other:?})")),
    }
}

/// An empty path is a variable of a shell that is not set, and would mean the current folder.
fn parse_path(text: &OsStr) -> Result<PathBuf, OsString> {
    match text.is_empty() {
        true => Err("the path is empty".into()),
        false => Ok(text.into()),
    }
}

/// Verifies the journal of a server, which may be running. Changes nothing.
#[derive(Debug, StructOpt)]
#[structopt(name = "herd-server check", usage = "herd-server check <DIR>")]
pub(super) struct CheckOptions {
    /// The server's data directory
    #[structopt(name = "DIR", parse(try_from_os_str = parse_path))]
    pub(super) folder: PathBuf,
}

/// Makes tokens for clients.
#[derive(Debug, StructOpt)]
#[structopt(
    name = "herd-server token",
    set_term_width = 80,
    global_settings = &[
        AppSettings::DeriveDisplayOrder,
        AppSettings::UnifiedHelpMessage,
        AppSettings::VersionlessSubcommands,
        AppSettings::DisableHelpSubcommand,
    ]
)]
enum TokenCommand {
    /// Prints a new token, and the entry for it in access.toml
    ///
    /// The token is printed only this once. Nothing is written to any file.
    #[structopt(usage = "herd-server token new [OPTIONS] --role <ROLE>...")]
    New(TokenOptions),
}

// Options of `token new`.
#[derive(Debug, StructOpt)]
pub(super) struct TokenOptions {
    /// What its holder may do: device (tell), reader (ask) or operator (everything). Give it once
    /// for each role
    #[structopt(long = "role", name = "ROLE", required = true, number_of_values = 1)]
    pub(super) roles: Vec<Role>,

    /// The ID of the one client that it is for
    #[structopt(long, name = "ID", conflicts_with = "PREFIX")]
    pub(super) id: Option<String>,

    /// What the IDs of the clients begin with that it is for
    #[structopt(long, name = "PREFIX")]
    pub(super) id_prefix: Option<String>,

    /// The public name of the token [default: the ID, the prefix or the role]
    #[structopt(long, name = "NAME")]
    pub(super) name: Option<TokenName>,

    /// The commands a second that its holder may give [default: as many as herd.toml allows]
    #[structopt(long, name = "RATE")]
    pub(super) rate: Option<NonZeroU32>,
}

impl From<TokenCommand> for Task {
    fn from(command: TokenCommand) -> Self {
        let TokenCommand::New(options) = command;
        Task::NewToken(options)
    }
}

/// What this process is asked to do.
#[derive(Debug)]
pub(super) enum Task {
    /// Run a server.
    Run(Box<Options>),
    /// Verify a journal.
    Check(CheckOptions),
    /// Make a token.
    NewToken(TokenOptions),
    /// Print the version.
    Version,
}

/// Prints the help or version that was asked for, or what is wrong with the arguments. Returns the
/// status that the process ends with.
pub(super) fn exit(error: &Error) -> ExitCode {
    match error.kind {
        ErrorKind::HelpDisplayed => {
            output::status(output::answer(format_args!("{}\n", error.message)))
        }
        ErrorKind::MissingRequiredArgument if error.message.contains("<NAME>") => {
            output::complain(format_args!(
                "{}\n\nThe default herd has Alford, Ball, Hamilton, Holiday and Welsh:\n    \
                 herd-server Alford",
                error.message
            ));
            ExitCode::from(2)
        }
        _ => {
            output::complain(&error.message);
            ExitCode::from(2)
        }
    }
}
