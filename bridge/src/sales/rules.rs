//! What is allowed with a claim and a sale, how clients are told apart, and what looks odd.
mod client;
mod correct;
mod disputes;
mod odd;
mod record;
mod reviewers;
mod seller;
mod shares;
#[cfg(test)]
pub(crate) mod tests;

pub use client::{Domain, client_key, domain_of, skeleton};
pub use correct::{correctable, corrected_as, corrected_shares, may_correct, needs_no_second};
pub use disputes::{disputable, open_dispute};
pub use odd::{backdated, core, similar};
pub use record::{RECORD_DAYS, RECORD_SALES_MIN, Record, percent};
pub use reviewers::{Colleague, not_its_claimer, outside_first};
pub use seller::{Seller, is_own};
pub use shares::{
    CO_SELLERS_MAX, LAPSE_MS, REMIND_MS, Share, WEIGHT_MAX, adjusted, may_amend, not_a_partner,
    not_the_claimant, shares, waiting,
};

use super::store::SaleRow;
use crate::ledger::rules::{Credit, CreditShare};
use crate::platform::access::Reviewer;
use crate::platform::refusal::{Code, Refusal};
pub use crate::rates::rules::Exchange;
use jiff::ToSpan;
use jiff::civil::Date;
use schema::card::FlagKind;
use schema::ids::{PartnerId, SaleNumber};
use schema::money::{Money, Overflow};
use schema::status::SaleStatus;

/// A claim on the same client with the same amount is flagged for this long.
pub const DUPLICATE_DAYS: i64 = 30;
/// Older days need a manager.
pub const BACKDATE_DAYS_MAX: i64 = 45;
pub const REASON_CHARS_MAX: usize = 500;
/// What the cause of a sale begins with that was brought in from elsewhere: nobody claimed it in a room.
pub const IMPORTED: &str = "import:";

impl SaleRow {
    /// Whether it was brought in from elsewhere: it has no claim and no review card.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        self.cause.starts_with(IMPORTED)
    }

    /// An amount of this sale in the program's currency, at the pinned rate.
    ///
    /// # Errors
    /// `Overflow` where it does not fit.
    pub fn reporting(&self, minor: i64) -> Result<Money, Overflow> {
        let amount = Money { minor, ..self.amount };
        match self.exchange {
            Some(exchange) => exchange.rate.convert(amount, exchange.reporting.currency),
            None => Ok(amount),
        }
    }

    /// Of what is left, what is in dispute, minor units.
    #[must_use]
    pub fn disputed(&self) -> i64 {
        let open = self.disputes.iter().filter(|dispute| dispute.is_open());
        open.map(|dispute| dispute.minor).sum()
    }

    /// How many different reviewers it needs, by what it counts.
    #[must_use]
    pub fn reviewers_needed(&self, two_person_over: Option<i64>) -> usize {
        let flagged = self.flags.iter().any(|flag| flag.flag == FlagKind::TwoReviewers);
        match self.exchange {
            Some(exchange) => reviewers_needed(exchange.reporting, two_person_over),
            // Not converted yet: as the rate was when it was claimed.
            None => 1 + usize::from(flagged),
        }
    }

    /// The parts of what is left, in the sale's own currency, in the order named.
    #[must_use]
    pub fn parts_left(&self) -> Vec<i64> {
        let weights: Vec<u32> = self.shares.iter().map(|share| share.weight).collect();
        schema::money::split(self.net_minor, &weights).unwrap_or_default()
    }

    /// What the ledger says of this sale, with these parts; those of nothing are left out.
    #[must_use]
    pub fn credit(&self, parts: &[(PartnerId, i64)]) -> Credit {
        Credit {
            sale: self.id,
            client: self.client_id,
            industry: self.industry.clone(),
            on: self.on,
            currency: self
                .exchange
                .map_or(self.amount.currency, |exchange| exchange.reporting.currency),
            shares: parts
                .iter()
                .filter(|(_, minor)| *minor != 0)
                .map(|(partner, minor)| CreditShare { partner: *partner, minor: *minor })
                .collect(),
        }
    }
}

