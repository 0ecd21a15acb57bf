//! A program with its homeserver and its people: what a transcript plays in. The same house stands
//! on the fake homeserver with either database, or on a real Synapse.
mod homeserver;

pub use homeserver::{Homeserver, Login};

use crate::fake::{Fake, clock};
use crate::people::Person;
use crate::program::{Program, Setup};
use crate::registration::Registration;
use crate::synapse::Synapse;
use crate::wait::until;
use crate::wallclock::WallClock;
use crate::{Outcome, postgres};
use anyhow::Context;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    FakeSqlite,
    FakePostgres,
    /// The shared one, with SQLite.
    Synapse,
    /// One that may be killed, with SQLite.
    OwnSynapse,
}

pub struct House {
    pub homeserver: Homeserver,
    pub program: Program,
    /// The Space and the control room.
    pub space: String,
    pub control: String,
    /// By the short name that a transcript uses; the first owner is `owner`.
    people: BTreeMap<String, Person>,
    owner: String,
    /// Direct chats with the bot by short name, other rooms by their name.
    rooms: BTreeMap<String, String>,
}

impl House {
    /// A ready program whose only owner has joined the Space and the control room.
    pub async fn open(ground: Ground, owner: &str) -> Outcome<Self> {
        Self::open_with(ground, owner, "").await
    }

    /// The same with more lines of configuration.
    pub async fn open_with(ground: Ground, owner: &str, more: &str) -> Outcome<Self> {
        let database_url = match ground {
            Ground::FakePostgres => Some(postgres::shared().await?.database().await?),
            Ground::FakeSqlite | Ground::Synapse | Ground::OwnSynapse => None,
        };
        Self::on(Homeserver::of(ground).await?, database_url, owner, more).await
    }

    /// On a Synapse that is apart; it and the program live by the clock.
    pub async fn apart(owner: &str, more: &str, clock: &WallClock) -> Outcome<Self> {
        let synapse = Synapse::apart(1, clock).await?;
        let registration = synapse.registration()?;
        Self::on((Homeserver::Own(Box::new(synapse)), registration), None, owner, more).await
    }

    async fn on(
        (homeserver, registration): (Homeserver, Registration),
        database_url: Option<String>,
        owner: &str,
        more: &str,
    ) -> Outcome<Self> {
        let login = homeserver.account(&registration, owner).await?;
        let setup = Setup {
            homeserver_url: &homeserver.url(),
            server_name: &homeserver.server_name(),
            registration,
            database_url,
            owners: vec![login.id.clone()],
            more: more.to_owned(),
        };
        let mut program = Program::prepare(setup)?;
        for (name, value) in homeserver.synapse().map_or(&[][..], Synapse::environment) {
            program.set_env(name, value);
        }
        program.launch()?;
        program.ready().await?;
        let boss = homeserver.log_in(&login).await?;
        let space = boss.resolve(&program.alias("space")).await?;
        let control = boss.resolve(&program.alias("control")).await?;
        for room in [&space, &control] {
            boss.sees_invitation(room).await?;
            boss.join(room).await?;
        }
        Ok(Self {
            homeserver,
            program,
            space,
            rooms: BTreeMap::from([("control".to_owned(), control.clone())]),
            control,
            people: BTreeMap::from([(owner.to_owned(), boss)]),
            owner: owner.to_owned(),
        })
    }

    #[must_use]
    pub fn owner(&self) -> &Person {
        &self.people[&self.owner]
    }

    /// The owner's short name.
    #[must_use]
    pub fn owner_name(&self) -> &str {
        &self.owner
    }

