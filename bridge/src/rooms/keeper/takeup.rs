//! Rooms that a database from before them does not know: after a restore they are taken up by their
//! marks, before anything that was said in them is looked at.
use super::asks::{joined, state};
use super::make::adopt;
use super::record::heal;
use super::{KeepError, Keeper};
use crate::platform::App;
use crate::platform::homeserver::Homeserver;
use crate::rooms::rules::{RoomKey, made_mark};
use crate::rooms::store::{self, chats};

/// Takes up every room that the bot has made and the database does not know.
///
/// # Errors
/// When the homeserver or the database is away; then it is to be tried again.
pub async fn take_up<H: Homeserver>(app: &App<H>) -> Result<(), KeepError> {
    let mut keeper = Keeper::new(app.clone());
    keeper.find_made().await?;
    let install = made_mark(&app.install.id, "");
    let found = keeper.found.take().unwrap_or_default();
    for (mark, room) in found {
        let Some(key) = mark.strip_prefix(&install) else { continue };
        if let Some(user) = key.strip_prefix("direct:") {
            keeper.take_up_chat(user, &room).await?;
        } else if RoomKey::parse(key).is_some() {
            let made = adopt(app, &room).await?;
            let mut tx = app.db.begin().await?;
            store::made(&mut tx, key, &made.room_id, &made.version, app.clock.now()).await?;
            keeper.commit(tx, keeper.changed()).await?;
        }
    }
    Ok(())
}

impl<H: Homeserver> Keeper<H> {
    async fn take_up_chat(&self, user: &str, room: &str) -> Result<(), KeepError> {
        let now = self.app.clock.now();
        let people = joined(&self.app, room).await?;
        let encrypted = state(&self.app, room, "m.room.encryption", "").await?.is_some();
        let mut tx = self.app.db.begin().await?;
        chats::joined(&mut tx, room, user, encrypted, now).await?;
        heal(&mut tx, room, &people, now).await?;
        if !encrypted && chats::linked(&mut tx, user).await?.is_none() {
            chats::link(&mut tx, user, room, now).await?;
        }
        self.commit(tx, self.changed()).await
    }
}
