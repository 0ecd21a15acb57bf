//! The place where each history begins: the program has made its rooms, and its people are in them.
use super::check::Said;
use super::town::{Place, SERVER, Town};
use crate::Outcome;
use crate::fake::Quirks;
use anyhow::ensure;

/// One who is at home here, and two who sell; the last is of another server.
pub const OWNER: &str = "@olga:example.org";
pub const ANA: &str = "@ana:example.org";
pub const BEN: &str = "@ben:example.org";
pub const RIO: &str = "@rio:far.example";
pub const PARTNERS: [&str; 3] = [ANA, BEN, RIO];

const MINUTE_MS: i64 = 60_000;

/// Beside homeservers with the ways of either kind.
pub struct Places {
    synapse: Place,
    conduit: Place,
}

impl Places {
    /// Founds both, on SQLite.
    pub async fn found() -> Outcome<Self> {
        let synapse = found(None).await?;
        let conduit = found_beside(Quirks::conduit(), None).await?;
        Ok(Self { synapse, conduit })
    }

    /// Where the history of a seed is played.
    #[must_use]
    pub fn of(&self, seed: u64) -> &Place {
        if seed % 4 == 3 { &self.conduit } else { &self.synapse }
    }
}

/// Founds it on SQLite, or in this empty PostgreSQL database, beside a Synapse.
pub async fn found(database_url: Option<String>) -> Outcome<Place> {
    found_beside(Quirks::default(), database_url).await
}

async fn found_beside(quirks: Quirks, database_url: Option<String>) -> Outcome<Place> {
    let nowhere = Town::nowhere(&["olga", "ana", "ben"], quirks)?;
    let mut town = Town::at(&nowhere, database_url)?;
    town.fake.remote(RIO);
    town.start().await?;
    let made = town.until(10 * MINUTE_MS, |town| town.room("control").is_ok()).await?;
    ensure!(made, "the rooms are not made");
    town.pass(MINUTE_MS).await?;
    town.fake.accept_invites(OWNER);
    town.pass(MINUTE_MS).await?;
    let control = town.room("control")?;
    for user in PARTNERS {
        let name = user.trim_start_matches('@').split(':').next().unwrap_or_default();
        let mut said = Said::default();
        said.command(&town, &control, OWNER, &format!("!partner add {user} --name \"{name}\""));
        town.pass(MINUTE_MS).await?;
        town.fake.accept_invites(user);
        town.pass(MINUTE_MS / 2).await?;
        town.fake.join(&town.room("general")?, user);
    }
    town.pass(5 * MINUTE_MS).await?;
    for user in PARTNERS {
        let chat = town.fake.direct_of(user, &town.bot());
        ensure!(chat.is_some(), "{user} has no chat on {SERVER}");
    }
    super::check::whole(&mut town, &Said::default()).await?;
    town.leave().await
}
