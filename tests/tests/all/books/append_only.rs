//! Facts stay as they were written, whoever asks: the database itself refuses, on both engines. The
//! tables are found by their triggers, so that a new one is looked at as well.
use anyhow::{Context, ensure};
use bridge::platform::db::{Db, Engine, Tx, migrate};
use partnerspace_tests::house::Ground;
use partnerspace_tests::{Outcome, postgres};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use std::collections::BTreeSet;

/// A row of each, with the rows that they hang on.
const ROWS: &[&str] = &[
    "insert into partner (id, user_id, name, visibility, industries, applied_at) \
     values ('p', '@p:a.org', 'P', 'public', '[]', 1)",
    "insert into client (id, key, skeleton, name, made_at) values ('c', 'c', 'c', 'C', 1)",
    "insert into sale (id, number, partner_id, client_id, amount_minor, currency, effective_on, flags, \
     cause, room_id, line, claimed_at) values ('s', 1, 'p', 'c', 5, 'EUR', '2026-01-01', '[]', '$s', '!r', '', 1)",
    "insert into entry (seq, book, source, source_id, cause, body, prev_hash, hash, posted_at) \
     values (1, 'credit', 'x', '1', '$s', '{}', '0', 'h', 1)",
    "insert into posting (seq, n, account, minor, currency) values (1, 1, 'a', 0, 'EUR')",
    "insert into adjustment (id, sale_id, kind, amount_minor, reason, by_user, at, entry_seq) \
     values ('a', 's', 'refund', 1, 'why', '@o:a.org', 1, 1)",
    "insert into adjustment_share (adjustment_id, sale_id, partner_id, minor) values ('a', 's', 'p', -1)",
    "insert into rate (currency, valid_from, rate, set_by, set_at, cause) \
     values ('USD', '2026-01-01', '0.9', '@o:a.org', 1, '$r')",
    "insert into rule (n, version, name, body, valid_from, made_by, made_at, cause) \
     values (1, 1, 'r', '{}', '2026-01-01', '@o:a.org', 1, '$r')",
    "insert into commission_move (seq, at, partner_id, kind, currency, base_minor, held_minor, payable_minor, \
     disputed_minor, reason) values (1, 1, 'p', 'x', 'EUR', 0, 0, 0, 0, 'why')",
    "insert into help_fact (id, kind, helper_id, helped_id, at, cause) values ('h', 'kudos', 'p', 'p', 1, '$h')",
    "insert into industry (slug, name, made_at) values ('i', 'I', 1)",
    "insert into industry_target (industry, from_on, accounts, set_by, set_at) \
     values ('i', '2026-01-01', 120, '@o:a.org', 1)",
    "insert into industry_start (industry, period, clients, noted_at) values ('i', '2026-11', 1, 1)",
    "insert into deal (id, number, partner_id, client_id, name_key, cause, registered_at, days) \
     values ('d', 1, 'p', 'c', 'c', '$d', 1, 90)",
    "insert into conflict (id, number, deal_id, rival_id, opened_at) values ('k', 1, 'd', 'p', 1)",
    "insert into ruling (conflict_id, ruling, deal_id, first_weight, second_weight, reason, by_user, at) \
     values ('k', 'none', 'd', 1, 1, 'why', '@o:a.org', 1)",
    "insert into celebration (key, n, at, cause) values ('c', 1, 1, '$c')",
    "insert into celebration_end (key, at, cause) values ('c', 1, '$c')",
    "insert into celebration_post (n, at) values (1, 1)",
    "insert into story (id, number, partner_id, sale_id, step, started_at, touched_at) \
     values ('t', 1, 'p', 's', 'situation', 1, 1)",
    "insert into story_consent (story_id, n, side, said, by_user, at, cause) \
     values ('t', 1, 'client', 'yes', '@p:a.org', 1, '$t')",
    "insert into story_decision (story_id, n, decision, by_user, reason, at) \
     values ('t', 1, 'publish', '@o:a.org', '', 1)",
    "insert into badge_kind (id, name, emoji, made_by, made_at) values ('b', 'B', 'b', '@o:a.org', 1)",
    "insert into badge_switch (n, badge, is_on, by_user, at) values (1, 'b', 1, '@o:a.org', 1)",
    "insert into badge_fact (n, partner_id, badge, level, at) values (1, 'p', 'b', 1, 1)",
    "insert into tier (n, slug, name, bar_minor, currency, window_months, by_user, at) \
     values (1, 't', 'T', 1, 'EUR', 12, '@o:a.org', 1)",
    "insert into tier_fact (n, partner_id, kind, day, at) values (1, 'p', 'entered', '2026-01-01', 1)",
    "insert into season (period, kind, from_at, to_at, timezone, zones, boards, ledger_seq, ledger_hash, hash, \
     closed_by, closed_at, cause) values ('2026-01', 'month', 1, 2, 'UTC', 'x', 1, 1, 'h', 'h', '@o:a.org', 3, '$s')",
    "insert into final_standing (period, metric, industry, partner_id, place, rank, score, reached_at) \
     values ('2026-01', 'revenue', '', 'p', 1, 1, 5, 1)",
    "insert into organization (slug, name, members_max, made_by, made_at) values ('o', 'O', 9, '@o:a.org', 1)",
    "insert into final_organization (period, metric, industry, organization, place, rank, score) \
     values ('2026-01', 'revenue', '', 'o', 1, 1, 5)",
    "insert into final_unnamed (period, partner_id) values ('2026-01', 'p')",
    "insert into reward (n, title, title_key, metric, kind, rank_from, rank_to, prizes, currency, from_on, made_by, \
     made_at, cause) values (1, 'R', 'r', 'revenue', 'month', 1, 1, '[]', 'EUR', '2026-01-01', '@o:a.org', 1, '$r')",
    "insert into reward_earned (n, reward, period, partner_id, rank, earned_at) values (1, 1, '2026-01', 'p', 1, 3)",
    "insert into reward_fulfilled (n, note, by_user, at) values (1, 'why', '@o:a.org', 4)",
    "insert into reward_revoked (n, reason, by_user, at, cause) values (1, 'why', '@o:a.org', 5, '$v')",
    "insert into room_access (n, access, by_user, at, cause) values (1, 'open', '@o:a.org', 1, '$a')",
    "insert into extract (n, ledger_seq, ledger_hash, prev, hash, made_at, cause) values (1, 1, 'h', '0', 'x', 1, 'c')",
    "insert into terms (version, text, sha256, published_at, published_by) values (1, 't', 'h', 1, '@o:a.org')",
    "insert into terms_acceptance (version, user_id, sha256, event_id, asked_key, accepted_at) \
     values (1, '@p:a.org', 'h', '$y', 'k', 2)",
];
/// What must be among the tables found.
const LEAST: [&str; 4] = ["entry", "posting", "adjustment", "rate"];

