//! What managers may say about a client that two partners name as theirs.
use crate::deals::store::{ConflictRow, DealRow};
use crate::platform::access::Reviewer;
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use schema::card::RulingKind;

/// Beside it a rejection names the conflict, and has at most 500 characters.
pub const RULING_REASON_CHARS_MAX: usize = 400;
/// A claim of up to eleven can still be shared with one more: the weights multiply.
pub const WEIGHT_MAX: u32 = 100;
pub const EXAMPLE: &str = "deal rule C-1 first Ana told us in May";

/// What was decided, by whom and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    pub kind: RulingKind,
    /// Of the first and the second, where they share.
    pub weights: (u32, u32),
    pub reason: String,
    /// User id.
    pub by: String,
}

/// # Errors
/// When the word is none of the four.
pub fn ruling(word: &str) -> Result<RulingKind, Refusal> {
    word.parse().map_err(|_| {
        let sentence =
            format!("{} is no ruling: say first, second, shares or none.", foreign(word));
        Refusal::new(Code::Usage, sentence).example(EXAMPLE)
    })
}

/// Reads `2:1`; equal parts when absent.
///
/// # Errors
/// When it is not two whole weights, or the ruling shares nothing.
pub fn weights(text: Option<&str>, kind: RulingKind) -> Result<(u32, u32), Refusal> {
    let Some(text) = text else { return Ok((1, 1)) };
    let example = "deal rule C-1 shares --weights 2:1 both worked on it";
    if kind != RulingKind::Shares {
        let sentence = format!("Weights go with shares only, not with {kind}.");
        return Err(Refusal::new(Code::Usage, sentence).example(example));
    }
    let weight = |text: &str| {
        let text = text.trim();
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let weight: Option<u32> = text.parse().ok().filter(|_| plain);
        weight.filter(|weight| (1..=WEIGHT_MAX).contains(weight))
    };
    let pair = text.split_once(':').and_then(|(one, two)| Some((weight(one)?, weight(two)?)));
    pair.ok_or_else(|| {
        let sentence = format!(
            "Weights are two whole numbers from 1 to {WEIGHT_MAX}, the first partner's before the colon."
        );
        Refusal::new(Code::Usage, sentence).example(example)
    })
}

/// # Errors
/// Says how it was decided when it was.
pub fn open(conflict: &ConflictRow) -> Result<(), Refusal> {
    let Some(decided) = &conflict.ruling else { return Ok(()) };
    let number = conflict.number;
    let sentence = format!("{number} is decided already: {}.", decided.kind);
    Err(Refusal::new(Code::Dup, sentence).example(format!("deal show {number}")))
}

/// # Errors
/// When the person is one of those whom the ruling is about.
pub fn may_rule(conflict: &ConflictRow, first: &DealRow, who: &Reviewer) -> Result<(), Refusal> {
    let is_party = |id| first.is_of(id) || conflict.rival.id == id;
    if who.partner().is_some_and(is_party) {
        let sentence = format!("{} is about you; another manager must rule.", conflict.number);
        return Err(Refusal::new(Code::Auth, sentence).example("role list"));
    }
    Ok(())
}

/// # Errors
/// When two share the client already.
pub fn sharable(first: &DealRow, conflict: &ConflictRow, kind: RulingKind) -> Result<(), Refusal> {
    if kind != RulingKind::Shares || first.sharing.is_none() {
        return Ok(());
    }
    let sentence = format!("Two share {} already; say first, second or none.", first.number);
    let example = format!("deal rule {} first the two came before", conflict.number);
    Err(Refusal::new(Code::Usage, sentence).example(example))
}

/// The weights of a claim that others join by a ruling: the first has `weights.0` against
/// `weights.1` of all who claimed, whose own weights keep their proportion. The first is named first.
#[must_use]
pub fn parts(weights: (u32, u32), claimed: &[u32]) -> Option<Vec<u32>> {
    let sum = claimed.iter().try_fold(0_u32, |sum, weight| sum.checked_add(*weight))?;
    let mut all = vec![weights.0.checked_mul(sum)?];
    for weight in claimed {
        all.push(weights.1.checked_mul(*weight)?);
    }
    let divisor = all.iter().copied().fold(0, gcd).max(1);
    Some(all.into_iter().map(|weight| weight / divisor).collect())
}

fn gcd(one: u32, two: u32) -> u32 {
    if two == 0 { one } else { gcd(two, one % two) }
}
