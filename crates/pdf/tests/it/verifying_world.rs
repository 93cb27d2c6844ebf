//! A contract as the product makes it, small: two hierarchies with intermediate authorities, a stamped seal, a stamped signature, evidence, and
//! the platform's long-term signature.

use std::sync::Arc;

use yinxin_pdf::{Dss, Mark, Opened, PageMarks, SignatureKind, SignatureRequest, add_dss, place_upright};
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::ocsp::{CertificateId, CertificateStatus, SingleStatus, StatusResponseContent, respond};
use yinxin_pki::x509::{Certificate, CertificateProfile};
use yinxin_seal::PdfForm;
use yinxin_seal::ses::{SealSignatureDraft, assemble_seal_signature};

use crate::parties::{Hierarchy, Holder, NOW, key, prepared_form, reopen, request};

/// One suite: a root, an authority under it that issues everything, and those that every signature needs.
pub struct Suite {
    pub root: Certificate,
    pub authority: Hierarchy,
    pub tsa: Holder,
    pub ocsp: Holder,
}

impl Suite {
    pub fn new(algorithm: KeyAlgorithm, seed: u64) -> Self {
        let mut above = Hierarchy::new(algorithm, seed);
        let issuing = above.certify(CertificateProfile::SubCa, "示例签发机构 TEST");
        let root = above.root.certificate.clone();
        let mut authority = Hierarchy { root: issuing, ..above };
        let tsa = authority.certify(CertificateProfile::Tsa, "示例时间戳");
        let ocsp = authority.certify(CertificateProfile::Ocsp, "示例状态查询");
        Suite { root, authority, tsa, ocsp }
    }

    /// A response that `holder` is not revoked.
    pub fn good(&self, holder: &Holder, status: CertificateStatus) -> Vec<u8> {
        let issuer = &self.authority.root.certificate;
        let certificate = CertificateId::new(&holder.certificate, issuer, DigestAlgorithm::Sha1);
        let single = SingleStatus { certificate, status, this_update: NOW, next_update: Some(NOW + 3_600_000_000) };
        let content = StatusResponseContent { statuses: vec![single], produced_at: NOW, nonce: None };
        respond(&content, &self.ocsp.certificate, &self.ocsp.key).unwrap()
    }

    /// What the DSS holds for these signers.
    pub fn evidence(&self, holders: &[&Holder]) -> Dss {
        let own = [&self.tsa.certificate, &self.authority.root.certificate, &self.root];
        let certificates = holders.iter().map(|holder| &holder.certificate).chain(own);
        Dss {
            certificates: certificates.map(|certificate| certificate.as_der().to_vec()).collect(),
            ocsps: holders
                .iter()
                .chain([&&self.tsa])
                .map(|holder| self.good(holder, CertificateStatus::Good))
                .collect(),
            crls: vec![],
        }
    }

    pub fn stamp(&mut self, signature: &[u8], now: i64) -> Vec<u8> {
        let algorithm = self.tsa.key.public_key().algorithm().signature_algorithm().digest_algorithm();
        self.tsa.stamp(algorithm.digest(signature), &mut self.authority.rng, now)
    }

    /// Signs a prepared revision with CMS, its chain carried along, and a timestamp.
    pub fn signed(&mut self, file: &Opened, signer: &Holder, request: &SignatureRequest<'_>, now: i64) -> Opened {
        let prepared = file.prepare(request).unwrap();
        let algorithm = signer.key.public_key().algorithm().signature_algorithm().digest_algorithm();
        let attributes = SignedAttributes::new(&prepared.byte_range_digest(algorithm), &signer.certificate).unwrap();
        let signature = signer.sign(attributes.to_be_signed());
        let token = self.stamp(&signature, now);
        let chain = [self.authority.root.certificate.clone()];
        let message = attributes.assemble(&signature, &signer.certificate, &chain, Some(&token)).unwrap();
        reopen(prepared.embed(&message).unwrap())
    }

    pub fn sealed(&mut self, file: &Opened, signer: &Holder, seal: &[u8], request: &SignatureRequest<'_>) -> Opened {
        let prepared = file.prepare(request).unwrap();
        let data_hash = prepared.byte_range_digest(DigestAlgorithm::Sm3).as_bytes().try_into().unwrap();
        let draft =
            SealSignatureDraft { seal: seal.to_vec(), signed_at: NOW, data_hash, property_info: "ByteRange".into() };
        let body = draft.to_be_signed().unwrap();
        let signature = signer.sign(&body);
        let token = self.stamp(&signature, NOW);
        let message = assemble_seal_signature(&body, signer.certificate.as_der(), &signature, Some(&token)).unwrap();
        reopen(prepared.embed(&message).unwrap())
    }
}

