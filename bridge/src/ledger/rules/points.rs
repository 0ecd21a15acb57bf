//! What the points book says: points given to a partner, and taken back. They are no money: no currency is theirs.
use super::Posting;
use schema::ids::PartnerId;
use schema::money::Currency;
use serde::{Deserialize, Serialize};

/// Points given to a partner; the entry's source says for which thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    pub partner: PartnerId,
    /// Above 0; below it where they are taken back.
    pub points: i64,
    /// What they are given for, one word: `reward`.
    pub reason: String,
}

/// Points taken back, and by which entry they had been given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsBack {
    /// `seq` of that entry.
    pub reverses: i64,
    /// The same points, negative.
    #[serde(flatten)]
    pub points: Points,
}

/// The account that holds a partner's points.
#[must_use]
pub fn points_account(partner: PartnerId) -> String {
    format!("points:{partner}")
}

impl Points {
    /// `mint:{reason} → points:{partner}`.
    pub(super) fn postings(&self) -> Vec<Posting> {
        let line = |account, minor| Posting { account, minor, currency: Currency::NONE };
        vec![
            line(format!("mint:{}", self.reason), self.points.saturating_neg()),
            line(points_account(self.partner), self.points),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Book, EntryBody, Sealed, check_balanced};
    use super::*;

    #[test]
    fn points_have_a_book_of_their_own() {
        let partner = PartnerId(7);
        let given = Points { partner, points: 50, reason: "reward".to_owned() };
        let body = EntryBody::PointsGiven(given);
        assert_eq!((body.book(), body.credit(), body.moved()), (Book::Points, None, None));
        let postings = body.postings();
        assert!(check_balanced(&postings).is_ok());
        let lines: Vec<_> = postings
            .iter()
            .map(|line| (line.account.as_str(), line.minor, line.currency.code()))
            .collect();
        let account = points_account(partner);
        assert_eq!(lines, [("mint:reward", -50, "XXX"), (account.as_str(), 50, "XXX")]);
        let text = body.sealed(1, "reward.earned", "R-1");
        assert_eq!(Sealed::read(&text).unwrap().body, body);
        let points = Points { partner, points: -50, reason: "reward".to_owned() };
        let back = EntryBody::PointsTaken(PointsBack { reverses: 1, points });
        assert_eq!((back.book(), back.credit(), back.moved()), (Book::Points, None, None));
        let sums = body.postings().into_iter().zip(back.postings());
        assert!(sums.into_iter().all(|(a, b)| a.account == b.account && a.minor + b.minor == 0));
        let text = back.sealed(2, "reward.revoked", "R-1");
        assert_eq!(Sealed::read(&text).unwrap().body, back);
    }
}
