//! What the library promises beyond its transcripts: texts that come back whole, tasks that take one
//! message, old playbooks that are asked about, words that are gone when they were erased.
mod erasure;
mod round_trip;
mod stale;
mod tasks;

use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::house::House;
use partnerspace_tests::people::{Event, Person};

/// Says a line and waits for its answer, which must be no refusal.
async fn done(person: &Person, room: &str, line: &str) -> Outcome<Event> {
    let answer = person.reply_to(&person.say(room, line).await?).await?;
    let card = answer.card();
    ensure!(card["kind"] != "refusal" && card["kind"] != "fault", "{line:.80}: {}", answer.body());
    Ok(answer)
}

/// Says a line to the team in the control room.
async fn order(house: &House, line: &str) -> Outcome<Event> {
    done(house.owner(), &house.control, line).await
}
