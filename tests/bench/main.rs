//! The load program: its own stub homeserver, the real `partnerspace` on SQLite with
//! `synchronous=full`, and a bare durable echo beside it as the limit of this machine.
//!
//! `load [--program path] [--only me,sale,…] [--target partnerspace|echo|synapse|federation] [--scale 0.1]
//!       [--partners 200] [--send-ms 0] [--no-echo] [--out file.jsonl] [--dir folder]`
//!
//! `--target synapse` starts a real Synapse, `federation` two of them; both want the feature `people`.
#![expect(clippy::print_stdout, reason = "a program whose output is a table")]
#![expect(clippy::disallowed_methods, reason = "measuring is reading the clock")]
#![expect(clippy::cast_possible_truncation, reason = "numbers of a report")]
#![expect(clippy::cast_sign_loss, reason = "numbers of a report")]

mod boards;
mod books;
mod echo;
mod feed;
mod live;
mod pictures;
mod pusher;
mod report;
mod scenarios;
mod search;
mod seed;
mod setup;
mod statement;
mod stub;
#[cfg(feature = "people")]
mod synapse;
mod target;
mod text;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use scenarios::{ALONE, NAMES, Session};
use stub::Stub;
use target::Target;

#[derive(Debug, Clone)]
struct Options {
    program: PathBuf,
    only: Vec<String>,
    targets: Vec<String>,
    scale: f64,
    partners: usize,
    send: Duration,
    echo: bool,
    out: PathBuf,
    dir: PathBuf,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|word| word == "echo-server") {
        return echo::main(&args[1..]);
    }
    let options = options(&args)?;
    std::fs::create_dir_all(&options.dir)?;
    if options.only.iter().any(|scenario| scenario == "text") {
        text::print();
    }
    if options.only.iter().any(|scenario| scenario == "search") {
        search::print()?;
    }
    if options.only.iter().any(|scenario| scenario == "pictures") {
        pictures::print()?;
    }
    if options.only.iter().any(|scenario| scenario == "boards") {
        boards::print(&options)?;
    }
    if options.only.iter().any(|scenario| scenario == "books") {
        books::print(&options)?;
    }
    if options.only.iter().any(|scenario| scenario == "statement") {
        statement::print(&options)?;
    }
    if options.only.iter().all(|scenario| ALONE.contains(&scenario.as_str())) {
        return Ok(());
    }
    println!("{}", report::head(options.raised()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        for name in &options.targets {
            measure(&options, name).await?;
        }
        Ok(())
    })
}

impl Options {
    /// Where it is watched how boards follow, their own limits stay as they are.
    fn raised(&self) -> &'static [(&'static str, &'static str)] {
        let is_live = self.only.iter().any(|scenario| scenario == "boards-live");
        if is_live { target::OF_SPEAKERS } else { &target::RAISED }
    }
}

fn options(args: &[String]) -> Result<Options> {
    let beside = std::env::current_exe()?.with_file_name("partnerspace");
    let mut options = Options {
        program: beside,
        only: NAMES.map(str::to_owned).to_vec(),
        targets: vec!["echo".into(), "partnerspace".into()],
        scale: 1.0,
        partners: 200,
        send: Duration::ZERO,
        echo: true,
        out: PathBuf::from("bench.jsonl"),
        dir: std::env::temp_dir().join(format!("load-{}", std::process::id())),
    };
    let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if word == "--no-echo" {
            options.echo = false;
            continue;
        }
        let value = words.next().with_context(|| format!("{word} wants a value"))?;
        match word.as_str() {
            "--program" => options.program = std::fs::canonicalize(value)?,
            "--only" => options.only = list(value),
            "--target" => options.targets = list(value),
            "--scale" => options.scale = value.parse()?,
            "--partners" => options.partners = value.parse()?,
            "--send-ms" => options.send = Duration::from_millis(value.parse()?),
            "--out" => options.out = PathBuf::from(value),
            "--dir" => options.dir = PathBuf::from(value),
            _ => bail!("unknown word {word}"),
        }
    }
    Ok(options)
}

async fn measure(options: &Options, name: &str) -> Result<()> {
    if name == "synapse" {
        #[cfg(feature = "people")]
        return synapse::measure(options).await;
        #[cfg(not(feature = "people"))]
        bail!("the target synapse wants the feature `people`");
    }
    if name == "federation" {
        #[cfg(feature = "people")]
        return synapse::federation(options).await;
        #[cfg(not(feature = "people"))]
        bail!("the target federation wants the feature `people`");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let homeserver = format!("http://{}", listener.local_addr()?);
    let dir = options.dir.join(name);
    let mut target = match name {
        "echo" => Target::echo(&dir, &homeserver)?,
        _ => Target::program(&options.program, &dir, &homeserver)?,
    };
    target.raised = options.raised();
    let stub = Stub::new(target.registration()?, &target.address);
    setup::accounts(&stub, options.partners);
    tokio::task::spawn_local(stub::serve(stub.clone(), listener));
    let started = target.start()?;
    let pusher = tokio::task::spawn_local(pusher::run(stub.clone()));
    target.ready(Duration::from_secs(60)).await?;
    if name == "echo" {
        setup::invented(&stub, options.partners);
    } else {
        println!("{name}: ready on a fresh database in {:?}", started.elapsed());
        setup::partners(&stub, options.partners).await?;
    }
    {
        let mut stub = stub.borrow_mut();
        (stub.send_delay, stub.echo) = (options.send, options.echo);
    }
    let mut session = Session { stub, target, scale: options.scale };
    for scenario in options.only.iter().filter(|scenario| *scenario != "start") {
        if let Some(row) = session.run(scenario).await? {
            report::put(&mut std::io::stdout(), &options.out, &row)?;
        }
    }
    if name != "echo" && options.only.iter().any(|scenario| scenario == "start") {
        for row in seed::start(&mut session, pusher).await? {
            report::put(&mut std::io::stdout(), &options.out, &row)?;
        }
    }
    session.target.stop();
    Ok(())
}
