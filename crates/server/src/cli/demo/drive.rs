//! One contract from draft to notice: each party does what the API offers it, so that no profile is known here.

use serde_json::{Map, Value, json};

use super::cast::{self, CERTIFICATE_PASSWORD, Member};
use super::{DemoError, Stage, text};

/// More rounds than any flow takes; then something waits for ever.
const ROUNDS: usize = 60;

/// Drives a contract from its award until its notice is published; gives its id.
pub(super) async fn contract(stage: &Stage, parties: &[&Member], award: &str) -> Result<String, DemoError> {
    let contract = begin(stage, parties, award).await?;
    until(stage, parties, &contract, "published").await?;
    Ok(contract)
}

/// Lets the parties act in turn until the contract is in this phase; what nobody of them moves is left to the background work.
pub(super) async fn until(stage: &Stage, parties: &[&Member], contract: &str, phase: &str) -> Result<(), DemoError> {
    for _ in 0..ROUNDS {
        let mut acted = false;
        for member in parties {
            if seen_phase(member, contract).await?.0 == phase {
                return Ok(());
            }
            acted |= act(stage, member, contract).await?;
        }
        if !acted {
            break;
        }
    }
    wait(stage, parties, contract, phase).await
}

/// The contract's phase in one word, and what its users call it.
async fn seen_phase(member: &Member, contract: &str) -> Result<(String, String), DemoError> {
    let seen = member.client.get(&format!("/api/v1/contracts/{contract}")).await?;
    let phase = text(&seen["state"], "phase")?;
    let label = seen["state"]["label"]["zh"].as_str().unwrap_or(&phase).to_owned();
    Ok((phase, label))
}

