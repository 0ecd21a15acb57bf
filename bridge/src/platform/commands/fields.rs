//! Words to arguments. What is a field and what is a value is decided here, by the grammar's
//! definitions, so that clap only sees an unambiguous line (`--name=value …` first, then `--` and
//! the positional words): no number, dash or quoted text can turn into a flag.
use super::suggest::nearest;
use super::tokens::Token;
use super::{PROSE, usage};
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use clap::{Arg, ArgAction, Command};

/// A command found in the grammar, with what clap shall parse.
pub(super) struct Found<'a> {
    pub leaf: &'a Command,
    /// The command's words, e.g. `sale add`.
    pub path: String,
    pub args: Vec<String>,
}

/// Finds the command and sorts its arguments. `Err(None)` when the first word is no command.
pub(super) fn found<'a>(
    root: &'a Command,
    (line, tokens): (&str, &[Token]),
) -> Result<Found<'a>, Option<Refusal>> {
    let (mut leaf, mut path, mut args) =
        (root, String::new(), Vec::with_capacity(tokens.len() + 2));
    let mut tokens = tokens;
    while leaf.has_subcommands() {
        let word = tokens.first().map(|token| token.text.to_lowercase());
        match word.as_deref().and_then(|word| leaf.find_subcommand(word)) {
            Some(inner) => leaf = inner,
            None if path.is_empty() => return Err(None),
            None => return Err(Some(no_such_part(leaf, &path, word.as_deref()))),
        }
        if !path.is_empty() {
            path.push(' ');
        }
        path.push_str(leaf.get_name());
        args.push(leaf.get_name().to_owned());
        tokens = &tokens[1..];
    }
    match sorted(leaf, (line, tokens), &mut args) {
        Ok(()) => Ok(Found { leaf, path, args }),
        Err(refusal) => Err(Some(usage::completed(refusal, leaf, &path))),
    }
}

/// The first word is right, the second is missing or wrong.
fn no_such_part(command: &Command, path: &str, word: Option<&str>) -> Refusal {
    let parts = || command.get_subcommands().map(Command::get_name);
    let all = parts().collect::<Vec<_>>().join(", ");
    let near = word.and_then(|word| nearest(word, parts()));
    let refusal = match (word, near) {
        (Some(word), Some(near)) => Refusal::new(
            Code::Unknown,
            format!("{} is no part of `{path}`: did you mean `{path} {near}`?", foreign(word)),
        ),
        (Some(word), None) => Refusal::new(
            Code::Usage,
            format!("{} is no part of `{path}`: it takes {all}.", foreign(word)),
        ),
        (None, _) => Refusal::new(Code::Usage, format!("Say what to do: `{path}` takes {all}.")),
    };
    let likely = near.or_else(|| parts().next()).and_then(|part| command.find_subcommand(part));
    match likely {
        Some(leaf) => usage::completed(refusal, leaf, &format!("{path} {}", leaf.get_name())),
        None => refusal,
    }
}

fn sorted(
    leaf: &Command,
    (line, tokens): (&str, &[Token]),
    args: &mut Vec<String>,
) -> Result<(), Refusal> {
    let mut words: Vec<&Token> = Vec::with_capacity(tokens.len());
    let mut seen: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let Some((name, value)) = field(token) else {
            words.push(token);
            continue;
        };
        if takes_any_field(leaf) && known(leaf, name).is_none() {
            words.push(token);
            continue;
        }
        let arg = match named(leaf, name) {
            Ok(arg) => arg,
            // A dash that a phone made, in the middle of prose.
            Err(_) if takes_prose(leaf) && !line[token.from..].starts_with("--") => {
                words.push(token);
                continue;
            }
            Err(refusal) => return Err(refusal),
        };
        let long = arg.get_long().unwrap_or_default();
        if seen.contains(&long) {
            return Err(usage(format!("--{long} stands twice: once is enough.")));
        }
        seen.push(long);
        let taken = value_tokens(arg, value.is_some(), &tokens[at..]);
        args.push(field_arg(arg, long, value, (line, &tokens[at..at + taken]))?);
        at += taken;
    }
    words.retain(|word| !word.text.trim().is_empty());
    positional(leaf, (line, &words), args)
}

fn takes_prose(leaf: &Command) -> bool {
    leaf.get_positionals().any(|arg| arg.get_value_hint() == PROSE)
}

