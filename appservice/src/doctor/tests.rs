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
    let last = found.last().unwrap();
    assert!(last.id == "homeserver" && last.sentence.contains("127.0.0.1:9"), "{last}");
    assert!(found.iter().filter(|finding| finding.severity > Severity::Fine).count() == 1);
}
