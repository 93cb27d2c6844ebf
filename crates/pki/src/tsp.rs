//! Timestamps: queries, responses and tokens of RFC 3161 (GB/T 20520; SM3 and SM2 as GM/T 0033 uses them).

use rand_core::CryptoRng;

use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Tag, Writer};
use crate::cms::{AssembleError, CmsError, CmsVerifyError, Content, SignedAttributes, SignedData};
use crate::digest::{Digest, DigestAlgorithm};
use crate::key::{SignError, Signer};
use crate::oid;
use crate::x509::{Certificate, ExtendedKeyUsage, SerialNumber};

/// What a timestamp is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The digest that is to be stamped.
    pub imprint: Digest,
    /// The policy that the requester demands, `None` for any.
    pub policy: Option<ObjectIdentifier>,
    /// The number that the answer must repeat: INTEGER contents as received.
    pub nonce: Option<Vec<u8>>,
    /// Whether the token must carry the authority's certificate.
    pub certificate_requested: bool,
}

/// Why bytes are not a query that can be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QueryError {
    /// The structure is not well-formed.
    #[error("tsp.malformed_query: {0}")]
    Malformed(#[from] Asn1Error),
    /// The digest algorithm is not known, too weak (SHA-1), or does not fit the digest's length.
    #[error("tsp.unsupported_digest: the digest to be stamped is of an algorithm that is not accepted")]
    UnsupportedDigest,
    /// The query demands an extension that is not known.
    #[error("tsp.unsupported_extension: the query demands an extension that is not known")]
    UnsupportedExtension,
}

impl QueryError {
    /// The failure that tells the requester so.
    pub const fn failure(&self) -> Failure {
        match self {
            Self::Malformed(_) => Failure::BadDataFormat,
            Self::UnsupportedDigest => Failure::BadAlgorithm,
            Self::UnsupportedExtension => Failure::UnacceptedExtension,
        }
    }
}

/// The PKIFailureInfo of a refused query (RFC 3161 2.4.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// badAlg.
    BadAlgorithm,
    /// badRequest.
    BadRequest,
    /// badDataFormat.
    BadDataFormat,
    /// timeNotAvailable.
    TimeNotAvailable,
    /// unacceptedPolicy.
    UnacceptedPolicy,
    /// unacceptedExtension.
    UnacceptedExtension,
    /// systemFailure.
    SystemFailure,
}

impl Failure {
    const fn bit(self) -> usize {
        match self {
            Self::BadAlgorithm => 0,
            Self::BadRequest => 2,
            Self::BadDataFormat => 5,
            Self::TimeNotAvailable => 14,
            Self::UnacceptedPolicy => 15,
            Self::UnacceptedExtension => 16,
            Self::SystemFailure => 25,
        }
    }
}

impl Query {
    /// A query for `imprint` with a random nonce of 8 bytes that asks for the certificate.
    pub fn new(imprint: Digest, rng: &mut dyn CryptoRng) -> Self {
        let mut nonce = vec![0; 8];
        rng.fill_bytes(&mut nonce);
        nonce[0] = (nonce[0] & 0x7f) | 0x40;
        Self { imprint, policy: None, nonce: Some(nonce), certificate_requested: true }
    }

    /// The TimeStampReq in DER.
    pub fn to_der(&self) -> Vec<u8> {
        Writer::sequence_of(|query| {
            query.u64(1);
            write_imprint(query, &self.imprint);
            if let Some(policy) = self.policy {
                query.oid(policy);
            }
            if let Some(nonce) = &self.nonce {
                query.integer(nonce);
            }
            if self.certificate_requested {
                query.boolean(true);
            }
        })
    }

