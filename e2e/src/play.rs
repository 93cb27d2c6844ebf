//! Parties ready to conclude contracts, and the ceremony of sealing, each through the API alone.
//!
//! For programs that drive many contracts: the kill test and the bench. Names, numbers and codes are invented.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::error::Error;
use crate::machine::Machine;
use crate::server::Server;

/// The password of every person here.
pub const PASSWORD: &str = "Yanshi-2026";
/// The password of every certificate here.
pub const CERTIFICATE_PASSWORD: &str = "Zhengshu-2026";

/// How long a short message may take: it is sent by a job after the request is answered.
const TO_SEND: Duration = Duration::from_secs(30);

/// One organisation with the person who does everything for it.
#[derive(Clone, Debug)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: String,
    /// `org_…`
    pub organisation: String,
    /// `per_…`
    pub person: String,
    /// The person's phone.
    pub phone: String,
    /// Signed in and acting for it.
    pub client: Client,
}

/// A purchaser and a supplier that nobody else contracts with, verified, certified and with seals.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The purchaser, then the supplier.
    pub parties: [Party; 2],
}

impl Pair {
    /// Makes the `number`th pair (below 400): the organisations come with an award that `machine` pushes.
    ///
    /// # Errors
    /// When the server refuses anything of it.
    pub fn cast(
        server: &mut Server,
        operator: &Client,
        machine: &Machine,
        template: &Value,
        number: usize,
    ) -> Result<Self, Error> {
        let organisation = |role: usize| {
            let index = number * 2 + role;
            let uscc = uscc(&format!("{}410821MA{index:07}", if role == 0 { "11" } else { "91" }));
            let name = format!("{}{index:03}", if role == 0 { "示例采购单位" } else { "示例供应商" });
            (index, name, uscc)
        };
        let cast = [organisation(0), organisation(1)];
        let award = awarded(template, &format!("CAST-{number}"), [(&cast[0].1, &cast[0].2), (&cast[1].1, &cast[1].2)]);
        machine.push(server, "/api/v1/awards", &award)?.ok()?;
        let listed = operator.get("/api/v1/operator/organisations?state=unverified&limit=100")?.ok_json()?;
        let mut parties = Vec::with_capacity(2);
        for (index, name, uscc) in cast {
            let found = listed["items"].as_array().into_iter().flatten().find(|item| item["name"] == name.as_str());
            let organisation = text(found.unwrap_or(&Value::Null), "id");
            parties.push(party(server, operator, &organisation, index, &name, &uscc)?);
        }
        let [supplier, purchaser] = [parties.pop(), parties.pop()];
        match (purchaser, supplier) {
            (Some(purchaser), Some(supplier)) => Ok(Self { parties: [purchaser, supplier] }),
            _ => unreachable!("two were made"),
        }
    }

    /// An award for this pair under a project number of its own.
    #[must_use]
    pub fn award(&self, template: &Value, code: &str) -> Value {
        let [purchaser, supplier] = &self.parties;
        awarded(template, code, [(&purchaser.name, &purchaser.uscc), (&supplier.name, &supplier.uscc)])
    }

    /// The same pair at a server that was started again on another port.
    pub fn move_to(&mut self, url: &str) {
        for party in &mut self.parties {
            party.client = party.client.moved_to(url);
        }
    }
}

/// The award with other parties and another project number.
fn awarded(template: &Value, code: &str, [purchaser, supplier]: [(&str, &str); 2]) -> Value {
    let mut award = template.clone();
    award["project"]["code"] = json!(code);
    if award["order"].is_object() {
        award["order"]["code"] = json!(code);
    }
    award["purchaser"]["name"] = json!(purchaser.0);
    award["purchaser"]["uscc"] = json!(purchaser.1);
    award["suppliers"][0]["name"] = json!(supplier.0);
    award["suppliers"][0]["uscc"] = json!(supplier.1);
    award
}

