//! Keeps organizations' totals in step with the ledger, the memberships and what people show of
//! themselves. A sale only asks for it: what entries say is read afterwards, many at a time, by the job
//! or by whoever wants to see the board first. Every step is rows, so that a fall loses nothing.
use super::super::live::Live;
use super::super::rules::{
    BoardKey, Memberships, Periods, Posted, Score, Slug, Tally, Totals, ranked, replay_member,
};
use super::super::store::organizations as store;
use super::super::store::organizations::Place;
use crate::goals;
use crate::ledger::{self, rules::EntryBody, rules::Sealed, rules::credit_account};
use crate::platform::access::PartnerRow;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use schema::ids::{ClientId, PartnerId};
use schema::metric::Metric;
use schema::period::{Calendar, PeriodKind};
use schema::status::{Enrollment, Visibility};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub const JOB_COUNT: &str = "board.organizations";
pub const JOB_STATE: &str = "board.organization";
/// Entries that are counted in one step.
const PAGE: i64 = 1_000;
/// Each page looks all numbers up again, so it is a large one.
const RECOUNT_PAGE: i64 = 10_000;
/// As long as a key of state rests: a row of sales is counted once.
const GATHER_MS: i64 = 15_000;
const GATHER_STATE_MS: i64 = 500;
/// A total larger than this is not told from it: 2^53 − 1, what the wire carries.
const TOTAL_MAX: i64 = schema::money::WIRE_MAX;

/// What organizations' boards count.
pub const METRICS: [Metric; 2] = [Metric::Revenue, Metric::Clients];

/// Who belonged to which organization when, as the rows say it.
///
/// # Errors
/// When the database refuses.
pub async fn read(reader: &mut Conn) -> Result<Memberships, Fault> {
    let bad = |what: &str| Fault::Data(format!("a membership's {what}"));
    let mut spans = Vec::new();
    let mut slugs: BTreeMap<String, Slug> = BTreeMap::new();
    for span in crate::organizations::store::members::spans(reader).await? {
        let slug = slugs.entry(span.organization).or_insert_with_key(|slug| Arc::from(&**slug));
        let partner: PartnerId = span.partner.parse().map_err(|_| bad("partner"))?;
        let day = |text: &str| text.parse().map_err(|_| bad("day"));
        let to = span.to_on.as_deref().map(day).transpose()?;
        spans.push((partner, slug.clone(), day(&span.from_on)?, to));
    }
    let unnamed = if spans.is_empty() { Vec::new() } else { store::unnamed(reader).await? };
    Ok(Memberships::new(spans, unnamed))
}

/// The same, remembered.
///
/// # Errors
/// When the database refuses.
pub async fn memberships(work: &mut Work<'_>) -> Result<Arc<Memberships>, Fault> {
    let mut live = work.memory.take::<Live>();
    let found = live.memberships(work).await;
    work.memory.put(live);
    found
}

/// To be called at every start: a database from before they were counted has none.
///
/// # Errors
/// When the database refuses.
pub async fn start(work: &mut Work<'_>) -> Result<(), Fault> {
    if !memberships(work).await?.is_empty() {
        soon(work, GATHER_STATE_MS);
        show_all(work);
    }
    Ok(())
}

/// Credit of these partners has moved.
///
/// # Errors
/// When the database refuses.
pub(in crate::leaderboard) async fn credited(
    work: &mut Work<'_>,
    live: &mut Live,
    partners: &BTreeSet<PartnerId>,
) -> Result<(), Fault> {
    let memberships = live.memberships(work).await?;
    if partners.iter().any(|partner| memberships.has(*partner)) {
        soon(work, GATHER_MS);
    }
    Ok(())
}

fn soon(work: &mut Work<'_>, wait_ms: i64) {
    work.job(JOB_COUNT, JOB_COUNT.to_owned(), String::new(), work.now + wait_ms);
}

/// Somebody shows themselves otherwise: totals that hold their sales are counted anew.
///
/// # Errors
/// When the database refuses.
pub(in crate::leaderboard) async fn person_changed(
    work: &mut Work<'_>,
    live: &mut Live,
    row: &PartnerRow,
) -> Result<(), Fault> {
    let suspended = row.enrollment == Enrollment::Suspended;
    let unnamed = suspended || row.visibility != Visibility::Public;
    let known = live.forget_memberships();
    let same = known.is_some_and(|known| known.is_unnamed(row.id) == unnamed);
    if !same && store::has_sold(work.tx, row.id, None).await? {
        for slug in store::of_partner(work.tx, row.id).await? {
            store::add_stale(work.tx, &slug, work.now).await?;
        }
        goals::actions::people_moved(work, row.id).await?;
        soon(work, GATHER_STATE_MS);
    }
    Ok(())
}

