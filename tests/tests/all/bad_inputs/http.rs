//! The rows about the appservice's own HTTP, through the real route into the real inbox: what is
//! kept, set aside, or nothing at all.
use super::events::event;
use super::{Case, Scene, faked};
use anyhow::ensure;
use partnerspace_tests::Outcome;
use reqwest::{Body, Client, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub fn cases() -> Vec<Case> {
    vec![
        faked("H05", |scene| Box::pin(no_events(scene))),
        faked("H06", |scene| Box::pin(many_events(scene))),
        faked("H08", |scene| Box::pin(deep_events(scene))),
        faked("H09", |scene| Box::pin(doubled_keys(scene))),
        faked("H11", |scene| Box::pin(one_id_two_contents(scene))),
        faked("H13", |scene| Box::pin(one_txn_id_two_bodies(scene))),
        faked("H14", |scene| Box::pin(garbage_beside(scene))),
        faked("H15", |scene| Box::pin(no_text(scene))),
        faked("H16", |scene| Box::pin(half_surrogates(scene))),
        faked("H19", |scene| Box::pin(strangers_asked_for(scene))),
    ]
}

async fn put(scene: &Scene, txn: &str, body: impl Into<Body>) -> Outcome<StatusCode> {
    let program = &scene.house.program;
    let url = format!("{}/_matrix/app/v1/transactions/{txn}", program.url());
    let request = Client::new().put(url).bearer_auth(&program.registration.hs_token).body(body);
    Ok(request.send().await?.status())
}

/// Sends events as one transaction, which must be taken.
async fn push(scene: &Scene, txn: &str, events: &[String]) -> Outcome<()> {
    let status = put(scene, txn, format!(r#"{{"events":[{}]}}"#, events.join(","))).await?;
    ensure!(status == StatusCode::OK, "{status}");
    Ok(())
}

/// A message of Ana's in the general room.
fn said(scene: &Scene, id: &str, content: &Value) -> Outcome<String> {
    let ana = &scene.house.person("ana")?.id;
    Ok(event(&scene.general, ana, id, content).to_string())
}

fn help(scene: &Scene, id: &str) -> Outcome<String> {
    said(scene, id, &json!({"msgtype": "m.text", "body": "!help"}))
}

async fn ran(scene: &Scene, id: &str) -> Outcome<()> {
    let outcome = scene.facts.ended(id).await?;
    ensure!(outcome == "ran", "{id} ended as {outcome}");
    Ok(())
}

async fn rows(scene: &Scene) -> Outcome<i64> {
    scene.facts.number("select count(*) from inbox", &[]).await
}

async fn no_events(scene: &Scene) -> Outcome<()> {
    let before = scene.facts.quarantined().await?;
    let found = ["null", "1", "\"x\"", "{}"].map(str::to_owned);
    push(scene, "h05", &found).await?;
    push(scene, "h05 again", &found).await?;
    let set_aside = scene.facts.quarantined().await? - before;
    ensure!(set_aside == 4, "{set_aside} were set aside");
    let listed = scene.order("!inbox list").await?;
    ensure!(listed.card()["kind"] == "inbox", "{}", listed.body());
    Ok(())
}

async fn many_events(scene: &Scene) -> Outcome<()> {
    let talk = json!({"msgtype": "m.text", "body": "only talk"});
    for count in [101, 10_000] {
        let mut events = Vec::with_capacity(count);
        for n in 1..count {
            events.push(said(scene, &format!("$talk{n}"), &talk)?);
        }
        let last = format!("$h06-{count}");
        events.push(help(scene, &last)?);
        let before = rows(scene).await?;
        push(scene, &last, &events).await?;
        ran(scene, &last).await?;
        let kept = rows(scene).await? - before;
        ensure!(kept == 1, "{kept} rows for talk");
    }
    Ok(())
}

async fn deep_events(scene: &Scene) -> Outcome<()> {
    for depth in [123, 124, 125, 126, 100_000] {
        let (deep, fine) = (format!("$deep{depth}"), format!("$fine{depth}"));
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let content = json!({"msgtype": "m.text", "body": "!help", "x": "NESTED"});
        let whole = said(scene, &deep, &content)?.replace("\"NESTED\"", &nested);
        push(scene, &deep, &[whole, help(scene, &fine)?]).await?;
        // Readable at any depth: what is nested is skipped, not built.
        ran(scene, &deep).await?;
        ran(scene, &fine).await?;
    }
    Ok(())
}

/// An event in which a key stands twice is nobody's: no two readers may see two events in it.
async fn doubled_keys(scene: &Scene) -> Outcome<()> {
    let whole = help(scene, "$h09-a")?;
    let doubled = [
        whole.replacen('{', r#"{"type":"m.room.member","#, 1),
        whole.replacen('{', r#"{"event_id":"$h09-b","#, 1),
        whole.replacen('{', r#"{"sender":"@olga:example.org","#, 1),
        whole.replace(r#""body":"#, r#""body":"talk","body":"#),
    ];
    let before = scene.facts.quarantined().await?;
    push(scene, "h09", &doubled).await?;
    let set_aside = scene.facts.quarantined().await? - before;
    ensure!(set_aside == 4, "{set_aside} of 4 were set aside");
    scene.unanswered("a doubled key", "$h09-a").await?;
    scene.unanswered("a doubled key", "$h09-b").await
}

async fn one_id_two_contents(scene: &Scene) -> Outcome<()> {
    let counted = "inbox_conflicts_total";
    let before = scene.house.program.metric(counted).await?;
    let claim = |amount: u32| {
        let body = format!("!sale add {amount} EUR Forged");
        said(scene, "$h11", &json!({"msgtype": "m.text", "body": body}))
    };
    push(scene, "h11", &[claim(111)?, claim(999)?, claim(111)?]).await?;
    scene.facts.ended("$h11").await?;
    let amount = "select cast(sum(amount_minor) as bigint) from sale where cause = $1";
    let minor = scene.facts.number(amount, &["$h11"]).await?;
    ensure!(minor == 11_100, "{minor} were claimed");
    let conflicts = scene.house.program.metric(counted).await? - before;
    ensure!(conflicts == 1, "{conflicts} conflicts");
    scene.alerted("inbox.conflict", 1).await?;
    // Another one in the same hour is counted and not told.
    push(scene, "h11 later", &[claim(998)?]).await?;
    scene.drain().await?;
    let conflicts = scene.house.program.metric(counted).await? - before;
    ensure!((conflicts, scene.alerts("inbox.conflict")) == (2, 1), "{conflicts} conflicts");
    Ok(())
}

async fn one_txn_id_two_bodies(scene: &Scene) -> Outcome<()> {
    for id in ["$h13-a", "$h13-b"] {
        push(scene, "1", &[help(scene, id)?]).await?;
    }
    ran(scene, "$h13-a").await?;
    ran(scene, "$h13-b").await
}

async fn garbage_beside(scene: &Scene) -> Outcome<()> {
    let before = rows(scene).await?;
    let garbage = vec!["1"; 1_000_000].join(",");
    let event = help(scene, "$h14")?;
    let body = format!(r#"{{"ephemeral":[{garbage}],"to_device":7,"events":[{event}]}}"#);
    ensure!(put(scene, "h14", body).await? == StatusCode::OK, "garbage was not ignored");
    ran(scene, "$h14").await?;
    ensure!(rows(scene).await? == before + 1, "garbage was kept");
    Ok(())
}

async fn no_text(scene: &Scene) -> Outcome<()> {
    let before = rows(scene).await?;
    let body = format!(r#"{{"events":[{}]}}"#, help(scene, "$h15")?);
    let marked = [b"\xef\xbb\xbf".as_slice(), body.as_bytes()].concat();
    let wide: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let broken = [body.as_bytes(), b"\xff"].concat();
    for bytes in [marked, wide, broken] {
        let status = put(scene, "h15", bytes).await?;
        ensure!(status == StatusCode::BAD_REQUEST, "{status}");
    }
    scene.drain().await?;
    ensure!(scene.facts.outcome("$h15").await?.is_none(), "it was kept");
    // Only what `drain` said: its two commands.
    ensure!(rows(scene).await? - before <= 2, "something was kept");
    Ok(())
}

async fn half_surrogates(scene: &Scene) -> Outcome<()> {
    let before = scene.facts.quarantined().await?;
    let command = help(scene, "$h16-a")?.replace("!help", r"!sale add 5 EUR \ud800");
    let talk = help(scene, "$h16-b")?.replace("!help", r"only \udfff talk");
    let beside = help(scene, "$h16-c")?.replace("m.text\"", "m.text\",\"x\":\"\\ud83d\"");
    push(scene, "h16", &[command, talk, beside, help(scene, "$h16-d")?]).await?;
    ran(scene, "$h16-d").await?;
    let set_aside = scene.facts.quarantined().await? - before;
    ensure!(set_aside == 3, "{set_aside} of 3 were set aside");
    scene.unanswered("half a surrogate", "$h16-a").await
}

#[expect(clippy::disallowed_methods, reason = "measures")]
async fn strangers_asked_for(scene: &Scene) -> Outcome<()> {
    let program = &scene.house.program;
    let known = scene.facts.number("select count(*) from chat", &[]).await?;
    let asked = scene.fake()?.requests().len();
    let http = Client::new();
    let mut times = Vec::with_capacity(10_000);
    for n in 0..10_000 {
        let url = format!(
            "{}/_matrix/app/v1/users/@{}zzz{n}:example.org",
            program.url(),
            program.registration.prefix
        );
        let began = Instant::now();
        let request = http.get(url).bearer_auth(&program.registration.hs_token);
        let status = request.send().await?.status();
        times.push(began.elapsed());
        ensure!(status == StatusCode::NOT_FOUND, "{status}");
    }
    times.sort_unstable();
    let median = times[times.len() / 2];
    ensure!(median < Duration::from_millis(5), "half of them took over {median:?}");
    let registered =
        scene.fake()?.requests()[asked..].iter().any(|seen| seen.path.contains("register"));
    ensure!(!registered, "a user was made");
    ensure!(
        scene.facts.number("select count(*) from chat", &[]).await? == known,
        "a chat was made"
    );
    Ok(())
}
