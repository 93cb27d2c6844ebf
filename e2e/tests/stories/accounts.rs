//! Who may speak to the server: people with a session, the operator, and machines that sign.

use e2e::{Client, Error, Machine, Server, on_both_databases};
use serde_json::json;

const PHONE: &str = "13800000001";
const PASSWORD: &str = "Sample-password-1";

on_both_databases!(a_person_registers_signs_in_and_out);
on_both_databases!(a_machine_is_known_by_its_signature);

/// S3-008, S3-009: by phone with a code from a short message.
fn a_person_registers_signs_in_and_out(server: &mut Server) -> Result<(), Error> {
    let mut person = Client::new(server.url())?;
    let registration = |code: &str| json!({ "phone": PHONE, "password": PASSWORD, "sms_code": code, "agreed": true });
    person.post("/api/v1/sms-codes", &json!({ "phone": PHONE, "purpose": "register" }))?.ok()?;
    let code = server.sms_code(PHONE)?;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    person.post("/api/v1/registrations", &registration(wrong))?.refused(422)?;
    person.post("/api/v1/registrations", &registration(&code))?.ok()?;
    person.get("/api/v1/session")?.refused(401)?;

    person.sign_in(PHONE, PASSWORD)?;
    person.get("/api/v1/session")?.ok()?;
    person.acting_as("operator").get("/api/v1/operator/clients")?.refused(403)?;
    person.with_forged_csrf().delete("/api/v1/session")?.refused(403)?;
    person.get("/api/v1/session")?.ok()?;
    person.delete("/api/v1/session")?.ok()?;
    person.get("/api/v1/session")?.refused(401)?;
    Ok(())
}

/// A push is refused unless its signature is the client's and its time is now.
fn a_machine_is_known_by_its_signature(server: &mut Server) -> Result<(), Error> {
    let operator = server.operator()?;
    let machine = Machine::register(&operator, "示例交易系统", "trading")?;
    let path = "/api/v1/awards";
    machine.with_wrong_secret().push(server, path, &json!({}))?.refused(401)?;
    let known = machine.push(server, path, &json!({}))?.refused(422)?;
    assert!(!known.faults.is_empty(), "an empty award has faults: {known:?}");

    server.advance_clock(1_000)?;
    machine.push(server, path, &json!({}))?.refused(422)?;
    server.restart()?;
    machine.push(server, path, &json!({}))?.refused(422)?;
    Ok(())
}
