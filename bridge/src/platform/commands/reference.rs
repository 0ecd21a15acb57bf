//! The reference page of a grammar, as Markdown; committed and compared by a test.
use super::help::{explained, field_name, groups};
use super::parse::each_leaf;
use super::usage::{examples, usage};
use clap::Command;
use std::fmt::Write;

/// A section for each group, an entry for each command; the caller writes the page's head.
#[must_use]
pub fn reference(root: &Command, prefix: &str) -> String {
    let mut page = String::new();
    for (group, members) in groups(root) {
        let _ = writeln!(page, "## {group}\n");
        for command in members {
            if command.has_subcommands() {
                each_leaf(command, command.get_name(), &mut |path, leaf| {
                    entry(&mut page, path, leaf, prefix);
                });
            } else {
                entry(&mut page, command.get_name(), command, prefix);
            }
        }
    }
    page
}

fn entry(page: &mut String, path: &str, leaf: &Command, prefix: &str) {
    let _ = writeln!(page, "### {prefix}{path}\n\n{}\n", explained(leaf));
    let _ = writeln!(page, "```\n{prefix}{}\n```\n", usage(leaf, path));
    let mut has_fields = false;
    for arg in leaf.get_arguments().filter(|arg| !arg.is_hide_set()) {
        if let Some(help) = arg.get_help() {
            let _ = writeln!(page, "- `{}`: {help}", field_name(arg));
            has_fields = true;
        }
    }
    if has_fields {
        page.push('\n');
    }
    for example in examples(leaf) {
        let _ = writeln!(page, "Example: `{prefix}{example}`\n");
    }
    let aliases: Vec<_> = leaf.get_visible_aliases().collect();
    if !aliases.is_empty() {
        let _ = writeln!(page, "Also: `{prefix}{}`\n", aliases.join("`, `"));
    }
}
