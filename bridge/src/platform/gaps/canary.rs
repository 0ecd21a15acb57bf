//! Sends the canary and acts when it does not come back. Its echo is any event of ours that the
//! homeserver pushes; the inbox notes the time.
use super::rules::{Canary, Step};
use crate::platform::App;
use crate::platform::alarms::Alarm;
use crate::platform::homeserver::{CallError, Homeserver, Put};
use crate::platform::work::{MARKER, txn_id};
use ruma::api::client::appservice::request_ping;
use serde_json::json;
use std::sync::atomic::Ordering::Relaxed;

/// The transaction id of the canary's pings, by which our own listener knows them.
pub const PING_ID: &str = "partnerspace-canary";
/// The room may not be made yet.
const ROOM_WAIT_MS: u64 = 500;
/// What readiness waits for when a direction of the link does not work.
const SILENT: &str = "the homeserver does not answer, or does not reach us";
const LATE: &str = "the homeserver has not pushed our own messages back for two minutes";

pub async fn run<H: Homeserver>(app: App<H>, appservice_id: String) {
    let mut canary = Canary::new(app.clock.now(), app.program.limits.canary_every_ms);
    loop {
        let now = app.clock.now();
        match canary.next(now, app.signals.last_echo_at.load(Relaxed)) {
            Some(Step::Send) => {
                match app.signals.places(|places| places.ids.get("canary").cloned()) {
                    Some(room) => {
                        let sent = send(&app, room, now).await;
                        if matches!(sent, Err(CallError::Limited { .. })) {
                            canary.put_off(now);
                            continue;
                        }
                        canary.sent(now, sent.is_ok());
                        if sent.is_err() {
                            app.signals.noticed.set(Alarm::Homeserver, true);
                            app.signals.set_trouble(Some(SILENT.to_owned()));
                        }
                    }
                    None => app.clock.sleep(ROOM_WAIT_MS).await,
                }
            }
            Some(Step::Ping) => {
                let pinged = ping(&app, &appservice_id).await;
                let back = canary.pinged(app.clock.now(), pinged.is_ok());
                app.signals.noticed.set(Alarm::Homeserver, pinged.is_err());
                if let Err(why) = pinged {
                    app.signals.set_trouble(Some(format!("{SILENT} ({why})")));
                }
                if back {
                    let trouble = canary.is_late().then(|| LATE.to_owned());
                    app.signals.set_trouble(trouble);
                    app.signals.gaps.notify_one();
                    app.signals.retry_sends();
                }
            }
            Some(Step::Fill) => app.signals.gaps.notify_one(),
            Some(step @ (Step::Alert | Step::Back)) => {
                let trouble = (step == Step::Alert).then(|| LATE.to_owned());
                app.signals.set_trouble(trouble);
                if app.signals.noticed.set(Alarm::Canary, step == Step::Alert) {
                    tracing::warn!(late = step == Step::Alert, "our own messages and their return");
                }
            }
            None => {
                let pause = canary.wake_at(now) - now;
                tokio::select! {
                    biased;
                    () = app.signals.hung_up.notified() => canary.doubted(app.clock.now()),
                    () = app.clock.sleep(u64::try_from(pause).unwrap_or(1)) => {}
                }
            }
        }
    }
}

async fn send<H: Homeserver>(app: &App<H>, room_id: String, now: i64) -> Result<(), CallError> {
    let txn = txn_id(&app.install.id, &format!("canary:{now}"));
    let content = json!({ "msgtype": "m.notice", "body": "canary", "m.mentions": {}, MARKER: txn })
        .to_string();
    app.signals.canary_sent(&txn, now);
    let sent = app.homeserver.put(&Put::message(&room_id, &txn, &content)).await;
    sent.inspect_err(|error| tracing::warn!(%error, "the canary could not be sent")).map(drop)
}

/// Has the homeserver call us; a server that knows no pings counts as reached. Else why not.
async fn ping<H: Homeserver>(app: &App<H>, appservice_id: &str) -> Result<(), CallError> {
    let mut request = request_ping::v1::Request::new(appservice_id.to_owned());
    request.transaction_id = Some(PING_ID.into());
    match app.homeserver.call(request).await {
        Ok(_) => {
            app.signals.last_ping_at.store(app.clock.now(), Relaxed);
            Ok(())
        }
        Err(CallError::Refused { status: 404 | 405, .. }) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "the homeserver could not be pinged, or does not reach us");
            Err(error)
        }
    }
}
