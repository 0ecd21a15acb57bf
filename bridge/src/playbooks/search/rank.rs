//! The order of what was found: how rare the word, how prominent its place, how much of the
//! question is met, and, mildly, how the playbook did in sales.
use super::index::Index;
use super::near::{Kind, Near, near};
use super::words::{self, is_dense};

/// A question has no more words than this; the rest is left out.
pub const QUERY_WORDS_MAX: usize = 16;
/// In a longer question each word says less, and only one slip of it is forgiven: it keeps the
/// longest question as quick as a short one.
const TWO_SLIPS_WORDS_MAX: usize = 6;
/// What scores below this part of the best is no answer.
const FLOOR: f32 = 0.2;
/// A word's weight levels off; long texts count a little less.
const SATURATION: f32 = 4.0;
const LENGTH_PULL: f32 = 0.3;
/// An unused playbook weighs 1, one that always won this much more.
const OUTCOME_PULL: f32 = 0.3;

/// A playbook for all, where one for an industry is sought.
const FOR_ALL: f32 = 0.8;

#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub slug: String,
    pub score: f32,
}

/// The scores of one question, by the place of each playbook.
struct Tally {
    scores: Vec<f32>,
    met: Vec<f32>,
    asked: f32,
    best: Vec<f32>,
    near: Vec<f32>,
    touched: Vec<u32>,
}

impl Index {
    /// The best first. With an industry only playbooks for it, and those that are for all.
    pub fn find(&self, query: &str, industry: Option<&str>, limit: usize) -> Vec<Hit> {
        let mut tally = Tally::new(self.entries.len());
        let words = query_words(query);
        let slips_most = if words.len() > TWO_SLIPS_WORDS_MAX { 1 } else { 2 };
        for (at, word) in words.iter().enumerate() {
            let mut meant = near(&self.dictionary, word, slips_most);
            for pair in words[at.saturating_sub(1)..words.len().min(at + 2)].windows(2) {
                self.joined(&pair.concat(), &mut meant);
            }
            self.count(&meant, substance(word), &mut tally);
        }
        let mut hits = self.scored(&tally, industry);
        hits.sort_by(|one, two| two.1.total_cmp(&one.1).then_with(|| one.0.cmp(two.0)));
        let floor = hits.first().map_or(0.0, |best| best.1 * FLOOR);
        let kept = hits.into_iter().take(limit).take_while(|hit| hit.1 >= floor);
        kept.map(|(slug, score)| Hit { slug: slug.to_owned(), score }).collect()
    }

    /// Two words that are one in the dictionary ("check list").
    fn joined(&self, word: &str, meant: &mut Vec<Near>) {
        if let Some(term) = self.dictionary.get(word) {
            meant.push(Near { term: *term, kind: Kind::Same, weight: 0.9 });
        }
    }

    fn count(&self, meant: &[Near], substance: f32, tally: &mut Tally) {
        let rarity = self.rarity(meant) * substance;
        let mean = self.words_mean().max(1.0);
        for near in meant {
            for posting in &self.terms[near.term as usize].postings {
                let at = posting.entry as usize;
                let words = self.entries[at].as_ref().map_or(0, |entry| entry.words) as f32;
                let length = 1.0 - LENGTH_PULL + LENGTH_PULL * words / mean;
                let level = posting.weight / (posting.weight + SATURATION * length);
                tally.note(posting.entry, near.weight * level, near.weight);
            }
        }
        tally.close(rarity);
    }

    /// Few playbooks have the word: it says much. A slip is as rare as what it may stand for.
    fn rarity(&self, meant: &[Near]) -> f32 {
        let nearest = meant.iter().map(|near| near.kind).min();
        let same = meant.iter().filter(|near| Some(near.kind) == nearest);
        let holders: usize = same.map(|near| self.terms[near.term as usize].postings.len()).sum();
        let all = self.len().max(1) as f32;
        let holders = (holders as f32).min(all);
        (1.0 + (all - holders + 0.5) / (holders + 0.5)).ln()
    }

    fn scored(&self, tally: &Tally, industry: Option<&str>) -> Vec<(&str, f32)> {
        let mut hits = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let Some(entry) = entry else { continue };
            if tally.scores[at] <= 0.0 || !industry.is_none_or(|slug| entry.is_for(slug)) {
                continue;
            }
            let met = tally.met[at] / tally.asked.max(f32::MIN_POSITIVE);
            let outcome = 1.0 + OUTCOME_PULL * (2.0 * win_rate(entry.uses, entry.won) - 1.0);
            let aim = if industry.is_some() && entry.industries.is_empty() { FOR_ALL } else { 1.0 };
            hits.push((&*entry.slug, tally.scores[at] * met.sqrt() * outcome * aim));
        }
        hits
    }
}

/// Smoothed, so that one won sale of one is no certainty; 0.5 when unused.
fn win_rate(uses: i64, won: i64) -> f32 {
    (won.max(0) as f32 + 2.0) / (uses.max(0) as f32 + 4.0)
}

/// Short words mostly join others, in many languages; no list of them is needed.
fn substance(word: &str) -> f32 {
    if word.chars().all(is_dense) {
        return 1.0;
    }
    match word.chars().count() {
        0..=1 => 0.4,
        2 => 0.5,
        3 => 0.7,
        4 => 0.9,
        _ => 1.0,
    }
}

fn query_words(query: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    words::each(query, |word| {
        if found.len() < QUERY_WORDS_MAX && found.iter().all(|known| known != word) {
            found.push(word.to_owned());
        }
    });
    found
}

impl Tally {
    fn new(places: usize) -> Self {
        let none = vec![0.0; places];
        Tally {
            scores: none.clone(),
            met: none.clone(),
            asked: 0.0,
            best: none.clone(),
            near: none,
            touched: Vec::new(),
        }
    }

    /// One word counts once in a playbook: by the best that it may stand for.
    fn note(&mut self, entry: u32, level: f32, near: f32) {
        let at = entry as usize;
        if self.best[at] == 0.0 {
            self.touched.push(entry);
        }
        if level > self.best[at] {
            (self.best[at], self.near[at]) = (level, near);
        }
    }

    fn close(&mut self, rarity: f32) {
        self.asked += rarity;
        for entry in self.touched.drain(..) {
            let at = entry as usize;
            self.scores[at] += rarity * self.best[at];
            self.met[at] += rarity * self.near[at];
            self.best[at] = 0.0;
        }
    }
}
