//! The rows that are one line of text by an approved partner in a program room.
use super::Gets::{self, Card, Refusal, Silence};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use partnerspace_tests::house::House;
use serde_json::json;

const SALE: Gets = Card("sale");

fn lines() -> Vec<(&'static str, String, Gets)> {
    let plain = |id, line: &str, gets| (id, line.to_owned(), gets);
    let mut cases = amounts();
    cases.extend(references());
    cases.extend(playbooks());
    cases.extend([
        plain("B044", "!sale add 100 EUR", Refusal("E-USAGE", "client")),
        plain("B046", "!sale add 100 EUR \"Acme", Refusal("E-USAGE", "quote")),
        plain("B048", "!sale add 148 EUR “Acme Ltd”", SALE),
        plain("B050", "!sale add 100 EUR Acme --note 1 --note 2", Refusal("E-USAGE", "twice")),
        plain("B051", "!sale add 100 EUR Acme --foo bar", Refusal("E-USAGE", "field")),
        plain("B053", "!sale add 100 EUR Acme --on 31/12/2026", Refusal("E-DATE", "YYYY-MM-DD")),
        plain("B054", "!sale add 100 EUR Acme --on 9999-12-31", Refusal("E-DATE", "future")),
        plain("B055", "!sale add 100 EUR Acme --on 1969-12-31", Refusal("E-DATE", "before")),
        plain(
            "B056",
            "!sale add 100 EUR Acme --on 2026-03-29T02:30",
            Refusal("E-DATE", "YYYY-MM-DD"),
        ),
        plain(
            "B060",
            "!sale add 100 EUR Acme --with \"@not-a-partner:x 50\"",
            Refusal("E-REF", "partner"),
        ),
        plain("B061", "!sale add 161 EUR <img src=x onerror=alert(1)>", SALE),
        plain("B063", "!sale add 163 EUR </code></pre><h1>PWN", SALE),
        plain("B064", "!sale add 164 EUR @room", SALE),
        plain("B065", "!sale add 165 EUR @bob:firm.example", SALE),
        plain("B068", "!sale add 1\u{200b}00 EUR Acme", Refusal("E-CHARS", "U+200B")),
        plain("B069", "!sale add 100 EUR Ac\u{200b}me", Refusal("E-CHARS", "U+200B")),
        plain("B070", "!sale add 100 EUR Acme\u{0}", Refusal("E-CHARS", "U+0000")),
        ("B071", format!("!sale add 100 EUR Z{}", "\u{301}".repeat(60)), Refusal("E-CHARS", "")),
        plain("before B074", "!sale add 174 EUR Acme", SALE),
        plain("B074", "!sale add 100 EUR \u{410}cme", Refusal("E-REF", "looks like")),
        ("B075", format!("!sale add 100 EUR {}", "x".repeat(1_001)), Refusal("E-LONG", "200")),
        ("B076", format!("!sale add 100 EUR {}", "a".repeat(60_000)), Refusal("E-LONG", "")),
        plain("B078", "!sale\tadd\t178\tEUR\tAcme", SALE),
        plain("B081", "! sale add 100 EUR Acme", Silence),
        plain("B083", "/sale add 100 EUR Acme", Silence),
        plain("B084", "\u{ff01}sale add 100 EUR Acme", Silence),
        plain("B084 again", "\u{ff01}sale add 100 EUR Acme", Silence),
        plain("B085", "!sael add 100 EUR Acme", Refusal("E-UNKNOWN", "sale")),
        plain("B086", "!", Silence),
        plain("B086 ?", "!?", Silence),
        plain("B086 !", "!!!", Silence),
        plain("B086 note", "!important note", Silence),
        plain("B088", "> <@bob:x> !sale add 5 EUR A\n\nnice", Silence),
        plain("B089", "> !sale add 5 EUR A\n\n!sale list", Card("sales")),
        plain("control elsewhere", "!sale void S-1 why", Refusal("E-AUTH", "managers")),
        plain("partner word elsewhere", "!audit", Refusal("E-AUTH", "")),
    ]);
    cases
}

