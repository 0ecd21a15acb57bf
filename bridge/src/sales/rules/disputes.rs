//! What may be disputed of a sale, and which dispute an amount means.
use crate::platform::refusal::{Code, Refusal};
use crate::sales::store::SaleRow;
use schema::money::Money;
use schema::status::SaleStatus;

/// How much of what is said to be disputed is still there to be: refunds and other disputes come off.
///
/// # Errors
/// When the sale does not count, was never so large, or nothing is left.
pub fn disputable(sale: &SaleRow, said: Money) -> Result<i64, Refusal> {
    let number = sale.number;
    let refused =
        |code, sentence| Err(Refusal::new(code, sentence).example(format!("sale show {number}")));
    match sale.status() {
        SaleStatus::Approved => {}
        SaleStatus::Voided => return refused(Code::Dup, format!("{number} is void already.")),
        _ => {
            let sentence = format!("{number} does not count, so there is nothing to dispute.");
            return refused(Code::Usage, sentence);
        }
    }
    if said.minor > sale.amount.minor {
        let sentence = format!("{number} was {} only.", sale.amount);
        return refused(Code::Amount, sentence);
    }
    match sale.net_minor - sale.disputed() {
        0 => refused(Code::Amount, format!("Nothing is left of {number} that could be disputed.")),
        free => Ok(said.minor.min(free)),
    }
}

/// The open dispute that an amount means: as it was said, or as much as was left of it then.
///
/// # Errors
/// When none is open, or none over this amount.
pub fn open_dispute(sale: &SaleRow, said: Money) -> Result<usize, Refusal> {
    let number = sale.number;
    let open = || sale.disputes.iter().enumerate().filter(|(_, dispute)| dispute.is_open());
    let found = open()
        .find(|(_, dispute)| dispute.said == said.minor)
        .or_else(|| open().find(|(_, dispute)| dispute.minor == said.minor));
    if let Some((index, _)) = found {
        return Ok(index);
    }
    match open().next() {
        Some((_, dispute)) => {
            let amount = Money { minor: dispute.said, ..sale.amount };
            let sentence = format!("The open dispute on {number} is over {amount}.");
            Err(Refusal::new(Code::Amount, sentence)
                .example(format!("sale dispute {number} {} won", amount.plain())))
        }
        None => Err(Refusal::new(Code::Ref, format!("No dispute is open on {number}."))
            .example(format!("sale dispute {number} {} open", said.plain()))),
    }
}
