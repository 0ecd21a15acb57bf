//! A hold of full local days: what is earned waits, and is payable when its day begins.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

async fn order(house: &House, line: &str) -> Outcome<Event> {
    let said = house.owner().say(&house.control, line).await?;
    house.owner().reply_to(&said).await
}

async fn asked(house: &House, who: &str, line: &str) -> Outcome<Event> {
    let chat = house.chat_of(who)?.to_owned();
    let person = house.person(who)?;
    let said = person.say(&chat, line).await?;
    person.reply_to(&said).await
}

fn says(event: &Event, parts: &[&str]) -> Outcome<()> {
    for part in parts {
        ensure!(event.body().contains(part), "no {part} in: {}", event.body());
    }
    Ok(())
}

async fn released_when_the_day_begins(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    order(&house, "!rule add start --percent 10 --hold 14").await?;
    for (number, amount) in [("S-1", "1000"), ("S-2", "500")] {
        asked(&house, "ana", &format!("sale add {amount} EUR Acme {number}")).await?;
        order(&house, &format!("!sale approve {number}")).await?;
    }
    let facts = Facts::of(&house.program).await?;
    let zone = "select release_at - pinned_at from commission_line order by pinned_at limit 1";
    let wait = facts.number(zone, &[]).await?;
    let day = 86_400_000;
    ensure!(wait > 14 * day - 2 * 3_600_000 && wait <= 15 * day + 2 * 3_600_000, "{wait}");
    says(&asked(&house, "ana", "me").await?, &["payable €0", "held €150"])?;
    says(&asked(&house, "ana", "rule explain S-1").await?, &["€100 of €1,000", "Payable from "])?;
    order(&house, "!sale dispute S-2 500 open").await?;
    order(&house, "!sale refund S-1 100 one returned --yes").await?;
    says(&asked(&house, "ana", "me").await?, &["payable €0", "held €90", "in dispute €50"])?;
    says(&order(&house, "!payout prepare").await?, &["Nothing is due"])?;

    // The days pass.
    house.program.kill9();
    let jobs = "update job set run_at = 0 where kind = 'commission.release'";
    facts.change(jobs, &[]).await?;
    facts.change("update commission_line set release_at = pinned_at", &[]).await?;
    house.program.launch()?;
    house.program.ready().await?;
    let open = "select count(*) from commission_line where released_at is null";
    partnerspace_tests::wait::until("the holds to end", || async {
        match facts.number(open, &[]).await {
            Ok(0) => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    })
    .await??;
    says(&asked(&house, "ana", "me").await?, &["payable €90", "held €0", "in dispute €50"])?;
    // What is won now is payable at once; what is refunded now is taken from what is payable.
    order(&house, "!sale dispute S-2 500 won").await?;
    order(&house, "!sale refund S-1 900 the rest --yes").await?;
    says(&asked(&house, "ana", "me").await?, &["payable €50", "held €0"])?;
    let twice = "select count(*) from commission_move where kind = 'commission.released'";
    ensure!(facts.number(twice, &[]).await? == 1, "a dispute has nothing free to release");
    says(&order(&house, "!ledger verify").await?, &["The ledger verifies"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn released_on_sqlite() -> Outcome<()> {
    released_when_the_day_begins(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn released_on_postgres() -> Outcome<()> {
    released_when_the_day_begins(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn released_on_synapse() -> Outcome<()> {
    released_when_the_day_begins(Ground::Synapse).await
}
