//! The room is the truth: what the homeserver forgot to push is found in the rooms' history (the
//! filler), and a message in a room of the bot alone proves every minute that events still reach us
//! (the canary). What another homeserver could not bring is called for (the knock).
mod canary;
pub mod catchup;
mod filler;
mod knock;
mod placed;
mod rules;
mod store;
mod walks;

pub use canary::PING_ID;
pub use filler::fill_once;
pub use walks::Walks;

use super::App;
use super::homeserver::Homeserver;
use super::inbox::Inbox;
use futures_util::future::join3;

/// Runs all of them until the future is dropped. `appservice_id` is the id in the registration, by which
/// the homeserver is pinged.
pub async fn run<H: Homeserver>(app: App<H>, inbox: Inbox, appservice_id: String) {
    let canary = canary::run(app.clone(), appservice_id);
    join3(canary, knock::run(app.clone()), filler::run(app, inbox)).await;
}
