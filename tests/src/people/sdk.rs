//! matrix-sdk: what real clients are built on. It keeps its own idea of rooms and members, so a
//! message it cannot make sense of fails here as it would on somebody's phone.
use super::timeline::Timeline;
use crate::Outcome;
use crate::wait::PATIENCE;
use anyhow::Context;
use matrix_sdk::config::{RequestConfig, SyncSettings};
use matrix_sdk::ruma::api::client::authenticated_media::get_content;
use matrix_sdk::ruma::api::client::config::set_global_account_data;
use matrix_sdk::ruma::api::client::filter::{FilterDefinition, RoomEventFilter, RoomFilter};
use matrix_sdk::ruma::api::client::room::create_room;
use matrix_sdk::ruma::api::client::state::{get_state_event_for_key, send_state_event};
use matrix_sdk::ruma::api::client::sync::sync_events;
use matrix_sdk::ruma::events::{GlobalAccountDataEventType, StateEventType};
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{
    EventId, MxcUri, OwnedRoomOrAliasId, OwnedTransactionId, RoomAliasId, RoomId, UInt, UserId,
};
use matrix_sdk::sync::SyncResponse;
use matrix_sdk::{Client, Room};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const AFTER_FAILURE: Duration = Duration::from_millis(100);
const LONG_POLL: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Sdk {
    client: Client,
}

impl Sdk {
    /// Logs in and shows what was there before.
    pub async fn login(url: &str, id: &str, password: &str, timeline: &Timeline) -> Outcome<Self> {
        let requests = RequestConfig::short_retry().timeout(PATIENCE);
        let client = Client::builder().homeserver_url(url).request_config(requests);
        let client = client.build().await?;
        let user = UserId::parse(id)?;
        client.matrix_auth().login_username(&user, password).send().await?;
        show(&client.sync_once(settings().timeout(Duration::ZERO)).await?, timeline);
        Ok(Self { client })
    }

    pub async fn join(&self, room: &str) -> Outcome<String> {
        let room: OwnedRoomOrAliasId = room.try_into()?;
        Ok(self.client.join_room_by_id_or_alias(&room, &[]).await?.room_id().to_string())
    }

    pub async fn leave(&self, room: &str) -> Outcome<()> {
        Ok(self.room(room)?.leave().await?)
    }

    pub async fn create_room(&self, body: Value) -> Outcome<String> {
        let invite = body["invite"].as_array().into_iter().flatten();
        let invite = invite.filter_map(Value::as_str).map(UserId::parse);
        let mut request = create_room::v3::Request::new();
        request.invite = invite.collect::<Result<_, _>>()?;
        request.is_direct = body["is_direct"] == true;
        request.preset = Some(create_room::v3::RoomPreset::TrustedPrivateChat);
        Ok(self.client.create_room(request).await?.room_id().to_string())
    }

    pub async fn resolve(&self, alias: &str) -> Outcome<String> {
        let alias = RoomAliasId::parse(alias)?;
        Ok(self.client.resolve_room_alias(&alias).await?.room_id.to_string())
    }

    pub async fn send(
        &self,
        room: &str,
        kind: &str,
        content: &Value,
        txn: &str,
    ) -> Outcome<String> {
        let txn = OwnedTransactionId::from(txn);
        let room = self.room(room)?;
        let sent = room.send_raw(kind, content.clone()).with_transaction_id(&txn).await?;
        Ok(sent.response.event_id.to_string())
    }

    pub async fn redact(&self, room: &str, event: &str, txn: &str) -> Outcome<()> {
        let event = EventId::parse(event)?;
        self.room(room)?.redact(&event, None, Some(txn.into())).await?;
        Ok(())
    }

    pub async fn set_state(
        &self,
        room: &str,
        kind: &str,
        key: &str,
        content: &Value,
    ) -> Outcome<()> {
        let request = send_state_event::v3::Request::new_raw(
            RoomId::parse(room)?,
            StateEventType::from(kind),
            key.to_owned(),
            Raw::from_json_string(content.to_string())?,
        );
        self.client.send(request).await?;
        Ok(())
    }

    pub async fn set_account_data(&self, user: &str, kind: &str, content: &Value) -> Outcome<()> {
        let request = set_global_account_data::v3::Request::new_raw(
            UserId::parse(user)?,
            GlobalAccountDataEventType::from(kind),
            Raw::from_json_string(content.to_string())?,
        );
        self.client.send(request).await?;
        Ok(())
    }

    pub async fn state(&self, room: &str, kind: &str, key: &str) -> Outcome<Option<Value>> {
        let request = get_state_event_for_key::v3::Request::new(
            RoomId::parse(room)?,
            StateEventType::from(kind),
            key.to_owned(),
        );
        match self.client.send(request).await {
            Ok(answer) => Ok(Some(serde_json::from_str(answer.into_content().json().get())?)),
            Err(error) if error.as_client_api_error().is_some_and(|e| e.status_code == 404) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub async fn file(&self, uri: &str) -> Outcome<Vec<u8>> {
        let uri = <&MxcUri>::from(uri);
        let request = get_content::v1::Request::from_uri(uri)?;
        Ok(self.client.send(request).await?.file)
    }

    /// Reads on for ever; the homeserver may be down for a while.
    pub async fn follow(self, timeline: Arc<Timeline>) {
        loop {
            match self.client.sync_once(settings().timeout(LONG_POLL)).await {
                Ok(batch) => show(&batch, &timeline),
                Err(_down) => tokio::time::sleep(AFTER_FAILURE).await,
            }
        }
    }

    fn room(&self, id: &str) -> Outcome<Room> {
        let id = RoomId::parse(id)?;
        self.client.get_room(&id).with_context(|| format!("this client does not know {id}"))
    }
}

/// Everything of the timeline: a test must not miss a reply because there were many.
fn settings() -> SyncSettings {
    let mut timeline = RoomEventFilter::default();
    timeline.limit = Some(UInt::from(5000_u32));
    let mut room = RoomFilter::default();
    room.timeline = timeline;
    let mut filter = FilterDefinition::default();
    filter.room = room;
    SyncSettings::new().filter(sync_events::v3::Filter::FilterDefinition(filter))
}

fn show(batch: &SyncResponse, timeline: &Timeline) {
    for (room, joined) in &batch.rooms.joined {
        for event in &joined.timeline.events {
            if let Ok(json) = serde_json::from_str(event.raw().json().get()) {
                timeline.show(room.as_str(), json);
            }
        }
    }
    for (room, invited) in &batch.rooms.invited {
        for event in &invited.invite_state.events {
            if let Ok(json) = serde_json::from_str(event.json().get()) {
                timeline.invite(room.as_str(), &json);
            }
        }
    }
    timeline.wake();
}
