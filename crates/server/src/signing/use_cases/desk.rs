//! The desk: what a signer sees before he confirms (S3-083 to S3-086).

use serde::Serialize;
use utoipa::ToSchema;
use yinxin_domain::contract::profile::Need;
use yinxin_domain::ids::ContractId;
use yinxin_domain::signing::placement::suggest;
use yinxin_domain::signing::{Placed, PlacementKind};

use super::case::Case;
use crate::actor::Actor;
use crate::app::App;
use crate::seal::use_cases as seals;
use crate::signing::errors::SigningError;
use crate::signing::store::Signature;

/// Everything a signer needs to place seals.
#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    /// `ctr_…`
    pub contract_id: String,
    /// The version that an intent must name.
    pub version: i64,
    /// SM3 of the document as this party sees it.
    pub document_sm3: String,
    /// Its pages.
    pub pages: Vec<DeskPage>,
    /// The step whose turn it is.
    pub step: DeskStep,
    /// The seals that the actor may set.
    pub seals: Vec<DeskSeal>,
    /// Where they belong, by the text.
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
}

/// The open step.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskStep {
    /// Its number from 0.
    pub number: usize,
    /// The party's place in the text, `A` or `B` …
    pub party: String,
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
    fn of(signature: &Signature) -> Self {
        Self {
            signature_id: signature.id.to_string(),
            party: signature.party.to_string(),
            kind: signature.kind.into(),
            field: signature.field.clone(),
            stamped_at: signature.stamped_at,
            placed: signature.placed.iter().map(DeskPlaced::of).collect(),
        }
    }
}

/// Sizes as placements are kept: to a hundredth of a millimetre.
fn hundredths(mm: f64) -> f64 {
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
    Ok(Desk {
        contract_id: contract.to_string(),
        version: case.contract().version(),
        document_sm3: case.document.to_string(),
        pages: case
            .text
            .pages
            .iter()
            .map(|page| DeskPage { width_mm: hundredths(page.width_mm), height_mm: hundredths(page.height_mm) })
            .collect(),
        step: DeskStep {
            number: case.number,
            party: case.party.to_string(),
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
        unsent: case.unsent().map(DeskSignature::of).collect(),
        present: case.signatures.iter().filter(|one| one.step != case.number).map(DeskSignature::of).collect(),
    })
}