    /// Reads a TimeStampReq.
    ///
    /// # Errors
    /// [`QueryError`], of which [`QueryError::failure`] makes the answer.
    pub fn from_der(der: &[u8]) -> Result<Self, QueryError> {
        let mut outer = Reader::der(der);
        let mut query = outer.sequence()?;
        outer.finish()?;
        if query.u64()? != 1 {
            return Err(Asn1Error::Value("TimeStampReq version").into());
        }
        let imprint = read_imprint(&mut query)?
            .filter(|imprint| imprint.algorithm() != DigestAlgorithm::Sha1)
            .ok_or(QueryError::UnsupportedDigest)?;
        let policy = query.optional(Tag::OID)?.map(|oid| oid.to_oid()).transpose()?;
        let nonce = query.optional(Tag::INTEGER)?.map(|nonce| nonce.to_integer().map(<[u8]>::to_vec)).transpose()?;
        let certificate_requested = query.peek() == Some(Tag::BOOLEAN) && query.boolean()?;
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > 64) {
            return Err(Asn1Error::Value("nonce").into());
        }
        if query.optional_context(0)?.is_some() {
            return Err(QueryError::UnsupportedExtension);
        }
        query.finish()?;
        Ok(Self { imprint, policy, nonce, certificate_requested })
    }
}

fn write_imprint(writer: &mut Writer, imprint: &Digest) {
    writer.sequence(|w| {
        w.raw(&imprint.algorithm().identifier());
        w.octet_string(imprint.as_bytes());
    });
}

/// `None` if the algorithm is not known or the length does not fit it.
fn read_imprint(reader: &mut Reader<'_>) -> Result<Option<Digest>, Asn1Error> {
    let mut imprint = reader.sequence()?;
    let algorithm = DigestAlgorithm::from_oid(imprint.sequence()?.oid()?);
    let bytes = imprint.octet_string()?;
    imprint.finish()?;
    Ok(algorithm.and_then(|algorithm| Digest::from_bytes(algorithm, bytes)))
}

/// A timestamping authority at work.
pub struct Authority<'a> {
    /// Its certificate.
    pub certificate: &'a Certificate,
    /// Certificates above it that tokens carry along, without the root.
    pub chain: &'a [Certificate],
    /// Whoever holds its key.
    pub signer: &'a dyn Signer,
    /// The policy under which it stamps.
    pub policy: ObjectIdentifier,
    /// How far its clock may be off, in microseconds.
    pub accuracy_micros: u64,
}

/// Why no timestamp was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IssueTimestampError {
    /// The query demands another policy.
    #[error("tsp.policy: the query demands the policy {0}, which is not this authority's")]
    Policy(ObjectIdentifier),
    /// The certificate is not one of a timestamping authority, not valid at that time, or not the signer's.
    #[error("tsp.authority: the certificate is not one that may stamp at this time with this key")]
    Authority,
    /// Signing failed.
    #[error("tsp.sign: {0}")]
    Sign(#[from] SignError),
    /// The token could not be built.
    #[error("tsp.assemble: {0}")]
    Assemble(#[from] AssembleError),
}

impl Authority<'_> {
    /// Makes the TimeStampToken for `query`, at `time` (microseconds UTC, milliseconds are written). `serial` must be unique for this
    /// authority.
    ///
    /// # Errors
    /// [`IssueTimestampError`].
    pub fn stamp(&self, query: &Query, serial: &SerialNumber, time: i64) -> Result<Vec<u8>, IssueTimestampError> {
        if let Some(policy) = query.policy.filter(|policy| *policy != self.policy) {
            return Err(IssueTimestampError::Policy(policy));
        }
        if self.signer.public_key() != self.certificate.public_key()
            || !is_timestamping(self.certificate)
            || !self.certificate.is_valid_at(time)
        {
            return Err(IssueTimestampError::Authority);
        }
        self.stamp_unchecked(query, serial, time)
    }

    fn stamp_unchecked(&self, query: &Query, serial: &SerialNumber, time: i64) -> Result<Vec<u8>, IssueTimestampError> {
        let info = Writer::sequence_of(|info| {
            info.u64(1);
            info.oid(self.policy);
            write_imprint(info, &query.imprint);
            info.integer(serial.as_bytes());
            info.precise_time(time.div_euclid(1000) * 1000);
            let (seconds, rest) = (self.accuracy_micros / 1_000_000, self.accuracy_micros % 1_000_000);
            // RFC 3161 2.4.2: without a statement about accuracy the field is absent.
            if self.accuracy_micros > 0 {
                info.sequence(|accuracy| {
                    for (tag, value) in [
                        (Tag::INTEGER, seconds),
                        (Tag::context_primitive(0), rest / 1000),
                        (Tag::context_primitive(1), rest % 1000),
                    ] {
                        if value > 0 {
                            accuracy.tagged_u64(tag, value);
                        }
                    }
                });
            }
            if let Some(nonce) = &query.nonce {
                info.integer(nonce);
            }
        });
        let hash = self.signer.signature_algorithm().digest_algorithm();
        let attributes = SignedAttributes::for_content(oid::TST_INFO, &hash.digest(&info), self.certificate)?;
        let signature = self.signer.sign(&attributes.signing_digest(self.certificate))?;
        let certificates: Vec<&Certificate> = if query.certificate_requested {
            std::iter::once(self.certificate).chain(self.chain).collect()
        } else {
            Vec::new()
        };
        Ok(attributes.assemble_content(&signature, self.certificate, &certificates, Some(&info), None)?)
    }
}

