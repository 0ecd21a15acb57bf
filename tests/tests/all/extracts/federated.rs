//! Somebody on another homeserver verifies there, with their own token, what stands in the rooms; and from
//! files, as they export them.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::synapse::Synapse;
use partnerspace_tests::wait::{until, within};
use serde_json::{Value, json};
use std::fs::write;
use std::process::Output;
use std::time::Duration;

/// Nobody waits here for state, pinned messages, or to say the next thing.
const QUICK: &str = "[limits]\nstates_per_second = 200\npin_every_ms = 1\ncommands_burst = 1000\ncommands_every_ms = 1\n";

const SETTLED_IN: Duration = Duration::from_secs(300);
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

struct Remote {
    url: String,
    token: String,
}

impl Remote {
    /// `partnerspace verify` against the remote server.
    fn verify(&self, house: &House, room: &str) -> Outcome<Output> {
        let arguments = ["verify", "--homeserver", &self.url, "--room", room];
        Ok(house.program.command(&arguments)?.env("PARTNERSPACE_TOKEN", &self.token).output()?)
    }

    async fn get(&self, path: &str) -> Outcome<Value> {
        let url = format!("{}/_matrix/client/v3/{path}", self.url);
        let answer = reqwest::Client::new().get(url).bearer_auth(&self.token).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}

async fn said(house: &House, who: &str, room: &str, line: &str) -> Outcome<()> {
    let person = house.person(who)?;
    let answer = person.reply_to(&person.say(room, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(())
}

/// Midnight is past, as far as the job knows; waits until an extract is on its way. What a job says is known by when it
/// was due: each time another one.
async fn told(house: &House, facts: &Facts, n: i64) -> Outcome<()> {
    house.program.kill9();
    facts
        .change(
            "update job set run_at = cast($1 as bigint) where kind = 'extract.day' or kind like 'board.%'",
            &[&n.to_string()],
        )
        .await?;
    facts.change("update state set due_at = 1", &[]).await?;
    house.program.restart().await?;
    let sent =
        "select count(*) from outbox where dedupe_key like 'extract:%' and sent_at is not null";
    until("an extract to be sent", || async {
        (facts.number(sent, &[]).await.ok()? >= n).then_some(())
    })
    .await
}

fn shown(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_verifies_on_their_own_server() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    let mut house = House::open_with(Ground::Synapse, "olga", QUICK).await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let token = house.foreigner_with_token("rio", &there).await?;
    house.added("rio").await?;
    let remote = Remote { url: there.url.clone(), token };
    let mut general = String::new();
    for name in ["ana", "ben", "rio"] {
        general = house.room("general", name).await?;
    }
    let room = house.room("leaderboard", "rio").await?;
    let control = house.control.clone();
    said(&house, "olga", &control, "!industry add dental Dentists").await?;
    said(&house, "ana", &general, "!sale add 100 EUR Acme --industry dental").await?;
    said(&house, "rio", &general, "!sale add 250 EUR Beta").await?;
    said(&house, "ben", &general, "!sale add 70 EUR Gamma").await?;
    for number in 1..=3 {
        said(&house, "olga", &control, &format!("!sale approve S-{number}")).await?;
    }
    let facts = Facts::of(&house.program).await?;
    told(&house, &facts, 1).await?;
    // A day later: more was sold, some taken back, and Ben does not want to be seen.
    said(&house, "ana", &general, "!sale add 30 EUR Delta").await?;
    said(&house, "olga", &control, "!sale approve S-4").await?;
    said(&house, "olga", &control, "!sale refund S-2 50.01 a seat returned --yes").await?;
    let chat = house.chat_of("ben")?.to_owned();
    said(&house, "ben", &chat, "!profile --visibility hidden").await?;
    let soon = "select count(*) from job where kind = 'extract.soon'";
    ensure!(facts.number(soon, &[]).await? == 1, "a change of visibility waits for the night");
    told(&house, &facts, 2).await?;

    let done = matched(&house, &remote, &room).await?;
    let words = shown(&done);
    ensure!(words.contains("who made the rooms") && words.contains("Extracts  2 links"), "{words}");
    ensure!(words.contains("Everything matches entry"), "{words}");
    from_files(&house, &remote, &room).await?;

    // A board that moves after the last extract: its state before is looked up, and still matches.
    said(&house, "ana", &general, "!sale add 5 EUR Epsilon").await?;
    said(&house, "olga", &control, "!sale approve S-5").await?;
    let moved = "select count(*) from state where state_key = 'revenue.all' and sent_hash = hash and content like '%\"score\":13500%'";
    until("the board to move", || async {
        (facts.number(moved, &[]).await.ok()? == 1).then_some(())
    })
    .await?;
    let done = until("it to match as of the last extract", || async {
        let done = remote.verify(&house, &house.space).ok()?;
        done.status.success().then_some(done)
    })
    .await
    .with_context(|| remote.verify(&house, &room).map(|done| shown(&done)).unwrap_or_default())?;
    ensure!(shown(&done).contains("Everything matches entry"), "{}", shown(&done));

    // Who is not there reads nothing; no token is taken from the command line.
    let stranger = Remote { url: remote.url.clone(), token: "none".to_owned() };
    let refused = stranger.verify(&house, &room)?;
    ensure!(refused.status.code() == Some(2), "{}", shown(&refused));
    ensure!(shown(&refused).contains("401"), "{}", shown(&refused));
    Ok(())
}

/// Waits until everything matches there. Their server may hear of the last edit late, where the machine has
/// much else to do.
async fn matched(house: &House, remote: &Remote, room: &str) -> Outcome<Output> {
    let matches = async {
        loop {
            match remote.verify(house, room) {
                Ok(done) if done.status.success() => return done,
                _ => tokio::time::sleep(BETWEEN_LOOKS).await,
            }
        }
    };
    within(SETTLED_IN, "everything to match on the other server", matches)
        .await
        .with_context(|| remote.verify(house, room).map(|done| shown(&done)).unwrap_or_default())
}

/// As exported: the room in the form of Element, the Space's state as the server answers it.
async fn from_files(house: &House, remote: &Remote, room: &str) -> Outcome<()> {
    let folder = house.program.folder();
    let (mut messages, mut from) = (Vec::new(), String::new());
    loop {
        let page = remote.get(&format!("rooms/{room}/messages?dir=b&limit=500{from}")).await?;
        messages.extend(page["chunk"].as_array().context("messages")?.iter().cloned());
        let Some(end) = page["end"].as_str() else { break };
        from = format!("&from={end}");
    }
    messages.reverse();
    let export = json!({
        "room_name": "Leaderboard", "room_creator": "bot", "topic": "", "export_date": "today",
        "exported_by": "rio", "messages": messages,
    });
    write(folder.join("export.json"), export.to_string())?;
    let state = remote.get(&format!("rooms/{}/state", house.space)).await?;
    write(folder.join("space.json"), state.to_string())?;
    let whole =
        house.program.output(&["verify", "--room", "export.json", "--room", "space.json"])?;
    ensure!(whole.status.success(), "{}", shown(&whole));
    // The room alone has its pinned boards.
    let alone = ["verify", "--room", "export.json", "--bot", &house.program.bot];
    let done = house.program.output(&alone)?;
    ensure!(done.status.success() && shown(&done).contains("as you named it"), "{}", shown(&done));
    // Eight hundred euros more for somebody.
    let told = state.to_string();
    let doctored = told.replace("\"score\":13000", "\"score\":93000");
    ensure!(doctored != told, "nobody has 130 euros");
    write(folder.join("doctored.json"), doctored)?;
    let bad =
        house.program.output(&["verify", "--room", "export.json", "--room", "doctored.json"])?;
    ensure!(bad.status.code() == Some(1), "{}", shown(&bad));
    ensure!(shown(&bad).contains("shows 93000, the extracts make 13000"), "{}", shown(&bad));
    let none = house.program.output(&["verify", "--room", "nothing.json"])?;
    ensure!(none.status.code() == Some(2), "{}", shown(&none));
    Ok(())
}
