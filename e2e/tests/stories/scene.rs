//! Two parties with everything they sign with, and contracts between them: what most stories begin with. All people are invented.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use e2e::{Client, Error, Machine, Reply, Server, checkers};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::interop::shown;

/// Everybody's password.
const PASSWORD: &str = "Sample-password-1";
/// The password of every certificate.
const CERTIFICATE_PASSWORD: &str = "Sample-cert-1";

/// Passwords are hashed cheaply and requests come as fast as a story can send them; everything else is as shipped.
pub const QUICK: &str = "[identity]\nargon2_memory_kib = 64\nargon2_passes = 1\n[rate]\nanonymous_per_second = 10000\nanonymous_burst = 10000\n";

/// One of the sample awards that ship.
pub fn sample(name: &str) -> Result<Value, Error> {
    let text = fs::read_to_string(sample_path(name)).unwrap_or_else(|error| panic!("samples/awards/{name}: {error}"));
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| panic!("samples/awards/{name}: {error}")))
}

/// Where it lies.
pub fn sample_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../samples/awards/{name}.json"))
}

/// One party, with the person who is its administrator, clerk and seal keeper.
pub struct Party {
    phone: String,
    organisation: String,
    /// Acts for the organisation.
    pub client: Client,
}

/// A purchaser and a supplier of one award, both able to sign, and the system that pushes awards.
pub struct Scene {
    /// The platform's operator.
    pub operator: Client,
    /// Party A.
    pub purchaser: Party,
    /// Party B.
    pub supplier: Party,
    machine: Machine,
    award: String,
    sample: Value,
}

impl Scene {
    /// Pushes a sample award and makes both its parties able to sign.
    pub fn open(server: &mut Server, name: &str) -> Result<Self, Error> {
        let operator = server.operator()?;
        let machine = Machine::register(&operator, "示例交易系统", "trading")?;
        let sample = sample(name)?;
        let award = text(&machine.push(server, "/api/v1/awards", &sample)?.ok_json()?, "award_id");
        let shown = operator.get(&format!("/api/v1/awards/{award}"))?.ok_json()?;
        let organisations: Vec<String> =
            array(&shown, "parties").iter().map(|party| text(party, "organisation_id")).collect();
        let purchaser = Party::new(server, &operator, &organisations[0], 1)?;
        let supplier = Party::new(server, &operator, &organisations[1], 2)?;
        Ok(Self { operator, purchaser, supplier, machine, award, sample })
    }

    /// Pushes the same award under another number; the contracts that [`Scene::begin`] begins then are of this one.
    pub fn next_award(&mut self, server: &Server, code: &str) -> Result<(), Error> {
        self.sample["project"]["code"] = json!(code);
        if let Some(order) = self.sample["order"].as_object_mut() {
            order.insert("code".to_owned(), json!(code));
        }
        let pushed = self.machine.push(server, "/api/v1/awards", &self.sample)?.ok_json()?;
        self.award = text(&pushed, "award_id");
        Ok(())
    }

    /// What comes of it when this party begins a contract of the award.
    pub fn begin(&self, by: &Party, template: &str) -> Result<Reply, Error> {
        by.client.post("/api/v1/contracts", &json!({ "award_id": self.award, "template_id": template }))
    }

    /// A contract that this party began and filled, ready to be sent or frozen.
    pub fn drafted(&self, by: &Party, template: &str) -> Result<String, Error> {
        let contract = text(&self.begin(by, template)?.ok_json()?, "contract_id");
        by.fill(&contract)?;
        Ok(contract)
    }

    /// Waits until the purchaser sees the contract in this phase.
    pub fn until(&self, contract: &str, phase: &str) -> Result<Value, Error> {
        self.purchaser.until(contract, &format!("phase {phase}"), |seen| seen["state"]["phase"] == phase)
    }

    /// Both parties' sessions are renewed: a clock that was moved has ended them.
    pub fn come_back(&mut self, server: &Server) -> Result<(), Error> {
        self.operator = server.operator()?;
        self.purchaser.come_back(server)?;
        self.supplier.come_back(server)
    }

