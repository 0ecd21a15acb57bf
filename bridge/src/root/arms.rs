//! The arms of the two grammars: each command goes to its capability. And what help shows to whom.
use super::grammars::{CONTROL, Control, PARTNER, Partner};
use crate::platform::access::{Caller, Place};
use crate::platform::commands::{CommandLine, Said, help};
use crate::platform::refusal::{Code, Refusal, Stop};
use crate::platform::work::Work;
use crate::{
    badges, commission, deals, goals, industries, leaderboard, ledger, mentorship, operations,
    organizations, partners, payouts, playbooks, questions, rates, reports, rewards, rooms, sales,
    seasons, servers, statements, stories, team, terms, wins,
};
use commission::commands::{ControlRule, PartnerRule};
use schema::status::Enrollment;

pub(super) async fn partner(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Partner,
    said: Said<'_>,
) -> Result<(), Stop> {
    match words {
        Partner::Help { topic } => show_help(work, caller, PARTNER.root(), topic.as_deref()),
        Partner::Apply { text } => {
            partners::commands::apply(work, caller, text.as_deref().unwrap_or_default()).await
        }
        Partner::Me(words) => leaderboard::commands::me(work, caller, &words).await,
        Partner::Sale(words) => sales::commands::partner(work, caller, words, said).await,
        Partner::Rule(PartnerRule::Explain { number }) => {
            sales::commands::explain(work, caller, &number).await
        }
        Partner::Statement(words) => statements::commands::statement(work, caller, words).await,
        Partner::Deal(words) => deals::commands::partner(work, caller, words, said).await,
        Partner::Board(words) => leaderboard::commands::board(work, caller, words).await,
        Partner::Goal(words) => goals::commands::partner(work, caller, words).await,
        Partner::Badge(badges::commands::PartnerBadge::List) => {
            badges::commands::partner(work, caller).await
        }
        Partner::Tier(badges::commands::PartnerTier::List) => {
            badges::commands::partner_tiers(work, caller).await
        }
        Partner::Season(words) => seasons::commands::partner(work, caller, words).await,
        Partner::Reward(words) => rewards::commands::partner(work, caller, words).await,
        Partner::Playbook(words) => playbooks::commands::partner(work, caller, words, said).await,
        Partner::Ask(words) => questions::commands::ask(work, caller, words, said).await,
        Partner::Answer => questions::commands::answer(work, caller, said).await,
        Partner::Question(words) => questions::commands::partner(work, caller, words).await,
        Partner::Kudos { user, reason } => {
            let reason = reason.as_deref().unwrap_or_default();
            questions::commands::thank(work, caller, &user, reason).await
        }
        Partner::Win(words) => wins::commands::tell(work, caller, words, said).await,
        Partner::Story(words) => stories::commands::partner(work, caller, words, said).await,
        Partner::Mentor(words) => mentorship::commands::partner(work, caller, words).await,
        Partner::Team(words) => organizations::commands::partner(work, caller, words, said).await,
        Partner::Terms(words) => terms::commands::partner(work, caller, words).await,
        Partner::Profile(words) => partners::commands::profile(work, caller, words).await,
    }
}

pub(super) async fn control(
    work: &mut Work<'_>,
    caller: &Caller,
    words: Control,
    said: Said<'_>,
) -> Result<(), Stop> {
    match words {
        Control::Help { topic } => show_help(work, caller, CONTROL.root(), topic.as_deref()),
        Control::Partner(words) => {
            partners::commands::control(work, caller, words, said.confirmed).await
        }
        Control::Organization(words) => {
            organizations::commands::control(work, caller, words, said.confirmed).await
        }
        Control::Terms(words) => terms::commands::control(work, caller, words, said).await,
        Control::Badge(words) => badges::commands::control(work, caller, words).await,
        Control::Tier(words) => badges::commands::control_tiers(work, caller, words).await,
        Control::Role(words) => team::commands::control(work, caller, words).await,
        Control::Industry(words) => industries::commands::control(work, caller, words).await,
        Control::Goal(words) => goals::commands::control(work, caller, words).await,
        Control::Sale(words) => sales::commands::control(work, caller, words, said).await,
        Control::Deal(words) => deals::commands::control(work, caller, words).await,
        Control::Rate(words) => rates::commands::control(work, caller, words).await,
        Control::Rule(ControlRule::Explain { number }) => {
            sales::commands::explain(work, caller, &number).await
        }
        Control::Rule(words) => commission::commands::control(work, caller, words).await,
        Control::Payout(words) => {
            payouts::commands::control(work, caller, words, said.confirmed).await
        }
        Control::Board(words) => leaderboard::commands::board(work, caller, words).await,
        Control::Report(words) => reports::commands::report(work, caller, &words).await,
        Control::Season(words) => {
            seasons::commands::control(work, caller, words, said.confirmed).await
        }
        Control::Reward(words) => {
            rewards::commands::control(work, caller, words, said.confirmed).await
        }
        Control::Playbook(words) => playbooks::commands::control(work, caller, words, said).await,
        Control::Story(words) => stories::commands::control(work, caller, words, said).await,
        Control::Announce { notify, text } => {
            let text = [text.as_deref().unwrap_or_default(), said.rest].join("\n");
            operations::commands::announce(work, caller, text.trim(), notify).await
        }
        Control::Room(words) => rooms::commands::control(work, caller, words, said.confirmed).await,
        Control::Server(words) => servers::commands::control(work, caller, words).await,
        Control::Audit { n } => operations::commands::audit(work, caller, n.as_deref()).await,
        Control::Ledger(words) => ledger::commands::control(work, caller, &words).await,
        Control::Status => operations::commands::status(work, caller).await,
        Control::Inbox(words) => operations::commands::control_inbox(work, caller, words).await,
    }
}

