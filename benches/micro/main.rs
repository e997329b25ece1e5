//! What one line costs, piece by piece: `cargo bench -p herd --bench micro`.
//!
//! Whole processes side by side with others are measured by `versus`, in the client's package.

mod feed;
mod lines;
mod nearest;
mod node;
mod parse;
mod places;

use criterion::{Criterion, criterion_group, criterion_main};
use std::time::Duration;

criterion_group! {
    name = micro;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700))
        .sample_size(20);
    targets = parse::measure, node::measure, feed::measure, places::measure, nearest::measure
}
criterion_main!(micro);
