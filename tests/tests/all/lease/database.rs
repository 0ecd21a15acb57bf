//! What the statements of the lease do on a real PostgreSQL.
use anyhow::ensure;
use bridge::platform::db::{Db, migrate};
use bridge::platform::inbox::store as inbox;
use bridge::platform::install;
use bridge::platform::lease::{Tenure, store};
use partnerspace_tests::wait::until;
use partnerspace_tests::{Outcome, postgres};
use sqlx::{AnyConnection, Connection as _, Row as _};

struct Ground {
    db: Db,
    url: String,
}

impl Ground {
    async fn open() -> Outcome<Self> {
        let url = postgres::shared().await?.database().await?;
        let db = Db::open(&url).await?;
        migrate(&db, 1).await?;
        Ok(Self { db, url })
    }

    async fn connection(&self) -> Outcome<AnyConnection> {
        Ok(AnyConnection::connect(&self.url).await?)
    }

    async fn change(&self, statement: &'static str) -> Outcome<()> {
        sqlx::query(statement).execute(&mut *self.db.write().await?).await?;
        Ok(())
    }
}

#[tokio::test]
async fn who_is_deposed_ends_what_it_began_and_begins_nothing_more() -> Outcome<()> {
    let ground = Ground::open().await?;
    let (mut old, mut new) = (ground.connection().await?, ground.connection().await?);
    ensure!(store::take(&mut old, 0, "old", 10_000).await?);
    let tenure = Tenure::new(1);
    let db = ground.db.held(&tenure);
    let mut tx = db.begin().await?;
    sqlx::query("insert into install (id, made_at) values ('a', 1)").execute(&mut *tx).await?;
    // Its connection is lost, and made anew: it may be taken, but not before the transaction is over.
    old.close().await?;
    let mut old = ground.connection().await?;
    let (taken, committed) = tokio::join!(store::take(&mut new, 1, "new", 10_000), async {
        until("the other one to wait", || async {
            let mut reader = ground.db.read().await.ok()?;
            let waits = sqlx::query("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
            let waits: i64 = waits.fetch_one(&mut *reader).await.ok()?.try_get(0).ok()?;
            (waits > 0).then_some(())
        })
        .await?;
        // The holder may renew meanwhile: it does not wait for itself.
        ensure!(store::renew(&mut old, 1, 10_000).await?.is_some());
        ground.change("update lease set expires_at = 0").await?;
        tx.commit().await?;
        Ok(())
    });
    committed?;
    ensure!(taken?, "it was not taken");
    ensure!(store::renew(&mut old, 1, 10_000).await?.is_none(), "the old one renewed");
    ensure!(db.begin().await.is_err(), "the old one began something");
    tenure.ended().await;
    ground.db.held(&Tenure::new(2)).begin().await?.commit().await?;
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_stands_still_is_ended() -> Outcome<()> {
    let ground = Ground::open().await?;
    let (mut old, mut new) = (ground.connection().await?, ground.connection().await?);
    ensure!(store::take(&mut old, 0, "old", 10_000).await?);
    let mut tx = ground.db.held(&Tenure::new(1)).begin().await?;
    sqlx::query("insert into install (id, made_at) values ('a', 1)").execute(&mut *tx).await?;
    ensure!(!store::look(&mut new).await?.may_be_taken(), "it is held and not over");
    ensure!(!store::take(&mut new, 1, "new", 10_000).await?, "it was taken all the same");
    ground.change("update lease set expires_at = 0").await?;
    let seen = store::look(&mut new).await?;
    ensure!(seen.is_over() && !seen.is_free, "{seen:?}");
    ensure!(store::end_transactions(&mut new).await? == 1);
    ensure!(store::take(&mut new, 1, "new", 10_000).await?);
    ensure!(tx.commit().await.is_err(), "what stood still was committed");
    let mut reader = ground.db.read().await?;
    let kept: i64 =
        sqlx::query("select count(*) from install").fetch_one(&mut *reader).await?.try_get(0)?;
    ensure!(kept == 0);
    Ok(())
}

#[tokio::test]
async fn a_holder_that_is_gone_is_noticed_and_one_that_gives_back_too() -> Outcome<()> {
    let ground = Ground::open().await?;
    let (mut old, mut new) = (ground.connection().await?, ground.connection().await?);
    ensure!(store::take(&mut old, 0, "old", 10_000).await?);
    ensure!(!store::take(&mut new, 1, "new", 10_000).await?);
    ensure!(!store::look(&mut new).await?.may_be_taken());
    store::give_back(&mut old, 1).await?;
    ensure!(store::look(&mut new).await?.is_over());
    ensure!(store::renew(&mut old, 1, 10_000).await?.is_some());
    ensure!(!store::look(&mut new).await?.may_be_taken());
    old.close().await?;
    until("its lock to be free", || async {
        let mut other = ground.connection().await.ok()?;
        store::look(&mut other).await.ok()?.is_free.then_some(())
    })
    .await
}

#[tokio::test]
async fn instances_that_start_together_make_one_installation() -> Outcome<()> {
    let url = postgres::shared().await?.database().await?;
    let open = async |random| {
        let db = Db::open(&url).await?;
        migrate(&db, 1).await?;
        Outcome::Ok(install::open(&db, random, 1).await?.id)
    };
    let (one, two, three) = tokio::try_join!(open(1), open(2), open(3))?;
    ensure!(one == two && two == three, "{one}, {two}, {three}");
    Ok(())
}

#[tokio::test]
async fn numbers_are_one_order_and_go_on_after_a_restore() -> Outcome<()> {
    let ground = Ground::open().await?;
    let (mut one, mut two) = (ground.connection().await?, ground.connection().await?);
    ensure!(inbox::numbers(&mut one, 2).await? == [1, 2]);
    ensure!(inbox::numbers(&mut two, 1).await? == [3]);
    inbox::numbers_on(&mut one).await?;
    ensure!(inbox::numbers(&mut one, 1).await? == [4], "an empty table takes nothing back");
    ground
        .change(
            "insert into inbox (seq, event_id, room_id, sender, source, received_at) \
             values (10, '$a', '!r', '@a:x', 'txn', 1)",
        )
        .await?;
    inbox::numbers_on(&mut two).await?;
    ensure!(inbox::numbers(&mut one, 1).await? == [11]);
    Ok(())
}