/// The two suites and the parties of one contract.
pub struct World {
    pub sm2: Suite,
    pub p256: Suite,
    pub maker: Holder,
    pub organisation: Holder,
    pub person: Holder,
    pub platform: Holder,
}

impl World {
    pub fn new() -> Self {
        let mut sm2 = Suite::new(KeyAlgorithm::Sm2, 11);
        let mut p256 = Suite::new(KeyAlgorithm::EcdsaP256, 12);
        World {
            maker: sm2.authority.certify(CertificateProfile::SealMaker, "示例制章单位"),
            organisation: sm2.authority.certify(CertificateProfile::OrganisationSigning, "示例单位"),
            person: sm2.authority.certify(CertificateProfile::PersonSigning, "示例人员"),
            platform: p256.authority.certify(CertificateProfile::Platform, "示例平台"),
            sm2,
            p256,
        }
    }

    pub fn trust(&self) -> String {
        self.sm2.root.to_pem() + &self.p256.root.to_pem()
    }

    /// The seal of A, sealed with a mark on its page button of every page.
    pub fn seal_a(&mut self, file: &Opened, form: &PdfForm) -> Opened {
        let evidence = self.sm2.evidence(&[&self.organisation, &self.maker]);
        let seal = self.organisation.seal(&self.maker);
        let pages = file.pages().unwrap().to_vec();
        let mark =
            |page: usize| Mark { page, rect: place_upright(&pages[page], 30.0, 40.0, 20.0, 20.0), form, clip: None };
        let request = SignatureRequest {
            kind: SignatureKind::Seal,
            widget: Some(mark(0)),
            page_marks: Some(PageMarks { party: key("A"), marks: (0..pages.len()).map(mark).collect() }),
            contents_capacity: 5000,
            ..request("seal-A", &evidence)
        };
        self.sm2.sealed(file, &self.organisation, &seal, &request)
    }

    /// The person's signature.
    pub fn sign_a(&mut self, file: &Opened) -> Opened {
        let evidence = self.sm2.evidence(&[&self.person]);
        let request =
            SignatureRequest { kind: SignatureKind::Sm2Cms, contents_capacity: 5000, ..request("person-A", &evidence) };
        self.sm2.signed(file, &self.person, &request, NOW)
    }

    /// The platform's signature, its evidence, and the document timestamp.
    pub fn conclude(&mut self, file: &Opened) -> Opened {
        let none = Dss::default();
        let request =
            SignatureRequest { kind: SignatureKind::Cms, contents_capacity: 5000, ..request("platform", &none) };
        let file = self.p256.signed(file, &self.platform, &request, NOW + 60_000_000);
        let evidence = self.p256.evidence(&[&self.platform]);
        let whole = [file.bytes(), &add_dss(&file, &evidence, [3; 16]).unwrap()].concat();
        let file = Opened::open(Arc::from(whole)).unwrap();
        let request = SignatureRequest {
            kind: SignatureKind::DocTimeStamp,
            field_name: "archive-1",
            contents_capacity: 2500,
            ..request
        };
        let prepared = file.prepare(&request).unwrap();
        let digest = prepared.byte_range_digest(DigestAlgorithm::Sha256);
        let token = self.p256.tsa.stamp(digest, &mut self.p256.authority.rng, NOW + 120_000_000);
        reopen(prepared.embed(&token).unwrap())
    }
}

/// A small drawing.
pub fn stamp_form() -> PdfForm {
    PdfForm { width_pt: 10.0, height_pt: 10.0, content: b"1 0 0 rg 0 0 10 10 re f".to_vec() }
}

/// One page, one party, everything.
pub fn small_contract(world: &mut World) -> Opened {
    let base = crate::sample::Sample { pages: 1, ..Default::default() }.build();
    let form = stamp_form();
    let file = prepared_form(base, &["A"]);
    let file = world.seal_a(&file, &form);
    let file = world.sign_a(&file);
    world.conclude(&file)
}
