//! The database: there, of our schema, writable, and durable.
use super::Finding;
use crate::clock;
use crate::config::Config;
use crate::damage::{self, Damaged};
use bridge::backup::store;
use bridge::operations::damage::look;
use bridge::platform::db::{Db, durability, try_write, version};
use schema::migrations::NEWEST;
use secrecy::ExposeSecret;
use std::cmp::Ordering;

const RESTORE: &str = "partnerspace restore <backup> --check looks through a backup first.";
const WRITE: &str = "Give this user the right to write, and the disk room.";

/// Gives the database when it can be worked with.
pub async fn examine(config: &Config, found: &mut Vec<Finding>) -> Option<Db> {
    if let Err(error) = damage::look_at_log(config.database.url.expose_secret()) {
        found.push(Finding::error("damage", error.to_string(), RESTORE));
        return None;
    }
    let db = match Db::open_present(config.database.url.expose_secret()).await {
        Ok(db) => db,
        Err(error) => {
            let mend = "partnerspace run makes a new SQLite file; else check database.url.";
            let sentence = format!("The database cannot be opened: {error}.");
            found.push(Finding::error("database", sentence, mend));
            return None;
        }
    };
    let usable = match version(&db).await {
        Ok(version) => {
            let finding = schema(version);
            let usable = version == NEWEST;
            found.push(finding);
            usable
        }
        Err(error) => {
            found.push(refused("database", &error, "Check database.url and the database's log."));
            false
        }
    };
    if !usable {
        db.close().await;
        return None;
    }
    found.push(whole(&db, config).await);
    found.push(match try_write(&db).await {
        Ok(()) => Finding::fine("database", "The database can be written."),
        Err(error) => refused("database", &error, WRITE),
    });
    found.push(durable(&db).await);
    found.push(backed_up(&db).await);
    Some(db)
}

async fn whole(db: &Db, config: &Config) -> Finding {
    let thoroughly = damage::is_small(config.database.url.expose_secret());
    match look(db, thoroughly).await {
        Ok(None) => Finding::fine("damage", "Nothing in the database is damaged."),
        Ok(Some(what)) => Finding::error("damage", Damaged::new(&what).to_string(), RESTORE),
        Err(fault) => Finding::error("damage", format!("The database refuses: {fault}."), WRITE),
    }
}

fn schema(version: i64) -> Finding {
    match version.cmp(&NEWEST) {
        Ordering::Equal => {
            Finding::fine("schema", format!("The database has schema version {version}."))
        }
        Ordering::Less => Finding::warning(
            "schema",
            format!("The database has schema version {version}, this program needs {NEWEST}."),
            "partnerspace migrate brings it there, and so does partnerspace run.",
        ),
        Ordering::Greater => Finding::error(
            "schema",
            format!(
                "The database has schema version {version}, this program knows up to {NEWEST}."
            ),
            "Run the newer program, or restore the backup from before it.",
        ),
    }
}

async fn durable(db: &Db) -> Finding {
    let asked = async {
        let mut reader = db.read().await?;
        durability(&mut reader, db.engine()).await
    };
    match asked.await {
        Ok(it) if it.kept => Finding::fine(
            "durability",
            format!("What is committed survives a power cut ({}).", it.settings),
        ),
        Ok(it) => Finding::error(
            "durability",
            format!("What is committed may be lost in a power cut ({}).", it.settings),
            "SQLite: keep it on a local disk that allows WAL. PostgreSQL: fsync and \
             synchronous_commit on.",
        ),
        Err(error) => refused("durability", &error, WRITE),
    }
}

/// Older than this, a backup says too little of what a partner is owed.
const BACKUP_MS_MAX: i64 = 7 * 86_400_000;

async fn backed_up(db: &Db) -> Finding {
    let asked = async { store::last(&mut *db.read().await?).await };
    let mend =
        "partnerspace backup <file> writes one, beside the running program; keep it elsewhere.";
    match asked.await {
        Ok(0) => Finding::warning("backup", "No backup was made by this program.", mend),
        Ok(at) => {
            let days = (clock::now() - at) / 86_400_000;
            let sentence = format!("The last backup is {days} days old.");
            if clock::now() - at > BACKUP_MS_MAX {
                Finding::warning("backup", sentence, mend)
            } else {
                Finding::fine("backup", sentence)
            }
        }
        Err(error) => refused("backup", &error, WRITE),
    }
}

fn refused(id: &'static str, error: &sqlx::Error, mend: &str) -> Finding {
    Finding::error(id, format!("The database refuses: {error}."), mend)
}
