//! Rows of the questions to those who came into an organization: one open walk a person.
use super::rules::Step;
use crate::platform::db::Conn;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkRow {
    pub id: String,
    pub user_id: String,
    pub organization: String,
    pub step: Step,
    /// Short names of the industries shown, in the order of their numbers.
    pub choices: Vec<String>,
    /// The newest question.
    pub asked_key: String,
    pub touched_at: i64,
}

fn walk(row: &AnyRow) -> Result<WalkRow, sqlx::Error> {
    let bad = |what: &str| sqlx::Error::Decode(format!("onboarding: {what}").into());
    let choices: String = row.try_get(4)?;
    Ok(WalkRow {
        id: row.try_get(0)?,
        user_id: row.try_get(1)?,
        organization: row.try_get(2)?,
        step: row.try_get::<String, _>(3)?.parse().map_err(|_| bad("step"))?,
        choices: serde_json::from_str(&choices).map_err(|_| bad("choices"))?,
        asked_key: row.try_get(5)?,
        touched_at: row.try_get(6)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, row: &WalkRow, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into onboarding (id, user_id, organization, step, choices, asked_key, started_at, touched_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&row.id)
    .bind(&row.user_id)
    .bind(&row.organization)
    .bind(row.step.as_str())
    .bind(choices(row))
    .bind(&row.asked_key)
    .bind(now)
    .bind(row.touched_at)
    .execute(tx)
    .await?;
    Ok(())
}

fn choices(row: &WalkRow) -> String {
    serde_json::Value::from(row.choices.clone()).to_string()
}

/// # Errors
/// When the database refuses.
pub async fn update(tx: &mut Conn, row: &WalkRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update onboarding set step = $1, choices = $2, asked_key = $3, touched_at = $4 where id = $5",
    )
    .bind(row.step.as_str())
    .bind(choices(row))
    .bind(&row.asked_key)
    .bind(row.touched_at)
    .bind(&row.id)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut Conn, id: &str, how: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update onboarding set ended = $1, ended_at = $2 where id = $3")
        .bind(how)
        .bind(now)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn open_of(tx: &mut Conn, user: &str) -> Result<Option<WalkRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, user_id, organization, step, choices, asked_key, touched_at from onboarding \
         where user_id = $1 and ended_at is null",
    )
    .bind(user)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(walk).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn open_by_id(tx: &mut Conn, id: &str) -> Result<Option<WalkRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, user_id, organization, step, choices, asked_key, touched_at from onboarding \
         where id = $1 and ended_at is null",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(walk).transpose()
}
