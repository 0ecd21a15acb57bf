//! Erased words are nowhere: not in the library's tables, not in what was sent, not in what came in;
//! hashes and results stay.
use super::{done, order};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;

const WORD: &str = "%xylophone%";

async fn erased(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    let ana = house.partner("ana").await?.id.clone();
    house.partner("ben").await?;
    let general = house.room("general", "ana").await?;
    house.room("general", "ben").await?;
    let save = "!playbook save secret \"A xylophone\"\nmy xylophone for {client}";
    done(house.person("ana")?, &general, save).await?;
    order(&house, "!playbook publish secret").await?;
    let ben = house.person("ben")?;
    done(ben, &general, "!playbook show secret").await?;
    done(ben, &general, "!sale add 10 EUR Acme --playbook secret").await?;
    order(&house, "!sale approve S-1").await?;
    let facts = Facts::of(&house.program).await?;
    let sold = facts.number("select count(*) from outbox where content like $1", &[WORD]).await?;
    ensure!(sold >= 5, "only {sold} messages hold the word");

    order(&house, &format!("!playbook erase {ana} --yes")).await?;
    let rows = "select count(*) from playbook_version where title like $1 or summary like $1 or body like $1";
    ensure!(facts.number(rows, &[WORD]).await? == 0, "the library still has the word");
    let open = "select count(*) from outbox where kind = 'redact' and sent_at is null";
    until("the redactions to go out", || async {
        (facts.number(open, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    house.program.kill9();
    facts.change("update job set run_at = 0 where key = 'playbook.scrub'", &[]).await?;
    house.program.launch()?;
    house.program.ready().await?;
    let left = "select count(*) from outbox where content like $1";
    until("the outbox to be clean", || async {
        (facts.number(left, &["%my xylophone%"]).await.ok()? == 0).then_some(())
    })
    .await?;
    let kept = "select count(*) from playbook_version where length(sha256) = 64 and bytes > 0 and erased_at is not null";
    ensure!(facts.number(kept, &[]).await? == 1, "the hash is gone, too");
    let uses = "select count(*) from sale where playbook = 'secret' and approved_at is not null";
    ensure!(facts.number(uses, &[]).await? == 1, "the use is gone, too");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erased_on_sqlite() -> Outcome<()> {
    erased(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erased_on_postgres() -> Outcome<()> {
    erased(Ground::FakePostgres).await
}
