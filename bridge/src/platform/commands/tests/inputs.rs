//! The catalog of bad inputs, as far as it is about text. What depends on money, days or other
//! people must arrive at the command unharmed.
use super::*;

/// A claim as it arrives: amount, currency, client and what else was given.
fn add(amount: &str, currency: &str, client: &str) -> String {
    format!("{:?}", Root::Sale(Sale::Add(Box::new(sale(amount, currency, client)))))
}

fn sale(amount: &str, currency: &str, client: &str) -> SaleAdd {
    SaleAdd {
        amount: amount.into(),
        currency: currency.into(),
        client: client.into(),
        industry: None,
        on: None,
        playbook: None,
        with: None,
        note: None,
        public: false,
    }
}

#[test]
fn amounts_reach_the_arm_as_typed() {
    let grammar = Grammar::new();
    for amount in [
        "-100",
        "0",
        "-0",
        "0.001",
        "100.5",
        "1,000",
        "1'000.50",
        "1_000",
        "1E400",
        "NaN",
        "Infinity",
        "0x64",
        "１００",
        "½",
        "1Ⅿ",
        ".5",
        "5.",
        "1.2.3",
        "92233720368547758.08",
        "--5",
        "-1e5",
        "-",
        "--",
        "€100",
        "+1",
        "-x",
    ] {
        let typed = text(&format!("!sale add {amount} EUR Acme"));
        assert_eq!(answer(&grammar, &typed), add(amount, "EUR", "Acme"), "{amount}");
    }
    let dashes = text("!sale add −100 EUR Acme");
    assert_eq!(answer(&grammar, &dashes), add("-100", "EUR", "Acme"));
    let digits = "9".repeat(400);
    let typed = text(&format!("!sale add {digits} EUR Acme"));
    assert_eq!(answer(&grammar, &typed), add(&digits, "EUR", "Acme"));
}

#[test]
fn words_reach_the_arm_whole() {
    let grammar = Grammar::new();
    for (body, expected) in [
        ("!sale add 1 000 EUR Acme", add("1", "000", "EUR Acme")),
        ("!sale add 1\u{a0}000 EUR Acme", add("1", "000", "EUR Acme")),
        ("!sale add 100 ЕUR Acme", add("100", "ЕUR", "Acme")),
        ("!sale add EUR 100 Acme", add("EUR", "100", "Acme")),
        ("!sale add 100 EUR “Acme Ltd”", add("100", "EUR", "Acme Ltd")),
        ("!sale add 100 EUR „Acme Ltd“", add("100", "EUR", "Acme Ltd")),
        ("!sale add 100 EUR 'Acme Ltd'", add("100", "EUR", "Acme Ltd")),
        ("!sale add 100 EUR O'Brien & Sons’ Bar", add("100", "EUR", "O'Brien & Sons’ Bar")),
        ("!sale add 100 EUR 's-Hertogenbosch BV", add("100", "EUR", "'s-Hertogenbosch BV")),
        ("!sale add 100 EUR Acme — Berlin", add("100", "EUR", "Acme — Berlin")),
        ("!sale add 100 EUR \"--note\"", add("100", "EUR", "--note")),
        ("!sale add 100 EUR @room", add("100", "EUR", "@room")),
        ("!sale add 100 EUR @\u{2060}bob:firm.example", add("100", "EUR", "@bob:firm.example")),
        ("!sale add 100 EUR \u{2068}Acme\u{2069}", add("100", "EUR", "Acme")),
        (
            "!sale add 100 EUR <img src=x onerror=alert(1)>",
            add("100", "EUR", "<img src=x onerror=alert(1)>"),
        ),
        ("!sale add 100 EUR </code></pre><h1>PWN", add("100", "EUR", "</code></pre><h1>PWN")),
        ("!sale\tadd\t100\tEUR\tAcme", add("100", "EUR", "Acme")),
        ("  !SALE Add 100 EUR Acme  ", add("100", "EUR", "Acme")),
        ("!sale add 100 EUR Mu\u{308}ller", add("100", "EUR", "Müller")),
        (
            "!sale add 100 EUR 👩\u{200d}💻 Studio ❤\u{fe0f}",
            add("100", "EUR", "👩\u{200d}💻 Studio ❤\u{fe0f}"),
        ),
        ("!sale add 100 EUR Nguyễn Thị Ánh", add("100", "EUR", "Nguyễn Thị Ánh")),
        ("!sale show S-1042; drop table", "E-USAGE There is a word too much: drop.".to_owned()),
        ("!sale show S--1", "Sale(Show { sale: \"S--1\" })".to_owned()),
        ("> !sale add 5 EUR A\n\n!sale list", "Sale(List { period: None })".to_owned()),
        (
            "!leaderboard CLIENTS",
            "Board(Board { metric: Some(Clients), period: None, industry: None })".to_owned(),
        ),
    ] {
        assert_eq!(answer(&grammar, &text(body)), expected, "{body}");
    }
}

