//! When a message or a JSON value is what a transcript expects.
use serde_json::Value;

/// Whether the text has the parts one after another; any run of white space is one space.
pub fn contains(text: &str, parts: &[String]) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = text.as_str();
    for part in parts {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Whether a value has everything that is expected: other keys may be there, lists must be as long.
pub fn includes(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected
            .iter()
            .all(|(key, value)| includes(actual.get(key).unwrap_or(&Value::Null), value)),
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual.iter().zip(expected).all(|(actual, expected)| includes(actual, expected))
        }
        _ => actual == expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_stand_in_order() {
        let parts =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert!(contains("Sale S-1\n €100", &parts(&["Sale S-1", "€100"])));
        assert!(!contains("€100 for S-1", &parts(&["S-1", "€100"])));
    }

    #[test]
    fn lists_have_the_same_length() {
        assert!(includes(&json!({"a": [{"b": 1, "c": 2}]}), &json!({"a": [{"b": 1}]})));
        assert!(!includes(&json!({"a": [1, 2]}), &json!({"a": [1]})));
        assert!(includes(&json!({"a": 1}), &json!({"b": null})));
    }
}
