//! A history: some hundred steps drawn from a seed. People say and take back things, the homeserver
//! misbehaves in the ways that real ones were seen to, either side dies, time passes; in the end all
//! faults stop, and what must hold is looked at.
use super::base::{ANA, BEN, OWNER, PARTNERS, RIO};
use super::check::{self, Fate, Said};
use super::net::Odd;
use super::steps;
use super::town::{Blow, Place, Strike, Town};
use crate::Outcome;
use crate::fake::Faults;
use anyhow::{Context, bail, ensure};
use bridge::platform::points::Point;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

const MINUTE_MS: i64 = 60_000;
/// How long everything may take to come to rest after the last fault.
const REST_MS: i64 = 45 * MINUTE_MS;

/// What a history was.
#[derive(Debug, Default, Clone, Copy)]
pub struct Told {
    pub steps: u64,
    pub commands: u64,
    pub deaths: u64,
    pub requests: u64,
    pub simulated_ms: i64,
    /// The same for the same seed.
    pub trace: u64,
}

struct History {
    town: Town,
    said: Said,
    rng: StdRng,
    claims: u32,
    step: u32,
    homeserver_back_at: i64,
    program_back_at: i64,
}

/// Plays the history of a seed; an error says at which step what did not hold.
pub async fn play(place: &Place, seed: u64, steps: u32) -> Outcome<Told> {
    let mut town = Town::at(place, None)?;
    town.fake.world().reseed(seed);
    town.net.set_seed(seed);
    town.start().await?;
    town.pass(2_000).await?;
    let rng = StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut history = History {
        town,
        said: Said::default(),
        rng,
        claims: 0,
        step: 0,
        homeserver_back_at: 0,
        program_back_at: 0,
    };
    for step in 1..=steps {
        history.step = step;
        history.turn().await.with_context(|| format!("step {step} of seed {seed}"))?;
    }
    history.rest().await.with_context(|| format!("the end of seed {seed}"))?;
    let told = history.told(steps);
    history.town.kill().await?;
    Ok(told)
}

impl History {
    async fn turn(&mut self) -> Outcome<()> {
        match steps::draw(&mut self.rng)? {
            "command" => self.command()?,
            "decide" => self.decide()?,
            "chatter" => self.chatter()?,
            "take_back" => self.take_back()?,
            "unheard" => self.unheard()?,
            "unseen" => self.unseen()?,
            "again" => self.again(),
            "weather" => self.weather(),
            "point" => self.point(),
            "kill_program" => self.kill_program().await?,
            "kill_homeserver" => self.kill_homeserver(),
            "meddle" => self.meddle()?,
            "long" => self.long().await?,
            other => bail!("{other} is no step"),
        }
        let ms = [5, 40, 150, 700, 2_500][self.rng.random_range(0..5)];
        self.town.pass(ms).await?;
        self.revive().await?;
        self.said.look(&self.town)
    }

    /// Whatever is down comes back when its time has come.
    async fn revive(&mut self) -> Outcome<()> {
        let now = self.town.hands.now();
        if !self.town.net.is_up() && now >= self.homeserver_back_at {
            self.town.net.note("the homeserver starts");
            self.town.net.homeserver_starts();
        }
        if !self.town.runs() {
            if self.program_back_at == 0 {
                self.program_back_at = now + self.rng.random_range(0..20_000);
            }
            if now >= self.program_back_at {
                self.program_back_at = 0;
                self.town.net.note("the program starts");
                self.town.start().await?;
            }
        }
        Ok(())
    }

