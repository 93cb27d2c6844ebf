//! The ceremony without the world (`signing::engine`, `signing::platform`): a typeset contract sealed by two parties and by the platform,
//! judged by tools that share nothing with us; and what it must refuse.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use yinxin_domain::ids::SealId;
use yinxin_domain::signing::{Placed, PlacementKind, SealType};
use yinxin_pdf::{Dss, Opened, PartyKey, SignError, prepare_form};
use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::chain::KnownSignatures;
use yinxin_pki::crl::{self, RevocationListContent, RevocationReason};
use yinxin_pki::digest::{Digest, DigestAlgorithm};
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer as _};
use yinxin_pki::ocsp::{self, CertificateId, CertificateStatus, SingleStatus, StatusResponseContent};
use yinxin_pki::tsp::{Authority, IssueTimestampError, Query};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
use yinxin_seal::draw::{CompanySeal, DateSeal, PersonalSeal, SealKind};
use yinxin_seal::ses::{SealDraft, SealType as SesType, assemble_seal};
use yinxin_server::signing::engine::{CheckError, EngineError, Instrument, Made, Step, Trust, field_name};
use yinxin_server::signing::platform::{FIELD, PlatformStep, has_signed};
use yinxin_typeset::{Anchor, AnchorKind, Article, Clause, ContractDocument, SignatureBlock, render};

const DAY: i64 = 86_400 * 1_000_000;

struct Holder {
    key: PrivateKey,
    certificate: Certificate,
}

struct Hierarchy {
    root: Holder,
    sub: Holder,
    tsa: Holder,
    ocsp: Holder,
    now: i64,
    rng: ChaCha20Rng,
}

impl Hierarchy {
    fn new(algorithm: KeyAlgorithm, seed: u64, now: i64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let root = certify(algorithm, CertificateProfile::Root, "示例根 TEST", None, now, &mut rng);
        let sub = certify(algorithm, CertificateProfile::SubCa, "示例签发 TEST", Some(&root), now, &mut rng);
        let tsa = certify(algorithm, CertificateProfile::Tsa, "示例时间戳 TEST", Some(&sub), now, &mut rng);
        let ocsp = certify(algorithm, CertificateProfile::Ocsp, "示例状态 TEST", Some(&sub), now, &mut rng);
        Self { root, sub, tsa, ocsp, now, rng }
    }

    fn certify(&mut self, profile: CertificateProfile, name: &str) -> Holder {
        let algorithm = self.sub.key.public_key().algorithm();
        certify(algorithm, profile, name, Some(&self.sub), self.now, &mut self.rng)
    }

    fn status(&self, of: &Certificate, status: CertificateStatus) -> Vec<u8> {
        let certificate = CertificateId::new(of, &self.sub.certificate, DigestAlgorithm::Sha1);
        let single = SingleStatus { certificate, status, this_update: self.now, next_update: Some(self.now + DAY) };
        let content = StatusResponseContent { statuses: vec![single], produced_at: self.now, nonce: None };
        ocsp::respond(&content, &self.ocsp.certificate, &self.ocsp.key).unwrap()
    }

    /// Everything that a DSS needs for these leaves, good all of them.
    fn evidence(&self, leaves: &[&Certificate]) -> Dss {
        let list =
            RevocationListContent { this_update: self.now, next_update: self.now + DAY, number: 1, revoked: vec![] };
        let mut certificates: Vec<&Certificate> = leaves.to_vec();
        certificates.extend([&self.sub.certificate, &self.root.certificate, &self.ocsp.certificate]);
        Dss {
            certificates: certificates.iter().map(|one| one.as_der().to_vec()).collect(),
            ocsps: leaves.iter().map(|leaf| self.status(leaf, CertificateStatus::Good)).collect(),
            crls: vec![
                crl::issue(&list, &self.root.certificate, &self.root.key).unwrap(),
                crl::issue(&list, &self.sub.certificate, &self.sub.key).unwrap(),
            ],
        }
    }

    fn stamp(&mut self, imprint: Digest) -> Result<Vec<u8>, IssueTimestampError> {
        let authority = Authority {
            certificate: &self.tsa.certificate,
            chain: std::slice::from_ref(&self.sub.certificate),
            signer: &self.tsa.key,
            policy: ObjectIdentifier::new_unwrap("0.4.0.2023.1.1"),
            accuracy_micros: 1_000_000,
        };
        let serial = SerialNumber::generate(&mut self.rng);
        authority.stamp(&Query::new(imprint, &mut self.rng), &serial, self.now)
    }

