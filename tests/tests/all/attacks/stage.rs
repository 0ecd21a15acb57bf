//! Where all attacks are made: the program at a real Synapse, a second real Synapse with people of its own,
//! and a peer of the enemy. At each server there is a partner; at the real ones an outsider as well.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::peer::Peer;
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::synapse::Synapse;
use partnerspace_tests::wait::until;
use std::collections::BTreeMap;

/// What honest people of these tests say is within it, a flood is not.
pub const BURST: usize = 15;
pub const EVERY_MS: i64 = 400;
/// A client that Ana told the bot alone; what the bot asks the owner alone.
pub const SECRETS: [&str; 2] = ["Quiet Hospital", "reason-of-olga"];

pub struct Stage {
    pub house: House,
    pub there: Synapse,
    pub peer: Peer,
    pub facts: Facts,
    pub general: String,
    /// Partners at the peer: one stays, one is shut out on the way.
    pub mallory: String,
    pub mona: String,
    /// Their chats with the bot.
    chats: BTreeMap<String, String>,
    /// Short names, which many tests at one homeserver must not share.
    ana: String,
    oscar: String,
    /// The owner's open question in the control room, and Ana's claim in her chat.
    pub prompt: String,
    pub claim: String,
}

impl Stage {
    pub async fn open() -> Outcome<Self> {
        let settings =
            format!("[limits]\ncommands_burst = {BURST}\ncommands_every_ms = {EVERY_MS}\n");
        let (there, house) =
            tokio::join!(Synapse::start(0), House::open_with(Ground::Synapse, "olga", &settings));
        let (there, mut house) = (there?, house?);
        let peer = Peer::start(house.homeserver.synapse().context("a Synapse")?).await?;
        let prefix = house.program.registration.alias_prefix.clone();
        let (ana, oscar) = (format!("ana-{prefix}"), format!("oscar-{prefix}"));
        house.plain(&ana).await?;
        house.plain(&oscar).await?;
        house.plain_foreigner("sara", &there).await?;
        house.plain_foreigner("ossi", &there).await?;
        for name in [ana.as_str(), "sara"] {
            house.added(name).await?;
            house.room("general", name).await?;
        }
        let general = house.room("general", "olga").await?;
        let facts = Facts::of(&house.program).await?;
        let (mallory, mona) = (peer.user("mallory"), peer.user("mona"));
        let (chats, prompt, claim) = (BTreeMap::new(), String::new(), String::new());
        let mut stage = Self {
            house,
            there,
            peer,
            facts,
            general,
            mallory,
            mona,
            chats,
            ana,
            oscar,
            prompt,
            claim,
        };
        for user in [stage.mallory.clone(), stage.mona.clone()] {
            stage.hostile(&user).await?;
        }
        stage.before_all().await?;
        Ok(stage)
    }

    /// A partner of the peer, in all rooms that they are asked into.
    async fn hostile(&mut self, user: &str) -> Outcome<()> {
        let space = self.house.space.clone();
        self.order(&format!("!partner add {user}")).await?;
        self.peer.invited(user, |room| room == space).await?;
        self.joins(&space, user).await?;
        let chat = self.peer.invited(user, |room| room != space).await?;
        self.joins(&chat, user).await?;
        self.joins(&self.general, user).await?;
        self.chats.insert(user.to_owned(), chat);
        Ok(())
    }

    /// A homeserver may ask others in before it has stored that itself.
    pub async fn joins(&self, room: &str, user: &str) -> Outcome<()> {
        let why = std::cell::RefCell::new(String::new());
        let what = format!("{user} to join {room}");
        let joined = until(&what, || async {
            let joined = self.peer.join(room, user).await;
            joined.map_err(|error| why.replace(error.to_string())).ok()
        });
        joined.await.with_context(|| why.borrow().clone())
    }

    /// A secret claim, and a question that only the owner may answer.
    async fn before_all(&mut self) -> Outcome<()> {
        let line = format!("sale add 77 EUR \"{}\"", SECRETS[0]);
        let chat = self.house.chat_of(&self.ana)?;
        self.claim = self.ana().say(chat, &line).await?;
        let claimed = self.ana().reply_to(&self.claim).await?;
        ensure!(claimed.card()["kind"] == "sale", "{}", claimed.body());
        let sara = self.house.person("sara")?.id.clone();
        let asked = self.order(&format!("!partner remove {sara} {}", SECRETS[1])).await?;
        self.prompt = asked.id().to_owned();
        ensure!(asked.card()["kind"] == "confirm", "{}", asked.card());
        self.settled().await
    }

