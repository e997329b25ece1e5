//! Times as devices write them.

use crate::protocol::Timestamp;

const NANOS: u128 = 1_000_000_000;

/// Reads a time: a number since 1970 in seconds, milliseconds, microseconds or nanoseconds, told apart
/// by its size, or a date with a time of day. A date without a zone is UTC.
///
/// None if it is neither, or outside the years 1970 to 2554.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let nanos = of_number(text).or_else(|| of_date(text.as_bytes()))?;
    Some(Timestamp::from_nanos(u64::try_from(nanos).ok()?))
}

/// Nanoseconds in one unit of a number of this size.
fn unit(number: u128) -> u128 {
    match number {
        0..100_000_000_000 => NANOS,
        100_000_000_000..100_000_000_000_000 => NANOS / 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => NANOS / 1_000_000,
        _ => 1,
    }
}

fn of_number(text: &str) -> Option<u128> {
    if text.contains(['e', 'E']) {
        let number: f64 = text.parse().ok().filter(|number| (0.0..1e20).contains(number))?;
        return Some((number * unit(number as u128) as f64) as u128);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 20 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let number: u128 = whole.parse().ok()?;
    let mut nanos = number * unit(number);
    let mut place = unit(number);
    for digit in fraction.bytes() {
        place /= 10;
        nanos += u128::from(digit - b'0') * place;
    }
    Some(nanos)
}

/// Reads `2026-11-25T10:00:00.5+01:00` and its relatives: the basic form without separators, a blank or
/// `t` for the `T`, no seconds, `+0100`, `+01`, `Z`. A blank where the zone's sign should be was a `+`
/// that was not encoded.
fn of_date(text: &[u8]) -> Option<u128> {
    let mut rest = Rest(text);
    let year = rest.digits(4)?;
    let is_extended = rest.skip(b"-");
    let month = rest.digits(2)?;
    (rest.skip(b"-") == is_extended).then_some(())?;
    let day = rest.digits(2)?;
    rest.skip(b"Tt ").then_some(())?;
    let hour = rest.digits(2)?;
    let is_extended = rest.skip(b":");
    let minute = rest.digits(2)?;
    let has_second =
        rest.skip(b":") || (!is_extended && rest.0.first().is_some_and(u8::is_ascii_digit));
    let second = if has_second { rest.digits(2)? } else { 0 };
    let nanos = if rest.skip(b".,") { rest.fraction()? } else { 0 };
    let offset_minutes = rest.zone()?;
    // A leap second is read as the second after it.
    let is_real = (1..=12).contains(&month)
        && (1..=days_of_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !is_real {
        return None;
    }
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
    let seconds = u128::try_from(minutes * 60 + second).ok()?;
    Some(seconds * NANOS + nanos)
}

/// What is left of a text.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Reads a number of exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let digit =
            |sum: i64, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'));
        let number = digits.iter().try_fold(0, digit)?;
        self.0 = rest;
        Some(number)
    }

    /// Skips one byte if it is one of `bytes`; whether it was.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if bytes.contains(first) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Reads the digits of a fraction of a second, as nanoseconds.
    fn fraction(&mut self) -> Option<u128> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let places = (0..9).map(|at| digits.get(at).map_or(0, |digit| u128::from(digit - b'0')));
        (count > 0).then(|| places.fold(0, |sum, digit| sum * 10 + digit))
    }

    /// Reads a zone that fills the rest, in minutes east of UTC.
    fn zone(&mut self) -> Option<i64> {
        if self.0.is_empty() || matches!(self.0, b"Z" | b"z") {
            return Some(0);
        }
        let sign = if self.skip(b"-") { -1 } else { self.skip(b"+ ").then_some(1)? };
        let hours = self.digits(2)?;
        let has_colon = self.skip(b":");
        let minutes = if self.0.is_empty() && !has_colon { 0 } else { self.digits(2)? };
        (self.0.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400 - 477;
    let months: i64 = (1..month).map(|month| days_of_month(year, month)).sum();
    (year - 1970) * 365 + leap_days + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn read(text: &str) -> Option<String> {
        parse(text).map(|time| time.to_string())
    }

    /// traccar#1664 #1700: milliseconds that are taken for seconds are 50,000 years ahead.
    #[test]
    fn a_number_is_in_the_unit_that_its_size_says() {
        let second = Some("1700000000.000000000".to_owned());
        for text in [
            "1700000000",
            "1700000000.",
            "1700000000000",
            "1700000000000000",
            "1700000000000000000",
            "1.7e9",
            " 1700000000 ",
        ] {
            assert_eq!(read(text), second, "{text}");
        }
        assert_eq!(read("1479413884.392014450").as_deref(), Some("1479413884.392014450"));
        assert_eq!(read("1479413884.3920144509").as_deref(), Some("1479413884.392014450"));
        assert_eq!(read("1479413884392.014450").as_deref(), Some("1479413884.392014450"));
        assert_eq!(read("0").as_deref(), Some("0.000000000"));
        for bad in [
            "",
            ".",
            ".5",
            "-1",
            "+1",
            "1.2.3",
            "nan",
            "inf",
            "1e400",
            "-1e3",
            "0x10",
            "99999999999999999999",
            "123456789012345678901",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    /// traccar#4110, gpslogger#963: zones in every form, and a `+` that arrives as a blank.
    #[test]
    fn dates_are_read_in_the_forms_that_apps_write() {
        let time = Some("1479413884.000000000".to_owned());
        for text in [
            "2016-11-17T20:18:04Z",
            "2016-11-17t20:18:04z",
            "2016-11-17 20:18:04",
            "2016-11-17T20:18:04",
            "2016-11-17T20:18:04.000+0000",
            "2016-11-17T12:18:04-0800",
            "2016-11-17T12:18:04-08:00",
            "2016-11-17T12:18:04-08",
            "2016-11-17T21:18:04+01:00",
            "2016-11-17T21:18:04 01:00",
            "2016-11-17T21:18:04 0100",
            "20161117T201804Z",
            "2016-11-18T02:03:04+05:45",
        ] {
            assert_eq!(read(text), time, "{text}");
        }
        assert_eq!(
            read("2016-11-17T20:18:04.3920144501Z").as_deref(),
            Some("1479413884.392014450")
        );
        assert_eq!(read("2016-11-17T20:18").as_deref(), Some("1479413880.000000000"));
        assert_eq!(read("2016-12-31T23:59:60Z").as_deref(), Some("1483228800.000000000"));
        assert_eq!(read("1970-01-01T00:00:00Z").as_deref(), Some("0.000000000"));
        assert_eq!(read("2024-02-29T00:00:00Z").as_deref(), Some("1709164800.000000000"));
    }

    #[test]
    fn what_is_no_date_is_no_time() {
        for bad in [
            "2016-11-17",
            "2016-11-17T",
            "2016-1-17T20:18:04Z",
            "2016-13-17T20:18:04Z",
            "2016-00-17T20:18:04Z",
            "2015-02-29T20:18:04Z",
            "2016-11-31T20:18:04Z",
            "2016-11-17T24:00:00Z",
            "2016-11-17T20:60:00Z",
            "2016-11-17T20:18:61Z",
            "2016-11-17T20:18:04.Z",
            "2016-11-17T20:18:04+1",
            "2016-11-17T20:18:04+01:",
            "2016-11-17T20:18:04+25:00",
            "2016-11-17T20:18:04 UTC",
            "1969-12-31T23:59:59Z",
            "9999-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "yesterday",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "\\PC*") {
            parse(&text);
        }

        #[test]
        fn text_that_looks_like_a_date_is_read_or_not(
            text in "[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9:.]{0,12}[ +Z-]?[0-9:]{0,5}",
        ) {
            parse(&text);
        }

        /// Against httpdate, which has counted days before.
        #[test]
        fn days_are_those_of_the_calendar(seconds in 0..18_000_000_000_u64) {
            let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            let text = httpdate::fmt_http_date(time);
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
                "Nov", "Dec"];
            let month = 1 + months.iter().position(|month| *month == &text[8..11]).expect("a month");
            let (day, year, clock) = (&text[5..7], &text[12..16], &text[17..25]);
            let iso = format!("{year}-{month:02}-{day}T{clock}Z");
            prop_assert_eq!(read(&iso), Some(format!("{seconds}.000000000")));
        }
    }
}
