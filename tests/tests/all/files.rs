//! A file on its way into a chat: uploaded until it is there, said once, kept no longer than needed.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::Fault;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

const UPLOAD: &str = "POST /_matrix/media/v3/upload";
const KEPT: &str = "select count(*) from outbox where kind = 'file' and subject is not null";
/// As the program owes one; `a,b\n` in base64.
const OWE: &str = "insert into outbox \
    (id, txn_id, dedupe_key, room, kind, event_type, subject, content, cause, made_at) \
    select max(id) + 1, 'file-1', 'file:1', 'control', 'file', 'm.room.message', 'YSxiCg', \
    '{\"body\":\"Your statement\",\"filename\":\"statement.csv\",\
    \"info\":{\"mimetype\":\"text/csv\",\"size\":4},\"m.mentions\":{},\"msgtype\":\"m.file\",\
    \"agency.siso.partners.txn\":\"file-1\"}', 'test', max(made_at) from outbox";

fn the_file(event: &&Event) -> bool {
    event.file_name() == Some("statement.csv")
}

async fn arrives(ground: Ground) -> Outcome<()> {
    let house = House::open(ground, "olga").await?;
    let facts = Facts::of(&house.program).await?;
    facts.change(OWE, &[]).await?;
    if let Some(fake) = house.fake() {
        fake.plan(UPLOAD, Fault::CutBefore, 1);
        fake.plan(UPLOAD, Fault::ErrorAfter, 1);
        fake.plan("send/m.room.message/file-1", Fault::CutAfter, 1);
    }
    house.program.restart().await?;
    let olga = house.owner();
    let shown = olga.sees("the file", |events| events.iter().find(the_file).cloned()).await?;
    ensure!(olga.file(&shown).await? == b"a,b\n", "other bytes");
    ensure!(shown.content()["info"]["mimetype"] == "text/csv", "{}", shown.content());
    until("the bytes to be let go", || async {
        (facts.number(KEPT, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    if let Some(fake) = house.fake() {
        // The answers of one upload and of the message were lost: three uploads, one message.
        ensure!(fake.world().media.len() == 3, "{:?}", fake.world().media.keys());
        let said = fake.world().rooms[&house.control].timeline.clone();
        let said = said.iter().filter(|e| e.content["filename"] == "statement.csv").count();
        ensure!(said == 1, "said {said} times");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_arrives_on_sqlite() -> Outcome<()> {
    arrives(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_arrives_on_postgres() -> Outcome<()> {
    arrives(Ground::FakePostgres).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_arrives_on_synapse() -> Outcome<()> {
    arrives(Ground::Synapse).await
}

/// The homeserver takes no such file: the team is told, nothing behind it waits, no bytes stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_too_large_for_the_homeserver_is_told() -> Outcome<()> {
    let house = House::open(Ground::FakeSqlite, "olga").await?;
    house.fake().context("a fake")?.quirks(|quirks| quirks.upload_bytes_max = 3);
    let facts = Facts::of(&house.program).await?;
    facts.change(OWE, &[]).await?;
    house.program.restart().await?;
    let olga = house.owner();
    let told = "A message to this room was refused";
    olga.sees("the word", |events| events.iter().find(|e| e.body().contains(told)).map(drop))
        .await?;
    ensure!(facts.number(KEPT, &[]).await? == 0, "the bytes stay");
    olga.reply_to(&olga.say(&house.control, "!help").await?).await.map(drop)
}
