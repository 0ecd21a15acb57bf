//! Whether the awards and the places in tiers are those that a replay of the ledger and of the facts of help
//! makes: for `ledger verify`.
use super::walk::given;
use crate::badges::rules::counts::Facts;
use crate::badges::rules::own::Own;
use crate::badges::rules::replay::{self, Earned, Step, Tiers};
use crate::badges::rules::tiers::Tier;
use crate::badges::rules::{Fact, Rule};
use crate::badges::store::{self, sources, tiers};
use crate::ledger::rules::Sealed;
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use crate::questions::rules::help;
use crate::questions::store::help as facts_of_help;
use jiff::civil::Date;
use schema::ids::PartnerId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rules that are on, and of which nothing is being given just now.
async fn checked(connection: &mut Conn) -> Result<BTreeSet<String>, Fault> {
    let mut on = BTreeSet::new();
    for (badge, is_on) in store::switches(connection).await? {
        if is_on {
            on.insert(badge);
        } else {
            on.remove(&badge);
        }
    }
    for payload in sources::waiting(connection, super::WALK).await? {
        if let Some(badge) = given(&payload) {
            on.remove(&badge);
        }
    }
    Ok(on)
}

/// What the ledger makes of each partner.
pub struct Replay {
    exponent: u8,
    /// The first sale of each industry.
    firsts: HashMap<String, String>,
    tiers: Tiers,
    steps: HashMap<PartnerId, Vec<Step>>,
    inside: BTreeSet<PartnerId>,
    earned: HashMap<PartnerId, Earned>,
    /// What is wrong with whose place.
    odd: HashMap<PartnerId, String>,
}

impl Replay {
    /// # Errors
    /// When the database refuses.
    pub async fn begin(
        connection: &mut Conn,
        (today, exponent): (Date, u8),
    ) -> Result<Self, Fault> {
        let mut firsts = HashMap::new();
        for slug in sources::industries(connection).await? {
            if let Some(sale) = sources::first_sale(connection, &format!("market:{slug}")).await? {
                firsts.insert(slug, sale);
            }
        }
        let (mut ever, mut now): (Vec<Tier>, Vec<Tier>) = (Vec::new(), Vec::new());
        for (_, tier, ended) in tiers::versions(connection).await? {
            now.retain(|known| known.slug != tier.slug);
            ever.push(tier.clone());
            if !ended {
                now.push(tier);
            }
        }
        now.sort_by(|a, b| (a.bar_minor, &a.slug).cmp(&(b.bar_minor, &b.slug)));
        let is_moving =
            !sources::waiting(connection, crate::badges::jobs::PLACES).await?.is_empty();
        let mut steps: HashMap<PartnerId, Vec<Step>> = HashMap::new();
        for (partner, step) in tiers::all(connection).await? {
            steps.entry(partner).or_default().push(step);
        }
        Ok(Self {
            exponent,
            firsts,
            tiers: Tiers { ever, now, today, is_moving },
            steps,
            inside: sources::inside(connection).await?,
            earned: HashMap::new(),
            odd: HashMap::new(),
        })
    }

    /// Takes all entries of a partner.
    pub fn take(&mut self, partner: PartnerId, entries: &[(i64, Sealed)]) {
        let mut own = Own::default();
        for (seq, sealed) in entries {
            own.take(partner, *seq, &sealed.body);
        }
        let pioneered = self.pioneered(&own);
        let earned = self.earned.entry(partner).or_default();
        let exponent = self.exponent;
        replay::earn(earned, Facts::Credit { own: &own, pioneered, exponent });
        self.look(partner, entries);
    }

    /// The first partner whose awards or place differ from what was taken, and in what.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn difference(mut self, connection: &mut Conn) -> Result<Option<String>, Fault> {
        // Partners who stand in a tier and have no credit at all.
        let rest: Vec<PartnerId> = self.steps.keys().copied().collect();
        for partner in rest {
            self.look(partner, &[]);
        }
        for own in facts_of_help::all(connection).await?.chunk_by(|a, b| a.helper == b.helper) {
            let Some(first) = own.first() else { continue };
            let score = help::score(own, first.helper, None);
            let earned = self.earned.entry(first.helper).or_default();
            replay::earn(earned, Facts::Help(score));
        }
        let checked = checked(connection).await?;
        let inside = sources::inside(connection).await?;
        let mut awards: BTreeMap<PartnerId, Vec<Fact>> = BTreeMap::new();
        for (partner, fact) in store::all(connection).await? {
            awards.entry(partner).or_default().push(fact);
        }
        let everybody: BTreeSet<PartnerId> =
            self.earned.keys().chain(awards.keys()).chain(self.odd.keys()).copied().collect();
        for partner in everybody {
            let earned = self.earned.get(&partner).copied().unwrap_or_default();
            let facts = awards.get(&partner).map(Vec::as_slice).unwrap_or_default();
            let is_inside = inside.contains(&partner);
            let is_checked = |rule: &Rule| is_inside && checked.contains(rule.id);
            let odd = replay::odd_award(facts, &earned, is_checked);
            if let Some(odd) = odd.or_else(|| self.odd.remove(&partner)) {
                return Ok(Some(format!("{odd}, of {partner}")));
            }
        }
        Ok(None)
    }

    fn look(&mut self, partner: PartnerId, entries: &[(i64, Sealed)]) {
        let steps = self.steps.remove(&partner).unwrap_or_default();
        if !self.inside.contains(&partner) {
            return;
        }
        if let Some(odd) = self.tiers.odd_step(partner, &steps, entries) {
            self.odd.insert(partner, odd);
        }
    }

    fn pioneered(&self, own: &Own) -> i64 {
        let parts: BTreeSet<(&str, String)> = own
            .standing()
            .filter_map(|part| Some((part.industry.as_deref()?, part.sale.to_string())))
            .collect();
        let first = |(slug, sale): &&(&str, String)| self.firsts.get(*slug) == Some(sale);
        i64::try_from(parts.iter().filter(first).count()).unwrap_or(i64::MAX)
    }
}
