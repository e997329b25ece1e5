//! What a client may send, field by field, and what comes back: every row of the protocol's tables,
//! good and bad, against a real server.

mod support;

use std::fs;
use support::{Client, Herd, Plan, now, receive_time, without_skew};

const SECOND: i128 = 1_000_000_000;
/// How far ahead a time may be by default.
const MAX_AHEAD: i128 = 600 * SECOND;

fn alford() -> Herd {
    Plan::alone("Alford").start()
}

/// The time in `nanoseconds` from now, as a client writes it.
fn time(from_now: i128) -> String {
    let time = now() + from_now;
    format!("{}.{:09}", time / SECOND, time % SECOND)
}

#[track_caller]
fn assert_taken(client: &mut Client, fields: &str) {
    let reply = client.ask(&format!("IAMAT {fields}"));
    assert!(reply.starts_with("AT "), "IAMAT {fields}: {reply}");
    assert_eq!(without_skew(&reply), format!("AT Alford SKEW {fields}"));
}

#[track_caller]
fn assert_invalid(client: &mut Client, line: &str) {
    assert_eq!(client.ask(line), format!("? {line}"));
}

/// The three fields of an IAMAT come back as they were written, to the last byte.
#[test]
fn good_positions_are_taken_and_copied() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let longest = format!("+34.{}-118", "0".repeat(64 - 8));
    for position in [
        "+34.068930-118.445127",
        "+34-118",
        "+34-118/",
        "+34.5-118.5/",
        "+0+0",
        "-0-0",
        "+1-1",
        "+01-001",
        "+90+180",
        "-90-180",
        "+90.000-180.000",
        "+89.9999999999999999999+179.9999999999999999999",
        &longest,
    ] {
        assert_taken(&mut client, &format!("kiwi.cs.ucla.edu {position} 1479413884.392014450"));
    }
}

/// The server must not guess at an invalid position: a wrong place is worse than none.
#[test]
fn bad_positions_are_invalid_commands() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let too_long = format!("+34.{}-118", "0".repeat(65 - 8));
    for position in [
        "34-118",
        "+34118",
        "+34",
        "+34-",
        "+-118",
        "++34-118",
        "+34,5-118",
        "+.5-118",
        "+5.-118",
        "+34-.5",
        "+34-5.",
        "+3406-118",
        "+340-118",
        "+34-1184",
        "+34-11826",
        "+34e1-118",
        "+34-118e0",
        "+inf-118",
        "+nan-118",
        "+34-inf",
        "34N118W",
        "+34N-118W",
        "+34-118+100/",
        "+34-118//",
        "+34-118/x",
        "+34.0x-118",
        "+91-118",
        "-90.0000000000000000001-118",
        "+34+181",
        "+34-180.0000000000000000001",
        "\u{ff0b}34-118",
        "+\u{663}\u{664}-118",
        &too_long,
    ] {
        assert_invalid(&mut client, &format!("IAMAT kiwi {position} 1479413884.392014450"));
    }
    assert_invalid(&mut client, "WHATSAT kiwi 10 5");
}

/// Times are stored as they are written and compared by value.
#[test]
fn good_times_are_taken_and_copied() {
    let plan = Plan::alone("Alford").setting("Alford", "max_ahead = 20000000000");
    let herd = plan.start();
    let mut client = herd.client("Alford");
    for time in [
        "0",
        "00000000000",
        "0.000000001",
        "1479413884",
        "01479413884",
        "1479413884.3",
        "1479413884.392014450",
        "9999999999",
        "18446744073.709551615",
    ] {
        assert_taken(&mut client, &format!("kiwi +34-118 {time}"));
    }
}

/// A time that is read wrong can make an old position the newest for ever.
#[test]
fn bad_times_are_invalid_commands() {
    let plan = Plan::alone("Alford").setting("Alford", "max_ahead = 20000000000");
    let herd = plan.start();
    let mut client = herd.client("Alford");
    for time in [
        "+1479413884",
        "-1479413884",
        "-0",
        ".5",
        "5.",
        ".",
        "1479413884.3920144501",
        "1479413884,5",
        "1479413884.5.5",
        "1.4e9",
        "0x10",
        "1_000",
        "inf",
        "nan",
        "now",
        "000000000001",
        "18446744073.709551616",
        "18446744074",
        "99999999999",
        "\u{661}",
    ] {
        assert_invalid(&mut client, &format!("IAMAT kiwi +34-118 {time}"));
    }
    assert_invalid(&mut client, "WHATSAT kiwi 10 5");
}

/// The skew is how clients and operators learn of wrong clocks; it must be exact.
#[test]
fn the_skew_is_the_receive_time_minus_the_clients_time() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let times = ["0", "0.5", "1479413884.392014450", &time(-SECOND), &time(0), &time(590 * SECOND)];
    for time in times {
        let before = now();
        let at = client.iamat("kiwi", "+34-118", time);
        let received = receive_time(&at);
        assert!(before <= received && received <= now(), "{before} {at}");
    }
    let ahead = client.iamat("kiwi", "+34-118", &time(590 * SECOND));
    assert!(ahead.starts_with("AT Alford -5"), "{ahead}");
    let behind = client.iamat("kiwi", "+34-118", &time(-10 * SECOND));
    assert!(behind.starts_with("AT Alford +1"), "{behind}");
}

