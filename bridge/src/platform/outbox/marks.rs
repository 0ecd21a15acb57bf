//! What the sender and the echoes learned, written with the worker's next commit: a lost mark only
//! means that a row is sent again under the same transaction id.
use super::store;
use crate::platform::db::Conn;
use crate::platform::signals::Mark;

/// A row that the homeserver refused for good.
#[derive(Debug, Clone)]
pub struct Parked {
    pub id: i64,
    pub why: String,
    pub room: String,
    pub kind: String,
    pub subject: Option<String>,
}

/// Writes the marks; gives those newly parked, for the team to be told.
///
/// # Errors
/// When the database refuses.
pub async fn write(tx: &mut Conn, marks: &[Mark], now: i64) -> Result<Vec<Parked>, sqlx::Error> {
    let mut sent = Vec::new();
    let mut confirmed = Vec::new();
    let mut parked = Vec::new();
    for mark in marks {
        match mark {
            Mark::Sent { id, event_id } => sent.push((*id, event_id.as_str())),
            Mark::Confirmed { txn_id, event_id } => {
                confirmed.push((txn_id.as_str(), event_id.as_str()));
            }
            Mark::Unknown { id, at } => store::unknown(tx, *id, *at).await?,
            Mark::Parked { id, why } => {
                if let Some(row) = store::park(tx, *id, why, now).await? {
                    let store::ParkedRow { room, kind, subject } = row;
                    parked.push(Parked { id: *id, why: why.clone(), room, kind, subject });
                }
            }
        }
    }
    store::sent(tx, &sent, now).await?;
    store::confirmed(tx, &confirmed, now).await?;
    Ok(parked)
}
