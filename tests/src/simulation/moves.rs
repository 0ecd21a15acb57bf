//! What happens to the rooms themselves and to the machine: rooms are replaced, the bot is put out of them, the power
//! goes. Its draws are its own, so that a history without it is what it was before there was any of this.
use super::base::{OWNER, PARTNERS};
use super::check::Fate;
use super::disk;
use super::history::History;
use super::town::{Blow, Strike};
use crate::Outcome;
use bridge::platform::points::Point;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use std::collections::BTreeSet;

const MINUTE_MS: i64 = 60_000;
/// Rooms that somebody puts the bot out of; it comes back into the control room only when it is asked in.
const LOST: [&str; 5] = ["general", "general", "control", "wins", "leaderboard"];
const REPLACED: [&str; 4] = ["general", "general", "control", "wins"];
/// Where a commit has just been made and nobody was told: the power may tear it.
const UNTOLD: [Point; 2] = [Point::Committed, Point::CommitUnanswered];

pub(super) struct Moves {
    rng: StdRng,
    /// The question before a room is replaced, and the room it stands in.
    asked: Option<(String, String)>,
    /// Rooms without the bot, and when it is asked in again.
    out: Vec<(String, i64)>,
    /// All that it ever was out of.
    lost: BTreeSet<String>,
}

impl Moves {
    /// One history of four has none.
    pub(super) fn of(seed: u64) -> Option<Self> {
        let rng = StdRng::seed_from_u64(seed ^ 0x6d6f_7665);
        let moves = Self { rng, asked: None, out: Vec::new(), lost: BTreeSet::new() };
        (!seed.is_multiple_of(4)).then_some(moves)
    }
}

impl History {
    pub(super) async fn moves(&mut self) -> Outcome<()> {
        let Some(moves) = &mut self.moves else { return Ok(()) };
        match moves.rng.random_range(0..100) {
            0..3 => self.replace()?,
            3..6 => self.put_out()?,
            6..8 => self.lose_power().await?,
            _ => {}
        }
        self.follow(false)
    }

    /// The owner has a room replaced; the question is answered when it stands there.
    fn replace(&mut self) -> Outcome<()> {
        let Some(moves) = &mut self.moves else { return Ok(()) };
        if !self.town.net.is_up() {
            return Ok(());
        }
        let Ok(control) = self.town.room("control") else { return Ok(()) };
        if !self.town.fake.may_speak(&control, OWNER) {
            return Ok(());
        }
        let key = REPLACED.choose(&mut moves.rng).copied().unwrap_or("general");
        let version = if moves.rng.random() { 11 } else { 12 };
        let line = format!("!room upgrade {key} {version}");
        self.town.net.note(&line);
        let event = self.town.fake.say(&control, OWNER, &line);
        self.said.note(&control, OWNER, &event, Fate::Counts);
        moves.asked = Some((control, event));
        Ok(())
    }

    /// Somebody with the power to do so puts the bot out.
    fn put_out(&mut self) -> Outcome<()> {
        let Some(moves) = &mut self.moves else { return Ok(()) };
        let key = LOST.choose(&mut moves.rng).copied().unwrap_or("general");
        let membership = if moves.rng.random() { "leave" } else { "ban" };
        let Ok(room) = self.town.room(key) else { return Ok(()) };
        let bot = self.town.bot();
        if self.town.fake.membership(&room, &bot) != "join" {
            return Ok(());
        }
        self.town.net.note(&format!("the bot is out of {key}: {membership}"));
        let content = json!({ "membership": membership });
        self.town.fake.force(&room, OWNER, "m.room.member", Some(&bot), content);
        let back_at = self.town.hands.now() + moves.rng.random_range(0..5 * MINUTE_MS);
        moves.lost.insert(room.clone());
        moves.out.push((room, back_at));
        Ok(())
    }

    /// Of a room that was replaced while the bot was out of it, it hears nothing more: what was not pushed is not
    /// found, and of people of other servers nobody can be asked.
    pub(super) fn forgive(&mut self) {
        let Some(moves) = &self.moves else { return };
        let now: Vec<String> = LOST.iter().filter_map(|key| self.town.room(key).ok()).collect();
        for line in &mut self.said.lines {
            let is_gone = moves.lost.contains(&line.room) && !now.contains(&line.room);
            if is_gone && matches!(line.fate, Fate::Counts | Fate::Claims) {
                line.fate = Fate::Gone;
            }
        }
    }

    /// The power goes: while nothing is written, or with a commit that nobody was told of.
    async fn lose_power(&mut self) -> Outcome<()> {
        let Some(moves) = &mut self.moves else { return Ok(()) };
        if !self.town.runs() {
            return Ok(());
        }
        let mut draws = StdRng::seed_from_u64(moves.rng.random());
        let point = UNTOLD.choose(&mut moves.rng).copied();
        let point = point.filter(|_| moves.rng.random());
        self.town.net.note(&format!("the power goes {point:?}"));
        let is_untold = point.is_some();
        self.town.cut = Some(Box::new(move |now| disk::after_a_cut(now, is_untold, &mut draws)));
        let Some(point) = point else { return self.town.kill().await };
        self.town.dies_in.set(None);
        self.town.strikes.borrow_mut().clear();
        self.town.strikes.borrow_mut().push(Strike { point, blow: Blow::Abort, left: 1 });
        if !self.town.until(MINUTE_MS / 2, |town| !town.runs()).await? {
            self.town.strikes.borrow_mut().clear();
            self.town.cut = None;
        }
        Ok(())
    }

    /// People go where they are asked to, say yes to what was asked, and have the bot back; in the end at once.
    pub(super) fn follow(&mut self, at_once: bool) -> Outcome<()> {
        let Some(moves) = &mut self.moves else { return Ok(()) };
        if !self.town.net.is_up() {
            return Ok(());
        }
        let now = self.town.hands.now();
        let bot = self.town.bot();
        let (back, out) =
            std::mem::take(&mut moves.out).into_iter().partition(|(_, at)| at_once || *at <= now);
        moves.out = out;
        let back: Vec<(String, i64)> = back;
        for (room, _) in back {
            if self.town.fake.membership(&room, &bot) != "join" {
                let content = json!({ "membership": "invite" });
                self.town.fake.force(&room, OWNER, "m.room.member", Some(&bot), content);
            }
        }
        if at_once || moves.rng.random_range(0..5) == 0 {
            for user in PARTNERS.into_iter().chain([OWNER]) {
                self.town.fake.accept_invites(user);
            }
        }
        let fake = &self.town.fake;
        let stands = |(room, event): &mut (String, String)| {
            fake.may_speak(room, OWNER) && !fake.replies(room, event).is_empty()
        };
        if let Some((room, _)) = moves.asked.take_if(stands) {
            let yes = self.town.fake.say(&room, OWNER, "yes");
            // There may be nothing to say yes to, or no time left for it.
            self.said.note(&room, OWNER, &yes, Fate::Perhaps);
        }
        Ok(())
    }
}
