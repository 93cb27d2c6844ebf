//! Issuing certificates by profile.

use rand_core::CryptoRng;

use super::{
    BasicConstraints, Certificate, CertificateError, DistinguishedName, GeneralName, Identity, KeyUsage,
    NameConstraints, sign_structure,
};
use crate::asn1::{ObjectIdentifier, Tag, Writer};
use crate::key::{PublicKey, SignError, Signer};
use crate::oid;

/// A positive serial number of 16 to 20 bytes (RFC 5280 4.1.2.2; GM/T 0015).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SerialNumber(Vec<u8>);

/// Why bytes are not a serial number that may be issued.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SerialNumberError {
    /// Not 16 to 20 bytes, negative, or with a superfluous leading zero.
    #[error("serial_number.invalid: a serial number is a positive integer of 16 to 20 bytes")]
    Invalid,
}

impl SerialNumber {
    /// A random serial number of 16 bytes, 126 bits of them free.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = vec![0; 16];
        rng.fill_bytes(&mut bytes);
        // Positive, and of the same length for every certificate.
        bytes[0] = (bytes[0] & 0x7f) | 0x40;
        Self(bytes)
    }

    /// A serial number that was made before.
    ///
    /// # Errors
    /// [`SerialNumberError::Invalid`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SerialNumberError> {
        let positive = bytes.first().is_some_and(|first| (1..0x80).contains(first));
        if positive && (16..=20).contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(SerialNumberError::Invalid)
        }
    }

    /// Big-endian bytes, as [`Certificate::serial`] gives them back.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a certificate is for; decides its extensions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CertificateProfile {
    /// A root CA: keyCertSign and cRLSign, any number of CAs below.
    Root,
    /// A CA under a root that issues to end entities only (path length 0).
    SubCa,
    /// An organisation's signing certificate: digitalSignature and nonRepudiation.
    OrganisationSigning,
    /// A person's signing certificate: digitalSignature and nonRepudiation.
    PersonSigning,
    /// Whoever makes electronic seals: digitalSignature and nonRepudiation.
    SealMaker,
    /// A timestamping authority: digitalSignature, extended key usage timeStamping alone and critical (RFC 3161 2.3).
    Tsa,
    /// An OCSP responder: digitalSignature, extended key usage OCSPSigning, id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2).
    Ocsp,
    /// An organisation's encryption certificate, the other half of dual certificates: keyEncipherment, dataEncipherment, keyAgreement.
    OrganisationEncryption,
    /// A person's encryption certificate.
    PersonEncryption,
    /// The platform's own evidence signature: digitalSignature and nonRepudiation.
    Platform,
}

impl CertificateProfile {
    const fn key_usage(self) -> KeyUsage {
        match self {
            Self::Root | Self::SubCa => KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
            Self::OrganisationSigning | Self::PersonSigning | Self::SealMaker | Self::Platform => {
                KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION)
            }
            Self::OrganisationEncryption | Self::PersonEncryption => {
                KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT).and(KeyUsage::KEY_AGREEMENT)
            }
            Self::Tsa | Self::Ocsp => KeyUsage::DIGITAL_SIGNATURE,
        }
    }

    const fn basic_constraints(self, additions: &Additions) -> BasicConstraints {
        match self {
            Self::Root => BasicConstraints { ca: true, path_length: additions.path_length },
            Self::SubCa => BasicConstraints {
                ca: true,
                path_length: Some(match additions.path_length {
                    Some(length) => length,
                    None => 0,
                }),
            },
            _ => BasicConstraints { ca: false, path_length: None },
        }
    }
}

/// A certificate to be issued.
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    /// What it is for.
    pub profile: CertificateProfile,
    /// The subject.
    pub subject: DistinguishedName,
    /// The organisation's unified social credit code: written as extension 1.2.156.10260.4.1.4 (GM/T 0015) and, for readers that know only
    /// names, as subject organizationIdentifier `NTRCN-<code>` (ETSI EN 319 412-1 5.1.4).
    pub unified_social_credit_code: Option<String>,
    /// The subject's public key.
    pub public_key: PublicKey,
    /// First moment of validity, microseconds UTC, whole seconds are written.
    pub not_before: i64,
    /// Last moment of validity, microseconds UTC, whole seconds are written.
    pub not_after: i64,
    /// The serial number, never used before by this issuer.
    pub serial: SerialNumber,
    /// Where OCSP answers.
    pub ocsp_url: Option<String>,
    /// Where the CRL is.
    pub crl_url: Option<String>,
    /// Where the issuer's certificate is.
    pub ca_issuers_url: Option<String>,
}

