//! A history: some hundred steps drawn from a seed. People say and take back things, the homeserver
//! misbehaves in the ways that real ones were seen to, either side dies, time passes; in the end all
//! faults stop, and what must hold is looked at.
use super::base::{ANA, BEN, OWNER, PARTNERS, Places, RIO};
use super::check::{self, Fate, Said};
use super::moves::Moves;
use super::net::Odd;
use super::steps;
use super::town::Town;
use crate::Outcome;
use crate::fake::Faults;
use anyhow::{Context, bail, ensure};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

const MINUTE_MS: i64 = 60_000;
/// How long everything may take to come to rest after the last fault.
const REST_MS: i64 = 45 * MINUTE_MS;
/// As often as people look for where they are asked to in the end.
const FOLLOWED: i64 = 5;

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

pub(super) struct History {
    pub(super) town: Town,
    pub(super) said: Said,
    pub(super) rng: StdRng,
    pub(super) claims: u32,
    pub(super) step: u32,
    pub(super) homeserver_back_at: i64,
    pub(super) program_back_at: i64,
    pub(super) moves: Option<Moves>,
}

/// Plays the history of a seed; an error says at which step what did not hold.
pub async fn play(places: &Places, seed: u64, steps: u32) -> Outcome<Told> {
    let mut town = Town::at(places.of(seed), None)?;
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
        moves: Moves::of(seed),
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
        self.moves().await?;
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

    /// The general room, or somebody's own chat with the bot; nowhere while they have not followed into either.
    fn somewhere(&mut self, user: &str) -> Option<String> {
        let chat = self.town.fake.direct_of(user, &self.town.bot());
        let chat = chat.filter(|chat| self.town.fake.may_speak(chat, user));
        let general = self.open_room("general");
        let general = general.filter(|room| self.town.fake.may_speak(room, user));
        let likes_chat = chat.is_some() && self.rng.random_range(0..4) == 0;
        if likes_chat { chat } else { general.or(chat) }
    }

    /// A room of the program; none in the moment in which it is replaced.
    pub(super) fn open_room(&self, key: &str) -> Option<String> {
        self.town.room(key).ok()
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
        let Some(room) = self.somewhere(user) else { return Ok(()) };
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
        let Some(control) = self.open_room("control") else { return Ok(()) };
        if !self.town.fake.may_speak(&control, OWNER) {
            return Ok(());
        }
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
        let Some(general) = self.open_room("general") else { return Ok(()) };
        if PARTNERS.iter().any(|user| !self.town.fake.may_speak(&general, user)) {
            return Ok(());
        }
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
        if !self.town.fake.may_speak(&line.room, &line.user) {
            return Ok(());
        }
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
        let Some(room) = self.somewhere(user) else { return Ok(()) };
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
        for _ in 0..FOLLOWED {
            self.follow(true)?;
            self.town.pass(MINUTE_MS).await?;
        }
        self.town.pass(REST_MS - FOLLOWED * MINUTE_MS).await?;
        self.said.look(&self.town)?;
        self.forgive();
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
