//! How the wins room reads.
mod told;

pub use told::{Told, changed, kept_out, shown, told};

use super::rules::{NAMELESS, band_text, is_old};
use super::store::LineRow;
use crate::platform::text::{Line, Message, ROW_CHARS};
use jiff::civil::Date;
use schema::card::{Card, Celebration, CelebrationLine, Envelope, SaleWin, Winner};

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

/// One message for all that is celebrated; on what it stands for, people answer in its thread.
#[must_use]
pub fn celebrations(rows: &[LineRow], more: i64) -> Message {
    let standing = rows.iter().filter(|row| !row.taken_back).count();
    let count = i64::try_from(standing).unwrap_or(i64::MAX).saturating_add(more);
    let mut message = match rows {
        [only] if more == 0 => Message::text(only.line.clone()),
        _ if count == 0 => Message::text("↩ What stood here was taken back"),
        _ => {
            rows.iter().fold(Message::text(format!("🎉 {count} to celebrate")), |message, row| {
                message.line(row.line.clone())
            })
        }
    };
    if more > 0 {
        message = message.line(format!("… and {more} more"));
    }
    let lines = rows
        .iter()
        .map(|row| CelebrationLine {
            text: row.line.clone().into_plain(),
            taken_back: row.taken_back,
            sale: row.sale.clone().filter(|_| !row.taken_back).map(Box::new),
        })
        .collect();
    message.card(&card(Celebration { lines, more }))
}

/// A sale that counts: `🎉 Ana and Ben closed a sale · Dental · €10k+ · 📘 cold-mail`.
#[must_use]
pub fn sale(win: &SaleWin, industry: Option<&str>, today: Date) -> Line {
    let line = names(Line::new().plain("🎉 "), &win.partners).plain(" closed a sale");
    let line = match &win.client {
        Some(client) => line.plain(" with ").person_cut(client, 60),
        None => line,
    };
    let line = about(line, win, industry);
    if is_old(win.on, today) { line.plain(&format!(" · sold on {}", win.on)) } else { line }
}

/// Industry, amount or size, playbook.
#[must_use]
pub fn about(line: Line, win: &SaleWin, industry: Option<&str>) -> Line {
    let mut line = match industry {
        Some(name) => line.plain(" · ").person_cut(name, 40),
        None => line,
    };
    if let Some(amount) = size(win) {
        line = line.plain(" · ").strong(&amount);
    }
    match &win.playbook {
        Some(slug) => line.plain(" · 📘 ").plain(slug),
        None => line,
    }
}

/// The same piece by piece, each short enough for a row.
#[must_use]
pub fn pieces(win: &SaleWin, industry: Option<&str>) -> Vec<Line> {
    let industry = industry.map(|name| Line::new().person_cut(name, ROW_CHARS));
    let amount = size(win).map(|amount| Line::new().strong(&amount));
    let playbook = win.playbook.as_ref().map(|slug| Line::from(format!("📘 {slug}")));
    industry.into_iter().chain(amount).chain(playbook).collect()
}

/// The amount as it may be shown.
#[must_use]
pub fn size(win: &SaleWin) -> Option<String> {
    let exact = win.amount.map(|amount| amount.to_string());
    exact.or_else(|| win.band.as_ref().map(band_text))
}

/// What takes a sale's place when it is taken back: nobody is named.
#[must_use]
pub fn sale_gone() -> Line {
    Line::new().plain("↩ A sale that stood here was taken back")
}

/// What takes a sale's place when nobody of its sellers is to be named any more.
#[must_use]
pub fn unnamed() -> Line {
    Line::new().plain("🎉 A sale was closed")
}

/// `Ana, Ben and a partner`; those without a name come last, as a number.
fn names(mut line: Line, partners: &[Winner]) -> Line {
    let (nameless, named): (Vec<&Winner>, Vec<&Winner>) =
        partners.iter().partition(|one| one.name == NAMELESS && one.partner.is_none());
    let rest = match (nameless.len(), named.is_empty()) {
        (0, _) => None,
        (1, true) => Some("A partner".to_owned()),
        (1, false) => Some(NAMELESS.to_owned()),
        (count, _) => Some(format!("{count} partners")),
    };
    let count = named.len() + usize::from(rest.is_some());
    for at in 0..count {
        line = match at {
            0 => line,
            _ if at + 1 == count => line.plain(" and "),
            _ => line.plain(", "),
        };
        line = match (named.get(at), &rest) {
            (Some(one), _) => line.person_strong(&one.name),
            (None, Some(rest)) => line.plain(rest),
            (None, None) => line,
        };
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn winner(name: &str) -> Winner {
        Winner { name: name.to_owned(), partner: None, user_id: None }
    }

    #[test]
    fn names_read_as_people_say_them() {
        for (partners, text) in [
            (vec!["Ana"], "Ana"),
            (vec!["Ana", "Ben"], "Ana and Ben"),
            (vec!["Ana", NAMELESS, "Cy"], "Ana, Cy and a partner"),
            (vec![NAMELESS], "A partner"),
            (vec![NAMELESS, NAMELESS], "2 partners"),
            (vec![NAMELESS, NAMELESS, "Ana"], "Ana and 2 partners"),
        ] {
            let partners: Vec<_> = partners.into_iter().map(winner).collect();
            assert_eq!(names(Line::new(), &partners).into_plain(), text);
        }
    }

    fn row(text: &str, taken_back: bool) -> LineRow {
        let (key, line) = (text.to_owned(), Line::new().person(text));
        LineRow { key, line, sale: None, post: Some(1), taken_back }
    }

    #[test]
    fn a_message_says_what_it_stands_for() {
        let body = |rows: &[LineRow], more| {
            celebrations(rows, more).content()["body"].as_str().unwrap().to_owned()
        };
        assert_eq!(body(&[row("one", false)], 0), "one");
        assert_eq!(
            body(&[row("one", false), row("two", true)], 3),
            "🎉 4 to celebrate\none\ntwo\n… and 3 more"
        );
        assert_eq!(body(&[row("gone", true)], 0), "gone");
        assert_eq!(body(&[row("a", true), row("b", true)], 0), "↩ What stood here was taken back");
    }
}
