//! How industries look.
use super::store::IndustryRow;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, Industries, IndustryEvent, IndustryView};

/// An industry with its number of clients.
#[must_use]
pub fn view(row: IndustryRow, clients: i64) -> IndustryView {
    IndustryView {
        slug: row.slug,
        name: row.name,
        room_id: row.room_id,
        clients,
        targets: None,
        targets_from: None,
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
    if view.closed_at.is_some() { line.plain(" · closed") } else { line }
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
