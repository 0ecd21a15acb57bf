//! A list shows the newest ten and speaks of all: how many there are, and what of them counts.
use super::{Said, database, desk, sold};
use partnerspace_tests::Outcome;
use partnerspace_tests::desk::{Desk, user};
use partnerspace_tests::house::Ground;

const NOW: &str = "2026-06-10T10:00:00Z";
/// More than any list was ever read of.
const CLAIMS: usize = 520;
const DEALS: usize = 12;
const DAY_MS: i64 = 86_400_000;

pub async fn all(ground: Ground) -> Outcome<()> {
    let (db, _folder) = database(ground).await?;
    let mut desk = desk(&db, "Europe/Berlin", NOW).await?;
    desk.partner("bo", 2).await?;
    sold(&mut desk, NOW, "1000 EUR Acme --on 2026-05-31").await?;
    desk.ask("ana", &format!("sale add 500 EUR Beta --with \"me 3, {} 2\"", user("bo"))).await?;
    desk.order("!sale approve S-2 --anyway").await?.says(&["Approved"])?;
    sold(&mut desk, NOW, "90 EUR Gamma").await?;
    desk.order("!sale refund S-1 250 it was too much --yes").await?.says(&["S-1"])?;
    desk.order("!sale void S-3 never paid --yes").await?.says(&["S-3"])?;
    for n in 0..CLAIMS {
        desk.now += 60_000;
        // No two of them are near names of each other.
        desk.ask("ana", &format!("sale add 7 EUR Client {n} {}", n * 7919)).await?;
    }
    desk.ask("ana", "sale list").await?.says(&[
        "Sales · 523",
        "S-523",
        "Approved, your parts: €1,050",
        "… and 513 more",
    ])?;
    desk.ask("bo", "sale list").await?.says(&["Sales · 1", "Approved, your parts: €200"])?;
    desk.ask("ana", "sale list 2026-05").await?.says(&["· 1", "S-1 ", "Approved: €750"])?;
    desk.order("!sale list").await?.says(&["Sales · 523", "Approved: €1,250"])?;
    desk.order("!sale list 9999").await?.says(&["Sales · 9999 · 0\n"])?;
    desk.order("!sale list 2026-05").await?.says(&["Sales · 2026-05 · 1", "Approved: €750"])?;
    desk.order("!sale reject S-4 no contract").await?.says(&["S-4"])?;
    desk.ask("ana", "sale withdraw S-5").await?.says(&["S-5"])?;
    for (status, count) in
        [("approved", 2), ("voided", 1), ("rejected", 1), ("withdrawn", 1), ("claimed", CLAIMS - 2)]
    {
        let list = desk.order(&format!("!sale list --status {status}")).await?;
        list.says(&[&format!("Sales · {status} · {count}\n")])?;
    }
    let of_bo = format!("!sale list 2026-06 --status approved --partner {}", user("bo"));
    desk.order(&of_bo).await?.says(&["· 1\n", "S-2", "Approved: €500"])?;
    deals(&mut desk).await?;
    desk.forget().await?;
    db.close().await;
    Ok(())
}

async fn deals(desk: &mut Desk) -> Outcome<()> {
    for n in 0..DEALS {
        let domain = format!("client-{}.example", n * 7919);
        desk.ask("ana", &format!("deal register Firm {} --domain {domain}", n * 7919)).await?;
    }
    desk.ask("ana", "deal drop D-1 they went elsewhere").await?.says(&["D-1"])?;
    desk.ask("ana", "deal list").await?.says(&["Deals · 12\n", "D-12", "… and 2 more"])?;
    desk.ask("bo", "deal list").await?.says(&["Deals · 0\n"])?;
    desk.ask("ana", "sale add 5 EUR Firm 7919").await?.says(&["S-524"])?;
    for (status, count) in [("open", 10), ("dropped", 1), ("won", 1), ("lost", 0), ("ended", 0)] {
        let list = desk.order(&format!("!deal list --status {status}")).await?;
        list.says(&[&format!("Deals · {count}\n")])?;
    }
    desk.now += 400 * DAY_MS;
    let ended = format!("!deal list --status ended --partner {}", user("ana"));
    desk.order(&ended).await?.says(&["Deals · 10\n"])
}
