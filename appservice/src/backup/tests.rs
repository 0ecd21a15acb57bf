//! What is left of a killed try, and when a migration needs no backup.
use super::*;
use std::fs::write;

#[test]
fn what_a_killed_try_left_is_taken_away_with_all_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.db.restoring");
    for ending in ["", "-wal", "-shm", "-journal"] {
        write(beside(&path, ending), "x").unwrap();
    }
    clear(&path);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_new_database_needs_no_backup_before_its_first_schema() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("p.db").display());
    let db = Db::open(&url).await.unwrap();
    before_migration(&db, &url, Path::new("partnerspace.toml")).await.unwrap();
    let names = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("backup")));
}
