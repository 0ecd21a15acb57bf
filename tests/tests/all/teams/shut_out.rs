//! Whoever is shut out changes no fact, however late or unseen what they do arrives, and although the
//! homeserver has them in the room.
use super::{asked, on_both, order, placed};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::Fake;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use serde_json::json;

const RIO: &str = "@rio:firm.example";

fn fake(house: &House) -> Outcome<&Fake> {
    house.fake().context("a fake homeserver")
}

/// What must stay as it is: each query's number.
const FACTS: [&str; 8] = [
    "select count(*) from sale",
    "select count(*) from sale where withdrawn_at is not null or approved_at is not null",
    "select cast(sum(amount_minor) as bigint) from sale",
    "select count(*) from share where confirmed_at is not null or declined_at is not null",
    "select count(*) from entry",
    "select count(*) from help_fact",
    "select count(*) from deal where dropped_at is not null",
    "select count(*) from partner where name = 'Rio'",
];

async fn snapshot(facts: &Facts) -> Outcome<Vec<i64>> {
    let mut numbers = Vec::new();
    for query in FACTS {
        numbers.push(facts.number(query, &[]).await?);
    }
    Ok(numbers)
}

/// Rio of another homeserver, in the Space, general and a chat with the bot.
async fn rio(house: &mut House, facts: &Facts) -> Outcome<(String, String)> {
    fake(house)?.remote(RIO);
    order(house, &format!("!partner add {RIO} --name Rio")).await?;
    order(house, &format!("!partner organization {RIO} firm")).await?;
    let long = "update membership set from_on = '2020-01-01', joined_at = 1 where left_at is null";
    facts.change(long, &[]).await?;
    let bot = house.program.bot.clone();
    let space = house.space.clone();
    let server = fake(house)?;
    until("Rio's invitations", || async { (server.invites(RIO).len() >= 3).then_some(()) }).await?;
    server.accept_invites(RIO);
    let general = house.room("general", "olga").await?;
    let server = fake(house)?;
    server.join(&general, RIO);
    let chat = server.direct_of(RIO, &bot).context("no chat")?;
    ensure!(server.membership(&space, RIO) == "join", "Rio is not in the Space");
    Ok((general, chat))
}

async fn a_firm_that_is_out_changes_nothing(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let facts = Facts::of(&house.program).await?;
    placed(&house, &facts, "ana", "acme").await?;
    let (general, chat) = rio(&mut house, &facts).await?;
    let server = fake(&house)?;
    let patience = std::time::Duration::from_secs(20);
    // A claim of his own, and one in which he has a part.
    let claim = server.say(&general, RIO, "!sale add 100 EUR Alpha");
    server.reply_to(&general, &claim, patience).await.context("no answer")?;
    asked(&house, "ana", &format!("sale add 200 EUR Beta --with \"{RIO} 1\"")).await?;
    let question = server
        .wait_for(
            |world| {
                let room = world.rooms.get(&chat)?;
                let asks = room.timeline.iter().find(|event| event.body().contains("Your part is"));
                asks.map(|event| event.id.clone())
            },
            patience,
        )
        .await
        .context("Rio was not asked")?;
    order(&house, "!organization suspend firm under review").await?;
    let out = |room: &str| server.membership(room, RIO) == "leave";
    until("Rio to be out", || async { out(&general).then_some(()) }).await?;
    let before = snapshot(&facts).await?;

    // Not shown to anybody, but pushed.
    server.soft_failed(&general, RIO, "!sale add 70 EUR Ghost");
    // His server has him back in the room, and its events are seen.
    let member = json!({ "membership": "join", "displayname": "Somebody Else" });
    server.force(&general, RIO, "m.room.member", Some(RIO), member);
    let edit = json!({
        "msgtype": "m.text", "body": "* !sale add 900 EUR Alpha",
        "m.new_content": { "msgtype": "m.text", "body": "!sale add 900 EUR Alpha" },
        "m.relates_to": { "rel_type": "m.replace", "event_id": claim },
    });
    server.force(&general, RIO, "m.room.message", None, edit);
    let text = json!({ "msgtype": "m.text", "body": "!sale add 80 EUR Ghost" });
    server.force(&general, RIO, "m.room.message", None, text);
    let yes = json!({ "m.relates_to": {
        "rel_type": "m.annotation", "event_id": question, "key": "✅" } });
    server.force(&chat, RIO, "m.reaction", None, yes);
    server.force(&general, RIO, "m.room.redaction", None, json!({ "redacts": claim }));
    server.say_unheard(&general, RIO, "!deal register Gamma");
    let last = json!({ "msgtype": "m.text", "body": "!kudos @ana:example.org for nothing" });
    let last = server.force(&general, RIO, "m.room.message", None, last);
    facts.ended(&last).await?;
    // The gap filler finds what was never pushed.
    house.program.restart().await?;
    let handled = "select count(*) from inbox where done_at is null";
    until("everything to be handled", || async {
        (facts.number(handled, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    ensure!(snapshot(&facts).await? == before, "{:?} was {before:?}", snapshot(&facts).await?);
    left_for_good(&house, &facts, &general).await
}

/// The same when the firm has left for good.
async fn left_for_good(house: &House, facts: &Facts, general: &str) -> Outcome<()> {
    order(house, "!organization remove firm --yes contract ended").await?;
    let before = snapshot(facts).await?;
    let text = json!({ "msgtype": "m.text", "body": "!sale add 90 EUR Ghost" });
    let server = fake(house)?;
    server.force(general, RIO, "m.room.member", Some(RIO), json!({ "membership": "join" }));
    let last = server.force(general, RIO, "m.room.message", None, text);
    facts.ended(&last).await?;
    ensure!(snapshot(facts).await? == before, "{:?} was {before:?}", snapshot(facts).await?);
    Ok(())
}

/// A role rests while its partner is suspended, and is theirs again after.
async fn a_role_rests(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let facts = Facts::of(&house.program).await?;
    let ana = house.person("ana")?.id.clone();
    order(&house, &format!("!role grant {ana} reviewer")).await?;
    house.room("control", "ana").await?;
    asked(&house, "ben", "sale add 100 EUR Alpha").await?;
    order(&house, &format!("!partner suspend {ana} under review")).await?;
    let server = fake(&house)?;
    let control = house.control.clone();
    until("Ana to be out", || async {
        (server.membership(&control, &ana) == "leave").then_some(())
    })
    .await?;
    server.force(&control, &ana, "m.room.member", Some(&ana), json!({ "membership": "join" }));
    let text = json!({ "msgtype": "m.text", "body": "!sale approve S-1" });
    let said = server.force(&control, &ana, "m.room.message", None, text);
    facts.ended(&said).await?;
    let approved = "select count(*) from sale where approved_at is not null";
    ensure!(facts.number(approved, &[]).await? == 0, "a suspended reviewer approved");
    order(&house, &format!("!partner reinstate {ana}")).await?;
    let text = json!({ "msgtype": "m.text", "body": "!sale approve S-1" });
    let server = fake(&house)?;
    if server.membership(&control, &ana) != "join" {
        until("Ana to be asked in again", || async {
            (server.membership(&control, &ana) == "invite").then_some(())
        })
        .await?;
        server.join(&control, &ana);
    }
    let said = server.send(&control, &ana, "m.room.message", text);
    facts.ended(&said).await?;
    ensure!(facts.number(approved, &[]).await? == 1, "a reinstated reviewer may not approve");
    Ok(())
}

on_both!(a_firm_that_is_out_changes_nothing, a_role_rests);
