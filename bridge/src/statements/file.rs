//! A statement as a file: a table for programs, a page for the printer.
use super::actions::team::MemberAccounts;
use super::render::{kind_word, note, rate};
use super::rules::{self, Account, Line};
use crate::platform::refusal::{Code, Fault, Refusal, Stop};
use crate::platform::text::{cell::guarded, escaped};
use crate::platform::work::{FILE_BYTES_MAX, File};
use schema::money::{Currency, Money};
use schema::period::Calendar;
use std::fmt::Write as _;

/// So many files one answer has at most.
pub const FILES_MAX: usize = 10;

/// Accounts as files: one, or as many as are needed for each to be small enough to be sent.
///
/// # Errors
/// A refusal where even [`FILES_MAX`] are too few; a fault where one cannot be written.
pub fn files(
    accounts: &[Account],
    (name, ending, mime): (&str, &str, &'static str),
    make: impl Fn(&[Account], &str) -> Result<Vec<u8>, Fault>,
) -> Result<Vec<File>, Stop> {
    let mut waiting = vec![accounts.to_vec()];
    let mut parts = Vec::new();
    while let Some(part) = waiting.pop() {
        // The number that its title will have is not known yet, and as long at most.
        let fits = make(&part, " · 10 of 10")?.len() <= FILE_BYTES_MAX;
        match rules::halves(&part).filter(|_| !fits) {
            Some([first, second]) => waiting.extend([second, first]),
            None => parts.push(part),
        }
        if parts.len() + waiting.len() > FILES_MAX {
            let sentence = format!(
                "That would be more than {FILES_MAX} files. Ask the team for an export of it."
            );
            return Err(Refusal::new(Code::Long, sentence).into());
        }
    }
    if let [part] = parts.as_slice() {
        return Ok(vec![File::new(format!("{name}.{ending}"), mime, make(part, "")?)?]);
    }
    let of = parts.len();
    let file = |(n, part): (usize, &Vec<Account>)| -> Result<File, Stop> {
        let bytes = make(part, &format!(" · {n} of {of}"))?;
        Ok(File::new(format!("{name}-{n}.{ending}"), mime, bytes)?)
    };
    (1..).zip(&parts).map(file).collect()
}

/// The columns of the table, in their order.
pub const COLUMNS: [&str; 14] = [
    "seq", "day", "kind", "sale", "client", "rule", "version", "rate", "base", "amount",
    "disputed", "balance", "currency", "reason",
];

/// Comma-separated, amounts as decimals; the first and last row of a currency hold its balances.
///
/// # Errors
/// When a row cannot be written, which memory does not refuse.
pub fn table(
    accounts: &[Account],
    calendar: &Calendar,
    own: Currency,
) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    write(&mut out, &[], accounts, (calendar, own))?;
    out.into_inner().map_err(|error| error.into_error().into())
}

/// The same for the people of an organization: two columns before say who.
///
/// # Errors
/// As [`table`].
pub fn team_table(
    members: &[MemberAccounts],
    calendar: &Calendar,
    own: Currency,
) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["member", "user"].into_iter().chain(COLUMNS))?;
    for member in members {
        let who = [guarded(&member.name).into_owned(), member.user.clone()];
        write(&mut out, &who, &member.accounts, (calendar, own))?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}

fn write(
    out: &mut csv::Writer<Vec<u8>>,
    who: &[String],
    accounts: &[Account],
    (calendar, own): (&Calendar, Currency),
) -> Result<(), csv::Error> {
    let mut put = |row: &[String]| out.write_record(who.iter().chain(row));
    for account in accounts {
        let money = |minor| Money::new(minor, account.currency).plain();
        let code = account.currency.code();
        let balance = |kind: &str, minor: i64| -> [String; 14] {
            let mut row: [String; 14] = Default::default();
            (row[2], row[11], row[12]) = (kind.to_owned(), money(minor), code.to_owned());
            row
        };
        put(&balance("opening", account.opening))?;
        let mut running = account.opening;
        for line in &account.lines {
            let amount = line.amount().unwrap_or_default();
            running = running.saturating_add(amount);
            let (rule, version) = line.rule.clone().unzip();
            put(&[
                line.seq.to_string(),
                calendar.day_of(line.at).to_string(),
                line.kind.clone(),
                line.sale.map(|sale| sale.to_string()).unwrap_or_default(),
                guarded(line.client.as_deref().unwrap_or_default()).into_owned(),
                rule.unwrap_or_default(),
                version.map(|version| version.to_string()).unwrap_or_default(),
                rate(line, own),
                line.sale.map(|_| money(line.base)).unwrap_or_default(),
                money(amount),
                money(line.change.disputed),
                money(running),
                code.to_owned(),
                guarded(&line.reason).into_owned(),
            ])?;
        }
        put(&balance("closing", account.closing))?;
    }
    Ok(())
}

