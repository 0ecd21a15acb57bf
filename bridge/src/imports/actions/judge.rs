//! What becomes of each row, by what the database knows. New clients are written on the way, so that
//! two rows to one new client have one.
use super::super::rules::{self, Bounds, Fate, Record, Row, Told};
use super::super::store;
use crate::clients::{self, store::Found};
use crate::industries;
use crate::platform::access::{PartnerRow, store as people};
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::rates::{self, rules::Exchange};
use crate::sales::rules as sales;
use jiff::civil::Date;
use schema::ids::{ClientId, PartnerId};
use schema::money::{Currency, Rate};
use schema::period::PeriodKind;
use schema::status::Enrollment;
use std::collections::HashMap;

/// So many rows' clients wait to be written: as many as are surely remembered.
const SETTLE_ROWS: usize = 500;

/// A row with all that it needs to become a sale.
pub struct Sale {
    pub row: Row,
    pub content: String,
    pub partner: PartnerId,
    pub client: ClientId,
    pub exchange: Option<Exchange>,
}

#[derive(Default)]
pub struct Judged {
    pub told: Vec<Told>,
    pub sales: Vec<Sale>,
}

/// What was looked up once.
#[derive(Default)]
struct Seen {
    partners: HashMap<String, Option<PartnerRow>>,
    industries: HashMap<String, Result<String, String>>,
    rates: HashMap<(Currency, Date), Option<(Rate, Date)>>,
    /// By external id: the line and what it said.
    lines: HashMap<String, (u64, String)>,
}

pub async fn all(
    work: &mut Work<'_>,
    records: Vec<Result<Record, (u64, String)>>,
) -> Result<Judged, Fault> {
    let bounds = Bounds {
        currency: work.program.currency,
        today: work.today(),
        started_on: work.program.started_on,
    };
    let (mut judged, mut seen) = (Judged::default(), Seen::default());
    for (n, record) in records.into_iter().enumerate() {
        if n % SETTLE_ROWS == 0 {
            work.settle().await?;
        }
        let read = record.and_then(|record| {
            let line = record.line;
            rules::row(&record, bounds).map_err(|why| (line, why))
        });
        match read {
            Err((line, why)) => {
                let fate = Fate::Wrong(why);
                judged.told.push(Told { line, what: String::new(), fate });
            }
            Ok(row) => {
                let (line, what) = (row.line, row.words());
                let fate = match one(work, &mut seen, row).await {
                    Ok((fate, sale)) => {
                        judged.sales.extend(sale);
                        fate
                    }
                    Err(Stop::Refusal(refusal)) => Fate::Wrong(refusal.sentence),
                    Err(Stop::Fault(fault)) => return Err(fault),
                };
                judged.told.push(Told { line, what, fate });
            }
        }
    }
    Ok(judged)
}

async fn one(
    work: &mut Work<'_>,
    seen: &mut Seen,
    mut row: Row,
) -> Result<(Fate, Option<Sale>), Stop> {
    let wrong = |why: String| Ok((Fate::Wrong(why), None));
    let Some(partner) = partner(work, seen, &row.partner).await? else {
        return wrong(format!("{} is no partner of this program.", rules::shown(&row.partner)));
    };
    if let Some(slug) = &row.industry {
        match industry(work, seen, slug).await? {
            Ok(slug) => row.industry = Some(slug),
            Err(why) => return wrong(why),
        }
    }
    let content = row.content();
    if let Some((line, said)) = seen.lines.get(&row.external_id) {
        let same = *said == content;
        return Ok((
            if same { Fate::Again(*line) } else { Fate::Wrong(rules::conflict_in_file(*line)) },
            None,
        ));
    }
    seen.lines.insert(row.external_id.clone(), (row.line, content.clone()));
    if let Some(known) = store::known(work.tx, &row.external_id).await? {
        let same = known.content == content;
        let fate = if same {
            Fate::Known(known.number)
        } else {
            Fate::Wrong(rules::conflict(known.number))
        };
        return Ok((fate, None));
    }
    let exchange = match exchange(work, seen, &row).await? {
        Ok(exchange) => exchange,
        Err(why) => return wrong(why),
    };
    let client = match client(work, &row.client).await? {
        Ok(client) => client,
        Err(why) => return wrong(why),
    };
    let (period, late) = work.program.calendar.counted_in(PeriodKind::Month, row.on, work.now);
    let fate = if late { Fate::Late(period) } else { Fate::New };
    Ok((fate, Some(Sale { row, content, partner: partner.id, client, exchange })))
}

/// One who was let in and has not left; a suspended one keeps what they sold.
async fn partner(
    work: &mut Work<'_>,
    seen: &mut Seen,
    user: &str,
) -> Result<Option<PartnerRow>, Fault> {
    if !seen.partners.contains_key(user) {
        let row = people::partner_by_user(work.tx, user).await?;
        let active = |row: &PartnerRow| {
            matches!(row.enrollment, Enrollment::Approved | Enrollment::Suspended)
        };
        seen.partners.insert(user.to_owned(), row.filter(active));
    }
    Ok(seen.partners.get(user).cloned().flatten())
}

async fn industry(
    work: &mut Work<'_>,
    seen: &mut Seen,
    word: &str,
) -> Result<Result<String, String>, Fault> {
    if let Some(known) = seen.industries.get(word) {
        return Ok(known.clone());
    }
    let found = match industries::actions::known_slug(work, word).await {
        Ok(slug) => Ok(slug),
        Err(Stop::Refusal(refusal)) => Err(refusal.sentence),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    seen.industries.insert(word.to_owned(), found.clone());
    Ok(found)
}

/// By the row's own rate, or the one that was set for its day.
async fn exchange(
    work: &mut Work<'_>,
    seen: &mut Seen,
    row: &Row,
) -> Result<Result<Option<Exchange>, String>, Fault> {
    let (own, currency) = (work.program.currency, row.amount.currency);
    if currency == own {
        return Ok(Ok(None));
    }
    let rate = match row.rate {
        Some(rate) => Some((rate, row.on)),
        None => match seen.rates.get(&(currency, row.on)) {
            Some(known) => *known,
            None => {
                let set = rates::store::on(work.tx, currency, row.on).await?;
                let set = set.map(|set| (set.rate, set.from));
                seen.rates.insert((currency, row.on), set);
                set
            }
        },
    };
    let Some((rate, from)) = rate else {
        return Ok(Err(format!(
            "missing rate for {currency} on {}; set one (!rate set {currency} 0.5 --from {}), or \
             give it in the column rate.",
            row.on, row.on
        )));
    };
    let Ok(reporting) = rate.convert(row.amount, own) else {
        return Ok(Err(format!("{} is too large in {own}.", row.amount)));
    };
    if reporting.minor == 0 {
        return Ok(Err(format!("{} is nothing in {own} at {rate}.", row.amount)));
    }
    Ok(Ok(Some(Exchange { rate, from, reporting })))
}

async fn client(work: &mut Work<'_>, name: &str) -> Result<Result<ClientId, String>, Fault> {
    let key = sales::client_key(name);
    let skeleton = sales::skeleton(&key);
    Ok(match clients::store::find(work, &key, &skeleton).await? {
        Found::Known(id) => Ok(id),
        Found::Alike(known) => Err(sales::looks_like(name, &known).sentence),
        Found::New => Ok(clients::store::insert(work, &key, &skeleton, name)),
    })
}
