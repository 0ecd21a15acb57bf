//! An organization's figures: for all of its people as sums, for its leads member by member.
use crate::deals;
use crate::organizations::rules;
use crate::organizations::store::{self, OrganizationRow, figures as sold};
use crate::platform::access::{self, PartnerRow};
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::reports::rules::Span;
use crate::statements;
use schema::card::{DealStatus, PartnerRef, TeamCommission, TeamDeal, TeamFigures};
use schema::ids::PartnerId;
use schema::money::{Currency, Money};
use schema::period::Period;
use schema::status::Visibility;
use std::collections::{BTreeMap, HashSet};

/// Who reads the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Anybody of the organization: sums.
    Members,
    /// A lead, alone with the bot: everybody's own.
    Lead,
}

/// What the people of an organization did in a time, and what waits now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub period: Period,
    pub revenue: Money,
    pub clients: i64,
    pub open_claims: i64,
    pub second_waits: i64,
    pub deals: i64,
    /// The nearest ends first.
    pub ending: Vec<TeamDeal>,
    pub commission: Vec<TeamCommission>,
    pub members: Vec<TeamFigures>,
}

type Balance = (PartnerId, Currency, crate::ledger::rules::Change);

/// # Errors
/// When the database refuses.
pub async fn of(
    work: &mut Work<'_>,
    organization: &OrganizationRow,
    period: Period,
    reader: Reader,
) -> Result<Figures, Fault> {
    let slug = &organization.slug;
    let span = Span::of(&work.program.calendar, period, work.now);
    let sales = sold::sold(work.tx, slug, (span.from_on, span.to_on)).await?;
    let claims = sold::open_claims(work.tx, slug).await?;
    let deals = deals::actions::of_organization(work, slug).await?;
    let balances = statements::actions::team::balances(work, slug).await?;
    let mut ids: HashSet<PartnerId> = sales.iter().map(|sale| sale.partner).collect();
    ids.extend(claims.iter().map(|(partner, ..)| *partner));
    ids.extend(deals.iter().map(|deal| deal.partner.id));
    ids.extend(balances.iter().map(|(partner, ..)| *partner));
    ids.extend(store::members::of_organization(work.tx, slug).await?.iter().map(|one| one.partner));
    let people = people(work, ids).await?;
    let seen: Vec<(PartnerId, Visibility)> =
        people.iter().map(|row| (row.id, row.visibility)).collect();
    let out = if reader == Reader::Lead { HashSet::new() } else { rules::left_out(&seen) };
    let is_in = |id: &PartnerId| !out.contains(id);

    let sales: Vec<_> = sales.into_iter().filter(|sale| is_in(&sale.partner)).collect();
    let claims: BTreeMap<String, i64> = claims
        .into_iter()
        .filter(|(partner, ..)| is_in(partner))
        .map(|(_, sale, yeses)| (sale, yeses))
        .collect();
    let deals: Vec<_> = deals.into_iter().filter(|deal| is_in(&deal.partner.id)).collect();
    let balances: Vec<Balance> =
        balances.into_iter().filter(|(partner, ..)| is_in(partner)).collect();
    let named = |id: PartnerId| {
        let public = |row: &&PartnerRow| row.id == id && row.visibility == Visibility::Public;
        reader == Reader::Lead || people.iter().any(|row| public(&row))
    };
    let currency = work.program.currency;
    Ok(Figures {
        period,
        revenue: Money::new(revenue(&sales), currency),
        clients: clients(&sales),
        open_claims: i64::try_from(claims.len()).unwrap_or(i64::MAX),
        second_waits: i64::try_from(claims.values().filter(|yeses| **yeses > 0).count())
            .unwrap_or(i64::MAX),
        deals: i64::try_from(deals.len()).unwrap_or(i64::MAX),
        ending: ending(&deals, work.now, named),
        commission: commission(&balances, reader),
        members: match reader {
            Reader::Members => Vec::new(),
            Reader::Lead => members(&people, &sales, &balances, currency),
        },
    })
}

/// By name.
async fn people(work: &mut Work<'_>, ids: HashSet<PartnerId>) -> Result<Vec<PartnerRow>, Fault> {
    let mut people = Vec::with_capacity(ids.len());
    for id in ids {
        people.extend(access::store::partner_by_id(work.tx, &id.to_string()).await?);
    }
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(people)
}

