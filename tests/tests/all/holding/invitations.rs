//! Invitations that do not arrive.
use super::{FAR, fake, ordered, told};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;

/// Whether a person is asked in, as `partner show` says it.
async fn reach(house: &House, user: &str) -> Outcome<String> {
    let shown = ordered(house, &format!("!partner show {user}")).await?;
    Ok(shown.card()["partner"]["reach"]["reach"].as_str().unwrap_or_default().to_owned())
}

async fn reach_is(house: &House, user: &str, wanted: &str) -> Outcome<()> {
    until(&format!("{user} to be {wanted}"), || async {
        (reach(house, user).await.ok()? == wanted).then_some(())
    })
    .await
}

async fn a_silent_server_holds_up_nobody(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    let fay = house.outsider("fay", FAR)?.id.clone();
    fake(&house)?.quirks(|quirks| quirks.silent = [FAR.to_owned()].into());
    ordered(&house, &format!("!partner add {fay}")).await?;
    reach_is(&house, &fay, "away").await?;
    // Others come into the same rooms meanwhile, and the bot talks there.
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let ana = house.person("ana")?;
    ana.reply_to(&ana.say(&general, "!help").await?).await?;
    ensure!(reach(&house, &fay).await? == "away", "the invitation arrived nowhere");
    ensure!(told(&house, "invite.away").is_empty(), "told before an hour was over");

    // An hour later: the hour is turned on in the row that waits for it.
    house.program.kill9();
    let facts = Facts::of(&house.program).await?;
    facts.change("update job set run_at = 1 where kind = 'room.reach'", &[]).await?;
    house.program.launch()?;
    let alert = |events: &[partnerspace_tests::people::Event]| {
        events.iter().find(|event| event.card()["id"] == "invite.away").cloned()
    };
    let alert = house.owner().sees("the silence told", alert).await?;
    ensure!(
        alert.body().contains(&fay) && alert.body().contains("keep trying"),
        "{}",
        alert.body()
    );

    fake(&house)?.quirks(|quirks| quirks.silent.clear());
    reach_is(&house, &fay, "invited").await?;
    let person = house.person("fay")?;
    person.sees_invitation(&house.space).await?;
    let bot = house.program.bot.clone();
    let space = house.space.clone();
    person.invited_by(&bot, |room| *room != space).await?;
    person.join(&house.space).await?;
    reach_is(&house, &fay, "joined").await?;
    ensure!(told(&house, "invite.arrived").len() == 1, "its end was not told once");
    ensure!(told(&house, "invite.away").len() == 1, "the silence was not told once");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_server_on_sqlite() -> Outcome<()> {
    a_silent_server_holds_up_nobody(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_server_on_postgres() -> Outcome<()> {
    a_silent_server_holds_up_nobody(Ground::FakePostgres).await
}

/// Whoever lets in no invitations is told of once, for all their rooms, and asked again on demand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocked_invitations_are_told_once() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    let fay = house.outsider("fay", FAR)?.id.clone();
    fake(&house)?.quirks(|quirks| quirks.blocking = [fay.clone()].into());
    ordered(&house, &format!("!partner add {fay}")).await?;
    let alert = |events: &[partnerspace_tests::people::Event]| {
        events.iter().find(|event| event.card()["id"] == "invite.blocked").cloned()
    };
    let alert = house.owner().sees("the block told", alert).await?;
    ensure!(alert.body().contains(&format!("!partner invite {fay}")), "{}", alert.body());
    reach_is(&house, &fay, "blocked").await?;
    // The chat meets the same wall.
    let facts = Facts::of(&house.program).await?;
    let waiting = "select count(*) from job where kind = 'room.reach'";
    until("the chat's refusal to be looked at", || async {
        (facts.number(waiting, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    ensure!(told(&house, "invite.blocked").len() == 1, "told for each room");

    fake(&house)?.quirks(|quirks| quirks.blocking.clear());
    let again = ordered(&house, &format!("!partner invite {fay}")).await?;
    ensure!(again.card()["event"] == "invited", "{}", again.body());
    let person = house.person("fay")?;
    person.sees_invitation(&house.space).await?;
    reach_is(&house, &fay, "invited").await?;
    let nobody = ordered(&house, "!partner invite @nobody:far.example").await?;
    ensure!(nobody.card()["code"] == "E-REF", "{}", nobody.body());
    Ok(())
}
