//! Servers of partners that are down or closed for a while: nobody else waits for them, the team hears
//! of it once, and what was said there counts once when they are back.
mod invitations;
mod late;
mod synapse;

use anyhow::Context;
use partnerspace_tests::Outcome;
use partnerspace_tests::fake::Fake;
use partnerspace_tests::house::House;
use partnerspace_tests::people::Event;

const FAR: &str = "far.example";

fn fake(house: &House) -> Outcome<&Fake> {
    house.fake().context("this test needs the fake")
}

/// What the control room was told under this id.
fn told(house: &House, id: &str) -> Vec<Event> {
    house.owner().shown().into_iter().filter(|event| event.card()["id"] == id).collect()
}

/// The owner's command and its answer.
async fn ordered(house: &House, line: &str) -> Outcome<Event> {
    let olga = house.owner();
    olga.reply_to(&olga.say(&house.control, line).await?).await
}
