//! `ledger verify` replays badges and tiers as well: an award that nothing earned is named, and one that is missing.
use super::played::{done, house};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};

fn verify(house: &House, wanted: &str) -> Outcome<()> {
    let done = house.program.output(&["ledger", "verify"])?;
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    ensure!(said.contains(wanted), "no {wanted:?} in {said}");
    Ok(())
}

/// Facts can be taken out by one who owns the database.
async fn unlock(facts: &Facts, ground: Ground) -> Outcome<()> {
    let statements: &[&'static str] = match ground {
        Ground::FakePostgres => &[
            "alter table badge_fact disable trigger all",
            "alter table tier_fact disable trigger all",
        ],
        _ => &["drop trigger badge_fact_no_delete", "drop trigger tier_fact_no_delete"],
    };
    for statement in statements {
        facts.change(statement, &[]).await?;
    }
    Ok(())
}

async fn odd_badge(ground: Ground) -> Outcome<()> {
    let mut house = house(ground).await?;
    done(&mut house, "olga", "control", "!tier set bronze Bronze 50 EUR").await?;
    done(&mut house, "ana", "general", "!sale add 100 EUR Acme").await?;
    done(&mut house, "olga", "control", "!sale approve S-1").await?;
    let ana = house.person("ana")?.id.clone();
    done(&mut house, "olga", "control", "!badge add star Star ⭐").await?;
    done(&mut house, "olga", "control", &format!("!badge grant {ana} star for the talk")).await?;
    let good = "and so do the badges";
    verify(&house, good)?;
    let facts = Facts::of(&house.program).await?;
    unlock(&facts, ground).await?;

    // One that nobody earned; one of no rule; one that ends what was never given.
    let given = "insert into badge_fact (n, partner_id, badge, level, seq, at) \
                 select max(n) + 1, min(partner_id), $1, cast($2 as bigint), 1, 1 from badge_fact";
    let taken = "delete from badge_fact where n = (select max(n) from badge_fact)";
    facts.change(given, &["clients", "1"]).await?;
    verify(&house, "The badges differ from a replay of the ledger: clients 1 (fact ")?;
    facts.change(taken, &[]).await?;
    facts.change(given, &["golden-hat", "1"]).await?;
    verify(&house, "is of no rule")?;
    facts.change(taken, &[]).await?;
    let ended = "insert into badge_fact (n, partner_id, badge, level, revokes, seq, at) \
                 select max(n) + 1, min(partner_id), 'closer', 1, max(n), 1, 1 from badge_fact";
    facts.change(ended, &[]).await?;
    verify(&house, "ends an award that was not given")?;
    facts.change(taken, &[]).await?;
    verify(&house, good)?;

    // A place that the credit did not reach, and one that is missing.
    let step = "insert into tier_fact (n, partner_id, kind, tier, day, at) \
                select max(n) + 1, max(partner_id), 'entered', 'gold', '2026-01-01', 1 from tier_fact";
    facts.change(step, &[]).await?;
    verify(&house, "entered gold (fact 2) does not follow from the ledger")?;
    facts.change("delete from tier_fact where n = 2", &[]).await?;
    verify(&house, good)?;
    facts.change("delete from tier_fact where n = 1", &[]).await?;
    verify(&house, "bronze was reached, and is not there")?;

    // One that is missing; that of a rule that is off says nothing.
    facts.change("delete from badge_fact where badge = 'first-sale'", &[]).await?;
    verify(&house, "first-sale 1 was earned, and is not there")?;
    house.program.restart().await?;
    done(&mut house, "olga", "control", "!badge disable first-sale").await?;
    verify(&house, "bronze was reached, and is not there")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_badge_on_sqlite() -> Outcome<()> {
    odd_badge(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_badge_on_postgres() -> Outcome<()> {
    odd_badge(Ground::FakePostgres).await
}
