//! How a statement reads in a chat of two.
pub mod team;

use super::rules::{Account, Line};
use crate::commission::rules::{Pay, Pinned};
use crate::platform::text::{self, Message};
use crate::sales::render::late_word;
use crate::seasons::rules as seasons;
use schema::card::{AccountView, Card, Envelope, Statement, StatementLine};
use schema::money::{Currency, Money};
use schema::period::{Calendar, Period};

/// Lines shown a currency, the newest; the file has all.
pub const LINES_MAX: usize = 15;

/// What happened, in a word or two.
#[must_use]
pub fn kind_word(line: &Line) -> String {
    match line.kind.as_str() {
        "commission.earned" => "Earned",
        "commission.adjusted" => "Adjusted",
        "dispute.opened" => "Disputed",
        "dispute.won" => "Dispute won",
        "dispute.lost" => "Dispute lost",
        "payout.locked" => return format!("Payout P-{}", line.payout.unwrap_or_default()),
        "payout.failed" => return format!("P-{} came back", line.payout.unwrap_or_default()),
        "balance.written_off" => "Written off",
        other => other,
    }
    .to_owned()
}

/// The team's reason, or what moved into dispute.
#[must_use]
pub fn note(line: &Line) -> String {
    if !line.reason.is_empty() {
        return line.reason.clone();
    }
    match (line.change.disputed, line.amount()) {
        (0, _) | (_, Err(_)) => String::new(),
        (disputed, _) => format!("in dispute {}", Money::new(disputed, line.currency)),
    }
}

/// How a line's rule pays, in short.
#[must_use]
pub fn rate(line: &Line, own: Currency) -> String {
    let pays = |pay: &Pay| crate::commission::render::pays(pay, own);
    match line.terms.as_ref().map(|terms| &terms.pay) {
        None => String::new(),
        Some(Pinned::Percent(bps)) => pays(&Pay::Percent(*bps)),
        Some(Pinned::Flat(minor)) => pays(&Pay::Flat(*minor)),
        Some(Pinned::Marginal { tiers, .. }) => pays(&Pay::Marginal(tiers.clone())),
        Some(Pinned::Slab(tiers)) => pays(&Pay::Slab(tiers.clone())),
    }
}

/// How a line came to be, short enough for a phone; the files have all of it.
fn basis(line: &Line, own: Currency) -> String {
    let base = Money::new(line.base, line.currency);
    match line.terms.as_ref().map(|terms| &terms.pay) {
        Some(Pinned::Percent(_)) => format!("{} of {base}", rate(line, own)),
        Some(Pinned::Flat(_)) => "flat".to_owned(),
        Some(Pinned::Marginal { .. } | Pinned::Slab(_)) => format!("by tiers on {base}"),
        None => String::new(),
    }
}

/// Two rows: what and how much, and under it when and why.
fn basis_rows(line: &Line, calendar: &Calendar, own: Currency) -> Vec<text::Line> {
    let total = line.amount().unwrap_or_default();
    // What only moves into dispute, or out of it, is named by what moves.
    let minor = if total == 0 { line.change.disputed.saturating_abs() } else { total };
    let amount = Money::new(minor, line.currency);
    let day = calendar.day_of(line.at);
    let head = match line.sale {
        Some(sale) => text::Line::new().strong(&sale.to_string()).plain(" "),
        None => text::Line::new(),
    };
    let head = head.plain(&kind_word(line)).plain(" ").strong(&amount.to_string());
    let shown = text::Line::new().plain(&format!("{:02}-{:02}", day.month(), day.day()));
    let shown = match (&line.rule, line.kind.as_str()) {
        (Some((name, _)), "commission.earned") => {
            shown.plain(&format!(" · {} · {name}", basis(line, own)))
        }
        _ => shown,
    };
    let shown = match line.on.and_then(|on| seasons::late(calendar, on, line.at)) {
        Some(period) => shown.plain(&format!(" · {}", late_word(period))),
        None => shown,
    };
    let shown = match line.reason.as_str() {
        "" => shown,
        reason => shown.plain(" · ").person_cut(reason, 80),
    };
    vec![head, shown]
}

/// What a phone does not show any more.
fn before(skipped: usize) -> Option<text::Line> {
    let lines = if skipped == 1 { "line" } else { "lines" };
    (skipped > 0).then(|| text::Line::from(format!("… {skipped} {lines} before these")))
}