    fn stamp_chain(&self) -> Vec<Certificate> {
        vec![self.tsa.certificate.clone(), self.sub.certificate.clone()]
    }
}

fn certify(
    algorithm: KeyAlgorithm,
    profile: CertificateProfile,
    name: &str,
    issuer: Option<&Holder>,
    now: i64,
    rng: &mut ChaCha20Rng,
) -> Holder {
    let key = PrivateKey::generate(algorithm, rng).unwrap();
    let organisation = profile == CertificateProfile::OrganisationSigning;
    let request = CertificateRequest {
        profile,
        subject: DistinguishedName::new("CN").organisation(name).common_name(name),
        unified_social_credit_code: organisation.then(|| "91000000MA00000000".to_owned()),
        public_key: key.public_key().clone(),
        not_before: now - 2 * DAY,
        not_after: now / 1_000_000 * 1_000_000 + 700 * DAY,
        serial: SerialNumber::generate(rng),
        ocsp_url: None,
        crl_url: None,
        ca_issuers_url: None,
    };
    let certificate =
        issue(&request, issuer.map(|issuer| &issuer.certificate), issuer.map_or(&key, |issuer| &issuer.key)).unwrap();
    Holder { key, certificate }
}

struct Party {
    key: &'static str,
    name: &'static str,
    organisation: Holder,
    person: Holder,
    seal: Vec<u8>,
}

struct World {
    sm2: Hierarchy,
    maker: Holder,
    parties: Vec<Party>,
    anchors: Vec<Anchor>,
    now: i64,
}