/// The first party that may draft begins, with the first template that fits the award.
pub(super) async fn begin(stage: &Stage, parties: &[&Member], award: &str) -> Result<String, DemoError> {
    let mut refusal = DemoError::Unexpected("the award has no parties".to_owned());
    for member in parties {
        let shown = member.client.get(&format!("/api/v1/awards/{award}")).await?;
        let fitting: Vec<&str> =
            shown["templates"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        // An order has a form of its own beside those of its category.
        let of_orders = fitting.iter().find(|template| template.starts_with("mall-order"));
        let Some(template) = of_orders.or(fitting.first()) else {
            return Err(DemoError::Unexpected("no template fits the award".to_owned()));
        };
        match member.client.post("/api/v1/contracts", &json!({ "award_id": award, "template_id": template })).await {
            Ok(begun) => {
                stage.say(&format!("起草：{} 选用范本 {template}", member.name));
                return text(&begun, "contract_id");
            }
            Err(error @ DemoError::Refused { .. }) => refusal = error,
            Err(error) => return Err(error),
        }
    }
    Err(refusal)
}

/// One act of one party, if the contract offers it one that moves it on.
async fn act(stage: &Stage, member: &Member, contract: &str) -> Result<bool, DemoError> {
    let path = format!("/api/v1/contracts/{contract}");
    let seen = member.client.get(&path).await?;
    let version = seen["version"].clone();
    let offered: Vec<&str> =
        seen["actions"].as_array().into_iter().flatten().filter_map(|action| action["verb"].as_str()).collect();
    let offers = |verb: &str| offered.contains(&verb);
    if offers("submit") && !offers("agree") {
        member.client.post(&format!("{path}/submission"), &json!({ "version": version })).await?;
        stage.say(&format!("提交：{} 提交已盖章合同", member.name));
    } else if offers("agree") {
        member.client.post(&format!("{path}/agreement"), &json!({ "version": version })).await?;
        stage.say(&format!("同意：{} 盖章后同意合同", member.name));
    } else if offers("seal") {
        seal(stage, member, &path).await?;
    } else if offers("confirm") {
        let body = json!({ "version": version, "payment_method": "transfer", "payment_amount_fen": payable(member, &seen).await?, "online": true });
        member.client.post(&format!("{path}/confirmation"), &body).await?;
        stage.say(&format!("确认：{} 确认合同，选择线上签章", member.name));
    } else if offers("send") || offers("freeze") {
        fill(member, &path).await?;
        let verb = if offers("freeze") { "freeze" } else { "send" };
        let seen = member.client.get(&path).await?;
        member.client.post(&format!("{path}/{verb}"), &json!({ "version": seen["version"] })).await?;
        stage.say(&format!(
            "{}：{}",
            if verb == "freeze" { "清稿，排版为 PDF" } else { "发送给对方确认" },
            member.name
        ));
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// What the purchaser would pay: the amount, or the ceiling where the price is a discount and no amount is named.
async fn payable(member: &Member, contract: &Value) -> Result<Value, DemoError> {
    if contract["amount_fen"] != json!(0) {
        return Ok(contract["amount_fen"].clone());
    }
    let award = member.client.get(&format!("/api/v1/awards/{}", text(contract, "award_id")?)).await?;
    Ok(award["award"]["pricing"]["ceiling"].clone())
}

/// Fills what the law or the template still asks for, by the kind of each missing field, until nothing is missing.
async fn fill(member: &Member, path: &str) -> Result<(), DemoError> {
    for _ in 0..5 {
        let checks = member.client.get(&format!("{path}/checks")).await?;
        let fields: Map<String, Value> = checks["missing"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|missing| Some((missing["field"].as_str()?.to_owned(), by_hand(missing))))
            .collect();
        if fields.is_empty() {
            return match checks["ready"].as_bool() {
                Some(true) => Ok(()),
                _ => Err(DemoError::Unexpected(format!("the draft cannot be completed: {checks}"))),
            };
        }
        let body = json!({ "version": checks["version"], "fields": fields });
        member.client.patch(&format!("{path}/draft"), &body).await?;
    }
    Err(DemoError::Unexpected("the draft is never complete".to_owned()))
}

/// What a clerk would type into a field of this kind.
fn by_hand(missing: &Value) -> Value {
    match missing["kind"].as_str().unwrap_or("text") {
        "money" => json!("0.00"),
        "date" => json!("2030-12-31"),
        "integer" => json!(30),
        "ratio" => json!("0.05"),
        "choice" => missing["choices"].get(0).cloned().unwrap_or(Value::Null),
        "long_text" => json!("按采购文件、投标（响应）文件及双方约定执行。"),
        "table" => json!([["合同签订后", "1.00"]]),
        _ if missing["field"] == "sign_place" => json!("示例市"),
        _ => json!("按采购文件约定"),
    }
}

/// The whole ceremony for one party: the suggested places of everything that its step allows.
async fn seal(stage: &Stage, member: &Member, path: &str) -> Result<(), DemoError> {
    let desk = member.client.get(&format!("{path}/desk")).await?;
    let places: Vec<Value> = desk["suggestions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|place| {
            let mut place = place.clone();
            if let Some(members) = place.as_object_mut() {
                members.remove("optional");
                members.retain(|_, value| !value.is_null());
            }
            place
        })
        .collect();
    let body = json!({ "version": desk["version"], "placements": places });
    let since = stage.now();
    let intent = member.client.post(&format!("{path}/signing-intents"), &body).await?;
    let id = text(&intent, "intent_id")?;
    let mut tickets = Vec::new();
    for certificate in intent["certificates"].as_array().into_iter().flatten() {
        let body = json!({ "certificate_id": certificate, "certificate_password": CERTIFICATE_PASSWORD });
        let released = member.client.post(&format!("/api/v1/signing-intents/{id}/password"), &body).await?;
        tickets.push(released["ticket"].clone());
    }
    let code = cast::sms_code(&member.client, &member.phone, since).await?;
    let body = json!({ "tickets": tickets, "sms_code": code });
    let completed = member.client.post(&format!("/api/v1/signing-intents/{id}/completion"), &body).await?;
    let digest = completed["document_sm3"].as_str().unwrap_or_default().to_owned();
    stage.say(&format!("签章：{} {} 处，SM3 {}…", member.name, places.len(), digest.get(..16).unwrap_or_default()));
    Ok(())
}

/// Background work decides the rest: platform signature, filing, notice.
async fn wait(stage: &Stage, parties: &[&Member], contract: &str, phase: &str) -> Result<(), DemoError> {
    let Some(member) = parties.first() else { return Ok(()) };
    let mut last = String::new();
    // Looked at every tenth of a second for two minutes: the jobs take well under ten seconds.
    for _ in 0..1200 {
        let (now, label) = seen_phase(member, contract).await?;
        if now != last {
            stage.say(&format!("状态：{label}"));
            last = now;
        }
        if last == phase {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(DemoError::Unexpected(format!("the contract stays at {last} and does not come to {phase}")))
}
