//! `kill -9` and stops of a real Synapse while people talk, and of the program beside it: whatever
//! the homeserver has taken gets exactly one outcome and one reply, though Synapse itself forgets
//! what it was about to push.
use crate::Outcome;
use crate::house::{Ground, House};
use crate::people::{Event, Person};
use crate::wait::{until, within};
use anyhow::{Context, ensure};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// No person types this fast: the limits are raised, as the test says.
const FLOOD: &str = "[limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n";
/// Commands that the homeserver takes between two kills at least.
const BETWEEN: usize = 25;
/// A look goes through some thousand events.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// The sender may still wait for Synapse when the last kill is over.
const SETTLED_IN: Duration = Duration::from_secs(240);
const AFTER_FAILURE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    Synapse,
    Program,
    /// One, the other, or both at once, killed or only stopped for a while.
    Any,
}

/// What is done to whom.
#[derive(Debug, Clone, Copy)]
struct Blow {
    synapse: bool,
    program: bool,
    /// They stand still for a while, and go on.
    only_stopped: bool,
}

impl Blow {
    fn on(victim: Victim, random: &mut SmallRng) -> Self {
        let (synapse, program) = match victim {
            Victim::Synapse => (true, false),
            Victim::Program => (false, true),
            Victim::Any => [(true, false), (false, true), (true, true)][random.random_range(0..3)],
        };
        let only_stopped = victim == Victim::Any && random.random_range(0..3) == 0;
        Self { synapse, program, only_stopped }
    }
}

/// What people said and the homeserver took.
#[derive(Default)]
struct Said {
    events: RefCell<Vec<String>>,
    enough: Cell<bool>,
}

impl Said {
    /// One command after the other; one that was not taken is not repeated.
    async fn by(&self, person: &Person, room: &str, line: impl Fn(usize) -> String) {
        for n in 0.. {
            if self.enough.get() {
                return;
            }
            match person.say(room, &line(n)).await {
                Ok(event) => self.events.borrow_mut().push(event),
                Err(_down) => tokio::time::sleep(AFTER_FAILURE).await,
            }
        }
    }

    fn count(&self) -> usize {
        self.events.borrow().len()
    }
}

/// Plays so many kills; another seed is another test. Gives how many commands were taken.
///
/// # Errors
/// What was lost or doubled.
pub async fn play(victim: Victim, kills_max: usize, seed: u64) -> Outcome<usize> {
    let mut house = House::open_with(Ground::OwnSynapse, "olga", FLOOD).await?;
    house.partner("ana").await?;
    house.partner("ben").await?;
    house.partner("rita").await?;
    let general = house.room("general", "ana").await?;
    house.room("general", "ben").await?;
    let said = Said::default();
    let (ana, ben, olga) = (house.person("ana")?, house.person("ben")?, house.owner());
    let kills = async {
        let done = kills(&house, victim, &said, (kills_max, seed)).await;
        said.enough.set(true);
        done
    };
    // A claim makes Synapse carry five more events than a look.
    let claim = |n: usize| match n % 3 {
        0 => format!("!sale add {} EUR Client {n}", n + 1),
        _ => "!me".to_owned(),
    };
    let look = |n: usize| ["!me", "!board", "!sale list"][n % 3].to_owned();
    let approve = |n: usize| format!("!sale approve S-{}", n / 4 + 1);
    let (done, ..) = tokio::join!(
        kills,
        said.by(ana, &general, claim),
        said.by(ben, &general, look),
        said.by(olga, &house.control, approve),
    );
    done.with_context(|| house.program.log_tail())?;

    // She has seen nothing of all this, and reads the room's history.
    house.room("general", "rita").await?;
    let replies = settled(&house, &general, said.count()).await;
    let replies = replies.with_context(|| house.program.log_tail())?;
    for event in said.events.borrow().iter() {
        ensure!(replies.contains_key(event), "{event} was taken and is in no room");
    }
    for (event, cards) in &replies {
        ensure!(cards.len() == 1, "{event} has {} replies", cards.len());
    }
    sales_are_whole(&house, &replies).await?;
    Ok(said.count())
}

async fn kills(
    house: &House,
    victim: Victim,
    said: &Said,
    (kills, seed): (usize, u64),
) -> Outcome<()> {
    let mut random = SmallRng::seed_from_u64(seed);
    let synapse = house.homeserver.synapse().context("this test kills a Synapse")?;
    for kill in 1..=kills {
        let wanted = kill * BETWEEN;
        let taken =
            until("commands to be taken", || async { (said.count() >= wanted).then_some(()) });
        taken.await.with_context(|| format!("before kill {kill}: {}", synapse.tail()))?;
        tokio::time::sleep(Duration::from_millis(random.random_range(0..400))).await;
        strike(house, Blow::on(victim, &mut random), &mut random).await?;
    }
    house.program.ready().await
}

