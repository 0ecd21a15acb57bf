//! What a search has found: few, each in four short lines.
use super::{card, lists};
use crate::platform::text::{Line, Message};
use crate::playbooks::facts::Facts;
use schema::card::PlaybooksFound;

/// Of a summary in the list; the whole stands in `show`.
const SUMMARY_CHARS: usize = 80;

#[must_use]
pub fn found(words: &str, industry: Option<&str>, shown: &[Facts], prefix: &str) -> Message {
    let scope = industry.map(|slug| format!(" · {slug}")).unwrap_or_default();
    let title = Line::new().plain("🔎 ").person_cut(words, 40).plain(&scope);
    let rows = shown.iter().enumerate();
    let message = rows.fold(Message::notice(title), |message, (at, facts)| {
        let summary = Line::new().person_cut(&facts.version.summary, SUMMARY_CHARS);
        let mut lines = lists::row(at, facts);
        lines.extend((!facts.version.summary.is_empty()).then_some(summary));
        message.lines(lines)
    });
    let first = shown.first().map_or("", |facts| facts.row.slug.as_str());
    let show = format!("{prefix}playbook show {first}");
    message.line(Line::new().plain("Read: ").code(&show)).card(&card(PlaybooksFound {
        words: words.to_owned(),
        industry: industry.map(str::to_owned),
        playbooks: shown.iter().map(lists::short_view).collect(),
    }))
}
