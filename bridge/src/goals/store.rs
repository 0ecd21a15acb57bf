//! Rows of goals and their sides.
pub mod figures;
pub mod sources;

use super::rules::{Side, Terms};
use crate::platform::db::Conn;
use jiff::civil::Date;
use schema::ids::GoalNumber;
use schema::metric::Metric;
use schema::status::GoalStatus;
use sqlx::Row as _;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideRow {
    /// Slug; absent for the whole program, and for an organization.
    pub industry: Option<String>,
    /// An organization's short name.
    pub organization: Option<String>,
    pub progress: i64,
    /// The highest percentage that was celebrated.
    pub milestone: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalRow {
    pub id: String,
    pub number: GoalNumber,
    pub title: String,
    pub metric: Metric,
    pub target: Option<i64>,
    pub from: Date,
    pub to: Date,
    pub made_at: i64,
    pub reached_at: Option<i64>,
    pub missed_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub end_reason: Option<String>,
    /// The last ledger entry that counted; none while it is open.
    pub closed_seq: Option<i64>,
    /// In order of their places.
    pub sides: Vec<SideRow>,
}

impl SideRow {
    #[must_use]
    pub fn new(side: Side) -> Self {
        let (industry, organization) = match side {
            Side::Program => (None, None),
            Side::Industry(slug) => (Some(slug), None),
            Side::Organization(slug) => (None, Some(slug)),
        };
        Self { industry, organization, progress: 0, milestone: 0 }
    }

    #[must_use]
    pub fn side(&self) -> Side {
        match (&self.industry, &self.organization) {
            (Some(slug), _) => Side::Industry(slug.clone()),
            (None, Some(slug)) => Side::Organization(slug.clone()),
            (None, None) => Side::Program,
        }
    }
}

impl GoalRow {
    #[must_use]
    pub const fn status(&self) -> GoalStatus {
        if self.ended_at.is_some() {
            GoalStatus::Ended
        } else if self.reached_at.is_some() {
            GoalStatus::Reached
        } else if self.missed_at.is_some() {
            GoalStatus::Missed
        } else {
            GoalStatus::Open
        }
    }

    #[must_use]
    pub fn over_at(&self) -> Option<i64> {
        self.ended_at.or(self.reached_at).or(self.missed_at)
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.over_at().is_none()
    }

    #[must_use]
    pub fn terms(&self) -> Terms {
        let sides = self.sides.iter().map(SideRow::side).collect();
        Terms { metric: self.metric, from: self.from, to: self.to, sides }
    }

    /// The organization whose own goal it is: nobody else hears of it.
    #[must_use]
    pub fn private_to(&self) -> Option<&str> {
        match self.sides.as_slice() {
            [only] => only.organization.as_deref(),
            _ => None,
        }
    }

    /// Whether all partners pull at it: everybody's goal, and every challenge.
    #[must_use]
    pub fn is_common(&self) -> bool {
        self.sides.len() > 1 || self.sides.iter().any(|side| side.side() == Side::Program)
    }

    /// By place.
    #[must_use]
    pub fn progress(&self) -> Vec<i64> {
        self.sides.iter().map(|side| side.progress).collect()
    }
}

macro_rules! select_goal {
    ($rest:literal) => {
        concat!(
            "select id, number, title, metric, target, from_on, to_on, made_at, reached_at, missed_at, ended_at, \
             end_reason, closed_seq from goal where replaced_at is null ",
            $rest
        )
    };
}

fn bad(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("goal: {what}").into())
}

fn read(row: &AnyRow) -> Result<GoalRow, sqlx::Error> {
    let text = |column: usize| row.try_get::<String, _>(column);
    let at = |column: usize| row.try_get::<Option<i64>, _>(column);
    Ok(GoalRow {
        id: text(0)?,
        number: GoalNumber(row.try_get(1)?),
        title: text(2)?,
        metric: text(3)?.parse().map_err(|_| bad("metric"))?,
        target: at(4)?,
        from: text(5)?.parse().map_err(|_| bad("day"))?,
        to: text(6)?.parse().map_err(|_| bad("day"))?,
        made_at: row.try_get(7)?,
        reached_at: at(8)?,
        missed_at: at(9)?,
        ended_at: at(10)?,
        end_reason: row.try_get(11)?,
        closed_seq: at(12)?,
        sides: Vec::new(),
    })
}

