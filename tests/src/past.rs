//! What happened long ago: units of work of the real program at a time of the test's choosing, on its
//! own database while no worker runs. The ledger then took things when the test says it did.
use crate::Outcome;
use crate::program::Program as Running;
use anyhow::{Context, bail, ensure};
use appservice::{config, run};
use bridge::imports::actions::{Run, bring, outside};
use bridge::organizations::actions::place;
use bridge::platform::access::{Caller, Place, person};
use bridge::platform::db::Db;
use bridge::platform::install;
use bridge::platform::refusal::Stop;
use bridge::platform::work::Cause;
use bridge::program::{Install, Program};

/// The columns of a row of the past.
const HEAD: &str = "external_id,partner,client,amount,currency,on,industry\n";

/// A program's database with no worker on it.
pub struct Past {
    pub db: Db,
    pub program: Program,
    install: Install,
    /// Causes differ, as those of events do.
    works: u32,
}

impl Past {
    /// Of a program that does not run now.
    pub async fn of(program: &Running) -> Outcome<Self> {
        let file = program.folder().join("partnerspace.toml");
        let config = config::load(&file, &[])?;
        let db = Db::open_present(&program.database_url).await?;
        Self::on(db, run::program(&config)?).await
    }

    /// On a migrated database.
    pub async fn on(db: Db, program: Program) -> Outcome<Self> {
        let install = install::open(&db, 1, 1).await?;
        Ok(Self { db, program, install, works: 0 })
    }

    /// Runs a unit of work as a person's input at an instant; `Err` inside is the sentence of a refusal.
    pub async fn at<T>(
        &mut self,
        (now, actor): (i64, &str),
        work: Box<Run<'_, T>>,
    ) -> Outcome<Result<T, String>> {
        self.works += 1;
        let id = format!("past:{now}:{}", self.works);
        let cause = Cause { id, actor: actor.to_owned(), ..Cause::default() };
        let place = (&self.program, &self.install);
        match outside(&self.db, place, (cause, now), work).await {
            Ok(value) => Ok(Ok(value)),
            Err(Stop::Refusal(refusal)) => Ok(Err(refusal.sentence)),
            Err(Stop::Fault(fault)) => bail!("{fault}"),
        }
    }

    /// A sale that was brought in at an instant: `partner,client,amount,currency,on,industry`.
    pub async fn sale(&mut self, now: i64, row: &str) -> Outcome<()> {
        // Without an industry its comma may be left out.
        let end = if row.matches(',').count() == 4 { "," } else { "" };
        let bytes = format!("{HEAD}past-{now}-{},{row}{end}\n", self.works).into_bytes();
        let brought = self.at(
            (now, "the past"),
            Box::new(move |work| {
                Box::pin(async move { Ok((bring(work, "past.csv", &bytes).await?, true)) })
            }),
        );
        let report = brought.await?.map_err(anyhow::Error::msg)?;
        ensure!(report.sum.is_some(), "{row}: {:?}", report.rows);
        Ok(())
    }

    /// The owner puts a partner into an organization, at an instant.
    pub async fn joins(&mut self, now: i64, (user, slug): (&str, &str)) -> Outcome<()> {
        let owner = self.program.owners.first().context("an owner")?.clone();
        let (by, user, slug) = (owner.clone(), user.to_owned(), slug.to_owned());
        let placed = self.at(
            (now, &owner),
            Box::new(move |work| {
                Box::pin(async move {
                    let person = person(work, &by).await?;
                    let manager = Caller { person, place: Place::Control }.manager()?;
                    Ok((place(work, &manager, &user, Some(slug)).await.map(drop)?, true))
                })
            }),
        );
        placed.await?.map_err(anyhow::Error::msg)
    }
}

/// `2026-02-10T12:00:00Z @ana:a.org,Acme,900,EUR,2026-02-09,dental; …`: each sale with its time, while the
/// program is down; and `2026-02-10T12:00:00Z @ana:a.org joins acme`: a partner comes into an organization.
pub async fn sales(program: &Running, rows: &str) -> Outcome<()> {
    program.kill9();
    let mut past = Past::of(program).await?;
    for row in rows.split(';') {
        let (at, row) = row.trim().split_once(' ').context("a time, then a row")?;
        let at: jiff::Timestamp = at.parse()?;
        match row.trim().split_once(" joins ") {
            Some((user, slug)) => past.joins(at.as_millisecond(), (user, slug)).await?,
            None => past.sale(at.as_millisecond(), row.trim()).await?,
        }
    }
    past.db.close().await;
    program.launch()?;
    program.ready().await
}
