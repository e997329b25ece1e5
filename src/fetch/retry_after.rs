//! When a service wants to be asked again.

use crate::protocol::Timestamp;
use std::time::Duration;

/// The days before each month of a year that is no leap year.
const DAYS_BEFORE_MONTH: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// The names of the months in dates of HTTP.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The value of the header `Retry-After` (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// This time after the response.
    Span(Duration),
    /// At this time of the wall clock.
    Time(Timestamp),
}

impl RetryAfter {
    /// Reads the header's value: seconds, or a date in one of the three forms that RFC 9110 knows.
    /// None if it is neither.
    ///
    /// ```
    /// use herd::fetch::RetryAfter;
    /// use herd::protocol::Timestamp;
    /// use std::time::Duration;
    ///
    /// let span = RetryAfter::Span(Duration::from_secs(60));
    /// assert_eq!(RetryAfter::parse("60"), Some(span));
    /// let time = RetryAfter::Time(Timestamp::from_nanos(784_111_777_000_000_000));
    /// assert_eq!(RetryAfter::parse("Sun, 06 Nov 1994 08:49:37 GMT"), Some(time));
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that does not fit is as good as the largest one that does.
            return Some(Self::Span(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
        }
        date(text).map(Self::Time)
    }

    /// The time from `now` until then; zero if it is over.
    pub fn span(self, now: Timestamp) -> Duration {
        match self {
            Self::Span(span) => span,
            Self::Time(time) => {
                Duration::from_nanos(time.as_nanos().saturating_sub(now.as_nanos()))
            }
        }
    }
}

/// A date: `Sun, 06 Nov 1994 08:49:37 GMT`, or one of the obsolete forms,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
fn date(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split([' ', '-', ',']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, time) = match words[..] {
        [_, day, month, year, time, "GMT"] => (day, month, year, time),
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year = match (year.len(), number(year)?) {
        // RFC 9110 makes a date of two digits the nearest one that is not far in the future.
        (2, year) if year < 70 => 2000 + year,
        (2, year) => 1900 + year,
        (4, year) => year,
        _ => return None,
    };
    let mut parts = time.split(':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let day = number(day)?;
    let is_time = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    if !is_time || !(1..=31).contains(&day) || !(1970..2500).contains(&year) {
        return None;
    }
    let days = days_before(year, month) + day - 1;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(Timestamp::from_nanos(seconds * 1_000_000_000))
}

/// The days from the start of 1970 to the start of a month, which is counted from 0.
fn days_before(year: u64, month: usize) -> u64 {
    let leap_days_before = |year: u64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    let is_leap = leap_days_before(year + 1) > leap_days_before(year);
    let leap_days =
        leap_days_before(year) - leap_days_before(1970) + u64::from(is_leap && month > 1);
    (year - 1970) * 365 + leap_days + DAYS_BEFORE_MONTH[month]
}

/// At most four digits.
fn number(text: &str) -> Option<u64> {
    let is_number = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(seconds: u64) -> Option<RetryAfter> {
        Some(RetryAfter::Time(Timestamp::from_nanos(seconds * 1_000_000_000)))
    }

    /// Services use both forms, and old ones the obsolete dates.
    #[test]
    fn seconds_and_all_forms_of_dates_are_read() {
        let span = |seconds| Some(RetryAfter::Span(Duration::from_secs(seconds)));
        assert_eq!(RetryAfter::parse("0"), span(0));
        assert_eq!(RetryAfter::parse(" 120 "), span(120));
        assert_eq!(RetryAfter::parse("99999999999999999999999"), span(u64::MAX));
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(RetryAfter::parse(date), time(784_111_777), "{date}");
        }
        assert_eq!(RetryAfter::parse("Thu, 01 Jan 1970 00:00:00 GMT"), time(0));
        assert_eq!(RetryAfter::parse("Tue, 29 Feb 2000 00:00:00 GMT"), time(951_782_400));
        assert_eq!(RetryAfter::parse("Thu, 31 Dec 2026 23:59:60 GMT"), time(1_798_761_600));
        for text in ["", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994"] {
            assert_eq!(RetryAfter::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_that_is_over_is_no_span() {
        let now = Timestamp::from_nanos(784_111_700_000_000_000);
        let at = RetryAfter::parse("Sun, 06 Nov 1994 08:49:37 GMT").expect("it is a date");
        assert_eq!(at.span(now), Duration::from_secs(77));
        assert_eq!(at.span(now.saturating_add(Duration::from_secs(78))), Duration::ZERO);
    }

    proptest! {
        /// The header is a stranger's: no text of it may panic.
        #[test]
        fn no_text_panics(text in ".{0,40}", day in 0..99u32, month in "[A-Z][a-z]{2}", year in 0..9999u32) {
            RetryAfter::parse(&text);
            RetryAfter::parse(&format!("Sun, {day:02} {month} {year:04} 08:49:37 GMT"));
            RetryAfter::parse(&format!("Sun, {day:02} Dec {year:04} 08:49:37 GMT"));
        }
    }
}
