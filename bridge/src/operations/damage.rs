//! Whether the database is what was written, and what the team is told when it is not. SQLite keeps no sums of
//! its pages: what shows damage is their structure and, for the books, their own chain of hashes.
use super::render;
use crate::ledger;
use crate::ledger::actions::{verify, verify_last};
use crate::platform::App;
use crate::platform::alarms::Alarm;
use crate::platform::db::{Db, Engine, damage, damage_in, misshapen};
use crate::platform::homeserver::{Homeserver, Put};
use crate::platform::refusal::Fault;
use crate::platform::work::{MARKER, txn_id};
use crate::platform::{inbox, outbox};
use crate::rooms::render::alert;
use schema::card::Alert;

/// Entries of the ledger that are recomputed where not all are.
const LAST: i64 = 1_000;

/// Looks through a SQLite database as it is at this moment: what is damaged, if anything. Thoroughly: every
/// index against its table, all rows that have a checksum, and all of the ledger. A PostgreSQL server looks after its own files.
///
/// # Errors
/// When the database cannot be looked at, for another reason than its damage.
pub async fn look(db: &Db, thoroughly: bool) -> Result<Option<String>, Fault> {
    if db.engine() == Engine::Postgres {
        return Ok(None);
    }
    match look_through(db, thoroughly).await {
        Err(Fault::Db(error)) => match damage_in(&error) {
            Some(what) => Ok(Some(what)),
            None if is_unreadable(&error) => Ok(Some(error.to_string())),
            None => Err(Fault::Db(error)),
        },
        Err(Fault::Data(what)) => Ok(Some(format!("the ledger cannot be read: {what}"))),
        looked => looked,
    }
}

async fn look_through(db: &Db, thoroughly: bool) -> Result<Option<String>, Fault> {
    let mut reader = db.snapshot().await?;
    if let Some(what) = damage(&mut reader, thoroughly).await? {
        return Ok(Some(what));
    }
    if let Some(what) = misshapen(&mut reader).await? {
        return Ok(Some(what));
    }
    let found = if thoroughly {
        inbox::store::check(&mut reader).await?;
        outbox::store::check(&mut reader).await?;
        ledger::store::check_causes(&mut reader).await?;
        verify(&mut reader).await?
    } else {
        verify_last(&mut reader, LAST).await?
    };
    let bad = found.bad;
    Ok(bad.map(|(seq, problem)| format!("entry {seq} of the ledger is bad: {problem}")))
}

/// A value that is of another kind than was ever written.
fn is_unreadable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
}

/// Tells the control room past the database, where no row can say it; whether there is nothing left to tell.
pub async fn tell<H: Homeserver>(app: &App<H>, alarm: Alarm, at: i64) -> bool {
    let control = app.signals.places(|places| places.control.clone());
    let Some(room_id) = control else { return true };
    let said =
        Alert { finding: render::alarm(alarm), room_id: None, event_id: None, raised_at: at };
    let mut content = alert(said, &app.program.prefix).content();
    let txn = txn_id(&app.install.id, &format!("alarm:{}:{at}", alarm.as_str()));
    content[MARKER] = txn.as_str().into();
    let content = content.to_string();
    app.homeserver.put(&Put::message(&room_id, &txn, &content)).await.is_ok()
}
