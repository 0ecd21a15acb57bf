//! What a board counts.
use crate::wire::words;

words! {
    /// What a board counts. `revenue` is net credit in minor units, the others are plain counts.
    Metric, "metric" {
        Revenue = "revenue",
        Clients = "clients",
        Penetration = "penetration",
        Breadth = "breadth",
        Help = "help",
    }
}

impl Metric {
    /// The metrics this version computes and `!board` accepts.
    pub const LIVE: &'static [Self] = &[Self::Revenue, Self::Clients];

    /// Whether scores are money (minor units of the program's currency).
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(self, Self::Revenue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_in_any_case() {
        for metric in Metric::ALL {
            assert_eq!(metric.to_string().to_uppercase().parse::<Metric>(), Ok(*metric));
        }
        assert!("sales".parse::<Metric>().is_err());
    }
}