/// Registers the person, verifies both, and has certificates and seals made.
fn party(
    server: &mut Server,
    operator: &Client,
    organisation: &str,
    index: usize,
    name: &str,
    uscc: &str,
) -> Result<Party, Error> {
    let phone = format!("1390001{index:04}");
    let mut client = Client::new(server.url())?;
    client.post("/api/v1/sms-codes", &json!({ "phone": phone, "purpose": "register" }))?.ok()?;
    let code = server.sms_code(&phone)?;
    let body = json!({ "phone": phone, "password": PASSWORD, "sms_code": code, "agreed": true });
    let person = text(&client.post("/api/v1/registrations", &body)?.ok_json()?, "person_id");
    client.sign_in(&phone, PASSWORD)?;
    let claim = json!({ "name": "示例甲", "resident_id": resident_id(index) });
    let claimed = text(&client.post("/api/v1/real-name-claims", &claim)?.ok_json()?, "claim_id");
    let accept = json!({ "accept": true });
    operator.post(&format!("/api/v1/operator/real-name-claims/{claimed}/decision"), &accept)?.ok()?;
    let verification = json!({ "administrator_person_id": person, "note": "示例：已核对" });
    operator.post(&format!("/api/v1/operator/organisations/{organisation}/verification"), &verification)?.ok()?;
    let acting = client.acting_as(organisation);
    let roles = json!({ "roles": ["administrator", "clerk", "seal_keeper"] });
    acting.patch(&format!("/api/v1/organisations/{organisation}/members/{person}"), &roles)?.ok()?;
    for (holder, seal_type) in [(&acting, "company"), (&client, "personal_name")] {
        let applied = json!({ "certificate_password": CERTIFICATE_PASSWORD });
        let applied = text(&holder.post("/api/v1/certificate-applications", &applied)?.ok_json()?, "application_id");
        let decided = format!("/api/v1/operator/certificate-applications/{applied}/decision");
        let certificate = text(&operator.post(&decided, &accept)?.ok_json()?, "certificate_id");
        holder.post("/api/v1/seals", &json!({ "seal_type": seal_type, "certificate_id": certificate }))?.ok()?;
    }
    Ok(Party {
        name: name.to_owned(),
        uscc: uscc.to_owned(),
        organisation: organisation.to_owned(),
        person,
        phone,
        client: acting,
    })
}

/// A member of an answer that is a text; empty if it is not there, which the next request then shows.
#[must_use]
pub fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

/// The values that a clerk would type for what a draft still lacks, at most `most` of them; empty when it is ready.
#[must_use]
pub fn by_hand(checks: &Value, most: usize) -> Map<String, Value> {
    let missing = checks["missing"].as_array().into_iter().flatten();
    let typed = missing.filter_map(|missing| Some((missing["field"].as_str()?.to_owned(), typed(missing))));
    typed.take(most).collect()
}

fn typed(missing: &Value) -> Value {
    match missing["kind"].as_str().unwrap_or("text") {
        "money" => json!("0.00"),
        "date" => json!("2026-12-31"),
        "integer" => json!("30"),
        "ratio" => json!("0.05"),
        "choice" => missing["choices"].get(0).cloned().unwrap_or(Value::Null),
        "long_text" => json!("按采购文件、投标（响应）文件及双方约定执行。"),
        "table" => json!([["合同签订后", "1.00"]]),
        _ => json!("按采购文件约定"),
    }
}

/// The places that the desk suggests, as an intent takes them; without the personal signature unless `personal`.
#[must_use]
pub fn placements(desk: &Value, personal: bool) -> Vec<Value> {
    let suggested = desk["suggestions"].as_array().into_iter().flatten();
    let wanted = suggested.filter(|place| personal || place["kind"] != "personal");
    wanted
        .map(|place| {
            let mut place = place.clone();
            if let Some(members) = place.as_object_mut() {
                members.remove("optional");
                members.retain(|_, value| !value.is_null());
            }
            place
        })
        .collect()
}

/// A confirmed intent whose keys are released: all that a completion needs but the code.
#[derive(Clone, Debug)]
pub struct Intent {
    /// `int_…`
    pub id: String,
    /// One for each certificate.
    pub tickets: Vec<String>,
}

