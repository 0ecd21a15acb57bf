//! What `server check` sees of homeservers, right and wrong ones: stubs over real TLS, whose authority
//! the look trusts.
use anyhow::Context;
use appservice::config::FederationConfig;
use appservice::link::servercheck::Looker;
use bridge::servers::rules::{KeyTrouble, Miss, Way};
use partnerspace_tests::{Outcome, certificates};
use rcgen::CertificateParams;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A stub: from a path to the whole answer.
struct Stub {
    port: u16,
    _task: JoinSet<()>,
}

type Reply = fn(&str) -> String;

async fn stub(names: &[&str], change: fn(&mut CertificateParams), reply: Reply) -> Outcome<Stub> {
    let (leaf, key) = certificates::leaf(names, change)?;
    let key = PrivateKeyDer::try_from(key).map_err(anyhow::Error::msg)?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(leaf)], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let mut task = JoinSet::new();
    task.spawn(async move {
        let mut open = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            open.spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut head = vec![0; 8_192];
                let Ok(read) = stream.read(&mut head).await else { return };
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default();
                let answer = reply(path);
                if answer.is_empty() {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                }
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    Ok(Stub { port, _task: task })
}

fn answer(status: u16, head: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\n{head}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

const VERSION: &str = r#"{"server":{"name":"Synapse","version":"1.163.2"}}"#;

fn right(path: &str) -> String {
    match path {
        "/_matrix/federation/v1/version" => answer(200, "", VERSION),
        _ => answer(404, "", "{}"),
    }
}

fn looker(allow_private: bool) -> Outcome<(Looker, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("ca.crt"), certificates::authority()?)?;
    let config = FederationConfig { allow_private, ca_file: Some("ca.crt".into()) };
    Ok((Looker::new(&config, &folder.path().join("partnerspace.toml"))?, folder))
}

async fn seen(stub: &Stub) -> Outcome<bridge::servers::rules::Seen> {
    let (looker, _folder) = looker(true)?;
    Ok(looker.look(&format!("localhost:{}", stub.port)).await)
}

fn as_it_is(_: &mut CertificateParams) {}

const HERE: &[&str] = &["localhost", "127.0.0.1"];

#[tokio::test]
async fn what_is_right_is_seen() -> Outcome<()> {
    let stub = stub(HERE, as_it_is, right).await?;
    let seen = seen(&stub).await?;
    assert_eq!(seen.version, Ok(("Synapse".to_owned(), "1.163.2".to_owned())));
    assert_eq!((seen.way, seen.port), (Way::Name, stub.port));
    assert_eq!(seen.keys, Err(KeyTrouble::Missed(Miss::Status)));
    assert_eq!(seen.clock_ms, None);
    Ok(())
}

#[tokio::test]
async fn certificates_are_looked_at() -> Outcome<()> {
    let expired = |params: &mut CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    };
    let stub_expired = stub(HERE, expired, right).await?;
    assert_eq!(seen(&stub_expired).await?.version, Err(Miss::CertificateExpired));
    let other = stub(&["other.example"], as_it_is, right).await?;
    assert_eq!(seen(&other).await?.version, Err(Miss::CertificateName));
    let fine = stub(HERE, as_it_is, right).await?;
    let config = FederationConfig { allow_private: true, ca_file: None };
    let stranger = Looker::new(&config, std::path::Path::new("x"))?;
    let seen = stranger.look(&format!("localhost:{}", fine.port)).await;
    assert_eq!(seen.version, Err(Miss::CertificateUnknown));
    Ok(())
}

#[tokio::test]
async fn clocks_are_compared() -> Outcome<()> {
    let stub =
        stub(HERE, as_it_is, |_| answer(200, "date: Thu, 01 Jan 2026 00:00:00 GMT\r\n", VERSION));
    let ahead = seen(&stub.await?).await?.clock_ms.context("no clock")?;
    assert!(ahead < -1_000_000, "{ahead}");
    Ok(())
}

#[tokio::test]
async fn odd_answers_are_none() -> Outcome<()> {
    let cases: [(Reply, Miss); 6] = [
        (|_| answer(200, "", "hello"), Miss::Unreadable),
        (|_| answer(200, "", r#"{"server":{"name":5}}"#), Miss::Unreadable),
        (|_| answer(200, "", &" ".repeat(100_000)), Miss::TooLong),
        (|_| answer(500, "", "{}"), Miss::Status),
        (|_| answer(302, "location: https://127.0.0.1:1/x\r\n", ""), Miss::Redirect),
        (|_| "nonsense\r\n\r\n".to_owned(), Miss::Unreadable),
    ];
    for (reply, miss) in cases {
        let stub = stub(HERE, as_it_is, reply).await?;
        assert_eq!(seen(&stub).await?.version, Err(miss));
    }
    Ok(())
}

#[tokio::test]
async fn a_slow_one_is_not_waited_for() -> Outcome<()> {
    let stub = stub(HERE, as_it_is, |_| String::new()).await?;
    assert_eq!(seen(&stub).await?.version, Err(Miss::Slow));
    Ok(())
}

#[tokio::test]
async fn nothing_inside_is_asked() -> Outcome<()> {
    let stub = stub(HERE, as_it_is, right).await?;
    let (careful, _folder) = looker(false)?;
    for name in [
        format!("localhost:{}", stub.port),
        format!("127.0.0.1:{}", stub.port),
        format!("[::1]:{}", stub.port),
        format!("2130706433:{}", stub.port),
        format!("0x7f.1:{}", stub.port),
        "169.254.169.254:80".to_owned(),
    ] {
        assert_eq!(careful.look(&name).await.version, Err(Miss::Private), "{name}");
    }
    let (free, _folder) = looker(true)?;
    let closed = free.look("localhost:1").await;
    assert_eq!(closed.version, Err(Miss::Unreachable));
    Ok(())
}

#[tokio::test]
async fn a_well_known_leads_on() -> Outcome<()> {
    let target = stub(HERE, as_it_is, right).await?;
    let (looker, _folder) = looker(true)?;
    let cases: [(Reply, Way, Option<Miss>); 6] = [
        (
            |path| match path {
                "/on" => answer(200, "", r#"{"m.server":"localhost"}"#),
                _ => answer(307, "location: /on\r\n", ""),
            },
            Way::WellKnown,
            None,
        ),
        (|_| answer(404, "", "no"), Way::Usual, None),
        (|_| answer(200, "", "<html>"), Way::Usual, Some(Miss::Unreadable)),
        (|_| answer(302, "location: http://localhost/x\r\n", ""), Way::Usual, Some(Miss::Redirect)),
        (|_| answer(302, "location: /again\r\n", ""), Way::Usual, Some(Miss::Redirect)),
        (|_| answer(200, "", &" ".repeat(100_000)), Way::Usual, Some(Miss::TooLong)),
    ];
    let mut looker = looker;
    for (reply, way, miss) in cases {
        let first = stub(HERE, as_it_is, reply).await?;
        looker = looker.at_ports(first.port, target.port);
        let seen = looker.look("localhost").await;
        assert_eq!((seen.way, seen.well_known), (way, miss));
        assert_eq!((seen.port, seen.may_have_record), (target.port, true));
        assert!(seen.version.is_ok(), "{:?}", seen.version);
    }
    Ok(())
}