/// "Absent" and "not yours" are one answer.
#[must_use]
pub fn no_such_sale() -> Refusal {
    Refusal::new(Code::Ref, "There is no such sale here; `sale list` shows them.")
        .example("sale list")
}

/// The same line again within seconds.
#[must_use]
pub fn slip(number: SaleNumber, line: &str) -> Refusal {
    Refusal::new(
        Code::Dup,
        format!("This is the same as {number}, claimed a moment ago. If it is another sale, answer yes or send `sale confirm`."),
    )
    .example("sale confirm")
    .asks(line)
}

#[must_use]
pub fn looks_like(client: &str, known: &str) -> Refusal {
    let shown = crate::platform::text::foreign(client);
    let odd = client
        .chars()
        .find(|c| !c.is_ascii())
        .map(|c| format!(" (it has U+{:04X})", u32::from(c)))
        .unwrap_or_default();
    Refusal::new(
        Code::Ref,
        format!(
            "{shown} only looks like the known client {known}{odd}; type the name anew, or ask a manager to claim it."
        ),
    )
    .example(format!("sale add 1000 EUR {known}"))
}

/// # Errors
/// When the day lies ahead, before the program, or too far back.
pub fn effective_day(
    on: Date,
    today: Date,
    started_on: Date,
    as_manager: bool,
) -> Result<(), Refusal> {
    let refused = |sentence: String| {
        Err(Refusal::new(Code::Date, sentence)
            .example(format!("sale add 1000 EUR Acme --on {today}")))
    };
    if on > today {
        return refused(format!("{on} lies in the future; a sale is claimed when it is made."));
    }
    if on < started_on {
        return refused(format!("{on} is before the program began ({started_on})."));
    }
    let oldest = today.checked_sub(BACKDATE_DAYS_MAX.days()).unwrap_or(started_on);
    if on < oldest && !as_manager {
        return refused(format!(
            "{on} is too long ago: you can go back {BACKDATE_DAYS_MAX} days; a manager can claim it for you."
        ));
    }
    Ok(())
}

/// # Errors
/// Says how it was decided when it is not open any more.
pub fn open(sale: &SaleRow) -> Result<(), Refusal> {
    let number = sale.number;
    let sentence = match sale.status() {
        SaleStatus::Claimed => return Ok(()),
        SaleStatus::Approved => format!("{number} is already approved; it can only be voided."),
        SaleStatus::Rejected => format!("{number} is already rejected."),
        SaleStatus::Withdrawn => format!("{number} is already withdrawn."),
        SaleStatus::Voided => format!("{number} is already void."),
    };
    Err(Refusal::new(Code::Dup, sentence).example(format!("sale show {number}")))
}

/// # Errors
/// When the sale is decided, the reviewer has a share in it, or has already said yes.
pub fn may_approve(
    sale: &SaleRow,
    reviewer: &Reviewer,
    approvals: &[String],
) -> Result<(), Refusal> {
    open(sale)?;
    let number = sale.number;
    let own = sale.partner_user == reviewer.user_id()
        || sale.shares.iter().any(|share| Some(share.partner) == reviewer.partner());
    if own {
        let sentence = format!("You have a share in {number}; another reviewer must decide.");
        return Err(Refusal::new(Code::Auth, sentence).example("role list"));
    }
    if approvals.iter().any(|user| user == reviewer.user_id()) {
        let sentence =
            format!("You have said yes to {number} already; one more reviewer is needed.");
        return Err(Refusal::new(Code::Dup, sentence).example("role list"));
    }
    Ok(())
}

