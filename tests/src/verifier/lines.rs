//! Which lines an entry must have, by what its text says.
use super::entries::Entry;

/// A line as the file has it: account, minor units, currency.
pub type Posting = (String, i128, String);

/// `None` where the kind is not known or a field is missing.
#[must_use]
pub fn of(entry: &Entry) -> Option<Vec<Posting>> {
    // Points are of no currency, and say none.
    let is_points = matches!(entry.text("kind")?, "points_given" | "points_taken");
    let currency = if is_points { "XXX" } else { entry.text("currency")? };
    let lines: Vec<(String, i128)> = match entry.text("kind")? {
        _ if entry.is_credit() => credit(entry),
        "commission_earned"
        | "commission_adjusted"
        | "commission_released"
        | "dispute_opened"
        | "dispute_won"
        | "dispute_lost" => commission(entry)?,
        "payout_locked" => moved(entry, payable(entry)?, payout(entry)?)?,
        "payout_paid" => moved(entry, payout(entry)?, "external".to_owned())?,
        "payout_failed" if entry.body["was_paid"].as_bool()? => {
            moved(entry, "external".to_owned(), payable(entry)?)?
        }
        "payout_failed" => moved(entry, payout(entry)?, payable(entry)?)?,
        "balance_written_off" => moved(entry, "loss".to_owned(), payable(entry)?)?,
        "points_given" | "points_taken" => points(entry)?,
        _ => return None,
    };
    Some(lines.into_iter().map(|(account, minor)| (account, minor, currency.to_owned())).collect())
}

/// From the market of the industry to each partner's credit.
fn credit(entry: &Entry) -> Vec<(String, i128)> {
    let total: i128 = entry.shares().map(|(_, minor)| minor).sum();
    let market = format!("market:{}", entry.text("industry").unwrap_or("none"));
    let taken = entry.shares().map(|(partner, minor)| (format!("credit:{partner}"), minor));
    std::iter::once((market, -total)).chain(taken).collect()
}

/// From the program's expense to the partner's three accounts; what does not move has no line.
fn commission(entry: &Entry) -> Option<Vec<(String, i128)>> {
    let partner = entry.text("partner")?;
    let mut lines = vec![("expense:commission".to_owned(), 0)];
    for pot in ["held", "payable", "disputed"] {
        let minor = i128::from(entry.body[pot].as_i64()?);
        lines[0].1 -= minor;
        lines.push((format!("partner:{partner}:{pot}"), minor));
    }
    lines.retain(|(_, minor)| *minor != 0);
    Some(lines)
}

/// Made for a reason, and the partner's.
fn points(entry: &Entry) -> Option<Vec<(String, i128)>> {
    let points = i128::from(entry.body["points"].as_i64()?);
    let (reason, partner) = (entry.text("reason")?, entry.text("partner")?);
    Some(vec![(format!("mint:{reason}"), -points), (format!("points:{partner}"), points)])
}

fn moved(entry: &Entry, from: String, to: String) -> Option<Vec<(String, i128)>> {
    let minor = i128::from(entry.body["minor"].as_i64()?);
    Some(vec![(from, -minor), (to, minor)])
}

fn payable(entry: &Entry) -> Option<String> {
    Some(format!("partner:{}:payable", entry.text("partner")?))
}

fn payout(entry: &Entry) -> Option<String> {
    Some(format!("payout:{}", entry.body["payout"].as_i64()?))
}
