//! The program without its process: the handler of inputs over a database, one command after another, at
//! times that the test says. What a person says goes in as an event, what the bot answers comes back as
//! its content; nothing is sent, and nothing waits. A history is one transaction and can be taken back.
use crate::Outcome;
use anyhow::Context as _;
use bridge::platform::db::{Db, Tx};
use bridge::platform::inbox::Event;
use bridge::platform::jobs;
use bridge::platform::work::{Cause, Effects, Memory, Work};
use bridge::program::{Install, Limits, Program};
use bridge::root::{self, Input};
use schema::period::{Calendar, WeekStart};
use serde_json::{Value, json};

pub const OWNER: &str = "@olga:desk.example";
pub const CONTROL: &str = "!control:desk.example";
/// What waits for a day; everything else that is owed later moves neither money nor ranks.
const KEPT: [&str; 2] = ["commission.release", "board.day"];

/// A program of this zone; its owner is Olga.
///
/// # Errors
/// When the zone is none.
pub fn program(db: &Db, zone: &str) -> Outcome<Program> {
    let limits = Limits { commands_burst: u32::MAX, commands_every_ms: 1, ..Limits::default() };
    Ok(Program {
        engine: db.engine(),
        name: "Northwind partners".into(),
        currency: schema::money::Currency::parse("EUR")?,
        calendar: Calendar::named(zone, WeekStart::Monday).context("a zone")?,
        timezone: zone.into(),
        week_start: "monday".into(),
        started_on: jiff::civil::date(2020, 1, 1),
        prefix: "!".into(),
        alias_prefix: "partners".into(),
        server_name: "desk.example".into(),
        bot: "@bot:desk.example".into(),
        ghost_prefix: "partners_".into(),
        owners: vec![OWNER.into()],
        room_version: "12".into(),
        two_person_over: None,
        payout_minimum: 2_000,
        first_sale_over: None,
        protect_days: 90,
        extracts: false,
        pinned: Vec::new(),
        limits,
    })
}

pub struct Desk {
    pub tx: Tx,
    pub program: Program,
    install: Install,
    memory: Memory,
    /// Epoch milliseconds; a job that is due before the next command has its own.
    pub now: i64,
    said: u64,
}

impl Desk {
    /// # Errors
    /// When the database refuses.
    pub async fn open(db: &Db, program: Program, now: i64) -> Outcome<Self> {
        let mut tx = db.begin().await?;
        sqlx::query(
            "insert into room (key, room_id, version, made_at) values ('control', $1, '12', 1) \
             on conflict (key) do nothing",
        )
        .bind(CONTROL)
        .execute(&mut *tx)
        .await?;
        let memory = Memory::of(&mut tx, now).await?;
        let install = Install { id: "desk".into(), made_at: 1 };
        Ok(Self { tx, program, install, memory, now, said: 0 })
    }

