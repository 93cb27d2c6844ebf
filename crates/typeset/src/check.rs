//! Whether a document can be set at all: size, required texts, printable characters.

use crate::document::{Align, Appendix, Article, Clause, ContractDocument, PriceLine, SignatureBlock, TableColumn};
use crate::{TypesetError, limits, model};

/// Refuses what is too large, incomplete or unprintable, before anything is set.
pub(crate) fn check(document: &ContractDocument) -> Result<(), TypesetError> {
    check_size(document)?;
    check_parties(document)?;
    let mut characters = Vec::new();
    each_text(document, &mut |text| {
        for ch in yinxin_fonts::unprintable(&without_carriage_returns(text)) {
            if !characters.contains(&ch) {
                characters.push(ch);
            }
        }
    });
    if characters.is_empty() { Ok(()) } else { Err(TypesetError::Unprintable { characters }) }
}

/// A line may end in CR LF or CR; the layout takes both as line feeds.
fn without_carriage_returns(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') { text.replace('\r', "").into() } else { text.into() }
}

fn check_size(document: &ContractDocument) -> Result<(), TypesetError> {
    if document.title.trim().is_empty() {
        return Err(TypesetError::Empty { field: "title".into() });
    }
    let mut characters = 0_usize;
    each_text(document, &mut |text| characters += text.chars().count());
    at_most("the text of the whole document", limits::TEXT_CHARACTERS, characters)?;
    at_most("title", limits::TITLE_CHARACTERS, length(&document.title))?;
    at_most("number", limits::NUMBER_CHARACTERS, length(&document.number))?;
    at_most("the lines of the title", limits::TITLE_LINES, model::title_lines(&document.title))?;
    at_most("the lines of the number", limits::TITLE_LINES, model::number_lines(&document.number))?;
    at_most("cover", limits::COVER_ROWS, document.cover.len())?;
    at_most("the lines of the cover", limits::COVER_LINES, model::cover_lines(&document.cover))?;
    let parts = document.preamble.len()
        + document.articles.iter().map(|article| 1 + article.clauses.len()).sum::<usize>()
        + document.appendices.iter().map(|appendix| 1 + appendix.body.len()).sum::<usize>();
    at_most("paragraphs, clauses and tables", limits::PARTS, parts)?;
    let mut table_rows = 0;
    for (index, Article { heading, clauses }) in document.articles.iter().enumerate() {
        check_part(&format!("articles[{index}]"), "clauses", heading, clauses, &mut table_rows)?;
    }
    for (index, Appendix { heading, body }) in document.appendices.iter().enumerate() {
        check_part(&format!("appendices[{index}]"), "body", heading, body, &mut table_rows)?;
    }
    at_most("table rows", limits::TABLE_ROWS, table_rows)
}

fn check_part(
    path: &str,
    list: &str,
    heading: &str,
    clauses: &[Clause],
    table_rows: &mut usize,
) -> Result<(), TypesetError> {
    at_most(&format!("{path}.heading"), limits::HEADING_CHARACTERS, length(heading))?;
    for (index, clause) in clauses.iter().enumerate() {
        let path = format!("{path}.{list}[{index}]");
        match clause {
            Clause::Text(_) | Clause::Emphasised(_) => {}
            Clause::Table(table) => {
                *table_rows += table.rows.len();
                if table.columns.is_empty() {
                    return Err(TypesetError::Empty { field: format!("{path}.columns") });
                }
                at_most(&format!("{path}.columns"), limits::TABLE_COLUMNS, table.columns.len())?;
                if let Some(column) = table.columns.iter().position(|column| !(1..=100).contains(&column.weight)) {
                    return Err(TypesetError::ColumnWeight { field: format!("{path}.columns[{column}].weight") });
                }
                for (index, column) in table.columns.iter().enumerate() {
                    let field = format!("{path}.columns[{index}].heading");
                    at_most(&field, limits::COLUMN_HEADING_CHARACTERS, length(&column.heading))?;
                }
                let columns = table.columns.len();
                if let Some((row, cells)) = table.rows.iter().enumerate().find(|(_, row)| row.len() != columns) {
                    let field = format!("{path}.rows[{row}]");
                    return Err(TypesetError::RowWidth { field, columns, actual: cells.len() });
                }
            }
            Clause::PriceTable(table) => {
                *table_rows += table.lines.len();
                let deepest = table.lines.iter().map(|line| line.depth).max().unwrap_or(0);
                at_most(&format!("{path}.lines.depth"), limits::PRICE_DEPTH.into(), deepest.into())?;
            }
        }
    }
    Ok(())
}

fn check_parties(document: &ContractDocument) -> Result<(), TypesetError> {
    let blocks = &document.signature_blocks;
    at_most("signature_blocks", limits::PARTIES, blocks.len())?;
    for (index, block) in blocks.iter().enumerate() {
        let path = format!("signature_blocks[{index}]");
        let key = &block.party_key;
        let well_formed = (1..=limits::PARTY_KEY_CHARACTERS).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !well_formed || blocks[..index].iter().any(|earlier| earlier.party_key == *key) {
            return Err(TypesetError::PartyKey { field: format!("{path}.party_key") });
        }
        at_most(&format!("{path}.heading"), limits::HEADING_CHARACTERS, length(&block.heading))?;
        at_most(&path, limits::SIGNATURE_BLOCK_LINES, model::signature_lines(block))?;
    }
    Ok(())
}

fn at_most(field: &str, limit: usize, actual: usize) -> Result<(), TypesetError> {
    if actual <= limit { Ok(()) } else { Err(TypesetError::TooLarge { field: field.to_owned(), limit, actual }) }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Shows `see` every text that will be printed. The patterns name all fields, so that a new one cannot be forgotten here.
fn each_text(document: &ContractDocument, see: &mut impl FnMut(&str)) {
    let ContractDocument { title, number, cover, preamble, articles, signature_blocks, appendices } = document;
    see(title);
    see(number);
    for row in cover {
        see(&row.label);
        see(&row.value);
    }
    preamble.iter().for_each(|text| see(text));
    for Article { heading, clauses } in articles {
        see(heading);
        clauses.iter().for_each(|clause| each_clause_text(clause, see));
    }
    for block in signature_blocks {
        let SignatureBlock { party_key: _, heading, organisation, rows, has_representative: _ } = block;
        see(heading);
        see(organisation);
        for (label, value) in rows {
            see(label);
            see(value);
        }
    }
    for Appendix { heading, body } in appendices {
        see(heading);
        body.iter().for_each(|clause| each_clause_text(clause, see));
    }
}

fn each_clause_text(clause: &Clause, see: &mut impl FnMut(&str)) {
    match clause {
        Clause::Text(text) | Clause::Emphasised(text) => see(text),
        Clause::Table(table) => {
            for TableColumn { heading, weight: _, align: Align::Left | Align::Centre | Align::Right } in &table.columns
            {
                see(heading);
            }
            table.rows.iter().flatten().for_each(|text| see(text));
        }
        Clause::PriceTable(table) => {
            for line in &table.lines {
                let PriceLine { depth: _, no, name, brand_spec, unit, quantity, unit_price, amount, note, is_group: _ } =
                    line;
                [no, name, brand_spec, unit, quantity, unit_price, amount, note].into_iter().for_each(|text| see(text));
            }
            see(&table.total_figures);
            see(&table.total_capitals);
        }
    }
}
