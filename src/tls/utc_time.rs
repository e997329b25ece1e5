//! Times as certificates have them: whole seconds, UTC.

use crate::protocol::Timestamp;
use std::fmt;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The days from 1 March of the year 0 to 1 January 1970, in the Gregorian calendar.
const DAYS_TO_1970: i64 = 719_468;

/// The days of 400 years, after which the calendar repeats itself.
const ERA_DAYS: i64 = 146_097;

/// A second, counted from 1970 in UTC. It is shown as `2026-11-25T09:30:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(i64);

impl UtcTime {
    /// The second that is this many seconds after the start of 1970.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// How many seconds it is after the start of 1970.
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// The second that began at `hour`:`minute`:`second` of that day; None if there is none.
    pub(super) fn from_civil(date: (i64, i64, i64), time: (i64, i64, i64)) -> Option<Self> {
        let ((year, month, day), (hour, minute, second)) = (date, time);
        let in_range = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second);
        let at_midnight = Self(days_from_civil(year, month, day) * DAY);
        // A day that the month does not have would be one of the next month.
        if !in_range || at_midnight.civil().0 != date {
            return None;
        }
        Some(Self(at_midnight.0 + (hour * 60 + minute) * 60 + second))
    }

    /// Year, month and day; hour, minute and second.
    fn civil(self) -> ((i64, i64, i64), (i64, i64, i64)) {
        let (days, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        (civil_from_days(days), (rest / 3600, rest / 60 % 60, rest % 60))
    }
}

impl From<Timestamp> for UtcTime {
    fn from(time: Timestamp) -> Self {
        let seconds = time.as_nanos() / 1_000_000_000;
        Self(i64::try_from(seconds).expect("64 bits of nanoseconds are less seconds than 63 bits"))
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((year, month, day), (hour, minute, second)) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The days from 1970 to a date. Years are counted from March, so that the leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
        - DAYS_TO_1970
}

/// The date that many days after 1970.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (era, day_of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn well_known_seconds_have_their_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_599_000, "2026-11-25T09:30:00Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(UtcTime::from_unix_seconds(seconds).to_string(), text);
        }
    }

    #[test]
    fn a_day_that_the_month_does_not_have_is_none() {
        let day = |year, month, day| UtcTime::from_civil((year, month, day), (0, 0, 0));
        assert!(day(2024, 2, 29).is_some() && day(2000, 2, 29).is_some());
        for (year, month, of_month) in [(2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 13, 1)]
        {
            assert_eq!(day(year, month, of_month), None);
        }
        assert_eq!(UtcTime::from_civil((2024, 1, 1), (24, 0, 0)), None);
        assert_eq!(UtcTime::from_civil((2024, 1, 1), (23, 60, 0)), None);
    }

    proptest! {
        #[test]
        fn dates_and_seconds_are_the_same_thing(seconds in -70_000_000_000_i64..300_000_000_000) {
            let time = UtcTime::from_unix_seconds(seconds);
            let (date, of_day) = time.civil();
            prop_assert_eq!(UtcTime::from_civil(date, of_day), Some(time));
        }
    }
}
