//! Commands to replies, with as many clients as [`lines::CLIENTS`].

use super::lines;
use criterion::{BatchSize, Criterion};
use herd::node::{Node, Rules};
use herd::protocol::{Line, clients_ahead};

pub(crate) fn measure(criterion: &mut Criterion) {
    let commands: Vec<_> = (0..lines::CLIENTS).map(lines::iamat).collect();
    let newer: Vec<_> = (lines::CLIENTS..2 * lines::CLIENTS).map(lines::iamat).collect();
    let mut group = criterion.benchmark_group("node");
    group.sample_size(10);
    group.bench_function("100,000 IAMAT of new clients", |bencher| {
        bencher.iter_batched(empty, |node| answer(node, &commands), BatchSize::PerIteration);
    });
    group.bench_function("100,000 IAMAT of known clients", |bencher| {
        let known = || answer(empty(), &commands);
        bencher.iter_batched(known, |node| answer(node, &newer), BatchSize::PerIteration);
    });
    let bytes: String = newer.iter().map(|line| format!("{line}\n")).collect();
    group.bench_function("the same, looked ahead at", |bencher| {
        let known = || answer(empty(), &commands);
        let ahead = |node| answer_ahead(node, &newer, bytes.as_bytes());
        bencher.iter_batched(known, ahead, BatchSize::PerIteration);
    });
    let mut node = answer(empty(), &commands);
    let mut number = 0;
    group.bench_function("WHATSAT, without the places", |bencher| {
        bencher.iter(|| {
            number += 1;
            let client = number * 7919 % lines::CLIENTS;
            let line = format!("WHATSAT bench-{client:021} 10 20");
            node.command(Line::Whole(line.as_bytes()), lines::NOW, &mut Vec::new()).is_some()
        });
    });
}

fn empty() -> Node {
    let name = "Alford".parse().expect("the name is legal");
    Node::new(name, Rules::default(), 1)
}

fn answer(mut node: Node, commands: &[String]) -> Node {
    let mut replies = Vec::new();
    for command in commands {
        replies.clear();
        node.command(Line::Whole(command.as_bytes()), lines::NOW, &mut replies);
    }
    node
}

/// As a server does: a glance at the next lines, then one by one.
fn answer_ahead(mut node: Node, commands: &[String], mut bytes: &[u8]) -> Node {
    let mut replies = Vec::new();
    for some in commands.chunks(herd::node::PREFETCHED_MAX) {
        node.log().prefetch(clients_ahead(bytes));
        for command in some {
            replies.clear();
            node.command(Line::Whole(command.as_bytes()), lines::NOW, &mut replies);
            bytes = &bytes[command.len() + 1..];
        }
    }
    node
}
