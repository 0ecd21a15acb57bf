//! People of two organizations on two homeservers: a shared sale, a conflict about a client, a mentor, a
//! playbook; and who may say the first of two yeses.
use super::{asked, on_both, order, placed};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::{Event as Seen, Fake};
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use std::time::Duration;

const RIO: &str = "@rio:firm.example";
const PATIENCE: Duration = Duration::from_secs(20);

fn fake(house: &House) -> Outcome<&Fake> {
    house.fake().context("a fake homeserver")
}

/// Waits for a message in a room that has these words.
async fn sees(house: &House, room: &str, words: &str) -> Outcome<Seen> {
    let found = fake(house)?.wait_for(
        |world| {
            let timeline = &world.rooms.get(room)?.timeline;
            timeline.iter().rev().find(|event| event.body().contains(words)).cloned()
        },
        PATIENCE,
    );
    found.await.with_context(|| format!("nobody said “{words}”"))
}

/// What Rio says in his chat, and the answer.
async fn rio_asks(house: &House, chat: &str, line: &str) -> Outcome<String> {
    let server = fake(house)?;
    let said = server.say(chat, RIO, line);
    let answer = server.reply_to(chat, &said, PATIENCE).await.context("no answer")?;
    let card = &answer.content["agency.siso.partners.card"];
    ensure!(card["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(answer.body().to_owned())
}

async fn firms_work_together(ground: Ground) -> Outcome<()> {
    let settings = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\n";
    let mut house = House::open_with(ground, "olga", settings).await?;
    house.partner("ana").await?;
    let facts = Facts::of(&house.program).await?;
    placed(&house, &facts, "ana", "acme").await?;
    fake(&house)?.remote(RIO);
    order(&house, &format!("!partner add {RIO} --name Rio")).await?;
    order(&house, &format!("!partner organization {RIO} firm")).await?;
    facts.change("update membership set from_on = '2020-01-01', joined_at = 1", &[]).await?;
    until("Rio's invitations", || async { (house.fake()?.invites(RIO).len() >= 3).then_some(()) })
        .await?;
    fake(&house)?.accept_invites(RIO);
    let bot = house.program.bot.clone();
    let chat = fake(&house)?.direct_of(RIO, &bot).context("no chat")?;

    // A sale of both.
    asked(&house, "ana", &format!("sale add 100 EUR Alpha --with \"me 3, {RIO} 1\"")).await?;
    let question = sees(&house, &chat, "Your part is €25").await?;
    fake(&house)?.react(&chat, RIO, &question.id, "✅");
    sees(&house, &chat, "Confirmed").await?;
    order(&house, "!sale approve S-1").await?;

    // A client that both name.
    rio_asks(&house, &chat, "deal register Boreal").await?;
    let second = asked(&house, "ana", "deal register Boreal").await?;
    ensure!(second.body().contains("Another partner registered"), "{}", second.body());
    order(&house, "!deal rule C-1 shares --weights 2:1 both were there").await?;
    rio_asks(&house, &chat, "sale add 90 EUR Boreal").await?;
    order(&house, "!sale approve S-2").await?;
    let shares = "select count(*) from share where amount_minor in (6000, 3000)";
    ensure!(facts.number(shares, &[]).await? == 2, "the ruling's parts are not in the sale");

    // A mentor of another firm, with a room for the two.
    rio_asks(&house, &chat, "mentor offer").await?;
    asked(&house, "ana", &format!("mentor ask {RIO} to write better")).await?;
    let request = sees(&house, &chat, "to write better").await?;
    let known = fake(&house)?.invites(RIO);
    fake(&house)?.react(&chat, RIO, &request.id, "✅");
    until("a room for two", || async {
        let more = house.fake()?.invites(RIO);
        more.iter().any(|room| !known.contains(room)).then_some(())
    })
    .await?;
    fake(&house)?.accept_invites(RIO);

    // What one firm wrote helps the other's sale, and not its own.
    let text = "playbook save cold-call \"Cold call\"\nCall in the morning, and ask who decides.";
    rio_asks(&house, &chat, text).await?;
    order(&house, "!playbook publish cold-call").await?;
    asked(&house, "ana", "sale add 40 EUR Gamma --playbook cold-call").await?;
    order(&house, "!sale approve S-3").await?;
    let help = "select count(*) from help_fact where kind = 'playbook' and reverses is null";
    until("the help to count", || async {
        (facts.number(help, &[]).await.ok()? == 1).then_some(())
    })
    .await?;
    own_help_is_none(&house, &facts, help).await
}

/// After a move into the author's firm its playbook helps a sale no more.
async fn own_help_is_none(house: &House, facts: &Facts, help: &'static str) -> Outcome<()> {
    let ana = house.person("ana")?.id.clone();
    order(house, &format!("!partner organization {ana} firm")).await?;
    let long = "update membership set from_on = '2020-01-01' where organization = 'firm'";
    facts.change(long, &[]).await?;
    facts
        .change("update membership set to_on = '2020-01-01' where organization = 'acme'", &[])
        .await?;
    asked(house, "ana", "sale add 41 EUR Delta --playbook cold-call").await?;
    order(house, "!sale approve S-4").await?;
    order(house, "!ledger verify").await?;
    ensure!(facts.number(help, &[]).await? == 1, "a firm's own playbook helps it");
    Ok(())
}

/// A seller's firm is that of the sale's day, too: after a move its people still wait for another's yes.
async fn the_first_yes_is_another_firms(ground: Ground) -> Outcome<()> {
    let settings = "[review]\ntwo_person_over = \"100\"\n[limits]\ncommands_burst = 1000\n";
    let mut house = House::open_with(ground, "olga", settings).await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let facts = Facts::of(&house.program).await?;
    for name in ["ana", "ben"] {
        placed(&house, &facts, name, "acme").await?;
    }
    let ben = house.person("ben")?.id.clone();
    order(&house, &format!("!role grant {ben} reviewer")).await?;
    house.room("control", "ben").await?;
    asked(&house, "ana", "sale add 1000 EUR Alpha --on yesterday").await?;
    let ana = house.person("ana")?.id.clone();
    order(&house, &format!("!partner organization {ana} beta")).await?;
    let reviewer = house.person("ben")?;
    let said = reviewer.say(&house.control, "!sale approve S-1").await?;
    let refused = reviewer.reply_to(&said).await?;
    ensure!(
        refused.body().contains("the first yes must come from another one"),
        "{}",
        refused.body()
    );
    order(&house, "!sale approve S-1").await?;
    let said = reviewer.say(&house.control, "!sale approve S-1").await?;
    let approved = reviewer.reply_to(&said).await?;
    ensure!(approved.card()["kind"] != "refusal", "{}", approved.body());
    let all = "select count(*) from sale where approved_at is not null";
    ensure!(facts.number(all, &[]).await? == 1, "not approved by two");
    Ok(())
}

on_both!(firms_work_together, the_first_yes_is_another_firms);
