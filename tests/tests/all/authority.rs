//! Who may say what where: every command of the reference by everybody, in every place where they can
//! speak. What is expected stands here, written from what the guides promise, not taken from the code.
use anyhow::{Context, ensure};
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::{Outcome, place};
use std::collections::BTreeSet;

/// No person types this fast: the limit is raised, as the test says.
const FAST: &str = "[limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n";

/// Somebody, their short name here, and what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Role {
    Nobody,
    Applicant,
    Suspended,
    Partner,
    Lead,
    Reviewer,
    Manager,
    Owner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Chat,
    General,
    /// The room of the lead's organization.
    Firm,
    Control,
}

use Role::{Applicant, Lead, Manager, Nobody, Owner, Partner, Reviewer, Suspended};
use Spot::{Chat, Control, Firm, General};

/// Where each of them can speak at all.
const PEOPLE: [(Role, &str, &[Spot]); 8] = [
    (Nobody, "noa", &[Chat]),
    (Applicant, "abe", &[Chat]),
    (Suspended, "sue", &[Chat]),
    (Partner, "pia", &[Chat, General, Firm]),
    (Lead, "lea", &[Chat, General, Firm]),
    (Reviewer, "rex", &[Chat, Control]),
    (Manager, "mia", &[Chat, Firm, Control]),
    (Owner, "olga", &[Chat, General, Firm, Control]),
];

/// What the control room takes from managers only; `x` stands for all commands that begin so.
const MANAGERS: &str = "partner, organization, payout, announce, inbox, room, server, \
    industry add, industry target, industry close, terms publish, terms require, badge grant, badge revoke, badge add, badge enable, badge disable, \
    tier set, tier end, goal set, goal end, season close, reward add, reward end, reward fulfil, reward revoke, \
    sale add, sale void, sale refund, sale correct, sale dispute, deal rule, rate set, rule add, rule end, \
    playbook takedown, playbook restore, playbook erase, story erase";
const OWNERS: &str = "role grant, role revoke";
/// What only the lead of an organization may say there; `team` as a whole is not for others' ears.
const LEADS: &str = "team statement, team invite, team remove, team lead";
/// What the program's team may read wherever it is.
const TEAM_READS: &str = "board, goal list, goal show";
/// What is said alone with the bot, whoever says it.
const CHAT_ONLY: &str = "statement, team statement, terms show, rule explain, mentor goal, mentor log, \
    mentor end, mentor feedback, mentor list";

fn is_of(list: &str, command: &str) -> bool {
    list.split(", ").map(str::trim).any(|known| {
        command == known || command.strip_prefix(known).is_some_and(|rest| rest.starts_with(' '))
    })
}

/// How an input ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// The person may; what was wrong with the words is another matter.
    Heard,
    /// It is not theirs to say.
    NotYours,
    /// It is said elsewhere.
    Elsewhere,
}

/// The commands of both grammars, by path, with an example of each.
struct Commands {
    partners: Vec<(String, String)>,
    control: Vec<(String, String)>,
}

impl Commands {
    fn of_the_reference() -> Outcome<Self> {
        let page = std::fs::read_to_string(place::root().join("docs/reference/commands.md"))?;
        let (partners, control) = page.split_once("# In the control room").context("two parts")?;
        Ok(Self { partners: examples(partners)?, control: examples(control)? })
    }

    fn is_partners(&self, command: &str) -> bool {
        self.partners.iter().any(|(known, _)| known == command)
    }

    fn all(&self) -> Vec<(String, String)> {
        let mut all = self.partners.clone();
        // Whose question it is decides there: the transcript of questions shows that.
        all.retain(|(path, _)| path != "question withdraw");
        all.extend(self.control.iter().filter(|(path, _)| !self.is_partners(path)).cloned());
        // An application changes what somebody is: it comes last.
        all.sort_by_key(|(path, _)| path == "apply");
        all
    }
}

fn examples(part: &str) -> Outcome<Vec<(String, String)>> {
    let mut found = Vec::new();
    for section in part.split("\n### !").skip(1) {
        let path = section.lines().next().context("a heading")?.trim().to_owned();
        let example = section.lines().find_map(|line| line.strip_prefix("Example: `"));
        let example = example.and_then(|line| line.strip_suffix('`'));
        let example = example.with_context(|| format!("{path} has no example"))?;
        found.push((path, example.replace("\\n", "\n")));
    }
    Ok(found)
}

/// What the guides promise.
fn promised(commands: &Commands, (role, spot): (Role, Spot), command: &str) -> Ends {
    if command == "help" {
        return Ends::Heard;
    }
    let is_control = commands.control.iter().any(|(known, _)| known == command);
    let is_team = matches!(role, Reviewer | Manager | Owner);
    if spot == Control {
        let may = match role {
            Owner => true,
            Manager => !is_of(OWNERS, command),
            _ => !is_of(OWNERS, command) && !is_of(MANAGERS, command),
        };
        return match (is_control, may) {
            (false, _) => Ends::Elsewhere,
            (true, true) => Ends::Heard,
            (true, false) => Ends::NotYours,
        };
    }
    if !commands.is_partners(command) {
        return if is_team { Ends::Elsewhere } else { Ends::NotYours };
    }
    match command {
        "apply" if role == Suspended => return Ends::NotYours,
        "apply" => return Ends::Heard,
        // Whoever is to accept them may read them.
        "terms show" if spot == Chat => return Ends::Heard,
        "terms show" => return Ends::Elsewhere,
        _ => {}
    }
    let is_partner = matches!(role, Partner | Lead);
    if is_partner && spot == General && is_of("team", command) {
        return Ends::Elsewhere;
    }
    let may = match role {
        Lead => true,
        Partner => !is_of(LEADS, command),
        _ => is_team && is_of(TEAM_READS, command),
    };
    match may {
        true if spot != Chat && is_of(CHAT_ONLY, command) => Ends::Elsewhere,
        true => Ends::Heard,
        false => Ends::NotYours,
    }
}

