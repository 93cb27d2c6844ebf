//! The ceremony without the world: from a document, placements and a signatory to a revision that bears his signature, checked.
//!
//! ```text
//! Step::begin → signing_digest → (the key, wherever it is) → signature value → (timestamp) → Pending::finish → Made
//! ```
//! One [`Step`] is one signature, one field and one revision of the PDF (docs/adr/0002). An organisation's seal becomes a GB/T 38540 seal
//! signature, a personal signature CMS. The first placement is the field's own widget; further placements of the same seal, its date seal
//! and the slices of its seam seal fill the party's page buttons in the same revision.
//!
//! [`Pending::finish`] gives nothing back that our own verification does not find valid: it reads the new file again from its bytes.
//! Pure functions: key, timestamp and time come from the caller.

use std::sync::Arc;

use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::signing::{Placed, PlacementKind};
use yinxin_pdf::{
    Clip, Dss, EmbedError, FieldError, Mark, OpenError, Opened, PageError, PageMarks, PartyKey, Prepared, SeamError,
    SignError, SignatureKind, SignatureRequest, WriteError, cms_capacity, place_upright, seam_slices,
    timestamp_capacity,
};
use yinxin_pki::asn1::Reader;
use yinxin_pki::chain::{KnownSignatures, Purpose, RevocationEvidence, Validator};
use yinxin_pki::cms::{AssembleError, CmsError, CmsVerifyError, Content, SignedAttributes, SignedData};
use yinxin_pki::digest::{Digest, DigestAlgorithm};
use yinxin_pki::key::SigningDigest;
use yinxin_pki::tsp::{IssueTimestampError, TimestampError, Token};
use yinxin_pki::x509::Certificate;
use yinxin_seal::PdfForm;
use yinxin_seal::ses::{
    DraftError, ParseError, SealSignature, SealSignatureDraft, Verdict, assemble_seal_signature, seal_signature_size,
    verify_seal_signature,
};

/// Bytes to keep free for a token of an authority; without its certificates nothing, and embedding refuses.
pub(super) fn token_bytes(stamp_chain: &[Certificate]) -> usize {
    timestamp_capacity(stamp_chain).unwrap_or_default()
}

/// What signs: an organisation with its seal, or a person.
#[derive(Clone, Debug)]
pub enum Instrument {
    /// A GB/T 38540 seal (SESeal in DER) that lists the signatory's certificate.
    Seal(Arc<[u8]>),
    /// The signatory's own signature, shown by his name seal.
    Personal,
}

/// One signature to be made.
#[derive(Clone, Debug)]
pub struct Step {
    /// The party whose page buttons it may fill.
    pub party: PartyKey,
    /// What signs.
    pub instrument: Instrument,
    /// The signatory's certificate (SM2).
    pub certificate: Certificate,
    /// The certificates above it, without the root.
    pub chain: Vec<Certificate>,
    /// The signatory's name, for the PDF's /Name.
    pub signer_name: String,
    /// What the signature is for, for the PDF's /Reason.
    pub reason: String,
    /// How the seal looks.
    pub seal: PdfForm,
    /// How a date seal of the day of signing looks; needed only where one is placed.
    pub date: Option<PdfForm>,
    /// Where everything goes; the first seal or personal placement is the widget.
    pub placed: Vec<Placed>,
    /// Certificates and revocation data that go into the file with it.
    pub evidence: Dss,
    /// The certificates that the timestamp's authority will carry in its token.
    pub stamp_chain: Vec<Certificate>,
    /// The time of signing, microseconds UTC.
    pub now: i64,
    /// The random half of the file's new /ID.
    pub file_id: [u8; 16],
}

