//! Writes what a batch owes, many rows a statement, inside the batch's transaction.
use super::effects::{AuditRow, Done, Effects, JobRow, OutRow, StateRow};
use super::rows;
use crate::platform::db::Conn;
use crate::platform::db::sql::{chunks, values};

impl Effects {
    /// Whether every message owed is a new row; one of a key that was owed before is not.
    ///
    /// # Errors
    /// When the database refuses; the caller rolls back.
    pub async fn flush(&self, tx: &mut Conn) -> Result<bool, sqlx::Error> {
        rows::write(tx, &self.rows).await?;
        let new = insert_out(tx, &self.out).await?;
        upsert_states(tx, &self.states).await?;
        insert_jobs(tx, &self.jobs).await?;
        insert_audits(tx, &self.audits).await?;
        mark_done(tx, &self.done).await?;
        Ok(new == self.out.len() as u64)
    }
}

async fn insert_out(tx: &mut Conn, rows: &[OutRow]) -> Result<u64, sqlx::Error> {
    let mut new = 0;
    for chunk in chunks(rows) {
        let text = values(
            tx,
            "insert into outbox (id, txn_id, dedupe_key, room, kind, event_type, subject, content, cause, made_at, checksum) \
             {values} on conflict (dedupe_key) do nothing",
            chunk.len(),
            11,
        );
        let mut query = sqlx::query(text);
        for row in chunk {
            query = query
                .bind(row.id)
                .bind(&row.txn_id)
                .bind(&row.dedupe_key)
                .bind(&row.room)
                .bind(row.kind.as_str())
                .bind(row.event_type)
                .bind(&row.subject)
                .bind(&row.content)
                .bind(&row.cause)
                .bind(row.made_at)
                .bind(row.checksum());
        }
        new += query.execute(&mut *tx).await?.rows_affected();
    }
    Ok(new)
}

async fn upsert_states(tx: &mut Conn, rows: &[StateRow]) -> Result<(), sqlx::Error> {
    for row in rows {
        sqlx::query(
            "insert into state (room, event_type, state_key, content, hash, wanted_at, due_at) \
             values ($1, $2, $3, $4, $5, $6, $6) \
             on conflict (room, event_type, state_key) do update set \
             content = excluded.content, hash = excluded.hash, wanted_at = excluded.wanted_at, \
             attempts = 0, parked_why = null",
        )
        .bind(&row.room)
        .bind(row.event_type)
        .bind(&row.state_key)
        .bind(&row.content)
        .bind(&row.hash)
        .bind(row.wanted_at)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn insert_jobs(tx: &mut Conn, rows: &[JobRow]) -> Result<(), sqlx::Error> {
    for chunk in chunks(rows) {
        let text = values(
            tx,
            "insert into job (key, kind, payload, run_at) {values} on conflict (key) do nothing",
            chunk.len(),
            4,
        );
        let mut query = sqlx::query(text);
        for row in chunk {
            query = query.bind(&row.key).bind(row.kind).bind(&row.payload).bind(row.run_at);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_audits(tx: &mut Conn, rows: &[AuditRow]) -> Result<(), sqlx::Error> {
    for chunk in chunks(rows) {
        let text = values(
            tx,
            "insert into audit (seq, at, actor, action, object, cause, detail) {values}",
            chunk.len(),
            7,
        );
        let mut query = sqlx::query(text);
        for row in chunk {
            query = query
                .bind(row.seq)
                .bind(row.at)
                .bind(&row.actor)
                .bind(row.action)
                .bind(&row.object)
                .bind(&row.cause)
                .bind(&row.detail);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Rows that end alike and lie side by side are marked with one statement.
async fn mark_done(tx: &mut Conn, rows: &[Done]) -> Result<(), sqlx::Error> {
    for run in rows.chunk_by(|a, b| a.outcome == b.outcome && b.seq == a.seq + 1 && a.at == b.at) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        sqlx::query("update inbox set done_at = $1, outcome = $2 where seq between $3 and $4 and done_at is null")
            .bind(first.at)
            .bind(first.outcome)
            .bind(first.seq)
            .bind(last.seq)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
