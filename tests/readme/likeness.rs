//! Whether what came is what the README shows, but for what is another each time.

/// Numbers with this many digits and points are times, skews or addresses.
const LONG_NUMBER_BYTES: usize = 10;

/// What stands in the README for what is left out.
const LEFT_OUT: &str = "[...]";

/// The text with each number that `is_volatile` made one sign.
fn masked(text: &str, is_volatile: impl Fn(&str) -> bool) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        masked.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        masked.push_str(if is_volatile(&rest[..end]) { "#" } else { &rest[..end] });
        rest = &rest[end..];
    }
    masked + rest
}

/// Times, skews and ports are wildcards, and so is whatever stands for `[...]`.
#[track_caller]
pub fn assert_like(shown: &str, came: &str) {
    if let Some((shown, came)) = difference(&without_ports(shown), &without_ports(came)) {
        panic!("the README shows\n{shown}\nbut this came:\n{came}");
    }
}

fn without_ports(text: &str) -> String {
    let text = masked(text, |number| number.len() >= LONG_NUMBER_BYTES);
    let mut parts = text.split("127.0.0.1:");
    let mut without = parts.next().expect("there is a first part").to_owned();
    for part in parts {
        without += "127.0.0.1:#";
        without += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    without
}

/// The first part that is shown and did not come, and what came from there on.
fn difference<'a>(shown: &'a str, came: &'a str) -> Option<(&'a str, &'a str)> {
    let mut parts = shown.split(LEFT_OUT);
    let first = parts.next().expect("there is a first part");
    let Some(mut rest) = came.strip_prefix(first) else { return Some((first, came)) };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else { return Some((part, rest)) };
        rest = behind;
    }
    (!rest.is_empty()).then_some(("", rest))
}

/// All numbers are wildcards, and blanks are as good as one.
#[track_caller]
pub fn assert_same_form(shown: &str, came: &str) {
    let form = |text: &str| {
        let masked = masked(text, |_| true);
        let lines =
            masked.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(form(came), form(shown));
}

/// Without it the other tests would prove little.
#[test]
fn what_differs_is_seen() {
    let differs = |shown, came| difference(&without_ports(shown), &without_ports(came)).is_some();
    assert!(!differs("AT A +60.000671958 x 127.0.0.1:1", "AT A +0.123456789 x 127.0.0.1:22"));
    assert!(!differs("a [...] d\n", "a b c d\n"));
    assert!(differs("AT A +34.068930", "AT A +34.068931"));
    assert!(differs("a [...] d\n", "a b c d e\n"));
    assert!(differs("a [...] c d\n", "a b c e\n"));
    assert!(differs("a", "b"));
}
