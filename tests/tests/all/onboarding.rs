//! People of another homeserver, from their invitation to their first approved sale: every message and
//! reaction of theirs is counted. And what the database keeps of it.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::certificates;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::synapse::Synapse;

/// What somebody says and presses until their first sale stands.
const SAID_MAX: usize = 6;
/// Of a member, who is asked less.
const MEMBER_SAID_MAX: usize = 3;

/// One person in their chat with the bot, and how much they have said there.
struct Walk<'a> {
    person: &'a Person,
    chat: String,
    said: usize,
}

impl Walk<'_> {
    async fn sees(&self, kind: &str, event: &str) -> Outcome<Event> {
        let what = format!("{} to see {kind} {event}", self.person.id);
        let is_it = |found: &&Event| {
            let card = found.card();
            found.room == self.chat && card["kind"] == kind && card["event"] == event
        };
        self.person.sees(&what, |events| events.iter().rev().find(is_it).cloned()).await
    }

    async fn says(&mut self, text: &str) -> Outcome<Event> {
        self.said += 1;
        let said = self.person.say(&self.chat, text).await?;
        self.person.reply_to(&said).await
    }

    async fn presses(&mut self, at: &Event) -> Outcome<String> {
        self.said += 1;
        self.person.react(&self.chat, at.id(), "✅").await
    }
}