impl Intent {
    /// Confirms the suggested places on a contract as its desk shows it, and releases the keys.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn confirm(client: &Client, contract: &str, personal: bool) -> Result<Self, Error> {
        let desk = client.get(&format!("/api/v1/contracts/{contract}/desk"))?.ok_json()?;
        let body = json!({ "version": desk["version"], "placements": placements(&desk, personal) });
        let intent = client.post(&format!("/api/v1/contracts/{contract}/signing-intents"), &body)?.ok_json()?;
        let id = text(&intent, "intent_id");
        let mut tickets = Vec::new();
        for certificate in intent["certificates"].as_array().into_iter().flatten() {
            let body = json!({ "certificate_id": certificate, "certificate_password": CERTIFICATE_PASSWORD });
            let released = client.post(&format!("/api/v1/signing-intents/{id}/password"), &body)?.ok_json()?;
            tickets.push(text(&released, "ticket"));
        }
        Ok(Self { id, tickets })
    }

    /// The path of its completion.
    #[must_use]
    pub fn completion(&self) -> String {
        format!("/api/v1/signing-intents/{}/completion", self.id)
    }

    /// The body of its completion.
    #[must_use]
    pub fn proofs(&self, code: &str) -> Value {
        json!({ "tickets": self.tickets, "sms_code": code })
    }
}

/// The codes that were sent to a phone for signing, newest first, each with when it was sent (microseconds UTC).
///
/// # Errors
/// When the server does not answer.
pub fn signing_codes(client: &Client, phone: &str) -> Result<Vec<(i64, String)>, Error> {
    let inbox = client.get(&format!("/api/v1/sandbox/messages?phone={phone}"))?.ok_json()?;
    let messages = inbox["items"].as_array().into_iter().flatten();
    let code = |message: &Value| {
        let text = message["text"].as_str().filter(|text| text.contains("签署"))?;
        Some((message["created_at"].as_i64()?, crate::sandbox::code_in(text)?))
    };
    Ok(messages.filter_map(code).collect())
}

/// Waits for a signing code that was sent after this moment, and gives it with when it was sent.
///
/// # Errors
/// When none comes within half a minute.
pub fn wait_for_code(client: &Client, phone: &str, after: i64) -> Result<(i64, String), Error> {
    let deadline = Instant::now() + TO_SEND;
    loop {
        if let Some(code) = signing_codes(client, phone)?.into_iter().find(|(at, _)| *at > after) {
            return Ok(code);
        }
        if Instant::now() >= deadline {
            let path = format!("/api/v1/sandbox/messages?phone={phone}");
            return Err(client.get(&path)?.unexpected("a new code for signing"));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// The code with the check character of GB 32100-2015 behind 17 characters, digits and the letters M and A here.
fn uscc(body: &str) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut weight = 1;
    let mut sum = 0;
    for character in body.chars() {
        sum += ALPHABET.find(character).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    let check = ALPHABET.chars().nth((31 - sum % 31) % 31).unwrap_or('0');
    format!("{body}{check}")
}

/// A resident id of an invented person, with a right check digit (GB 11643-1999).
fn resident_id(index: usize) -> String {
    let body = format!("110101199001{:02}{index:03}", index % 28 + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).filter_map(|(digit, weight)| Some(digit.to_digit(10)? * weight)).sum();
    let check = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize];
    format!("{body}{check}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_are_those_of_the_sample_awards() {
        // samples/awards/goods-devices.json
        assert_eq!(uscc("11410821MB0001011"), "11410821MB00010112");
        assert_eq!(uscc("91410102MA0001237"), "91410102MA00012373");
        // GB 11643-1999, the standard's own example.
        assert_eq!(resident_id(7).len(), 18);
    }

    #[test]
    fn an_award_names_the_pair_and_keeps_the_rest() {
        let template = json!({ "project": { "code": "x", "name": "n" }, "order": { "code": "x" }, "purchaser": {}, "suppliers": [{ "size": "micro" }] });
        let award = awarded(&template, "示例-1", [("甲", "1"), ("乙", "2")]);
        assert_eq!(award["project"], json!({ "code": "示例-1", "name": "n" }));
        assert_eq!(award["order"]["code"], "示例-1");
        assert_eq!(award["suppliers"][0], json!({ "size": "micro", "name": "乙", "uscc": "2" }));
    }
}
