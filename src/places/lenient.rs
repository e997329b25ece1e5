//! Lists in which some entries make no sense.

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::marker::PhantomData;

/// The most entries of a list that are looked at. Services send 20 to 50 places, and a handful of
/// everything else.
pub(super) const ENTRIES_MAX: usize = 1_000;

/// The entries of a JSON array that have the expected shape. Others are left out one by one, so one
/// bad entry does not cost the good ones. Entries behind the first [`ENTRIES_MAX`] are left out,
/// too. `null` is an empty list.
#[derive(Debug)]
pub(super) struct Lenient<T>(pub(super) Vec<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor(PhantomData)).map(Self)
    }
}

struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LenientVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Vec<T>, A::Error> {
        let (mut good, mut seen) = (Vec::new(), 0);
        while let Some(entry) = array.next_element::<&RawValue>()? {
            if seen < ENTRIES_MAX {
                good.extend(serde_json::from_str::<T>(entry.get()));
            }
            seen += 1;
        }
        Ok(good)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_entries_are_left_out_one_by_one() {
        let read: Lenient<u8> = serde_json::from_str("[1, null, \"2\", 300, [4], 5]").unwrap();
        assert_eq!(read.0, [1, 5]);
        assert_eq!(serde_json::from_str::<Lenient<u8>>("null").unwrap().0, [0; 0]);
        assert!(serde_json::from_str::<Lenient<u8>>("{}").is_err());
        assert!(serde_json::from_str::<Lenient<u8>>("[1").is_err());
    }

    /// Without it a reply of four megabytes would be as many entries.
    #[test]
    fn a_list_without_end_is_cut() {
        let list = format!("[{}0]", "0,".repeat(2 * ENTRIES_MAX));
        assert_eq!(serde_json::from_str::<Lenient<u8>>(&list).unwrap().0.len(), ENTRIES_MAX);
    }
}
