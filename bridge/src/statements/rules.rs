//! From the moves of the commission book to accounts that add up.
use crate::commission::rules::Terms;
use crate::ledger::rules::Change;
use jiff::civil::Date;
use schema::ids::SaleNumber;
use schema::money::{Currency, Overflow};

/// One entry of the book, as a statement shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The ledger entry.
    pub seq: i64,
    pub at: i64,
    /// What happened, as the ledger's source says it.
    pub kind: String,
    pub sale: Option<SaleNumber>,
    /// The sale's day.
    pub on: Option<Date>,
    pub client: Option<String>,
    /// Name and version.
    pub rule: Option<(String, i64)>,
    /// How the rule pays; none where no rule does.
    pub terms: Option<Terms>,
    pub payout: Option<i64>,
    pub currency: Currency,
    /// The part of the sale that the rule was applied to, after the entry.
    pub base: i64,
    pub change: Change,
    pub reason: String,
}

impl Line {
    /// What it changes of what is owed.
    ///
    /// # Errors
    /// `Overflow` where it does not fit.
    pub fn amount(&self) -> Result<i64, Overflow> {
        self.change.total().ok_or(Overflow)
    }

    /// Whether people want to see it: the end of a hold changes nothing of what is owed.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.kind != "commission.released"
    }
}

/// A partner's account in one currency over a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub currency: Currency,
    pub opening: i64,
    /// In ledger order; those that are not shown are counted only.
    pub lines: Vec<Line>,
    pub closing: i64,
    /// How the closing balance lies at the end.
    pub lies: Change,
    /// Whether its lines go on in another file.
    pub goes_on: bool,
}

/// The same accounts in two parts, each with half of the lines: what is too long for one file. The balance is
/// carried from one to the other. `None` where there is but one line.
#[must_use]
pub fn halves(accounts: &[Account]) -> Option<[Vec<Account>; 2]> {
    let mut left = accounts.iter().map(|account| account.lines.len()).sum::<usize>() / 2;
    if left == 0 {
        return None;
    }
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for account in accounts {
        let cut = left.min(account.lines.len());
        left -= cut;
        if cut == account.lines.len() {
            first.push(account.clone());
        } else if cut == 0 {
            second.push(account.clone());
        } else {
            let (before, after) = account.lines.split_at(cut);
            let amounts = before.iter().map(|line| line.amount().unwrap_or_default());
            let carried = amounts.fold(account.opening, i64::saturating_add);
            let (lines, closing) = (before.to_vec(), carried);
            first.push(Account { lines, closing, goes_on: true, ..*account });
            second.push(Account { lines: after.to_vec(), opening: carried, ..*account });
        }
    }
    Some([first, second])
}

/// # Errors
/// `Overflow` where a sum does not fit.
pub fn accounts(
    opening: &[(Currency, Change)],
    lines: Vec<Line>,
) -> Result<Vec<Account>, Overflow> {
    let mut accounts: Vec<Account> = Vec::new();
    for (currency, change) in opening {
        let opening = change.total().ok_or(Overflow)?;
        let (currency, lies) = (*currency, *change);
        let (lines, closing, goes_on) = (Vec::new(), opening, false);
        accounts.push(Account { currency, opening, lines, closing, lies, goes_on });
    }
    for line in lines {
        let found = accounts.iter().position(|account| account.currency == line.currency);
        let index = found.unwrap_or_else(|| {
            let (currency, lies) = (line.currency, Change::default());
            let (lines, goes_on) = (Vec::new(), false);
            accounts.push(Account { currency, opening: 0, lines, closing: 0, lies, goes_on });
            accounts.len() - 1
        });
        let account = &mut accounts[index];
        account.closing = account.closing.checked_add(line.amount()?).ok_or(Overflow)?;
        account.lies = sum(account.lies, line.change).ok_or(Overflow)?;
        if line.is_shown() {
            account.lines.push(line);
        }
    }
    accounts.retain(|account| account.opening != 0 || !account.lines.is_empty());
    accounts.sort_by_key(|account| account.currency.code());
    Ok(accounts)
}

/// Several people's accounts as one, by currency; without lines.
///
/// # Errors
/// `Overflow` where a sum does not fit.
pub fn together<'a>(accounts: impl Iterator<Item = &'a Account>) -> Result<Vec<Account>, Overflow> {
    let mut sums: Vec<Account> = Vec::new();
    for account in accounts {
        match sums.iter_mut().find(|sum| sum.currency == account.currency) {
            Some(all) => {
                all.opening = all.opening.checked_add(account.opening).ok_or(Overflow)?;
                all.closing = all.closing.checked_add(account.closing).ok_or(Overflow)?;
                all.lies = sum(all.lies, account.lies).ok_or(Overflow)?;
            }
            None => sums.push(Account { lines: Vec::new(), ..account.clone() }),
        }
    }
    sums.sort_by_key(|account| account.currency.code());
    Ok(sums)
}

