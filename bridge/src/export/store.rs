//! The rows of each table, one after another: what is read is never all in memory.
use super::rules::{Cell, Kind, Said, Table, board, partner_of};
use crate::platform::db::Conn;
use crate::platform::refusal::Fault;
use futures_util::TryStreamExt as _;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A table's columns, in order. Those of statements and standings are cut out of what is selected.
fn select(table: &str) -> Option<&'static str> {
    Some(match table {
        "partners" => {
            "select id, user_id, name, organization, approved_at, suspended_at, left_at, visibility \
             from partner where approved_at is not null order by id"
        }
        "sales" => SALES,
        "shares" => SHARES,
        "adjustments" => ADJUSTMENTS,
        "adjustment_shares" => {
            "select a.id, 'S-' || s.number, h.partner_id, h.minor from adjustment a \
             join sale s on s.id = a.sale_id join adjustment_share h on h.adjustment_id = a.id \
             order by a.entry_seq, a.id, h.partner_id"
        }
        "rates" => {
            "select currency, valid_from, rate, set_by, set_at from rate \
             order by currency, valid_from, set_at"
        }
        "entries" => {
            "select seq, book, source, source_id, posted_at, cause, body, prev_hash, hash \
             from entry order by seq"
        }
        "postings" => "select seq, n, account, minor, currency from posting order by seq, n",
        "statements" => {
            "select p.seq, e.posted_at, p.account, p.currency, p.minor, e.body from posting p \
             join entry e on e.seq = p.seq where p.account like 'partner:%' order by p.seq, p.n"
        }
        "industry_starts" => {
            "select industry, period, clients, targets from industry_start order by industry, period"
        }
        "help" => {
            "select id, kind, helper_id, helped_id, industry, at, reverses from help_fact \
             order by helper_id, at, id"
        }
        "organizations" => ORGANIZATIONS,
        "memberships" => {
            "select organization, partner_id, role, from_on, to_on from membership \
             order by partner_id, from_on, joined_at, id"
        }
        "organization_standings" => {
            "select board, organization, score from organization_standing order by board, organization"
        }
        "standings" => {
            "select board, partner_id, score, reached_at from standing order by board, partner_id"
        }
        "seasons" => {
            "select period, from_at, to_at, timezone, zones, boards, ledger_seq, ledger_hash, hash, \
             closed_by, closed_at, organization_boards from season order by to_at, from_at, period"
        }
        "final_standings" => {
            "select period, metric, case when industry = '' then null else industry end, place, partner_id, \
             rank, score, reached_at from final_standing order by period, metric, industry, place"
        }
        "final_organizations" => FINAL_ORGANIZATIONS,
        "final_unnamed" => {
            "select period, partner_id from final_unnamed order by period, partner_id"
        }
        "rewards" => REWARDS,
        _ => return None,
    })
}

const REWARDS: &str = "select 'R-' || e.n, r.title, e.period, r.metric, r.industry, e.partner_id, e.rank, e.minor, \
             case when e.minor is null then null else r.currency end, e.points, e.entry_seq, r.value, \
             e.earned_at, f.at, f.by_user, f.note, v.at, v.by_user, v.reason, v.entry_seq \
             from reward_earned e join reward r on r.n = e.reward \
             left join reward_fulfilled f on f.n = e.n left join reward_revoked v on v.n = e.n order by e.n";

const FINAL_ORGANIZATIONS: &str = "select period, metric, case when industry = '' then null else industry end, place, \
             organization, rank, score from final_organization order by period, metric, industry, place";

const ORGANIZATIONS: &str = "select o.slug, o.name, o.made_at, o.suspended_at, o.removed_at, o.reason, \
             case when exists (select 1 from organization_stale w where w.organization = o.slug) then null \
             else (select m.seq from organization_mark m) end from organization o order by o.slug";

const ADJUSTMENTS: &str = "select a.id, 'S-' || s.number, a.kind, a.amount_minor, s.currency, a.reason, a.by_user, a.at, \
             a.entry_seq from adjustment a join sale s on s.id = a.sale_id order by a.entry_seq, a.id";

