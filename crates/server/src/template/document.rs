//! From the domain's text of a contract to the document that is typeset. Both are plain data; only names differ.

use yinxin_domain::template as text;
use yinxin_typeset as set;

/// The document of a contract text, ready to be typeset.
#[must_use]
pub fn document(contract: text::ContractText) -> set::ContractDocument {
    set::ContractDocument {
        title: contract.title,
        number: contract.number,
        cover: contract
            .cover
            .into_iter()
            .map(|text::CoverRow { label, value }| set::CoverRow { label, value })
            .collect(),
        preamble: contract.preamble,
        articles: contract
            .articles
            .into_iter()
            .map(|text::Article { heading, clauses }| set::Article {
                heading,
                clauses: clauses.into_iter().map(clause).collect(),
            })
            .collect(),
        signature_blocks: contract.signature_blocks.into_iter().map(block).collect(),
        appendices: Vec::new(),
    }
}

fn clause(clause: text::Clause) -> set::Clause {
    match clause {
        text::Clause::Text(text) => set::Clause::Text(text),
        text::Clause::Emphasised(text) => set::Clause::Emphasised(text),
        text::Clause::Table(text::Table { columns, rows }) => {
            let column = |column: text::TableColumn| set::TableColumn {
                heading: column.heading,
                weight: column.weight,
                align: if column.figures { set::Align::Right } else { set::Align::Left },
            };
            set::Clause::Table(set::Table { columns: columns.into_iter().map(column).collect(), rows })
        }
        text::Clause::PriceTable(table) => set::Clause::PriceTable(set::PriceTable {
            lines: table.lines.into_iter().map(line).collect(),
            total_figures: table.total_figures,
            total_capitals: table.total_capitals,
        }),
    }
}

fn line(line: text::PriceLine) -> set::PriceLine {
    set::PriceLine {
        depth: line.depth,
        no: line.no,
        name: line.name,
        brand_spec: line.brand_spec,
        unit: line.unit,
        quantity: line.quantity,
        unit_price: line.unit_price,
        amount: line.amount,
        note: line.note,
        is_group: line.is_group,
    }
}

fn block(block: text::SignatureBlock) -> set::SignatureBlock {
    set::SignatureBlock {
        party_key: block.party_key,
        heading: block.heading,
        organisation: block.organisation,
        rows: block.rows,
        has_representative: block.has_representative,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yinxin_domain::award::{self, CheckContext, KnownProfile, StartsFrom};
    use yinxin_domain::calendar::Date;
    use yinxin_domain::law::RuleTables;
    use yinxin_domain::template::{System, all, expand, prefill};

    /// Every bundled template can be typeset with every sample it fits, also as an unfinished draft.
    #[test]
    fn every_template_can_be_typeset() {
        let samples = format!("{}/../../samples/awards", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(samples).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let profile = |name: &str, starts_from| KnownProfile { name: name.to_owned(), starts_from };
            let context = CheckContext {
                profiles: &[profile("jiaozuo", StartsFrom::Lot), profile("henan-mall", StartsFrom::Order)],
                rules: RuleTables::bundled(),
                today: Date::parse("2026-06-01").unwrap(),
                unprintable: &yinxin_fonts::unprintable,
            };
            let award = award::check(&bytes, &context).unwrap().award;
            for template in all().iter().filter(|template| template.fits(&award)) {
                let fields = prefill(template, &award, &System { contract_number: "HT-2025-0001".to_owned() });
                let rendered = yinxin_typeset::render(&document(expand(template, &award, &fields)), 0).unwrap();
                assert_eq!(rendered.anchors.len(), 6, "{}", template.id());
            }
        }
    }
}
