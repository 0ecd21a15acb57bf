//! What is wrong now, as those who notice it note it: one flag a fault, so that none hides another. The
//! watch (`operations::watch`) reads them, tells the team, and shows them to whoever scrapes.
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// A fault that lasts. Its word stands in alarms, metrics and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// The homeserver does not answer, or does not reach us.
    Homeserver,
    /// Our own messages do not come back.
    Canary,
    /// More inputs wait than questions are answered at.
    Queue,
    /// The database takes no writes.
    Database,
    /// The database's disk is nearly full.
    Disk,
    /// Our clock and the homeserver's differ.
    Clock,
    /// The homeserver has us wait, again and again.
    Limited,
    /// The bot is not in a room that it keeps.
    Rooms,
    /// The database is not what was written. The watch is at an end then: whoever stands by tells it.
    Damage,
}

impl Alarm {
    pub const ALL: [Self; 9] = [
        Self::Homeserver,
        Self::Canary,
        Self::Queue,
        Self::Database,
        Self::Disk,
        Self::Clock,
        Self::Limited,
        Self::Rooms,
        Self::Damage,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Homeserver => "homeserver",
            Self::Canary => "canary",
            Self::Queue => "queue",
            Self::Database => "database",
            Self::Disk => "disk",
            Self::Clock => "clock",
            Self::Limited => "limited",
            Self::Rooms => "rooms",
            Self::Damage => "damage",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alarm| alarm.as_str() == text)
    }
}

/// One flag an alarm.
#[derive(Debug, Default)]
pub struct Alarms([AtomicBool; Alarm::ALL.len()]);

impl Alarms {
    /// Notes that it is so, or no longer; whether that is news.
    pub fn set(&self, alarm: Alarm, is_so: bool) -> bool {
        self.0[alarm as usize].swap(is_so, Relaxed) != is_so
    }

    #[must_use]
    pub fn is(&self, alarm: Alarm) -> bool {
        self.0[alarm as usize].load(Relaxed)
    }
}