/// What a certificate says beyond its profile.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Additions {
    /// Who the subject is (GM/T 0015): written as its extensions, not critical.
    pub identities: Vec<Identity>,
    /// Further names of the subject.
    pub alternative_names: Vec<GeneralName>,
    /// Which names the certificates below a CA may have; written critical (RFC 5280 4.2.1.10).
    pub name_constraints: Option<NameConstraints>,
    /// How many CAs may stand below a CA, instead of the profile's own number.
    pub path_length: Option<u64>,
}

/// Why a certificate was not issued.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IssueError {
    /// The validity ends before it begins, or beyond the issuer's.
    #[error("issue.validity: the validity must begin before it ends, and end no later than the issuer's")]
    Validity,
    /// The issuer is not a CA, its path length allows no further CA, or the signer does not hold its key.
    #[error("issue.issuer: the issuer may not issue this certificate, or the key is not the issuer's")]
    Issuer,
    /// A self-signed certificate must be a root.
    #[error("issue.not_root: only a root certificate signs itself")]
    NotRoot,
    /// An address that is not ASCII, or a credit code or identity that its string type cannot hold, or one that stands twice.
    #[error("issue.text: a URL, credit code or identity has characters that are not allowed, or stands twice")]
    Text,
    /// Name constraints or a path length for a certificate that is no CA's, or an identity of a kind that is only read.
    #[error("issue.addition: an addition does not fit the profile")]
    Addition,
    /// Signing failed.
    #[error("issue.sign: {0}")]
    Sign(#[from] SignError),
    /// What was made cannot be read back.
    #[error("issue.readback: {0}")]
    Readback(#[from] CertificateError),
}

/// Issues a certificate: signed by `issuer`, or by itself if `issuer` is `None` and the profile is a root. `signer` holds the issuer's key.
///
/// # Errors
/// [`IssueError`].
pub fn issue(
    request: &CertificateRequest,
    issuer: Option<&Certificate>,
    signer: &dyn Signer,
) -> Result<Certificate, IssueError> {
    issue_with(request, &Additions::default(), issuer, signer)
}

/// As [`issue`], with what the certificate says beyond its profile.
///
/// # Errors
/// [`IssueError`].
pub fn issue_with(
    request: &CertificateRequest,
    additions: &Additions,
    issuer: Option<&Certificate>,
    signer: &dyn Signer,
) -> Result<Certificate, IssueError> {
    check(request, additions, issuer, signer)?;
    check_additions(request, additions)?;
    let mut subject = request.subject.clone();
    if let Some(code) = &request.unified_social_credit_code {
        subject = subject.with(oid::ORGANISATION_IDENTIFIER, &format!("NTRCN-{code}"));
    }
    let subject = subject.to_der();
    let tbs = Writer::sequence_of(|tbs| {
        tbs.context(0, |version| version.u64(2));
        tbs.integer(request.serial.as_bytes());
        tbs.raw(&signer.signature_algorithm().identifier());
        tbs.raw(issuer.map_or(&subject, |issuer| issuer.subject().as_der()));
        tbs.sequence(|validity| {
            validity.time(request.not_before);
            validity.time(request.not_after);
        });
        tbs.raw(&subject);
        tbs.raw(request.public_key.to_spki_der());
        tbs.context(3, |tagged| tagged.sequence(|list| write_extensions(list, request, additions, issuer, signer)));
    });
    Ok(Certificate::from_der(&sign_structure(&tbs, signer, |_| ())?)?)
}

fn check_additions(request: &CertificateRequest, additions: &Additions) -> Result<(), IssueError> {
    let ca = request.profile.basic_constraints(additions).ca;
    if !ca && (additions.name_constraints.is_some() || additions.path_length.is_some()) {
        return Err(IssueError::Addition);
    }
    let mut written: Vec<ObjectIdentifier> =
        request.unified_social_credit_code.iter().map(|_| oid::ORGANISATION_CODE).collect();
    for identity in &additions.identities {
        let extension = identity.kind().extension().ok_or(IssueError::Addition)?;
        if written.contains(&extension) || !identity.is_writable() {
            return Err(IssueError::Text);
        }
        written.push(extension);
    }
    if additions.alternative_names.iter().all(GeneralName::is_writable) { Ok(()) } else { Err(IssueError::Text) }
}

fn check(
    request: &CertificateRequest,
    additions: &Additions,
    issuer: Option<&Certificate>,
    signer: &dyn Signer,
) -> Result<(), IssueError> {
    if request.not_before >= request.not_after {
        return Err(IssueError::Validity);
    }
    match issuer {
        None => {
            if request.profile != CertificateProfile::Root {
                return Err(IssueError::NotRoot);
            }
            if signer.public_key() != &request.public_key {
                return Err(IssueError::Issuer);
            }
        }
        Some(issuer) => {
            let constraints = issuer.extensions().basic_constraints;
            let wanted = request.profile.basic_constraints(additions);
            let below = constraints.and_then(|constraints| constraints.path_length);
            // A CA below must leave room for itself.
            let full = wanted.ca && below.is_some_and(|below| wanted.path_length.is_none_or(|length| length >= below));
            if !issuer.is_ca() || full || signer.public_key() != issuer.public_key() {
                return Err(IssueError::Issuer);
            }
            if request.not_after > issuer.not_after() {
                return Err(IssueError::Validity);
            }
        }
    }
    let urls = [&request.ocsp_url, &request.crl_url, &request.ca_issuers_url];
    let plain = urls.into_iter().flatten().all(|url| url.bytes().all(|byte| byte.is_ascii_graphic()));
    let code =
        request.unified_social_credit_code.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if plain && code { Ok(()) } else { Err(IssueError::Text) }
}

fn write_extensions(
    list: &mut Writer,
    request: &CertificateRequest,
    additions: &Additions,
    issuer: Option<&Certificate>,
    signer: &dyn Signer,
) {
    let profile = request.profile;
    let mut extension = |oid: ObjectIdentifier, critical: bool, value: &dyn Fn(&mut Writer)| {
        list.sequence(|w| {
            w.oid(oid);
            if critical {
                w.boolean(true);
            }
            w.constructed(Tag::OCTET_STRING, value);
        });
    };
    extension(oid::SUBJECT_KEY_IDENTIFIER, false, &|w| w.octet_string(request.public_key.key_identifier().as_bytes()));
    let authority = issuer.and_then(|issuer| issuer.extensions().subject_key_identifier.clone());
    let authority = authority.unwrap_or_else(|| signer.public_key().key_identifier().as_bytes().to_vec());
    extension(oid::AUTHORITY_KEY_IDENTIFIER, false, &|w| {
        w.sequence(|aki| aki.primitive(Tag::context_primitive(0), &authority));
    });
    let constraints = profile.basic_constraints(additions);
    extension(oid::BASIC_CONSTRAINTS, constraints.ca, &|w| {
        w.sequence(|w| {
            if constraints.ca {
                w.boolean(true);
            }
            if let Some(length) = constraints.path_length {
                w.u64(length);
            }
        });
    });
    extension(oid::KEY_USAGE, true, &|w| w.named_bits(profile.key_usage().bits()));
    let purpose = match profile {
        CertificateProfile::Tsa => Some((oid::EKU_TIME_STAMPING, true)),
        CertificateProfile::Ocsp => Some((oid::EKU_OCSP_SIGNING, false)),
        _ => None,
    };
    if let Some((purpose, critical)) = purpose {
        extension(oid::EXTENDED_KEY_USAGE, critical, &|w| w.sequence(|w| w.oid(purpose)));
    }
    if profile == CertificateProfile::Ocsp {
        extension(oid::OCSP_NO_CHECK, false, &Writer::null);
    }
    if let Some(code) = &request.unified_social_credit_code {
        extension(oid::ORGANISATION_CODE, false, &|w| w.printable_string(code));
    }
    for identity in &additions.identities {
        if let Some(oid) = identity.kind().extension() {
            extension(oid, false, &|w| identity.write(w));
        }
    }
    if !additions.alternative_names.is_empty() {
        extension(oid::SUBJECT_ALT_NAME, false, &|w| {
            w.sequence(|list| additions.alternative_names.iter().for_each(|name| name.write(list)));
        });
    }
    if let Some(constraints) = &additions.name_constraints {
        extension(oid::NAME_CONSTRAINTS, true, &|w| constraints.write(w));
    }
    let uri = |w: &mut Writer, url: &str| w.primitive(Tag::context_primitive(6), url.as_bytes());
    if request.ocsp_url.is_some() || request.ca_issuers_url.is_some() {
        extension(oid::AUTHORITY_INFO_ACCESS, false, &|w| {
            w.sequence(|w| {
                let places = [(oid::ACCESS_OCSP, &request.ocsp_url), (oid::ACCESS_CA_ISSUERS, &request.ca_issuers_url)];
                for (method, url) in places {
                    if let Some(url) = url {
                        w.sequence(|w| {
                            w.oid(method);
                            uri(w, url);
                        });
                    }
                }
            });
        });
    }
    if let Some(url) = &request.crl_url {
        extension(oid::CRL_DISTRIBUTION_POINTS, false, &|w| {
            w.sequence(|w| w.sequence(|w| w.context(0, |w| w.context(0, |w| uri(w, url)))));
        });
    }
}
