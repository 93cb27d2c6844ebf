//! Three parties on every kind of file: each with a seal, a personal signature, a date and a seam seal. All earlier signatures hold, in this
//! verifier and in others (S1-026, S1-027, S1-030, S1-038, S1-039, S3-084).

use std::sync::{Arc, LazyLock};

use yinxin_pdf::gate::{Act, inspect};
use yinxin_pdf::verify::Verdict;
use yinxin_pdf::{
    Dss, Mark, Opened, PageMarks, PrepareError, SignError, SignatureKind, SignatureRequest, place_upright,
    prepare_form, seam_slices, seen_size_mm,
};
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::x509::CertificateProfile;
use yinxin_seal::PdfForm;
use yinxin_seal::draw::{CompanySeal, DateSeal, SealKind};

use crate::bases::{self, rsa, signed_elsewhere};
use crate::judges;
use crate::parties::{Hierarchy, Holder, key, prepared_form, request};
use crate::verifying::{explained, judged};

/// The parties of all these contracts: A signs with SM2, B with P-256, C with RSA; all seal with SM2.
struct Parties {
    maker: Holder,
    organisations: Vec<Holder>,
    persons: Vec<(Holder, SignatureKind)>,
    elsewhere: Holder,
    seal: PdfForm,
    date: PdfForm,
    trust: String,
}

static PARTIES: LazyLock<Parties> = LazyLock::new(|| {
    let mut sm2 = Hierarchy::new(KeyAlgorithm::Sm2, 41);
    let mut p256 = Hierarchy::new(KeyAlgorithm::EcdsaP256, 42);
    let person = CertificateProfile::PersonSigning;
    let organisation = CertificateProfile::OrganisationSigning;
    let drawn =
        CompanySeal {
            name: "示例市示例区教育局".into(), kind: SealKind::Company, code: None, diameter_mm: 42.0
        };
    Parties {
        maker: sm2.certify(CertificateProfile::SealMaker, "示例制章单位"),
        organisations: ["甲", "乙", "丙"].map(|party| sm2.certify(organisation, &format!("示例单位{party}"))).into(),
        persons: vec![
            (sm2.certify(person, "示例人员甲"), SignatureKind::Sm2Cms),
            (p256.certify(person, "示例人员乙"), SignatureKind::Cms),
            (rsa(&mut p256, person), SignatureKind::Cms),
        ],
        elsewhere: rsa(&mut p256, person),
        seal: drawn.draw().unwrap().to_pdf_form(),
        date: DateSeal { year: 2026, month: 11, day: 22 }.draw().unwrap().to_pdf_form(),
        trust: sm2.root.certificate.to_pem() + &p256.root.certificate.to_pem(),
    }
});

/// All three parties act. Without page buttons (a file signed elsewhere) there is neither a seam seal nor a date.
fn signed_by_three(mut file: Opened, on_pages: bool) -> Opened {
    let parties = &*PARTIES;
    let pages = file.pages().unwrap().to_vec();
    let last = pages.len() - 1;
    let (width, height) = seen_size_mm(&pages[last]);
    for (index, party) in ["A", "B", "C"].into_iter().enumerate() {
        let left = width * (0.1 + 0.28 * index as f64);
        let mut marks = Vec::new();
        if on_pages {
            let slices = seam_slices(&pages, 119.0, 119.0, 30.0 + 45.0 * index as f64).unwrap();
            let slice = |slice: &yinxin_pdf::SeamSlice| Mark {
                page: slice.page,
                rect: slice.rect,
                form: &parties.seal,
                clip: Some(slice.clip),
            };
            marks.extend(slices.iter().map(slice));
            let date = place_upright(&pages[last], left, height * 0.8, 36.0, 8.0);
            marks.push(Mark { page: last, rect: date, form: &parties.date, clip: None });
        }
        let (organisation, (person, kind)) = (&parties.organisations[index], &parties.persons[index]);
        let certificates = [&parties.maker, organisation, person].map(|holder| holder.certificate.as_der().to_vec());
        let dss = Dss { certificates: certificates.into(), ..Dss::default() };
        let place = |y: f64, w: f64, h: f64, form| Mark {
            page: last,
            rect: place_upright(&pages[last], left, height * y, w, h),
            form,
            clip: None,
        };
        let name = format!("seal-{party}");
        let sealing = SignatureRequest {
            kind: SignatureKind::Seal,
            widget: Some(place(0.5, 42.0, 42.0, &parties.seal)),
            page_marks: on_pages.then(|| PageMarks { party: key(party), marks }),
            ..request(&name, &dss)
        };
        let seal = organisation.seal(&parties.maker);
        file = organisation.step(&file, &sealing, Some(&seal));
        let (name, none) = (format!("person-{party}"), Dss::default());
        let signing = SignatureRequest {
            kind: *kind,
            widget: Some(place(0.85, 36.0, 8.0, &parties.date)),
            ..request(&name, &none)
        };
        file = person.step(&file, &signing, None);
    }
    file
}

