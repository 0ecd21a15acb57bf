//! A program whose worker is the test: partners who come and go, sales and their return, boards shown,
//! extracts made; and what a member's server then holds.
use anyhow::{Context, ensure};
use appservice::{config, run};
use bridge::extracts::actions::tell;
use bridge::imports::actions::reverse;
use bridge::leaderboard;
use bridge::platform::access::{Caller, Place, person};
use bridge::platform::db::{Db, migrate};
use bridge::platform::jobs::Job;
use bridge::platform::refusal::Stop;
use bridge::seasons::actions::close;
use partnerspace_tests::house::Ground;
use partnerspace_tests::past::Past;
use partnerspace_tests::{Outcome, postgres};
use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::period::PeriodKind;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeSet;

const OWNER: &str = "@olga:example.org";
const STATE: &str = "agency.siso.partners.leaderboard";
const DAY: i64 = 86_400_000;
/// 2026-02-20: ends of weeks, months, a quarter and a leap of the clock are near.
const BEGIN: i64 = 1_771_545_600_000;

pub struct World {
    pub past: Past,
    pub now: i64,
    /// Every state of a board that was ever shown.
    states: Vec<Value>,
    /// Whom others saw by name when the extracts up to a number were made.
    named: Vec<(i64, BTreeSet<String>)>,
    sold: i64,
    folder: tempfile::TempDir,
}

/// Numbers that look drawn, the same for a seed.
pub struct Draw(pub u64);

impl Draw {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

pub fn id(n: u64) -> String {
    PartnerId(u128::from(n) + 1).to_string()
}

impl World {
    pub async fn open(ground: Ground, partners: u64) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let url = match ground {
            Ground::FakePostgres => postgres::shared().await?.database().await?,
            _ => format!("sqlite:{}", folder.path().join("world.db").display()),
        };
        let db = Db::open(&url).await?;
        migrate(&db, 1).await?;
        let text = format!(
            "owners = [\"{OWNER}\"]\n[homeserver]\nurl = \"http://127.0.0.1:1\"\nserver_name = \"example.org\"\n\
             [program]\nname = \"P\"\ncurrency = \"EUR\"\ntimezone = \"Europe/Berlin\"\nstarted_on = \"2020-01-01\"\n"
        );
        let past = Past::on(db, run::program(&config::parse(&text)?)?).await?;
        let (states, named) = (Vec::new(), Vec::new());
        let world = Self { past, now: BEGIN, states, named, sold: 0, folder };
        for slug in ["dental", "gyms"] {
            world
                .change(&format!(
                    "insert into industry (slug, name, made_at) values ('{slug}', '{slug}', 1)"
                ))
                .await?;
        }
        for n in 0..partners {
            let partner = format!(
                "insert into partner (id, user_id, name, visibility, industries, applied_at, approved_at) \
                 values ('{}', '@p{n}:example.org', 'P{n}', 'public', '[]', 1, 1)",
                id(n)
            );
            world.change(&partner).await?;
        }
        // Every second one is of an organization: their results stand beside the partners'.
        for slug in ["acme", "beta"] {
            let made = format!(
                "insert into organization (slug, name, members_max, made_at, made_by) \
                 values ('{slug}', '{slug}', 99, 1, '{OWNER}')"
            );
            world.change(&made).await?;
        }
        for n in (0..partners).step_by(2) {
            let slug = if n % 4 == 0 { "acme" } else { "beta" };
            let belongs = format!(
                "insert into membership (id, organization, partner_id, role, from_on, admitted, joined_at, joined_by) \
                 values ('m{n}', '{slug}', '{}', 'member', '2020-01-01', 0, 1, '{OWNER}')",
                id(n)
            );
            world.change(&belongs).await?;
        }
        Ok(world)
    }

