//! What it costs to read a command and to write an answer, without homeserver and database: the
//! best of many short batches, in nanoseconds each.
use std::hint::black_box;
use std::time::Instant;

use bridge::platform::commands::{Content, Grammar, LineOutcome, Place, command_line};
use bridge::platform::text::{Line, Message};
use bridge::root::Partner;
use serde_json::json;

const BATCHES: usize = 200;
const BATCH: u32 = 20;

fn cost<T>(mut run: impl FnMut() -> T) -> u128 {
    let batch = |_| {
        let started = Instant::now();
        for _ in 0..BATCH {
            black_box(run());
        }
        started.elapsed().as_nanos() / u128::from(BATCH)
    };
    (0..BATCHES).map(batch).min().unwrap_or_default()
}

pub fn print() {
    let grammar: Grammar<Partner> = Grammar::new();
    let long = format!("!sale add 100 EUR {}", "é".repeat(30_000));
    for body in [
        "!me",
        "!sale list",
        "!sale add 1000 EUR Acme",
        "!sale add 1000 EUR Acme --note \"big one\"",
        "!sael x",
        "good morning",
        &long,
    ] {
        let json = json!({"msgtype": "m.text", "body": body}).to_string();
        let bot = ruma::user_id!("@partners_bot:example.org");
        let read = || command_line(&Content::read(&json), "!", Place::Room, bot);
        let line = cost(read);
        let parse = match read() {
            LineOutcome::Command(command) => cost(|| grammar.parse(&command)),
            _ => 0,
        };
        println!("text: {line:>7} ns a line, {parse:>7} ns to parse  {body:.40}");
    }
    println!("text: {:>7} ns to write an answer", cost(answer));
}

fn answer() -> usize {
    let card = json!({"v": 1, "kind": "sale", "number": "S-1", "amount_minor": 100_000});
    Message::notice(Line::new().plain("S-1 claimed · ").strong("€1,000"))
        .lines(vec![
            Line::new().plain("Client: ").person("Acme & Söhne GmbH"),
            Line::new().plain("Industry: ").person("retail"),
            Line::new().plain("Waiting for review. Undo: ").code("!sale withdraw S-1"),
        ])
        .card(&card)
        .thread_reply("$root", "$root")
        .len()
}
