//! A board at its edges: who is hidden, who is below zero, the smallest board with percentiles.
use super::*;

#[test]
fn who_is_hidden_keeps_their_score_and_stands_apart() {
    let mut board = example();
    board.set(FLO, score(-5, 9));
    for partner in [FLO, BO, CY, ANA] {
        board.set_hidden(partner, true);
    }
    assert_eq!(board.score_of(BO), Some(score(700, 3)));
    assert_eq!(board.score_of(PartnerId(99)), None);
    let apart = [(ANA, score(900, 4)), (CY, score(700, 2)), (BO, score(700, 3))];
    assert_eq!(board.unranked(), apart);
    board.set_hidden(CY, false);
    assert_eq!(board.unranked(), [apart[0], apart[2]]);
}

#[test]
fn who_is_below_zero_stands_after_all_who_sold_nothing() {
    let mut board = example();
    board.set(FLO, score(-5, 10));
    board.set(PartnerId(7), score(-5, 9));
    // Five with a score, two with nothing, two below.
    let [seventh, flo] = [PartnerId(7), FLO].map(|partner| board.standing_of(partner, 9));
    assert_eq!([(seventh.rank, seventh.position), (flo.rank, flo.position)], [(8, 8), (8, 9)]);
}

#[test]
fn percentiles_begin_with_five() {
    let shown = [1, 3, 5].map(|rank| percentile(rank, PERCENTILE_FROM));
    assert_eq!(shown, [Some(100), Some(50), Some(0)]);
    for (rank, of) in [(1, PERCENTILE_FROM - 1), (0, PERCENTILE_FROM), (6, PERCENTILE_FROM)] {
        assert_eq!(percentile(rank, of), None, "{rank} of {of}");
    }
}