fn sum(a: Change, b: Change) -> Option<Change> {
    Some(Change {
        held: a.held.checked_add(b.held)?,
        payable: a.payable.checked_add(b.payable)?,
        disputed: a.disputed.checked_add(b.disputed)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seq: i64, code: &str, kind: &str, change: Change) -> Line {
        Line {
            seq,
            at: seq,
            kind: kind.to_owned(),
            sale: None,
            on: None,
            client: None,
            rule: None,
            terms: None,
            payout: None,
            currency: Currency::parse(code).unwrap(),
            base: 0,
            change,
            reason: String::new(),
        }
    }

    #[test]
    fn accounts_add_up_by_currency() {
        let held = |held| Change { held, ..Change::default() };
        let eur = Currency::parse("EUR").unwrap();
        let opening = [(eur, Change { payable: -7_000, ..Change::default() })];
        let lines = vec![
            line(1, "USD", "commission.earned", held(300)),
            line(2, "EUR", "commission.earned", held(5_000)),
            line(
                3,
                "EUR",
                "commission.released",
                Change { held: -5_000, payable: 5_000, disputed: 0 },
            ),
        ];
        let found = accounts(&opening, lines).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].opening, found[0].closing, found[0].lines.len()), (-7_000, -2_000, 1));
        assert_eq!(found[0].lies, Change { held: 0, payable: -2_000, disputed: 0 });
        assert_eq!((found[1].currency.code(), found[1].closing), ("USD", 300));
        let much = vec![line(1, "EUR", "commission.earned", held(i64::MAX)); 2];
        assert_eq!(accounts(&[], much), Err(Overflow));

        let all = together(found.iter().chain(&found)).unwrap();
        assert_eq!((all[0].opening, all[0].closing, all[0].lines.len()), (-14_000, -4_000, 0));
        assert_eq!((all[0].lies.payable, all[1].closing), (-4_000, 600));
        let most = Account { closing: i64::MAX, ..found[1].clone() };
        assert_eq!(together([&most, &most].into_iter()), Err(Overflow));
    }

    fn earned(seq: i64, code: &str, minor: i64) -> Line {
        line(seq, code, "commission.earned", Change { held: minor, ..Change::default() })
    }

    #[test]
    fn only_what_was_owed_or_moved_is_an_account() {
        let opening = |code, payable| {
            (Currency::parse(code).unwrap(), Change { payable, ..Change::default() })
        };
        let opening = [opening("USD", 0), opening("EUR", 500), opening("CHF", -1)];
        let found = accounts(&opening, vec![earned(1, "SEK", 300)]).unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.currency.code(), one.closing)).collect();
        assert_eq!(told, [("CHF", -1), ("EUR", 500), ("SEK", 300)]);
    }

    #[test]
    fn a_file_cut_in_halves_carries_the_balance_over() {
        let lines = |code, seqs: std::ops::RangeInclusive<i64>| {
            seqs.map(|seq| earned(seq, code, 100 * seq)).collect::<Vec<_>>()
        };
        let eur = Currency::parse("EUR").unwrap();
        let opening = [(eur, Change { payable: 7_000, ..Change::default() })];
        let all = [lines("CHF", 1..=1), lines("EUR", 2..=6), lines("USD", 7..=8)].concat();
        let whole = accounts(&opening, all).unwrap();
        let told = |part: &[Account]| -> Vec<_> {
            let one = |one: &Account| {
                let seqs = one.lines.iter().map(|line| line.seq).collect::<Vec<_>>();
                (one.currency.code(), one.opening, seqs, one.closing, one.goes_on)
            };
            part.iter().map(one).collect()
        };
        let [first, second] = halves(&whole).unwrap();
        assert_eq!(
            told(&first),
            [("CHF", 0, vec![1], 100, false), ("EUR", 7_000, vec![2, 3, 4], 7_900, true)]
        );
        assert_eq!(
            told(&second),
            [("EUR", 7_900, vec![5, 6], 9_000, false), ("USD", 0, vec![7, 8], 1_500, false)]
        );
        assert_eq!(halves(&accounts(&[], lines("EUR", 1..=1)).unwrap()), None);
    }
}
