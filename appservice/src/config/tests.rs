//! Every mistake is one sentence that names the key; what is valid agrees with its registration.
use super::registration::Namespace;
use super::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use secrecy::ExposeSecret;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const FINE: &str = r#"
owners = ["@boss:example.org"]
[homeserver]
url = "http://127.0.0.1:8008"
server_name = "example.org"
[program]
timezone = "Europe/Berlin"
"#;

fn mistakes(text: &str) -> Vec<String> {
    parse(text).err().map(|mistakes| mistakes.0).unwrap_or_default()
}

fn registration(config: &Config) -> Registration {
    Registration::for_config(config, &mut StdRng::seed_from_u64(1))
}

#[test]
fn the_least_configuration_is_complete() {
    let config = parse(FINE).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(config.bot_id().unwrap(), "@partners_bot:example.org");
    assert_eq!(config.sender_localpart(), "partners_sender");
    assert_eq!(config.limits.inbox_max, 100_000);
    assert_eq!(config.rooms.version, "12");
    assert!(config.appservice.legacy_paths);
}

#[test]
fn each_mistake_is_one_sentence_with_its_key() {
    for (change, key) in [
        ("[homeserver]\nurl = \"http://h\"", "homeserver.server_name"),
        ("[homeserver]\nurl = \"ftp://h\"\nserver_name = \"h\"", "homeserver.url"),
        ("[homeserver]\nurl = \"http://h\"\nserver_name = \"a b\"", "homeserver.server_name"),
        ("[homeserver]\nurl = \"http://h\"\nserver_name = \"h\"\nport = 1", "homeserver.port"),
    ] {
        let text = format!("owners = [\"@a:h\"]\n{change}\n[program]\n");
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{change}: {found:?}");
        assert!(found[0].contains(key) && found[0].ends_with('.'), "{change}: {found:?}");
    }
    for (more, key) in [
        ("[what]\nx = 1", "what"),
        ("[appservice]\nbot = \"robot\"", "appservice.bot"),
        ("[appservice]\nbot = \"partners_sender\"", "appservice.bot"),
        ("[appservice]\nprefix = \"Partners\"\nbot = \"Partnersbot\"", "appservice.prefix"),
        ("[appservice]\nlisten = \"localhost\"", "appservice.listen"),
        ("[metrics]\nlisten = \"127.0.0.1:29333\"", "metrics.listen"),
        ("[database]\nurl = \"mysql://x\"", "database.url"),
        ("[rooms]\nversion = \"10\"", "rooms.version"),
        ("[limits]\ninbox_max = \"many\"", "limits.inbox_max"),
        ("[limits]\ninbox_max = 0", "limits"),
        ("[review]\ntwo_person_over = \"1,000\"", "review.two_person_over"),
        ("[payout]\nminimum = \"1,000\"", "payout.minimum"),
        ("[review]\nfirst_sale_over = \"a lot\"", "review.first_sale_over"),
        ("[deals]\nprotect_days = 0", "deals.protect_days"),
        ("[deals]\nprotect_days = 3651", "deals.protect_days"),
        ("[log]\nformat = \"xml\"", "log.format"),
    ] {
        let found = mistakes(&format!("{FINE}{more}\n"));
        assert!(found.iter().any(|sentence| sentence.contains(key)), "{more}: {found:?}");
    }
    for (from, to, key) in [
        ("@boss:example.org", "boss", "owners"),
        ("[\"@boss:example.org\"]", "[]", "owners"),
        ("Europe/Berlin", "Europe/Atlantis", "program.timezone"),
    ] {
        let found = mistakes(&FINE.replace(from, to));
        assert!(found.len() == 1 && found[0].contains(key), "{to}: {found:?}");
    }
}

#[test]
fn flags_win_and_are_typed() {
    let figment = || Figment::new().merge(Toml::string(FINE));
    let flag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let flags = [
        flag("limits.inbox_max", "7"),
        flag("program.name", "X"),
        flag("metrics.enabled", "false"),
    ];
    let config = merged(&figment(), &flags).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((config.limits.inbox_max, config.program.name.as_str()), (7, "X"));
    assert!(!config.metrics.enabled);
    assert!(merged(&figment(), &[flag("limits.nothing", "7")]).is_err());
}

#[test]
fn text_that_looks_like_a_number_is_text_where_text_is_wanted() {
    let figment = Figment::new().merge(Toml::string(FINE));
    let flags = [
        ("rooms.version", "11"),
        ("program.name", "2026"),
        ("review.two_person_over", "10000.00"),
        ("limits.inbox_max", "7"),
    ];
    let flags = flags.map(|(key, text)| (key.to_owned(), text.to_owned()));
    let config = merged(&figment, &flags).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((config.rooms.version.as_str(), config.program.name.as_str()), ("11", "2026"));
    assert_eq!(config.review.two_person_over.as_deref(), Some("10000.00"));
    assert_eq!(config.limits.inbox_max, 7);
    let wrong = [("limits.inbox_max".to_owned(), "true".to_owned())];
    assert!(merged(&figment, &wrong).is_err());
}

