//! A grammar as the capabilities write theirs, and what people type run through it.
mod help;
mod inputs;
mod lines;
mod units;

use super::content::Content;
use super::line::{LineOutcome, Place, command_line};
use super::parse::{Grammar, Parsed};
use crate::platform::refusal::{Code, Refusal};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Subcommand)]
enum Root {
    /// What you may do here, or one command with examples
    #[command(after_help = "help sale add", subcommand_help_heading = "Start")]
    Help {
        #[arg(num_args = 1..)]
        command: Option<String>,
    },
    /// Your own ranks and totals
    #[command(subcommand_help_heading = "Results")]
    Me,
    /// A leaderboard
    #[command(
        visible_alias = "leaderboard",
        after_help = "board clients year\nboard --industry retail",
        subcommand_help_heading = "Results"
    )]
    Board(Board),
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Sale(Sale),
    /// Your own settings
    #[command(after_help = "profile --visibility anonymous", subcommand_help_heading = "Start")]
    Profile {
        #[arg(long, ignore_case = true)]
        visibility: Option<Visibility>,
        #[arg(long)]
        timezone: Option<String>,
    },
}

#[derive(Debug, PartialEq, Args)]
struct Board {
    #[arg(ignore_case = true)]
    metric: Option<Metric>,
    period: Option<String>,
    /// Only one industry
    #[arg(long, value_name = "slug")]
    industry: Option<String>,
}

#[derive(Debug, PartialEq, Clone, ValueEnum)]
enum Metric {
    Revenue,
    Clients,
}

#[derive(Debug, PartialEq, Clone, ValueEnum)]
enum Visibility {
    Public,
    Anonymous,
}

#[derive(Debug, PartialEq, Subcommand)]
enum Sale {
    /// Claim a sale
    #[command(
        after_help = "sale add 1000 EUR Acme\nsale add 99.50 EUR Acme --with \"me 3, @bob:example.org 2\""
    )]
    Add(Box<SaleAdd>),
    /// Your sales
    #[command(after_help = "sale list 2026-11")]
    List { period: Option<String> },
    /// One of your sales
    #[command(after_help = "sale show S-1")]
    Show { sale: String },
}

#[derive(Debug, PartialEq, Args)]
struct SaleAdd {
    #[arg(value_parser = amount_text)]
    amount: String,
    currency: String,
    #[arg(num_args = 1..)]
    client: String,
    /// The industry's short name
    #[arg(long, value_name = "slug")]
    industry: Option<String>,
    /// The day of the sale
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<String>,
    #[arg(long, value_name = "slug")]
    playbook: Option<String>,
    /// Who shares it, by whole weights
    #[arg(long, num_args = 1.., value_name = "\"@a 3, @b 2\"")]
    with: Option<String>,
    #[arg(long, num_args = 1.., value_name = "\"…\"")]
    note: Option<String>,
    #[arg(long)]
    public: bool,
}

/// Refuses what is wrong whatever the currency, before a missing client is noticed.
fn amount_text(text: &str) -> Result<String, Refusal> {
    match text.starts_with('$') {
        true => Err(Refusal::new(Code::Currency, "Which dollar? Write 100 USD.")),
        false => Ok(text.to_owned()),
    }
}

fn said(content: &Value, place: Place) -> LineOutcome {
    let json = content.to_string();
    let bot = ruma::user_id!("@partners_bot:example.org");
    command_line(&Content::read(&json), "!", place, bot)
}

fn text(body: &str) -> Value {
    json!({ "msgtype": "m.text", "body": body })
}

fn html(body: &str, formatted: &str) -> Value {
    let mut content = text(body);
    content["format"] = "org.matrix.custom.html".into();
    content["formatted_body"] = formatted.into();
    content
}

/// What the dispatcher makes of a message in a room: `IGN`, `HINT`, a code with its sentence, or
/// the command.
fn answer(grammar: &Grammar<Root>, content: &Value) -> String {
    let refused = |refusal: &Refusal| {
        assert!(!refusal.sentence.contains("error:"), "clap's own text: {}", refusal.sentence);
        format!("{} {}", refusal.code.as_str(), refusal.sentence)
    };
    match said(content, Place::Room) {
        LineOutcome::NotForUs => "IGN".to_owned(),
        LineOutcome::FullWidthHint { word } if grammar.hears(&word) => "HINT".to_owned(),
        LineOutcome::FullWidthHint { .. } => "IGN".to_owned(),
        LineOutcome::Refused { word, refusal } if grammar.hears(&word) => refused(&refusal),
        LineOutcome::Refused { .. } => "IGN".to_owned(),
        LineOutcome::Command(line) => match grammar.parse(&line) {
            Parsed::Command(command) => format!("{command:?}"),
            Parsed::Refused(refusal) => refused(&refusal),
            Parsed::Unknown(_) => "IGN".to_owned(),
        },
    }
}
