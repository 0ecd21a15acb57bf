//! The program's database as a test looks at it, beside the running program.
use crate::Outcome;
use crate::program::Program;
use crate::wait::until;
use bridge::platform::db::Db;
use sqlx::Row as _;

pub struct Facts {
    db: Db,
}

impl Facts {
    pub async fn of(program: &Program) -> Outcome<Self> {
        Ok(Self { db: Db::open_present(&program.database_url).await? })
    }

    /// The number that a query gives in its first column.
    pub async fn number(&self, query: &'static str, values: &[&str]) -> Outcome<i64> {
        let mut query = sqlx::query(query);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        Ok(query.fetch_one(&mut *self.db.read().await?).await?.try_get(0)?)
    }

    /// Changes rows behind the program's back.
    pub async fn change(&self, statement: &'static str, values: &[&str]) -> Outcome<()> {
        let mut query = sqlx::query(statement);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        let mut tx = self.db.begin().await?;
        query.execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// Claims that an event made.
    pub async fn sales_by(&self, event: &str) -> Outcome<i64> {
        self.number("select count(*) from sale where cause = $1", &[event]).await
    }

    /// Inputs that were set aside.
    pub async fn quarantined(&self) -> Outcome<i64> {
        self.number("select count(*) from inbox where outcome = 'poison'", &[]).await
    }

    /// How an input ended; `None` while it waits, or when it was of no consequence.
    pub async fn outcome(&self, event: &str) -> Outcome<Option<String>> {
        let row = sqlx::query("select outcome from inbox where event_id = $1")
            .bind(event.to_owned())
            .fetch_optional(&mut *self.db.read().await?)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.flatten())
    }

    /// Waits until an input has ended.
    pub async fn ended(&self, event: &str) -> Outcome<String> {
        let what = format!("{event} to end");
        until(&what, || async { self.outcome(event).await.transpose() }).await?
    }
}