const STYLE: &str = "body{font:14px/1.45 system-ui,sans-serif;margin:24px auto;max-width:1000px;\
padding:0 12px;color:#1c1c1e}h1{font-size:22px}h2{font-size:17px;margin-top:28px}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:5px 8px;border-bottom:1px solid #ddd;vertical-align:top}\
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\
tr.sum td{font-weight:600;border-top:2px solid #888}small{color:#666}\
@media print{body{margin:0;max-width:none}thead{display:table-header-group}}";

/// A page that prints well and needs nothing beside itself.
#[must_use]
pub fn page(
    title: &str,
    who: (&str, &str),
    accounts: &[Account],
    print: (&Calendar, Currency),
) -> String {
    let (program, partner) = who;
    let mut out = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width\">");
    let _ = write!(
        out,
        "<title>{}</title><style>{STYLE}</style></head><body><h1>{}</h1><p>{} · {}</p>",
        escaped(title),
        escaped(title),
        escaped(program),
        escaped(partner)
    );
    for account in accounts {
        section(&mut out, account, print);
    }
    if accounts.is_empty() {
        out.push_str("<p>Nothing was earned or paid in this time.</p>");
    }
    out.push_str("</body></html>\n");
    out
}

fn section(out: &mut String, account: &Account, print: (&Calendar, Currency)) {
    let money = |minor| Money::new(minor, account.currency).to_string();
    let _ = write!(
        out,
        "<h2>{}</h2><div class=\"scroll\"><table><thead><tr><th>Day</th><th>What</th><th>Sale</th>\
         <th>Rule</th><th class=\"n\">Of</th><th class=\"n\">Amount</th></tr></thead><tbody>\
         <tr class=\"sum\"><td colspan=\"5\">Opening balance</td><td class=\"n\">{}</td></tr>",
        account.currency.code(),
        money(account.opening)
    );
    for line in &account.lines {
        row(out, line, print);
    }
    if account.goes_on {
        let _ = write!(
            out,
            "<tr class=\"sum\"><td colspan=\"5\">Carried forward</td><td class=\"n\">{}</td></tr>\
             </tbody></table></div>",
            money(account.closing)
        );
        return;
    }
    let _ = write!(
        out,
        "<tr class=\"sum\"><td colspan=\"5\">Closing balance</td><td class=\"n\">{}</td></tr>\
         </tbody></table></div><p><small>Of this {} payable, {} held, {} in dispute.</small></p>",
        money(account.closing),
        money(account.lies.payable),
        money(account.lies.held),
        money(account.lies.disputed)
    );
}

fn row(out: &mut String, line: &Line, (calendar, own): (&Calendar, Currency)) {
    let money = |minor| Money::new(minor, line.currency).to_string();
    let sale = line.sale.map(|sale| sale.to_string()).unwrap_or_default();
    let client = line.client.as_deref().unwrap_or_default();
    let rule = line.rule.as_ref().map(|(name, version)| format!("{name} {version}"));
    let base = line.sale.map(|_| money(line.base)).unwrap_or_default();
    let _ = write!(
        out,
        "<tr><td>{}</td><td>{}<br><small>{}</small></td><td>{sale}<br><small>{}</small></td>\
         <td>{}<br><small>{}</small></td><td class=\"n\">{base}</td><td class=\"n\">{}</td></tr>",
        calendar.day_of(line.at),
        escaped(&kind_word(line)),
        escaped(&note(line)),
        escaped(client),
        escaped(&rule.unwrap_or_default()),
        escaped(&rate(line, own)),
        money(line.amount().unwrap_or_default())
    );
}

#[cfg(test)]
mod tests;
