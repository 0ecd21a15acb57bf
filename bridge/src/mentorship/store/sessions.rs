//! Rows of sessions, and of feedback.
use super::{mentorship_id, partner};
use crate::platform::db::Conn;
use schema::ids::{MentorshipId, PartnerId};
use sqlx::Row as _;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: String,
    pub mentorship: MentorshipId,
    pub note: String,
    pub logged_by: PartnerId,
    pub logged_at: i64,
    pub confirmed_at: Option<i64>,
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, session: &SessionRow, cause: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into mentor_session (id, mentorship_id, note, logged_by, logged_at, cause) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&session.id)
    .bind(session.mentorship.to_string())
    .bind(&session.note)
    .bind(session.logged_by.to_string())
    .bind(session.logged_at)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Conn, id: &str) -> Result<Option<SessionRow>, sqlx::Error> {
    let row = sqlx::query(
        "select id, mentorship_id, note, logged_by, logged_at, confirmed_at \
         from mentor_session where id = $1",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(SessionRow {
        id: row.try_get(0)?,
        mentorship: mentorship_id(&row, 1)?,
        note: row.try_get(2)?,
        logged_by: partner(&row, 3)?,
        logged_at: row.try_get(4)?,
        confirmed_at: row.try_get(5)?,
    }))
}

/// # Errors
/// When the database refuses.
pub async fn confirm(tx: &mut Conn, id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update mentor_session set confirmed_at = $1 where id = $2")
        .bind(now)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// How many sessions were logged since a time, and when the last one ever was.
///
/// # Errors
/// When the database refuses.
pub async fn logged(
    tx: &mut Conn,
    mentorship: MentorshipId,
    since: i64,
) -> Result<(i64, Option<i64>), sqlx::Error> {
    let row = sqlx::query(
        "select cast(coalesce(sum(case when logged_at >= $1 then 1 else 0 end), 0) as bigint), \
         max(logged_at) from mentor_session where mentorship_id = $2",
    )
    .bind(since)
    .bind(mentorship.to_string())
    .fetch_one(tx)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Notes feedback; false where the person gave it before.
///
/// # Errors
/// When the database refuses.
pub async fn feedback(
    tx: &mut Conn,
    (mentorship, by): (MentorshipId, PartnerId),
    (score, text): (i64, &str),
    now: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into mentor_feedback (mentorship_id, partner_id, score, text, given_at) \
         values ($1, $2, $3, $4, $5) on conflict (mentorship_id, partner_id) do nothing",
    )
    .bind(mentorship.to_string())
    .bind(by.to_string())
    .bind(score)
    .bind(text)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
