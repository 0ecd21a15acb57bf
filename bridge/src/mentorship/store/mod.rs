//! Rows of mentorships.
pub mod offers;
pub mod sessions;

use crate::platform::db::Conn;
use schema::card::MentorshipStatus;
use schema::ids::{MentorshipId, PartnerId};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub id: PartnerId,
    pub user_id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentorshipRow {
    pub id: MentorshipId,
    /// The first request of a row of them, of which each asked another mentor.
    pub search_id: String,
    pub mentor: Side,
    pub mentee: Side,
    pub goal: Option<String>,
    pub asked_at: i64,
    pub accepted_at: Option<i64>,
    pub declined_at: Option<i64>,
    pub lapsed_at: Option<i64>,
    pub ended_at: Option<i64>,
}

impl MentorshipRow {
    #[must_use]
    pub const fn status(&self) -> MentorshipStatus {
        if self.ended_at.is_some() {
            MentorshipStatus::Ended
        } else if self.lapsed_at.is_some() {
            MentorshipStatus::Lapsed
        } else if self.declined_at.is_some() {
            MentorshipStatus::Declined
        } else if self.accepted_at.is_some() {
            MentorshipStatus::Active
        } else {
            MentorshipStatus::Asked
        }
    }

    #[must_use]
    pub fn has(&self, partner: PartnerId) -> bool {
        self.mentor.id == partner || self.mentee.id == partner
    }

    /// The other of the two.
    #[must_use]
    pub fn other(&self, partner: PartnerId) -> &Side {
        if self.mentor.id == partner { &self.mentee } else { &self.mentor }
    }

    #[must_use]
    pub fn side(&self, partner: PartnerId) -> &Side {
        if self.mentor.id == partner { &self.mentor } else { &self.mentee }
    }
}

macro_rules! select_mentorship {
    ($rest:literal) => {
        concat!(
            "select m.id, m.search_id, m.mentor_id, a.user_id, a.name, m.mentee_id, b.user_id, b.name, \
             m.goal, m.asked_at, m.accepted_at, m.declined_at, m.lapsed_at, m.ended_at \
             from mentorship m join partner a on a.id = m.mentor_id join partner b on b.id = m.mentee_id ",
            $rest
        )
    };
}

fn side(row: &AnyRow, column: usize) -> Result<Side, sqlx::Error> {
    Ok(Side {
        id: partner(row, column)?,
        user_id: row.try_get(column + 1)?,
        name: row.try_get(column + 2)?,
    })
}

fn partner(row: &AnyRow, column: usize) -> Result<PartnerId, sqlx::Error> {
    let id: String = row.try_get(column)?;
    id.parse().map_err(|_| sqlx::Error::Decode("not a partner's id".into()))
}

fn mentorship_id(row: &AnyRow, column: usize) -> Result<MentorshipId, sqlx::Error> {
    let id: String = row.try_get(column)?;
    id.parse().map_err(|_| sqlx::Error::Decode("not a mentorship's id".into()))
}

fn read(row: &AnyRow) -> Result<MentorshipRow, sqlx::Error> {
    Ok(MentorshipRow {
        id: mentorship_id(row, 0)?,
        search_id: row.try_get(1)?,
        mentor: side(row, 2)?,
        mentee: side(row, 5)?,
        goal: row.try_get(8)?,
        asked_at: row.try_get(9)?,
        accepted_at: row.try_get(10)?,
        declined_at: row.try_get(11)?,
        lapsed_at: row.try_get(12)?,
        ended_at: row.try_get(13)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Conn, id: &str) -> Result<Option<MentorshipRow>, sqlx::Error> {
    let query = sqlx::query(select_mentorship!("where m.id = $1")).bind(id);
    query.fetch_optional(tx).await?.as_ref().map(read).transpose()
}

/// A partner's mentorships, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn of(
    tx: &mut Conn,
    partner: PartnerId,
    limit: i64,
) -> Result<Vec<MentorshipRow>, sqlx::Error> {
    let rows = sqlx::query(select_mentorship!(
        "where m.mentor_id = $1 or m.mentee_id = $2 order by m.asked_at desc, m.id desc limit $3"
    ))
    .bind(partner.to_string())
    .bind(partner.to_string())
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// A partner's mentorships that are not over, requests included.
///
/// # Errors
/// When the database refuses.
pub async fn open(tx: &mut Conn, partner: PartnerId) -> Result<Vec<MentorshipRow>, sqlx::Error> {
    let rows = sqlx::query(select_mentorship!(
        "where (m.mentor_id = $1 or m.mentee_id = $2) and m.declined_at is null \
         and m.lapsed_at is null and m.ended_at is null order by m.asked_at, m.id"
    ))
    .bind(partner.to_string())
    .bind(partner.to_string())
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// The mentors whom a search has asked.
///
/// # Errors
/// When the database refuses.
pub async fn tried(tx: &mut Conn, search: &str) -> Result<Vec<PartnerId>, sqlx::Error> {
    let rows = sqlx::query("select mentor_id from mentorship where search_id = $1")
        .bind(search)
        .fetch_all(tx)
        .await?;
    rows.iter().map(|row| partner(row, 0)).collect()
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, row: &MentorshipRow, cause: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into mentorship (id, search_id, mentor_id, mentee_id, goal, cause, asked_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id.to_string())
    .bind(&row.search_id)
    .bind(row.mentor.id.to_string())
    .bind(row.mentee.id.to_string())
    .bind(&row.goal)
    .bind(cause)
    .bind(row.asked_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn accept(tx: &mut Conn, id: MentorshipId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update mentorship set accepted_at = $1 where id = $2")
        .bind(now)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn decline(tx: &mut Conn, id: MentorshipId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update mentorship set declined_at = $1 where id = $2")
        .bind(now)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn lapse(tx: &mut Conn, id: MentorshipId, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update mentorship set lapsed_at = $1 where id = $2")
        .bind(now)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn set_goal(tx: &mut Conn, id: MentorshipId, goal: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update mentorship set goal = $1 where id = $2")
        .bind(goal)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn end(
    tx: &mut Conn,
    id: MentorshipId,
    (by, note): (&str, Option<&str>),
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("update mentorship set ended_at = $1, ended_by = $2, end_note = $3 where id = $4")
        .bind(now)
        .bind(by)
        .bind(note)
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}
