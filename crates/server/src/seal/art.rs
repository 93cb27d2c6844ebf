//! What one seal looks like and what it is in bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use yinxin_domain::certificate::Owner;
use yinxin_domain::ids::SealId;
use yinxin_domain::signing::SealType;
use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_pki::key::Signer as _;
use yinxin_pki::x509::Certificate;
use yinxin_seal::draw::{CompanySeal, DrawError, Drawing, LegalRepresentativeSeal, PersonalSeal, SealCode, SealKind};
use yinxin_seal::ses::{self, Seal, SealDraft, Verdict};

use super::store::StoredSeal;
use crate::app::App;
use crate::certificate::SigningMaterial;
use crate::failure::Failure;

/// The diameter of round seals: 42 mm, within the 45 mm of 国发〔1999〕25号.
const DIAMETER_MM: f64 = 42.0;
/// Dots per inch of the picture inside the structure.
const PICTURE_DPI: u32 = 300;
/// Identifies the maker of the seal software inside the structure.
const VENDOR: &str = "YINXIN";
/// Seals that are kept in memory; beyond it, all are dropped.
const MOST_SEALS: usize = 512;

/// A seal ready to be set.
pub struct SealArt {
    /// The signed structure (GB/T 38540-2020), DER.
    pub der: Vec<u8>,
    /// The picture as outlines.
    pub drawing: Drawing,
    /// Who signed the structure.
    pub maker: Certificate,
}

/// Seals that were read; a seal never changes, only whether it may be used.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<SealId, Arc<SealArt>>>);

/// The structure and drawing of a stored seal.
pub(super) async fn load(app: &App, stored: &StoredSeal) -> Result<Arc<SealArt>, Failure> {
    let known = app.seals.0.lock().unwrap_or_else(PoisonError::into_inner).get(&stored.id).map(Arc::clone);
    if let Some(art) = known {
        return Ok(art);
    }
    let der = app.files.get(stored.structure).await?.to_vec();
    let maker = Seal::parse(&der)
        .map_err(|error| Failure::damaged("seal structure", error))?
        .maker
        .map(|maker| Certificate::from_der(maker.certificate).map_err(|error| Failure::damaged("seal maker", error)))
        .transpose()?
        .ok_or_else(|| Failure::damaged("seal structure", "without maker"))?;
    let drawing = drawing_of(app, stored).await?;
    let art = Arc::new(SealArt { der, drawing, maker });
    let mut seals = app.seals.0.lock().unwrap_or_else(PoisonError::into_inner);
    if seals.len() >= MOST_SEALS {
        seals.clear();
    }
    seals.insert(stored.id, Arc::clone(&art));
    Ok(art)
}

async fn drawing_of(app: &App, stored: &StoredSeal) -> Result<Drawing, Failure> {
    let code = stored.code.as_deref().map(str::parse).transpose();
    let code: Option<SealCode> = code.map_err(|error: DrawError| Failure::damaged("seals.code", error))?;
    let (seal_type, name) = (stored.seal_type, stored.drawn_name.clone());
    app.cpu(move || draw(seal_type, name, code)).await?.map_err(|error| Failure::damaged("seals.drawn_name", error))
}

/// Draws a seal; the same arguments give the same drawing.
///
/// # Errors
/// [`DrawError`].
pub(super) fn draw(seal_type: SealType, name: String, code: Option<SealCode>) -> Result<Drawing, DrawError> {
    let kind = match seal_type {
        SealType::Company => SealKind::Company,
        SealType::Contract => SealKind::Contract,
        SealType::Finance => SealKind::Finance,
        SealType::Bid => SealKind::Bid,
        SealType::LegalRepresentative => return LegalRepresentativeSeal { name }.draw(),
        SealType::PersonalName => return PersonalSeal { name }.draw(),
    };
    CompanySeal { name, kind, code, diameter_mm: DIAMETER_MM }.draw()
}

