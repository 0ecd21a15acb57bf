//! What an organization's people read in their room: what it is for, and their figures.
use crate::organizations::actions::figures::Figures;
use crate::organizations::store::OrganizationRow;
use crate::organizations::store::members::MemberRow;
use crate::platform::text::{Line, Message};
use schema::card::{
    Card, Envelope, Team, TeamCommission, TeamDeal, TeamEvent, TeamFigures, TeamNumbers,
    TeamNumbersEvent,
};
use schema::money::Money;

/// Leads named; more are seldom.
const LEADS_MAX: usize = 8;
/// Ends of deals shown when somebody asks.
const ENDING_MAX: usize = 5;
/// Members shown to a lead; the statement's file has all.
const MEMBERS_MAX: usize = 25;
/// So that a row stays under 36 characters on a phone.
const CLIENT_CHARS: usize = 14;
const NAME_CHARS: usize = 14;

/// The room's first message, pinned.
#[must_use]
pub fn about(organization: &OrganizationRow, leads: &[MemberRow], prefix: &str) -> Message {
    let title = Line::new().plain("📌 ").person(&organization.name);
    let row = |command: &str, does: &str| {
        Line::new().code(&format!("{prefix}{command}")).plain(" ").plain(does)
    };
    let message = Message::text(title)
        .line("For your people and the program's managers alone: no other organization reads here.")
        .line(led_by(leads))
        .lines(vec![
            row("team numbers", "your figures"),
            row("team list", "who belongs to you"),
            row("team invite @ben:…", "a lead asks in"),
            row("team leave", "you go"),
        ])
        .line("Deals of your people have a thread each here. On Mondays I tell what the week was.")
        .line(
            "All see sums only. Leads see, in their own chat, what each one's sales earn while they belong to you.",
        );
    message.card(&Envelope::from(Card::from(Team {
        event: TeamEvent::Shown,
        organization: organization.slug.clone(),
        name: organization.name.clone(),
        people: leads.iter().map(super::team::member).collect(),
        members_max: organization.members_max,
        terms: None,
    })))
}

fn led_by(leads: &[MemberRow]) -> Line {
    if leads.is_empty() {
        return Line::new().plain("⭐ Nobody leads yet: the program's team asks somebody in.");
    }
    let mut line = Line::new().plain("⭐ Led by ");
    for (n, lead) in leads.iter().take(LEADS_MAX).enumerate() {
        line = if n == 0 { line } else { line.plain(", ") }.person(&lead.name);
    }
    line
}

fn count(n: i64, what: &str) -> String {
    crate::insights::render::count(n, what)
}

/// The answer to `team numbers`.
#[must_use]
pub fn numbers(organization: &OrganizationRow, figures: &Figures, prefix: &str) -> Message {
    let title = Line::new().plain("📊 ").person(&organization.name);
    let mut message =
        Message::notice(title.plain(&format!(" · {}", figures.period))).lines(rows(figures, None));
    let shown = figures.ending.get(..ENDING_MAX).unwrap_or(&figures.ending);
    if !shown.is_empty() {
        message = message.lines(shown.iter().map(deal).collect());
    }
    let members: Vec<Line> = figures.members.iter().take(MEMBERS_MAX).flat_map(member).collect();
    if !members.is_empty() {
        message = message.lines(members);
        let statement = format!("{prefix}team statement");
        message = message.line(Line::new().plain("Line by line: ").code(&statement));
    }
    let figures = Figures { ending: shown.to_vec(), ..figures.clone() };
    message.card(&card(organization, figures, TeamNumbersEvent::Shown))
}

/// What a week was, in the organization's room. `ending`: of its deals, those whose end is near.
#[must_use]
pub fn week(organization: &OrganizationRow, figures: &Figures, before: Money) -> Message {
    let title = format!("🗞️ Week {} · ", figures.period);
    let mut message = Message::text(Line::new().plain(&title).person(&organization.name))
        .lines(rows(figures, Some(before)));
    if !figures.ending.is_empty() {
        message = message
            .line("⏳ Soon open to others:")
            .lines(figures.ending.iter().take(ENDING_MAX).map(deal).collect());
    }
    message.card(&card(organization, figures.clone(), TeamNumbersEvent::Week))
}

fn rows(figures: &Figures, before: Option<Money>) -> Vec<Line> {
    let sold = Line::new().strong(&figures.revenue.to_string());
    let sold = sold.plain(&format!(" · {}", count(figures.clients, "client")));
    let mut rows = vec![match before.filter(|before| before.minor != 0) {
        Some(before) => sold.plain(&format!(" · {before} before")),
        None => sold,
    }];
    if figures.open_claims > 0 {
        let mut line = format!("In review: {}", count(figures.open_claims, "claim"));
        if figures.second_waits > 0 {
            line.push_str(&format!(", {} for a 2nd ✅", figures.second_waits));
        }
        rows.push(Line::new().plain(&line));
    }
    if figures.deals > 0 {
        rows.push(Line::new().plain(&format!("🛡 Protected: {}", count(figures.deals, "client"))));
    }
    rows.extend(figures.commission.iter().map(commission));
    rows
}

fn commission(at: &TeamCommission) -> Line {
    Line::new().plain(&format!("Commission: {} held, {} free", at.held, at.released))
}

fn deal(deal: &TeamDeal) -> Line {
    Line::new()
        .strong(&deal.number.to_string())
        .plain(" ")
        .person_cut(&deal.client, CLIENT_CHARS)
        .plain(&format!(" · to {}", deal.through))
}

fn member(of: &TeamFigures) -> Vec<Line> {
    let line = Line::new().person_cut(&of.partner.name, NAME_CHARS).plain(": ");
    let mut rows = vec![
        line.strong(&of.revenue.to_string()).plain(&format!(" · {}", count(of.clients, "client"))),
    ];
    rows.extend(
        of.commission
            .iter()
            .map(|at| Line::new().plain(&format!("  {} held, {} free", at.held, at.released))),
    );
    rows
}

fn card(organization: &OrganizationRow, figures: Figures, event: TeamNumbersEvent) -> Envelope {
    Envelope::from(Card::from(TeamNumbers {
        event,
        organization: organization.slug.clone(),
        name: organization.name.clone(),
        period: figures.period,
        revenue: figures.revenue,
        clients: figures.clients,
        open_claims: figures.open_claims,
        second_waits: figures.second_waits,
        deals: figures.deals,
        ending: figures.ending,
        commission: figures.commission,
        members: figures.members,
    }))
}
