//! What a partner's side can check without the program's database: the chain of extracts, the ledger's
//! heads, and that boards and final results are what the extracts add up to. Written apart from the
//! program's own boards; of the contract it uses what everybody may read.
mod boards;
mod chain;
pub mod events;
pub mod fetch;
mod report;
mod seasons;
mod sums;

pub use report::Verdict;

use events::Event;
use schema::card::Extract;
use schema::period::Calendar;
use schema::state::ProgramContent;
use std::collections::{BTreeMap, BTreeSet};
use sums::Sums;

const PROGRAM: &str = "agency.siso.partners.program";
const BOARD: &str = "agency.siso.partners.leaderboard";
const NO_EXTRACT: &str = "there is no extract here: name an export of the leaderboard room";

/// What differs, and what could not be told.
#[derive(Debug, Default)]
pub struct Findings {
    pub differs: Vec<String>,
    pub untold: Vec<String>,
}

impl Findings {
    pub fn differs(&mut self, what: String) {
        if !self.differs.contains(&what) {
            self.differs.push(what);
        }
    }

    pub fn untold(&mut self, what: String) {
        if !self.untold.contains(&what) {
            self.untold.push(what);
        }
    }
}

/// Whose events count, and how we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    Named(String),
    /// Who made the room.
    Creator(String),
    /// Who sent the first extract: only as good as the file.
    Found(String),
}

impl Trust {
    #[must_use]
    pub fn bot(&self) -> &str {
        let (Self::Named(bot) | Self::Creator(bot) | Self::Found(bot)) = self;
        bot
    }
}

/// Judges what a room's events say.
#[must_use]
pub fn judge(events: &[Event], bot: Option<&str>) -> Verdict {
    let mut found = Findings::default();
    let Some(trust) = trust(events, bot, &mut found) else {
        found.untold(NO_EXTRACT.to_owned());
        return Verdict::empty(found);
    };
    let ours = || events.iter().filter(|event| event.sender == trust.bot());
    let strange = events.iter().filter(|event| event.sender != trust.bot() && is_ours(event));
    let strange = strange.count();
    let program = program(ours());
    let links = chain::links(ours(), &mut found);
    let versions = boards::versions(ours(), &mut found);
    let results = seasons::told(ours(), &mut found);
    let heads = heads(ours(), &results, &mut found);
    let extracts: Vec<&Extract> = links.iter().map(|link| &link.told).collect();
    let mut verdict = Verdict {
        head: extracts
            .iter()
            .rev()
            .find(|one| one.whole)
            .map(|one| (one.ledger_seq, one.ledger_hash.clone())),
        heads: heads.0,
        newest: heads.1,
        extracts: extracts.len(),
        strange,
        program: program.as_ref().map(|program| program.name.clone()),
        trust: Some(trust),
        ..Verdict::empty(found)
    };
    // Without the first one nothing adds up, and `chain` has said so.
    if extracts.first().is_some_and(|first| first.n == 1) {
        add_up(&extracts, &versions, &results, program.as_ref(), &mut verdict);
    } else if extracts.is_empty() {
        verdict.found.untold(NO_EXTRACT.to_owned());
    }
    verdict
}

/// Adds the extracts up, and compares on the way what stood at each.
fn add_up(
    extracts: &[&Extract],
    versions: &boards::Versions,
    results: &seasons::Told,
    program: Option<&ProgramContent>,
    verdict: &mut Verdict,
) {
    let calendar =
        program.and_then(|program| Calendar::named(&program.timezone, program.week_start));
    let found = &mut verdict.found;
    let mut due: BTreeMap<usize, Vec<&boards::Shown>> = BTreeMap::new();
    let mut moved = Vec::new();
    for list in versions.values() {
        match boards::pair(list, extracts) {
            Some((shown, at)) => due.entry(at).or_default().push(shown),
            None => moved.extend(list.last()),
        }
    }
    let mut sums = Sums::default();
    for (at, extract) in extracts.iter().enumerate() {
        sums.add(extract, calendar.as_ref(), found);
        for shown in due.remove(&at).into_iter().flatten() {
            boards::compare(shown, &sums, &mut verdict.boards, found);
        }
    }
    let begun_at = extracts.first().map_or(i64::MAX, |first| first.at);
    let made = seasons::Made { sums: &sums, calendar: calendar.as_ref(), begun_at };
    verdict.results = results.compare(&made, &mut verdict.finals, found);
    // Shown anew without having moved, as when a period begins, a board is what it was.
    for shown in moved {
        let (mut count, mut differs) = (verdict.boards, Findings::default());
        boards::compare(shown, &sums, &mut count, &mut differs);
        if differs.differs.is_empty() {
            verdict.boards = count;
        } else {
            found.untold(format!("{} has moved since the last extract", shown.name()));
        }
    }
    if verdict.boards.boards == 0 {
        found.untold(
            "there is no board here to compare with; give the Space's state, too".to_owned(),
        );
    }
}

