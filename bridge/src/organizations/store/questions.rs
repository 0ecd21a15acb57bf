//! The messages that put an invitation before its person: the newest one can be answered.
use crate::platform::db::Conn;
use sqlx::Row as _;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRow {
    pub key: String,
    /// The version of the terms that it shows.
    pub terms: Option<i64>,
    pub asked_at: i64,
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, invitation: &str, row: &QuestionRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into invitation_question (key, invitation_id, terms, asked_at) \
         values ($1, $2, $3, $4)",
    )
    .bind(&row.key)
    .bind(invitation)
    .bind(row.terms)
    .bind(row.asked_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn newest(tx: &mut Conn, invitation: &str) -> Result<Option<QuestionRow>, sqlx::Error> {
    let row = sqlx::query(
        "select key, terms, asked_at from invitation_question where invitation_id = $1 \
         order by asked_at desc, terms desc limit 1",
    )
    .bind(invitation)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(QuestionRow { key: row.try_get(0)?, terms: row.try_get(1)?, asked_at: row.try_get(2)? })
    })
    .transpose()
}
