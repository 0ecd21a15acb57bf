//! The contents as the contract writes them, and their limits.
use ruma::events::StaticEventContent;
use serde_json::json;

use super::*;
use crate::status::GoalStatus;

fn row(rank: u32, score: i64) -> StandingRow {
    let partner = format!("{rank:026}");
    let name = "N".repeat(300);
    let user_id = Some(format!("@{name}:example.org"));
    StandingRow { rank, partner, user_id, name, score, moved: None, new: true }
}

fn board() -> LeaderboardState {
    LeaderboardState {
        v: VERSION,
        metric: Metric::Revenue,
        period_kind: PeriodKind::Month,
        period: "2026-11".parse().unwrap(),
        scope: SCOPE_PROGRAM.into(),
        unit: "EUR".into(),
        exponent: 2,
        from: 1,
        to: 2,
        timezone: "Europe/Berlin".into(),
        standings: vec![StandingRow {
            rank: 1,
            partner: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
            user_id: None,
            name: "Ana".into(),
            score: 9_240_000,
            moved: Some(2),
            new: false,
        }],
        participants: 1,
        is_final: false,
        ledger_seq: 7,
        ledger_hash: "00".into(),
        updated_at: 3,
    }
}

#[test]
fn a_board_is_written_as_promised() {
    let expected = json!({
        "v": 1, "metric": "revenue", "period_kind": "month", "period": "2026-11",
        "scope": "program", "unit": "EUR", "exponent": 2, "from": 1, "to": 2,
        "timezone": "Europe/Berlin", "participants": 1, "final": false, "ledger_seq": 7,
        "ledger_hash": "00", "updated_at": 3,
        "standings": [{
            "rank": 1, "partner": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "Ana",
            "score": 9_240_000, "move": 2
        }],
    });
    assert_eq!(serde_json::to_value(board()).unwrap(), expected);
    assert_eq!(serde_json::from_value::<LeaderboardState>(expected).unwrap(), board());
    assert_eq!(board().key(), "revenue.month");
    let dental = LeaderboardState { scope: "dental".into(), ..board() };
    assert_eq!(dental.key(), "revenue.month.dental");
}

#[test]
fn types_are_the_contract_s() {
    let types = [
        ProgramState::TYPE,
        RoomState::TYPE,
        LeaderboardState::TYPE,
        PlaybookState::TYPE,
        GoalState::TYPE,
        IndustryState::TYPE,
        ProfileState::TYPE,
    ];
    let names = ["program", "room", "leaderboard", "playbook", "goal", "industry", "profile"];
    assert_eq!(types.to_vec(), names.map(|name| format!("agency.siso.partners.{name}")).to_vec());
}

#[test]
fn a_board_always_fits() {
    let mut board = board();
    board.standings = (1..=500).map(|rank| row(rank, 1)).collect();
    board.fit();
    assert!(bytes(&board) <= CONTENT_BYTES_MAX);
    assert!(board.standings.len() > 50, "{}", board.standings.len());
}

#[test]
fn the_time_alone_is_no_change() {
    let later = LeaderboardState { updated_at: 99, ..board() };
    assert!(board().same_but_time(&later));
    assert!(!board().same_but_time(&LeaderboardState { ledger_seq: 8, ..later }));
}

fn goal() -> GoalState {
    GoalState {
        v: VERSION,
        title: "Autumn push".into(),
        metric: Metric::Revenue,
        target: Some(5_000_000),
        progress: 1_250_000,
        unit: "EUR".into(),
        exponent: 2,
        from: 1,
        to: 2,
        contributors: 3,
        status: GoalStatus::Open,
        scope: SCOPE_PROGRAM.into(),
        between: Vec::new(),
        winners: Vec::new(),
        updated_at: 3,
    }
}

#[test]
fn a_goal_is_written_as_promised() {
    let expected = json!({
        "v": 1, "title": "Autumn push", "metric": "revenue", "target": 5_000_000,
        "progress": 1_250_000, "unit": "EUR", "exponent": 2, "from": 1, "to": 2,
        "contributors": 3, "status": "open", "scope": "program", "updated_at": 3,
    });
    assert_eq!(serde_json::to_value(goal()).unwrap(), expected);
    assert_eq!(serde_json::from_value::<GoalState>(expected).unwrap(), goal());
}

#[test]
fn the_longest_goal_fits() {
    let side =
        || GoalSide { industry: None, organization: Some("i".repeat(32)), progress: WIRE_MAX };
    let between: Vec<GoalSide> = (0..4).map(|_| side()).collect();
    let winners = between.iter().map(|side| side.slug().to_owned()).collect();
    let title = "\u{1f469}".repeat(60);
    assert!(bytes(&GoalState { title, between, winners, ..goal() }) <= CONTENT_BYTES_MAX);
}
