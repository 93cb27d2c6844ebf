//! Keys, certificates, seals and documents for the bench; everything is made here and thrown away.

use std::fmt::Write as _;
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use yinxin_domain::ids::SealId;
use yinxin_domain::signing::{Placed, PlacementKind, SealType};
use yinxin_pdf::{Dss, Mark, Opened, PartyKey, SignatureKind, SignatureRequest, Signed, prepare_form};
use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::chain::KnownSignatures;
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::crl::{self, RevocationListContent};
use yinxin_pki::digest::{Digest, DigestAlgorithm};
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer as _};
use yinxin_pki::ocsp::{self, CertificateId, CertificateStatus, SingleStatus, StatusResponseContent};
use yinxin_pki::tsp::{Authority, IssueTimestampError, Query};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
use yinxin_seal::draw::{DateSeal, PersonalSeal};
use yinxin_seal::ses::{SealDraft, SealType as SesType, assemble_seal};
use yinxin_server::signing::engine::{Instrument, Step, Trust};
use yinxin_server::signing::platform::PlatformStep;
use yinxin_typeset::{Anchor, AnchorKind};

use crate::{company, sample};

const DAY: i64 = 86_400 * 1_000_000;

struct Holder {
    key: PrivateKey,
    certificate: Certificate,
}

/// One hierarchy with an organisation, a person and a seal.
pub struct World {
    root: Holder,
    sub: Holder,
    tsa: Holder,
    ocsp: Holder,
    maker: Holder,
    organisation: Holder,
    person: Holder,
    seal: Arc<[u8]>,
    known: KnownSignatures,
    rng: ChaCha20Rng,
    /// The time of everything, microseconds UTC.
    pub now: i64,
}

fn certify(
    algorithm: KeyAlgorithm,
    profile: CertificateProfile,
    name: &str,
    issuer: Option<&Holder>,
    rng: &mut ChaCha20Rng,
) -> Holder {
    let key = PrivateKey::generate(algorithm, rng).unwrap();
    let organisation = profile == CertificateProfile::OrganisationSigning;
    let request = CertificateRequest {
        profile,
        subject: DistinguishedName::new("CN").organisation(name).common_name(name),
        unified_social_credit_code: organisation.then(|| "91000000MA00000000".to_owned()),
        public_key: key.public_key().clone(),
        not_before: sample::AT_MICROS - 2 * DAY,
        not_after: sample::AT_MICROS + 700 * DAY,
        serial: SerialNumber::generate(rng),
        ocsp_url: None,
        crl_url: None,
        ca_issuers_url: None,
    };
    let issued = issue(&request, issuer.map(|issuer| &issuer.certificate), issuer.map_or(&key, |issuer| &issuer.key));
    Holder { certificate: issued.unwrap(), key }
}

