//! What the program counts and measures while it runs. Each number exists once: whoever counts holds it,
//! and the registry that a scrape reads holds the same one.
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// How an input ended: few words, all ours.
type Kind = [(&'static str, &'static str); 1];

/// Upper bounds in seconds, from what nobody notices to what nobody waits for.
const LAG_S: [f64; 12] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0];

#[derive(Debug)]
pub struct Counters {
    pub events: Counter,
    pub kept: Counter,
    pub conflicts: Counter,
    pub malformed: Counter,
    pub ignored: Counter,
    pub faults: Counter,
    pub quarantined: Counter,
    pub found: Counter,
    pub sent: Counter,
    pub parked: Counter,
    pub retried: Counter,
    pub limited: Counter,
    outcomes: Family<Kind, Counter>,
    /// From our receipt of an input to its end.
    pub input_lag: Histogram,
    /// From the row of a message to the homeserver's answer.
    pub send_lag: Histogram,
    /// From the sending of the canary to its return.
    pub echo_lag: Histogram,
}

impl Default for Counters {
    fn default() -> Self {
        let lag = || Histogram::new(LAG_S);
        Self {
            events: Counter::default(),
            kept: Counter::default(),
            conflicts: Counter::default(),
            malformed: Counter::default(),
            ignored: Counter::default(),
            faults: Counter::default(),
            quarantined: Counter::default(),
            found: Counter::default(),
            sent: Counter::default(),
            parked: Counter::default(),
            retried: Counter::default(),
            limited: Counter::default(),
            outcomes: Family::default(),
            input_lag: lag(),
            send_lag: lag(),
            echo_lag: lag(),
        }
    }
}

impl Counters {
    /// An input has ended.
    pub fn ended(&self, outcome: &'static str, received_at: i64, now: i64) {
        self.outcomes.get_or_create(&[("kind", outcome)]).inc();
        observe(&self.input_lag, now - received_at);
    }

    /// Names them for the outside; the names are a promise to dashboards and alert rules.
    pub fn register(&self, registry: &mut Registry) {
        let counters = [
            ("events", "Events pushed by the homeserver", &self.events),
            ("inbox_kept", "Inputs kept as rows", &self.kept),
            ("inbox_conflicts", "Event ids that came again with other content", &self.conflicts),
            ("inbox_malformed", "Things pushed that were no events", &self.malformed),
            ("inbox_found", "Inputs never pushed, found in the rooms", &self.found),
            ("inputs_ignored", "Inputs that must not count", &self.ignored),
            ("faults", "Tries that failed on our side", &self.faults),
            ("quarantined", "Inputs set aside after their last try", &self.quarantined),
            ("sent", "Events that the homeserver took", &self.sent),
            ("parked", "Events that it refused for good", &self.parked),
            ("retried", "Sends without a clear answer", &self.retried),
            ("rate_limited", "Sends that the homeserver asked to wait with", &self.limited),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        let (name, help) = ("outcomes", "Inputs by how they ended");
        registry.register(name, help, self.outcomes.clone());
        // There from the start, so that a rate has something to begin with.
        drop(self.outcomes.get_or_create(&[("kind", "ran")]));
        let lags = [
            ("input_lag_seconds", "From the receipt of an input to its end", &self.input_lag),
            ("send_lag_seconds", "From a message owed to the homeserver's answer", &self.send_lag),
            ("echo_lag_seconds", "From a canary sent to its return", &self.echo_lag),
        ];
        for (name, help, lag) in lags {
            registry.register(name, help, lag.clone());
        }
    }
}

/// Notes a time in milliseconds; clocks may go back.
pub fn observe(lag: &Histogram, ms: i64) {
    let ms = u32::try_from(ms.max(0)).unwrap_or(u32::MAX);
    lag.observe(f64::from(ms) / 1_000.0);
}