async fn open(ground: Ground) -> Outcome<(Db, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    let url = match ground {
        Ground::FakePostgres => postgres::shared().await?.database().await?,
        _ => format!("sqlite:{}", folder.path().join("facts.db").display()),
    };
    let db = Db::open(&url).await?;
    migrate(&db, 1).await?;
    Ok((db, folder))
}

async fn texts(tx: &mut Tx, query: &str) -> Outcome<Vec<String>> {
    let rows = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_all(&mut **tx).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

async fn append_only(ground: Ground) -> Outcome<()> {
    let (db, _folder) = open(ground).await?;
    let mut tx = db.begin().await?;
    for row in ROWS {
        tx.execute(AssertSqlSafe((*row).to_owned())).await.context(*row)?;
    }
    let tables = match db.engine() {
        Engine::Sqlite => "select distinct tbl_name from sqlite_master where type = 'trigger'",
        Engine::Postgres => {
            "select distinct c.relname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid \
             where not t.tgisinternal"
        }
    };
    let tables: BTreeSet<String> = texts(&mut tx, tables).await?.into_iter().collect();
    tx.commit().await?;
    for table in LEAST {
        ensure!(tables.contains(table), "{table} has no trigger");
    }
    for table in tables {
        for statement in statements(&db, &table).await? {
            let mut tx = db.begin().await?;
            let count = format!("select cast(count(*) as text) from {table}");
            ensure!(texts(&mut tx, &count).await? == ["1"], "{table} has no row to try it on");
            let done = tx.execute(AssertSqlSafe(statement.clone())).await;
            let refused = done.err().with_context(|| format!("{statement} was done"))?.to_string();
            ensure!(refused.contains("append-only"), "{statement}: {refused}");
            tx.rollback().await?;
        }
    }
    db.close().await;
    Ok(())
}

async fn statements(db: &Db, table: &str) -> Outcome<Vec<String>> {
    let columns = match db.engine() {
        Engine::Sqlite => format!("select name from pragma_table_info('{table}')"),
        Engine::Postgres => format!(
            "select column_name::text from information_schema.columns where table_name = '{table}' \
             and table_schema = current_schema()"
        ),
    };
    let mut tx = db.begin().await?;
    let columns = texts(&mut tx, &columns).await?;
    tx.rollback().await?;
    let mut all: Vec<String> =
        columns.iter().map(|column| format!("update {table} set {column} = {column}")).collect();
    all.push(format!("delete from {table}"));
    match db.engine() {
        Engine::Sqlite => {
            all.push(format!("insert or replace into {table} select * from {table}"));
            all.push(format!("update or replace {table} set {0} = {0}", columns[0]));
        }
        Engine::Postgres => {
            all.push(format!("truncate table {table} cascade"));
            all.push(format!(
                "insert into {table} select * from {table} on conflict ({}) do update set {} = excluded.{}",
                keys(db, table).await?.join(", "),
                columns[0],
                columns[0]
            ));
        }
    }
    Ok(all)
}

async fn keys(db: &Db, table: &str) -> Outcome<Vec<String>> {
    let mut tx = db.begin().await?;
    let query = format!(
        "select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid \
         and a.attnum = any(i.indkey) where i.indrelid = '{table}'::regclass and i.indisprimary"
    );
    let keys = texts(&mut tx, &query).await?;
    tx.rollback().await?;
    Ok(keys)
}

#[tokio::test]
async fn on_sqlite() -> Outcome<()> {
    append_only(Ground::FakeSqlite).await
}

#[tokio::test]
async fn on_postgres() -> Outcome<()> {
    append_only(Ground::FakePostgres).await
}
