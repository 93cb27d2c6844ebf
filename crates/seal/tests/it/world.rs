//! A small world of invented parties for the tests: a root, a CA, a seal maker, a timestamping authority and a company, all SM2.

use std::path::PathBuf;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer};
use yinxin_pki::tsp::{Authority, Query};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
use yinxin_seal::draw::{CompanySeal, SealKind};
use yinxin_seal::ses::{SealDraft, SealSignatureDraft, SealType, assemble_seal, assemble_seal_signature};

/// One second in microseconds.
pub const SECOND: i64 = 1_000_000;
/// One day in microseconds.
pub const DAY: i64 = 86_400 * SECOND;
/// 2025-06-30T08:03:00Z, the present of the tests.
pub const NOW: i64 = 1_751_270_580 * SECOND;

/// A certificate and its key.
pub struct Holder {
    pub certificate: Certificate,
    pub key: PrivateKey,
}

impl Holder {
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(&self.key.public_key().signing_digest(message)).unwrap()
    }
}

/// Everybody who is needed for a seal and a seal signature.
pub struct World {
    rng: ChaCha20Rng,
    pub root: Holder,
    pub ca: Holder,
    pub maker: Holder,
    pub tsa: Holder,
    pub company: Holder,
}

impl World {
    pub fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(38540);
        let years = (NOW - 400 * DAY, NOW + 3000 * DAY);
        let root = holder(&mut rng, None, CertificateProfile::Root, "示例根证书", years);
        let ca = holder(&mut rng, Some(&root), CertificateProfile::SubCa, "示例签发机构", years);
        let usual = (NOW - 300 * DAY, NOW + 700 * DAY);
        let maker = holder(&mut rng, Some(&ca), CertificateProfile::SealMaker, "示例制章单位", usual);
        let tsa = holder(&mut rng, Some(&ca), CertificateProfile::Tsa, "示例时间戳服务", usual);
        let company =
            holder(&mut rng, Some(&ca), CertificateProfile::OrganisationSigning, "示例园林绿化有限公司", usual);
        Self { rng, root, ca, maker, tsa, company }
    }

    /// Another party under the same CA.
    pub fn issue(&mut self, profile: CertificateProfile, name: &str, validity: (i64, i64)) -> Holder {
        holder(&mut self.rng, Some(&self.ca), profile, name, validity)
    }

    pub fn seal_draft(&self) -> SealDraft {
        let picture = CompanySeal {
            name: "示例园林绿化有限公司".into(),
            kind: SealKind::Contract,
            code: Some("4301020000012".parse().unwrap()),
            diameter_mm: 38.0,
        };
        SealDraft {
            es_id: "ES-43010200-0001".into(),
            vendor_id: "YINXIN".into(),
            name: "示例园林绿化有限公司合同专用章".into(),
            seal_type: SealType::Contract,
            certificates: vec![self.company.certificate.as_der().to_vec()],
            created_at: NOW - 100 * DAY,
            valid_from: NOW - 100 * DAY,
            valid_to: NOW + 600 * DAY,
            picture_png: picture.draw().unwrap().to_png(300).unwrap(),
            width_mm: 38,
            height_mm: 38,
            owner_code: Some("91430104MA000231X7".into()),
            seal_code: Some("4301020000012".parse().unwrap()),
        }
    }

    pub fn make_seal(&self, draft: &SealDraft) -> Vec<u8> {
        let to_be_signed = draft.to_be_signed().unwrap();
        assemble_seal(&to_be_signed, self.maker.certificate.as_der(), &self.maker.sign(&to_be_signed)).unwrap()
    }

    pub fn seal(&self) -> Vec<u8> {
        self.make_seal(&self.seal_draft())
    }

    /// The company seals `document` at `signed_at`, without a timestamp.
    pub fn sign(&self, seal: &[u8], document: &[u8], signed_at: i64) -> Vec<u8> {
        let draft = SealSignatureDraft {
            seal: seal.to_vec(),
            signed_at,
            data_hash: data_hash(document),
            property_info: "ByteRange=[0 1000 9000 500];field=Party_2".into(),
        };
        let to_be_signed = draft.to_be_signed().unwrap();
        let signature = self.company.sign(&to_be_signed);
        assemble_seal_signature(&to_be_signed, self.company.certificate.as_der(), &signature, None).unwrap()
    }

    /// A timestamp token of the world's authority over `message`.
    pub fn stamp(&mut self, message: &[u8], time: i64) -> Vec<u8> {
        let query = Query::new(DigestAlgorithm::Sm3.digest(message), &mut self.rng);
        let serial = SerialNumber::generate(&mut self.rng);
        let authority = Authority {
            certificate: &self.tsa.certificate,
            chain: std::slice::from_ref(&self.ca.certificate),
            signer: &self.tsa.key,
            policy: ObjectIdentifier::new_unwrap("1.2.3.4.1"),
            accuracy_micros: SECOND as u64,
        };
        authority.stamp(&query, &serial, time).unwrap()
    }
}

pub fn data_hash(document: &[u8]) -> [u8; 32] {
    DigestAlgorithm::Sm3.digest(document).as_bytes().try_into().unwrap()
}

fn holder(
    rng: &mut ChaCha20Rng,
    issuer: Option<&Holder>,
    profile: CertificateProfile,
    name: &str,
    (not_before, not_after): (i64, i64),
) -> Holder {
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, rng).unwrap();
    let request = CertificateRequest {
        profile,
        subject: DistinguishedName::new("CN").organisation(name).common_name(name),
        unified_social_credit_code: None,
        public_key: key.public_key().clone(),
        not_before,
        not_after,
        serial: SerialNumber::generate(rng),
        ocsp_url: None,
        crl_url: None,
        ca_issuers_url: None,
    };
    let certificate = match issuer {
        Some(issuer) => issue(&request, Some(&issuer.certificate), &issuer.key).unwrap(),
        None => issue(&request, None, &key).unwrap(),
    };
    Holder { certificate, key }
}

/// A file of the ofdrw project's test data, which lies beside the repository; `None`, said plainly, where it does not.
pub fn ofdrw(name: &str) -> Option<Vec<u8>> {
    let path = workspace().join("../shared/fixtures/ofdrw").join(name);
    let bytes = std::fs::read(path).ok();
    if bytes.is_none() {
        println!("skipped: the sample {name} of ofdrw is not beside this repository");
    }
    bytes
}

pub fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
