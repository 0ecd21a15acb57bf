//! What must be known of an input before it may count, and only the homeserver can tell: that its
//! sender is in the room where our own view does not say so; for people of other servers, that the
//! event is one that members can see (a soft-failed event of a banned user is pushed to us too); and
//! what others said that the input is about, since talk has no row of ours.
mod quoted;

pub use quoted::{QUOTED_MAX, Quoted};

use super::event::Event;
use super::store::Waiting;
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::points::{Point, reach};
use crate::platform::seat::is_in;
use ruma::api::client::room::get_room_event;
use ruma::{OwnedEventId, OwnedRoomId};

/// What an input needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Need {
    pub membership: bool,
    pub visibility: bool,
    /// What was said before, by anyone.
    pub quoted: Option<Quoted>,
}

impl Need {
    #[must_use]
    pub fn any(&self) -> bool {
        self.membership || self.visibility || self.quoted.is_some()
    }
}

/// What was found out.
#[derive(Debug)]
pub enum Proof {
    /// The sender is joined and the event is there for all.
    Good(Found),
    /// It must not count.
    Bad(&'static str),
    /// No answer; to be asked again.
    Open,
    /// The bot is out of the room and sees nothing there; it will be back.
    Lost,
}

/// What came with a proof.
#[derive(Debug, Default)]
pub struct Found {
    /// What was said before, oldest first; empty where it is not to be seen.
    pub quoted: Vec<Event>,
}

/// `bot`: where it is brought back into the room when it is out of it. Then nothing is decided until it can see again.
pub async fn prove<H: Homeserver>(
    homeserver: H,
    row: Waiting,
    need: Need,
    bot: Option<String>,
) -> (Waiting, Proof) {
    let again = need.clone();
    let mut proof = proof(&homeserver, &row, need).await;
    if let (Some(bot), Err(Proof::Bad(_))) = (bot, &proof) {
        proof = match OwnedRoomId::try_from(row.room_id.as_str()) {
            Ok(room_id) => match is_in(&homeserver, &room_id, &bot).await {
                // It may have come back in between.
                Ok(true) => self::proof(&homeserver, &row, again).await,
                Ok(false) => Err(Proof::Lost),
                Err(_) => Err(Proof::Open),
            },
            Err(_) => proof,
        };
    }
    (row, proof.unwrap_or_else(|proof| proof))
}

/// An `Err` is only a short cut.
async fn proof<H: Homeserver>(homeserver: &H, row: &Waiting, need: Need) -> Result<Proof, Proof> {
    let room_id =
        OwnedRoomId::try_from(row.room_id.as_str()).map_err(|_| Proof::Bad("no such room"))?;
    if need.membership
        && !is_in(homeserver, &room_id, &row.sender).await.map_err(|_| Proof::Open)?
    {
        return Err(Proof::Bad("sender not in the room"));
    }
    if need.visibility {
        reach(Point::Visibility).await.map_err(|_| Proof::Open)?;
        let event_id =
            OwnedEventId::try_from(row.event_id.as_str()).map_err(|_| Proof::Bad("no event id"))?;
        let request = get_room_event::v3::Request::new(room_id.clone(), event_id);
        homeserver.call(request).await.map_err(|error| match error {
            CallError::Refused { .. } => Proof::Bad("not visible in the room"),
            _ => Proof::Open,
        })?;
    }
    let mut found = Found::default();
    if let Some(quoted) = need.quoted {
        found.quoted = quoted.read(homeserver, &room_id).await.map_err(|_| Proof::Open)?;
    }
    Ok(Proof::Good(found))
}
