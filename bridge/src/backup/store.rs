//! Reading and writing whole tables. The statements are made of the catalog's own names, which are ours:
//! the only place where a statement is not a fixed text.
use super::rules::{Head, Kind, Shape};
use crate::platform::db::sql::chunks;
use crate::platform::db::{Conn, Db, Engine};
use futures_util::TryStreamExt as _;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

/// Not copied: each database has its own steps behind it, and instances of its own.
const OWN: [&str; 2] = ["schema_version", "lease"];
const BINDS_MAX: usize = 2_000;

/// Writes all of a SQLite database as it is at one moment into a file that is empty or absent; who
/// writes meanwhile does not wait.
///
/// # Errors
/// When the database or the disk refuses.
pub async fn vacuum_into(db: &Db, file: &str) -> Result<(), sqlx::Error> {
    let mut reader = db.read().await?;
    // Readers write nowhere, and SQLite counts the copy as writing.
    reader.execute("pragma query_only=off").await?;
    let done = sqlx::query("vacuum into $1").bind(file).execute(&mut *reader).await;
    reader.execute("pragma query_only=on").await?;
    done?;
    Ok(())
}

/// Opens a file for looking; nothing is written, not even beside it.
///
/// # Errors
/// When it is no database.
pub async fn open_file(file: &str) -> Result<Conn, sqlx::Error> {
    sqlx::any::install_default_drivers();
    Conn::connect(&format!("sqlite:{file}?mode=ro&immutable=true")).await
}

/// # Errors
/// When it is no database of ours.
pub async fn head(reader: &mut Conn) -> Result<Head, sqlx::Error> {
    let row = sqlx::query(
        "select (select max(version) from schema_version), (select id from install), \
         (select coalesce(max(seq), 0) from entry), \
         coalesce((select hash from entry order by seq desc limit 1), '')",
    )
    .fetch_one(reader)
    .await?;
    Ok(Head {
        schema: row.try_get(0)?,
        install: row.try_get::<Option<String>, _>(1)?.unwrap_or_default(),
        ledger_seq: row.try_get(2)?,
        ledger_hash: row.try_get(3)?,
    })
}

/// What SQLite finds wrong in its own pages and references; `None` when nothing.
///
/// # Errors
/// When the file cannot be read.
pub async fn odd(reader: &mut Conn) -> Result<Option<String>, sqlx::Error> {
    let said: String = sqlx::query("select integrity_check from pragma_integrity_check limit 1")
        .fetch_one(&mut *reader)
        .await?
        .try_get(0)?;
    if said != "ok" {
        return Ok(Some(said));
    }
    let loose = sqlx::query("select \"table\" from pragma_foreign_key_check limit 1")
        .fetch_optional(reader)
        .await?;
    let loose: Option<String> = loose.map(|row| row.try_get(0)).transpose()?;
    Ok(loose.map(|table| format!("a row of {table} points to nothing")))
}

