//! Three outages, one after the other, each longer than the one before.
use super::stage::{DAY, HOUR, Stage};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

/// More than what a homeserver fetches of itself when it finds that it has missed something.
const CLAIMS: usize = 14;

/// Two hours on the 25th of March: claims, one of them corrected and one taken back, and a question.
pub async fn hours(stage: &Stage) -> Outcome<()> {
    let nina = stage.house.person("nina")?;
    stage.cut()?;
    let mut said = Vec::new();
    for n in 0..CLAIMS {
        said.push(stage.says("nina", &format!("!sale add 10 EUR \"Hour {n}\"")).await?);
    }
    nina.edit(&stage.general, &said[0], "!sale add 25 EUR \"Hour 0\"").await?;
    let taken_back = said.remove(1);
    nina.redact(&stage.general, &taken_back).await?;
    let asked = stage.says("noah", "!me").await?;
    stage.sells("ana", "30 EUR Hour").await?;
    stage.passes(2 * HOUR).await?;
    stage.mend()?;

    stage.counted(2 + 1 + 13).await?;
    let corrected = "select count(*) from sale where cause = $1 and amount_minor = 2500";
    until("the correction to be heard", || async {
        (stage.facts.number(corrected, &[&said[0]]).await.ok()? == 1).then_some(())
    })
    .await?;
    let me = stage.answer("noah", &asked).await?;
    ensure!(me.card()["kind"] == "me", "{}", me.body());
    for event in &said {
        let answer = late(stage, ("nina", event), "2 hours late").await?;
        stage.approve(&answer).await?;
    }
    let open = "select count(*) from sale where cause = $1 and withdrawn_at is null";
    ensure!(stage.facts.number(open, &[&taken_back]).await? == 0, "what was taken back counts");
    stage.stands("nina", 10_000 + 2_500 + 12_000).await?;
    stage.stands("ana", 8_000).await
}

/// From the 25th of March to the 1st of April: a week and a month end, clocks are turned, a room is made.
pub async fn nearly_a_week(stage: &Stage) -> Outcome<()> {
    stage.cut()?;
    let mut said = Vec::new();
    for line in ["!sale add 15 EUR \"Week 1\"", "!sale add 16 EUR \"Week 2\""] {
        said.push(("nina", stage.says("nina", line).await?, "6 days late"));
    }
    let line = "!sale add 60 EUR \"Week 3\" --on 2026-03-25";
    said.push(("noah", stage.says("noah", line).await?, "6 days late"));
    stage.sells("ana", "40 EUR Week").await?;
    stage.passes(3 * DAY).await?;
    let line = "!sale add 61 EUR \"Week 4\" --on 2026-03-27";
    said.push(("noah", stage.says("noah", line).await?, "3 days late"));
    stage.sells("ana", "50 EUR Week").await?;
    stage.control("!industry add dental Dental").await?;
    stage.passes(4 * DAY - 2 * HOUR).await?;
    stage.mend()?;

    stage.counted(16 + 4 + 2).await?;
    for (name, event, words) in &said {
        let answer = late(stage, (name, event), words).await?;
        stage.approve(&answer).await?;
    }
    // Where no day is given it is that on which it came: in April.
    stage.stands("nina", 3_100).await?;
    let alias = stage.house.program.alias("industry-dental");
    let room = stage.house.owner().resolve(&alias).await?;
    let nina = stage.house.person("nina")?;
    until("nina's server to know of the new room", || async {
        let child = nina.state(&stage.house.space, "m.space.child", &room).await.ok()??;
        child["via"].is_array().then_some(())
    })
    .await
}

/// From the 1st to the 8th of April, two hours more than a week: what was said first is too old.
pub async fn longer(stage: &Stage) -> Outcome<()> {
    stage.cut()?;
    let mut old = Vec::new();
    for line in ["!sale add 17 EUR \"Old 1\"", "!sale add 18 EUR \"Old 2\""] {
        old.push(stage.says("nina", line).await?);
    }
    stage.sells("ana", "20 EUR Longer").await?;
    stage.passes(2 * DAY).await?;
    let line = "!sale add 70 EUR \"Week 5\" --on 2026-03-30";
    let said = stage.says("noah", line).await?;
    stage.passes(5 * DAY + 2 * HOUR).await?;
    stage.mend()?;

    stage.counted(22 + 1 + 1).await?;
    for event in &old {
        let answer = stage.answer("nina", event).await?;
        ensure!(answer.body().contains("7 days late and was not run"), "{}", answer.body());
        ensure!(stage.facts.sales_by(event).await? == 0, "{event} was run");
    }
    let olga = stage.house.owner();
    let told =
        |events: &[Event]| events.iter().find(|event| event.card()["id"] == "inbox.late").cloned();
    let told = olga.sees("what came too late", told).await?;
    ensure!(told.body().contains("Old 1"), "{}", told.body());
    let answer = late(stage, ("noah", &said), "5 days late").await?;
    stage.approve(&answer).await?;
    // March takes nothing any more: it counts in April, and says so.
    let number = answer.card()["sale"]["number"].as_str().context("no number")?.to_owned();
    let shown = stage.control(&format!("!sale show {number}")).await?;
    ensure!(shown.card()["sale"]["counted_in"] == "2026-04", "{}", shown.card());
    stage.stands("noah", 7_000).await?;
    stage.stands("ana", 2_000).await?;
    stage.stands("nina", 3_100).await
}

/// The answer as the person's own server has it: it was counted once, and says how late it came.
async fn late(stage: &Stage, (name, event): (&str, &str), words: &str) -> Outcome<Event> {
    let answer = stage.answer(name, event).await?;
    ensure!(answer.card()["late"] == true, "{}", answer.body());
    ensure!(answer.body().contains(words), "{}", answer.body());
    ensure!(stage.facts.sales_by(event).await? == 1, "{event} is not one sale");
    Ok(answer)
}
