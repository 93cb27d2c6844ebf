//! The kill test: `kill -9` at arbitrary moments under load, and nothing that was acknowledged is lost (issue 2).
//!
//! Pairs of parties make contracts without pause. At a random moment after at least twenty acknowledged acts the real binary is
//! killed and started again on what it left. Then each pair settles what was in doubt, compares what it sees with what it had
//! been told, and `oracles/check_store.py`, which shares no code with the product, reads the store against the ledger. At the
//! end every contract that the parties had signed must have come through filing and notice, each exactly once.
//!
//! On PostgreSQL only our process is killed: that the database survives is its own promise. `YINXIN_KILL_SEED` repeats a run's chance.

#![expect(
    clippy::disallowed_methods,
    reason = "the stories are outside the product: they wait on the real clock and read the environment that xtask sets"
)]

mod ledger;
mod random;
mod worker;

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use e2e::play::Pair;
use e2e::{Client, Error, Kind, Machine, Server, checkers, everything_is_required};
use serde_json::Value;

use ledger::Ledger;
use random::Random;
use worker::{Shared, Worker};

/// Acts that are acknowledged before each kill, at least.
const ACTS: usize = 20;
/// Pairs that act at the same time.
const PAIRS: usize = 6;
/// How long the load may stand still before the test gives up.
const STUCK: Duration = Duration::from_secs(60);
/// How long the jobs may take to finish what the parties have signed.
const TO_FINISH: Duration = Duration::from_secs(90);

/// Cheap password hashes (they are not what is tested), jobs that come back soon after a kill, no limit on requests.
const CONFIG: &str = "
[identity]
argon2_memory_kib = 64
argon2_passes = 1
[jobs]
poll_milliseconds = 50
lease_seconds = 1
[rate]
anonymous_per_second = 100000
anonymous_burst = 100000
account_per_second = 100000
account_burst = 100000
[log]
filter = \"warn\"
";

#[test]
fn on_sqlite_nothing_acknowledged_is_lost_in_a_hundred_kills() {
    tell(Kind::Sqlite, 100);
}

#[test]
fn on_postgres_nothing_acknowledged_is_lost_in_twenty_kills() {
    tell(Kind::Postgres, 20);
}

