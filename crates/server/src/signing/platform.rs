//! The platform's own signature on a concluded contract: PAdES-B-LTA with P-256, for readers that cannot check SM2 (docs/adr/0002).
//!
//! It says that the platform has kept this document, and nothing of the parties: its field is invisible and its reason is
//! [`REASON`]. Three revisions: a B-T signature, the evidence (DSS), and a document timestamp over all of it.

use yinxin_pdf::{Dss, Opened, SignatureKind, SignatureRequest, add_dss, cms_capacity};
use yinxin_pki::chain::KnownSignatures;
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::digest::{Digest, DigestAlgorithm};
use yinxin_pki::key::Signer;
use yinxin_pki::tsp::IssueTimestampError;
use yinxin_pki::x509::Certificate;

use super::engine::{EngineError, Made, Trust, check, token_bytes};

/// What the signature says of itself (design, section 6).
pub const REASON: &str = "平台存证签名，非合同当事人";
/// The field of the signature.
pub const FIELD: &str = "yinxin-platform-1";
/// The field of the document timestamp.
pub const TIMESTAMP_FIELD: &str = "yinxin-platform-archive-1";

/// Everything that the platform signs with.
pub struct PlatformStep<'a> {
    /// Its certificate (P-256).
    pub certificate: &'a Certificate,
    /// The certificates above it, without the root.
    pub chain: &'a [Certificate],
    /// Who holds its key.
    pub key: &'a dyn Signer,
    /// Its name, for the PDF's /Name.
    pub name: &'a str,
    /// The certificates that a timestamp carries.
    pub stamp_chain: &'a [Certificate],
    /// Certificates and revocation data of the platform, of the P-256 timestamping authority and of all who signed before, issued after them.
    pub evidence: &'a Dss,
    /// The roots of the house.
    pub roots: &'a [Certificate],
    /// What the authorities of the house were found to have signed.
    pub known: &'a KnownSignatures,
    /// The time of signing, microseconds UTC.
    pub now: i64,
    /// The random halves of the three new /ID.
    pub file_ids: [[u8; 16]; 3],
}

/// Whether the platform has signed this document already.
///
/// # Errors
/// [`EngineError::Fields`].
pub fn has_signed(document: &Opened) -> Result<bool, EngineError> {
    Ok(document.signature_fields()?.iter().any(|field| field.name == TIMESTAMP_FIELD))
}

impl PlatformStep<'_> {
    /// Adds the three revisions and verifies both signatures. `stamp` gives the P-256 authority's token over a SHA-256 digest.
    ///
    /// # Errors
    /// [`EngineError`]; nothing was made then.
    pub fn sign(
        &self,
        document: &Opened,
        stamp: &mut dyn FnMut(Digest) -> Result<Vec<u8>, IssueTimestampError>,
    ) -> Result<Made, EngineError> {
        let nothing = Dss::default();
        let token_bytes = token_bytes(self.stamp_chain);
        let prepared = document.prepare(&SignatureRequest {
            field_name: FIELD,
            kind: SignatureKind::Cms,
            signer_name: self.name,
            reason: REASON,
            location: None,
            signed_at_micros: self.now,
            widget: None,
            page_marks: None,
            dss: &nothing,
            contents_capacity: cms_capacity(self.certificate, self.chain, token_bytes),
            file_id: self.file_ids[0],
        })?;
        let digest = prepared.byte_range_digest(DigestAlgorithm::Sha256);
        let attributes = SignedAttributes::new(&digest, self.certificate)?;
        let signature = self.key.sign(&attributes.signing_digest(self.certificate))?;
        let token = stamp(DigestAlgorithm::Sha256.digest(&signature))?;
        let message = attributes.assemble(&signature, self.certificate, self.chain, Some(&token))?;
        let signed = Opened::open_hashed(prepared.embed(&message)?.into_hashed())?;
        let trust = Trust { roots: self.roots, evidence: self.evidence, known: self.known, now: self.now };
        let stamped_at = check(&signed, FIELD, SignatureKind::Cms, &trust)?;

        let evidence = add_dss(&signed, self.evidence, self.file_ids[1])?;
        let archived = Opened::open_hashed(signed.hashed().joined(&evidence))?;
        let prepared = archived.prepare(&SignatureRequest {
            field_name: TIMESTAMP_FIELD,
            kind: SignatureKind::DocTimeStamp,
            signer_name: "",
            reason: "",
            location: None,
            signed_at_micros: self.now,
            widget: None,
            page_marks: None,
            dss: &nothing,
            contents_capacity: token_bytes,
            file_id: self.file_ids[2],
        })?;
        let token = stamp(prepared.byte_range_digest(DigestAlgorithm::Sha256))?;
        let document = Opened::open_hashed(prepared.embed(&token)?.into_hashed())?;
        check(&document, TIMESTAMP_FIELD, SignatureKind::DocTimeStamp, &trust)?;
        Ok(Made { document, field: FIELD.to_owned(), stamped_at })
    }
}
