//! Search alone, without homeserver and database: what it finds, by the labelled set, and how long
//! it takes among ten thousand playbooks.
use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::Result;
use bridge::playbooks::search::{Doc, Index};
use partnerspace_tests::search::{Quality, Question, SHOWN, many, playbooks, quality, questions};

use crate::report::percentiles;
use crate::target::usage;

const PLAYBOOKS: usize = 10_000;
const ROUNDS: usize = 5;
const HITS: usize = 5;
const CHANGES: usize = 1_000;

pub fn print() -> Result<()> {
    let questions = questions()?;
    let labelled = playbooks()?;
    println!("search: {} questions over {} playbooks", questions.len(), labelled.len());
    report(&filled(labelled), &questions);
    if cfg!(debug_assertions) {
        println!("search: built without optimization: these times are ten times too long");
    }
    let all = many(PLAYBOOKS)?;
    let before = usage("self")?.rss_kib;
    let copy = all.clone();
    let started = Instant::now();
    let mut index = filled(copy);
    let rebuilt = started.elapsed();
    let grown = usage("self")?.rss_kib.saturating_sub(before) / 1024;
    println!("search: {PLAYBOOKS} playbooks indexed in {rebuilt:?}, about {grown} MiB");
    println!("search: find among them, p50/p95/p99: {}", times(finds(&index, &questions)));
    println!("search: the longest questions, p50/p95/p99: {}", times(longest(&index)));
    println!("search: put one anew, p50/p95/p99: {}", times(puts(&mut index, &all)));
    Ok(())
}

fn filled(playbooks: Vec<Doc>) -> Index {
    let mut index = Index::default();
    playbooks.into_iter().for_each(|doc| index.put(doc));
    index
}

fn report(index: &Index, questions: &[Question]) {
    let (table, missed) = quality(index, questions);
    let classes: BTreeSet<&String> = table.keys().map(|(class, _)| class).collect();
    let row = |class: &str, held_out: bool| {
        table.get(&(class.to_owned(), held_out)).copied().unwrap_or_default()
    };
    println!("search: found among the first {SHOWN} (at the very first place)");
    println!("search:   {:<10} {:>22} {:>22}", "class", "tuned on", "held out");
    let mut sums = [Quality::default(); 2];
    for class in classes {
        let pair = [row(class, false), row(class, true)];
        sums.iter_mut().zip(pair).for_each(|(sum, row)| sum.add(row));
        println!("search:   {class:<10} {:>22} {:>22}", cell(pair[0]), cell(pair[1]));
    }
    println!("search:   {:<10} {:>22} {:>22}", "all", cell(sums[0]), cell(sums[1]));
    missed.iter().for_each(|line| println!("search:   missed, {line}"));
}

fn cell(row: Quality) -> String {
    let permille = row.permille();
    format!("{}/{} {}.{} % ({})", row.found, row.asked, permille / 10, permille % 10, row.first)
}

fn finds(index: &Index, questions: &[Question]) -> Vec<u32> {
    let all = questions.iter().cycle().take(questions.len() * ROUNDS);
    let find =
        |question: &Question| index.find(&question.words, question.industry.as_deref(), HITS).len();
    all.map(|question| timed(|| find(question))).collect()
}

/// Long words that nothing has: six, each with two slips, or sixteen with one.
fn longest(index: &Index) -> Vec<u32> {
    const STARTS: [&str; 16] = [
        "sta", "min", "ker", "lo", "ba", "tri", "ven", "os", "pli", "dur", "na", "fe", "gro",
        "hul", "ran", "tom",
    ];
    const ENDS: [&str; 3] = ["trivenplidu", "kersehulra", "tomulwesgro"];
    let query = |round: usize| {
        let words = STARTS.map(|start| format!("{start}{}", ENDS[round % 3]));
        words[..if round.is_multiple_of(2) { 16 } else { 6 }].join(" ")
    };
    (0..CHANGES / 10).map(|round| timed(|| index.find(&query(round), None, HITS).len())).collect()
}

fn puts(index: &mut Index, all: &[Doc]) -> Vec<u32> {
    let mut taken = Vec::new();
    for doc in all.iter().step_by(all.len() / CHANGES).cloned() {
        taken.push(timed(|| index.put(doc)));
    }
    taken
}

fn timed<T>(run: impl FnOnce() -> T) -> u32 {
    let started = Instant::now();
    std::hint::black_box(run());
    started.elapsed().as_micros() as u32
}

fn times(mut us: Vec<u32>) -> String {
    let [p50, p95, p99] = percentiles(&mut us).map(|us| format!("{:.2}", f64::from(us) / 1000.0));
    format!("{p50}/{p95}/{p99} ms")
}