/// Why no signature came about.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The document cannot be read.
    #[error("the document cannot be opened")]
    Open(#[from] OpenError),
    /// Its pages cannot be listed.
    #[error("the pages cannot be listed")]
    Pages(#[from] PageError),
    /// Its fields cannot be listed.
    #[error("the fields cannot be listed")]
    Fields(#[from] FieldError),
    /// The revision cannot be written: certified, no page buttons, a mark off its page.
    #[error("the revision cannot be prepared")]
    Prepare(#[from] SignError),
    /// The seam seal cannot be cut.
    #[error("the seam seal cannot be placed")]
    Seam(#[from] SeamError),
    /// The seal structure does not fit the signatory.
    #[error("the seal signature cannot be built")]
    Seal(#[from] DraftError),
    /// The CMS message cannot be built.
    #[error("the message cannot be built")]
    Message(#[from] AssembleError),
    /// The signature does not fit its place.
    #[error("the signature cannot be embedded")]
    Embed(#[from] EmbedError),
    /// No placement carries the signature itself.
    #[error("no placement carries the signature")]
    NoWidget,
    /// A date seal is placed and none was drawn.
    #[error("the date seal was not drawn")]
    NoDateSeal,
    /// A placement names a page that does not exist.
    #[error("a placement names page {0}, which does not exist")]
    NoSuchPage(u32),
    /// The key did not sign.
    #[error("the key did not sign")]
    Key(#[from] yinxin_pki::key::SignError),
    /// No timestamp was given.
    #[error("no timestamp was given")]
    Stamp(#[from] IssueTimestampError),
    /// Evidence cannot be added.
    #[error("the evidence cannot be added")]
    Write(#[from] WriteError),
    /// What was made does not verify.
    #[error("the new signature does not verify: {0}")]
    Unverified(#[from] CheckError),
}

/// What our own verification found wrong with a signature just made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The field is missing, unsigned, or its byte range does not cover the whole new file.
    #[error("the byte range does not cover the whole file")]
    Coverage,
    /// The seal structure cannot be read.
    #[error("the seal signature cannot be read")]
    Seal(#[from] ParseError),
    /// The message cannot be read.
    #[error("the message cannot be read")]
    Message(#[from] CmsError),
    /// The message does not sign the document.
    #[error("the message does not hold")]
    Signature(#[from] CmsVerifyError),
    /// The timestamp does not hold, or there is none.
    #[error("the timestamp does not hold")]
    Timestamp(#[from] TimestampError),
    /// There is no timestamp.
    #[error("there is no timestamp")]
    NoTimestamp,
    /// The seal signature is not valid.
    #[error("the seal signature is {verdict:?}: {faults}")]
    Verdict {
        /// How it was judged.
        verdict: Verdict,
        /// Everything that speaks against it.
        faults: String,
    },
    /// A chain does not hold.
    #[error("the chain of the {whose} does not hold: {problems}")]
    Chain {
        /// Whose.
        whose: &'static str,
        /// The stable codes of what speaks against it.
        problems: String,
    },
    /// Nobody can say whether a certificate was revoked.
    #[error("the revocation status of the {0} is not known")]
    RevocationUnknown(&'static str),
}

/// A revision that waits for the signature value.
pub struct Pending {
    prepared: Prepared,
    message: Message,
    kind: SignatureKind,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

/// What the key signs, and how it is assembled with the signature.
enum Message {
    /// TBS_Sign in DER.
    Seal(Vec<u8>),
    /// Signed attributes.
    Cms(SignedAttributes),
}

/// One signature made and found valid.
#[derive(Debug)]
pub struct Made {
    /// The whole document with it, opened: the next signature continues it.
    pub document: Opened,
    /// The name of its field.
    pub field: String,
    /// The time that its timestamp gives, microseconds UTC.
    pub stamped_at: i64,
}

/// The name of a party's n-th signature field (from 1); stable, so that a track can point at it.
pub fn field_name(party: &str, number: usize) -> String {
    format!("yinxin-{party}-{number}")
}

/// SM3 of a document.
pub fn sm3(bytes: &[u8]) -> Sm3Digest {
    let mut digest = [0; 32];
    digest.copy_from_slice(DigestAlgorithm::Sm3.digest(bytes).as_bytes());
    Sm3Digest::from_bytes(digest)
}

impl Step {
    /// Writes the revision but for the signature; needs no key.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn begin(&self, document: &Opened) -> Result<Pending, EngineError> {
        let pages = document.pages()?;
        let carries = |one: &&Placed| matches!(one.kind, PlacementKind::Seal | PlacementKind::Personal);
        let main = self.placed.iter().position(|one| carries(&one)).ok_or(EngineError::NoWidget)?;
        let mut widget = None;
        let mut marks = Vec::new();
        for (index, one) in self.placed.iter().enumerate() {
            let form = match one.kind {
                PlacementKind::Date => self.date.as_ref().ok_or(EngineError::NoDateSeal)?,
                PlacementKind::Seal | PlacementKind::Personal | PlacementKind::Seam => &self.seal,
            };
            let Some(number) = one.page else {
                let top_mm = one.y_mm - one.height_mm / 2.0;
                let slices = seam_slices(pages, form.width_pt, form.height_pt, top_mm)?;
                let of_slice = |slice: &yinxin_pdf::SeamSlice| Mark {
                    page: slice.page,
                    rect: slice.rect,
                    form,
                    clip: Some(slice.clip),
                };
                marks.extend(slices.iter().map(of_slice));
                continue;
            };
            let missing = EngineError::NoSuchPage(number);
            let page = usize::try_from(number).ok().and_then(|number| pages.get(number)).ok_or(missing)?;
            let (left, top) = (one.x_mm - one.width_mm / 2.0, one.y_mm - one.height_mm / 2.0);
            let rect = place_upright(page, left, top, one.width_mm, one.height_mm);
            let mark = Mark { page: page.index, rect, form, clip: None::<Clip> };
            if index == main { widget = Some(mark) } else { marks.push(mark) }
        }
        let prefix = field_name(self.party.as_str(), 0);
        let prefix = prefix.trim_end_matches('0');
        let number = document.signature_fields()?.iter().filter(|field| field.name.starts_with(prefix)).count() + 1;
        let field_name = field_name(self.party.as_str(), number);
        let property = format!("ByteRange;field={field_name}");
        let token = token_bytes(&self.stamp_chain);
        let (kind, capacity) = match &self.instrument {
            Instrument::Seal(seal) => {
                let signer = self.certificate.as_der().len();
                (SignatureKind::Seal, seal_signature_size(seal.len(), signer, property.len(), token))
            }
            Instrument::Personal => (SignatureKind::Sm2Cms, cms_capacity(&self.certificate, &self.chain, token)),
        };
        let prepared = document.prepare(&SignatureRequest {
            field_name: &field_name,
            kind,
            signer_name: &self.signer_name,
            reason: &self.reason,
            location: None,
            signed_at_micros: self.now,
            widget,
            page_marks: (!marks.is_empty()).then(|| PageMarks { party: self.party.clone(), marks }),
            dss: &self.evidence,
            contents_capacity: capacity,
            file_id: self.file_id,
        })?;
        let digest = prepared.byte_range_digest(DigestAlgorithm::Sm3);
        let message = match &self.instrument {
            Instrument::Seal(seal) => {
                let mut data_hash = [0; 32];
                data_hash.copy_from_slice(digest.as_bytes());
                let draft =
                    SealSignatureDraft { seal: seal.to_vec(), signed_at: self.now, data_hash, property_info: property };
                Message::Seal(draft.to_be_signed()?)
            }
            Instrument::Personal => Message::Cms(SignedAttributes::new(&digest, &self.certificate)?),
        };
        Ok(Pending { prepared, message, kind, certificate: self.certificate.clone(), chain: self.chain.clone() })
    }
}

/// What a signature is checked against when it has just been made.
#[derive(Clone, Copy)]
pub struct Trust<'a> {
    /// The roots of the house, and no others.
    pub roots: &'a [Certificate],
    /// The evidence that went into the file.
    pub evidence: &'a Dss,
    /// What the authorities of the house were found to have signed.
    pub known: &'a KnownSignatures,
    /// The time of signing, microseconds UTC.
    pub now: i64,
}

impl Pending {
    /// What the signatory's key signs.
    pub fn signing_digest(&self) -> SigningDigest {
        match &self.message {
            Message::Seal(to_be_signed) => self.certificate.public_key().signing_digest(to_be_signed),
            Message::Cms(attributes) => attributes.signing_digest(&self.certificate),
        }
    }

    /// Puts the signature value and the timestamp over it into the file, and verifies what was made.
    ///
    /// # Errors
    /// [`EngineError`], [`EngineError::Unverified`] among them: nothing was made then.
    pub fn finish(self, signature: &[u8], token: &[u8], trust: &Trust<'_>) -> Result<Made, EngineError> {
        let contents = match &self.message {
            Message::Seal(to_be_signed) => {
                assemble_seal_signature(to_be_signed, self.certificate.as_der(), signature, Some(token))?
            }
            Message::Cms(attributes) => attributes.assemble(signature, &self.certificate, &self.chain, Some(token))?,
        };
        let field = self.prepared.field_name().to_owned();
        let document = Opened::open_hashed(self.prepared.embed(&contents)?.into_hashed())?;
        let stamped_at = check(&document, &field, self.kind, trust)?;
        Ok(Made { document, field, stamped_at })
    }
}

/// Verifies the newest signature of a file, in a field of ours: coverage, digest, signature value, seal, chains, revocation, timestamp.
///
/// Gives the time of its timestamp, microseconds UTC.
///
/// # Errors
/// [`CheckError`] says what does not hold.
pub fn check(document: &Opened, field: &str, kind: SignatureKind, trust: &Trust<'_>) -> Result<i64, EngineError> {
    let fields = document.signature_fields()?;
    let value = fields.iter().find(|found| found.name == field).and_then(|found| found.value.as_ref());
    let value = value.ok_or(CheckError::Coverage)?;
    let bytes = document.bytes();
    let gap = value.contents_at.clone().ok_or(CheckError::Coverage)?;
    let covered = value.byte_range == Some([0, gap.start, gap.end, bytes.len() - gap.end.min(bytes.len())]);
    let named = value.sub_filter.as_ref().is_some_and(|name| *name == kind.sub_filter());
    if !covered || !named {
        return Err(CheckError::Coverage.into());
    }
    let digest = |algorithm| document.digest_around(algorithm, gap.clone()).ok_or(CheckError::Coverage);
    let ocsps: Vec<&[u8]> = trust.evidence.ocsps.iter().map(Vec::as_slice).collect();
    let crls: Vec<&[u8]> = trust.evidence.crls.iter().map(Vec::as_slice).collect();
    let evidence = RevocationEvidence { ocsp_responses: &ocsps, crls: &crls };
    let mut validator = Validator::remembering(trust.roots, trust.known);
    let candidates: Vec<Certificate> =
        trust.evidence.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    validator.add_candidates(&candidates);
    let stamped_at = match kind {
        SignatureKind::Seal => {
            check_seal(&value.contents, &digest(DigestAlgorithm::Sm3)?, &mut validator, &evidence, trust.now)?
        }
        SignatureKind::Cms | SignatureKind::Sm2Cms => {
            check_message(&value.contents, digest, &mut validator, &evidence)?
        }
        SignatureKind::DocTimeStamp => {
            let token = Token::from_der(&value.contents).map_err(CheckError::from)?;
            let (before, after) =
                (bytes.get(..gap.start).unwrap_or_default(), bytes.get(gap.end..).unwrap_or_default());
            check_token(&token, &[before, after], &mut validator, &evidence)?
        }
    };
    Ok(stamped_at)
}

fn check_seal(
    contents: &[u8],
    digest: &Digest,
    validator: &mut Validator<'_>,
    evidence: &RevocationEvidence<'_>,
    now: i64,
) -> Result<i64, CheckError> {
    // Behind the structure come the zeros that fill the place kept free for it.
    let structure = Reader::der(contents).any().map_err(ParseError::from)?;
    let signature = SealSignature::parse(structure.raw())?;
    let report = verify_seal_signature(&signature, digest.as_bytes(), validator, evidence, now);
    let verdict = report.verdict();
    if verdict != Verdict::Valid {
        let faults = report.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        return Err(CheckError::Verdict { verdict, faults });
    }
    for (whose, chain) in [("signer", &report.signer_chain), ("seal maker", &report.maker_chain)] {
        if !chain.as_ref().is_some_and(yinxin_pki::chain::ChainReport::revocation_is_known) {
            return Err(CheckError::RevocationUnknown(whose));
        }
    }
    if !report.time_is_proven() {
        return Err(CheckError::NoTimestamp);
    }
    report.timestamp.map(|timestamp| timestamp.time).ok_or(CheckError::NoTimestamp)
}

fn check_message(
    contents: &[u8],
    digest: impl Fn(DigestAlgorithm) -> Result<Digest, CheckError>,
    validator: &mut Validator<'_>,
    evidence: &RevocationEvidence<'_>,
) -> Result<i64, CheckError> {
    let message = SignedData::from_padded(contents)?;
    let [signer] = message.signers() else { return Err(CheckError::Signature(CmsVerifyError::Attributes)) };
    let certificate = message.verify(signer, &Content::Digest(digest(signer.digest_algorithm())?), &[])?;
    let [token] = signer.timestamps() else { return Err(CheckError::NoTimestamp) };
    let token = Token::from_der(token)?;
    validator.add_candidates(message.certificates());
    let at = check_token(&token, &[signer.signature()], validator, evidence)?;
    sound_chain(validator, &certificate, Purpose::ContractSigning, at, evidence, "signer")?;
    Ok(at)
}

fn check_token(
    token: &Token,
    message: &[&[u8]],
    validator: &mut Validator<'_>,
    evidence: &RevocationEvidence<'_>,
) -> Result<i64, CheckError> {
    let stamped = token.verify(message, &[])?;
    validator.add_candidates(token.certificates());
    let whose = "timestamping authority";
    sound_chain(validator, &stamped.authority, Purpose::TimeStamping, stamped.time, evidence, whose)?;
    Ok(stamped.time)
}

fn sound_chain(
    validator: &mut Validator<'_>,
    leaf: &Certificate,
    purpose: Purpose,
    at: i64,
    evidence: &RevocationEvidence<'_>,
    whose: &'static str,
) -> Result<(), CheckError> {
    let chain = validator.validate(leaf, purpose, at, evidence);
    if !chain.is_valid() {
        let problems = chain.problems.iter().map(|problem| problem.code()).collect::<Vec<_>>().join(", ");
        return Err(CheckError::Chain { whose, problems });
    }
    if chain.revocation_is_known() { Ok(()) } else { Err(CheckError::RevocationUnknown(whose)) }
}
