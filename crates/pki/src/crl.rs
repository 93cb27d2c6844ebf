//! Certificate revocation lists (RFC 5280 section 5).

use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Tag, Writer};
use crate::key::{SignError, Signer, VerifyError};
use crate::oid;
use crate::x509::{Certificate, KeyUsage, Name, SignedStructure, sign_structure};

/// Why a certificate was revoked (RFC 5280 5.3.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RevocationReason {
    /// No reason given.
    Unspecified,
    /// The private key is, or may be, known to others.
    KeyCompromise,
    /// The CA's private key is, or may be, known to others.
    CaCompromise,
    /// The subject's name or other facts have changed.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// The subject has ceased what it was for.
    CessationOfOperation,
    /// Suspended; may become valid again.
    CertificateHold,
    /// The right that it attests was withdrawn.
    PrivilegeWithdrawn,
    /// An attribute authority's key is, or may be, known to others.
    AaCompromise,
}

impl RevocationReason {
    const ALL: [Self; 9] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// The CRLReason number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// The reason of a CRLReason number, unspecified if it is unknown.
    pub fn from_code(code: u64) -> Self {
        Self::ALL.into_iter().find(|reason| u64::from(reason.code()) == code).unwrap_or(Self::Unspecified)
    }
}

/// One revoked certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevokedCertificate {
    /// Its serial number, INTEGER contents.
    pub serial: Vec<u8>,
    /// When it was revoked, microseconds UTC.
    pub revoked_at: i64,
    /// Why.
    pub reason: RevocationReason,
}

/// A revocation list to be issued.
#[derive(Clone, Debug)]
pub struct RevocationListContent {
    /// When it was made, microseconds UTC.
    pub this_update: i64,
    /// When the next one comes at the latest, microseconds UTC.
    pub next_update: i64,
    /// Rises with every list of this issuer.
    pub number: u64,
    /// The revoked certificates.
    pub revoked: Vec<RevokedCertificate>,
}

/// Issues a revocation list of `issuer`, whose key `signer` holds. Its authorityKeyIdentifier is the issuer's own subjectKeyIdentifier.
///
/// # Errors
/// [`SignError`]; [`SignError::AlgorithmMismatch`] if the signer does not hold the issuer's key.
pub fn issue(content: &RevocationListContent, issuer: &Certificate, signer: &dyn Signer) -> Result<Vec<u8>, SignError> {
    if signer.public_key() != issuer.public_key() {
        return Err(SignError::AlgorithmMismatch);
    }
    let extension = |list: &mut Writer, oid: ObjectIdentifier, value: &dyn Fn(&mut Writer)| {
        list.sequence(|w| {
            w.oid(oid);
            w.constructed(Tag::OCTET_STRING, value);
        });
    };
    let key_identifier = issuer.extensions().subject_key_identifier.clone();
    let key_identifier = key_identifier.unwrap_or_else(|| issuer.public_key().key_identifier().as_bytes().to_vec());
    let tbs = Writer::sequence_of(|tbs| {
        tbs.u64(1);
        tbs.raw(&signer.signature_algorithm().identifier());
        tbs.raw(issuer.subject().as_der());
        tbs.time(content.this_update);
        tbs.time(content.next_update);
        // RFC 5280 5.1.2.6: the list is absent when it is empty.
        if !content.revoked.is_empty() {
            tbs.sequence(|list| {
                for revoked in &content.revoked {
                    list.sequence(|entry| {
                        entry.integer(&revoked.serial);
                        entry.time(revoked.revoked_at);
                        // RFC 5280 5.3.1: "unspecified" is expressed by absence.
                        if revoked.reason != RevocationReason::Unspecified {
                            entry.sequence(|extensions| {
                                extension(extensions, oid::CRL_REASON, &|w| {
                                    w.primitive(Tag::ENUMERATED, &[revoked.reason.code()]);
                                });
                            });
                        }
                    });
                }
            });
        }
        tbs.context(0, |tagged| {
            tagged.sequence(|extensions| {
                extension(extensions, oid::AUTHORITY_KEY_IDENTIFIER, &|w| {
                    w.sequence(|aki| aki.primitive(Tag::context_primitive(0), &key_identifier));
                });
                extension(extensions, oid::CRL_NUMBER, &|w| w.u64(content.number));
            });
        });
    });
    sign_structure(&tbs, signer, |_| ())
}