    fn somebody(&mut self) -> &'static str {
        PARTNERS.choose(&mut self.rng).copied().unwrap_or(ANA)
    }

    /// The general room, or somebody's own chat with the bot.
    fn somewhere(&mut self, user: &str) -> Outcome<String> {
        let chat = self.town.fake.direct_of(user, &self.town.bot());
        match chat {
            Some(chat) if self.rng.random_range(0..4) == 0 => Ok(chat),
            _ => self.town.room("general"),
        }
    }

    /// The homeserver must be there to take what people say.
    fn can_speak(&self) -> bool {
        self.town.net.is_up()
    }

    fn command(&mut self) -> Outcome<()> {
        if !self.can_speak() {
            return Ok(());
        }
        let user = self.somebody();
        let room = self.somewhere(user)?;
        let line = match self.rng.random_range(0..10) {
            0..4 => {
                self.claims += 1;
                let amount = self.rng.random_range(1..9_000);
                format!("!sale add {amount} EUR Client {}", self.claims)
            }
            4..6 => "!me".to_owned(),
            6 => "!board".to_owned(),
            7 => "!sale list".to_owned(),
            8 => "!help".to_owned(),
            _ => "!sale add nothing".to_owned(),
        };
        if line == "!sale add nothing" {
            let event = self.town.fake.say(&room, user, &line);
            self.said.note(&room, user, &event, Fate::Counts);
        } else {
            self.said.command(&self.town, &room, user, &line);
        }
        self.town.net.note(&format!("{user} {line}"));
        Ok(())
    }

    /// The owner decides claims, by command or by reaction.
    fn decide(&mut self) -> Outcome<()> {
        if !self.can_speak() {
            return Ok(());
        }
        let control = self.town.room("control")?;
        let n = self.rng.random_range(1..=self.claims.max(1));
        let line = match self.rng.random_range(0..6) {
            0 => format!("!sale reject S-{n} not ours"),
            1 => "!status".to_owned(),
            2 => return self.react(&control),
            _ => format!("!sale approve S-{n}"),
        };
        self.town.net.note(&line);
        self.said.command(&self.town, &control, OWNER, &line);
        Ok(())
    }

    fn react(&mut self, control: &str) -> Outcome<()> {
        let bot = self.town.bot();
        let cards: Vec<String> = self
            .town
            .fake
            .sent_by(control, &bot)
            .into_iter()
            .filter(|event| event.content["agency.siso.partners.card"]["kind"] == "review")
            .map(|event| event.id)
            .collect();
        if let Some(card) = cards.choose(&mut self.rng) {
            let relates = json!({"rel_type": "m.annotation", "event_id": card, "key": "✅"});
            // The same reaction twice is refused by the homeserver.
            let _twice = self.town.fake.try_send(
                control,
                OWNER,
                "m.reaction",
                json!({"m.relates_to": relates}),
            );
        }
        Ok(())
    }

    /// Talk of no consequence, sometimes very much of it, sometimes something that is no event.
    fn chatter(&mut self) -> Outcome<()> {
        if !self.can_speak() {
            return Ok(());
        }
        let general = self.town.room("general")?;
        for n in 0..self.rng.random_range(1..6) {
            self.town.fake.say(&general, BEN, &format!("good morning {n}"));
        }
        if self.rng.random_range(0..4) == 0 {
            for n in 0..self.rng.random_range(20..90) {
                let user = PARTNERS[n % 2];
                let event = self.town.fake.say(&general, user, "!me");
                self.said.note(&general, user, &event, Fate::Counts);
            }
        }
        Ok(())
    }

    /// An edit or a redaction of something said before.
    fn take_back(&mut self) -> Outcome<()> {
        if !self.can_speak() {
            return Ok(());
        }
        let open: Vec<usize> = (0..self.said.lines.len())
            .rev()
            .take(12)
            .filter(|at| matches!(self.said.lines[*at].fate, Fate::Claims | Fate::Counts))
            .collect();
        let Some(at) = open.choose(&mut self.rng).copied() else { return Ok(()) };
        let line = self.said.lines[at].clone();
        if self.rng.random_range(0..3) == 0 {
            self.town.fake.redact(&line.room, &line.user, &line.event);
            self.said.lines[at].fate = Fate::Perhaps;
            self.town.net.note("taken back");
        } else {
            let body = format!("!sale add {} EUR Changed {}", self.step, self.step);
            let edit = self.town.fake.edit(&line.room, &line.user, &line.event, &body);
            // Whether it finds the command depends on which of the two is heard first.
            self.said.note(&line.room, &line.user, &edit, Fate::Perhaps);
        }
        Ok(())
    }

    /// Said, and never pushed.
    fn unheard(&mut self) -> Outcome<()> {
        if !self.can_speak() {
            return Ok(());
        }
        let user = self.somebody();
        let room = self.somewhere(user)?;
        let event = self.town.fake.say_unheard(&room, user, "!me");
        self.said.note(&room, user, &event, Fate::Counts);
        self.town.net.note("unheard");
        Ok(())
    }

    /// Pushed, and nobody can see it.
    fn unseen(&mut self) -> Outcome<()> {
        let room = self.town.room("general")?;
        let event = self.town.fake.soft_failed(&room, RIO, "!sale add 77 EUR Nobody");
        self.said.note(&room, RIO, &event, Fate::Never);
        Ok(())
    }

    /// Delivered before, delivered again.
    fn again(&mut self) {
        let many = self.said.lines.len();
        if many == 0 {
            return;
        }
        let line = self.said.lines[self.rng.random_range(0..many)].clone();
        if line.fate != Fate::Never {
            self.town.fake.push_again(&line.room, &line.event);
        }
    }

    /// The network and the homeserver get better or worse.
    fn weather(&mut self) {
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
    fn point(&mut self) {
        let Some(point) = Point::ALL.choose(&mut self.rng).copied() else { return };
        let blow = if self.rng.random_range(0..2) == 0 { Blow::Abort } else { Blow::Error };
        let left = self.rng.random_range(1..4);
        self.town.net.note(&format!("{blow:?} at {point:?}"));
        self.town.strikes.borrow_mut().push(Strike { point, blow, left });
    }

    async fn kill_program(&mut self) -> Outcome<()> {
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

    fn kill_homeserver(&mut self) {
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
    fn meddle(&mut self) -> Outcome<()> {
        let general = self.town.room("general")?;
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

    async fn long(&mut self) -> Outcome<()> {
        let ms = [10_000, 60_000, 5 * MINUTE_MS][self.rng.random_range(0..3)];
        self.town.pass(ms).await
    }

    /// All faults stop; everything comes to rest.
    async fn rest(&mut self) -> Outcome<()> {
        self.town.net.note("rest");
        self.town.strikes.borrow_mut().clear();
        self.town.dies_in.set(None);
        self.town.net.set_odd(Odd::default());
        self.town.net.set_latency(20);
        self.town.fake.quirks(|quirks| {
            quirks.faults = Faults::default();
            (quirks.drop_percent, quirks.repeat_percent, quirks.replay_percent) = (0, 0, 0);
            (quirks.late_every, quirks.empty_page_every, quirks.hold) = (0, 0, false);
        });
        (self.homeserver_back_at, self.program_back_at) = (0, 1);
        self.revive().await?;
        ensure!(self.town.runs(), "the program does not start");
        self.town.pass(REST_MS).await?;
        self.said.look(&self.town)?;
        check::whole(&mut self.town, &self.said).await
    }

    fn told(&self, steps: u32) -> Told {
        Told {
            steps: steps.into(),
            commands: self.said.lines.len() as u64,
            deaths: self.town.deaths.into(),
            requests: self.town.net.requests(),
            simulated_ms: self.town.hands.now() - super::town::BEGINNING,
            trace: self.town.net.trace(),
        }
    }
}
