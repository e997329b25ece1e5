//! `herd-client whatsat` with `--format`.

use crate::command::{Ran, run};
use crate::stub::{Stub, says};

const AT: &str = "AT Alford +0.263873386 kiwi -17.000000+179.990000/ 1479413884.392014450\n";

/// Places on both sides of longitude 180, one of them nowhere.
const JSON: &str = r#"{
   "html_attributions" : [ "Places from \u003ca href=\"https://x.example/\"\u003eX \u0026amp; Y\u003c/a\u003e" ],
   "results" : [
      {
         "geometry" : { "location" : { "lat" : -17.0000, "lng" : -179.9900000 } },
         "name" : "東京 Bar",
         "place_id" : "p1",
         "types" : [ "night_club", "bar" ],
         "vicinity" : "12 Long Street of Many Words, Upper Lower Side, Suva, Fiji Islands"
      },
      {
         "geometry" : { "location" : { "lat" : -17.001, "lng" : 179.99 } },
         "name" : "Near",
         "place_id" : "p2",
         "types" : [],
         "vicinity" : "Here"
      },
      { "name" : "Nowhere" }
   ],
   "status" : "OK"
}"#;

fn stub(json: impl Into<String>) -> Stub {
    let json = json.into();
    Stub::answering(move |_| says(format!("{AT}{json}\n\n")))
}

fn whatsat(stub: &Stub, more: &[&str]) -> Ran {
    run(&[&["whatsat", "--id", "kiwi", "--server", &stub.address()], more].concat())
}

/// In a pipe nothing is cut or colored, so that scripts find all of it, always in the same form.
#[test]
fn a_piped_table_is_whole() {
    let ran = whatsat(&stub(JSON), &["--format", "table"]);
    let stdout = "\
NAME      KIND        DISTANCE  BEARING  VICINITY
東京 Bar  night club    2.1 km   90° E   12 Long Street of Many Words, Upper Lower Side, Suva, Fiji Islands
Near                     111 m  180° S   Here
Nowhere

Places from X & Y
";
    assert_eq!(ran, Ran::expected(0, stdout, ""));
}

/// A terminal of 80 columns holds each place on one line, colored unless that is unwelcome.
#[cfg(unix)]
#[test]
fn a_terminal_shows_a_table_that_fits() {
    use crate::terminal::run_on_terminal;
    let stub = stub(JSON);
    let address = stub.address();
    let arguments = ["whatsat", "--id", "kiwi", "--server", &address, "--format", "table"];
    let plain = "\
NAME      KIND        DISTANCE  BEARING  VICINITY
東京 Bar  night club    2.1 km   90° E   12 Long Street of Many Words, Upper Lo…
Near                     111 m  180° S   Here
Nowhere

Places from X & Y
";
    assert_eq!(run_on_terminal(&arguments, &[("NO_COLOR", "1")]), plain);
    let colored = run_on_terminal(&arguments, &[]);
    assert!(colored.starts_with("\x1b[1mNAME\x1b[0m      \x1b[1mKIND\x1b[0m"), "{colored:?}");
    let codes = ["0", "1", "2", "32", "33"].map(|code| format!("\x1b[{code}m"));
    let uncolored = codes.iter().fold(colored, |text, code| text.replace(code, ""));
    assert_eq!(uncolored, plain);
}