const SHARES: &str = "select 'S-' || s.number, h.n, h.partner_id, p.user_id, h.weight, h.amount_minor, \
    case when s.approved_at is null then null else coalesce(h.credit_minor, h.amount_minor) end, \
    h.asked_at, h.confirmed_at, h.declined_at, h.overridden_by \
    from share h join sale s on s.id = h.sale_id join partner p on p.id = h.partner_id \
    order by s.number, h.n, h.partner_id";

const SALES: &str = "select 'S-' || s.number, s.id, \
    case when s.voided_at is not null then 'voided' when s.approved_at is not null then 'approved' \
    when s.rejected_at is not null then 'rejected' when s.withdrawn_at is not null then 'withdrawn' \
    else 'claimed' end, s.partner_id, p.user_id, s.client_id, c.name, s.industry, s.effective_on, \
    s.amount_minor, s.currency, case when s.voided_at is not null then 0 else s.amount_minor - \
    coalesce((select cast(sum(a.amount_minor) as bigint) from adjustment a where a.sale_id = s.id), 0) end, \
    s.rate, s.rate_from, s.reporting_minor, s.reporting_currency, s.note, s.playbook, s.claimed_at, \
    s.approved_at, s.approved_by, s.rejected_at, s.rejected_by, s.reject_reason, s.withdrawn_at, \
    s.voided_at, s.voided_by, s.void_reason, 'B-' || r.batch, r.external_id, 'S-' || o.number \
    from sale s join partner p on p.id = s.partner_id join client c on c.id = s.client_id \
    left join import_row r on r.sale_id = s.id left join sale o on o.id = s.corrects order by s.number";

/// Gives every row of a table, in its order.
///
/// # Errors
/// When the database refuses, or the one who sees a row does.
pub async fn each<E: From<Fault>>(
    tx: &mut Conn,
    table: &Table,
    mut see: impl FnMut(&[Cell]) -> Result<(), E>,
) -> Result<(), E> {
    let text = select(table.name)
        .ok_or_else(|| Fault::Bug(format!("nothing is selected for {}", table.name)))?;
    let mut rows = sqlx::query(text).fetch(tx);
    while let Some(row) = rows.try_next().await.map_err(Fault::from)? {
        let cells = match table.name {
            "statements" => statement(&row)?,
            "standings" | "organization_standings" => standing(&row, table)?,
            _ => plain(&row, table).map_err(Fault::from)?,
        };
        see(&cells)?;
    }
    Ok(())
}

fn plain(row: &AnyRow, table: &Table) -> Result<Vec<Cell>, sqlx::Error> {
    let cell = |(at, kind): (usize, Kind)| {
        Ok(match kind {
            Kind::Text => Cell::Text(row.try_get(at)?),
            Kind::Number => Cell::Number(row.try_get(at)?),
        })
    };
    table.columns.iter().map(|column| column.kind).enumerate().map(cell).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(Some(text.to_owned()))
}

fn statement(row: &AnyRow) -> Result<Vec<Cell>, Fault> {
    let (seq, at): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let (account, currency): (&str, &str) = (row.try_get(2)?, row.try_get(3)?);
    let said: Said = serde_json::from_str(row.try_get(5)?)
        .map_err(|error| Fault::Data(format!("the body of entry {seq}: {error}")))?;
    Ok(vec![
        Cell::Number(Some(seq)),
        Cell::Number(Some(at)),
        Cell::Text(partner_of(account).map(str::to_owned)),
        text(account),
        text(currency),
        Cell::Number(row.try_get(4)?),
        text(&said.kind),
        Cell::Text(said.sale),
    ])
}

fn standing(row: &AnyRow, table: &Table) -> Result<Vec<Cell>, Fault> {
    let key: &str = row.try_get(0)?;
    let [metric, period, industry] =
        board(key).ok_or_else(|| Fault::Data(format!("{key} is no board")))?;
    let mut cells = vec![
        text(metric),
        text(period),
        Cell::Text(Some(industry.to_owned()).filter(|slug| !slug.is_empty())),
        Cell::Text(row.try_get(1)?),
    ];
    // Metric, period and industry are one column in the database.
    for at in 2..table.columns.len() - 2 {
        cells.push(Cell::Number(row.try_get(at)?));
    }
    Ok(cells)
}
