//! How much of what a partner sold of late was taken back again.

/// Full local days looked at, today among them.
pub const RECORD_DAYS: i64 = 90;
/// From fewer sales nothing is concluded.
pub const RECORD_SALES_MIN: i64 = 3;
/// Above this share (basis points) reviewers are told.
pub const TAKEN_BPS_MAX: i64 = 2_500;

/// A partner's parts of sales approved in the time looked at, in the program's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    pub approved: i64,
    /// What is left of them after refunds, lost disputes and voids.
    pub left: i64,
    pub sales: i64,
}

impl Record {
    #[must_use]
    pub fn taken(self) -> i64 {
        self.approved.saturating_sub(self.left).max(0)
    }

    /// Whether so much was taken back that reviewers should know.
    #[must_use]
    pub fn is_high(self) -> bool {
        let (taken, approved) = (i128::from(self.taken()), i128::from(self.approved));
        self.sales >= RECORD_SALES_MIN && taken * 10_000 > approved * i128::from(TAKEN_BPS_MAX)
    }
}

/// A share in percent as people read it: tenths where there are any, rounded up, so that what is
/// above a bar does not read as being on it.
#[must_use]
pub fn percent(part: i64, whole: i64) -> String {
    let (part, whole) = (i128::from(part.max(0)), i128::from(whole.max(1)));
    let tenths = (part * 1_000 + whole - 1) / whole;
    if tenths % 10 == 0 {
        format!("{} %", tenths / 10)
    } else {
        format!("{}.{} %", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(approved: i64, taken: i64, sales: i64) -> Record {
        Record { approved, left: approved - taken, sales }
    }

    #[test]
    fn a_quarter_is_not_above_a_quarter_and_two_sales_are_too_few() {
        assert!(!record(10_000, 2_500, 3).is_high());
        assert!(record(10_000, 2_501, 3).is_high());
        assert!(!record(10_000, 10_000, RECORD_SALES_MIN - 1).is_high());
        assert!(!Record::default().is_high());
        // Largest sums do not overflow.
        assert!(record(i64::MAX, i64::MAX, 9).is_high());
    }

    #[test]
    fn percents_read_as_they_are() {
        for (part, whole, text) in [
            (310, 1_000, "31 %"),
            (2_501, 10_000, "25.1 %"),
            (1, 3, "33.4 %"),
            (5, 5, "100 %"),
            (0, 0, "0 %"),
        ] {
            assert_eq!(percent(part, whole), text);
        }
    }

    proptest! {
        /// Who is flagged never reads as a quarter or less.
        #[test]
        fn what_is_flagged_reads_above_the_bar(
            approved in 1_i64..=1_000_000_000_000_000,
            taken in 0_i64..=1_000_000_000_000_000,
        ) {
            let record = record(approved, taken.min(approved), 3);
            let percent = percent(record.taken(), approved);
            let tenths: String = percent.chars().filter(char::is_ascii_digit).collect();
            let tenths: i64 = tenths.parse().unwrap();
            let tenths = if percent.contains('.') { tenths } else { tenths * 10 };
            prop_assert_eq!(record.is_high(), tenths > 250, "{}", percent);
        }
    }
}