/// A card of the control room is approved; the person hears of it on their own server.
async fn approved(house: &House, walk: &Walk<'_>, claim: &Event) -> Outcome<()> {
    let number = claim.card()["sale"]["number"].as_str();
    let number = number.with_context(|| format!("no claim: {}", claim.body()))?;
    let olga = house.owner();
    let approve = olga.say(&house.control, &format!("!sale approve {number}")).await?;
    olga.reply_to(&approve).await?;
    walk.sees("sale", "approved").await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_of_another_server_sell_after_a_few_words() -> Outcome<()> {
    let there = Synapse::start(0).await?;
    let folder = tempfile::tempdir()?;
    let trusted = certificates::trusted(folder.path())?;
    let mut house = House::open_with(Ground::Synapse, "olga", &trusted).await?;
    for name in ["lena", "milo"] {
        house.foreigner(name, &there).await?;
    }
    let (lena, milo) = (house.person("lena")?.id.clone(), house.person("milo")?.id.clone());
    ensure!(!lena.ends_with(&house.homeserver.server_name()), "{lena} is not remote");
    for line in [
        "!industry add dental \"Dental practices\"".to_owned(),
        "!industry add gyms Gyms".to_owned(),
        "!terms publish --yes\nBe fair to clients and to one another.".to_owned(),
        format!("!organization add acme \"Acme Partners\" --contact {lena}"),
    ] {
        let said = house.owner().say(&house.control, &line).await?;
        let answer = house.owner().reply_to(&said).await?;
        ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    }

    let chat = house.room("invited", "lena").await?;
    let mut lead = Walk { person: house.person("lena")?, chat, said: 0 };
    let invitation = lead.sees("team", "invited").await?;
    let pressed = lead.presses(&invitation).await?;
    let servers = lead.sees("onboarding", "step").await?;
    ensure!(servers.body().contains(&there.server_name), "{}", servers.body());
    ensure!(lead.says("yes").await?.card()["step"] == "industries", "no industries asked");
    let is_look = |found: &&Event| found.card()["kind"] == "server_check";
    let look = lead
        .person
        .sees("what was found of their server", |events| events.iter().find(is_look).cloned());
    let look = look.await?;
    ensure!(look.room == lead.chat && look.card()["status"] == "fine", "{}", look.body());
    ensure!(lead.says("1, gyms").await?.card()["step"] == "people", "no people asked");
    let done = lead.says(&milo).await?;
    ensure!(done.card()["invited"][0] == milo.as_str(), "{}", done.body());
    // Who comes in late reads what was said before by paging back: these people only read on.
    let (mine, said) = (lead.chat, lead.said);
    let chat = house.room("invited", "milo").await?;
    let mut lead = Walk { person: house.person("lena")?, chat: mine, said };
    let claim = lead.says("sale add 500 EUR \"Fjord Clinic\" --industry dental").await?;
    approved(&house, &lead, &claim).await?;
    ensure!(lead.said <= SAID_MAX, "a lead said {}", lead.said);

    let mut member = Walk { person: house.person("milo")?, chat, said: 0 };
    let invitation = member.sees("team", "invited").await?;
    member.presses(&invitation).await?;
    member.sees("onboarding", "step").await?;
    ensure!(member.says("gyms").await?.card()["event"] == "done", "a member is asked more");
    let claim = member.says("sale add 300 EUR \"Glacier Gym\" --industry gyms").await?;
    approved(&house, &member, &claim).await?;
    ensure!(member.said <= MEMBER_SAID_MAX, "a member said {}", member.said);
    kept(&house, &lena, (&pressed, invitation_of(&house, "lena").await?.id())).await
}

async fn invitation_of(house: &House, name: &str) -> Outcome<Event> {
    let is_it = |found: &&Event| found.card()["event"] == "invited";
    let person = house.person(name)?;
    person.sees("the invitation", |events| events.iter().find(is_it).cloned()).await
}

/// The acceptance names the reaction, the message that it was put on, and the text's hash.
async fn kept(house: &House, user: &str, (pressed, on): (&str, &str)) -> Outcome<()> {
    let facts = Facts::of(&house.program).await?;
    let query = "select count(*) from terms_acceptance a join terms t on t.version = a.version \
                 where a.user_id = $1 and a.event_id = $2 and a.asked_event = $3 and a.sha256 = t.sha256 \
                 and a.organization = 'acme'";
    let found = facts.number(query, &[user, pressed, on]).await?;
    ensure!(found == 1, "the acceptance of {user} by {pressed} on {on} is not kept");
    Ok(())
}

/// Terms that are due hold claims back, of those who have not accepted them, and nothing else.
async fn due(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    let publish = "!terms publish --yes --required-by 2099-01-31\nBe fair.";
    let said = house.owner().say(&house.control, publish).await?;
    house.owner().reply_to(&said).await?;
    let chats = [house.chat_of("ana")?.to_owned(), house.chat_of("ben")?.to_owned()];
    {
        let ana = house.person("ana")?;
        let mut walk = Walk { person: ana, chat: chats[0].clone(), said: 0 };
        let question = walk.sees("terms", "asked").await?;
        walk.presses(&question).await?;
        walk.sees("terms", "accepted").await?;
    }
    let facts = Facts::of(&house.program).await?;
    facts.change("update terms_due set required_on = '2020-01-31'", &[]).await?;
    house.program.restart().await?;
    let (ana, ben) = (house.person("ana")?, house.person("ben")?);
    let hers = ana.reply_to(&ana.say(&chats[0], "sale add 10 EUR Acme").await?).await?;
    ensure!(hers.card()["sale"]["number"] == "S-1", "{}", hers.body());
    let his = ben.reply_to(&ben.say(&chats[1], "sale add 10 EUR Acme").await?).await?;
    ensure!(his.card()["code"] == "E-AUTH", "{}", his.body());
    ensure!(his.body().contains("terms show"), "{}", his.body());
    let me = ben.reply_to(&ben.say(&chats[1], "me").await?).await?;
    ensure!(me.card()["kind"] == "me", "{}", me.body());
    ben.reply_to(&ben.say(&chats[1], "yes").await?).await?;
    let his = ben.reply_to(&ben.say(&chats[1], "sale add 10 EUR Beta").await?).await?;
    ensure!(his.card()["sale"]["number"] == "S-2", "{}", his.body());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terms_are_due_on_sqlite() -> Outcome<()> {
    due(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terms_are_due_on_postgres() -> Outcome<()> {
    due(Ground::FakePostgres).await
}

/// Somebody else's ✅ on an invitation's question takes nobody in: Ana knows the event, and presses on it
/// from her own chat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anothers_press_is_no_yes() -> Outcome<()> {
    let mut house = House::open(Ground::FakeSqlite, "olga").await?;
    house.partner("ana").await?;
    let cy = house.stranger("cy").await?.id.clone();
    let line = format!("!organization add acme \"Acme\" --contact {cy}");
    let said = house.owner().say(&house.control, &line).await?;
    house.owner().reply_to(&said).await?;
    let chat = house.room("invited", "cy").await?;
    let walk = Walk { person: house.person("cy")?, chat, said: 0 };
    let asked = walk.sees("team", "invited").await?;
    let facts = Facts::of(&house.program).await?;
    let pressed = house.person("ana")?.react(house.chat_of("ana")?, asked.id(), "✅").await?;
    ensure!(
        facts.ended(&pressed).await? == "of another room",
        "it was {}",
        facts.ended(&pressed).await?
    );
    let open = "select count(*) from invitation where accepted_at is null and ended_at is null";
    ensure!(facts.number(open, &[]).await? == 1, "the invitation was answered");
    let members = "select count(*) from membership";
    ensure!(facts.number(members, &[]).await? == 0, "somebody came in");
    Ok(())
}