/// A revocation list as received. Large lists are searched where they stand and not copied entry by entry.
#[derive(Clone)]
pub struct RevocationList<'a> {
    der: &'a [u8],
    issuer: Name<'a>,
    this_update: i64,
    next_update: Option<i64>,
    number: Option<Vec<u8>>,
    entries: Reader<'a>,
    scope: Scope,
}

/// Of which certificates a list speaks (issuingDistributionPoint, RFC 5280 5.2.5).
#[derive(Clone, Default)]
struct Scope {
    /// Addresses of the point at which the list is published; empty if the list is for all points.
    points: Vec<String>,
    end_entities_only: bool,
    authorities_only: bool,
}

/// Why bytes are not a revocation list that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RevocationListError {
    /// The structure is not well-formed.
    #[error("crl.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// A critical extension that is not understood: indirect, partial or delta lists say less than they seem to.
    #[error("crl.unsupported: the list has the critical extension {0}, which is not supported")]
    Unsupported(ObjectIdentifier),
    /// The issuer did not sign this list, or may not sign lists.
    #[error("crl.signature: {0}")]
    Signature(#[from] VerifyError),
    /// The list is another issuer's.
    #[error("crl.issuer: the list is not this issuer's")]
    Issuer,
}

impl<'a> RevocationList<'a> {
    /// Reads a CertificateList in DER. Entries are checked as they are searched.
    ///
    /// # Errors
    /// [`RevocationListError`].
    pub fn from_der(der: &'a [u8]) -> Result<Self, RevocationListError> {
        let whole = SignedStructure::read(der)?;
        whole.rest.finish()?;
        let mut tbs = whole.content.reader();
        tbs.optional(Tag::INTEGER)?;
        if tbs.element(Tag::SEQUENCE)?.raw() != whole.algorithm.raw() {
            return Err(Asn1Error::Value("signature algorithm").into());
        }
        let issuer = Name::from_der(tbs.element(Tag::SEQUENCE)?.raw())?;
        let this_update = tbs.time()?;
        let next_update = match tbs.peek() {
            Some(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => Some(tbs.time()?),
            _ => None,
        };
        let entries = tbs.optional(Tag::SEQUENCE)?.map_or(Reader::der(&[]), |list| list.reader());
        let mut number = None;
        let mut scope = Scope::default();
        if let Some(mut tagged) = tbs.optional_context(0)? {
            let mut list = tagged.sequence()?;
            while !list.is_empty() {
                let (oid, critical, value) = read_extension(&mut list)?;
                match oid {
                    oid::CRL_NUMBER => number = Some(Reader::der(value).unsigned()?.to_vec()),
                    oid::AUTHORITY_KEY_IDENTIFIER => {}
                    oid::ISSUING_DISTRIBUTION_POINT => scope = Scope::read(value)?,
                    _ if critical => return Err(RevocationListError::Unsupported(oid)),
                    _ => {}
                }
            }
        }
        tbs.finish()?;
        Ok(Self { der, issuer, this_update, next_update, number, entries, scope })
    }

    /// Verifies that `issuer` signed this list and may sign lists.
    ///
    /// # Errors
    /// [`RevocationListError`].
    pub fn verify(&self, issuer: &Certificate) -> Result<(), RevocationListError> {
        if !self.issuer.matches(&issuer.subject()) {
            return Err(RevocationListError::Issuer);
        }
        if issuer.extensions().key_usage.is_some_and(|usage| !usage.allows_any(KeyUsage::CRL_SIGN)) {
            return Err(RevocationListError::Issuer);
        }
        Ok(SignedStructure::read(self.der)?.verify(issuer.public_key())?)
    }

    /// Whether the list speaks of certificates like `certificate`: a CA may publish its list in parts, by kind or by distribution point. That
    /// a certificate is absent from a part that is not its own says nothing.
    pub fn covers(&self, certificate: &Certificate) -> bool {
        let is_ca = certificate.extensions().basic_constraints.is_some_and(|constraints| constraints.ca);
        let own_kind = if is_ca { !self.scope.end_entities_only } else { !self.scope.authorities_only };
        let points = &certificate.extensions().crl_urls;
        own_kind && (self.scope.points.is_empty() || self.scope.points.iter().any(|point| points.contains(point)))
    }

    /// Looks a serial number up (INTEGER contents).
    ///
    /// # Errors
    /// [`RevocationListError::Malformed`] if an entry before it is malformed; [`RevocationListError::Unsupported`] if the entry has a
    /// critical extension that is not understood (an indirect list).
    pub fn find(&self, serial: &[u8]) -> Result<Option<RevokedCertificate>, RevocationListError> {
        let mut entries = self.entries;
        while !entries.is_empty() {
            let mut entry = entries.sequence()?;
            let found = entry.integer()?;
            let revoked_at = entry.time()?;
            let mut reason = RevocationReason::Unspecified;
            if let Some(list) = entry.optional(Tag::SEQUENCE)? {
                let mut list = list.reader();
                while !list.is_empty() {
                    let (oid, critical, value) = read_extension(&mut list)?;
                    match oid {
                        oid::CRL_REASON => {
                            reason =
                                RevocationReason::from_code(Reader::der(value).element(Tag::ENUMERATED)?.to_u64()?);
                        }
                        _ if critical => return Err(RevocationListError::Unsupported(oid)),
                        _ => {}
                    }
                }
            }
            if found == serial {
                return Ok(Some(RevokedCertificate { serial: serial.to_vec(), revoked_at, reason }));
            }
        }
        Ok(None)
    }

    /// The issuer's name.
    pub const fn issuer(&self) -> Name<'a> {
        self.issuer
    }

