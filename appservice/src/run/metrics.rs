//! What Prometheus reads: the program's own counters, and its levels as they are at that moment.
use crate::clock;
use crate::telemetry::resident_bytes;
use bridge::platform::alarms::Alarm;
use bridge::platform::signals::Signals;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Before each name.
const PREFIX: &str = "partnerspace";

/// Levels: their names, what they mean, and how each is read.
type Level = (&'static str, &'static str, fn(&Signals) -> i64);

const LEVELS: [Level; 17] = [
    ("inbox_waiting", "Inputs that wait", |signals| long(signals.pending.load(Relaxed))),
    ("inbox_quarantined", "Inputs that are set aside", |signals| counted(signals, 0)),
    ("outbox_loaded", "Sends in memory", |signals| long(signals.outbox_pending.load(Relaxed))),
    ("outbox_waiting", "Messages that are owed", |signals| counted(signals, 1)),
    ("outbox_parked", "Messages that were refused for good", |signals| counted(signals, 2)),
    ("rooms_lost", "Rooms of ours without the bot", |signals| counted(signals, 3)),
    (
        "backup_age_seconds",
        "Since the last backup by the program; -1 when there is none",
        |signals| match counted(signals, 4) {
            0 => -1,
            at => age(at) / 1_000,
        },
    ),
    ("database_writable", "0 while the database takes no writes", |signals| {
        i64::from(!signals.noticed.is(Alarm::Database))
    }),
    ("disk_low", "1 while the disk is too full to take inputs", |signals| {
        i64::from(signals.disk_low.load(Relaxed))
    }),
    (
        "disk_free_bytes",
        "Free on the disk of a SQLite database; -1 where it is not known",
        |signals| signals.disk_free.load(Relaxed),
    ),
    ("clock_skew_ms", "How far the homeserver's clock is ahead of ours for sure", |signals| {
        signals.skew_ms.load(Relaxed)
    }),
    ("echo_age_ms", "Since our last own event came back; -1 when none did", |signals| {
        age(signals.last_echo_at.load(Relaxed))
    }),
    ("ping_age_ms", "Since the homeserver last reached us when asked; -1 when never", |signals| {
        age(signals.last_ping_at.load(Relaxed))
    }),
    ("ready", "1 when both directions and the rooms work", |signals| {
        i64::from(signals.ready.load(Relaxed))
    }),
    ("turn_ms", "How long the worker is at the batch in hand; 0 at rest", |signals| {
        signals.turn.ms(clock::now())
    }),
    (
        "lease",
        "1 while this instance works, 0 while another one does, -1 while it cannot know",
        |signals| signals.lease.load(Relaxed),
    ),
    ("resident_bytes", "Resident memory; 0 where it is not known", |_| {
        resident_bytes().and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(0)
    }),
];

/// The registry and the levels in it.
#[derive(Clone)]
pub struct Metrics {
    signals: Arc<Signals>,
    registry: Arc<Registry>,
    levels: [Gauge; LEVELS.len()],
    alarms: Family<[(&'static str, &'static str); 1], Gauge>,
}

impl Metrics {
    #[must_use]
    pub fn new(signals: Arc<Signals>) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        signals.counters.register(&mut registry);
        let levels = LEVELS.map(|(name, help, _)| {
            let level: Gauge = Gauge::default();
            registry.register(name, help, level.clone());
            level
        });
        let alarms = Family::default();
        let help =
            "1 from when the control room is told of a fault until it is told that it is over";
        registry.register("alarm", help, alarms.clone());
        Self { signals, registry: Arc::new(registry), levels, alarms }
    }

    /// All of it as text.
    #[must_use]
    pub fn text(&self) -> String {
        for (level, (.., read)) in self.levels.iter().zip(LEVELS) {
            level.set(read(&self.signals));
        }
        for alarm in Alarm::ALL {
            let raised = i64::from(self.signals.raised.is(alarm));
            self.alarms.get_or_create(&[("kind", alarm.as_str())]).set(raised);
        }
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn long(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn counted(signals: &Signals, at: usize) -> i64 {
    signals.counted.get(at).map_or(0, |count| count.load(Relaxed))
}

fn age(at: i64) -> i64 {
    if at == 0 { -1 } else { clock::now() - at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_line_and_every_alarm_is_there_before_it_is_raised() {
        let text = Metrics::new(Arc::default()).text();
        for line in [
            "partnerspace_inbox_waiting 0",
            "partnerspace_sent_total 0",
            "partnerspace_echo_age_ms -1",
            "partnerspace_database_writable 1",
            "partnerspace_alarm{kind=\"clock\"} 0",
            "partnerspace_input_lag_seconds_count 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
