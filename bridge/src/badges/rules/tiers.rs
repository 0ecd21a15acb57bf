//! Tiers: a bar of net revenue within the last months lets in, nine tenths of it keep, and who falls
//! below that has a grace before anything changes.
use jiff::Span;
use jiff::civil::Date;

/// Of the bar, in tenths: below it a tier is in danger.
pub const KEEP_TENTHS: i64 = 9;
/// Full days after the warning on which nothing changes.
pub const GRACE_DAYS: i64 = 30;
pub const WINDOW_MONTHS: i64 = 12;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    pub slug: String,
    pub name: String,
    pub bar_minor: i64,
    pub window_months: i64,
}

impl Tier {
    /// What lets in.
    #[must_use]
    pub const fn bar(&self) -> i64 {
        self.bar_minor
    }

    /// The least revenue that keeps it: nine tenths of the bar, rounded up.
    #[must_use]
    pub fn keep_minor(&self) -> i64 {
        let keep = (i128::from(self.bar_minor) * i128::from(KEEP_TENTHS) + 9) / 10;
        i64::try_from(keep).unwrap_or(i64::MAX)
    }

    /// The last day that does not count any more.
    #[must_use]
    pub fn window_after(&self, today: Date) -> Date {
        let span = Span::new().try_months(self.window_months);
        span.map_or(Date::MIN, |span| today.saturating_sub(span))
    }
}

/// Where a partner stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub slug: String,
    /// Since when they are below what keeps it.
    pub warned_on: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Entered(String),
    Warned,
    Safe,
    /// And in which one they are now.
    Left(Option<String>),
}

/// A step, the tier it is about, and the partner's revenue within that tier's window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub step: Step,
    pub tier: Option<Tier>,
    pub minor: Option<i64>,
}

/// The first day on which a warned partner is not in the tier any more.
#[must_use]
pub fn grace_ends_on(warned_on: Date) -> Date {
    Span::new().try_days(GRACE_DAYS + 1).map_or(warned_on, |days| warned_on.saturating_add(days))
}

