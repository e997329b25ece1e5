//! All rows.

use crate::contestant::{Keeping, Setup};
use crate::load::{Aim, Load, RedisCommand};
use crate::row::{Row, Target};
use crate::trial::{
    CpuPerAnswer, CpuPerCommand, IdleConnections, MemoryPerClient, Propagation, Source, StartUp,
    WallTimePerCommand,
};

const CPU: &str = "µs CPU";
const MICROSECONDS: &str = "µs";
const SECONDS: &str = "s";
const BYTES: &str = "bytes";
const KIBIBYTES: &str = "KiB";

/// Loads: connections, commands under way on each, and the greatest ratio to a Redis that reaches
/// the target.
const LOADS: [(&str, u32, u32, f64); 3] =
    [("50x1", 50, 1, 1.0), ("50x16", 50, 16, 0.5), ("8x128", 8, 128, 0.5)];

const IN_MEMORY: Setup = Setup::OneServer(Keeping::Nothing);
const HERD_OF_FIVE: Setup = Setup::Ring(5);
const REDIS_IN_MEMORY: Setup = Setup::Redis(Keeping::Nothing);

/// The rows that compare a herd with others, in the order in which they are measured and shown.
pub(crate) fn against_others() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(one_server());
    rows.extend(herd_of_five());
    rows.extend(memory());
    rows.extend(places());
    rows.extend(start_up());
    rows.push(traffic_log());
    rows.extend(asyncio());
    rows
}

/// One server and one Redis that stores as much.
fn one_server() -> Vec<Row> {
    let [set, geo_add] = [RedisCommand::Set, RedisCommand::GeoAdd];
    let [nothing, every_second] = [Keeping::Nothing, Keeping::EverySecond];
    let mut rows = Vec::new();
    rows.extend(against_redis("set", "in memory : Redis SET", nothing, set));
    rows.extend(against_redis("geoadd", "in memory : Redis GEOADD", nothing, geo_add));
    rows.extend(against_redis("everysec", "everysec : Redis AOF everysec", every_second, set));
    let loads = vec![Load::new(50, 1)];
    let always = Row::of_two(
        "always-50x1",
        "always : Redis AOF always, 50x1, wall time",
        MICROSECONDS,
        WallTimePerCommand { servers: Setup::OneServer(Keeping::Always), loads: loads.clone() },
        WallTimePerCommand { servers: Setup::Redis(Keeping::Always), loads },
    );
    rows.push(always.aiming_at(Target::Ratio(1.0)));
    rows
}

/// What a command costs one server and one Redis, under all loads. The comparison with GEOADD,
/// which stores less, has no target.
fn against_redis(name: &str, what: &str, keeping: Keeping, command: RedisCommand) -> [Row; 3] {
    LOADS.map(|(shape, connections, depth, limit)| {
        let load = Load::new(connections, depth).with(command);
        let row = Row::of_two(
            format!("{name}-{shape}"),
            format!("{what}, {shape}"),
            CPU,
            CpuPerCommand { servers: Setup::OneServer(keeping), load },
            CpuPerCommand { servers: Setup::Redis(keeping), load },
        );
        match command {
            RedisCommand::Set => row.aiming_at(Target::Ratio(limit)),
            RedisCommand::GeoAdd => row,
        }
    })
}

/// The default herd and a Redis with four replicas.
fn herd_of_five() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, aim, told) in [("five", Aim::First, ""), ("spread", Aim::All, ", all told")] {
        for (shape, connections, depth, limit) in LOADS {
            let load = Load::new(connections, depth);
            let row = Row::of_two(
                format!("{name}-{shape}"),
                format!("herd of five{told} : Redis, 4 replicas, {shape}"),
                CPU,
                CpuPerCommand { servers: HERD_OF_FIVE, load: load.aimed_at(aim) },
                CpuPerCommand { servers: Setup::RedisWithReplicas, load },
            );
            rows.push(match aim {
                Aim::First => row.aiming_at(Target::Ratio(limit)),
                Aim::All => row,
            });
        }
    }
    let propagation = Row::of_two(
        "propagation",
        "news to all five : Redis, 4 replicas",
        MICROSECONDS,
        Propagation { servers: HERD_OF_FIVE },
        Propagation { servers: Setup::RedisWithReplicas },
    );
    rows.push(propagation.aiming_at(Target::Ratio(1.0)));
    rows
}

