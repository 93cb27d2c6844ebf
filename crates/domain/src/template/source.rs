//! Where the value of a field comes from, if not from people.

use super::fill::System;
use super::value::FieldValue;
use crate::award::{Award, OrganisationSize, Party};
use serde::{Deserialize, Serialize};

/// A value that the award knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the member of the award that bears its name")]
pub enum AwardValue {
    ProjectName,
    ProjectCode,
    ProjectMethod,
    PlanCode,
    Lots,
    OrderCode,
    OrderConfirmedOn,
    NoticeIssuedOn,
    NoticeNumber,
    AgencyName,
    SmeReserved,
    Amount,
    PricingKind,
    PricingCeiling,
    DiscountRate,
    DeliveryDays,
    PeriodFrom,
    PeriodTo,
    DeliveryPlace,
    WarrantyMonths,
    BondRatio,
    BondForm,
    Payment,
    PartyName,
    PartyUscc,
    PartyAddress,
    PartySize,
    PartyBank,
    PartyAccount,
    PartyLegalRepresentative,
    PartyContact,
    PartyPhone,
}

impl AwardValue {
    /// Whether the value belongs to one party, so that only a field of a party can take it.
    pub(super) const fn is_of_party(self) -> bool {
        matches!(
            self,
            Self::PartyName
                | Self::PartyUscc
                | Self::PartyAddress
                | Self::PartySize
                | Self::PartyBank
                | Self::PartyAccount
                | Self::PartyLegalRepresentative
                | Self::PartyContact
                | Self::PartyPhone
        )
    }

    /// The value, if the award has one; `party` for the values of a party.
    pub(super) fn of(self, award: &Award, party: Option<&Party>) -> Option<FieldValue> {
        let text = |text: Option<&String>| text.cloned().map(FieldValue::Text);
        let number = |number: Option<u32>| number.map(|number| FieldValue::Integer(i64::from(number)));
        let terms = &award.terms;
        match self {
            Self::ProjectName => text(Some(&award.project.name)),
            Self::ProjectCode => text(Some(&award.project.code)),
            Self::ProjectMethod => text(award.project.method.as_ref()),
            Self::PlanCode => text(award.project.plan_code.as_ref()),
            Self::Lots if award.lots.is_empty() => None,
            Self::Lots => {
                let lots = award.lots.iter().map(|lot| match &lot.name {
                    Some(name) => format!("{}（{name}）", lot.code),
                    None => lot.code.clone(),
                });
                Some(FieldValue::Text(lots.collect::<Vec<_>>().join("、")))
            }
            Self::OrderCode => text(award.order.as_ref().map(|order| &order.code)),
            Self::OrderConfirmedOn => award.order.as_ref().map(|order| FieldValue::Date(order.confirmed_on)),
            Self::NoticeIssuedOn => award.award_notice.as_ref().map(|notice| FieldValue::Date(notice.issued_on)),
            Self::NoticeNumber => text(award.award_notice.as_ref().and_then(|notice| notice.number.as_ref())),
            Self::AgencyName => text(award.agency.as_ref().map(|agency| &agency.name)),
            Self::SmeReserved => {
                Some(FieldValue::Choice(if award.project.sme_reserved { "yes" } else { "no" }.to_owned()))
            }
            Self::Amount => Some(FieldValue::Money(award.amount)),
            Self::PricingKind => Some(FieldValue::Text(award.pricing.label_zh().to_owned())),
            Self::PricingCeiling => match &award.pricing {
                crate::award::Pricing::Discount { ceiling, .. } => Some(FieldValue::Money(*ceiling)),
                _ => None,
            },
            Self::DiscountRate => match &award.pricing {
                crate::award::Pricing::Discount { rate, .. } => rate.map(FieldValue::Ratio),
                _ => None,
            },
            Self::DeliveryDays => number(terms.delivery_days),
            Self::PeriodFrom => terms.period.map(|period| FieldValue::Date(period.from)),
            Self::PeriodTo => terms.period.map(|period| FieldValue::Date(period.to)),
            Self::DeliveryPlace => text(terms.delivery_place.as_ref()),
            Self::WarrantyMonths => number(terms.warranty_months),
            Self::BondRatio => terms.performance_bond.as_ref().map(|bond| FieldValue::Ratio(bond.ratio)),
            Self::BondForm => text(terms.performance_bond.as_ref().and_then(|bond| bond.form.as_ref())),
            Self::Payment if terms.payment.is_empty() => None,
            Self::Payment => Some(FieldValue::Table(
                terms.payment.iter().map(|stage| vec![stage.stage.clone(), stage.ratio.to_string()]).collect(),
            )),
            Self::PartyName => text(party.map(|party| &party.name)),
            Self::PartyUscc => party.map(|party| FieldValue::Text(party.uscc.to_string())),
            Self::PartyAddress => text(party.and_then(|party| party.address.as_ref())),
            Self::PartySize => party
                .and_then(|party| party.size)
                .map(|size: OrganisationSize| FieldValue::Text(size.label_zh().to_owned())),
            Self::PartyBank => text(party.and_then(|party| party.bank.as_ref())),
            Self::PartyAccount => text(party.and_then(|party| party.account.as_ref())),
            Self::PartyLegalRepresentative => text(party.and_then(|party| party.legal_representative.as_ref())),
            Self::PartyContact => text(party.and_then(|party| party.contact.as_ref())),
            Self::PartyPhone => text(party.and_then(|party| party.phone.as_ref())),
        }
    }
}

/// A value that the platform gives when the draft begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemValue {
    /// The contract's number.
    ContractNumber,
}

impl SystemValue {
    pub(super) fn of(self, system: &System) -> FieldValue {
        match self {
            Self::ContractNumber => FieldValue::Text(system.contract_number.clone()),
        }
    }
}
