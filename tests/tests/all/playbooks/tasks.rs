//! Tasks, with the messages counted that a person sends for them.
use super::{done, order};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

async fn tasks(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    order(&house, "!industry add dental \"Dental practices\"").await?;
    let general = house.room("general", "ana").await?;
    house.room("general", "ben").await?;
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    let talk = ben.say(&general, "How I get into dental practices:").await?;
    ana.say_in_thread(&general, &talk, "I ask for the practice manager").await?;
    ben.say_in_thread(&general, &talk, "and I bring a list of three savings").await?;

    // One message turns the thread into a draft.
    let save = "!playbook save dental-door \"Into the dental practice\" --industry dental";
    let command = ana.say_in_thread(&general, &talk, save).await?;
    let draft = ana.reply_to(&command).await?;
    ensure!(draft.card()["event"] == "saved", "{}", draft.body());
    let authors = draft.card()["playbook"]["authors"].as_array().map_or(0, Vec::len);
    ensure!(authors == 2, "{}", draft.card());

    // One reaction publishes it.
    let olga = house.owner();
    let review = olga.sees("the review", |events| find(events, |e| e.card()["kind"] == "review"));
    olga.react(&house.control, review.await?.id(), "👍").await?;
    ana.sees("the news", |events| find(events, |e| e.card()["event"] == "published")).await?;

    // A newcomer in the industry's channel finds it and reads it with two messages.
    house.partner("nia").await?;
    let channel = house.room("industry-dental", "nia").await?;
    let nia = house.person("nia")?;
    let list = done(nia, &channel, "!playbook list").await?;
    let best = list.card()["playbooks"][0]["slug"].as_str().unwrap_or_default().to_owned();
    ensure!(best == "dental-door", "{}", list.body());
    let shown = nia.say(&channel, &format!("!playbook show {best}")).await?;
    let answers = nia.replies_to(&shown, 2).await?;
    ensure!(answers.iter().any(|e| e.body().contains("practice manager")), "the text is not there");
    for event in answers.iter().chain([&list, &draft]) {
        for line in event.body().lines().filter(|line| line.starts_with(char::is_numeric)) {
            ensure!(line.chars().count() <= 40, "too wide for a phone: {line}");
        }
    }
    Ok(())
}

fn find(events: &[Event], wanted: impl Fn(&Event) -> bool) -> Option<Event> {
    events.iter().find(|event| wanted(event)).cloned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_on_fake() -> Outcome<()> {
    tasks(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_on_synapse() -> Outcome<()> {
    tasks(Ground::Synapse).await
}
