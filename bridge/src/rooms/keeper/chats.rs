//! Direct chats: those that people open are joined, those that we owe words to are opened. Chats with
//! people of other servers have a loop of their own: such a server may take a minute to not answer.
use super::asks::{ask, joined, room_id, state, user_id};
use super::make::{self, Made};
use super::record::heal;
use super::{KeepError, Keeper, Report};
use crate::platform::homeserver::{CallError, Homeserver};
use crate::platform::work::Effects;
use crate::program::server_of;
use crate::rooms::actions::JOB_CHANGED;
use crate::rooms::reach;
use crate::rooms::rules::{self, made_mark};
use crate::rooms::store::chats::{self, Chat};
use futures_util::stream::{self, StreamExt};
use ruma::api::client::membership::{invite_user, join_room_by_id, leave_room};
use schema::card::{Finding, Severity};
use schema::status::Reach;
use std::collections::BTreeMap;

/// More than the person and the bot is no chat of two.
const PEOPLE_MAX: usize = 2;
const SILENT_TRIES: u32 = 2;
/// A person who leaves is asked again at most this often.
const AGAIN_MS: i64 = 3_600_000;
/// An invitation of somebody whose server does not answer is followed for so long.
const FOLLOW_MS_MAX: i64 = 7 * 86_400_000;
/// Other servers that are waited for at the same time.
const SERVERS_MAX: usize = 8;

/// Whose chats a round is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Others,
}

enum Task {
    Leave(Chat),
    Follow(Chat),
    Open(String),
}

impl Task {
    fn user(&self) -> &str {
        match self {
            Self::Leave(chat) | Self::Follow(chat) => &chat.user_id,
            Self::Open(user) => user,
        }
    }

    /// By what name it waits after a failure.
    fn what(&self) -> String {
        match self {
            Self::Leave(chat) | Self::Follow(chat) => chat.room_id.clone(),
            Self::Open(user) => format!("direct:{user}"),
        }
    }
}

fn server_key(user: &str) -> String {
    format!("server:{}", server_of(user).unwrap_or_default())
}

impl<H: Homeserver> Keeper<H> {
    pub(super) async fn chats(&mut self, side: Side, report: &mut Report) -> Result<(), KeepError> {
        let groups = self.tasks(side).await?;
        if groups.values().flatten().any(|task| matches!(task, Task::Open(_))) {
            self.find_made().await?;
        }
        let keeper = &*self;
        let done: Vec<_> = stream::iter(groups.into_values())
            .map(|tasks| keeper.one_after_another(tasks))
            .buffer_unordered(SERVERS_MAX)
            .collect()
            .await;
        for (task, result) in done.into_iter().flatten() {
            self.settle(&task, result, report).await?;
        }
        Ok(())
    }

    /// What may be tried now, by server.
    async fn tasks(&self, side: Side) -> Result<BTreeMap<String, Vec<Task>>, KeepError> {
        let (all, wanted) = {
            let mut reader = self.app.db.read().await?;
            (chats::all(&mut reader).await?, chats::wanted(&mut reader).await?)
        };
        let now = self.app.clock.now();
        let task = |chat: Chat| match (chat.crowded_at, chat.joined_at) {
            (Some(_), _) => Some(Task::Leave(chat)),
            (None, None) => Some(Task::Follow(chat)),
            (None, Some(_)) => None,
        };
        let mut groups: BTreeMap<String, Vec<Task>> = BTreeMap::new();
        for task in all.into_iter().filter_map(task).chain(wanted.into_iter().map(Task::Open)) {
            let ours = self.is_ours(task.user());
            let asked = (side == Side::Ours) == ours;
            let waits = !self.may_try(&task.what(), now)
                || !(ours || self.may_try(&server_key(task.user()), now));
            if asked && !waits {
                groups.entry(server_key(task.user())).or_default().push(task);
            }
        }
        Ok(groups)
    }

    fn is_ours(&self, user: &str) -> bool {
        server_of(user) == Some(&self.app.program.server_name)
    }

    /// The people of one server; after a silence the others there are not tried either.
    async fn one_after_another(&self, tasks: Vec<Task>) -> Vec<(Task, Result<(), KeepError>)> {
        let mut done = Vec::new();
        for task in tasks {
            let result = match &task {
                Task::Leave(chat) => self.leave(chat).await,
                Task::Follow(chat) => self.follow(chat).await,
                Task::Open(user) => self.open(user).await,
            };
            let silent = self.is_silent(&task, &result);
            done.push((task, result));
            if silent {
                break;
            }
        }
        done
    }

