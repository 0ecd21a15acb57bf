//! Who was asked about terms, and who has accepted them.
use crate::platform::db::Conn;
use schema::ids::PartnerId;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// An acceptance, with the message that it was put on.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance<'a> {
    pub version: i64,
    pub user: &'a str,
    pub organization: Option<&'a str>,
    pub sha256: &'a str,
    /// The reaction or message of theirs.
    pub event: &'a str,
    pub asked_key: &'a str,
    pub asked_event: Option<&'a str>,
}

/// # Errors
/// When the database refuses.
pub async fn accept(tx: &mut Conn, said: Acceptance<'_>, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into terms_acceptance (version, user_id, organization, sha256, event_id, asked_key, \
         asked_event, accepted_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(said.version)
    .bind(said.user)
    .bind(said.organization)
    .bind(said.sha256)
    .bind(said.event)
    .bind(said.asked_key)
    .bind(said.asked_event)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn has_accepted(tx: &mut Conn, version: i64, user: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select 1 from terms_acceptance where version = $1 and user_id = $2")
        .bind(version)
        .bind(user)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// A message of ours that asks a partner about a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRow {
    pub key: String,
    pub user_id: String,
    pub room: String,
    pub version: i64,
    pub asked_at: i64,
}

fn question(row: &AnyRow) -> Result<QuestionRow, sqlx::Error> {
    Ok(QuestionRow {
        key: row.try_get(0)?,
        user_id: row.try_get(1)?,
        room: row.try_get(2)?,
        version: row.try_get(3)?,
        asked_at: row.try_get(4)?,
    })
}

/// # Errors
/// When the database refuses.
pub async fn ask(tx: &mut Conn, row: &QuestionRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into terms_question (key, user_id, room, version, asked_at) \
         values ($1, $2, $3, $4, $5) on conflict (key) do nothing",
    )
    .bind(&row.key)
    .bind(&row.user_id)
    .bind(&row.room)
    .bind(row.version)
    .bind(row.asked_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// # Errors
/// When the database refuses.
pub async fn of_key(tx: &mut Conn, key: &str) -> Result<Option<QuestionRow>, sqlx::Error> {
    let row = sqlx::query(
        "select key, user_id, room, version, asked_at from terms_question where key = $1",
    )
    .bind(key)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(question).transpose()
}

/// The newest that a person was asked.
///
/// # Errors
/// When the database refuses.
pub async fn of_user(tx: &mut Conn, user: &str) -> Result<Option<QuestionRow>, sqlx::Error> {
    let row = sqlx::query(
        "select key, user_id, room, version, asked_at from terms_question where user_id = $1 \
         order by asked_at desc, key desc limit 1",
    )
    .bind(user)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(question).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn decline(tx: &mut Conn, key: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update terms_question set declined_at = $1 where key = $2")
        .bind(now)
        .bind(key)
        .execute(tx)
        .await?;
    Ok(())
}

/// Active partners who have not accepted a version and were not asked about it: id and user id, in
/// pages.
///
/// # Errors
/// When the database refuses.
pub async fn to_ask(
    tx: &mut Conn,
    version: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select p.id, p.user_id from partner p where p.id > $1 and p.approved_at is not null \
         and p.suspended_at is null and p.left_at is null \
         and not exists (select 1 from terms_acceptance a where a.version = $2 and a.user_id = p.user_id) \
         and not exists (select 1 from terms_question q where q.version = $2 and q.user_id = p.user_id) \
         order by p.id limit $3",
    )
    .bind(after)
    .bind(version)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Active partners, and those of them who have accepted a version.
///
/// # Errors
/// When the database refuses.
pub async fn counts(tx: &mut Conn, version: i64) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(
        "select count(*), count(a.user_id) from partner p \
         left join terms_acceptance a on a.version = $1 and a.user_id = p.user_id \
         where p.approved_at is not null and p.suspended_at is null and p.left_at is null",
    )
    .bind(version)
    .fetch_one(tx)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// An active partner and what they have accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub partner: PartnerId,
    pub user_id: String,
    pub name: String,
    pub version: Option<i64>,
    pub accepted_at: Option<i64>,
    pub event: Option<String>,
    /// They said no to the version asked about.
    pub declined: bool,
}

/// Those who have not accepted a version first, then by name.
///
/// # Errors
/// When the database refuses.
pub async fn people(
    tx: &mut Conn,
    version: i64,
    limit: i64,
) -> Result<Vec<PersonRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select p.id, p.user_id, p.name, a.version, a.accepted_at, a.event_id, \
         (select max(q.declined_at) from terms_question q where q.user_id = p.user_id and q.version = $1) \
         from partner p left join terms_acceptance a on a.user_id = p.user_id and a.version = \
         (select max(m.version) from terms_acceptance m where m.user_id = p.user_id) \
         where p.approved_at is not null and p.suspended_at is null and p.left_at is null \
         order by case when a.version = $1 then 1 else 0 end, p.name, p.id limit $2",
    )
    .bind(version)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let partner: String = row.try_get(0)?;
            Ok(PersonRow {
                partner: partner.parse().map_err(|_| sqlx::Error::Decode("terms: id".into()))?,
                user_id: row.try_get(1)?,
                name: row.try_get(2)?,
                version: row.try_get(3)?,
                accepted_at: row.try_get(4)?,
                event: row.try_get(5)?,
                declined: row.try_get::<Option<i64>, _>(6)?.is_some(),
            })
        })
        .collect()
}
