//! Two organizations in one program: whatever people of one can see, in any room, says nothing of the other's
//! clients, commission, deals, room or unseen members.
use super::{asked, on_both, order, placed};
use anyhow::{Context, ensure};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;
use partnerspace_tests::wait::until;

/// A firm: its people (the first leads, the last hides), and words that only they may read.
struct Firm {
    slug: &'static str,
    people: [&'static str; 3],
    sale: &'static str,
    words: &'static [&'static str],
}

const FIRMS: [Firm; 2] = [
    Firm {
        slug: "acme",
        people: ["ana", "ben", "cy"],
        sale: "773.10",
        words: &[
            "Alpine Clinic",
            "Avalon",
            "77.31",
            "\"minor\":7731}",
            "\"D-1\"",
            "🛡 D-1",
            "for the people of Acme",
        ],
    },
    Firm {
        slug: "beta",
        people: ["dee", "eli", "fay"],
        sale: "884.20",
        words: &[
            "Boreal Gym",
            "Bastion",
            "88.42",
            "\"minor\":8842}",
            "\"D-2\"",
            "🛡 D-2",
            "for the people of Beta",
        ],
    },
];

async fn set_up(house: &mut House, facts: &Facts) -> Outcome<()> {
    for firm in &FIRMS {
        let name = if firm.slug == "acme" { "Acme" } else { "Beta" };
        order(house, &format!("!organization add {} \"{name}\" --server x.example", firm.slug))
            .await?;
        for person in firm.people {
            placed(house, facts, person, firm.slug).await?;
        }
        let lead = house.person(firm.people[0])?.id.clone();
        order(house, &format!("!organization lead {} {lead}", firm.slug)).await?;
        asked(house, firm.people[2], "profile --visibility hidden").await?;
    }
    // Leading since today, a member since long.
    let long = "update membership set from_on = '2020-01-01', joined_at = 1 where left_at is null";
    facts.change(long, &[]).await?;
    facts.change("update membership set to_on = from_on where left_at is not null", &[]).await?;
    house.program.restart().await
}

/// Joins the organization's room; a member says a line there and has an answer.
async fn in_their_room(house: &House, firm: &Firm) -> Outcome<String> {
    let bot = &house.program.bot;
    let mut found = String::new();
    for name in firm.people {
        let person = house.person(name)?;
        let chat = house.chat_of(name)?;
        let room = person.invited_by(bot, |room| *room != house.space && room != chat).await?;
        person.join(&room).await?;
        found = room;
    }
    let lead = house.person(firm.people[0])?;
    let numbers = lead.reply_to(&lead.say(&found, "!team numbers").await?).await?;
    ensure!(numbers.card()["kind"] == "team_numbers", "{}", numbers.body());
    Ok(found)
}

async fn what_each_firm_does(house: &House, firm: &Firm) -> Outcome<()> {
    let [lead, member, hidden] = firm.people;
    let (deal, client) = (firm.words[0], firm.words[1]);
    asked(house, lead, &format!("deal register {deal}")).await?;
    for (who, amount) in [(lead, firm.sale), (member, "10"), (hidden, "20")] {
        asked(house, who, &format!("sale add {amount} EUR {client} {amount}")).await?;
    }
    asked(house, lead, "team numbers").await?;
    asked(house, lead, "team statement").await?;
    asked(house, member, "team numbers").await?;
    asked(house, lead, "statement").await?;
    Ok(())
}

async fn nothing_of_another_firm_is_seen(ground: Ground) -> Outcome<()> {
    let settings = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\n";
    let mut house = House::open_with(ground, "olga", settings).await?;
    for firm in &FIRMS {
        for name in firm.people {
            house.partner(name).await?;
        }
    }
    let facts = Facts::of(&house.program).await?;
    for firm in &FIRMS {
        for name in firm.people {
            for room in ["general", "wins", "leaderboard"] {
                house.room(room, name).await?;
            }
        }
    }
    set_up(&mut house, &facts).await?;
    order(&house, "!rule add start --percent 10 --hold 14").await?;
    let now = house.fake().context("the fake's clock")?.world().now();
    let later =
        Timestamp::from_millisecond(now)?.to_zoned(TimeZone::UTC).date().checked_add(30.days())?;
    order(&house, &format!("!goal set \"Together\" revenue 5000 --until {later}")).await?;
    for firm in &FIRMS {
        what_each_firm_does(&house, firm).await?;
    }
    for number in 1..=6 {
        order(&house, &format!("!sale approve S-{number}")).await?;
    }
    let mut rooms = Vec::new();
    for firm in &FIRMS {
        rooms.push(in_their_room(&house, firm).await?);
        asked(&house, firm.people[0], "team statement").await?;
        let general = house.room("general", firm.people[1]).await?;
        let person = house.person(firm.people[1])?;
        let board = person.reply_to(&person.say(&general, "!board").await?).await?;
        ensure!(board.card()["kind"] == "board", "{}", board.body());
    }
    // Everything that is owed has been said.
    let owed = "select count(*) from outbox where sent_at is null and parked_at is null";
    until("everything to be said", || async {
        (facts.number(owed, &[]).await.ok()? == 0).then_some(())
    })
    .await?;
    for (firm, other, room) in [(0, 1, 1), (1, 0, 0)] {
        let (firm, other) = (&FIRMS[firm], &FIRMS[other]);
        let unseen = house.person(other.people[2])?.id.clone();
        let mut own = String::new();
        for name in firm.people {
            let shown = house.person(name)?.shown();
            own.extend(shown.iter().map(|event| event.json.to_string()));
            holds_none(name, &shown, (other, &rooms[room], &unseen))?;
        }
        // The test sees: what is their own is there.
        for word in firm.words {
            ensure!(own.contains(word), "{word} is not where it belongs");
        }
    }
    Ok(())
}

fn holds_none(
    name: &str,
    shown: &[Event],
    (other, room, unseen): (&Firm, &str, &str),
) -> Outcome<()> {
    for event in shown {
        let text = event.json.to_string();
        for word in other.words {
            ensure!(!text.contains(word), "{name} sees {word} in {text}");
        }
        ensure!(event.room != *room, "{name} sees the other's room: {text}");
        // Who is in the Space is seen by all who are; nothing else names who hides.
        let names = text.contains(unseen) && event.kind() != "m.room.member";
        let names = names && !was_taken_back(shown, event);
        ensure!(!names || event.sender() == unseen, "{name} sees {unseen} in {text}");
    }
    Ok(())
}

/// A profile from the moment before its owner hid, which is empty by now.
fn was_taken_back(shown: &[Event], event: &Event) -> bool {
    const PROFILE: &str = "agency.siso.partners.profile";
    let is_its = |other: &&Event| {
        other.kind() == PROFILE && other.json["state_key"] == event.json["state_key"]
    };
    let newest = shown.iter().rev().find(is_its);
    event.kind() == PROFILE && newest.is_some_and(|newest| newest.content()["user_id"].is_null())
}

on_both!(nothing_of_another_firm_is_seen);
