//! `kill -9` of the program at random while thousands of commands arrive: each visible command has
//! exactly one reply, the ledger verifies, and the boards equal a replay.
use anyhow::{Context, bail, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::house::{Ground, Homeserver, House};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::time::Duration;

/// A flood of one person: the limits are raised, as the test says.
const FLOOD: &str = "[limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n\
    inbox_coalesce = 100000\n";
const COMMANDS: usize = 5_000;
const KILLS: usize = 50;
/// Seed of the kills' times; another one is another test.
const SEED: u64 = 20_261_124;
const SETTLE_S: usize = 300;

/// The lines: claims, looks, and now and then an approval of an early claim.
fn line(n: usize) -> (bool, String) {
    match n % 10 {
        0 | 5 => (false, format!("!sale add {} EUR Client {n}", n + 1)),
        7 => (true, format!("!sale approve S-{}", n / 20 + 1)),
        _ => (false, "!me".to_owned()),
    }
}

async fn killed_and_complete(ground: Ground) -> Outcome<()> {
    let mut house = House::open_with(ground, "olga", FLOOD).await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let (ana, olga) = (house.person("ana")?.id.clone(), house.owner().id.clone());
    let Homeserver::Fake(fake) = &house.homeserver else { bail!("this test floods a fake") };
    let mut random = SmallRng::seed_from_u64(SEED);
    let mut said = Vec::with_capacity(COMMANDS);
    for kill in 0..KILLS {
        for n in kill * COMMANDS / KILLS..(kill + 1) * COMMANDS / KILLS {
            let (control, text) = line(n);
            let (room, who) = if control { (&house.control, &olga) } else { (&general, &ana) };
            said.push((room.clone(), fake.say(room, who, &text)));
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(20..600))).await;
        house.program.kill9();
        house.program.launch()?;
    }
    house.program.ready().await?;
    let replies = settled(fake, &house, &[&general], said.len()).await?;
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

/// How often each event was replied to, once every command has its reply.
async fn settled(
    fake: &partnerspace_tests::fake::Fake,
    house: &House,
    rooms: &[&str],
    wanted: usize,
) -> Outcome<HashMap<String, usize>> {
    let mut last = 0;
    for _ in 0..SETTLE_S {
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
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Err(anyhow::anyhow!("{last} of {wanted} commands have a reply"))
        .context(house.program.log_tail())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    killed_and_complete(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    killed_and_complete(Ground::FakePostgres).await
}
