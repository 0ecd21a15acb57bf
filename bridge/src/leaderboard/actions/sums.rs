//! Two long lists of standings compared without keeping either: for each partner one number, what the
//! replayed standings add up to, the stored ones taken from them. The sum of many hashes is as good as the
//! list of them in order.
use super::super::rules::{BoardKey, Score};
use schema::ids::PartnerId;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};

/// The hashes have other keys in every run, as those of a map do: nobody can prepare standings whose
/// hashes cancel out.
#[derive(Default)]
pub(super) struct Sums {
    keys: [RandomState; 2],
    /// The hash of a board's text, by its key: to write the text each time costs more than the rest.
    boards: HashMap<BoardKey, u64>,
    of: HashMap<PartnerId, u128>,
}

impl Sums {
    /// Empty, to be filled side by side and [added](Self::add) in the end.
    pub(super) fn beside(&self) -> Self {
        Self { keys: self.keys.clone(), ..Self::default() }
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (partner, sum) in &other.of {
            let all = self.of.entry(*partner).or_default();
            *all = all.wrapping_add(*sum);
        }
    }

    pub(super) fn replayed(&mut self, partner: PartnerId, key: &BoardKey, score: Score) {
        let board = match self.boards.get(key) {
            Some(known) => *known,
            None => {
                let board = self.board(&key.to_string());
                *self.boards.entry(key.clone()).or_insert(board)
            }
        };
        let hash = self.hash(board, score);
        let sum = self.of.entry(partner).or_default();
        *sum = sum.wrapping_add(hash);
    }

    pub(super) fn stored(&mut self, partner: PartnerId, board: &str, score: Score) {
        let hash = self.hash(self.board(board), score);
        let sum = self.of.entry(partner).or_default();
        *sum = sum.wrapping_sub(hash);
    }

    /// The partners whose standings are not those of the replay.
    pub(super) fn odd(&self) -> BTreeSet<PartnerId> {
        self.of.iter().filter(|(_, sum)| **sum != 0).map(|(partner, _)| *partner).collect()
    }

    fn board(&self, text: &str) -> u64 {
        self.keys[0].hash_one(text)
    }

    fn hash(&self, board: u64, score: Score) -> u128 {
        let said = (board, score.score, score.reached_at);
        let [high, low] = self.keys.each_ref().map(|key| u128::from(key.hash_one(said)));
        high << 64 | low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::metric::Metric;
    use schema::period::Period;

    #[test]
    fn one_other_number_is_odd() {
        let score = |score, reached_at| Score { score, reached_at };
        let key = |metric| {
            BoardKey::new(metric, "2026-11".parse::<Period>().unwrap(), Some("dental".to_owned()))
        };
        let (revenue, clients) = (key(Metric::Revenue), key(Metric::Clients));
        let (ana, ben) = (PartnerId(1), PartnerId(2));
        let play = |stored: [(PartnerId, &BoardKey, Score); 3]| {
            let mut sums = Sums::default();
            let mut beside = sums.beside();
            sums.replayed(ana, &revenue, score(5, 1));
            sums.replayed(ana, &clients, score(1, 1));
            sums.replayed(ben, &revenue, score(7, 2));
            for (partner, key, score) in stored {
                beside.stored(partner, &key.to_string(), score);
            }
            sums.add(&beside);
            sums.odd().into_iter().next()
        };
        let right = [
            (ben, &revenue, score(7, 2)),
            (ana, &clients, score(1, 1)),
            (ana, &revenue, score(5, 1)),
        ];
        assert_eq!(play(right), None);
        let mut wrong = right;
        wrong[0].2 = score(7, 3);
        assert_eq!(play(wrong), Some(ben));
        wrong = right;
        wrong[2].1 = &clients;
        assert_eq!(play(wrong), Some(ana));
        wrong = right;
        wrong[1].0 = ben;
        assert_eq!(play(wrong), Some(ana));
    }
}
