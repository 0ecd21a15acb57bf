//! Servers of invited people that do not answer. One invitation tries for all of a server's people, less
//! and less often; a server that answers lets the others go at once. And however slow all those servers
//! are, the invitations to them take only some of the places for what goes out side by side.
use std::collections::HashMap;

const FIRST_MS: i64 = 15_000;
const WAIT_MS_MAX: i64 = 2 * 3_600_000;
const WAIT_SHIFT_MAX: u32 = 10;
/// Invitations to other servers under way at the same time.
const FLYING_MAX: usize = 16;
/// How soon to look again where another invitation is under way.
const BUSY_MS: i64 = 500;
/// Nobody is waited for longer than this; the team is told before and may ask again.
pub const GIVE_UP_MS: i64 = 14 * 86_400_000;

#[derive(Debug, Default)]
struct Gate {
    until: i64,
    tries: u32,
    probing: bool,
}

#[derive(Debug)]
pub struct Gates {
    servers: HashMap<String, Gate>,
    flying: usize,
    flying_max: usize,
}

impl Gates {
    /// `sends_max`: all that may be under way at the same time.
    #[must_use]
    pub fn new(sends_max: usize) -> Self {
        let flying_max = (sends_max / 2).clamp(1, FLYING_MAX);
        Self { servers: HashMap::new(), flying: 0, flying_max }
    }

    /// Until when an invitation to this server must wait; `None` when it goes now.
    pub fn enter(&mut self, server: &str, now: i64) -> Option<i64> {
        if self.flying >= self.flying_max {
            return Some(now + BUSY_MS);
        }
        if let Some(gate) = self.servers.get_mut(server) {
            if gate.probing {
                return Some(now + BUSY_MS);
            }
            if gate.until > now {
                return Some(gate.until);
            }
            gate.probing = true;
        }
        self.flying += 1;
        None
    }

    /// An invitation has come back; `away`: the server did not answer. Gives until when the next waits.
    pub fn leave(&mut self, server: &str, away: bool, now: i64) -> i64 {
        self.flying = self.flying.saturating_sub(1);
        if !away {
            self.servers.remove(server);
            return now;
        }
        let gate = self.servers.entry(server.to_owned()).or_default();
        // Of several that were under way together, the first one counts.
        if gate.probing || gate.tries == 0 {
            gate.until = now + (FIRST_MS << gate.tries.min(WAIT_SHIFT_MAX)).min(WAIT_MS_MAX);
            gate.tries += 1;
            gate.probing = false;
        }
        gate.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tries_for_all_and_less_and_less_often() {
        let mut gates = Gates::new(64);
        assert_eq!(gates.enter("a", 0), None);
        assert_eq!(gates.enter("a", 0), None, "nothing is known against it");
        assert_eq!(gates.leave("a", true, 1_000), 16_000);
        assert_eq!(gates.leave("a", true, 2_000), 16_000, "the second of the same failure");
        assert_eq!(gates.enter("a", 3_000), Some(16_000));
        assert_eq!(gates.enter("b", 3_000), None, "another server");
        assert_eq!(gates.enter("a", 16_000), None);
        assert_eq!(gates.enter("a", 16_000), Some(16_500), "one tries for all");
        assert_eq!(gates.leave("a", true, 20_000), 50_000);
        assert_eq!(gates.enter("a", 50_000), None);
        assert_eq!(gates.leave("a", false, 50_001), 50_001);
        assert_eq!(gates.enter("a", 50_001), None);
        assert_eq!(gates.enter("a", 50_001), None);
    }

    #[test]
    fn a_server_that_is_down_for_a_week_is_tried_every_two_hours() {
        let (mut gates, mut now, mut tries) = (Gates::new(64), 0, 0);
        let week = 7 * 86_400_000;
        while now < week {
            assert_eq!(gates.enter("a", now), None);
            let next = gates.leave("a", true, now);
            assert!(next - now <= WAIT_MS_MAX);
            (now, tries) = (next, tries + 1);
        }
        assert!((84..110).contains(&tries), "{tries} tries in a week");
        assert!(week < GIVE_UP_MS);
    }

    #[test]
    fn slow_servers_do_not_take_every_place() {
        let mut gates = Gates::new(64);
        for n in 0..FLYING_MAX {
            assert_eq!(gates.enter(&format!("s{n}"), 0), None);
        }
        assert_eq!(gates.enter("x", 0), Some(BUSY_MS));
        gates.leave("s0", false, 1);
        assert_eq!(gates.enter("x", 1), None);
    }
}