/// A membership began or ended today: sales of this day count elsewhere from now on.
///
/// # Errors
/// When the database refuses.
pub async fn membership_changed(
    work: &mut Work<'_>,
    partner: PartnerId,
    slug: &str,
) -> Result<(), Fault> {
    work.memory.cache::<Live>().forget_memberships();
    if store::has_sold(work.tx, partner, Some(work.today())).await? {
        store::add_stale(work.tx, slug, work.now).await?;
        goals::actions::people_moved(work, partner).await?;
        soon(work, GATHER_STATE_MS);
    }
    Ok(())
}

/// An organization was suspended, let in again, or has left: boards show others from now on.
pub fn organization_changed(work: &mut Work<'_>) {
    show_all(work);
}

/// Brings the totals to the head of the ledger; gives who belonged where.
///
/// # Errors
/// When the database refuses.
pub async fn caught_up(work: &mut Work<'_>) -> Result<Arc<Memberships>, Fault> {
    let memberships = memberships(work).await?;
    if memberships.is_empty() {
        return Ok(memberships);
    }
    let head = ledger::actions::head(work).await?.seq;
    let mut moved = BTreeSet::new();
    let mark = store::mark(work.tx).await?;
    match mark {
        Some(mark) if mark < head => tail(work, &memberships, (mark, head), &mut moved).await?,
        Some(_) => {}
        None => store::all_stale(work.tx, work.now).await?,
    }
    for slug in store::stale(work.tx).await? {
        recount(work, &memberships, (&slug, head), &mut moved).await?;
        store::clear_stale(work.tx, &slug).await?;
    }
    if mark != Some(head) {
        store::set_mark(work.tx, head).await?;
    }
    for key in moved {
        show(work, &key);
    }
    Ok(memberships)
}

fn sealed(body: &str) -> Result<Sealed, Fault> {
    Sealed::read(body).map_err(|error| Fault::Data(error.to_string()))
}

