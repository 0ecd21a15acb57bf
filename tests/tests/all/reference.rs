//! The pages in `docs/reference` come from the code: from the grammars, from the contract's
//! schemas, from the configuration that `init` writes. `UPDATE=1` rewrites them.
use bridge::platform::commands::{Grammar, reference};
use bridge::root::{Control, Partner};
use schema::{Exported, ExportedKind, export};
use std::fmt::Write;
use std::path::Path;

const NOTE: &str = "<!-- Generated from the code: UPDATE=1 cargo test --workspace generated -->\n";
const CONFIG: &str = include_str!("../../../appservice/src/cli/partnerspace.toml.txt");

#[test]
fn the_commands_are_as_generated() {
    let partner = reference(Grammar::<Partner>::new().root(), "!");
    let control = reference(Grammar::<Control>::new().root(), "!");
    let text = format!(
        "# Commands\n\n{NOTE}\n\
         The prefix `!` is a setting; in a direct chat with the bot it may be left out.\n\n\
         # In program rooms and direct chats\n\n{partner}# In the control room\n\n{control}"
    );
    compare("commands.md", &text);
}

#[test]
fn the_events_are_as_generated() {
    let all = export();
    let mut text = format!(
        "# State events and cards\n\n{NOTE}\n\
         State events lie in the Space, `agency.siso.partners.room` in each room. A card lies in a \
         message's content under `agency.siso.partners.card`, with `v` and `kind` beside its fields.\n\n"
    );
    for (title, kind) in [("State events", ExportedKind::State), ("Cards", ExportedKind::Card)] {
        let _ = writeln!(text, "# {title}\n");
        all.iter().filter(|one| one.kind == kind).for_each(|one| entry(&mut text, one));
    }
    compare("events.md", &text);
}

fn entry(text: &mut String, one: &Exported) {
    let schema = serde_json::to_string_pretty(&one.schema).unwrap();
    let _ = writeln!(text, "## {}\n\n{}\n", one.name, one.description);
    let _ = writeln!(
        text,
        "<details><summary>JSON Schema</summary>\n\n```json\n{schema}\n```\n\n</details>\n"
    );
}

#[test]
fn the_config_is_as_generated() {
    let text = format!(
        "# Configuration\n\n{NOTE}\n\
         What `partnerspace init` writes; `{{…}}` is filled from its flags, which \
         `partnerspace init --help` names.\n\n\
         Flags (`--set section.key=value`) go before the environment \
         (`PARTNERSPACE__SECTION__KEY`), and that before the file. A setting that is not known, \
         or that cannot be, ends the program with one sentence that names it.\n\n\
         ```toml\n{}\n```\n\n{}",
        CONFIG.trim_end(),
        sections()
    );
    compare("config.md", &text);
}

/// The settings as the structs describe them, section by section, with what holds when left out.
fn sections() -> String {
    let structs = include_str!("../../../appservice/src/config/mod.rs");
    let defaults = include_str!("../../../appservice/src/config/defaults.rs");
    let mut text = "## All settings\n\nWhat is left out has the value on the right.\n".to_owned();
    for part in structs.split("\npub struct ").skip(2) {
        let Some((name, rest)) = part.split_once("Config {\n") else { continue };
        let Some((fields, _)) = rest.split_once("\n}") else { continue };
        let _ = writeln!(text, "\n### {}\n", name.to_lowercase());
        let values = defaults.split_once(&format!("for {name}Config {{")).map_or("", |(_, at)| {
            at.split_once("\n}\n").map_or(at, |(inside, _)| inside)
        });
        let mut says = String::new();
        for line in fields.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("/// ") {
                says = format!("{says} {comment}");
            } else if let Some((key, _)) = line.strip_prefix("pub ").and_then(|l| l.split_once(':')) {
                let value = default_of(values, key);
                let colon = if says.is_empty() { "" } else { ":" };
                let _ = writeln!(text, "- `{key}`{}{colon}{says}", shown(&value));
                says.clear();
            }
        }
    }
    text
}

fn shown(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" = `{value}`") }
}

/// The literal in `key: literal,`; nothing where the default is made by a call.
fn default_of(values: &str, key: &str) -> String {
    let found = values.split([',', '{']).find_map(|one| one.trim().strip_prefix(&format!("{key}: ")));
    let literal = found.unwrap_or_default().trim().trim_end_matches([' ', '}', '\n']);
    let plain = literal.trim_end_matches(".into()").replace('_', "");
    let is_plain = !plain.contains(['(', ':']) && !plain.is_empty();
    if is_plain && literal.ends_with(".into()") { literal.trim_end_matches(".into()").to_owned() }
    else if is_plain { plain } else { String::new() }
}

/// As committed, or written anew where `UPDATE` is set.
fn compare(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference").join(name);
    let text = format!("{}\n", text.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == text,
        "docs/reference/{name} is not what the code says: UPDATE=1 cargo test --workspace generated"
    );
}
