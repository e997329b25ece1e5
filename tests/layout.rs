//! The layout of Google's JSON, compared with a literal implementation of the rule in section 2 of
//! the protocol.

use herd::places::lay_out;
use proptest::prelude::*;
use serde_json::Value;

/// The rule, slowly: every value becomes a text, and the rule is applied to that text.
fn by_the_rule(value: &Value, indent: &str) -> String {
    let inner = format!("{indent}   ");
    let (open, lines, close) = match value {
        Value::Array(items) if items.is_empty() => return "[]".to_owned(),
        Value::Object(members) if members.is_empty() => return "{}".to_owned(),
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(|item| by_the_rule(item, &inner)).collect();
            if fits_on_a_line(items, &texts) {
                return format!("[ {} ]", texts.join(", "));
            }
            ("[", texts, "]")
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                format!("{} : {}", text(key), by_the_rule(value, &inner))
            };
            ("{", members.iter().map(member).collect(), "}")
        }
        Value::String(string) => return text(string),
        Value::Null | Value::Bool(_) | Value::Number(_) => return value.to_string(),
    };
    let lines: Vec<String> = lines.into_iter().map(|line| format!("{inner}{line}")).collect();
    format!("{open}\n{}\n{indent}{close}", lines.join(",\n"))
}

/// An array that holds no non-empty container and is short: n values with total rendered length s
/// stay on one line when 3n < 74 and 4 + 2(n-1) + s < 74.
fn fits_on_a_line(items: &[Value], texts: &[String]) -> bool {
    let is_flat = items.iter().all(|item| match item {
        Value::Array(inner) => inner.is_empty(),
        Value::Object(inner) => inner.is_empty(),
        _ => true,
    });
    let (n, s) = (texts.len(), texts.iter().map(String::len).sum::<usize>());
    is_flat && 3 * n < 74 && 4 + 2 * (n - 1) + s < 74
}

/// A text as JSON has it, with `<` and `>` escaped.
fn text(string: &str) -> String {
    Value::from(string).to_string().replace('<', "\\u003c").replace('>', "\\u003e")
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~é東<>\\\\\"\\n\\t\u{1}\u{7f}]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 96, 12, |inner| {
        let members = prop::collection::vec(("[a-z<é]{0,6}", inner.clone()), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..12).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Without it some shape of reply could be laid out as Google never does.
    #[test]
    fn any_value_is_laid_out_by_the_rule(value in any_value()) {
        let laid_out = String::from_utf8(lay_out(&value)).expect("JSON is UTF-8");
        prop_assert_eq!(laid_out, by_the_rule(&value, ""));
    }

    /// Without it the line would break a byte too early or too late: these arrays are about as long
    /// as a line.
    #[test]
    fn arrays_break_where_the_rule_breaks_them(
        lengths in prop::collection::vec(0usize..9, 1..28),
        filler in 0usize..60,
    ) {
        let mut items: Vec<Value> = lengths.iter().map(|&length| "x".repeat(length).into()).collect();
        items.push("y".repeat(filler).into());
        let value = Value::from(items);
        let laid_out = String::from_utf8(lay_out(&value)).expect("JSON is UTF-8");
        prop_assert_eq!(laid_out, by_the_rule(&value, ""));
    }
}