/// Words of a text as they were typed, quotes and all; of one word its meaning, so that a text that
/// is quoted as a whole is what stands between the quotes.
fn typed(line: &str, words: &[&Token]) -> String {
    if let [one] = words {
        return one.text.clone();
    }
    let mut text = String::new();
    let mut last: Option<&Token> = None;
    for word in words {
        match last {
            // What stood between two words was typed, too, unless it was a field.
            Some(last) if line[last.to..word.from].trim().is_empty() => {
                text.push_str(&line[last.to..word.from]);
            }
            Some(_) => text.push(' '),
            None => {}
        }
        text.push_str(&line[word.from..word.to]);
        last = Some(word);
    }
    text
}

/// A bare word with two hyphens and a letter is a field.
fn field(token: &Token) -> Option<(&str, Option<&str>)> {
    let name = token.text.strip_prefix("--").filter(|_| !token.is_quoted)?;
    name.starts_with(char::is_alphabetic).then(|| match name.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (name, None),
    })
}

/// Whether a command's text may hold fields of names that only its arm knows.
fn takes_any_field(leaf: &Command) -> bool {
    leaf.get_positionals().any(|arg| is_text(arg) && arg.is_allow_hyphen_values_set())
}

fn known<'a>(leaf: &'a Command, name: &str) -> Option<&'a Arg> {
    let lower = name.to_lowercase();
    leaf.get_arguments().find(|arg| {
        arg.get_long() == Some(&lower)
            || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&lower.as_str()))
    })
}

fn named<'a>(leaf: &'a Command, name: &str) -> Result<&'a Arg, Refusal> {
    let lower = name.to_lowercase();
    known(leaf, name).ok_or_else(|| {
        let longs: Vec<_> = leaf.get_arguments().filter_map(Arg::get_long).collect();
        let hint = match nearest(&lower, longs.iter().copied()) {
            Some(near) => format!("did you mean --{near}?"),
            None if longs.is_empty() => "this command takes no fields.".to_owned(),
            None => format!("there are --{}.", longs.join(", --")),
        };
        usage(format!("There is no field --{}: {hint}", foreign(name)))
    })
}

/// How many of the following words belong to a field's value.
fn value_tokens(arg: &Arg, has_value: bool, after: &[Token]) -> usize {
    let until_field = after.iter().take_while(|token| field(token).is_none()).count();
    match (arg.get_action(), is_text(arg)) {
        (ArgAction::SetTrue, _) => 0,
        (_, true) if !has_value && after.first().is_some_and(|token| token.is_quoted) => 1,
        (_, true) => until_field,
        (_, false) if has_value => 0,
        (_, false) => until_field.min(1),
    }
}

/// Whether an argument is text of several words.
pub(super) fn is_text(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.max_values() > 1)
}

fn field_arg(
    arg: &Arg,
    long: &str,
    value: Option<&str>,
    (line, after): (&str, &[Token]),
) -> Result<String, Refusal> {
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return match value {
            None => Ok(format!("--{long}")),
            Some(_) => Err(usage(format!("--{long} stands alone, it takes no value."))),
        };
    }
    let rest = typed(line, &after.iter().collect::<Vec<_>>());
    let text = match value {
        Some(value) if !after.is_empty() => format!("{value} {rest}"),
        Some(value) => value.to_owned(),
        None => rest,
    };
    if text.is_empty() && after.is_empty() {
        return Err(usage(format!("--{long} needs a value.")));
    }
    Ok(format!("--{long}={text}"))
}

fn positional(
    leaf: &Command,
    (line, words): (&str, &[&Token]),
    args: &mut Vec<String>,
) -> Result<(), Refusal> {
    if words.is_empty() {
        return Ok(());
    }
    args.push("--".to_owned());
    let slots = leaf.get_positionals().count();
    let text_from = leaf.get_positionals().position(is_text);
    match (text_from, words.get(slots)) {
        (Some(from), _) if words.len() > from => {
            args.extend(words[..from].iter().map(|word| word.text.clone()));
            let text = &words[from..];
            let first = text.first().map_or(0, |word| word.from);
            let last = text.last().map_or(first, |word| word.to);
            let whole = takes_prose(leaf) && text.len() == 1;
            args.push(if whole { line[first..last].to_owned() } else { typed(line, text) });
        }
        (None, Some(extra)) => {
            return Err(usage(format!("There is a word too much: {}.", foreign(&extra.text))));
        }
        _ => args.extend(words.iter().map(|word| word.text.clone())),
    }
    Ok(())
}

fn usage(sentence: String) -> Refusal {
    Refusal::new(Code::Usage, sentence)
}