impl World {
    /// A hierarchy of one kind of keys.
    pub fn new(algorithm: KeyAlgorithm) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let mut of = |profile, name: &str, issuer: Option<&Holder>| certify(algorithm, profile, name, issuer, &mut rng);
        let root = of(CertificateProfile::Root, "示例根 TEST", None);
        let sub = of(CertificateProfile::SubCa, "示例签发 TEST", Some(&root));
        let tsa = of(CertificateProfile::Tsa, "示例时间戳 TEST", Some(&sub));
        let ocsp = of(CertificateProfile::Ocsp, "示例状态 TEST", Some(&sub));
        let maker = of(CertificateProfile::SealMaker, "示例制章 TEST", Some(&sub));
        let organisation = of(CertificateProfile::OrganisationSigning, "示例园林绿化工程有限公司", Some(&sub));
        let person = of(CertificateProfile::PersonSigning, "示例甲", Some(&sub));
        let now = sample::AT_MICROS;
        let seal = if algorithm == KeyAlgorithm::Sm2 { seal(&organisation, &maker, now) } else { Arc::from([]) };
        Self { root, sub, tsa, ocsp, maker, organisation, person, seal, known: KnownSignatures::default(), rng, now }
    }

    /// Signs with CMS, from the open file to the signed one in two parts: what it was, and what is appended.
    pub fn sign_message(&self, document: &Opened, widget: Option<Mark<'_>>) -> Signed {
        let Holder { key, certificate } = &self.organisation;
        let sm2 = key.algorithm() == KeyAlgorithm::Sm2;
        let chain = std::slice::from_ref(&self.sub.certificate);
        let prepared = document
            .prepare(&SignatureRequest {
                field_name: "Signature1",
                kind: if sm2 { SignatureKind::Sm2Cms } else { SignatureKind::Cms },
                signer_name: "示例园林绿化工程有限公司",
                reason: "签订合同",
                location: None,
                signed_at_micros: self.now,
                widget,
                page_marks: None,
                dss: &Dss::default(),
                contents_capacity: 4_000,
                file_id: [1; 16],
            })
            .unwrap();
        let digest = if sm2 { DigestAlgorithm::Sm3 } else { DigestAlgorithm::Sha256 };
        let attributes = SignedAttributes::new(&prepared.byte_range_digest(digest), certificate).unwrap();
        let signature = key.sign(&attributes.signing_digest(certificate)).unwrap();
        let message = attributes.assemble(&signature, certificate, chain, None).unwrap();
        prepared.embed(&message).unwrap()
    }

    /// A typeset contract with page buttons for two parties, and the places of their seals.
    pub fn contract(&self) -> (Vec<u8>, Vec<Anchor>) {
        let rendered = yinxin_typeset::render(&sample::goods_contract(60), self.now).unwrap();
        let base = Opened::open(Arc::from(rendered.pdf)).unwrap();
        let keys = ["A", "B"].map(|key| PartyKey::new(key).unwrap());
        (prepare_form(&base, &keys, [1; 16]).unwrap(), rendered.anchors)
    }

    fn evidence(&self, leaves: &[&Certificate]) -> Dss {
        let list =
            RevocationListContent { this_update: self.now, next_update: self.now + DAY, number: 1, revoked: vec![] };
        let authorities = [&self.sub.certificate, &self.root.certificate, &self.ocsp.certificate];
        let certificates = leaves.iter().copied().chain(authorities);
        Dss {
            certificates: certificates.map(|one| one.as_der().to_vec()).collect(),
            ocsps: leaves.iter().map(|leaf| self.status(leaf)).collect(),
            crls: vec![crl::issue(&list, &self.root.certificate, &self.root.key).unwrap()],
        }
    }

    fn status(&self, of: &Certificate) -> Vec<u8> {
        let certificate = CertificateId::new(of, &self.sub.certificate, DigestAlgorithm::Sha1);
        let status = CertificateStatus::Good;
        let single = SingleStatus { certificate, status, this_update: self.now, next_update: Some(self.now + DAY) };
        let content = StatusResponseContent { statuses: vec![single], produced_at: self.now, nonce: None };
        ocsp::respond(&content, &self.ocsp.certificate, &self.ocsp.key).unwrap()
    }

    fn stamp(&mut self, imprint: Digest) -> Result<Vec<u8>, IssueTimestampError> {
        let authority = Authority {
            certificate: &self.tsa.certificate,
            chain: std::slice::from_ref(&self.sub.certificate),
            signer: &self.tsa.key,
            policy: ObjectIdentifier::new_unwrap("2.5.29.32.0"),
            accuracy_micros: 1_000_000,
        };
        let serial = SerialNumber::generate(&mut self.rng);
        authority.stamp(&Query::new(imprint, &mut self.rng), &serial, self.now)
    }

    fn stamp_chain(&self) -> Vec<Certificate> {
        vec![self.tsa.certificate.clone(), self.sub.certificate.clone()]
    }

    /// The organisation's seal with date and seam seal.
    pub fn seal_step(&self, party: &str, anchors: &[Anchor]) -> Step {
        let (page, at) = anchor(anchors, party, AnchorKind::OrganisationSeal);
        let (date_page, date_at) = anchor(anchors, party, AnchorKind::Date);
        let seam_at = if party == "A" { 80.0 } else { 140.0 };
        let leaves = [&self.organisation.certificate, &self.maker.certificate, &self.tsa.certificate];
        Step {
            instrument: Instrument::Seal(Arc::clone(&self.seal)),
            certificate: self.organisation.certificate.clone(),
            seal: company("示例园林绿化工程有限公司").to_pdf_form(),
            date: Some(DateSeal { year: 2026, month: 11, day: 22 }.draw().unwrap().to_pdf_form()),
            placed: vec![
                placed(PlacementKind::Seam, None, (0.0, seam_at), (42.0, 42.0)),
                placed(PlacementKind::Seal, page, at, (42.0, 42.0)),
                placed(PlacementKind::Date, date_page, date_at, (36.0, 8.0)),
            ],
            ..self.step(party, &leaves)
        }
    }

    /// The person's own signature.
    pub fn personal_step(&self, party: &str, anchors: &[Anchor]) -> Step {
        let (page, at) = anchor(anchors, party, AnchorKind::Representative);
        let drawing = PersonalSeal { name: "示例甲".to_owned() }.draw().unwrap();
        Step {
            certificate: self.person.certificate.clone(),
            seal: drawing.to_pdf_form(),
            placed: vec![placed(PlacementKind::Personal, page, at, (drawing.width_mm, drawing.height_mm))],
            ..self.step(party, &[&self.person.certificate, &self.tsa.certificate])
        }
    }

    fn step(&self, party: &str, leaves: &[&Certificate]) -> Step {
        Step {
            party: PartyKey::new(party).unwrap(),
            instrument: Instrument::Personal,
            certificate: self.person.certificate.clone(),
            chain: vec![self.sub.certificate.clone()],
            signer_name: "示例园林绿化工程有限公司".to_owned(),
            reason: "签订合同".to_owned(),
            seal: company("示例园林绿化工程有限公司").to_pdf_form(),
            date: None,
            placed: Vec::new(),
            evidence: self.evidence(leaves),
            stamp_chain: self.stamp_chain(),
            now: self.now,
            file_id: [2; 16],
        }
    }

    /// One sign step as the server makes it, from the open file to the checked one.
    pub fn make(&mut self, step: &Step, document: &Opened) -> Opened {
        let pending = step.begin(document).unwrap();
        let key = match step.instrument {
            Instrument::Seal(_) => &self.organisation.key,
            Instrument::Personal => &self.person.key,
        };
        let signature = key.sign(&pending.signing_digest()).unwrap();
        let token = self.stamp(DigestAlgorithm::Sm3.digest(&signature)).unwrap();
        let roots = [self.root.certificate.clone()];
        let trust = Trust { roots: &roots, evidence: &step.evidence, known: &self.known, now: self.now };
        pending.finish(&signature, &token, &trust).unwrap().document
    }

    /// The platform's signature and document timestamp; with all roots that the document then needs.
    pub fn platform(&self, document: &Opened) -> (Opened, Vec<Certificate>) {
        let mut other = World::new(KeyAlgorithm::EcdsaP256);
        let platform = certify(
            KeyAlgorithm::EcdsaP256,
            CertificateProfile::Platform,
            "示例平台 TEST",
            Some(&other.sub),
            &mut other.rng,
        );
        let evidence = other.evidence(&[&platform.certificate, &other.tsa.certificate]);
        let (roots, chain) = ([other.root.certificate.clone()], [other.sub.certificate.clone()]);
        let (stamp_chain, now) = (other.stamp_chain(), other.now);
        let step = PlatformStep {
            certificate: &platform.certificate,
            chain: &chain,
            key: &platform.key,
            name: "示例平台",
            stamp_chain: &stamp_chain,
            evidence: &evidence,
            roots: &roots,
            known: &self.known,
            now,
            file_ids: [[7; 16], [8; 16], [9; 16]],
        };
        let made = step.sign(document, &mut |digest| other.stamp(digest)).unwrap();
        (made.document, vec![self.root.certificate.clone(), roots[0].clone()])
    }
}

