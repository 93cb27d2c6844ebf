//! The supervising system accepts, refuses, answers late, twice, contradicts itself, or says nothing.

use std::thread;
use std::time::{Duration, Instant};

use e2e::{Client, Error, Server, on_both_databases};
use serde_json::{Value, json};

use crate::scene::{Scene, array, text};

on_both_databases!(a_refusal_goes_back_and_the_contract_is_filed_again, crate::scene::QUICK);
on_both_databases!(late_and_repeated_answers_decide_once, crate::scene::QUICK);
on_both_databases!(a_silent_system_is_asked_again_when_the_operator_says_so, super::IMPATIENT);

const IMPATIENT: &str = "[identity]\nargon2_memory_kib = 64\nargon2_passes = 1\n[rate]\nanonymous_per_second = 10000\nanonymous_burst = 10000\n[supervision]\ntimeout_seconds = 1\n[jobs]\nmax_attempts = 1\n";

fn behave(server: &Server, how: Value) -> Result<(), Error> {
    Client::new(server.url())?.post("/api/v1/sandbox/supervision", &how)?.ok()?;
    Ok(())
}

/// An order that was signed on paper: it goes to the supervising system at once (S1-013).
fn on_paper(scene: &Scene) -> Result<String, Error> {
    let contract = scene.drafted(&scene.supplier, "mall-order-1")?;
    scene.supplier.act(&contract, "send", json!({}))?.ok()?;
    let said = json!({ "payment_method": "transfer", "payment_amount_fen": 987_650, "online": false, "signed_on": "2025-05-20" });
    scene.purchaser.act(&contract, "confirmation", said)?.ok()?;
    Ok(contract)
}

/// S0-035, S1-013: the outcome flows back.
fn a_refusal_goes_back_and_the_contract_is_filed_again(server: &mut Server) -> Result<(), Error> {
    let scene = Scene::open(server, "mall-order")?;
    behave(server, json!({ "behaviour": "refuse", "reason": "付款方式与批复不符" }))?;
    let contract = on_paper(&scene)?;
    let filing = scene.supplier.filing(&contract, "refused")?;
    assert_eq!(filing["reason"], "付款方式与批复不符");
    assert!(array(&Client::new(server.url())?.get("/api/v1/notices")?.ok_json()?, "items").is_empty());
    behave(server, json!({ "behaviour": "accept" }))?;
    scene.supplier.act(&contract, "filing/resubmission", json!({}))?.refused(403)?;
    scene.purchaser.act(&contract, "filing/resubmission", json!({ "note": "已核对" }))?.ok()?;
    scene.purchaser.filing(&contract, "accepted")?;
    scene.until(&contract, "published")?;
    Ok(())
}

/// A late answer, the same answer twice, and one that contradicts the first.
fn late_and_repeated_answers_decide_once(server: &mut Server) -> Result<(), Error> {
    let mut scene = Scene::open(server, "mall-order")?;
    for (number, (behaviour, at_once, effects)) in [
        ("late", "pushed", &["decided"][..]),
        ("twice", "accepted", &["decided", "repeated"][..]),
        ("contradict", "accepted", &["decided", "contradictory"][..]),
    ]
    .into_iter()
    .enumerate()
    {
        scene.next_award(server, &format!("WSSC-2025-00091{number:02}"))?;
        behave(server, json!({ "behaviour": behaviour, "delay_seconds": 600 }))?;
        let contract = on_paper(&scene)?;
        scene.purchaser.filing(&contract, at_once)?;
        server.advance_clock(601)?;
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let filing = scene.purchaser.filing(&contract, if at_once == "pushed" { "accepted" } else { at_once })?;
            let answers = array(&array(&filing, "submissions")[0], "answers");
            let said: Vec<&str> = answers
                .iter()
                .filter_map(|answer| answer["effect"].as_str())
                .filter(|effect| *effect != "pending")
                .collect();
            if said == effects {
                break;
            }
            assert!(Instant::now() < deadline && said.len() <= effects.len(), "{behaviour}: {filing}");
            thread::sleep(Duration::from_millis(20));
        }
        scene.until(&contract, "published")?;
    }
    Ok(())
}

/// No answer at all: the job is put aside, the operator sees it and starts it anew.
fn a_silent_system_is_asked_again_when_the_operator_says_so(server: &mut Server) -> Result<(), Error> {
    let scene = Scene::open(server, "mall-order")?;
    behave(server, json!({ "behaviour": "silent" }))?;
    let contract = on_paper(&scene)?;
    let deadline = Instant::now() + Duration::from_secs(60);
    let job = loop {
        let dead = scene.operator.get("/api/v1/operator/outbox?state=dead")?.ok_json()?;
        if let Some(job) = array(&dead, "items").iter().find(|job| job["kind"] == "filing.push") {
            break text(job, "id");
        }
        assert!(Instant::now() < deadline, "{dead}");
        thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(scene.purchaser.show(&contract)?["state"]["phase"], "filing_due");
    behave(server, json!({ "behaviour": "accept" }))?;
    scene.operator.post(&format!("/api/v1/operator/outbox/{job}/redrive"), &json!({}))?.ok()?;
    scene.until(&contract, "published")?;
    Ok(())
}