/// The statement of a month, as far as a phone shows it.
#[must_use]
pub fn statement(
    (period, open): (Period, bool),
    accounts: &[Account],
    (calendar, own): (&Calendar, Currency),
    prefix: &str,
) -> Message {
    let so_far = if open { " so far" } else { "" };
    let mut message = Message::notice(format!("📄 Statement {period}{so_far}"));
    if accounts.is_empty() {
        message = message.line("Nothing was earned or paid in this month.");
    }
    for account in accounts {
        let money = |minor| Money::new(minor, account.currency).to_string();
        let skipped = account.lines.len().saturating_sub(LINES_MAX);
        let opening = text::Line::new().plain("Opening balance: ").strong(&money(account.opening));
        message = message.lines(std::iter::once(opening).chain(before(skipped)).collect());
        for line in &account.lines[skipped..] {
            message = message.lines(basis_rows(line, calendar, own));
        }
        let closing = text::Line::new().plain("Closing balance: ").strong(&money(account.closing));
        let lies = account.lies;
        let mut of = format!("Payable {} · held {}", money(lies.payable), money(lies.held));
        if lies.disputed != 0 {
            of.push_str(&format!(" · in dispute {}", money(lies.disputed)));
        }
        message = message.lines(vec![closing, text::Line::from(of)]);
    }
    if !accounts.is_empty() {
        message = message.line(
            text::Line::new()
                .plain("As a file: ")
                .code(&format!("{prefix}statement {period} --file csv"))
                .plain(" or ")
                .code("html"),
        );
    }
    message.card(&card(period, open, accounts, own))
}

fn card(period: Period, open: bool, accounts: &[Account], own: Currency) -> Envelope {
    let account = |account| account_view(account, own, LINES_MAX);
    let accounts = accounts.iter().map(account).collect();
    Envelope::from(Card::from(Statement { period, open, accounts }))
}

/// An account with its newest lines.
fn account_view(account: &Account, own: Currency, lines_max: usize) -> AccountView {
    let money = |minor| Money::new(minor, account.currency);
    let skipped = account.lines.len().saturating_sub(lines_max);
    AccountView {
        opening: money(account.opening),
        closing: money(account.closing),
        payable: money(account.lies.payable),
        held: money(account.lies.held),
        disputed: money(account.lies.disputed),
        lines: account.lines[skipped..].iter().map(|line| view(line, own)).collect(),
        count: i64::try_from(account.lines.len()).unwrap_or(i64::MAX),
    }
}

fn view(line: &Line, own: Currency) -> StatementLine {
    let money = |minor| Money::new(minor, line.currency);
    StatementLine {
        ledger_seq: line.seq,
        at: line.at,
        event: line.kind.clone(),
        sale: line.sale,
        rule: line.rule.as_ref().map(|(name, _)| name.clone()),
        version: line.rule.as_ref().map(|(_, version)| *version),
        rate: rate(line, own),
        base: line.sale.map(|_| money(line.base)),
        amount: money(line.amount().unwrap_or_default()),
        disputed: money(line.change.disputed),
    }
}

/// To who has left, once nothing of theirs is held any more.
#[must_use]
pub fn last(accounts: &[Account], (calendar, own): (&Calendar, Currency)) -> Message {
    let mut message = Message::text("📄 Your final statement")
        .line("Nothing of yours is held any more. The file has every line since you began.");
    for account in accounts {
        let money = |minor| Money::new(minor, account.currency).to_string();
        let skipped = account.lines.len().saturating_sub(LINES_MAX);
        for line in &account.lines[skipped..] {
            message = message.lines(basis_rows(line, calendar, own));
        }
        let closing = text::Line::new().plain("Closing balance: ").strong(&money(account.closing));
        let payable = text::Line::from(format!("Payable {}", money(account.lies.payable)));
        message = message.lines(vec![closing, payable]);
    }
    message.card(&card(Period::ALL, false, accounts, own))
}

/// What comes with a statement's file, the `n`th `of` so many.
#[must_use]
pub fn file(
    period: Period,
    (n, of): (usize, usize),
    accounts: &[Account],
    own: Currency,
) -> Message {
    let title = format!("📄 Statement {period}");
    let title = if of > 1 { format!("{title} · {n} of {of}") } else { title };
    Message::notice(title).card(&card(period, false, accounts, own))
}
