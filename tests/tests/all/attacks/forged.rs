//! Events that no client could send: times, ages, senders and pasts made up, the same again, forks.
use super::stage::Stage;
use super::{Attack, Then, attack};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::fake::clock;
use partnerspace_tests::peer::{Signed, after, said};
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;
const LONG_AGO: i64 = 1_000_000_000_000;
/// Late commands at once, and how many of them the team hears of, each.
const LATE: usize = 20;
const LATE_TOLD_MAX: usize = 10;

pub const TABLE: &[Attack] = &[
    attack(
        "a time long past",
        "a claim that says it is of 2001, and not how old it is",
        "it is not run, and told once",
        |stage| Box::pin(long_past(stage)),
    )
    .told(1),
    attack(
        "a clock behind",
        "a claim of a moment ago by a clock that stands in 2001",
        "it counts once, from when it came",
        |stage| Box::pin(at_time(stage, (LONG_AGO, Some(40)), "Behind")),
    )
    .claims(1),
    attack(
        "a time ahead",
        "a claim that says it is of next week",
        "it counts once, from when it came",
        |stage| Box::pin(at_time(stage, (clock() + 6 * DAY_MS, None), "Ahead")),
    )
    .claims(1),
    attack(
        "a time far ahead",
        "a claim that says it is of the year 287396, when no key is known to hold",
        "nothing is run",
        |stage| Box::pin(far_ahead(stage)),
    ),
    attack(
        "a time before all time",
        "a claim whose time is below zero",
        "it counts once, from when it came",
        |stage| Box::pin(at_time(stage, (-1_000, None), "Before")),
    )
    .claims(1),
    attack(
        "an age made up",
        "twenty commands that say they are a month old",
        "none is run; the team is told of ten at most",
        |stage| Box::pin(made_late(stage)),
    )
    .told(LATE_TOLD_MAX),
    attack("a replay", "one claim in five transactions", "one claim, one answer", |stage| {
        Box::pin(replayed(stage))
    })
    .claims(1),
    attack(
        "twins",
        "two events of the same content and time",
        "one claim; the other is asked about",
        |stage| Box::pin(twins(stage)),
    )
    .claims(1),
    attack("a fork", "two claims that follow the same event", "each is one claim", |stage| {
        Box::pin(forked(stage))
    })
    .claims(2),
    attack(
        "a fork of old",
        "a claim that follows its sender's first step into the room",
        "it is one claim",
        |stage| Box::pin(forked_long_ago(stage)),
    )
    .claims(1),
    attack(
        "another's name",
        "claims of people of both other servers, signed by the peer",
        "nobody said that",
        |stage| Box::pin(others(stage)),
    ),
    attack(
        "other words",
        "a claim whose content is not that of its hash",
        "nothing is run",
        |stage| Box::pin(tampered(stage)),
    ),
    attack(
        "another's claim again",
        "a claim of the other server, sent again by the peer as it is and with more money",
        "it is one claim of its first amount",
        |stage| Box::pin(relayed(stage)),
    )
    .claims(1),
    attack(
        "another room",
        "a line from a chat, moved to the general room",
        "nothing is run",
        |stage| Box::pin(moved(stage)),
    ),
    attack(
        "a past that nobody has",
        "a claim that follows an event which the peer does not give out",
        "nothing is run, others are heard",
        |stage| Box::pin(rootless(stage)),
    ),
    attack(
        "a past on demand",
        "a claim that is only given out when it is asked for",
        "it is one claim",
        |stage| Box::pin(on_demand(stage)),
    )
    .claims(1),
    attack(
        "numbers out of range",
        "claims with fractions and with numbers above 2^53 in them",
        "nothing is run",
        |stage| Box::pin(numbers(stage)),
    ),
    attack("words as state", "a claim with a state key", "nothing is run", |stage| {
        Box::pin(as_state(stage))
    }),
];

fn draft(stage: &Stage, text: &str) -> Outcome<Value> {
    stage.peer.draft(&stage.general, &stage.mallory, "m.room.message", &said(text))
}

fn signed(stage: &Stage, text: &str) -> Outcome<Signed> {
    Ok(stage.peer.signed(draft(stage, text)?))
}

async fn long_past(stage: &Stage) -> Outcome<Then> {
    let mut pdu = draft(stage, "!sale add 5 EUR Past")?;
    pdu["origin_server_ts"] = LONG_AGO.into();
    let event = stage.peer.signed(pdu);
    stage.peer.push(std::slice::from_ref(&event)).await?;
    let answer = stage.peer.answer_to(&event.id).await?;
    ensure!(answer.card()["code"] == "E-LATE", "{}", answer.body());
    Ok(Then::counted([(event.id, 0)]))
}

