//! What two weeks have left: final results, holds that ran off, and what people were told meanwhile.
use super::stage::Stage;
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

/// Each claim has a card and two answers to the team, and there are few alarms beside.
const TOLD_MAX: usize = 120;

/// March and its last whole week, each with what belongs to it and nothing that came later.
pub async fn periods(stage: &Stage) -> Outcome<()> {
    let score = "select cast(coalesce(sum(f.score), 0) as bigint) from final_standing f \
                 join partner p on p.id = f.partner_id \
                 where f.period = $1 and f.metric = 'revenue' and f.industry = '' and p.user_id = $2";
    for period in ["2026-W13", "2026-03"] {
        stage.control(&format!("!season close {period} --yes")).await?;
        for (name, wanted) in [("nina", 24_500), ("noah", 12_100), ("ana", 17_000)] {
            let user = &stage.house.person(name)?.id;
            let found = stage.facts.number(score, &[period, user]).await?;
            ensure!(found == wanted, "{name} has {found} of {wanted} in {period}");
        }
    }
    Ok(())
}

/// Each hold has run off once, and those whose day has not come have not.
pub async fn timers(stage: &Stage) -> Outcome<()> {
    let now = stage.clock.now().to_string();
    let due = "select count(*) from commission_line where release_at <= cast($1 as bigint)";
    let due = stage.facts.number(due, &[&now]).await?;
    let free = "select count(*) from commission_line where released_at is not null";
    let moves = "select count(*) from commission_move where kind = 'commission.released'";
    ensure!(due == 23, "{due} holds should be over");
    ensure!(stage.facts.number(free, &[]).await? == due, "holds go on");
    ensure!(stage.facts.number(moves, &[]).await? == due, "holds were over twice");
    ensure!(stage.facts.quarantined().await? == 0, "an input was set aside");
    let waits = "select count(*) from inbox where outcome is null";
    ensure!(stage.facts.number(waits, &[]).await? == 0, "an input waits");
    Ok(())
}

/// Of two weeks everybody hears once what each was, and the team once what can be closed.
pub async fn messages(stage: &Stage) -> Outcome<()> {
    let chat = |name: &str| stage.house.chat_of(name).map(str::to_owned);
    for (reader, room, kind) in [
        ("olga", stage.general.clone(), "digest"),
        ("ana", chat("ana")?, "own_digest"),
        ("nina", chat("nina")?, "own_digest"),
    ] {
        // What was said into an outage goes out when more is said in that room.
        stage.house.person(reader)?.say(&room, "Good morning").await?;
        let told = || periods_told(stage, (reader, &room), kind);
        let what = format!("{reader} to hear of both weeks");
        until(&what, || async { told().ok().filter(|told| told.len() >= 2) }).await?;
        let told = told()?;
        ensure!(told == ["2026-W13", "2026-W14"], "{reader} has heard of {told:?}");
    }
    let control = stage.said_by_the_bot("olga", &stage.house.control)?;
    let closable = control.iter().filter(|event| event.body().contains("Can be closed now"));
    ensure!(closable.count() == 1, "what can be closed was not told once");
    let parked = control.iter().filter(|event| event.card()["id"] == "outbox.parked").count();
    ensure!(parked == 0, "{parked} messages were given up");
    let heap: Vec<String> = control.iter().map(heading).collect();
    ensure!(heap.len() < TOLD_MAX, "the team has heard {}: {heap:#?}", heap.len());
    Ok(())
}

/// The periods of which somebody was told in a room, in the order in which they heard.
fn periods_told(stage: &Stage, (reader, room): (&str, &str), kind: &str) -> Outcome<Vec<String>> {
    let said = stage.said_by_the_bot(reader, room)?.into_iter();
    let told = said.filter(|event| event.card()["kind"] == kind);
    Ok(told.map(|event| event.card()["period"].as_str().unwrap_or_default().to_owned()).collect())
}

fn heading(event: &Event) -> String {
    event.body().lines().next().unwrap_or_default().to_owned()
}
