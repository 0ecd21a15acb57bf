//! How an organization looks to its own people, and to those who are asked into it.
use crate::organizations::store::OrganizationRow;
use crate::organizations::store::invitations::InvitedRow;
use crate::organizations::store::members::MemberRow;
use crate::partners::rules::name_of;
use crate::platform::confirm::render as confirm;
use crate::platform::text::{Line, Message};
use crate::program::Program;
use crate::terms::{self, store::TermsRow};
use schema::card::{Card, Envelope, Team, TeamEvent, TeamMember};
use schema::ids::ConfirmationId;
use schema::status::{Enrollment, TeamRole};

/// Rows shown of a long list.
const ROWS_MAX: usize = 60;

fn card(organization: &OrganizationRow, event: TeamEvent, people: Vec<TeamMember>) -> Envelope {
    Envelope::from(Card::from(Team {
        event,
        organization: organization.slug.clone(),
        name: organization.name.clone(),
        people,
        members_max: organization.members_max,
        terms: None,
    }))
}

pub(super) fn member(row: &MemberRow) -> TeamMember {
    TeamMember {
        user_id: row.user_id.clone(),
        partner: Some(row.partner),
        name: row.name.clone(),
        role: row.role,
        invited: false,
        since: row.joined_at,
    }
}

fn asked(row: &InvitedRow) -> TeamMember {
    TeamMember {
        user_id: row.user_id.clone(),
        partner: None,
        name: name_of(&row.user_id),
        role: row.role,
        invited: true,
        since: row.invited_at,
    }
}

pub(super) fn person(row: &MemberRow) -> Line {
    let mark = if row.role == TeamRole::Lead { "⭐ " } else { "" };
    let state = match row.enrollment {
        Enrollment::Suspended => " (suspended)",
        _ => "",
    };
    Line::new().plain(mark).person_strong(&row.name).plain(" ").code(&row.user_id).plain(state)
}

/// Everybody of an organization, and who is asked.
#[must_use]
pub fn list(
    organization: &OrganizationRow,
    people: &[MemberRow],
    open: &[InvitedRow],
    prefix: &str,
) -> Message {
    let mut rows: Vec<Line> = people.iter().map(person).collect();
    rows.extend(open.iter().map(|row| Line::new().plain("⏳ ").code(&row.user_id)));
    let taken = rows.len();
    rows.truncate(ROWS_MAX);
    let mut message = Message::notice(Line::new().plain("👥 ").person(&organization.name));
    if !rows.is_empty() {
        message = message.lines(rows);
    }
    let mut members: Vec<TeamMember> = people.iter().map(member).collect();
    members.extend(open.iter().map(asked));
    message
        .line(format!("{taken} of {} places are taken.", organization.members_max))
        .line(
            Line::new()
                .plain("A lead asks people in: ")
                .code(&format!("{prefix}team invite @ben:…")),
        )
        .card(&card(organization, TeamEvent::Shown, members))
}

/// What a question about an invitation says beside who asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asks<'a> {
    /// What they would leave.
    pub before: Option<&'a str>,
    /// What they would accept.
    pub terms: Option<&'a TermsRow>,
    /// They were asked before, with older terms.
    pub again: bool,
}

/// The question that a person answers with ✅ or ❌.
#[must_use]
pub fn question(
    organization: &OrganizationRow,
    row: &InvitedRow,
    asks: Asks<'_>,
    program: &Program,
) -> Message {
    let role = match row.role {
        TeamRole::Lead => " asks you to lead it in this partner program.",
        TeamRole::Member => " asks you to sell with it in this partner program.",
    };
    let mut message = Message::text(Line::new().plain("👋 ").plain(&program.name));
    if asks.again {
        message = message.line("The terms have changed since I asked you; please read them again.");
    }
    message = message.line(Line::new().person_strong(&organization.name).plain(role));
    if let Some(before) = asks.before {
        message =
            message.line(Line::new().plain("You would leave ").person(before).plain(" for it."));
    }
    message = message.line("Its leads will see what your sales earn while you belong to it.");
    let ask = match asks.terms {
        None => "React with ✅ or answer yes to come in; ❌ or no declines.",
        Some(terms) => {
            let title = format!("📜 Terms, version {}", terms.version);
            message = message.line(Line::new().strong(&title));
            message = terms::render::with_text(message, terms, &program.prefix);
            "React with ✅ or answer yes: you accept these terms and come in. ❌ or no declines."
        }
    };
    message.line(ask).card(&Envelope::from(Card::from(Team {
        event: TeamEvent::Invited,
        organization: organization.slug.clone(),
        name: organization.name.clone(),
        people: vec![asked(row)],
        members_max: organization.members_max,
        terms: asks.terms.map(terms::render::view),
    })))
}

/// Somebody who has just said yes.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer {
    /// They were a partner before.
    pub was_in: bool,
    /// Questions follow, and with their end what to do first.
    pub is_asked: bool,
}

/// The first words after the yes.
#[must_use]
pub fn welcome(
    organization: &OrganizationRow,
    row: &InvitedRow,
    who: Newcomer,
    program: &Program,
) -> Message {
    let title = Line::new().plain("👋 Welcome to ").person(&organization.name);
    let invitations = if who.was_in {
        "You are asked into your organization's room."
    } else {
        "Accept the invitations to the Space and to your organization's room: all rooms are inside."
    };
    let mut message = Message::text(title).line(invitations);
    if !who.is_asked {
        message = message.lines(first_commands(row.role, program));
    }
    let people = vec![TeamMember { invited: false, ..asked(row) }];
    message.card(&card(organization, TeamEvent::Joined, people))
}

