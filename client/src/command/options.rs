//! The arguments.

use super::bench_arguments::BenchArguments;
use super::failure::Failure;
use super::output::{Output, say};
use herd::config::Herd;
use herd::config::text::read_text;
use herd_client::{InvalidTarget, Server, Target};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;
use structopt::StructOpt;
use structopt::clap::{AppSettings, Shell};

/// The longest herd.toml or script, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The longest `--timeout`, in seconds: a day.
const TIMEOUT_SECONDS_MAX: f64 = 86_400.0;

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
    /// How to print the reply: text, laid out for the eye; table, with each place's
    /// distance and bearing from the client; json, one object; geojson, for maps; or
    /// raw, exactly as it comes
    #[structopt(
        long,
        value_name = "FORMAT",
        default_value = "text",
        possible_values = &["text", "table", "json", "geojson", "raw"]
    )]
    format: Form,
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
    /// Files of requests and expectations; - is the standard input
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
    /// How long to wait for a connection, and for each reply
    #[structopt(long, value_name = "SECONDS", default_value = "30", allow_hyphen_values = true)]
    timeout: String,
    /// The file that says where the herd's servers are [default: a built-in herd of
    /// Alford, Ball, Hamilton, Holiday and Welsh on this machine]
    #[structopt(long, value_name = "FILE", parse(from_os_str))]
    herd: Option<PathBuf>,
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

/// The time of `--timeout`: more than nothing, and at most [`TIMEOUT_SECONDS_MAX`].
pub(crate) fn timeout(text: &str) -> Result<Duration, Failure> {
    let seconds = text.parse().ok();
    let good = seconds.filter(|seconds| *seconds >= 0.001 && *seconds <= TIMEOUT_SECONDS_MAX);
    good.map(Duration::from_secs_f64).ok_or_else(|| {
        Failure::Usage(format!(
            "--timeout must be a number of seconds from 0.001 to {TIMEOUT_SECONDS_MAX} (got {text:?})"
        ))
    })
}

/// How the answer to a WHATSAT is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The reply, byte for byte.
    Raw,
    /// The reply, laid out for the eye.
    Text,
    /// Its places, a line each.
    Table,
    /// One JSON object.
    Json,
    /// Its places, for maps.
    GeoJson,
}

impl FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "raw" => Form::Raw,
            "text" => Form::Text,
            "table" => Form::Table,
            "json" => Form::Json,
            "geojson" => Form::GeoJson,
            other => return Err(format!("unknown format {other:?}")),
        })
    }
}

impl WhatsatArguments {
    /// How to print the reply.
    pub(crate) fn form(&self) -> Form {
        self.format
    }
}

impl ServerArguments {
    /// How long to wait for a connection, and for each reply.
    pub(crate) fn timeout(&self) -> Result<Duration, Failure> {
        timeout(&self.timeout)
    }

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
    let bytes = read_file(path)?;
    let text = read_text(&bytes)
        .map_err(|error| Failure::Usage(format!("{}:{}: {error}", path.display(), error.line())))?;
    Herd::from_toml(text).map_err(|error| Failure::Usage(error.in_file(path.display())))
}

/// The server that an argument names, one of `herd` if by name.
pub(crate) fn find_server(text: &OsStr, herd: &Herd) -> Result<Server, Failure> {
    // No name and no host holds the character that stands for what is no UTF-8.
    let text = text.to_string_lossy();
    let target: Target =
        text.parse().map_err(|error: InvalidTarget| Failure::Usage(error.to_string()))?;
    target.resolve(herd).map_err(|error| Failure::Usage(error.to_string()))
}

/// Whether an argument means the standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// All bytes of a file that an argument names.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let failure = |what: &str| Failure::Usage(format!("cannot read {}: {what}", path.display()));
    let mut bytes = Vec::new();
    let read = match is_standard_input(path) {
        true => io::stdin().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes),
        false => {
            File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        }
    };
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failure("no such file"),
        kind => failure(&kind.to_string()),
    })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(failure(&format!("it is longer than {FILE_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}
