//! Herds in simulated worlds: a few hundred seeds, the same each time.
//!
//! `cargo run --release --example simulate` lives through any number.

use herd::simulation::{self, Options, Planted};

/// Lives through some seeds; a failure says how to see it again.
fn live_through(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let outcome = match seed % 50 {
            0 => simulation::run_twice(seed, &Options::default()),
            _ => simulation::run(seed, &Options::default()),
        };
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    }
}

/// Without it, nothing would show that herds hold their promises whatever time and failure do. Two
/// halves, so that they run side by side.
#[test]
fn every_rule_holds_in_the_first_seeds() {
    live_through(0..150);
}

/// The other half.
#[test]
fn every_rule_holds_in_the_next_seeds() {
    live_through(150..300);
}

/// A failure would be of no use if its seed did not bring it back.
#[test]
fn a_seed_decides_everything_and_seeds_differ() {
    let print = |seed| simulation::run(seed, &Options::default()).map(|report| report.fingerprint);
    let (one, again, other) = (print(7), print(7), print(8));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(one, again);
    assert_ne!(one, other);
}

/// Checks that find nothing prove nothing: each of these mistakes must be found by some seed among
/// the first thousand. The search begins shortly before the first that does.
#[test]
fn planted_mistakes_are_found() {
    for (name, first) in [
        ("reply-before-write", 110),
        ("feed-ahead-of-fsync", 180),
        ("nothing-sent-back", 0),
        ("older-taken", 0),
        ("cursor-kept", 210),
        ("seq-before-lines", 20),
        ("torn-tail-accepted", 0),
        ("names-not-synchronized", 0),
    ] {
        let planted = Planted::ALL.into_iter().find(|(known, _)| *known == name);
        let (_, planted) = planted.expect("all mistakes are listed");
        let options = Options { planted: Some(planted), ..Options::default() };
        let is_found = (first..1_000).any(|seed| simulation::run(seed, &options).is_err());
        assert!(is_found, "no seed finds {name}");
    }
    assert_eq!(Planted::ALL.len(), 8);
}
