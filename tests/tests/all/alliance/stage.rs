//! Three real homeservers, a program on the first, and what its people do again and again.
use super::BOARD;
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::people::{Event, Person};
use partnerspace_tests::synapse::Synapse;
use partnerspace_tests::wait::until;
use serde_json::Value;

pub struct Stage {
    pub house: House,
    pub north: Synapse,
    pub south: Synapse,
    pub general: String,
    /// The one whose place another has taken.
    pub old_control: Option<String>,
}

impl Stage {
    pub async fn open() -> Outcome<Self> {
        let (north, south) = tokio::try_join!(Synapse::start(0), Synapse::start(0))?;
        let settings = "[review]\ntwo_person_over = \"5000\"\n[limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n";
        let mut house = House::open_with(Ground::Synapse, "olga", settings).await?;
        let general = house.room("general", "olga").await?;
        for (name, there) in [("nina", &north), ("noah", &north), ("sara", &south)] {
            house.plain_foreigner(name, there).await?;
        }
        Ok(Self { house, north, south, general, old_control: None })
    }

    fn server_of(&self, slug: &str) -> &Synapse {
        if slug == "north" { &self.north } else { &self.south }
    }

    /// A command of the owner in the control room, and its answer.
    pub async fn control(&self, line: &str) -> Outcome<Event> {
        let olga = self.house.owner();
        let answer = olga.reply_to(&olga.say(&self.house.control, line).await?).await?;
        ensure!(answer.card()["kind"] != "refusal", "{line}: {}", answer.body());
        Ok(answer)
    }

    /// A new organization whose lead is asked in from their own server, says yes, and is in all rooms.
    pub async fn organization(&mut self, slug: &str, lead: &str) -> Outcome<()> {
        let server = &self.server_of(slug).server_name;
        let contact = &self.house.person(lead)?.id;
        let line = format!(
            "!organization add {slug} \"{slug} partners\" --server {server} --contact {contact}"
        );
        self.control(&line).await?;
        self.says_yes(lead).await
    }

    /// A lead asks somebody of their own server in, without the program's team.
    pub async fn colleague(&mut self, lead: &str, name: &str) -> Outcome<()> {
        let (chat, user) =
            (self.house.chat_of(lead)?.to_owned(), self.house.person(name)?.id.clone());
        let person = self.house.person(lead)?;
        let answer =
            person.reply_to(&person.say(&chat, &format!("team invite {user}")).await?).await?;
        ensure!(answer.card()["event"] == "invited", "the answer is {}", answer.body());
        self.says_yes(name).await
    }

    async fn says_yes(&mut self, name: &str) -> Outcome<()> {
        let chat = self.house.room("invited", name).await?;
        let person = self.house.person(name)?;
        let asked = person
            .sees("the invitation", |events| {
                let is_it =
                    |event: &&Event| event.room == chat && event.card()["event"] == "invited";
                events.iter().find(is_it).cloned()
            })
            .await?;
        person.react(&chat, asked.id(), "✅").await?;
        self.enter(name).await
    }

    /// Accepts the Space, and goes into general from there.
    pub async fn enter(&self, name: &str) -> Outcome<()> {
        let person = self.house.person(name)?;
        let space = &self.house.space;
        person.sees_invitation(space).await?;
        until("the Space to be joined", || async { person.join(space).await.ok() }).await?;
        let alias = self.house.program.alias("general");
        until("general to be joined", || async { person.join(&alias).await.ok() }).await?;
        Ok(())
    }

    /// What a person says in their own chat with the bot, and the answer.
    pub async fn asks(&self, name: &str, line: &str) -> Outcome<Event> {
        let person = self.house.person(name)?;
        person.reply_to(&person.say(self.house.chat_of(name)?, line).await?).await
    }

    /// The number of a claim made in one's own chat with the bot.
    pub async fn claims(&self, name: &str, line: &str) -> Outcome<String> {
        let reply = self.asks(name, line).await?;
        let number = reply.card()["sale"]["number"].as_str();
        Ok(number.with_context(|| format!("{line}: {}", reply.body()))?.to_owned())
    }

    pub async fn approved(&self, number: &str) -> Outcome<()> {
        self.control(&format!("!sale approve {number}")).await.map(drop)
    }

    /// All who have a part in it have said yes.
    pub async fn ready(&self, number: &str) -> Outcome<()> {
        let all = "All co-sellers have said yes";
        let olga = self.house.owner();
        olga.sees(&format!("{all} on {number}"), |events| {
            events.iter().any(|event| event.body().contains(all)).then_some(())
        })
        .await
    }

    /// How many sales the program has.
    pub async fn sales(&self) -> Outcome<i64> {
        Facts::of(&self.house.program).await?.number("select count(*) from sale", &[]).await
    }

    /// A person's score on the month's board, as a reader's own server has it.
    pub async fn stands(&self, reader: &str, name: &str, score: i64) -> Outcome<()> {
        let (reader, person) = (self.house.person(reader)?, self.house.person(name)?);
        until(&format!("{} to read {score} of {}", reader.id, person.id), || async {
            let row = row_of(&self.house, reader, person).await?;
            (row["score"] == score).then_some(())
        })
        .await
    }

    pub async fn gone_from_boards(&self, reader: &str, name: &str) -> Outcome<()> {
        let (reader, person) = (self.house.person(reader)?, self.house.person(name)?);
        until("the board to go without them", || async {
            row_of(&self.house, reader, person).await.is_none().then_some(())
        })
        .await
    }

    /// Whether general's list of servers names one, as a reader's own server has it.
    pub async fn lets_in(&self, reader: &str, there: &Synapse, wanted: bool) -> Outcome<()> {
        let reader = self.house.person(reader)?;
        let what = format!("the list to let {} in: {wanted}", there.server_name);
        until(&what, || async {
            let acl = reader.state(&self.general, "m.room.server_acl", "").await.ok()??;
            let allowed = acl["allow"].as_array()?;
            (allowed.iter().any(|name| *name == there.server_name.as_str()) == wanted).then_some(())
        })
        .await
    }

    /// The person's own server says that they are out of a room.
    pub async fn is_out(&self, person: &Person, room: &str) -> Outcome<()> {
        until("their own server to say that they are out", || async {
            match person.state(room, "m.room.member", &person.id).await {
                Ok(Some(member)) => (member["membership"] == "leave").then_some(()),
                Ok(None) | Err(_) => Some(()),
            }
        })
        .await
    }
}

async fn row_of(house: &House, reader: &Person, person: &Person) -> Option<Value> {
    let board = reader.state(&house.space, BOARD, "revenue.month").await.ok()??;
    let rows = board["standings"].as_array()?;
    rows.iter().find(|row| row["user_id"] == person.id.as_str()).cloned()
}
