//! How a report reads, as words and as a table.
use super::super::file;
use super::super::rules::{Funnel, People, Refunds, Reviews, Span};
use super::*;
use crate::playbooks::rules::Outcome;
use schema::period::{Calendar, WeekStart};

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn figures() -> Figures {
    let calendar = Calendar::named("Europe/Berlin", WeekStart::Monday).unwrap();
    let now = "2026-11-24T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let period = "2026-11".parse().unwrap();
    let dental = Industry {
        slug: "dental".to_owned(),
        name: "=Dental <b>practices</b>".to_owned(),
        revenue: 5_000_000,
        revenue_before: Some(4_000_000),
        clients: 18,
        clients_before: Some(9),
        reached: Reached::of(18, 120),
    };
    let none = Industry {
        name: "No industry".to_owned(),
        revenue: 240_050,
        revenue_before: Some(0),
        ..Industry::default()
    };
    Figures {
        span: Span::of(&calendar, period, now),
        before: Some("2026-10".parse().unwrap()),
        funnel: Funnel { applied: 12, approved: 9, first_sale: 5, repeat: 2 },
        people: People { active: 14, dormant: 3, waiting: 2 },
        revenue: 5_240_050,
        revenue_before: Some(4_000_000),
        clients: 18,
        clients_before: Some(9),
        industries: vec![dental, none],
        reached: Reached::of(18, 120),
        refunds: Refunds { sales: 40, touched: 3, credited: 7_400_000, taken: 185_000 },
        reviews: Reviews {
            decided: 40,
            median_ms: Some(3 * 3_600_000),
            p90_ms: Some(26 * 3_600_000 + 9),
        },
        playbooks: vec![Playbook {
            slug: "cold-mail".to_owned(),
            title: "Cold mail".to_owned(),
            outcome: Outcome { uses: 5, won: 4 },
        }],
        trend: vec![("2026-10".parse().unwrap(), 4_000_000), (period, 5_240_050)],
    }
}

fn said(figures: &Figures) -> String {
    let message = report(figures, euro(), "!").content();
    message["body"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_report_reads_on_a_phone() {
    assert_eq!(
        said(&figures()),
        "📈 Report · 2026-11, so far\n\
         Partners\n\
         12 applied → 9 approved → 5 sold → 2 again\n\
         14 active · 2 new, no sale yet · 3 dormant (90 days)\n\
         Revenue €52,400.50 ▲31 % on 2026-10 · 18 new clients\n\
         =Dental <b>practices… — €50,000 ▲25 %\n\
         18 new clients · 18 of 120 accounts, 15 %\n\
         No industry — €2,400.50 new\n\
         0 new clients\n\
         Penetration: 18 of 120 accounts, 15 %\n\
         Taken back 2.5 %: €1,850 of €74,000, 3 of 40 sales\n\
         Reviews half within 3 h, 90 % within 26 h · 40 decided\n\
         Playbooks\n\
         Cold mail: used in 4 won of 5\n\
         Picture: !report 2026-11 --chart · Table: !report 2026-11 --csv"
    );
}

#[test]
fn what_is_not_known_is_not_said() {
    let mut figures = figures();
    (figures.before, figures.revenue_before, figures.reached) = (None, None, None);
    figures.industries.clear();
    figures.playbooks.clear();
    (figures.refunds, figures.reviews) = (Refunds::default(), Reviews::default());
    let text = said(&figures);
    for not in ["Penetration", "Playbooks", "accounts", " on 2026-10"] {
        assert!(!text.contains(not), "{not} in {text}");
    }
    assert!(text.contains("Taken back nothing sold\nReviews nothing decided"), "{text}");
}

#[test]
fn the_card_says_the_same() {
    let message = report(&figures(), euro(), "!").content();
    let card = &message["agency.siso.partners.card"];
    assert_eq!((&card["kind"], &card["open"]), (&"report".into(), &true.into()));
    assert_eq!(card["industries"][0]["penetration"]["bps"], 1500);
    assert!(card["industries"][1].get("slug").is_none());
    assert_eq!(
        (&card["refunds"]["bps"], &card["reviews"]["p90_ms"]),
        (&250.into(), &93_600_009.into())
    );
    assert_eq!(card["trend"][0]["credited"]["minor"], 4_000_000);
}

#[test]
fn many_industries_are_cut_and_the_card_is_not_too_large() {
    let mut figures = figures();
    let row = figures.industries[0].clone();
    let slug = |n: usize| format!("an-industry-with-a-long-slug-{n:03}");
    figures.industries = (0..40).map(|n| Industry { slug: slug(n), ..row.clone() }).collect();
    let message = report(&figures, euro(), "!").content();
    let text = message["body"].as_str().unwrap_or_default();
    assert!(text.contains("… and 30 more in the table"), "{text}");
    let rows = message["agency.siso.partners.card"]["industries"].as_array().map(Vec::len);
    assert_eq!(rows, Some(40), "the card was left out");
}

#[test]
fn a_table_holds_every_figure_and_no_formula() {
    let table = String::from_utf8(file::table(&figures(), euro()).unwrap()).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "period,part,key,name,value,unit,before");
    for line in [
        "2026-11,funnel,repeat,,2,partners,",
        "2026-11,partners,dormant,,3,partners,",
        "2026-11,revenue,all,,52400.50,EUR,40000",
        "2026-11,revenue,dental,'=Dental <b>practices</b>,50000,EUR,40000",
        "2026-11,clients,dental,'=Dental <b>practices</b>,18,clients,9",
        "2026-11,penetration,dental,'=Dental <b>practices</b>,1500,bps,",
        "2026-11,revenue,none,No industry,2400.50,EUR,0",
        "2026-11,penetration,all,,120,accounts,",
        "2026-11,trend,2026-10,,40000,EUR,",
        "2026-11,refunds,taken,,1850,EUR,",
        "2026-11,reviews,p90,,1560,minutes,",
        "2026-11,playbooks,cold-mail,Cold mail,4,won,",
    ] {
        assert!(lines.contains(&line), "{line} is not in\n{table}");
    }
}
