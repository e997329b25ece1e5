//! Runs one server of a herd.
fn main() {}
