//! What the sender and the echoes learned, written now and then by the worker: a lost mark only means
//! that a row is sent again under the same transaction id. An answer and the echo of one message
//! mostly come within one writing, so that a row is touched once.
use super::store::{self, Told};
use crate::platform::db::Conn;
use crate::platform::points::{Point, reach};
use crate::platform::recent::Recent;
use crate::platform::signals::Mark;
use std::collections::HashMap;

/// Sent rows whose echo is still waited for; a later echo confirms nothing.
const RECENT: usize = 4_096;
/// Rows owed among which those of early echoes are looked for: as many as the sender may hold in memory, and more.
const OPEN_MAX: i64 = 16_384;

/// A row that will never be sent, and why.
#[derive(Debug, Clone)]
pub struct Parked {
    pub id: i64,
    pub why: String,
    pub row: store::ParkedRow,
}

/// Writes marks, and knows which row an echo is of.
#[derive(Debug)]
pub struct Marks {
    sent: Recent<i64>,
    /// Echoes that came before the answer.
    early: Recent<()>,
    /// Of these, which event each is, until the answer comes.
    unmet: HashMap<String, String>,
}

impl Default for Marks {
    fn default() -> Self {
        Self { sent: Recent::new(RECENT), early: Recent::new(RECENT), unmet: HashMap::new() }
    }
}

impl Marks {
    /// Writes the marks; gives those newly parked, for the team to be told.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(
        &mut self,
        tx: &mut Conn,
        marks: &[Mark],
        now: i64,
    ) -> Result<Vec<Parked>, sqlx::Error> {
        if !marks.is_empty() {
            reach(Point::Marks).await?;
        }
        let mut parked = Vec::new();
        for mark in marks {
            match mark {
                Mark::Unknown { id, at } => store::unknown(tx, *id, *at).await?,
                Mark::Parked { id, why } => {
                    if let Some(row) = store::park(tx, *id, why, now).await? {
                        parked.push(Parked { id: *id, why: why.clone(), row });
                    }
                }
                Mark::Stands { key, event_id } => store::stands(tx, key, event_id).await?,
                Mark::Sent { .. }
                | Mark::Confirmed { .. }
                | Mark::Hindered { .. }
                | Mark::Lost { .. } => {}
            }
        }
        store::told(tx, &self.joined(marks), now).await?;
        Ok(parked)
    }

    /// Writes what only echoes have told yet: people may press and answer what they see, whenever the answer to our
    /// request arrives. Asked for before inputs that may do so.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn meet(&self, tx: &mut Conn, now: i64) -> Result<(), sqlx::Error> {
        if self.unmet.is_empty() {
            return Ok(());
        }
        let open = store::open_txns(tx, OPEN_MAX).await?;
        let met = open.iter().filter_map(|(id, txn)| {
            self.unmet.get(txn).map(|event_id| Told { id: *id, event_id, confirmed: true })
        });
        store::told(tx, &met.collect::<Vec<_>>(), now).await
    }

    /// One line a row, of its answer, its echo, or both.
    fn joined<'a>(&mut self, marks: &'a [Mark]) -> Vec<Told<'a>> {
        let mut told: Vec<Told<'a>> = Vec::with_capacity(marks.len());
        let mut lines: HashMap<&str, usize> = HashMap::new();
        for mark in marks {
            match mark {
                Mark::Sent { id, txn_id, event_id } => {
                    self.unmet.remove(txn_id);
                    let confirmed = self.early.get(txn_id).is_some();
                    lines.insert(txn_id, told.len());
                    told.push(Told { id: *id, event_id, confirmed });
                    self.sent.insert(txn_id.clone(), *id);
                }
                Mark::Confirmed { txn_id, event_id } => {
                    if let Some(line) = lines.get(txn_id.as_str()).and_then(|at| told.get_mut(*at))
                    {
                        line.confirmed = true;
                    } else if let Some(id) = self.sent.get(txn_id) {
                        told.push(Told { id: *id, event_id, confirmed: true });
                    } else {
                        self.early.insert(txn_id.clone(), ());
                        if self.unmet.len() >= RECENT {
                            self.unmet.clear();
                        }
                        self.unmet.insert(txn_id.clone(), event_id.clone());
                    }
                }
                Mark::Unknown { .. }
                | Mark::Parked { .. }
                | Mark::Stands { .. }
                | Mark::Hindered { .. }
                | Mark::Lost { .. } => {}
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: i64) -> Mark {
        Mark::Sent { id, txn_id: format!("t{id}"), event_id: format!("$e{id}") }
    }

    fn echo(id: i64) -> Mark {
        Mark::Confirmed { txn_id: format!("t{id}"), event_id: format!("$e{id}") }
    }

    fn lines(marks: &mut Marks, list: &[Mark]) -> Vec<(i64, bool)> {
        marks.joined(list).into_iter().map(|told| (told.id, told.confirmed)).collect()
    }

    #[test]
    fn answer_and_echo_become_one_line_whichever_comes_first() {
        let mut marks = Marks::default();
        assert_eq!(lines(&mut marks, &[sent(1), echo(1), sent(2)]), [(1, true), (2, false)]);
        assert_eq!(lines(&mut marks, &[echo(2), echo(3)]), [(2, true)]);
        assert_eq!(lines(&mut marks, &[sent(3), echo(9)]), [(3, true)]);
    }
}
