//! What may be shown of a sale and of those who sold it, when a message is due, and what a story may be.
mod band;
#[cfg(test)]
mod tests;

pub use band::{band, band_text};

use crate::platform::access::PartnerRow;
use crate::platform::refusal::{Code, Refusal};
use crate::sales::store::SaleRow;
use jiff::civil::Date;
use schema::card::{Amounts, SaleWin, Winner};
use schema::money::Money;
use schema::status::{Enrollment, SaleStatus, Visibility};

/// Lines of one message; it counts what else it stands for.
pub const LINES_MAX: i64 = 10;
/// The characters of a story told with `!win`.
pub const WIN_CHARS_MAX: usize = 1_500;
/// Stories of one partner in a day of the program's zone.
pub const WINS_A_DAY_MAX: i64 = 3;
/// From this age on a sale's day is said.
pub const OLD_DAYS: i32 = 7;
/// How amounts are shown until a partner says otherwise.
pub const AMOUNTS: Amounts = Amounts::Band;

const WIN: &str = "win The clinic signed after two visits --sale S-1";

/// When the next message may go: what is celebrated waits this long for company, and no message comes
/// sooner after the last one. Of the two times given the inputs' may be older than the jobs'.
#[must_use]
pub fn due(now: i64, last: Option<i64>, every: i64) -> i64 {
    last.map_or(now, |last| last.max(now)) + every
}

/// Somebody as the wins room may name them; `None` for who is hidden.
#[must_use]
pub fn winner(row: &PartnerRow) -> Option<Winner> {
    let nameless =
        |name: &str| Some(Winner { name: name.to_owned(), partner: None, user_id: None });
    match (row.visibility, row.enrollment) {
        (Visibility::Hidden, _) => None,
        (Visibility::Anonymous, _) => nameless(NAMELESS),
        (Visibility::Public, Enrollment::Left) => nameless("former partner"),
        (Visibility::Public, _) => Some(Winner {
            name: row.name.clone(),
            partner: Some(row.id),
            user_id: Some(row.user_id.clone()),
        }),
    }
}

/// Who tells a story by their own will: without a name where they are not public.
#[must_use]
pub fn teller(row: &PartnerRow) -> Winner {
    winner(row).unwrap_or_else(|| Winner {
        name: NAMELESS.to_owned(),
        partner: None,
        user_id: None,
    })
}

pub const NAMELESS: &str = "a partner";

/// A seller of a sale: who they are, how their amounts are shown, and their part.
#[derive(Debug, Clone)]
pub struct Seller {
    pub row: PartnerRow,
    pub amounts: Amounts,
    pub part: Money,
}

/// What is shown of a sale; `None` where nobody of its sellers is shown.
#[must_use]
pub fn sale_win(sale: &SaleRow, sellers: &[Seller]) -> Option<SaleWin> {
    let shown: Vec<(&Seller, Winner)> =
        sellers.iter().filter_map(|one| Some((one, winner(&one.row)?))).collect();
    let amount = sum(&shown);
    let least = |wanted: &[Amounts]| shown.iter().all(|(one, _)| wanted.contains(&one.amounts));
    let exact = amount.filter(|_| least(&[Amounts::Exact]));
    let sized = amount.filter(|_| exact.is_none() && least(&[Amounts::Exact, Amounts::Band]));
    (!shown.is_empty()).then(|| SaleWin {
        partners: shown.iter().map(|(_, winner)| winner.clone()).collect(),
        industry: sale.industry.clone(),
        amount: exact,
        band: sized.and_then(band),
        client: sale.public.then(|| sale.client_name.clone()),
        playbook: sale.playbook.clone(),
        on: sale.on,
    })
}

fn sum(shown: &[(&Seller, Winner)]) -> Option<Money> {
    let mut parts = shown.iter().map(|(one, _)| one.part);
    let first = parts.next()?;
    parts.try_fold(first, Money::checked_add).ok().filter(|sum| sum.minor > 0)
}

/// Whether a sale's day is so long ago that it is said.
#[must_use]
pub fn is_old(on: Date, today: Date) -> bool {
    on.until(today).is_ok_and(|span| span.get_days() >= OLD_DAYS)
}

/// Whether a sale counts for anything.
#[must_use]
pub fn stands(sale: &SaleRow) -> bool {
    sale.status() == SaleStatus::Approved && sale.net_minor > 0
}

/// # Errors
/// When a sale does not count.
pub fn counts(sale: &SaleRow, example: &str) -> Result<(), Refusal> {
    if stands(sale) {
        return Ok(());
    }
    let sentence =
        format!("{} does not count, so there is nothing to tell of it yet.", sale.number);
    Err(Refusal::new(Code::Ref, sentence).example(example))
}

/// # Errors
/// When there is no story, or too long a one.
pub fn story(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(
            Refusal::new(Code::Usage, "What went well? Tell it in a few words.").example(WIN)
        );
    }
    if text.chars().count() > WIN_CHARS_MAX {
        let sentence = format!(
            "A story has at most {WIN_CHARS_MAX} characters; `story start S-1` makes a case study of it."
        );
        return Err(Refusal::new(Code::Long, sentence).example(WIN));
    }
    Ok(text.to_owned())
}

/// # Errors
/// When somebody has told enough for today.
pub fn may_tell(today: i64) -> Result<(), Refusal> {
    if today < WINS_A_DAY_MAX {
        return Ok(());
    }
    let sentence =
        format!("{WINS_A_DAY_MAX} stories a day are enough; tell the next one tomorrow.");
    Err(Refusal::new(Code::Rate, sentence).example("story start S-1"))
}

/// # Errors
/// When the word is none of the three.
pub fn amounts(text: &str) -> Result<Amounts, Refusal> {
    text.parse().map_err(|_| {
        Refusal::new(Code::Usage, "Amounts are shown as exact, band or none.")
            .example("profile --amounts band")
    })
}
