//! From the text of a transcript to its lines.
use crate::Outcome;
use anyhow::{Context, bail};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Owner,
    Partner,
    Stranger,
}

pub struct Script {
    pub people: Vec<(String, Role)>,
    /// Whether people may say more in a minute than anybody types.
    pub fast: bool,
    /// Sections of the configuration.
    pub settings: String,
    /// With their numbers in the file.
    pub lines: Vec<(usize, Line)>,
}

#[derive(Debug, PartialEq)]
pub enum Line {
    Place(String),
    Says {
        who: String,
        text: String,
    },
    RepliesTo {
        who: String,
        text: String,
    },
    Answers {
        who: String,
        whom: String,
        text: String,
    },
    InThread {
        who: String,
        text: String,
    },
    AddsTo {
        who: String,
        whom: String,
        text: String,
    },
    Edits {
        who: String,
        text: String,
    },
    Redacts {
        who: String,
    },
    Reacts {
        who: String,
        key: String,
        words: String,
    },
    ReactsAt {
        who: String,
        key: String,
        whom: String,
    },
    BotReplies(Vec<String>),
    BotPosts(Vec<String>),
    BotShows(Vec<String>),
    BotHides(Vec<String>),
    Card(Value),
    File(Vec<String>),
    Image {
        name: String,
        size: Option<String>,
    },
    Silence,
    State {
        kind: String,
        key: String,
        content: Value,
    },
    /// Sales that the ledger took long ago.
    Past(String),
    Restart,
    /// Another room has taken the place of this one.
    Moved(String),
}

pub fn parse(text: &str) -> Outcome<Script> {
    let mut script =
        Script { people: Vec::new(), fast: false, settings: String::new(), lines: Vec::new() };
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(people) = line.strip_prefix("people ") {
            script.people.extend(parse_people(people)?);
            continue;
        }
        if let Some(setting) = line.strip_prefix("set ") {
            let (section, rest) = setting.split_once('.').context("set section.key = value")?;
            script.settings.push_str(&format!("[{section}]\n{rest}\n"));
            continue;
        }
        if line == "fast" {
            script.fast = true;
            continue;
        }
        let parsed = parse_line(line).with_context(|| format!("line {number}: {line}"))?;
        script.lines.push((number, parsed));
    }
    Ok(script)
}

fn parse_people(text: &str) -> Outcome<Vec<(String, Role)>> {
    let mut people = Vec::new();
    for group in text.split(';') {
        let (names, role) = group.trim().rsplit_once(' ').context("names, then a role")?;
        let role = match role {
            "owner" => Role::Owner,
            "partner" => Role::Partner,
            "stranger" => Role::Stranger,
            other => bail!("{other} is no role"),
        };
        people.extend(names.split(',').map(|name| (name.trim().to_owned(), role)));
    }
    Ok(people)
}

fn parse_line(line: &str) -> Outcome<Line> {
    if let Some(place) = line.strip_prefix('[') {
        return Ok(Line::Place(place.trim_end_matches(']').to_owned()));
    }
    match line {
        "silence" => return Ok(Line::Silence),
        "restart" => return Ok(Line::Restart),
        _ => {}
    }
    if let Some(room) = line.strip_prefix("moved ") {
        return Ok(Line::Moved(room.to_owned()));
    }
    if let Some((head, tail)) = line.split_once('>') {
        let tail = tail.strip_prefix(' ').unwrap_or(tail);
        if let Some(parsed) = said(head, tail)? {
            return Ok(parsed);
        }
    }
    let mut words = line.splitn(5, ' ');
    let (who, verb) = (words.next().unwrap_or_default().to_owned(), words.next());
    match (verb, words.next(), words.next(), words.next()) {
        (Some("redacts"), None, ..) => Ok(Line::Redacts { who }),
        (Some("reacts"), Some(key), Some("to"), Some(words)) => {
            Ok(Line::Reacts { who, key: unescape(key)?, words: words.to_owned() })
        }
        (Some("reacts"), Some(key), Some("at"), Some(whom)) => {
            Ok(Line::ReactsAt { who, key: unescape(key)?, whom: whom.to_owned() })
        }
        _ => bail!("not a line of a transcript"),
    }
}