/// All tables that hold something of the program.
///
/// # Errors
/// When the database refuses, or has a column of a kind that is not ours.
pub async fn shapes(reader: &mut Conn, engine: Engine) -> Result<Vec<Shape>, sqlx::Error> {
    let (columns, needs) = match engine {
        Engine::Sqlite => (
            "select m.name, c.name, lower(c.type) from sqlite_master m join pragma_table_info(m.name) c \
             where m.type = 'table' and m.name not like 'sqlite%' order by m.name, c.cid",
            "select m.name, f.\"table\" from sqlite_master m join pragma_foreign_key_list(m.name) f \
             where m.type = 'table' order by m.name, f.id",
        ),
        Engine::Postgres => (
            "select cast(c.table_name as text), cast(c.column_name as text), cast(c.data_type as text) \
             from information_schema.columns c join information_schema.tables t \
             on t.table_schema = c.table_schema and t.table_name = c.table_name \
             where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' \
             order by 1, c.ordinal_position",
            "select cast(a.relname as text), cast(b.relname as text) from pg_constraint k \
             join pg_class a on a.oid = k.conrelid join pg_class b on b.oid = k.confrelid \
             where k.contype = 'f' and a.relnamespace = current_schema()::regnamespace order by 1",
        ),
    };
    let mut shapes: Vec<Shape> = Vec::new();
    for row in sqlx::query(columns).fetch_all(&mut *reader).await? {
        let (name, column, word): (String, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if OWN.contains(&name.as_str()) {
            continue;
        }
        let kind = Kind::parse(&word)
            .ok_or_else(|| sqlx::Error::Decode(format!("{name}.{column} is {word}").into()))?;
        match shapes.last_mut().filter(|shape| shape.name == name) {
            Some(shape) => shape.columns.push((column, kind)),
            None => shapes.push(Shape { name, columns: vec![(column, kind)], needs: Vec::new() }),
        }
    }
    for row in sqlx::query(needs).fetch_all(&mut *reader).await? {
        let (name, need): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(shape) = shapes.iter_mut().find(|shape| shape.name == name) {
            shape.needs.push(need);
        }
    }
    Ok(shapes)
}

/// Whether any table holds a row.
///
/// # Errors
/// When the database refuses.
pub async fn holds_rows(reader: &mut Conn, shapes: &[Shape]) -> Result<bool, sqlx::Error> {
    for shape in shapes {
        let text = format!("select 1 from {} limit 1", quoted(&shape.name));
        if sqlx::query(AssertSqlSafe(text)).fetch_optional(&mut *reader).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Foreign keys are checked when all is there, not row by row.
///
/// # Errors
/// When the database refuses.
pub async fn without_checks(writer: &mut Conn) -> Result<(), sqlx::Error> {
    sqlx::query("pragma foreign_keys=off").execute(writer).await?;
    Ok(())
}

/// Copies every row of a table; gives their number.
///
/// # Errors
/// When either database refuses.
pub async fn copy(from: &mut Conn, to: &mut Conn, shape: &Shape) -> Result<u64, sqlx::Error> {
    let names: Vec<String> = shape.columns.iter().map(|(name, _)| quoted(name)).collect();
    let names = names.join(", ");
    let select = format!("select {names} from {}", quoted(&shape.name));
    let rows_max = (BINDS_MAX / shape.columns.len().max(1)).max(1);
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(from);
    let mut held: Vec<AnyRow> = Vec::new();
    let mut copied = 0;
    while let Some(row) = rows.try_next().await? {
        held.push(row);
        if held.len() >= rows_max {
            copied += write(to, shape, &names, &std::mem::take(&mut held)).await?;
        }
    }
    Ok(copied + write(to, shape, &names, &held).await?)
}

async fn write(
    to: &mut Conn,
    shape: &Shape,
    names: &str,
    rows: &[AnyRow],
) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for chunk in chunks(rows) {
        let width = shape.columns.len();
        let row = |n: usize| {
            let cells: Vec<String> = (1..=width).map(|c| format!("${}", n * width + c)).collect();
            format!("({})", cells.join(", "))
        };
        let values: Vec<String> = (0..chunk.len()).map(row).collect();
        let text =
            format!("insert into {} ({names}) values {}", quoted(&shape.name), values.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(text));
        for row in chunk {
            for (at, (_, kind)) in shape.columns.iter().enumerate() {
                query = match kind {
                    Kind::Text => query.bind(row.try_get::<Option<String>, _>(at)?),
                    Kind::Number => query.bind(row.try_get::<Option<i64>, _>(at)?),
                    Kind::Bytes => query.bind(row.try_get::<Option<Vec<u8>>, _>(at)?),
                };
            }
        }
        written += query.execute(&mut *to).await?.rows_affected();
    }
    Ok(written)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Notes a backup that was made of this database.
///
/// # Errors
/// When the database refuses.
pub async fn made(db: &Db, at: i64, bytes: i64, sha256: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "insert into backup (made_at, bytes, sha256) values ($1, $2, $3) on conflict (made_at) do nothing",
    )
    .bind(at)
    .bind(bytes)
    .bind(sha256)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// When the last backup was made; 0 when none is known.
///
/// # Errors
/// When the database refuses.
pub async fn last(reader: &mut Conn) -> Result<i64, sqlx::Error> {
    sqlx::query("select coalesce(max(made_at), 0) from backup").fetch_one(reader).await?.try_get(0)
}

/// Notes that this database comes from a backup: what came after it stands only in the rooms.
///
/// # Errors
/// When the database refuses.
pub async fn restored(tx: &mut Conn, backup_at: i64, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into restore (n, backup_at, restored_at) \
         values ((select coalesce(max(n), 0) + 1 from restore), $1, $2)",
    )
    .bind(backup_at)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// From when on the rooms are to be read again, after a restore that is not caught up yet.
///
/// # Errors
/// When the database refuses.
pub async fn open_restore(reader: &mut Conn) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query("select min(backup_at) from restore where caught_up_at is null")
        .fetch_one(reader)
        .await?
        .try_get(0)
}

/// # Errors
/// When the database refuses.
pub async fn caught_up(tx: &mut Conn, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("update restore set caught_up_at = $1 where caught_up_at is null")
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// What is left of catching up: inputs up to a number that wait, and jobs that were due before a time.
///
/// # Errors
/// When the database refuses.
pub async fn left(reader: &mut Conn, last: i64, due: i64) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query(
        "select (select count(*) from inbox where done_at is null and seq <= $1), \
         (select count(*) from job where run_at <= $2)",
    )
    .bind(last)
    .bind(due)
    .fetch_one(reader)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
