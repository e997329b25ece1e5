//! The arguments of `herd-client bench`.

use super::arguments::{find_server, timeout};
use super::failure::Failure;
use super::file::read_herd;
use super::tls_arguments::TlsArguments;
use super::token_arguments::TokenArguments;
use super::whatsat::{max, radius};
use herd::config::Transport;
use herd_client::bench::{
    Bench, Dialect, Fill, Length, OutOfRange, Plan, Question, UnfitPlan, WholeNumber,
};
use herd_client::{Credentials, Destination};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use structopt::StructOpt;

/// The longest `--duration` and `--warmup`: a day.
const SECONDS_MAX: f64 = 86_400.0;

// Arguments of `bench`.
#[derive(Debug, StructOpt)]
pub(crate) struct BenchArguments {
    /// How many connections, dealt out over the servers
    #[structopt(long, value_name = "N", default_value = "50", allow_hyphen_values = true)]
    connections: String,
    /// How many commands each connection sends before it waits for replies
    #[structopt(long, value_name = "N", default_value = "1", allow_hyphen_values = true)]
    depth: String,
    /// How many different clients move
    #[structopt(long, value_name = "N", default_value = "100000", allow_hyphen_values = true)]
    clients: String,
    /// How long to measure [default: 10]
    #[structopt(long, value_name = "SECONDS", allow_hyphen_values = true)]
    duration: Option<String>,
    /// How many commands to measure, instead of a duration
    #[structopt(long, value_name = "N", conflicts_with = "duration", allow_hyphen_values = true)]
    count: Option<String>,
    /// How long the load goes on before it is measured
    #[structopt(long, value_name = "SECONDS", default_value = "1", allow_hyphen_values = true)]
    warmup: String,
    /// Tells of each client once before anything else, as --whatsat does
    #[structopt(long)]
    fill: bool,
    /// How many of a hundred commands ask what is near a client
    #[structopt(long, value_name = "PERCENT", default_value = "0", allow_hyphen_values = true)]
    whatsat: String,
    /// How far from the client they ask, from 0 to 50 kilometres
    #[structopt(
        long,
        value_name = "KM",
        default_value = "10",
        allow_hyphen_values = true,
        parse(from_os_str)
    )]
    radius: OsString,
    /// How many places they ask for, from 0 to 20
    #[structopt(
        long,
        value_name = "N",
        default_value = "20",
        allow_hyphen_values = true,
        parse(from_os_str)
    )]
    max: OsString,
    /// What the servers are
    #[structopt(
        long,
        value_name = "KIND",
        default_value = "herd",
        possible_values = &["herd", "redis"]
    )]
    against: String,
    /// What tells Redis where a client is; GEOADD for --whatsat, which GEOSEARCH asks
    #[structopt(
        long,
        value_name = "COMMAND",
        default_value = "SET",
        possible_values = &["SET", "GEOADD"]
    )]
    redis_command: String,
    /// Prints the figures as JSON
    #[structopt(long)]
    pub(crate) json: bool,
    /// Loads also a server that knows clients of an earlier bench. Without this, bench asks
    /// each server for bench-0 to bench-99 and refuses one that knows any. It cannot see
    /// other clients, because servers do not tell clients how many they know. The clients
    /// of bench are named bench-NUMBER and stay on the servers
    #[structopt(long)]
    pub(crate) pollute: bool,
    /// How long to wait for a connection, and for any reply while commands wait for one
    #[structopt(long, value_name = "SECONDS", default_value = "30", allow_hyphen_values = true)]
    timeout: String,
    /// The servers to load: names, HOST:PORT or tls://HOST:PORT. bench adds clients to them, so none
    /// is chosen by default
    #[structopt(long = "server", value_name = "SERVER", parse(from_os_str))]
    servers: Vec<OsString>,
    /// The file that says where the herd's servers are [default: a built-in herd of
    /// Alford, Ball, Hamilton, Holiday and Welsh on this machine]
    #[structopt(long, value_name = "FILE", parse(from_os_str))]
    herd: Option<PathBuf>,
    #[structopt(flatten)]
    token: TokenArguments,
    #[structopt(flatten)]
    tls: TlsArguments,
}

impl BenchArguments {
    /// The measurement that they ask for.
    pub(super) fn bench(&self) -> Result<Bench, Failure> {
        let asking: WholeNumber<0, 100> = whole_number("whatsat", &self.whatsat)?;
        let servers = self.servers()?;
        let is_secure = servers.iter().any(|server| server.transport() == Transport::Tls);
        let plan = Plan {
            servers,
            credentials: self.credentials()?,
            tls: if is_secure { Some(self.tls.side()?) } else { None },
            dialect: self.dialect(),
            connections: whole_number("connections", &self.connections)?,
            depth: whole_number("depth", &self.depth)?,
            clients: whole_number("clients", &self.clients)?,
            asking,
            question: Question { radius: radius(&self.radius)?, max: max(&self.max)? },
            fill: if self.fill || asking.get() > 0 { Fill::Everybody } else { Fill::Nobody },
            warm_up: seconds("warmup", &self.warmup)?,
            length: self.length()?,
            timeout: timeout(&self.timeout)?,
        };
        Bench::new(plan).map_err(|error| {
            Failure::Usage(match error {
                UnfitPlan::TooMuchUnderWay(_) => {
                    format!("{error}; lower --connections or --depth")
                }
                UnfitPlan::CannotAsk => format!("{error}; choose --redis-command GEOADD"),
                UnfitPlan::NoServer | UnfitPlan::NoTls => error.to_string(),
            })
        })
    }

    /// The token to show; Redis is shown none.
    fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        match self.dialect() {
            Dialect::Herd => self.token.credentials(),
            Dialect::RedisSet | Dialect::RedisGeoAdd => Ok(None),
        }
    }

    fn dialect(&self) -> Dialect {
        match (self.against.as_str(), self.redis_command.as_str()) {
            ("redis", "GEOADD") => Dialect::RedisGeoAdd,
            ("redis", _) => Dialect::RedisSet,
            _ => Dialect::Herd,
        }
    }

    fn servers(&self) -> Result<Vec<Destination>, Failure> {
        if self.servers.is_empty() {
            return Err(Failure::Usage(
                "bench adds invented clients to the servers that it loads: name them with --server"
                    .to_owned(),
            ));
        }
        let herd = read_herd(self.herd.as_deref())?;
        let find = |text: &OsString| {
            let server = find_server(text, self.tls.transport(), &herd)?;
            self.tls.check_use(&server)?;
            Ok(server)
        };
        self.servers.iter().map(find).collect()
    }

    fn length(&self) -> Result<Length, Failure> {
        match (&self.count, &self.duration) {
            (Some(count), _) => {
                let count: WholeNumber<1, { u32::MAX }> = whole_number("count", count)?;
                Ok(Length::Count(count.get().into()))
            }
            (None, duration) => {
                let span = seconds("duration", duration.as_deref().unwrap_or("10"))?;
                match span.is_zero() {
                    true => Err(Failure::Usage("--duration must be more than 0".to_owned())),
                    false => Ok(Length::Span(span)),
                }
            }
        }
    }
}

fn whole_number<const MIN: u32, const MAX: u32>(
    name: &str,
    text: &str,
) -> Result<WholeNumber<MIN, MAX>, Failure> {
    text.parse().map_err(|error: OutOfRange| Failure::Usage(format!("--{name} {error}")))
}

fn seconds(name: &str, text: &str) -> Result<Duration, Failure> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| {
        Failure::Usage(format!(
            "--{name} must be a number of seconds from 0 to {SECONDS_MAX} (got {text:?})"
        ))
    })
}
