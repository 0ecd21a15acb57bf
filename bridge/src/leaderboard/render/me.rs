//! One's own place, totals and what one has earned.
use super::{metric_word, place, row};
use crate::badges::rules::Shown;
use crate::leaderboard::live::Totals;
use crate::leaderboard::rules::Spread;
use crate::leaderboard::views::Mine;
use crate::platform::access::PartnerRow;
use crate::platform::text::{Line, Message};
use schema::card::{
    BalanceView, Card, Envelope, Me, MyStanding, PartnerRef, SpreadView, TrendPoint,
};
use schema::money::{Currency, Money};

/// What a partner has beside places on boards.
#[derive(Debug)]
pub struct Has<'a> {
    pub totals: &'a Totals,
    /// Shown in a chat of two only.
    pub commission: Vec<BalanceView>,
    pub shown: Shown,
    pub points: i64,
}

/// The answer to `me`.
#[must_use]
pub fn me(me: &PartnerRow, boards: &[Mine], has: Has<'_>, currency: Currency) -> Message {
    let mut message = Message::notice(Line::new().plain("📊 You, ").person(&me.name));
    for mine in boards {
        let metric = mine.board.metric;
        let mut lines =
            vec![Line::new().strong(&format!("{} · {}", metric_word(metric), mine.board.period))];
        lines.extend(mine.above.iter().map(|standing| row(standing, metric, currency)));
        lines.push(place(&mine.you, metric, currency));
        lines.extend(mine.below.iter().map(|standing| row(standing, metric, currency)));
        message = message.lines(lines);
    }
    let message = own(message, &has, currency);
    message.card(&Envelope::from(Card::from(card(me, boards, has, currency))))
}

fn own(message: Message, has: &Has<'_>, currency: Currency) -> Message {
    let totals = has.totals;
    let total = Money::new(totals.credited, currency);
    let mut message =
        message.line(format!("In all: {total} with {}", many(totals.clients, "client")));
    if totals.open_claims > 0 {
        let open = Money::new(totals.open_minor, currency);
        message = message.line(format!("In review: {}, {open}", many(totals.open_claims, "claim")));
    }
    if let Some(trend) = trend_line(totals) {
        message = message.line(trend);
    }
    if let Some(spread) = totals.spread.filter(|spread| spread.industries > 1) {
        message = message.line(spread_line(spread));
    }
    if has.points > 0 {
        message = message.line(crate::rewards::render::points_word(has.points));
    }
    if !has.commission.is_empty() {
        message = message.lines(crate::commission::render::balances(&has.commission));
    }
    crate::badges::render::lines(&has.shown).into_iter().fold(message, Message::line)
}

fn card(me: &PartnerRow, boards: &[Mine], has: Has<'_>, currency: Currency) -> Me {
    let Has { totals, commission, shown, points } = has;
    let standing = |mine: &Mine| MyStanding {
        board: mine.board.clone(),
        you: mine.you.clone(),
        above: mine.above.clone(),
        below: mine.below.clone(),
    };
    let point = |(period, minor): &(_, i64)| TrendPoint {
        period: *period,
        credited: Money::new(*minor, currency),
    };
    Me {
        partner: PartnerRef { id: me.id, user_id: Some(me.user_id.clone()), name: me.name.clone() },
        visibility: me.visibility,
        standings: boards.iter().map(standing).collect(),
        credited: Money::new(totals.credited, currency),
        clients: totals.clients,
        open_claims: totals.open_claims,
        open: Money::new(totals.open_minor, currency),
        trend: totals.trend.iter().map(point).collect(),
        spread: totals.spread.map(|spread| SpreadView {
            industries: spread.industries,
            hhi_bps: spread.hhi_bps,
            effective_x100: spread.effective_x100,
        }),
        badges: shown.badges.iter().map(|view| view.id.clone()).collect(),
        badge_levels: shown.badges.iter().map(|view| (view.id.clone(), view.level)).collect(),
        tier: shown.tier,
        commission,
        points,
    }
}

/// `Clients in 4 industries, spread like 1.17 equal ones`
fn spread_line(spread: Spread) -> String {
    let effective = format!("{}.{:02}", spread.effective_x100 / 100, spread.effective_x100 % 100);
    format!("Clients in {} industries, spread like {effective} equal ones", spread.industries)
}

fn many(count: i64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The last months as bars of height, with the direction in words.
fn trend_line(totals: &Totals) -> Option<String> {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let top = totals.trend.iter().map(|(_, minor)| *minor).max().filter(|top| *top > 0)?;
    let bars: String = totals
        .trend
        .iter()
        .map(|(_, minor)| {
            let level = i128::from((*minor).max(0)) * 7 / i128::from(top);
            BARS[usize::try_from(level).unwrap_or(0).min(7)]
        })
        .collect();
    Some(format!("Last {} months: {bars}", totals.trend.len()))
}
