//! What one server tells another.

use super::lines;
use criterion::{Criterion, Throughput};
use herd::node::{FeedCursor, NeighborId, Node, Rules};
use herd::protocol::At;
use std::hint::black_box;

/// How many changes come between two looks.
const CHANGES: usize = 10_000;

pub(crate) fn measure(criterion: &mut Criterion) {
    let lines: Vec<_> = (0..lines::CLIENTS).map(lines::at).collect();
    let mut node = empty();
    take_in(&mut node, &lines);
    let number = node.log().last_number() - CHANGES as u64;
    let mut group = criterion.benchmark_group("feed");
    group.sample_size(10).throughput(Throughput::Elements(CHANGES as u64));
    group.bench_function("10,000 changes told", |bencher| {
        let mut batch = Vec::new();
        bencher.iter(|| {
            let mut cursor = FeedCursor::new(NeighborId(0), number, node.log());
            while cursor.number() < node.log().last_number() {
                batch.clear();
                cursor.next_batch(node.log(), u64::MAX, 64 * 1024, &mut batch);
                black_box(&batch);
            }
        });
    });
    group.bench_function("10,000 lines heard that are known", |bencher| {
        bencher.iter(|| take_in(&mut node, &lines[..CHANGES]));
    });
}

fn empty() -> Node {
    let name = "Ball".parse().expect("the name is legal");
    Node::new(name, Rules::default(), 1)
}

fn take_in(node: &mut Node, lines: &[String]) {
    for line in lines {
        let at = At::parse(line.as_bytes()).expect("the line is good");
        let taken = node.take_in_from_neighbor(&at, NeighborId(0), lines::NOW);
        taken.expect("the log has room");
    }
}