/// The TimeStampResp that grants `token`.
pub fn granted(token: &[u8]) -> Vec<u8> {
    Writer::sequence_of(|response| {
        response.sequence(|status| status.u64(0));
        response.raw(token);
    })
}

/// The TimeStampResp that refuses, with a reason.
pub fn refused(failure: Failure) -> Vec<u8> {
    Writer::sequence_of(|response| {
        response.sequence(|status| {
            status.u64(2);
            let bit = failure.bit();
            let mut bits = vec![0u8; bit / 8 + 2];
            bits[0] = 7 - (bit % 8) as u8;
            bits[1 + bit / 8] = 0x80 >> (bit % 8);
            status.primitive(Tag::BIT_STRING, &bits);
        });
    })
}

/// Whether a certificate may stamp: extended key usage timeStamping alone, and critical (RFC 3161 2.3).
pub(crate) fn is_timestamping(certificate: &Certificate) -> bool {
    matches!(&certificate.extensions().extended_key_usage,
        Some(ExtendedKeyUsage { critical: true, purposes }) if purposes[..] == [oid::EKU_TIME_STAMPING])
}

/// A TimeStampToken as received.
#[derive(Clone)]
pub struct Token {
    der: Vec<u8>,
    signed: SignedData,
    imprint: Digest,
    policy: ObjectIdentifier,
    serial: Vec<u8>,
    time: i64,
    accuracy_micros: Option<u64>,
    nonce: Option<Vec<u8>>,
}

/// A timestamp whose signature holds; whether its authority is to be trusted is the chain's business.
#[derive(Clone, Debug)]
pub struct Timestamp {
    /// The stamped time, microseconds UTC.
    pub time: i64,
    /// How far the authority says its clock may be off, in microseconds.
    pub accuracy_micros: Option<u64>,
    /// The authority's certificate.
    pub authority: Certificate,
    /// The policy under which it was made.
    pub policy: ObjectIdentifier,
    /// The token's serial number, INTEGER contents.
    pub serial: Vec<u8>,
}

