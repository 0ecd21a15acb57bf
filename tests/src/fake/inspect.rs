//! What a test looks at: rooms, events, state, answers to an event, deliveries; and waiting for it.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Fake;
use super::delivery::Pushed;
use super::http::Seen;
use super::room::{Event, Room};
use super::world::World;

/// The appservice counts as idle when it has asked nothing for this long.
const QUIET: Duration = Duration::from_millis(60);

impl Fake {
    pub fn rooms(&self) -> Vec<String> {
        self.world().rooms.keys().cloned().collect()
    }

    /// The room id of `#name:server` (or of the name alone).
    pub fn room_of(&self, alias: &str) -> Option<String> {
        let world = self.world();
        let alias = match alias.starts_with('#') {
            true => alias.to_owned(),
            false => format!("#{alias}:{}", world.server),
        };
        world.aliases.get(&alias).map(|(room, _)| room.clone())
    }

    /// The timeline, oldest first, as it is now (redacted events are pruned).
    pub fn events(&self, room: &str) -> Vec<Event> {
        self.world().rooms.get(room).map(|room| room.timeline.clone()).unwrap_or_default()
    }

    pub fn event(&self, room: &str, id: &str) -> Option<Event> {
        self.world().rooms.get(room)?.event(id).cloned()
    }

    pub fn state(&self, room: &str, kind: &str, key: &str) -> Option<Value> {
        self.world().rooms.get(room)?.get(kind, key).map(|event| event.content.clone())
    }

    /// State key → content of one type.
    pub fn state_of(&self, room: &str, kind: &str) -> BTreeMap<String, Value> {
        let world = self.world();
        let Some(room) = world.rooms.get(room) else { return BTreeMap::new() };
        let of_kind = room.state.iter().filter(|((each, _), _)| each == kind);
        of_kind.map(|((_, key), at)| (key.clone(), room.timeline[*at].content.clone())).collect()
    }

    pub fn membership(&self, room: &str, user: &str) -> String {
        let world = self.world();
        world.rooms.get(room).map(|room| room.membership(user).to_owned()).unwrap_or_default()
    }

    /// The rooms to which the user is invited.
    /// Whether a person may say something in a room.
    pub fn may_speak(&self, room: &str, user: &str) -> bool {
        let world = self.world();
        let room = world.rooms.get(room);
        let level = |room: &Room| room.level_to_send("m.room.message", false);
        room.is_some_and(|room| room.joined(user) && room.power(user) >= level(room))
    }

    pub fn invites(&self, user: &str) -> Vec<String> {
        let world = self.world();
        let rooms = world.rooms.values().filter(|room| room.membership(user) == "invite");
        rooms.map(|room| room.id.clone()).collect()
    }

    /// The direct chats of two: rooms with nobody else, made or invited with `is_direct`.
    pub fn direct_of(&self, user: &str, bot: &str) -> Option<String> {
        let world = self.world();
        let both = |membership: &str| matches!(membership, "join" | "invite");
        let mut rooms = world.rooms.values().filter(|room| {
            let direct = room.timeline.iter().any(|event| event.content["is_direct"] == true);
            direct && both(room.membership(user)) && both(room.membership(bot))
        });
        rooms.next().map(|room| room.id.clone())
    }

    /// Non-state events of one sender in a room, oldest first.
    pub fn sent_by(&self, room: &str, user: &str) -> Vec<Event> {
        let mut events = self.events(room);
        events.retain(|event| event.sender == user && event.state_key.is_none());
        events
    }

    /// Messages of namespace users that answer this event (thread or reply), oldest first.
    pub fn replies(&self, room: &str, to: &str) -> Vec<Event> {
        let world = self.world();
        let Some(room) = world.rooms.get(room) else { return Vec::new() };
        answers(&world, &room.timeline, to).cloned().collect()
    }

    /// Waits for the first answer to an event.
    pub async fn reply_to(&self, room: &str, to: &str, deadline: Duration) -> Option<Event> {
        let found =
            |world: &World| answers(world, &world.rooms.get(room)?.timeline, to).next().cloned();
        self.wait_for(found, deadline).await
    }

    /// What the appservice was pushed, in order, with what came of it.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.world().delivery.done.clone()
    }

    /// The client-server requests so far.
    pub fn requests(&self) -> Vec<Seen> {
        self.world().log.clone()
    }

    /// The room as a person would copy it: `@user: body`, state left out.
    pub fn transcript(&self, room: &str) -> String {
        let mut lines = String::new();
        for event in self.events(room) {
            let user = event.sender.trim_start_matches('@').split(':').next().unwrap_or_default();
            match event.kind.as_str() {
                "m.room.message" => lines.push_str(&format!("{user}: {}\n", event.body())),
                "m.reaction" => {
                    let key = event.content["m.relates_to"]["key"].as_str().unwrap_or_default();
                    lines.push_str(&format!("{user} reacted {key}\n"));
                }
                _ => {}
            }
        }
        lines
    }

    /// Waits until `find` gives something; looks again after every change.
    pub async fn wait_for<T>(
        &self,
        find: impl Fn(&World) -> Option<T>,
        deadline: Duration,
    ) -> Option<T> {
        let mut version = self.shared.version.subscribe();
        let end = Instant::now() + deadline;
        loop {
            version.borrow_and_update();
            let found = find(&self.world());
            if found.is_some() {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            let changed = tokio::time::timeout(left, version.changed()).await;
            if changed.is_err() {
                return find(&self.world());
            }
        }
    }

    pub async fn wait_until(&self, holds: impl Fn(&World) -> bool, deadline: Duration) -> bool {
        self.wait_for(|world| holds(world).then_some(()), deadline).await.is_some()
    }

    /// Waits until nothing waits for delivery and the appservice has been quiet for a moment. False
    /// after 30 s.
    pub async fn settle(&self) -> bool {
        self.settle_with(|| async { true }).await
    }

    /// `settle`, and the program itself says (by its own tables) that it owes nothing.
    pub async fn settle_with<F: Future<Output = bool>>(&self, idle: impl Fn() -> F) -> bool {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            let since = {
                let world = self.world();
                let busy = world.in_flight > 0 || !world.delivery.is_empty();
                if busy { Duration::ZERO } else { world.touched.elapsed() }
            };
            if since >= QUIET && idle().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

fn answers<'a>(
    world: &'a World,
    timeline: &'a [Event],
    to: &'a str,
) -> impl Iterator<Item = &'a Event> {
    timeline.iter().filter(move |event| {
        event.kind == "m.room.message"
            && world.is_ours(&event.sender)
            && event.relation().is_some_and(|(how, target)| {
                target == to && matches!(how, "m.thread" | "m.in_reply_to")
            })
    })
}