#[test]
fn fields_take_their_values() {
    let grammar = Grammar::new();
    let full = SaleAdd {
        industry: Some("retail".into()),
        on: Some("2026-11-20".into()),
        with: Some("@a:x 3, @b:x 2".into()),
        note: Some("big -- one".into()),
        public: true,
        ..sale("100", "EUR", "Acme Ltd")
    };
    let expected = format!("{:?}", Root::Sale(Sale::Add(Box::new(full))));
    for body in [
        "!sale add 100 EUR Acme Ltd --industry retail --on 2026-11-20 --with \"@a:x 3, @b:x 2\" --note \"big -- one\" --public",
        "!sale add 100 EUR Acme Ltd —industry retail –on 2026-11-20 —with “@a:x 3, @b:x 2” —note “big -- one” —public",
        "!sale add 100 EUR Acme Ltd --industry=retail —on=2026-11-20 --with=\"@a:x 3, @b:x 2\" --note=big -- one --public",
        "!sale add --industry retail --public 100 EUR --ON 2026-11-20 Acme Ltd --with @a:x 3, @b:x 2 --note 'big -- one'",
        "!sale add --note \"big -- one\" 100 EUR Acme --with=“@a:x 3, @b:x 2” --on 2026-11-20 --industry retail --public",
    ] {
        let expected = match body.contains("Ltd") {
            true => expected.clone(),
            false => expected.replace("Acme Ltd", "Acme"),
        };
        assert_eq!(answer(&grammar, &text(body)), expected, "{body}");
    }
}

#[test]
fn what_is_refused() {
    let grammar = Grammar::new();
    for (body, expected) in [
        ("!sale", "E-USAGE Say what to do: `sale` takes add, list, show."),
        ("!sale add", "E-USAGE The amount, currency and client are missing."),
        ("!sale add 100 EUR", "E-USAGE The client is missing."),
        ("!sale add 100 EUR \"\"", "E-USAGE The client is missing."),
        ("!sale add $100 Acme", "E-CURRENCY Which dollar? Write 100 USD."),
        (
            "!sale add 100 EUR \"Acme",
            "E-USAGE The quote \" is not closed: put a quote at the end of the text as well.",
        ),
        (
            "!sale add 100 EUR 'Acme",
            "E-USAGE The quote ' is not closed: put a quote at the end of the text as well.",
        ),
        (
            "!sale add 100 EUR Acme --note “x",
            "E-USAGE The quote “ is not closed: put a quote at the end of the text as well.",
        ),
        (
            "!sale add 100 EUR Acme --note 1 --note 2",
            "E-USAGE --note stands twice: once is enough.",
        ),
        (
            "!sale add 100 EUR Acme --public --public",
            "E-USAGE --public stands twice: once is enough.",
        ),
        (
            "!sale add 100 EUR Acme --foo bar",
            "E-USAGE There is no field --foo: there are --industry, --on, --playbook, --with, --note, --public.",
        ),
        (
            "!sale add 100 EUR Acme --noet bar",
            "E-USAGE There is no field --noet: did you mean --note?",
        ),
        ("!sale add 100 EUR Acme --note", "E-USAGE --note needs a value."),
        ("!sale add 100 EUR Acme --on --note x", "E-USAGE --on needs a value."),
        (
            "!sale add 100 EUR Acme --public=yes",
            "E-USAGE --public stands alone, it takes no value.",
        ),
        (
            "!sale add 100 EUR Acme --help",
            "E-USAGE There is no field --help: there are --industry, --on, --playbook, --with, --note, --public.",
        ),
        ("!me --foo", "E-USAGE There is no field --foo: this command takes no fields."),
    ] {
        assert_eq!(answer(&grammar, &text(body)), expected, "{body}");
    }
}

#[test]
fn wrong_words_and_choices_are_refused() {
    let grammar = Grammar::new();
    for (body, expected) in [
        ("!board revnue", "E-USAGE revnue is no choice here: did you mean revenue?"),
        ("!board money", "E-USAGE money is no choice here: choose one of revenue, clients."),
        ("!sale ad 100 EUR Acme", "E-UNKNOWN ad is no part of `sale`: did you mean `sale add`?"),
        ("!sale frobnicate", "E-USAGE frobnicate is no part of `sale`: it takes add, list, show."),
        ("!sael add 100 EUR Acme", "E-UNKNOWN There is no sael: did you mean `sale`?"),
        ("!hlep", "E-UNKNOWN There is no hlep: did you mean `help`?"),
    ] {
        assert_eq!(answer(&grammar, &text(body)), expected, "{body}");
    }
}

