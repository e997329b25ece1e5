//! The fields that Google is asked for. They decide what a request costs.

use std::fmt;
use std::str::FromStr;

/// The longest mask, in bytes.
const MASK_BYTES_MAX: usize = 4096;

/// The default fields: all that a reply can hold and that Google bills as Nearby Search Pro. With
/// ratings, prices or opening hours, each request would be billed as Nearby Search Enterprise.
pub const GOOGLE_NEW_FIELD_MASK: &str = "places.id,places.displayName,places.location,\
    places.viewport,places.shortFormattedAddress,places.formattedAddress,places.types,\
    places.businessStatus,places.plusCode,places.iconMaskBaseUri,places.iconBackgroundColor,\
    places.photos,places.attributions";

/// The fields that Google is asked for: names such as `places.id`, separated by commas, or `*`.
///
/// ```
/// use herd::places::FieldMask;
///
/// let mask: FieldMask = "places.id,places.rating".parse()?;
/// assert_eq!(mask.as_str(), "places.id,places.rating");
/// # Ok::<(), herd::places::InvalidFieldMask>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMask(String);

impl FieldMask {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for FieldMask {
    fn default() -> Self {
        Self(GOOGLE_NEW_FIELD_MASK.to_owned())
    }
}

impl FromStr for FieldMask {
    type Err = InvalidFieldMask;

    fn from_str(text: &str) -> Result<Self, InvalidFieldMask> {
        let is_name = |name: &str| {
            let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
            !name.is_empty() && name.bytes().all(good)
        };
        let is_mask = text == "*" || text.split(',').all(is_name);
        match is_mask && text.len() <= MASK_BYTES_MAX {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidFieldMask(text.chars().take(80).collect())),
        }
    }
}

/// A text that names no fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFieldMask(String);

impl fmt::Display for InvalidFieldMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid field mask {:?}: not names like places.id, parted by commas", self.0)
    }
}

impl std::error::Error for InvalidFieldMask {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a mask could end the header it stands in.
    #[test]
    fn a_mask_is_names() {
        assert_eq!(GOOGLE_NEW_FIELD_MASK.parse(), Ok(FieldMask::default()));
        "*".parse::<FieldMask>().expect("a star is all fields");
        for text in ["", "places.id, places.name", "places.id,", "a\r\nb", "é"] {
            let error = text.parse::<FieldMask>().expect_err(text).to_string();
            let why = "not names like places.id, parted by commas";
            assert_eq!(error, format!("invalid field mask {text:?}: {why}"));
        }
    }
}
