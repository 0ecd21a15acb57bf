//! The labelled set for search: short playbooks in ten industries and questions with the playbook
//! that each should find, both written before the engine. Every third question is held out: nothing
//! is tuned on it.
use crate::{Outcome, place};
use anyhow::Context;
use bridge::playbooks::search::{Doc, Index};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::collections::BTreeMap;
use std::fs::read_to_string;

/// The right playbook is among so many, or it was not found.
pub const SHOWN: usize = 3;
const FILES: usize = 5;
/// Words in no other playbook, to a made one.
const INVENTED: usize = 20;

pub struct Question {
    pub class: String,
    pub words: String,
    pub industry: Option<String>,
    pub slug: String,
    pub held_out: bool,
}

/// Of so many questions so many found the right playbook.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quality {
    pub asked: usize,
    pub found: usize,
    pub first: usize,
}

impl Quality {
    pub fn permille(self) -> usize {
        self.found * 1000 / self.asked.max(1)
    }

    pub fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.found += other.found;
        self.first += other.first;
    }
}

/// # Errors
/// When the set cannot be read.
pub fn playbooks() -> Outcome<Vec<Doc>> {
    let mut playbooks = Vec::new();
    for file in 1..=FILES {
        for line in read(&format!("playbooks-{file}.txt"))? {
            let [slug, industries, title, summary, tags, body] = parts(&line)?;
            let list = |text: &str| text.split(", ").map(str::to_owned).collect();
            playbooks.push(Doc {
                slug: slug.into(),
                title: title.into(),
                summary: summary.into(),
                body: body.into(),
                tags: list(tags),
                industries: list(industries),
                uses: 0,
                won: 0,
            });
        }
    }
    Ok(playbooks)
}

/// The labelled playbooks and others made of their sentences and of invented words, the same with
/// each run: as many as a large program may have, with a dictionary to match.
///
/// # Errors
/// When the set cannot be read.
pub fn many(count: usize) -> Outcome<Vec<Doc>> {
    let mut all = playbooks()?;
    let known = all.clone();
    let mut random = StdRng::seed_from_u64(7);
    for number in known.len()..count {
        let mut pick = || &known[random.random_range(0..known.len())];
        let (mut made, body) = (pick().clone(), [pick(), pick(), pick()].map(|doc| &doc.body[..]));
        made.body = body.join(" ");
        made.summary.clone_from(&pick().summary);
        made.tags.clone_from(&pick().tags);
        made.slug = format!("{}-{number}", made.slug);
        for _ in 0..INVENTED {
            made.body.push(' ');
            (0..random.random_range(2..=4)).for_each(|_| made.body.push_str(syllable(&mut random)));
        }
        made.uses = random.random_range(0..60);
        made.won = random.random_range(0..=made.uses);
        all.push(made);
    }
    Ok(all)
}

fn syllable(random: &mut StdRng) -> &'static str {
    const SYLLABLES: [&str; 24] = [
        "ba", "ker", "lo", "min", "sta", "tri", "ven", "os", "pli", "dur", "na", "fe", "gro",
        "hul", "ja", "qui", "ran", "sel", "tom", "ul", "wes", "xan", "yor", "ze",
    ];
    SYLLABLES[random.random_range(0..SYLLABLES.len())]
}

/// # Errors
/// When the set cannot be read.
pub fn questions() -> Outcome<Vec<Question>> {
    let lines = read("queries.txt")?.into_iter().enumerate();
    let question = |(at, line): (usize, String)| {
        let [class, words, industry, slug] = parts(&line)?;
        Ok(Question {
            class: class.into(),
            words: words.into(),
            industry: Some(industry.to_owned()).filter(|industry| industry != "-"),
            slug: slug.into(),
            held_out: at % 3 == 2,
        })
    };
    lines.map(question).collect()
}

/// By class and whether it was held out, with what was not found.
pub fn quality(
    index: &Index,
    questions: &[Question],
) -> (BTreeMap<(String, bool), Quality>, Vec<String>) {
    let mut table: BTreeMap<(String, bool), Quality> = BTreeMap::new();
    let mut missed = Vec::new();
    for question in questions {
        let hits = index.find(&question.words, question.industry.as_deref(), SHOWN);
        let place = hits.iter().position(|hit| hit.slug == question.slug);
        let (found, first) = (usize::from(place.is_some()), usize::from(place == Some(0)));
        let row = table.entry((question.class.clone(), question.held_out)).or_default();
        row.add(Quality { asked: 1, found, first });
        if place.is_none() {
            let shown: Vec<&str> = hits.iter().map(|hit| hit.slug.as_str()).collect();
            let kept = if question.held_out { "held out" } else { "tuned on" };
            missed.push(format!(
                "{kept}: {} → {} but {}",
                question.words,
                question.slug,
                shown.join(", ")
            ));
        }
    }
    (table, missed)
}

fn read(name: &str) -> Outcome<Vec<String>> {
    let path = place::root().join("tests/data/search").join(name);
    let text = read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn parts<const N: usize>(line: &str) -> Outcome<[&str; N]> {
    let parts: Vec<&str> = line.split(" | ").collect();
    <[&str; N]>::try_from(parts).ok().with_context(|| format!("not {N} parts: {line}"))
}
