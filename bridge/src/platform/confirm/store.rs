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
    /// Whose yes it waits for.
    pub user: String,
    /// The thread in which it was asked.
    pub thread: Option<String>,
    pub expires_at: i64,
    pub used_at: Option<i64>,
}

pub(super) async fn insert(
    tx: &mut Conn,
    open: &Open,
    room: &str,
    prompt_key: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into confirmation (id, user_id, room_id, line, cause, prompt_key, asked_at, expires_at, thread) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&open.id)
    .bind(&open.user)
    .bind(room)
    .bind(&open.line)
    .bind(&open.cause)
    .bind(prompt_key)
    .bind(open.asked_at)
    .bind(open.expires_at)
    .bind(&open.thread)
    .execute(tx)
    .await?;
    Ok(())
}

/// A person's questions in a room that nobody has answered, newest first, expired ones too.
pub(super) async fn unanswered(
    tx: &mut Conn,
    user: &str,
    room: &str,
) -> Result<Option<Open>, sqlx::Error> {
    let row = sqlx::query(
        // A room that was replaced and the one that replaced it are the same to who answers.
        "select id, line, cause, asked_at, user_id, thread, expires_at, used_at from confirmation c \
         where user_id = $1 and used_at is null and (room_id = $2 or exists \
         (select 1 from former_room f join room r on r.key = f.key \
         where (f.room_id = c.room_id and r.room_id = $2) or (f.room_id = $2 and r.room_id = c.room_id))) \
         order by asked_at desc, id desc limit 1",
    )
    .bind(user)
    .bind(room)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(open).transpose()
}

/// The newest question of a thread, whoever it was put to.
pub(super) async fn of_thread(
    tx: &mut Conn,
    room: &str,
    thread: &str,
) -> Result<Option<Open>, sqlx::Error> {
    let row = sqlx::query(
        "select id, line, cause, asked_at, user_id, thread, expires_at, used_at from confirmation \
         where room_id = $1 and thread = $2 order by asked_at desc, id desc limit 1",
    )
    .bind(room)
    .bind(thread)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(open).transpose()
}

pub(super) async fn by_prompt(
    tx: &mut Conn,
    prompt_key: &str,
) -> Result<Option<Open>, sqlx::Error> {
    let row = sqlx::query(
        "select id, line, cause, asked_at, user_id, thread, expires_at, used_at from confirmation \
         where prompt_key = $1",
    )
    .bind(prompt_key)
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

/// All open questions of a person are used up.
pub(super) async fn claim_all(tx: &mut Conn, user: &str, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update confirmation set used_at = $1 where user_id = $2 and used_at is null")
        .bind(now)
        .bind(user)
        .execute(tx)
        .await?;
    Ok(())
}

fn open(row: &AnyRow) -> Result<Open, sqlx::Error> {
    Ok(Open {
        id: row.try_get(0)?,
        line: row.try_get(1)?,
        cause: row.try_get(2)?,
        asked_at: row.try_get(3)?,
        user: row.try_get(4)?,
        thread: row.try_get(5)?,
        expires_at: row.try_get(6)?,
        used_at: row.try_get(7)?,
    })
}
