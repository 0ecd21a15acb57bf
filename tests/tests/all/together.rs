//! What questions and mentorship owe at a time, and the facts of help that are never changed. Time is
//! moved in the database while the program is away.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

/// Has the jobs of a kind run now; returns when they have.
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

/// Says something in the chat with the bot; the answer.
async fn tells(house: &House, who: &str, text: &str) -> Outcome<Event> {
    let (person, chat) = (house.person(who)?, house.chat_of(who)?);
    let answer = person.reply_to(&person.say(chat, text).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{text}: {}", answer.body());
    Ok(answer)
}

/// Waits for a message of the bot that begins with these words and has those.
async fn hears(house: &House, who: &str, begins: &str, has: &str) -> Outcome<Event> {
    let bot = &house.program.bot;
    let person = house.person(who)?;
    person
        .sees(begins, |events| {
            let fits = |event: &&Event| {
                event.sender() == bot
                    && event.body().starts_with(begins)
                    && event.body().contains(has)
            };
            events.iter().find(fits).cloned()
        })
        .await
}

async fn a_silent_mentor_is_followed_by_the_next(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben", "cy"] {
        house.partner(name).await?;
    }
    let facts = Facts::of(&house.program).await?;
    let ben = house.person("ben")?.id.clone();
    tells(&house, "ben", "mentor offer").await?;
    tells(&house, "cy", "mentor offer").await?;
    mentoring(&house, &ben, true).await?;
    tells(&house, "ana", &format!("mentor ask {ben} to write better")).await?;
    let request = hears(&house, "ben", "🤝 Ana would like", "to write better").await?;
    run_now(&house, &facts, "mentor.lapse").await?;
    hears(&house, "ana", "Ben cannot be your mentor", "I ask Cy").await?;
    let person = house.person("ben")?;
    until("Ben's request to be closed", || async {
        person.reads(request.id())?.starts_with('⌛').then_some(())
    })
    .await?;
    // Too late: it is Cy's now.
    person.react(&request.room, request.id(), "✅").await?;

    let request = hears(&house, "cy", "🤝 Ana would like", "to write better").await?;
    house.person("cy")?.react(&request.room, request.id(), "✅").await?;
    hears(&house, "ana", "🎉 Cy is your mentor", "").await?;
    house.room("private", "ana").await?;
    hears(&house, "ana", "🤝 Cy and Ana", "to write better").await?;
    let active = "select count(*) from mentorship where accepted_at is not null";
    ensure!(facts.number(active, &[]).await? == 1, "two mentors");
    gentle_check_ins(&house, &facts).await?;

    // Who is suspended leaves the room for two, and the other hears of it.
    let cy = house.person("cy")?.id.clone();
    let olga = house.owner();
    olga.reply_to(&olga.say(&house.control, &format!("!partner suspend {cy} paperwork")).await?)
        .await?;
    hears(&house, "ana", "👋 Your mentorship with Cy has ended", "from 1 to 5").await?;
    mentoring(&house, &cy, false).await?;
    let offers = "select count(*) from mentor_offer where ended_at is null";
    ensure!(facts.number(offers, &[]).await? == 1, "a suspended partner offers to be a mentor");
    Ok(())
}

/// Waits until a profile says whether its partner offers to be a mentor.
async fn mentoring(house: &House, user: &str, offers: bool) -> Outcome<()> {
    let olga = house.owner();
    let show = olga.say(&house.control, &format!("!partner show {user}")).await?;
    let id = olga.reply_to(&show).await?.card()["partner"]["id"].clone();
    let id = id.as_str().unwrap_or_default().to_owned();
    until("the profile to say it", || async {
        let profile =
            olga.state(&house.space, "agency.siso.partners.profile", &id).await.ok()??;
        (profile["mentoring"] == offers).then_some(())
    })
    .await
}

