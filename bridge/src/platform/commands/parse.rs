//! A grammar: one root enum of commands, built once. clap takes about a tenth of a millisecond to
//! build its definitions and a few microseconds to use them.
use super::fields::{self, Found};
use super::line::CommandLine;
use super::suggest::nearest;
use super::tokens;
use super::usage;
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::foreign;
use clap::{Command, Subcommand};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

/// What a command line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed<T> {
    Command(T),
    Refused(Refusal),
    /// No word of ours and like none: silence in a room, where it may be meant for another bot;
    /// the refusal in a direct chat.
    Unknown(Refusal),
}

/// The commands of one audience.
pub struct Grammar<T> {
    root: Command,
    /// For those that were asked for once, by their first word. clap completes definitions while parsing, and
    /// all of them once more are a quarter of a megabyte.
    parsers: Mutex<HashMap<String, Command>>,
    commands: PhantomData<fn() -> T>,
}

impl<T: Subcommand> Grammar<T> {
    /// Builds the definitions; keep the value.
    #[must_use]
    pub fn new() -> Self {
        let mut root = bare(T::augment_subcommands(shell()));
        root.build();
        Self { root, parsers: Mutex::default(), commands: PhantomData }
    }

    /// The definitions, for help and reference.
    #[must_use]
    pub fn root(&self) -> &Command {
        &self.root
    }

    /// Reads a command.
    #[must_use]
    pub fn parse(&self, line: &CommandLine) -> Parsed<T> {
        match fields::found(&self.root, (&line.text, &line.tokens)) {
            Ok(found) => self.run(&found).map_or_else(Parsed::Refused, Parsed::Command),
            Err(Some(refusal)) => Parsed::Refused(refusal),
            Err(None) => self.unknown(line),
        }
    }

    /// Whether a first word is one of these commands or a slip away from one: whether a line that
    /// begins with it is meant for us.
    #[must_use]
    pub fn hears(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        self.root.find_subcommand(&word).is_some() || self.near(&word).is_some()
    }

    /// Whether a line names a command of this grammar, whatever its arguments: to tell somebody
    /// that their command belongs into another room.
    #[must_use]
    pub fn knows(&self, line: &CommandLine) -> bool {
        let mut command = &self.root;
        for token in &line.tokens {
            match command.find_subcommand(token.text.to_lowercase()) {
                Some(inner) if inner.has_subcommands() => command = inner,
                Some(_) => return true,
                None => return false,
            }
        }
        false
    }

    /// What is missing or wrong in the definitions, by our conventions; empty when all is well.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        each_leaf(&self.root, "", &mut |path, leaf| {
            let examples = usage::examples(leaf);
            if leaf.get_about().is_none() {
                problems.push(format!("{path}: no doc comment"));
            }
            if examples.is_empty() && leaf.get_arguments().next().is_some() {
                problems.push(format!("{path}: no example in after_help"));
            }
            for example in examples {
                if let Err(problem) = self.tried(path, &example) {
                    problems.push(format!("{path}: example {example:?} {problem}"));
                }
            }
        });
        problems
    }

    fn tried(&self, path: &str, example: &str) -> Result<(), String> {
        let tokens = tokens::tokens(example).map_err(|refusal| refusal.sentence)?;
        match fields::found(&self.root, (example, &tokens)) {
            Ok(found) if found.path == path => {
                self.run(&found).map(drop).map_err(|refusal| refusal.sentence)
            }
            Ok(found) => Err(format!("is {}", found.path)),
            Err(Some(refusal)) => Err(refusal.sentence),
            Err(None) => Err("is no command".to_owned()),
        }
    }

    fn run(&self, found: &Found<'_>) -> Result<T, Refusal> {
        let first = found.args.first().map_or("", String::as_str);
        let mut parsers = self.parsers.lock().unwrap_or_else(PoisonError::into_inner);
        let parser = parsers
            .entry(first.to_owned())
            .or_insert_with(|| shell().subcommands(self.root.find_subcommand(first).cloned()));
        let command = parser
            .try_get_matches_from_mut(&found.args)
            .and_then(|mut matches| T::from_arg_matches_mut(&mut matches));
        drop(parsers);
        command.map_err(|error| usage::refused(&error, found.leaf, &found.path))
    }

    fn unknown(&self, line: &CommandLine) -> Parsed<T> {
        let word = line.tokens.first().map_or("", |token| &token.text);
        // Plain talk has many short words like ours: without the prefix only a clear slip is one.
        let near =
            self.near(&word.to_lowercase()).filter(|near| line.has_prefix || is_slip(word, near));
        match near {
            Some(near) => Parsed::Refused(
                Refusal::new(
                    Code::Unknown,
                    format!("There is no {}: did you mean `{near}`?", foreign(word)),
                )
                .example(if near == "help" {
                    near.to_owned()
                } else {
                    format!("help {near}")
                }),
            ),
            None => Parsed::Unknown(
                Refusal::new(
                    Code::Unknown,
                    format!("{} is no command: `help` shows what there is.", foreign(word)),
                )
                .example("help"),
            ),
        }
    }

    fn near(&self, word: &str) -> Option<&str> {
        let all =
            |command| std::iter::once(Command::get_name(command)).chain(command.get_all_aliases());
        nearest(word, self.root.get_subcommands().flat_map(all))
    }
}

impl<T: Subcommand> Default for Grammar<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// One slip in a word that is long enough.
fn is_slip(word: &str, near: &str) -> bool {
    near.chars().count() >= 4 && strsim::osa_distance(&word.to_lowercase(), near) <= 1
}

/// Without clap's own help: `--help` is a field like any other, `help` a command of ours.
fn bare(command: Command) -> Command {
    command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .mut_subcommands(bare)
}

fn shell() -> Command {
    bare(Command::new("partners").no_binary_name(true))
}

/// Visits every command that can be typed, with its words.
pub(super) fn each_leaf<'a>(
    command: &'a Command,
    path: &str,
    visit: &mut impl FnMut(&str, &'a Command),
) {
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        let path = format!("{path}{}{}", if path.is_empty() { "" } else { " " }, inner.get_name());
        if inner.has_subcommands() {
            each_leaf(inner, &path, visit);
        } else {
            visit(&path, inner);
        }
    }
}
