//! A flood of commands while the program is killed, stopped and cut off, and its database killed under it: each
//! command that people can see has one reply, the ledger verifies, and the boards equal a replay.
use super::proxy::Proxy;
use crate::fake::Fake;
use crate::house::{Ground, Homeserver, House};
use crate::postgres::Postgres;
use crate::{Outcome, place};
use anyhow::{Context, bail, ensure};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::time::Duration;

/// A flood of one person: the limits are raised, as the test says.
const LIMITS: &str = "[limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n\
    inbox_coalesce = 1000000\ninbox_busy = 1000000\ninbox_max = 1000000\n";
/// How long everything may take to be answered, and a second more for so many commands.
const SETTLE_S: usize = 300;
const COMMANDS_PER_S: usize = 50;
const LOOKED_THROUGH_PER_S: usize = 10_000;
const HARM_PERCENT: u32 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// `kill -9` of the program, and started again.
    Kill,
    /// It stands still for a while, and goes on.
    Stop,
    /// The line to and from the homeserver delays, cuts and truncates.
    Line,
    /// `kill -9` of PostgreSQL, and started again.
    Database,
}

#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub commands: usize,
    pub blows: usize,
    /// Of the times and kinds of blows; another one is another test.
    pub seed: u64,
}

/// What stands beside the house.
struct Scene {
    house: House,
    cluster: Option<Postgres>,
    lines: Vec<Proxy>,
}

/// The lines: claims, looks, and now and then an approval of an early claim.
fn line(n: usize) -> (bool, String) {
    match n % 10 {
        0 | 5 => (false, format!("!sale add {} EUR Client {n}", n + 1)),
        7 => (true, format!("!sale approve S-{}", n / 20 + 1)),
        _ => (false, "!me".to_owned()),
    }
}

/// Plays it; the error says what was lost or doubled.
///
/// # Errors
/// What does not hold.
pub async fn play(ground: Ground, size: Size, blows: &[Blow]) -> Outcome<()> {
    let mut house = House::open_with(ground, "olga", LIMITS).await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let (ana, olga) = (house.person("ana")?.id.clone(), house.owner().id.clone());
    let scene = Scene::around(house, blows, size.seed).await?;
    let house = &scene.house;
    let Homeserver::Fake(fake) = &house.homeserver else { bail!("this floods a fake") };
    let mut random = SmallRng::seed_from_u64(size.seed);
    let mut said = Vec::with_capacity(size.commands);
    for nth in 0..size.blows {
        for n in nth * size.commands / size.blows..(nth + 1) * size.commands / size.blows {
            let (control, text) = line(n);
            let (room, who) = if control { (&house.control, &olga) } else { (&general, &ana) };
            said.push((room.clone(), fake.say(room, who, &text)));
        }
        pause(&mut random, 20..600).await;
        let blow = blows.choose(&mut random).copied().context("no blows")?;
        scene.strike(blow, &mut random).await.with_context(|| format!("blow {nth}, {blow:?}"))?;
    }
    house.program.ready().await?;
    let replies = settled(fake, house, &[&general], said.len()).await?;
    for (room, event) in &said {
        let count = replies.get(event).copied().unwrap_or(0);
        ensure!(count == 1, "{event} in {room} has {count} replies\n{}", house.program.log_tail());
    }
    house.program.signal("TERM")?;
    let verified = house.program.output(&["ledger", "verify"])?;
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    ensure!(verified.status.success(), "{text} {}", String::from_utf8_lossy(&verified.stderr));
    ensure!(!text.contains(": 0 entries"), "nothing was approved: {text}");
    Ok(())
}

async fn pause(random: &mut SmallRng, ms: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(random.random_range(ms))).await;
}

impl Scene {
    /// Puts what the blows need around a house: a PostgreSQL of its own, a line that can be harmed.
    async fn around(mut house: House, blows: &[Blow], seed: u64) -> Outcome<Self> {
        let (mut cluster, mut lines) = (None, Vec::new());
        let program = &mut house.program;
        if blows.contains(&Blow::Database) {
            let own = Postgres::start(true).await?;
            let done = program.output(&["backup", "moved.backup"])?;
            ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            program.kill9();
            program.database_url = own.database().await?;
            program.set_env("PARTNERSPACE__DATABASE__URL", &program.database_url.clone());
            let done = program.output(&["restore", "moved.backup"])?;
            ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            cluster = Some(own);
        }
        if blows.contains(&Blow::Line) {
            program.kill9();
            let (near, port) = (program.registration.port, place::port()?);
            lines.push(Proxy::start(Some(near), port, seed).await?);
            program.set_env("PARTNERSPACE__APPSERVICE__LISTEN", &format!("127.0.0.1:{port}"));
            let homeserver: url::Url = house.homeserver.url().parse()?;
            let far = homeserver.port().context("a homeserver on a port")?;
            lines.push(Proxy::start(None, far, seed ^ 1).await?);
            let url = format!("http://127.0.0.1:{}", lines[1].port);
            house.program.set_env("PARTNERSPACE__HOMESERVER__URL", &url);
        }
        if cluster.is_some() || !lines.is_empty() {
            house.program.restart().await?;
        }
        Ok(Self { house, cluster, lines })
    }

    async fn strike(&self, blow: Blow, random: &mut SmallRng) -> Outcome<()> {
        let program = &self.house.program;
        match blow {
            Blow::Kill => {
                program.kill9();
                program.launch()
            }
            Blow::Stop => {
                program.signal("STOP")?;
                pause(random, 100..2_000).await;
                program.signal("CONT")
            }
            Blow::Line => {
                self.lines.iter().for_each(|line| line.harm(HARM_PERCENT));
                pause(random, 500..3_000).await;
                self.lines.iter().for_each(|line| line.harm(0));
                Ok(())
            }
            Blow::Database => {
                let cluster = self.cluster.as_ref().context("no cluster of its own")?;
                cluster.kill9();
                pause(random, 1..1_000).await;
                cluster.restart().await
            }
        }
    }
}

/// How often each event was replied to, once every command has its reply.
async fn settled(
    fake: &Fake,
    house: &House,
    rooms: &[&str],
    wanted: usize,
) -> Outcome<HashMap<String, usize>> {
    let mut last = 0;
    // A look holds the homeserver up while it goes through all that was sent: the more, the rarer.
    let pause = 1 + wanted / LOOKED_THROUGH_PER_S;
    for _ in 0..(SETTLE_S + wanted / COMMANDS_PER_S) / pause {
        let mut replies: HashMap<String, usize> = HashMap::new();
        for room in rooms.iter().copied().chain([house.control.as_str()]) {
            for event in fake.sent_by(room, &house.program.bot) {
                // The decision is told under the claim as well: that is not the command's reply.
                let decided = event.content.pointer("/agency.siso.partners.card/event");
                if room != house.control && decided.is_some_and(|word| word == "approved") {
                    continue;
                }
                let to = event.content.pointer("/m.relates_to/m.in_reply_to/event_id");
                if let Some(to) = to.and_then(serde_json::Value::as_str) {
                    *replies.entry(to.to_owned()).or_default() += 1;
                }
            }
        }
        last = replies.len();
        if last >= wanted {
            return Ok(replies);
        }
        tokio::time::sleep(Duration::from_secs(pause as u64)).await;
    }
    Err(anyhow::anyhow!("{last} of {wanted} commands have a reply"))
        .context(house.program.log_tail())
}
