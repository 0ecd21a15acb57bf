//! A message up to the command that it is: of what runs, every character can be seen, and it reads the same again.
use super::html::is_ours;
use bridge::platform::commands::{
    CommandLine, Content, Grammar, LineOutcome, Parsed, Place, command_line,
};
use bridge::platform::refusal::Refusal;
use bridge::platform::text::{is_invisible, refusal_message};
use bridge::root;
use clap::Subcommand;
use ruma::{UserId, user_id};
use std::sync::LazyLock;

pub const WORDS: &[&str] = &[
    "!sale add ",
    "100 EUR ",
    "Acme",
    "!board revenue month",
    " --with \"@a:x.org 3, @b:x.org 2\"",
    " --note ",
    " --on 2026-11-01",
    "!approve",
    "!playbook save ",
    "\n",
    "> ",
    "@bot:x.org: ",
    "！",
    "“",
    "”",
    "\"",
    " -- ",
    "--x=",
    "!help sale add",
    "S-1",
    "\u{1}<a href=\"https://matrix.to/#/@a:x.org\">Ana</a>",
    "\u{1}<pre><code>",
    "!rule set ",
    " -5",
    "=",
    "!confirm",
];

/// What stands behind it is the HTML of the message.
const HTML: char = '\u{1}';

pub fn check(input: &[u8]) {
    static PARTNER: LazyLock<Grammar<root::Partner>> = LazyLock::new(Grammar::new);
    static CONTROL: LazyLock<Grammar<root::Control>> = LazyLock::new(Grammar::new);
    let bot: &UserId = user_id!("@bot:x.org");
    let text = String::from_utf8_lossy(input);
    let (body, html) =
        text.split_once(HTML).map_or((&*text, None), |(body, html)| (body, Some(html)));
    let content = Content {
        msgtype: Some("m.text".into()),
        body: Some(body.into()),
        formatted_body: html.map(Into::into),
        ..Content::default()
    };
    for place in [Place::Room, Place::Direct] {
        match command_line(&content, "!", place, bot) {
            LineOutcome::Command(line) => {
                runs_as_it_is_seen(&line);
                read_by(&PARTNER, &line);
                read_by(&CONTROL, &line);
            }
            LineOutcome::Refused { refusal, .. } => is_told(&refusal),
            LineOutcome::FullWidthHint { word } => assert!(!word.is_empty(), "a hint at nothing"),
            LineOutcome::NotForUs => {}
        }
    }
}

fn runs_as_it_is_seen(line: &CommandLine) {
    assert!(!line.text.chars().any(is_invisible), "what cannot be seen would run: {:?}", line.text);
    assert!(!line.text.contains('\n'), "more than a line: {:?}", line.text);
    for token in &line.tokens {
        assert!(line.text.get(token.from..token.to).is_some(), "{token:?} of {:?}", line.text);
    }
    match CommandLine::parse(&line.text) {
        Ok(again) => assert_eq!(again.tokens, line.tokens, "{:?}", line.text),
        Err(refusal) => panic!("{:?} is refused the second time: {refusal:?}", line.text),
    }
}

fn read_by<T: Subcommand>(grammar: &Grammar<T>, line: &CommandLine) {
    match grammar.parse(line) {
        Parsed::Command(_) => assert!(grammar.knows(line), "{:?} runs unknown", line.text),
        Parsed::Refused(refusal) | Parsed::Unknown(refusal) => is_told(&refusal),
    }
}

/// A refusal says something, and says it in tags of ours.
fn is_told(refusal: &Refusal) {
    assert!(!refusal.sentence.trim().is_empty(), "a refusal without a word");
    is_ours(&refusal_message(refusal, "!").content());
}