fn seal(organisation: &Holder, maker: &Holder, now: i64) -> Arc<[u8]> {
    let draft = SealDraft {
        es_id: "YX-BENCH".into(),
        vendor_id: "YINXIN".into(),
        name: "示例园林绿化工程有限公司".into(),
        seal_type: SesType::Organisation,
        certificates: vec![organisation.certificate.as_der().to_vec()],
        created_at: now,
        valid_from: now - DAY,
        valid_to: now + 600 * DAY,
        picture_png: company("示例园林绿化工程有限公司").to_png(300).unwrap(),
        width_mm: 42,
        height_mm: 42,
        owner_code: Some("91000000MA00000000".into()),
        seal_code: None,
    };
    let body = draft.to_be_signed().unwrap();
    let signature = maker.key.sign(&maker.key.public_key().signing_digest(&body)).unwrap();
    Arc::from(assemble_seal(&body, maker.certificate.as_der(), &signature).unwrap())
}

fn anchor(anchors: &[Anchor], party: &str, kind: AnchorKind) -> (Option<u32>, (f64, f64)) {
    let found = anchors.iter().find(|anchor| anchor.party_key == party && anchor.kind == kind).unwrap();
    (Some(found.page), (found.x_mm, found.y_mm))
}

fn placed(
    kind: PlacementKind,
    page: Option<u32>,
    (x_mm, y_mm): (f64, f64),
    (width_mm, height_mm): (f64, f64),
) -> Placed {
    let seal_type = if kind == PlacementKind::Personal { SealType::PersonalName } else { SealType::Company };
    Placed { kind, seal: SealId::new(1, [1; 10]), seal_type, page, x_mm, y_mm, width_mm, height_mm }
}

/// A PDF of so many pages with a classic table: about 30 KB for twenty, and `more` bytes in one stream that nobody reads.
pub fn plain_pdf(pages: usize, more: usize) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    let kids = (0..pages).fold(String::new(), |list, page| list + &format!("{} 0 R ", 4 + 2 * page));
    objects.push(b"<</Type/Catalog/Pages 2 0 R>>".to_vec());
    objects.push(format!("<</Type/Pages/Count {pages}/Kids[{kids}]/MediaBox[0 0 595 842]>>").into_bytes());
    objects.push(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec());
    for page in 0..pages {
        let node = format!("<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents {} 0 R>>", 5 + 2 * page);
        objects.push(node.into_bytes());
        let mut content = String::from("BT /F1 10 Tf 14 TL 72 770 Td ");
        for line in 0..16 {
            write!(content, "(Page {} line {line}: a sample sentence of a contract, plain, {line}.) Tj T* ", page + 1)
                .unwrap();
        }
        content.push_str("ET");
        objects.push(format!("<</Length {}>>stream\n{content}\nendstream", content.len()).into_bytes());
    }
    if more > 0 {
        let mut stream = format!("<</Length {more}>>stream\n").into_bytes();
        stream.extend((0..more).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8));
        stream.extend_from_slice(b"\nendstream");
        objects.push(stream);
    }
    let mut pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (number, object) in (1..).zip(&objects) {
        writeln!(table, "{:010} 00000 n ", pdf.len()).unwrap();
        pdf.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let (start, size) = (pdf.len(), objects.len() + 1);
    pdf.extend_from_slice(
        format!("xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    pdf
}
