//! Rows of the confirmation table.
use crate::platform::db::Conn;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A step that waits for its person.
#[derive(Debug, Clone)]
pub struct Open {
    pub id: String,
    pub line: String,
    pub cause: String,
    pub asked_at: i64,
}

pub(super) async fn insert(
    tx: &mut Conn,
    open: &Open,
    (user, room): (&str, &str),
    prompt_key: &str,
    expires_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into confirmation (id, user_id, room_id, line, cause, prompt_key, asked_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&open.id)
    .bind(user)
    .bind(room)
    .bind(&open.line)
    .bind(&open.cause)
    .bind(prompt_key)
    .bind(open.asked_at)
    .bind(expires_at)
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn newest(
    tx: &mut Conn,
    user: &str,
    room: &str,
    now: i64,
) -> Result<Option<Open>, sqlx::Error> {
    let row = sqlx::query(
        "select id, line, cause, asked_at from confirmation where user_id = $1 and room_id = $2 \
         and used_at is null and expires_at > $3 order by asked_at desc, id desc limit 1",
    )
    .bind(user)
    .bind(room)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(open).transpose()
}

pub(super) async fn by_prompt(
    tx: &mut Conn,
    user: &str,
    prompt_key: &str,
    now: i64,
) -> Result<Option<Open>, sqlx::Error> {
    let row = sqlx::query(
        "select id, line, cause, asked_at from confirmation where user_id = $1 and prompt_key = $2 \
         and used_at is null and expires_at > $3",
    )
    .bind(user)
    .bind(prompt_key)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(open).transpose()
}

/// Single use: true for the one who comes first.
pub(super) async fn claim(tx: &mut Conn, id: &str, now: i64) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("update confirmation set used_at = $1 where id = $2 and used_at is null")
            .bind(now)
            .bind(id)
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

fn open(row: &AnyRow) -> Result<Open, sqlx::Error> {
    Ok(Open {
        id: row.try_get(0)?,
        line: row.try_get(1)?,
        cause: row.try_get(2)?,
        asked_at: row.try_get(3)?,
    })
}
