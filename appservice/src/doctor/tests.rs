//! Findings as an operator reads them, without a homeserver.
use super::*;
use crate::config::private;

#[tokio::test]
async fn without_files_there_is_one_finding_that_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let found = examine(&dir.path().join("none.toml"), &[]).await;
    assert_eq!(found.len(), 1);
    assert!(!is_healthy(&found) && found[0].sentence.contains("does not exist"));
    assert!(found[0].to_string().starts_with("FAIL config"));
}

#[tokio::test]
async fn a_homeserver_that_is_away_is_named_with_its_address() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("p.toml");
    let text =
        "owners = [\"@a:h\"]\n[homeserver]\nurl = \"http://127.0.0.1:9\"\nserver_name = \"h\"\n";
    private::write(&file, text, false).unwrap();
    let config = crate::config::load(&file, &[]).unwrap_or_else(|e| panic!("{e}"));
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(1);
    let registration = crate::config::Registration::for_config(&config, &mut rng);
    registration.write(&dir.path().join("registration.yaml"), false).unwrap();
    let found = examine(&file, &[]).await;
    let away = found.iter().find(|finding| finding.id == "homeserver").unwrap();
    assert!(away.sentence.contains("127.0.0.1:9"), "{away}");
    let wrong: Vec<&str> =
        found.iter().filter(|f| f.severity > Severity::Fine).map(|f| &*f.id).collect();
    assert_eq!(wrong, ["database", "homeserver", "rooms"]);
    assert!(!dir.path().join("partnerspace.db").exists(), "doctor makes no database");
}

#[tokio::test]
async fn a_database_is_right_too_old_or_too_new() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("p.toml");
    let url = format!("sqlite:{}", dir.path().join("p.db").display());
    let text = format!(
        "owners = [\"@a:h\"]\n[homeserver]\nurl = \"http://127.0.0.1:1\"\nserver_name = \"h\"\n[database]\nurl = \"{url}\"\n"
    );
    private::write(&file, &text, false).unwrap();
    let config = crate::config::load(&file, &[]).unwrap_or_else(|e| panic!("{e}"));
    let ids = async || {
        let mut found = Vec::new();
        let usable = database::examine(&config, &mut found).await.is_some();
        (usable, found.iter().map(|f| format!("{f}")).collect::<Vec<_>>())
    };
    let db = bridge::platform::db::Db::open(&url).await.unwrap();
    let (usable, found) = ids().await;
    assert!(!usable && found[0].starts_with("WARN schema"), "{found:?}");
    bridge::platform::db::migrate(&db, 1).await.unwrap();
    let (usable, found) = ids().await;
    assert!(usable && found[..4].iter().all(|f| f.starts_with("ok")), "{found:?}");
    assert!(found.len() == 5 && found[4].starts_with("WARN backup"), "{found:?}");
    assert!(found[3].contains("journal_mode wal, synchronous full"), "{found:?}");
    let mut tx = db.begin().await.unwrap();
    sqlx::query("insert into schema_version (version, applied_at) values (999, 1)")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (usable, found) = ids().await;
    assert!(!usable && found[0].starts_with("FAIL schema") && found[0].contains("999"));
}
