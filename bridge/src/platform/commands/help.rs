//! Help out of the definitions: the overview of what this person may do here, and one command
//! with its usage, fields and examples.
use super::parse::each_leaf;
use super::suggest::nearest;
use super::usage::{examples, usage, value_name};
use crate::platform::refusal::{Code, Refusal};
use crate::platform::text::{Line, Message, foreign};
use clap::{Arg, ArgAction, Command};
use schema::card::{Card, Envelope, Help, HelpCommand};
use schema::status::Role;

/// Where root commands stand that name no group.
const NO_GROUP: &str = "More";

/// Who asks for help, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub role: Role,
    /// In the control room.
    pub control: bool,
}

/// All commands that `may` allows by their words (`sale add`), one row a first word, in groups.
#[must_use]
pub fn overview(
    root: &Command,
    prefix: &str,
    viewer: Viewer,
    may: impl Fn(&str) -> bool,
) -> Message {
    let mut message = Message::notice("❓ What you can do here");
    let mut commands = Vec::new();
    let mut model = None;
    for (group, members) in groups(root) {
        let mut rows = vec![Line::new().strong(group)];
        for command in members {
            let leaves = allowed(command, command.get_name(), &may);
            if let Some((_, leaf)) = leaves.first() {
                rows.push(row(command, leaf, &leaves, prefix));
            }
            let takes_much =
                |(_, leaf): &&(_, &Command)| leaf.get_arguments().any(Arg::is_required_set);
            model = model.or_else(|| leaves.iter().find(takes_much).map(|(path, _)| path.clone()));
            commands.extend(leaves.iter().map(|(path, leaf)| HelpCommand {
                examples: Vec::new(),
                ..described(group, path, leaf)
            }));
        }
        if rows.len() > 1 {
            message = message.lines(rows);
        }
    }
    let model = model.unwrap_or_default();
    let more = Line::new().plain("More on one: ").code(format!("{prefix}help {model}").trim_end());
    message.line(more).card(&card(viewer, None, commands))
}

/// Help on a command (`sale add`) or on all that begin with a word (`sale`).
///
/// # Errors
/// When there is no such command, or none that this person may use: the same answer.
pub fn on(
    root: &Command,
    words: &str,
    prefix: &str,
    viewer: Viewer,
    may: impl Fn(&str) -> bool,
) -> Result<Message, Refusal> {
    let words = words.strip_prefix(prefix).unwrap_or(words).to_lowercase();
    let (mut command, mut path) = (root, Vec::new());
    for word in words.split_whitespace() {
        command = command.find_subcommand(word).ok_or_else(|| unknown(command, word, &words))?;
        path.push(command.get_name());
    }
    if path.is_empty() {
        return Ok(overview(root, prefix, viewer, may));
    }
    let path = path.join(" ");
    let leaves = allowed(command, &path, &may);
    let message = match leaves.as_slice() {
        [] => return Err(unknown(root, "", &words)),
        [(path, leaf)] => one(path, leaf, prefix),
        many => several(&path, many, prefix),
    };
    let group = group_of(root, &path);
    let commands = leaves.iter().map(|(path, leaf)| described(group, path, leaf)).collect();
    Ok(message.card(&card(viewer, Some(path), commands)))
}

fn card(viewer: Viewer, topic: Option<String>, commands: Vec<HelpCommand>) -> Envelope {
    Card::Help(Help { role: viewer.role, control: viewer.control, topic, commands }).into()
}

fn described(group: &str, path: &str, leaf: &Command) -> HelpCommand {
    HelpCommand {
        group: group.to_owned(),
        name: path.to_owned(),
        usage: usage(leaf, path),
        summary: about(leaf),
        examples: examples(leaf),
    }
}

fn group_of<'a>(root: &'a Command, path: &str) -> &'a str {
    let first = path.split(' ').next().unwrap_or(path);
    root.find_subcommand(first).and_then(Command::get_subcommand_help_heading).unwrap_or(NO_GROUP)
}

