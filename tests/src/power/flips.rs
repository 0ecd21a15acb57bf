//! A byte that is not what was written: of the database, of its log. What matters is found before the first answer.
use crate::Outcome;
use crate::simulation::disk::{Disk, HEAD};
use crate::simulation::town::{self, Place};
use anyhow::{Context, ensure};
use bridge::operations::damage;
use bridge::platform::db::{Db, damage_in, migrate};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;
use std::path::Path;

/// Tables whose change would be money of somebody's: no changed byte of theirs may pass.
const BOOKS: [&str; 2] = ["entry", "posting"];
/// What has a checksum: what people said, and what they are to be told.
const SUMMED: [&str; 18] = [
    "inbox.event_id",
    "inbox.room_id",
    "inbox.sender",
    "inbox.raw",
    "inbox.source",
    "inbox.received_at",
    "inbox.checksum",
    "outbox.txn_id",
    "outbox.dedupe_key",
    "outbox.room",
    "outbox.kind",
    "outbox.event_type",
    "outbox.subject",
    "outbox.content",
    "outbox.cause",
    "outbox.made_at",
    "outbox.checksum",
    "state.hash",
];

/// What became of changed bytes.
#[derive(Debug, Default)]
pub struct Told {
    /// Found when the database was opened, or by the look at it.
    pub found: usize,
    /// Not found, and no row reads otherwise: unused bytes of a page, or of a page that nothing uses.
    pub harmless: usize,
    /// Not found, and some row reads otherwise, by column.
    pub passed: BTreeMap<String, usize>,
    /// Of the log, in front of its last transaction; all are found.
    pub in_log: usize,
}

/// Changes as many single bytes of a database after a recording, one at a time.
///
/// # Errors
/// When one passes that must not.
pub async fn prove(place: &Place, seed: u64, count: usize) -> Outcome<Told> {
    let recording = super::record(place, seed).await?;
    let mut rng = StdRng::seed_from_u64(seed);
    let folder = town::folder()?;
    let last = recording.moments.last().context("no moments")?.disk();
    let whole = Disk { db: last.settled()?, log: Vec::new() };
    let rows =
        read(&whole, folder.path()).await?.context("the database is not whole to begin with")?;
    let mut told = Told::default();
    for _ in 0..count {
        let mut disk = whole.clone();
        let at = rng.random_range(0..disk.db.len());
        disk.db[at] ^= 1 << rng.random_range(0..8);
        let Some(found) = read(&disk, folder.path()).await? else {
            told.found += 1;
            continue;
        };
        let other = rows.iter().find(|(column, text)| found.get(*column) != Some(text));
        let Some((column, _)) = other else {
            told.harmless += 1;
            continue;
        };
        let table = column.split('.').next().unwrap_or_default();
        ensure!(
            !BOOKS.contains(&table) && !SUMMED.contains(&column.as_str()),
            "byte {at} of seed {seed} changed {column} and passed"
        );
        *told.passed.entry(column.clone()).or_default() += 1;
    }
    for _ in 0..count {
        let moment = &recording.moments[rng.random_range(0..recording.moments.len())];
        let mut disk = moment.disk();
        let transactions = disk.transactions()?;
        let Some((begin, _)) = transactions.last().filter(|last| last.0 > HEAD) else { continue };
        let at = rng.random_range(0..*begin);
        disk.log[at] ^= 1 << rng.random_range(0..8);
        // Nobody needs the first words of the head, and SQLite does not ask for them all.
        disk.write(folder.path())?;
        let looked = appservice::damage::look_at_log(&url(folder.path()));
        ensure!(looked.is_err(), "byte {at} of the log of seed {seed} passed");
        told.in_log += 1;
    }
    Ok(told)
}

fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("p.db").display())
}

/// All values by column; `None` where the program finds the damage.
async fn read(disk: &Disk, folder: &Path) -> Outcome<Option<BTreeMap<String, String>>> {
    disk.write(folder)?;
    let db = match Db::open(&url(folder)).await {
        Ok(db) => db,
        Err(error) if damage_in(&error).is_some() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let looked = async {
        // As at a start: an error of any kind is no answer.
        if migrate(&db, 1).await.is_err() || damage::look(&db, true).await?.is_some() {
            return Ok(None);
        }
        rows(&db).await.map(Some)
    };
    let looked = looked.await;
    db.close().await;
    looked
}

async fn rows(db: &Db) -> Outcome<BTreeMap<String, String>> {
    let mut reader = db.read().await?;
    let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";
    let mut all = BTreeMap::new();
    for table in sqlx::query(tables).fetch_all(&mut *reader).await? {
        let table: String = table.try_get(0)?;
        let columns = sqlx::query("select name from pragma_table_info($1)")
            .bind(table.clone())
            .fetch_all(&mut *reader)
            .await?;
        for column in columns {
            let column: String = column.try_get(0)?;
            let value = format!("typeof(\"{column}\")||hex(\"{column}\")");
            let query = format!("select coalesce(group_concat({value}, ';'), '') from \"{table}\"");
            let text: String =
                sqlx::query(AssertSqlSafe(query)).fetch_one(&mut *reader).await?.try_get(0)?;
            all.insert(format!("{table}.{column}"), text);
        }
    }
    Ok(all)
}
