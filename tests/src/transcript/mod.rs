//! A chat, line by line, as a test. It plays in a [`House`] on the fake homeserver with SQLite and
//! with PostgreSQL, and on a real Synapse: see [`crate::transcripts`].
//!
//! ```text
//! # Text after a hash is for the reader.
//! people olga owner; ana, ben partner; eve stranger
//! fast                                   these say more in a minute than the limit allows
//! set review.two_person_over = "1000"    a line of the configuration, one a section
//!
//! [industry-dental]                      where the next lines are said: a room's name, `control`,
//!                                        `dm`: the speaker's own chat with the bot, or `private`:
//!                                        the room that the bot has asked the speaker into since
//! ana> !sale add 100 EUR Acme            says it; \n \t \u{200b} are read, {ben} is Ben's user id
//! bot> S-1 … €100                        the next reply contains these parts in this order
//! card> {"kind": "sale"}                 the message found last has such a card (other keys may be
//!                                        there; a list must have as many elements)
//! file> statement-*.csv … S-1 … 10.00    the message found last brings this file with these parts
//! image> board.png 780x228               the message found last brings this picture, of this size
//! silence                                no (further) reply came to the line said last
//! [control]
//! bot posts> Review … S-1                a message, not a reply, that no line has taken yet
//! olga reacts ✅ to S-1                  to the newest message of the bot here with these words
//! olga replies> not yet signed           to the message found last
//! ben in thread> ask for a site visit    in the thread of the message found last
//! ana answers ben> !answer               to the line that Ben said last, in its thread if it has one
//! ana reacts ✅ at ben                   to the line that Ben said last
//! ana adds to ben> And one more thing    in the thread of what Ben said last outside of threads
//! ana edits> !sale add 90 EUR Acme       the line that she said last
//! ana redacts
//! bot shows> S-1 … approved              some message here reads so now, after edits
//! bot hides> S-1 … approved              no message here reads so (any more)
//! state leaderboard revenue.month> {…}   the Space's state of this type and key contains this
//! past> 2026-02-10T12:00:00Z {ana},Acme,900,EUR,2026-02-09,dental; …
//!                                        sales that the ledger took then (best before all others);
//!                                        `… {ana} joins acme`: so comes somebody into an organization
//! restart                                kill -9, and again ready
//! moved general                          another room took its place; the one before is `old general`
//! ```
mod matching;
mod parse;
mod run;

use crate::house::{Ground, House};
use crate::{Outcome, mentions};
use anyhow::Context;
use parse::Role;
use run::Run;

/// Nobody waits a minute for a pinned message or for what is celebrated here, and less than 20.00 is not worth a transfer.
const LIMITS: &str =
    "[payout]\nminimum = \"20.00\"\n[limits]\npin_every_ms = 500\ncelebrate_every_ms = 1500\n";
/// Nobody types this fast.
const FAST: &str = "commands_burst = 1000\ncommands_every_ms = 1\n";

/// Plays a transcript; an error names the line and what was seen there.
pub async fn check(ground: Ground, text: &str) -> Outcome<()> {
    let script = parse::parse(text)?;
    let owner = script.people.iter().find(|(_, role)| *role == Role::Owner);
    let (owner, _) = owner.context("the first line must name an owner")?;
    let more = format!("{LIMITS}{}{}", if script.fast { FAST } else { "" }, script.settings);
    let mut house = House::open_with(ground, owner, &more).await?;
    for (name, role) in &script.people {
        match role {
            Role::Owner => {}
            Role::Partner => drop(house.partner(name).await?),
            Role::Stranger => drop(house.stranger(name).await?),
        }
    }
    let mut run = Run::new(house, owner);
    for (number, line) in script.lines {
        if let Err(error) = run.play(line).await {
            let log = run.log_tail();
            return Err(error.context(format!("line {number} on {ground:?}"))).context(log);
        }
    }
    nobody_is_mentioned(run.house())
}

/// On a real homeserver people must have seen it; the fake one looks itself.
fn nobody_is_mentioned(house: &House) -> Outcome<()> {
    for name in house.names() {
        for event in house.person(name)?.shown() {
            let told =
                event.content()["msgtype"].is_string() && event.sender() == house.program.bot;
            if told {
                mentions::check(event.content(), event.card())?;
            }
        }
    }
    Ok(())
}

/// One test per ground for each transcript of `chats/`.
#[macro_export]
macro_rules! transcripts {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            use $crate::house::Ground;
            use $crate::transcript::check;

            /// Read when it runs: a chat is changed without building anything.
            fn text() -> $crate::Outcome<String> {
                let file = concat!("tests/all/chats/", stringify!($name), ".chat");
                Ok(std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file))?)
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_fake_and_sqlite() -> $crate::Outcome<()> {
                check(Ground::FakeSqlite, &text()?).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_fake_and_postgres() -> $crate::Outcome<()> {
                check(Ground::FakePostgres, &text()?).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_synapse() -> $crate::Outcome<()> {
                check(Ground::Synapse, &text()?).await
            }
        }
    )+ };
}