/// A claim with a time of its own, and the age beside it where one is told.
async fn at_time(stage: &Stage, (time, age): (i64, Option<i64>), client: &str) -> Outcome<Then> {
    let mut pdu = draft(stage, &format!("!sale add 5 EUR {client}"))?;
    pdu["origin_server_ts"] = time.into();
    if let Some(age) = age {
        pdu["unsigned"] = json!({ "age": age });
    }
    let event = stage.peer.signed(pdu);
    stage.peer.push(std::slice::from_ref(&event)).await?;
    stage.peer.answer_to(&event.id).await?;
    let now = clock();
    let near = "select count(*) from sale where cause = $1 and abs(claimed_at - cast($2 as bigint)) < 600000";
    let near = stage.facts.number(near, &[&event.id, &now.to_string()]).await?;
    ensure!(near == 1, "it counts from another time");
    Ok(Then::counted([(event.id, 1)]))
}

async fn far_ahead(stage: &Stage) -> Outcome<Then> {
    let mut pdu = draft(stage, "!sale add 5 EUR Far ahead")?;
    pdu["origin_server_ts"] = 9_007_199_254_740_991_i64.into();
    let event = stage.peer.signed(pdu);
    stage.peer.push(std::slice::from_ref(&event)).await?;
    Ok(Then::silent([event.id]))
}

async fn made_late(stage: &Stage) -> Outcome<Then> {
    let mut events = Vec::new();
    for n in 0..LATE {
        let mut pdu = draft(stage, &format!("!sale add 5 EUR Late {n}"))?;
        pdu["origin_server_ts"] =
            (pdu["origin_server_ts"].as_i64().unwrap_or(0) - 30 * DAY_MS).into();
        pdu["unsigned"] = json!({ "age": 30 * DAY_MS });
        events.push(stage.peer.signed(pdu));
    }
    stage.peer.push(&events).await?;
    let answer = stage.peer.answer_to(&events[0].id).await?;
    ensure!(answer.card()["code"] == "E-LATE", "{}", answer.body());
    Ok(Then::counted(events.into_iter().map(|event| (event.id, 0))))
}

async fn replayed(stage: &Stage) -> Outcome<Then> {
    let event = signed(stage, "!sale add 5 EUR Replay")?;
    for _ in 0..5 {
        stage.peer.push(std::slice::from_ref(&event)).await?;
    }
    stage.peer.push(&[event.clone(), event.clone(), event.clone()]).await?;
    stage.settled().await?;
    let answers = stage.answers(&event.id).len();
    ensure!(answers == 1, "{answers} answers");
    Ok(Then::counted([(event.id, 1)]))
}

async fn twins(stage: &Stage) -> Outcome<Then> {
    let first = draft(stage, "!sale add 6 EUR Twin")?;
    let mut second = first.clone();
    second["depth"] = (first["depth"].as_i64().unwrap_or(0) + 1).into();
    let (first, second) = (stage.peer.signed(first), stage.peer.signed(second));
    stage.peer.push(&[first.clone(), second.clone()]).await?;
    let answer = stage.peer.answer_to(&second.id).await?;
    ensure!(answer.card()["code"] == "E-DUP", "{}", answer.body());
    // Or a later yes of theirs would be the answer.
    stage.mallory_asks("no").await?;
    Ok(Then::counted([(first.id, 1), (second.id, 0)]))
}

async fn forked(stage: &Stage) -> Outcome<Then> {
    let one = signed(stage, "!sale add 7 EUR Left")?;
    let two = signed(stage, "!sale add 8 EUR Right")?;
    stage.peer.push(&[one.clone(), two.clone()]).await?;
    Ok(Then::counted([(one.id, 1), (two.id, 1)]))
}

async fn forked_long_ago(stage: &Stage) -> Outcome<Then> {
    let mut known = stage.peer.room(&stage.general)?;
    let key = ("m.room.member".to_owned(), stage.mallory.clone());
    let joined = known.state[&key].clone();
    known.depth = stage.peer.heard().known[&joined]["depth"].as_i64().unwrap_or_default();
    known.latest = [joined].into();
    let place = (stage.general.as_str(), stage.mallory.as_str());
    let event = after(&known, place, "m.room.message", &said("!sale add 9 EUR Old fork"));
    let event = stage.peer.signed(event);
    stage.peer.push(std::slice::from_ref(&event)).await?;
    Ok(Then::counted([(event.id, 1)]))
}

