//! The award that the demo pushes: the sample or a file, and another flow profile laid over it.

use std::path::Path;

use serde_json::{Map, Value, json};
use yinxin_domain::award::StartsFrom;
use yinxin_domain::calendar::Date;

use super::{DemoError, Stage};

/// The award that is pushed when none is named.
const SAMPLE: &str = include_str!("../../../../../samples/awards/goods-devices.json");

/// The bytes of the named file, or of the sample.
pub(super) fn read(path: Option<&Path>) -> Result<Vec<u8>, DemoError> {
    match path {
        Some(path) => std::fs::read(path).map_err(|error| DemoError::File(path.to_owned(), error)),
        None => Ok(SAMPLE.as_bytes().to_vec()),
    }
}

/// The award under another profile. What is no JSON object is left as it is: the product says what is wrong with it.
///
/// A mall's contract grows from an order and the others from an award notice; where the award has only the other of the two, the missing one
/// is made up from it and said to be.
pub(super) fn with_profile(stage: &Stage, award: Vec<u8>, profile: &str) -> Vec<u8> {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&award) else { return award };
    members.insert("profile".to_owned(), json!(profile));
    let starts_from = stage.app.profiles.get(profile).map(|known| known.starts_from);
    let today = Date::at(stage.now()).to_string();
    match starts_from {
        Some(StartsFrom::Order) if is_absent(&members, "order") => {
            let day = text_of(&members, "award_notice", &["delivered_on", "issued_on"]).unwrap_or(today);
            let code = text_of(&members, "project", &["code"]).unwrap_or_default();
            stage.say(&format!("流程 {profile} 从订单开始，而该结果没有订单：演示补充订单 {code}，确认日期 {day}"));
            members.insert("order".to_owned(), json!({ "code": code, "confirmed_on": day }));
        }
        Some(StartsFrom::Lot) if is_absent(&members, "award_notice") => {
            let day = text_of(&members, "order", &["confirmed_on"]).unwrap_or(today);
            stage.say(&format!("流程 {profile} 从中标通知开始，而该结果没有：演示补充中标通知，发出日期 {day}"));
            members.remove("order");
            members.insert("award_notice".to_owned(), json!({ "issued_on": day }));
        }
        Some(StartsFrom::Order | StartsFrom::Lot) | None => {}
    }
    Value::Object(members).to_string().into_bytes()
}

fn is_absent(members: &Map<String, Value>, name: &str) -> bool {
    members.get(name).is_none_or(Value::is_null)
}

/// The first of these members of a part that is a text and not empty.
fn text_of(members: &Map<String, Value>, part: &str, names: &[&str]) -> Option<String> {
    let part = members.get(part)?;
    names.iter().filter_map(|name| part.get(name)?.as_str()).find(|text| !text.is_empty()).map(str::to_owned)
}