/// The real time, as the file system tells it: outside checkers judge by their own clock.
fn real_time_micros() -> i64 {
    let modified = tempfile::tempfile().unwrap().metadata().unwrap().modified().unwrap();
    i64::try_from(modified.duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_micros()).unwrap()
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

impl World {
    /// A typeset contract of several pages with its form, and two parties with keys and seals.
    fn new(articles: usize) -> (Self, Opened) {
        let now = real_time_micros();
        let mut sm2 = Hierarchy::new(KeyAlgorithm::Sm2, 7, now);
        let maker = sm2.certify(CertificateProfile::SealMaker, "示例制章 TEST");
        let mut party = |key, name: &'static str, person: &str| {
            let organisation = sm2.certify(CertificateProfile::OrganisationSigning, name);
            let person = sm2.certify(CertificateProfile::PersonSigning, person);
            let drawing = company(name);
            let draft = SealDraft {
                es_id: format!("YX-{key}"),
                vendor_id: "YINXIN".into(),
                name: name.into(),
                seal_type: SesType::Organisation,
                certificates: vec![organisation.certificate.as_der().to_vec()],
                created_at: now,
                valid_from: now - DAY,
                valid_to: now + 600 * DAY,
                picture_png: drawing.to_png(300).unwrap(),
                width_mm: 42,
                height_mm: 42,
                owner_code: Some("91000000MA00000000".into()),
                seal_code: None,
            };
            let body = draft.to_be_signed().unwrap();
            let signature = maker.key.sign(&maker.key.public_key().signing_digest(&body)).unwrap();
            let seal = assemble_seal(&body, maker.certificate.as_der(), &signature).unwrap();
            Party { key, name, organisation, person, seal }
        };
        let parties = vec![party("A", "示例市示例区教育局", "示例甲"), party("B", "示例园林绿化有限公司", "示例乙")];
        let block = |key: &str, heading: &str, name: &str| SignatureBlock {
            party_key: key.into(),
            heading: heading.into(),
            organisation: name.into(),
            rows: vec![("地址".into(), "示例市示例路1号".into())],
            has_representative: true,
        };
        let text = "乙方应当按照合同约定的时间、地点、数量和质量向甲方交付货物，并对货物的质量承担责任。".repeat(4);
        let document = ContractDocument {
            title: "政府采购货物买卖合同".into(),
            number: "示例-2026-001".into(),
            articles: (0..articles)
                .map(|number| Article {
                    heading: format!("示例条款{number}"),
                    clauses: vec![Clause::Text(text.clone()); 3],
                })
                .collect(),
            signature_blocks: parties
                .iter()
                .zip(["甲方（采购人）", "乙方（供应商）"])
                .map(|(party, heading)| block(party.key, heading, party.name))
                .collect(),
            ..ContractDocument::default()
        };
        let rendered = render(&document, now).unwrap();
        let base = Opened::open(Arc::from(rendered.pdf)).unwrap();
        let keys = ["A", "B"].map(|key| PartyKey::new(key).unwrap());
        let form = Opened::open(Arc::from(prepare_form(&base, &keys, [1; 16]).unwrap())).unwrap();
        (Self { sm2, maker, parties, anchors: rendered.anchors, now }, form)
    }

    fn anchor(&self, party: usize, kind: AnchorKind) -> (Option<u32>, (f64, f64)) {
        let key = self.parties[party].key;
        let found = self.anchors.iter().find(|anchor| anchor.party_key == key && anchor.kind == kind).unwrap();
        (Some(found.page), (found.x_mm, found.y_mm))
    }

    /// The party's seal with date and, on several pages, seam seal.
    fn seal_step(&self, party: usize) -> Step {
        let Party { key, name, organisation, seal, .. } = &self.parties[party];
        let (page, at) = self.anchor(party, AnchorKind::OrganisationSeal);
        let (date_page, date_at) = self.anchor(party, AnchorKind::Date);
        let seam = placed(PlacementKind::Seam, None, (0.0, 80.0 + 60.0 * party as f64), (42.0, 42.0));
        let tsa = &self.sm2.tsa.certificate;
        Step {
            party: PartyKey::new(key).unwrap(),
            instrument: Instrument::Seal(Arc::from(seal.as_slice())),
            certificate: organisation.certificate.clone(),
            chain: vec![self.sm2.sub.certificate.clone()],
            signer_name: (*name).to_owned(),
            reason: "签订合同".into(),
            seal: company(name).to_pdf_form(),
            date: Some(DateSeal { year: 2026, month: 11, day: 22 }.draw().unwrap().to_pdf_form()),
            placed: vec![
                seam,
                placed(PlacementKind::Seal, page, at, (42.0, 42.0)),
                placed(PlacementKind::Date, date_page, date_at, (36.0, 8.0)),
            ],
            evidence: self.sm2.evidence(&[&organisation.certificate, &self.maker.certificate, tsa]),
            stamp_chain: self.sm2.stamp_chain(),
            now: self.now,
            file_id: [party as u8 + 2; 16],
        }
    }

    /// The representative's own signature.
    fn personal_step(&self, party: usize) -> Step {
        let Party { key, person, .. } = &self.parties[party];
        let (page, at) = self.anchor(party, AnchorKind::Representative);
        let name = person.certificate.subject().common_name().unwrap();
        let drawing = PersonalSeal { name: name.clone() }.draw().unwrap();
        Step {
            party: PartyKey::new(key).unwrap(),
            instrument: Instrument::Personal,
            certificate: person.certificate.clone(),
            chain: vec![self.sm2.sub.certificate.clone()],
            signer_name: name,
            reason: "签订合同".into(),
            seal: drawing.to_pdf_form(),
            date: None,
            placed: vec![placed(PlacementKind::Personal, page, at, (drawing.width_mm, drawing.height_mm))],
            evidence: self.sm2.evidence(&[&person.certificate, &self.sm2.tsa.certificate]),
            stamp_chain: self.sm2.stamp_chain(),
            now: self.now,
            file_id: [party as u8 + 4; 16],
        }
    }

    fn sign(&mut self, step: &Step, key: &PrivateKey, document: &Opened) -> Result<Made, EngineError> {
        let pending = step.begin(document)?;
        let signature = key.sign(&pending.signing_digest())?;
        let token = self.sm2.stamp(DigestAlgorithm::Sm3.digest(&signature))?;
        let roots = [self.sm2.root.certificate.clone()];
        let known = KnownSignatures::default();
        pending.finish(
            &signature,
            &token,
            &Trust { roots: &roots, evidence: &step.evidence, known: &known, now: self.now },
        )
    }

    fn key(&self, party: usize, personal: bool) -> PrivateKey {
        let party = &self.parties[party];
        let holder = if personal { &party.person } else { &party.organisation };
        PrivateKey::from_pkcs8_der(&holder.key.to_pkcs8_der()).unwrap()
    }

    /// Both parties with everything, supplier first (S1-024).
    fn conclude(&mut self, mut document: Opened) -> Opened {
        for party in [1, 0] {
            for (step, personal) in [(self.seal_step(party), false), (self.personal_step(party), true)] {
                let key = self.key(party, personal);
                document = self.sign(&step, &key, &document).unwrap().document;
            }
        }
        document
    }
}