fn tell(kind: Kind, kills: usize) {
    let mut server = match Server::start(kind, CONFIG) {
        Err(error @ Error::NoPostgres) if !everything_is_required() => {
            println!("skipped: {error}");
            return;
        }
        Err(error) => panic!("{error:?}"),
        Ok(server) => server,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let seed = std::env::var("YINXIN_KILL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(now);
    println!("{kind:?}: {kills} kills, YINXIN_KILL_SEED={seed}");
    if let Err(error) = story(&mut server, kills, seed) {
        panic!("YINXIN_KILL_SEED={seed}: {error:?}");
    }
}

fn story(server: &mut Server, kills: usize, seed: u64) -> Result<(), Error> {
    let begun = Instant::now();
    let mut random = Random::new(seed);
    let (mut workers, shared) = cast(server, &mut random)?;
    println!("cast in {:.1} s", begun.elapsed().as_secs_f64());
    let ledger_file = server.folder().join("ledger.json");
    let (mut loading, mut starting, mut checking) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for kill in 1..=kills {
        let acts = ACTS + random.below(10);
        let pause = Duration::from_micros(random.next() % 40_000);
        let before = count(&shared);
        let since = Instant::now();
        load(server, &mut workers, &shared, acts, pause)?;
        loading += since.elapsed();
        let acknowledged = count(&shared) - before;
        let since = Instant::now();
        server.wait_for_database()?;
        server.restart()?;
        starting += since.elapsed();
        let since = Instant::now();
        settle(server, &mut workers, &shared)?;
        shared.ledger.lock().expect("no worker runs").write(&ledger_file)?;
        let said = checkers::check_store(server, &ledger_file, kill == kills)?;
        checking += since.elapsed();
        if kill % 10 == 0 || kill == kills {
            println!("kill {kill}: {acknowledged} acts, {}", said.unwrap_or_default().trim());
        }
    }
    let since = Instant::now();
    finish(server, &workers)?;
    checkers::check_store(server, &ledger_file, true)?;
    judge_some(server, &workers)?;
    examine(server)?;
    println!(
        "load {:.1} s, restarts {:.1} s ({:.0} ms each), checks {:.1} s, end {:.1} s",
        loading.as_secs_f64(),
        starting.as_secs_f64(),
        starting.as_secs_f64() * 1000.0 / kills as f64,
        checking.as_secs_f64(),
        since.elapsed().as_secs_f64(),
    );
    println!("acknowledged: {:?}", shared.ledger.lock().expect("no worker runs").by_kind());
    Ok(())
}

fn count(shared: &Shared) -> usize {
    shared.ledger.lock().expect("no worker panics while it writes the ledger").len()
}

/// The pairs, and the awards of both flow profiles.
fn cast(server: &mut Server, random: &mut Random) -> Result<(Vec<Worker>, Shared), Error> {
    let operator = server.operator()?;
    let machine = Machine::register(&operator, "示例交易系统", "trading")?;
    let read = |text: &str| -> Value { serde_json::from_str(text).expect("a sample award is JSON") };
    let templates = vec![
        read(include_str!("../../../samples/awards/goods-devices.json")),
        read(include_str!("../../../samples/awards/mall-order.json")),
    ];
    let mut workers = Vec::with_capacity(PAIRS);
    for number in 0..PAIRS {
        let pair = Pair::cast(server, &operator, &machine, &templates[0], number)?;
        let mut worker = Worker::new(pair, Client::new(server.url())?, random.next());
        worker.move_to(server.url(), server.now_seconds());
        workers.push(worker);
    }
    Ok((workers, Shared { ledger: Mutex::new(Ledger::default()), machine, templates }))
}

/// Lets all pairs act until so many acts were acknowledged and a moment more, then kills.
fn load(
    server: &mut Server,
    workers: &mut [Worker],
    shared: &Shared,
    acts: usize,
    pause: Duration,
) -> Result<(), Error> {
    let (tell, told) = channel();
    thread::scope(|scope| {
        let running: Vec<_> = workers
            .iter_mut()
            .map(|worker| {
                let tell = tell.clone();
                scope.spawn(move || worker.run(shared, &tell))
            })
            .collect();
        drop(tell);
        let reached = wait(&told, acts);
        // Not for luck: the moment of the kill is chosen by chance.
        thread::sleep(pause);
        server.kill()?;
        for worker in running {
            worker.join().expect("a worker panicked")?;
        }
        if reached { Ok(()) } else { Err(server.too_slow("acknowledge twenty acts", STUCK)) }
    })
}

fn wait(told: &Receiver<()>, acts: usize) -> bool {
    (0..acts).all(|_| told.recv_timeout(STUCK).is_ok())
}

fn settle(server: &Server, workers: &mut [Worker], shared: &Shared) -> Result<(), Error> {
    for worker in workers {
        worker.move_to(server.url(), server.now_seconds());
        worker.settle(shared)?;
    }
    Ok(())
}

/// Everything that the parties have signed comes through platform signature, filing and notice.
fn finish(server: &Server, workers: &[Worker]) -> Result<(), Error> {
    let deadline = Instant::now() + TO_FINISH;
    for worker in workers {
        for contract in &worker.done {
            let path = format!("/api/v1/contracts/{contract}");
            loop {
                let reply = worker.purchaser().get(&path)?.ok()?;
                if reply.json()?["state"]["phase"] == "published" {
                    break;
                }
                if Instant::now() >= deadline {
                    return Err(reply.unexpected("a published contract"));
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
    let published: usize = workers.iter().map(|worker| worker.done.len()).sum();
    println!("published: {published} contracts");
    if published == 0 {
        return Err(server.too_slow("conclude any contract", TO_FINISH));
    }
    Ok(())
}

/// `yinxin doctor` finds what was left sound, and a spoilt document at once.
fn examine(server: &Server) -> Result<(), Error> {
    let doctor = || -> Result<(bool, String), Error> {
        let output = server.command("doctor")?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    };
    let failed = |source| Error::Io { what: "spoil a document".to_owned(), source };
    let (sound, said) = doctor()?;
    assert!(sound && said.contains("0 faults"), "{said}");
    let files = server.data().join("files");
    for folder in std::fs::read_dir(&files).map_err(failed)? {
        let folder = folder.map_err(failed)?.path();
        if folder.ends_with("tmp") {
            continue;
        }
        for file in std::fs::read_dir(folder).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            let mut bytes = std::fs::read(&path).map_err(failed)?;
            bytes[0] ^= 1;
            std::fs::write(&path, bytes).map_err(failed)?;
        }
    }
    let (sound, said) = doctor()?;
    assert!(!sound && said.contains("已损坏"), "{said}");
    Ok(())
}

/// The last contract of each pair, judged by programs that are not ours.
fn judge_some(server: &Server, workers: &[Worker]) -> Result<(), Error> {
    let trust = server.folder().join("trust.pem");
    let write = |path: &std::path::Path, bytes: &[u8]| {
        std::fs::write(path, bytes).map_err(|source| Error::Io { what: "write a document".to_owned(), source })
    };
    write(&trust, &Client::new(server.url())?.get("/api/v1/trust.pem")?.ok()?.body)?;
    for worker in workers.iter().take(2) {
        let Some(contract) = worker.done.last() else { continue };
        let path = server.folder().join("contract.pdf");
        let reply = worker.purchaser().get(&format!("/api/v1/contracts/{contract}/document.pdf"))?.ok()?;
        write(&path, &reply.body)?;
        checkers::check_pdf(&path, &[&trust])?;
        checkers::qpdf_check(&path)?;
    }
    Ok(())
}
