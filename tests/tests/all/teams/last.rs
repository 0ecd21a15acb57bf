//! What is held runs its way after somebody has left; then they hear, once, what all came to. So do the leads
//! of an organization that has left.
use super::{asked, on_both, order, placed, run_now};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

fn begins<'a>(events: &'a [Event], title: &str) -> Vec<&'a Event> {
    events.iter().filter(|event| event.body().starts_with(title)).collect()
}

async fn holds_run_off_and_all_is_told(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let facts = Facts::of(&house.program).await?;
    order(&house, "!rule add start --percent 10 --hold 14 --from 2020-01-01").await?;
    for name in ["ana", "ben"] {
        placed(&house, &facts, name, "acme").await?;
    }
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    order(&house, &format!("!organization lead acme {}", ana.id)).await?;
    // Leading since today, a member since long.
    let long = "update membership set from_on = '2020-01-01' where left_at is null";
    facts.change(long, &[]).await?;
    facts.change("update membership set to_on = from_on where left_at is not null", &[]).await?;
    asked(&house, "ana", "sale add 1000 EUR Alpha --on yesterday").await?;
    asked(&house, "ben", "sale add 300 EUR Beta --on yesterday").await?;
    order(&house, "!sale approve S-1").await?;
    order(&house, "!sale approve S-2").await?;
    order(&house, "!organization remove acme --yes contract ended").await?;

    // Nothing is said while something is held.
    run_now(&house, &facts, "statement.final").await?;
    let told = "select count(*) from outbox where dedupe_key like 'statement-%'";
    ensure!(facts.number(told, &[]).await? == 0, "told while something is held");
    let waits = "select count(*) from job where kind in ('statement.final', 'statement.team')";
    ensure!(facts.number(waits, &[]).await? == 3, "nothing waits for the end of the holds");

    // The days pass.
    house.program.kill9();
    facts.change("update commission_line set release_at = pinned_at", &[]).await?;
    house.program.launch()?;
    house.program.ready().await?;
    run_now(&house, &facts, "commission.release").await?;
    for kind in ["statement.final", "statement.team"] {
        run_now(&house, &facts, kind).await?;
    }
    for (person, amount) in [(ana, "€100"), (ben, "€30")] {
        let last = person.sees("a final statement", |events| {
            begins(events, "📄 Your final statement").first().map(|event| (*event).clone())
        });
        let last = last.await?;
        let fits = last.body().contains(&format!("Closing balance: {amount}"));
        ensure!(fits && last.file_name() == Some("final-statement.csv"), "{}", last.json);
        let file = String::from_utf8(person.file(&last).await?)?;
        ensure!(file.contains("commission.earned"), "{file}");
    }
    let team = ana.sees("the organization's", |events| {
        begins(events, "📄 Final statement · ").first().map(|event| (*event).clone())
    });
    let team = team.await?;
    for part in ["In all: €130", "Ana: €100", "Ben: €30"] {
        ensure!(team.body().contains(part), "no {part} in {}", team.body());
    }
    ensure!(begins(&ben.shown(), "📄 Final statement").is_empty(), "told to who did not lead");

    // Once, however often the program starts.
    house.program.restart().await?;
    order(&house, "!status").await?;
    ensure!(facts.number(told, &[]).await? == 3, "told again");
    ensure!(facts.number(waits, &[]).await? == 0, "it would be told again");
    order(&house, "!ledger verify").await?;
    Ok(())
}

/// Nothing held: at once. Who never earned anything hears nothing of it.
async fn nothing_held_is_told_at_once(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let facts = Facts::of(&house.program).await?;
    order(&house, "!rule add start --percent 10").await?;
    asked(&house, "ana", "sale add 1000 EUR Alpha").await?;
    order(&house, "!sale approve S-1").await?;
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    order(&house, &format!("!partner remove {} --yes she moves", ana.id)).await?;
    order(&house, &format!("!partner remove {} --yes he moves", ben.id)).await?;
    let last = ana.sees("a final statement", |events| {
        begins(events, "📄 Your final statement").first().map(|event| (*event).clone())
    });
    ensure!(last.await?.body().contains("Payable €100"), "no balance");
    let waits = "select count(*) from job where kind = 'statement.final'";
    partnerspace_tests::wait::until("nothing to wait", || async {
        (facts.number(waits, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    let told = "select count(*) from outbox where dedupe_key like 'statement-final:%'";
    ensure!(facts.number(told, &[]).await? == 1, "told of nothing");
    Ok(())
}

on_both!(holds_run_off_and_all_is_told, nothing_held_is_told_at_once);
