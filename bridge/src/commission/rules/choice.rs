//! Which rule applies to a partner's part of a sale, and why the others do not.
use super::{Body, Version};
use jiff::Span;
use jiff::civil::Date;
use schema::ids::PartnerId;
use std::cmp::Reverse;

/// What a rule may ask of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sold<'a> {
    pub partner: PartnerId,
    pub industry: Option<&'a str>,
    pub on: Date,
    /// Whole months since the partner's first sale to the client.
    pub month: i64,
}

/// Why a rule does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    NotYet { from: Date },
    Ended { from: Date },
    OtherIndustry { wants: String },
    OtherPartner { wants: PartnerId },
    MonthsOver { months: i64 },
    LowerPriority { priority: i64 },
    LessSpecific,
    Younger,
}

/// The rule that applies, and each other with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    pub chosen: Option<(&'a Version, &'a Body)>,
    pub others: Vec<(&'a Version, Why)>,
}

/// The version of each rule that counts on a day: of those that began by then, the newest.
#[must_use]
pub fn in_force(versions: &[Version], on: Date) -> Vec<&Version> {
    let mut found: Vec<&Version> = Vec::new();
    for version in versions.iter().filter(|version| version.from <= on) {
        match found.iter_mut().find(|other| other.rule.rule == version.rule.rule) {
            Some(other) if other.rule.version < version.rule.version => *other = version,
            Some(_) => {}
            None => found.push(version),
        }
    }
    found.sort_by_key(|version| version.rule);
    found
}

/// Priority, then the more specific predicate, then the older rule.
#[must_use]
pub fn choose<'a>(versions: &'a [Version], sold: Sold<'_>) -> Choice<'a> {
    let counting = in_force(versions, sold.on);
    let mut others = Vec::new();
    let mut fits: Vec<(&Version, &Body)> = Vec::new();
    for version in &counting {
        match refusal(version, sold) {
            Ok(body) => fits.push((version, body)),
            Err(why) => others.push((*version, why)),
        }
    }
    for version in versions {
        let known = |other: &&Version| other.rule.rule == version.rule.rule;
        if !counting.iter().any(known) && !others.iter().any(|(other, _)| known(other)) {
            others.push((version, Why::NotYet { from: version.from }));
        }
    }
    fits.sort_by_key(|(version, body)| {
        (Reverse(body.priority), Reverse(body.specificity()), version.rule)
    });
    let mut fits = fits.into_iter();
    let chosen = fits.next();
    if let Some((_, best)) = chosen {
        others.extend(fits.map(|(version, body)| (version, outranked(body, best))));
    }
    others.sort_by_key(|(version, _)| version.rule);
    Choice { chosen, others }
}

fn refusal<'a>(version: &'a Version, sold: Sold<'_>) -> Result<&'a Body, Why> {
    let body = version.body.as_ref().ok_or(Why::Ended { from: version.from })?;
    if let Some(wants) =
        body.industry.as_ref().filter(|wants| Some(wants.as_str()) != sold.industry)
    {
        return Err(Why::OtherIndustry { wants: wants.clone() });
    }
    if let Some(wants) = body.partner.filter(|wants| *wants != sold.partner) {
        return Err(Why::OtherPartner { wants });
    }
    match body.months {
        Some(months) if sold.month >= months => Err(Why::MonthsOver { months }),
        _ => Ok(body),
    }
}

fn outranked(body: &Body, best: &Body) -> Why {
    if body.priority < best.priority {
        Why::LowerPriority { priority: best.priority }
    } else if body.specificity() < best.specificity() {
        Why::LessSpecific
    } else {
        Why::Younger
    }
}

/// Whole months from a first day to a later one; the last day of a shorter month completes one.
#[must_use]
pub fn months_since(first: Date, day: Date) -> i64 {
    let count = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let months = count(day) - count(first);
    let reached = Span::new().try_months(months).map_or(first, |span| first.saturating_add(span));
    if reached > day { months - 1 } else { months }
}
