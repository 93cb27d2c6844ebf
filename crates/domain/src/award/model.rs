use crate::calendar::Date;
use crate::identifiers::UnifiedSocialCreditCode;
use crate::money::Money;
use crate::quantity::Decimal;
use serde::{Deserialize, Serialize};

/// What kind of thing is bought; it decides which templates fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 货物.
    Goods,
    /// 服务.
    Services,
    /// 工程.
    Works,
}

impl Category {
    /// The word in the format and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Goods => "goods",
            Self::Services => "services",
            Self::Works => "works",
        }
    }

    /// The word for people.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::Goods => "货物",
            Self::Services => "服务",
            Self::Works => "工程",
        }
    }
}

/// The project that an award belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The project's number in the pushing system.
    pub code: String,
    /// The project's name.
    pub name: String,
    /// The procurement method, in words: 公开招标, 网上商城直购.
    pub method: Option<String>,
    /// Goods, services or works.
    pub category: Category,
    /// The number of the procurement plan (采购计划备案书).
    pub plan_code: Option<String>,
    /// Whether the project is reserved for small and medium enterprises.
    pub sme_reserved: bool,
}

/// A lot (标段, 包) that the contract covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// The lot's number inside the project.
    pub code: String,
    /// The lot's name.
    pub name: Option<String>,
    /// What the lot was awarded for.
    pub amount: Option<Money>,
}

/// A confirmed order of a mall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The order's number.
    pub code: String,
    /// The day on which the supplier confirmed it.
    pub confirmed_on: Date,
}

/// The notice that told the winner (中标通知书).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwardNotice {
    /// The day of issue; the 30 days for signing count from it (政府采购法 art. 46).
    pub issued_on: Date,
    /// The day on which it reached the winner: the tendered contract is formed then (合同编通则解释 art. 4).
    pub delivered_on: Option<Date>,
    /// The notice's number.
    pub number: Option<String>,
}

/// How large an enterprise is, as it declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationSize {
    /// 大型.
    Large,
    /// 中型.
    Medium,
    /// 小型.
    Small,
    /// 微型.
    Micro,
}

impl OrganisationSize {
    /// The word for people.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::Large => "大型企业",
            Self::Medium => "中型企业",
            Self::Small => "小型企业",
            Self::Micro => "微型企业",
        }
    }
}

/// A party of the contract to be. What concerns persons and accounts does not show in debug output.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The legal name.
    pub name: String,
    /// The unified social credit code.
    pub uscc: UnifiedSocialCreditCode,
    /// The address.
    pub address: Option<String>,
    /// The declared size (suppliers).
    pub size: Option<OrganisationSize>,
    /// The bank that holds the account.
    pub bank: Option<String>,
    /// The bank account.
    pub account: Option<String>,
    /// The legal representative's name.
    pub legal_representative: Option<String>,
    /// Who answers for the contract.
    pub contact: Option<String>,
    /// The telephone number of the organisation or contact, as pushed.
    pub phone: Option<String>,
}

impl std::fmt::Debug for Party {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Party").field("name", &self.name).field("uscc", &self.uscc).finish_non_exhaustive()
    }
}

/// The agency that ran the procedure; it is no party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// The legal name.
    pub name: String,
    /// The unified social credit code.
    pub uscc: Option<UnifiedSocialCreditCode>,
}

/// How the price is agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pricing {
    /// A fixed total (固定总价).
    Total,
    /// Fixed unit prices; quantities and the total are estimates (固定单价).
    Unit,
    /// A discount on list prices (下浮率), up to a ceiling.
    Discount {
        /// The most that may be paid.
        ceiling: Money,
        /// The discount as a share of the list price.
        rate: Option<Decimal>,
    },
    /// Settlement by measured work (按实结算).
    Measured,
}

impl Pricing {
    /// The word for people.
    pub const fn label_zh(&self) -> &'static str {
        match self {
            Self::Total => "固定总价",
            Self::Unit => "固定单价",
            Self::Discount { .. } => "下浮率（折扣）计价",
            Self::Measured => "按实结算",
        }
    }
}