/// What to try first.
#[must_use]
pub fn first_commands(role: TeamRole, program: &Program) -> Vec<Line> {
    let prefix = &program.prefix;
    let mut rows = vec![
        Line::new()
            .code(&format!("{prefix}sale add 1000 {} Acme", program.currency.code()))
            .plain(" claims a sale"),
        Line::new().code(&format!("{prefix}me")).plain(" shows where you stand"),
    ];
    if role == TeamRole::Lead {
        rows.push(
            Line::new().code(&format!("{prefix}team invite @ben:…")).plain(" asks a colleague in"),
        );
    }
    rows.push(Line::new().code(&format!("{prefix}help")).plain(" shows the rest"));
    rows
}

#[must_use]
pub fn declined(program: &str) -> Message {
    Message::notice("Declined").line(
        Line::new().plain("Nothing else happens. Should you change your mind, ask them for another invitation to ").plain(program).plain("."),
    )
}

/// To who asked: what the person said.
#[must_use]
pub fn answered(organization: &OrganizationRow, row: &InvitedRow, event: TeamEvent) -> Message {
    let (mark, words) = match event {
        TeamEvent::Joined => ("✅ ", " has joined "),
        _ => ("❌ ", " has declined the invitation to "),
    };
    Message::notice(Line::new().plain(mark).person(&organization.name))
        .line(Line::new().code(&row.user_id).plain(words).person(&organization.name).plain("."))
        .card(&card(organization, event, vec![asked(row)]))
}

/// In place of a question that nobody has to answer any more.
#[must_use]
pub fn over(organization: &OrganizationRow, row: &InvitedRow, event: TeamEvent) -> Message {
    let words = match event {
        TeamEvent::Lapsed => "Nobody answered this invitation; ask for another one.",
        TeamEvent::Changed => "The terms have changed: I ask you again below.",
        _ => "This invitation was taken back.",
    };
    Message::text(Line::new().plain("Invitation to ").person(&organization.name))
        .line(words)
        .card(&card(organization, event, vec![asked(row)]))
}

/// To the lead who asked somebody in.
#[must_use]
pub fn invited(
    organization: &OrganizationRow,
    (user, role): (&str, TeamRole),
    taken: i64,
) -> Message {
    let row = InvitedRow {
        id: String::new(),
        organization: organization.slug.clone(),
        user_id: user.to_owned(),
        role,
        invited_at: 0,
    };
    Message::notice(Line::new().plain("✅ Invited · ").person(&organization.name))
        .line(
            Line::new().code(user).plain(" is asked in a chat of their own; you hear the answer."),
        )
        .line(format!("{taken} of {} places are taken.", organization.members_max))
        .card(&card(organization, TeamEvent::Invited, vec![asked(&row)]))
}

/// To a person who is a lead from now on.
#[must_use]
pub fn leads(organization: &OrganizationRow, prefix: &str) -> Message {
    Message::text(Line::new().plain("⭐ You lead ").person(&organization.name))
        .lines(vec![
            Line::new().code(&format!("{prefix}team invite @ben:…")).plain(" asks a colleague in"),
            Line::new().code(&format!("{prefix}team list")).plain(" shows everybody"),
        ])
        .card(&card(organization, TeamEvent::Changed, Vec::new()))
}

/// To a person who belongs to it no longer, and stays a partner.
#[must_use]
pub fn left(member: &MemberRow, name: &str) -> Message {
    Message::text("You belong to no organization now")
        .line(
            Line::new()
                .plain("You have left ")
                .person(name)
                .plain("; you stay a partner, and your sales stay yours."),
        )
        .card(&Envelope::from(Card::from(Team {
            event: TeamEvent::Left,
            organization: member.organization.clone(),
            name: name.to_owned(),
            people: vec![self::member(member)],
            members_max: 0,
            terms: None,
        })))
}

/// To who sent a person away, or left.
#[must_use]
pub fn gone(organization: &OrganizationRow, user: &str, event: TeamEvent) -> Message {
    let words = match event {
        TeamEvent::Withdrawn => " is no longer invited to ",
        TeamEvent::Left => " has left ",
        _ => " no longer belongs to ",
    };
    Message::notice(Line::new().plain("👋 ").person(&organization.name))
        .line(Line::new().code(user).plain(words).person(&organization.name).plain("."))
        .card(&card(organization, event, Vec::new()))
}

/// Asks before somebody goes. `admitted`: out of the program as well.
#[must_use]
pub fn ask_gone(
    organization: &OrganizationRow,
    (user, admitted): (&str, bool),
    line: &str,
    asker: (&str, i64),
) -> Message {
    let effect = if admitted {
        format!(
            "{user} leaves {} and the whole program; their results stay on record.",
            organization.name
        )
    } else {
        format!("{user} leaves {}, and stays a partner of the program.", organization.name)
    };
    let message = Message::notice(Line::new().plain("👋 ").person(&organization.name))
        .line(Line::new().person(&effect));
    confirm::waits(message, effect, (line, ConfirmationId(0)), asker)
}