fn show_help(
    work: &mut Work<'_>,
    caller: &Caller,
    root: &clap::Command,
    topic: Option<&str>,
) -> Result<(), Stop> {
    let may = |path: &str| allowed(caller, path);
    let viewer = help::Viewer { role: caller.role(), control: caller.place == Place::Control };
    let message = match topic {
        None => help::overview(root, &work.program.prefix, viewer, may),
        Some(topic) => help::on(root, topic, &work.program.prefix, viewer, may)?,
    };
    work.reply(&message);
    Ok(())
}

/// What help shows a person: what they could run where they are.
fn allowed(caller: &Caller, path: &str) -> bool {
    let first = path.split(' ').next().unwrap_or(path);
    match (first, &caller.place) {
        ("help", _) => true,
        ("terms", place) if *place != Place::Control => place.is_direct(),
        (group, Place::Control) if MANAGERS_GROUPS.contains(&group) => caller.person.manager,
        ("role", Place::Control) => caller.person.owner || path == "role list" && caller.is_team(),
        (_, Place::Control) => {
            caller.is_team() && (!MANAGERS.contains(&path) || caller.person.manager)
        }
        ("apply", _) => may_apply(caller),
        _ => caller.partner().is_ok(),
    }
}

fn may_apply(caller: &Caller) -> bool {
    let enrollment = caller.person.partner.as_ref().map(|row| row.enrollment);
    !matches!(enrollment, Some(Enrollment::Approved | Enrollment::Suspended))
}

/// A control command of somebody who is not of the team: says who may.
pub(super) fn team_only(line: &CommandLine) -> Refusal {
    let words: Vec<String> =
        line.tokens.iter().take(2).map(|token| token.text.to_lowercase()).collect();
    let first = words.first().map_or("", String::as_str);
    let grant = ["role grant", "role revoke"].contains(&words.join(" ").as_str());
    let managers = MANAGERS_GROUPS.contains(&first) || MANAGERS.contains(&words.join(" ").as_str());
    let sentence = match (grant, managers) {
        (true, _) => "Only an owner may do this.",
        (_, true) => "Only managers may do this; `help` shows what you can do here.",
        _ => "Only reviewers and managers may do this; `help` shows what you can do here.",
    };
    Refusal::new(Code::Auth, sentence).example("help")
}

/// What only managers may, whole groups of it.
const MANAGERS_GROUPS: &[&str] =
    &["partner", "organization", "payout", "announce", "inbox", "room", "server"];

/// What only managers may of a group that is open to all of the team.
const MANAGERS: &[&str] = &[
    "industry add",
    "industry target",
    "industry close",
    "badge grant",
    "badge revoke",
    "badge add",
    "badge enable",
    "badge disable",
    "tier set",
    "tier end",
    "terms publish",
    "terms require",
    "sale add",
    "sale void",
    "sale refund",
    "sale dispute",
    "rule add",
    "rule end",
    "deal rule",
    "goal set",
    "goal end",
    "rate set",
    "season close",
    "reward add",
    "reward end",
    "reward fulfil",
    "playbook takedown",
    "playbook restore",
    "playbook erase",
    "story erase",
];
