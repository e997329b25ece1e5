//! What is wrong with a position that nobody can read, and what was probably meant.

use herd::protocol::Position;

/// What `--loc` takes.
const FORM: &str = "--loc takes decimal degrees with signs, as +34.068930-118.445127";

/// Advice about a text that [`Position`] refuses.
pub(super) fn position_advice(text: &str) -> String {
    match numbers(text)[..] {
        [_] => "it is one number, and a position is two: the latitude and then the longitude, as \
             +34.068930-118.445127"
            .to_owned(),
        [latitude, longitude] => of_two(text, latitude, longitude),
        _ => FORM.to_owned(),
    }
}

/// The text has two numbers, but they are no position.
fn of_two(text: &str, latitude: &str, longitude: &str) -> String {
    let (signed, swapped) = (join(latitude, longitude), join(longitude, latitude));
    if is_position(&signed) && signed != text {
        return format!("did you mean {signed}? {FORM}");
    }
    let problem = match (is_position(&join(latitude, "0")), is_position(&join("0", longitude))) {
        (false, true) => format!("the latitude {latitude} is not within -90 and +90"),
        (true, false) => format!("the longitude {longitude} is not within -180 and +180"),
        _ => return FORM.to_owned(),
    };
    if is_position(&swapped) {
        return format!("{problem}; the latitude comes first: did you mean {swapped}?");
    }
    problem
}

/// The decimal numbers in `text`, with their signs if they have some. None if there is anything else
/// than spaces, commas and semicolons between them.
fn numbers(text: &str) -> Vec<&str> {
    let mut numbers = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        let digits = unsigned.find(|next: char| !next.is_ascii_digit() && next != '.');
        let length = rest.len() - unsigned.len() + digits.unwrap_or(unsigned.len());
        let (number, after) = rest.split_at(length);
        if number.parse::<f64>().is_err() {
            return Vec::new();
        }
        numbers.push(number);
        rest = after.trim_start_matches([' ', ',', ';']);
    }
    numbers
}

fn join(latitude: &str, longitude: &str) -> String {
    let sign = |number: &str| if number.starts_with(['+', '-']) { "" } else { "+" };
    format!("{}{latitude}{}{longitude}", sign(latitude), sign(longitude))
}

fn is_position(text: &str) -> bool {
    Position::parse(text.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message that only repeats the form leaves people to guess which part of it they missed.
    #[test]
    fn advice_fits_the_mistake() {
        let one = "it is one number, and a position is two: the latitude and then the longitude, as \
                   +34.068930-118.445127";
        for (text, advice) in [
            ("+34.07", one.to_owned()),
            ("34.07", one.to_owned()),
            ("+95-118", "the latitude +95 is not within -90 and +90".to_owned()),
            ("+34-181", "the longitude -181 is not within -180 and +180".to_owned()),
            (
                "-118.44+34.07",
                "the latitude -118.44 is not within -90 and +90; the latitude comes first: did you \
                 mean +34.07-118.44?"
                    .to_owned(),
            ),
            ("34.07,-118.44", format!("did you mean +34.07-118.44? {FORM}")),
            ("52.5 13.4", format!("did you mean +52.5+13.4? {FORM}")),
            ("+95-190", FORM.to_owned()),
            ("34N118W", FORM.to_owned()),
            ("", FORM.to_owned()),
        ] {
            assert_eq!(position_advice(text), advice, "{text}");
        }
    }
}
