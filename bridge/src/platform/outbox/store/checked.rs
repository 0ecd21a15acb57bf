//! Rows of the outbox as they were written, and whether they still are.
use super::{Owed, states};
use crate::platform::db::{Conn, Damaged};
use crate::platform::work::{OutKind, out_checksum};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::borrow::Cow;

/// Rows that are looked at with one statement.
const ROWS: i64 = 500;

/// Looks through all messages and states; what is owed is looked at again when it is read. Of a message that was
/// sent the text may have been emptied, of a file its bytes are: those are left out.
///
/// # Errors
/// When one is not what was written, or the database refuses.
pub async fn check(reader: &mut Conn) -> Result<(), sqlx::Error> {
    let query = "select id, txn_id, dedupe_key, room, kind, event_type, subject, content, made_at, unknown_at, cause, \
        case when kind = 'file' and (sent_at is not null or parked_at is not null) then null \
        when sent_at is not null and content = '{}' then null else checksum end \
        from outbox where id > $1 order by id limit $2";
    let mut last = i64::MIN;
    loop {
        let rows = sqlx::query(query).bind(last).bind(ROWS).fetch_all(&mut *reader).await?;
        for row in &rows {
            last = read(row)?.id;
        }
        if rows.is_empty() {
            return states::check(reader).await;
        }
    }
}

/// The oldest rows that are owed, by their transaction ids.
///
/// # Errors
/// When the database refuses.
pub async fn open_txns(reader: &mut Conn, limit: i64) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "select id, txn_id from outbox where sent_at is null and parked_at is null order by id limit $1",
    )
    .bind(limit)
    .fetch_all(reader)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// A row as the statements of this folder read it.
pub(super) fn read(row: &AnyRow) -> Result<Owed, sqlx::Error> {
    let kind: String = row.try_get(4)?;
    let owed = Owed {
        id: row.try_get(0)?,
        txn_id: row.try_get(1)?,
        dedupe_key: row.try_get(2)?,
        room: row.try_get(3)?,
        kind: OutKind::parse(&kind).unwrap_or(OutKind::Message),
        event_type: Cow::Owned(row.try_get(5)?),
        subject: row.try_get(6)?,
        content: row.try_get(7)?,
        made_at: row.try_get(8)?,
        unknown_at: row.try_get(9)?,
        cause: row.try_get(10)?,
    };
    // None: of an older program.
    let wanted: Option<i64> = row.try_get(11)?;
    if wanted.is_none_or(|wanted| wanted == checksum_of(&owed, &kind)) {
        return Ok(owed);
    }
    Err(Damaged::error("outbox", &owed.id))
}

fn checksum_of(owed: &Owed, kind: &str) -> i64 {
    let (key, room, event_type) = (&owed.dedupe_key, &owed.room, &*owed.event_type);
    let texts = [&owed.txn_id, key, room, kind, event_type, &owed.content, &owed.cause];
    out_checksum(texts, owed.subject.as_deref(), owed.made_at)
}
