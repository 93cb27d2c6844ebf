//! OCSP responses.

use super::CertificateId;
use super::request::{read_nonce, write_nonce};
use crate::asn1::{Asn1Error, Element, Reader, Tag, Writer};
use crate::crl::RevocationReason;
use crate::key::{SignError, Signer, VerifyError};
use crate::oid;
use crate::x509::{Certificate, Name, SignedStructure, sign_structure};

/// A response holds no more certificates or statuses than this.
const MAX_MEMBERS: usize = 64;

/// What a responder says about one certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CertificateStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked {
        /// When, microseconds UTC.
        at: i64,
        /// Why.
        reason: RevocationReason,
    },
    /// The responder does not know the certificate.
    Unknown,
}

/// The status of one certificate with its time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SingleStatus {
    /// The certificate.
    pub certificate: CertificateId,
    /// Its status.
    pub status: CertificateStatus,
    /// When the status was known to be right, microseconds UTC.
    pub this_update: i64,
    /// When newer information comes at the latest, microseconds UTC; `None` if newer information is always available.
    pub next_update: Option<i64>,
}

/// A response to be issued.
#[derive(Clone, Debug)]
pub struct StatusResponseContent {
    /// The statuses.
    pub statuses: Vec<SingleStatus>,
    /// When the response is signed, microseconds UTC.
    pub produced_at: i64,
    /// The request's nonce, repeated.
    pub nonce: Option<Vec<u8>>,
}

/// Issues a successful response. `responder` is the CA itself or a certificate of the profile `Ocsp` that it has issued; it is carried along
/// and named by the hash of its key.
///
/// # Errors
/// [`SignError`]; [`SignError::AlgorithmMismatch`] if the signer does not hold the responder's key.
pub fn respond(
    content: &StatusResponseContent,
    responder: &Certificate,
    signer: &dyn Signer,
) -> Result<Vec<u8>, SignError> {
    if signer.public_key() != responder.public_key() {
        return Err(SignError::AlgorithmMismatch);
    }
    let data = Writer::sequence_of(|data| {
        data.context(2, |by_key| by_key.octet_string(responder.public_key().key_identifier().as_bytes()));
        data.generalized_time(content.produced_at);
        data.sequence(|list| content.statuses.iter().for_each(|single| write_single(list, single)));
        if let Some(nonce) = &content.nonce {
            data.context(1, |tagged| tagged.sequence(|extensions| write_nonce(extensions, nonce)));
        }
    });
    let basic = sign_structure(&data, signer, |rest| {
        rest.context(0, |tagged| tagged.sequence(|certificates| certificates.raw(responder.as_der())));
    })?;
    Ok(Writer::sequence_of(|response| {
        response.primitive(Tag::ENUMERATED, &[0]);
        response.context(0, |tagged| {
            tagged.sequence(|bytes| {
                bytes.oid(oid::OCSP_BASIC);
                bytes.octet_string(&basic);
            });
        });
    }))
}

fn write_single(list: &mut Writer, single: &SingleStatus) {
    list.sequence(|w| {
        single.certificate.write(w);
        match single.status {
            CertificateStatus::Good => w.primitive(Tag::context_primitive(0), &[]),
            CertificateStatus::Revoked { at, reason } => w.context(1, |info| {
                info.generalized_time(at);
                if reason != RevocationReason::Unspecified {
                    info.context(0, |tagged| tagged.primitive(Tag::ENUMERATED, &[reason.code()]));
                }
            }),
            CertificateStatus::Unknown => w.primitive(Tag::context_primitive(2), &[]),
        }
        w.generalized_time(single.this_update);
        if let Some(next_update) = single.next_update {
            w.context(0, |tagged| tagged.generalized_time(next_update));
        }
    });
}

/// Why a request gets no statuses (RFC 6960 4.2.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OcspFailure {
    /// The request is not well-formed.
    MalformedRequest,
    /// The responder is out of order.
    InternalError,
    /// Try again later.
    TryLater,
    /// The responder does not answer for these certificates.
    Unauthorized,
}