/// Whose events count: who was named, else who made the rooms, else who sent the first extract.
fn trust(events: &[Event], bot: Option<&str>, found: &mut Findings) -> Option<Trust> {
    if let Some(bot) = bot {
        return Some(Trust::Named(bot.to_owned()));
    }
    let makes = |event: &&Event| event.kind == "m.room.create" && event.state_key.is_some();
    let creators: BTreeSet<&str> =
        events.iter().filter(makes).map(|event| event.sender.as_str()).collect();
    if creators.len() > 1 {
        let names = creators.into_iter().collect::<Vec<_>>().join(", ");
        found.untold(format!(
            "the rooms were made by {names}; say with --bot which is the program's"
        ));
        return None;
    }
    if let Some(creator) = creators.into_iter().next() {
        return Some(Trust::Creator(creator.to_owned()));
    }
    let extracts = events.iter().filter(|event| event.card("extract").is_some());
    let first = extracts.min_by_key(|event| event.ts)?;
    Some(Trust::Found(first.sender.clone()))
}

/// Whether an event says something that only the program may say.
fn is_ours(event: &Event) -> bool {
    let state = event.state_key.is_some() && matches!(event.kind.as_str(), PROGRAM | BOARD);
    state || ["extract", "ledger_head", "season"].iter().any(|kind| event.card(kind).is_some())
}

fn program<'a>(events: impl Iterator<Item = &'a Event>) -> Option<ProgramContent> {
    let said = events.filter(|event| event.kind == PROGRAM && event.state_key.is_some());
    said.max_by_key(|event| event.ts)
        .and_then(|event| serde_json::from_value(event.content.clone()).ok())
}

/// How often the ledger's head was told, and the newest entry; two hashes for one entry are a finding.
fn heads<'a>(
    events: impl Iterator<Item = &'a Event>,
    results: &seasons::Told,
    found: &mut Findings,
) -> (usize, i64) {
    let mut told: Vec<(i64, String, String)> = Vec::new();
    for event in events {
        let cards = [("ledger_head", "seq", "hash"), ("extract", "ledger_seq", "ledger_hash")];
        let card = cards.iter().find_map(|(kind, seq, hash)| {
            event.card(kind).map(|card| (*kind, &card[seq], &card[hash]))
        });
        let state = (event.kind == BOARD && event.state_key.is_some())
            .then(|| ("a board", &event.content["ledger_seq"], &event.content["ledger_hash"]));
        let Some((kind, seq, hash)) = card.or(state) else { continue };
        if let (Some(seq), Some(hash)) = (seq.as_i64(), hash.as_str()) {
            told.push((seq, hash.to_owned(), kind.to_owned()));
        }
    }
    told.extend(results.heads().map(|(seq, hash, whence)| (seq, hash.to_owned(), whence)));
    let mut known: BTreeMap<i64, (String, String)> = BTreeMap::new();
    let (count, newest) = (told.len(), told.iter().map(|one| one.0).max().unwrap_or_default());
    for (seq, hash, whence) in told {
        let (first, by) = known.entry(seq).or_insert_with(|| (hash.clone(), whence.clone()));
        if *first != hash {
            found.differs(format!("entry {seq} has two hashes, by {by} and by {whence}"));
        }
    }
    (count, newest)
}

#[cfg(test)]
mod tests;
