//! How homeservers look that a lead has named: to the manager who decides, and to the lead.
use crate::organizations::store::OrganizationRow;
use crate::organizations::store::proposals::ProposalRow;
use crate::platform::text::{Line, Message};
use schema::card::{Card, Envelope, ServersNamed, ServersStatus};

fn card(
    organization: &OrganizationRow,
    row: &ProposalRow,
    (status, by): (ServersStatus, Option<&str>),
) -> Envelope {
    Envelope::from(Card::from(ServersNamed {
        status,
        organization: organization.slug.clone(),
        name: organization.name.clone(),
        servers: row.servers.clone(),
        named_by: row.by.clone(),
        decided_by: by.map(str::to_owned),
    }))
}

fn servers(row: &ProposalRow) -> Vec<Line> {
    row.servers.iter().map(|server| Line::new().code(server)).collect()
}

/// Asks a manager; `others`: homeservers that other organizations have declared, and whose they are.
#[must_use]
pub fn asked(
    organization: &OrganizationRow,
    row: &ProposalRow,
    others: &[(String, String)],
) -> Message {
    let shared = others.iter().map(|(server, name)| {
        Line::new()
            .plain("⚠️ ")
            .code(server)
            .plain(" is declared by ")
            .person(name)
            .plain(" as well.")
    });
    proposal(organization, row, (ServersStatus::Open, None)).lines(shared.collect())
}

/// The card in the control room, before and after the decision.
#[must_use]
pub fn proposal(
    organization: &OrganizationRow,
    row: &ProposalRow,
    (status, by): (ServersStatus, Option<&str>),
) -> Message {
    let mark = match status {
        ServersStatus::Open => "🌐 ",
        ServersStatus::Declared => "✅ ",
        ServersStatus::Declined | ServersStatus::Replaced => "❌ ",
    };
    let named = Line::new().code(&row.by).plain(" names more homeservers of its people:");
    let message =
        Message::text(Line::new().plain(mark).plain("Homeservers · ").person(&organization.name))
            .line(named)
            .lines(servers(row));
    let by = by.unwrap_or("the team");
    let message = match status {
        ServersStatus::Open => {
            message.line("✅ declares them: their people can be asked in without you. ❌ does not.")
        }
        ServersStatus::Declared => message.line(Line::new().plain("Declared by ").code(by)),
        ServersStatus::Declined => message.line(Line::new().plain("Declined by ").code(by)),
        ServersStatus::Replaced => message.line("A newer list has taken its place."),
    };
    message.card(&card(
        organization,
        row,
        (status, Some(by).filter(|_| status != ServersStatus::Open)),
    ))
}

/// What the team reads of a server that cannot take part, besides what was found.
#[must_use]
pub fn broken(organization: &OrganizationRow, found: Message) -> Message {
    let whose = Line::new().plain("A homeserver of ").person(&organization.name);
    found.line(whose.plain("; its lead has the same message."))
}

/// What the lead hears.
#[must_use]
pub fn decided(
    organization: &OrganizationRow,
    row: &ProposalRow,
    (status, by): (ServersStatus, &str),
    prefix: &str,
) -> Message {
    let (mark, line) = match status {
        ServersStatus::Declared => {
            let first = row.servers.first().map_or("", String::as_str);
            (
                "✅ ",
                Line::new()
                    .plain("Their people can be asked in now: ")
                    .code(&format!("{prefix}team invite @ben:{first}")),
            )
        }
        _ => ("❌ ", Line::from("Not declared; please talk to the program's team.")),
    };
    Message::text(Line::new().plain(mark).plain("Homeservers · ").person(&organization.name))
        .lines(servers(row))
        .line(line)
        .card(&card(organization, row, (status, Some(by))))
}
