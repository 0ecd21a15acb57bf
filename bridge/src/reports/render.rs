//! How a report reads: short lines, one thing each.
use super::rules::{DORMANT_DAYS, Figures, Industry, Playbook, Reached, change, hours};
use crate::commission::render::rate as percent;
use crate::platform::text::{Line, Message};
use schema::card::{
    Card, Envelope, Report, ReportFunnel, ReportIndustry, ReportPartners, ReportPenetration,
    ReportPlaybook, ReportRefunds, ReportReviews, TrendPoint,
};
use schema::money::{Currency, Money, thousands};

/// So that a row stays short on a phone.
const NAME_CHARS: usize = 20;
const TITLE_CHARS: usize = 40;
/// Industries that are said; the table has all.
const ROWS_MAX: usize = 10;

#[must_use]
pub fn report(figures: &Figures, currency: Currency, prefix: &str) -> Message {
    let words = Words { figures, currency };
    let mut message = Message::text(words.title("📈"))
        .lines(words.partners())
        .lines(words.revenue())
        .lines(words.quality());
    if !figures.playbooks.is_empty() {
        let head = Line::new().strong("Playbooks");
        let rows = figures.playbooks.iter().map(playbook);
        message = message.lines(std::iter::once(head).chain(rows).collect());
    }
    let period = figures.span.period;
    let chart = format!("{prefix}report {period} --chart");
    let table = format!("{prefix}report {period} --csv");
    message
        .line(Line::new().plain("Picture: ").code(&chart).plain(" · Table: ").code(&table))
        .card(&words.card())
}

/// What comes with the table.
#[must_use]
pub fn file(figures: &Figures, currency: Currency) -> Message {
    let words = Words { figures, currency };
    Message::notice(words.title("📄")).card(&words.card())
}

struct Words<'a> {
    figures: &'a Figures,
    currency: Currency,
}