fn company(name: &str) -> yinxin_seal::draw::Drawing {
    CompanySeal { name: name.into(), kind: SealKind::Company, code: None, diameter_mm: 42.0 }.draw().unwrap()
}

fn platform_signed(p256: &mut Hierarchy, document: &Opened) -> Result<Made, EngineError> {
    let platform = p256.certify(CertificateProfile::Platform, "示例平台 TEST");
    let evidence = p256.evidence(&[&platform.certificate, &p256.tsa.certificate]);
    let (roots, chain) = ([p256.root.certificate.clone()], [p256.sub.certificate.clone()]);
    let (stamp_chain, now) = (p256.stamp_chain(), p256.now);
    let step = PlatformStep {
        certificate: &platform.certificate,
        chain: &chain,
        key: &platform.key,
        name: "示例平台",
        stamp_chain: &stamp_chain,
        evidence: &evidence,
        roots: &roots,
        known: &KnownSignatures::default(),
        now,
        file_ids: [[7; 16], [8; 16], [9; 16]],
    };
    step.sign(document, &mut |digest| p256.stamp(digest))
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn required() -> bool {
    std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required")
}

/// Runs a tool; `None` when it is not there and nobody insists.
fn run(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(!required(), "{:?} is required and not there: {error}", command.get_program());
            eprintln!("SKIPPED: {:?} is not there: {error}", command.get_program());
            None
        }
    }
}

fn python() -> Option<Command> {
    let venv = workspace().join(".venv/bin/python");
    let found = std::env::var_os("YINXIN_PYTHON").map(PathBuf::from);
    let interpreter = found.unwrap_or(if venv.exists() { venv } else { "python3".into() });
    let probe = run(Command::new(&interpreter).args(["-c", "import pyhanko"]))?;
    if probe.status.success() {
        return Some(Command::new(interpreter));
    }
    assert!(!required(), "{interpreter:?} has no pyHanko");
    eprintln!("SKIPPED: {interpreter:?} has no pyHanko");
    None
}

// S1-026, S1-027, S1-038, S1-039, S3-084: seal, personal signature, date and seam seal of both parties, then the platform.
#[test]
fn a_whole_contract_stands_before_independent_judges() {
    let (mut world, form) = World::new(14);
    assert!(form.pages().unwrap().len() >= 4);
    let sealed = world.conclude(form);
    let mut p256 = Hierarchy::new(KeyAlgorithm::EcdsaP256, 8, world.now);
    assert!(!has_signed(&sealed).unwrap());
    let made = platform_signed(&mut p256, &sealed).unwrap();
    assert!(has_signed(&made.document).unwrap());
    assert_eq!(made.field, FIELD);
    assert!(made.document.bytes().starts_with(sealed.bytes()), "only ever appended to");
    let names: Vec<String> = made.document.signature_fields().unwrap().into_iter().map(|field| field.name).collect();
    let expected = [field_name("B", 1), field_name("B", 2), field_name("A", 1), field_name("A", 2)];
    assert_eq!(names[..4], expected);

    let roots = world.sm2.root.certificate.to_pem() + &p256.root.certificate.to_pem();
    judge("ceremony", made.document.bytes(), &roots);
}

/// A contract of two parties, each with a seal and a personal signature, and the platform's signature with its document timestamp: qpdf, pdfsig
/// and pyHanko find nothing wrong. The file is kept, so that somebody can look at it.
pub fn judge(name: &str, document: &[u8], roots: &str) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&directory).unwrap();
    let (file, trust) = (directory.join("contract.pdf"), directory.join("trust.pem"));
    std::fs::write(&file, document).unwrap();
    std::fs::write(&trust, roots).unwrap();
    if let Some(output) = run(Command::new("qpdf").arg("--check").arg(&file)) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    if let Some(output) = run(Command::new("pdfsig").arg("-nocert").arg(&file)) {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("Signature is Valid") && !text.contains("Failure"), "{text}");
    }
    if let Some(mut python) = python() {
        let script = workspace().join("oracles/check_pdf.py");
        let output = run(python.arg(script).arg(&file).arg("--trust").arg(&trust)).unwrap();
        let report = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success() && report.contains("6 signatures, all hold"), "{report}");
        assert_eq!(report.matches("SES-v4 /GM.sm2seal intact=True valid=True trusted=True").count(), 2, "{report}");
        assert_eq!(report.matches("SM2-CMS /GM.sm2cms intact=True valid=True trusted=True").count(), 2, "{report}");
    }
}

