//! From the configuration's texts to the program's values; what types cannot say is refused here
//! with one sentence.
use crate::config::Config;
use anyhow::{Context, ensure};
use bridge::program::{Limits, PinnedBoard, Program};
use jiff::civil::Weekday;
use schema::migrations::Engine;
use schema::money::{Currency, Money};
use schema::period::{Calendar, WeekStart};
use secrecy::ExposeSecret;

/// # Errors
/// When a currency, board or amount is none.
pub fn program(config: &Config) -> anyhow::Result<Program> {
    let own = &config.program;
    let currency = Currency::parse(&own.currency).map_err(|error| {
        anyhow::anyhow!("`program.currency`: {error}; write a code such as \"EUR\".")
    })?;
    let sunday = own.week_start == Weekday::Sunday;
    let week_start = if sunday { WeekStart::Sunday } else { WeekStart::Monday };
    let calendar = Calendar::new(own.timezone.clone(), week_start);
    Ok(Program {
        engine: engine(config),
        name: own.name.clone(),
        currency,
        timezone: calendar.zone_name().to_owned(),
        calendar,
        week_start: if sunday { "sunday" } else { "monday" }.to_owned(),
        started_on: own.started_on,
        prefix: own.command_prefix.clone(),
        alias_prefix: own.alias_prefix.clone(),
        server_name: config.homeserver.server_name.to_string(),
        bot: config.bot_id()?.to_string(),
        ghost_prefix: config.appservice.prefix.clone(),
        owners: config.owners.iter().map(ToString::to_string).collect(),
        room_version: config.rooms.version.clone(),
        two_person_over: amount(
            "two_person_over",
            config.review.two_person_over.as_ref(),
            currency,
        )?,
        first_sale_over: amount(
            "first_sale_over",
            config.review.first_sale_over.as_ref(),
            currency,
        )?,
        payout_minimum: payout_minimum(config, currency)?,
        protect_days: i64::from(config.deals.protect_days),
        pinned: config.boards.pinned.iter().map(|text| pinned(text)).collect::<Result<_, _>>()?,
        extracts: config.boards.extracts,
        limits: limits(config),
    })
}

fn engine(config: &Config) -> Engine {
    if config.database.url.expose_secret().starts_with("sqlite:") {
        Engine::Sqlite
    } else {
        Engine::Postgres
    }
}

fn amount(key: &str, text: Option<&String>, currency: Currency) -> anyhow::Result<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    let money = Money::parse_amount(text, currency).map_err(|error| {
        anyhow::anyhow!("`review.{key}`: {error}; write an amount such as \"10000\".")
    })?;
    Ok(Some(money.minor))
}

fn payout_minimum(config: &Config, currency: Currency) -> anyhow::Result<i64> {
    let Some(text) = &config.payout.minimum else { return Ok(0) };
    let money = Money::parse_amount(text, currency).map_err(|error| {
        anyhow::anyhow!("`payout.minimum`: {error}; write an amount such as \"20\".")
    })?;
    Ok(money.minor)
}

/// `revenue.month` or `revenue.month.industry`.
fn pinned(text: &str) -> anyhow::Result<PinnedBoard> {
    let wrong = || {
        format!(
            "`boards.pinned`: `{text}` is no board; write revenue.month or clients.quarter.industry."
        )
    };
    let parts: Vec<&str> = text.split('.').collect();
    let (metric, kind, scope) = match parts.as_slice() {
        [metric, kind] => (metric, kind, None),
        [metric, kind, scope] => (metric, kind, Some(*scope)),
        _ => anyhow::bail!(wrong()),
    };
    ensure!(matches!(scope, None | Some("industry")), wrong());
    Ok(PinnedBoard {
        metric: metric.parse().with_context(wrong)?,
        kind: kind.parse().with_context(wrong)?,
        by_industry: scope.is_some(),
    })
}

fn limits(config: &Config) -> Limits {
    Limits {
        commands_burst: config.limits.commands_burst,
        commands_every_ms: i64::from(config.limits.commands_every_ms),
        inbox_max: usize::try_from(config.limits.inbox_max).unwrap_or(usize::MAX),
        inbox_coalesce: usize::try_from(config.limits.inbox_coalesce).unwrap_or(usize::MAX),
        inbox_busy: usize::try_from(config.limits.inbox_busy).unwrap_or(usize::MAX),
        loop_answers_max: usize::from(config.limits.loop_answers_max),
        late_days_max: i64::from(config.limits.late_days_max),
        turn_ms_max: i64::from(config.limits.turn_ms_max),
        raw_keep_days: i64::from(config.limits.raw_keep_days),
        canary_every_ms: i64::from(config.limits.canary_every_ms),
        alarm_after_ms: i64::from(config.limits.alarm_after_ms),
        lanes_max: usize::from(config.limits.sends_max),
        states_per_second: u32::from(config.limits.states_per_second),
        pin_every_ms: i64::from(config.limits.pin_every_ms),
        celebrate_every_ms: i64::from(config.limits.celebrate_every_ms),
        ..Limits::default()
    }
}
