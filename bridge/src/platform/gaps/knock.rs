//! Has our homeserver knock at those of others. Homeservers that do not reach each other wait longer and
//! longer before they try again, up to a week, and once the line holds again neither knows of it. Who is asked
//! for somebody's profile asks their server at once, whatever it waits for; that one hears of us, and each
//! brings the other what it has missed.
use crate::platform::App;
use crate::platform::homeserver::Homeserver;
use crate::rooms;
use futures_util::stream::{self, StreamExt};
use ruma::OwnedUserId;
use ruma::api::client::profile::get_profile;
use std::collections::BTreeMap;

const EVERY_MS: i64 = 1_800_000;
/// A clock that was set, or a machine that slept, is noticed so soon.
const TICK_MS: u64 = 2_000;
const SIDE_BY_SIDE: usize = 4;
/// Servers in one round, by name.
const SERVERS_MAX: usize = 1_000;

/// Knocks until the future is dropped.
pub async fn run<H: Homeserver>(app: App<H>) {
    let mut due_at = app.clock.now();
    loop {
        let now = app.clock.now();
        if now >= due_at {
            due_at = now + EVERY_MS;
            if let Err(error) = round(&app).await {
                tracing::warn!(%error, "other homeservers could not be knocked at; later again");
            }
        }
        app.clock.sleep(TICK_MS).await;
    }
}

async fn round<H: Homeserver>(app: &App<H>) -> Result<(), sqlx::Error> {
    let people = {
        let mut reader = app.db.read().await?;
        rooms::store::members::remote_people(&mut reader, &app.program.server_name).await?
    };
    let knocks = one_each(people).into_iter().map(|user| async move {
        // What it answers is of no interest, nor whether it does: it was tried.
        if let Err(error) = app.homeserver.call(get_profile::v3::Request::new(user)).await {
            tracing::debug!(%error, "a homeserver was knocked at");
        }
    });
    stream::iter(knocks).buffer_unordered(SIDE_BY_SIDE).collect::<Vec<()>>().await;
    Ok(())
}

/// Somebody of each server.
fn one_each(people: Vec<String>) -> Vec<OwnedUserId> {
    let mut servers = BTreeMap::new();
    for user in people.into_iter().filter_map(|user| OwnedUserId::try_from(user).ok()) {
        servers.entry(user.server_name().to_owned()).or_insert(user);
    }
    servers.into_values().take(SERVERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_is_knocked_at_once() {
        let people = ["@a:one.example", "@b:one.example", "no id", "@c:two.example:8448"];
        let found = one_each(people.map(str::to_owned).to_vec());
        assert_eq!(found, ["@a:one.example", "@c:two.example:8448"]);
    }
}