async fn others(stage: &Stage) -> Outcome<Then> {
    let mut events = Vec::new();
    for user in [&stage.sara().id, &stage.ana().id, &stage.olga().id, &stage.house.program.bot] {
        let said = said("!sale add 10 EUR Not mine");
        let pdu = stage.peer.draft(&stage.general, user, "m.room.message", &said)?;
        events.push(stage.peer.signed(pdu));
    }
    stage.peer.push(&events).await?;
    Ok(Then::silent(events.into_iter().map(|event| event.id)))
}

async fn tampered(stage: &Stage) -> Outcome<Then> {
    let mut event = signed(stage, "only talk")?;
    event.pdu["content"]["body"] = json!("!sale add 11 EUR Tampered");
    stage.peer.push(std::slice::from_ref(&event)).await?;
    Ok(Then::silent([event.id]))
}

async fn relayed(stage: &Stage) -> Outcome<Then> {
    let said = stage.sara().say(&stage.general, "!sale add 12 EUR Relay").await?;
    let heard = |heard: &partnerspace_tests::peer::Heard| heard.known.get(&said).cloned();
    let pdu = stage.peer.until("Sara's claim", heard).await?;
    let mut more = pdu.clone();
    more["content"]["body"] = json!("!sale add 1200 EUR Relay");
    let again = |pdu| Signed { id: said.clone(), pdu };
    stage.peer.push(&[again(pdu), again(more.clone())]).await?;
    let resigned = stage.peer.signed(more);
    stage.peer.push(std::slice::from_ref(&resigned)).await?;
    stage.settled().await?;
    let amount = "select count(*) from sale where cause = $1 and amount_minor = 1200";
    ensure!(stage.facts.number(amount, &[&said]).await? == 1, "it has another amount");
    Ok(Then { silent: vec![resigned.id], ..Then::counted([(said, 1)]) })
}

async fn moved(stage: &Stage) -> Outcome<Then> {
    let chat = stage.chat(&stage.mallory)?;
    let content = said("!sale add 13 EUR Moved");
    let pdu = stage.peer.draft(chat, &stage.mallory, "m.room.message", &content)?;
    let mut event = stage.peer.signed(pdu);
    event.pdu["room_id"] = json!(stage.general);
    stage.peer.push(std::slice::from_ref(&event)).await?;
    Ok(Then::silent([event.id]))
}

async fn rootless(stage: &Stage) -> Outcome<Then> {
    let mut pdu = draft(stage, "!sale add 14 EUR Rootless")?;
    pdu["prev_events"] = json!(["$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]);
    let event = stage.peer.signed(pdu);
    stage.peer.push(std::slice::from_ref(&event)).await?;
    Ok(Then::silent([event.id]))
}

async fn on_demand(stage: &Stage) -> Outcome<Then> {
    let hidden = signed(stage, "!sale add 15 EUR On demand")?;
    stage.peer.heard().known.insert(hidden.id.clone(), hidden.pdu.clone());
    let mut next = draft(stage, "what was before me?")?;
    next["prev_events"] = json!([hidden.id]);
    next["depth"] = (hidden.pdu["depth"].as_i64().unwrap_or(0) + 1).into();
    stage.peer.push(&[stage.peer.signed(next)]).await?;
    stage.peer.answer_to(&hidden.id).await?;
    Ok(Then::counted([(hidden.id, 1)]))
}

async fn numbers(stage: &Stage) -> Outcome<Then> {
    let mut ids = Vec::new();
    for number in [json!(1.5), json!(9_007_199_254_740_992_i64), json!(u64::MAX), json!(-1.0e300)] {
        let mut pdu = draft(stage, "!sale add 16 EUR Numbers")?;
        pdu["content"]["number"] = number;
        let event = stage.peer.signed(pdu);
        // Some servers refuse the event, some the whole transaction.
        drop(stage.peer.push(std::slice::from_ref(&event)).await);
        ids.push(event.id);
    }
    Ok(Then::silent(ids))
}

async fn as_state(stage: &Stage) -> Outcome<Then> {
    let content = said("!sale add 17 EUR State");
    let kind = ("m.room.message", stage.mallory.as_str());
    let pdu = stage.peer.draft_state(&stage.general, &stage.mallory, kind, &content)?;
    let event = stage.peer.signed(pdu);
    stage.peer.push(std::slice::from_ref(&event)).await?;
    Ok(Then::silent([event.id]))
}