    pub fn olga(&self) -> &Person {
        self.house.owner()
    }

    pub fn ana(&self) -> &Person {
        self.person(&self.ana)
    }

    pub fn sara(&self) -> &Person {
        self.person("sara")
    }

    /// Nobody to the program, at its own server.
    pub fn oscar(&self) -> &Person {
        self.person(&self.oscar)
    }

    /// Nobody to the program, at the other server.
    pub fn ossi(&self) -> &Person {
        self.person("ossi")
    }

    #[expect(clippy::expect_used, reason = "the stage has opened with all of them")]
    fn person(&self, name: &str) -> &Person {
        self.house.person(name).expect("all are there since the stage has opened")
    }

    pub fn anas_chat(&self) -> Outcome<&str> {
        self.house.chat_of(&self.ana)
    }

    /// A chat of somebody at the peer with the bot.
    pub fn chat(&self, user: &str) -> Outcome<&str> {
        let chat = self.chats.get(user).map(String::as_str);
        chat.with_context(|| format!("{user} has no chat"))
    }

    /// The owner's command and its answer.
    pub async fn order(&self, line: &str) -> Outcome<Event> {
        let olga = self.olga();
        olga.reply_to(&olga.say(&self.house.control, line).await?).await
    }

    /// Something that Mallory says in general, and its answer.
    pub async fn mallory_asks(&self, line: &str) -> Outcome<Event> {
        self.peer.asks(&self.general, &self.mallory, line).await
    }

    /// The bot's answer in general to an event, as the owner sees it.
    pub async fn answered(&self, id: &str) -> Outcome<Event> {
        let bot = &self.house.program.bot;
        let answer = |event: &&Event| event.sender() == bot && event.replies_to(id);
        self.olga().sees("an answer", |events| events.iter().find(answer).cloned()).await
    }

    /// Waits until all that was sent before has been worked on: each server's words in their order, and
    /// each room's inputs. Ends with the honest partner's answer: who is served is not held up.
    pub async fn settled(&self) -> Outcome<()> {
        let mut words = vec![self.sara().say(&self.general, "a word from afar").await?];
        if self.peer_is_in()? {
            words.push(self.peer.say(&self.general, &self.mallory, "a word from the peer").await?);
        }
        for word in words {
            let heard =
                |events: &[Event]| events.iter().any(|event| event.id() == word).then_some(());
            self.olga().sees("what the others said", heard).await?;
        }
        let ana = self.ana();
        ana.reply_to(&ana.say(&self.general, "!help").await?).await?;
        let me = ana.reply_to(&ana.say(self.anas_chat()?, "!me").await?).await?;
        ensure!(me.card()["kind"] == "me", "an honest partner hears {}", me.body());
        Ok(())
    }

    /// Whether the peer still takes part in the general room.
    fn peer_is_in(&self) -> Outcome<bool> {
        let room = self.peer.room(&self.general)?;
        let key = ("m.room.member".to_owned(), self.mallory.clone());
        let member = room.state.get(&key).and_then(|id| self.peer.heard().known.get(id).cloned());
        Ok(member.is_none_or(|member| member["content"]["membership"] == "join"))
    }

    /// What anybody has seen of the bot, each event once.
    pub fn bot_said(&self) -> Vec<Event> {
        let mut seen = BTreeMap::new();
        let people = [self.olga(), self.ana(), self.sara(), self.oscar(), self.ossi()];
        let shown = people.into_iter().flat_map(Person::shown).chain(self.peer.shown());
        for event in shown.filter(|event| event.sender() == self.house.program.bot) {
            seen.entry(event.id().to_owned()).or_insert(event);
        }
        seen.into_values().collect()
    }

    /// The bot's answers to an event, as far as anybody has seen.
    pub fn answers(&self, id: &str) -> Vec<Event> {
        self.bot_said().into_iter().filter(|event| event.replies_to(id)).collect()
    }
}
