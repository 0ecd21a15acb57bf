//! How partners, applications and profiles look.
use super::rules;
use crate::badges::{self, rules::Shown};
use crate::platform::access::PartnerRow;
use crate::platform::text::{Line, Message};
use crate::platform::work::Work;
use crate::program::Program;
use crate::rooms::render::reach_row;
use schema::card::{
    Amounts, Application, Applied, Card, Envelope, Partner, PartnerEvent, PartnerView, Partners,
    Profile, ReachView, Review, ReviewStatus, ReviewSubject, Welcome,
};
use schema::state::{ProfileState, VERSION};
use schema::status::{Enrollment, Role, Visibility};
use std::collections::BTreeMap;

fn card(card: impl Into<Card>) -> Envelope {
    Envelope::from(card.into())
}

#[must_use]
pub fn view(row: &PartnerRow) -> PartnerView {
    PartnerView {
        id: row.id,
        user_id: row.user_id.clone(),
        name: row.name.clone(),
        enrollment: row.enrollment,
        role: if row.enrollment == Enrollment::Approved { Role::Partner } else { Role::Applicant },
        organization: row.organization.clone(),
        industries: row.industries.clone(),
        visibility: row.visibility,
        since: row.since,
        changed_at: None,
        reason: row.reason.clone(),
        tier: None,
        badges: BTreeMap::new(),
        reach: None,
    }
}

/// The review card of an application, in the control room.
#[must_use]
pub fn application(row: &PartnerRow, text: &str, applied_at: i64) -> Message {
    let mut message = Message::text(Line::new().plain("🙋 New application · ").person(&row.name))
        .line(Line::new().plain("From ").code(&row.user_id));
    if !text.is_empty() {
        message = message.quote(Line::new().person_cut(text, 500));
    }
    message
        .line(
            Line::new().plain("React with ✅ to let them in, or ❌ and then reply with a reason."),
        )
        .card(&card(review(row, text, applied_at, ReviewStatus::Open)))
}

fn review(row: &PartnerRow, text: &str, applied_at: i64, status: ReviewStatus) -> Review {
    Review {
        status,
        subject: ReviewSubject::Application {
            application: Application {
                partner: row.id,
                user_id: row.user_id.clone(),
                text: text.to_owned(),
                applied_at,
            },
        },
        needed: 1,
        approvals: Vec::new(),
        rejected_by: None,
        reason: None,
        flags: Vec::new(),
    }
}

/// The same card after the decision.
#[must_use]
pub fn decided(row: &PartnerRow, by: &str, reason: Option<&str>, now: i64) -> Message {
    let (mark, word, status) = match reason {
        None => ("✅", "let in", ReviewStatus::Approved),
        Some(_) => ("❌", "turned down", ReviewStatus::Rejected),
    };
    let mut message =
        Message::text(Line::new().plain(mark).plain(" Application · ").person(&row.name))
            .line(Line::new().code(&row.user_id).plain(&format!(" was {word} by ")).code(by));
    if let Some(reason) = reason {
        message = message.quote(Line::new().person_cut(reason, 500));
    }
    let mut body = review(row, "", now, status);
    match reason {
        None => body.approvals = vec![by.to_owned()],
        Some(reason) => {
            body.rejected_by = Some(by.to_owned());
            body.reason = Some(reason.to_owned());
        }
    }
    message.card(&card(body))
}

/// `silent`: the application says nothing of the person yet.
#[must_use]
pub fn applied(row: &PartnerRow, applied_at: i64, silent: bool, prefix: &str) -> Message {
    let mut message = Message::notice("🙋 Application received")
        .line("The program's team will look at it; you will hear from me in a direct chat.");
    if silent {
        message = message.line(
            Line::new()
                .plain("Tell them what you sell, and where: ")
                .code(&format!("{prefix}apply I sell to dentists in Vienna")),
        );
    }
    message.card(&card(Applied { partner: row.id, applied_at }))
}

/// An application that waits has more words now.
#[must_use]
pub fn completed(row: &PartnerRow, applied_at: i64) -> Message {
    Message::notice("🙋 Added to your application")
        .line("The program's team reads it together with what you said before.")
        .card(&card(Applied { partner: row.id, applied_at }))
}

/// The first words to somebody who is no partner and opens a chat with the bot.
#[must_use]
pub fn greeting(work: &Work<'_>) -> Message {
    let Program { name, prefix, .. } = work.program;
    let commands = ["apply I sell to dentists in Vienna", "help"];
    Message::text(Line::new().plain("👋 Hello, I look after ").plain(name))
        .line(
            Line::new()
                .plain("To become a partner, tell the team who you are: ")
                .code(&format!("{prefix}{}", commands[0])),
        )
        .line(
            Line::new()
                .plain("They answer here. ")
                .code(&format!("{prefix}help"))
                .plain(" shows what else I do."),
        )
        .line("Whole organizations are added by the team: say so when you apply.")
        .card(&card(Welcome {
            program: name.clone(),
            space: format!("#{}-space:{}", work.program.alias_prefix, work.program.server_name),
            partner: None,
            commands: commands.iter().map(|word| (*word).to_owned()).collect(),
        }))
}

