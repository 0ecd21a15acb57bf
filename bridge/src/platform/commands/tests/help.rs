//! Help and reference of the example grammar.
use super::*;
use crate::platform::commands::help::{Viewer, on, overview};
use crate::platform::commands::reference;
use insta::assert_snapshot;
use schema::card::{Card, Envelope};

const VIEWER: Viewer = Viewer { role: schema::status::Role::Partner, control: false };

fn body(message: &crate::platform::text::Message) -> String {
    message.content()["body"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_definitions_keep_the_conventions() {
    assert_eq!(Grammar::<Root>::new().problems(), Vec::<String>::new());
}

#[test]
fn the_overview_shows_what_one_may_do() {
    let grammar: Grammar<Root> = Grammar::new();
    let message = overview(grammar.root(), "!", VIEWER, |path| path != "sale show");
    assert_snapshot!(body(&message), @r"
    ❓ What you can do here
    Start
    !help — What you may do here, or one command with examples
    !profile — Your own settings
    Results
    !me — Your own ranks and totals
    !board — A leaderboard
    Sales
    !sale add · list
    More on one: !help sale add
    ");
    let card = message.content()["agency.siso.partners.card"].clone();
    let Card::Help(help) = serde_json::from_value::<Envelope>(card).unwrap().card else { panic!() };
    assert_eq!((help.topic, help.commands.len()), (None, 6));
    assert_eq!(help.commands[5].group, "Sales");
}

#[test]
fn one_command_with_its_fields() {
    let grammar: Grammar<Root> = Grammar::new();
    let message = on(grammar.root(), "!SALE add", "!", VIEWER, |_| true).unwrap();
    assert_snapshot!(body(&message), @r#"
    ❓ !sale add
    Claim a sale
    Usage: !sale add <amount> <currency> <client…> [--industry slug] [--on YYYY-MM-DD] [--playbook slug] [--with "@a 3, @b 2"] [--note "…"] [--public]
    Example: !sale add 1000 EUR Acme
    Example: !sale add 99.50 EUR Acme --with "me 3, @bob:example.org 2"
    --industry slug — The industry's short name
    --on YYYY-MM-DD — The day of the sale
    --with "@a 3, @b 2" — Who shares it, by whole weights
    "#);
    let message = on(grammar.root(), "sale", "!", VIEWER, |_| true).unwrap();
    assert_snapshot!(body(&message), @r"
    ❓ !sale
    !sale add — Claim a sale
    !sale list — Your sales
    !sale show — One of your sales
    More on one: !help sale add
    ");
}

#[test]
fn help_on_what_is_not_there() {
    let grammar: Grammar<Root> = Grammar::new();
    let refusal = on(grammar.root(), "sael", "!", VIEWER, |_| true).unwrap_err();
    assert_eq!(
        refusal.sentence,
        "There is no command sael for you here: did you mean `help sale`?"
    );
    let refusal = on(grammar.root(), "sale add", "!", VIEWER, |_| false).unwrap_err();
    assert_eq!(
        refusal.sentence,
        "There is no command sale add for you here: `help` shows what there is."
    );
}

#[test]
fn the_reference_page() {
    let grammar: Grammar<Root> = Grammar::new();
    let page = reference(grammar.root(), "!");
    let start = page.find("### !board").unwrap();
    let end = page.find("## Sales").unwrap();
    assert_snapshot!(&page[start..end], @r"
    ### !board

    A leaderboard

    ```
    !board [metric] [period] [--industry slug]
    ```

    - `--industry slug`: Only one industry

    Example: `!board clients year`

    Example: `!board --industry retail`

    Also: `!leaderboard`
    ");
}
