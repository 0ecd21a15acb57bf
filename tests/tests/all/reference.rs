//! The pages in `docs/reference` come from the code: from the grammars, from the contract's
//! schemas, from the configuration that `init` writes. `UPDATE=1` rewrites them.
use appservice::config::{self, Config};
use bridge::export::rules::{Kind, TABLES};
use bridge::imports::rules::COLUMNS;
use bridge::platform::commands::{Grammar, reference};
use bridge::root::{Control, Partner};
use partnerspace_tests::Outcome;
use schema::{Exported, ExportedKind, export};
use std::fmt::Write;
use std::path::Path;

const NOTE: &str = "<!-- Generated from the code: UPDATE=1 cargo test --workspace generated -->\n";
const CONFIG: &str = include_str!("../../../appservice/src/cli/partnerspace.toml.txt");
const DATABASE: &str = "\"sqlite:partnerspace.db\"";

#[test]
fn the_commands_are_as_generated() -> Outcome<()> {
    let partner = reference(Grammar::<Partner>::new().root(), "!");
    let control = reference(Grammar::<Control>::new().root(), "!");
    let text = format!(
        "# Commands\n\n{NOTE}\n\
         The prefix `!` is a setting; in a direct chat with the bot it may be left out.\n\n\
         # In program rooms and direct chats\n\n{partner}# In the control room\n\n{control}"
    );
    compare("commands.md", &text)
}

#[test]
fn the_events_are_as_generated() -> Outcome<()> {
    let all = export();
    let mut text = format!(
        "# State events and cards\n\n{NOTE}\n\
         State events lie in the Space, `agency.siso.partners.room` in each room. A card lies in a \
         message's content under `agency.siso.partners.card`, with `v` and `kind` beside its fields.\n\n"
    );
    for (title, kind) in [("State events", ExportedKind::State), ("Cards", ExportedKind::Card)] {
        let _ = writeln!(text, "# {title}\n");
        for one in all.iter().filter(|one| one.kind == kind) {
            entry(&mut text, one)?;
        }
    }
    compare("events.md", &text)
}

fn entry(text: &mut String, one: &Exported) -> Outcome<()> {
    let schema = serde_json::to_string_pretty(&one.schema)?;
    let _ = writeln!(text, "## {}\n\n{}\n", one.name, one.description);
    let _ = writeln!(
        text,
        "<details><summary>JSON Schema</summary>\n\n```json\n{schema}\n```\n\n</details>\n"
    );
    Ok(())
}

#[test]
fn the_files_are_as_generated() -> Outcome<()> {
    let mut text = format!(
        "# Files of exports and imports\n\n{NOTE}\n\
         How to make and check them: [for auditors](../auditor.md). Times are epoch milliseconds, amounts \
         integers in minor units, days and decimals text. Columns keep this order; new ones come last.\n\n\
         # Exports\n\n"
    );
    for table in &TABLES {
        let _ = writeln!(text, "## {}\n\n{}\n", table.name, table.says);
        let _ = writeln!(text, "| column | holds | |\n|---|---|---|");
        for column in table.columns {
            let kind = if column.kind == Kind::Number { "integer" } else { "text" };
            let _ = writeln!(text, "| `{}` | {kind} | {} |", column.name, column.says);
        }
        text.push('\n');
    }
    let _ = writeln!(text, "# Imports\n\n| column | | |\n|---|---|---|");
    for column in &COLUMNS {
        let needed = if column.needed { "must be there" } else { "may be there" };
        let _ = writeln!(text, "| `{}` | {needed} | {} |", column.name, column.says);
    }
    compare("files.md", &text)
}

#[test]
fn the_metrics_are_as_generated() -> Outcome<()> {
    let text = format!(
        "# Metrics\n\n{NOTE}\n\
         `http://127.0.0.1:29334/metrics` (`metrics.listen`), as text that Prometheus reads. A histogram has \
         `_bucket`, `_sum` and `_count`. `alarm` has a `kind`, `outcomes` too. Dashboard and alert rules: \
         `deploy/metrics`.\n\n{}",
        crate::operations::metrics_page()
    );
    compare("metrics.md", &text)
}

#[test]
fn the_config_is_as_generated() -> Outcome<()> {
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
    compare("config.md", &text)
}

