//! The desk: what a signer sees before he confirms (S3-083 to S3-086).

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use yinxin_domain::calendar::WorkingDays;
use yinxin_domain::contract::axes::Step;
use yinxin_domain::contract::profile::Need;
use yinxin_domain::ids::ContractId;
use yinxin_domain::law::RuleTables;
use yinxin_domain::signing::placement::{FEWEST_SEAM_PAGES, suggest};
use yinxin_domain::signing::{AnchorKind, PageSize, Placed, PlacementKind};
use yinxin_pdf::Opened;

use super::case::Case;
use crate::actor::Actor;
use crate::app::App;
use crate::failure::Failure;
use crate::seal::use_cases as seals;
use crate::signing::errors::SigningError;
use crate::signing::store::Signature;

/// Everything a signer needs to place seals.
#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    /// `ctr_…`
    pub contract_id: String,
    /// The contract's title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// The version that an intent must name.
    pub version: i64,
    /// SM3 of the document as this party sees it.
    pub document_sm3: String,
    /// Where that document is read; what stands under this address never changes.
    pub document: String,
    /// The last day for signing, YYYY-MM-DD.
    pub sign_by: Option<String>,
    /// Its pages.
    pub pages: Vec<DeskPage>,
    /// The step whose turn it is.
    pub step: DeskStep,
    /// The seals that the actor may set.
    pub seals: Vec<DeskSeal>,
    /// The places that the text leaves for this party, and its seam, in the order of the pages.
    pub places: Vec<DeskPlace>,
    /// Where seals belong, by the text.
    pub suggestions: Vec<DeskSuggestion>,
    /// What this party has sealed and not sent.
    pub unsent: Vec<DeskSignature>,
    /// The other signatures on the document.
    pub present: Vec<DeskSignature>,
}

/// One page as seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskPage {
    /// Its width.
    pub width_mm: f64,
    /// Its height.
    pub height_mm: f64,
    /// Clockwise rotation when shown, degrees: 0, 90, 180 or 270; the sizes are of the page as shown.
    pub rotation: u16,
    /// What is seen of it before it is rotated: left, bottom, right, top, in user space units.
    pub crop_box: [f64; 4],
    /// Points in a user space unit.
    pub user_unit: f64,
}

/// A place that the text leaves for this party.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskPlace {
    /// The kind.
    pub kind: PlacementKindBody,
    /// The page from 0; none for the seam.
    pub page: Option<u32>,
    /// The centre from the left edge; none for the seam.
    pub x_mm: Option<f64>,
    /// The centre from the upper edge; none for the seam.
    pub y_mm: Option<f64>,
    /// What it is, in Chinese: 甲方盖章处.
    pub label_zh: String,
    /// What it is, in English.
    pub label_en: String,
    /// Whether the step cannot be ended without it.
    pub required: bool,
    /// Whether this party has sealed there, unsent.
    pub done: bool,
}

/// The open step.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskStep {
    /// Its number from 0.
    pub number: usize,
    /// The party's place in the text, `A` or `B` …
    pub party: String,
    /// open, or sealed: something is sealed and not sent.
    pub state: &'static str,
    /// What ends it is called so, Chinese.
    pub submit_zh: String,
    /// … and so in English.
    pub submit_en: String,
    /// What must, may and may not be set.
    pub acts: Vec<DeskAct>,
    /// The kinds of seal that the organisation may set.
    pub seal_types: Vec<String>,
    /// What is still missing before it can be ended.
    pub missing: Vec<PlacementKindBody>,
}

/// Whether one kind of act is needed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskAct {
    /// The kind.
    pub kind: PlacementKindBody,
    /// required, optional or forbidden
    pub need: &'static str,
}

/// A kind of placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlacementKindBody {
    /// An organisation's seal.
    Seal,
    /// A personal signature.
    Personal,
    /// A date seal.
    Date,
    /// A seam seal.
    Seam,
}

impl From<PlacementKind> for PlacementKindBody {
    fn from(kind: PlacementKind) -> Self {
        match kind {
            PlacementKind::Seal => Self::Seal,
            PlacementKind::Personal => Self::Personal,
            PlacementKind::Date => Self::Date,
            PlacementKind::Seam => Self::Seam,
        }
    }
}

impl From<PlacementKindBody> for PlacementKind {
    fn from(kind: PlacementKindBody) -> Self {
        match kind {
            PlacementKindBody::Seal => Self::Seal,
            PlacementKindBody::Personal => Self::Personal,
            PlacementKindBody::Date => Self::Date,
            PlacementKindBody::Seam => Self::Seam,
        }
    }
}

