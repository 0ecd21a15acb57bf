//! One transaction in flight, the next after the answer: what a homeserver does.

use std::time::{Duration, Instant};

use crate::feed::Feed;
use crate::stub::{Queued, Shared};
use crate::wire::Client;

/// Pushes until the task is aborted.
pub async fn run(stub: Shared) {
    let (address, token, changed) = {
        let stub = stub.borrow();
        let token = stub.world.registration.hs_token.clone();
        (stub.address.clone(), token, stub.changed.clone())
    };
    let mut client = Client::new(&address);
    let mut id = 0_u64;
    loop {
        let batch = {
            let mut stub = stub.borrow_mut();
            stub.drain_world();
            stub.fill();
            stub.take()
        };
        if batch.is_empty() {
            let open = stub.borrow().is_open_loop();
            let wait = if open { Duration::from_millis(1) } else { Duration::from_millis(200) };
            let _ = tokio::time::timeout(wait, changed.notified()).await;
            continue;
        }
        id += 1;
        stub.borrow_mut().pushing = true;
        push(&stub, &mut client, &token, id, &batch).await;
        redeliver(&stub, &mut client, &token, id, batch).await;
        stub.borrow_mut().pushing = false;
    }
}

fn body(batch: &[Queued]) -> String {
    let mut body =
        String::with_capacity(batch.iter().map(|q| q.json.len() + 1).sum::<usize>() + 16);
    body.push_str("{\"events\":[");
    for (n, queued) in batch.iter().enumerate() {
        if n > 0 {
            body.push(',');
        }
        body.push_str(&queued.json);
    }
    body.push_str("]}");
    body
}

async fn push(stub: &Shared, client: &mut Client, token: &str, id: u64, batch: &[Queued]) {
    let body = body(batch);
    let target = format!("/_matrix/app/v1/transactions/{id}");
    {
        let mut stub = stub.borrow_mut();
        for queued in batch {
            if let Some(number) = queued.command {
                stub.stats.leaves(number);
            }
        }
    }
    loop {
        let started = Instant::now();
        let answer = client.call("PUT", &target, token, &body).await;
        if matches!(answer, Ok((200..=299, _))) {
            let took = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            stub.borrow_mut().stats.acknowledged(batch.len() as u64, took);
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// By chance: the whole transaction again, and single events again in a later one.
async fn redeliver(
    stub: &Shared,
    client: &mut Client,
    token: &str,
    id: u64,
    mut batch: Vec<Queued>,
) {
    let percent = match &stub.borrow().feed {
        Feed::Running { load, .. } => load.redeliver,
        Feed::Idle => 0,
    };
    if percent == 0 {
        return;
    }
    let (again, event) = {
        let mut stub = stub.borrow_mut();
        (stub.world.chance(percent), stub.world.chance(percent))
    };
    if again {
        push(stub, client, token, id, &batch).await;
    }
    if event && let Some(queued) = batch.pop() {
        stub.borrow_mut().queue.push_back(queued);
    }
}
