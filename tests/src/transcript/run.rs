//! Plays the lines of a transcript.
use super::matching::{contains, includes};
use super::parse::Line;
use crate::Outcome;
use crate::house::House;
use crate::people::{Event, Person};
use crate::wait::until;
use anyhow::{Context, ensure};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

pub struct Run {
    house: House,
    place: String,
    /// Who reads here: the person who spoke last, at first the owner.
    reader: String,
    /// The last line said: room and event.
    said: Option<(String, String)>,
    said_by: HashMap<String, (String, String)>,
    /// Event to the root of the thread that it was said in.
    threads: HashMap<String, String>,
    /// The last line of each outside of threads.
    roots: HashMap<String, (String, String)>,
    /// The message of the bot that the last line found.
    found: Option<Event>,
    /// Messages that a line has taken.
    taken: HashSet<String>,
}

impl Run {
    pub fn new(house: House, owner: &str) -> Self {
        Self {
            house,
            place: "control".to_owned(),
            reader: owner.to_owned(),
            said: None,
            said_by: HashMap::new(),
            threads: HashMap::new(),
            roots: HashMap::new(),
            found: None,
            taken: HashSet::new(),
        }
    }

    pub const fn house(&self) -> &House {
        &self.house
    }

    pub fn log_tail(&self) -> String {
        self.house.program.log_tail()
    }

    pub async fn play(&mut self, line: Line) -> Outcome<()> {
        match line {
            Line::Place(place) => self.go(place).await,
            Line::Says { who, text } => self.says(&who, &text).await,
            Line::RepliesTo { who, text } => self.replies(&who, &text).await,
            Line::Answers { who, whom, text } => self.answers(&who, &whom, &text).await,
            Line::InThread { who, text } => self.says_in_thread(&who, &text).await,
            Line::ReactsAt { who, key, whom } => self.reacts_at(&who, &key, &whom).await,
            Line::AddsTo { who, whom, text } => self.adds_to(&who, &whom, &text).await,
            Line::Edits { who, text } => self.edits(&who, &text).await,
            Line::Redacts { who } => self.redacts(&who).await,
            Line::Reacts { who, key, words } => self.reacts(&who, &key, &words).await,
            Line::BotReplies(parts) => self.bot_replies(&self.named(&parts)).await,
            Line::BotPosts(parts) => self.bot_posts(&self.named(&parts)).await,
            Line::BotShows(parts) => self.bot_shows(&self.named(&parts)).await,
            Line::BotHides(parts) => self.bot_hides(&self.named(&parts)).await,
            Line::Card(expected) => self.card(&expected),
            Line::File(parts) => self.file(&parts).await,
            Line::Image { name, size } => self.image(&name, size.as_deref()).await,
            Line::Silence => self.silence().await,
            Line::State { kind, key, content } => self.state(&kind, &key, &content).await,
            Line::Past(rows) => {
                crate::past::sales(&self.house.program, &self.with_ids(&rows)).await
            }
            Line::Restart => self.house.program.restart().await,
            Line::Moved(room) => self.house.moved(&room).await,
        }
    }

    /// In the control room the owner reads, elsewhere whoever speaks.
    async fn go(&mut self, place: String) -> Outcome<()> {
        self.place = place;
        if self.place == "control" {
            self.reader = self.house.owner_name().to_owned();
        }
        Ok(())
    }

    async fn says(&mut self, who: &str, text: &str) -> Outcome<()> {
        let text = self.with_ids(text);
        let room = self.house.room(&self.place, who).await?;
        let event = self.house.person(who)?.say(&room, &text).await?;
        self.roots.insert(who.to_owned(), (room.clone(), event.clone()));
        self.has_said(who, room, event);
        Ok(())
    }

    async fn adds_to(&mut self, who: &str, whom: &str, text: &str) -> Outcome<()> {
        let text = self.with_ids(text);
        let (room, root) = self.roots.get(whom).context("they said nothing")?.clone();
        // Who has not been in the room yet joins it.
        self.house.room(&self.place, who).await?;
        let event = self.house.person(who)?.say_in_thread(&room, &root, &text).await?;
        self.threads.insert(event.clone(), root);
        self.has_said(who, room, event);
        Ok(())
    }

    async fn replies(&mut self, who: &str, text: &str) -> Outcome<()> {
        let found = self.found.clone().context("no message was found before")?;
        let event = self.house.person(who)?.reply(&found.room, found.id(), text).await?;
        who.clone_into(&mut self.reader);
        self.said = Some((found.room, event));
        Ok(())
    }

    async fn says_in_thread(&mut self, who: &str, text: &str) -> Outcome<()> {
        let (text, found) = (self.with_ids(text), self.found.clone());
        let found = found.context("no message was found before")?;
        let root = found.thread().unwrap_or_else(|| found.id()).to_owned();
        // Who has not been in the room yet joins it.
        self.house.room(&self.place, who).await?;
        let event = self.house.person(who)?.say_in_thread(&found.room, &root, &text).await?;
        self.threads.insert(event.clone(), root);
        self.has_said(who, found.room, event);
        Ok(())
    }

