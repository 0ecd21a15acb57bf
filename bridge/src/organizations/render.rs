//! How organizations look to the program's team.
pub mod room;
pub mod servers;
pub mod team;

use super::store::members::MemberRow;
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message};
use schema::card::{
    Card, Envelope, Organization, OrganizationEvent, OrganizationStatus, OrganizationView,
    Organizations,
};
use schema::ids::ConfirmationId;

/// Rows shown of a long list.
const ROWS_MAX: usize = 30;

/// One organization, and what just happened to it.
#[must_use]
pub fn one(view: OrganizationView, people: &[MemberRow], event: OrganizationEvent) -> Message {
    let title = match event {
        OrganizationEvent::Added => "✅ Organization: ",
        OrganizationEvent::Changed => "✅ Changed: ",
        OrganizationEvent::Suspended => "⏸ Suspended: ",
        OrganizationEvent::Reinstated => "▶ Reinstated: ",
        OrganizationEvent::Removed => "👋 Removed: ",
        OrganizationEvent::Shown | OrganizationEvent::Unchanged => "Organization: ",
    };
    let mut message =
        Message::notice(Line::new().plain(title).person(&view.name)).lines(lines(&view));
    if !people.is_empty() {
        message = message.lines(people.iter().take(ROWS_MAX).map(team::person).collect());
    }
    if let Some(reason) = view.reason.as_deref().filter(|reason| !reason.is_empty()) {
        message = message.quote(Line::new().person_cut(reason, 500));
    }
    let people = people.iter().map(team::member).collect();
    message.card(&Envelope::from(Card::from(Organization { event, organization: view, people })))
}

fn lines(view: &OrganizationView) -> Vec<Line> {
    let servers =
        if view.servers.is_empty() { "none yet".to_owned() } else { view.servers.join(", ") };
    let mut people = format!("{} of {} places", view.members + view.invited, view.members_max);
    if view.invited > 0 {
        people.push_str(&format!(" · {} invited", view.invited));
    }
    vec![
        Line::new().code(&view.slug).plain(&format!(" · {}", view.status)),
        Line::new().plain("Homeservers: ").plain(&servers),
        Line::new().plain("People: ").plain(&people),
    ]
}

#[must_use]
pub fn list(views: Vec<OrganizationView>, count: i64, prefix: &str) -> Message {
    let mut message = Message::notice(format!("Organizations · {count}"));
    if views.is_empty() {
        message =
            message.line(Line::new().plain("None yet. Add one with ").code(&format!(
                "{prefix}organization add acme \"Acme\" --contact @ana:acme.example"
            )));
    } else {
        message = message.lines(views.iter().map(row).collect());
    }
    let left = usize::try_from(count).unwrap_or(usize::MAX).saturating_sub(views.len());
    if left > 0 {
        message = message.line(
            Line::new()
                .plain(&format!("… and {left} more; "))
                .code(&format!("{prefix}organization show acme"))
                .plain(" has one."),
        );
    }
    message.card(&Envelope::from(Card::from(Organizations { organizations: views, count })))
}

fn row(view: &OrganizationView) -> Line {
    let state = match view.status {
        OrganizationStatus::Active => String::new(),
        status => format!(" ({status})"),
    };
    Line::new()
        .person_strong(&view.name)
        .plain(" ")
        .code(&view.slug)
        .plain(&format!(" · {}{state}", people(view.members)))
}

fn people(count: i64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// Asks before an organization leaves.
#[must_use]
pub fn ask_removal(view: &OrganizationView, line: &str, asker: (&str, i64)) -> Message {
    let leave = if view.members == 1 { "leaves" } else { "leave" };
    let invited = match view.invited {
        0 => String::new(),
        1 => " One invitation is taken back.".to_owned(),
        many => format!(" {many} invitations are taken back."),
    };
    let effect = format!(
        "{} of {} {leave} the program and all its rooms.{invited} Results stay on record.",
        people(view.members),
        view.name,
    );
    let message = Message::notice(Line::new().plain("Remove ").person(&view.name).plain("?"))
        .line(Line::new().person(&effect));
    confirm::waits(message, effect, (line, ConfirmationId(0)), asker)
}
