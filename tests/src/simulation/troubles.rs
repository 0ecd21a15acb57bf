//! What goes wrong in a history: the network, named points, deaths of either side, other hands.
use super::base::OWNER;
use super::history::History;
use super::net::Odd;
use super::town::{Blow, Strike};
use crate::Outcome;
use crate::fake::Faults;
use bridge::platform::points::Point;
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use serde_json::json;

impl History {
    /// The network and the homeserver get better or worse.
    pub(super) fn weather(&mut self) {
        let rng = &mut self.rng;
        let mut percent = |often: u32, max: u8| {
            if rng.random_range(0..100) < often { rng.random_range(1..=max) } else { 0 }
        };
        let faults = Faults {
            limited_percent: percent(30, 20),
            error_percent: percent(30, 20),
            cut_percent: percent(30, 20),
        };
        let (drop, repeat, replay) = (percent(25, 20), percent(30, 40), percent(30, 60));
        let (empty_page, late) = (percent(30, 4), percent(30, 4));
        let odd = Odd {
            empty: percent(20, 10),
            half: percent(20, 10),
            slow: percent(12, 4),
            deaf: percent(25, 25),
        };
        let (hold, ids) = (percent(8, 1) == 1, percent(50, 1) == 1);
        let latency = [3, 20, 120, 1_500][self.rng.random_range(0..4)];
        self.town.net.note(&format!("weather {faults:?} {odd:?} {drop} {repeat} {replay}"));
        self.town.net.set_odd(odd);
        self.town.net.set_latency(latency);
        self.town.fake.quirks(|quirks| {
            quirks.faults = faults;
            (quirks.drop_percent, quirks.repeat_percent) = (drop, repeat);
            (quirks.replay_percent, quirks.late_every) = (replay, late.into());
            quirks.empty_page_every = if empty_page > 1 { empty_page.into() } else { 0 };
            (quirks.hold, quirks.ids_repeat) = (hold, ids);
        });
    }

    /// At one of the named points something will happen.
    pub(super) fn point(&mut self) {
        let Some(point) = Point::ALL.choose(&mut self.rng).copied() else { return };
        let blow = if self.rng.random_range(0..2) == 0 { Blow::Abort } else { Blow::Error };
        let left = self.rng.random_range(1..4);
        self.town.net.note(&format!("{blow:?} at {point:?}"));
        self.town.strikes.borrow_mut().push(Strike { point, blow, left });
    }

    pub(super) async fn kill_program(&mut self) -> Outcome<()> {
        if !self.town.runs() {
            return Ok(());
        }
        self.town.net.note("the program dies");
        if self.rng.random_range(0..2) == 0 {
            self.town.kill().await?;
        } else {
            // At whatever point comes: in the middle of a transaction, too.
            self.town.dies_in.set(Some(self.rng.random_range(1..40)));
        }
        Ok(())
    }

    pub(super) fn kill_homeserver(&mut self) {
        if !self.town.net.is_up() {
            return;
        }
        self.town.net.note("the homeserver dies");
        self.town.net.homeserver_dies();
        if let Some(signals) = &self.town.signals {
            signals.hung_up.notify_one();
        }
        let down = self.rng.random_range(100..60_000);
        self.homeserver_back_at = self.town.hands.now() + down;
    }

    /// Another hand changes a room of ours.
    pub(super) fn meddle(&mut self) -> Outcome<()> {
        let Some(general) = self.open_room("general") else { return Ok(()) };
        let (kind, content) = match self.rng.random_range(0..3) {
            0 => ("m.room.name", json!({"name": "Other"})),
            1 => ("m.room.topic", json!({"topic": "Other"})),
            _ => (
                "m.room.tombstone",
                json!({"body": "moved", "replacement_room": "!x:evil.example"}),
            ),
        };
        self.town.fake.force(&general, OWNER, kind, Some(""), content);
        Ok(())
    }
}
