//! When the canary does what, and how far back a walk goes. Pure.

const FAILED_AGAIN_MS: i64 = 5_000;
/// A way that is doubted again and again does not have the rooms looked through all the time.
const DOUBT_AGAIN_MS: i64 = 15_000;

const HOUR_MS: i64 = 3_600_000;
/// How far back a deep walk goes at least.
const DEEP_MS: i64 = 26 * HOUR_MS;
/// Events may be placed in the past of a room by servers that were cut off.
const MARGIN_MS: i64 = HOUR_MS;
/// So many in a row that bring nothing new end a walk.
const STREAK: usize = 200;
/// So many in a row before the floor: one event with a forged time does not end a walk.
const OLD_STREAK: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Send,
    Ping,
    /// Look through the rooms now.
    Fill,
    Alert,
    /// After an alert: events reach us again.
    Back,
}

/// What is known of the way from a room back to us.
#[derive(Debug)]
pub struct Canary {
    /// From one message to the next. After half of it without an echo we ping, after the whole we look
    /// through the rooms, after twice as long it is an alarm.
    every_ms: i64,
    send_at: i64,
    /// The oldest message that has not come back.
    open_since: Option<i64>,
    ping_at: i64,
    /// The last ping (or sending) did not work: what came meanwhile may be lost.
    failed: bool,
    /// When the way last became good again.
    back_at: Option<i64>,
    filled: bool,
    alerted: bool,
}

impl Canary {
    /// At the start the homeserver may hold us for down: ping first, then send.
    #[must_use]
    pub fn new(now: i64, every_ms: i64) -> Self {
        Self {
            every_ms,
            send_at: now,
            open_since: None,
            ping_at: now,
            failed: true,
            back_at: None,
            filled: false,
            alerted: false,
        }
    }

    /// The next thing to do now, if any; to be called until there is none.
    pub fn next(&mut self, now: i64, last_echo_at: i64) -> Option<Step> {
        if self.open_since.is_some_and(|since| last_echo_at >= since) {
            self.open_since = None;
            self.filled = false;
            if std::mem::take(&mut self.alerted) {
                return Some(Step::Back);
            }
        }
        let age = self.open_since.map_or(0, |since| now - since);
        if now >= self.ping_at && (self.failed || age >= self.every_ms / 2) {
            return Some(Step::Ping);
        }
        if age >= self.every_ms && !self.filled {
            self.filled = true;
            return Some(Step::Fill);
        }
        if age >= 2 * self.every_ms && !self.alerted {
            self.alerted = true;
            return Some(Step::Alert);
        }
        (now >= self.send_at).then_some(Step::Send)
    }

    pub fn sent(&mut self, now: i64, worked: bool) {
        if worked {
            self.open_since.get_or_insert(now);
            self.send_at = now + self.every_ms;
        } else {
            self.failed = true;
            self.ping_at = now + FAILED_AGAIN_MS;
            self.send_at = now + FAILED_AGAIN_MS;
        }
    }

    /// The homeserver answered that it would not take it now.
    pub fn put_off(&mut self, now: i64) {
        self.send_at = now + FAILED_AGAIN_MS;
    }

    /// Whether the rooms are to be looked through: the first ping that works after one that did not.
    pub fn pinged(&mut self, now: i64, worked: bool) -> bool {
        self.ping_at = now + if worked { self.every_ms / 2 } else { FAILED_AGAIN_MS };
        let back = worked && self.failed;
        self.failed = !worked;
        if back {
            self.back_at = Some(now);
            // Only a new event makes some homeservers push again.
            self.send_at = now;
        }
        back
    }

    /// The homeserver may have died with events that it had not pushed yet.
    pub fn doubted(&mut self, now: i64) {
        self.failed = true;
        self.ping_at = self.back_at.map_or(now, |at| now.max(at + DOUBT_AGAIN_MS));
    }

    /// Whether our own messages have not come back for long.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.alerted
    }

    /// When to look again at the latest.
    #[must_use]
    pub fn wake_at(&self, now: i64) -> i64 {
        let look = if self.open_since.is_some() {
            now + FAILED_AGAIN_MS.min(self.every_ms / 2)
        } else {
            i64::MAX
        };
        let ping = if self.failed { self.ping_at } else { i64::MAX };
        look.min(ping).min(self.send_at).max(now + 1)
    }
}

/// Down to which time a walk goes. `walked_at`: when the last whole one began.
#[must_use]
pub fn floor(now: i64, walked_at: Option<i64>, deep: bool) -> i64 {
    let day = now - DEEP_MS;
    match walked_at {
        Some(at) if deep => day.min(at - 2 * MARGIN_MS),
        Some(at) => at - MARGIN_MS,
        None => day,
    }
}

