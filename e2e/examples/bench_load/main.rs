//! The rows L4 and L5 of `cargo xtask bench`: the real binary under load over HTTP, durable, on SQLite or PostgreSQL.
//!
//! Prints one JSON object a line for `xtask/src/bench.rs`. The load is made on the same machine as the server and takes processor time from it;
//! the server's own time per act says what the machine would do without others.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod contracts;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use contracts::{Draft, Stage};
use e2e::play::{Intent, signing_codes, wait_for_code};
use e2e::{Client, Error, Kind, Server};
use serde_json::{Value, json};

/// Connections of L4.
const CONNECTIONS: usize = 64;
/// Contracts of L5 that are under way at the same time.
const CONTRACTS: usize = 16;

/// Everything as it ships, but for the limits on requests: the load comes from one address.
const CONFIG: &str = "
[rate]
anonymous_per_second = 100000
anonymous_burst = 100000
account_per_second = 100000
account_burst = 100000
[log]
filter = \"warn\"
";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|one| one == name);
    let quick = given("--quick");
    let all = !given("L4") && !given("L5");
    for (kind, name) in [(Kind::Sqlite, "SQLite"), (Kind::Postgres, "PostgreSQL")] {
        if kind == Kind::Postgres && given("--sqlite-only") {
            continue;
        }
        let result = run(kind, name, quick, all || given("L4"), all || given("L5"));
        if let Err(error) = result {
            eprintln!("{name}: {error:?}");
            std::process::exit(1);
        }
    }
}

fn run(kind: Kind, name: &str, quick: bool, steps: bool, contracts: bool) -> Result<(), Error> {
    let mut server = Server::start(kind, CONFIG)?;
    let stage = Stage::set(&mut server, CONTRACTS)?;
    if steps {
        sign_steps(&server, &stage, name, quick)?;
    }
    if contracts {
        whole_contracts(&server, &stage, name, quick)?;
    }
    Ok(())
}

/// One completion that is ready to be sent.
struct Ready {
    client: Client,
    path: String,
    body: Value,
}

/// L4: passwords checked and codes sent beforehand; then every completion, from 64 connections.
fn sign_steps(server: &Server, stage: &Stage, name: &str, quick: bool) -> Result<(), Error> {
    let (each, rounds) = if quick { (8, 1) } else { (24, 3) };
    let drafts = stage.frozen(each)?;
    let (mut walls, mut busy, mut cpu) = (Vec::new(), 0.0, 0.0);
    for round in 0..rounds {
        let ready = confirmed(&drafts)?;
        let (before, begun) = (server.cpu_seconds(), Instant::now());
        walls.extend(completed(ready)?);
        busy += begun.elapsed().as_secs_f64();
        cpu += server.cpu_seconds() - before;
        if round + 1 < rounds {
            discarded(&drafts)?;
        }
    }
    walls.sort_by(f64::total_cmp);
    let steps = walls.len();
    let at = |part: f64| walls[((steps as f64 * part) as usize).min(steps - 1)];
    let pages = drafts.iter().flatten().next().map_or(0, |draft| draft.pages);
    let per_step = cpu * 1e3 / steps as f64;
    let note = format!(
        "{steps} steps on {pages} pages; p50 {:.0} ms; server {per_step:.1} ms CPU a step = {:.0}/s on two free cores",
        at(0.5),
        2_000.0 / per_step
    );
    let least = if name == "SQLite" { 300.0 } else { 200.0 };
    let work = format!("sign steps over HTTP, {CONNECTIONS} connections, {name}");
    row("L4", &work, steps as f64 / busy, "/s", "at_least", Some(least), &note);
    let work = format!("the same, p99, {name}");
    row("L4", &work, at(0.99), "ms", "at_most", Some(250.0), &format!("slowest {:.0} ms", at(1.0)));
    Ok(())
}

/// Confirms an intent on every contract; a person does one after the other, because his codes come to one phone.
fn confirmed(drafts: &[Vec<Draft>]) -> Result<Vec<Ready>, Error> {
    let all = thread::scope(|scope| {
        let running: Vec<_> = drafts
            .iter()
            .map(|drafts| {
                scope.spawn(move || {
                    let mut ready = Vec::new();
                    for draft in drafts {
                        let before =
                            signing_codes(&draft.party.client, &draft.party.phone)?.first().map_or(0, |one| one.0);
                        let intent = Intent::confirm(&draft.party.client, &draft.contract, false)?;
                        let (_, code) = wait_for_code(&draft.party.client, &draft.party.phone, before)?;
                        let (path, body) = (intent.completion(), intent.proofs(&code));
                        ready.push(Ready { client: draft.party.client.clone(), path, body });
                    }
                    Ok::<_, Error>(ready)
                })
            })
            .collect();
        running.into_iter().map(|one| one.join().expect("no panic")).collect::<Result<Vec<_>, _>>()
    })?;
    // One of each person in turn.
    let mut queues: Vec<VecDeque<Ready>> = all.into_iter().map(VecDeque::from).collect();
    let mut mixed = Vec::new();
    while queues.iter().any(|queue| !queue.is_empty()) {
        mixed.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
    }
    Ok(mixed)
}

/// Sends them all; milliseconds of each.
fn completed(ready: Vec<Ready>) -> Result<Vec<f64>, Error> {
    let queue = Mutex::new(VecDeque::from(ready));
    thread::scope(|scope| {
        let running: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut walls = Vec::new();
                    loop {
                        let next = queue.lock().expect("no panic").pop_front();
                        let Some(Ready { client, path, body }) = next else { return Ok::<_, Error>(walls) };
                        let begun = Instant::now();
                        client.post(&path, &body)?.ok()?;
                        walls.push(begun.elapsed().as_secs_f64() * 1e3);
                    }
                })
            })
            .collect();
        let all: Result<Vec<Vec<f64>>, Error> = running.into_iter().map(|one| one.join().expect("no panic")).collect();
        Ok(all?.concat())
    })
}

fn discarded(drafts: &[Vec<Draft>]) -> Result<(), Error> {
    for draft in drafts.iter().flatten() {
        let path = format!("/api/v1/contracts/{}", draft.contract);
        let seen = draft.party.client.get(&path)?.ok_json()?;
        draft.party.client.delete(&format!("{path}/unsent-seals?version={}", seen["version"]))?.ok()?;
    }
    Ok(())
}

/// L5: from the award to the public notice, each party's password and code included.
fn whole_contracts(server: &Server, stage: &Stage, name: &str, quick: bool) -> Result<(), Error> {
    // Enough that the beginning and the end, when fewer are under way, count for little.
    let each = if quick { 2 } else { 30 };
    // Fonts are read and keys opened by the first of each pair.
    stage.concluded(1)?;
    let (before, begun) = (server.cpu_seconds(), Instant::now());
    let (contracts, pages) = stage.concluded(each)?;
    let busy = begun.elapsed().as_secs_f64();
    let cpu = (server.cpu_seconds() - before) * 1e3 / contracts as f64;
    let note = format!(
        "{contracts} contracts of {pages} pages, award to public notice, {CONTRACTS} at a time; server {cpu:.0} ms CPU a contract = {:.1}/s on two free cores",
        2_000.0 / cpu
    );
    row("L5", &format!("whole contracts, {name}"), contracts as f64 / busy, "/s", "at_least", Some(20.0), &note);
    Ok(())
}

fn row(level: &str, work: &str, measured: f64, unit: &str, sense: &str, target: Option<f64>, note: &str) {
    let row = json!({ "level": level, "work": work, "measured": measured, "unit": unit, "sense": sense, "target": target, "note": note });
    println!("{row}");
}
