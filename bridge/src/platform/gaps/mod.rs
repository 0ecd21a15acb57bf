//! The room is the truth: what the homeserver forgot to push is found in the rooms' history (the
//! filler), and a message in a room of the bot alone proves every minute that events still reach us
//! (the canary).
mod canary;
pub mod catchup;
mod filler;
mod rules;
mod store;
mod walks;

pub use canary::PING_ID;
pub use filler::fill_once;
pub use walks::Walks;

use super::App;
use super::homeserver::Homeserver;
use super::inbox::Inbox;
use futures_util::future::join;

/// Runs both until the future is dropped. `appservice_id` is the id in the registration, by which
/// the homeserver is pinged.
pub async fn run<H: Homeserver>(app: App<H>, inbox: Inbox, appservice_id: String) {
    join(canary::run(app.clone(), appservice_id), filler::run(app, inbox)).await;
}