/// Everything a new seal is made of.
pub(super) struct Order {
    pub(super) id: SealId,
    pub(super) seal_type: SealType,
    /// Full name of the seal.
    pub(super) name: String,
    /// What is drawn.
    pub(super) drawn_name: String,
    pub(super) code: Option<SealCode>,
    pub(super) owner: Owner,
    /// The certificate that may use it.
    pub(super) certificate: Certificate,
    pub(super) now: i64,
}

/// Why a seal was not made.
pub(super) enum MakeError {
    /// It cannot be drawn.
    Draw(DrawError),
    /// An engine failed.
    Failure(Failure),
}

/// Draws a seal, has the maker sign its structure, and verifies what was made. Occupies the processor for some milliseconds.
pub(super) fn make(order: &Order, maker: &SigningMaterial) -> Result<Vec<u8>, MakeError> {
    let engine =
        |error: Box<dyn std::error::Error + Send + Sync>| MakeError::Failure(Failure::engine("seal maker", error));
    let drawing = draw(order.seal_type, order.drawn_name.clone(), order.code.clone()).map_err(MakeError::Draw)?;
    let draft = SealDraft {
        es_id: order.id.to_string(),
        vendor_id: VENDOR.to_owned(),
        name: order.name.clone(),
        seal_type: match order.seal_type {
            SealType::Company => ses::SealType::Organisation,
            SealType::Contract => ses::SealType::Contract,
            SealType::Finance => ses::SealType::Finance,
            SealType::Bid => ses::SealType::Bid,
            SealType::LegalRepresentative => ses::SealType::LegalRepresentative,
            SealType::PersonalName => ses::SealType::Person,
        },
        certificates: vec![order.certificate.as_der().to_vec()],
        created_at: order.now,
        valid_from: order.certificate.not_before(),
        valid_to: order.certificate.not_after(),
        picture_png: drawing.to_png(PICTURE_DPI).map_err(MakeError::Draw)?,
        width_mm: whole_mm(drawing.width_mm),
        height_mm: whole_mm(drawing.height_mm),
        owner_code: match order.owner {
            Owner::Organisation(_) => order.certificate.unified_social_credit_code().map(str::to_owned),
            Owner::Person(_) => None,
        },
        seal_code: order.code.clone(),
    };
    let to_be_signed = draft.to_be_signed().map_err(|error| engine(error.into()))?;
    let digest = maker.key.public_key().signing_digest(&to_be_signed);
    let signature = maker.key.sign(&digest).map_err(|error| engine(error.into()))?;
    let der = ses::assemble_seal(&to_be_signed, maker.certificate.as_der(), &signature)
        .map_err(|error| engine(error.into()))?;
    let seal = Seal::parse(&der).map_err(|error| engine(error.into()))?;
    let mut validator = Validator::new(maker.chain.get(1..).unwrap_or_default());
    validator.add_candidates(&maker.chain);
    let report = ses::verify_seal(&seal, &mut validator, &RevocationEvidence::default(), order.now);
    if report.verdict() == Verdict::Valid {
        Ok(der)
    } else {
        Err(engine(format!("the seal that was made does not verify: {:?}", report.faults).into()))
    }
}

/// A size of at most some decimetres in whole millimetres.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1 to 1000 before")]
fn whole_mm(mm: f64) -> u32 {
    mm.round().clamp(1.0, 1000.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use yinxin_domain::organisation::NAME_CHARACTERS;

    /// An award that passed its check names nobody who could not seal.
    #[test]
    fn every_name_that_an_award_may_have_fits_on_a_seal() {
        for length in NAME_CHARACTERS {
            for seal_type in [SealType::Company, SealType::Contract, SealType::Finance, SealType::Bid] {
                assert!(draw(seal_type, "示".repeat(length), None).is_ok(), "{length} characters, {seal_type:?}");
            }
        }
        for length in [NAME_CHARACTERS.start() - 1, NAME_CHARACTERS.end() + 1] {
            assert!(draw(SealType::Company, "示".repeat(length), None).is_err(), "{length} characters");
        }
    }
}
