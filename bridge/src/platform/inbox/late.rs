//! How late something came. The time that an event gives itself is its server's word, and a clock may be
//! wrong; the age that servers count along with it is not of that clock. Only what both call late is. An
//! event that our homeserver was not sent but had to fetch from another's past has no age, and was missed
//! when it was said: of that the clock is believed. Of our own homeserver's events none is fetched.
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
pub fn lag(said_at: i64, unsigned: Option<&RawValue>, received_at: i64, foreign: bool) -> i64 {
    if said_at <= 0 {
        return 0;
    }
    let by_clock = received_at.saturating_sub(said_at).max(0);
    if by_clock < LATE_MS_MIN {
        return by_clock;
    }
    let unsigned: Unsigned =
        unsigned.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let without = if foreign { by_clock } else { 0 };
    unsigned.age.as_i64().map_or(without, |age| age.clamp(0, by_clock))
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
        let lag_of = |said_at, age: Value| lag(said_at, Some(&aged(age)), now, true);
        assert_eq!(lag_of(now - HOUR_MS, (HOUR_MS + 7).into()), HOUR_MS);
        assert_eq!(lag_of(now - HOUR_MS, 40.into()), 40, "a clock that is an hour behind");
        assert_eq!(lag_of(now + HOUR_MS, 40.into()), 0, "a clock that is an hour ahead");
        assert_eq!(lag_of(now - HOUR_MS, (-5).into()), 0, "it came before it was said");
        assert_eq!(lag(now - HOUR_MS, None, now, true), HOUR_MS, "from another's past");
        assert_eq!(lag(now - HOUR_MS, None, now, false), 0, "no age is known");
        for odd in [Value::Null, "1".into(), true.into()] {
            assert_eq!(lag_of(now - HOUR_MS, odd), HOUR_MS, "no age is known");
        }
        assert_eq!(lag(0, None, now, true), 0);
        assert_eq!(lag(i64::MIN, None, now, true), 0);
    }
}
