//! What a question for the nearest of a million moving clients costs, beside Redis:
//! `cargo bench --bench nearest`.
//!
//! Both sides get the same clients and the same questions, in turn, five times. Costs are the CPU
//! time of the process that answers, as the kernel counts it; the medians are shown. Redis answers
//! over a Unix socket, sixteen questions at a time, and the index is called by the program that
//! holds it, so Redis' share has the conversation in it. Without a `redis-server`, only the index is
//! measured.

mod points;
mod redis;

use herd::nearest::{Index, MaxNear, Reach};
use herd::protocol::{ClientId, Position};
use points::{CLIENTS, Crowd, Points};
use redis::Redis;
use std::fs;

/// How often the sides take turns.
const ROUNDS: usize = 5;

/// How many questions a side answers each time.
const QUESTIONS: usize = 4000;

/// How many clients are moved at a time, as by a server.
const BATCH: usize = 256;

fn main() {
    for crowd in [Crowd::Everywhere, Crowd::Cities] {
        measure(crowd);
    }
}

fn measure(crowd: Crowd) {
    let mut points = Points::new(crowd);
    let start = points.all();
    let held_before = resident_bytes();
    let mut index = Index::new(7);
    take_in(&mut index, &start);
    let held = (resident_bytes() - held_before) / CLIENTS as f64;
    let ids = index.id_bytes() as f64 / CLIENTS as f64;
    println!("{CLIENTS} clients, {crowd}");
    println!("  memory a client: {held:.1} bytes, of which its ID is {ids:.1}");
    let mut costs: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        let moved = points.moved(&start);
        costs.push(cpu_of("self", || take_in(&mut index, &moved)) / CLIENTS as f64);
    }
    println!("  a move of some 50 m: {:.0} ns", median(&mut costs));
    take_in(&mut index, &start);
    let mut redis = Redis::start();
    if let Some(redis) = &mut redis {
        redis.add(&start);
    }
    for metres in [10_000.0, 50_000.0] {
        compare(&index, redis.as_mut(), &mut points, metres);
    }
}

/// Puts the same questions to both sides in turn.
fn compare(index: &Index, mut redis: Option<&mut Redis>, points: &mut Points, metres: f64) {
    let (mut ours, mut theirs, mut found) = (Vec::new(), Vec::new(), (0, 0));
    let reach = Reach::from_metres(metres).expect("it is in range");
    let max = MaxNear::new(20).expect("20 is in range");
    for _ in 0..ROUNDS {
        let centers: Vec<_> = (0..QUESTIONS).map(|_| points.any()).collect();
        let ask = || {
            let ask = |&center: &Position<'_>| index.nearest(center, reach, max).len();
            found.0 += centers.iter().map(ask).sum::<usize>();
        };
        ours.push(cpu_of("self", ask) / QUESTIONS as f64 / 1000.0);
        if let Some(redis) = redis.as_deref_mut() {
            let process = redis.process();
            let ask = || found.1 += redis.ask(&centers, metres);
            theirs.push(cpu_of(&process, ask) / QUESTIONS as f64 / 1000.0);
        }
    }
    let questions = (ROUNDS * QUESTIONS) as f64;
    let ours = median(&mut ours);
    print!("  20 within {} km: {ours:.2} µs", metres / 1000.0);
    print!(" ({:.1} found)", found.0 as f64 / questions);
    if redis.is_some() {
        let theirs = median(&mut theirs);
        print!(", Redis {theirs:.2} µs ({:.1} found)", found.1 as f64 / questions);
        print!(", ratio {:.3}", ours / theirs);
    }
    println!();
}

fn take_in(index: &mut Index, clients: &[(String, Position<'static>)]) {
    let id = |id| ClientId::new(id).expect("the IDs are good");
    for batch in clients.chunks(BATCH) {
        let moves: Vec<_> = batch.iter().map(|(client, at)| (id(client), *at)).collect();
        index.take_in_all(&moves);
    }
}

/// The nanoseconds that the main thread of a process spends on a processor meanwhile.
fn cpu_of(process: &str, work: impl FnOnce()) -> f64 {
    let read = || {
        let text = fs::read_to_string(format!("/proc/{process}/schedstat"));
        let text = text.expect("the kernel counts the time of each process");
        let nanos = text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok());
        nanos.expect("the first number is the time on a processor")
    };
    let before = read();
    work();
    read() - before
}

fn resident_bytes() -> f64 {
    let text = fs::read_to_string("/proc/self/statm").expect("the kernel counts pages");
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok());
    pages.expect("the second number is the resident pages") * 4096.0
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
