//! The one text of a JSON value: keys in order, nothing between, integers only.
use serde_json::Value;

/// `None` where a number is no integer.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Some(value.to_string()),
        Value::Number(number) => number.as_i64().map(|number| number.to_string()),
        Value::Array(items) => {
            let items = items.iter().map(text).collect::<Option<Vec<_>>>()?;
            Some(format!("[{}]", items.join(",")))
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            let field = |key: &String| {
                Some(format!("{}:{}", Value::from(key.as_str()), text(&fields[key])?))
            };
            let fields = keys.into_iter().map(field).collect::<Option<Vec<_>>>()?;
            Some(format!("{{{}}}", fields.join(",")))
        }
    }
}
