//! How industries look.
use super::rules::{Penetration, Target, percent};
use super::store::IndustryRow;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, Industries, IndustryEvent, IndustryView};
use schema::money::thousands;

/// An industry with its number of clients, and how far it is entered.
#[must_use]
pub fn view(row: IndustryRow, clients: i64, reached: Option<Penetration>) -> IndustryView {
    IndustryView {
        slug: row.slug,
        name: row.name,
        room_id: row.room_id,
        clients,
        targets: reached.map(|reached| reached.target.accounts),
        targets_from: reached.map(|reached| reached.target.from.to_string()),
        won: reached.map(|reached| reached.won),
        penetration_bps: reached.map(|reached| reached.bps),
        closed_at: row.closed_at,
    }
}

#[must_use]
pub fn list(views: Vec<IndustryView>, prefix: &str) -> Message {
    let lines: Vec<Line> = views.iter().map(row).collect();
    let message = Message::notice("Industries");
    let message = if lines.is_empty() {
        message.line(
            Line::new()
                .plain("None yet. Open one: ")
                .code(&format!("{prefix}industry add dental \"Dental practices\"")),
        )
    } else {
        message.lines(lines)
    };
    message.card(&card(IndustryEvent::Shown, views))
}

fn row(view: &IndustryView) -> Line {
    let clients =
        if view.clients == 1 { "1 client".to_owned() } else { format!("{} clients", view.clients) };
    let line =
        Line::new().strong(&view.slug).plain(" · ").person(&view.name).plain(" · ").plain(&clients);
    let line = match reached(view) {
        Some(reached) => line.plain(" · ").plain(&reached),
        None => line,
    };
    if view.closed_at.is_some() { line.plain(" · closed") } else { line }
}

/// `18 of 120 accounts, 15.00 %`.
fn reached(view: &IndustryView) -> Option<String> {
    let (won, targets, bps) = (view.won?, view.targets?, view.penetration_bps?);
    Some(format!("{won} of {} accounts, {}", counted(targets), percent(bps)))
}

fn counted(accounts: i64) -> String {
    thousands(accounts.unsigned_abs())
}

#[must_use]
pub fn targeted(view: IndustryView, target: Target) -> Message {
    let line = Line::new().person_strong(&view.name).plain(&format!(
        ": {} accounts to be won from {} on.",
        counted(target.accounts),
        target.from
    ));
    let message = Message::notice("Industries").line(line);
    let message = match reached(&view) {
        Some(reached) => message.line(format!("The last twelve months: {reached}")),
        None => message,
    };
    message.card(&card(IndustryEvent::Targeted, vec![view]))
}

#[must_use]
pub fn changed(view: IndustryView, event: IndustryEvent) -> Message {
    let line = Line::new().person_strong(&view.name).plain(" (").code(&view.slug).plain(") ");
    let line = line.plain(match event {
        IndustryEvent::Added if view.room_id.is_some() => "is open again.",
        IndustryEvent::Added => "is open; its channel is being made.",
        IndustryEvent::Closed => "is closed: no new sales, and its channel is for reading only.",
        _ if view.closed_at.is_some() => "is closed already.",
        _ => "is open already.",
    });
    Message::notice("Industries").line(line).card(&card(event, vec![view]))
}

fn card(event: IndustryEvent, industries: Vec<IndustryView>) -> Envelope {
    Envelope::from(Card::from(Industries { event, industries }))
}
