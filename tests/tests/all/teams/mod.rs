//! Organizations from inside: who goes is gone from every room, what each firm may read of another, what
//! people of two firms on two homeservers do together.
mod across;
mod gone;
mod last;
mod leaks;
mod shut_out;
mod weeks;

use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::House;
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

/// A command of the owner in the control room, and its answer.
async fn order(house: &House, line: &str) -> Outcome<Event> {
    let olga = house.owner();
    let answer = olga.reply_to(&olga.say(&house.control, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(answer)
}

/// Something said in the chat with the bot, and its answer.
async fn asked(house: &House, who: &str, line: &str) -> Outcome<Event> {
    let (person, chat) = (house.person(who)?, house.chat_of(who)?);
    let answer = person.reply_to(&person.say(chat, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(answer)
}

/// A partner belongs to an organization, since long ago.
async fn placed(house: &House, facts: &Facts, who: &str, slug: &str) -> Outcome<()> {
    let user = &house.person(who)?.id;
    order(house, &format!("!partner organization {user} {slug}")).await?;
    let long = "update membership set from_on = '2020-01-01', joined_at = 1 where left_at is null \
                and partner_id = (select id from partner where user_id = $1)";
    facts.change(long, &[user]).await
}

/// Has jobs run now; returns when they have.
async fn run_now(house: &House, facts: &Facts, kind: &'static str) -> Outcome<()> {
    house.program.kill9();
    facts.change("update job set run_at = 1 where kind = $1", &[kind]).await?;
    house.program.restart().await?;
    let waiting = "select count(*) from job where kind = $1 and run_at = 1";
    until(&format!("{kind} to run"), || async {
        (facts.number(waiting, &[kind]).await.ok()? == 0).then_some(())
    })
    .await
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            use partnerspace_tests::Outcome;
            use partnerspace_tests::house::Ground;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_fake_and_sqlite() -> Outcome<()> {
                super::$name(Ground::FakeSqlite).await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_fake_and_postgres() -> Outcome<()> {
                super::$name(Ground::FakePostgres).await
            }
        }
    )+ };
}
use on_both;
