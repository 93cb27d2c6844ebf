//! The people and organisations of the demo: registered, verified, with certificates and seals, each through the API.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::Client;
use super::{DemoError, PASSWORD, Stage, text};

/// The password of every certificate of the demo.
pub(super) const CERTIFICATE_PASSWORD: &str = "Zhengshu-2026";

/// The parties that can act, by the id of their organisation.
pub(super) type Members = BTreeMap<String, Member>;

/// One party with the person who acts for it.
pub(super) struct Member {
    /// The organisation's id.
    pub id: String,
    /// The organisation's name.
    pub name: String,
    /// The person's name.
    pub person: String,
    /// The person's phone number: his login.
    pub phone: String,
    /// Signed in and acting for the organisation.
    pub client: Client,
}

/// Makes every organisation that an award has made known and nobody has verified able to act.
pub(super) async fn parties(stage: &Stage, operator: &Client, members: &mut Members) -> Result<(), DemoError> {
    let organisations = operator.get("/api/v1/operator/organisations?state=unverified&limit=100").await?;
    for organisation in organisations["items"].as_array().into_iter().flatten() {
        let member = party(stage, operator, organisation).await?;
        members.insert(member.id.clone(), member);
    }
    Ok(())
}

/// Makes an organisation able to act: a verified administrator who also keeps the seals, certificates of the organisation and of the
/// person, and their seals.
async fn party(stage: &Stage, operator: &Client, organisation: &Value) -> Result<Member, DemoError> {
    let name = text(organisation, "name")?;
    let id = text(organisation, "id")?;
    let Person { id: person, name: person_name, phone, client } = person(stage, operator).await?;
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
    stage.say(&format!("证书与印章：{name} 单位公章、{person_name} 个人名章"));
    Ok(Member { id, name, person: person_name, phone, client: acting })
}

/// Somebody with a verified name.
pub(super) struct Person {
    /// `per_…`
    id: String,
    /// His name.
    pub name: String,
    /// His login.
    pub phone: String,
    /// Signed in, acting for himself.
    client: Client,
}

/// Registers the next person by SMS code and has his real name confirmed.
pub(super) async fn person(stage: &Stage, operator: &Client) -> Result<Person, DemoError> {
    let index = stage.next_person();
    let (name, phone) = (invented_name(index), format!("1390000{:04}", index + 1));
    let visitor = Client::new(&stage.base)?;
    let since = stage.now();
    visitor.post("/api/v1/sms-codes", &json!({ "phone": phone, "purpose": "register" })).await?;
    let code = sms_code(&visitor, &phone, since).await?;
    let body = json!({ "phone": phone, "password": PASSWORD, "sms_code": code, "agreed": true });
    let registered = visitor.post("/api/v1/registrations", &body).await?;
    let id = text(&registered, "person_id")?;
    let client = visitor.sign_in(&phone, PASSWORD).await?;
    let claim = json!({ "name": name, "resident_id": resident_id(index) });
    let claimed = client.post("/api/v1/real-name-claims", &claim).await?;
    let path = format!("/api/v1/operator/real-name-claims/{}/decision", text(&claimed, "claim_id")?);
    operator.post(&path, &json!({ "accept": true })).await?;
    Ok(Person { id, name, phone, client })
}

/// The name of the `index`th invented person: 示例甲, 示例乙 … and with two characters after ten.
fn invented_name(index: usize) -> String {
    const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
    const BRANCHES: [char; 12] = ['子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉', '戌', '亥'];
    let mut name = format!("示例{}", STEMS[index % STEMS.len()]);
    if index >= STEMS.len() {
        name.push(BRANCHES[index / STEMS.len() % BRANCHES.len()]);
    }
    name
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