/// The response that tells a failure; it is not signed.
pub fn failure(failure: OcspFailure) -> Vec<u8> {
    let code = match failure {
        OcspFailure::MalformedRequest => 1,
        OcspFailure::InternalError => 2,
        OcspFailure::TryLater => 3,
        OcspFailure::Unauthorized => 6,
    };
    Writer::sequence_of(|response| response.primitive(Tag::ENUMERATED, &[code]))
}

/// A successful response as received.
#[derive(Clone)]
pub struct StatusResponse {
    /// The BasicOCSPResponse.
    basic: Vec<u8>,
    responder: ResponderId,
    produced_at: i64,
    statuses: Vec<SingleStatus>,
    nonce: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
}

#[derive(Clone)]
enum ResponderId {
    Name(Vec<u8>),
    KeyHash(Vec<u8>),
}

/// Why bytes are not a response with statuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StatusResponseError {
    /// The structure is not well-formed.
    #[error("ocsp.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// The responder did not answer; the number is its OCSPResponseStatus.
    #[error("ocsp.failure: the responder answered with status {0} instead of a certificate's status")]
    Failure(u64),
    /// Another response type than basic, or more members than any honest response has.
    #[error("ocsp.unsupported: the response is of a kind that is not supported")]
    Unsupported,
}

/// Why a response is not to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OcspError {
    /// Neither the issuer nor a responder that it has authorised signed this response (RFC 6960 4.2.2.2).
    #[error("ocsp.responder: the response is not signed by the issuer or a responder it has authorised")]
    Responder,
    /// The signature does not hold.
    #[error("ocsp.signature: {0}")]
    Signature(#[from] VerifyError),
}

impl StatusResponse {
    /// Reads an OCSPResponse, or a bare BasicOCSPResponse as RFC 5940 and some archives carry it.
    ///
    /// # Errors
    /// [`StatusResponseError`].
    pub fn from_der(der: &[u8]) -> Result<Self, StatusResponseError> {
        let mut outer = Reader::der(der);
        let mut response = outer.sequence()?;
        outer.finish()?;
        if response.peek() != Some(Tag::ENUMERATED) {
            return Self::from_basic(der);
        }
        let status = response.element(Tag::ENUMERATED)?.to_u64()?;
        if status != 0 {
            return Err(StatusResponseError::Failure(status));
        }
        let mut bytes = response.element(Tag::context(0))?.reader().sequence()?;
        if bytes.oid()? != oid::OCSP_BASIC {
            return Err(StatusResponseError::Unsupported);
        }
        Self::from_basic(bytes.octet_string()?)
    }

    fn from_basic(basic: &[u8]) -> Result<Self, StatusResponseError> {
        let whole = SignedStructure::read(basic)?;
        let mut data = whole.content.reader();
        data.optional_context(0)?;
        let responder = data.any()?;
        let responder = match responder.tag() {
            tag if tag == Tag::context(1) => ResponderId::Name(Name::from_der(responder.contents())?.as_der().to_vec()),
            tag if tag == Tag::context(2) => ResponderId::KeyHash(responder.reader().octet_string()?.to_vec()),
            found => {
                return Err(Asn1Error::UnexpectedTag { expected: Tag::context(2).byte(), found: found.byte() }.into());
            }
        };
        let produced_at = data.time()?;
        let mut list = data.sequence()?;
        let mut statuses = Vec::new();
        while !list.is_empty() {
            if statuses.len() == MAX_MEMBERS {
                return Err(StatusResponseError::Unsupported);
            }
            // A status under an unknown hash algorithm speaks of no certificate that we could recognise.
            statuses.extend(read_single(&mut list.sequence()?)?);
        }
        let nonce = match data.optional_context(1)? {
            Some(mut tagged) => read_nonce(&mut tagged.sequence()?)?,
            None => None,
        };
        data.finish()?;
        let mut certificates = Vec::new();
        let mut rest = whole.rest;
        if let Some(mut tagged) = rest.optional_context(0)? {
            let mut list = tagged.sequence()?;
            while !list.is_empty() {
                if certificates.len() == MAX_MEMBERS {
                    return Err(StatusResponseError::Unsupported);
                }
                certificates.extend(Certificate::from_der(list.any()?.raw()));
            }
        }
        rest.finish()?;
        Ok(Self { basic: basic.to_vec(), responder, produced_at, statuses, nonce, certificates })
    }

