//! The rest of the sample world, for people who try the product in a browser: two organisations per flow profile with their people, and
//! contracts at every stage, so that each list has something.

use serde_json::{Value, json};
use yinxin_domain::calendar::Date;

use super::cast::{self, CERTIFICATE_PASSWORD, Member, Members};
use super::client::{Client, Machine};
use super::{DemoError, OPERATOR, PASSWORD, Stage, drive, text};

const MALL_ORDER: &str = include_str!("../../../../../samples/awards/mall-order.json");
const LOT: &str = include_str!("../../../../../samples/awards/goods-devices.json");

/// How far a contract of the sample world has come.
#[derive(Clone, Copy)]
enum Until {
    /// Not drafted yet.
    Awarded,
    /// In this phase; the parties did what led there.
    Phase(&'static str),
    /// Returned to its drafter.
    Returned,
    /// Ended by the party that began it.
    Revoked,
}

/// One further award: the sample that it varies, its number, its project, how many days ago it was made, and how far it comes.
struct Scene {
    sample: &'static str,
    code: &'static str,
    project: &'static str,
    days_ago: i32,
    until: Until,
}

const fn scene(sample: &'static str, code: &'static str, project: &'static str, days_ago: i32, until: Until) -> Scene {
    Scene { sample, code, project, days_ago, until }
}

/// Projects whose number begins so are refused by the supervising system of the sandbox.
const REFUSED_PREFIX: &str = "修财示采-2025-104";

const SCENES: [Scene; 12] = [
    scene(MALL_ORDER, "WSSC-2025-0000501", "教室照明灯具网上商城采购", 3, Until::Awarded),
    scene(MALL_ORDER, "WSSC-2025-0000502", "实验室耗材网上商城采购", 9, Until::Phase("drafting")),
    scene(MALL_ORDER, "WSSC-2025-0000503", "图书馆书架网上商城采购", 12, Until::Phase("in_review")),
    scene(MALL_ORDER, "WSSC-2025-0000504", "食堂餐具网上商城采购", 16, Until::Returned),
    scene(MALL_ORDER, "WSSC-2025-0000505", "体育器材网上商城采购", 24, Until::Phase("step.supplier")),
    scene(MALL_ORDER, "WSSC-2025-0000506", "会议桌椅网上商城采购", 27, Until::Phase("step.purchaser")),
    scene(MALL_ORDER, "WSSC-2025-0000507", "空调维保用品网上商城采购", 19, Until::Phase("published")),
    scene(LOT, "修财示采-2025-101", "档案数字化扫描设备采购项目", 6, Until::Awarded),
    scene(LOT, "修财示采-2025-102", "政务大厅自助终端采购项目", 13, Until::Phase("drafting")),
    scene(LOT, "修财示采-2025-103", "会议室音视频设备采购项目", 28, Until::Phase("step.counterparty")),
    scene(LOT, "修财示采-2025-104", "机关食堂厨房设备采购项目", 21, Until::Phase("filing_refused")),
    scene(LOT, "修财示采-2025-105", "公务用车充电设施采购项目", 17, Until::Revoked),
];

/// One sample login.
pub(super) struct Login {
    phone: String,
    certificate_password: bool,
    name: String,
    organisation: String,
    organisation_id: Option<String>,
    roles: String,
    /// What to try with him, in Chinese and English.
    note: (&'static str, &'static str),
}

/// Makes the people, pushes the awards and plays each contract as far as its scene goes; gives the logins.
pub(super) async fn furnish(
    stage: &Stage,
    operator: &Client,
    trading: &Machine,
    mut members: Members,
) -> Result<Vec<Login>, DemoError> {
    let refusing =
        json!({ "behaviour": "refuse", "project_prefix": REFUSED_PREFIX, "reason": "合同付款方式与采购文件不一致" });
    operator.post("/api/v1/sandbox/supervision", &refusing).await?;
    let mut awards = Vec::new();
    for scene in &SCENES {
        awards.push(push(stage, operator, trading, scene).await?);
    }
    cast::parties(stage, operator, &mut members).await?;
    let mut logins = vec![Login {
        phone: OPERATOR.to_owned(),
        certificate_password: false,
        name: "示例运营".to_owned(),
        organisation: "印信平台".to_owned(),
        organisation_id: None,
        roles: "平台运营".to_owned(),
        note: (
            "中标结果、备案、异常任务、各类审核，以及沙箱控制",
            "Pushed awards, filings, dead jobs, decisions, and the sandbox's controls",
        ),
    }];
    for member in members.values() {
        logins.push(Login {
            phone: member.phone.clone(),
            certificate_password: true,
            name: member.person.clone(),
            organisation: member.name.clone(),
            organisation_id: Some(member.id.clone()),
            roles: "管理员、经办人、印章管理员".to_owned(),
            note: (
                "本单位的全部事项：起草、确认、签章、证书与印章",
                "All that the organisation does: drafting, confirming, signing, certificates and seals",
            ),
        });
        let others = [
            ("clerk", "经办人", false, ("起草和确认，不能用印", "Drafts and confirms, uses no seal")),
            ("seal_keeper", "印章管理员", true, ("签章", "Signs")),
        ];
        for (role, called, keeps_seals, note) in others {
            let person = cast::person(stage, operator).await?;
            let body = json!({ "phone": person.phone, "roles": [role] });
            member.client.post(&format!("/api/v1/organisations/{}/members", member.id), &body).await?;
            logins.push(Login {
                phone: person.phone,
                certificate_password: keeps_seals,
                name: person.name,
                organisation: member.name.clone(),
                organisation_id: Some(member.id.clone()),
                roles: called.to_owned(),
                note,
            });
        }
    }
    for (scene, award) in SCENES.iter().zip(&awards) {
        play(stage, operator, &members, award, scene.until).await?;
    }
    operator.put_nothing("/api/v1/sandbox/people", &json!({ "people": people(&logins) })).await?;
    Ok(logins)
}

/// The logins as the sandbox's inbox shows them.
fn people(logins: &[Login]) -> Vec<Value> {
    let person = |login: &Login| {
        json!({
            "phone": login.phone,
            "name": login.name,
            "password": PASSWORD,
            "certificate_password": login.certificate_password.then_some(CERTIFICATE_PASSWORD),
            "organisation_id": login.organisation_id,
            "organisation_name": login.organisation_id.as_ref().map(|_| &login.organisation),
            "role": login.roles,
            "profile": null,
            "note_zh": login.note.0,
            "note_en": login.note.1,
        })
    };
    logins.iter().map(person).collect()
}

/// Pushes the scene's award: its sample under another number and name.
async fn push(stage: &Stage, operator: &Client, trading: &Machine, scene: &Scene) -> Result<String, DemoError> {
    let mut award: Value = serde_json::from_str(scene.sample)?;
    award["project"]["code"] = json!(scene.code);
    award["project"]["name"] = json!(scene.project);
    // Dates of the sample would be long past: deadlines are to look as they do in use.
    let day = Date::at(stage.now()).plus_days(-scene.days_ago).to_string();
    if let Some(order) = award["order"].as_object_mut() {
        order.insert("code".to_owned(), json!(scene.code));
        order.insert("confirmed_on".to_owned(), json!(day));
    }
    if let Some(notice) = award["award_notice"].as_object_mut() {
        notice.insert("issued_on".to_owned(), json!(day));
        notice.insert("delivered_on".to_owned(), json!(day));
    }
    let (status, answer) =
        operator.push(trading, "/api/v1/awards", award.to_string().into_bytes(), stage.now()).await?;
    if status.is_success() { text(&answer, "award_id") } else { Err(DemoError::AwardRefused(answer)) }
}

async fn play(stage: &Stage, operator: &Client, members: &Members, award: &str, until: Until) -> Result<(), DemoError> {
    let shown = operator.get(&format!("/api/v1/awards/{award}")).await?;
    let parties: Vec<&Member> = shown["parties"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|party| members.get(party["organisation_id"].as_str()?))
        .collect();
    let (phase, then) = match until {
        Until::Awarded => return Ok(()),
        Until::Phase(phase) => (phase, None),
        Until::Returned => ("in_review", Some(("return", "交货地点与订单不一致，请修改后重新发送。"))),
        Until::Revoked => ("drafting", Some(("revocation", "采购计划调整，另行起草。"))),
    };
    let contract = drive::begin(stage, &parties, award).await?;
    drive::until(stage, &parties, &contract, phase).await?;
    let Some((verb, reason)) = then else { return Ok(()) };
    let path = format!("/api/v1/contracts/{contract}");
    for member in parties {
        let seen = member.client.get(&path).await?;
        let body = json!({ "version": seen["version"], "reason": reason });
        match member.client.post(&format!("{path}/{verb}"), &body).await {
            Err(DemoError::Refused { .. }) => {}
            done => return done.map(|_| ()),
        }
    }
    Err(DemoError::Unexpected(format!("nobody may do {verb} to {contract}")))
}

/// The addresses and the logins, as a table.
pub(super) fn print(stage: &Stage, logins: &[Login]) {
    let base = &stage.base;
    println!("\n请在浏览器中打开：{base}/");
    println!("  公告 {base}/notices   验证 {base}/verify   接口 {base}/openapi.json");
    println!("  短信验证码和演示账号在演示收件箱中查看：{base}/inbox\n");
    let mut rows = vec![["手机号", "登录密码", "证书密码", "姓名", "单位", "角色"].map(str::to_owned)];
    for login in logins {
        let certificate_password = if login.certificate_password { CERTIFICATE_PASSWORD } else { "—" };
        rows.push([
            login.phone.clone(),
            PASSWORD.to_owned(),
            certificate_password.to_owned(),
            login.name.clone(),
            login.organisation.clone(),
            login.roles.clone(),
        ]);
    }
    print!("{}", table(&rows));
    println!("\n服务运行中，按 Ctrl-C 结束。");
}

/// Rows with columns of one width each; the last is not padded.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = columns(cell).max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
            text.push_str("  ");
            text.push_str(cell);
            if index + 1 < N {
                text.push_str(&" ".repeat(width - columns(cell)));
            }
        }
        text.push('\n');
    }
    text
}

/// How many columns of a terminal a text takes: Chinese characters and full-width signs take two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_table_stand_below_each_other() {
        let rows = [["手机号", "角色"], ["13900000001", "管理员"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "  手机号       角色\n  13900000001  管理员\n");
    }
}