/// One line of the list of what is bought; a line with children is a group whose amount is their sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The line's number as shown.
    pub no: String,
    /// What is bought.
    pub name: String,
    /// The catalogue code of procured items.
    pub catalogue: Option<String>,
    /// The brand.
    pub brand: Option<String>,
    /// Specification and model.
    pub spec: Option<String>,
    /// The unit of measurement.
    pub unit: Option<String>,
    /// How many.
    pub quantity: Option<Decimal>,
    /// The price of one, in yuan.
    pub unit_price: Option<Decimal>,
    /// The line's amount; absent only where quantities are left open.
    pub amount: Option<Money>,
    /// Whether the line is settled by measurement (按实结算), so that its amount is not quantity × price.
    pub measured: bool,
    /// A remark.
    pub note: Option<String>,
    /// The lot that the line belongs to.
    pub lot: Option<String>,
    /// How deep the line stands: 0 for a root.
    pub depth: u8,
    /// Whether the line only sums up others or heads them.
    pub is_group: bool,
}

/// A period of performance, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// Security for performance (履约保证金).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerformanceBond {
    /// Share of the contract amount, at most what [`crate::law`] allows.
    pub ratio: Decimal,
    /// In what form: 银行保函.
    pub form: Option<String>,
}

/// One stage of payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentStage {
    /// When it is due, in words.
    pub stage: String,
    /// Share of the contract amount; all stages together make one.
    pub ratio: Decimal,
}

/// What the procedure already settled about performance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Terms {
    /// Days from signing to delivery.
    pub delivery_days: Option<u32>,
    /// Period of performance.
    pub period: Option<Period>,
    /// Place of delivery or performance.
    pub delivery_place: Option<String>,
    /// Months of warranty; zero is a warranty of none.
    pub warranty_months: Option<u32>,
    /// The performance bond, if one is asked.
    pub performance_bond: Option<PerformanceBond>,
    /// Stages of payment; empty if the procedure left them open.
    pub payment: Vec<PaymentStage>,
}

/// An award that has passed every check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Award {
    /// The flow profile's name.
    pub profile: String,
    /// The project.
    pub project: Project,
    /// The lots that the contract covers; empty when the project has none.
    pub lots: Vec<Lot>,
    /// The mall order, if the contract grows from one.
    pub order: Option<Order>,
    /// The award notice, if the contract grows from a procedure.
    pub award_notice: Option<AwardNotice>,
    /// Party A.
    pub purchaser: Party,
    /// Parties B, C …: one supplier, or the members of a consortium, the leading one first; all of them sign.
    pub suppliers: Vec<Party>,
    /// The agency.
    pub agency: Option<Agency>,
    /// How the price is agreed.
    pub pricing: Pricing,
    /// The awarded amount.
    pub amount: Money,
    /// The list of what is bought: groups stand directly before their children.
    pub items: Vec<Item>,
    /// What the procedure settled.
    pub terms: Terms,
}

impl Award {
    /// The most that the contract can come to: the amount, or the ceiling where the price is a discount and no amount is named.
    pub fn most_payable(&self) -> Money {
        match &self.pricing {
            Pricing::Discount { ceiling, .. } if self.amount.fen() == 0 => *ceiling,
            Pricing::Total | Pricing::Unit | Pricing::Discount { .. } | Pricing::Measured => self.amount,
        }
    }

    /// What makes two pushes speak of the same award: the order, or the project with its lots. JSON text, so that no
    /// code can imitate a separator.
    pub fn key(&self) -> String {
        match &self.order {
            Some(order) => text_key(&["order", &order.code]),
            None => {
                let mut codes: Vec<&str> = self.lots.iter().map(|lot| lot.code.as_str()).collect();
                codes.sort_unstable();
                let mut parts = vec!["project", self.project.code.as_str()];
                parts.extend(codes);
                text_key(&parts)
            }
        }
    }

    /// What no second award may claim: the order, or each lot of the project (the whole project if it has no lots).
    pub fn subjects(&self) -> Vec<String> {
        match (&self.order, self.lots.is_empty()) {
            (Some(order), _) => vec![text_key(&["order", &order.code])],
            (None, true) => vec![text_key(&["project", &self.project.code])],
            (None, false) => {
                self.lots.iter().map(|lot| text_key(&["project", &self.project.code, &lot.code])).collect()
            }
        }
    }
}

fn text_key(parts: &[&str]) -> String {
    serde_json::Value::from(parts.to_vec()).to_string()
}
