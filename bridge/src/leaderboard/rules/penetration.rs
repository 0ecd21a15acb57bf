//! The two metrics that ask how far a partner reaches. Penetration: clients newly won in an industry,
//! by the partner's part of the winning sale, double where the industry had hardly been entered when the
//! period began. Breadth: in how many industries credit is left.
use std::collections::BTreeMap;

use schema::ids::PartnerId;
use schema::metric::Metric;
use schema::money::split;
use schema::period::{Period, PeriodKind};

use super::scores::{Changes, Holding, Periods, add};
use super::{BoardKey, first};
use crate::ledger::rules::Credit;

/// A whole client.
pub const CLIENT_MILLI: i64 = 1_000;

/// An industry with less of its accounts won than this is hardly entered: new clients count double.
const DOUBLE_BELOW_BPS: i64 = 500;

/// Clients by targets in basis points, rounded down; none where no targets were set.
#[must_use]
pub fn bps(clients: i64, targets: i64) -> Option<i64> {
    if targets <= 0 {
        return None;
    }
    i64::try_from(i128::from(clients) * 10_000 / i128::from(targets)).ok()
}

/// Whether new clients count double in a period that began with this.
#[must_use]
pub fn counts_double(clients: i64, targets: Option<i64>) -> bool {
    let below = |targets: i64| {
        i128::from(clients) * 10_000 < i128::from(DOUBLE_BELOW_BPS) * i128::from(targets)
    };
    targets.is_some_and(below)
}

/// Each partner's part of a client, in thousandths: as the sale was shared when it was approved, by the
/// largest remainder.
#[must_use]
pub fn parts(credit: &Credit) -> BTreeMap<PartnerId, i64> {
    let minors: Vec<u64> =
        credit.shares.iter().map(|share| u64::try_from(share.minor).unwrap_or(0)).collect();
    let mut parts = BTreeMap::new();
    for (share, part) in credit.shares.iter().zip(split(CLIENT_MILLI, &minors).unwrap_or_default())
    {
        *parts.entry(share.partner).or_default() += part;
    }
    parts
}

/// As `clients`, within the sale's industry and by weight; the program's board is the sum of the
/// industries'.
pub(super) fn penetration(
    changes: &mut Changes,
    (at, industry): (i64, &str),
    periods: &mut Periods<'_>,
    (partner, before, after): (PartnerId, &[Holding], &[Holding]),
    doubled: &dyn Fn(&str, Period) -> bool,
) {
    let (old, new) = (first(before, Some(industry)), first(after, Some(industry)));
    if old.map(|win| win.sale) == new.map(|win| win.sale) {
        return;
    }
    for kind in PeriodKind::ALL {
        let mut count = |win: &Holding, sign: i64| {
            let counted = periods.counted_in(*kind, win.on, win.at);
            let period = periods.open_for(counted, at);
            let weight = if doubled(industry, counted) { 2 } else { 1 };
            for scope in [None, Some(industry.to_owned())] {
                let key = BoardKey::new(Metric::Penetration, period, scope);
                add(changes, partner, key, sign * weight * win.milli);
            }
        };
        if let Some(win) = old {
            count(win, -1);
        }
        if let Some(win) = new {
            count(win, 1);
        }
    }
}

/// An industry counts in a period while the partner's net credit in it there is above 0. Reads the
/// changes of revenue that the same entry makes; `net` is what stood before it.
pub(super) fn breadth(
    changes: &mut Changes,
    (partner, industry): (PartnerId, &str),
    net: &dyn Fn(PartnerId, &BoardKey) -> i64,
) {
    let revenue: Vec<(Period, i64)> = changes
        .iter()
        .filter(|((id, key), _)| *id == partner && key.metric == Metric::Revenue)
        .filter(|((_, key), _)| key.industry.as_deref() == Some(industry))
        .map(|((id, key), by)| {
            let before = net(*id, key);
            let after = before.saturating_add(*by);
            (key.period, i64::from(after > 0) - i64::from(before > 0))
        })
        .collect();
    for (period, by) in revenue {
        add(changes, partner, BoardKey::new(Metric::Breadth, period, None), by);
    }
}

/// How even a partner's clients lie over industries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Industries with a client.
    pub industries: u32,
    /// The sum of squared parts, in basis points: 10 000 is all in one.
    pub hhi_bps: i64,
    /// As many equal industries would be as concentrated, in hundredths.
    pub effective_x100: i64,
}

/// Of the clients in each industry; none without clients.
#[must_use]
pub fn spread(clients: &[i64]) -> Option<Spread> {
    let counts: Vec<i128> = clients.iter().filter(|n| **n > 0).map(|n| i128::from(*n)).collect();
    let total: i128 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let squares: i128 = counts.iter().map(|n| n * n).sum();
    let rounded = |numerator: i128, denominator: i128| {
        i64::try_from((2 * numerator + denominator) / (2 * denominator)).ok()
    };
    Some(Spread {
        industries: u32::try_from(counts.len()).ok()?,
        hhi_bps: rounded(squares * 10_000, total * total)?,
        effective_x100: rounded(total * total * 100, squares)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penetration_of_industries_and_of_all() {
        assert_eq!(
            [(18, 120), (6, 40), (30, 1000)].map(|(w, t)| bps(w, t)),
            [1500, 1500, 300].map(Some)
        );
        assert_eq!(bps(18 + 6 + 30, 120 + 40 + 1000), Some(465));
        assert_eq!(bps(3, 0), None);
        assert!(counts_double(49, Some(1_000)) && !counts_double(50, Some(1_000)));
        assert!(!counts_double(0, None));
    }

    #[test]
    fn diversification() {
        let spread = spread(&[37, 1, 1, 1, 0]).unwrap();
        assert_eq!((spread.industries, spread.hhi_bps, spread.effective_x100), (4, 8575, 117));
        assert_eq!(super::spread(&[0, -1]), None);
        assert_eq!(super::spread(&[5]).map(|s| (s.hhi_bps, s.effective_x100)), Some((10_000, 100)));
    }
}