#[test]
fn what_cannot_be_seen_is_refused_by_name() {
    let grammar = Grammar::new();
    let zalgo = format!("!sale add 100 EUR A{}", "\u{301}\u{300}".repeat(30));
    for (body, expected) in [
        (
            "!sale add 1\u{200b}00 EUR Acme",
            "E-CHARS The line holds the invisible character U+200B (zero width space): type it without.",
        ),
        (
            "!sale add 100 EUR Ac\u{200b}me",
            "E-CHARS The line holds the invisible character U+200B (zero width space): type it without.",
        ),
        (
            "!sale add 100 EUR Ac\u{200d}me",
            "E-CHARS The line holds the invisible character U+200D (zero width joiner): type it without.",
        ),
        (
            "!sale add 100 EUR Acme\0",
            "E-CHARS The line holds the invisible character U+0000 (null): type it without.",
        ),
        (
            "!sale add 100 EUR \u{202e}emcA",
            "E-CHARS The line holds the invisible character U+202E (text direction): type it without.",
        ),
        (
            "!sale add 100 EUR \u{2068}Acme",
            "E-CHARS The line holds the invisible character U+2068 (text direction): type it without.",
        ),
        (
            "!sale add 100 EUR \u{feff}Acme",
            "E-CHARS The line holds the invisible character U+FEFF (byte order mark): type it without.",
        ),
        (
            "!sale add 100 EUR Ac\u{ad}me",
            "E-CHARS The line holds the invisible character U+00AD (soft hyphen): type it without.",
        ),
        (
            "!sale add 100 EUR \u{e0041}cme",
            "E-CHARS The line holds the invisible character U+E0041: type it without.",
        ),
        (
            "!sale add 100 EUR \u{1b}[31mAcme",
            "E-CHARS The line holds the invisible character U+001B: type it without.",
        ),
        (
            "!sa\u{200b}le add 100 EUR Acme",
            "E-CHARS The line holds the invisible character U+200B (zero width space): type it without.",
        ),
        (zalgo.as_str(), "E-CHARS Too many marks on one letter (U+0301): at most 4 are possible."),
    ] {
        assert_eq!(answer(&grammar, &text(body)), expected, "{body}");
    }
}

#[test]
fn what_is_ignored() {
    let grammar = Grammar::new();
    let command = "!sale list";
    let cases = [
        text("! sale add 100 EUR Acme"),
        text("/sale add 100 EUR Acme"),
        text("!"),
        text("!?"),
        text("!!!"),
        text("!important note"),
        text("!weather Berlin \u{200b}"),
        text("!42"),
        text(""),
        text("hello !sale list"),
        text("！important"),
        text("> <@bob:x> !sale add 5 EUR A\n\nnice"),
        text("> !sale list\n!sale list"),
        text("> !sale list"),
        text("```\n!sale list\n```"),
        text("`!sale list`"),
        html(command, "<pre><code>!sale list\n</code></pre>\n"),
        html(command, "<p><code>!sale list</code></p>"),
        json!({ "msgtype": "m.emote", "body": command }),
        json!({ "msgtype": "m.notice", "body": command }),
        json!({ "msgtype": "m.image", "body": command, "filename": "a.png", "url": "mxc://x/y" }),
        json!({ "msgtype": "m.text" }),
        json!({ "msgtype": "m.text", "body": 5 }),
        json!({ "msgtype": "m.text", "body": null }),
        json!({ "msgtype": "m.text", "body": { "body": command } }),
        json!({ "msgtype": ["m.text"], "body": command }),
        json!({ "body": command }),
        json!([command]),
        json!(command),
        json!({ "msgtype": "m.text", "body": command, "m.relates_to": { "rel_type": "m.replace", "event_id": "$x" } }),
    ];
    for content in cases {
        assert_eq!(answer(&grammar, &content), "IGN", "{content}");
    }
}

#[test]
fn a_long_line_is_refused_at_once() {
    let grammar = Grammar::new();
    let long = "a".repeat(60_000);
    let refused = "E-LONG The line is too long: at most 4096 characters.";
    assert_eq!(answer(&grammar, &text(&format!("!sale add 100 EUR {long}"))), refused);
    assert_eq!(answer(&grammar, &text(&format!("!other {long}"))), "IGN");
    let marks = "\u{301}".repeat(20_000);
    assert_eq!(answer(&grammar, &text(&format!("!sale add 100 EUR {marks}"))), refused);
    let fits = format!("!sale add 100 EUR {}", "a".repeat(1_001));
    assert_eq!(answer(&grammar, &text(&fits)), add("100", "EUR", &"a".repeat(1_001)));
}

#[test]
fn a_full_width_prefix_gets_a_hint() {
    let grammar = Grammar::new();
    assert_eq!(answer(&grammar, &text("！sale add 100 EUR Acme")), "HINT");
    assert_eq!(answer(&grammar, &text("！ sale")), "IGN");
}

#[test]
fn usage_and_example_come_along() {
    let grammar: Grammar<Root> = Grammar::new();
    let LineOutcome::Command(line) = said(&text("!sale add"), Place::Room) else { panic!() };
    let Parsed::Refused(refusal) = grammar.parse(&line) else { panic!() };
    assert_eq!(refusal.example.as_deref(), Some("sale add 1000 EUR Acme"));
    let usage = "sale add <amount> <currency> <client…> [--industry slug] [--on YYYY-MM-DD] [--playbook slug] [--with \"@a 3, @b 2\"] [--note \"…\"] [--public]";
    assert_eq!(refusal.usage.as_deref(), Some(usage));
}
