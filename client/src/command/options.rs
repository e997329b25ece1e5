//! The arguments.

use super::bench_arguments::BenchArguments;
use super::failure::Failure;
use herd::config::Herd;
use herd_client::{InvalidTarget, Server, Target};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use structopt::StructOpt;
use structopt::clap::AppSettings;

/// The longest herd.toml or script, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

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

// Arguments of `iamat`.
#[derive(Debug, StructOpt)]
pub(crate) struct IamatArguments {
    /// The client's ID, without white space
    #[structopt(long, value_name = "ID", parse(from_os_str))]
    pub(crate) id: OsString,
    /// Where it is: latitude and longitude in decimal degrees, for example
    /// +34.068930-118.445127
    #[structopt(long, value_name = "POSITION", allow_hyphen_values = true, parse(from_os_str))]
    pub(crate) loc: OsString,
    /// When it was there, in seconds since 1970 [default: the time of sending]
    #[structopt(long, value_name = "TIME", allow_hyphen_values = true, parse(from_os_str))]
    pub(crate) time: Option<OsString>,
    #[structopt(flatten)]
    pub(crate) server: ServerArguments,
}

// Arguments of `whatsat`.
#[derive(Debug, StructOpt)]
pub(crate) struct WhatsatArguments {
    /// The client's ID, without white space
    #[structopt(long, value_name = "ID", parse(from_os_str))]
    pub(crate) id: OsString,
    /// How far from the client, from 0 to 50 kilometres
    #[structopt(
        long,
        value_name = "KM",
        default_value = "10",
        allow_hyphen_values = true,
        parse(from_os_str)
    )]
    pub(crate) radius: OsString,
    /// How many places, from 0 to 20
    #[structopt(
        long,
        value_name = "N",
        default_value = "5",
        allow_hyphen_values = true,
        parse(from_os_str)
    )]
    pub(crate) max: OsString,
    /// How to print the reply: json, laid out for the eye, or table, with each place's
    /// distance and bearing from the client [default: json]
    #[structopt(long, value_name = "FORMAT", parse(from_os_str))]
    format: Option<OsString>,
    /// Prints the client and the places as GeoJSON, for maps
    #[structopt(long)]
    geojson: bool,
    /// Prints the reply exactly as it comes
    #[structopt(long)]
    raw: bool,
    #[structopt(flatten)]
    pub(crate) server: ServerArguments,
}

// Arguments of `send`.
#[derive(Debug, StructOpt)]
pub(crate) struct SendArguments {
    /// The line; write -- before one that begins with a hyphen
    #[structopt(value_name = "LINE", parse(from_os_str))]
    pub(crate) line: OsString,
    #[structopt(flatten)]
    pub(crate) server: ServerArguments,
}

// Arguments of `replay`.
#[derive(Debug, StructOpt)]
pub(crate) struct ReplayArguments {
    /// Files of requests and expectations
    #[structopt(value_name = "SCRIPT", required = true, parse(from_os_str))]
    pub(crate) scripts: Vec<PathBuf>,
    /// Runs on after a failure, and counts
    #[structopt(long)]
    pub(crate) keep_going: bool,
    #[structopt(flatten)]
    pub(crate) server: ServerArguments,
}

// Arguments of every subcommand that talks with one server.
#[derive(Debug, StructOpt)]
pub(crate) struct ServerArguments {
    /// The server to talk with: its name, or HOST:PORT [default: the herd's first]
    #[structopt(long = "server", value_name = "SERVER", parse(from_os_str))]
    target: Option<OsString>,
    /// The file that says where the herd's servers are [default: a built-in herd of
    /// Alford, Ball, Hamilton, Holiday and Welsh on this machine]
    #[structopt(long, value_name = "FILE", parse(from_os_str))]
    herd: Option<PathBuf>,
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

/// How the answer to a WHATSAT is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The reply, byte for byte.
    Raw,
    /// The reply, laid out for the eye.
    Json,
    /// Its places, a line each.
    Table,
    /// Its places, for maps.
    GeoJson,
}

impl WhatsatArguments {
    /// The one form that they ask for.
    pub(crate) fn form(&self) -> Result<Form, Failure> {
        let form = match self.format.as_ref().map(|format| format.to_string_lossy()) {
            None => None,
            Some(format) if format == "json" => Some(Form::Json),
            Some(format) if format == "table" => Some(Form::Table),
            Some(format) => {
                let message = format!("invalid format: {format:?}; --format takes json or table");
                return Err(Failure::Usage(message));
            }
        };
        match (self.raw, form, self.geojson) {
            (false, None, false) => Ok(Form::Json),
            (false, Some(form), false) => Ok(form),
            (true, None, false) => Ok(Form::Raw),
            (false, None, true) => Ok(Form::GeoJson),
            _ => Err(Failure::Usage(
                "--raw, --format and --geojson exclude each other: choose one".to_owned(),
            )),
        }
    }
}

impl ServerArguments {
    /// The herd that they name.
    pub(crate) fn herd(&self) -> Result<Herd, Failure> {
        read_herd(self.herd.as_deref())
    }

    /// The server that they name, one of `herd` if by name.
    pub(crate) fn server(&self, herd: &Herd) -> Result<Server, Failure> {
        match &self.target {
            Some(text) => find_server(text, herd),
            None => Ok(Server::first_of(herd)),
        }
    }
}

/// The herd of that file, or the default one.
pub(crate) fn read_herd(path: Option<&Path>) -> Result<Herd, Failure> {
    let Some(path) = path else { return Ok(Herd::default_herd()) };
    let text = String::from_utf8(read_file(path)?)
        .map_err(|_| Failure::Usage(format!("{} is not UTF-8 text", path.display())))?;
    Herd::from_toml(&text).map_err(|error| Failure::Usage(error.in_file(path.display())))
}

/// The server that an argument names, one of `herd` if by name.
pub(crate) fn find_server(text: &OsStr, herd: &Herd) -> Result<Server, Failure> {
    // No name and no host holds the character that stands for what is no UTF-8.
    let text = text.to_string_lossy();
    let target: Target =
        text.parse().map_err(|error: InvalidTarget| Failure::Usage(error.to_string()))?;
    target.resolve(herd).map_err(|error| Failure::Usage(error.to_string()))
}

/// All bytes of a file that an argument names.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let failure = |what: &str| Failure::Usage(format!("cannot read {}: {what}", path.display()));
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failure("no such file"),
        kind => failure(&kind.to_string()),
    })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(failure(&format!("it is longer than {FILE_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}
