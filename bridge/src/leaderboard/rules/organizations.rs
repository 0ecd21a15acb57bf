//! For which organization a sale counts, and what entries do to organizations' totals. A sale counts for
//! the organization to which its partner belonged on the sale's day, and only while the partner stands
//! with their name: a total that moved with somebody's sale would say whose colleague they are.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId};
use schema::money::Overflow;

use super::BoardKey;
use super::replay::replay_partner;
use super::scores::{self, Changes, Holding, Periods, Posted, Score};
use crate::ledger::rules::{Credit, EntryBody};

/// An organization's short name.
pub type Slug = Arc<str>;

/// Days of a membership: the first, and the one after the last.
#[derive(Debug, Clone)]
struct Span {
    organization: Slug,
    from: Date,
    to: Option<Date>,
}

/// Who belonged to which organization when, and who does not stand with their name now.
#[derive(Debug, Clone, Default)]
pub struct Memberships {
    spans: HashMap<PartnerId, Vec<Span>>,
    unnamed: HashSet<PartnerId>,
}

impl Memberships {
    /// `spans`: partner, organization, first day, the day after the last; those of a partner in the order
    /// in which they began.
    #[must_use]
    pub fn new(
        spans: impl IntoIterator<Item = (PartnerId, Slug, Date, Option<Date>)>,
        unnamed: impl IntoIterator<Item = PartnerId>,
    ) -> Self {
        let mut all: HashMap<PartnerId, Vec<Span>> = HashMap::new();
        for (partner, organization, from, to) in spans {
            all.entry(partner).or_default().push(Span { organization, from, to });
        }
        Self { spans: all, unnamed: unnamed.into_iter().collect() }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The organizations that ever had somebody.
    #[must_use]
    pub fn organizations(&self) -> BTreeSet<Slug> {
        self.spans.values().flatten().map(|span| span.organization.clone()).collect()
    }

    /// Whether a partner ever belonged to one.
    #[must_use]
    pub fn has(&self, partner: PartnerId) -> bool {
        self.spans.contains_key(&partner)
    }

    /// Hidden, without a name, or suspended.
    #[must_use]
    pub fn is_unnamed(&self, partner: PartnerId) -> bool {
        self.unnamed.contains(&partner)
    }

    /// Those of them who ever belonged to an organization.
    #[must_use]
    pub fn unnamed(&self) -> BTreeSet<PartnerId> {
        self.unnamed.iter().filter(|partner| self.has(**partner)).copied().collect()
    }

    /// The organization of a partner on a day, whatever they show of themselves.
    #[must_use]
    pub fn of(&self, partner: PartnerId, on: Date) -> Option<&Slug> {
        let holds = |span: &&Span| span.from <= on && span.to.is_none_or(|to| on < to);
        self.spans.get(&partner)?.iter().rev().find(holds).map(|span| &span.organization)
    }

    /// The same, of who stands with their name.
    #[must_use]
    pub fn shown(&self, partner: PartnerId, on: Date) -> Option<&Slug> {
        if self.is_unnamed(partner) { None } else { self.of(partner, on) }
    }

    /// What each organization gets of an entry for others to see.
    fn shares(&self, credit: &Credit) -> BTreeMap<Slug, i64> {
        let mut sums = BTreeMap::<Slug, i64>::new();
        for share in &credit.shares {
            if let Some(organization) = self.shown(share.partner, credit.on) {
                let sum = sums.entry(organization.clone()).or_default();
                *sum = sum.saturating_add(share.minor);
            }
        }
        sums
    }
}

/// By organization and board; none is 0.
pub type Totals = BTreeMap<(Slug, BoardKey), i64>;

/// Counts entries of one client after another, or of all, in the order of the ledger.
pub struct Tally<'a> {
    memberships: &'a Memberships,
    periods: Periods<'a>,
    held: HashMap<(Slug, ClientId), Vec<Holding>>,
    changes: Changes<Slug>,
}

impl<'a> Tally<'a> {
    #[must_use]
    pub fn new(memberships: &'a Memberships, periods: Periods<'a>) -> Self {
        Self { memberships, periods, held: HashMap::new(), changes: Changes::new() }
    }

    /// Takes an entry; one that was counted before tells only what is held of its client.
    pub fn take(&mut self, entry: Posted<'_>, counts: bool) {
        let Some(credit) = entry.body.credit() else { return };
        for (organization, minor) in self.memberships.shares(credit) {
            let held = self.held.entry((organization.clone(), credit.client)).or_default();
            let before = held.clone();
            scores::hold(held, entry, credit, (minor, 0));
            if counts {
                let (at, periods) = ((entry.at, credit), &mut self.periods);
                scores::revenue(&mut self.changes, at, periods, (organization.clone(), minor));
                let wins = (organization, before.as_slice(), held.as_slice());
                scores::clients(&mut self.changes, at, periods, wins);
            }
        }
    }

    /// Whether any organization gets anything of this.
    #[must_use]
    pub fn concerns(&self, credit: &Credit) -> bool {
        !self.memberships.shares(credit).is_empty()
    }

    #[must_use]
    pub fn totals(self) -> Totals {
        self.changes.into_iter().filter(|(_, by)| *by != 0).collect()
    }
}

/// Ranks of scores in falling order: 1, 2, 2, 4.
#[must_use]
pub fn ranked(scores: &[i64]) -> Vec<u32> {
    let before = |score: i64| scores.partition_point(|other| *other > score);
    scores
        .iter()
        .map(|score| u32::try_from(before(*score)).unwrap_or(u32::MAX).saturating_add(1))
        .collect()
}

/// A partner's scores from what they sold while they were of an organization: revenue and clients, as it
/// would be if they had sold nothing else. `entries`: their own, in the order of the ledger.
///
/// # Errors
/// `Overflow` where a score leaves what the wire carries.
pub fn replay_member(
    partner: PartnerId,
    entries: &[(i64, i64, EntryBody)],
    (memberships, organization): (&Memberships, &str),
    periods: &mut Periods<'_>,
) -> Result<BTreeMap<BoardKey, Score>, Overflow> {
    let own = |credit: &Credit| {
        memberships.of(partner, credit.on).is_some_and(|slug| &**slug == organization)
    };
    let entries = entries.iter().filter(|(_, _, body)| body.credit().is_some_and(own));
    let entries = entries.map(|(seq, at, body)| Posted { seq: *seq, at: *at, body });
    replay_partner(partner, entries, periods, &|_, _| false)
}
