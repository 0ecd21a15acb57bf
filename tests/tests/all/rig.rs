//! The rig itself: the servers start, and people hear each other.
use partnerspace_tests::people::Person;
use partnerspace_tests::{Outcome, postgres, synapse};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

#[tokio::test]
async fn people_talk() -> Outcome<()> {
    let synapse = synapse::shared().await?;
    let (ana, ana_password) = synapse.account("rig-ana").await?;
    let (ben, ben_password) = synapse.account("rig-ben").await?;
    let ana = Person::login(&synapse.url, &ana, &ana_password).await?;
    let ben = Person::login(&synapse.url, &ben, &ben_password).await?;

    let room = ana.create_room(&[&ben.id], false).await?;
    assert_eq!(ben.invited_by(&ana.id, |_| true).await?, room);
    ben.join(&room).await?;
    let question = ana.say(&room, "who sold the most?").await?;
    ben.sees("the question", |events| events.iter().find(|e| e.id() == question).cloned()).await?;
    let answer = ben.say_in_thread(&room, &question, "Ben").await?;
    assert_eq!(ana.reply_to(&question).await?.id(), answer);
    ben.edit(&room, &answer, "Ana").await?;
    let seen =
        ana.sees("the edit", |events| events.iter().find(|e| e.edits() == Some(&answer)).cloned());
    seen.await?;
    assert_eq!(ana.reads(&answer).as_deref(), Some("Ana"));
    assert!(ana.state(&room, "m.room.create", "").await?.is_some());
    assert!(ana.state(&room, "agency.siso.partners.program", "").await?.is_none());
    Ok(())
}

#[tokio::test]
async fn databases_are_apart() -> Outcome<()> {
    let cluster = postgres::shared().await?;
    let (one, two) = (cluster.database().await?, cluster.database().await?);
    let mut one = PgConnection::connect(&one).await?;
    one.execute("create table a (b bigint)").await?;
    let mut two = PgConnection::connect(&two).await?;
    let count = two.fetch_one("select count(*) from pg_tables where tablename = 'a'").await?;
    assert_eq!(count.try_get::<i64, _>(0)?, 0);
    Ok(())
}

#[tokio::test]
async fn servers_federate() -> Outcome<()> {
    let (here, there) = tokio::try_join!(synapse::shared(), synapse::Synapse::start(0))?;
    let (ana, ana_password) = here.account("rig-near").await?;
    let (rio, rio_password) = there.account("rig-far").await?;
    let ana = Person::login(&here.url, &ana, &ana_password).await?;
    let rio = Person::login(&there.url, &rio, &rio_password).await?;

    let room = ana.create_room(&[&rio.id], false).await?;
    rio.sees_invitation(&room).await?;
    rio.join(&room).await?;
    let said = ana.say(&room, "can you hear me?").await?;
    rio.sees("the question", |events| events.iter().find(|e| e.id() == said).map(drop)).await?;
    let answer = rio.reply(&room, &said, "loud and clear").await?;
    assert_eq!(ana.reply_to(&said).await?.id(), answer);
    Ok(())
}

#[tokio::test]
async fn a_killed_synapse_comes_back() -> Outcome<()> {
    let synapse = synapse::Synapse::start(1).await?;
    let (ana, password) = synapse.account("ana").await?;
    let ana = Person::login(&synapse.url, &ana, &password).await?;
    let room = ana.create_room(&[], false).await?;
    synapse.kill9();
    assert!(ana.say(&room, "nobody hears this").await.is_err());
    synapse.restart().await?;
    let said = ana.say(&room, "back again").await?;
    ana.sees("it", |events| events.iter().find(|e| e.id() == said).map(drop)).await
}

#[tokio::test]
async fn a_killed_postgres_keeps_what_it_promised() -> Outcome<()> {
    let cluster = postgres::Postgres::start(true).await?;
    let url = cluster.database().await?;
    let mut before = PgConnection::connect(&url).await?;
    before.execute("create table kept (b bigint)").await?;
    cluster.kill9();
    cluster.restart().await?;
    let mut after = PgConnection::connect(&url).await?;
    after.execute("select b from kept").await?;
    Ok(())
}
