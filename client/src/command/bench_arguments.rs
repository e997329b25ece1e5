//! The arguments of `herd-client bench`.

use super::arguments::find_server;
use super::failure::Failure;
use super::file::read_herd;
use super::whatsat::{max, radius};
use herd_client::Destination;
use herd_client::bench::{
    Bench, Dialect, Fill, Length, OutOfRange, Plan, Question, UnfitPlan, WholeNumber,
};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use structopt::StructOpt;

/// Where Redis listens when nobody says otherwise.
const REDIS: &str = "127.0.0.1:6379";

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
    /// The servers to load: names, or HOST:PORT [default: the herd's first, or Redis
    /// at 127.0.0.1:6379]
    #[structopt(long = "server", value_name = "SERVER", parse(from_os_str))]
    servers: Vec<OsString>,
    /// The file that says where the herd's servers are [default: a built-in herd of
    /// Alford, Ball, Hamilton, Holiday and Welsh on this machine]
    #[structopt(long, value_name = "FILE", parse(from_os_str))]
    herd: Option<PathBuf>,
}

impl BenchArguments {
    /// The measurement that they ask for.
    pub(super) fn bench(&self) -> Result<Bench, Failure> {
        let asking: WholeNumber<0, 100> = whole_number("whatsat", &self.whatsat)?;
        let plan = Plan {
            servers: self.servers()?,
            dialect: self.dialect(),
            connections: whole_number("connections", &self.connections)?,
            depth: whole_number("depth", &self.depth)?,
            clients: whole_number("clients", &self.clients)?,
            asking,
            question: Question { radius: radius(&self.radius)?, max: max(&self.max)? },
            fill: if self.fill || asking.get() > 0 { Fill::Everybody } else { Fill::Nobody },
            warm_up: seconds("warmup", &self.warmup)?,
            length: self.length()?,
        };
        Bench::new(plan).map_err(|error| {
            Failure::Usage(match error {
                UnfitPlan::TooMuchUnderWay(_) => {
                    format!("{error}; choose less of --connections or --depth")
                }
                UnfitPlan::CannotAsk => format!("{error}; choose --redis-command GEOADD"),
                UnfitPlan::NoServer => error.to_string(),
            })
        })
    }

    fn dialect(&self) -> Dialect {
        match (self.against.as_str(), self.redis_command.as_str()) {
            ("redis", "GEOADD") => Dialect::RedisGeoAdd,
            ("redis", _) => Dialect::RedisSet,
            _ => Dialect::Herd,
        }
    }

    fn servers(&self) -> Result<Vec<Destination>, Failure> {
        let herd = read_herd(self.herd.as_deref())?;
        match (self.servers.as_slice(), self.dialect()) {
            ([], Dialect::Herd) => Ok(vec![Destination::first_of(&herd)]),
            ([], Dialect::RedisSet | Dialect::RedisGeoAdd) => {
                Ok(vec![find_server(REDIS.as_ref(), &herd)?])
            }
            (named, _) => named.iter().map(|text| find_server(text, &herd)).collect(),
        }
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
                    true => Err(Failure::Usage("invalid --duration: it must not be 0".to_owned())),
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
    text.parse().map_err(|error: OutOfRange| Failure::Usage(format!("invalid --{name}: {error}")))
}

fn seconds(name: &str, text: &str) -> Result<Duration, Failure> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| {
        Failure::Usage(format!(
            "invalid --{name}: {text:?} is no number of seconds from 0 to {SECONDS_MAX}"
        ))
    })
}
