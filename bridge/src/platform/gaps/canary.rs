//! Sends the canary and acts when it does not come back. Its echo is any event of ours that the
//! homeserver pushes; the inbox notes the time.
use super::rules::{Canary, Step};
use crate::platform::App;
use crate::platform::homeserver::{CallError, Homeserver, Put, PutKind};
use crate::platform::refusal::Fault;
use crate::platform::work::{Effects, MARKER, txn_id};
use crate::rooms::actions::alert_job;
use ruma::api::client::appservice::request_ping;
use schema::card::{Finding, Severity};
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
    let mut canary = Canary::new(app.clock.now());
    loop {
        let now = app.clock.now();
        match canary.next(now, app.signals.last_echo_at.load(Relaxed)) {
            Some(Step::Send) => {
                match app.signals.places(|places| places.ids.get("canary").cloned()) {
                    Some(room) => {
                        let worked = send(&app, room, now).await;
                        canary.sent(now, worked);
                        if !worked {
                            app.signals.set_trouble(Some(SILENT.to_owned()));
                        }
                    }
                    None => app.clock.sleep(ROOM_WAIT_MS).await,
                }
            }
            Some(Step::Ping) => {
                let pinged = ping(&app, &appservice_id).await;
                let back = canary.pinged(app.clock.now(), pinged.is_ok());
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
                tell(&app, step, now).await;
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

async fn send<H: Homeserver>(app: &App<H>, room_id: String, now: i64) -> bool {
    let txn = txn_id(&app.install.id, &format!("canary:{now}"));
    let content = json!({ "msgtype": "m.notice", "body": "canary", "m.mentions": {}, MARKER: txn })
        .to_string();
    let put = Put {
        room_id: &room_id,
        kind: PutKind::Message,
        event_type: "m.room.message",
        key: &txn,
        redacts: None,
        content: &content,
    };
    match app.homeserver.put(&put).await {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(%error, "the canary could not be sent");
            false
        }
    }
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

async fn tell<H: Homeserver>(app: &App<H>, step: Step, now: i64) {
    let finding = if step == Step::Alert {
        tracing::error!("our own messages have not come back for two minutes");
        Finding {
            id: "canary_late".into(),
            severity: Severity::Error,
            sentence: "The homeserver has not pushed our own messages back for two minutes; commands wait until it does, or are found in the rooms.".into(),
            mend: Some("Run partnerspace doctor; look whether the homeserver reaches this machine.".into()),
        }
    } else {
        tracing::info!("our own messages come back again");
        Finding {
            id: "canary_back".into(),
            severity: Severity::Info,
            sentence: "The homeserver pushes events again; what was missed has been looked for in the rooms.".into(),
            mend: None,
        }
    };
    let effects = Effects { jobs: vec![alert_job(&finding, None, now)], ..Effects::default() };
    let written: Result<(), Fault> = async {
        let mut tx = app.db.begin().await?;
        effects.flush(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
    .await;
    match written {
        Ok(()) => app.signals.wake_jobs(),
        Err(fault) => tracing::error!(%fault, "the team could not be told"),
    }
}