/// Counts the entries after the mark. What they change of clients only all entries of the same clients
/// tell.
async fn tail(
    work: &mut Work<'_>,
    memberships: &Memberships,
    (mut mark, head): (i64, i64),
    moved: &mut BTreeSet<BoardKey>,
) -> Result<(), Fault> {
    let calendar = work.program.calendar.clone();
    while mark < head {
        let page = store::after(work.tx, mark, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        let last = *last;
        let mut tally = Tally::new(memberships, Periods::of(&calendar));
        let mut clients: BTreeSet<ClientId> = BTreeSet::new();
        for (_, body) in &page {
            if let Some(credit) = sealed(body)?.body.credit().filter(|one| tally.concerns(one)) {
                clients.insert(credit.client);
            }
        }
        for client in clients {
            for (seq, body) in store::of_client(work.tx, client, last).await? {
                let Sealed { at, body, .. } = sealed(&body)?;
                tally.take(Posted { seq, at, body: &body }, seq > mark);
            }
        }
        for ((slug, key), by) in tally.totals() {
            let text = key.to_string();
            let old = store::score(work.tx, &text, &slug).await?;
            store::set(work.tx, &text, &slug, within(old.saturating_add(by))).await?;
            moved.insert(key);
        }
        mark = last;
    }
    Ok(())
}

fn within(total: i64) -> i64 {
    total.clamp(-TOTAL_MAX, TOTAL_MAX)
}

/// An organization's totals from nothing, up to an entry.
async fn counted(
    reader: &mut Conn,
    memberships: &Memberships,
    (slug, head): (&str, i64),
    calendar: &Calendar,
) -> Result<Totals, Fault> {
    let mut tally = Tally::new(memberships, Periods::of(calendar));
    let mut after = 0;
    loop {
        let page = store::entries_of(reader, slug, (after, head), RECOUNT_PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (seq, body) in page {
            let Sealed { at, body, .. } = sealed(&body)?;
            tally.take(Posted { seq, at, body: &body }, true);
        }
    }
    let mut totals = tally.totals();
    totals.retain(|(organization, _), total| {
        *total = within(*total);
        **organization == *slug
    });
    Ok(totals)
}

async fn recount(
    work: &mut Work<'_>,
    memberships: &Memberships,
    (slug, head): (&str, i64),
    moved: &mut BTreeSet<BoardKey>,
) -> Result<(), Fault> {
    let calendar = work.program.calendar.clone();
    let totals = counted(work.tx, memberships, (slug, head), &calendar).await?;
    let mut old: BTreeMap<String, i64> = store::of(work.tx, slug).await?.into_iter().collect();
    for ((_, key), total) in totals {
        let text = key.to_string();
        if old.remove(&text) != Some(total) {
            store::set(work.tx, &text, slug, total).await?;
            moved.insert(key);
        }
    }
    for text in old.into_keys() {
        store::set(work.tx, &text, slug, 0).await?;
        moved.extend(text.parse::<BoardKey>());
    }
    Ok(())
}

/// The first organization whose stored totals are not what the ledger up to the mark says, in words. One
/// that waits to be counted anew is not looked at.
///
/// # Errors
/// When the database refuses.
pub async fn differs(reader: &mut Conn, calendar: &Calendar) -> Result<Option<String>, Fault> {
    let Some(mark) = store::mark(reader).await? else { return Ok(None) };
    let (memberships, stale) = (read(reader).await?, store::stale(reader).await?);
    let mut stored: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for slug in memberships.organizations() {
        stored.entry(slug.to_string()).or_default();
    }
    for (board, slug, score) in store::all(reader).await? {
        stored.entry(slug).or_default().insert(board, score);
    }
    for (slug, stored) in stored.into_iter().filter(|(slug, _)| !stale.contains(slug)) {
        let totals = counted(reader, &memberships, (&slug, mark), calendar).await?;
        let replayed: BTreeMap<String, i64> =
            totals.into_iter().map(|((_, key), total)| (key.to_string(), total)).collect();
        let mut boards = replayed.keys().chain(stored.keys());
        if let Some(board) = boards.find(|board| stored.get(*board) != replayed.get(*board)) {
            let said = |score: Option<&i64>| score.copied().unwrap_or(0);
            let (stored, replayed) = (said(stored.get(board)), said(replayed.get(board)));
            return Ok(Some(format!("{board} of {slug}: stored {stored}, replayed {replayed}")));
        }
    }
    Ok(None)
}

/// A board's rows with their ranks.
///
/// # Errors
/// When the database refuses.
pub async fn board(work: &mut Work<'_>, key: &BoardKey) -> Result<Vec<(u32, Place)>, Fault> {
    let places = store::board(work.tx, &key.to_string()).await?;
    let scores: Vec<i64> = places.iter().map(|place| place.score).collect();
    Ok(ranked(&scores).into_iter().zip(places).collect())
}

/// The boards of all open periods that are kept as room state.
#[must_use]
pub fn current(work: &Work<'_>) -> Vec<BoardKey> {
    let today = work.today();
    let period = |kind: &PeriodKind| work.program.calendar.period_of(*kind, today);
    let keys = METRICS.iter().flat_map(|metric| {
        PeriodKind::ALL.iter().map(move |kind| BoardKey::new(*metric, period(kind), None))
    });
    keys.collect()
}

/// Asks for a board's state; only the program's boards have one.
pub fn show(work: &mut Work<'_>, key: &BoardKey) {
    if key.industry.is_none() {
        let at = work.now + GATHER_STATE_MS;
        work.job(JOB_STATE, format!("{JOB_STATE}:{key}"), key.to_string(), at);
        for (room, slot) in super::super::jobs::organization_pins(work, key) {
            work.job("board.pin", format!("board.pin:{room}:{slot}"), format!("{room} {slot}"), at);
        }
    }
}

/// Asks for all of them.
pub fn show_all(work: &mut Work<'_>) {
    for key in current(work) {
        show(work, &key);
    }
}

/// What each of these partners sold on a board while they were of an organization.
///
/// # Errors
/// When the database refuses.
pub async fn inside(
    work: &mut Work<'_>,
    slug: &str,
    partners: &[PartnerId],
    key: &BoardKey,
) -> Result<Vec<(PartnerId, Score)>, Fault> {
    let memberships = memberships(work).await?;
    let calendar = work.program.calendar.clone();
    let mut periods = Periods::of(&calendar);
    let mut scores = Vec::new();
    for partner in partners {
        let entries = own_entries(work, *partner).await?;
        let own = replay_member(*partner, &entries, (&memberships, slug), &mut periods);
        let own = own.map_err(|_| Fault::Overflow("a replay"))?;
        scores.extend(own.get(key).map(|score| (*partner, *score)));
    }
    Ok(scores)
}

async fn own_entries(
    work: &mut Work<'_>,
    partner: PartnerId,
) -> Result<Vec<(i64, i64, EntryBody)>, Fault> {
    let bodies = ledger::store::bodies_of(work.tx, &credit_account(partner)).await?;
    let read = |(seq, body): (i64, String)| sealed(&body).map(|one| (seq, one.at, one.body));
    bodies.into_iter().map(read).collect()
}