fn unknown(command: &Command, word: &str, words: &str) -> Refusal {
    let near = nearest(word, command.get_subcommands().map(Command::get_name));
    let hint = match near {
        Some(near) => format!("did you mean `help {}`?", words.replacen(word, near, 1)),
        None => "`help` shows what there is.".to_owned(),
    };
    let sentence = format!("There is no command {} for you here: {hint}", foreign(words));
    Refusal::new(Code::Unknown, sentence).example("help")
}

fn one(path: &str, leaf: &Command, prefix: &str) -> Message {
    let command =
        |label: &str, text: &str| Line::new().plain(label).code(&format!("{prefix}{text}"));
    let mut rows = vec![command("Usage: ", &usage(leaf, path))];
    let examples = examples(leaf);
    rows.extend(examples.iter().map(|example| command("Example: ", example)));
    let mut message = Message::notice(Line::new().plain("❓ ").plain(prefix).plain(path));
    for paragraph in explained(leaf).split("\n\n") {
        message = message.line(paragraph);
    }
    let fields: Vec<Line> = leaf.get_arguments().filter_map(field_row).collect();
    message = message.lines(rows);
    if !fields.is_empty() {
        message = message.lines(fields);
    }
    message
}

fn several(path: &str, leaves: &[(String, &Command)], prefix: &str) -> Message {
    let rows = leaves.iter().map(|(path, leaf)| {
        Line::new().code(&format!("{prefix}{path}")).plain(" — ").plain(&about(leaf))
    });
    let model = leaves.first().map_or(path, |(path, _)| path);
    let more = Line::new().plain("More on one: ").code(&format!("{prefix}help {model}"));
    Message::notice(Line::new().plain("❓ ").plain(prefix).plain(path))
        .lines(rows.collect())
        .line(more)
}

fn row(command: &Command, leaf: &Command, leaves: &[(String, &Command)], prefix: &str) -> Line {
    let name = Line::new().code(&format!("{prefix}{}", command.get_name()));
    if !command.has_subcommands() {
        return name.plain(" — ").plain(&about(leaf));
    }
    let parts: Vec<_> = leaves.iter().map(|(_, leaf)| leaf.get_name()).collect();
    name.plain(" ").plain(&parts.join(" · "))
}

fn field_row(arg: &Arg) -> Option<Line> {
    let help = arg.get_help().filter(|_| !arg.is_hide_set())?.to_string();
    Some(Line::new().code(&field_name(arg)).plain(" — ").plain(&help))
}

/// `<amount>` or `--on YYYY-MM-DD`.
pub(super) fn field_name(arg: &Arg) -> String {
    match (arg.get_long(), arg.get_action()) {
        (None, _) => format!("<{}>", value_name(arg)),
        (Some(long), ArgAction::SetTrue) => format!("--{long}"),
        (Some(long), _) => format!("--{long} {}", value_name(arg)),
    }
}

/// What a command does, in one line.
pub(super) fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// What a command does, with all that its author says of it.
pub(super) fn explained(command: &Command) -> String {
    command.get_long_about().map_or_else(|| about(command), ToString::to_string)
}

/// Root commands by the group they name, in order of appearance.
pub(super) fn groups(root: &Command) -> Vec<(&str, Vec<&Command>)> {
    let mut groups: Vec<(&str, Vec<&Command>)> = Vec::new();
    for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
        let group = command.get_subcommand_help_heading().unwrap_or(NO_GROUP);
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(command),
            None => groups.push((group, vec![command])),
        }
    }
    groups
}

/// The commands at or below one that may be used, with their words.
fn allowed<'a>(
    command: &'a Command,
    path: &str,
    may: &impl Fn(&str) -> bool,
) -> Vec<(String, &'a Command)> {
    let mut leaves = Vec::new();
    let mut keep = |path: &str, leaf| {
        if may(path) {
            leaves.push((path.to_owned(), leaf));
        }
    };
    if command.has_subcommands() {
        each_leaf(command, path, &mut keep);
    } else {
        keep(path, command);
    }
    leaves
}
