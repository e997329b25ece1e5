//! Herds in simulated worlds, as many as you like:
//!
//! `cargo run --release --example simulate -- --seeds 1000`

use herd::simulation::{self, Options, Report};

fn main() {
    let mut args = std::env::args().skip(1);
    let (mut seeds, mut seed) = (1, 0);
    while let Some(arg) = args.next() {
        let value = args.next().unwrap();
        match &*arg {
            "--seeds" => seeds = value.parse().unwrap(),
            "--seed" => seed = value.parse().unwrap(),
            _ => panic!(),
        }
    }
    let mut all = Report::default();
    for seed in seed..seed + seeds {
        let begun = std::time::Instant::now();
        match simulation::run(seed, &Options::default()) {
            Ok(report) => {
                println!("{seed} {:?} {report:?}", begun.elapsed());
                all += report;
            }
            Err(failure) => println!("{failure}"),
        }
    }
    println!("{all:?}");
}
