//! Lines to measure with: clients with 27-byte names, about where Los Angeles is.

use herd::protocol::Timestamp;

/// When the lines are read.
pub(crate) const NOW: Timestamp = Timestamp::from_nanos(1_479_420_000_000_000_000);

/// This many clients do not fit into a processor's nearer caches.
pub(crate) const CLIENTS: usize = 100_000;

/// Each has no divisor in common with [`CLIENTS`], so each round names all clients, in an order of
/// its own.
const STRIDES: [usize; 2] = [2_654_435_761, 2_246_822_519];

/// An IAMAT, without LF. Numbers that follow each other name clients far apart.
pub(crate) fn iamat(number: usize) -> String {
    let (client, position, time) = parts(number);
    format!("IAMAT {client} {position} {time}")
}

/// What a neighbor tells of the same, without LF.
pub(crate) fn at(number: usize) -> String {
    let (client, position, time) = parts(number);
    format!("AT Alford +0.000123456 {client} {position} {time}")
}

fn parts(number: usize) -> (String, String, String) {
    let client = number * STRIDES[number / CLIENTS % 2] % CLIENTS;
    let small = number % 1_000_000;
    (
        format!("bench-{client:021}"),
        format!("+34.{small:06}-118.{:06}", 999_999 - small),
        format!("{}.{:09}", 1_479_413_884 + number / CLIENTS, number % 1_000_000_000),
    )
}