/// # Errors
/// When another partner has registered the client, and no manager has ruled on it.
pub fn ruled_on(sale: &SaleRow) -> Result<(), Refusal> {
    let waits = sale.flags.iter().find(|flag| flag.flag == FlagKind::Protected);
    let Some(conflict) = waits.and_then(|flag| flag.conflict) else { return Ok(()) };
    let sentence = format!(
        "{} is on a client that another partner registered: a manager rules on {conflict} first.",
        sale.number
    );
    Err(Refusal::new(Code::Confirm, sentence)
        .example(format!("deal rule {conflict} first they told us in May")))
}

/// # Errors
/// Names those whose yes to a shared sale is missing.
pub fn confirmed_by_all(sale: &SaleRow) -> Result<(), Refusal> {
    if !sale.shares.iter().any(Share::is_open) {
        return Ok(());
    }
    let (number, names) = (sale.number, waiting(&sale.shares));
    let sentence = format!(
        "{number} is shared, and {} has not said yes yet; a manager can approve it anyway.",
        crate::platform::text::foreign(&names)
    );
    Err(Refusal::new(Code::Confirm, sentence).example(format!("sale approve {number} --anyway")))
}

/// # Errors
/// When the sale does not count, or less than this is left of it.
pub fn refundable(sale: &SaleRow, amount: Money) -> Result<(), Refusal> {
    let number = sale.number;
    let example = |refusal: Refusal| refusal.example(format!("sale show {number}"));
    match sale.status() {
        SaleStatus::Approved if amount.minor <= sale.net_minor - sale.disputed() => Ok(()),
        SaleStatus::Approved if sale.disputed() > 0 => {
            let free = Money { minor: sale.net_minor - sale.disputed(), ..sale.amount };
            let sentence =
                format!("Only {free} of {number} is not in dispute; the dispute comes first.");
            let disputed = Money { minor: sale.disputed(), ..sale.amount };
            Err(Refusal::new(Code::Amount, sentence)
                .example(format!("sale dispute {number} {} lost", disputed.plain())))
        }
        SaleStatus::Approved if sale.net_minor == 0 => {
            Err(example(Refusal::new(Code::Amount, format!("Nothing is left of {number}."))))
        }
        SaleStatus::Approved => {
            let left = sale.net();
            let sentence = format!("Only {left} is left of {number}.");
            Err(Refusal::new(Code::Amount, sentence)
                .example(format!("sale refund {number} {} returned in full", left.plain())))
        }
        SaleStatus::Voided => {
            Err(example(Refusal::new(Code::Dup, format!("{number} is void already."))))
        }
        _ => Err(example(Refusal::new(
            Code::Usage,
            format!("{number} does not count, so there is nothing to refund."),
        ))),
    }
}

/// # Errors
/// When the sale never counted or is void already.
pub fn voidable(sale: &SaleRow) -> Result<(), Refusal> {
    let number = sale.number;
    match sale.status() {
        SaleStatus::Approved => Ok(()),
        SaleStatus::Voided => Err(Refusal::new(Code::Dup, format!("{number} is already void."))
            .example(format!("sale show {number}"))),
        _ => Err(Refusal::new(
            Code::Usage,
            format!("{number} does not count, so there is nothing to void; reject it instead."),
        )
        .example(format!("sale reject {number} no invoice yet"))),
    }
}

/// # Errors
/// When the reason is missing or too long.
pub fn reason(text: &str) -> Result<(), Refusal> {
    let count = text.trim().chars().count();
    if count == 0 {
        return Err(Refusal::new(Code::Usage, "Please say why; the claimant reads it.")
            .example("sale reject S-1 no invoice yet"));
    }
    if count > REASON_CHARS_MAX {
        return Err(Refusal::new(
            Code::Long,
            format!("A reason has at most {REASON_CHARS_MAX} characters."),
        )
        .example("sale reject S-1 no invoice yet"));
    }
    Ok(())
}

/// How many different reviewers an amount needs.
#[must_use]
pub fn reviewers_needed(amount: Money, two_person_over: Option<i64>) -> usize {
    match two_person_over {
        Some(limit) if amount.minor > limit => 2,
        _ => 1,
    }
}