impl Words<'_> {
    fn title(&self, sign: &str) -> String {
        let span = &self.figures.span;
        let open = if span.is_open { ", so far" } else { "" };
        format!("{sign} Report · {}{open}", span.period)
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    fn partners(&self) -> Vec<Line> {
        let (funnel, people) = (&self.figures.funnel, &self.figures.people);
        vec![
            Line::new().strong("Partners"),
            Line::new().plain(&format!(
                "{} applied → {} approved → {} sold → {} again",
                funnel.applied, funnel.approved, funnel.first_sale, funnel.repeat
            )),
            Line::new().plain(&format!(
                "{} active · {} new, no sale yet · {} dormant ({DORMANT_DAYS} days)",
                people.active, people.waiting, people.dormant
            )),
        ]
    }

    fn revenue(&self) -> Vec<Line> {
        let figures = self.figures;
        let on = figures.before.map(|before| format!(" on {before}")).unwrap_or_default();
        let moved = spaced(&change(figures.revenue, figures.revenue_before));
        let on = if moved.contains('%') { on } else { String::new() };
        let head = Line::new().strong("Revenue").plain(&format!(
            " {}{moved}{on} · {}",
            self.money(figures.revenue),
            many(figures.clients, "new client")
        ));
        let mut lines = vec![head];
        for row in figures.industries.iter().take(ROWS_MAX) {
            lines.extend(self.industry(row));
        }
        let more = figures.industries.len().saturating_sub(ROWS_MAX);
        if more > 0 {
            lines.push(Line::new().plain(&format!("… and {more} more in the table")));
        }
        if let Some(reached) = figures.reached {
            lines.push(Line::new().plain(&format!("Penetration: {}", accounts(reached))));
        }
        lines
    }

    fn industry(&self, row: &Industry) -> Vec<Line> {
        let moved = spaced(&change(row.revenue, row.revenue_before));
        let figures = format!(" — {}{moved}", self.money(row.revenue));
        let head = Line::new().person_cut(&row.name, NAME_CHARS).plain(&figures);
        let reached = row.reached.map(|reached| format!(" · {}", accounts(reached)));
        let clients = many(row.clients, "new client") + &reached.unwrap_or_default();
        vec![head, Line::from(clients)]
    }

    fn quality(&self) -> Vec<Line> {
        let (refunds, reviews) = (&self.figures.refunds, &self.figures.reviews);
        let taken = match refunds.bps() {
            None => "nothing sold".to_owned(),
            Some(_) if refunds.touched == 0 => "none".to_owned(),
            Some(bps) => format!(
                "{}: {} of {}, {} of {}",
                percent(bps),
                self.money(refunds.taken),
                self.money(refunds.credited),
                refunds.touched,
                many(refunds.sales, "sale")
            ),
        };
        let waited = match (reviews.median_ms, reviews.p90_ms) {
            (Some(median), Some(p90)) => format!(
                "half within {}, 90 % within {} · {} decided",
                hours(median),
                hours(p90),
                reviews.decided
            ),
            _ => "nothing decided".to_owned(),
        };
        vec![
            Line::new().strong("Taken back").plain(&format!(" {taken}")),
            Line::new().strong("Reviews").plain(&format!(" {waited}")),
        ]
    }

    fn card(&self) -> Envelope {
        let Figures { span, funnel, people, refunds, reviews, .. } = self.figures;
        let figures = self.figures;
        Envelope::from(Card::from(Report {
            period: span.period,
            open: span.is_open,
            before: figures.before,
            funnel: ReportFunnel {
                applied: funnel.applied,
                approved: funnel.approved,
                first_sale: funnel.first_sale,
                repeat: funnel.repeat,
            },
            partners: ReportPartners {
                active: people.active,
                waiting: people.waiting,
                dormant: people.dormant,
            },
            revenue: self.money(figures.revenue),
            revenue_before: figures.revenue_before.map(|minor| self.money(minor)),
            clients: figures.clients,
            clients_before: figures.clients_before,
            industries: figures.industries.iter().map(|row| self.industry_card(row)).collect(),
            penetration: figures.reached.map(penetration),
            refunds: ReportRefunds {
                sales: refunds.sales,
                touched: refunds.touched,
                credited: self.money(refunds.credited),
                taken: self.money(refunds.taken),
                bps: refunds.bps(),
            },
            reviews: ReportReviews {
                decided: reviews.decided,
                median_ms: reviews.median_ms,
                p90_ms: reviews.p90_ms,
            },
            playbooks: figures.playbooks.iter().map(playbook_card).collect(),
            trend: figures
                .trend
                .iter()
                .map(|(period, minor)| TrendPoint { period: *period, credited: self.money(*minor) })
                .collect(),
        }))
    }

    fn industry_card(&self, row: &Industry) -> ReportIndustry {
        ReportIndustry {
            slug: Some(row.slug.clone()).filter(|slug| !slug.is_empty()),
            revenue: self.money(row.revenue),
            revenue_before: row.revenue_before.map(|minor| self.money(minor)),
            clients: row.clients,
            clients_before: row.clients_before,
            penetration: row.reached.map(penetration),
        }
    }
}

fn penetration(reached: Reached) -> ReportPenetration {
    ReportPenetration { won: reached.won, accounts: reached.accounts, bps: reached.bps }
}

fn playbook_card(book: &Playbook) -> ReportPlaybook {
    ReportPlaybook {
        slug: book.slug.clone(),
        title: book.title.clone(),
        uses: book.outcome.uses,
        won: book.outcome.won,
    }
}

fn playbook(book: &Playbook) -> Line {
    let said = format!(": used in {} won of {}", book.outcome.won, book.outcome.uses);
    Line::new().person_cut(&book.title, TITLE_CHARS).plain(&said)
}

fn accounts(reached: Reached) -> String {
    let count = |number: i64| thousands(number.unsigned_abs());
    let (won, all) = (count(reached.won), count(reached.accounts));
    format!("{won} of {all} accounts, {}", percent(reached.bps))
}

fn spaced(word: &str) -> String {
    if word.is_empty() { String::new() } else { format!(" {word}") }
}

fn many(count: i64, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {word}{plural}", thousands(count.unsigned_abs()))
}

#[cfg(test)]
mod tests;