    /// Verifies that `issuer`, or a responder that it has authorised, signed this response, and returns the responder's certificate. A
    /// delegated responder's certificate must be issued directly by `issuer`, carry the purpose OCSPSigning, and be valid when the response
    /// was produced.
    ///
    /// # Errors
    /// [`OcspError`].
    pub fn verify(&self, issuer: &Certificate) -> Result<Certificate, OcspError> {
        let names = |certificate: &Certificate| match &self.responder {
            ResponderId::Name(name) => Name::from_der(name).is_ok_and(|name| name.matches(&certificate.subject())),
            ResponderId::KeyHash(hash) => certificate.public_key().key_identifier().as_bytes() == hash,
        };
        let delegated = |certificate: &Certificate| {
            let purposes = certificate.extensions().extended_key_usage.as_ref();
            purposes.is_some_and(|usage| usage.purposes.contains(&oid::EKU_OCSP_SIGNING))
                && certificate.extensions().unknown_critical.is_empty()
                && certificate.issuer().matches(&issuer.subject())
                && certificate.is_valid_at(self.produced_at)
                && certificate.verify_signature(issuer.public_key()).is_ok()
        };
        let responder = if names(issuer) {
            issuer
        } else {
            let found = self.certificates.iter().find(|certificate| names(certificate) && delegated(certificate));
            found.ok_or(OcspError::Responder)?
        };
        let whole = SignedStructure::read(&self.basic).map_err(|_| VerifyError::Invalid)?;
        whole.verify(responder.public_key())?;
        Ok(responder.clone())
    }

    /// What the response says about `certificate` of `issuer`, `None` if it does not speak of it.
    pub fn find(&self, certificate: &Certificate, issuer: &Certificate) -> Option<&SingleStatus> {
        let speaks_of = |single: &&SingleStatus| {
            single.certificate.serial() == certificate.serial() && single.certificate.is_issued_by(issuer)
        };
        self.statuses.iter().find(speaks_of)
    }

    /// All statuses.
    pub fn statuses(&self) -> &[SingleStatus] {
        &self.statuses
    }

    /// When the response was signed, microseconds UTC.
    pub const fn produced_at(&self) -> i64 {
        self.produced_at
    }

    /// The nonce that it repeats (extnValue).
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// The certificates that it carries.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}

fn read_single(single: &mut Reader<'_>) -> Result<Option<SingleStatus>, Asn1Error> {
    let certificate = CertificateId::read(single)?;
    let status = read_status(&single.any()?)?;
    let this_update = single.time()?;
    let next_update = match single.optional_context(0)? {
        Some(mut tagged) => Some(tagged.time()?),
        None => None,
    };
    single.optional_context(1)?;
    single.finish()?;
    Ok(certificate.map(|certificate| SingleStatus { certificate, status, this_update, next_update }))
}

fn read_status(status: &Element<'_>) -> Result<CertificateStatus, Asn1Error> {
    match status.tag() {
        tag if tag == Tag::context_primitive(0) => Ok(CertificateStatus::Good),
        tag if tag == Tag::context(1) => {
            let mut info = status.reader();
            let at = info.time()?;
            let reason = match info.optional_context(0)? {
                Some(mut tagged) => RevocationReason::from_code(tagged.element(Tag::ENUMERATED)?.to_u64()?),
                None => RevocationReason::Unspecified,
            };
            Ok(CertificateStatus::Revoked { at, reason })
        }
        tag if tag == Tag::context_primitive(2) => Ok(CertificateStatus::Unknown),
        found => Err(Asn1Error::UnexpectedTag { expected: Tag::context_primitive(0).byte(), found: found.byte() }),
    }
}
