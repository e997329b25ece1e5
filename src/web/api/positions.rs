//! Positions from programs.

use crate::protocol::Timestamp;
use crate::runtime::Clock;
use crate::web::asked::Asked;
use crate::web::caller::Caller;
use crate::web::problem::Problem;
use crate::web::reason::Reason;
use crate::web::reply::{self, Reply};
use crate::web::report::Report;
use crate::web::source::Source;
use crate::web::{body, elsewhere, origin, teller, time_text};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;

/// One position as a program writes it.
#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    lat: Option<f64>,
    lon: Option<f64>,
    /// A number or a date; the text of a number keeps its nanoseconds.
    #[serde(borrow)]
    time: Option<&'a RawValue>,
}

/// What was read of each position, in order.
type Read = Vec<Result<Report, Reason>>;

/// Takes in one position, an array, or one a line.
pub(in crate::web) async fn take_in<C: Clock>(
    caller: &Caller<C>,
    asked: Asked,
) -> Result<Reply, Problem> {
    origin::check_write(&asked.headers)?;
    let body = body::read(caller, asked.body).await?;
    let (size, now) = (body.bytes.len(), caller.clock().now());
    let elements = elsewhere::read(size, move || read(&body.bytes, now)).await;
    let elements = elements.ok_or(Problem::bad("the body is not JSON, nor JSON in each line"))?;
    let reports: Vec<_> = elements.iter().flatten().cloned().collect();
    let told = teller::tell(caller, &asked.credential, &reports).await?;
    if !told.is_empty() && told.iter().all(|outcome| *outcome == Err(Reason::Forbidden)) {
        return Err(Problem::refused(&asked.credential));
    }
    let mut told = told.into_iter();
    let outcomes = elements.into_iter().map(|element| {
        element.and_then(|_| told.next().expect("each position that was told has an outcome"))
    });
    Ok(summary(caller, outcomes))
}

/// How many were taken, and which were not.
fn summary<C: Clock>(
    caller: &Caller<C>,
    outcomes: impl Iterator<Item = Result<(), Reason>>,
) -> Reply {
    let (mut accepted, mut not_taken): (_, Vec<Value>) = (0, Vec::new());
    for (index, outcome) in outcomes.enumerate() {
        match outcome {
            Ok(()) => accepted += 1,
            Err(reason) => {
                caller.note_refused(Source::Api, reason);
                not_taken.push(json!({ "index": index, "reason": reason.to_string() }));
            }
        }
    }
    reply::json(json!({ "accepted": accepted, "refused": not_taken }).to_string())
}

/// Reads a body; None if nothing in it is JSON.
fn read(body: &[u8], now: Timestamp) -> Option<Read> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if let Ok(elements) = serde_json::from_slice::<Vec<&RawValue>>(body) {
        return Some(elements.into_iter().map(|element| read_element(element, now)).collect());
    }
    if let Ok(element) = serde_json::from_slice::<&RawValue>(body) {
        return Some(vec![read_element(element, now)]);
    }
    let lines = body.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let lines: Vec<_> = lines.map(serde_json::from_slice::<&RawValue>).collect();
    let read_line = |line: &Result<&RawValue, _>| match line {
        Ok(element) => read_element(element, now),
        Err(_) => Err(Reason::Format),
    };
    lines.iter().any(Result::is_ok).then(|| lines.iter().map(read_line).collect())
}

fn read_element(element: &RawValue, now: Timestamp) -> Result<Report, Reason> {
    let Element { id, lat, lon, time } =
        serde_json::from_str(element.get()).map_err(|_| Reason::Format)?;
    let id = id.ok_or(Reason::Id)?;
    let (latitude, longitude) = lat.zip(lon).ok_or(Reason::NoPosition)?;
    let time = match time {
        Some(written) => read_time(written.get()).ok_or(Reason::Format)?,
        None => now,
    };
    Report::new(&id, latitude, longitude, time)
}

/// Reads a JSON number, or a string with a number or a date.
fn read_time(written: &str) -> Option<Timestamp> {
    match written.starts_with('"') {
        true => time_text::parse(&serde_json::from_str::<String>(written).ok()?),
        false => time_text::parse(written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_nanos(5_000_000_000);

    fn lines(body: &str) -> Option<Vec<Result<String, Reason>>> {
        let line = |report: Report| {
            let iamat = report.iamat();
            format!("{} {} {}", iamat.client(), iamat.position(), iamat.time())
        };
        Some(read(body.as_bytes(), NOW)?.into_iter().map(|it| it.map(line)).collect())
    }

    fn one(text: &str) -> Result<String, Reason> {
        Ok(text.to_owned())
    }

    #[test]
    fn one_or_many_are_read_in_all_three_forms() {
        let (x, y) = ("x +1+2 5.000000000", "y +3+4 1479413884.392014450");
        let [of_x, of_y] = [
            "{\"id\":\"x\",\"lat\":1,\"lon\":2}",
            "{\"id\":\"y\",\"lat\":3,\"lon\":4,\"time\":1479413884.392014450}",
        ];
        assert_eq!(lines(of_x), Some(vec![one(x)]));
        assert_eq!(lines(&format!("\u{feff}[{of_x},\n{of_y}]")), Some(vec![one(x), one(y)]));
        assert_eq!(lines(&format!("{of_x}\r\n\n{of_y}")), Some(vec![one(x), one(y)]));
        assert_eq!(lines("{\n\"id\": \"x\",\n\"lat\": 1,\n\"lon\": 2\n}\n"), Some(vec![one(x)]));
        assert_eq!(lines("[]"), Some(vec![]));
    }

    /// One bad position in a batch must not keep the others out, and must be told by its place.
    #[test]
    fn each_position_is_judged_by_itself() {
        let body = "{\"id\":\"x\",\"lat\":1,\"lon\":2,\"time\":\"2016-11-17T20:18:04Z\"}\nnonsense\n\
                    {\"lat\":1,\"lon\":2}\n{\"id\":\"x\",\"lat\":null}\n[1]\n\
                    {\"id\":\"x\",\"lat\":\"1\",\"lon\":2}\n{\"id\":\"x\",\"lat\":1,\"lon\":2,\"time\":-1}\n\
                    {\"id\":\"x\",\"lat\":91,\"lon\":2}\n{\"id\":\"x\",\"lat\":0,\"lon\":0}";
        let expected = vec![
            one("x +1+2 1479413884.000000000"),
            Err(Reason::Format),
            Err(Reason::Id),
            Err(Reason::NoPosition),
            Err(Reason::Format),
            Err(Reason::Format),
            Err(Reason::Format),
            Err(Reason::Range),
            Err(Reason::Zero),
        ];
        assert_eq!(lines(body), Some(expected));
    }

    #[test]
    fn what_is_no_json_is_refused_as_a_whole() {
        for bad in ["", " \n", "id=x&lat=1", "{", "\u{0}"] {
            assert_eq!(lines(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "[\\[\\]{}\",:a-z0-9 \n.-]{0,80}") {
            read(text.as_bytes(), NOW);
        }
    }
}
