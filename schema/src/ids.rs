//! Opaque identities: ULIDs as `u128` inside, 26 characters outside; and the numbers people use.
use std::fmt;
use std::str::FromStr;

use crate::wire::as_text;

/// A text that is not an id in its one written form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct IdError(&'static str);

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl $name {
            /// The id made at `now` (epoch milliseconds) with 80 bits of the caller's randomness.
            #[must_use]
            pub fn from_parts(now: i64, random: u128) -> Self {
                Self(ulid::Ulid::from_parts(now.max(0).unsigned_abs(), random).0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut buffer = [0; 26];
                f.write_str(ulid::Ulid(self.0).array_to_str(&mut buffer))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Takes only the canonical form (26 upper-case characters), so that equal ids are
            /// equal texts.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let id = ulid::Ulid::from_string(text).map_err(|_| IdError(stringify!($name)))?;
                let mut buffer = [0; 26];
                if id.array_to_str(&mut buffer) == text {
                    Ok(Self(id.0))
                } else {
                    Err(IdError(stringify!($name)))
                }
            }
        }

        as_text!($name, "Id", "An opaque id (ULID)", "^[0-7][0-9A-HJKMNP-TV-Z]{25}$");
    };
}

id!(
    /// A partner, for life; stands in room state and in the ledger in place of a name.
    PartnerId
);
id!(
    /// A sale; people use its `SaleNumber`.
    SaleId
);
id!(
    /// A client of the program's partners; the ledger knows it by nothing else.
    ClientId
);
id!(
    /// A destructive command that waits for its author's yes.
    ConfirmationId
);

id!(
    /// A registered deal; people use its `DealNumber`.
    DealId
);
id!(
    /// A client that two partners name as theirs; people use its `ConflictNumber`.
    ConflictId
);
id!(
    /// A question; people use its `QuestionNumber`.
    QuestionId
);
id!(
    /// A mentorship, from the request on.
    MentorshipId
);

macro_rules! number {
    ($(#[$meta:meta])* $name:ident, $upper:literal, $lower:literal, $what:literal, $text:literal,
     $description:literal, $pattern:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($upper, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Takes `S-12` and `s-12`; no sign, no leading zero, nothing that passes `i64`.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.strip_prefix($upper).or_else(|| text.strip_prefix($lower));
                digits
                    .filter(|d| d.bytes().all(|b| b.is_ascii_digit()) && !d.starts_with('0'))
                    .and_then(|d| d.parse().ok())
                    .map(Self)
                    .ok_or(IdError($what))
            }
        }

        as_text!($name, $text, $description, $pattern);
    };
}

number!(
    /// The number by which people name a sale: `S-12`. Above 0.
    SaleNumber, "S-", "s-", "sale number", "SaleNumber",
    "The number by which people name a sale", "^S-[1-9][0-9]*$"
);
number!(
    /// The number by which people name a registered deal: `D-12`. Above 0.
    DealNumber, "D-", "d-", "deal number", "DealNumber",
    "The number by which people name a registered deal", "^D-[1-9][0-9]*$"
);
number!(
    /// The number by which the team names a conflict about a client: `C-12`. Above 0.
    ConflictNumber, "C-", "c-", "conflict number", "ConflictNumber",
    "The number by which the team names a conflict about a client", "^C-[1-9][0-9]*$"
);
number!(
    /// The number by which people name a question: `Q-12`. Above 0.
    QuestionNumber, "Q-", "q-", "question number", "QuestionNumber",
    "The number by which people name a question", "^Q-[1-9][0-9]*$"
);
number!(
    /// The number by which people name a payout: `P-12`. Above 0.
    PayoutNumber, "P-", "p-", "payout number", "PayoutNumber",
    "The number by which people name a payout", "^P-[1-9][0-9]*$"
);
number!(
    /// The number by which people name a goal: `G-12`. Above 0.
    GoalNumber, "G-", "g-", "goal number", "GoalNumber",
    "The number by which people name a goal", "^G-[1-9][0-9]*$"
);
number!(
    /// The number by which people name a reward that somebody earned: `R-12`. Above 0.
    RewardNumber, "R-", "r-", "reward number", "RewardNumber",
    "The number by which people name a reward that somebody earned", "^R-[1-9][0-9]*$"
);
number!(
    /// The number by which people name a batch of imported sales: `B-1`. Above 0.
    BatchNumber, "B-", "b-", "batch number", "BatchNumber",
    "The number by which people name a batch of imported sales", "^B-[1-9][0-9]*$"
);
number!(
    /// The number by which people name a case study: `ST-1`. Above 0.
    StoryNumber, "ST-", "st-", "case study number", "StoryNumber",
    "The number by which people name a case study", "^ST-[1-9][0-9]*$"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_text() {
        let id = PartnerId::from_parts(1_700_000_000_000, 42);
        let text = id.to_string();
        assert_eq!(text.len(), 26);
        assert_eq!(text.parse(), Ok(id));
        assert!(text.to_lowercase().parse::<PartnerId>().is_err());
        assert!("".parse::<PartnerId>().is_err());
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<PartnerId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_order_as_their_texts() {
        let ids = [3_u128, 1 << 90, 1 << 70, u128::MAX >> 1].map(SaleId);
        let mut by_id = ids;
        by_id.sort_unstable();
        let mut by_text = ids;
        by_text.sort_unstable_by_key(ToString::to_string);
        assert_eq!(by_id, by_text);
    }

    #[test]
    fn sale_numbers_are_strict() {
        assert_eq!("S-1042".parse(), Ok(SaleNumber(1042)));
        assert_eq!("s-7".parse(), Ok(SaleNumber(7)));
        let bad =
            ["S--1", "S-0", "S-1.5", "S-1042; drop table", "S-99999999999999999999", "S-", "7"];
        for text in bad {
            assert!(text.parse::<SaleNumber>().is_err(), "{text}");
        }
        assert_eq!("q-3".parse(), Ok(QuestionNumber(3)));
        assert!("S-3".parse::<QuestionNumber>().is_err());
    }
}
