//! Reading what servers say.

use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's clock in nanoseconds since 1970.
pub fn now() -> i128 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("1970 is over");
    i128::try_from(since_1970.as_nanos()).expect("128 bits hold every time")
}

/// An AT line with `SKEW` where its skew stood, so that a test can compare the whole of it. The skew
/// must have the one form that the protocol gives it.
#[track_caller]
pub fn without_skew(line: &str) -> String {
    let mut fields: Vec<_> = line.split(' ').collect();
    assert!(fields.len() == 6 && fields[0] == "AT", "no AT line: {line:?}");
    nanoseconds(fields[2]);
    fields[2] = "SKEW";
    fields.join(" ")
}

/// When the server received the position of an AT line, in nanoseconds since 1970: the client's
/// time plus the skew.
#[track_caller]
pub fn receive_time(line: &str) -> i128 {
    let fields: Vec<_> = line.split(' ').collect();
    let (whole, fraction) = fields[5].split_once('.').unwrap_or((fields[5], ""));
    nanoseconds(fields[2]) + nanoseconds(&format!("+{whole}.{fraction:0<9}"))
}

/// A number with a sign and exactly nine decimals, in billionths.
#[track_caller]
fn nanoseconds(skew: &str) -> i128 {
    let digits = skew.strip_prefix(['+', '-']);
    let (whole, fraction) = digits.and_then(|digits| digits.split_once('.')).unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    assert!(is_number(whole) && is_number(fraction) && fraction.len() == 9, "no skew: {skew:?}");
    let value: i128 = format!("{whole}{fraction}").parse().expect("digits are a number");
    if skew.starts_with('-') { -value } else { value }
}
