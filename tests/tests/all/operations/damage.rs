//! A database that is not what was written: the program stays up, takes nothing, sends nothing, says why, and
//! tells the team; with the database whole again, nothing is lost.
use anyhow::{Context, ensure};
use bridge::platform::db::Db;
use partnerspace_tests::Outcome;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use sqlx::Row as _;
use std::fs::{OpenOptions, read, remove_file, write};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

const PAGE: u64 = 4_096;
/// In the page of the first frame of a log.
const IN_LOG: u64 = 32 + 24 + 100;

struct Scene {
    house: House,
    general: String,
}

impl Scene {
    /// With a claim in it, and more than one commit.
    async fn open() -> Outcome<Self> {
        let mut house = House::open(Ground::FakeSqlite, "olga").await?;
        house.partner("ana").await?;
        let general = house.room("general", "ana").await?;
        let ana = house.person("ana")?;
        ana.reply_to(&ana.say(&general, "!sale add 10 EUR Acme").await?).await?;
        Ok(Self { house, general })
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.house.program.folder().join(format!("partnerspace.db{ending}"))
    }

    async fn number(&self, query: &'static str) -> Outcome<i64> {
        let db = Db::open_present(&self.house.program.database_url).await?;
        let row = sqlx::query(query).fetch_one(&mut *db.read().await?).await;
        db.close().await;
        Ok(row?.try_get(0)?)
    }

    /// An orderly end, after which all stands in the file.
    async fn stop(&self) -> Outcome<()> {
        self.house.program.signal("TERM")?;
        until("the program to end", || async { self.house.program.alive().is_err().then_some(()) })
            .await
    }

    fn change(&self, ending: &str, at: u64, bytes: &[u8]) -> Outcome<()> {
        let file = OpenOptions::new().write(true).open(self.file(ending))?;
        Ok(file.write_all_at(bytes, at)?)
    }

    /// It is up, takes nothing and says why.
    async fn stands_by(&self) -> Outcome<()> {
        let program = &self.house.program;
        let url = format!("{}/health/ready", program.url());
        let said = until("the program to say that it is damaged", || async {
            let answer = reqwest::get(&url).await.ok()?;
            let status = answer.status();
            let text = answer.text().await.ok()?;
            (status == 503 && text.contains("a whole database")).then_some(())
        });
        said.await.with_context(|| program.log_tail())?;
        let url = format!("{}/_matrix/app/v1/transactions/7", program.url());
        let request = reqwest::Client::new().put(url).bearer_auth(&program.registration.hs_token);
        let event = r#"{"events":[{"type":"m.room.message","event_id":"$new","room_id":"!r:x.org",
            "sender":"@ana:x.org","content":{"msgtype":"m.text","body":"!me"}}]}"#;
        let status = request.body(event).send().await?.status();
        ensure!(status == 500, "a transaction was answered {status}");
        let text = reqwest::get(&program.metrics_url).await?.text().await?;
        ensure!(text.contains("partnerspace_alarm{kind=\"damage\"} 1"), "{text}");
        ensure!(program.log().contains("partnerspace restore <backup>"), "{}", program.log_tail());
        program.alive()
    }

    async fn team_is_told(&self) -> Outcome<()> {
        let fake = self.house.fake().context("a fake")?;
        let told = until("the control room to be told", || async {
            let said = fake.sent_by(&self.house.control, &self.house.program.bot);
            let id = |event: &partnerspace_tests::fake::Event| {
                event.content["agency.siso.partners.card"]["id"] == "alarm.damage"
            };
            said.iter().any(id).then_some(())
        });
        told.await.with_context(|| self.house.program.log_tail())
    }

    /// Brings the file back as it was, and hears the answer to what was said meanwhile.
    async fn mended(&self, database: &[u8], log: &[u8]) -> Outcome<()> {
        let ana = self.house.person("ana")?;
        let said = ana.say(&self.general, "!sale list").await?;
        self.house.program.kill9();
        write(self.file(""), database)?;
        write(self.file("-wal"), log)?;
        match remove_file(self.file("-shm")) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        self.house.program.restart().await?;
        let reply = ana.reply_to(&said).await?;
        ensure!(reply.body().contains("S-1"), "{}", reply.body());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_byte_of_a_page() -> Outcome<()> {
    let scene = Scene::open().await?;
    let root = "select rootpage from sqlite_master where name = 'sale'";
    let page = u64::try_from(scene.number(root).await?)?;
    scene.stop().await?;
    let whole = read(scene.file(""))?;
    scene.change("", (page - 1) * PAGE, &[0xff])?;
    scene.house.program.launch()?;
    scene.stands_by().await?;
    scene.team_is_told().await?;
    let doctor = String::from_utf8(scene.house.program.output(&["doctor"])?.stdout)?;
    ensure!(doctor.contains("FAIL damage"), "{doctor}");
    scene.mended(&whole, &[]).await
}

/// SQLite would take it for the end of the log, and drop what was acknowledged after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_byte_of_the_log() -> Outcome<()> {
    let scene = Scene::open().await?;
    // Where the team is, the file itself must know.
    scene.stop().await?;
    scene.house.program.restart().await?;
    let ana = scene.house.person("ana")?;
    ana.reply_to(&ana.say(&scene.general, "!sale add 20 EUR Beta").await?).await?;
    scene.house.program.kill9();
    let (database, log) = (read(scene.file(""))?, read(scene.file("-wal"))?);
    scene.change("-wal", IN_LOG, &[log[usize::try_from(IN_LOG)?] ^ 1])?;
    let changed = read(scene.file("-wal"))?;
    scene.house.program.launch()?;
    scene.stands_by().await?;
    scene.team_is_told().await?;
    for arguments in [&["migrate"][..], &["ledger", "verify"], &["doctor"]] {
        let output = scene.house.program.output(arguments)?;
        ensure!(!output.status.success(), "{arguments:?} goes on");
    }
    scene.stop().await?;
    ensure!(read(scene.file(""))? == database && read(scene.file("-wal"))? == changed, "changed");
    scene.house.program.launch()?;
    scene.mended(&database, &log).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_database_any_more() -> Outcome<()> {
    let scene = Scene::open().await?;
    scene.stop().await?;
    let whole = read(scene.file(""))?;
    scene.change("", 0, &[0; 16])?;
    scene.house.program.launch()?;
    scene.stands_by().await?;
    scene.mended(&whole, &[]).await
}

/// Pages go bad under a running program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn met_while_it_runs() -> Outcome<()> {
    let scene = Scene::open().await?;
    // A write of another hand empties the program's memory of pages, and all stands in the file.
    let db = Db::open_present(&scene.house.program.database_url).await?;
    let mut tx = db.begin().await?;
    sqlx::query("update install set made_at = made_at").execute(&mut *tx).await?;
    tx.commit().await?;
    sqlx::query("pragma wal_checkpoint(full)").fetch_all(&mut *db.write().await?).await?;
    let whole = read(scene.file(""))?;
    let pages = u64::try_from(whole.len())? / PAGE;
    for page in 1..pages {
        scene.change("", page * PAGE, &[0xff])?;
    }
    scene.house.fake().context("a fake")?.say(
        &scene.general,
        &scene.house.person("ana")?.id,
        "!me",
    );
    scene.stands_by().await?;
    scene.team_is_told().await?;
    db.close().await;
    scene.mended(&whole, &[]).await
}
