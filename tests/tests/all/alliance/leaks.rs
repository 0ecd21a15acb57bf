//! What each server holds, read from its own database, against what its people may know.
use super::stage::Stage;
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::synapse::Synapse;

/// Words that only the program's server and that of the organization may hold: they were said between
/// its people and the bot. `Meridian Labs` was sold by both.
const NORTH: &[&str] =
    &["Fjord Clinic", "Glacier Gym", "North 3", "Only for the people of north partners"];
const SOUTH: &[&str] = &["Dune Dental", "South 3", "Only for the people of south partners"];
/// What stays between the bot and the program's team.
const TEAM: &[&str] = &["React with ✅ to approve", "\"needed\":", "organization add north"];

/// Every event that a server holds is one that its people may see.
pub async fn none(stage: &Stage) -> Outcome<()> {
    let space = &stage.house.space;
    let mut controls = vec![stage.house.control.clone()];
    controls.extend(stage.old_control.clone());
    for (there, own, others) in [(&stage.north, NORTH, SOUTH), (&stage.south, SOUTH, NORTH)] {
        let events = there.events().await?;
        ensure!(events.iter().any(|event| event.contains(space.as_str())), "no event of the Space");
        // The test sees: what is the server's own is there.
        for word in own {
            ensure!(
                events.iter().any(|event| event.contains(word)),
                "{word} is not where it belongs"
            );
        }
        holds_none(there, &events, others)?;
        holds_none(there, &events, TEAM)?;
        for control in &controls {
            let room = format!("\"room_id\":\"{control}\"");
            let leaked = events.iter().find(|event| event.contains(&room));
            ensure!(leaked.is_none(), "{} holds {leaked:?}", there.server_name);
        }
    }
    Ok(())
}

fn holds_none(there: &Synapse, events: &[String], words: &[&str]) -> Outcome<()> {
    for word in words {
        let leaked = events.iter().find(|event| event.contains(word));
        ensure!(leaked.is_none(), "{} holds {word} in {leaked:?}", there.server_name);
    }
    Ok(())
}
