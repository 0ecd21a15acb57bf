//! What somebody changed afterwards is found: a score, a row, a hash, an extract left out or moved, a
//! partner added; and what cannot be told is said so.
use super::histories::{history, judged};
use super::world::{card, card_mut, id};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::house::Ground;
use serde_json::{Value, json};

const BOARD: &str = "agency.siso.partners.leaderboard";

/// Places of the extracts, in their order.
fn extracts(events: &[Value]) -> Vec<usize> {
    (0..events.len()).filter(|at| card(&events[*at])["kind"] == "extract").collect()
}

/// The newest state of the board of all time.
fn board(events: &[Value]) -> Outcome<usize> {
    let found = events
        .iter()
        .rposition(|event| event["type"] == BOARD && event["state_key"] == "revenue.all");
    found.context("a board")
}

type Change = fn(&mut Vec<Value>) -> Outcome<()>;

const CHANGES: &[(&str, Change, &str)] = &[
    (
        "a score",
        |events| {
            let at = board(events)?;
            let rows = events[at]["content"]["standings"].as_array_mut().context("rows")?;
            let row = rows.iter_mut().find(|row| row["partner"] != "").context("a name")?;
            row["score"] = (row["score"].as_i64().context("a score")? + 1).into();
            Ok(())
        },
        "the extracts make",
    ),
    (
        "a rank",
        |events| {
            let at = board(events)?;
            events[at]["content"]["standings"][0]["rank"] = 99.into();
            Ok(())
        },
        "has rank 99",
    ),
    (
        "a partner added",
        |events| {
            let at = board(events)?;
            let rows = events[at]["content"]["standings"].as_array_mut().context("rows")?;
            let rank = rows.len() + 1;
            rows.push(json!({ "rank": rank, "partner": id(77), "name": "Nobody", "score": 1 }));
            let participants =
                events[at]["content"]["participants"].as_i64().context("a number")?;
            events[at]["content"]["participants"] = (participants + 1).into();
            Ok(())
        },
        "the extracts tell of no score",
    ),
    (
        "a partner left out",
        |events| {
            let at = board(events)?;
            let rows = events[at]["content"]["standings"].as_array_mut().context("rows")?;
            let named = rows.iter().position(|row| row["partner"] != "").context("a name")?;
            rows.remove(named);
            Ok(())
        },
        "is missing",
    ),
    (
        "an extract left out",
        |events| {
            let all = extracts(events);
            events.remove(all[all.len() / 2]);
            Ok(())
        },
        "missing between",
    ),
    (
        "two extracts in each other's place",
        |events| {
            let all = extracts(events);
            let (a, b) = (all[1], all[2]);
            let (first, second) = (card(&events[a])["n"].clone(), card(&events[b])["n"].clone());
            card_mut(&mut events[a])["n"] = second;
            card_mut(&mut events[b])["n"] = first;
            Ok(())
        },
        "its hash is not that of its text",
    ),
    (
        "an extract sent later",
        |events| {
            let all = extracts(events);
            let at = events[all[2]]["origin_server_ts"].as_i64().context("a time")?;
            events[all[1]]["origin_server_ts"] = (at + 1).into();
            Ok(())
        },
        "is older than",
    ),
    (
        "a hash",
        |events| {
            let at = *extracts(events).last().context("an extract")?;
            card_mut(&mut events[at])["hash"] = "0".repeat(64).into();
            Ok(())
        },
        "its hash is not that of its text",
    ),
    (
        "the ledger's hash",
        |events| {
            let head = events.iter().position(|event| card(event)["kind"] == "ledger_head");
            card_mut(&mut events[head.context("a head")?])["hash"] = "f".repeat(64).into();
            Ok(())
        },
        "has two hashes",
    ),
    (
        "what an extract tells",
        |events| {
            for at in extracts(events) {
                let row = &mut card_mut(&mut events[at])["moves"][0]["rows"][0];
                if let Some(revenue) = row["revenue"].as_i64() {
                    row["revenue"] = (revenue + 1).into();
                    return Ok(());
                }
            }
            anyhow::bail!("no extract tells of revenue first")
        },
        "its hash is not that of its text",
    ),
    (
        "a result",
        |events| {
            let result = events.iter().position(|event| card(event)["kind"] == "season");
            let card = card_mut(&mut events[result.context("a result")?]);
            let boards = card["boards"].as_array_mut().context("boards")?;
            let rows = boards.iter_mut().flat_map(|board| board["standings"].as_array_mut());
            let row = rows.flatten().find(|row| row["partner"] != "").context("a name")?;
            row["score"] = (row["score"].as_i64().context("a score")? + 1).into();
            Ok(())
        },
        "the extracts make",
    ),
];

/// A history in which each of the changes can be made: enough extracts, a result with a name.
async fn base() -> Outcome<Vec<Value>> {
    for seed in 200..260 {
        let world = history(Ground::FakeSqlite, seed).await?;
        let published = world.published().await?;
        ensure!(world.boards().await? > 0, "nothing was sold");
        world.end().await;
        let fits = CHANGES.iter().all(|(_, change, _)| {
            extracts(&published).len() > 4 && change(&mut published.clone()).is_ok()
        });
        if fits && judged(&published)?.results.0 > 0 {
            return Ok(published);
        }
    }
    anyhow::bail!("no history has all that is needed")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_found() -> Outcome<()> {
    let base = base().await?;
    let good = judged(&base)?;
    ensure!(good.code() == 0, "{good}");
    for (what, change, says) in CHANGES {
        let mut events = base.clone();
        change(&mut events)?;
        let verdict = judged(&events)?;
        ensure!(verdict.code() == 1, "{what} went unseen:\n{verdict}");
        ensure!(verdict.to_string().contains(says), "{what}:\n{verdict}");
    }
    // By others it counts for nothing.
    let mut events = base.clone();
    let mut forged = events[board(&events)?].clone();
    forged["sender"] = "@eve:example.org".into();
    forged["content"]["standings"][0]["score"] = 1.into();
    events.push(forged);
    let verdict = judged(&events)?;
    ensure!(verdict.code() == 0 && verdict.strange == 1, "{verdict}");
    // What is not here is not told.
    let mut events = base.clone();
    events.retain(|event| event["type"] != BOARD);
    ensure!(judged(&events)?.code() == 2);
    let mut events = base.clone();
    events.remove(extracts(&events)[0]);
    let verdict = judged(&events)?;
    ensure!(verdict.code() == 2 && verdict.to_string().contains("begin with no. 2"), "{verdict}");
    ensure!(judged(&[])?.code() == 2);
    Ok(())
}