/// The first words in the bot's own direct chat.
#[must_use]
pub fn welcome(row: &PartnerRow, work: &Work<'_>) -> Message {
    let prefix = &work.program.prefix;
    let commands = ["me", "sale add 1000 EUR Acme", "board", "help"];
    let mut first = Line::new().plain("You are in");
    // A name that we only made of the id is not what a person is called.
    if row.name != rules::name_of(&row.user_id) {
        first = first.plain(", ").person(&row.name);
    }
    Message::text(Line::new().plain("👋 Welcome to ").plain(&work.program.name))
        .line(first.plain(". Accept the invitation to the Space: all rooms are inside."))
        .lines(vec![
            Line::new()
                .code(&format!("{prefix}sale add 1000 {} Acme", work.program.currency.code()))
                .plain(" claims a sale"),
            Line::new().code(&format!("{prefix}me")).plain(" shows where you stand"),
            Line::new().code(&format!("{prefix}board")).plain(" shows the leaderboard"),
            Line::new().code(&format!("{prefix}help")).plain(" shows the rest"),
        ])
        .line("This chat is not encrypted on purpose: so I can always read and answer you.")
        .card(&card(Welcome {
            program: work.program.name.clone(),
            space: format!("#{}-space:{}", work.program.alias_prefix, work.program.server_name),
            partner: Some(row.id),
            commands: commands.iter().map(|word| (*word).to_owned()).collect(),
        }))
}

#[must_use]
pub fn rejected(row: &PartnerRow, reason: &str, prefix: &str) -> Message {
    let message = Message::text("Your application was not accepted");
    let again = Line::new().plain("You may apply again: ").code(&format!("{prefix}apply …"));
    with_reason(message, reason).line(again).card(&told(row, PartnerEvent::Rejected))
}

/// What happened to a person, told to themselves.
fn told(row: &PartnerRow, event: PartnerEvent) -> Envelope {
    card(Partner { event, partner: view(row) })
}

#[must_use]
pub fn suspended(row: &PartnerRow, reason: &str) -> Message {
    with_reason(Message::text("Your membership is suspended"), reason)
        .line("Your results stay. Please ask the program's team what comes next.")
        .card(&told(row, PartnerEvent::Suspended))
}

#[must_use]
pub fn reinstated(row: &PartnerRow) -> Message {
    Message::text("👋 Welcome back")
        .line("Your membership is active again; accept the invitation to the Space.")
        .card(&told(row, PartnerEvent::Reinstated))
}

#[must_use]
pub fn removed(row: &PartnerRow, reason: &str) -> Message {
    with_reason(Message::text("You have left the partner program"), reason)
        .line("Thank you for what you brought.")
        .card(&told(row, PartnerEvent::Removed))
}

fn with_reason(message: Message, reason: &str) -> Message {
    if reason.is_empty() { message } else { message.quote(Line::new().person_cut(reason, 500)) }
}

/// The answer to a control command about one partner.
#[must_use]
pub fn partner(
    row: &PartnerRow,
    event: PartnerEvent,
    has: &Shown,
    (reach, now): (Option<ReachView>, i64),
) -> Message {
    let title = match event {
        PartnerEvent::Added | PartnerEvent::Approved => "✅ Partner: ",
        PartnerEvent::Rejected => "❌ Turned down: ",
        PartnerEvent::Suspended => "⏸ Suspended: ",
        PartnerEvent::Reinstated => "▶ Reinstated: ",
        PartnerEvent::Removed => "👋 Removed: ",
        PartnerEvent::Invited => "✉️ Invited again: ",
        PartnerEvent::Shown | PartnerEvent::Unchanged => "Partner: ",
    };
    let mut rows = lines(row, has);
    if let Some(reach) = &reach {
        rows.insert(2, Line::new().plain(&reach_row(reach, now)));
    }
    let mut message = Message::notice(Line::new().plain(title).person(&row.name)).lines(rows);
    if let Some(reason) = row.reason.as_deref().filter(|reason| !reason.is_empty()) {
        message = message.quote(Line::new().person_cut(reason, 500));
    }
    let levels = has.badges.iter().map(|view| (view.id.clone(), view.level)).collect();
    let partner = PartnerView { tier: has.tier.clone(), badges: levels, reach, ..view(row) };
    message.card(&card(Partner { event, partner }))
}

