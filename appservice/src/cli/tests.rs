//! The command line as a person types it.
use super::*;
use crate::config;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn init(dir: &std::path::Path, more: &[&str]) -> anyhow::Result<String> {
    let dir = dir.display().to_string();
    let base =
        ["partnerspace", "init", "--server-name", "example.org", "--owner", "@boss:example.org"];
    let cli = Cli::try_parse_from(base.iter().chain(&["--dir", &dir]).chain(more))?;
    let Command::Init(init) = &cli.command else { unreachable!() };
    init.run(&mut StdRng::seed_from_u64(1), &cli.config)
}

#[test]
fn the_arguments_are_consistent() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

#[test]
fn init_writes_two_private_files_that_agree_and_says_what_is_next() {
    let dir = tempfile::tempdir().unwrap();
    let said =
        init(dir.path(), &["--name", "Ann's \"best\" program", "--currency", "CHF"]).unwrap();
    assert!(said.contains("app_service_config_files") && said.contains("register-appservice"));
    let (file, registration) =
        (dir.path().join("partnerspace.toml"), dir.path().join("registration.yaml"));
    for path in [&file, &registration] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let config = config::load(&file, &[]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(config.program.name, "Ann's \"best\" program");
    let registration = config::Registration::read(&registration).unwrap_or_else(|e| panic!("{e}"));
    assert!(registration.disagreements(&config).is_empty());
}

#[test]
fn init_replaces_nothing_unless_forced_and_writes_nothing_that_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    assert!(
        init(dir.path(), &["--currency", "euro"]).unwrap_err().to_string().contains("currency")
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    init(dir.path(), &[]).unwrap();
    let before = fs::read(dir.path().join("registration.yaml")).unwrap();
    assert!(init(dir.path(), &[]).unwrap_err().to_string().contains("--force"));
    assert_eq!(fs::read(dir.path().join("registration.yaml")).unwrap(), before);
    init(dir.path(), &["--force"]).unwrap();
}
