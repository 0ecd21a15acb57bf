//! What people of two organizations do with each other, each from their own server: a client that both
//! name, a challenge, a mentor, and whose yes comes first.
use super::stage::Stage;
use anyhow::ensure;
use jiff::{Timestamp, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

const GOAL: &str = "agency.siso.partners.goal";
/// All that the two have sold until then, and their parts of one sale.
const NORTH: i64 = 98_000 + 6_000;
const SOUTH: i64 = 58_000 + 3_000;

/// Both know the client, the team rules that they share it, and the claim comes in those parts. The
/// challenge that is on meanwhile counts for each side what is its own.
pub async fn shared_client(stage: &Stage) -> Outcome<()> {
    // The night may fall on the way.
    let today = Timestamp::from_millisecond(stage.house.now())?.to_zoned(TimeZone::UTC).date();
    let (from, to) = (today.yesterday()?, today.tomorrow()?.tomorrow()?);
    let derby = format!("!goal set Derby revenue --from {from} --until {to}");
    stage.control(&format!("{derby} --between north,south")).await?;
    stage.asks("nina", "deal register Boreal").await?;
    let second = stage.asks("sara", "deal register Boreal").await?;
    ensure!(second.body().contains("Another partner registered"), "{}", second.body());
    stage.control("!deal rule C-1 shares --weights 2:1 both were there").await?;
    for name in ["nina", "sara"] {
        let hears = |events: &[Event]| {
            events.iter().any(|event| event.card()["event"] == "shared").then_some(())
        };
        stage.house.person(name)?.sees("the ruling", hears).await?;
    }
    let number = stage.claims("nina", "sale add 90 EUR Boreal").await?;
    stage.approved(&number).await?;
    for reader in ["nina", "sara"] {
        let person = stage.house.person(reader)?;
        until("both sides' progress", || async {
            let goal = person.state(&stage.house.space, GOAL, "G-1").await.ok()??;
            let sides = goal["between"].as_array()?;
            let of = |slug: &str| {
                let side = sides.iter().find(|side| side["organization"] == slug)?;
                side["progress"].as_i64()
            };
            (of("north")? == NORTH && of("south")? == SOUTH).then_some(())
        })
        .await?;
    }
    Ok(())
}

/// A mentor in the north, a mentee in the south, and their room on both servers.
pub async fn mentor(stage: &Stage) -> Outcome<()> {
    let (nina, sara) = (stage.house.person("nina")?, stage.house.person("sara")?);
    let bot = &stage.house.program.bot;
    stage.asks("nina", "mentor offer").await?;
    let known = [nina.invitations_by(bot), sara.invitations_by(bot)].concat();
    stage.asks("sara", &format!("mentor ask {} to write better", nina.id)).await?;
    let chat = stage.house.chat_of("nina")?;
    let request = nina.sees("the request", |events| said(events, chat, "would like you")).await?;
    nina.react(chat, request.id(), "✅").await?;
    let mut rooms = Vec::new();
    for person in [nina, sara] {
        let room = person.invited_by(bot, |room| !known.contains(room)).await?;
        until("the room for two", || async { person.join(&room).await.ok() }).await?;
        rooms.push(room);
    }
    ensure!(rooms[0] == rooms[1], "two rooms for two: {rooms:?}");
    let room = &rooms[0];
    nina.say(room, "!mentor log We went through the price list").await?;
    let noted = sara.sees("the session", |events| said(events, room, "price list")).await?;
    sara.react(room, noted.id(), "✅").await?;
    let facts = Facts::of(&stage.house.program).await?;
    let confirmed = "select count(*) from mentor_session where confirmed_at is not null";
    until("the session to be confirmed", || async {
        (facts.number(confirmed, &[]).await.ok()? == 1).then_some(())
    })
    .await
}

fn said(events: &[Event], room: &str, words: &str) -> Option<Event> {
    let is_it = |event: &&Event| {
        event.room == room && event.body().contains(words) && !event.card().is_null()
    };
    events.iter().find(is_it).cloned()
}

/// A reviewer on a partner's server: for their own organization's sale their yes is the second.
pub async fn the_first_yes(stage: &Stage) -> Outcome<()> {
    let noah = stage.house.person("noah")?;
    stage.control(&format!("!role grant {} reviewer", noah.id)).await?;
    let control = &stage.house.control;
    noah.sees_invitation(control).await?;
    until("the control room to be joined", || async { noah.join(control).await.ok() }).await?;
    let number = stage.claims("nina", "sale add 9000 EUR \"Polar Bank\"").await?;
    let line = format!("!sale approve {number}");
    let refused = noah.reply_to(&noah.say(control, &line).await?).await?;
    ensure!(
        refused.body().contains("the first yes must come from another one"),
        "{}",
        refused.body()
    );
    stage.control(&line).await?;
    let approved = noah.reply_to(&noah.say(control, &line).await?).await?;
    ensure!(approved.card()["kind"] != "refusal", "{}", approved.body());
    let shown = stage.control(&format!("!sale show {number}")).await?;
    ensure!(shown.card()["sale"]["status"] == "approved", "{}", shown.card());
    Ok(())
}
