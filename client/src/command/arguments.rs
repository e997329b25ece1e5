//! The arguments of the subcommands that talk with one server.

use super::failure::Failure;
use super::file::read_herd;
use super::tls_arguments::TlsArguments;
use super::token_arguments::TokenArguments;
use herd::config::{Herd, Transport};
use herd_client::{Destination, InvalidTarget, Target};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use structopt::StructOpt;

/// The longest `--timeout`, in seconds: a day.
const TIMEOUT_SECONDS_MAX: f64 = 86_400.0;

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
    /// The server to talk with: its name, HOST:PORT or tls://HOST:PORT [default: the
    /// herd's first]
    #[structopt(long = "server", value_name = "SERVER", parse(from_os_str))]
    target: Option<OsString>,
    /// How long to wait for a connection, and for each reply
    #[structopt(long, value_name = "SECONDS", default_value = "30", allow_hyphen_values = true)]
    timeout: String,
    /// The file that says where the herd's servers are [default: a built-in herd of
    /// Alford, Ball, Hamilton, Holiday and Welsh on this machine]
    #[structopt(long, value_name = "FILE", parse(from_os_str))]
    herd: Option<PathBuf>,
    #[structopt(flatten)]
    pub(crate) token: TokenArguments,
    #[structopt(flatten)]
    pub(crate) tls: TlsArguments,
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
    pub(crate) fn server(&self, herd: &Herd) -> Result<Destination, Failure> {
        let server = match &self.target {
            Some(text) => find_server(text, self.tls.transport(), herd)?,
            None => find_server(herd.first().name().as_str().as_ref(), self.tls.transport(), herd)?,
        };
        self.tls.check_use(&server)?;
        Ok(server)
    }
}

/// The server that an argument names, one of `herd` if by name.
pub(crate) fn find_server(
    text: &OsStr,
    transport: Transport,
    herd: &Herd,
) -> Result<Destination, Failure> {
    // No name and no host holds the character that stands for what is no UTF-8.
    let text = text.to_string_lossy();
    let target: Target =
        text.parse().map_err(|error: InvalidTarget| Failure::Usage(error.to_string()))?;
    let found = match transport {
        Transport::Plain => target.resolve(herd),
        Transport::Tls => target.resolve_over_tls(herd),
    };
    found.map_err(|error| Failure::Usage(error.to_string()))
}
