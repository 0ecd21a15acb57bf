//! Fault → signal, as a table: each is injected into a running program, must raise its own alarm and no
//! other, be told to the control room once, and once more when it is over.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::{Fake, Fault as Quirk};
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use serde_json::json;

/// Alarms at once, a canary each second, and few inputs are many.
const QUICK: &str = "[limits]\nalarm_after_ms = 0\ncanary_every_ms = 1000\ninbox_busy = 3\n\
    commands_burst = 1000\n";
const DISK: &str = "PARTNERSPACE__LIMITS__DISK_FREE_BYTES_MIN";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    HomeserverDown,
    CanaryLost,
    QueueLong,
    DatabaseFull,
    DiskLow,
    ClockWrong,
    RateLimited,
    RoomLost,
}

/// A fault, the alarm that it raises, and what else it may raise because that is so, too.
const TABLE: [(Fault, &str, &[&str]); 8] = [
    (Fault::HomeserverDown, "homeserver", &["canary"]),
    (Fault::CanaryLost, "canary", &[]),
    (Fault::QueueLong, "queue", &[]),
    (Fault::DatabaseFull, "database", &["canary"]),
    (Fault::DiskLow, "disk", &["canary"]),
    (Fault::RateLimited, "limited", &[]),
    (Fault::RoomLost, "rooms", &[]),
    (Fault::ClockWrong, "clock", &[]),
];

/// A full disk as the database sees it: no row is taken any more.
const FULL: [&str; 4] = [
    "create trigger full_inbox before insert on inbox begin select raise(abort, 'database or disk is full'); end",
    "create trigger full_install before update on install begin select raise(abort, 'database or disk is full'); end",
    "create trigger full_alarm before insert on alarm begin select raise(abort, 'database or disk is full'); end",
    "create trigger full_job before insert on job begin select raise(abort, 'database or disk is full'); end",
];
const ROOM_AGAIN: [&str; 4] = [
    "drop trigger full_inbox",
    "drop trigger full_install",
    "drop trigger full_alarm",
    "drop trigger full_job",
];
const FAILING: &str =
    "create trigger failing before insert on sale begin select raise(abort, 'injected'); end";
const FAILING_NO_MORE: &str = "drop trigger failing";

struct Scene {
    house: House,
    facts: Facts,
    general: String,
}

impl Scene {
    fn fake(&self) -> Outcome<&Fake> {
        self.house.fake().context("a fake")
    }

    /// Past her client, so that what is planned for the bot's requests does not meet hers.
    fn say(&self, text: &str) -> Outcome<()> {
        let ana = &self.house.person("ana")?.id;
        self.fake()?.say(&self.general, ana, text);
        Ok(())
    }

    async fn inject(&mut self, fault: Fault) -> Outcome<()> {
        match fault {
            Fault::HomeserverDown => self.fake()?.crash().await,
            Fault::CanaryLost => self.fake()?.quirks(|quirks| quirks.hold = true),
            Fault::QueueLong => {
                self.facts.change(FAILING, &[]).await?;
                for n in 0..6 {
                    self.say(&format!("!sale add {} EUR Client {n}", n + 1))?;
                }
            }
            Fault::DatabaseFull => {
                for statement in FULL {
                    self.facts.change(statement, &[]).await?;
                }
                self.say("!me")?;
            }
            Fault::DiskLow => {
                self.house.program.set_env(DISK, &(u64::MAX / 4).to_string());
                // Nothing comes in from now on, so that it is of no use for long.
                self.house.program.kill9();
                self.house.program.launch()?;
            }
            Fault::ClockWrong => {
                let ahead = self.fake()?.world().now() + 3_600_000;
                self.fake()?.set_now(Some(ahead));
            }
            Fault::RateLimited => {
                self.fake()?.plan(&path(&self.general, "send"), Quirk::Limited, u32::MAX);
                self.say("!me")?;
            }
            Fault::RoomLost => self.membership("ban")?,
        }
        Ok(())
    }

    async fn heal(&mut self, fault: Fault) -> Outcome<()> {
        match fault {
            Fault::HomeserverDown => self.fake()?.restart().await?,
            Fault::CanaryLost => self.fake()?.quirks(|quirks| quirks.hold = false),
            Fault::QueueLong => {
                // Left alone for a while, an input that fails is set aside, and told.
                until("an input to be quarantined", || async {
                    (self.house.program.metric("inbox_quarantined").await.ok()? > 0).then_some(())
                })
                .await?;
                self.facts.change(FAILING_NO_MORE, &[]).await?;
                self.told("inbox.poison", 1).await?;
            }
            Fault::DatabaseFull => {
                for statement in ROOM_AGAIN {
                    self.facts.change(statement, &[]).await?;
                }
            }
            Fault::DiskLow => {
                self.house.program.set_env(DISK, "1");
                self.house.program.restart().await?;
            }
            Fault::ClockWrong => self.fake()?.set_now(None),
            Fault::RateLimited => self.fake()?.world().plans.clear(),
            Fault::RoomLost => {
                self.membership("join")?;
                let olga = self.house.owner();
                olga.say(&self.house.control, "!room repair").await?;
            }
        }
        Ok(())
    }

