//! The one text of a value: keys sorted, no spaces, integers only. What is hashed.
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[must_use]
pub fn canonical<T: Serialize>(value: &T) -> String {
    let mut out = String::new();
    // Our own types have string keys and finite numbers: they always make a value.
    write_canonical(&serde_json::to_value(value).unwrap_or_default(), &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            out.push('{');
            for (index, (key, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
}