    async fn answers(&mut self, who: &str, whom: &str, text: &str) -> Outcome<()> {
        let text = self.with_ids(text);
        let (room, to) = self.said_by.get(whom).context("nothing was said before")?.clone();
        let root = self.threads.get(&to).cloned();
        self.house.room(&self.place, who).await?;
        let person = self.house.person(who)?;
        let event = match &root {
            Some(root) => person.reply_in_thread(&room, root, &to, &text).await?,
            None => person.reply(&room, &to, &text).await?,
        };
        self.threads.extend(root.map(|root| (event.clone(), root)));
        self.has_said(who, room, event);
        Ok(())
    }

    async fn reacts_at(&mut self, who: &str, key: &str, whom: &str) -> Outcome<()> {
        let (room, to) = self.said_by.get(whom).context("nothing was said before")?.clone();
        who.clone_into(&mut self.reader);
        self.house.room(&self.place, who).await?;
        self.house.person(who)?.react(&room, &to, key).await.map(drop)
    }

    fn has_said(&mut self, who: &str, room: String, event: String) {
        who.clone_into(&mut self.reader);
        self.said_by.insert(who.to_owned(), (room.clone(), event.clone()));
        self.said = Some((room, event));
    }

    async fn edits(&mut self, who: &str, text: &str) -> Outcome<()> {
        let text = self.with_ids(text);
        let (room, event) = self.said_by.get(who).context("nothing was said before")?.clone();
        self.house.person(who)?.edit(&room, &event, &text).await?;
        self.said = Some((room, event));
        Ok(())
    }

    async fn redacts(&mut self, who: &str) -> Outcome<()> {
        let (room, event) = self.said_by.get(who).context("nothing was said before")?.clone();
        self.house.person(who)?.redact(&room, &event).await
    }

    async fn reacts(&mut self, who: &str, key: &str, words: &str) -> Outcome<()> {
        let room = self.house.room(&self.place, who).await?;
        who.clone_into(&mut self.reader);
        let target = self.finds(format!("a message with “{words}”"), &room, |events| {
            let mut here = events.iter().rev().filter(|e| e.room == room && self.is_message(e));
            here.find(|e| e.body().contains(words)).cloned()
        });
        let target = target.await?;
        self.house.person(who)?.react(&room, target.id(), key).await?;
        self.found = Some(target);
        Ok(())
    }

    async fn bot_replies(&mut self, parts: &[String]) -> Outcome<()> {
        let (room, said) = self.said.clone().context("nothing was said before")?;
        let reply = self.finds(format!("a reply to {said}"), &room, |events| {
            events.iter().find(|e| self.is_new(e) && e.replies_to(&said)).cloned()
        });
        let reply = reply.await?;
        let text = reply.body();
        ensure!(contains(text, parts), "expected {parts:?}, the bot replied:\n{text}");
        self.take(reply);
        Ok(())
    }

    async fn bot_posts(&mut self, parts: &[String]) -> Outcome<()> {
        let room = self.house.room(&self.place, &self.reader).await?;
        let post = self.finds(format!("a new message with {parts:?}"), &room, |events| {
            let mut new = events.iter().filter(|e| e.room == room && self.is_new(e));
            new.find(|e| contains(e.body(), parts)).cloned()
        });
        let post = post.await?;
        self.take(post);
        Ok(())
    }

    async fn bot_shows(&mut self, parts: &[String]) -> Outcome<()> {
        let room = self.house.room(&self.place, &self.reader).await?;
        let shown = self.finds(format!("a message that reads {parts:?}"), &room, |events| {
            let mut here = events.iter().rev().filter(|e| e.room == room && self.is_message(e));
            here.find(|e| contains(&now(events, e), parts)).cloned()
        });
        self.found = Some(shown.await?);
        Ok(())
    }

    async fn bot_hides(&mut self, parts: &[String]) -> Outcome<()> {
        let room = self.house.room(&self.place, &self.reader).await?;
        let reader = self.house.person(&self.reader)?;
        let what = format!("no message with {parts:?}");
        let gone = reader.sees(&what, |events| {
            let mut here = events.iter().filter(|e| e.room == room && self.is_message(e));
            here.all(|e| !contains(&now(events, e), parts)).then_some(())
        });
        gone.await.with_context(|| here(reader, &room))
    }

    /// Waits until the reader sees a message; the failure shows the room instead.
    async fn finds(
        &self,
        what: String,
        room: &str,
        ask: impl Fn(&[Event]) -> Option<Event>,
    ) -> Outcome<Event> {
        let reader = self.house.person(&self.reader)?;
        reader.sees(&what, ask).await.with_context(|| here(reader, room))
    }

    fn card(&self, expected: &Value) -> Outcome<()> {
        let found = self.found.as_ref().context("no message was found before")?;
        let expected = serde_json::from_str(&self.with_ids(&expected.to_string()))?;
        ensure!(includes(found.card(), &expected), "the card is {}", found.card());
        Ok(())
    }