    /// Has every independent checker judge the contract's file; gives where it and the roots lie.
    pub fn judge(&self, server: &Server, contract: &str) -> Result<(PathBuf, PathBuf), Error> {
        let (file, trust) = (server.folder().join("contract.pdf"), server.folder().join("trust.pem"));
        let roots = Client::new(server.url())?.get("/api/v1/trust.pem")?.ok()?;
        fs::write(&file, self.purchaser.document(contract)?).expect("the story's folder can be written");
        fs::write(&trust, roots.body).expect("the story's folder can be written");
        judge(&file, &trust)?;
        Ok((file, trust))
    }
}

/// Two organisations' seals, a signature of the platform at B-LTA, nothing broken: what every checker must say of a concluded contract.
pub fn judge(file: &Path, trust: &Path) -> Result<(), Error> {
    if let Some(said) = checkers::check_pdf(file, &[trust])? {
        assert!(said.contains("all hold"), "{said}");
        assert!(said.matches("SES-v4 /GM.sm2seal intact=True valid=True trusted=True").count() >= 2, "{said}");
        assert!(!said.contains("mods=ANNOTATIONS") && !said.contains("mods=OTHER"), "{said}");
    }
    checkers::check_lta(file, trust, "yinxin-platform-1")?;
    if let Some(said) = checkers::pdfsig(file)? {
        assert!(said.contains("Signature is Valid") && !said.contains("Signature is Invalid"), "{said}");
    }
    checkers::qpdf_check(file)?;
    for (program, command) in [
        ("check_pdf.py", "python check_pdf.py contract.pdf --trust trust.pem"),
        ("pyHanko", "python check_lta.py contract.pdf trust.pem yinxin-platform-1"),
        ("pdfsig", "pdfsig -nocert contract.pdf"),
        ("qpdf", "qpdf --check contract.pdf"),
    ] {
        shown!("A concluded contract of the running product", program, Ours, command);
    }
    Ok(())
}

/// A member of an answer that is a text.
pub fn text(answer: &Value, member: &str) -> String {
    answer[member].as_str().unwrap_or_else(|| panic!("{member} is missing in {answer}")).to_owned()
}

/// A member of an answer that is a list.
pub fn array<'a>(answer: &'a Value, member: &str) -> &'a [Value] {
    answer[member].as_array().unwrap_or_else(|| panic!("{member} is missing in {answer}"))
}

impl Party {
    /// Verifies an organisation with a new person as its administrator, with certificates and seals of both.
    fn new(server: &mut Server, operator: &Client, organisation: &str, number: u32) -> Result<Self, Error> {
        let phone = format!("1380000{number:04}");
        let mut person = Client::new(server.url())?;
        person.post("/api/v1/sms-codes", &json!({ "phone": phone, "purpose": "register" }))?.ok()?;
        let code = server.sms_code(&phone)?;
        let registration = json!({ "phone": phone, "password": PASSWORD, "sms_code": code, "agreed": true });
        let id = text(&person.post("/api/v1/registrations", &registration)?.ok_json()?, "person_id");
        person.sign_in(&phone, PASSWORD)?;
        let name = if number == 1 { "示例甲" } else { "示例乙" };
        let claim = json!({ "name": name, "resident_id": resident_id(number) });
        let claimed = person.post("/api/v1/real-name-claims", &claim)?.ok_json()?;
        let decision = format!("/api/v1/operator/real-name-claims/{}/decision", text(&claimed, "claim_id"));
        operator.post(&decision, &json!({ "accept": true }))?.ok()?;
        let verification = json!({ "administrator_person_id": id, "note": "故事：已核对" });
        let path = format!("/api/v1/operator/organisations/{organisation}/verification");
        operator.post(&path, &verification)?.ok()?;
        let client = person.acting_as(organisation);
        let roles = json!({ "roles": ["administrator", "clerk", "seal_keeper"] });
        client.patch(&format!("/api/v1/organisations/{organisation}/members/{id}"), &roles)?.ok()?;
        for (owner, seal_type) in [(&client, "company"), (&person, "personal_name")] {
            let apply = json!({ "certificate_password": CERTIFICATE_PASSWORD });
            let applied = owner.post("/api/v1/certificate-applications", &apply)?.ok_json()?;
            let application = text(&applied, "application_id");
            let path = format!("/api/v1/operator/certificate-applications/{application}/decision");
            let certificate = text(&operator.post(&path, &json!({ "accept": true }))?.ok_json()?, "certificate_id");
            owner.post("/api/v1/seals", &json!({ "seal_type": seal_type, "certificate_id": certificate }))?.ok()?;
        }
        Ok(Self { phone, organisation: organisation.to_owned(), client })
    }