/// A seal that the actor may set.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSeal {
    /// `seal_…`
    pub seal_id: String,
    /// The certificate whose password it asks for.
    pub certificate_id: String,
    /// company, contract, finance, legal_representative, personal_name, bid
    pub seal_type: &'static str,
    /// Its name.
    pub name: String,
    /// The width of its picture.
    pub width_mm: f64,
    /// The height of its picture.
    pub height_mm: f64,
    /// Its picture.
    pub image: String,
}

/// A placement that the text suggests.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSuggestion {
    /// The kind.
    pub kind: PlacementKindBody,
    /// The seal.
    pub seal_id: String,
    /// The page from 0; none for a seam seal.
    pub page: Option<u32>,
    /// The centre from the left edge; none for a seam seal.
    pub x_mm: Option<f64>,
    /// The centre from the upper edge.
    pub y_mm: Option<f64>,
    /// Whether the step may be ended without it.
    pub optional: bool,
}

/// One signature on the document.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSignature {
    /// `sig_…`
    pub signature_id: String,
    /// The party.
    pub party: String,
    /// Its name.
    pub party_name: String,
    /// The name of the seal.
    pub seal_name: String,
    /// seal or personal
    pub kind: PlacementKindBody,
    /// The field in the PDF.
    pub field: String,
    /// The time that its timestamp gives, microseconds UTC.
    pub stamped_at: i64,
    /// Where it stands.
    pub placed: Vec<DeskPlaced>,
}

/// One mark of a signature.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskPlaced {
    /// The kind.
    pub kind: PlacementKindBody,
    /// The seal.
    pub seal_id: String,
    /// The page from 0; none for a seam seal.
    pub page: Option<u32>,
    /// The centre from the left edge; 0 for a seam seal.
    pub x_mm: f64,
    /// The centre from the upper edge.
    pub y_mm: f64,
    /// Its width.
    pub width_mm: f64,
    /// Its height.
    pub height_mm: f64,
}

impl DeskPlaced {
    pub(crate) fn of(placed: &Placed) -> Self {
        Self {
            kind: placed.kind.into(),
            seal_id: placed.seal.to_string(),
            page: placed.page,
            x_mm: placed.x_mm,
            y_mm: placed.y_mm,
            width_mm: placed.width_mm,
            height_mm: placed.height_mm,
        }
    }
}

impl DeskSignature {
    async fn of(app: &App, case: &Case<'_>, signature: &Signature) -> Result<Self, SigningError> {
        let party = case.contract().party(signature.party);
        Ok(Self {
            signature_id: signature.id.to_string(),
            party: signature.party.to_string(),
            party_name: party.map(|party| party.name.clone()).unwrap_or_default(),
            seal_name: seals::named(app, signature.seal).await?.name,
            kind: signature.kind.into(),
            field: signature.field.clone(),
            stamped_at: signature.stamped_at,
            placed: signature.placed.iter().map(DeskPlaced::of).collect(),
        })
    }
}

/// The pages of the document as it stands.
async fn pages(app: &App, case: &Case<'_>) -> Result<Vec<DeskPage>, SigningError> {
    let bytes = app.files.shared(case.document).await.map_err(Failure::from)?;
    let read = app
        .cpu(move || {
            let opened = Opened::open(Arc::from(bytes.as_ref())).map_err(|error| error.to_string())?;
            opened.pages().map(|pages| pages.to_vec()).map_err(|error| error.to_string())
        })
        .await?;
    let known = read.map_err(|fault| Failure::damaged("document", fault))?;
    let sizes = case.text.pages.iter().zip(known);
    let page = |(size, page): (&PageSize, yinxin_pdf::Page)| DeskPage {
        width_mm: hundredths(size.width_mm),
        height_mm: hundredths(size.height_mm),
        rotation: page.rotate,
        crop_box: [page.crop_box.x0, page.crop_box.y0, page.crop_box.x1, page.crop_box.y1],
        user_unit: page.user_unit,
    };
    Ok(sizes.map(page).collect())
}

