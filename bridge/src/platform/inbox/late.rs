//! How late something came. The time that an event gives itself is its server's word, and a clock may be
//! wrong; the age that servers count along with it is not of that clock. Only what both call late is.
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What comes sooner is not late: servers queue, and people's networks do.
pub const LATE_MS_MIN: i64 = 300_000;

/// What homeservers count beside an event.
#[derive(Debug, Default, Deserialize)]
struct Unsigned {
    #[serde(default)]
    age: Value,
}

/// Milliseconds from when an event was said to when it came; 0 where that cannot be told.
#[must_use]
pub fn lag(said_at: i64, unsigned: Option<&RawValue>, received_at: i64) -> i64 {
    if said_at <= 0 {
        return 0;
    }
    let by_clock = received_at.saturating_sub(said_at).max(0);
    if by_clock < LATE_MS_MIN {
        return by_clock;
    }
    let unsigned: Unsigned =
        unsigned.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    unsigned.age.as_i64().filter(|age| *age >= 0).map_or(0, |age| age.min(by_clock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::to_raw_value;

    #[test]
    fn both_the_clock_and_the_age_must_call_it_late() {
        const HOUR_MS: i64 = 3_600_000;
        let now = 100 * HOUR_MS;
        let aged = |age: Value| to_raw_value(&serde_json::json!({ "age": age })).unwrap();
        let lag_of = |said_at, age: Value| lag(said_at, Some(&aged(age)), now);
        assert_eq!(lag_of(now - HOUR_MS, (HOUR_MS + 7).into()), HOUR_MS);
        assert_eq!(lag_of(now - HOUR_MS, 40.into()), 40, "a clock that is an hour behind");
        assert_eq!(lag_of(now + HOUR_MS, 40.into()), 0, "a clock that is an hour ahead");
        assert_eq!(lag(now - HOUR_MS, None, now), 0, "no age is known");
        for odd in [Value::Null, "1".into(), (-5).into(), true.into()] {
            assert_eq!(lag_of(now - HOUR_MS, odd), 0);
        }
        assert_eq!(lag(0, None, now), 0);
        assert_eq!(lag(i64::MIN, None, now), 0);
    }
}
