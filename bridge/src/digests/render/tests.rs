//! The words of both digests, whole.
use super::*;
use crate::badges::render::view as badge;
use crate::platform::access::PartnerRow;
use schema::card::{BoardRef, GoalView, OwnStanding};
use schema::ids::{GoalNumber, PartnerId};
use schema::metric::Metric;
use schema::money::{Currency, Money};
use schema::period::PeriodKind;
use schema::status::{Enrollment, GoalStatus, Visibility};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn moved() -> WeekMoved {
    WeekMoved { revenue: eur(120_000), revenue_before: eur(80_000), clients: 3, clients_before: 1 }
}

fn standing(rank: u32, name: &str, score: i64, moved: Option<i64>) -> StandingRow {
    StandingRow {
        rank,
        partner: String::new(),
        user_id: None,
        name: name.to_owned(),
        score,
        moved,
        new: false,
    }
}

fn goal() -> Shown {
    Shown {
        view: GoalView {
            number: GoalNumber(1),
            title: "Autumn <b>push</b>".to_owned(),
            metric: Metric::Revenue,
            scope: "program".to_owned(),
            unit: "EUR".to_owned(),
            exponent: 2,
            target: Some(200_000),
            progress: 126_000,
            percent: Some(63),
            from: 0,
            to: 1,
            until: jiff::civil::date(2026, 12, 31),
            days_left: Some(12),
            contributors: 2,
            equal_share: None,
            status: GoalStatus::Open,
            between: Vec::new(),
            winners: Vec::new(),
        },
        names: vec![None],
        contributions: Vec::new(),
        begins: None,
        in_review: None,
        reason: None,
        currency: Currency::parse("EUR").unwrap(),
        prefix: "!".to_owned(),
    }
}

fn published(n: usize) -> Vec<Published> {
    let one =
        |n| Published { slug: format!("p{n}"), title: format!("Play {n}"), industries: Vec::new() };
    (1..=n).map(one).collect()
}

fn suggestion(what: SuggestionKind) -> DigestSuggestion {
    DigestSuggestion {
        what,
        slug: "cold-mail".to_owned(),
        name: "Cold mail".to_owned(),
        uses: Some(4),
        won: Some(3),
    }
}

fn whole() -> Room {
    let rows = ["Ana", "Ben @room", "a partner", "Dora"];
    let rows = (1_u32..).zip(rows).map(|(rank, name)| standing(rank, name, 70_000, None));
    Room {
        moved: moved(),
        view: View {
            board: BoardRef {
                metric: Metric::Revenue,
                period_kind: PeriodKind::Week,
                period: "2026-W47".parse().unwrap(),
                scope: "program".to_owned(),
                unit: "EUR".to_owned(),
                exponent: 2,
                from: 0,
                to: 1,
            },
            selection: None,
            reached: None,
            scope_name: None,
            currency: Currency::parse("EUR").unwrap(),
            standings: rows.collect(),
            participants: 4,
            timezone: "UTC".to_owned(),
            ledger_seq: 1,
            now: 1,
        },
        climber: Some(standing(2, "Ben", 70_000, Some(3))),
        playbooks: published(4),
        goal: Some(goal()),
        suggestion: Some(suggestion(SuggestionKind::Playbook)),
    }
}

fn text(message: &Message) -> String {
    let content = message.content();
    assert_eq!(content["m.mentions"], serde_json::json!({}));
    assert_eq!(content["msgtype"], "m.text");
    content["body"].as_str().unwrap_or_default().replace(['\u{2068}', '\u{2069}', '\u{2060}'], "")
}

#[test]
fn a_rooms_week_is_a_few_short_lines() {
    let message = room(&whole(), "Northern", "!");
    assert_eq!(
        text(&message),
        "🗞️ Week 2026-W47 · Northern\n\
         €1,200 · ▲50 % from €800\n\
         3 new clients · ▲200 % from 1\n\
         1. Ana — €700\n\
         2. Ben @room — €700\n\
         3. a partner — €700\n\
         📈 Best climb: Ben to 2nd ▲3\n\
         📘 New: Play 1 p1\n\
         📘 New: Play 2 p2\n\
         📘 New: Play 3 p3\n\
         and 1 more\n\
         🎯 Autumn <b>push</b>\n\
         ██████░░░░ 63% · 12 days left\n\
         💡 Cold mail won 3 of 4 claims: !playbook show cold-mail"
    );
    let html = message.content()["formatted_body"].as_str().unwrap().to_owned();
    assert!(html.contains("&lt;b&gt;push") && !html.contains("<b>push"), "{html}");
}

#[test]
fn parts_without_facts_are_left_out() {
    let bare = Room {
        moved: WeekMoved { clients: 0, clients_before: 0, revenue_before: eur(0), ..moved() },
        climber: None,
        playbooks: Vec::new(),
        goal: None,
        suggestion: Some(suggestion(SuggestionKind::Industry)),
        view: View { standings: Vec::new(), ..whole().view },
    };
    assert_eq!(
        text(&room(&bare, "Northern", "!")),
        "🗞️ Week 2026-W47 · Northern\n€1,200\n💡 Nobody has entered Cold mail yet: who is the first?"
    );
}

fn me() -> PartnerRow {
    PartnerRow {
        id: PartnerId(7),
        user_id: "@ana:x.org".to_owned(),
        name: "Ana".to_owned(),
        enrollment: Enrollment::Approved,
        visibility: Visibility::Public,
        industries: Vec::new(),
        timezone: None,
        organization: None,
        since: None,
        reason: None,
        mentoring: false,
        team: None,
    }
}

fn mine() -> Mine {
    Mine {
        period: "2026-W47".parse().unwrap(),
        you: OwnStanding {
            score: 120_000,
            rank: Some(3),
            of: 12,
            percentile: None,
            moved: Some(2),
            visibility: Visibility::Public,
        },
        moved: moved(),
        to_next: Some(eur(4_000)),
        badges: vec![badge("first-sale", 1, &[]), badge("clients", 2, &[])],
        goal: Some(goal()),
        given: Some(30_000),
        open_claims: 2,
        suggestion: Some(suggestion(SuggestionKind::Playbook)),
    }
}

#[test]
fn ones_own_week_says_what_can_be_won() {
    assert_eq!(
        text(&own(&me(), &mine(), "!")),
        "🗞️ Your week 2026-W47\n\
         You: 3rd of 12 — €1,200 ▲2\n\
         €1,200 · ▲50 % from €800\n\
         3 new clients · ▲200 % from 1\n\
         €40 to the next place this month\n\
         New: 🌱 First sale · 🤝 Clients 2\n\
         🎯 Autumn <b>push</b>\n\
         ██████░░░░ 63% · 12 days left\n\
         You gave €300\n\
         In review: 2 claims\n\
         💡 Cold mail won 3 of 4 claims: !playbook show cold-mail\n\
         No more of these: !profile --digest off"
    );
}

#[test]
fn a_week_without_sales_says_so() {
    let none = WeekMoved { clients: 0, clients_before: 0, revenue: eur(0), revenue_before: eur(0) };
    let you = OwnStanding { score: 0, moved: None, ..mine().you };
    let quiet = Mine {
        moved: none,
        you,
        to_next: None,
        badges: Vec::new(),
        goal: None,
        given: None,
        suggestion: None,
        ..mine()
    };
    assert_eq!(
        text(&own(&me(), &quiet, "!")),
        "🗞️ Your week 2026-W47\nNo sale of yours in it.\nIn review: 2 claims\nNo more of these: !profile --digest off"
    );
}