/// What the revenue of a day makes of a partner's place. `is_undone`: what let them in was taken back,
/// so that there is nothing to keep.
#[must_use]
pub fn step(
    tiers: &[Tier],
    place: Option<&Place>,
    revenue: impl Fn(&Tier) -> i64,
    (today, is_undone): (Date, bool),
) -> Option<Step> {
    let mut tiers: Vec<&Tier> = tiers.iter().collect();
    tiers.sort_by(|a, b| (a.bar_minor, &a.slug).cmp(&(b.bar_minor, &b.slug)));
    let reached = tiers.iter().rposition(|tier| revenue(tier) >= tier.bar_minor);
    let Some(place) = place else {
        return reached.map(|at| Step::Entered(tiers[at].slug.clone()));
    };
    let keeps = |tier: &&Tier| revenue(tier) >= tier.keep_minor();
    let best_kept = |below: &[&Tier]| below.iter().rfind(|t| keeps(t)).map(|t| t.slug.clone());
    let Some(at) = tiers.iter().position(|tier| tier.slug == place.slug) else {
        return Some(Step::Left(best_kept(&tiers)));
    };
    if reached.is_some_and(|reached| reached > at) {
        return reached.map(|at| Step::Entered(tiers[at].slug.clone()));
    }
    match (keeps(&tiers[at]), place.warned_on) {
        (true, None) => None,
        (true, Some(_)) => Some(Step::Safe),
        (false, _) if is_undone => Some(Step::Left(best_kept(&tiers[..at]))),
        (false, None) => Some(Step::Warned),
        (false, Some(since)) if today >= grace_ends_on(since) => {
            Some(Step::Left(best_kept(&tiers[..at])))
        }
        (false, Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn tier(slug: &str, bar: i64) -> Tier {
        Tier { slug: slug.into(), name: slug.into(), bar_minor: bar, window_months: 12 }
    }

    fn place(slug: &str, warned_on: Option<Date>) -> Option<Place> {
        Some(Place { slug: slug.into(), warned_on })
    }

    const DAY: Date = date(2026, 11, 24);

    #[test]
    fn nine_tenths_of_the_bar_keep_a_place() {
        assert_eq!((tier("gold", 1_001).bar(), tier("gold", 1_001).keep_minor()), (1_001, 901));
    }

    fn at(place: Option<&Place>, revenue: i64, today: Date) -> Option<Step> {
        let tiers = [tier("gold", 5_000), tier("silver", 1_001)];
        step(&tiers, place, |_| revenue, (today, false))
    }

    #[test]
    fn the_bar_lets_in_and_nine_tenths_of_it_keep() {
        assert_eq!(tier("silver", 1_001).keep_minor(), 901);
        assert_eq!(tier("gold", 5_000).keep_minor(), 4_500);
        assert_eq!(tier("top", i64::MAX).keep_minor(), i64::MAX / 10 * 9 + 7);
        assert_eq!(at(None, 1_000, DAY), None);
        assert_eq!(at(None, 1_001, DAY), Some(Step::Entered("silver".into())));
        assert_eq!(at(None, 5_000, DAY), Some(Step::Entered("gold".into())));
        let silver = place("silver", None);
        assert_eq!(at(silver.as_ref(), 5_000, DAY), Some(Step::Entered("gold".into())));
        assert_eq!(at(silver.as_ref(), 901, DAY), None);
        assert_eq!(at(silver.as_ref(), 900, DAY), Some(Step::Warned));
    }

    #[test]
    fn nothing_changes_before_the_grace_is_over() {
        let warned = place("gold", Some(DAY));
        let last = date(2026, 12, 24);
        assert_eq!(grace_ends_on(DAY), date(2026, 12, 25));
        assert_eq!(at(warned.as_ref(), 4_499, DAY), None);
        assert_eq!(at(warned.as_ref(), 4_499, last), None);
        let after = last.tomorrow().unwrap();
        assert_eq!(at(warned.as_ref(), 4_499, after), Some(Step::Left(Some("silver".into()))));
        assert_eq!(at(warned.as_ref(), 901, after), Some(Step::Left(Some("silver".into()))));
        assert_eq!(at(warned.as_ref(), 900, after), Some(Step::Left(None)));
        assert_eq!(at(warned.as_ref(), 4_500, after), Some(Step::Safe));
    }

    #[test]
    fn an_ended_tier_is_left_and_what_was_undone_is_not_kept() {
        let bronze = place("bronze", None);
        assert_eq!(at(bronze.as_ref(), 950, DAY), Some(Step::Left(Some("silver".into()))));
        assert_eq!(at(bronze.as_ref(), 0, DAY), Some(Step::Left(None)));
        let tiers = [tier("silver", 1_001)];
        let silver = place("silver", None);
        let undone = step(&tiers, silver.as_ref(), |_| 900, (DAY, true));
        assert_eq!(undone, Some(Step::Left(None)));
        assert_eq!(step(&tiers, silver.as_ref(), |_| 901, (DAY, true)), None);
    }

    #[test]
    fn the_window_is_of_whole_months() {
        assert_eq!(tier("t", 1).window_after(date(2027, 2, 28)), date(2026, 2, 28));
        let short = Tier { window_months: 1, ..tier("t", 1) };
        assert_eq!(short.window_after(date(2026, 3, 31)), date(2026, 2, 28));
    }

    #[test]
    fn nobody_enters_the_tier_in_which_they_are() {
        let (silver, gold) = (place("silver", None), place("gold", None));
        for revenue in [1_001, 4_999] {
            assert_eq!(at(silver.as_ref(), revenue, DAY), None, "{revenue}");
        }
        assert_eq!(at(gold.as_ref(), 5_000, DAY), None);
        let warned = place("gold", Some(DAY));
        assert_eq!(at(warned.as_ref(), 5_000, DAY), Some(Step::Safe));
    }
}
