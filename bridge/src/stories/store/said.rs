//! Rows of what was said in and about a case study: its parts, consents, decisions.
use crate::platform::db::Conn;
use schema::card::StoryText;
use sqlx::Row as _;

/// The parts that are told, in the order in which they are asked for.
///
/// # Errors
/// When the database refuses.
pub async fn texts(tx: &mut Conn, story: &str) -> Result<Vec<StoryText>, sqlx::Error> {
    let rows = sqlx::query("select part, text from story_part where story_id = $1")
        .bind(story)
        .fetch_all(tx)
        .await?;
    let bad = |_| sqlx::Error::Decode("story: part".into());
    let mut texts = Vec::new();
    for row in &rows {
        let part = row.try_get::<String, _>(0)?.parse().map_err(bad)?;
        texts.push(StoryText { part, text: row.try_get(1)? });
    }
    texts.sort_by_key(|text| text.part);
    Ok(texts)
}

/// # Errors
/// When the database refuses.
pub async fn set_text(
    tx: &mut Conn,
    story: &str,
    text: &StoryText,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into story_part (story_id, part, text, at) values ($1, $2, $3, $4) \
         on conflict (story_id, part) do update set text = excluded.text, at = excluded.at",
    )
    .bind(story)
    .bind(text.part.as_str())
    .bind(&text.text)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Its words are gone, also out of the messages that came in.
///
/// # Errors
/// When the database refuses.
pub async fn erase(tx: &mut Conn, story: &str, user: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from story_part where story_id = $1").bind(story).execute(&mut *tx).await?;
    sqlx::query("update inbox set raw = null where sender = $1 and outcome = 'story told'")
        .bind(user)
        .execute(tx)
        .await?;
    Ok(())
}

/// Who agrees: the client, as the author says, or the author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Partner,
}

impl Side {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Partner => "partner",
        }
    }
}

/// # Errors
/// When the database refuses.
pub async fn consent(
    tx: &mut Conn,
    story: &str,
    (side, yes): (Side, bool),
    (by, at, cause): (&str, i64, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into story_consent (story_id, n, side, said, by_user, at, cause) \
         select $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6 from story_consent where story_id = $1",
    )
    .bind(story)
    .bind(side.as_str())
    .bind(if yes { "yes" } else { "no" })
    .bind(by)
    .bind(at)
    .bind(cause)
    .execute(tx)
    .await?;
    Ok(())
}

/// What a side said last.
///
/// # Errors
/// When the database refuses.
pub async fn consents(tx: &mut Conn, story: &str, side: Side) -> Result<Option<bool>, sqlx::Error> {
    let row = sqlx::query(
        "select said from story_consent where story_id = $1 and side = $2 order by n desc limit 1",
    )
    .bind(story)
    .bind(side.as_str())
    .fetch_optional(tx)
    .await?;
    row.map(|row| Ok(row.try_get::<String, _>(0)? == "yes")).transpose()
}

/// # Errors
/// When the database refuses.
pub async fn decide(
    tx: &mut Conn,
    story: &str,
    (decision, reason): (&str, &str),
    (by, at): (&str, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into story_decision (story_id, n, decision, by_user, reason, at) \
         select $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5 from story_decision where story_id = $1",
    )
    .bind(story)
    .bind(decision)
    .bind(by)
    .bind(reason)
    .bind(at)
    .execute(tx)
    .await?;
    Ok(())
}
