//! Bytes to messages.

use super::lines;
use criterion::{Criterion, Throughput};
use herd::protocol::{At, Line, LineBuffer, PEER_LINE_BYTES_MAX, Request};
use std::hint::black_box;

pub(crate) fn measure(criterion: &mut Criterion) {
    let (iamat, at) = (lines::iamat(1), lines::at(1));
    let mut group = criterion.benchmark_group("parse");
    group.bench_function("IAMAT", |bencher| {
        bencher.iter(|| Request::parse(black_box(iamat.as_bytes())).is_ok());
    });
    group.bench_function("WHATSAT", |bencher| {
        bencher.iter(|| Request::parse(black_box(b"WHATSAT kiwi.cs.ucla.edu 10 20")).is_ok());
    });
    group.bench_function("AT", |bencher| {
        bencher.iter(|| At::parse(black_box(at.as_bytes())).is_ok());
    });
    let chunk: String = (0..690).map(|number| lines::at(number) + "\n").collect();
    group.throughput(Throughput::Bytes(chunk.len() as u64));
    group.bench_function("690 lines of a chunk", |bencher| {
        let mut buffer = LineBuffer::new(PEER_LINE_BYTES_MAX);
        bencher.iter(|| {
            let mut rest = black_box(chunk.as_bytes());
            let mut whole = 0;
            while let Some(line) = buffer.next_line(&mut rest) {
                whole += usize::from(matches!(line, Line::Whole(_)));
            }
            whole
        });
    });
}
