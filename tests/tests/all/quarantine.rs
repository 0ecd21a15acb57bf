//! What fails for good on our side is told to whoever said it, where it was said.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

const FAILING: &str =
    "create trigger failing before update on sale begin select raise(abort, 'injected'); end";

/// Nobody can begin a thread on an edit, nor on what stands in a thread itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_told_where_it_was_said() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let ana = house.person("ana")?;
    let talk = ana.say(&general, "Who knows somebody at Delta?").await?;
    let claims = [
        (ana.say(&general, "!sale add 10 EUR Gamma").await?, None),
        (ana.say_in_thread(&general, &talk, "!sale add 20 EUR Delta").await?, Some(&talk)),
    ];
    for (claim, _) in &claims {
        ana.reply_to(claim).await?;
    }
    let facts = Facts::of(&house.program).await?;
    facts.change(FAILING, &[]).await?;
    for (claim, thread) in &claims {
        ana.edit(&general, claim, "!sale add 30 EUR Epsilon").await?;
        let root = thread.unwrap_or(claim);
        let told = |events: &[Event]| {
            let is_told = |event: &&Event| {
                let relation = &event.content()["m.relates_to"];
                event.card()["kind"] == "fault"
                    && relation["event_id"] == root.as_str()
                    && relation["m.in_reply_to"]["event_id"] == claim.as_str()
            };
            events.iter().find(is_told).map(drop)
        };
        ana.sees("that the edit was set aside", told).await?;
    }
    let parked = facts.number("select count(*) from outbox where parked_at is not null", &[]);
    ensure!(parked.await? == 0, "an answer was refused");
    ensure!(facts.quarantined().await? == 2, "not two edits are set aside");
    Ok(())
}