    fn come_back(&mut self, server: &Server) -> Result<(), Error> {
        let mut person = Client::new(server.url())?;
        person.sign_in(&self.phone, PASSWORD)?;
        self.client = person.acting_as(&self.organisation);
        Ok(())
    }

    /// The contract as this party sees it.
    pub fn show(&self, contract: &str) -> Result<Value, Error> {
        self.client.get(&format!("/api/v1/contracts/{contract}"))?.ok_json()
    }

    /// The codes of what this party is offered to do.
    pub fn offered(&self, contract: &str) -> Result<Vec<String>, Error> {
        Ok(array(&self.show(contract)?, "actions").iter().map(|action| text(action, "verb")).collect())
    }

    /// Waits until the contract looks so to this party.
    pub fn until(&self, contract: &str, what: &str, seen: impl Fn(&Value) -> bool) -> Result<Value, Error> {
        let path = format!("/api/v1/contracts/{contract}");
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let reply = self.client.get(&path)?.ok()?;
            let shown = reply.json()?;
            if seen(&shown) {
                return Ok(shown);
            }
            if Instant::now() > deadline {
                return Err(reply.unexpected(what));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Does something to the contract on the version that it has now; `body` is what the verb takes besides.
    pub fn act(&self, contract: &str, verb: &str, body: Value) -> Result<Reply, Error> {
        let mut body = body;
        body["version"] = self.show(contract)?["version"].clone();
        self.client.post(&format!("/api/v1/contracts/{contract}/{verb}"), &body)
    }

    /// What is done, on the version that the contract has now, is refused: because it is not this party's to do, or not now.
    pub fn may_not(&self, contract: &str, verb: &str, body: Value) -> Result<(), Error> {
        let reply = self.act(contract, verb, body)?;
        let expected = if reply.status == 403 { "contract.not_yours" } else { "contract." };
        let status = if reply.status == 403 { 403 } else { 409 };
        let refused = reply.refused(status)?;
        assert!(refused.code.starts_with(expected), "{verb}: {refused:?}");
        Ok(())
    }

    /// Changes fields of the draft.
    pub fn edit(&self, contract: &str, fields: Value) -> Result<Reply, Error> {
        let body = json!({ "version": self.show(contract)?["version"], "fields": fields });
        self.client.patch(&format!("/api/v1/contracts/{contract}/draft"), &body)
    }

    /// Attaches a PDF to a slot.
    pub fn attach(&self, contract: &str, slot: &str, pdf: Vec<u8>) -> Result<Reply, Error> {
        let path = format!("/api/v1/contracts/{contract}/attachments?kind={slot}&name=scan.pdf");
        self.client.send(Method::POST, &path, |request| request.header("content-type", "application/pdf").body(pdf))
    }

    /// Types in whatever the checks still ask for.
    pub fn fill(&self, contract: &str) -> Result<(), Error> {
        for _ in 0..5 {
            let reply = self.client.get(&format!("/api/v1/contracts/{contract}/checks"))?.ok()?;
            let checks = reply.json()?;
            if checks["ready"] == true {
                return Ok(());
            }
            let mut fields = Map::new();
            for missing in array(&checks, "missing") {
                let value = match missing["kind"].as_str() {
                    Some("choice") => missing["choices"][0].clone(),
                    Some("integer") => json!(30),
                    Some("date") => json!("2030-12-31"),
                    _ => json!("示例县"),
                };
                fields.insert(text(missing, "field"), value);
            }
            self.edit(contract, Value::Object(fields))?.ok()?;
        }
        Err(self.client.get(&format!("/api/v1/contracts/{contract}/checks"))?.unexpected("a complete draft"))
    }

    /// The document as this party sees it.
    pub fn document(&self, contract: &str) -> Result<Vec<u8>, Error> {
        Ok(self.client.get(&format!("/api/v1/contracts/{contract}/document.pdf"))?.ok()?.body)
    }

    /// The desk, if it is this party's turn.
    pub fn desk(&self, contract: &str) -> Result<Reply, Error> {
        self.client.get(&format!("/api/v1/contracts/{contract}/desk"))
    }

    /// Sets everything that the desk suggests, with password and short message; the seals are not sent yet.
    pub fn seal(&self, server: &mut Server, contract: &str) -> Result<Value, Error> {
        self.seal_so(server, contract, 0.0, false)
    }

    /// As [`Party::seal`], and the step ends with it: nothing is left to send (S3-086).
    pub fn seal_to_end(&self, server: &mut Server, contract: &str) -> Result<Value, Error> {
        self.seal_so(server, contract, 0.0, true)
    }

    /// As [`Party::seal`], with the organisation's seal so many millimetres above its suggested place.
    pub fn seal_higher(&self, server: &mut Server, contract: &str, up_mm: f64) -> Result<Value, Error> {
        self.seal_so(server, contract, up_mm, false)
    }

    fn seal_so(&self, server: &mut Server, contract: &str, up_mm: f64, ends_step: bool) -> Result<Value, Error> {
        let desk = self.desk(contract)?.ok_json()?;
        let mut placements: Vec<Value> = array(&desk, "suggestions").iter().map(placement).collect();
        for seal in placements.iter_mut().filter(|placement| placement["kind"] == "seal") {
            seal["y_mm"] = json!(seal["y_mm"].as_f64().unwrap_or_default() - up_mm);
        }
        assert_eq!(placements.len(), 4, "seal, personal signature, date and seam: {desk}");
        let body = json!({ "version": desk["version"], "placements": placements, "ends_step": ends_step });
        let path = format!("/api/v1/contracts/{contract}/signing-intents");
        let intent = self.client.post(&path, &body)?.ok_json()?;
        let path = format!("/api/v1/signing-intents/{}", text(&intent, "intent_id"));
        let mut tickets = Vec::new();
        for certificate in array(&intent, "certificates") {
            let body = json!({ "certificate_id": certificate, "certificate_password": CERTIFICATE_PASSWORD });
            tickets.push(text(&self.client.post(&format!("{path}/password"), &body)?.ok_json()?, "ticket"));
        }
        let code = server.sms_code(&self.phone)?;
        self.client.post(&format!("{path}/completion"), &json!({ "tickets": tickets, "sms_code": code }))?.ok_json()
    }

    /// Takes back what this party has sealed and not sent.
    pub fn discard(&self, contract: &str) -> Result<Reply, Error> {
        let version = self.show(contract)?["version"].clone();
        self.client.delete(&format!("/api/v1/contracts/{contract}/unsent-seals?version={version}"))
    }

    /// The filing, once it is so.
    pub fn filing(&self, contract: &str, state: &str) -> Result<Value, Error> {
        let path = format!("/api/v1/contracts/{contract}/filing");
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let reply = self.client.get(&path)?.ok()?;
            let filing = reply.json()?;
            if filing["state"] == state {
                return Ok(filing);
            }
            if Instant::now() > deadline {
                return Err(reply.unexpected(state));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// What an intent takes of a suggestion.
fn placement(suggestion: &Value) -> Value {
    let members = suggestion.as_object().into_iter().flatten();
    let taken = members.filter(|(name, value)| *name != "optional" && !value.is_null());
    Value::Object(taken.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// A resident identity number with a right check digit (GB 11643-1999), one per number.
fn resident_id(number: u32) -> String {
    let body = format!("11010119900101{:03}", number % 1000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}
