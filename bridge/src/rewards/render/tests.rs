//! What was won, and what was taken back, as it reads on a phone.
use super::*;
use insta::assert_snapshot;
use schema::ids::{PartnerId, RewardNumber};
use schema::metric::Metric;
use schema::money::Currency;

fn body(message: &Message) -> String {
    message.content()["body"].as_str().unwrap_or_default().to_owned()
}

fn dinner() -> Won {
    Won {
        number: RewardNumber(5),
        title: "Dinner for two".to_owned(),
        metric: Metric::Revenue,
        industry: None,
        value: Some("at a place you choose".to_owned()),
        period: "2026-02".parse().unwrap(),
        partner: PartnerId(7),
        user: "@ana:example.org".to_owned(),
        name: "Ana".to_owned(),
        visibility: Visibility::Public,
        has_left: false,
        rank: 1,
        amount: None,
        points: Some(50),
        note: None,
        fulfilled_at: None,
        entry_seq: Some(3),
        revoked: None,
    }
}

fn gone() -> Won {
    Won { revoked: Some(("the client was not hers".to_owned(), 9)), ..dinner() }
}

fn prize() -> Won {
    let amount = Money::new(25_001, Currency::parse("EUR").unwrap());
    Won { number: RewardNumber(2), value: None, points: None, amount: Some(amount), ..dinner() }
}

#[test]
fn what_was_won_has_two_rows() {
    let won = [dinner(), prize(), gone()];
    assert_snapshot!(body(&list(&[], &won, Some(1_050), "!")), @r"
    🎁 Rewards
    No reward can be won now.
    You won
    R-5 Dinner for two
    2026-02 · 50 points
    at a place you choose · waits
    R-2 Dinner for two
    2026-02 · €250.01 · waits
    R-5 Dinner for two
    2026-02 · 50 points
    at a place you choose · taken back
    Your points: 1,050
    ");
    assert_snapshot!(body(&list(&[], &won[1..2], None, "!")), @r"
    🎁 Rewards
    No reward can be won now.
    To be handed over
    R-2 Ana · Dinner for two
    2026-02 · €250.01
    Done? !reward fulfil R-2 transferred today
    ");
}

#[test]
fn what_is_taken_back_is_said_with_its_reason() {
    let asked = ask_revoke(&dinner(), ("reward revoke R-5 x", ConfirmationId(1)), ("@o:a.org", 1));
    assert_snapshot!(body(&asked), @r"
    Take R-5 back?
    R-5 Ana · Dinner for two · 50 points
    at a place you choose · 2026-02
    50 points go from their account. Nothing is handed over any more. They hear of it, with the reason.
    React with ✅ or answer yes within 10 minutes.
    ");
    assert_snapshot!(body(&revoked(&gone())), @r"
    ↩ R-5 is taken back: Dinner for two
    50 points go with it.
    The program's team says why:
    > the client was not hers
    ");
    assert_snapshot!(body(&taken_back(&gone())), @r"
    ↩ R-5 is taken back: Dinner for two
    From Ana, with 50 points; they are told.
    > the client was not hers
    ");
}
