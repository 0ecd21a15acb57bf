//! A report as a table: one figure a row, so that columns stay the same whatever is reported.
use super::rules::Figures;
use crate::platform::text::cell::guarded;
use schema::money::{Currency, Money};

/// The columns, in their order. `key` is a slug or a short word, `before` the figure of the time before.
pub const COLUMNS: [&str; 7] = ["period", "part", "key", "name", "value", "unit", "before"];

/// Comma-separated; amounts as decimals, all else whole numbers.
///
/// # Errors
/// When a row cannot be written, which memory does not refuse.
pub fn table(figures: &Figures, currency: Currency) -> Result<Vec<u8>, csv::Error> {
    let mut out = Table { out: csv::Writer::from_writer(Vec::new()), figures, currency };
    out.out.write_record(COLUMNS)?;
    out.partners()?;
    out.industries()?;
    out.quality()?;
    out.out.into_inner().map_err(|error| error.into_error().into())
}

struct Table<'a> {
    out: csv::Writer<Vec<u8>>,
    figures: &'a Figures,
    currency: Currency,
}

impl Table<'_> {
    fn row(
        &mut self,
        (part, key, name): (&str, &str, &str),
        (value, unit): (&str, &str),
        before: &str,
    ) -> Result<(), csv::Error> {
        let period = self.figures.span.period.to_string();
        let (key, name) = (guarded(key), guarded(name));
        self.out.write_record([&period, part, key.as_ref(), name.as_ref(), value, unit, before])
    }

    fn count(&mut self, part: &str, key: &str, value: i64, unit: &str) -> Result<(), csv::Error> {
        self.row((part, key, ""), (&value.to_string(), unit), "")
    }

    fn money(
        &mut self,
        what: (&str, &str, &str),
        value: i64,
        before: Option<i64>,
    ) -> Result<(), csv::Error> {
        let plain = |minor| Money::new(minor, self.currency).plain();
        let (value, code) = (plain(value), self.currency.code());
        let before = before.map(plain).unwrap_or_default();
        self.row(what, (&value, code), &before)
    }

    fn partners(&mut self) -> Result<(), csv::Error> {
        let (funnel, people) = (self.figures.funnel, self.figures.people);
        for (key, value) in [
            ("applied", funnel.applied),
            ("approved", funnel.approved),
            ("first_sale", funnel.first_sale),
            ("repeat", funnel.repeat),
        ] {
            self.count("funnel", key, value, "partners")?;
        }
        for (key, value) in
            [("active", people.active), ("waiting", people.waiting), ("dormant", people.dormant)]
        {
            self.count("partners", key, value, "partners")?;
        }
        Ok(())
    }

    fn industries(&mut self) -> Result<(), csv::Error> {
        let figures = self.figures;
        let text = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        self.money(("revenue", "all", ""), figures.revenue, figures.revenue_before)?;
        let clients = (figures.clients.to_string(), text(figures.clients_before));
        self.row(("clients", "all", ""), (&clients.0, "clients"), &clients.1)?;
        for row in &figures.industries {
            let key = if row.slug.is_empty() { "none" } else { &row.slug };
            self.money(("revenue", key, &row.name), row.revenue, row.revenue_before)?;
            let clients = (row.clients.to_string(), text(row.clients_before));
            self.row(("clients", key, &row.name), (&clients.0, "clients"), &clients.1)?;
            for (unit, value) in row.reached.iter().flat_map(|reached| {
                [("won", reached.won), ("accounts", reached.accounts), ("bps", reached.bps)]
            }) {
                self.row(("penetration", key, &row.name), (&value.to_string(), unit), "")?;
            }
        }
        for (unit, value) in figures.reached.iter().flat_map(|reached| {
            [("won", reached.won), ("accounts", reached.accounts), ("bps", reached.bps)]
        }) {
            self.count("penetration", "all", value, unit)?;
        }
        for (period, minor) in &figures.trend {
            self.money(("trend", &period.to_string(), ""), *minor, None)?;
        }
        Ok(())
    }

    fn quality(&mut self) -> Result<(), csv::Error> {
        let (refunds, reviews) = (self.figures.refunds, self.figures.reviews);
        self.money(("refunds", "credited", ""), refunds.credited, None)?;
        self.money(("refunds", "taken", ""), refunds.taken, None)?;
        self.count("refunds", "sales", refunds.sales, "sales")?;
        self.count("refunds", "touched", refunds.touched, "sales")?;
        self.count("reviews", "decided", reviews.decided, "claims")?;
        for (key, ms) in [("median", reviews.median_ms), ("p90", reviews.p90_ms)] {
            if let Some(ms) = ms {
                self.count("reviews", key, ms / 60_000, "minutes")?;
            }
        }
        for book in &self.figures.playbooks {
            let what = ("playbooks", book.slug.as_str(), book.title.as_str());
            self.row(what, (&book.outcome.uses.to_string(), "uses"), "")?;
            self.row(what, (&book.outcome.won.to_string(), "won"), "")?;
        }
        Ok(())
    }
}
