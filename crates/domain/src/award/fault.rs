use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Faults that are listed at most; a file with more is not an award at all.
pub const MAX_FAULTS: usize = 1_000;

/// One thing that is wrong with an award, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where: `items[3].amount`; empty for the whole file.
    pub path: String,
    /// The stable code for programs: `item.amount_mismatch`.
    pub code: Cow<'static, str>,
    /// What is wrong, in Chinese.
    pub message_zh: String,
    /// What is wrong, in English.
    pub message_en: String,
    /// What to do, in Chinese.
    pub remedy_zh: String,
    /// What to do, in English.
    pub remedy_en: String,
}

/// What can be wrong; each turns into a [`Fault`] at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    TooLarge { limit: usize },
    Syntax { zh: String, en: String },
    DuplicateMember,
    Missing,
    WrongType { expected: (&'static str, &'static str), found: (&'static str, &'static str) },
    Misspelt { known: &'static str },
    BothSpellings { other: &'static str },
    UnknownSchema,
    UnknownValue { allowed: &'static [&'static str] },
    UnknownProfile { known: String },
    SecretProject,
    EmptyText,
    TooLong { limit: usize },
    ControlCharacter { code: u32 },
    Unprintable { characters: String },
    TooMany { limit: usize },
    TooFew { least: usize },
    NumberRange { least: i64, most: i64 },
    Decimal { code: &'static str, detail_zh: &'static str, detail_en: &'static str },
    Date { code: &'static str, detail_zh: &'static str, detail_en: &'static str },
    Uscc { code: &'static str, expected: Option<char> },
    SamePartyOnBothSides,
    DuplicateSupplier { first: usize },
    PartyName { length: usize },
    WrongSide { expected: &'static str },
    DuplicateLot { first: usize },
    UnknownLot,
    LotSum { expected: String },
    OrderMissing,
    NoticeMissing,
    InFuture { today: String },
    Before { path: &'static str, date: String },
    BondTooHigh { most: String },
    RatioSum { sum: String },
    RatioRange,
    AmountZero,
    AboveCeiling { ceiling: String },
    DuplicateNumber { first: usize },
    UnknownParent,
    ParentCycle,
    TooDeep { limit: u8 },
    AmountMissing,
    AmountMismatch { expected: String },
    GroupMismatch { expected: String },
    TotalMismatch { expected: String },
    SumTooLarge,
    TooManyFaults,
}

impl Problem {
    /// The fault at a path.
    pub(super) fn at(self, path: impl Into<String>) -> Fault {
        let (code, [message_zh, message_en, remedy_zh, remedy_en]) = self.texts();
        Fault { path: path.into(), code: Cow::Borrowed(code), message_zh, message_en, remedy_zh, remedy_en }
    }

    fn texts(self) -> (&'static str, [String; 4]) {
        let fixed = |texts: [&str; 4]| texts.map(str::to_owned);
        match self {
            Self::TooLarge { limit } => (
                "award.too_large",
                [
                    format!("文件超过 {limit} 字节"),
                    format!("the file is larger than {limit} bytes"),
                    "请拆分标段，或减少说明文字后重新推送".to_owned(),
                    "split the lots or shorten the notes, then push again".to_owned(),
                ],
            ),
            Self::Syntax { zh, en } => (
                "award.syntax",
                [
                    format!("不是合法的 JSON：{zh}"),
                    format!("this is not valid JSON: {en}"),
                    "请按 UTF-8 编码的标准 JSON 重新生成".to_owned(),
                    "write standard JSON in UTF-8".to_owned(),
                ],
            ),
            Self::DuplicateMember => (
                "award.duplicate_member",
                fixed(["同一个字段出现了两次", "the member stands twice", "请只保留一个", "keep one of them"]),
            ),
            Self::Missing => (
                "award.missing",
                fixed(["缺少必填字段", "a required member is missing", "请补充该字段", "add the member"]),
            ),
            Self::WrongType { expected, found } => (
                "award.wrong_type",
                [
                    format!("应为{}，实际为{}", expected.0, found.0),
                    format!("expected {}, found {}", expected.1, found.1),
                    format!("请改为{}", expected.0),
                    format!("write {}", expected.1),
                ],
            ),
            Self::Misspelt { known } => (
                "award.misspelt_member",
                [
                    format!("没有这个字段，疑为 {known} 的误写"),
                    format!("there is no such member; {known} was probably meant"),
                    format!("请改为 {known}，或去掉该字段"),
                    format!("write {known}, or remove the member"),
                ],
            ),
            Self::BothSpellings { other } => (
                "award.both_spellings",
                [
                    format!("与 {other} 含义相同，不能同时出现"),
                    format!("it means the same as {other}; only one may be given"),
                    format!("请只保留 {other}"),
                    format!("keep {other} only"),
                ],
            ),
            Self::UnknownSchema => (
                "award.unknown_schema",
                fixed(["不支持的格式版本", "the format is not known", "请写 yinxin.award/1", "write yinxin.award/1"]),
            ),
            Self::UnknownValue { allowed } => (
                "award.unknown_value",
                [
                    "取值不在允许范围内".to_owned(),
                    "the value is not one of those allowed".to_owned(),
                    format!("请使用：{}", allowed.join("、")),
                    format!("use one of: {}", allowed.join(", ")),
                ],
            ),
            Self::UnknownProfile { known } => (
                "award.unknown_profile",
                [
                    "没有这个业务流程配置".to_owned(),
                    "there is no such flow profile".to_owned(),
                    format!("可用的配置：{known}"),
                    format!("profiles here: {known}"),
                ],
            ),
            Self::SecretProject => (
                "project.secret",
                fixed([
                    "涉密项目不得在线签订合同",
                    "a contract of a secret project may not be concluded online",
                    "请按保密规定线下签订，不要推送",
                    "conclude it offline under the rules of secrecy; do not push it",
                ]),
            ),
            Self::EmptyText => {
                ("award.empty_text", fixed(["必填内容为空", "a required text is empty", "请填写内容", "give the text"]))
            }
            Self::TooLong { limit } => (
                "award.too_long",
                [
                    format!("超过 {limit} 个字"),
                    format!("longer than {limit} characters"),
                    "请缩短".to_owned(),
                    "shorten it".to_owned(),
                ],
            ),
            Self::ControlCharacter { code } => (
                "award.control_character",
                [
                    format!("含有控制字符或不可见字符 U+{code:04X}"),
                    format!("it holds the control or invisible character U+{code:04X}"),
                    "请删除该字符".to_owned(),
                    "remove the character".to_owned(),
                ],
            ),
            Self::Unprintable { characters } => (
                "award.unprintable",
                [
                    format!("含有无法印出的字符：{characters}"),
                    format!("it holds characters that cannot be printed: {characters}"),
                    "请换用标准汉字".to_owned(),
                    "use standard characters".to_owned(),
                ],
            ),
            Self::TooMany { limit } => (
                "award.too_many",
                [
                    format!("超过 {limit} 项"),
                    format!("more than {limit} entries"),
                    "请拆分后推送".to_owned(),
                    "split it, then push".to_owned(),
                ],
            ),
            Self::TooFew { least } => (
                "award.too_few",
                [
                    format!("少于 {least} 项"),
                    format!("fewer than {least} entries"),
                    "请补充".to_owned(),
                    "add what is missing".to_owned(),
                ],
            ),
            Self::NumberRange { least, most } => (
                "award.number_range",
                [
                    format!("应在 {least} 到 {most} 之间"),
                    format!("it must lie between {least} and {most}"),
                    "请核对数值".to_owned(),
                    "check the number".to_owned(),
                ],
            ),
            Self::Decimal { code, detail_zh, detail_en } => (
                code,
                [
                    detail_zh.to_owned(),
                    detail_en.to_owned(),
                    "请写成字符串形式的十进制数，例如 \"486350.00\"".to_owned(),
                    "write a decimal number as a string, like \"486350.00\"".to_owned(),
                ],
            ),
            Self::Date { code, detail_zh, detail_en } => (
                code,
                [
                    detail_zh.to_owned(),
                    detail_en.to_owned(),
                    "请写成 YYYY-MM-DD，例如 \"2025-03-18\"".to_owned(),
                    "write YYYY-MM-DD, like \"2025-03-18\"".to_owned(),
                ],
            ),
            Self::Uscc { code, expected } => (
                code,
                [
                    expected.map_or_else(
                        || "不是有效的统一社会信用代码".to_owned(),
                        |right| format!("统一社会信用代码校验位不符，按前 17 位应为 {right}"),
                    ),
                    expected.map_or_else(
                        || "it is no unified social credit code".to_owned(),
                        |right| {
                            format!("the check character does not fit; for these 17 characters it would be {right}")
                        },
                    ),
                    "请按营业执照或登记证书核对 18 位代码".to_owned(),
                    "compare the 18 characters with the business licence or certificate".to_owned(),
                ],
            ),
            Self::SamePartyOnBothSides => (
                "party.both_sides",
                fixed([
                    "同一单位既是采购人又是供应商",
                    "one organisation stands on both sides",
                    "请核对采购人与供应商",
                    "check purchaser and supplier",
                ]),
            ),
            Self::DuplicateSupplier { first } => (
                "party.duplicate_supplier",
                [
                    format!("与 suppliers[{first}] 是同一单位"),
                    format!("it is the same organisation as suppliers[{first}]"),
                    "请删除重复的供应商".to_owned(),
                    "remove the second one".to_owned(),
                ],
            ),
            Self::PartyName { length } => (
                "party.name_length",
                [
                    format!("单位名称有 {length} 个字，登记的名称为 2 至 60 个字，印章上也只能刻这么多"),
                    format!("the name has {length} characters; a registered one, and the seal that carries it, has 2 to 60"),
                    "请按营业执照或登记证书填写全称；联合体的各成员请在 suppliers 中分别列出".to_owned(),
                    "write the full name as on the business licence or certificate; members of a consortium stand one by one in suppliers"
                        .to_owned(),
                ],
            ),
            Self::WrongSide { expected } => (
                "party.wrong_side",
                [
                    format!("此处单位的 kind 应为 {expected}"),
                    format!("the kind of a party here is {expected}"),
                    format!("请改为 {expected} 或去掉 kind"),
                    format!("write {expected}, or leave kind out"),
                ],
            ),
            Self::DuplicateLot { first } => (
                "lot.duplicate",
                [
                    format!("与 lots[{first}] 的编号相同"),
                    format!("its code is that of lots[{first}]"),
                    "请核对标段编号".to_owned(),
                    "check the codes of the lots".to_owned(),
                ],
            ),
            Self::UnknownLot => (
                "item.unknown_lot",
                fixed([
                    "该标段不在 lots 中",
                    "lots has no such lot",
                    "请填写 lots 中的编号，或去掉该字段",
                    "write a code that stands in lots, or leave it out",
                ]),
            ),
            Self::LotSum { expected } => (
                "lot.sum_mismatch",
                [
                    format!("各标段金额之和为 {expected} 元，与合同金额不符"),
                    format!("the amounts of the lots make {expected} yuan, not the awarded amount"),
                    "请核对各标段金额与 amount".to_owned(),
                    "check the amounts of the lots against amount".to_owned(),
                ],
            ),
            Self::OrderMissing => (
                "order.missing",
                fixed([
                    "该业务流程从已确认的订单开始，缺少 order",
                    "this profile starts from a confirmed order; order is missing",
                    "请补充 order.code 与 order.confirmed_on",
                    "add order.code and order.confirmed_on",
                ]),
            ),
            Self::NoticeMissing => (
                "award_notice.missing",
                fixed([
                    "该业务流程从中标（成交）通知书开始，缺少 award_notice",
                    "this profile starts from an award notice; award_notice is missing",
                    "请补充 award_notice.issued_on",
                    "add award_notice.issued_on",
                ]),
            ),
            Self::InFuture { today } => (
                "date.in_future",
                [
                    format!("日期晚于今天（{today}）"),
                    format!("the day lies after today ({today})"),
                    "请核对日期".to_owned(),
                    "check the date".to_owned(),
                ],
            ),
            Self::Before { path, date } => (
                "date.before",
                [
                    format!("早于 {path}（{date}）"),
                    format!("it lies before {path} ({date})"),
                    "请核对两个日期".to_owned(),
                    "check the two dates".to_owned(),
                ],
            ),
            Self::BondTooHigh { most } => (
                "bond.too_high",
                [
                    format!("履约保证金超过合同金额的 {most}"),
                    format!("the performance bond exceeds {most} of the contract amount"),
                    format!("请降到 {most} 以内（政府采购法实施条例第四十八条）"),
                    format!("lower it to {most} at most (政府采购法实施条例 art. 48)"),
                ],
            ),
            Self::RatioSum { sum } => (
                "payment.ratio_sum",
                [
                    format!("各期付款比例合计为 {sum}，应为 100%"),
                    format!("the stages of payment make {sum}, not 100%"),
                    "请核对各期比例".to_owned(),
                    "check the ratios".to_owned(),
                ],
            ),
            Self::RatioRange => (
                "award.ratio_range",
                fixed([
                    "比例应在 0 到 1 之间",
                    "a ratio lies between 0 and 1",
                    "请写成小数，例如 \"0.30\" 表示 30%",
                    "write a fraction: \"0.30\" is 30%",
                ]),
            ),
            Self::AmountZero => (
                "amount.zero",
                fixed(["合同金额为零", "the amount is zero", "请填写中标（成交）金额", "give the awarded amount"]),
            ),
            Self::AboveCeiling { ceiling } => (
                "amount.above_ceiling",
                [
                    format!("合同金额高于最高限额 {ceiling} 元"),
                    format!("the amount exceeds the ceiling of {ceiling} yuan"),
                    "请核对 amount 与 pricing.ceiling".to_owned(),
                    "check amount against pricing.ceiling".to_owned(),
                ],
            ),
            Self::DuplicateNumber { first } => (
                "item.duplicate_number",
                [
                    format!("序号与 items[{first}] 重复"),
                    format!("its number is that of items[{first}]"),
                    "请为每一行编不同的序号".to_owned(),
                    "give each line its own number".to_owned(),
                ],
            ),
            Self::UnknownParent => (
                "item.unknown_parent",
                fixed([
                    "上级序号不存在",
                    "there is no line with the parent's number",
                    "请填写已有行的 no，或去掉 parent",
                    "write the no of a line, or leave parent out",
                ]),
            ),
            Self::ParentCycle => (
                "item.parent_cycle",
                fixed(["上下级关系成环", "the line is its own ancestor", "请核对 parent", "check parent"]),
            ),
            Self::TooDeep { limit } => (
                "item.too_deep",
                [
                    format!("层级超过 {limit} 层"),
                    format!("nested deeper than {limit} levels"),
                    "请减少层级".to_owned(),
                    "use fewer levels".to_owned(),
                ],
            ),
            Self::AmountMissing => (
                "item.amount_missing",
                fixed([
                    "缺少金额，且无法由数量与单价算出",
                    "the amount is missing and cannot be computed from quantity and price",
                    "请填写 amount",
                    "give the amount",
                ]),
            ),
            Self::AmountMismatch { expected } => (
                "item.amount_mismatch",
                [
                    format!("金额不等于数量乘单价（四舍五入到分应为 {expected} 元）"),
                    format!("the amount is not quantity × price, which rounds half up to {expected} yuan"),
                    "请核对数量、单价与金额；按实结算的行请写 \"pricing\": \"按实结算\"".to_owned(),
                    "check quantity, price and amount; a line settled by measurement says \"pricing\": \"按实结算\""
                        .to_owned(),
                ],
            ),
            Self::GroupMismatch { expected } => (
                "item.group_mismatch",
                [
                    format!("金额不等于下级各行之和（{expected} 元）"),
                    format!("the amount is not the sum of the lines below it, {expected} yuan"),
                    "请核对本行与下级各行的金额".to_owned(),
                    "check the amounts of this line and those below it".to_owned(),
                ],
            ),
            Self::TotalMismatch { expected } => (
                "amount.total_mismatch",
                [
                    format!("合同金额不等于清单各行之和（{expected} 元）"),
                    format!("the amount is not the sum of the list, {expected} yuan"),
                    "请核对 amount 与 items".to_owned(),
                    "check amount against items".to_owned(),
                ],
            ),
            Self::SumTooLarge => (
                "amount.sum_too_large",
                fixed([
                    "金额之和超出系统上限（十万亿元）",
                    "the sum exceeds ten trillion yuan",
                    "请核对金额单位是否为元",
                    "check that amounts are in yuan",
                ]),
            ),
            Self::TooManyFaults => (
                "award.too_many_faults",
                [
                    format!("问题超过 {MAX_FAULTS} 个，其余未列出"),
                    format!("more than {MAX_FAULTS} faults; the others are not listed"),
                    "请先改正以上问题".to_owned(),
                    "mend these first".to_owned(),
                ],
            ),
        }
    }
}

/// Collects faults up to the bound.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn push(&mut self, path: impl Into<String>, problem: Problem) {
        match self.0.len() {
            MAX_FAULTS => self.0.push(Problem::TooManyFaults.at("")),
            count if count < MAX_FAULTS => self.0.push(problem.at(path)),
            _ => {}
        }
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}