#[test]
fn a_signature_of_another_key_is_never_given_out() {
    let (mut world, form) = World::new(2);
    for (step, personal) in [(world.seal_step(1), false), (world.personal_step(1), true)] {
        let strange = world.key(0, personal);
        let error = world.sign(&step, &strange, &form).unwrap_err();
        assert!(matches!(error, EngineError::Unverified(_)), "{error}");
    }
}

#[test]
fn a_revoked_certificate_or_one_of_unknown_status_does_not_sign() {
    let (mut world, form) = World::new(2);
    let key = world.key(1, false);
    let mut step = world.seal_step(1);
    let revoked = CertificateStatus::Revoked { at: world.now - 1_000_000, reason: RevocationReason::KeyCompromise };
    step.evidence.ocsps.push(world.sm2.status(&step.certificate, revoked));
    let error = world.sign(&step, &key, &form).unwrap_err();
    assert!(matches!(error, EngineError::Unverified(CheckError::Verdict { .. })), "{error}");

    let mut step = world.seal_step(1);
    step.evidence.ocsps.clear();
    step.evidence.crls.clear();
    let error = world.sign(&step, &key, &form).unwrap_err();
    assert!(matches!(error, EngineError::Unverified(CheckError::RevocationUnknown("signer"))), "{error}");

    let mut step = world.personal_step(1);
    step.evidence.ocsps.clear();
    step.evidence.crls.clear();
    let error = world.sign(&step, &world.key(1, true), &form).unwrap_err();
    assert!(matches!(error, EngineError::Unverified(CheckError::RevocationUnknown(_))), "{error}");
}

#[test]
fn a_seal_that_does_not_list_the_signer_is_refused() {
    let (mut world, form) = World::new(2);
    let mut step = world.seal_step(1);
    step.instrument = Instrument::Seal(Arc::from(world.parties[0].seal.as_slice()));
    let error = world.sign(&step, &world.key(1, false), &form).unwrap_err();
    assert!(matches!(error, EngineError::Seal(_)), "{error}");
}

// S1-030: after a discard the same act makes the same field again on the revision before.
#[test]
fn seals_set_again_on_the_earlier_revision_take_the_same_names() {
    let (mut world, form) = World::new(2);
    let (step, key) = (world.seal_step(1), world.key(1, false));
    let first = world.sign(&step, &key, &form).unwrap();
    let again = world.sign(&step, &key, &form).unwrap();
    assert_eq!((first.field.as_str(), again.field.as_str()), ("yinxin-B-1", "yinxin-B-1"));
    let second = world.sign(&Step { placed: step.placed[1..].to_vec(), ..step }, &key, &first.document).unwrap();
    assert_eq!(second.field, "yinxin-B-2");
}

#[test]
fn marks_that_cannot_be_are_refused_with_the_reason() {
    let (world, form) = World::new(2);
    let refused = |change: fn(&mut Step)| {
        let mut step = world.seal_step(1);
        change(&mut step);
        step.begin(&form).err().unwrap()
    };
    assert!(matches!(refused(|step| step.placed[1].page = Some(99)), EngineError::NoSuchPage(99)));
    assert!(matches!(refused(|step| step.placed[1].x_mm = 500.0), EngineError::Prepare(SignError::BadMark { .. })));
    assert!(matches!(refused(|step| step.placed.truncate(1)), EngineError::NoWidget));
    assert!(matches!(refused(|step| step.date = None), EngineError::NoDateSeal));
    assert!(matches!(refused(|step| step.placed[0].y_mm = 500.0), EngineError::Seam(_)));
    let stranger = refused(|step| step.party = PartyKey::new("C").unwrap());
    assert!(matches!(stranger, EngineError::Prepare(SignError::NoPageButton(_))), "{stranger}");
}
