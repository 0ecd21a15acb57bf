//! A program with its homeserver and its people: what a transcript plays in. The same house stands
//! on the fake homeserver with either database, or on a real Synapse.
use crate::fake::{self, Fake, Quirks};
use crate::people::Person;
use crate::program::{Program, Setup};
use crate::registration::Registration;
use crate::synapse::Synapse;
use crate::{Outcome, postgres, synapse};
use anyhow::Context;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    FakeSqlite,
    FakePostgres,
    /// With SQLite.
    Synapse,
}

pub enum Homeserver {
    // Boxed: a whole homeserver lives in it.
    Fake(Box<Fake>),
    Synapse(&'static Synapse),
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
        let (homeserver, registration) = Homeserver::of(ground).await?;
        let login = homeserver.account(&registration, owner).await?;
        let database_url = match ground {
            Ground::FakePostgres => Some(postgres::shared().await?.database().await?),
            Ground::FakeSqlite | Ground::Synapse => None,
        };
        let setup = Setup {
            homeserver_url: &homeserver.url(),
            server_name: &homeserver.server_name(),
            registration,
            database_url,
            owners: vec![login.id.clone()],
            more: more.to_owned(),
        };
        let program = Program::start(setup).await?;
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

    /// The fake homeserver, where the house stands on one.
    #[must_use]
    pub fn fake(&self) -> Option<&Fake> {
        match &self.homeserver {
            Homeserver::Fake(fake) => Some(fake),
            Homeserver::Synapse(_) => None,
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

    /// A partner who has been added, and has accepted the invitations to the Space and the chat.
    pub async fn partner(&mut self, name: &str) -> Outcome<&Person> {
        let id = self.stranger(name).await?.id.clone();
        let shown = capitalized(name);
        let command = format!("!partner add {id} --name \"{shown}\"");
        let added = self.owner().say(&self.control, &command).await?;
        let answer = self.owner().reply_to(&added).await?;
        anyhow::ensure!(answer.card()["kind"] != "refusal", "{command}: {}", answer.body());
        let (person, bot) = (&self.people[name], &self.program.bot);
        person.sees_invitation(&self.space).await?;
        person.join(&self.space).await?;
        let space = self.space.clone();
        let chat = person.invited_by(bot, |room| *room != space).await?;
        person.join(&chat).await?;
        self.rooms.insert(format!("dm {name}"), chat);
        self.person(name)
    }

    /// The id of a room by name (`general`, `industry-dental`, `control`, `space`), or with `dm` of
    /// the person's own chat with the bot. The person joins it.
    pub async fn room(&mut self, name: &str, person: &str) -> Outcome<String> {
        match name {
            "space" => return Ok(self.space.clone()),
            "control" => return Ok(self.control.clone()),
            "dm" => return self.chat(person).await,
            _ => {}
        }
        let alias = self.program.alias(name);
        // Joining again what one is in already is harmless.
        let room = self.person(person)?.join(&alias).await?;
        self.rooms.insert(name.to_owned(), room.clone());
        Ok(room)
    }

    /// A partner's chat with the bot, which `partner` has opened.
    pub fn chat_of(&self, name: &str) -> Outcome<&str> {
        let chat = self.rooms.get(&format!("dm {name}"));
        chat.map(String::as_str).with_context(|| format!("{name} has no chat with the bot"))
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

/// How somebody logs in.
pub struct Login {
    pub id: String,
    secret: String,
}

impl Homeserver {
    async fn of(ground: Ground) -> Outcome<(Self, Registration)> {
        if ground == Ground::Synapse {
            let synapse = synapse::shared().await?;
            return Ok((Self::Synapse(synapse), synapse.registration()?));
        }
        let registration = Registration::new(0)?;
        let server = "example.org";
        let file = fake::Registration::from_yaml(&registration.yaml(server))?;
        let fake = Fake::start(server, file, Quirks::default(), 1).await?;
        Ok((Self::Fake(Box::new(fake)), registration))
    }

    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Fake(fake) => fake.url(),
            Self::Synapse(synapse) => synapse.url.clone(),
        }
    }

    #[must_use]
    pub fn server_name(&self) -> String {
        match self {
            Self::Fake(fake) => fake.server_name(),
            Self::Synapse(synapse) => synapse.server_name.clone(),
        }
    }

    /// A new account. On the shared Synapse, names are kept apart by the program's own prefix.
    pub async fn account(&self, registration: &Registration, name: &str) -> Outcome<Login> {
        match self {
            Self::Fake(fake) => {
                let id = fake.person(name);
                Ok(Login { secret: fake.token(&id), id })
            }
            Self::Synapse(synapse) => {
                let name = format!("{name}-{}", registration.alias_prefix);
                let (id, secret) = synapse.account(&name).await?;
                Ok(Login { id, secret })
            }
        }
    }

    pub async fn log_in(&self, login: &Login) -> Outcome<Person> {
        match self {
            Self::Fake(fake) => Ok(Person::with_token(&fake.url(), &login.id, &login.secret)),
            Self::Synapse(synapse) => Person::login(&synapse.url, &login.id, &login.secret).await,
        }
    }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
