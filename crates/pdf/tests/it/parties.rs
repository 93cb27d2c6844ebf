//! Parties, their keys and certificates, made anew for every run, and one signing step as they do it.

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use yinxin_pdf::{Dss, Opened, PartyKey, SignatureKind, SignatureRequest, Signed};
use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::crl::RevocationListContent;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer as _};
use yinxin_pki::tsp::{Authority, Query};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
use yinxin_seal::ses::{SealDraft, SealSignatureDraft, SealType, assemble_seal, assemble_seal_signature};

/// 22 November 2026, 08:00 in China, in microseconds UTC.
pub const NOW: i64 = 1_795_305_600_000_000;
const DAY: i64 = 86_400_000_000;

pub fn key(text: &str) -> PartyKey {
    PartyKey::new(text).unwrap()
}

/// The smallest request: an invisible CMS field without evidence.
pub fn request<'a>(field_name: &'a str, dss: &'a Dss) -> SignatureRequest<'a> {
    SignatureRequest {
        field_name,
        kind: SignatureKind::Cms,
        signer_name: "示例园林绿化有限公司",
        reason: "签订合同 (test)",
        location: None,
        signed_at_micros: NOW,
        widget: None,
        page_marks: None,
        dss,
        contents_capacity: 8192,
        file_id: [7; 16],
    }
}

/// Somebody with a key and a certificate.
pub struct Holder {
    pub key: PrivateKey,
    pub certificate: Certificate,
}

/// One hierarchy: everybody is certified by the root.
pub struct Hierarchy {
    pub rng: ChaCha20Rng,
    pub algorithm: KeyAlgorithm,
    pub root: Holder,
}

impl Hierarchy {
    pub fn new(algorithm: KeyAlgorithm, seed: u64) -> Self {
        Self::named(algorithm, seed, &format!("示例根 {algorithm:?} TEST"))
    }

    pub fn named(algorithm: KeyAlgorithm, seed: u64, name: &str) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let key = PrivateKey::generate(algorithm, &mut rng).unwrap();
        let request = certificate_request(CertificateProfile::Root, name, &key, &mut rng);
        let certificate = issue(&request, None, &key).unwrap();
        Hierarchy { rng, algorithm, root: Holder { key, certificate } }
    }

    pub fn certify(&mut self, profile: CertificateProfile, name: &str) -> Holder {
        let key = PrivateKey::generate(self.algorithm, &mut self.rng).unwrap();
        let request = certificate_request(profile, name, &key, &mut self.rng);
        let certificate = issue(&request, Some(&self.root.certificate), &self.root.key).unwrap();
        Holder { key, certificate }
    }
}

impl Hierarchy {
    /// The root's CRL, empty, in force at `now`.
    pub fn revocation_list(&self, now: i64) -> Vec<u8> {
        let content =
            RevocationListContent { this_update: now - DAY, next_update: now + 30 * DAY, number: 1, revoked: vec![] };
        yinxin_pki::crl::issue(&content, &self.root.certificate, &self.root.key).unwrap()
    }
}

fn certificate_request(
    profile: CertificateProfile,
    name: &str,
    key: &PrivateKey,
    rng: &mut ChaCha20Rng,
) -> CertificateRequest {
    // The independent checkers go by the real clock, so validity is wide.
    CertificateRequest {
        profile,
        subject: DistinguishedName::new("CN").common_name(name),
        unified_social_credit_code: None,
        public_key: key.public_key().clone(),
        not_before: NOW - 400 * DAY,
        not_after: NOW + 3000 * DAY,
        serial: SerialNumber::generate(rng),
        ocsp_url: None,
        crl_url: None,
        ca_issuers_url: None,
    }
}

impl Holder {
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(&self.key.public_key().signing_digest(message)).unwrap()
    }

    /// Detached CMS over a digest of the algorithm that belongs to the key.
    pub fn cms(&self, digest: &yinxin_pki::digest::Digest) -> Vec<u8> {
        let attributes = SignedAttributes::new(digest, &self.certificate).unwrap();
        let signature = self.sign(attributes.to_be_signed());
        attributes.assemble(&signature, &self.certificate, &[], None).unwrap()
    }

    /// An RFC 3161 token over `imprint`.
    pub fn stamp(&self, imprint: yinxin_pki::digest::Digest, rng: &mut ChaCha20Rng, now: i64) -> Vec<u8> {
        let policy = ObjectIdentifier::new_unwrap("0.4.0.2023.1.1");
        let authority = Authority {
            certificate: &self.certificate,
            chain: &[],
            signer: &self.key,
            policy,
            accuracy_micros: 1_000_000,
        };
        let serial = SerialNumber::generate(rng);
        authority.stamp(&Query::new(imprint, rng), &serial, now).unwrap()
    }

    /// A GB/T 38540 seal of this organisation, made by `maker`.
    pub fn seal(&self, maker: &Holder) -> Vec<u8> {
        let draft = SealDraft {
            es_id: "YX000001".into(),
            vendor_id: "YINXIN".into(),
            name: "示例合同专用章".into(),
            seal_type: SealType::Organisation,
            certificates: vec![self.certificate.as_der().to_vec()],
            created_at: NOW - DAY,
            valid_from: NOW - DAY,
            valid_to: NOW + 700 * DAY,
            picture_png: b"\x89PNG\r\n\x1a\n (not looked at here)".to_vec(),
            width_mm: 42,
            height_mm: 42,
            owner_code: None,
            seal_code: None,
        };
        let body = draft.to_be_signed().unwrap();
        assemble_seal(&body, maker.certificate.as_der(), &maker.sign(&body)).unwrap()
    }

    /// A GB/T 38540 seal signature over an SM3 digest.
    pub fn seal_signature(&self, seal: &[u8], digest: &yinxin_pki::digest::Digest) -> Vec<u8> {
        let data_hash = digest.as_bytes().try_into().unwrap();
        let draft =
            SealSignatureDraft { seal: seal.to_vec(), signed_at: NOW, data_hash, property_info: "ByteRange".into() };
        let body = draft.to_be_signed().unwrap();
        assemble_seal_signature(&body, self.certificate.as_der(), &self.sign(&body), None).unwrap()
    }

    /// One whole step: prepare, sign by what the kind demands, embed.
    pub fn step(&self, file: &Opened, request: &SignatureRequest<'_>, seal: Option<&[u8]>) -> Opened {
        let prepared = file.prepare(request).unwrap();
        let contents = match (request.kind, seal) {
            (SignatureKind::Seal, Some(seal)) => {
                self.seal_signature(seal, &prepared.byte_range_digest(DigestAlgorithm::Sm3))
            }
            (SignatureKind::Sm2Cms, _) => self.cms(&prepared.byte_range_digest(DigestAlgorithm::Sm3)),
            _ => self.cms(&prepared.byte_range_digest(DigestAlgorithm::Sha256)),
        };
        reopen(prepared.embed(&contents).unwrap())
    }
}

pub fn reopen(signed: Signed) -> Opened {
    Opened::open_hashed(signed.into_hashed()).unwrap()
}

pub fn prepared_form(base: Vec<u8>, parties: &[&str]) -> Opened {
    let parties: Vec<PartyKey> = parties.iter().map(|party| key(party)).collect();
    let base = Opened::open(Arc::from(base)).unwrap();
    Opened::open(Arc::from(yinxin_pdf::prepare_form(&base, &parties, [1; 16]).unwrap())).unwrap()
}
