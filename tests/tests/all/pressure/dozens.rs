//! Questions that come by the dozen.
use super::{house_of_two, push};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::house::Ground;

/// So many that they are worked on beside the writer, and once with one among them that is no question
/// after all: each has its one answer, in the order in which they were asked.
async fn questions_by_the_dozen(ground: Ground) -> Outcome<()> {
    let (house, room) = house_of_two(ground, "[limits]\ncommands_burst = 1000\n").await?;
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    let lines = [(&ana.id, "!me"), (&ben.id, "!board"), (&ana.id, "!help"), (&ben.id, "!me")];
    for (batch, odd) in [("a", "!me"), ("b", "!board nothing-like-it"), ("c", "!me")] {
        let ids: Vec<String> = (0..40).map(|n| format!("$dozen-{batch}{n}")).collect();
        let asked = ids.iter().zip(lines.iter().cycle());
        let mut said: Vec<(&str, &str, &str)> =
            asked.map(|(id, (who, line))| (who.as_str(), id.as_str(), *line)).collect();
        said[21].2 = odd;
        push(&house, &room, &said).await?;
        for id in &ids {
            ana.sees(id, |events| events.iter().find(|event| event.replies_to(id)).cloned())
                .await?;
        }
    }
    let shown = ana.shown();
    let answers: Vec<String> = shown
        .iter()
        .filter_map(|event| {
            event.content()["m.relates_to"]["m.in_reply_to"]["event_id"].as_str().map(str::to_owned)
        })
        .collect();
    // Not what a house says while it is set up.
    let mine = |id: &&String| id.starts_with("$dozen-");
    let answers: Vec<&String> = answers.iter().filter(mine).collect();
    let asked: Vec<String> = ["a", "b", "c"]
        .iter()
        .flat_map(|batch| (0..40).map(move |n| format!("$dozen-{batch}{n}")))
        .collect();
    ensure!(answers == asked.iter().collect::<Vec<_>>(), "{answers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_each_answered_on_sqlite() -> Outcome<()> {
    questions_by_the_dozen(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_each_answered_on_postgres() -> Outcome<()> {
    questions_by_the_dozen(Ground::FakePostgres).await
}
