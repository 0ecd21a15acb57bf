//! What every capability stands on.
pub mod access;
pub mod alarms;
pub mod clock;
pub mod commands;
pub mod confirm;
pub mod counters;
pub mod db;
pub mod gaps;
pub mod handoff;
pub mod homeserver;
pub mod inbox;
pub mod install;
pub mod jobs;
pub mod lease;
pub mod outbox;
pub mod pins;
pub mod places;
pub mod points;
pub mod rate;
pub mod recent;
pub mod refusal;
pub mod seat;
pub mod signals;
pub mod text;
pub mod turns;
pub mod work;

use crate::program::{Install, Program};
use std::sync::Arc;

/// Everything that a loop needs; cheap to clone.
#[derive(Clone)]
pub struct App<H> {
    pub db: db::Db,
    pub program: Arc<Program>,
    pub install: Arc<Install>,
    pub homeserver: H,
    pub clock: clock::Clock,
    pub signals: Arc<signals::Signals>,
}