async fn whole(tx: &mut Conn, rows: &[AnyRow]) -> Result<Vec<GoalRow>, sqlx::Error> {
    let mut goals = Vec::with_capacity(rows.len());
    for row in rows {
        let mut goal = read(row)?;
        goal.sides = sides(tx, &goal.id).await?;
        goals.push(goal);
    }
    Ok(goals)
}

async fn sides(tx: &mut Conn, id: &str) -> Result<Vec<SideRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select industry, progress, milestone, organization from goal_side where goal_id = $1 order by place",
    )
    .bind(id)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SideRow {
                industry: row.try_get(0)?,
                progress: row.try_get(1)?,
                milestone: row.try_get(2)?,
                organization: row.try_get(3)?,
            })
        })
        .collect()
}

/// # Errors
/// When the database refuses.
pub async fn by_number(tx: &mut Conn, number: GoalNumber) -> Result<Option<GoalRow>, sqlx::Error> {
    let query = sqlx::query(select_goal!("and number = $1")).bind(number.0);
    let rows = query.fetch_all(&mut *tx).await?;
    Ok(whole(tx, &rows).await?.pop())
}

/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Conn, id: &str) -> Result<Option<GoalRow>, sqlx::Error> {
    let rows = sqlx::query(select_goal!("and id = $1")).bind(id).fetch_all(&mut *tx).await?;
    Ok(whole(tx, &rows).await?.pop())
}

/// The open goals, the first to end first.
///
/// # Errors
/// When the database refuses.
pub async fn open(tx: &mut Conn) -> Result<Vec<GoalRow>, sqlx::Error> {
    let rows = sqlx::query(select_goal!(
        "and reached_at is null and missed_at is null and ended_at is null order by to_on, number"
    ))
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, &rows).await
}

/// The goals that were over last, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn over(tx: &mut Conn, limit: i64) -> Result<Vec<GoalRow>, sqlx::Error> {
    let rows = sqlx::query(select_goal!(
        "and coalesce(ended_at, reached_at, missed_at) is not null \
         order by coalesce(ended_at, reached_at, missed_at) desc, number desc limit $1"
    ))
    .bind(limit)
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, &rows).await
}

/// All that have a number of their own.
///
/// # Errors
/// When the database refuses.
pub async fn all(tx: &mut Conn) -> Result<Vec<GoalRow>, sqlx::Error> {
    let rows = sqlx::query(select_goal!("order by number")).fetch_all(&mut *tx).await?;
    whole(tx, &rows).await
}

/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Conn, goal: &GoalRow, made_by: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into goal (id, number, title, metric, target, from_on, to_on, made_by, made_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&goal.id)
    .bind(goal.number.0)
    .bind(&goal.title)
    .bind(goal.metric.as_str())
    .bind(goal.target)
    .bind(goal.from.to_string())
    .bind(goal.to.to_string())
    .bind(made_by)
    .bind(goal.made_at)
    .execute(&mut *tx)
    .await?;
    for (place, side) in (0_i64..).zip(&goal.sides) {
        sqlx::query(
            "insert into goal_side (goal_id, place, industry, progress, milestone, organization) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&goal.id)
        .bind(place)
        .bind(side.industry.as_deref())
        .bind(side.progress)
        .bind(side.milestone)
        .bind(side.organization.as_deref())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Writes how it ended, by whom and why where that was by hand.
///
/// # Errors
/// When the database refuses.
pub async fn close(tx: &mut Conn, goal: &GoalRow, by: Option<&str>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update goal set reached_at = $1, missed_at = $2, ended_at = $3, ended_by = $4, end_reason = $5, \
         closed_seq = $6 where id = $7",
    )
    .bind(goal.reached_at)
    .bind(goal.missed_at)
    .bind(goal.ended_at)
    .bind(by)
    .bind(goal.end_reason.as_deref())
    .bind(goal.closed_seq)
    .bind(&goal.id)
    .execute(tx)
    .await?;
    Ok(())
}

/// A goal that is over gives its number to another, and what was copied of the ledger for it goes.
///
/// # Errors
/// When the database refuses.
pub async fn replace(tx: &mut Conn, number: GoalNumber, now: i64) -> Result<(), sqlx::Error> {
    let Some(goal) = by_number(tx, number).await? else { return Ok(()) };
    figures::clear(tx, &goal.id).await?;
    sqlx::query("update goal set replaced_at = $1 where id = $2")
        .bind(now)
        .bind(&goal.id)
        .execute(tx)
        .await?;
    Ok(())
}
