//! Amounts, keys of reactions, the configuration.
use appservice::config;
use appservice::run::program;
use bridge::platform::commands::reaction::verdict;
use bridge::platform::inbox::Relation;
use schema::money::{CLAIM_MINOR_MAX, Currency, Money};
use serde_json::json;

pub const AMOUNT_WORDS: &[&str] = &[
    "0",
    "1",
    "00",
    ".",
    ",",
    "-",
    "−",
    "+",
    "1e9",
    "0x",
    "１",
    "½",
    "$",
    "€",
    "_",
    "'",
    "\u{a0}",
    "999999999999999",
    ".00",
    ".005",
];
pub const REACTION_WORDS: &[&str] = &[
    "✅",
    "👍",
    "☑",
    "✔",
    "❌",
    "👎",
    "✖",
    "\u{fe0f}",
    "\u{fe0e}",
    "\u{1f3fd}",
    " ",
    "\u{200d}",
    "✅✅",
];
pub const CONFIG_WORDS: &[&str] = &[
    "[homeserver]\n",
    "url = \"http://127.0.0.1:8008\"\n",
    "server_name = \"x.org\"\n",
    "[program]\n",
    "currency = \"JPY\"\n",
    "timezone = \"Europe/Berlin\"\n",
    "[limits]\n",
    "inbox_max = ",
    "owners = [\"@a:x.org\"]\n",
    "[[",
    "]]",
    "= ",
    "\"\"\"",
    "'''",
    "true",
    "1979-05-27",
    "1e400",
    "inf",
    "\\u0000",
    "[boards]\npinned = [\"revenue.month\"]\n",
    "#",
    "prefix = \"\"\n",
    "..",
];

/// Two, no and three decimals.
const CURRENCIES: [&str; 3] = ["EUR", "JPY", "KWD"];
/// What stands in the database's address of the corpus; nothing that is printed may hold it.
const PASSWORD: &str = "swordfish";
/// Sentences about the whole file, or about that address.
const SECRET: [&str; 2] = ["parse error", "`database.url`"];

/// An amount that is read is written and read as itself, and is what its digits say.
pub fn amount(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for code in CURRENCIES {
        let Ok(currency) = Currency::parse(code) else { panic!("{code} is no currency") };
        match Money::parse_amount(&text, currency) {
            Ok(money) => {
                assert!((1..=CLAIM_MINOR_MAX).contains(&money.minor), "{money:?} of {text:?}");
                assert_eq!(Money::parse_amount(&money.plain(), currency), Ok(money), "{text:?}");
                assert_eq!(
                    counted(&text, currency.exponent()),
                    Some(i128::from(money.minor)),
                    "{text:?}"
                );
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    let _code = Currency::parse(&text);
}

/// The same by another way: digit by digit.
fn counted(text: &str, exponent: u8) -> Option<i128> {
    let (mut sum, mut decimals) = (0_i128, None);
    for ch in text.chars() {
        if ch == '.' && decimals.is_none() {
            decimals = Some(0);
            continue;
        }
        sum = sum.checked_mul(10)? + i128::from(ch.to_digit(10)?);
        decimals = decimals.map(|count| count + 1);
    }
    let missing = u32::from(exponent).checked_sub(decimals.unwrap_or(0))?;
    sum.checked_mul(10_i128.checked_pow(missing)?)
}

/// A key that decides is short, and decides the same with another look of its emoji.
pub fn reaction(input: &[u8]) {
    let key = String::from_utf8_lossy(input);
    let said = verdict(&key);
    let content =
        json!({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$e", "key": key}});
    let wanted = Relation::Annotates { event_id: "$e".to_owned(), key: key.to_string() };
    assert_eq!(Relation::of(&content), wanted);
    if said.is_some() {
        assert!(key.len() <= 64, "a long key decides: {key:?}");
        let plain: Vec<char> = key.chars().filter(|ch| "✅👍☑✔❌👎✖".contains(*ch)).collect();
        assert_eq!(plain.len(), 1, "{key:?} decides");
        if key.len() < 50 && key.trim() == key {
            assert_eq!(verdict(&format!(" {key}\u{fe0f} ")), said, "{key:?}");
        }
    }
}

/// A configuration is read or refused in sentences; the database's password is in none of them.
pub fn config(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let told = match config::parse(&text) {
        Ok(config) => {
            assert!(config.bot_id().is_ok(), "the bot has no id");
            assert!(!config.sender_localpart().is_empty());
            program(&config).err().map(|error| format!("{error:#}"))
        }
        Err(mistakes) => {
            assert!(!mistakes.0.is_empty(), "refused without a word");
            Some(mistakes.to_string())
        }
    };
    if let Some(told) = told {
        assert!(!told.trim().is_empty());
        // Of other settings the value is shown: whoever writes a password there sees it.
        let mut lines = told.lines();
        let shown =
            lines.find(|line| line.contains(PASSWORD) && SECRET.iter().any(|at| line.contains(at)));
        assert!(shown.is_none(), "the password is printed: {shown:?}");
    }
}

/// For people to look at: a text whose control characters are shown.
pub fn json_text(text: &str) -> String {
    text.escape_debug().collect()
}