    /// An approved partner, with a chat of two with the bot.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn partner(&mut self, name: &str, n: u64) -> Outcome<()> {
        let (user, id) = (user(name), schema::ids::PartnerId::from_parts(1, u128::from(n)));
        sqlx::query(
            "insert into partner (id, user_id, name, visibility, industries, applied_at, approved_at, approved_by) \
             values ($1, $2, $3, 'public', '[]', 1, 1, $4)",
        )
        .bind(id.to_string())
        .bind(&user)
        .bind(name)
        .bind(OWNER)
        .execute(&mut *self.tx)
        .await?;
        sqlx::query(
            "insert into chat (room_id, user_id, noted_at, joined_at) values ($1, $2, 1, 1)",
        )
        .bind(chat(name))
        .bind(&user)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// From now on days turn: boards remember yesterday's ranks.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn turn_days(&mut self) -> Outcome<()> {
        let mut effects = Effects::default();
        let place = (&self.program, &self.install);
        let cause = Cause { id: "start".to_owned(), ..Cause::default() };
        let mut work =
            Work::new(&mut self.tx, self.now, place, &mut self.memory, &mut effects, cause);
        let started = bridge::leaderboard::jobs::start(&mut work).await;
        started.map_err(|fault| anyhow::anyhow!("{fault}"))?;
        self.keep(effects).await
    }

    /// Says a line in the control room; the text and the card of the answer.
    ///
    /// # Errors
    /// When the handler fails, or does not answer.
    pub async fn order(&mut self, line: &str) -> Outcome<(String, Value)> {
        self.say(OWNER, CONTROL, line).await
    }

    /// Says a line in a partner's own chat.
    ///
    /// # Errors
    /// When the handler fails, or does not answer.
    pub async fn ask(&mut self, name: &str, line: &str) -> Outcome<(String, Value)> {
        self.say(&user(name), &chat(name), line).await
    }

    async fn say(&mut self, who: &str, room: &str, line: &str) -> Outcome<(String, Value)> {
        self.due(self.now).await?;
        self.said += 1;
        let id = format!("$said{}", self.said);
        let raw = json!({
            "event_id": id, "room_id": room, "sender": who, "type": "m.room.message",
            "origin_server_ts": self.now, "content": {"msgtype": "m.text", "body": line},
        });
        let event = Event::parse(raw.to_string().as_bytes())?;
        let mut effects = Effects::default();
        let cause = Cause {
            id: id.clone(),
            actor: who.to_owned(),
            room_id: Some(room.to_owned()),
            thread: None,
            reply_to: Some(id.clone()),
        };
        let now = self.now;
        let place = (&self.program, &self.install);
        let mut work = Work::new(&mut self.tx, now, place, &mut self.memory, &mut effects, cause);
        let input = Input {
            event: &event,
            late: false,
            foreign: false,
            found: None,
            at: now,
            received_at: now,
        };
        root::handle(&mut work, &input)
            .await
            .map_err(|fault| anyhow::anyhow!("{line}: {fault}"))?;
        let answer =
            effects.out.iter().find(|row| row.dedupe_key.starts_with(&format!("{id}:reply")));
        let content: Value = serde_json::from_str(&answer.context("no answer")?.content)?;
        self.keep(effects).await?;
        let card = content["agency.siso.partners.card"].clone();
        Ok((content["body"].as_str().unwrap_or_default().to_owned(), card))
    }

    /// What waits for a time up to this one happens, each at its own.
    async fn due(&mut self, until: i64) -> Outcome<()> {
        loop {
            let jobs = jobs::due(&mut self.tx, until).await?;
            if jobs.is_empty() {
                return Ok(());
            }
            for job in jobs {
                jobs::finish(&mut self.tx, &job).await?;
                let mut effects = Effects::default();
                let actor = self.program.bot.clone();
                let cause =
                    Cause { id: format!("{}@{}", job.key, job.run_at), actor, ..Cause::default() };
                let place = (&self.program, &self.install);
                let mut work = Work::new(
                    &mut self.tx,
                    job.run_at,
                    place,
                    &mut self.memory,
                    &mut effects,
                    cause,
                );
                root::run_job(&mut work, &job).await.map_err(|fault| anyhow::anyhow!("{fault}"))?;
                self.keep(effects).await?;
            }
        }
    }

    /// Facts and what moves money later are kept; messages and states have been looked at.
    async fn keep(&mut self, mut effects: Effects) -> Outcome<()> {
        effects.out.clear();
        effects.states.clear();
        effects.audits.clear();
        effects.done.clear();
        effects.jobs.retain(|job| KEPT.contains(&job.kind));
        effects.flush(&mut self.tx).await?;
        Ok(())
    }

    /// As if nothing had been said.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget(self) -> Outcome<()> {
        Ok(self.tx.rollback().await?)
    }
}

#[must_use]
pub fn user(name: &str) -> String {
    format!("@{name}:desk.example")
}

fn chat(name: &str) -> String {
    format!("!{name}:desk.example")
}
