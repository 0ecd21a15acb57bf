//! The same on real homeservers.
use super::{ordered, told};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::certificates;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::synapse::Synapse;
use partnerspace_tests::wait::{until, within};
use serde_json::json;
use std::time::Duration;

/// A homeserver that comes back waits some time before it tells others what they have missed.
const CAUGHT_UP_IN: Duration = Duration::from_secs(300);
const CLAIMS: i64 = 24;

/// Claims are made there while this side is down; then that side is killed, both come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_of_a_killed_server_counts_once() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    // No person says so much within a minute, and what is only minutes old is not late.
    let limits = "[limits]\ncommands_burst = 1000\n";
    let mut house = House::open_with(Ground::OwnSynapse, "olga", limits).await?;
    house.plain_foreigner("rio", &there).await?;
    house.added("rio").await?;
    let general = house.room("general", "rio").await?;
    let rio = house.person("rio")?;
    rio.reply_to(&rio.say(&general, "!me").await?).await?;

    let here = house.homeserver.synapse().context("a Synapse")?;
    here.kill9();
    let mut said = Vec::new();
    for n in 0..CLAIMS {
        said.push(rio.say(&general, &format!("!sale add {} EUR Client {n}", n + 1)).await?);
    }
    there.kill9();
    here.restart().await?;
    there.restart().await?;
    // What Synapse does by itself some time after its start, a word of somebody does at once.
    let last = until("rio to speak again", || async { rio.say(&general, "back").await.ok() });
    last.await?;
    let facts = Facts::of(&house.program).await?;
    let counted = "select count(*) from sale";
    let all = async {
        loop {
            if facts.number(counted, &[]).await.unwrap_or(0) >= CLAIMS {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    within(CAUGHT_UP_IN, "all claims to be counted", all)
        .await
        .with_context(|| house.program.log_tail())?;
    for event in &said {
        ensure!(facts.sales_by(event).await? == 1, "{event} is not one sale");
        rio.reply_to(event).await?;
    }
    ensure!(facts.number(counted, &[]).await? == CLAIMS, "more sales than claims");
    Ok(())
}

/// A killed server's person is waited for, others are not held up, and they come in when it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_to_a_killed_server_arrives() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    let mut house = House::open(Ground::Synapse, "olga").await?;
    let rio = house.plain_foreigner("rio", &there).await?.id.clone();
    there.kill9();
    ordered(&house, &format!("!partner add {rio}")).await?;
    let away = until("the silence to be noticed", || async {
        let shown = ordered(&house, &format!("!partner show {rio}")).await.ok()?;
        (shown.card()["partner"]["reach"]["reach"] == "away").then_some(())
    });
    away.await.with_context(|| house.program.log_tail())?;
    house.partner("ana").await?;
    there.restart().await?;
    let person = house.person("rio")?;
    person.sees_invitation(&house.space).await.with_context(|| house.program.log_tail())?;
    let joined = until("the invitation to hold", || async { person.join(&house.space).await.ok() });
    joined.await?;
    ensure!(told(&house, "outbox.parked").is_empty(), "a failed try was told as final");
    Ok(())
}

/// Somebody's own server takes no invitation for them: the team hears it once, and when they have changed
/// their mind they are asked again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_invitation_is_told_once() -> Outcome<()> {
    const KEPT: &str = "m.invite_permission_config";
    let there = Synapse::start(0).await?;
    let mut house = House::open(Ground::Synapse, "olga").await?;
    let fay = house.plain_foreigner("fay", &there).await?.id.clone();
    house.person("fay")?.set_account_data(KEPT, json!({ "default_action": "block" })).await?;
    ordered(&house, &format!("!partner add {fay}")).await?;
    let alert = |events: &[Event]| {
        events.iter().find(|event| event.card()["id"] == "invite.blocked").cloned()
    };
    let alert = house.owner().sees("the block told", alert).await?;
    ensure!(alert.body().contains(&format!("!partner invite {fay}")), "{}", alert.body());
    let shown = ordered(&house, &format!("!partner show {fay}")).await?;
    ensure!(shown.card()["partner"]["reach"]["reach"] == "blocked", "{}", shown.body());
    ensure!(told(&house, "invite.blocked").len() == 1, "told for each room");

    let fay_here = house.person("fay")?;
    fay_here.set_account_data(KEPT, json!({ "default_action": "allow" })).await?;
    ordered(&house, &format!("!partner invite {fay}")).await?;
    fay_here.sees_invitation(&house.space).await?;
    until("the invitation to hold", || async { fay_here.join(&house.space).await.ok() }).await?;
    Ok(())
}

/// A real server is looked at, from here and by our homeserver; then it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_server_is_looked_at() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    let folder = tempfile::tempdir()?;
    let trusted = certificates::trusted(folder.path())?;
    let house = House::open_with(Ground::Synapse, "olga", &trusted).await?;
    let found = looked(&house, &there.server_name).await?;
    ensure!(found.card()["status"] == "fine", "{}", found.body());
    ensure!(found.card()["software"] == "Synapse", "{}", found.body());
    ensure!(found.body().contains("Our homeserver reaches it"), "{}", found.body());
    there.kill9();
    // Within a minute the same is told again.
    let again = ordered(&house, &format!("!server check {}", there.server_name)).await?;
    ensure!(again.card()["status"] == "fine", "{}", again.body());
    let facts = Facts::of(&house.program).await?;
    facts.change("update server_check set done_at = done_at - 61000", &[]).await?;
    let gone = looked(&house, &there.server_name).await?;
    ensure!(gone.card()["status"] == "broken", "{}", gone.body());
    ensure!(gone.body().contains("Nothing answers there"), "{}", gone.body());
    Ok(())
}

async fn looked(house: &House, server: &str) -> Outcome<Event> {
    let olga = house.owner();
    let asked = olga.say(&house.control, &format!("!server check {server}")).await?;
    let replies = olga.replies_to(&asked, 2).await?;
    ensure!(replies[0].card()["status"] == "asked", "{}", replies[0].body());
    Ok(replies[1].clone())
}
