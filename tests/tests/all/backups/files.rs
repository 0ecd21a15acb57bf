//! The file: private, whole or refused, and only ever restored where nothing is. A migration writes one
//! before it begins.
use anyhow::{Context, ensure};
use bridge::platform::db::{Db, migrate, migrate_to};
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::program::{Program, Setup};
use partnerspace_tests::registration::Registration;
use partnerspace_tests::{Outcome, postgres};
use schema::migrations::NEWEST;
use std::fs::{metadata, read, write};
use std::os::unix::fs::PermissionsExt as _;

/// A program that is not started, on a database of its own.
pub fn program(database_url: Option<String>) -> Outcome<Program> {
    Program::prepare(Setup {
        homeserver_url: "http://127.0.0.1:1",
        server_name: "example.org",
        registration: Registration::new(0)?,
        database_url,
        owners: vec!["@olga:example.org".to_owned()],
        more: String::new(),
    })
}

pub fn done(program: &Program, arguments: &[&str]) -> Outcome<String> {
    let output = program.output(arguments)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{arguments:?}: {said}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn refused(program: &Program, arguments: &[&str], why: &str) -> Outcome<()> {
    let output = program.output(arguments)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!output.status.success() && said.contains(why), "{arguments:?}: {said}");
    Ok(())
}

async fn a_house_is_backed_up(ground: Ground) -> Outcome<()> {
    let house = House::open(ground, "olga").await?;
    let (program, folder) = (&house.program, house.program.folder());
    done(program, &["backup", "a.backup"])?;
    let mode = metadata(folder.join("a.backup"))?.permissions().mode();
    ensure!(mode & 0o777 == 0o600, "{mode:o}");
    refused(program, &["backup", "a.backup"], "is there already")?;
    let doctor = program.output(&["doctor"])?.stdout;
    let said = String::from_utf8_lossy(&doctor).into_owned();
    ensure!(said.contains("The last backup is 0 days old"), "{said}");
    // A restore never touches what is there.
    refused(program, &["restore", "a.backup"], "Partnerspace runs")?;
    program.kill9();
    refused(program, &["restore", "a.backup"], "only where nothing is")?;
    house.program.restart().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_running_program_on_sqlite() -> Outcome<()> {
    a_house_is_backed_up(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_running_program_on_postgres() -> Outcome<()> {
    a_house_is_backed_up(Ground::FakePostgres).await
}

/// Any byte that changed, any length that differs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_byte_is_found() -> Outcome<()> {
    let program = program(None)?;
    done(&program, &["migrate"])?;
    done(&program, &["backup", "a.backup"])?;
    done(&program, &["restore", "--check", "a.backup"])?;
    let whole = read(program.folder().join("a.backup"))?;
    let changed = program.folder().join("b.backup");
    let steps =
        (0..whole.len()).step_by(whole.len() / 12).chain([whole.len() - 2, whole.len() - 40]);
    for at in steps {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        write(&changed, &bytes)?;
        ensure!(
            !program.output(&["restore", "--check", "b.backup"])?.status.success(),
            "byte {at}"
        );
    }
    for bytes in [&whole[..whole.len() - 1], &whole[..4_096], &whole[1..], &[]] {
        write(&changed, bytes)?;
        refused(&program, &["restore", "--check", "b.backup"], "backup")?;
    }
    Ok(())
}

async fn a_migration_is_preceded_by_a_backup(url: Option<String>) -> Outcome<()> {
    let program = program(url.clone())?;
    let old = NEWEST - 3;
    let db = Db::open(&program.database_url).await?;
    migrate_to(&db, old, 1).await?;
    let mut tx = db.begin().await?;
    sqlx::query("insert into install (id, made_at) values ('01OLD', 5)").execute(&mut *tx).await?;
    tx.commit().await?;
    db.close().await;
    let said = done(&program, &["migrate"])?;
    ensure!(said.contains(&format!("from schema version {old} to {NEWEST}")), "{said}");
    let name = match url {
        Some(_) => format!("partnerspace.schema-{old}.backup"),
        None => format!("partnerspace.db.schema-{old}.backup"),
    };
    let said = done(&program, &["restore", "--check", &name])?;
    ensure!(said.contains(&format!("schema {old}")), "{said}");
    // It restores into a fresh place, and is brought to the newest schema there.
    let fresh = self::program(None)?;
    let from = program.folder().join(&name);
    done(&fresh, &["restore", from.to_str().context("a name")?])?;
    let db = Db::open_present(&fresh.database_url).await?;
    ensure!(migrate(&db, 2).await? == (NEWEST, NEWEST));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_a_migration_of_sqlite() -> Outcome<()> {
    a_migration_is_preceded_by_a_backup(None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_a_migration_of_postgres() -> Outcome<()> {
    let url = postgres::shared().await?.database().await?;
    a_migration_is_preceded_by_a_backup(Some(url)).await
}

/// What a newer program wrote is not touched: not run, not migrated, not restored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_schema_is_refused() -> Outcome<()> {
    let program = program(None)?;
    done(&program, &["migrate"])?;
    let db = Db::open_present(&program.database_url).await?;
    let mut tx = db.begin().await?;
    let newer = "insert into schema_version (version, applied_at) values ($1, 1)";
    sqlx::query(newer).bind(NEWEST + 1).execute(&mut *tx).await?;
    tx.commit().await?;
    let file = program.folder().join("newer.backup");
    appservice::backup::write(&db, &file).await?;
    db.close().await;
    for arguments in [&["run"][..], &["migrate"], &["restore", "--check", "newer.backup"]] {
        refused(&program, arguments, "newer program")?;
    }
    refused(&program, &["backup", "b.backup"], "this program works with")
}