fn revenue(sales: &[sold::Sold]) -> i64 {
    sales.iter().fold(0, |sum: i64, sale| sum.saturating_add(sale.minor))
}

/// Those of whom something is left.
fn clients(sales: &[sold::Sold]) -> i64 {
    let mut by_client: BTreeMap<_, i64> = BTreeMap::new();
    for sale in sales {
        let sum = by_client.entry(sale.client).or_default();
        *sum = sum.saturating_add(sale.minor);
    }
    let count = by_client.values().filter(|sum| **sum > 0).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn ending(
    deals: &[deals::store::DealRow],
    now: i64,
    named: impl Fn(PartnerId) -> bool,
) -> Vec<TeamDeal> {
    let open = deals.iter().filter(|deal| deal.status(now) == DealStatus::Open);
    let mut ending: Vec<TeamDeal> = open
        .filter(|deal| named(deal.partner.id))
        .filter_map(|deal| {
            let through = deal.term?.ends_on.yesterday().ok()?;
            Some(TeamDeal { number: deal.number, client: deal.client_name.clone(), through })
        })
        .collect();
    ending.sort_by_key(|deal| (deal.through, deal.number.0));
    ending
}

/// By currency; for all members only where enough stand behind it.
fn commission(balances: &[Balance], reader: Reader) -> Vec<TeamCommission> {
    let mut codes: Vec<Currency> = Vec::new();
    for (_, currency, _) in balances {
        if !codes.contains(currency) {
            codes.push(*currency);
        }
    }
    codes.sort_by_key(|currency| currency.code());
    let sum = |currency: Currency| {
        let of = || balances.iter().filter(|(_, other, _)| *other == currency);
        let behind: HashSet<PartnerId> =
            of().filter(|(.., at)| at.total() != Some(0)).map(|(partner, ..)| *partner).collect();
        let add = |part: fn(&crate::ledger::rules::Change) -> i64| {
            let minor = of().fold(0_i64, |sum, (.., at)| sum.saturating_add(part(at)));
            Money::new(minor, currency)
        };
        let enough = reader == Reader::Lead || behind.len() >= rules::BEHIND_MIN;
        enough.then(|| TeamCommission { held: add(|at| at.held), released: add(|at| at.payable) })
    };
    codes.into_iter().filter_map(sum).collect()
}

fn members(
    people: &[PartnerRow],
    sales: &[sold::Sold],
    balances: &[Balance],
    currency: Currency,
) -> Vec<TeamFigures> {
    let figures = |row: &PartnerRow| {
        let own: Vec<_> = sales.iter().filter(|sale| sale.partner == row.id).copied().collect();
        let held: Vec<_> =
            balances.iter().filter(|(partner, ..)| *partner == row.id).copied().collect();
        TeamFigures {
            partner: PartnerRef {
                id: row.id,
                user_id: Some(row.user_id.clone()),
                name: row.name.clone(),
            },
            revenue: Money::new(revenue(&own), currency),
            clients: clients(&own),
            commission: commission(&held, Reader::Lead),
        }
    };
    people.iter().map(figures).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::rules::Change;
    use schema::ids::ClientId;

    fn sold(partner: u128, client: u128, minor: i64) -> sold::Sold {
        sold::Sold { partner: PartnerId(partner), client: ClientId(client), minor }
    }

    #[test]
    fn a_client_of_two_is_one_and_one_given_back_is_none() {
        let sales =
            [sold(1, 7, 500), sold(2, 7, 300), sold(1, 8, 100), sold(2, 8, -100), sold(2, 9, 0)];
        assert_eq!((revenue(&sales), clients(&sales)), (800, 1));
        assert_eq!((revenue(&[]), clients(&[])), (0, 0));
    }

    #[test]
    fn commission_of_one_alone_is_theirs() {
        let eur = Currency::parse("EUR").unwrap();
        let usd = Currency::parse("USD").unwrap();
        let at = |held, payable| Change { held, payable, disputed: 0 };
        let all = [
            (PartnerId(1), eur, at(100, 5)),
            (PartnerId(2), eur, at(50, 0)),
            (PartnerId(1), usd, at(70, 0)),
            (PartnerId(3), usd, at(0, 0)),
        ];
        let shown = commission(&all, Reader::Members);
        assert_eq!(shown.len(), 1, "who has nothing hides nobody");
        assert_eq!((shown[0].held.minor, shown[0].released.minor), (150, 5));
        assert_eq!(commission(&all, Reader::Lead).len(), 2);
    }
}
