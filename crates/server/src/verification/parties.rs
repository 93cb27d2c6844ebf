//! Whether all parties have signed, as far as the file itself says: a text that this product froze has one page button per page and party
//! (docs/adr/0002), and the signatures of each party stand in fields that carry its key. Any other file says nothing of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yinxin_pdf::syntax::{Dictionary, Object};
use yinxin_pdf::verify::{Kind, Report, Verdict};
use yinxin_pdf::{Opened, PartyKey};

use crate::signing::engine;

/// Read-only push button: what the page buttons of a frozen text are (ISO 32000-1, tables 221 and 226).
const BUTTON_FLAGS: i64 = 1 | 1 << 16;

/// How many parties a text was made for, and how many have signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Parties {
    /// The parties that the text has places for.
    pub(super) parties: usize,
    /// Those of whom a valid signature stands in it.
    pub(super) signed: usize,
}

/// The parties of a file; none where it is no text of ours, or does not hold: what an altered file says is worth nothing.
pub(super) fn of(file: &Opened, report: &Report) -> Option<Parties> {
    if !holds(report.verdict) {
        return None;
    }
    let parties = prepared_for(file)?;
    let signs = |party: &str| {
        let prefix = engine::field_name(party, 0);
        let prefix = prefix.strip_suffix('0').unwrap_or(&prefix).to_owned();
        report.signatures.iter().filter(move |one| {
            holds(one.verdict)
                && matches!(one.kind, Kind::Seal | Kind::Cms)
                && one.field.strip_prefix(&prefix).is_some_and(|number| number.parse::<u32>().is_ok())
        })
    };
    let signed = parties.iter().filter(|party| signs(party).next().is_some()).count();
    // Whoever signs names his field himself: one signer does not stand for two parties.
    let signers: BTreeSet<&str> = parties
        .iter()
        .flat_map(|party| signs(party))
        .filter_map(|one| one.signer.as_ref())
        .map(|signer| signer.unified_social_credit_code.as_deref().unwrap_or(&signer.sha256))
        .collect();
    Some(Parties { parties: parties.len(), signed: signed.min(signers.len()) })
}

fn holds(verdict: Verdict) -> bool {
    match verdict {
        Verdict::ValidTrusted | Verdict::ValidUntrusted => true,
        Verdict::Indeterminate | Verdict::Invalid => false,
    }
}

/// The parties for whom every page has a button; none if there is none, or any is missing.
fn prepared_for(file: &Opened) -> Option<Vec<String>> {
    let pages = file.pages().ok()?.len();
    let form = file.get(&file.catalog().ok()?, "AcroForm").ok()??;
    let fields = file.get(form.as_dictionary()?, "Fields").ok()??;
    let mut buttons: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for field in fields.as_array()?.iter().filter_map(Object::as_reference) {
        let Ok(Object::Dictionary(field)) = file.object(field) else { continue };
        if let Some((page, party)) = button(&field) {
            buttons.entry(party).or_default().insert(page);
        }
    }
    let complete = !buttons.is_empty() && buttons.values().all(|of| of.iter().copied().eq(1..=pages));
    complete.then(|| buttons.into_keys().collect())
}

/// The page, from 1, and the party of a page button.
fn button(field: &Dictionary) -> Option<(usize, String)> {
    let is_button = field.get("FT").and_then(Object::as_name).is_some_and(|kind| *kind == "Btn");
    if !is_button || field.get("Ff").and_then(Object::as_integer) != Some(BUTTON_FLAGS) {
        return None;
    }
    let name = std::str::from_utf8(field.get("T")?.as_string()?).ok()?;
    let (page, party) = name.strip_prefix("page-")?.split_once('-')?;
    Some((page.parse().ok()?, PartyKey::new(party)?.as_str().to_owned()))
}
