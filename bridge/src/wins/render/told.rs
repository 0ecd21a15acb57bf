//! Stories that partners tell with `!win`.
use super::{about, card};
use crate::platform::text::{Line, Message};
use schema::card::{Hint, SaleWin, Win, WinEvent, Winner};

/// What a story is shown with.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    pub teller: &'a Winner,
    pub text: &'a str,
    /// The sale that it is about, with its industry's name.
    pub sale: Option<(&'a SaleWin, Option<&'a str>)>,
    pub at: i64,
}

/// The message in the wins room: the person's own words.
#[must_use]
pub fn shown(told: &Told<'_>, event: WinEvent) -> Message {
    let named = told.teller.partner.is_some();
    let name = if named { told.teller.name.as_str() } else { "A partner" };
    let mut message =
        Message::text(Line::new().plain("🏆 ").person(name).plain(" tells")).prose(told.text);
    if let Some((sale, industry)) = told.sale {
        message = message.line(about(Line::new().plain("A sale that counts"), sale, industry));
    }
    message.card(&card(Win {
        event,
        partner: told.teller.clone(),
        text: Some(told.text.to_owned()),
        sale: told.sale.map(|(sale, _)| Box::new(sale.clone())),
        told_at: told.at,
    }))
}

fn hint(sentence: &str, prefix: &str) -> Message {
    Message::notice(Line::new().sentence(sentence, prefix))
        .card(&card(Hint { what: "win".to_owned(), sentence: sentence.to_owned() }))
}

/// The answer to who told it.
#[must_use]
pub fn told(prefix: &str) -> Message {
    hint(
        "🏆 Told in the wins room. Edit your message to change it, delete it to take it back.",
        prefix,
    )
}

#[must_use]
pub fn changed(prefix: &str) -> Message {
    hint("🏆 Your story in the wins room reads so now.", prefix)
}

/// An edit of a story that is gone.
#[must_use]
pub fn kept_out(prefix: &str) -> Message {
    hint("That story was taken back, so your edit changed nothing; `win` tells another.", prefix)
}
