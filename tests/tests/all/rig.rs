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