/// Because the newest line wins, a phone with a wrong year would otherwise fix its position for
/// ever.
#[test]
fn a_time_too_far_in_the_future_is_an_invalid_command() {
    let herd = alford();
    let mut client = herd.client("Alford");
    assert_invalid(&mut client, &format!("IAMAT kiwi +34-118 {}", time(MAX_AHEAD + 60 * SECOND)));
    assert_invalid(&mut client, "IAMAT kiwi +34-118 18446744073.709551615");
    assert_invalid(&mut client, "WHATSAT kiwi 10 5");
    assert_taken(&mut client, &format!("kiwi +34-118 {}", time(MAX_AHEAD - 60 * SECOND)));

    let careful = Plan::alone("Alford").setting("Alford", "max_ahead = 60").start();
    let mut client = careful.client("Alford");
    assert_invalid(&mut client, &format!("IAMAT kiwi +34-118 {}", time(120 * SECOND)));
    assert_taken(&mut client, &format!("kiwi +34-118 {}", time(30 * SECOND)));
}

/// Clients name themselves as they like; only white space ends a name.
#[test]
fn client_ids_may_hold_any_bytes_but_white_space() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let every_byte: Vec<u8> = (0..=255).filter(|byte| !b" \t\r\n\x0b\x0c".contains(byte)).collect();
    let invalid_utf8 = b"\xff\xfe\x80".to_vec();
    let longest = vec![b'x'; 4096 - "IAMAT  +34-118 1".len()];
    for id in [b"x".to_vec(), b"IAMAT".to_vec(), b"?".to_vec(), every_byte, invalid_utf8, longest] {
        client.send([b"IAMAT ", &id[..], b" +34-118 1\n"].concat());
        let at = client.line();
        assert!(at.starts_with(b"AT Alford +"), "{at:?}");
        assert!(at.ends_with(&[b" ", &id[..], b" +34-118 1"].concat()), "{at:?}");
        client.send([b"WHATSAT ", &id[..], b" 0 0\n"].concat());
        assert_eq!(client.line(), at);
        while !client.line().is_empty() {}
    }
}

/// IDs are bytes: letters that only look alike make different IDs.
#[test]
fn client_ids_that_differ_in_a_byte_are_different_clients() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let kiwi = client.iamat("kiwi", "+1+1", "1");
    let upper = client.iamat("Kiwi", "+2+2", "2");
    assert_eq!(client.whatsat("kiwi", "0", "0").0, kiwi);
    assert_eq!(client.whatsat("Kiwi", "0", "0").0, upper);
    assert_invalid(&mut client, "WHATSAT kiw 0 0");
    assert_invalid(&mut client, "WHATSAT kiwi. 0 0");
}

/// The first description of the protocol promises that a reply copies what the client sent,
/// whatever the server knows. The server still keeps the newest position.
#[test]
fn an_older_position_is_copied_and_not_kept() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let newest = client.iamat("kiwi", "+1+1", "1479413884.392014450");
    assert_taken(&mut client, "kiwi +2+2 1479413884.392014449");
    assert_eq!(client.whatsat("kiwi", "0", "0").0, newest);
}

/// A reply of Nearby Search with everything that is easily lost on the way: the order of keys,
/// digits of numbers, spacing, escapes, and results that look like its end.
const PLACES: &str = concat!(
    "\n\n{\n   \"status\" : \"OK\",\n\n\n   \"results\" : [\n",
    "      { \"name\" : \"] \\\" } \\u003c\", \"rating\" : 4.10, \"n\" : 1E+2 },\n\n",
    "      {\"name\":\"Z\u{fc}rich\",\"types\":[\"a\",[],{}]},\n",
    "      [ -0.0, 12345678901234567890123 ]\n   ],\n",
    "   \"html_attributions\" : [],\n   \"zz\" : null, \"a\" : true\n}\n\n\n\n",
);

/// The places file's JSON as a WHATSAT shows it, with these results between the brackets.
fn places(results: &str) -> String {
    format!(
        "{{\n   \"status\" : \"OK\",\n   \"results\" : [{results}],\n   \"html_attributions\" : \
         [],\n   \"zz\" : null, \"a\" : true\n}}\n\n"
    )
}

fn alford_with_places_file() -> Herd {
    let mut herd = Plan::alone("Alford").build();
    let file = herd.folder().join("places.json");
    fs::write(&file, PLACES).expect("there is room for a file");
    let path = file.to_str().expect("the folder's name is text").to_owned();
    herd.start_as(herd.launch("Alford").with(&["--places", &path]));
    herd
}