/// How much memory clients and connections take.
fn memory() -> Vec<Row> {
    let mut rows = Vec::new();
    for (command, name, word) in
        [(RedisCommand::Set, "set", "SET"), (RedisCommand::GeoAdd, "geoadd", "GEOADD")]
    {
        for (times, suffix, told) in [(1, "", ""), (2, "-again", ", told twice")] {
            let trial = |servers| MemoryPerClient { servers, redis_command: command, times };
            let row = Row::of_two(
                format!("memory-{name}{suffix}"),
                format!("memory a client{told} : Redis {word}"),
                BYTES,
                trial(IN_MEMORY),
                trial(REDIS_IN_MEMORY),
            );
            rows.push(row.aiming_at(Target::Figure(130.0)));
        }
    }
    let idle = Row::of_two(
        "idle",
        "memory a silent connection : Redis",
        KIBIBYTES,
        IdleConnections { servers: IN_MEMORY },
        IdleConnections { servers: REDIS_IN_MEMORY },
    );
    rows.push(idle.aiming_at(Target::Figure(6.0)));
    rows
}

/// Answers from the gazetteer.
fn places() -> Vec<Row> {
    let mut rows = Vec::new();
    for (radius_km, limit) in [(10, 30.0), (50, 60.0)] {
        let row = Row::of_two(
            format!("whatsat-{radius_km}km"),
            format!("20 places in {radius_km} km : Redis GEOSEARCH, 8x16"),
            CPU,
            CpuPerAnswer { servers: IN_MEMORY, radius_km },
            CpuPerAnswer { servers: REDIS_IN_MEMORY, radius_km },
        );
        rows.push(row.aiming_at(Target::Figure(limit)));
    }
    rows
}

/// How soon a server that was down knows a million clients.
fn start_up() -> [Row; 2] {
    [
        Row::of_one(
            "restart",
            "start, journal of a million clients",
            SECONDS,
            StartUp { source: Source::Journal },
            1.5,
        ),
        Row::of_one(
            "catch-up",
            "start, neighbor with a million clients",
            SECONDS,
            StartUp { source: Source::Neighbor },
            2.0,
        ),
    ]
}

fn traffic_log() -> Row {
    let load = Load::new(50, 16);
    let row = Row::of_two(
        "traffic-log",
        "traffic log : none, 50x16",
        CPU,
        CpuPerCommand { servers: Setup::OneServer(Keeping::TrafficLog), load },
        CpuPerCommand { servers: IN_MEMORY, load },
    );
    row.aiming_at(Target::Ratio(1.5))
}

/// The default herd and one in Python, by wall time. The target is a hundredth.
fn asyncio() -> Vec<Row> {
    let load = |connections, depth| Load::new(connections, depth).aimed_at(Aim::All);
    let one_at_a_time = vec![load(50, 1)];
    let most = vec![load(5, 1), load(50, 1), load(50, 16), load(10, 128)];
    [
        ("asyncio-50x1", "herd of five : asyncio herd, 50x1, wall time", one_at_a_time),
        ("asyncio-most", "herd of five : asyncio herd, most, wall time", most),
    ]
    .map(|(name, what, loads)| {
        let trial = |servers| WallTimePerCommand { servers, loads: loads.clone() };
        Row::of_two(name, what, MICROSECONDS, trial(HERD_OF_FIVE), trial(Setup::AsyncioHerd))
            .aiming_at(Target::Ratio(0.01))
    })
    .into()
}

/// A herd and itself: what a command costs under other loads, compared with the usual load.
pub(crate) fn growth() -> Vec<Row> {
    let row = |name: String, what: String, servers, load, usual_servers, usual_load| {
        let ours = CpuPerCommand { servers, load };
        let theirs = CpuPerCommand { servers: usual_servers, load: usual_load };
        Row::of_two(name, what, CPU, ours, theirs)
    };
    let usual = Load::new(50, 16);
    let mut rows = Vec::new();
    for clients in [1_000, 10_000, 1_000_000] {
        let (name, what) = (format!("clients-{clients}"), format!("{clients} clients : 100000"));
        rows.push(row(name, what, IN_MEMORY, usual.of_clients(clients), IN_MEMORY, usual));
    }
    for connections in [1, 10, 200, 1_000] {
        let (name, what) =
            (format!("connections-{connections}"), format!("{connections} connections : 50, x16"));
        rows.push(row(name, what, IN_MEMORY, Load::new(connections, 16), IN_MEMORY, usual));
    }
    for count in [2, 3, 5, 9] {
        let (name, what) = (format!("servers-{count}"), format!("ring of {count} : one, 50x16"));
        rows.push(row(name, what, Setup::Ring(count), usual, IN_MEMORY, usual));
    }
    // The more there is to tell at a time, the more changes share a message.
    for (connections, depth) in [(1, 1), (10, 1), (50, 1), (8, 128)] {
        let (name, load) = (format!("rate-{connections}x{depth}"), Load::new(connections, depth));
        let what = format!("herd of five, {connections}x{depth} : 50x16");
        rows.push(row(name, what, HERD_OF_FIVE, load, HERD_OF_FIVE, usual));
    }
    rows
}
