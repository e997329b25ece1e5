//! Places of the new API in the shape of Nearby Search, with keys in alphabetical order.

use super::wire::{LatLng, Photo, Place, Reply};
use crate::places::answer::Answer;
use crate::places::layout::Object;
use crate::places::link::html_link;
use crate::places::nearby_search::{Corners, Point, write_geometry, write_reply};
use crate::places::number::Number;
use std::borrow::Cow;
use std::collections::HashSet;

/// The most attributions that a reply gets; a page of results has a handful.
const ATTRIBUTIONS_MAX: usize = 100;

/// The same as a Nearby Search reply.
pub(super) fn answer(reply: &Reply<'_>) -> Answer {
    let mut json = Vec::new();
    let attributions = attributions(&reply.places.0);
    write_reply(&mut json, &attributions, &reply.places.0, usize::MAX, write_place);
    json.push(b'\n');
    Answer::from_json(json).expect("what is laid out above is a Nearby Search reply")
}

/// Each provider once, however many places it has.
fn attributions(places: &[Place<'_>]) -> Vec<String> {
    let mut seen = HashSet::new();
    let all = places.iter().flat_map(|place| &place.attributions.0);
    all.map(|attribution| html_link(&attribution.provider_uri, &attribution.provider))
        .filter(|link| seen.insert(link.clone()))
        .take(ATTRIBUTIONS_MAX)
        .collect()
}

fn write_place(result: &mut Object<'_>, place: &Place<'_>) {
    write_optional(result, "business_status", place.business_status.as_ref());
    let viewport = place.viewport.as_ref().map(|viewport| Corners {
        northeast: point(&viewport.high),
        southwest: point(&viewport.low),
    });
    write_geometry(result, place.location.as_ref().map(point), viewport);
    if let Some(base) = &place.icon_mask_base_uri {
        result.text("icon", &format!("{base}.png"));
    }
    write_optional(result, "icon_background_color", place.icon_background_color.as_ref());
    write_optional(result, "icon_mask_base_uri", place.icon_mask_base_uri.as_ref());
    write_optional(result, "name", place.display_name.as_ref().map(|name| &name.text));
    if let Some(open_now) = place.regular_opening_hours.as_ref().and_then(|hours| hours.open_now) {
        result.object("opening_hours", |hours| hours.truth("open_now", open_now));
    }
    if !place.photos.0.is_empty() {
        result.objects("photos", &place.photos.0, write_photo);
    }
    write_optional(result, "place_id", place.id.as_ref());
    if let Some(code) = &place.plus_code {
        result.object("plus_code", |plus_code| {
            write_optional(plus_code, "compound_code", code.compound_code.as_ref());
            write_optional(plus_code, "global_code", code.global_code.as_ref());
        });
    }
    if let Some(level) = place.price_level.as_deref().and_then(price_level) {
        result.integer("price_level", level);
    }
    write_number(result, "rating", place.rating);
    write_optional(result, "reference", place.id.as_ref());
    result.text("scope", "GOOGLE");
    result.texts("types", &place.types);
    write_number(result, "user_ratings_total", place.user_rating_count);
    let address = place.short_formatted_address.as_ref().or(place.formatted_address.as_ref());
    write_optional(result, "vicinity", address);
}

/// A number that the service leaves out is zero.
fn point<'a>(position: &LatLng<'a>) -> Point<Number<'a>> {
    Point {
        latitude: position.latitude.unwrap_or(Number::ZERO),
        longitude: position.longitude.unwrap_or(Number::ZERO),
    }
}

fn write_photo(object: &mut Object<'_>, photo: &Photo<'_>) {
    write_number(object, "height", photo.height_px);
    let authors = photo.author_attributions.0.iter();
    let links: Vec<String> =
        authors.map(|author| html_link(&author.uri, &author.display_name)).collect();
    object.texts("html_attributions", &links);
    object.text("photo_reference", &photo.name);
    write_number(object, "width", photo.width_px);
}

fn write_optional(object: &mut Object<'_>, key: &str, text: Option<&Cow<'_, str>>) {
    if let Some(text) = text {
        object.text(key, text);
    }
}

fn write_number(object: &mut Object<'_>, key: &str, number: Option<Number<'_>>) {
    if let Some(number) = number {
        object.digits(key, number);
    }
}

fn price_level(name: &str) -> Option<u8> {
    match name {
        "PRICE_LEVEL_FREE" => Some(0),
        "PRICE_LEVEL_INEXPENSIVE" => Some(1),
        "PRICE_LEVEL_MODERATE" => Some(2),
        "PRICE_LEVEL_EXPENSIVE" => Some(3),
        "PRICE_LEVEL_VERY_EXPENSIVE" => Some(4),
        _ => None,
    }
}
