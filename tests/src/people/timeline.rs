//! What a client has shown so far, and waiting for more.
use super::event::Event;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

#[derive(Default)]
pub struct Shown {
    pub events: Vec<Event>,
    ids: HashSet<String>,
    /// Room and inviter.
    invitations: Vec<(String, String)>,
}

impl Shown {
    /// The rooms, in the order of invitation.
    pub fn invitations_by(&self, inviter: &str) -> impl Iterator<Item = &String> {
        self.invitations.iter().filter(move |(_, by)| by == inviter).map(|(room, _)| room)
    }

    pub fn is_invited_to(&self, room: &str) -> bool {
        self.invitations.iter().any(|(invited, _)| invited == room)
    }
}

#[derive(Default)]
pub struct Timeline {
    shown: Mutex<Shown>,
    changed: watch::Sender<u64>,
}

impl Timeline {
    /// Whether it is new.
    pub fn show(&self, room: &str, json: Value) -> bool {
        let id = json["event_id"].as_str().unwrap_or_default().to_owned();
        let mut shown = self.shown();
        let new = shown.ids.insert(id);
        if new {
            shown.events.push(Event { room: room.to_owned(), json });
        }
        new
    }

    /// Takes note of the membership events that come with an invitation.
    pub fn invite(&self, room: &str, state: &Value) {
        if state["content"]["membership"] == "invite"
            && let Some(inviter) = state["sender"].as_str()
        {
            self.shown().invitations.push((room.to_owned(), inviter.to_owned()));
        }
    }

    /// Wakes those who wait, after a batch.
    pub fn wake(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    /// Asks after every change until there is an answer.
    pub async fn until<T>(&self, ask: impl Fn(&Shown) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            if let Some(answer) = ask(&self.shown()) {
                return answer;
            }
            // The sender lives as long as `self`, so this only ends by a change.
            let _change = changes.changed().await;
        }
    }

    pub fn invitations_by(&self, inviter: &str) -> Vec<String> {
        self.shown().invitations_by(inviter).cloned().collect()
    }

    pub fn events(&self) -> Vec<Event> {
        self.shown().events.clone()
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
