//! A root, a CA below it and one certificate of every profile, with fresh keys from a seeded generator.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use yinxin_pki::asn1::{MICROS_PER_SECOND, ObjectIdentifier};
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::crl::{self, RevocationListContent, RevocationReason, RevokedCertificate};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, PublicKey, Signer};
use yinxin_pki::ocsp::{self, CertificateId, CertificateStatus, SingleStatus, StatusResponseContent};
use yinxin_pki::tsp::Authority;
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};

/// 2021-01-01, long before the oracles' clocks.
pub const NOT_BEFORE: i64 = 1_609_459_200 * MICROS_PER_SECOND;
/// 2048-01-01, long after them.
pub const NOT_AFTER: i64 = 2_461_449_600 * MICROS_PER_SECOND;
/// 2025-06-01 12:00:00.5, when everything is signed.
pub const SIGNED_AT: i64 = 1_748_779_200 * MICROS_PER_SECOND + 500_000;

pub const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.13762.3");
/// Of an invented firm.
pub const CREDIT_CODE: &str = "91000000MA00000000";

pub struct Identity {
    pub key: PrivateKey,
    pub certificate: Certificate,
}

pub struct Hierarchy {
    pub root: Identity,
    pub sub: Identity,
    pub tsa: Identity,
    pub ocsp: Identity,
    pub seal_maker: Identity,
    pub party: Identity,
    pub person: Identity,
    pub platform: Identity,
    pub rng: ChaCha20Rng,
}

pub fn request(profile: CertificateProfile, name: &str, key: &PublicKey, rng: &mut ChaCha20Rng) -> CertificateRequest {
    let organisation = profile == CertificateProfile::OrganisationSigning;
    CertificateRequest {
        profile,
        subject: DistinguishedName::new("CN").organisation("示例科技有限公司").common_name(name),
        unified_social_credit_code: organisation.then(|| CREDIT_CODE.to_owned()),
        public_key: key.clone(),
        not_before: NOT_BEFORE,
        not_after: NOT_AFTER,
        serial: SerialNumber::generate(rng),
        ocsp_url: Some("http://127.0.0.1:8080/ocsp".into()),
        crl_url: Some("http://127.0.0.1:8080/crl/sub.crl".into()),
        ca_issuers_url: None,
    }
}

impl Hierarchy {
    pub fn new(algorithm: KeyAlgorithm, seed: u64) -> Self {
        use CertificateProfile as P;
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut make = |profile, name: &str, issuer: Option<&Identity>| {
            let key = PrivateKey::generate(algorithm, &mut rng).unwrap();
            let request = request(profile, name, key.public_key(), &mut rng);
            let signer = issuer.map_or(&key, |issuer| &issuer.key);
            let certificate = issue(&request, issuer.map(|issuer| &issuer.certificate), signer).unwrap();
            Identity { key, certificate }
        };
        let root = make(P::Root, "示例根CA", None);
        let sub = make(P::SubCa, "示例签发CA", Some(&root));
        let tsa = make(P::Tsa, "示例时间戳", Some(&sub));
        let ocsp = make(P::Ocsp, "示例OCSP", Some(&sub));
        let seal_maker = make(P::SealMaker, "示例印章制作", Some(&sub));
        let party = make(P::OrganisationSigning, "示例科技有限公司", Some(&sub));
        let person = make(P::PersonSigning, "示例人", Some(&sub));
        let platform = make(P::Platform, "示例平台存证", Some(&sub));
        Self { root, sub, tsa, ocsp, seal_maker, party, person, platform, rng }
    }

    pub fn leaves(&self) -> [&Identity; 6] {
        [&self.tsa, &self.ocsp, &self.seal_maker, &self.party, &self.person, &self.platform]
    }

    pub fn authority(&self) -> Authority<'_> {
        Authority {
            certificate: &self.tsa.certificate,
            chain: std::slice::from_ref(&self.sub.certificate),
            signer: &self.tsa.key,
            policy: POLICY,
            accuracy_micros: 1_500_250,
        }
    }

    pub fn digest(&self) -> DigestAlgorithm {
        self.party.key.signature_algorithm().digest_algorithm()
    }

    /// The party's detached signature over `content`, without timestamp.
    pub fn sign(&self, content: &[u8]) -> Vec<u8> {
        let signer = &self.party.certificate;
        let attributes = SignedAttributes::new(&self.digest().digest(content), signer).unwrap();
        let resumed = SignedAttributes::from_to_be_signed(attributes.to_be_signed()).unwrap();
        assert_eq!(resumed, attributes);
        let signature = self.party.key.sign(&resumed.signing_digest(signer)).unwrap();
        let chain = [self.sub.certificate.clone(), self.party.certificate.clone()];
        resumed.assemble(&signature, signer, &chain, None).unwrap()
    }

    /// The sub CA's list with the person's certificate on it, revoked at `revoked_at`.
    pub fn revocation_list(&self, this_update: i64, revoked_at: i64) -> Vec<u8> {
        let content = RevocationListContent {
            this_update,
            next_update: NOT_AFTER,
            number: 7,
            revoked: vec![RevokedCertificate {
                serial: self.person.certificate.serial().to_vec(),
                revoked_at,
                reason: RevocationReason::KeyCompromise,
            }],
        };
        crl::issue(&content, &self.sub.certificate, &self.sub.key).unwrap()
    }

    pub fn status(&self, of: &Certificate, status: CertificateStatus, hash: DigestAlgorithm) -> SingleStatus {
        SingleStatus {
            certificate: CertificateId::new(of, &self.sub.certificate, hash),
            status,
            this_update: SIGNED_AT,
            next_update: Some(NOT_AFTER),
        }
    }

    pub fn ocsp_response(&self, statuses: Vec<SingleStatus>, nonce: Option<Vec<u8>>) -> Vec<u8> {
        let content = StatusResponseContent { statuses, produced_at: SIGNED_AT, nonce };
        ocsp::respond(&content, &self.ocsp.certificate, &self.ocsp.key).unwrap()
    }
}
