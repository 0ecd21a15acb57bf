//! Who may not be in a room is not in it: not by a removal that was lost, not by coming back, not by an old
//! invitation. What the rooms really say is compared, and nobody else is touched.
use super::{on_both, order, placed, run_now};
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::fake::{Fake, Fault};
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use serde_json::json;

fn fake(house: &House) -> Outcome<&Fake> {
    house.fake().context("a fake homeserver")
}

async fn is(house: &House, room: &str, user: &str, membership: &'static str) -> Outcome<()> {
    let fake = fake(house)?;
    until(&format!("{user} to be at {membership} in {room}"), || async {
        (fake.membership(room, user) == membership).then_some(())
    })
    .await
}

/// The homeserver has somebody in a room, whatever the program thinks of it.
fn force(house: &House, room: &str, user: &str, membership: &str) -> Outcome<()> {
    let content = json!({ "membership": membership });
    fake(house)?.force(room, user, "m.room.member", Some(user), content);
    Ok(())
}

/// Looks at every room, and waits until what was seen is carried out.
async fn looked(house: &House, facts: &Facts) -> Outcome<()> {
    order(house, "!room repair").await?;
    let drift = "select (select count(*) from room where drift_at is not null) \
                 + (select count(*) from job where kind = 'room.strangers')";
    until("the rooms to be looked at", || async {
        (facts.number(drift, &[]).await.ok()? == 0).then_some(())
    })
    .await
}

fn alerts(house: &House) -> usize {
    let shown = house.owner().shown();
    shown.iter().filter(|event| event.card()["id"] == "stranger").count()
}

async fn room_of(house: &House, who: &str) -> Outcome<String> {
    let user = house.person(who)?.id.clone();
    let fake = fake(house)?;
    let mine = |room: &String| {
        let role = fake.state(room, "agency.siso.partners.room", "");
        role.is_some_and(|role| role["role"] == "organization")
    };
    until("the organization's room", || async {
        let invited = fake.invites(&user);
        invited.into_iter().find(|room| mine(room))
    })
    .await
}

async fn nobody_stays_who_may_not(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let facts = Facts::of(&house.program).await?;
    let general = house.room("general", "ana").await?;
    for name in ["ben", "olga"] {
        house.room("general", name).await?;
    }
    placed(&house, &facts, "ana", "acme").await?;
    let firm = room_of(&house, "ana").await?;
    let (ana, ben) = (house.person("ana")?.id.clone(), house.person("ben")?.id.clone());
    let eve = fake(&house)?.remote("@eve:elsewhere.example");
    fake(&house)?.join(&firm, &ana);

    // All are where they may be: a look changes nothing.
    looked(&house, &facts).await?;
    ensure!(alerts(&house) == 0, "somebody was taken for a stranger");
    for (room, user) in [(&general, &ana), (&general, &ben), (&firm, &ana)] {
        ensure!(fake(&house)?.membership(room, user) == "join", "{user} is not in {room}");
    }

    // A stranger in an open room, one of another firm and one who is asked in a private one.
    force(&house, &general, &eve, "join")?;
    force(&house, &firm, &ben, "join")?;
    force(&house, &firm, &eve, "invite")?;
    looked(&house, &facts).await?;
    is(&house, &general, &eve, "leave").await?;
    is(&house, &firm, &ben, "leave").await?;
    is(&house, &firm, &eve, "leave").await?;
    ensure!(fake(&house)?.membership(&general, &ben) == "join", "Ben was put out of general");
    until("the team to hear of three", || async { (alerts(&house) == 3).then_some(()) }).await?;

    // Who goes is out at once, of rooms and roles; who comes back is out again, and told of once a day.
    order(&house, &format!("!role grant {ana} reviewer")).await?;
    is(&house, &house.control, &ana, "invite").await?;
    let gone = order(&house, &format!("!partner remove {ana} --yes contract ended")).await?;
    ensure!(gone.body().contains("Removed"), "{}", gone.body());
    for room in [&general, &firm, &house.space, &house.control] {
        is(&house, room, &ana, "leave").await?;
    }
    let roles = "select count(*) from role_grant where user_id = $1 and revoked_at is null";
    ensure!(facts.number(roles, &[&ana]).await? == 0, "a role outlived the partnership");
    for _ in 0..2 {
        force(&house, &firm, &ana, "join")?;
        looked(&house, &facts).await?;
        is(&house, &firm, &ana, "leave").await?;
    }
    until("the team to hear of a fourth", || async { (alerts(&house) == 4).then_some(()) }).await?;
    let shown = order(&house, &format!("!partner show {ana}")).await?;
    ensure!(shown.body().contains("Out of all rooms"), "{}", shown.body());
    Ok(())
}

