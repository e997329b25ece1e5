//! The shape of a Nearby Search reply, written here for all sources.

use super::layout::{Object, write_object};
use super::number::Number;

/// Degrees in the form in which a source has them: a number, or the digits that a service sent.
pub(super) trait Degrees {
    /// Adds them to an object.
    fn write(self, object: &mut Object<'_>, key: &str);
}

impl Degrees for f64 {
    fn write(self, object: &mut Object<'_>, key: &str) {
        object.number(key, self);
    }
}

impl Degrees for Number<'_> {
    fn write(self, object: &mut Object<'_>, key: &str) {
        object.digits(key, self);
    }
}

/// A position in JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point<D> {
    pub(super) latitude: D,
    pub(super) longitude: D,
}

impl<D: Degrees> Point<D> {
    fn write(self, parent: &mut Object<'_>, key: &str) {
        parent.object(key, |object| {
            self.latitude.write(object, "lat");
            self.longitude.write(object, "lng");
        });
    }
}

/// The corners of what should be shown of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Corners<D> {
    pub(super) northeast: Point<D>,
    pub(super) southwest: Point<D>,
}

/// Appends a reply with the first `max` places, each with the members that `write` adds, and the
/// status: `OK` when there is any place, even if `max` is 0, else `ZERO_RESULTS`.
pub(super) fn write_reply<P>(
    out: &mut Vec<u8>,
    attributions: &[impl AsRef<str>],
    places: impl IntoIterator<Item = P>,
    max: usize,
    mut write: impl FnMut(&mut Object<'_>, P),
) {
    let mut places = places.into_iter().peekable();
    let status = if places.peek().is_some() { "OK" } else { "ZERO_RESULTS" };
    write_object(out, |reply| {
        reply.texts("html_attributions", attributions);
        reply.objects("results", places.take(max), |result, place| write(result, place));
        reply.text("status", status);
    });
}

/// Adds the location and viewport of a place, or nothing if neither is known.
pub(super) fn write_geometry<D: Degrees>(
    result: &mut Object<'_>,
    location: Option<Point<D>>,
    viewport: Option<Corners<D>>,
) {
    if location.is_none() && viewport.is_none() {
        return;
    }
    result.object("geometry", |geometry| {
        if let Some(location) = location {
            location.write(geometry, "location");
        }
        if let Some(Corners { northeast, southwest }) = viewport {
            geometry.object("viewport", |corners| {
                northeast.write(corners, "northeast");
                southwest.write(corners, "southwest");
            });
        }
    });
}

/// Adds the members that all sources except Google's have, after the geometry.
pub(super) fn write_description(
    result: &mut Object<'_>,
    name: &str,
    id: &str,
    types: &[impl AsRef<str>],
    vicinity: Option<&str>,
) {
    result.text("name", name);
    result.text("place_id", id);
    result.text("reference", id);
    result.text("scope", "APP");
    result.texts("types", types);
    if let Some(vicinity) = vicinity {
        result.text("vicinity", vicinity);
    }
}
