//! A text of 60 KB, said over several messages, comes back to the last byte out of the rooms alone:
//! the Space's state names the root, the root's thread holds the parts. Read by a person's client,
//! also at another homeserver.
use super::{done, order};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::synapse::Synapse;
use partnerspace_tests::wait::until;
use schema::playbook::{rebuild, text_hash};
use schema::state::PlaybookState;
use serde_json::Value;

const STATE: &str = "agency.siso.partners.playbook";
/// What one message of a person holds, at the ends of lines.
const SAID_BYTES_MAX: usize = 20_000;

/// About 60 KB with everything that is hard: tables, code, lists, emoji, right-to-left text, odd
/// spaces, line ends of two kinds, no line end at the end.
fn long_text() -> String {
    let mut text = String::from("# The whole way\r\n\r\nFrom first call to contract\t🧭\n\n");
    for n in 0_usize.. {
        if text.len() > 60 * 1024 {
            break;
        }
        text.push_str(&format!(
            "## {n}. Step 🚀\n\n1. Ask *who* decides\n   - today\n   - tomorrow\n2. Write it down\u{a0}…\n\n\
             | when | what |\n|:---|---:|\n| Monday | {n} € |\n| שלישי | 🏁 |\n\n\
             ```rust\nfn step_{n}() -> &'static str {{\n    \"@room \\\\ </code> ${{x}}\"\n}}\n```\n\n\
             שלום עולם, هذا نص طويل 👩‍👩‍👧 Zażółć gęślą jaźń {{client}}\n\n> quoted\n> twice\n\n---\n\n"
        ));
    }
    text.push_str("The end, without a line end");
    text
}

/// Cuts a text at the ends of lines, as a person would.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while rest.len() > SAID_BYTES_MAX {
        let end = (0..=SAID_BYTES_MAX).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
        let end = rest[..end].rfind('\n').map_or(end, |at| at + 1);
        let (piece, later) = rest.split_at(end);
        pieces.push(piece);
        rest = later;
    }
    pieces.push(rest);
    pieces
}

/// Says the text in a thread, saves the thread by one message, and lets it be published.
async fn saved(house: &House, who: &str, general: &str, text: &str) -> Outcome<()> {
    let person = house.person(who)?;
    let pieces = pieces(text);
    let root = person.say(general, pieces[0]).await?;
    for piece in &pieces[1..] {
        person.say_in_thread(general, &root, piece).await?;
    }
    let save = "!playbook save whole-way \"The whole way\" --industry dental";
    let command = person.say_in_thread(general, &root, save).await?;
    let answer = person.reply_to(&command).await?;
    ensure!(answer.card()["event"] == "saved", "{}", answer.body());
    ensure!(answer.card()["playbook"]["sha256"] == text_hash(text), "{}", answer.card());
    order(house, "!playbook publish whole-way").await.map(drop)
}

/// What a third party would do, with nothing but its own client.
async fn read(person: &Person, space: &str, bot: &str) -> Outcome<String> {
    until("the text to be in the rooms", || async {
        let state = person.state(space, STATE, "whole-way").await.ok()??;
        let state: PlaybookState = serde_json::from_value(state).ok()?;
        let body = state.body.clone()?;
        let shown = person.shown();
        let in_thread = |event: &&Event| {
            let relation = &event.content()["m.relates_to"];
            event.room == body.room_id
                && event.sender() == bot
                && relation["rel_type"] == "m.thread"
                && relation["event_id"] == body.event_id.as_str()
        };
        let contents: Vec<&Value> = shown.iter().filter(in_thread).map(Event::content).collect();
        shown.iter().find(|event| event.id() == body.event_id)?;
        rebuild(&state, "whole-way", contents).ok()
    })
    .await
}

async fn round_trip(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    order(&house, "!industry add dental \"Dental practices\"").await?;
    let general = house.room("general", "ana").await?;
    house.room("playbooks", "ben").await?;
    let text = long_text();
    ensure!(text.len() > 60 * 1024, "{} bytes", text.len());
    saved(&house, "ana", &general, &text).await?;
    let ben = house.person("ben")?;
    let back = read(ben, &house.space, &house.program.bot).await?;
    ensure!(back == text, "another text came back: {} of {} bytes", back.len(), text.len());
    for event in ben.shown().iter().filter(|event| event.sender() == house.program.bot) {
        let bytes = event.json.to_string().len();
        ensure!(bytes < 60 * 1024, "an event of {bytes} bytes");
        let mentions = &event.content()["m.mentions"];
        let none = mentions.as_object().is_none_or(serde_json::Map::is_empty);
        ensure!(none, "{} mentions {mentions}", event.id());
    }
    // In the person's own chat it comes in parts, too.
    let chat = house.room("dm", "ben").await?;
    let shown = done(house.person("ben")?, &chat, "playbook show whole-way").await?;
    ensure!(shown.card()["playbook"]["bytes"] == text.len(), "{}", shown.card());
    // In the industry's channel the index names it.
    let channel = house.room("industry-dental", "ben").await?;
    let named = |events: &[Event]| {
        let index = |event: &&Event| event.room == channel && event.body().contains("whole-way");
        events.iter().find(index).map(drop)
    };
    house.person("ben")?.sees("the channel's index", named).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn round_trip_on_fake_and_sqlite() -> Outcome<()> {
    round_trip(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn round_trip_on_fake_and_postgres() -> Outcome<()> {
    round_trip(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn round_trip_on_synapse() -> Outcome<()> {
    round_trip(Ground::Synapse).await
}

/// A partner at another homeserver says the text there, and reads it back there.
#[tokio::test]
async fn round_trip_from_another_homeserver() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    let mut house = House::open(Ground::Synapse, "olga").await?;
    house.foreigner("rio", &there).await?;
    house.added("rio").await?;
    order(&house, "!industry add dental \"Dental practices\"").await?;
    for room in ["general", "playbooks"] {
        house.room(room, "olga").await?;
    }
    let general = house.room("general", "rio").await?;
    house.room("playbooks", "rio").await?;
    let text = long_text();
    saved(&house, "rio", &general, &text).await?;
    let rio = house.person("rio").context("rio")?;
    let back = read(rio, &house.space, &house.program.bot).await?;
    ensure!(back == text, "another text came back: {} of {} bytes", back.len(), text.len());
    Ok(())
}

#[test]
fn the_text_is_hard_enough() {
    let text = long_text();
    assert_eq!(pieces(&text).concat(), text);
    assert!(pieces(&text).len() >= 3);
}