async fn a_lost_removal_is_noticed(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    house.partner("ana").await?;
    let facts = Facts::of(&house.program).await?;
    let general = house.room("general", "ana").await?;
    let ana = house.person("ana")?.id.clone();
    fake(&house)?.plan(&format!("{}/kick", general.replace('!', "%21")), Fault::Forbidden, 1);
    fake(&house)?.plan(&format!("{general}/kick"), Fault::Forbidden, 1);
    order(&house, &format!("!partner suspend {ana} under review")).await?;
    is(&house, &house.space, &ana, "leave").await?;
    let refused = "select count(*) from outbox where kind = 'remove' and parked_at is not null";
    until("the homeserver to refuse", || async {
        (facts.number(refused, &[]).await.ok()? == 1).then_some(())
    })
    .await?;
    let shown = order(&house, &format!("!partner show {ana}")).await?;
    ensure!(shown.body().contains("Still in general"), "{}", shown.body());
    // What was refused just now is not asked for again today; tomorrow it is.
    looked(&house, &facts).await?;
    ensure!(fake(&house)?.membership(&general, &ana) == "join", "asked again at once");
    facts
        .change("update outbox set parked_at = 1 where kind = 'remove' and parked_at > 1", &[])
        .await?;
    // The look that follows a departure by itself.
    run_now(&house, &facts, "room.verify").await?;
    is(&house, &general, &ana, "leave").await?;
    // Reinstated, they are asked in and may stay.
    order(&house, &format!("!partner reinstate {ana}")).await?;
    is(&house, &house.space, &ana, "invite").await?;
    fake(&house)?.join(&house.space, &ana);
    fake(&house)?.join(&general, &ana);
    looked(&house, &facts).await?;
    ensure!(fake(&house)?.membership(&general, &ana) == "join", "put out after coming back");
    Ok(())
}

async fn a_name_is_taken_away(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    for name in ["ana", "ben"] {
        house.partner(name).await?;
    }
    let facts = Facts::of(&house.program).await?;
    let ben = house.person("ben")?.id.clone();
    super::asked(&house, "ben", "sale add 500 EUR Acme").await?;
    order(&house, "!sale approve S-1").await?;
    let forgets = format!("!partner forget {ben}");
    let olga = house.owner();
    let early = olga.reply_to(&olga.say(&house.control, &forgets).await?).await?;
    ensure!(early.body().contains("Only who has left can be forgotten"), "{}", early.body());
    order(&house, &format!("!partner remove {ben} --anonymous --yes asked for it")).await?;
    let shown = order(&house, &format!("!partner show {ben}")).await?;
    ensure!(shown.body().contains("former partner"), "{}", shown.body());
    let named = "select count(*) from partner where name = 'Ben'";
    ensure!(facts.number(named, &[]).await? == 0, "the name is still there");
    let space = house.space.clone();
    until("the Space to say no name", || async {
        let states = house.fake()?.world().rooms.get(&space)?.state.clone();
        let room = house.fake()?.world().rooms.get(&space)?.clone();
        let ours = states.iter().filter(|((kind, _), _)| kind.starts_with("agency.siso"));
        let text: String = ours.map(|(_, at)| room.timeline[*at].content.to_string()).collect();
        (!text.contains("\"Ben\"") && !text.contains(&ben)).then_some(())
    })
    .await?;
    // Who comes again has a name again.
    order(&house, &format!("!partner add {ben} --name Benno")).await?;
    let shown = order(&house, &format!("!partner show {ben}")).await?;
    ensure!(shown.body().contains("Benno"), "{}", shown.body());
    Ok(())
}

on_both!(nobody_stays_who_may_not, a_lost_removal_is_noticed, a_name_is_taken_away);
