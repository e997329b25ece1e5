//! When a certificate ends.
//!
//! rustls checks the dates of certificates and does not tell them. This reads the one field that
//! an operator must know ahead, `notAfter` (RFC 5280, section 4.1), and nothing else.

use super::utc_time::UtcTime;

const SEQUENCE: u8 = 0x30;
const EXPLICIT_0: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The last second in which a certificate is valid; None if `certificate` is no X.509 in DER.
pub(super) fn not_after(certificate: &[u8]) -> Option<UtcTime> {
    let (SEQUENCE, certificate, _) = element(certificate)? else { return None };
    let (SEQUENCE, mut fields, _) = element(certificate)? else { return None };
    // The version is left out where it is 1.
    if fields.first() == Some(&EXPLICIT_0) {
        fields = element(fields)?.2;
    }
    for _serial_algorithm_issuer in 0..3 {
        fields = element(fields)?.2;
    }
    let (SEQUENCE, validity, _) = element(fields)? else { return None };
    let (_, _, rest) = element(validity)?;
    let (tag, text, _) = element(rest)?;
    time(tag, text)
}

/// The tag and the content of the first element in DER, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // A certificate is never as long as 4 GiB, so four bytes of length are the most.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, the two forms that RFC 5280 allows.
fn time(tag: u8, text: &[u8]) -> Option<UtcTime> {
    let (year_digits, text) = match tag {
        UTC_TIME => (2, text),
        GENERALIZED_TIME => (4, text),
        _ => return None,
    };
    let digits = text.strip_suffix(b"Z").filter(|digits| digits.len() == year_digits + 10)?;
    let number = |digits: &[u8]| {
        let all_digits = digits.iter().all(u8::is_ascii_digit);
        all_digits.then(|| digits.iter().fold(0, |sum, &digit| 10 * sum + i64::from(digit - b'0')))
    };
    let (year, rest) = digits.split_at(year_digits);
    let year = match (tag, number(year)?) {
        (UTC_TIME, year @ 50..) => 1900 + year,
        (UTC_TIME, year) => 2000 + year,
        (_, year) => year,
    };
    let pair = |index: usize| number(&rest[2 * index..2 * index + 2]);
    UtcTime::from_civil((year, pair(0)?, pair(1)?), (pair(2)?, pair(3)?, pair(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn certificate(year: i32, month: u8, day: u8) -> Vec<u8> {
        let mut params = CertificateParams::new(["a.test".to_owned()]).expect("the name is good");
        params.not_after = date_time_ymd(year, month, day);
        let key = KeyPair::generate().expect("a key can be made");
        params.self_signed(&key).expect("it signs for itself").der().to_vec()
    }

    /// Years before 2050 have two digits, later ones four.
    #[test]
    fn the_end_is_that_of_the_certificate() {
        for (year, month, day) in [(1999, 1, 2), (2026, 11, 25), (2049, 12, 31), (2050, 1, 1)] {
            let expected = format!("{year}-{month:02}-{day:02}T00:00:00Z");
            let found = not_after(&certificate(year, month, day)).map(|end| end.to_string());
            assert_eq!(found, Some(expected));
        }
    }

    #[test]
    fn times_of_other_forms_are_none() {
        let end = |tag, text: &str| time(tag, text.as_bytes()).map(|end| end.to_string());
        assert_eq!(end(UTC_TIME, "500101000000Z").as_deref(), Some("1950-01-01T00:00:00Z"));
        assert_eq!(end(UTC_TIME, "491231235959Z").as_deref(), Some("2049-12-31T23:59:59Z"));
        for (tag, text) in [
            (UTC_TIME, "4912312359Z"),
            (UTC_TIME, "491231235959+0000"),
            (UTC_TIME, "4912312359-1Z"),
            (GENERALIZED_TIME, "491231235959Z"),
            (0x04, "491231235959Z"),
        ] {
            assert_eq!(end(tag, text), None, "{text}");
        }
    }

    proptest! {
        /// A certificate file may hold anything.
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = not_after(&bytes);
        }

        #[test]
        fn a_harmed_certificate_does_not_panic(at in 0_usize..200, byte in any::<u8>()) {
            let mut bytes = certificate(2030, 1, 1);
            bytes[at] = byte;
            let _ = not_after(&bytes);
            let _ = not_after(&bytes[..at]);
        }
    }
}
