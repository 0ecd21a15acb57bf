//! Approved sales are celebrated, as far as their sellers are shown; what is taken back in full takes its
//! line with it. Where nobody of the sellers may be named nothing is said: a message without anybody would
//! tell of somebody who is counted nowhere else.
use super::{celebrate, gather, retract, reword, told};
use crate::industries;
use crate::platform::access::store::partner_by_id;
use crate::platform::refusal::Fault;
use crate::platform::text::Line;
use crate::platform::work::Work;
use crate::sales::store::{self as sales, SaleRow};
use crate::wins::rules::{self, Seller};
use crate::wins::{render, store};
use schema::card::SaleWin;
use schema::ids::PartnerId;
use schema::money::Money;
use std::collections::BTreeSet;

fn key(sale: &str) -> String {
    format!("sale:{sale}")
}

/// A sale's credit has moved: approved, or something was taken back.
///
/// # Errors
/// When the database refuses.
pub async fn credited(work: &mut Work<'_>, sale: &SaleRow, approved: bool) -> Result<(), Fault> {
    let key = key(&sale.id.to_string());
    if !rules::stands(sale) {
        retract(work, &key, render::sale_gone()).await?;
        return told::sale_gone(work, &sale.id.to_string()).await;
    }
    let Some((line, win)) = line_of(work, sale).await? else { return Ok(()) };
    if approved {
        return celebrate(work, &key, line).await;
    }
    // A part less is still a win of about that size.
    if win.amount.is_some()
        && let Some(post) = reword(work, &key, &line, Some(&win)).await?
    {
        gather::show(work, post).await?;
    }
    told::sale_changed(work, &sale.id.to_string()).await
}

/// What waits is shown as it is at the time that it is said; whether it still is to be said.
pub(super) async fn refresh(work: &mut Work<'_>, key: &str) -> Result<bool, Fault> {
    let Some(id) = key.strip_prefix("sale:") else { return Ok(true) };
    let Some(sale) = sales::by_id(work.tx, id).await? else { return Ok(true) };
    match line_of(work, &sale).await? {
        Some((line, win)) => {
            store::reword(work.tx, key, &line, Some(&win)).await?;
            Ok(true)
        }
        None => {
            store::drop_line(work.tx, key).await?;
            Ok(false)
        }
    }
}

async fn line_of(work: &mut Work<'_>, sale: &SaleRow) -> Result<Option<(Line, SaleWin)>, Fault> {
    let Some((win, industry)) = sale_win(work, sale, None).await? else { return Ok(None) };
    let line = render::sale(&win, industry.as_deref(), work.today());
    Ok(Some((line, win)))
}

/// A sale as it may be shown, with its industry's name: of all its sellers, or of one alone.
///
/// # Errors
/// When the database refuses.
pub async fn sale_win(
    work: &mut Work<'_>,
    sale: &SaleRow,
    only: Option<PartnerId>,
) -> Result<Option<(SaleWin, Option<String>)>, Fault> {
    let currency =
        sale.exchange.map_or(sale.amount.currency, |exchange| exchange.reporting.currency);
    let mut sellers = Vec::new();
    for share in &sale.shares {
        if only.is_some_and(|only| only != share.partner) {
            continue;
        }
        let id = share.partner.to_string();
        let Some(row) = partner_by_id(work.tx, &id).await? else { continue };
        let amounts = super::amounts(work, &id).await?;
        let part = Money::new(share.credited_minor, currency);
        sellers.push(Seller { row, amounts, part });
    }
    let Some(win) = rules::sale_win(sale, &sellers) else { return Ok(None) };
    let industry = match &sale.industry {
        Some(slug) => industries::actions::name(work, slug).await?,
        None => None,
    };
    Ok(Some((win, industry)))
}

/// The lines of a partner's latest sales name them as they are to be named now.
pub(super) async fn people_changed(
    work: &mut Work<'_>,
    partner: &str,
    limit: i64,
) -> Result<(), Fault> {
    let mut posts = BTreeSet::new();
    let which = sales::Which { partner: Some(partner), ..sales::Which::default() };
    for sale in sales::newest(work.tx, which, limit).await? {
        let id = sale.id.to_string();
        let Some(sale) = sales::by_id(work.tx, &id).await?.filter(rules::stands) else { continue };
        let shown = line_of(work, &sale).await?;
        let (line, win) = shown.map_or((render::unnamed(), None), |(line, win)| (line, Some(win)));
        posts.extend(reword(work, &key(&id), &line, win.as_ref()).await?);
    }
    for post in posts {
        gather::show(work, post).await?;
    }
    Ok(())
}
