//! What a board counts.
use crate::wire::words;

words! {
    /// What a board counts. `revenue` is net credit in minor units, `penetration` newly won clients in
    /// thousandths (milli-clients, double in industries that had hardly been entered), the others are
    /// plain counts.
    Metric, "metric" {
        Revenue = "revenue",
        Clients = "clients",
        Penetration = "penetration",
        Breadth = "breadth",
        Help = "help",
    }
}

impl Metric {
    /// Whether there is a board of this in each industry; how many industries somebody sells in is a
    /// question to the whole program.
    #[must_use]
    pub const fn has_industries(self) -> bool {
        !matches!(self, Self::Breadth)
    }

    /// Decimals of a score that is no money: a client won by two is a part of one for each.
    #[must_use]
    pub const fn decimals(self) -> u8 {
        if matches!(self, Self::Penetration) { 3 } else { 0 }
    }

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
