//! The people and organisations of the demo: registered, verified, with certificates and seals, each through the API.

use serde_json::{Value, json};

use super::client::Client;
use super::{DemoError, PASSWORD, Stage, text};

/// The password of every certificate of the demo.
pub(super) const CERTIFICATE_PASSWORD: &str = "Zhengshu-2026";

/// Invented people.
const NAMES: [&str; 8] = ["示例甲", "示例乙", "示例丙", "示例丁", "示例戊", "示例己", "示例庚", "示例辛"];

/// One party of the contract with the person who acts for it.
pub(super) struct Member {
    /// The organisation's name.
    pub name: String,
    /// The person's phone number: his login.
    pub phone: String,
    /// Signed in and acting for the organisation.
    pub client: Client,
}

/// Makes the `index`th organisation of the award able to act: a verified administrator who also keeps the seals, certificates of the
/// organisation and of the person, and their seals.
pub(super) async fn party(
    stage: &Stage,
    operator: &Client,
    organisation: &Value,
    index: usize,
) -> Result<Member, DemoError> {
    let name = text(organisation, "name")?;
    let id = text(organisation, "id")?;
    let phone = format!("1390000{:04}", index + 1);
    let (person, client) = person(stage, operator, &phone, index).await?;
    operator
        .post(
            &format!("/api/v1/operator/organisations/{id}/verification"),
            &json!({ "administrator_person_id": person, "note": "演示：营业执照与法定代表人身份已核对" }),
        )
        .await?;
    stage.say(&format!("单位认证：{name}，管理员 {phone}"));
    let acting = client.acting_as(&id);
    let roles = json!({ "roles": ["administrator", "clerk", "seal_keeper"] });
    acting.patch_nothing(&format!("/api/v1/organisations/{id}/members/{person}"), &roles).await?;
    let own = certificate(&acting, operator).await?;
    acting.post("/api/v1/seals", &json!({ "seal_type": "company", "certificate_id": own })).await?;
    let personal = certificate(&client, operator).await?;
    client.post("/api/v1/seals", &json!({ "seal_type": "personal_name", "certificate_id": personal })).await?;
    stage.say(&format!("证书与印章：{name} 单位公章、{} 个人名章", NAMES[index % NAMES.len()]));
    Ok(Member { name, phone, client: acting })
}

/// Registers a person by SMS code and has his real name confirmed.
async fn person(stage: &Stage, operator: &Client, phone: &str, index: usize) -> Result<(String, Client), DemoError> {
    let visitor = Client::new(&stage.base)?;
    let since = stage.now();
    visitor.post("/api/v1/sms-codes", &json!({ "phone": phone, "purpose": "register" })).await?;
    let code = sms_code(&visitor, phone, since).await?;
    let body = json!({ "phone": phone, "password": PASSWORD, "sms_code": code, "agreed": true });
    let registered = visitor.post("/api/v1/registrations", &body).await?;
    let person = text(&registered, "person_id")?;
    let client = visitor.sign_in(phone, PASSWORD).await?;
    let claim = json!({ "name": NAMES[index % NAMES.len()], "resident_id": resident_id(index) });
    let claimed = client.post("/api/v1/real-name-claims", &claim).await?;
    let path = format!("/api/v1/operator/real-name-claims/{}/decision", text(&claimed, "claim_id")?);
    operator.post(&path, &json!({ "accept": true })).await?;
    Ok((person, client))
}

/// The code that was sent to a phone since a moment, as the sandbox shows it once its job has run.
pub(super) async fn sms_code(client: &Client, phone: &str, since: i64) -> Result<String, DemoError> {
    // Sending is a background job: looked at every 50 ms for ten seconds.
    for _ in 0..200 {
        let inbox = client.get(&format!("/api/v1/sandbox/messages?phone={phone}")).await?;
        let code = inbox["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|message| message["created_at"].as_i64().is_some_and(|at| at >= since))
            .filter_map(|message| message["text"].as_str())
            .filter(|text| text.contains("验证码"))
            .find_map(|text| text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6));
        if let Some(code) = code {
            return Ok(code.to_owned());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(DemoError::Unexpected(format!("no code was sent to {phone}")))
}

async fn certificate(acting: &Client, operator: &Client) -> Result<String, DemoError> {
    let body = json!({ "certificate_password": CERTIFICATE_PASSWORD });
    let applied = acting.post("/api/v1/certificate-applications", &body).await?;
    let path = format!("/api/v1/operator/certificate-applications/{}/decision", text(&applied, "application_id")?);
    text(&operator.post(&path, &json!({ "accept": true })).await?, "certificate_id")
}

/// A resident id of an invented person, with a right check digit (GB 11643-1999).
fn resident_id(index: usize) -> String {
    let body = format!("110101199001{:02}{:03}", index % 28 + 1, 10 + index);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).filter_map(|(digit, weight)| Some(digit.to_digit(10)? * weight)).sum();
    let check = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize];
    format!("{body}{check}")
}
