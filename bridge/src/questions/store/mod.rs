//! Rows of questions.
pub mod help;
pub mod kudos;
pub mod routing;

use crate::platform::db::Conn;
use schema::card::QuestionStatus;
use schema::ids::{PartnerId, QuestionNumber};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A question with its asker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRow {
    pub id: String,
    pub number: QuestionNumber,
    pub partner_id: PartnerId,
    pub asker_user: String,
    pub asker_name: String,
    pub text: String,
    pub industry: Option<String>,
    /// Key of the channel where its thread is.
    pub room: String,
    /// The event that asked it.
    pub cause: String,
    pub asked_at: i64,
    pub answered_at: Option<i64>,
    /// User id.
    pub answer_user: Option<String>,
    pub answer_event: Option<String>,
    pub withdrawn_at: Option<i64>,
}

impl QuestionRow {
    #[must_use]
    pub const fn status(&self) -> QuestionStatus {
        if self.withdrawn_at.is_some() {
            QuestionStatus::Withdrawn
        } else if self.answered_at.is_some() {
            QuestionStatus::Answered
        } else {
            QuestionStatus::Open
        }
    }
}

macro_rules! select_question {
    ($rest:literal) => {
        concat!(
            "select q.id, q.number, q.partner_id, p.user_id, p.name, q.text, q.industry, q.room, q.cause, \
             q.asked_at, q.answered_at, q.answer_user, q.answer_event, q.withdrawn_at \
             from question q join partner p on p.id = q.partner_id ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<QuestionRow, sqlx::Error> {
    Ok(QuestionRow {
        id: row.try_get(0)?,
        number: QuestionNumber(row.try_get(1)?),
        partner_id: partner(row, 2)?,
        asker_user: row.try_get(3)?,
        asker_name: row.try_get(4)?,
        text: row.try_get(5)?,
        industry: row.try_get(6)?,
        room: row.try_get(7)?,
        cause: row.try_get(8)?,
        asked_at: row.try_get(9)?,
        answered_at: row.try_get(10)?,
        answer_user: row.try_get(11)?,
        answer_event: row.try_get(12)?,
        withdrawn_at: row.try_get(13)?,
    })
}

pub(crate) fn partner(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    let id: String = row.try_get(column)?;
    id.parse().map_err(|_| sqlx::Error::Decode("not a partner's id".into()))
}

/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Conn, id: &str) -> Result<Option<QuestionRow>, sqlx::Error> {
    let row = sqlx::query(select_question!("where q.id = $1")).bind(id).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn by_number(
    tx: &mut Conn,
    number: QuestionNumber,
) -> Result<Option<QuestionRow>, sqlx::Error> {
    let query = sqlx::query(select_question!("where q.number = $1")).bind(number.0);
    query.fetch_optional(tx).await?.as_ref().map(read).transpose()
}

/// The question that an event asked.
///
/// # Errors
/// When the database refuses.
pub async fn by_cause(tx: &mut Conn, event_id: &str) -> Result<Option<QuestionRow>, sqlx::Error> {
    let query = sqlx::query(select_question!("where q.cause = $1")).bind(event_id);
    query.fetch_optional(tx).await?.as_ref().map(read).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn last_number(tx: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(number), 0) from question").fetch_one(tx).await?.try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, question: &QuestionRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into question (id, number, partner_id, text, industry, room, cause, asked_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&question.id)
    .bind(question.number.0)
    .bind(question.partner_id.to_string())
    .bind(&question.text)
    .bind(&question.industry)
    .bind(&question.room)
    .bind(&question.cause)
    .bind(question.asked_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// How many a partner has asked since a time.
///
/// # Errors
/// When the database refuses.
pub async fn asked_since(
    tx: &mut Conn,
    partner: PartnerId,
    since: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query("select count(*) from question where partner_id = $1 and asked_at >= $2")
        .bind(partner.to_string())
        .bind(since)
        .fetch_one(tx)
        .await?
        .try_get(0)
}

/// Open questions of an industry, or of all, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn open(
    tx: &mut Conn,
    industry: Option<&str>,
    limit: i64,
) -> Result<Vec<QuestionRow>, sqlx::Error> {
    let query = match industry {
        Some(slug) => sqlx::query(select_question!(
            "where q.answered_at is null and q.withdrawn_at is null and q.industry = $1 \
             order by q.number limit $2"
        ))
        .bind(slug),
        None => sqlx::query(select_question!(
            "where q.answered_at is null and q.withdrawn_at is null order by q.number limit $1"
        )),
    };
    query.bind(limit).fetch_all(tx).await?.iter().map(read).collect()
}

/// How many are open, of an industry or of all.
///
/// # Errors
/// When the database refuses.
pub async fn open_count(tx: &mut Conn, industry: Option<&str>) -> Result<i64, sqlx::Error> {
    let query = match industry {
        Some(slug) => sqlx::query(
            "select count(*) from question \
             where answered_at is null and withdrawn_at is null and industry = $1",
        )
        .bind(slug),
        None => sqlx::query(
            "select count(*) from question where answered_at is null and withdrawn_at is null",
        ),
    };
    query.fetch_one(tx).await?.try_get(0)
}

/// The askers' user ids of the open questions in a room (its id).
///
/// # Errors
/// When the database refuses.
pub async fn askers_in(tx: &mut Conn, room_id: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(
        "select distinct p.user_id from question q join partner p on p.id = q.partner_id \
         where q.room = coalesce((select key from room where room_id = $1), \
         (select key from former_room where room_id = $1)) and q.answered_at is null and q.withdrawn_at is null",
    )
    .bind(room_id)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// An accepted answer.
#[derive(Debug, Clone, Copy)]
pub struct Accepted<'a> {
    pub user: &'a str,
    /// Where a partner gave it.
    pub partner: Option<PartnerId>,
    pub event: &'a str,
    /// User id of who accepted it.
    pub by: &'a str,
}

/// # Errors
/// When the database refuses.
pub async fn answered(
    tx: &mut Conn,
    id: &str,
    accepted: Accepted<'_>,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update question set answered_at = $1, answered_by = $2, answer_user = $3, \
         answer_event = $4, accepted_by = $5 where id = $6",
    )
    .bind(now)
    .bind(accepted.partner.map(|partner| partner.to_string()))
    .bind(accepted.user)
    .bind(accepted.event)
    .bind(accepted.by)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn withdraw(tx: &mut Conn, id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update question set withdrawn_at = $1, text = '' where id = $2")
        .bind(now)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Open questions of active partners that were asked before a time and have not come up yet.
///
/// # Errors
/// When the database refuses.
pub async fn unanswered(
    tx: &mut Conn,
    before: i64,
    limit: i64,
) -> Result<Vec<QuestionRow>, sqlx::Error> {
    let rows = sqlx::query(select_question!(
        "where q.answered_at is null and q.withdrawn_at is null and q.digest_at is null \
         and q.asked_at <= $1 and p.suspended_at is null and p.left_at is null \
         order by q.number limit $2"
    ))
    .bind(before)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// A question has come up in the daily message.
///
/// # Errors
/// When the database refuses.
pub async fn came_up(tx: &mut Conn, id: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update question set digest_at = $1 where id = $2")
        .bind(now)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}
