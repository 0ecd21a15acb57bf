//! Messages that were said again in the room which replaced their own, and which room a message is in.
use super::{Target, target};
use crate::platform::db::Conn;
use sqlx::Row as _;

/// What the keys of messages begin with that were said again.
const CARRIED: &str = "moved:";

/// The key of a message that is said again in the room that follows the `n`th of its key.
#[must_use]
pub fn carried_key(n: i64, room: &str, key: &str) -> String {
    format!("{CARRIED}{n}:{room}|{key}")
}

/// The key by which the program knows a message, wherever it was said again.
#[must_use]
pub fn original(key: &str) -> &str {
    let carried = key.strip_prefix(CARRIED).and_then(|rest| rest.split_once('|'));
    carried.map_or(key, |(_, key)| key)
}

/// From now on the message of a key is the one of another row.
///
/// # Errors
/// When the database refuses.
pub async fn carried(tx: &mut Conn, dedupe_key: &str, by_key: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into carried (dedupe_key, by_key) values ($1, $2) \
         on conflict (dedupe_key) do update set by_key = excluded.by_key",
    )
    .bind(dedupe_key)
    .bind(by_key)
    .execute(tx)
    .await?;
    Ok(())
}

/// What became of exactly this row, wherever its message is now.
///
/// # Errors
/// When the database refuses.
pub async fn event_of_row(reader: &mut Conn, dedupe_key: &str) -> Result<Target, sqlx::Error> {
    let row = sqlx::query("select event_id, parked_at from outbox where dedupe_key = $1")
        .bind(dedupe_key)
        .fetch_optional(reader)
        .await?;
    target(row.as_ref())
}

/// The room of a message as the outbox names it, and its row; `this_row` asks for exactly this one,
/// not for where it was said again.
///
/// # Errors
/// When the database refuses.
pub async fn home_of(
    reader: &mut Conn,
    dedupe_key: &str,
    this_row: bool,
) -> Result<Option<(String, i64)>, sqlx::Error> {
    let found = sqlx::query(
        "select room, id from outbox where dedupe_key = case when $2 = 1 then $1 else \
         coalesce((select by_key from carried where dedupe_key = $1), $1) end",
    )
    .bind(dedupe_key)
    .bind(i64::from(this_row))
    .fetch_optional(reader)
    .await?;
    found.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// The same of an event of ours.
///
/// # Errors
/// When the database refuses.
pub async fn home_of_event(
    reader: &mut Conn,
    event_id: &str,
) -> Result<Option<(String, i64)>, sqlx::Error> {
    let found = sqlx::query("select room, id from outbox where event_id = $1 order by id limit 1")
        .bind(event_id)
        .fetch_optional(reader)
        .await?;
    found.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// The room of an event that somebody else sent.
///
/// # Errors
/// When the database refuses.
pub async fn room_of_event(
    reader: &mut Conn,
    event_id: &str,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("select room_id from inbox where event_id = $1")
        .bind(event_id)
        .fetch_optional(reader)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// The content of a message as it reads now: of its last edit, or as it was said. `None` where
/// nothing was said under the key.
///
/// # Errors
/// When the database refuses.
pub async fn last_said(
    tx: &mut Conn,
    room: &str,
    dedupe_key: &str,
) -> Result<Option<String>, sqlx::Error> {
    let said =
        sqlx::query("select id, content from outbox where dedupe_key = $1 and kind = 'message'")
            .bind(dedupe_key)
            .fetch_optional(&mut *tx)
            .await?;
    let Some(said) = said else { return Ok(None) };
    let (id, content): (i64, String) = (said.try_get(0)?, said.try_get(1)?);
    let edit = sqlx::query(
        "select content from outbox where room = $1 and id > $2 and kind = 'message' \
         and content like $3 order by id desc limit 1",
    )
    .bind(room)
    .bind(id)
    .bind(format!("%{}%", edit_mark(dedupe_key)))
    .fetch_optional(tx)
    .await?;
    let edit = edit.map(|row| row.try_get(0)).transpose()?;
    Ok(Some(edit.unwrap_or(content)))
}

/// What stands in every edit of the message of a key: rows keep the key that they name.
#[must_use]
pub fn edit_mark(dedupe_key: &str) -> String {
    let event = crate::platform::work::event_ref(dedupe_key);
    format!("\"m.relates_to\":{{\"event_id\":\"{event}\",\"rel_type\":\"m.replace\"}}")
}

/// How many rows are still owed to a room up to a row.
///
/// # Errors
/// When the database refuses.
pub async fn open_rows(reader: &mut Conn, room: &str, last: i64) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "select count(*) from outbox where sent_at is null and parked_at is null and room = $1 and id <= $2",
    )
    .bind(room)
    .bind(last)
    .fetch_one(reader)
    .await?
    .try_get(0)
}

/// Whether all rows of a cause were sent or refused.
///
/// # Errors
/// When the database refuses.
pub async fn settled(reader: &mut Conn, cause: &str) -> Result<bool, sqlx::Error> {
    let open: i64 = sqlx::query(
        "select count(*) from outbox where sent_at is null and parked_at is null and cause = $1",
    )
    .bind(cause)
    .fetch_one(reader)
    .await?
    .try_get(0)?;
    Ok(open == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text::{Message, edit_of};
    use crate::platform::work::event_ref;

    #[test]
    fn a_carried_key_says_what_it_was() {
        let key = "review:application:@a|b:x:1";
        let once = carried_key(1, "control", key);
        assert_eq!(original(&once), key);
        assert_eq!(original(key), key);
        assert_eq!(original("moved:1"), "moved:1");
    }

    #[test]
    fn an_edit_is_known_by_the_key_that_it_names() {
        let edit = edit_of(Message::text("S-1").content(), &event_ref("review:sale:1")).to_string();
        assert!(edit.contains(&edit_mark("review:sale:1")), "{edit}");
    }
}
