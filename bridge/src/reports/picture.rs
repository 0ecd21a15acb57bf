//! A report as a picture: revenue up to the period, and the industries in it.
use super::rules::{Figures, Industry, change};
use crate::leaderboard::picture::short;
use crate::pictures::{self, Bar, Head, Picture, Point, Unit};
use schema::money::{Currency, Money};

/// Rows of industries; more make the picture too long for a phone.
const ROWS_MAX: usize = 6;

#[must_use]
pub fn report(figures: &Figures, currency: Currency) -> Picture {
    let points: Vec<Point> = figures
        .trend
        .iter()
        .map(|(period, minor)| Point { label: short(*period), value: *minor })
        .collect();
    let ends = figures.trend.first().zip(figures.trend.last());
    let under = ends.map_or(String::new(), |((first, _), (last, _))| format!("{first} to {last}"));
    let title = format!("By industry · {}", figures.span.period);
    let bars: Vec<Bar> =
        figures.industries.iter().take(ROWS_MAX).map(|row| bar(row, currency)).collect();
    let before = figures.before.filter(|_| bars.iter().any(|bar| bar.before.is_some()));
    let mark = before.map_or(String::new(), |before| format!("The mark is {before}"));
    pictures::report(
        Head { title: "Revenue", under: &under },
        &points,
        &Unit::Money(currency),
        (Head { title: &title, under: &mark }, &bars),
    )
}

fn bar(row: &Industry, currency: Currency) -> Bar {
    let clients = match row.clients {
        0 => String::new(),
        1 => "1 new client".to_owned(),
        more => format!("{more} new clients"),
    };
    let parts = [change(row.revenue, row.revenue_before), clients];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Bar {
        name: row.name.clone(),
        value: row.revenue,
        label: Money::new(row.revenue, currency).to_string(),
        note: parts.join(" · "),
        before: row.revenue_before.filter(|before| *before != 0),
        ..Bar::default()
    }
}
