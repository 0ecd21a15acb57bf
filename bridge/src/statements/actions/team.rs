//! What the people of an organization earned with the sales of the days on which they belonged to it.
use crate::ledger::rules::Change;
use crate::platform::refusal::Fault;
use crate::platform::work::Work;
use crate::statements::rules::{self, Account};
use crate::statements::store::{Span, team as store};
use schema::ids::PartnerId;
use schema::money::Currency;

/// One member's accounts, as far as they are of the organization.
#[derive(Debug, Clone)]
pub struct MemberAccounts {
    pub partner: PartnerId,
    pub user: String,
    pub name: String,
    pub accounts: Vec<Account>,
}

/// Of a span of the book, by name. Payouts are between the program and each person, and not in it.
///
/// # Errors
/// When the database refuses, or a sum does not fit.
pub async fn members(
    work: &mut Work<'_>,
    slug: &str,
    span: Span,
) -> Result<Vec<MemberAccounts>, Fault> {
    let opening = store::before(work.tx, slug, span).await?;
    let mut lines = store::lines(work.tx, slug, span).await?;
    let mut members = Vec::new();
    for person in store::people(work.tx, slug).await? {
        let of = |id: PartnerId| id == person.partner;
        let own: Vec<_> = opening
            .iter()
            .filter(|(id, ..)| of(*id))
            .map(|(_, currency, at)| (*currency, *at))
            .collect();
        let (mine, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(id, _)| of(*id));
        lines = others;
        let mine = mine.into_iter().map(|(_, line)| line).collect();
        let accounts = rules::accounts(&own, mine).map_err(|_| Fault::Overflow("a statement"))?;
        if !accounts.is_empty() {
            members.push(MemberAccounts {
                partner: person.partner,
                user: person.user,
                name: person.name,
                accounts,
            });
        }
    }
    Ok(members)
}

/// How each one's account lies now, by currency.
///
/// # Errors
/// When the database refuses.
pub async fn balances(
    work: &mut Work<'_>,
    slug: &str,
) -> Result<Vec<(PartnerId, Currency, Change)>, Fault> {
    Ok(store::before(work.tx, slug, Span::time(i64::MAX, i64::MAX)).await?)
}

/// What all of them come to, by currency; without lines.
///
/// # Errors
/// When a sum does not fit.
pub fn sums(members: &[MemberAccounts]) -> Result<Vec<Account>, Fault> {
    let accounts = members.iter().flat_map(|member| &member.accounts);
    rules::together(accounts).map_err(|_| Fault::Overflow("a statement"))
}
