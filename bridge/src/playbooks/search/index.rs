//! The index itself: which word stands in which playbook, and how prominently. One playbook is put
//! in or taken out without touching the others.
use super::words;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A playbook may be 60 KB; what it is about stands in its beginning.
pub const BODY_CHARS_MAX: usize = 6_000;
const TAGS_MAX: usize = 50;

const TITLE_WEIGHT: f32 = 3.0;
const TAG_WEIGHT: f32 = 2.5;
const SLUG_WEIGHT: f32 = 1.5;
const INDUSTRY_WEIGHT: f32 = 1.5;
const SUMMARY_WEIGHT: f32 = 1.8;
const BODY_WEIGHT: f32 = 1.0;

/// A published playbook as search sees it. Without industries it is for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doc {
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub body: String,
    pub tags: Vec<String>,
    pub industries: Vec<String>,
    pub uses: i64,
    pub won: i64,
}

/// Empty, it holds no memory.
#[derive(Debug, Default)]
pub struct Index {
    /// In order, so that words with one beginning stand together.
    pub(super) dictionary: BTreeMap<Arc<str>, u32>,
    pub(super) terms: Vec<Term>,
    pub(super) entries: Vec<Option<Entry>>,
    places: HashMap<Box<str>, u32>,
    terms_free: Vec<u32>,
    entries_free: Vec<u32>,
    words_total: u64,
}

#[derive(Debug, Default)]
pub(super) struct Term {
    text: Arc<str>,
    pub postings: Vec<Posting>,
}

/// The word stands in this playbook with this weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub entry: u32,
    pub weight: f32,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub slug: Box<str>,
    pub industries: Vec<Box<str>>,
    pub words: u32,
    pub uses: i64,
    pub won: i64,
    terms: Vec<u32>,
}

impl Entry {
    pub fn is_for(&self, industry: &str) -> bool {
        self.industries.is_empty() || self.industries.iter().any(|own| **own == *industry)
    }
}

impl Index {
    /// Puts a playbook in, or anew.
    pub fn put(&mut self, doc: Doc) {
        self.remove(&doc.slug);
        let place = free(&mut self.entries_free, &mut self.entries);
        let (weights, words) = self.weigh(&doc);
        let mut terms = Vec::with_capacity(weights.len());
        for (term, weight) in weights {
            self.terms[term as usize].postings.push(Posting { entry: place, weight });
            terms.push(term);
        }
        self.words_total += u64::from(words);
        self.places.insert(doc.slug.as_str().into(), place);
        self.entries[place as usize] = Some(Entry {
            slug: doc.slug.into(),
            industries: doc.industries.into_iter().map(Into::into).collect(),
            words,
            uses: doc.uses,
            won: doc.won,
            terms,
        });
    }

    /// Takes a playbook out, if it is in.
    pub fn remove(&mut self, slug: &str) {
        let Some(place) = self.places.remove(slug) else { return };
        let Some(entry) = self.entries[place as usize].take() else { return };
        self.entries_free.push(place);
        self.words_total -= u64::from(entry.words);
        for id in entry.terms {
            let term = &mut self.terms[id as usize];
            if let Some(at) = term.postings.iter().position(|posting| posting.entry == place) {
                term.postings.swap_remove(at);
            }
            if term.postings.is_empty() {
                self.dictionary.remove(&std::mem::take(term).text);
                self.terms_free.push(id);
            }
        }
    }

    /// Only how often it was used and won has changed.
    pub fn set_outcome(&mut self, slug: &str, uses: i64, won: i64) {
        let place = self.places.get(slug).copied();
        if let Some(Some(entry)) = place.map(|place| &mut self.entries[place as usize]) {
            (entry.uses, entry.won) = (uses, won);
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn words_mean(&self) -> f32 {
        self.words_total as f32 / self.places.len().max(1) as f32
    }

    fn weigh(&mut self, doc: &Doc) -> (HashMap<u32, f32>, u32) {
        let mut weights = HashMap::new();
        let mut words = 0_u32;
        let end = doc.body.char_indices().nth(BODY_CHARS_MAX).map_or(doc.body.len(), |(at, _)| at);
        let mut add = |text: &str, weight: f32| {
            words::each(text, |word| {
                words = words.saturating_add(1);
                *weights.entry(self.term(word)).or_insert(0.0) += weight;
            });
        };
        add(&doc.title, TITLE_WEIGHT);
        add(&doc.slug, SLUG_WEIGHT);
        add(&doc.summary, SUMMARY_WEIGHT);
        add(&doc.body[..end], BODY_WEIGHT);
        doc.tags.iter().take(TAGS_MAX).for_each(|tag| add(tag, TAG_WEIGHT));
        doc.industries.iter().take(TAGS_MAX).for_each(|slug| add(slug, INDUSTRY_WEIGHT));
        (weights, words)
    }

    fn term(&mut self, word: &str) -> u32 {
        if let Some(id) = self.dictionary.get(word) {
            return *id;
        }
        let id = free(&mut self.terms_free, &mut self.terms);
        let text: Arc<str> = word.into();
        self.terms[id as usize].text = text.clone();
        self.dictionary.insert(text, id);
        id
    }
}

/// A place that was given back, or a new one at the end.
fn free<T: Default>(freed: &mut Vec<u32>, all: &mut Vec<T>) -> u32 {
    freed.pop().unwrap_or_else(|| {
        all.push(T::default());
        u32::try_from(all.len() - 1).unwrap_or(u32::MAX)
    })
}
