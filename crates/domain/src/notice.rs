//! The public notice of a contract (合同公告): its content by 财办库〔2020〕50号 form 8, and what is kept back from the public.
//!
//! A notice is read by anybody for ever: names of persons and mobile numbers are masked, bank accounts never enter it (个人信息保护法
//! art. 51, rules.md 4.5). When it is due, and who may exempt a contract from it, is decided by [`crate::contract`].

use crate::award::{Award, Party};
use crate::calendar::Date;
use crate::contract::Contract;
use crate::filing::{FiledItem, Subject};
use crate::identifiers::PhoneNumber;
use crate::identity::mask_name;
use serde::{Deserialize, Serialize};

/// What is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeContent {
    /// 合同编号.
    pub contract_number: String,
    /// 合同名称.
    pub title: String,
    /// 项目编号.
    pub project_code: String,
    /// 项目名称.
    pub project_name: String,
    /// 采购人.
    pub purchaser: PublicParty,
    /// 供应商.
    pub suppliers: Vec<PublicParty>,
    /// 主要标的: name, specification, quantity, unit price.
    pub items: Vec<FiledItem>,
    /// 合同金额, 分.
    pub amount_fen: i64,
    /// 合同金额 in capitals.
    pub amount_capitals: String,
    /// 履约期限.
    pub period: Option<String>,
    /// 履约地点.
    pub place: Option<String>,
    /// 采购方式.
    pub method: Option<String>,
    /// 合同签订日期.
    pub signed_on: Date,
    /// 合同公告日期.
    pub published_on: Date,
    /// 其他补充事宜.
    pub remarks: Vec<String>,
}

/// A party as the public sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicParty {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: Option<String>,
    /// Who answers, masked.
    pub contact: Option<String>,
    /// The number; a mobile number masked.
    pub phone: Option<String>,
    /// The size it declared, which the award was judged by.
    pub size: Option<String>,
}

/// Puts together what is published on a day; none before the contract is signed.
pub fn content(contract: &Contract, award: &Award, subject: Subject<'_>, published_on: Date) -> Option<NoticeContent> {
    let signed_on = contract.signed_on()?;
    let terms = &award.terms;
    let period = match (&terms.period, terms.delivery_days) {
        (Some(period), _) => Some(format!("{}至{}", period.from.to_chinese(), period.to.to_chinese())),
        (None, Some(days)) => Some(format!("合同签订后{days}日内")),
        (None, None) => None,
    };
    let mut remarks = Vec::new();
    if award.suppliers.len() > 1 {
        remarks.push("供应商为联合体，各方共同签署。".to_owned());
    }
    if award.project.sme_reserved {
        remarks.push("本项目为预留中小企业采购份额项目。".to_owned());
    }
    Some(NoticeContent {
        contract_number: subject.number.to_owned(),
        title: subject.title.to_owned(),
        project_code: award.project.code.clone(),
        project_name: award.project.name.clone(),
        purchaser: public_party(&award.purchaser),
        suppliers: award.suppliers.iter().map(public_party).collect(),
        items: award.items.iter().map(FiledItem::of).collect(),
        amount_fen: subject.amount.fen(),
        amount_capitals: subject.amount.to_capitals(),
        period,
        place: terms.delivery_place.clone(),
        method: award.project.method.clone(),
        signed_on,
        published_on,
        remarks,
    })
}

fn public_party(party: &Party) -> PublicParty {
    PublicParty {
        name: party.name.clone(),
        address: party.address.clone(),
        contact: party.contact.as_deref().map(mask_name),
        phone: party.phone.as_deref().map(public_phone),
        size: party.size.map(|size| size.label_zh().to_owned()),
    }
}

/// A mobile number is a person's and is masked; an office's line is meant to be called.
fn public_phone(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match PhoneNumber::parse(phone).or_else(|_| PhoneNumber::parse(&digits)) {
        Ok(mobile) => mobile.masked(),
        Err(_) => phone.to_owned(),
    }
}