/// Map programs must find longitude first and the server's digits.
#[test]
fn geojson_is_for_maps() {
    let ran = whatsat(&stub(JSON), &["--format", "geojson"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    for text in [
        "\"coordinates\": [\n          179.990000,\n          -17.000000\n        ]",
        "\"coordinates\": [\n          -179.9900000,\n          -17.0000\n        ]",
    ] {
        assert!(ran.stdout.contains(text), "{}", ran.stdout);
    }
    let map: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(map["type"], "FeatureCollection");
    let ids: Vec<_> = map["features"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    assert_eq!(ids, [&"kiwi".into(), &"p1".into(), &"p2".into(), &serde_json::Value::Null]);
    let properties = &map["features"][1]["properties"];
    assert_eq!(properties["distance_m"], 2126.7);
    assert_eq!((&properties["bearing"], &properties["compass"]), (&90.0.into(), &"E".into()));
    assert_eq!(
        map["html_attributions"][0],
        "Places from <a href=\"https://x.example/\">X &amp; Y</a>"
    );
}

/// Why there are no places is no place: it goes beside the table, and the status stays good.
#[test]
fn a_reply_without_places_is_explained() {
    for (json, remark) in [
        (r#"{"results": [], "status": "ZERO_RESULTS"}"#, "ZERO_RESULTS: no places\n"),
        (
            r#"{"results": [], "status": "UNKNOWN_ERROR", "error_message": "too \u001b[31mslow"}"#,
            "UNKNOWN_ERROR: too \u{fffd}[31mslow\n",
        ),
        (
            r#"{"results": [], "status": "REQUEST_DENIED", "error_message": "no such key"}"#,
            "REQUEST_DENIED: no such key\n",
        ),
    ] {
        let stub = stub(json);
        assert_eq!(whatsat(&stub, &["--format", "table"]), Ran::expected(0, "", remark));
        let map = whatsat(&stub, &["--format", "geojson"]);
        assert_eq!((map.status, map.stderr.as_str()), (0, remark));
    }
}

/// Whoever names a place must not command the terminals of those who pass by.
#[test]
fn names_command_no_terminal() {
    let stub = stub(
        "{\n\"results\" : [ { \"name\" : \"a\\u001b[2J\\nb\u{9b}31m\u{202e}\" } ],\n\
         \"status\" : \"OK\"\n}",
    );
    let table = whatsat(&stub, &["--format", "table"]);
    assert_eq!(
        table.stdout,
        "NAME          KIND  DISTANCE  BEARING  VICINITY\n\
         a\u{fffd}[2J\u{fffd}b\u{fffd}31m\u{fffd}\n"
    );
    let json = whatsat(&stub, &["--format", "text"]);
    let name = "\"name\" : \"a\\u001b[2J\\nb\\u009b31m\\u202e\"";
    assert_eq!(
        json.stdout,
        format!("{AT}{{\n\"results\" : [ {{ {name} }} ],\n\"status\" : \"OK\"\n}}\n")
    );
    let map = whatsat(&stub, &["--format", "geojson"]).stdout;
    assert!(map.contains("\"name\": \"a\\u001b[2J\\nb\\u009b31m\\u202e\""), "{map}");
    let raw = whatsat(&stub, &["--format", "raw"]).stdout;
    assert!(raw.contains('\u{9b}'), "{raw}");
}

/// A table or a map holds nothing but itself, also when there is none.
#[test]
fn an_unknown_client_makes_no_table() {
    let stub = Stub::answering(|line| says(format!("? {line}\n")));
    let stderr = format!(
        "error: {} does not know kiwi: tell it a position first, with herd-client iamat\n",
        stub.address()
    );
    for form in ["table", "json", "geojson"] {
        assert_eq!(whatsat(&stub, &["--format", form]), Ran::expected(1, "", &stderr));
    }
}

/// What is no Nearby Search reply is said, not shown as an empty table.
#[test]
fn another_reply_is_status_1() {
    let ran = whatsat(&stub("{\"results\":[]}"), &["--format", "table"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    let start = "error: the JSON of the reply is no Nearby Search: wrong at line 1 column ";
    assert!(ran.stderr.starts_with(start), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("; see --format raw\n"), "{}", ran.stderr);
}

/// A program reads it with one call: the AT line must not stand before it.
#[test]
fn json_is_one_object() {
    let ran = whatsat(&stub(JSON), &["--format", "json"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let object: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(object["at"]["client"], "kiwi");
    assert_eq!(object["at"]["time"], "1479413884.392014450");
    assert_eq!(object["places"], serde_json::from_str::<serde_json::Value>(JSON).unwrap());
}

/// A flag of earlier versions is answered with what to write today.
#[test]
fn old_flags_name_the_new_ones() {
    for (flag, format) in [("--raw", "raw"), ("--geojson", "geojson"), ("--table", "table")] {
        let ran = run(&["whatsat", "--id", "kiwi", flag]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.ends_with(&format!("Write --format {format}\n")), "{}", ran.stderr);
    }
}

/// A terminal gets no characters of strangers that command it, in any form; a pipe gets the bytes.
#[cfg(unix)]
#[test]
fn no_form_commands_a_terminal() {
    use crate::terminal::run_on_terminal;
    let stub =
        stub("{\"results\" : [ { \"name\" : \"a\u{9b}31m\u{202e}\" } ], \"status\" : \"OK\"}");
    let address = stub.address();
    let places = ["raw", "text", "json", "table", "geojson"].map(|form| {
        ["whatsat", "--id", "kiwi", "--format", form, "--server", &address].map(str::to_owned)
    });
    let send = ["send", "WHATSAT kiwi 1 1", "--server", &address].map(str::to_owned);
    let runs = places.iter().map(|form| &form[..]).chain([&send[..]]);
    for arguments in runs {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let shown = run_on_terminal(&arguments, &[("NO_COLOR", "1")]);
        assert!(!shown.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{arguments:?}: {shown:?}");
    }
}