/// Of somebody who is shut out or gone: whether the rooms have let them go.
#[must_use]
pub fn rooms_of(message: Message, rooms: &[String]) -> Message {
    if rooms.is_empty() {
        return message.line("Out of all rooms.");
    }
    message.line(format!("Still in {}: being taken out.", rooms.join(", ")))
}

fn lines(row: &PartnerRow, has: &Shown) -> Vec<Line> {
    let mut lines = vec![
        Line::new().code(&row.user_id),
        Line::new().plain(&format!("{} · {}", row.enrollment, row.visibility)),
    ];
    if let Some(organization) = &row.organization {
        lines.push(Line::new().plain("Organization: ").plain(organization));
    }
    if !row.industries.is_empty() {
        lines.push(Line::new().plain("Industries: ").plain(&row.industries.join(", ")));
    }
    lines.extend(badges::render::lines(has));
    lines
}

/// Rows shown of a long list.
const ROWS_MAX: usize = 30;

#[must_use]
pub fn partners(rows: &[PartnerRow], count: i64, prefix: &str) -> Message {
    let mut message = Message::notice(format!("Partners · {count}"));
    if rows.is_empty() {
        message = message.line(
            Line::new()
                .plain("Nobody yet. Let someone in with ")
                .code(&format!("{prefix}partner add @ana:example.org")),
        );
    } else {
        let shown = rows.iter().take(ROWS_MAX).map(|row| {
            let state = if row.enrollment == Enrollment::Approved {
                String::new()
            } else {
                format!(" ({})", row.enrollment)
            };
            Line::new().person_strong(&row.name).plain(" ").code(&row.user_id).plain(&state)
        });
        message = message.lines(shown.collect());
    }
    if rows.len() > ROWS_MAX {
        message = message.line(
            Line::new()
                .plain(&format!("… and {} more; ", rows.len() - ROWS_MAX))
                .code(&format!("{prefix}partner show @user:server"))
                .plain(" has one."),
        );
    }
    let views = rows.iter().take(ROWS_MAX).map(view).collect();
    message.card(&card(Partners { partners: views, count }))
}

#[must_use]
pub fn profile(
    row: &PartnerRow,
    (amounts, digest): (Amounts, bool),
    changed: Vec<String>,
    (zone, prefix): (&str, &str),
) -> Message {
    let title = if changed.is_empty() { "Your profile" } else { "✅ Your profile" };
    let seen = match row.visibility {
        Visibility::Public => "public: boards show your name",
        Visibility::Anonymous => "anonymous: boards show your row without a name",
        Visibility::Hidden => "hidden: only you see your rank",
    };
    let shown = match amounts {
        Amounts::Exact => "exact",
        Amounts::Band => "as a size, such as 10k+",
        Amounts::Nothing => "not at all",
    };
    let industries =
        if row.industries.is_empty() { "none yet".to_owned() } else { row.industries.join(", ") };
    Message::notice(title)
        .lines(vec![
            Line::new().plain("Name: ").person(&row.name),
            Line::new().plain("Visibility: ").plain(seen),
            Line::new().plain("Amounts in the wins room: ").plain(shown),
            Line::new().plain("Industries: ").plain(&industries),
            Line::new().plain("Weekly digest: ").plain(if digest { "on" } else { "off" }),
            Line::new().plain("Timezone: ").plain(row.timezone.as_deref().unwrap_or(zone)),
        ])
        .line(
            Line::new()
                .plain("Change it with ")
                .code(&format!("{prefix}profile --visibility anonymous --industry dental")),
        )
        .card(&card(Profile {
            id: row.id,
            user_id: row.user_id.clone(),
            name: row.name.clone(),
            visibility: row.visibility,
            amounts,
            digest,
            timezone: row.timezone.clone(),
            industries: row.industries.clone(),
            organization: row.organization.clone(),
            since: row.since.unwrap_or_default(),
            changed,
        }))
}

/// What others may read of a partner; only a public profile of an active partner names them.
#[must_use]
pub fn profile_state(row: &PartnerRow, mut has: Shown) -> ProfileState {
    let shown = row.visibility == Visibility::Public && row.enrollment == Enrollment::Approved;
    let left = row.enrollment == Enrollment::Left;
    if !shown {
        has = Shown::default();
    }
    let levels = has.badges.iter().map(|view| (view.id.clone(), view.level)).collect();
    let nameless = if left { "former partner" } else { "a partner" };
    ProfileState {
        v: VERSION,
        user_id: shown.then(|| row.user_id.clone()),
        name: if shown { row.name.clone() } else { nameless.to_owned() },
        organization: row.organization.clone().filter(|_| shown),
        tier: has.tier,
        badges: has.badges.into_iter().map(|view| view.id).collect(),
        badge_levels: levels,
        industries: if shown { row.industries.clone() } else { Vec::new() },
        mentoring: shown && row.mentoring,
        since: row.since.unwrap_or_default(),
    }
}