/// Numbers and words that lead nowhere.
fn references() -> Vec<(&'static str, String, Gets)> {
    let plain = |id, line: &str, gets| (id, line.to_owned(), gets);
    vec![
        plain("B104", "!sale show S-99999999999999999999", Refusal("E-REF", "no such sale")),
        plain("B105 sign", "!sale show S--1", Refusal("E-REF", "no such sale")),
        plain("B105 zero", "!sale show S-0", Refusal("E-REF", "no such sale")),
        plain("B105 point", "!sale show S-1.5", Refusal("E-REF", "no such sale")),
        plain("B110 path", "!sale show ../secret", Refusal("E-REF", "no such sale")),
        plain("B110 slash", "!sale show ..\u{2215}secret", Refusal("E-REF", "no such sale")),
        plain("B111 search", "!sale list (a+)+$", Refusal("E-DATE", "period")),
        (
            "B111 long",
            format!("!sale list (a+)+${}", "a".repeat(50_000)),
            Refusal("E-LONG", "4096"),
        ),
    ]
}

fn playbooks() -> Vec<(&'static str, String, Gets)> {
    let plain = |id, line: &str, gets| (id, line.to_owned(), gets);
    let title = "t".repeat(121);
    let nasty =
        "@room <script>alert(1)</script> [x](javascript:alert(1)) https://matrix.to/#/@a:b.c";
    vec![
        plain("playbook name", "!playbook show nowhere", Refusal("E-REF", "no playbook")),
        plain("playbook use", "!playbook use nowhere", Refusal("E-REF", "no playbook")),
        plain("playbook text", "!playbook save a \"A\"", Refusal("E-USAGE", "Where is the text")),
        plain("playbook blank", "!playbook save a \"A\"\n \n#", Refusal("E-USAGE", "text")),
        plain("playbook slug", "!playbook save ../a \"A\"\ntext", Refusal("E-USAGE", "a-z")),
        ("playbook title", format!("!playbook save a \"{title}\"\nx"), Refusal("E-LONG", "120")),
        ("playbook slug long", format!("!playbook save {title} T\nx"), Refusal("E-LONG", "48")),
        plain("playbook null", "!playbook save a A\nte\u{0}xt", Refusal("E-CHARS", "U+0000")),
        plain(
            "playbook industry",
            "!playbook save a A --industry x\nt",
            Refusal("E-REF", "industry"),
        ),
        ("playbook nasty", format!("!playbook save nasty \"{nasty}\"\n{nasty}"), Card("playbook")),
        plain("playbook again", "!playbook save nasty\nother text", Card("playbook")),
        plain("playbook diff", "!playbook diff nasty x", Refusal("E-USAGE", "numbers")),
        plain("playbook no version", "!playbook diff nasty 1 9", Refusal("E-REF", "version 9")),
        plain("playbook stars", "!playbook rate nasty 6", Refusal("E-REF", "no playbook")),
        plain("playbook report", "!playbook report nasty", Refusal("E-USAGE", "why")),
        plain("playbook not out", "!playbook retire nasty", Refusal("E-REF", "no playbook")),
        plain(
            "playbook sale",
            "!sale add 7 EUR Acme --playbook nasty",
            Refusal("E-REF", "no playbook"),
        ),
        plain("playbook control", "!playbook publish nasty", Refusal("E-AUTH", "managers")),
    ]
}

