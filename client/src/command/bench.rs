//! `herd-client bench`.

use super::bench_arguments::BenchArguments;
use super::bench_progress::BenchProgress;
use super::descriptors::make_room_for;
use super::failure::Failure;
use super::output::Output;
use super::table::{Column, Side, Table};
use herd::config::Transport;
use herd::runtime::AsyncStd;
use herd_client::bench::{Bench, BenchError, Dialect, Kind, Latency, Plan, Report, client_name};
use herd_client::{Client, ClientError, Destination, Reply};
use signal_hook::consts::SIGINT;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many of the names that a measurement uses are looked for on a server.
const NAMES_LOOKED_FOR: u32 = 100;

/// Loads servers, and prints how fast they answered.
pub(super) async fn run(arguments: &BenchArguments, output: &mut Output) -> Result<(), Failure> {
    let bench = arguments.bench()?;
    make_room_for(bench.plan().connections.get())?;
    if bench.plan().dialect == Dialect::Herd && !arguments.pollute {
        refuse_what_knows_clients(bench.plan()).await?;
    }
    let interrupted = watch_interrupt()?;
    let progress = BenchProgress::start();
    let measured = bench.run(|now| {
        progress.show(now);
        match interrupted.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    progress.end();
    let report = measured.map_err(|error| explain(&error, bench.plan()))?;
    output.write(&match arguments.json {
        true => json(&report),
        false => tables(&report, &bench, output),
    })?;
    if interrupted.load(Ordering::Relaxed) {
        let message = "interrupted: these figures are about what was measured until then";
        return Err(Failure::Interrupted(message.to_owned()));
    }
    conclude(&report)
}

/// Becomes true with the first Ctrl-C. The second one ends the process at once.
fn watch_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let interrupted = Arc::new(AtomicBool::new(false));
    // The order matters: the first signal finds the flag still false, and then sets it.
    signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(&interrupted))
        .and_then(|_| signal_hook::flag::register(SIGINT, Arc::clone(&interrupted)))
        .map_err(|error| Failure::Outcome(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(interrupted)
}

/// Fails if a server knows clients of an earlier measurement. Servers do not list their clients, so
/// clients of other names cannot be found this way.
async fn refuse_what_knows_clients(plan: &Plan) -> Result<(), Failure> {
    for server in &plan.servers {
        let failed = |error| Failure::Outcome(server.explain(&error));
        let runtime = AsyncStd::new();
        let connected = match &plan.tls {
            Some(side) if server.transport() == Transport::Tls => {
                Client::connect_tls_on(runtime, plan.timeout, server.address(), side).await
            }
            _ => Client::connect_on(runtime, plan.timeout, server.address()).await,
        };
        let mut client = connected.map_err(failed)?;
        if let Some(credentials) = &plan.credentials {
            client.authenticate(credentials).await.map_err(failed)?;
        }
        for number in 0..NAMES_LOOKED_FOR.min(plan.clients.get()) {
            let name = client_name(number);
            let question = format!("WHATSAT {name} 0 0");
            if let Reply::Places(_) = client.send(question.as_bytes()).await.map_err(failed)? {
                return Err(Failure::Usage(format!(
                    "{server} already knows clients ({name} is one of them), and bench would add \
                     more, which stay there: choose a server without clients, or write --pollute"
                )));
            }
        }
    }
    Ok(())
}

/// Figures with errors in them are shown, and are no success.
fn conclude(report: &Report) -> Result<(), Failure> {
    if report.errors() == 0 && report.broken_connections() == 0 {
        return Ok(());
    }
    let errors = format!("commands refused or lost: {}", report.errors());
    let lines = [&[errors], report.remarks()].concat();
    Err(Failure::Outcome(lines.join("; ")))
}

fn explain(error: &BenchError, plan: &Plan) -> Failure {
    Failure::Outcome(match (error, plan.dialect) {
        (BenchError::Unreachable(error), Dialect::Herd) => {
            server_of(error, plan).map_or_else(|| error.to_string(), |server| server.explain(error))
        }
        _ => error.to_string(),
    })
}

fn server_of<'a>(error: &ClientError, plan: &'a Plan) -> Option<&'a Destination> {
    plan.servers.iter().find(|server| server.address() == error.address())
}

fn json(report: &Report) -> Vec<u8> {
    let mut text = serde_json::to_vec(report).expect("figures have a JSON form");
    text.push(b'\n');
    text
}

fn tables(report: &Report, bench: &Bench, output: &Output) -> Vec<u8> {
    let mut text = Vec::new();
    // A number that is cut to the terminal's width would be another number.
    summary(report).push(None, output.paint(), &mut text);
    text.push(b'\n');
    latencies(report, bench.plan().dialect).push(None, output.paint(), &mut text);
    text
}

fn summary(report: &Report) -> Table<4> {
    let columns = ["COMMANDS", "SECONDS", "COMMANDS/S", "ERRORS"].map(number_column);
    let row = [
        report.commands().to_string(),
        format!("{:.3}", report.seconds()),
        format!("{:.0}", report.commands_per_second()),
        report.errors().to_string(),
    ];
    Table::new(columns, vec![row])
}

fn latencies(report: &Report, dialect: Dialect) -> Table<8> {
    let headings = ["COUNT", "MIN", "50 %", "90 %", "99 %", "99.9 %", "MAX"].map(number_column);
    let [count, min, p50, p90, p99, p99_9, max] = headings;
    let name = Column { side: Side::Left, ..number_column("LATENCY, µs") };
    let rows = [Kind::Tell, Kind::Ask].into_iter().filter_map(|kind| {
        let latency = report.latency(kind)?;
        Some(latency_row(dialect.command(kind), &latency))
    });
    Table::new([name, count, min, p50, p90, p99, p99_9, max], rows.collect())
}

fn latency_row(name: &str, latency: &Latency) -> [String; 8] {
    let Latency { count, min, p50, p90, p99, p99_9, max, mean: _ } = *latency;
    let [min, p50, p90, p99, p99_9, max] =
        [min, p50, p90, p99, p99_9, max].map(|micros| format!("{micros:.1}"));
    [name.to_owned(), count.to_string(), min, p50, p90, p99, p99_9, max]
}

fn number_column(heading: &'static str) -> Column {
    Column { heading, side: Side::Right, width_max: None, ink: None }
}
