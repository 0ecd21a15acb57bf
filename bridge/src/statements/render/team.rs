//! How an organization's statement reads to its lead, alone with the bot.
use super::{account_view, basis_rows, before};
use crate::platform::text::{self, Message};
use crate::statements::actions::team::MemberAccounts;
use crate::statements::rules::Account;
use schema::card::{Card, Envelope, MemberStatement, PartnerRef, TeamStatement};
use schema::money::{Currency, Money};
use schema::period::{Calendar, Period};

/// Lines shown of each member, the newest; the file has all.
const LINES_MAX: usize = 3;
/// Members shown; the file has all.
const MEMBERS_MAX: usize = 20;
const NAME_CHARS: usize = 16;

fn card(
    (slug, name): (&str, &str),
    (period, open): (Period, bool),
    (members, sums): (&[MemberAccounts], &[Account]),
    own: Currency,
) -> Envelope {
    let member = |member: &MemberAccounts| MemberStatement {
        partner: PartnerRef {
            id: member.partner,
            user_id: Some(member.user.clone()),
            name: member.name.clone(),
        },
        accounts: member
            .accounts
            .iter()
            .map(|account| account_view(account, own, LINES_MAX))
            .collect(),
    };
    Envelope::from(Card::from(TeamStatement {
        organization: slug.to_owned(),
        name: name.to_owned(),
        period,
        open,
        members: members.iter().take(MEMBERS_MAX).map(member).collect(),
        count: i64::try_from(members.len()).unwrap_or(i64::MAX),
        accounts: sums.iter().map(|account| account_view(account, own, 0)).collect(),
    }))
}

fn total(account: &Account) -> text::Line {
    let money = |minor| Money::new(minor, account.currency).to_string();
    let month = account.closing.saturating_sub(account.opening);
    text::Line::new()
        .plain("Before: ")
        .plain(&money(account.opening))
        .plain(" · now: ")
        .strong(&money(month))
        .plain(&format!(" · in all {}", money(account.closing)))
}

fn lies(account: &Account) -> String {
    let money = |minor| Money::new(minor, account.currency).to_string();
    let mut of = format!("Held of it {}", money(account.lies.held));
    if account.lies.disputed != 0 {
        of.push_str(&format!(" · in dispute {}", money(account.lies.disputed)));
    }
    of
}

/// The statement of a month: what the members' sales earned, member by member.
#[must_use]
pub fn statement(
    organization: (&str, &str),
    (period, open): (Period, bool),
    (members, sums): (&[MemberAccounts], &[Account]),
    (calendar, own): (&Calendar, Currency),
    prefix: &str,
) -> Message {
    let so_far = if open { " so far" } else { "" };
    let title = text::Line::new().plain("📄 ").person(organization.1);
    let mut message = Message::notice(title.plain(&format!(" · {period}{so_far}")));
    if sums.is_empty() {
        message = message.line("Your people's sales have earned nothing yet.");
    }
    for account in sums {
        message = message.lines(vec![total(account), text::Line::from(lies(account))]);
    }
    for member in members.iter().take(MEMBERS_MAX) {
        message = message.lines(rows(member, calendar, own));
    }
    if members.len() > MEMBERS_MAX {
        message = message.line(format!("… and {} more, in the file.", members.len() - MEMBERS_MAX));
    }
    if !sums.is_empty() {
        let file = format!("{prefix}team statement {period} --file csv");
        message = message.line(text::Line::new().plain("All lines: ").code(&file));
    }
    message.card(&card(organization, (period, open), (members, sums), own))
}

fn rows(member: &MemberAccounts, calendar: &Calendar, own: Currency) -> Vec<text::Line> {
    let mut rows = Vec::new();
    for account in &member.accounts {
        let month = account.closing.saturating_sub(account.opening);
        let month = Money::new(month, account.currency).to_string();
        let name = text::Line::new().person_cut(&member.name, NAME_CHARS).plain(": ");
        rows.push(name.strong(&month));
        let skipped = account.lines.len().saturating_sub(LINES_MAX);
        rows.extend(before(skipped));
        rows.extend(
            account.lines[skipped..].iter().flat_map(|line| basis_rows(line, calendar, own)),
        );
    }
    rows
}

/// What comes with its file.
#[must_use]
pub fn file(
    organization: (&str, &str),
    period: Period,
    all: (&[MemberAccounts], &[Account]),
    own: Currency,
) -> Message {
    let title = text::Line::new().plain("📄 ").person(organization.1);
    Message::notice(title.plain(&format!(" · {period}"))).card(&card(
        organization,
        (period, false),
        all,
        own,
    ))
}

/// After the organization has left, once nothing is held any more.
#[must_use]
pub fn last(
    organization: (&str, &str),
    (members, sums): (&[MemberAccounts], &[Account]),
    own: Currency,
) -> Message {
    let title = text::Line::new().plain("📄 Final statement · ").person(organization.1);
    let mut message = Message::text(title)
        .line("What your people's sales earned while they belonged to it; the file has all lines.");
    for account in sums {
        let all = Money::new(account.closing, account.currency).to_string();
        message = message.line(text::Line::new().plain("In all: ").strong(&all));
    }
    let people = members.iter().take(MEMBERS_MAX).flat_map(|member| {
        member.accounts.iter().map(|account| {
            let all = Money::new(account.closing, account.currency).to_string();
            text::Line::new().person_cut(&member.name, NAME_CHARS).plain(": ").strong(&all)
        })
    });
    message.lines(people.collect()).card(&card(
        organization,
        (Period::ALL, false),
        (members, sums),
        own,
    ))
}
