//! The parts of a response of Google's Places API (New) that a reply can hold. Numbers keep their
//! digits, and what is missing in the response is missing in the reply.

use crate::places::lenient::Lenient;
use crate::places::number::Number;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
pub(super) struct Reply<'a> {
    #[serde(borrow, default)]
    pub(super) places: Lenient<Place<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) display_name: Option<LocalizedText<'a>>,
    #[serde(borrow)]
    pub(super) location: Option<LatLng<'a>>,
    #[serde(borrow)]
    pub(super) viewport: Option<Viewport<'a>>,
    #[serde(borrow)]
    pub(super) short_formatted_address: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) formatted_address: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) types: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) rating: Option<Number<'a>>,
    #[serde(borrow)]
    pub(super) user_rating_count: Option<Number<'a>>,
    #[serde(borrow)]
    pub(super) business_status: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) price_level: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) plus_code: Option<PlusCode<'a>>,
    #[serde(borrow)]
    pub(super) icon_mask_base_uri: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) icon_background_color: Option<Cow<'a, str>>,
    pub(super) regular_opening_hours: Option<OpeningHours>,
    #[serde(borrow, default)]
    pub(super) photos: Lenient<Photo<'a>>,
    #[serde(borrow, default)]
    pub(super) attributions: Lenient<Attribution<'a>>,
}

#[derive(Deserialize)]
pub(super) struct LocalizedText<'a> {
    #[serde(borrow, default)]
    pub(super) text: Cow<'a, str>,
}

/// A coordinate that is zero may be left out, like every default value in the JSON of protocol
/// buffers.
#[derive(Deserialize)]
pub(super) struct LatLng<'a> {
    #[serde(borrow)]
    pub(super) latitude: Option<Number<'a>>,
    #[serde(borrow)]
    pub(super) longitude: Option<Number<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Viewport<'a> {
    #[serde(borrow)]
    pub(super) low: LatLng<'a>,
    #[serde(borrow)]
    pub(super) high: LatLng<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlusCode<'a> {
    #[serde(borrow)]
    pub(super) global_code: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) compound_code: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpeningHours {
    pub(super) open_now: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Photo<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) width_px: Option<Number<'a>>,
    #[serde(borrow)]
    pub(super) height_px: Option<Number<'a>>,
    #[serde(borrow, default)]
    pub(super) author_attributions: Lenient<Author<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Author<'a> {
    #[serde(borrow, default)]
    pub(super) display_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) uri: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attribution<'a> {
    #[serde(borrow, default)]
    pub(super) provider: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) provider_uri: Cow<'a, str>,
}