#[test]
fn a_database_lies_beside_the_configuration() {
    let file = Path::new("/etc/p/partnerspace.toml");
    let seen = |url: &str| parse::beside(file, &url.into()).expose_secret().to_owned();
    for (url, wanted) in [
        ("sqlite:p.db", "sqlite:/etc/p/p.db"),
        ("sqlite://p.db?mode=rw", "sqlite:/etc/p/p.db?mode=rw"),
        ("sqlite:/var/p.db", "sqlite:/var/p.db"),
        ("sqlite::memory:", "sqlite::memory:"),
        ("postgres://a@b/c", "postgres://a@b/c"),
    ] {
        assert_eq!(seen(url), wanted, "{url}");
    }
}

#[test]
fn a_registration_survives_writing_and_reading() {
    let config = parse(FINE).unwrap_or_else(|e| panic!("{e}"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registration.yaml");
    let written = registration(&config);
    written.write(&path, false).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let read = Registration::read(&path).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(read.yaml(), written.yaml());
    assert_eq!(read.disagreements(&config), Vec::<String>::new());
    assert!(written.write(&path, false).unwrap_err().contains("--force"));
    written.write(&path, true).unwrap();
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("partnerspace.toml");
    for mode in [0o640, 0o604, 0o622, 0o644] {
        fs::write(&path, FINE).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(private::read(&path).unwrap_err().contains("chmod 600"), "{mode:o}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(private::read(&path).is_ok());
    assert!(private::read(&dir.path().join("none")).unwrap_err().contains("does not exist"));
}

#[test]
fn a_broken_registration_tells_no_token() {
    for text in [
        "as_token: secret-secret\nhs_token: [",
        "id: a\nas_token: secret-secret\nhs_token: secret-other\n",
        "id: [secret-secret]\nas_token: {x: secret-secret}",
        "secret-secret",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.yaml");
        private::write(&path, text, false).unwrap();
        let sentence = Registration::read(&path).err().unwrap();
        assert!(!sentence.contains("secret-"), "{sentence}");
    }
}

#[test]
fn disagreements_are_found() {
    let config = parse(FINE).unwrap_or_else(|e| panic!("{e}"));
    type Spoil = fn(&mut Registration);
    let spoil: [(&str, Spoil); 6] = [
        ("id", |r| r.id = "other".into()),
        ("url", |r| r.url = None),
        ("sender_localpart", |r| r.sender_localpart = "partners_bot".into()),
        ("namespaces.users", |r| r.namespaces.users[0].exclusive = false),
        ("namespaces.aliases", |r| r.namespaces.aliases.clear()),
        ("must differ", |r| r.hs_token = r.as_token.clone()),
    ];
    for (word, change) in spoil {
        let mut spoiled = registration(&config);
        change(&mut spoiled);
        let found = spoiled.disagreements(&config);
        assert!(found.len() == 1 && found[0].contains(word), "{word}: {found:?}");
    }
}

#[test]
fn namespaces_are_anchored() {
    for (regex, anchored) in
        [("^@a:b$", true), ("@a:b$", false), ("^@a:b", false), ("^@a\\$", false)]
    {
        let namespace = Namespace { exclusive: true, regex: regex.into() };
        assert_eq!(namespace.is_anchored(), anchored, "{regex}");
    }
}

#[test]
fn a_slip_in_a_line_shows_neither_the_line_nor_its_names() {
    for (text, told) in [
        ("[database]\nurl = \"postgres://p:swordfish@127.0.0.1/p\" x\n", "line 2"),
        (
            "[database]\n\"p:swordfish\" = 1\n\"p:swordfish\" = 2\n",
            "line 3, column 1: duplicate key.",
        ),
        ("[swordfish]\nurl = 1\nurl = 2\n", "line 3, column 1: duplicate key."),
        ("[_swordfish]\n-- = 1\n-- = 2\n", "line 3, column 1: duplicate key"),
        ("[database]\nurl postgres://p:swordfish@127.0.0.1/p\n", "line 2"),
    ] {
        let said = parse(text).err().unwrap().to_string();
        let is_short = !said.contains("swordfish") && !said.contains('\n');
        assert!(said.contains(told) && is_short, "{said}");
    }
    let said = parse("[database\n").err().unwrap().to_string();
    assert!(said.contains("`]`"), "what is missing is said: {said}");
}
