//! An index of as many clients as [`lines::CLIENTS`], all within a square degree.

use super::lines;
use criterion::Criterion;
use herd::nearest::{Fence, Index, MaxNear, Reach};
use herd::protocol::{IamAt, Position};

/// As many moves as a server takes in at a time.
const BATCH: usize = 256;

pub(crate) fn measure(criterion: &mut Criterion) {
    let texts: Vec<_> = (0..2 * lines::CLIENTS).map(lines::iamat).collect();
    let commands = texts.iter().map(|text| IamAt::parse(text.as_bytes()).expect("it is good"));
    let moves: Vec<_> = commands.map(|command| (command.client(), command.position())).collect();
    let mut index = Index::new(7);
    index.take_in_all(&moves);
    let mut group = criterion.benchmark_group("nearest");
    let mut batches = moves.chunks(BATCH).cycle();
    group.bench_function("256 moves of known clients", |bencher| {
        bencher.iter(|| index.take_in_all(batches.next().expect("they go round")));
    });
    let center = Position::new(34.5, -118.5).expect("it is in range");
    let max = MaxNear::new(20).expect("20 is in range");
    for kilometres in [10.0, 50.0] {
        let reach = Reach::from_metres(1000.0 * kilometres).expect("it is in range");
        group.bench_function(format!("20 within {kilometres} km"), |bencher| {
            bencher.iter(|| index.nearest(center, reach, max));
        });
    }
    let mut fence = Fence::new(center, Reach::from_metres(1000.0).expect("it is in range"));
    let mut moves = moves.iter().cycle();
    group.bench_function("a position and a fence", |bencher| {
        bencher.iter(|| {
            let &(client, position) = moves.next().expect("they go round");
            fence.take_in(client, position)
        });
    });
}
