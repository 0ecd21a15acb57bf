//! The target `synapse`: a real one, and how long after a send's answer the reply is there. One
//! person says a command, waits for the reply in their `/sync`, takes breath, and says the next. The
//! target `federation`: the same with the person on a second Synapse, over its TLS.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::program;
use partnerspace_tests::synapse::Synapse;
use serde_json::json;

use crate::Options;
use crate::report::{self, Row, percentiles};
use crate::target::usage;

const ME: f64 = 100.0;
const SALES: f64 = 50.0;
/// Claims from the other server.
const CLAIMS: f64 = 200.0;
const WARM: usize = 5;
/// Nobody types faster, and what a claim causes in other rooms is over by then.
const BREATH: Duration = Duration::from_millis(400);
const RAISED: &str = "[limits]\ncommands_burst = 1000000\ncommands_every_ms = 1\n";

pub async fn measure(options: &Options) -> Result<()> {
    program::use_binary(&options.program);
    let mut house = House::open_with(Ground::OwnSynapse, "boss", RAISED).await?;
    house.plain("ana").await?;
    house.added("ana").await?;
    let room = house.room("general", "ana").await?;
    let ana = (&house, "ana", "synapse");
    ask(ana, &room, "warm", WARM, |_| "!me".to_owned()).await?;
    let count = |full: f64| (full * options.scale).ceil() as usize;
    let mut rows = Vec::new();
    if options.only.iter().any(|name| name == "me") {
        rows.push(ask(ana, &room, "me", count(ME), |_| "!me".to_owned()).await?);
    }
    if options.only.iter().any(|name| name == "sale") {
        let line = |n: usize| format!("!sale add {} EUR Client {n}", n + 1);
        rows.push(ask(ana, &room, "sale", count(SALES), line).await?);
    }
    for row in rows {
        report::put(&mut std::io::stdout(), Path::new(&options.out), &row)?;
    }
    Ok(())
}

/// Claims and questions of somebody on another Synapse; the reply is there when they read it there.
pub async fn federation(options: &Options) -> Result<()> {
    program::use_binary(&options.program);
    let there = Synapse::start(0).await?;
    let mut house = House::open_with(Ground::OwnSynapse, "boss", RAISED).await?;
    house.plain_foreigner("rio", &there).await?;
    house.added("rio").await?;
    let room = house.room("general", "rio").await?;
    let rio = (&house, "rio", "federation");
    ask(rio, &room, "warm", WARM, |_| "!me".to_owned()).await?;
    let count = |full: f64| (full * options.scale).ceil() as usize;
    let line = |n: usize| format!("!sale add {} EUR Client {n}", n + 1);
    let rows = [
        ask(rio, &room, "sale", count(CLAIMS), line).await?,
        ask(rio, &room, "me", count(ME), |_| "!me".to_owned()).await?,
    ];
    for row in rows {
        report::put(&mut std::io::stdout(), Path::new(&options.out), &row)?;
    }
    Ok(())
}

async fn ask(
    (house, name, target): (&House, &str, &'static str),
    room: &str,
    scenario: &str,
    count: usize,
    line: impl Fn(usize) -> String,
) -> Result<Row> {
    let ana = house.person(name)?;
    let pid = house.program.id().context("the program does not run")?.to_string();
    let (before, started) = (usage(&pid)?, Instant::now());
    let (mut acks, mut replies) = (Vec::new(), Vec::new());
    for n in 0..count {
        let asked = Instant::now();
        let event = ana.say(room, &line(n)).await?;
        let taken = Instant::now();
        ana.reply_to(&event).await?;
        acks.push(micros(taken.duration_since(asked)));
        replies.push(micros(taken.elapsed()));
        tokio::time::sleep(BREATH).await;
    }
    let (after, events) = (usage(&pid)?, count as u64);
    Ok(Row {
        target,
        scenario: scenario.to_owned(),
        events,
        commands: events,
        seconds: started.elapsed().as_secs_f64(),
        ack_us: percentiles(&mut acks),
        reply_us: percentiles(&mut replies),
        cpu_ms_per_1000: (after.cpu_s - before.cpu_s) * 1e6 / events.max(1) as f64,
        rss_kib: after.rss_kib,
        more: vec![("optimized".into(), json!(!cfg!(debug_assertions)))],
        ..Row::default()
    })
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