    fn membership(&self, membership: &str) -> Outcome<()> {
        let (bot, olga) = (&self.house.program.bot, &self.house.owner().id);
        let content = json!({ "membership": membership });
        let by = if membership == "join" { bot } else { olga };
        self.fake()?.force(&self.general, by, "m.room.member", Some(bot), content);
        Ok(())
    }

    /// Whether an alarm is shown as raised.
    async fn raised(&self, kind: &str) -> Option<bool> {
        let text = reqwest::get(&self.house.program.metrics_url).await.ok()?.text().await.ok()?;
        let line = format!("partnerspace_alarm{{kind=\"{kind}\"}} ");
        Some(text.lines().find_map(|found| found.strip_prefix(&line))? == "1")
    }

    async fn is(&self, kind: &str, wanted: bool) -> Outcome<()> {
        let what = format!("the alarm {kind} to be {wanted}");
        let shown = until(&what, || async { (self.raised(kind).await? == wanted).then_some(()) });
        shown.await.with_context(|| self.house.program.log_tail())
    }

    /// How often the control room was told of a finding.
    fn count(&self, id: &str) -> Outcome<usize> {
        let said = self.fake()?.sent_by(&self.house.control, &self.house.program.bot);
        let id_of = |content: &serde_json::Value| {
            content["agency.siso.partners.card"]["id"].as_str().map(str::to_owned)
        };
        Ok(said.iter().filter(|event| id_of(&event.content).as_deref() == Some(id)).count())
    }

    async fn told(&self, id: &str, least: usize) -> Outcome<()> {
        let what = format!("the control room to be told {id}");
        let heard = until(&what, || async { (self.count(id).ok()? >= least).then_some(()) });
        heard.await.with_context(|| self.house.program.log_tail())
    }
}

/// A part of the path of requests to a room.
fn path(room: &str, what: &str) -> String {
    format!("{}/{what}", room.trim_start_matches('!'))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_raises_its_own() -> Outcome<()> {
    let mut house = House::open_with(Ground::FakeSqlite, "olga", QUICK).await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    let mut scene = Scene { house, facts, general };
    for (fault, kind, more) in TABLE {
        for (_, kind, _) in TABLE {
            scene.is(kind, false).await.with_context(|| format!("before {fault:?}"))?;
        }
        // Who sees it tells of a lost room with its name, and so does the keeper who looks.
        let is_lost = fault == Fault::RoomLost;
        let finding = if is_lost { "not_joined".to_owned() } else { format!("alarm.{kind}") };
        let over = format!("alarm.{kind}.over");
        let before = (scene.count(&finding)?, scene.count(&over)?);
        scene.inject(fault).await?;
        scene.is(kind, true).await.with_context(|| format!("{fault:?}"))?;
        for (_, other, _) in TABLE.iter().filter(|(_, other, _)| *other != kind) {
            let raised = scene.raised(other).await.unwrap_or(false);
            ensure!(!raised || more.contains(other), "{fault:?} raises {other} as well");
        }
        scene.heal(fault).await?;
        scene.is(kind, false).await.with_context(|| format!("after {fault:?}"))?;
        scene.told(&over, before.1 + 1).await?;
        scene.told(&finding, before.0 + 1).await?;
        let after = (scene.count(&finding)?, scene.count(&over)?);
        let once = after.0 == before.0 + 1 || is_lost;
        ensure!(once && after.1 == before.1 + 1, "{fault:?}: {before:?}, then {after:?}");
    }
    Ok(())
}

/// What does not last has counters, and a message each where somebody must act.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_last_is_counted() -> Outcome<()> {
    let mut house = House::open_with(Ground::FakePostgres, "olga", QUICK).await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    let scene = Scene { house, facts, general };
    let grows = async |name: &str, before: u64| {
        let what = format!("{name} to grow");
        let grown = until(&what, || async {
            (scene.house.program.metric(name).await.ok()? > before).then_some(())
        });
        grown.await.with_context(|| scene.house.program.log_tail())
    };
    // A message that the homeserver will never take.
    scene.fake()?.plan(&path(&scene.general, "send"), Quirk::Forbidden, 1);
    scene.say("!me")?;
    grows("parked_total", 0).await?;
    grows("outbox_parked", 0).await?;
    scene.told("outbox.parked", 1).await?;
    // What is no event, and an id that comes with two contents.
    let malformed = scene.house.program.metric("inbox_malformed_total").await?;
    scene.fake()?.push_raw("{\"event_id\": 7}");
    grows("inbox_malformed_total", malformed).await?;
    // Lags are distributions.
    for name in ["input_lag_seconds_count", "send_lag_seconds_count", "echo_lag_seconds_count"] {
        grows(name, 0).await?;
    }
    let text = reqwest::get(&scene.house.program.metrics_url).await?.text().await?;
    ensure!(text.contains("partnerspace_outcomes_total{kind=\"ran\"} "), "{text}");
    Ok(())
}
