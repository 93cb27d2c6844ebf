//! What is refused, and that everything else is set, whatever it is.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use proptest::prelude::*;
use support::sample::{AT_MICROS, contract_of, goods_contract, price_table};
use yinxin_typeset::{
    Align, Clause, ContractDocument, CoverRow, PriceLine, SignatureBlock, Table, TableColumn, TypesetError, limits,
    render,
};

/// The error's code and the field it names.
fn refusal(change: impl FnOnce(&mut ContractDocument)) -> (&'static str, String) {
    let mut document = goods_contract(2);
    change(&mut document);
    let error = render(&document, AT_MICROS).expect_err("refused");
    let field = match &error {
        TypesetError::TooLarge { field, .. }
        | TypesetError::Empty { field }
        | TypesetError::RowWidth { field, .. }
        | TypesetError::ColumnWeight { field }
        | TypesetError::PartyKey { field } => field.clone(),
        _ => String::new(),
    };
    assert!(field.is_empty() || error.to_string().contains(&field), "{error}");
    (error.code(), field)
}

fn table(weights: &[u8], cells: usize) -> Clause {
    let column = |&weight: &u8| TableColumn { heading: "栏".into(), weight, align: Align::Left };
    Clause::Table(Table { columns: weights.iter().map(column).collect(), rows: vec![vec!["x".into(); cells]] })
}

#[test]
fn each_fault_is_refused_with_its_field() {
    let too_large = |field: &str| ("typeset.too_large", field.to_owned());
    assert_eq!(refusal(|document| document.title = " \n".into()), ("typeset.empty", "title".into()));
    assert_eq!(refusal(|document| document.title = "题".repeat(61)), too_large("title"));
    assert_eq!(refusal(|document| document.number = "1".repeat(61)), too_large("number"));
    assert_eq!(refusal(|document| document.cover = vec![CoverRow::default(); 11]), too_large("cover"));
    assert_eq!(refusal(|document| document.title = "题\n".repeat(6)), too_large("the lines of the title"));
    assert_eq!(refusal(|document| document.number = "1\r\n".repeat(6)), too_large("the lines of the number"));
    assert_eq!(refusal(|document| document.cover[1].value = "值".repeat(200)), too_large("the lines of the cover"));
    assert_eq!(refusal(|document| document.articles[2].heading = "题".repeat(121)), too_large("articles[2].heading"));
    assert_eq!(
        refusal(|document| document.appendices[0].heading = "题".repeat(121)),
        too_large("appendices[0].heading")
    );
    assert_eq!(
        refusal(|document| document.preamble = vec!["字".repeat(limits::TEXT_CHARACTERS)]),
        too_large("the text of the whole document")
    );
    assert_eq!(
        refusal(|document| document.preamble = vec![String::new(); limits::PARTS]),
        too_large("paragraphs, clauses and tables")
    );
    assert_eq!(
        refusal(|document| document.articles[0].clauses[1] = Clause::PriceTable(price_table(limits::TABLE_ROWS))),
        too_large("table rows")
    );
    assert_eq!(
        refusal(|document| {
            let mut table = price_table(2);
            table.lines[1].depth = limits::PRICE_DEPTH + 1;
            document.articles[0].clauses[1] = Clause::PriceTable(table);
        }),
        too_large("articles[0].clauses[1].lines.depth")
    );
    assert_eq!(
        refusal(|document| document.appendices[0].body.push(table(&[1; 13], 13))),
        too_large("appendices[0].body[2].columns")
    );
    assert_eq!(
        refusal(|document| document.articles[0].clauses[0] = table(&[], 0)),
        ("typeset.empty", "articles[0].clauses[0].columns".into())
    );
    assert_eq!(
        refusal(|document| document.articles[0].clauses[0] = table(&[1, 0], 2)),
        ("typeset.column_weight", "articles[0].clauses[0].columns[1].weight".into())
    );
    assert_eq!(
        refusal(|document| document.articles[0].clauses[0] = table(&[1, 2], 3)),
        ("typeset.row_width", "articles[0].clauses[0].rows[0]".into())
    );
    for key in ["", "甲", "A B", "seventeen-letters", "A"] {
        let refused = refusal(|document| document.signature_blocks[1].party_key = key.into());
        assert_eq!(refused, ("typeset.party_key", "signature_blocks[1].party_key".into()), "{key}");
    }
    assert_eq!(
        refusal(|document| document.signature_blocks = vec![SignatureBlock::default(); limits::PARTIES + 1]),
        too_large("signature_blocks")
    );
    assert_eq!(
        refusal(|document| document.signature_blocks[0].rows = vec![("行".into(), "值".into()); 30]),
        too_large("signature_blocks[0]")
    );
    assert_eq!(render(&goods_contract(2), -1), Err(TypesetError::Time { micros: -1 }));
}

/// Text of every kind that is printed, markup and breaks included.
fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            4 => proptest::char::range('\u{4E00}', '\u{9FA5}'),
            2 => proptest::char::range(' ', '~'),
            1 => proptest::sample::select(vec!['\n', '\t', '\r', '\u{a0}', '\u{3000}', '，', '（', '）', '—', '…', '“', '𠮷', '㎡']),
        ],
        0..60,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

fn hostile_document() -> impl Strategy<Value = ContractDocument> {
    (proptest::collection::vec(text(), 24), 0..=8_u8, any::<bool>()).prop_map(|(texts, depth, flag)| {
        let text = |index: usize| texts[index % texts.len()].clone();
        let mut document = goods_contract(0);
        let short =
            |index: usize| text(index).chars().filter(|ch| !matches!(ch, '\n' | '\r')).take(24).collect::<String>();
        document.title = format!("题\n{}", short(0));
        document.number = short(1);
        document.cover = (2..4).map(|index| CoverRow { label: short(index), value: short(index + 1) }).collect();
        document.preamble = vec![text(8)];
        let line = PriceLine {
            depth,
            no: text(9),
            name: text(10),
            brand_spec: text(11),
            unit: text(12),
            quantity: text(13),
            unit_price: text(14),
            amount: text(15),
            note: text(16),
            is_group: flag,
        };
        let mut table = price_table(0);
        table.lines = vec![line; 3];
        document.articles =
            contract_of(vec![Clause::Text(text(17)), Clause::Emphasised(text(18)), Clause::PriceTable(table)]).articles;
        document.articles[0].heading = text(19);
        document.signature_blocks[0].heading = text(20);
        document.signature_blocks[0].rows = vec![(text(21), text(22))];
        document.signature_blocks[0].has_representative = flag;
        document.appendices[0].heading = text(23);
        document
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_printable_is_set_with_all_its_places(document in hostile_document()) {
        let rendered = render(&document, AT_MICROS);
        let rendered = rendered.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let places = 5 + usize::from(document.signature_blocks[0].has_representative);
        prop_assert_eq!(rendered.anchors.len(), places);
        prop_assert!(rendered.pdf.starts_with(b"%PDF-1.7") && rendered.pages >= 3);
    }

    #[test]
    fn any_text_is_set_or_refused_by_name(text in "\\PC{0,40}|.{0,40}") {
        match render(&contract_of(vec![Clause::Text(text.clone())]), AT_MICROS) {
            Ok(rendered) => prop_assert!(rendered.pages == 2),
            Err(TypesetError::Unprintable { characters }) => {
                prop_assert!(characters.iter().all(|&ch| text.contains(ch)) && !characters.is_empty());
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    }
}
