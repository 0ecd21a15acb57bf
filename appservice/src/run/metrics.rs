//! The program's counters as Prometheus reads them.
use crate::clock;
use crate::telemetry::{Kind, number, resident_bytes};
use bridge::platform::signals::Signals;
use std::sync::atomic::Ordering::Relaxed;

pub fn render(signals: &Signals) -> String {
    let mut out = String::new();
    let counters = &signals.counters;
    let counts = [
        ("events_total", "Events pushed by the homeserver.", &counters.events),
        ("inbox_kept_total", "Inputs kept as rows.", &counters.kept),
        (
            "inbox_conflicts_total",
            "Event ids that came again with other content.",
            &counters.conflicts,
        ),
        ("inbox_malformed_total", "Things pushed that were no events.", &counters.malformed),
        ("inputs_ignored_total", "Inputs that must not count.", &counters.ignored),
        ("faults_total", "Tries that failed on our side.", &counters.faults),
        ("sent_total", "Events that the homeserver took.", &counters.sent),
        ("parked_total", "Events that it refused for good.", &counters.parked),
        ("retried_total", "Sends without a clear answer.", &counters.retried),
    ];
    for (name, help, counter) in counts {
        number(&mut out, Kind::Counter, name, help, counter.load(Relaxed));
    }
    let waiting = signals.pending.load(Relaxed);
    number(&mut out, Kind::Gauge, "inbox_waiting", "Inputs that wait.", waiting);
    let low = u8::from(signals.disk_low.load(Relaxed));
    number(&mut out, Kind::Gauge, "disk_low", "1 while the disk is too full to take inputs.", low);
    let loaded = signals.outbox_pending.load(Relaxed);
    number(&mut out, Kind::Gauge, "outbox_loaded", "Sends in memory.", loaded);
    let echo = signals.last_echo_at.load(Relaxed);
    let age = if echo == 0 { -1 } else { clock::now() - echo };
    number(
        &mut out,
        Kind::Gauge,
        "echo_age_ms",
        "Since our last own event came back; -1 when none did.",
        age,
    );
    number(
        &mut out,
        Kind::Gauge,
        "ready",
        "1 when both directions and the rooms work.",
        u8::from(signals.ready.load(Relaxed)),
    );
    if let Some(bytes) = resident_bytes() {
        number(&mut out, Kind::Gauge, "resident_bytes", "Resident memory.", bytes);
    }
    out
}