    async fn file(&self, parts: &[String]) -> Outcome<()> {
        let found = self.found.as_ref().context("no message was found before")?;
        let (name, parts) = parts.split_first().context("a file has a name")?;
        let named = found.file_name().is_some_and(|file| is_called(file, name));
        ensure!(named, "the message is {}", found.content());
        let bytes = self.house.person(&self.reader)?.file(found).await?;
        let text = String::from_utf8_lossy(&bytes);
        ensure!(contains(&text, parts), "expected {parts:?}, {name} says:\n{text}");
        Ok(())
    }

    /// A picture whose words stand in its caption; its size is the one that the event says.
    async fn image(&self, name: &str, size: Option<&str>) -> Outcome<()> {
        let found = self.found.as_ref().context("no message was found before")?;
        let content = found.content();
        let named = found.image_name().is_some_and(|file| is_called(file, name));
        ensure!(named && found.body().lines().count() > 1, "the message is {content}");
        ensure!(content["m.mentions"] == serde_json::json!({}), "it mentions: {content}");
        let bytes = self.house.person(&self.reader)?.file(found).await?;
        ensure!(bytes.len() > 24 && bytes.starts_with(b"\x89PNG"), "{name} is no PNG");
        let side = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|n| bytes[at + n]));
        let (width, height) = (side(16), side(20));
        let info = &content["info"];
        ensure!(info["w"] == width && info["h"] == height, "{width}x{height} is not as in {info}");
        ensure!(info["size"] == bytes.len() && info["mimetype"] == "image/png", "{info}");
        let shown = format!("{width}x{height}");
        ensure!(size.is_none_or(|size| size == shown), "{name} is {shown}");
        Ok(())
    }

    /// Commands of a room are answered in order: when a later one has its reply, nothing more comes.
    async fn silence(&mut self) -> Outcome<()> {
        let (room, event) = self.said.clone().context("nothing was said before")?;
        let reader = self.house.person(&self.reader)?;
        let later = reader.say(&room, "!help").await?;
        let answer = reader.reply_to(&later).await?;
        let shown = reader.shown();
        let reply = shown.iter().find(|e| self.is_new(e) && e.replies_to(&event));
        if let Some(reply) = reply {
            anyhow::bail!("expected silence, the bot replied:\n{}", reply.body());
        }
        self.taken.insert(answer.id().to_owned());
        Ok(())
    }

    async fn state(&self, kind: &str, key: &str, expected: &Value) -> Outcome<()> {
        let (owner, space) = (self.house.owner(), &self.house.space);
        let last = Mutex::new(Value::Null);
        let what = format!("state {kind} {key}");
        let found = until(&what, || async {
            let state = owner.state(space, kind, key).await.ok()??;
            let fits = includes(&state, expected);
            if let Ok(mut last) = last.lock() {
                *last = state;
            }
            fits.then_some(())
        });
        found.await.with_context(|| format!("it is {last:?}"))
    }

    /// Whether the bot says something here, rather than edits what it has said.
    fn is_message(&self, event: &Event) -> bool {
        event.sender() == self.house.program.bot
            && event.kind() == "m.room.message"
            && event.edits().is_none()
    }

    fn is_new(&self, event: &Event) -> bool {
        self.is_message(event) && !self.taken.contains(event.id())
    }

    fn take(&mut self, event: Event) {
        self.taken.insert(event.id().to_owned());
        self.found = Some(event);
    }

    fn named(&self, parts: &[String]) -> Vec<String> {
        parts.iter().map(|part| self.with_ids(part)).collect()
    }

    /// `{ana}` becomes Ana's user id, `{bot}` the bot's.
    fn with_ids(&self, text: &str) -> String {
        let text = text.replace("{bot}", &self.house.program.bot);
        self.house.names().fold(text, |text, name| {
            let id = self.house.person(name).map_or(name, |person| person.id.as_str());
            text.replace(&format!("{{{name}}}"), id)
        })
    }
}

fn now(events: &[Event], event: &Event) -> String {
    crate::people::text_now(events, event.id()).unwrap_or_default()
}

/// `statement-*.csv`: the middle is the month in which the test runs.
fn is_called(file: &str, name: &str) -> bool {
    let (first, last) = name.split_once('*').unwrap_or((name, ""));
    file.starts_with(first) && file.ends_with(last)
}

/// The last messages of a room, for the person who reads the failure.
fn here(person: &Person, room: &str) -> String {
    let shown = person.shown();
    let messages: Vec<_> =
        shown.iter().filter(|e| e.room == room && !e.body().is_empty()).collect();
    let last = messages.iter().rev().take(8).rev();
    let lines: Vec<_> = last.map(|e| format!("{}: {}", e.sender(), e.body())).collect();
    format!("{} sees in {room}:\n{}", person.id, lines.join("\n"))
}
