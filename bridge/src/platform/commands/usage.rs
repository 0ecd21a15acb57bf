//! Usage and examples out of the definitions, and clap's errors in one sentence of ours.
use super::fields::is_text;
use super::suggest::nearest;
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use std::error::Error as _;

/// `sale add <amount> <currency> <client…> [--on YYYY-MM-DD]`.
pub(super) fn usage(leaf: &Command, path: &str) -> String {
    let mut line = path.to_owned();
    let arguments = leaf.get_arguments().filter(|arg| !arg.is_hide_set());
    let (positional, fields): (Vec<_>, Vec<_>) = arguments.partition(|arg| arg.is_positional());
    for arg in positional {
        let more = if is_text(arg) { "…" } else { "" };
        let (open, close) = if is_needed(arg) { ('<', '>') } else { ('[', ']') };
        line.push_str(&format!(" {open}{}{more}{close}", value_name(arg)));
    }
    for arg in fields {
        let long = arg.get_long().unwrap_or_default();
        let value = match arg.get_action() {
            ArgAction::SetTrue => String::new(),
            _ => format!(" {}", value_name(arg)),
        };
        line.push_str(&match arg.is_required_set() {
            true => format!(" --{long}{value}"),
            false => format!(" [--{long}{value}]"),
        });
    }
    line
}

/// The name given, or the field's own in lower case.
pub(super) fn value_name(arg: &Arg) -> String {
    let id = arg.get_id().as_str();
    match arg.get_value_names().and_then(|names| names.first()) {
        Some(name) if !name.eq_ignore_ascii_case(id) => name.trim_matches(['<', '>']).to_owned(),
        _ => id.replace('_', " "),
    }
}

/// Whether the line means nothing without it, whoever says so: clap or the arm.
fn is_needed(arg: &Arg) -> bool {
    let named = arg.get_value_names().and_then(|names| names.first());
    arg.is_required_set() || named.is_some_and(|name| name.starts_with('<'))
}

/// The working examples of a command: the lines of its `after_help`.
pub(super) fn examples(leaf: &Command) -> Vec<String> {
    let text = leaf.get_after_help().map(ToString::to_string).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A refusal with the command's usage and first example, where it has none of its own.
pub(super) fn completed(mut refusal: Refusal, leaf: &Command, path: &str) -> Refusal {
    refusal.usage.get_or_insert_with(|| usage(leaf, path));
    if refusal.example.is_none() {
        refusal.example = examples(leaf).into_iter().next();
    }
    refusal
}

/// One sentence for what clap found wrong. A value parser's own refusal stays as it is.
pub(super) fn refused(error: &clap::Error, leaf: &Command, path: &str) -> Refusal {
    let own = error.source().and_then(|source| source.downcast_ref::<Refusal>());
    let refusal = match (own, error.kind()) {
        (Some(own), _) => own.clone(),
        (None, ErrorKind::MissingRequiredArgument) => missing(error, leaf, path),
        (None, ErrorKind::InvalidValue) => no_choice(error),
        (None, ErrorKind::ValueValidation) => Refusal::new(
            Code::Usage,
            format!("{} does not fit {}.", given(error), argument(error, leaf)),
        ),
        (None, ErrorKind::ArgumentConflict) => Refusal::new(
            Code::Usage,
            format!("{} does not go with the rest.", argument(error, leaf)),
        ),
        _ => Refusal::new(Code::Usage, format!("This is not how `{path}` is written.")),
    };
    completed(refusal, leaf, path)
}

fn missing(error: &clap::Error, leaf: &Command, path: &str) -> Refusal {
    let names = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.as_slice(),
        _ => &[],
    };
    let names: Vec<_> = names.iter().map(|name| readable(name, leaf)).collect();
    let sentence = match names.as_slice() {
        [] => format!("Something is missing after `{path}`."),
        [one] => format!("The {one} is missing."),
        [first @ .., last] => format!("The {} and {last} are missing.", first.join(", ")),
    };
    Refusal::new(Code::Usage, sentence)
}

fn no_choice(error: &clap::Error) -> Refusal {
    let choices = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(choices)) => choices.as_slice(),
        _ => &[],
    };
    let typed = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(typed)) => typed.as_str(),
        _ => "",
    };
    let hint = match nearest(typed, choices.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("choose one of {}.", choices.join(", ")),
    };
    Refusal::new(Code::Usage, format!("{} is no choice here: {hint}", foreign(typed)))
}

fn given(error: &clap::Error) -> String {
    match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => foreign(value),
        _ => "The value".to_owned(),
    }
}

fn argument(error: &clap::Error, leaf: &Command) -> String {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(name)) => readable(name, leaf),
        _ => "the command".to_owned(),
    }
}

/// An argument as our usage writes it, from clap's way (`<CLIENT>...`, `--note <NOTE>`).
fn readable(clap_name: &str, leaf: &Command) -> String {
    let found = leaf.get_arguments().find(|arg| arg.to_string() == clap_name);
    match found {
        // `S-1` and `@user:server` show how it is written, not what it is.
        Some(arg) if arg.is_positional() => arg.get_id().as_str().replace('_', " "),
        Some(arg) => format!("--{}", arg.get_long().unwrap_or_default()),
        None => clap_name.to_lowercase(),
    }
}
