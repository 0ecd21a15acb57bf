//! Attacks, one after another on one stage; after each the same checker looks at the whole. What they are
//! stands in one table, which the page on reliability repeats. `ATTACK=flood` runs those whose names have it.
mod check;
mod cross;
mod edits;
mod floods;
mod forged;
mod impostors;
mod markup;
mod rooms;
mod shut_out;
mod stage;

use anyhow::{Context, ensure};
use check::Before;
use futures_util::future::BoxFuture;
use partnerspace_tests::wait::within;
use partnerspace_tests::{Outcome, place};
use stage::Stage;
use std::fmt::Write as _;
use std::time::Duration;

/// What takes a second or two on an idle machine; one that hangs must not hold up those after it for long.
const EACH_MAX: Duration = Duration::from_secs(60);

/// Tables in which a claim has rows.
const CLAIM: &[&str] = &["client", "sale", "share"];

/// What the checker must find of an attack besides.
#[derive(Debug, Default)]
struct Then {
    /// Events that have no answer and are no claim.
    silent: Vec<String>,
    /// How many claims an event is.
    counted: Vec<(String, i64)>,
    /// Inputs that are set aside.
    poison: i64,
    /// Messages of the bot that the homeserver may refuse.
    parked: i64,
}

impl Then {
    fn silent(ids: impl IntoIterator<Item = String>) -> Self {
        Self { silent: ids.into_iter().collect(), ..Self::default() }
    }

    fn counted(claims: impl IntoIterator<Item = (String, i64)>) -> Self {
        Self { counted: claims.into_iter().collect(), ..Self::default() }
    }
}

type Run = for<'a> fn(&'a Stage) -> BoxFuture<'a, Outcome<Then>>;

/// A row of the table.
struct Attack {
    name: &'static str,
    /// What is done.
    done: &'static str,
    /// What must be so afterwards.
    after: &'static str,
    run: Run,
    /// Tables that may have more rows afterwards.
    may: &'static [&'static str],
    /// Tables whose rows may be others afterwards.
    rewrites: &'static [&'static str],
    /// How often the team may be told of it.
    told: usize,
}

const fn attack(name: &'static str, done: &'static str, after: &'static str, run: Run) -> Attack {
    Attack { name, done, after, run, may: &[], rewrites: &[], told: 0 }
}

impl Attack {
    /// It may make claims, each of which the team reads.
    const fn claims(self, told: usize) -> Self {
        Self { may: CLAIM, told, ..self }
    }

    const fn may(self, may: &'static [&'static str]) -> Self {
        Self { may, ..self }
    }

    const fn rewrites(self, rewrites: &'static [&'static str]) -> Self {
        Self { rewrites, ..self }
    }

    const fn told(self, told: usize) -> Self {
        Self { told, ..self }
    }
}

/// In the order in which they are made: the last ones shut the peer out.
const TABLE: &[&[Attack]] = &[
    forged::TABLE,
    impostors::TABLE,
    edits::TABLE,
    cross::TABLE,
    markup::TABLE,
    floods::TABLE,
    rooms::TABLE,
    shut_out::TABLE,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_gets_through() -> Outcome<()> {
    let only = std::env::var("ATTACK").unwrap_or_default();
    let stage = Stage::open().await?;
    let mut wrong = Vec::new();
    for attack in TABLE.iter().copied().flatten().filter(|attack| attack.name.contains(&only)) {
        if let Err(error) = made(&stage, attack).await {
            wrong.push(format!("{}: {error:#}", attack.name));
        }
    }
    check::no_leaks(&stage).await?;
    let verified = stage.order("!ledger verify").await?;
    ensure!(verified.card()["ok"] != serde_json::json!(false), "{}", verified.body());
    ensure!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), stage.house.program.log_tail());
    Ok(())
}

async fn made(stage: &Stage, attack: &Attack) -> Outcome<()> {
    let before = Before::of(stage).await?;
    let whole = async {
        let then = (attack.run)(stage).await.context("while it was made")?;
        check::after(stage, &before, attack, then).await
    };
    within(EACH_MAX, "it and what follows", whole).await?
}

const BEGIN: &str =
    "<!-- The attacks, from the tests: UPDATE=1 cargo test --workspace generated -->\n";
const END: &str = "<!-- to here -->\n";

#[test]
fn the_list_is_as_generated() -> Outcome<()> {
    let mut table =
        "\n| attack | what is done | what must be so afterwards |\n|---|---|---|\n".to_owned();
    for Attack { name, done, after, .. } in TABLE.iter().copied().flatten() {
        let _ = writeln!(table, "| {name} | {done} | {after} |");
    }
    table.push('\n');
    let count = TABLE.iter().map(|part| part.len()).sum::<usize>();
    ensure!(count >= 40, "{count} attacks");
    let file = place::root().join("docs/reliability.md");
    let page = std::fs::read_to_string(&file)?;
    let (head, rest) = page.split_once(BEGIN).context("no place for the table")?;
    let (held, tail) = rest.split_once(END).context("no end of the table")?;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, format!("{head}{BEGIN}{table}{END}{tail}"))?;
        return Ok(());
    }
    ensure!(held == table, "docs/reliability.md has another list: run with UPDATE=1");
    Ok(())
}
