//! A board and one's own months as pictures.
use super::live::Totals;
use super::render::{View, metric_word, money_of, movement};
use crate::pictures::{self, Bar, Head, Picture, Point, Unit};
use crate::platform::access::PartnerRow;
use schema::card::{OwnStanding, Selection};
use schema::money::Currency;
use schema::period::{Period, PeriodKind, WeekStart};
use schema::state::StandingRow;
use schema::status::Visibility;

/// `own`: whose row stands out, and is added where it is not among the first; only for a chat that
/// nobody else reads.
#[must_use]
pub fn board(view: &View, program: &str, own: Option<(&PartnerRow, &OwnStanding)>) -> Picture {
    let mut bars: Vec<Bar> = view.standings.iter().map(|row| bar(view, row)).collect();
    if let Some((me, you)) = own {
        emphasize(view, &mut bars, me, you);
    }
    let kind = match view.selection {
        None if view.is_of_organizations() => "Organizations · ",
        None => "",
        Some(Selection::Team) => "Among us · ",
        Some(Selection::Newcomers) => "Newcomers · ",
        Some(Selection::Improved) => "Most improved · ",
    };
    let title = format!("{kind}{} · {}", metric_word(view.board.metric), view.board.period);
    let under = view.scope_name.as_deref().unwrap_or(program);
    pictures::board(Head { title: &title, under }, &bars)
}

fn bar(view: &View, row: &StandingRow) -> Bar {
    Bar {
        rank: Some(row.rank),
        name: row.name.clone(),
        value: row.score,
        label: money_of(view.board.metric, row.score, view.currency),
        note: movement(row).trim().to_owned(),
        ..Bar::default()
    }
}

fn emphasize(view: &View, bars: &mut Vec<Bar>, me: &PartnerRow, you: &OwnStanding) {
    let is_mine = |row: &StandingRow| match me.visibility {
        Visibility::Public => row.user_id.as_deref() == Some(me.user_id.as_str()),
        // Stands without a name: the rank tells, and where ranks are shared one is as good as another.
        Visibility::Anonymous => {
            row.user_id.is_none() && Some(row.rank) == you.rank && row.score == you.score
        }
        Visibility::Hidden => false,
    };
    match view.standings.iter().position(is_mine).and_then(|at| bars.get_mut(at)) {
        Some(bar) => bar.own = true,
        None if you.score != 0 => bars.push(Bar {
            rank: you.rank,
            name: me.name.clone(),
            value: you.score,
            label: money_of(view.board.metric, you.score, view.currency),
            own: true,
            apart: true,
            ..Bar::default()
        }),
        None => {}
    }
}

/// The revenue of the last months.
#[must_use]
pub fn trend(totals: &Totals, currency: Currency) -> Picture {
    let points: Vec<Point> = totals
        .trend
        .iter()
        .map(|(period, minor)| Point { label: short(*period), value: *minor })
        .collect();
    let under = format!("Last {} months", points.len());
    let head = Head { title: "Your revenue", under: &under };
    pictures::trend(head, &points, &Unit::Money(currency))
}

/// A period under an axis: `Nov`, `W47`, `Q4`, `2026`.
#[must_use]
pub fn short(period: Period) -> String {
    let text = period.to_string();
    match period.kind() {
        PeriodKind::Month => {
            period.first_day(WeekStart::Monday).map_or(text, |day| day.strftime("%b").to_string())
        }
        PeriodKind::Week | PeriodKind::Quarter => {
            text.split_once('-').map_or(text.clone(), |(_, rest)| rest.to_owned())
        }
        PeriodKind::Year | PeriodKind::All => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_short_under_an_axis() {
        for (period, said) in
            [("2026-11", "Nov"), ("2026-W07", "W07"), ("2026-Q4", "Q4"), ("2026", "2026")]
        {
            assert_eq!(short(period.parse().unwrap()), said);
        }
    }

    fn view(rows: Vec<StandingRow>) -> View {
        View {
            board: schema::card::BoardRef {
                metric: schema::metric::Metric::Clients,
                period_kind: PeriodKind::Month,
                period: "2026-11".parse().unwrap(),
                scope: "program".to_owned(),
                unit: "clients".to_owned(),
                exponent: 0,
                from: 0,
                to: 1,
            },
            selection: None,
            reached: None,
            scope_name: None,
            currency: Currency::parse("EUR").unwrap(),
            standings: rows,
            participants: 2,
            timezone: "UTC".to_owned(),
            ledger_seq: 1,
            now: 1,
        }
    }

    fn standing(rank: u32, user: Option<&str>, score: i64) -> StandingRow {
        StandingRow {
            rank,
            partner: String::new(),
            user_id: user.map(str::to_owned),
            name: "a partner".to_owned(),
            score,
            moved: None,
            new: false,
        }
    }

    fn me(visibility: Visibility) -> PartnerRow {
        PartnerRow {
            id: schema::ids::PartnerId(7),
            user_id: "@ana:x.org".to_owned(),
            name: "Ana".to_owned(),
            enrollment: schema::status::Enrollment::Approved,
            visibility,
            industries: Vec::new(),
            timezone: None,
            organization: None,
            since: None,
            reason: None,
            mentoring: false,
            team: None,
        }
    }

    /// Which rows stand out, and how many there are.
    fn own(visibility: Visibility, rank: Option<u32>, score: i64) -> (Vec<usize>, usize) {
        let rows = vec![standing(1, Some("@ana:x.org"), 5), standing(2, None, 3)];
        let view = view(rows);
        let mut bars: Vec<Bar> = view.standings.iter().map(|row| bar(&view, row)).collect();
        let you = OwnStanding { score, rank, of: 2, percentile: None, moved: None, visibility };
        emphasize(&view, &mut bars, &me(visibility), &you);
        let own = bars.iter().enumerate().filter(|(_, bar)| bar.own).map(|(at, _)| at);
        (own.collect(), bars.len())
    }

    #[test]
    fn ones_own_row_stands_out() {
        assert_eq!(own(Visibility::Public, Some(1), 5), (vec![0], 2));
        assert_eq!(own(Visibility::Anonymous, Some(2), 3), (vec![1], 2));
        assert_eq!(own(Visibility::Anonymous, Some(3), 1), (vec![2], 3));
        assert_eq!(own(Visibility::Hidden, Some(2), 3), (vec![2], 3));
        assert_eq!(own(Visibility::Hidden, None, -3), (vec![2], 3));
        assert_eq!(own(Visibility::Hidden, None, 0), (vec![], 2));
    }
}