/// Asked after two silent weeks, and not after a session.
async fn gentle_check_ins(house: &House, facts: &Facts) -> Outcome<()> {
    let asked = "select count(*) from outbox where content like '%How is it going%'";
    run_now(house, facts, "mentor.check").await?;
    ensure!(facts.number(asked, &[]).await? == 0, "asked on the first day");
    facts.change("update mentorship set accepted_at = accepted_at - 15 * 86400000", &[]).await?;
    run_now(house, facts, "mentor.check").await?;
    hears(house, "ana", "🌱 How is it going?", "!mentor log").await?;
    tells(house, "cy", "mentor log a long walk").await?;
    run_now(house, facts, "mentor.check").await?;
    ensure!(facts.number(asked, &[]).await? == 1, "asked although they met");
    Ok(())
}

async fn what_nobody_answers_comes_up_once(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let general = house.room("general", "ana").await?;
    let facts = Facts::of(&house.program).await?;
    let digests = "select count(*) from outbox where dedupe_key like 'digest:%'";
    tells(&house, "ana", "ask Who speaks Danish?").await?;
    run_now(&house, &facts, "question.digest").await?;
    ensure!(facts.number(digests, &[]).await? == 0, "a young question came up");
    facts.change("update question set asked_at = asked_at - 90000000", &[]).await?;
    run_now(&house, &facts, "question.digest").await?;
    let post =
        hears(&house, "ana", "❓ One question still waits", "Q-1 Who speaks Danish?").await?;
    ensure!(post.room == general && post.card()["digest"] == true, "{}", post.json);
    // The next day it has come up already.
    facts
        .change(
            "update outbox set dedupe_key = 'digest:before', checksum = null where dedupe_key like 'digest:%'",
            &[],
        )
        .await?;
    run_now(&house, &facts, "question.digest").await?;
    ensure!(facts.number(digests, &[]).await? == 1, "a question came up twice");
    Ok(())
}

async fn help_is_a_fact(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let general = house.room("general", "ana").await?;
    house.room("general", "ben").await?;
    let facts = Facts::of(&house.program).await?;
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    let all = "select count(*) from help_fact";
    for answerer in [ben, ana] {
        let asked = ana.say(&general, "!ask Who speaks Danish?").await?;
        let number = ana.reply_to(&asked).await?.card()["question"]["number"].clone();
        let number = number.as_str().unwrap_or_default().to_owned();
        let begins = format!("❓ {number}\n");
        let root = hears(&house, "ana", &begins, "Danish").await?;
        let answer = answerer.say_in_thread(&general, root.id(), "I do").await?;
        let accept = ana.react(&general, &answer, "✅").await?;
        facts.ended(&accept).await?;
        until("the root to change", || async {
            ana.reads(root.id())?.starts_with('✅').then_some(())
        })
        .await?;
    }
    ensure!(facts.number(all, &[]).await? == 1, "an own answer counts");

    let thanks = ana.say(&general, &format!("!kudos {} for the answer", ben.id)).await?;
    ana.reply_to(&thanks).await?;
    ensure!(facts.number(all, &[]).await? == 2, "kudos are no fact");
    // On another day a redaction changes nothing.
    facts.change("update kudos set given_on = '2020-01-01'", &[]).await?;
    ana.redact(&general, &thanks).await?;
    let after = ana.say(&general, "!question list").await?;
    ana.reply_to(&after).await?;
    ensure!(facts.number(all, &[]).await? == 2, "taken back on another day");
    let more = ana.say(&general, &format!("!kudos {} for the slides", ben.id)).await?;
    ana.reply_to(&more).await?;
    ana.redact(&general, &more).await?;
    let back = "select count(*) from help_fact where reverses is not null and kind = 'kudos'";
    until("kudos to be taken back", || async {
        (facts.number(back, &[]).await.ok()? == 1).then_some(())
    })
    .await?;
    ensure!(facts.change("update help_fact set kind = 'session'", &[]).await.is_err(), "changed");
    ensure!(facts.change("delete from help_fact", &[]).await.is_err(), "deleted");
    Ok(())
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

on_both!(
    a_silent_mentor_is_followed_by_the_next,
    what_nobody_answers_comes_up_once,
    help_is_a_fact,
);