async fn strike(house: &House, blow: Blow, random: &mut SmallRng) -> Outcome<()> {
    let synapse = house.homeserver.synapse().context("this test kills a Synapse")?;
    let pause = Duration::from_millis(random.random_range(0..400));
    if blow.only_stopped {
        for signal in ["STOP", "CONT"] {
            if blow.synapse {
                synapse.signal(signal)?;
            }
            if blow.program {
                house.program.signal(signal)?;
            }
            if signal == "STOP" {
                tokio::time::sleep(pause * 5).await;
            }
        }
        return Ok(());
    }
    if blow.program {
        house.program.kill9();
    }
    if blow.synapse {
        synapse.kill9();
        tokio::time::sleep(pause).await;
        synapse.restart().await?;
    }
    if blow.program {
        house.program.launch()?;
    }
    Ok(())
}

type Replies = HashMap<String, Vec<Value>>;

/// The cards in reply to each command that anybody can see, once none is without.
async fn settled(house: &House, general: &str, taken: usize) -> Outcome<Replies> {
    let (rita, olga) = (house.person("rita")?, house.owner());
    let missing = Cell::new(0);
    let whole = async {
        loop {
            let mut replies = Replies::new();
            // A decision is told under the claim as well: that is not the command's reply.
            answered(house, rita, general, |card| card["event"] != "approved", &mut replies);
            answered(house, olga, &house.control, |_| true, &mut replies);
            missing.set(replies.values().filter(|cards| cards.is_empty()).count());
            if replies.len() >= taken && missing.get() == 0 {
                return replies;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    let whole = within(SETTLED_IN, "every command to be replied to", whole);
    whole.await.with_context(|| format!("{} of {taken} have no reply", missing.get()))
}

fn answered(
    house: &House,
    reader: &Person,
    room: &str,
    is_reply: impl Fn(&Value) -> bool,
    replies: &mut Replies,
) {
    let shown = reader.shown();
    let (bots, people): (Vec<&Event>, Vec<_>) = shown
        .iter()
        .filter(|event| event.room == room && event.kind() == "m.room.message")
        .partition(|event| event.sender() == house.program.bot);
    let commands = people.iter().filter(|event| event.body().starts_with('!'));
    replies.extend(commands.map(|event| (event.id().to_owned(), Vec::new())));
    for event in bots.iter().filter(|event| event.edits().is_none() && is_reply(event.card())) {
        let to = &event.content()["m.relates_to"]["m.in_reply_to"]["event_id"];
        if let Some(cards) = to.as_str().and_then(|to| replies.get_mut(to)) {
            cards.push(event.card().clone());
        }
    }
}

/// Each claim is one sale, each sale has one review, and the ledger has what was approved.
async fn sales_are_whole(house: &House, replies: &Replies) -> Outcome<()> {
    let of_event = |word: &str| -> Vec<String> {
        let cards = replies.values().flatten().filter(|card| card["event"] == word);
        cards.map(|card| card["sale"]["number"].to_string()).collect()
    };
    let (claims, approvals) = (of_event("claimed"), of_event("approved"));
    let wanted: BTreeSet<_> = (1..=claims.len()).map(|n| format!("\"S-{n}\"")).collect();
    let claimed: BTreeSet<_> = claims.iter().cloned().collect();
    ensure!(claimed == wanted, "the claims are {claims:?}");
    let reviews = house.owner().sees("all reviews", |events| {
        let new = events.iter().filter(|event| event.edits().is_none());
        let reviews = new.filter(|event| event.card()["kind"] == "review");
        let numbers: Vec<_> = reviews.map(number).collect();
        (numbers.len() >= claims.len()).then_some(numbers)
    });
    let reviews = reviews.await?;
    let reviewed: BTreeSet<_> = reviews.iter().cloned().collect();
    ensure!(reviews.len() == claims.len() && reviewed == wanted, "reviewed: {reviews:?}");

    ensure!(!approvals.is_empty(), "nothing was approved");
    house.program.signal("TERM")?;
    let verified = house.program.output(&["ledger", "verify"])?;
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    ensure!(verified.status.success(), "{text} {}", String::from_utf8_lossy(&verified.stderr));
    let entries = format!(": {} entries", approvals.len());
    ensure!(text.contains(&entries), "{} were approved: {text}", approvals.len());
    Ok(())
}

fn number(review: &Event) -> String {
    review.card()["subject"]["sale"]["number"].to_string()
}