/// Why a timestamp is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TimestampError {
    /// The structure is not well-formed.
    #[error("tsp.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// The token is not a readable signed message.
    #[error("tsp.message: {0}")]
    Message(#[from] CmsError),
    /// The authority refused to stamp; the number is its PKIStatus.
    #[error("tsp.refused: the authority answered with status {0} instead of a timestamp")]
    Refused(u64),
    /// The token is of another content type, has not exactly one signer, or stamps a digest of an unknown kind.
    #[error("tsp.not_a_token: the message is not a timestamp token")]
    NotAToken,
    /// The stamped digest is not that of the message.
    #[error("tsp.imprint: the timestamp is over other data")]
    Imprint,
    /// The answer does not belong to the query: nonce or policy differ.
    #[error("tsp.not_the_answer: nonce or policy of the answer are not those of the query")]
    NotTheAnswer,
    /// The signature of the token does not hold.
    #[error("tsp.signature: {0}")]
    Signature(#[from] CmsVerifyError),
    /// The certificate is not one of a timestamping authority, or the token does not name its certificate.
    #[error("tsp.authority: the certificate is not one that may stamp")]
    Authority,
    /// The stamped time is outside the validity of the authority's certificate.
    #[error("tsp.time: the stamped time is outside the validity of the authority's certificate")]
    OutsideValidity,
}

impl Token {
    /// Reads a TimeStampToken (a ContentInfo); zeros behind it, as in the /Contents of a PDF, are ignored.
    ///
    /// # Errors
    /// [`TimestampError`].
    pub fn from_der(contents: &[u8]) -> Result<Self, TimestampError> {
        let signed = SignedData::from_padded(contents)?;
        let der = Reader::ber(contents).any()?.raw().to_vec();
        if signed.content_type() != oid::TST_INFO || signed.signers().len() != 1 {
            return Err(TimestampError::NotAToken);
        }
        let content = signed.content().ok_or(TimestampError::NotAToken)?;
        let mut outer = Reader::ber(content);
        let mut info = outer.sequence()?;
        outer.finish()?;
        info.u64()?;
        let policy = info.oid()?;
        let imprint = read_imprint(&mut info)?.ok_or(TimestampError::NotAToken)?;
        let serial = info.integer()?.to_vec();
        let time = info.element(Tag::GENERALIZED_TIME)?.to_time()?;
        let accuracy_micros = match info.optional(Tag::SEQUENCE)? {
            Some(accuracy) => {
                let mut parts = accuracy.reader();
                let mut part = |tag| parts.optional(tag).and_then(|part| part.map_or(Ok(0), |part| part.to_u64()));
                let (seconds, millis, micros) =
                    (part(Tag::INTEGER)?, part(Tag::context_primitive(0))?, part(Tag::context_primitive(1))?);
                Some(
                    seconds
                        .saturating_mul(1_000_000)
                        .saturating_add(millis.saturating_mul(1000))
                        .saturating_add(micros),
                )
            }
            None => None,
        };
        info.optional(Tag::BOOLEAN)?;
        let nonce = info.optional(Tag::INTEGER)?.map(|nonce| nonce.to_integer().map(<[u8]>::to_vec)).transpose()?;
        Ok(Self { der, imprint, policy, serial, time, accuracy_micros, nonce, signed })
    }

    /// Reads a TimeStampResp.
    ///
    /// # Errors
    /// [`TimestampError::Refused`] if it carries no token, or as [`Token::from_der`].
    pub fn from_response(response: &[u8]) -> Result<Self, TimestampError> {
        let mut outer = Reader::ber(response);
        let mut reader = outer.sequence()?;
        outer.finish()?;
        let status = reader.sequence()?.u64()?;
        if status > 1 {
            return Err(TimestampError::Refused(status));
        }
        let token = reader.any()?.raw();
        reader.finish()?;
        Self::from_der(token)
    }

    /// Reads what an electronic seal carries as its timestamp: a token, or a whole response (both occur, GB/T 38540).
    ///
    /// # Errors
    /// As [`Token::from_der`].
    pub fn from_token_or_response(bytes: &[u8]) -> Result<Self, TimestampError> {
        let first = Reader::ber(bytes).sequence()?.peek();
        if first == Some(Tag::SEQUENCE) { Self::from_response(bytes) } else { Self::from_der(bytes) }
    }

    /// Demands that this is the answer to `query`: same digest, same nonce, and its policy if it named one.
    ///
    /// # Errors
    /// [`TimestampError::Imprint`] or [`TimestampError::NotTheAnswer`].
    pub fn answers(&self, query: &Query) -> Result<(), TimestampError> {
        if self.imprint != query.imprint {
            return Err(TimestampError::Imprint);
        }
        if self.nonce != query.nonce || query.policy.is_some_and(|policy| policy != self.policy) {
            return Err(TimestampError::NotTheAnswer);
        }
        Ok(())
    }

    /// Verifies the token over `message`, in parts that are thought joined: digest, signature, binding of the certificate, purpose of the
    /// certificate, and that the stamped time lies in its validity. `further` are certificates to look in for the authority's, besides the
    /// token's own.
    ///
    /// # Errors
    /// [`TimestampError`].
    pub fn verify(&self, message: &[&[u8]], further: &[Certificate]) -> Result<Timestamp, TimestampError> {
        self.verify_digest(&self.imprint.algorithm().digest_parts(message), further)
    }

    /// As [`Token::verify`], over a digest that was computed elsewhere with the algorithm of [`Token::imprint`].
    ///
    /// # Errors
    /// [`TimestampError`].
    pub fn verify_digest(&self, digest: &Digest, further: &[Certificate]) -> Result<Timestamp, TimestampError> {
        if *digest != self.imprint {
            return Err(TimestampError::Imprint);
        }
        let [signer] = self.signed.signers() else { return Err(TimestampError::NotAToken) };
        let content = self.signed.content().ok_or(TimestampError::NotAToken)?;
        let authority = self.signed.verify(signer, &Content::Parts(&[content]), further)?;
        if !is_timestamping(&authority) || !signer.names_its_certificate() {
            return Err(TimestampError::Authority);
        }
        if !authority.is_valid_at(self.time) {
            return Err(TimestampError::OutsideValidity);
        }
        Ok(Timestamp {
            time: self.time,
            accuracy_micros: self.accuracy_micros,
            authority,
            policy: self.policy,
            serial: self.serial.clone(),
        })
    }

    /// The token as received, without padding.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The digest that was stamped.
    pub const fn imprint(&self) -> Digest {
        self.imprint
    }

    /// The time that the token claims, microseconds UTC; worth nothing before [`Token::verify`].
    pub const fn claimed_time(&self) -> i64 {
        self.time
    }

    /// The certificates that the token carries.
    pub fn certificates(&self) -> &[Certificate] {
        self.signed.certificates()
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::key::{KeyAlgorithm, PrivateKey};
    use crate::x509::{CertificateProfile, CertificateRequest, DistinguishedName, issue};

    /// A token as somebody would make it whose certificate is not for stamping, or not valid then.
    fn token_by(profile: CertificateProfile, time: i64) -> Result<Timestamp, TimestampError> {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut make = |profile, issuer: Option<(&Certificate, &PrivateKey)>| {
            let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
            let request = CertificateRequest {
                profile,
                subject: DistinguishedName::new("CN").common_name("示例"),
                unified_social_credit_code: None,
                public_key: key.public_key().clone(),
                not_before: 0,
                not_after: 1_000_000_000,
                serial: SerialNumber::generate(&mut rng),
                ocsp_url: None,
                crl_url: None,
                ca_issuers_url: None,
            };
            let certificate = issue(&request, issuer.map(|(ca, _)| ca), issuer.map_or(&key, |(_, key)| key)).unwrap();
            (certificate, key)
        };
        let (root, root_key) = make(CertificateProfile::Root, None);
        let (certificate, key) = make(profile, Some((&root, &root_key)));
        let policy = ObjectIdentifier::new_unwrap("1.2.3");
        let authority = Authority { certificate: &certificate, chain: &[], signer: &key, policy, accuracy_micros: 0 };
        let query = Query::new(DigestAlgorithm::Sm3.digest(b"x"), &mut rng);
        let token = authority.stamp_unchecked(&query, &SerialNumber::generate(&mut rng), time).unwrap();
        Token::from_der(&token)?.verify(&[b"x"], &[])
    }

    #[test]
    fn a_token_of_a_certificate_that_may_not_stamp_or_not_then_is_refused() {
        assert_eq!(token_by(CertificateProfile::Tsa, 5_000_000).unwrap().time, 5_000_000);
        assert_eq!(token_by(CertificateProfile::Platform, 5_000_000).unwrap_err(), TimestampError::Authority);
        assert_eq!(token_by(CertificateProfile::Ocsp, 5_000_000).unwrap_err(), TimestampError::Authority);
        assert_eq!(token_by(CertificateProfile::Tsa, -1).unwrap_err(), TimestampError::OutsideValidity);
        assert_eq!(token_by(CertificateProfile::Tsa, 1_001_000_000).unwrap_err(), TimestampError::OutsideValidity);
    }
}
