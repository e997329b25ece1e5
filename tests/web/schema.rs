//! A small checker of JSON against the schemas of an OpenAPI description.

use serde_json::Value;

/// What is wrong with `value` by `schema`, whose references lead into `description`.
pub fn check(description: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = resolve(description, schema);
    let mut wrong = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let is_right = match keyword.as_str() {
            "type" => has_type(rule, value),
            "const" => rule == value,
            "minimum" => value.as_f64().is_none_or(|it| Some(it) >= rule.as_f64()),
            "maximum" => value.as_f64().is_none_or(|it| Some(it) <= rule.as_f64()),
            "required" => names(rule).all(|name| value.get(name).is_some()),
            "additionalProperties" => {
                let known = &schema["properties"];
                members(value).all(|(name, _)| known.get(name).is_some())
            }
            "properties" => {
                for (name, member) in members(value) {
                    if let Some(rule) = rule.get(name) {
                        wrong.extend(check(description, rule, member, &format!("{at}/{name}")));
                    }
                }
                true
            }
            "items" => {
                for element in value.as_array().into_iter().flatten() {
                    wrong.extend(check(description, rule, element, &format!("{at}[]")));
                }
                true
            }
            "description" | "default" => true,
            other => panic!("the checker does not know the keyword {other}"),
        };
        if !is_right {
            wrong.push(format!("{at}: {keyword} {rule}, and it is {value}"));
        }
    }
    wrong
}

/// Follows a reference, if it is one.
pub fn resolve<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            let pointer = reference.strip_prefix('#').expect("references stay in the file");
            description.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => schema,
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is_of = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        other => panic!("the checker does not know the type {other}"),
    };
    match rule {
        Value::String(name) => is_of(name),
        _ => names(rule).any(is_of),
    }
}

fn names(rule: &Value) -> impl Iterator<Item = &str> {
    let names = rule.as_array().expect("it is a list of names");
    names.iter().map(|name| name.as_str().expect("a name is text"))
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A checker that finds nothing proves nothing.
#[test]
fn it_finds_what_is_wrong() {
    let schema = serde_json::json!({ "type": "object", "required": ["a"],
        "additionalProperties": false,
        "properties": { "a": { "type": "array", "items": { "type": "integer", "maximum": 3 } } } });
    let check = |text: &str| {
        let value = serde_json::from_str(text).expect("the test's JSON is good");
        check(&Value::Null, &schema, &value, "").len()
    };
    assert_eq!(check(r#"{"a":[1,2]}"#), 0);
    assert_eq!(check(r#"{"a":[1,4,"x"]}"#), 2);
    assert_eq!(check(r#"{"b":1}"#), 2);
    assert_eq!(check("[]"), 2);
}