    /// The homeserver's time, epoch milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.fake().map_or_else(clock, |fake| fake.world().now())
    }

    /// The fake homeserver, where the house stands on one.
    #[must_use]
    pub fn fake(&self) -> Option<&Fake> {
        match &self.homeserver {
            Homeserver::Fake(fake) => Some(fake),
            Homeserver::Shared(_) | Homeserver::Own(_) => None,
        }
    }

    pub fn person(&self, name: &str) -> Outcome<&Person> {
        self.people.get(name).with_context(|| format!("nobody here is called {name}"))
    }

    /// The short names of all people.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.people.keys().map(String::as_str)
    }

    /// Somebody with an account at the homeserver, unknown to the program.
    pub async fn stranger(&mut self, name: &str) -> Outcome<&Person> {
        let login = self.homeserver.account(&self.program.registration, name).await?;
        let person = self.homeserver.log_in(&login).await?;
        Ok(self.people.entry(name.to_owned()).or_insert(person))
    }

    /// Somebody at a real homeserver whose client is plain HTTP: it takes little time of its own.
    pub async fn plain(&mut self, name: &str) -> Outcome<&Person> {
        let synapse = self.homeserver.synapse().context("no real homeserver")?;
        let (id, password) = synapse.account(name).await?;
        let token = synapse.token(&id, &password).await?;
        let person = Person::with_token(&synapse.url, &id, &token);
        Ok(self.people.entry(name.to_owned()).or_insert(person))
    }

    /// Somebody with an account at another homeserver, unknown to the program.
    pub async fn foreigner(&mut self, name: &str, there: &Synapse) -> Outcome<&Person> {
        let (id, password) = there.account(name).await?;
        let person = Person::login(&there.url, &id, &password).await?;
        Ok(self.people.entry(name.to_owned()).or_insert(person))
    }

    /// Somebody of another server, as the fake homeserver tells of them.
    pub fn outsider(&mut self, name: &str, server: &str) -> Outcome<&Person> {
        let fake = self.fake().context("no fake homeserver")?;
        let id = fake.remote(&format!("@{name}:{server}"));
        let person = Person::with_token(&fake.url(), &id, &fake.token(&id));
        Ok(self.people.entry(name.to_owned()).or_insert(person))
    }

    /// As `foreigner`, with a client of plain HTTP.
    pub async fn plain_foreigner(&mut self, name: &str, there: &Synapse) -> Outcome<&Person> {
        let (id, password) = there.account(name).await?;
        let token = there.token(&id, &password).await?;
        let person = Person::with_token(&there.url, &id, &token);
        Ok(self.people.entry(name.to_owned()).or_insert(person))
    }

    /// The same, and the access token for what else reads there.
    pub async fn foreigner_with_token(&mut self, name: &str, there: &Synapse) -> Outcome<String> {
        let (id, password) = there.account(name).await?;
        let token = there.token(&id, &password).await?;
        let person = Person::with_token(&there.url, &id, &token);
        self.people.insert(name.to_owned(), person);
        Ok(token)
    }

    /// A partner who has been added, and has accepted the invitations to the Space and the chat.
    pub async fn partner(&mut self, name: &str) -> Outcome<&Person> {
        self.stranger(name).await?;
        self.added(name).await
    }

    /// The same for somebody who is there already.
    pub async fn added(&mut self, name: &str) -> Outcome<&Person> {
        let id = self.person(name)?.id.clone();
        let shown = capitalized(name);
        let command = format!("!partner add {id} --name \"{shown}\"");
        let added = self.owner().say(&self.control, &command).await?;
        let answer = self.owner().reply_to(&added).await?;
        anyhow::ensure!(answer.card()["kind"] != "refusal", "{command}: {}", answer.body());
        let (person, bot) = (&self.people[name], &self.program.bot);
        person.sees_invitation(&self.space).await?;
        accept(person, &self.space).await?;
        let space = self.space.clone();
        let chat = person.invited_by(bot, |room| *room != space).await?;
        accept(person, &chat).await?;
        self.rooms.insert(format!("dm {name}"), chat);
        self.person(name)
    }

    /// The id of a room by name (`general`, `industry-dental`, `control`, `space`), with `dm` of the
    /// person's own chat with the bot, with `invited` of one that the bot opens with somebody who is no
    /// partner, with `private` of a room that the bot asks into. The person joins it.
    pub async fn room(&mut self, name: &str, person: &str) -> Outcome<String> {
        match name {
            "space" => return Ok(self.space.clone()),
            "control" => return self.control_room(person).await,
            _ if name.starts_with("old ") => {
                let known = self.rooms.get(name).cloned();
                return known.with_context(|| format!("{name} is not known"));
            }
            "dm" => return self.chat(person).await,
            "invited" => return self.invited_chat(person).await,
            "private" => return self.private(person).await,
            _ => {}
        }
        let alias = self.program.alias(name);
        // Joining again what one is in already is harmless; a channel may be in the making.
        let person = self.person(person)?;
        let what = format!("{} to join {alias}", person.id);
        let room = until(&what, || async {
            if let Ok(room) = person.join(&alias).await {
                return Some(room);
            }
            // Whoever has just been let in comes by way of the Space.
            drop(person.join(&self.space).await);
            None
        })
        .await?;
        self.rooms.insert(name.to_owned(), room.clone());
        Ok(room)
    }

    /// Waits until another room has taken the place of this one, which is `old …` from then on. The
    /// owner follows into it; others do when they are named there.
    pub async fn moved(&mut self, name: &str) -> Outcome<()> {
        let alias = self.program.alias(name);
        let before = match name {
            "space" => self.space.clone(),
            "control" => self.control.clone(),
            _ => self.rooms.get(name).context("nobody has been there")?.clone(),
        };
        let owner = &self.people[&self.owner];
        let what = format!("{alias} to lead to another room");
        let now = until(&what, || async {
            owner.resolve(&alias).await.ok().filter(|room| *room != before)
        });
        let now = now.await?;
        accept(owner, &now).await?;
        self.rooms.insert(format!("old {name}"), before);
        self.rooms.insert(name.to_owned(), now.clone());
        match name {
            "space" => self.space = now,
            "control" => self.control = now,
            _ => {}
        }
        Ok(())
    }

    /// The control room, where whoever was let in joins.
    async fn control_room(&self, name: &str) -> Outcome<String> {
        if name != self.owner {
            accept(self.person(name)?, &self.control).await?;
        }
        Ok(self.control.clone())
    }

    /// The room that the bot asked a person into after the Space and their chat; the first who comes
    /// finds it, who comes later joins the same.
    async fn private(&mut self, name: &str) -> Outcome<String> {
        let (known, bot) = (self.rooms.get("private").cloned(), &self.program.bot);
        let person = self.person(name)?;
        let others: Vec<&String> = self.rooms.values().collect();
        let wanted = |room: &String| match &known {
            Some(known) => room == known,
            None => *room != self.space && !others.contains(&room),
        };
        let room = person.invited_by(bot, wanted).await?;
        accept(person, &room).await?;
        self.rooms.insert("private".to_owned(), room.clone());
        Ok(room)
    }

    /// A partner's chat with the bot, which `partner` has opened.
    pub fn chat_of(&self, name: &str) -> Outcome<&str> {
        let chat = self.rooms.get(&format!("dm {name}"));
        chat.map(String::as_str).with_context(|| format!("{name} has no chat with the bot"))
    }

    /// The chat that the bot opens with somebody who is no partner; their `dm` from then on.
    async fn invited_chat(&mut self, name: &str) -> Outcome<String> {
        let (person, bot) = (self.person(name)?, &self.program.bot);
        let chat = person.invited_by(bot, |room| *room != self.space).await?;
        accept(person, &chat).await?;
        self.rooms.insert(format!("dm {name}"), chat.clone());
        Ok(chat)
    }

    async fn chat(&mut self, name: &str) -> Outcome<String> {
        let key = format!("dm {name}");
        if let Some(known) = self.rooms.get(&key) {
            return Ok(known.clone());
        }
        let (person, bot) = (self.person(name)?, &self.program.bot);
        let chat = person.create_room(&[bot], true).await?;
        person.sees_join(&chat, bot).await?;
        self.rooms.insert(key, chat.clone());
        Ok(chat)
    }
}

/// Joins where one is invited. A homeserver shows an invitation to another one before it has stored
/// it itself: a client that is as quick as ours is then told that there is none.
async fn accept(person: &Person, room: &str) -> Outcome<()> {
    let joined = until("the invitation to hold", || async { person.join(room).await.ok() });
    joined.await.map(drop)
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
