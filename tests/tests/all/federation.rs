//! A partner whose account is on another homeserver: invited, joined, paid attention to, and able
//! to read the boards on their own server. What only that server believes does not count.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::program::Program;
use partnerspace_tests::synapse::Synapse;
use partnerspace_tests::wait::until;
use serde_json::Value;

const BOARD: &str = "agency.siso.partners.leaderboard";

#[tokio::test]
async fn a_remote_partner_sells_and_sees_the_board() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    let mut house = House::open(Ground::Synapse, "olga").await?;
    house.foreigner("rio", &there).await?;
    house.added("rio").await?;
    house.room("general", "olga").await?;
    let general = house.room("general", "rio").await?;

    let (olga, rio) = (house.owner(), house.person("rio")?);
    let claim = rio.say(&general, "!sale add 100 EUR Acme").await?;
    let reply = rio.reply_to(&claim).await?;
    ensure!(reply.card()["sale"]["number"] == "S-1", "the reply is {}", reply.body());
    let review = olga.sees("the review", |events| find(events, &house.control, is_review)).await?;
    olga.react(&house.control, review.id(), "✅").await?;
    let row = row_of(rio, &house.space).await?;
    ensure!(row["rank"] == 1 && row["score"] == 10_000, "the board has {row}");

    named_in_links(&house, &there, &general).await?;
    let chat = house.room("dm", "rio").await?;
    let rio = house.person("rio")?;
    let asked = rio.say(&chat, "me").await?;
    let answer = rio.reply_to(&asked).await?;
    ensure!(answer.card()["kind"] == "me", "the answer is {}", answer.body());
    unseen_words_do_not_count(&house, &there, &general).await
}

/// Ana here sells with Fede there: he is asked in his own chat, says yes there, and both see the sale.
#[tokio::test]
async fn a_sale_is_shared_across_servers() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    let mut house = House::open(Ground::Synapse, "olga").await?;
    house.partner("ana").await?;
    house.foreigner("fede", &there).await?;
    house.added("fede").await?;
    let general = house.room("general", "ana").await?;
    let (olga, ana, fede) = (house.owner(), house.person("ana")?, house.person("fede")?);
    ensure!(!fede.id.ends_with(&house.homeserver.server_name()), "{} is not remote", fede.id);

    let line = format!("!sale add 100.01 EUR Acme --with \"me 3, {} 2\"", fede.id);
    let claimed = ana.reply_to(&ana.say(&general, &line).await?).await?;
    ensure!(claimed.card()["sale"]["shares"][1]["amount"]["minor"] == 4000, "{}", claimed.body());
    let chat = house.chat_of("fede")?;
    let asked = fede.sees("the question", |events| find(events, chat, is_asked)).await?;
    ensure!(asked.body().contains("€40"), "{}", asked.body());

    // Before his yes nobody can let it count.
    let early = olga.say(&house.control, "!sale approve S-1").await?;
    ensure!(olga.reply_to(&early).await?.body().contains("has not said yes"), "approved too early");
    fede.react(chat, asked.id(), "✅").await?;
    let all = "All co-sellers have said yes";
    let ready = |event: &Event| event.body().contains(all);
    let ready = olga.sees(all, |events| find(events, &house.control, ready)).await?;
    olga.react(&house.control, ready.id(), "✅").await?;

    let rows = [(ana, 6001), (fede, 4000)];
    for (person, score) in rows {
        let row = row_of(person, &house.space).await?;
        ensure!(row["score"] == score, "{} sees {row}", person.id);
    }
    for (name, (person, score)) in ["ana", "fede"].into_iter().zip(rows) {
        let me = person.reply_to(&person.say(house.chat_of(name)?, "me").await?).await?;
        ensure!(me.card().to_string().contains(&format!("\"minor\":{score}")), "{}", me.card());
    }
    Ok(())
}

/// The Space's list names both servers by which the room can be reached, ours first.
async fn named_in_links(house: &House, there: &Synapse, general: &str) -> Outcome<()> {
    let wanted = serde_json::json!([house.homeserver.server_name(), there.server_name]);
    until("the list to name both servers", || async {
        let line = house.owner().state(&house.space, "m.space.child", general).await.ok()??;
        (line["via"] == wanted).then_some(())
    })
    .await
}

fn is_asked(event: &Event) -> bool {
    event.card()["event"] == "asked"
}

/// The remote server is down while its user is shut out, and its user speaks before it hears of
/// that. Synapse shows the words to nobody here, but does push them to the program.
async fn unseen_words_do_not_count(house: &House, there: &Synapse, general: &str) -> Outcome<()> {
    let (olga, rio) = (house.owner(), house.person("rio")?);
    there.kill9();
    let suspend = format!("!partner suspend {} under review", rio.id);
    let suspended = olga.say(&house.control, &suspend).await?;
    olga.reply_to(&suspended).await?;
    olga.sees("rio put out", |events| find(events, general, |event| is_out(event, &rio.id)))
        .await?;
    there.restart().await?;
    let before = ignored(&house.program).await?;
    let ghost = rio.say(general, "!sale add 70 EUR Ghost").await?;
    until("the program to pass over the unseen command", || async {
        (ignored(&house.program).await.ok()? > before).then_some(())
    })
    .await?;

    let asked = olga.say(&house.control, "!sale list").await?;
    let list = olga.reply_to(&asked).await?;
    let sales = list.card()["sales"].as_array().context("no sales in the card")?;
    ensure!(sales.len() == 1, "the sales are {sales:?}");
    let told = olga.shown().iter().any(|event| event.id() == ghost || event.replies_to(&ghost));
    ensure!(!told, "the unseen command was shown or answered here");
    Ok(())
}

/// The person's row of the month's board, from the state of the Space on their own server.
async fn row_of(person: &Person, space: &str) -> Outcome<Value> {
    until("the person's own server to have them on the board", || async {
        let board = person.state(space, BOARD, "revenue.month").await.ok()??;
        let rows = board["standings"].as_array()?;
        rows.iter().find(|row| row["user_id"] == person.id.as_str()).cloned()
    })
    .await
}

fn find(events: &[Event], room: &str, wanted: impl Fn(&Event) -> bool) -> Option<Event> {
    events.iter().find(|event| event.room == room && wanted(event)).cloned()
}

fn is_review(event: &Event) -> bool {
    event.card()["kind"] == "review"
}

fn is_out(event: &Event, user: &str) -> bool {
    event.json["state_key"] == user && event.content()["membership"] == "leave"
}

/// How many inputs the program has looked at and not counted.
async fn ignored(program: &Program) -> Outcome<u64> {
    let text = reqwest::get(&program.metrics_url).await?.text().await?;
    let name = "partnerspace_inputs_ignored_total ";
    let number = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(number.context("no such metric")?.parse()?)
}
