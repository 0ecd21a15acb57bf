//! Playbooks and what came of them: named on claims, counted when these are decided.
use super::post;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::playbooks::facts::{Facts, known, unknown};
use crate::playbooks::store::library::{self, Win};
use crate::playbooks::{rules, store};
use crate::questions::actions::help;
use crate::questions::rules::help::HelpKind;
use schema::ids::{PartnerId, SaleId};
use schema::playbook::PlaybookStatus;

/// The playbook that a claim names: a published one. That it is named counts as a use of it.
///
/// # Errors
/// `E-REF`, with the name that was nearly typed.
pub async fn declared(work: &mut Work<'_>, word: &str) -> Result<String, Stop> {
    let row = known(work, word).await?;
    match row.status() {
        PlaybookStatus::Published => {}
        PlaybookStatus::Retired => rules::usable(&row.slug, row.status())?,
        _ => return Err(unknown(work, word).await),
    }
    store::touch(work.tx, &row.slug, work.now).await?;
    Ok(row.slug)
}

/// A sale that names a playbook was decided, or taken back: its figures follow.
///
/// # Errors
/// When the database refuses.
pub async fn sale_changed(work: &mut Work<'_>, slug: Option<&str>) -> Result<(), Fault> {
    let Some(slug) = slug else { return Ok(()) };
    let Some(row) = store::by_slug(work.tx, slug).await? else { return Ok(()) };
    let facts = Facts::of(work, row).await?;
    post::show_soon(work, slug);
    post::owe_index(work, &facts, None);
    Ok(())
}

/// A sale counts from now on, or no more: its playbook's authors helped, or did not.
///
/// # Errors
/// When the database refuses.
pub async fn sale_counts(work: &mut Work<'_>, sale: Won<'_>) -> Result<(), Fault> {
    let cause = format!("playbook:{}", sale.id);
    if !sale.counts {
        return help::reverse(work, &cause).await;
    }
    for author in library::authors_of_sale(work.tx, sale.id).await? {
        let pair = (author, sale.claimant);
        help::record_as(work, HelpKind::Playbook, pair, (sale.industry, &cause)).await?;
    }
    Ok(())
}

/// A sale that was won with a playbook.
#[derive(Debug, Clone, Copy)]
pub struct Won<'a> {
    pub id: SaleId,
    pub claimant: PartnerId,
    pub industry: Option<&'a str>,
    /// Whether credit is left of it.
    pub counts: bool,
}

/// Somebody left, came back, or is called otherwise: what names them follows.
///
/// # Errors
/// When the database refuses.
pub async fn people_changed(work: &mut Work<'_>, user: &str) -> Result<(), Fault> {
    for slug in store::slugs_of(work.tx, user).await? {
        post::show_soon(work, &slug);
    }
    Ok(())
}

/// Sales of others that were won with what a partner wrote, approved in `[from, to)`: what counts
/// for `help`.
///
/// # Errors
/// When the database refuses.
pub async fn helped(
    work: &mut Work<'_>,
    author: PartnerId,
    from: i64,
    to: i64,
) -> Result<Vec<Win>, Fault> {
    Ok(library::wins_of_others(work.tx, author, from, to).await?)
}

/// All sales that were won with a playbook, approved in `[from, to)`.
///
/// # Errors
/// When the database refuses.
pub async fn wins(work: &mut Work<'_>, from: i64, to: i64) -> Result<Vec<Win>, Fault> {
    Ok(library::wins(work.tx, from, to).await?)
}

/// How often each template was filled in, in `[from, to)`, most first.
///
/// # Errors
/// When the database refuses.
pub async fn fillings(
    work: &mut Work<'_>,
    from: i64,
    to: i64,
    rows_max: i64,
) -> Result<Vec<(String, i64)>, Fault> {
    Ok(library::fillings(work.tx, from, to, rows_max).await?)
}