/// What everybody says of a file that bears `count` signatures, of which `known` are of a kind that poppler can check.
fn all_hold(name: &str, file: &Opened, count: usize, known: usize) {
    let report = judged(file.bytes(), &PARTIES.trust);
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{name}\n{}", explained(&report));
    assert_eq!(report.signatures.len(), count, "{name}");
    judges::qpdf_check(file.bytes());
    if let Some((holds, said)) = judges::check_signatures(file.bytes(), &PARTIES.trust) {
        assert!(holds && said.contains(&format!("{count} signatures")), "{name}\n{said}");
        // Nothing beyond form filling, for every signature but the last, which nothing follows.
        assert_eq!(said.matches("mods=FORM_FILLING").count(), count - 1, "{name}\n{said}");
    }
    if let Some(said) = judges::pdfsig(file.bytes()) {
        assert_eq!(said.matches("Signature is Valid").count(), known, "{name}\n{said}");
        assert!(!said.contains("Failure") && !said.contains("Invalid"), "{name}\n{said}");
    }
}

fn contract(base: Vec<u8>) -> Opened {
    let found = inspect(Arc::from(base.as_slice()));
    assert_eq!(found.may(Act::PrepareForm).err().map(|obstacle| obstacle.en()), None);
    signed_by_three(prepared_form(base, &["A", "B", "C"]), true)
}

#[test]
fn three_parties_seal_and_sign_every_ordinary_kind_of_file() {
    let bases = bases::ordinary();
    let halves = bases.chunks(bases.len().div_ceil(2));
    std::thread::scope(|scope| {
        for half in halves {
            scope.spawn(move || half.iter().for_each(|(name, base)| all_hold(name, &contract(base.clone()), 6, 2)));
        }
    });
}

#[test]
fn three_parties_seal_and_sign_five_hundred_pages() {
    let base = crate::sample::Sample { pages: 500, ..Default::default() }.build();
    all_hold("500 pages", &contract(base), 6, 2);
}

#[test]
fn three_parties_seal_and_sign_fifty_megabytes() {
    all_hold("50 MB", &contract(bases::large(50)), 6, 2);
}

/// A file signed elsewhere takes seals and signatures, whose marks are their own fields, but neither a seam seal nor a date.
#[test]
fn three_parties_seal_and_sign_what_another_product_signed() {
    for (name, base) in bases::ordinary().into_iter().filter(|(name, _)| ["table", "stream", "form"].contains(name)) {
        let Some(signed) = signed_elsewhere(&base, &PARTIES.elsewhere, "signed") else { return };
        let found = inspect(Arc::from(signed.as_slice()));
        assert_eq!(found.may(Act::PrepareForm).unwrap_err().code(), "pdf.gate.signed_before");
        assert_eq!(found.may(Act::DrawOnPages).unwrap_err().code(), "pdf.gate.signed_before");
        found.may(Act::SignVisibly).unwrap_or_else(|obstacle| panic!("{name}: {}", obstacle.en()));
        let file = Opened::open(Arc::from(signed)).unwrap();
        let refused = prepare_form(&file, &[key("A")], [0; 16]).unwrap_err();
        assert_eq!(refused, PrepareError::AlreadySigned("Elsewhere".into()));
        let dss = Dss::default();
        let pages = file.pages().unwrap();
        let rect = place_upright(&pages[0], 20.0, 20.0, 30.0, 30.0);
        let marks = vec![Mark { page: 0, rect, form: &PARTIES.seal, clip: None }];
        let seam = SignatureRequest { page_marks: Some(PageMarks { party: key("A"), marks }), ..request("seam", &dss) };
        assert!(matches!(file.prepare(&seam), Err(SignError::NoPageButton(_))));
        all_hold(name, &signed_by_three(file, false), 7, 3);
    }
}