    /// When the list was made, microseconds UTC.
    pub const fn this_update(&self) -> i64 {
        self.this_update
    }

    /// When the next list comes at the latest, microseconds UTC.
    pub const fn next_update(&self) -> Option<i64> {
        self.next_update
    }

    /// The list's number, big-endian.
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }
}

impl Scope {
    /// Reads issuingDistributionPoint; lists of other issuers, of some reasons and of attribute certificates are refused.
    fn read(value: &[u8]) -> Result<Self, RevocationListError> {
        let refused = RevocationListError::Unsupported(oid::ISSUING_DISTRIBUTION_POINT);
        let mut scope = Self::default();
        let mut outer = Reader::der(value);
        let mut point = outer.sequence()?;
        outer.finish()?;
        if let Some(mut name) = point.optional_context(0)? {
            let mut full_name = name.optional_context(0)?.ok_or(refused)?;
            while !full_name.is_empty() {
                let general_name = full_name.any()?;
                if general_name.tag() == Tag::context_primitive(6) {
                    scope.points.push(general_name.to_text());
                }
            }
            if scope.points.is_empty() {
                return Err(refused);
            }
        }
        while !point.is_empty() {
            let flag = point.any()?;
            let set = flag.contents() != [0];
            match flag.tag() {
                tag if tag == Tag::context_primitive(1) => scope.end_entities_only = set,
                tag if tag == Tag::context_primitive(2) => scope.authorities_only = set,
                _ if !set => {}
                _ => return Err(refused),
            }
        }
        Ok(scope)
    }
}

fn read_extension<'a>(list: &mut Reader<'a>) -> Result<(ObjectIdentifier, bool, &'a [u8]), Asn1Error> {
    let mut extension = list.sequence()?;
    let oid = extension.oid()?;
    let critical = extension.optional(Tag::BOOLEAN)?.is_some_and(|flag| flag.contents() != [0]);
    let value = extension.octet_string()?;
    Ok((oid, critical, value))
}