/// The places that the text leaves for the party whose turn it is.
fn places(case: &Case<'_>, step: &Step) -> Vec<DeskPlace> {
    let zh = case.party.zh();
    let done = |kind: PlacementKind, page: Option<u32>| {
        let mut placed = case.unsent().flat_map(|one| &one.placed);
        placed.any(|one| one.kind == kind && one.page == page)
    };
    let own = case.text.anchors.iter().filter(|anchor| anchor.party == case.party);
    let mut places: Vec<DeskPlace> = own
        .filter_map(|anchor| {
            let (kind, name_zh, name_en) = match anchor.kind {
                AnchorKind::OrganisationSeal => (PlacementKind::Seal, "盖章处", "seal"),
                AnchorKind::Representative => (PlacementKind::Personal, "代表签字处", "representative"),
                AnchorKind::Date => (PlacementKind::Date, "日期", "date"),
            };
            let need = step.rule.need(kind);
            (need != Need::Forbidden).then(|| DeskPlace {
                kind: kind.into(),
                page: Some(anchor.page),
                x_mm: Some(anchor.x_mm),
                y_mm: Some(anchor.y_mm),
                label_zh: format!("{zh}{name_zh}"),
                label_en: format!("Party {}: {name_en}", case.party),
                required: need == Need::Required,
                done: done(kind, Some(anchor.page)),
            })
        })
        .collect();
    places.sort_by_key(|place| place.page);
    let seam = step.rule.need(PlacementKind::Seam);
    if seam != Need::Forbidden && case.text.pages.len() >= FEWEST_SEAM_PAGES {
        places.push(DeskPlace {
            kind: PlacementKindBody::Seam,
            page: None,
            x_mm: None,
            y_mm: None,
            label_zh: format!("{zh}骑缝章"),
            label_en: format!("Party {}: seam seal", case.party),
            required: seam == Need::Required,
            done: done(PlacementKind::Seam, None),
        });
    }
    places
}

/// Sizes as placements are kept: to a hundredth of a millimetre.
pub(super) fn hundredths(mm: f64) -> f64 {
    (mm * 100.0).round() / 100.0
}

/// What the actor sees before he confirms; only for the party whose turn it is.
///
/// # Errors
/// What the contract's rules refuse, with who holds the contract.
pub async fn show(app: &App, actor: &Actor, contract: ContractId) -> Result<Desk, SigningError> {
    let case = Case::load(app, actor, contract).await?;
    let step = case.step()?;
    let usable = seals::usable_seals(app, actor, Some(contract)).await?;
    let offered: Vec<_> = usable.iter().map(seals::UsableSeal::to_placement).collect();
    let acts = PlacementKind::ALL.into_iter().map(|kind| DeskAct {
        kind: kind.into(),
        need: match step.rule.need(kind) {
            Need::Required => "required",
            Need::Optional => "optional",
            Need::Forbidden => "forbidden",
        },
    });
    let set = |kind| step.acts().iter().any(|act| act.kind == kind);
    let seal_rule = step.rule.organisation_seal.as_ref();
    let suggestions = suggest(&step.rule, case.party, &case.text.anchors, &case.text.pages, &offered);
    let fits = |seal: &&seals::UsableSeal| {
        PlacementKind::ALL.into_iter().any(|kind| step.rule.allows(kind, seal.seal_type).is_ok())
    };
    let (mut unsent, mut present) = (Vec::new(), Vec::new());
    for signature in &case.signatures {
        let shown = DeskSignature::of(app, &case, signature).await?;
        if signature.step == case.number { unsent.push(shown) } else { present.push(shown) }
    }
    let sign_by = case.contract().signing_deadline(case.loaded.profile, RuleTables::bundled(), WorkingDays::bundled());
    Ok(Desk {
        contract_id: contract.to_string(),
        title: case.loaded.title.clone(),
        number: case.loaded.number.clone(),
        document: format!("/api/v1/contracts/{contract}/documents/{}", case.document),
        sign_by: sign_by.map(|end| end.last_day.to_string()),
        places: places(&case, step),
        version: case.contract().version(),
        document_sm3: case.document.to_string(),
        pages: pages(app, &case).await?,
        step: DeskStep {
            number: case.number,
            party: case.party.to_string(),
            state: if unsent.is_empty() { "open" } else { "sealed" },
            submit_zh: step.rule.submit.zh.clone(),
            submit_en: step.rule.submit.en.clone(),
            acts: acts.collect(),
            seal_types: seal_rule.iter().flat_map(|rule| &rule.types).map(|kind| kind.code().to_owned()).collect(),
            missing: step.rule.still_missing(set).into_iter().map(Into::into).collect(),
        },
        seals: usable
            .iter()
            .filter(fits)
            .map(|seal| DeskSeal {
                seal_id: seal.id.to_string(),
                certificate_id: seal.certificate.to_string(),
                seal_type: seal.seal_type.code(),
                name: seal.name.clone(),
                width_mm: seal.art.drawing.width_mm,
                height_mm: seal.art.drawing.height_mm,
                image: format!("/api/v1/seals/{}/image.svg", seal.id),
            })
            .collect(),
        suggestions: suggestions
            .into_iter()
            .map(|one| DeskSuggestion {
                kind: one.placement.kind.into(),
                seal_id: one.placement.seal.to_string(),
                page: one.placement.page,
                x_mm: one.placement.x_mm,
                y_mm: one.placement.y_mm,
                optional: one.optional,
            })
            .collect(),
        unsent,
        present,
    })
}
