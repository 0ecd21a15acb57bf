//! Switches: what real homeservers were seen to do (DELIVERY.md, MATRIX.md), and faults on demand.

use std::collections::BTreeSet;
use std::time::Duration;

/// What may go wrong with one client-server request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `retry_after_ms`; never has an effect.
    Limited,
    /// 403; has no effect.
    Forbidden,
    /// 500 before, or after, the effect.
    ErrorBefore,
    ErrorAfter,
    /// The connection closes without an answer, before or after the effect.
    CutBefore,
    CutAfter,
    /// The effect happens, the answer comes after this many milliseconds.
    Stall(u64),
    /// Effect and answer come after this many milliseconds.
    Late(u64),
}

/// Chances in percent that a request of the appservice meets a fault; half of the errors and cuts
/// come after the effect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    pub limited_percent: u8,
    pub error_percent: u8,
    pub cut_percent: u8,
}

/// A fault for the next `left` requests whose `METHOD path` contains `part`.
#[derive(Debug, Clone)]
pub struct Plan {
    pub part: String,
    pub fault: Fault,
    pub left: u32,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch that a test flips")]
pub struct Quirks {
    /// The default room version of the server.
    pub room_version: String,
    /// Behave like Conduit: 500 without a body where a device is needed, no retry timer, batches of
    /// 30, opaque transaction ids, 400 instead of 403 outside the namespace, no device by `PUT /devices`.
    pub conduit: bool,
    /// The push token as a header and in the URL.
    pub token_in_header: bool,
    pub token_in_url: bool,
    /// Transaction ids start at 1 again after a restart (Synapse on SQLite).
    pub ids_repeat: bool,
    /// MSC4190: `m.login.application_service` is off.
    pub msc4190: bool,
    /// Synapse forbids publication in the room directory by default.
    pub publish: bool,
    /// Every new room is encrypted whether asked for or not.
    pub force_encryption: bool,
    /// Retries never come by themselves.
    pub stuck: bool,
    /// Nothing is pushed while set; events wait.
    pub hold: bool,
    /// Events per transaction at most.
    pub batch_max: usize,
    /// Virtual seconds per real second: how fast the retry timers run. 0 = only by `advance`.
    pub clock_rate: f64,
    /// Events that are never pushed (they stay in `/messages`), in percent.
    pub drop_percent: u8,
    /// Transactions that are pushed again after they succeeded, in percent.
    pub repeat_percent: u8,
    /// Transactions that carry an already delivered event again, in percent.
    pub replay_percent: u8,
    /// Every n-th transaction is held back until a newer one was delivered.
    pub late_every: u32,
    /// Every n-th page of `/messages` is empty and still gives `end`.
    pub empty_page_every: u32,
    /// Other servers that do not answer: nobody there can be invited.
    pub silent: BTreeSet<String>,
    /// People who let in no invitations (MSC4155).
    pub blocking: BTreeSet<String>,
    /// The largest file.
    pub upload_bytes_max: usize,
    /// Faults of the requests of the appservice, and the time they take.
    pub faults: Faults,
    pub delay: Duration,
    /// Longest wait for the appservice's answer to a transaction.
    pub push_timeout: Duration,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            room_version: "12".into(),
            conduit: false,
            token_in_header: true,
            token_in_url: false,
            ids_repeat: true,
            msc4190: false,
            publish: false,
            force_encryption: false,
            stuck: false,
            hold: false,
            batch_max: 100,
            clock_rate: 200.0,
            drop_percent: 0,
            repeat_percent: 0,
            replay_percent: 0,
            late_every: 0,
            empty_page_every: 0,
            silent: BTreeSet::new(),
            blocking: BTreeSet::new(),
            upload_bytes_max: 50 << 20,
            faults: Faults::default(),
            delay: Duration::ZERO,
            push_timeout: Duration::from_secs(60),
        }
    }
}

impl Quirks {
    /// The Conduit family as measured.
    pub fn conduit() -> Self {
        Self {
            conduit: true,
            token_in_url: true,
            ids_repeat: false,
            publish: true,
            batch_max: 30,
            ..Self::default()
        }
    }
}
