//! A short program's history through real commands: what an export is made of.
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::Event;

/// No person types this fast.
const FAST: &str = "[limits]\ncommands_burst = 1000\ncommands_every_ms = 1\n";

pub async fn house(ground: Ground) -> Outcome<House> {
    let mut house = House::open_with(ground, "olga", FAST).await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
        house.room("general", name).await?;
    }
    Ok(house)
}

/// Says a line in a room and takes the answer, which is no refusal.
pub async fn done(house: &mut House, who: &str, room: &str, line: &str) -> Outcome<Event> {
    let room = house.room(room, who).await?;
    let person = house.person(who)?;
    let answer = person.reply_to(&person.say(&room, line).await?).await?;
    ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
    Ok(answer)
}

/// Sales in two currencies and two industries, shared, refunded, disputed, corrected, void, rejected and open, to
/// clients that were won before and lost again; with commission.
pub async fn play(house: &mut House) -> Outcome<()> {
    let [ana, ben] = ["ana", "ben"].map(|name| house.person(name).map(|person| person.id.clone()));
    let (ana, ben) = (ana?, ben?);
    let halves = format!("--parts \"{ana} 1, {ben} 1\"");
    for (who, room, line) in [
        ("olga", "control", "!industry add dental \"Dental practices\"".to_owned()),
        ("olga", "control", "!industry add gyms Gyms".to_owned()),
        ("olga", "control", "!rate set USD 0.92 --from 2020-01-01".to_owned()),
        ("olga", "control", "!rule add start --percent 10 --hold 14".to_owned()),
        ("ana", "general", "!sale add 1000.50 EUR Acme --industry dental".to_owned()),
        ("ana", "general", format!("!sale add 1000.01 EUR Beta --with \"me 2, {ben}\"")),
        ("ben", "general", "!sale add 250 USD Acme --industry gyms".to_owned()),
        ("ben", "general", "!sale add 80 EUR Gamma --industry dental --note \"=1+1\"".to_owned()),
        ("ana", "general", "!sale add 70 EUR Acme --industry gyms".to_owned()),
        ("ana", "general", "!sale add 60 EUR Delta".to_owned()),
        ("ben", "general", "!sale add 50 EUR Omega".to_owned()),
        ("olga", "control", "!sale approve S-1".to_owned()),
        ("olga", "control", "!sale approve S-2 --anyway".to_owned()),
        ("olga", "control", "!sale approve S-3".to_owned()),
        ("olga", "control", "!sale approve S-4".to_owned()),
        ("olga", "control", "!sale approve S-5".to_owned()),
        ("olga", "control", "!sale reject S-6 no invoice".to_owned()),
        ("olga", "control", "!sale refund S-2 333.33 one seat returned --yes".to_owned()),
        ("olga", "control", "!sale refund S-3 100 half of it --yes".to_owned()),
        ("olga", "control", "!sale void S-1 never paid --yes".to_owned()),
        ("olga", "control", "!sale dispute S-5 20 open the bank took it back".to_owned()),
        ("olga", "control", "!sale dispute S-5 20 lost".to_owned()),
        ("olga", "control", "!sale refund S-4 80 all of it --yes".to_owned()),
        ("olga", "control", format!("!sale correct S-2 {halves} half each --yes")),
    ] {
        done(house, who, room, &line).await?;
    }
    Ok(())
}
