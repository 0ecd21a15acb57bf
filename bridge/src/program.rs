//! What is fixed while the program runs: the firm's settings and the limits. Values are checked
//! where they enter (the configuration); here they are valid by their types.
use schema::money::Currency;
use schema::period::Calendar;

#[derive(Debug, Clone)]
pub struct Program {
    pub engine: schema::migrations::Engine,
    pub name: String,
    pub currency: Currency,
    pub calendar: Calendar,
    /// The zone's IANA name, as people read it.
    pub timezone: String,
    /// `monday` or `sunday`, as it stands in the program's room state.
    pub week_start: String,
    /// First day that a sale may have.
    pub started_on: jiff::civil::Date,
    /// What a command begins with in a room.
    pub prefix: String,
    /// What the aliases of our rooms begin with.
    pub alias_prefix: String,
    pub server_name: String,
    /// The visible bot's user id.
    pub bot: String,
    /// Localparts that begin with this are ours (ghosts).
    pub ghost_prefix: String,
    pub owners: Vec<String>,
    pub room_version: String,
    /// From this amount on (minor units of the program's currency) two different reviewers are needed.
    pub two_person_over: Option<i64>,
    /// What is payable below this (minor units of the program's currency) waits for the next payout.
    pub payout_minimum: i64,
    /// A new partner's first sale above this is flagged; where absent, `two_person_over` counts.
    pub first_sale_over: Option<i64>,
    /// Full local days for which a registered deal protects its client.
    pub protect_days: i64,
    /// Boards that are pinned in the leaderboard room and, by industry, in each channel.
    pub pinned: Vec<PinnedBoard>,
    /// Whether what boards count is told in the leaderboard room, for whoever adds it up.
    pub extracts: bool,
    pub limits: Limits,
}

impl Program {
    /// The bot and the other users of our namespace: no people, and never answered.
    #[must_use]
    pub fn is_ours(&self, user: &str) -> bool {
        user == self.bot
            || user.strip_prefix('@').and_then(|rest| rest.split_once(':')).is_some_and(
                |(local, server)| {
                    server == self.server_name && local.starts_with(&self.ghost_prefix)
                },
            )
    }

    /// Whether a user id is of our own homeserver.
    #[must_use]
    pub fn is_local(&self, user: &str) -> bool {
        server_of(user) == Some(&self.server_name)
    }
}

/// The server of a user id.
#[must_use]
pub fn server_of(user: &str) -> Option<&str> {
    user.split_once(':').map(|(_, server)| server)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinnedBoard {
    pub metric: schema::metric::Metric,
    pub kind: schema::period::PeriodKind,
    /// Stands in each industry's channel instead of in the leaderboard room.
    pub by_industry: bool,
}

/// Every queue, page and retry has a limit. Times are milliseconds.
#[derive(Debug, Clone)]
pub struct Limits {
    pub commands_burst: u32,
    pub commands_every_ms: i64,
    /// Above this many waiting inputs the homeserver is told to keep its queue (503).
    pub inbox_max: usize,
    /// Above this many, of a person's questions in a room only the newest is answered.
    pub inbox_coalesce: usize,
    /// Above this many, questions are answered with "busy".
    pub inbox_busy: usize,
    /// Answers to what looks like another bot's talk within `loop_ms`; then silence.
    pub loop_answers_max: usize,
    pub loop_ms: i64,
    pub inbox_batch_max: usize,
    pub attempts_max: i64,
    pub outbox_loaded_max: usize,
    pub lanes_max: usize,
    pub state_every_ms: i64,
    pub states_per_second: u32,
    pub pin_every_ms: i64,
    /// The least time between two messages of what is celebrated; what happens meanwhile is one message.
    pub celebrate_every_ms: i64,
    pub confirm_ms: i64,
    /// Days up to which a command that nobody heard is still run when it is found.
    pub late_days_max: i64,
    /// How long a batch may take before we count as stuck.
    pub turn_ms_max: i64,
    pub standings_max: usize,
    /// Days after which an input's raw text is dropped; its id stays.
    pub raw_keep_days: i64,
    /// From one message to ourselves to the next.
    pub canary_every_ms: i64,
    /// How long a fault lasts before the team is told, and is gone before they are told that.
    pub alarm_after_ms: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            commands_burst: 10,
            commands_every_ms: 6_000,
            inbox_max: 100_000,
            inbox_coalesce: 5_000,
            inbox_busy: 20_000,
            loop_answers_max: 5,
            loop_ms: 10_000,
            inbox_batch_max: 256,
            attempts_max: 5,
            outbox_loaded_max: 6_000,
            lanes_max: 64,
            state_every_ms: 15_000,
            states_per_second: 2,
            pin_every_ms: 60_000,
            celebrate_every_ms: 60_000,
            confirm_ms: 600_000,
            late_days_max: 7,
            turn_ms_max: 120_000,
            standings_max: 100,
            raw_keep_days: 90,
            canary_every_ms: 60_000,
            alarm_after_ms: 60_000,
        }
    }
}

/// What the database knows of itself.
#[derive(Debug, Clone)]
pub struct Install {
    /// Opaque id; part of every derived transaction id and of the marker in our rooms.
    pub id: String,
    pub made_at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_keeps_its_port() {
        assert_eq!(server_of("@ana:acme.example:8448"), Some("acme.example:8448"));
        assert_eq!(server_of("ana"), None);
    }
}
