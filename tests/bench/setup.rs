//! Brings the program to where the load begins: rooms as it makes them, partners added by an owner's
//! commands, each in the direct chat that the bot opened.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use partnerspace_tests::fake::World;

use crate::feed::Speaker;
use crate::stub::{Queued, SERVER, Shared};
use crate::target::OWNER;

pub const BOT: &str = "@partners_bot:bench.example";
const PATIENCE: Duration = Duration::from_secs(120);

/// Speakers without any program: for the bare echo.
pub fn invented(stub: &Shared, count: usize) {
    let mut stub = stub.borrow_mut();
    stub.stats.speakers =
        (0..count).map(|n| Speaker { user: user(n), room: format!("!direct{n:037}") }).collect();
    stub.stats.chat = format!("!chat{:039}", 0);
}

pub fn user(n: usize) -> String {
    format!("@p{n}:{SERVER}")
}

/// Accounts must be there before they are invited.
pub fn accounts(stub: &Shared, count: usize) {
    let mut stub = stub.borrow_mut();
    stub.world.add_user(OWNER, "");
    for n in 0..count {
        let user = user(n);
        stub.world.add_user(&user, "");
    }
}

pub async fn partners(stub: &Shared, count: usize) -> Result<()> {
    let control = wait(stub, "a control room with the owner in it", control_room).await?;
    for n in 0..count {
        say(stub, &control, OWNER, &format!("!partner add {} --name P{n}", user(n)), n);
    }
    let mut speakers = Vec::new();
    for n in 0..count {
        let user = user(n);
        let found = |world: &World| direct(world, &user);
        let room = wait(stub, &format!("a direct chat of {user}"), found).await?;
        speakers.push(Speaker { user, room });
    }
    let general = |world: &World| {
        let mut aliases = world.aliases.iter();
        aliases.find(|(alias, _)| alias.contains("-general:")).map(|(_, (room, _))| room.clone())
    };
    let chat = wait(stub, "the general room", general).await?;
    {
        let mut stub = stub.borrow_mut();
        for n in 0..count {
            if let Err(refused) = stub.world.join(&chat, &user(n)) {
                bail!("{} cannot join the general room: {refused:?}", user(n));
            }
        }
        stub.stats.speakers = speakers;
        stub.stats.chat = chat;
    }
    quiet(stub).await;
    Ok(())
}

/// Waits until nothing is queued and the program has sent nothing for two seconds.
pub async fn quiet(stub: &Shared) {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let stub = stub.borrow();
        if stub.queue.is_empty() && stub.stats.last.elapsed() > Duration::from_secs(2) {
            return;
        }
    }
}

pub fn control_room(world: &World) -> Option<String> {
    let control = |room: &&partnerspace_tests::fake::Room| {
        room.content("agency.siso.partners.room", "")["role"] == "control" && room.joined(OWNER)
    };
    world.rooms.values().find(control).map(|room| room.id.clone())
}

fn direct(world: &World, user: &str) -> Option<String> {
    let both = |room: &&partnerspace_tests::fake::Room| {
        room.joined(user)
            && room.joined(BOT)
            && room.timeline.iter().any(|event| event.content["is_direct"] == true)
    };
    world.rooms.values().find(both).map(|room| room.id.clone())
}

async fn wait<T>(stub: &Shared, what: &str, find: impl Fn(&World) -> Option<T>) -> Result<T> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(found) = find(&stub.borrow().world) {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("waited in vain for {what}")
}

fn say(stub: &Shared, room: &str, user: &str, body: &str, n: usize) {
    let mut stub = stub.borrow_mut();
    let now = stub.world.now();
    let event = serde_json::json!({
        "type": "m.room.message", "room_id": room, "sender": user, "origin_server_ts": now,
        "event_id": format!("$SETUP{n:012}CCCCCCCCCCCCCCCCCCCCCCCCCC"), "unsigned": {"age": 1},
        "content": {"msgtype": "m.text", "body": body, "m.mentions": {}},
    });
    stub.queue.push_back(Queued { json: event.to_string(), command: None });
    stub.changed.notify_one();
}
