//! Own badges as a partner reads them on a phone.
use super::*;
use insta::assert_snapshot;

fn body(message: &Message) -> String {
    message.content()["body"].as_str().unwrap_or_default().to_owned()
}

fn counted(id: &str, level: i64, count: i64, next: i64) -> BadgeView {
    BadgeView { count: Some(count), next: Some(next), ..view(id, level, &[]) }
}

#[test]
fn each_badge_has_its_name_and_under_it_what_counts() {
    let views = vec![
        view("first-sale", 1, &[]),
        counted("clients", 1, 12, 50),
        counted("revenue", 0, 500, 1_000),
        counted("streak", 0, 0, 3),
    ];
    assert_snapshot!(body(&own(views, Some("Silver"))), @r"
    🏅 Your badges · 2
    Tier: Silver
    🌱 First sale
    🤝 Clients 1 · 12 of 50
    Still to earn
    💰 Revenue · 500 of 1,000
    Net revenue, in the program's currency
    🔥 Streak · 0 of 3
    Working days in a row with a sale, Monday to Friday
    ");
    assert_snapshot!(body(&own(Vec::new(), None)), @r"
    🏅 Your badges · 0
    None yet. Your first approved sale earns the first.
    ");
}