fn amounts() -> Vec<(&'static str, String, Gets)> {
    let amount = |id, amount: &str, words| {
        (id, format!("!sale add {amount} EUR Acme"), Refusal("E-AMOUNT", words))
    };
    let plain = |id, line: &str, gets| (id, line.to_owned(), gets);
    vec![
        plain("B001", "!sale add", Refusal("E-USAGE", "sale add")),
        amount("B004", "-100", "above 0"),
        amount("B005", "0", "above 0"),
        amount("B006", "-0", "above 0"),
        amount("B008", "0.001", "2 decimals"),
        plain("B009", "!sale add 100.5 JPY Acme", Refusal("E-AMOUNT", "no decimals")),
        amount("B011", "1,000", "1000 or 1.00?"),
        plain("B013", "!sale add 1'000.50 CHF Acme", Refusal("E-AMOUNT", "")),
        plain("B014", "!sale add 1 000 EUR Acme", Refusal("E-CURRENCY", "000")),
        plain("B015", "!sale add 1\u{a0}000 EUR Acme", Refusal("E-CURRENCY", "000")),
        amount("B016", "1_000", ""),
        amount("B018", "1E400", ""),
        amount("B019", "NaN", ""),
        amount("B020", "Infinity", ""),
        amount("B021", "0x64", ""),
        amount("B023", "１００", ""),
        amount("B025", "½", ""),
        amount("B026", "1Ⅿ", ""),
        amount("B028", ".5", ""),
        amount("B029", "5.", ""),
        amount("B030", "1.2.3", ""),
        amount("B033", "92233720368547758.08", ""),
        amount("B034", &"9".repeat(400), ""),
        plain("B036", "!sale add $100 Acme", Refusal("E-CURRENCY", "Which dollar?")),
        plain("B039", "!sale add 100 \u{415}UR Acme", Refusal("E-CURRENCY", "U+0415")),
        plain("B040", "!sale add 100 USDT Acme", Refusal("E-CURRENCY", "")),
        plain("B041", "!sale add 100 XXX Acme", Refusal("E-CURRENCY", "")),
        plain("B041 XTS", "!sale add 100 XTS Acme", Refusal("E-CURRENCY", "")),
        plain("B043", "!sale add EUR 100 Acme", Refusal("E-USAGE", "sale add 100 EUR Acme")),
        plain("other currency", "!sale add 100 CHF Acme", SALE),
    ]
}

/// The ids of this table, as the document has them.
pub fn ids() -> Vec<&'static str> {
    lines().iter().filter_map(|(id, ..)| id.split(' ').find(|word| word.starts_with('B'))).collect()
}

/// Says every line and waits for its answer; at the end, those to be ignored have none.
pub async fn run(house: &House, room: &str) -> Outcome<()> {
    let ana = house.person("ana")?;
    let mut wrong = Vec::new();
    let mut silent = Vec::new();
    for (id, line, gets) in lines() {
        let event = ana.say(room, &line).await?;
        if gets == Silence {
            silent.push((id, event));
            continue;
        }
        let reply = ana.reply_to(&event).await?;
        if !gets.fits(&reply) {
            wrong.push(format!("{id} {gets:?}: {} {}", reply.card(), reply.body()));
        }
        check_tame(id, reply.content())?;
    }
    let last = ana.say(room, "!help").await?;
    ana.reply_to(&last).await?;
    let shown = ana.shown();
    for (id, event) in &silent {
        if let Some(reply) = shown.iter().find(|e| e.replies_to(event)) {
            wrong.push(format!("{id} should be ignored: {}", reply.body()));
        }
    }
    // B084 was said twice: one hint a day.
    let hints = shown.iter().filter(|e| e.card()["what"] == "full-width").count();
    ensure!(hints == 1, "B084: {hints} hints");
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Nothing that a person typed becomes markup or a ping.
fn check_tame(id: &str, content: &serde_json::Value) -> Outcome<()> {
    let html = content["formatted_body"].as_str().unwrap_or_default().to_lowercase();
    for tag in ["<img", "<h1", "<script", "matrix.to"] {
        ensure!(!html.contains(tag), "{id}: {html}");
    }
    ensure!(content["m.mentions"] == json!({}), "{id} mentions {}", content["m.mentions"]);
    ensure!(!content["body"].as_str().unwrap_or_default().contains("@room"), "{id} calls the room");
    Ok(())
}