/// A walk back through a room.
#[derive(Debug)]
pub struct Walk {
    floor: i64,
    streak: usize,
    old: usize,
}

impl Walk {
    #[must_use]
    pub fn new(floor: i64) -> Self {
        Self { floor, streak: 0, old: 0 }
    }

    /// One event further back; whether the walk may end here.
    pub fn note(&mut self, new: bool, ts: i64) -> bool {
        self.streak = if new { 0 } else { self.streak + 1 };
        self.old = if ts < self.floor { self.old + 1 } else { 0 };
        self.streak >= STREAK && self.old >= OLD_STREAK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(canary: &mut Canary, now: i64, echo: i64) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(step) = canary.next(now, echo) {
            match step {
                Step::Send => canary.sent(now, true),
                Step::Ping => {
                    let fill = canary.pinged(now, true);
                    if fill {
                        steps.extend([step, Step::Fill]);
                        continue;
                    }
                }
                _ => {}
            }
            steps.push(step);
        }
        steps
    }

    #[test]
    fn a_start_pings_fills_and_sends() {
        let mut canary = Canary::new(0, 60_000);
        assert_eq!(steps(&mut canary, 0, -1), [Step::Ping, Step::Fill, Step::Send]);
        assert_eq!(steps(&mut canary, 10, 5), []);
        assert_eq!(steps(&mut canary, 60_000, 5), [Step::Send]);
    }

    #[test]
    fn silence_pings_then_fills_then_alerts_once() {
        let mut canary = Canary::new(0, 60_000);
        steps(&mut canary, 0, -1);
        assert_eq!(steps(&mut canary, 29_000, -1), []);
        assert_eq!(steps(&mut canary, 30_000, -1), [Step::Ping]);
        assert_eq!(steps(&mut canary, 60_000, -1), [Step::Ping, Step::Fill, Step::Send]);
        assert_eq!(steps(&mut canary, 119_000, -1), [Step::Ping]);
        assert_eq!(steps(&mut canary, 120_000, -1), [Step::Alert, Step::Send]);
        assert_eq!(steps(&mut canary, 149_000, -1), [Step::Ping]);
        assert_eq!(steps(&mut canary, 150_000, 149_500), [Step::Back]);
    }

    #[test]
    fn a_failed_ping_is_repeated_and_then_fills() {
        let mut canary = Canary::new(0, 60_000);
        assert_eq!(canary.next(0, -1), Some(Step::Ping));
        assert!(!canary.pinged(0, false));
        assert_eq!(canary.next(4_999, -1), Some(Step::Send));
        canary.sent(4_999, false);
        assert_eq!(canary.next(5_000, -1), None);
        assert_eq!(canary.next(9_999, -1), Some(Step::Ping));
        assert!(canary.pinged(9_999, true));
    }

    #[test]
    fn a_hang_up_pings_and_fills_but_not_all_the_time() {
        let mut canary = Canary::new(0, 60_000);
        steps(&mut canary, 0, -1);
        canary.doubted(1_000);
        assert_eq!(canary.wake_at(1_000), 6_000, "the first message is still out");
        assert_eq!(steps(&mut canary, 14_999, 1), []);
        assert_eq!(canary.wake_at(14_999), 15_000);
        assert_eq!(steps(&mut canary, 15_000, 1), [Step::Ping, Step::Fill, Step::Send]);
        canary.doubted(50_000);
        assert_eq!(steps(&mut canary, 50_000, 15_001), [Step::Ping, Step::Fill, Step::Send]);
    }

    #[test]
    fn walks_go_back_a_day_or_to_the_last_one() {
        let now = 100 * HOUR_MS;
        assert_eq!(floor(now, None, true), 74 * HOUR_MS);
        assert_eq!(floor(now, Some(now - HOUR_MS), true), 74 * HOUR_MS);
        assert_eq!(floor(now, Some(10 * HOUR_MS), true), 8 * HOUR_MS);
        assert_eq!(floor(now, Some(now - HOUR_MS), false), 98 * HOUR_MS);
    }

    #[test]
    fn a_walk_ends_only_when_nothing_new_and_old_enough() {
        let mut walk = Walk::new(1_000);
        assert!((0..500).all(|_| !walk.note(false, 2_000)));
        assert!(!walk.note(false, 0), "one forged time is not enough");
        let mut walk = Walk::new(1_000);
        assert!((0..199).all(|_| !walk.note(false, 0)));
        assert!(walk.note(false, 0));
        let mut walk = Walk::new(1_000);
        assert!((0..199).all(|_| !walk.note(false, 0)));
        assert!(!walk.note(true, 0), "something new starts the count again");
        assert!(!walk.note(false, 0));
    }
}
