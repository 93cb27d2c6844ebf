//! Contracts with invented parties.

#![allow(dead_code, reason = "each test file uses a part")]

use yinxin_typeset::{
    Align, Appendix, Article, Clause, ContractDocument, CoverRow, PriceLine, PriceTable, SignatureBlock, Table,
    TableColumn,
};

/// 2025-03-20 00:00:00 UTC.
pub const AT_MICROS: i64 = 1_742_428_800_000_000;

fn row(label: &str, value: &str) -> CoverRow {
    CoverRow { label: label.into(), value: value.into() }
}

fn texts(texts: &[&str]) -> Vec<Clause> {
    texts.iter().map(|text| Clause::Text((*text).into())).collect()
}

/// A goods contract with a price table of `lines` lines in groups of ten.
pub fn goods_contract(lines: usize) -> ContractDocument {
    let party = |key: &str, heading: &str, organisation: &str, address: &str| SignatureBlock {
        party_key: key.into(),
        heading: heading.into(),
        organisation: organisation.into(),
        rows: vec![
            ("统一社会信用代码".into(), "91410102MA00012373".into()),
            ("地址".into(), address.into()),
            ("联系电话".into(), "0391-0000000".into()),
            ("开户银行".into(), "示例银行示范支行".into()),
            ("账号".into(), "6200000000000001".into()),
        ],
        has_representative: true,
    };
    ContractDocument {
        title: "政府采购货物买卖合同".into(),
        number: "修财示采-2025-017-A".into(),
        cover: vec![
            row("项目名称", "县直单位办公设备更新采购项目（便携式计算机及打印设备）"),
            row("项目编号", "修财示采-2025-017"),
            row("甲方（采购人）", "示例县行政审批服务中心"),
            row("乙方（供应商）", "示例信息技术有限公司"),
            row("签订地点", "示例县"),
            row("签订时间", ""),
        ],
        preamble: vec![
            "根据《中华人民共和国民法典》《中华人民共和国政府采购法》等法律法规的规定，甲方和乙方按照“县直单位办公设备更新采购项目”（项目编号：修财示采-2025-017）的采购结果，经平等协商订立本合同，共同遵守。".into(),
        ],
        articles: vec![
            Article {
                heading: "合同标的及价款".into(),
                clauses: vec![
                    Clause::Text("乙方按下表向甲方提供货物和服务。表中单价和金额以人民币元计，含税、运输、安装、调试、培训及质保期内的一切费用。".into()),
                    Clause::PriceTable(price_table(lines)),
                    Clause::Text("合同总价为固定总价，除本合同另有约定外，履行中不作调整。".into()),
                ],
            },
            Article {
                heading: "合同价款的支付".into(),
                clauses: vec![
                    Clause::Text("甲方按下列节点付款；每次付款前，乙方开具合法有效的发票。".into()),
                    Clause::Table(Table {
                        columns: vec![
                            TableColumn { heading: "序号".into(), weight: 8, align: Align::Centre },
                            TableColumn { heading: "付款节点".into(), weight: 50, align: Align::Left },
                            TableColumn { heading: "比例".into(), weight: 14, align: Align::Right },
                            TableColumn { heading: "金额（元）".into(), weight: 28, align: Align::Right },
                        ],
                        rows: vec![
                            vec!["1".into(), "合同签订后".into(), "30%".into(), "145,905.00".into()],
                            vec!["2".into(), "验收合格后30日内".into(), "70%".into(), "340,445.00".into()],
                        ],
                    }),
                    Clause::Emphasised("乙方为中小企业的，甲方自货物交付之日起三十日内支付款项；迟延支付的，按照国家规定支付逾期利息。".into()),
                ],
            },
            Article {
                heading: "交付、安装和验收".into(),
                clauses: texts(&[
                    "乙方在合同生效后20日内将全部货物运至示例县行政审批服务中心指定地点，并完成安装和调试。",
                    "货物在验收合格前的毁损、灭失风险由乙方承担。",
                    "甲方在收到乙方验收申请之日起七个工作日内组织验收，出具验收书；逾期不组织验收又不书面说明理由的，视为验收合格。",
                ]),
            },
            Article {
                heading: "质量保证与售后服务".into(),
                clauses: texts(&[
                    "乙方保证货物是全新、未使用过的原厂正品，符合国家标准、行业标准和采购文件的要求。",
                    "质保期为36个月，自验收合格之日起计算。质保期内乙方在接到通知后4小时内响应，24小时内修复；不能修复的，免费更换同等或更高配置的货物。",
                ]),
            },
            Article {
                heading: "违约责任".into(),
                clauses: vec![
                    Clause::Emphasised("乙方逾期交付的，每逾期一日按逾期部分价款的万分之五支付违约金；逾期超过三十日的，甲方有权解除合同。".into()),
                    Clause::Text("甲方无正当理由逾期付款的，每逾期一日按逾期金额的万分之五支付违约金。".into()),
                ],
            },
            Article {
                heading: "争议解决与合同生效".into(),
                clauses: texts(&[
                    "因履行本合同发生的争议，双方协商解决；协商不成的，向甲方所在地人民法院提起诉讼。",
                    "本合同自双方签字并盖章之日起生效。本合同以数据电文形式订立，双方各持的电子文本具有同等法律效力。",
                ]),
            },
        ],
        signature_blocks: vec![
            party("A", "甲方（采购人）", "示例县行政审批服务中心", "示例县和平大道1号"),
            party("B", "乙方（供应商）", "示例信息技术有限公司", "示例市高新区科学大道88号示例大厦A座1801室"),
        ],
        appendices: vec![Appendix {
            heading: "附件1　验收标准".into(),
            body: texts(&["外观完好，型号、配置、数量与合同一致。", "开机自检正常，随机附件和资料齐全。"]),
        }],
    }
}

/// A price table of `lines` lines, every tenth of them a group.
pub fn price_table(lines: usize) -> PriceTable {
    let mut group = 0;
    let lines = (0..lines)
        .map(|index| {
            let is_group = index % 10 == 0;
            group += usize::from(is_group);
            if is_group {
                return PriceLine {
                    no: format!("{group}"),
                    name: format!("第{group}批办公设备"),
                    amount: "53,820.00".into(),
                    is_group,
                    ..PriceLine::default()
                };
            }
            PriceLine {
                depth: 1,
                no: format!("{group}.{}", index % 10),
                name: format!("便携式计算机{index:04}"),
                brand_spec: "示例牌 14英寸 16GB 512GB".into(),
                unit: "台".into(),
                quantity: "1".into(),
                unit_price: "5,980.00".into(),
                amount: "5,980.00".into(),
                note: if index % 7 == 0 { "节能产品".into() } else { String::new() },
                is_group,
            }
        })
        .collect();
    PriceTable {
        lines, total_figures: "￥486,350.00".into(), total_capitals: "肆拾捌万陆仟叁佰伍拾元整".into()
    }
}

/// A contract that consists of the given clauses.
pub fn contract_of(clauses: Vec<Clause>) -> ContractDocument {
    ContractDocument {
        title: "示例合同".into(),
        articles: vec![Article { heading: "内容".into(), clauses }],
        ..ContractDocument::default()
    }
}
