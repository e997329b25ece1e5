//! Copies the places of Herd's gazetteer into a Redis, so that both answer from the same places.

use super::Contestant;
use crate::problem::Outcome;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The parts of the file, as data/README.md describes it.
const HEAD_BYTES: usize = 8 + 3 * 4;
const ROWS: usize = 180;
const COLUMNS: usize = 360;
const PLACE_BYTES: usize = 21;
const UNITS_PER_DEGREE: f64 = 100_000.0;

/// The greatest latitude, north or south, that Redis accepts, in degrees.
const LATITUDE_MAX: f64 = 85.0;

/// How many places go into one command; Redis takes inline commands of up to 64 KiB.
const PLACES_A_COMMAND: usize = 500;

/// Adds all places to the geographic set that holds the clients.
pub(crate) fn add_places(redis: &Contestant) -> Outcome<()> {
    let mut connection = redis.connect(0)?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/gazetteer.bin");
    for places in positions(&fs::read(path)?).chunks(PLACES_A_COMMAND) {
        let mut command = String::from("GEOADD herd");
        for (number, latitude, longitude) in places {
            write!(command, " {longitude} {latitude} place-{number}")?;
        }
        let reply = connection.ask(&format!("{command}\r\n"))?;
        if reply != format!(":{}", places.len()) {
            return Err(format!("Redis did not take the places: {reply}").into());
        }
    }
    Ok(())
}

/// The number, latitude and longitude of each place that Redis accepts.
fn positions(file: &[u8]) -> Vec<(usize, f64, f64)> {
    let number =
        |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    let (starts, places) = file[HEAD_BYTES..].split_at(4 * (ROWS * COLUMNS + 1));
    let starts: Vec<_> = starts.chunks(4).map(number).collect();
    let mut positions = Vec::new();
    for (cell, bounds) in starts.windows(2).enumerate() {
        for index in bounds[0]..bounds[1] {
            let place = &places[PLACE_BYTES * index..][..PLACE_BYTES];
            let degrees =
                |cell: usize, units: &[u8]| cell as f64 + number(units) as f64 / UNITS_PER_DEGREE;
            let latitude = degrees(cell / COLUMNS, &place[14..17]) - 90.0;
            let longitude = degrees(cell % COLUMNS, &place[17..20]) - 180.0;
            positions.push((index, latitude, longitude));
        }
    }
    positions.retain(|(_, latitude, _)| latitude.abs() < LATITUDE_MAX);
    positions
}