/// The settings as the structs describe them, with what holds when one is left out.
fn sections() -> String {
    let minimal = "owners = [\"@a:b\"]\n[homeserver]\nurl = \"http://h\"\nserver_name = \"b\"\n";
    let config = config::parse(minimal).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    // A secret, which tells nobody what it is.
    assert!(include_str!("../../../appservice/src/config/defaults.rs").contains(DATABASE));
    let structs = include_str!("../../../appservice/src/config/mod.rs");
    let mut text = "## All settings\n\nWith what holds when one is left out.\n".to_owned();
    for part in structs.split("\npub struct ").skip(2) {
        let Some((name, rest)) = part.split_once("Config {\n") else { continue };
        let Some((fields, _)) = rest.split_once("\n}") else { continue };
        let section = name.to_lowercase();
        let _ = writeln!(text, "\n### {section}\n");
        let mut says = String::new();
        for line in fields.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("/// ") {
                says = format!("{says} {comment}");
            } else if let Some((key, _)) = line.strip_prefix("pub ").and_then(|l| l.split_once(':'))
            {
                let default = default_of(&config, &format!("{section}.{key}"));
                let colon = if says.is_empty() { "" } else { ":" };
                let _ = writeln!(text, "- `{key}`{default}{colon}{says}");
                says.clear();
            }
        }
    }
    text
}

/// ` = value`, as it would stand in the file; a new setting must be added here.
fn default_of(config: &Config, key: &str) -> String {
    let Config { appservice, metrics, program, limits, .. } = config;
    let text = |value: &dyn std::fmt::Display| format!("\"{value}\"");
    let value = match key {
        "homeserver.url" | "homeserver.server_name" => return " (must be given)".to_owned(),
        "review.two_person_over"
        | "review.first_sale_over"
        | "payout.minimum"
        | "federation.ca_file" => {
            return String::new();
        }
        "deals.protect_days" => config.deals.protect_days.to_string(),
        "appservice.id" => text(&appservice.id),
        "appservice.listen" => text(&appservice.listen),
        "appservice.url" => text(&appservice.url),
        "appservice.registration" => text(&appservice.registration.display()),
        "appservice.bot" => text(&appservice.bot),
        "appservice.prefix" => text(&appservice.prefix),
        "appservice.legacy_paths" => appservice.legacy_paths.to_string(),
        "metrics.enabled" => metrics.enabled.to_string(),
        "metrics.listen" => text(&metrics.listen),
        "database.url" => DATABASE.to_owned(),
        "program.name" => text(&program.name),
        "program.currency" => text(&program.currency),
        "program.timezone" => text(&program.timezone.iana_name().unwrap_or_default()),
        "program.week_start" => text(&format!("{:?}", program.week_start).to_lowercase()),
        "program.command_prefix" => text(&program.command_prefix),
        "program.alias_prefix" => text(&program.alias_prefix),
        "program.started_on" => text(&program.started_on),
        "rooms.version" => text(&config.rooms.version),
        "federation.allow_private" => config.federation.allow_private.to_string(),
        "boards.pinned" => format!("{:?}", config.boards.pinned),
        "boards.extracts" => config.boards.extracts.to_string(),
        "limits.commands_burst" => limits.commands_burst.to_string(),
        "limits.commands_every_ms" => limits.commands_every_ms.to_string(),
        "limits.inbox_max" => limits.inbox_max.to_string(),
        "limits.inbox_coalesce" => limits.inbox_coalesce.to_string(),
        "limits.inbox_busy" => limits.inbox_busy.to_string(),
        "limits.disk_free_bytes_min" => limits.disk_free_bytes_min.to_string(),
        "limits.loop_answers_max" => limits.loop_answers_max.to_string(),
        "limits.late_days_max" => limits.late_days_max.to_string(),
        "limits.turn_ms_max" => limits.turn_ms_max.to_string(),
        "limits.raw_keep_days" => limits.raw_keep_days.to_string(),
        "limits.canary_every_ms" => limits.canary_every_ms.to_string(),
        "limits.alarm_after_ms" => limits.alarm_after_ms.to_string(),
        "limits.body_bytes_max" => limits.body_bytes_max.to_string(),
        "limits.answer_bytes_max" => limits.answer_bytes_max.to_string(),
        "limits.connect_ms_max" => limits.connect_ms_max.to_string(),
        "limits.call_ms_max" => limits.call_ms_max.to_string(),
        "limits.sends_max" => limits.sends_max.to_string(),
        "limits.states_per_second" => limits.states_per_second.to_string(),
        "limits.pin_every_ms" => limits.pin_every_ms.to_string(),
        "limits.celebrate_every_ms" => limits.celebrate_every_ms.to_string(),
        "log.filter" => text(&config.log.filter),
        "log.format" => text(&format!("{:?}", config.log.format).to_lowercase()),
        new => panic!("say here what holds when {new} is left out"),
    };
    format!(" = `{value}`")
}

/// As committed, or written anew where `UPDATE` is set.
fn compare(name: &str, text: &str) -> Outcome<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference").join(name);
    let text = format!("{}\n", text.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &text)?;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    anyhow::ensure!(
        committed == text,
        "docs/reference/{name} is not what the code says: UPDATE=1 cargo test --workspace generated"
    );
    Ok(())
}