    pub async fn change(&self, statement: &str) -> Outcome<()> {
        let mut tx = self.past.db.begin().await?;
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn texts(&self, query: &str) -> Outcome<Vec<String>> {
        let mut reader = self.past.db.read().await?;
        let rows = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_all(&mut *reader).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Something happens, and then some time passes.
    pub async fn act(&mut self, draw: &mut Draw, partners: u64) -> Outcome<()> {
        let n = draw.below(partners);
        match draw.below(14) {
            0..=6 => self.sell(n, draw).await?,
            7 => self.take_back(draw).await?,
            8 => {
                let how = ["public", "anonymous", "hidden"][usize::try_from(draw.below(3))?];
                self.change(&format!(
                    "update partner set visibility = '{how}' where id = '{}'",
                    id(n)
                ))
                .await?;
            }
            9 => {
                let at = if draw.below(2) == 0 { "1" } else { "null" };
                self.change(&format!(
                    "update partner set suspended_at = {at} where id = '{}'",
                    id(n)
                ))
                .await?;
            }
            10 => self.helped(n).await?,
            11 => self.close(draw).await?,
            _ => self.extract().await?,
        }
        self.now += i64::try_from(draw.below(200))? * DAY / 24;
        Ok(())
    }

    async fn sell(&mut self, n: u64, draw: &mut Draw) -> Outcome<()> {
        let active =
            format!("select id from partner where id = '{}' and suspended_at is null", id(n));
        if self.texts(&active).await?.is_empty() {
            return Ok(());
        }
        let age = i64::try_from(draw.below(25))?;
        let on = self.past.program.calendar.day_of(self.now - age * DAY);
        let industry = ["", "dental", "gyms"][usize::try_from(draw.below(3))?];
        let (amount, client) = (draw.below(900) + 1, draw.below(4));
        let row = format!("@p{n}:example.org,Client {client},{amount},EUR,{on},{industry}");
        self.past.sale(self.now, &row).await?;
        self.sold += 1;
        Ok(())
    }

    async fn take_back(&mut self, draw: &mut Draw) -> Outcome<()> {
        let Some(end) = u64::try_from(self.sold).ok().filter(|end| *end > 0) else { return Ok(()) };
        let batch = schema::ids::BatchNumber(i64::try_from(draw.below(end))? + 1);
        // One that was taken back before stays so.
        self.work(Box::new(move |work| {
            Box::pin(async move { Ok((reverse(work, batch, "a slip").await.map(drop)?, true)) })
        }))
        .await
        .map(drop)
    }

    /// A point of help on all boards of today.
    async fn helped(&mut self, n: u64) -> Outcome<()> {
        let calendar = self.past.program.calendar.clone();
        for kind in PeriodKind::ALL {
            let period = calendar.period_at(*kind, self.now);
            for scope in ["", "dental"] {
                let point = format!(
                    "insert into standing (board, partner_id, score, reached_at) \
                     values ('help|{period}|{scope}', '{}', 1, {}) on conflict (board, partner_id) \
                     do update set score = standing.score + 1, reached_at = excluded.reached_at",
                    id(n),
                    self.now
                );
                self.change(&point).await?;
            }
        }
        Ok(())
    }

    async fn close(&mut self, draw: &mut Draw) -> Outcome<()> {
        let calendar = self.past.program.calendar.clone();
        let kind = [PeriodKind::Week, PeriodKind::Month][usize::try_from(draw.below(2))?];
        let back = if kind == PeriodKind::Week { 15 } else { 40 };
        let period = calendar.period_at(kind, self.now - back * DAY);
        self.show().await?;
        let before = self.last().await?;
        // Nobody stands there, or it was closed before: then nothing happens.
        let _refused = self
            .work(Box::new(move |work| {
                Box::pin(async move {
                    let person = person(work, OWNER).await?;
                    let manager = Caller { person, place: Place::Control }.manager()?;
                    Ok((close(work, &manager, period).await.map(drop)?, true))
                })
            }))
            .await?;
        self.seen(before).await
    }

    /// All boards are shown as they are now, and stand still.
    pub async fn show(&mut self) -> Outcome<()> {
        self.work(Box::new(move |work| {
            Box::pin(async move {
                for key in leaderboard::actions::current(work).await.map_err(Stop::from)? {
                    let job = Job {
                        key: String::new(),
                        kind: "board.state".to_owned(),
                        payload: key.to_string(),
                        run_at: 0,
                        attempts: 0,
                    };
                    leaderboard::jobs::run(work, &job).await?;
                }
                Ok(((), true))
            })
        }))
        .await?
        .map_err(anyhow::Error::msg)?;
        self.change("delete from job where kind like 'board.%'").await?;
        self.change("update state set sent_hash = hash").await?;
        let keys =
            format!("select state_key from state where event_type = '{STATE}' order by state_key");
        let contents =
            format!("select content from state where event_type = '{STATE}' order by state_key");
        for (key, content) in self.texts(&keys).await?.into_iter().zip(self.texts(&contents).await?)
        {
            let content: Value = serde_json::from_str(&content)?;
            self.states.push(self.event(STATE, Some(&key), &content));
        }
        Ok(())
    }

    fn event(&self, kind: &str, key: Option<&str>, content: &Value) -> Value {
        let mut event = json!({
            "type": kind, "sender": self.past.program.bot, "origin_server_ts": self.now, "content": content,
        });
        if let Some(key) = key {
            event["state_key"] = key.into();
        }
        event
    }

    async fn last(&self) -> Outcome<i64> {
        let last = self.texts("select cast(coalesce(max(n), 0) as text) from extract").await?;
        Ok(last.first().context("a number")?.parse()?)
    }

    /// What others see now is told.
    pub async fn extract(&mut self) -> Outcome<()> {
        self.show().await?;
        let before = self.last().await?;
        self.work(Box::new(move |work| {
            Box::pin(async move { Ok((tell(work).await.map_err(Stop::from)?, true)) })
        }))
        .await?
        .map_err(anyhow::Error::msg)?;
        self.seen(before).await
    }

    /// Notes who stands there by name, where extracts were made.
    async fn seen(&mut self, before: i64) -> Outcome<()> {
        let now = self.last().await?;
        if now > before {
            let named =
                "select id from partner where visibility = 'public' and suspended_at is null";
            let named = self.texts(named).await?.into_iter().collect();
            self.named.push((now, named));
        }
        Ok(())
    }

    async fn work<T>(
        &mut self,
        work: Box<bridge::imports::actions::Run<'_, T>>,
    ) -> Outcome<Result<T, String>> {
        let now = self.now;
        self.past.at((now, OWNER), work).await
    }

    /// What a member's server holds: the leaderboard room's messages, and the Space's state of all times.
    pub async fn published(&self) -> Outcome<Vec<Value>> {
        let messages = "select content from outbox where room = 'leaderboard' and kind = 'message' order by id";
        let times = "select cast(made_at as text) from outbox where room = 'leaderboard' and kind = 'message' order by id";
        let mut events = self.states.clone();
        for (content, at) in self.texts(messages).await?.into_iter().zip(self.texts(times).await?) {
            let mut event = self.event("m.room.message", None, &serde_json::from_str(&content)?);
            event["origin_server_ts"] = at.parse::<i64>()?.into();
            events.push(event);
        }
        let program = json!({
            "v": 1, "name": "P", "currency": "EUR", "timezone": "Europe/Berlin", "week_start": "monday",
            "rooms": {},
        });
        events.push(self.event("agency.siso.partners.program", Some(""), &program));
        events.push(self.event("m.room.create", Some(""), &json!({})));
        Ok(events)
    }

    /// No extract names anybody whom others did not see by name when it was made.
    pub fn nobody_leaks(&self, events: &[Value]) -> Outcome<usize> {
        let mut count = 0;
        for card in events.iter().map(card).filter(|card| card["kind"] == "extract") {
            count += 1;
            let n = card["n"].as_i64().context("a number")?;
            let named =
                self.named.iter().find(|(last, _)| *last >= n).context("an extract unseen")?;
            let told = card["moves"].as_array().into_iter().flatten();
            let rows = told.flat_map(|moves| moves["rows"].as_array().into_iter().flatten());
            let shown = card["shown"].as_array().into_iter().flatten();
            for id in rows.map(|row| &row["partner"]).chain(shown) {
                let id = id.as_str().context("an id")?;
                ensure!(named.1.contains(id), "extract {n} tells of {id}");
            }
            let text = card.to_string();
            ensure!(!text.contains("@p") && !text.contains("Client"), "{text}");
        }
        Ok(count)
    }

    /// Leaves what the program keeps in its folder until now.
    pub async fn end(self) {
        self.past.db.close().await;
        drop(self.folder);
    }

    /// Boards that have at least one row now.
    pub async fn boards(&self) -> Outcome<usize> {
        let rows = self.texts("select distinct board from standing where score > 0").await?;
        Ok(rows.iter().filter(|board| !board.starts_with(Metric::Breadth.as_str())).count())
    }
}

pub fn card(event: &Value) -> &Value {
    &event["content"]["agency.siso.partners.card"]
}

pub fn card_mut(event: &mut Value) -> &mut Value {
    &mut event["content"]["agency.siso.partners.card"]
}