/// A line of the form `head> tail`.
fn said(head: &str, tail: &str) -> Outcome<Option<Line>> {
    let words: Vec<_> = head.split(' ').collect();
    Ok(Some(match words[..] {
        ["bot"] => Line::BotReplies(parts(tail)),
        ["bot", "posts"] => Line::BotPosts(parts(tail)),
        ["bot", "shows"] => Line::BotShows(parts(tail)),
        ["bot", "hides"] => Line::BotHides(parts(tail)),
        ["file"] => Line::File(parts(tail)),
        ["image"] => {
            let (name, size) = tail.split_once(' ').unzip();
            let name = name.unwrap_or(tail).to_owned();
            Line::Image { name, size: size.map(str::to_owned) }
        }
        ["past"] => Line::Past(tail.to_owned()),
        ["card"] => Line::Card(serde_json::from_str(tail)?),
        ["state", kind, key] => Line::State {
            kind: format!("agency.siso.partners.{kind}"),
            key: key.trim_matches('"').to_owned(),
            content: serde_json::from_str(tail)?,
        },
        [who] => Line::Says { who: who.to_owned(), text: unescape(tail)? },
        [who, "replies"] => Line::RepliesTo { who: who.to_owned(), text: unescape(tail)? },
        [who, "answers", whom] => {
            Line::Answers { who: who.to_owned(), whom: whom.to_owned(), text: unescape(tail)? }
        }
        [who, "in", "thread"] => Line::InThread { who: who.to_owned(), text: unescape(tail)? },
        [who, "adds", "to", whom] => {
            Line::AddsTo { who: who.to_owned(), whom: whom.to_owned(), text: unescape(tail)? }
        }
        [who, "edits"] => Line::Edits { who: who.to_owned(), text: unescape(tail)? },
        _ => return Ok(None),
    }))
}

fn parts(text: &str) -> Vec<String> {
    text.split('…').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `\n`, `\t`, `\\` and `\u{200b}`.
fn unescape(text: &str) -> Outcome<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut letters = after.chars();
        rest = match letters.next() {
            Some('n') => {
                plain.push('\n');
                letters.as_str()
            }
            Some('t') => {
                plain.push('\t');
                letters.as_str()
            }
            Some('\\') => {
                plain.push('\\');
                letters.as_str()
            }
            Some('u') => {
                let (digits, rest) = code_point(letters.as_str()).context("\\u{…} is wrong")?;
                plain.push(digits);
                rest
            }
            _ => bail!("unknown escape in {text}"),
        };
    }
    plain.push_str(rest);
    Ok(plain)
}

fn code_point(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = text.strip_prefix('{')?.split_once('}')?;
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind_of_line() {
        let script = parse(
            "people olga owner; ana, ben partner\n# hello\n[dm]\nana> !me \\u{41}>\nbot> a … b\n\
             ben in thread> so\nana answers ben> thus\nana reacts ✅ at ben\n\
             olga reacts ✅ to S-1 of Ana\nana redacts\nfile> a.csv … b\nimage> a-*.png 780x228\nstate program \"\"> {\"v\": 1}\nsilence\n",
        )
        .unwrap();
        assert_eq!(script.people.len(), 3);
        let lines: Vec<_> = script.lines.into_iter().map(|(_, line)| line).collect();
        let expected = [
            Line::Place("dm".to_owned()),
            Line::Says { who: "ana".to_owned(), text: "!me A>".to_owned() },
            Line::BotReplies(vec!["a".to_owned(), "b".to_owned()]),
            Line::InThread { who: "ben".to_owned(), text: "so".to_owned() },
            Line::Answers {
                who: "ana".to_owned(),
                whom: "ben".to_owned(),
                text: "thus".to_owned(),
            },
            Line::ReactsAt { who: "ana".to_owned(), key: "✅".to_owned(), whom: "ben".to_owned() },
            Line::Reacts {
                who: "olga".to_owned(),
                key: "✅".to_owned(),
                words: "S-1 of Ana".to_owned(),
            },
            Line::Redacts { who: "ana".to_owned() },
            Line::File(vec!["a.csv".to_owned(), "b".to_owned()]),
            Line::Image { name: "a-*.png".to_owned(), size: Some("780x228".to_owned()) },
            Line::State {
                kind: "agency.siso.partners.program".to_owned(),
                key: String::new(),
                content: serde_json::json!({ "v": 1 }),
            },
            Line::Silence,
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn refuses_what_is_no_line() {
        assert!(parse("olga dances with ana").is_err());
        assert!(parse("olga> \\q").is_err());
    }
}
