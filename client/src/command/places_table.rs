//! Places as a table.

use super::attribution::plain_text;
use super::nearby::{Nearby, NearbyPlace};
use super::output::Output;
use super::paint::Ink;
use super::printable::printable;
use super::table::{Column, Side, Table};
use super::way::Way;
use herd::protocol::Coordinates;

/// The most cells of a terminal that a name takes.
const NAME_WIDTH_MAX: usize = 60;

/// The most cells of a terminal that a kind takes.
const KIND_WIDTH_MAX: usize = 30;

/// More than any distance or bearing takes.
const WAY_WIDTH_MAX: usize = 20;

/// The places by their distance and bearing `from` the client, and under them whom they are from,
/// fit for `output`.
pub(super) fn places_table(nearby: &Nearby<'_>, from: Coordinates, output: &Output) -> Vec<u8> {
    let mut text = Vec::new();
    if !nearby.results.is_empty() {
        let rows = nearby.results.iter().map(|place| row(place, from)).collect();
        Table::new(columns(), rows).push(output.width(), output.paint(), &mut text);
    }
    for (index, attribution) in nearby.html_attributions.iter().enumerate() {
        if index == 0 && !text.is_empty() {
            text.push(b'\n');
        }
        let attribution = plain_text(attribution);
        output.paint().push(Ink::Aside, printable(attribution.trim()).as_bytes(), &mut text);
        text.push(b'\n');
    }
    text
}

fn columns() -> [Column; 5] {
    let column = |heading, side, width_max, ink| Column { heading, side, width_max, ink };
    [
        column("NAME", Side::Left, Some(NAME_WIDTH_MAX), Some(Ink::Text)),
        column("KIND", Side::Left, Some(KIND_WIDTH_MAX), Some(Ink::Aside)),
        column("DISTANCE", Side::Right, Some(WAY_WIDTH_MAX), Some(Ink::Value)),
        column("BEARING", Side::Left, Some(WAY_WIDTH_MAX), Some(Ink::Value)),
        column("VICINITY", Side::Left, None, None),
    ]
}

/// What is not known of a place stays empty.
fn row(place: &NearbyPlace<'_>, from: Coordinates) -> [String; 5] {
    let way = place.location().map(|(_, to)| Way::between(from, to));
    let kind = place.types.first().map(|kind| kind.replace('_', " "));
    let text = |text: Option<&str>| printable(text.unwrap_or_default().trim()).into_owned();
    [
        text(place.name.as_deref()),
        text(kind.as_deref()),
        way.map(Way::distance_text).unwrap_or_default(),
        way.map(Way::bearing_text).unwrap_or_default(),
        text(place.vicinity.as_deref()),
    ]
}
