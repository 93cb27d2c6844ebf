//! Filing (备案): what a supervising system is given of a concluded contract.
//!
//! The package names what a real provincial procurement system keeps of a contract (rules.md 5.1) as far as the award and the contract
//! know it. It goes to the supervising system only, so that nothing in it is masked. When it is due and what its answer means is decided
//! by [`crate::contract`].

use crate::award::{Award, Item, Party, Pricing};
use crate::calendar::Date;
use crate::contract::axes::{Attachment, Content, Payment, Signing};
use crate::contract::{Contract, PartyKey};
use crate::identifiers::Sm3Digest;
use crate::ids::ContractId;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// What the draft says that the contract's state does not know.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The contract's number.
    pub number: &'a str,
    /// The contract's title.
    pub title: &'a str,
    /// The amount the text names.
    pub amount: Money,
}

/// What a supervising system is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingPackage {
    /// The contract.
    pub contract_id: ContractId,
    /// The number of this submission, from 1; its answer names it.
    pub attempt: u32,
    /// The contract's number.
    pub contract_number: String,
    /// The contract's title.
    pub title: String,
    /// The project's number.
    pub project_code: String,
    /// The project's name.
    pub project_name: String,
    /// The number of the procurement plan.
    pub plan_code: Option<String>,
    /// The procurement method.
    pub method: Option<String>,
    /// `goods`, `services`, `works`.
    pub category: String,
    /// The numbers of the lots.
    pub lot_codes: Vec<String>,
    /// The number of the mall order.
    pub order_code: Option<String>,
    /// The day the award notice was issued.
    pub award_notice_on: Option<Date>,
    /// Whether the project is reserved for small and medium enterprises.
    pub sme_reserved: bool,
    /// How the price is agreed, in words.
    pub pricing: String,
    /// The amount the text names, 分.
    pub amount_fen: i64,
    /// The awarded amount, 分.
    pub award_amount_fen: i64,
    /// The amount in capitals.
    pub amount_capitals: String,
    /// How and how much is paid, where that was asked.
    pub payment: Option<Payment>,
    /// The parties, purchaser first.
    pub parties: Vec<FiledParty>,
    /// Whether it was sealed online; otherwise on paper.
    pub online: bool,
    /// The day of signing.
    pub signed_on: Date,
    /// SM3 of the document that goes with it: the signed contract, or of a paper contract the confirmed text.
    pub document_sm3: Sm3Digest,
    /// SM3 of the scan of a paper contract, if there is one.
    pub scan_sm3: Option<Sm3Digest>,
    /// The attached files.
    pub attachments: Vec<FiledAttachment>,
    /// What is bought.
    pub items: Vec<FiledItem>,
}

/// One party as filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledParty {
    /// Its place in the text.
    pub key: PartyKey,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: String,
    /// Its address.
    pub address: Option<String>,
    /// The size it declared.
    pub size: Option<String>,
    /// Its legal representative.
    pub legal_representative: Option<String>,
    /// Who answers for the contract.
    pub contact: Option<String>,
    /// That person's number.
    pub phone: Option<String>,
    /// Its bank.
    pub bank: Option<String>,
    /// Its account.
    pub account: Option<String>,
}

/// One attached file as filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledAttachment {
    /// The slot it stands in.
    pub slot: String,
    /// Its name.
    pub name: String,
    /// SM3 of the file.
    pub sm3: Sm3Digest,
}

/// One line of what is bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledItem {
    /// The line's number.
    pub no: String,
    /// What is bought.
    pub name: String,
    /// Brand, specification and model.
    pub spec: Option<String>,
    /// The unit.
    pub unit: Option<String>,
    /// How many, as a decimal.
    pub quantity: Option<String>,
    /// The price of one, yuan as a decimal.
    pub unit_price: Option<String>,
    /// The line's amount, 分.
    pub amount_fen: Option<i64>,
    /// Whether the line sums up those below it.
    pub is_group: bool,
}

impl FiledItem {
    /// A line of the award.
    pub fn of(item: &Item) -> Self {
        let spec: Vec<&str> = [&item.brand, &item.spec].into_iter().flatten().map(String::as_str).collect();
        Self {
            no: item.no.clone(),
            name: item.name.clone(),
            spec: Some(spec.join(" ")).filter(|spec| !spec.is_empty()),
            unit: item.unit.clone(),
            quantity: item.quantity.map(|quantity| quantity.to_text(0)),
            unit_price: item.unit_price.map(|price| price.to_text(2)),
            amount_fen: item.amount.map(Money::fen),
            is_group: item.is_group,
        }
    }
}

/// Puts together what a supervising system is given; none while the contract has no signed document.
pub fn package(contract: &Contract, award: &Award, subject: Subject<'_>) -> Option<FilingPackage> {
    let document_sm3 = contract.shared_document()?;
    let signed_on = contract.signed_on()?;
    let scan_sm3 = match contract.signing() {
        Signing::Offline { scan, .. } => *scan,
        Signing::NotStarted
        | Signing::Signing { .. }
        | Signing::Concluded { .. }
        | Signing::Rejected { .. }
        | Signing::Revoked { .. }
        | Signing::Expired { .. } => None,
    };
    let payment = match contract.content() {
        Content::Frozen { confirmation, .. } => confirmation.as_ref().and_then(|said| said.payment.clone()),
        Content::Drafting { .. } | Content::Returned { .. } | Content::InReview { .. } => None,
    };
    let awarded = std::iter::once(&award.purchaser).chain(&award.suppliers);
    Some(FilingPackage {
        contract_id: contract.id(),
        attempt: contract.filing_attempt(),
        contract_number: subject.number.to_owned(),
        title: subject.title.to_owned(),
        project_code: award.project.code.clone(),
        project_name: award.project.name.clone(),
        plan_code: award.project.plan_code.clone(),
        method: award.project.method.clone(),
        category: award.project.category.as_str().to_owned(),
        lot_codes: award.lots.iter().map(|lot| lot.code.clone()).collect(),
        order_code: award.order.as_ref().map(|order| order.code.clone()),
        award_notice_on: award.award_notice.as_ref().map(|notice| notice.issued_on),
        sme_reserved: award.project.sme_reserved,
        pricing: Pricing::label_zh(&award.pricing).to_owned(),
        amount_fen: subject.amount.fen(),
        award_amount_fen: award.amount.fen(),
        amount_capitals: subject.amount.to_capitals(),
        payment,
        parties: contract
            .parties()
            .iter()
            .zip(awarded)
            .map(|(party, awarded)| filed_party(party.key, awarded))
            .collect(),
        online: !matches!(contract.signing(), Signing::Offline { .. }),
        signed_on,
        document_sm3,
        scan_sm3,
        attachments: contract.attachments().iter().map(filed_attachment).collect(),
        items: award.items.iter().map(FiledItem::of).collect(),
    })
}

fn filed_party(key: PartyKey, party: &Party) -> FiledParty {
    FiledParty {
        key,
        name: party.name.clone(),
        uscc: party.uscc.as_str().to_owned(),
        address: party.address.clone(),
        size: party.size.map(|size| size.label_zh().to_owned()),
        legal_representative: party.legal_representative.clone(),
        contact: party.contact.clone(),
        phone: party.phone.clone(),
        bank: party.bank.clone(),
        account: party.account.clone(),
    }
}

fn filed_attachment(file: &Attachment) -> FiledAttachment {
    FiledAttachment { slot: file.slot.clone(), name: file.name.clone(), sm3: file.sm3 }
}
