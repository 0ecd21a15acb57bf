//! `import`: past sales from a CSV file, and the way back. While the program is stopped.
use crate::config::{self, Config};
use crate::{clock, run};
use anyhow::{Context, bail};
use bridge::imports::actions::{self, Report, Sum};
use bridge::imports::render;
use bridge::imports::rules::{FILE_BYTES_MAX, Fate, Told};
use bridge::platform::db::Db;
use bridge::platform::install;
use bridge::platform::refusal::Stop;
use bridge::platform::work::Cause;
use bridge::program::{Install, Program};
use clap::Args;
use schema::ids::BatchNumber;
use schema::money::Money;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Import {
    /// The CSV file.
    #[arg(required_unless_present = "reverse", conflicts_with = "reverse")]
    file: Option<PathBuf>,
    /// Write; without it only each row's fate is shown.
    #[arg(long, conflicts_with_all = ["dry_run", "reverse"])]
    apply: bool,
    /// Show each row's fate and write nothing: what happens without --apply.
    #[arg(long, conflicts_with = "reverse")]
    dry_run: bool,
    /// Take a batch back, by a negative entry for each of its sales.
    #[arg(long, value_name = "B-1", requires = "reason")]
    reverse: Option<String>,
    /// Why it is taken back.
    #[arg(long, value_name = "TEXT", requires = "reverse")]
    reason: Option<String>,
}

/// What a batch is brought in with.
struct Place {
    db: Db,
    program: Program,
    install: Install,
    cause: Cause,
}

impl Import {
    /// Does it and says what became of it.
    ///
    /// # Errors
    /// One sentence: what is wrong, and that nothing was written.
    pub async fn run(
        &self,
        config_file: &Path,
        set: &[(String, String)],
        random: u128,
    ) -> anyhow::Result<String> {
        let config = config::load(config_file, set)?;
        let _alone = run::alone(&config).await?;
        let place = Place::open(&config, random).await?;
        let said = match (&self.file, &self.reverse) {
            (_, Some(batch)) => {
                place.reverse(batch, self.reason.as_deref().unwrap_or_default()).await
            }
            (Some(file), None) => place.bring(file, self.apply).await,
            (None, None) => bail!("Name a CSV file."),
        };
        place.db.close().await;
        said
    }
}

impl Place {
    async fn open(config: &Config, random: u128) -> anyhow::Result<Self> {
        let program = run::program(config)?;
        let db = run::database_as_it_is(config).await?;
        let install = install::open(&db, random, clock::now()).await?;
        let cause = Cause {
            id: format!("import:{random:032x}"),
            actor: "command line".to_owned(),
            ..Cause::default()
        };
        Ok(Self { db, program, install, cause })
    }

    async fn bring(&self, file: &Path, apply: bool) -> anyhow::Result<String> {
        let bytes = read(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let report = self
            .outside(Box::new(move |work| {
                Box::pin(async move {
                    let report = actions::bring(work, &name, &bytes).await?;
                    let keep = apply && report.sum.is_some();
                    Ok((report, keep))
                })
            }))
            .await?;
        let text = rows(&report.rows);
        let wrong = report.wrong();
        if wrong > 0 {
            let rows = if wrong == 1 { "1 row is".to_owned() } else { format!("{wrong} rows are") };
            bail!("{text}{rows} wrong; nothing was written.");
        }
        Ok(text + &self.told(&report, apply))
    }

    fn told(&self, report: &Report, apply: bool) -> String {
        let Some(sum) = &report.sum else {
            return "Nothing is new in this file; nothing was written.".to_owned();
        };
        let total = Money::new(sum.total, self.program.currency);
        let sales = render::sales(sum);
        let mut text = if apply {
            format!("{} is written: {sales}, {total}. They have no commission.", sum.batch)
        } else {
            format!(
                "This would be {}: {sales}, {total}. Nothing was written; --apply does it.",
                sum.batch
            )
        };
        let late = report.rows.iter().filter(|row| matches!(row.fate, Fate::Late(_))).count();
        if late > 0 {
            let _ = write!(
                text,
                "\n{late} of them are late: the period of their day is closed, so they count in the \
                 one that is open now."
            );
        }
        text
    }

    async fn reverse(&self, batch: &str, reason: &str) -> anyhow::Result<String> {
        let number: BatchNumber =
            batch.parse().ok().with_context(|| format!("{batch} is no batch; write B-1."))?;
        let reason = reason.to_owned();
        let sum: Sum = self
            .outside(Box::new(move |work| {
                Box::pin(async move { Ok((actions::reverse(work, number, &reason).await?, true)) })
            }))
            .await?;
        let total = Money::new(sum.total, self.program.currency);
        Ok(format!("{number} is reversed: {}, {total} taken back.", render::sales(&sum)))
    }

    async fn outside<T>(&self, job: Box<actions::Run<'_, T>>) -> anyhow::Result<T> {
        let place = (&self.program, &self.install);
        let input = (self.cause.clone(), clock::now());
        actions::outside(&self.db, place, input, job).await.map_err(|stop| match stop {
            Stop::Refusal(refusal) => {
                anyhow::anyhow!("{} Nothing was written.", refusal.sentence)
            }
            Stop::Fault(fault) => anyhow::anyhow!("{fault}; nothing was written."),
        })
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("{} cannot be read", file.display());
    let mut bytes = Vec::new();
    let opened = File::open(file).with_context(cannot)?;
    opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        bail!("{} has more than {FILE_BYTES_MAX} bytes; cut it into several.", file.display());
    }
    Ok(bytes)
}

/// A line for each row.
fn rows(rows: &[Told]) -> String {
    let mut text = String::new();
    for Told { line, what, fate } in rows {
        let fate = match fate {
            Fate::New => "new".to_owned(),
            Fate::Late(period) => format!("new, late: counts in {period}"),
            Fate::Known(number) => format!("skipped: is {number} already"),
            Fate::Again(line) => format!("skipped: the same as line {line}"),
            Fate::Wrong(sentence) => format!("WRONG: {sentence}"),
        };
        let between = if what.is_empty() { "" } else { " · " };
        let _ = writeln!(text, "line {line}{between}{what}: {fate}");
    }
    text
}
