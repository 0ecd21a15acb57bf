//! Every migration from every earlier schema, with a row in each table that was there: nothing is lost on
//! the way, and what comes out has the shape of a database that was made today.
use anyhow::{Context, ensure};
use bridge::backup::rules::{Kind, Shape, ordered};
use bridge::backup::store::shapes;
use bridge::platform::db::{Db, Engine, migrate, migrate_to};
use partnerspace_tests::{Outcome, postgres};
use schema::migrations::{NEWEST, migrations};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;

/// Which column of a table points to which column of another.
type Points = BTreeMap<(String, String), (String, String)>;

async fn points(db: &Db) -> Outcome<Points> {
    let rows = sqlx::query(
        "select m.name, f.\"from\", f.\"table\", f.\"to\" from sqlite_master m \
         join pragma_foreign_key_list(m.name) f where m.type = 'table'",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut points = Points::new();
    for row in rows {
        let from = (row.try_get(0)?, row.try_get(1)?);
        points.insert(from, (row.try_get(2)?, row.try_get(3)?));
    }
    Ok(points)
}

/// What stands in a column of a table's one row.
fn value(points: &Points, table: &str, column: &str, kind: Kind) -> String {
    if let Some((parent, key)) = points.get(&(table.to_owned(), column.to_owned()))
        && parent != table
    {
        return value(points, parent, key, kind);
    }
    match kind {
        Kind::Number => "1".to_owned(),
        Kind::Bytes => "null".to_owned(),
        Kind::Text if points.contains_key(&(table.to_owned(), column.to_owned())) => {
            "null".to_owned()
        }
        Kind::Text if column.ends_with("_on") || column == "day" => "'2026-01-01'".to_owned(),
        Kind::Text
            if matches!(column, "industries" | "flags" | "findings" | "shares" | "prizes") =>
        {
            "'[]'".to_owned()
        }
        Kind::Text if matches!(column, "body" | "payload") => "'{}'".to_owned(),
        Kind::Text => format!("'{table}-{column}'"),
    }
}

fn row(points: &Points, shape: &Shape) -> String {
    let names: Vec<String> = shape.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let values = shape.columns.iter().map(|(name, kind)| value(points, &shape.name, name, *kind));
    let values: Vec<String> = values.collect();
    format!("insert into \"{}\" ({}) values ({})", shape.name, names.join(", "), values.join(", "))
}

async fn count(db: &Db, table: &str) -> Outcome<i64> {
    let text = format!("select count(*) from \"{table}\"");
    let row = sqlx::query(AssertSqlSafe(text)).fetch_one(&mut *db.read().await?).await?;
    Ok(row.try_get(0)?)
}

/// From one schema to the newest, with a row in each table.
async fn from(start: i64, url: &str, twin: &Db, fresh: &[Shape]) -> Outcome<()> {
    let points = points(twin).await?;
    let tables = ordered(shapes(&mut *twin.read().await?, Engine::Sqlite).await?);
    let db = Db::open(url).await?;
    migrate_to(&db, start, 1).await?;
    for shape in &tables {
        let text = row(&points, shape);
        let mut tx = db.begin().await?;
        let done = sqlx::query(AssertSqlSafe(text.clone())).execute(&mut *tx).await;
        done.with_context(|| format!("schema {start}: {text}"))?;
        tx.commit().await?;
    }
    let moved = migrate(&db, 2).await.with_context(|| format!("from schema {start}"))?;
    ensure!(moved == (start, NEWEST));
    let now = shapes(&mut *db.read().await?, db.engine()).await?;
    for shape in &tables {
        if now.iter().any(|found| found.name == shape.name) {
            let rows = count(&db, &shape.name).await?;
            ensure!(rows >= 1, "from schema {start}: the row of {} is gone", shape.name);
        }
    }
    let names = |shapes: &[Shape]| -> Vec<(String, Vec<(String, Kind)>)> {
        let sorted = |shape: &Shape| {
            let mut columns = shape.columns.clone();
            columns.sort_by(|a, b| a.0.cmp(&b.0));
            (shape.name.clone(), columns)
        };
        shapes.iter().map(sorted).collect()
    };
    ensure!(names(&now) == names(fresh), "from schema {start} another shape comes out");
    db.close().await;
    Ok(())
}

async fn every_step(postgres: bool) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let url = |name: String| format!("sqlite:{}", folder.path().join(name).display());
    let new =
        if postgres { postgres::shared().await?.database().await? } else { url("new".into()) };
    let made = Db::open(&new).await?;
    migrate(&made, 1).await?;
    let fresh = shapes(&mut *made.read().await?, made.engine()).await?;
    made.close().await;
    let starts: Vec<i64> =
        migrations(Engine::Sqlite).map(|step| step.0).filter(|version| *version < NEWEST).collect();
    ensure!(starts.len() >= 21, "{starts:?}");
    for start in starts {
        // SQLite tells best what points to what; the texts are the same for both.
        let twin = Db::open(&url(format!("twin{start}"))).await?;
        migrate_to(&twin, start, 1).await?;
        let url = match postgres {
            true => postgres::shared().await?.database().await?,
            false => url(format!("from{start}")),
        };
        from(start, &url, &twin, &fresh).await?;
        twin.close().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    every_step(false).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    every_step(true).await
}