    /// Whether the other server has not answered ours.
    fn is_silent(&self, task: &Task, result: &Result<(), KeepError>) -> bool {
        !self.is_ours(task.user()) && matches!(result, Err(KeepError::Call(CallError::Unknown(_))))
    }

    async fn settle(
        &mut self,
        task: &Task,
        result: Result<(), KeepError>,
        report: &mut Report,
    ) -> Result<(), KeepError> {
        let what = task.what();
        if self.is_silent(task, &result) {
            self.wait(&server_key(task.user()));
        }
        match (task, result) {
            (_, Ok(())) => {
                self.waits.remove(&server_key(task.user()));
                if let Task::Open(user) = task {
                    let mark = made_mark(&self.app.install.id, &format!("direct:{user}"));
                    self.found.as_mut().and_then(|found| found.remove(&mark));
                    self.waits.insert(what.clone(), (self.app.clock.now() + AGAIN_MS, 0));
                    report.made.push(what);
                }
                Ok(())
            }
            (task, Err(error)) => {
                if let Task::Open(user) = task {
                    self.tell_unreachable(user, &error).await?;
                }
                match error {
                    KeepError::Call(error) => self.not_made(&what, error, report),
                    error @ KeepError::Fault(_) => Err(error),
                }
            }
        }
    }

    /// Accepts an invitation into a chat of two; anything else is left again.
    async fn follow(&self, chat: &Chat) -> Result<(), KeepError> {
        let id = room_id(&chat.room_id)?;
        match ask(&self.app, || join_room_by_id::v3::Request::new(id.clone())).await {
            Ok(_) => {}
            Err(CallError::Refused { .. }) => return self.gone(&chat.room_id).await,
            Err(_) if self.app.clock.now() - chat.noted_at > FOLLOW_MS_MAX => {
                return self.leave(chat).await;
            }
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

    async fn leave(&self, chat: &Chat) -> Result<(), KeepError> {
        let id = room_id(&chat.room_id)?;
        match ask(&self.app, || leave_room::v3::Request::new(id.clone())).await {
            Ok(_) | Err(CallError::Refused { .. }) => self.gone(&chat.room_id).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn gone(&self, room: &str) -> Result<(), KeepError> {
        let mut tx = self.app.db.begin().await?;
        chats::gone(&mut tx, room).await?;
        self.commit(tx, self.changed()).await
    }

    /// Gives a person a chat: one that is there, one made before a crash, or a new one.
    async fn open(&self, user: &str) -> Result<(), KeepError> {
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
        let mark = made_mark(&self.app.install.id, &format!("direct:{user}"));
        let found = self.found.as_ref().and_then(|found| found.get(&mark).cloned());
        let room = if let Some(room) = found {
            self.invite(&room, user).await?;
            room
        } else {
            let Made { room_id, .. } = make::direct(&self.app, user).await?;
            room_id
        };
        self.link(user, &room).await
    }

    async fn link(&self, user: &str, room: &str) -> Result<(), KeepError> {
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
    /// a while.
    async fn tell_unreachable(&self, user: &str, error: &KeepError) -> Result<(), KeepError> {
        let tries = self.waits.get(&format!("direct:{user}")).map_or(0, |(_, tries)| *tries);
        let (ours, now) = (self.is_ours(user), self.app.clock.now());
        let job = match error {
            KeepError::Call(CallError::Refused { errcode, message, .. }) => {
                let why = format!("{errcode}: {message}");
                reach::job(user, rules::hindrance(&why), now)
            }
            KeepError::Call(CallError::Unknown(_)) if !ours => reach::job(user, Reach::Away, now),
            KeepError::Call(CallError::Unknown(message)) if tries == SILENT_TRIES => {
                self.alert(&unopened(user, message), None)
            }
            _ => return Ok(()),
        };
        let effects = Effects { jobs: vec![job], ..Effects::default() };
        let tx = self.app.db.begin().await?;
        self.commit(tx, effects).await
    }

    pub(super) fn changed(&self) -> Effects {
        let job = self.job(JOB_CHANGED, JOB_CHANGED.to_owned(), String::new());
        Effects { jobs: vec![job], ..Effects::default() }
    }
}

fn unopened(user: &str, message: &str) -> Finding {
    Finding {
        id: "direct_refused".into(),
        severity: Severity::Warning,
        sentence: format!("No direct chat with {user} could be opened: {message}"),
        mend: Some("Ask them to open a chat with the bot; what is owed to them waits.".into()),
    }
}
