//! From a draft to its PDF.

use std::sync::Arc;

use rand_core::Rng as _;
use yinxin_domain::contract::PartyKey;
use yinxin_domain::contract::axes::FrozenDocument;
use yinxin_domain::signing::{Anchor, AnchorKind, PageSize};
use yinxin_pdf::Opened;
use yinxin_typeset as typeset;

use super::Loaded;
use super::store::StoredText;
use crate::app::App;
use crate::failure::Failure;
use crate::template::document::document;

// Whoever an award may name can sign: the purchaser and every supplier have their buttons in the PDF form and a letter in the text.
const _: () = assert!(yinxin_domain::award::MAX_SUPPLIERS < yinxin_pdf::MAX_PARTIES);

/// Typesets the draft as it stands, for a preview.
///
/// # Errors
/// [`Failure::Engine`] when the typesetter fails on what was checked when it was entered.
pub async fn preview(app: &App, loaded: &Loaded<'_>, at: i64) -> Result<Vec<u8>, Failure> {
    let document = document(loaded.text());
    app.cpu(move || typeset::render(&document, at))
        .await?
        .map(|rendered| rendered.pdf)
        .map_err(|error| Failure::engine("typeset", error))
}

/// Typesets the draft, makes it ready for the signatures of its parties, and keeps it (清稿). Nothing names the file until the caller commits.
///
/// # Errors
/// [`Failure::Engine`] when an engine fails on what was checked when it was entered; [`Failure::Files`].
pub async fn freeze(app: &App, loaded: &Loaded<'_>, at: i64) -> Result<(FrozenDocument, StoredText), Failure> {
    let document = document(loaded.text());
    let keys: Vec<PartyKey> = loaded.contract.parties().iter().map(|party| party.key).collect();
    let mut file_id = [0u8; 16];
    app.rng().fill_bytes(&mut file_id);
    let (pdf, pages, anchors) = app.cpu(move || prepare(&document, at, &keys, file_id)).await??;
    let count = u32::try_from(pages.len()).map_err(|error| Failure::engine("typeset", error))?;
    let sm3 = app.files.put(pdf).await?;
    Ok((FrozenDocument { sm3, pages: count }, StoredText { sm3, pages, anchors }))
}

type Prepared = (Vec<u8>, Vec<PageSize>, Vec<Anchor>);

fn prepare(
    document: &typeset::ContractDocument,
    at: i64,
    keys: &[PartyKey],
    file_id: [u8; 16],
) -> Result<Prepared, Failure> {
    let rendered = typeset::render(document, at).map_err(|error| Failure::engine("typeset", error))?;
    let opened = Opened::open(Arc::from(rendered.pdf)).map_err(|error| Failure::engine("pdf", error))?;
    let parties: Vec<_> = keys.iter().filter_map(|key| yinxin_pdf::PartyKey::new(&key.to_string())).collect();
    let pages = opened.pages().map_err(|error| Failure::engine("pdf", error))?;
    let pages = pages.iter().map(yinxin_pdf::seen_size_mm);
    let pages = pages.map(|(width_mm, height_mm)| PageSize { width_mm, height_mm }).collect();
    let pdf = yinxin_pdf::prepare_form(&opened, &parties, file_id).map_err(|error| Failure::engine("pdf", error))?;
    Ok((pdf, pages, rendered.anchors.iter().filter_map(anchor).collect()))
}

fn anchor(anchor: &typeset::Anchor) -> Option<Anchor> {
    let kind = match anchor.kind {
        typeset::AnchorKind::OrganisationSeal => AnchorKind::OrganisationSeal,
        typeset::AnchorKind::Representative => AnchorKind::Representative,
        typeset::AnchorKind::Date => AnchorKind::Date,
    };
    let party = PartyKey::parse(&anchor.party_key)?;
    Some(Anchor { kind, party, page: anchor.page, x_mm: anchor.x_mm, y_mm: anchor.y_mm })
}
