//! Runs herds in simulated worlds and checks every rule, or repeats one that broke a rule.
//!
//! `cargo run --release --example simulate -- --seeds 1000` runs a thousand of them.

use herd::simulation::{self, Failure, Options, Report, SERVERS_MAX};
use std::io::{IsTerminal, Write};
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

const USAGE: &str = "\
usage: simulate [--seeds COUNT] [--seed FIRST] [--servers COUNT | LEAST..MOST] [--jobs COUNT]
                [--trace]

    --seeds    how many worlds to run (default: 1,000, or 1 with --seed)
    --seed     the seed of the first one (default: 0)
    --servers  how many servers a herd has, from 2 to 9 (default: 2..9)
    --jobs     how many worlds run at a time (default: the number of processors)
    --trace    if a rule is broken, print everything that happened before";

/// One in this many seeds is run twice, and both runs must be the same.
const TWICE_ONE_IN: u64 = 50;

struct Arguments {
    seeds: u64,
    first: u64,
    jobs: usize,
    trace: bool,
    options: Options,
}

fn main() -> ExitCode {
    match arguments(std::env::args().skip(1)) {
        Ok(arguments) => simulate(&arguments),
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut seeds, mut first, mut trace) = (None, None, false);
    let mut jobs = thread::available_parallelism().map_or(1, usize::from);
    let mut options = Options::default();
    while let Some(option) = words.next() {
        if option == "--trace" {
            trace = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{option} needs a value"))?;
        match option.as_str() {
            "--seeds" => seeds = Some(number(&value)?),
            "--seed" => first = Some(number(&value)?),
            "--jobs" => jobs = number(&value)?.max(1) as usize,
            "--servers" => options.servers = range(&value)?,
            _ => return Err(format!("unknown option {option:?}")),
        }
    }
    let seeds = seeds.unwrap_or(if first.is_some() { 1 } else { 1_000 });
    Ok(Arguments { seeds, first: first.unwrap_or(0), jobs, trace, options })
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

fn range(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let (low, high) = (number(low)? as usize, number(high)? as usize);
    if low < 2 || high < low || high > SERVERS_MAX {
        return Err(format!(
            "--servers must be a number or a range within 2..{SERVERS_MAX} (got {text:?})"
        ));
    }
    Ok(low..=high)
}

/// What the threads share.
struct Progress {
    next: AtomicU64,
    /// The report so far, and the first failure.
    so_far: Mutex<(Report, Option<Failure>)>,
    began: Instant,
}

fn simulate(arguments: &Arguments) -> ExitCode {
    let progress = Progress {
        next: AtomicU64::new(arguments.first),
        so_far: Mutex::default(),
        began: Instant::now(),
    };
    thread::scope(|scope| {
        for _ in 0..arguments.jobs {
            scope.spawn(|| run_seeds(arguments, &progress));
        }
    });
    let (report, failure) = progress.so_far.into_inner().expect("no thread panicked");
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    if let Some(failure) = failure {
        if arguments.trace {
            failure.trace().iter().for_each(|line| println!("{line}"));
        }
        println!("{failure}");
        return ExitCode::FAILURE;
    }
    print_report(&report, progress.began);
    ExitCode::SUCCESS
}

/// Each world runs in one thread; the threads take seeds from one counter.
fn run_seeds(arguments: &Arguments, progress: &Progress) {
    let ends = arguments.first.saturating_add(arguments.seeds);
    loop {
        let seed = progress.next.fetch_add(1, Ordering::Relaxed);
        if seed >= ends {
            return;
        }
        let outcome = match seed % TWICE_ONE_IN {
            0 => simulation::run_twice(seed, &arguments.options),
            _ => simulation::run(seed, &arguments.options),
        };
        let mut so_far = progress.so_far.lock().expect("no thread panicked");
        match outcome {
            Ok(report) => so_far.0 += report,
            Err(failure) => {
                so_far.1.get_or_insert(failure);
            }
        }
        if so_far.1.is_some() {
            progress.next.store(ends, Ordering::Relaxed);
            return;
        }
        show_progress(so_far.0.seeds, arguments.seeds, progress.began);
    }
}

/// Updates the progress bar if there is a terminal.
fn show_progress(done: u64, all: u64, began: Instant) {
    const WIDTH: u64 = 40;
    let mut terminal = std::io::stderr();
    if !terminal.is_terminal() || !done.is_multiple_of(100) {
        return;
    }
    let filled = done * WIDTH / all;
    let bar: String = (0..WIDTH).map(|at| if at < filled { '#' } else { '.' }).collect();
    let rate = done as f64 / began.elapsed().as_secs_f64();
    // Nothing depends on the bar, and the terminal may be gone.
    let _ = write!(terminal, "\r{bar} {done} of {all} seeds, {rate:.0} a second");
}

fn print_report(report: &Report, began: Instant) {
    println!(
        "{} seeds broke no rule: {:.1} server-hours, {} faults, {} replies checked",
        report.seeds,
        report.server_time.as_secs_f64() / 3600.0,
        report.faults,
        report.replies
    );
    println!(
        "all servers agreed at most {:.3} s after the faults; took {:.1} s",
        report.slowest_agreement.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );
}