/// Everything except the number of results is passed through from the source, byte for byte.
#[test]
fn a_reply_is_the_at_line_the_json_cut_to_max_and_an_empty_line() {
    let one = "\n      { \"name\" : \"] \\\" } \\u003c\", \"rating\" : 4.10, \"n\" : 1E+2 }";
    let two = "\n      {\"name\":\"Z\u{fc}rich\",\"types\":[\"a\",[],{}]}";
    let three = "\n      [ -0.0, 12345678901234567890123 ]";
    let herd = alford_with_places_file();
    let mut client = herd.client("Alford");
    let at = client.iamat("kiwi", "+34.068930-118.445127", "1479413884.392014450");
    let whole = places(&format!("{one},{two},{three}\n   "));
    for (max, json) in [("3", whole.clone()), ("4", whole.clone()), ("20", whole)] {
        assert_eq!(client.whatsat("kiwi", "10", max), (at.clone(), json), "{max}");
    }
    for (max, count, results) in [("0", 0, ""), ("1", 1, one), ("2", 2, &format!("{one},{two}"))] {
        let (first, json) = client.whatsat("kiwi", "10", max);
        assert_eq!(first, at);
        let parsed: serde_json::Value = serde_json::from_str(&json).expect("the reply is JSON");
        assert_eq!(parsed["results"].as_array().map(Vec::len), Some(count), "{json}");
        let without_space = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(without_space(&json), without_space(&places(results)));
        assert!(json.ends_with("}\n\n") && !json.ends_with("\n\n\n"), "{json:?}");
    }
}

/// What a WHATSAT may ask.
#[test]
fn good_radii_and_numbers_of_results_are_answered() {
    let herd = alford_with_places_file();
    let mut client = herd.client("Alford");
    let at = client.iamat("kiwi", "+34-118", "1");
    for (radius, max) in [
        ("0", "0"),
        ("10", "5"),
        ("50", "20"),
        ("0.5", "1"),
        ("0.0", "00"),
        ("50.0000000000", "020"),
        ("49.99999999999999999999", "20"),
        ("000000000000000000000050", "00000000000000000000020"),
    ] {
        assert_eq!(client.whatsat("kiwi", radius, max).0, at, "{radius} {max}");
    }
}

/// What a WHATSAT may not ask.
#[test]
fn bad_radii_numbers_of_results_and_clients_are_invalid_commands() {
    let herd = alford_with_places_file();
    let mut client = herd.client("Alford");
    client.iamat("kiwi", "+34-118", "1");
    for radius in [
        "-1",
        "-0",
        "+1",
        ".5",
        "5.",
        "1e1",
        "1,5",
        "51",
        "50.0000000000000000000001",
        "inf",
        "nan",
        "0x1",
        "ten",
        "5km",
        "100000000000000000000000000",
    ] {
        assert_invalid(&mut client, &format!("WHATSAT kiwi {radius} 5"));
    }
    for max in
        ["-1", "-0", "+1", "1.0", "1.", "1e1", "21", "99999999999999999999999", "inf", "five", "5,"]
    {
        assert_invalid(&mut client, &format!("WHATSAT kiwi 10 {max}"));
    }
    assert_invalid(&mut client, "WHATSAT unheard-of 10 5");
}

/// A line that is not a command is sent back, so that its sender sees what the server saw.
#[test]
fn anything_else_is_an_invalid_command() {
    let herd = alford();
    let mut client = herd.client("Alford");
    client.iamat("kiwi", "+34-118", "1");
    for line in [
        "",
        "?",
        "hello",
        "IAMAT",
        "IAMAT kiwi",
        "IAMAT kiwi +34-118",
        "IAMAT kiwi +34-118 1 more",
        "IAMAT kiwi +34 -118 1",
        "iamat kiwi +34-118 1",
        "Iamat kiwi +34-118 1",
        "IAMATkiwi +34-118 1",
        "IAMAT\u{a0}kiwi +34-118 1",
        "WHATSAT",
        "WHATSAT kiwi",
        "WHATSAT kiwi 10",
        "WHATSAT kiwi 10 5 more",
        "whatsat kiwi 10 5",
        "WHATSAT 10 5 kiwi",
        "AT",
        "AT Alford +0.5 kiwi +35-118 2",
        "FOLLOW Ball - 0",
        "LOG Ball 0123456789abcdef",
        "SEQ 1",
        "GET / HTTP/1.1",
        "\u{feff}IAMAT kiwi +34-118 1",
    ] {
        assert_invalid(&mut client, line);
    }
}

/// A server that is started with nothing but its name answers with real places, and names their
/// source.
#[test]
fn without_any_configuration_places_come_from_the_gazetteer() {
    let herd = alford();
    let mut client = herd.client("Alford");
    client.iamat("kiwi", "+34.068930-118.445127", "1479413884.392014450");
    let (_, json) = client.whatsat("kiwi", "10", "5");
    let reply: serde_json::Value = serde_json::from_str(&json).expect("the reply is JSON");
    let keys: Vec<_> = reply.as_object().expect("it is an object").keys().collect();
    assert_eq!(keys, ["html_attributions", "results", "status"]);
    assert_eq!(reply["status"], "OK");
    let names: Vec<_> =
        reply["results"].as_array().into_iter().flatten().map(|r| &r["name"]).collect();
    assert_eq!(names, ["Santa Monica", "Mid-City", "Sherman Oaks", "Venice", "Sawtelle"]);
    assert!(reply["html_attributions"][0].as_str().is_some_and(|text| text.contains("GeoNames")));
}
