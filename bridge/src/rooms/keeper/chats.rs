//! Direct chats: those that people open are joined, those that we owe words to are opened.
use super::asks::{ask, joined, room_id, state, user_id};
use super::make::{self, Made};
use super::record::heal;
use super::{KeepError, Keeper, Report};
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::work::Effects;
use crate::rooms::actions::JOB_CHANGED;
use crate::rooms::rules::{self, made_mark};
use crate::rooms::store::chats::{self, Chat};
use ruma::api::client::membership::{invite_user, join_room_by_id, leave_room};
use schema::card::{Finding, Severity};

/// More than the person and the bot is no chat of two.
const PEOPLE_MAX: usize = 2;
const SILENT_TRIES: u32 = 2;
/// A person who leaves is asked again at most this often.
const AGAIN_MS: i64 = 3_600_000;

impl<H: Homeserver> Keeper<H> {
    pub(super) async fn chats(&mut self, report: &mut Report) -> Result<(), KeepError> {
        let (all, wanted) = {
            let mut reader = self.app.db.read().await?;
            (chats::all(&mut reader).await?, chats::wanted(&mut reader).await?)
        };
        let now = self.app.clock.now();
        for chat in all.iter().filter(|chat| chat.crowded_at.is_some() || chat.joined_at.is_none())
        {
            if !self.may_try(&chat.room_id, now) {
                continue;
            }
            let result = match chat.crowded_at {
                Some(_) => self.leave(chat).await,
                None => self.follow(chat).await,
            };
            self.settle(&chat.room_id, result, report)?;
        }
        for user in wanted {
            let what = format!("direct:{user}");
            if !self.may_try(&what, now) {
                continue;
            }
            match self.open(&user).await {
                Ok(()) => {
                    self.waits.insert(what.clone(), (now + AGAIN_MS, 0));
                    report.made.push(what);
                }
                Err(error) => {
                    self.tell_unreachable(&user, &error).await?;
                    self.settle(&what, Err(error), report)?;
                }
            }
        }
        Ok(())
    }

    fn settle(
        &mut self,
        what: &str,
        result: Result<(), KeepError>,
        report: &mut Report,
    ) -> Result<(), KeepError> {
        match result {
            Ok(()) => Ok(()),
            Err(KeepError::Call(error)) => self.not_made(what, error, report),
            Err(error) => Err(error),
        }
    }

    /// Accepts an invitation into a chat of two; anything else is left again.
    async fn follow(&mut self, chat: &Chat) -> Result<(), KeepError> {
        let id = room_id(&chat.room_id)?;
        match ask(&self.app, || join_room_by_id::v3::Request::new(id.clone())).await {
            Ok(_) => {}
            Err(CallError::Refused { .. }) => return self.gone(&chat.room_id).await,
            Err(error) => return Err(error.into()),
        }
        let asked_at = self.app.clock.now();
        let people = joined(&self.app, &chat.room_id).await?;
        if people.len() > PEOPLE_MAX || !people.contains(&chat.user_id) {
            return self.leave(chat).await;
        }
        let encrypted = state(&self.app, &chat.room_id, "m.room.encryption", "").await?.is_some();
        let mut tx = self.app.db.begin().await?;
        chats::joined(&mut tx, &chat.room_id, &chat.user_id, encrypted, asked_at).await?;
        heal(&mut tx, &chat.room_id, &people, asked_at).await?;
        if !encrypted && chats::linked(&mut tx, &chat.user_id).await?.is_none() {
            chats::link(&mut tx, &chat.user_id, &chat.room_id, asked_at).await?;
        }
        self.commit(tx, self.changed()).await
    }

    async fn leave(&mut self, chat: &Chat) -> Result<(), KeepError> {
        let id = room_id(&chat.room_id)?;
        match ask(&self.app, || leave_room::v3::Request::new(id.clone())).await {
            Ok(_) | Err(CallError::Refused { .. }) => self.gone(&chat.room_id).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn gone(&mut self, room: &str) -> Result<(), KeepError> {
        let mut tx = self.app.db.begin().await?;
        chats::gone(&mut tx, room).await?;
        self.commit(tx, self.changed()).await
    }

    /// Gives a person a chat: one that is there, one made before a crash, or a new one.
    async fn open(&mut self, user: &str) -> Result<(), KeepError> {
        user_id(user)?;
        let usable = {
            let mut reader = self.app.db.read().await?;
            chats::usable(&mut reader, user).await?
        };
        if let Some(chat) = usable {
            if chat.away_at.is_some() {
                self.invite(&chat.room_id, user).await?;
            }
            return self.link(user, &chat.room_id).await;
        }
        self.find_made().await?;
        let mark = made_mark(&self.app.install.id, &format!("direct:{user}"));
        let found = self.found.as_mut().and_then(|found| found.remove(&mark));
        let room = if let Some(room) = found {
            self.invite(&room, user).await?;
            room
        } else {
            let Made { room_id, .. } = make::direct(&self.app, user).await?;
            room_id
        };
        self.link(user, &room).await
    }

    async fn link(&mut self, user: &str, room: &str) -> Result<(), KeepError> {
        let forced = state(&self.app, room, "m.room.encryption", "").await?.is_some();
        let now = self.app.clock.now();
        let mut effects = self.changed();
        if forced {
            let finding = rules::encrypted(&format!("The direct chat with {user}"));
            effects.jobs.push(self.alert(&finding, Some(room)));
        }
        let mut tx = self.app.db.begin().await?;
        chats::joined(&mut tx, room, user, forced, now).await?;
        chats::link(&mut tx, user, room, now).await?;
        self.commit(tx, effects).await
    }

    async fn invite(&self, room: &str, user: &str) -> Result<(), KeepError> {
        let member = state(&self.app, room, "m.room.member", user).await?;
        let membership = member.as_ref().and_then(|content| content["membership"].as_str());
        if matches!(membership, Some("join" | "invite")) {
            return Ok(());
        }
        let (room, user) = (room_id(room)?, user_id(user)?);
        let request = || {
            let who = invite_user::v3::InviteUserId::new(user.clone());
            let recipient = invite_user::v3::InvitationRecipient::UserId(who);
            invite_user::v3::Request::new(room.clone(), recipient)
        };
        ask(&self.app, request).await?;
        Ok(())
    }

    /// Once a person cannot be written to, the team hears of it: of a no at once, of silence after
    /// some tries.
    async fn tell_unreachable(&mut self, user: &str, error: &KeepError) -> Result<(), KeepError> {
        let tries = self.waits.get(&format!("direct:{user}")).map_or(0, |(_, tries)| *tries);
        let message = match error {
            KeepError::Call(CallError::Refused { message, .. }) if tries == 0 => message,
            KeepError::Call(CallError::Unknown(message)) if tries == SILENT_TRIES => message,
            _ => return Ok(()),
        };
        let finding = Finding {
            id: "direct_refused".into(),
            severity: Severity::Warning,
            sentence: format!("No direct chat with {user} could be opened: {message}"),
            mend: Some("Ask them to open a chat with the bot; what is owed to them waits.".into()),
        };
        let mut effects = Effects::default();
        effects.jobs.push(self.alert(&finding, None));
        let tx = self.app.db.begin().await?;
        self.commit(tx, effects).await
    }

    pub(super) fn changed(&self) -> Effects {
        let job = self.job(JOB_CHANGED, JOB_CHANGED.to_owned(), String::new());
        Effects { jobs: vec![job], ..Effects::default() }
    }
}