struct Scene {
    house: House,
    facts: Facts,
}

impl Scene {
    async fn open(ground: Ground) -> Outcome<Self> {
        let mut house = House::open_with(ground, "olga", FAST).await?;
        for (role, name, _) in PEOPLE {
            match role {
                Suspended | Partner | Lead => drop(house.partner(name).await?),
                Owner => {}
                _ => drop(house.stranger(name).await?),
            }
        }
        let facts = Facts::of(&house.program).await?;
        let mut scene = Self { house, facts };
        let id = |name: &str| scene.house.person(name).map(|person| person.id.clone());
        let (sue, pia, lea, rex, mia) =
            (id("sue")?, id("pia")?, id("lea")?, id("rex")?, id("mia")?);
        for line in [
            "organization add north \"North Partners\" --server acme.example".to_owned(),
            format!("partner organization {pia} north"),
            format!("partner organization {lea} north"),
            format!("organization lead north {lea}"),
            format!("role grant {rex} reviewer"),
            format!("role grant {mia} manager"),
            format!("partner suspend {sue} review"),
        ] {
            let olga = scene.house.owner();
            olga.reply_to(&olga.say(&scene.house.control, &format!("!{line}")).await?).await?;
        }
        for (_, name, spots) in PEOPLE {
            for spot in spots {
                scene.room(name, *spot).await?;
            }
        }
        let abe = scene.house.person("abe")?;
        let room = scene.house.chat_of("abe")?;
        abe.reply_to(&abe.say(room, "!apply I sell to dentists").await?).await?;
        Ok(scene)
    }

    async fn room(&mut self, name: &str, spot: Spot) -> Outcome<String> {
        let room = match spot {
            Chat => "dm",
            General => "general",
            Firm => "private",
            Control => "control",
        };
        self.house.room(room, name).await
    }

    /// Says all commands in one place, and reads how each has ended.
    async fn said(
        &mut self,
        (name, spot): (&str, Spot),
        commands: &[&(String, String)],
    ) -> Outcome<Vec<Ends>> {
        let room = self.room(name, spot).await?;
        let person = self.house.person(name)?;
        let mut events = Vec::new();
        for (_, example) in commands {
            events.push(person.say(&room, example).await?);
        }
        let mut ends = Vec::new();
        for event in events {
            let outcome = self.facts.ended(&event).await?;
            let end = match outcome.as_str() {
                "refused" => {
                    let reply = person.reply_to(&event).await?;
                    match reply.card()["code"].as_str() {
                        Some("E-AUTH") => Ends::NotYours,
                        Some("E-ROOM") => Ends::Elsewhere,
                        _ => Ends::Heard,
                    }
                }
                _ => Ends::Heard,
            };
            ends.push(end);
        }
        Ok(ends)
    }

    /// What was ever written, but for what inputs and answers are.
    async fn facts(&self) -> Outcome<Vec<i64>> {
        let mut counts = Vec::new();
        for query in [
            "select count(*) from audit",
            "select count(*) from sale",
            "select count(*) from entry",
            "select count(*) from partner",
        ] {
            counts.push(self.facts.number(query, &[]).await?);
        }
        Ok(counts)
    }
}

async fn nobody_may_more_than_promised(ground: Ground) -> Outcome<()> {
    let commands = Commands::of_the_reference()?;
    let all = commands.all();
    ensure!(all.len() > 140, "only {} commands were read", all.len());
    let mut scene = Scene::open(ground).await?;
    let (mut wrong, mut cells) = (Vec::new(), 0);
    // First all that is refused: it leaves no trace. Then the rest.
    for refused in [true, false] {
        let before = scene.facts().await?;
        for (role, name, spots) in PEOPLE {
            for spot in spots {
                let promise = |command: &str| promised(&commands, (role, *spot), command);
                let now = all.iter().filter(|(path, _)| (promise(path) != Ends::Heard) == refused);
                let now: Vec<&(String, String)> = now.collect();
                let ends = scene.said((name, *spot), &now).await?;
                cells += now.len();
                for ((path, _), end) in now.into_iter().zip(ends) {
                    if end != promise(path) {
                        wrong.push(format!(
                            "{role:?} {spot:?} {path}: {end:?}, not {:?}",
                            promise(path)
                        ));
                    }
                }
            }
        }
        if refused && wrong.is_empty() {
            ensure!(scene.facts().await? == before, "what was refused has left a trace");
        }
    }
    ensure!(wrong.is_empty(), "{} of {cells} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let roles: BTreeSet<&str> = PEOPLE.iter().map(|(_, name, _)| *name).collect();
    ensure!(cells > 2_500 && roles.len() == 8, "only {cells} cells were tried");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() -> Outcome<()> {
    nobody_may_more_than_promised(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() -> Outcome<()> {
    nobody_may_more_than_promised(Ground::FakePostgres).await
}
