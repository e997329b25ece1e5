//! The parameters of a query or of a form.

/// Names and values in the order in which they came, decoded once.
///
/// Text that is not UTF-8 gets U+FFFD in its place, which no ID may contain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `name=value&name=value`.
    pub(super) fn parse(text: &[u8]) -> Self {
        let pairs = text.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty());
        let pair = |pair: &[u8]| {
            let split = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
            let value = pair.get(split + 1..).unwrap_or_default();
            (decoded_text(&pair[..split]), decoded_text(value))
        };
        Self(pairs.map(pair).collect())
    }

    /// The first value of this name that is not empty.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let is_it = |(known, value): &&(String, String)| known == name && !value.is_empty();
        self.0.iter().find(is_it).map(|(_, value)| value.as_str())
    }

    /// All values of this name.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Takes all values of this name out, and returns the first.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let mut taken = self.0.extract_if(.., |(known, _)| known == name);
        let first = taken.next().map(|(_, value)| value);
        taken.for_each(drop);
        first
    }

    /// Adds those of `others` behind these.
    pub(super) fn extend(&mut self, others: Parameters) {
        self.0.extend(others.0);
    }

    /// The names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

fn decoded_text(text: &[u8]) -> String {
    let spaced: Vec<u8> = text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    String::from_utf8_lossy(&percent_decoded(&spaced)).into_owned()
}

/// Replaces `%41` and the like by their bytes. A `%` without two digits stays as it is.
pub(super) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|&byte| (byte as char).to_digit(16));
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = text.get(at) {
        let escaped = (byte == b'%').then(|| digit(at + 1).zip(digit(at + 2))).flatten();
        match escaped {
            Some((high, low)) => bytes.push((high * 16 + low) as u8),
            None => bytes.push(byte),
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// gpslogger#584: what is decoded twice is another ID.
    #[test]
    fn text_is_decoded_once() {
        let parameters = Parameters::parse(b"id=van%2B7&a=%2541&b=1+2&c&&=x&d=%zz%4&e=%ff");
        let value = |name| parameters.values(name).next();
        assert_eq!(value("id"), Some("van+7"));
        assert_eq!(value("a"), Some("%41"));
        assert_eq!(value("b"), Some("1 2"));
        assert_eq!(value("c"), Some(""));
        assert_eq!(value(""), Some("x"));
        assert_eq!(value("d"), Some("%zz%4"));
        assert_eq!(value("e"), Some("\u{fffd}"));
    }

    #[test]
    fn a_parameter_is_taken_out_wherever_it_is() {
        let mut parameters = Parameters::parse(b"token=a&id=x&token=b");
        assert_eq!(parameters.take("token").as_deref(), Some("a"));
        assert_eq!(parameters, Parameters::parse(b"id=x"));
        assert_eq!(parameters.take("token"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            Parameters::parse(&bytes);
        }
    }
}
