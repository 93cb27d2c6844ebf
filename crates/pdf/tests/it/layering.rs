//! A whole contract's layers, judged by tools that share nothing with this crate: unit seals and personal seals of both parties (S1-026, S1-027,
//! S1-038, S1-039), date seals (S3-084) and seam seals leave each other valid.

use std::sync::Arc;

use yinxin_pdf::{Dss, Mark, Opened, PageMarks, SignatureKind, SignatureRequest, add_dss, place_upright, seam_slices};
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::x509::CertificateProfile;
use yinxin_seal::draw::{CompanySeal, DateSeal, SealKind};

use crate::interop::shown;
use crate::judges;
use crate::parties::{Hierarchy, key, prepared_form, reopen, request};
use crate::sample::{Sample, Xref};

/// Two parties with seal, seam slices, date and personal signature, evidence in each revision.
pub fn sealed_contract(base: Vec<u8>) -> (Opened, String) {
    let mut sm2 = Hierarchy::new(KeyAlgorithm::Sm2, 1);
    let maker = sm2.certify(CertificateProfile::SealMaker, "示例制章单位");
    let date_picture = DateSeal { year: 2026, month: 11, day: 22 }.draw().unwrap().to_pdf_form();
    let mut file = prepared_form(base, &["A", "B"]);
    for (index, party) in ["A", "B"].into_iter().enumerate() {
        let organisation = sm2.certify(CertificateProfile::OrganisationSigning, &format!("示例单位{party}"));
        let person = sm2.certify(CertificateProfile::PersonSigning, &format!("示例人员{party}"));
        let seal = organisation.seal(&maker);
        let name = ["示例市示例区教育局", "示例园林绿化有限公司"][index].to_owned();
        let drawn = CompanySeal { name, kind: SealKind::Company, code: None, diameter_mm: 42.0 };
        let seal_picture = drawn.draw().unwrap().to_pdf_form();
        let pages = file.pages().unwrap().to_vec();
        let last = pages.len() - 1;
        let left = 20.0 + 60.0 * index as f64;
        let slices = seam_slices(&pages, 119.0, 119.0, 60.0 + 50.0 * index as f64).unwrap();
        let mut marks: Vec<Mark<'_>> = slices
            .iter()
            .map(|slice| Mark { page: slice.page, rect: slice.rect, form: &seal_picture, clip: Some(slice.clip) })
            .collect();
        let date = place_upright(&pages[last], left, 220.0, 36.0, 8.0);
        marks.push(Mark { page: last, rect: date, form: &date_picture, clip: None });
        let certificates = [&sm2.root, &maker, &organisation].map(|holder| holder.certificate.as_der().to_vec());
        let dss = Dss { certificates: certificates.to_vec(), ..Dss::default() };
        let widget = Mark {
            page: last,
            rect: place_upright(&pages[last], left, 170.0, 42.0, 42.0),
            form: &seal_picture,
            clip: None,
        };
        let sealing = SignatureRequest {
            kind: SignatureKind::Seal,
            widget: Some(widget),
            page_marks: Some(PageMarks { party: key(party), marks }),
            ..request("", &dss)
        };
        let name = format!("seal-{party}");
        file = organisation.step(&file, &SignatureRequest { field_name: &name, ..sealing }, Some(&seal));

        let dss = Dss { certificates: vec![person.certificate.as_der().to_vec()], ..Dss::default() };
        let rect = place_upright(&pages[last], left, 240.0, 36.0, 8.0);
        let name = format!("person-{party}");
        let signing = SignatureRequest {
            kind: SignatureKind::Sm2Cms,
            widget: Some(Mark { page: last, rect, form: &date_picture, clip: None }),
            ..request(&name, &dss)
        };
        file = person.step(&file, &signing, None);
    }
    (file, sm2.root.certificate.to_pem())
}

#[test]
fn two_parties_seals_signatures_dates_and_seam_slices_leave_each_other_valid() {
    for xref in [Xref::Table, Xref::Stream, Xref::Hybrid] {
        let sample = Sample {
            xref,
            rotations: vec![0, 90, 0],
            annots_apart: xref == Xref::Table,
            final_eol: false,
            ..Sample::default()
        };
        let (file, trust) = sealed_contract(sample.build());
        judges::qpdf_check(file.bytes());
        let Some((holds, report)) = judges::check_signatures(file.bytes(), &trust) else { return };
        assert!(holds, "{xref:?}\n{report}");
        assert_eq!(report.matches("SES-v4 /GM.sm2seal intact=True valid=True trusted=True").count(), 2, "{report}");
        assert_eq!(report.matches("SM2-CMS /GM.sm2cms intact=True valid=True trusted=True").count(), 2, "{report}");
        assert_eq!(report.matches("mods=FORM_FILLING").count(), 3, "{report}");
        let told = "python check_pdf.py FILE.pdf --trust ROOTS.pem";
        shown!("PDF with SM2 seals (GB/T 38540)", "check_pdf.py", Ours, told);
        shown!("PDF signed with SM2 (CMS)", "check_pdf.py", Ours, told);
        // Neither knows SM2, and both say so instead of passing it over.
        if let Some(said) = judges::pdfsig(file.bytes()) {
            assert!(
                !said.contains("Signature is Valid") && said.matches("Signature Validation").count() == 4,
                "{said}"
            );
        }
    }
}

#[test]
fn files_that_qpdf_linearised_or_packed_into_object_streams_are_sealed_as_well() {
    let base = Sample { pages: 5, ..Sample::default() }.build();
    for options in [&["--linearize"][..], &["--linearize", "--object-streams=generate"], &["--object-streams=generate"]]
    {
        let Some(rewritten) = judges::qpdf_rewrite(&base, options) else { return };
        let (file, trust) = sealed_contract(rewritten);
        judges::qpdf_check(file.bytes());
        let Some((holds, report)) = judges::check_signatures(file.bytes(), &trust) else { return };
        assert!(holds, "{options:?}\n{report}");
        shown!("PDF structure", "qpdf", Theirs, &format!("qpdf {} IN.pdf OUT.pdf", options.join(" ")));
    }
}

/// The platform's signature to level B-LTA: timestamped CMS, then its evidence, then a document timestamp.
pub fn conclude(file: Opened) -> (Opened, String) {
    let ([_, _, _, file], trust) = levels(file);
    (file, trust)
}

/// The platform's signature at levels B-B, B-T, B-LT and B-LTA. What is signed at B-B is another signature than at the others.
fn levels(base: Opened) -> ([Opened; 4], String) {
    let mut p256 = Hierarchy::new(KeyAlgorithm::EcdsaP256, 2);
    let platform = p256.certify(CertificateProfile::Platform, "示例平台存证");
    let tsa = p256.certify(CertificateProfile::Tsa, "示例时间戳");
    // The outside checker judges by its own clock, so the stamps bear the real time that the file system tells.
    let now = judges::real_time_micros();
    let crl = p256.revocation_list(now);

    let dss = Dss::default();
    let kind = SignatureKind::Cms;
    let signing = SignatureRequest { kind, signed_at_micros: now, ..request("platform", &dss) };
    let prepared = base.prepare(&signing).unwrap();
    let attributes =
        SignedAttributes::new(&prepared.byte_range_digest(DigestAlgorithm::Sha256), &platform.certificate).unwrap();
    let signature = platform.sign(attributes.to_be_signed());
    let token = tsa.stamp(DigestAlgorithm::Sha256.digest(&signature), &mut p256.rng, now);
    let cms = attributes.assemble(&signature, &platform.certificate, &[], Some(&token)).unwrap();
    let stamped = reopen(prepared.embed(&cms).unwrap());
    let basic = platform.step(&base, &signing, None);

    let certificates = [&p256.root, &platform, &tsa].map(|holder| holder.certificate.as_der().to_vec());
    let dss = Dss { certificates: certificates.to_vec(), ocsps: vec![], crls: vec![crl] };
    let whole = [stamped.bytes(), &add_dss(&stamped, &dss, [3; 16]).unwrap()].concat();
    let kept = Opened::open(Arc::from(whole)).unwrap();

    let kind = SignatureKind::DocTimeStamp;
    let empty = Dss::default();
    let prepared = kept.prepare(&SignatureRequest { kind, ..request("archive-1", &empty) }).unwrap();
    let token = tsa.stamp(prepared.byte_range_digest(DigestAlgorithm::Sha256), &mut p256.rng, now);
    let archived = reopen(prepared.embed(&token).unwrap());
    ([basic, stamped, kept, archived], p256.root.certificate.to_pem())
}

/// ETSI EN 319 142-1: each level passes where it is asked for, and no lower one passes for it.
#[test]
fn each_level_passes_as_what_it_is_and_not_as_a_higher_one() {
    let ([basic, stamped, kept, archived], trust) = levels(Sample::default().open());
    let passes = |file: &Opened, level| judges::check_level(file.bytes(), &trust, "platform", &[level]);
    let asked = ["B-T", "B-LT", "B-LTA"];
    for (name, file, expected) in [
        ("B-B", &basic, [false, false, false]),
        ("B-T", &stamped, [true, false, false]),
        ("B-LT", &kept, [true, true, false]),
        ("B-LTA", &archived, [true, true, true]),
    ] {
        for (level, expected) in asked.into_iter().zip(expected) {
            let Some((passed, said)) = passes(file, level) else { return };
            assert_eq!(passed, expected, "{name} as {level}\n{said}");
        }
        let row = format!("PAdES {name}");
        if expected[0] {
            shown!(&row, "pyHanko", Ours, &format!("python check_lta.py FILE.pdf ROOTS.pem FIELD {name}"));
        }
        let Some((holds, said)) = judges::check_signatures(file.bytes(), &trust) else { return };
        assert!(holds, "{said}");
        if !expected[0] {
            shown!(&row, "pyHanko", Ours, "python check_pdf.py FILE.pdf --trust ROOTS.pem");
        }
        judges::qpdf_check(file.bytes());
        shown!("PDF structure", "qpdf", Ours, "qpdf --check FILE.pdf");
        let Some(said) = judges::pdfsig(file.bytes()) else { return };
        assert!(said.contains("Signature is Valid") && !said.contains("Failure"), "{said}");
        shown!(&row, "pdfsig", Ours, "pdfsig -nocert FILE.pdf");
    }
}

#[test]
fn the_platforms_signature_reaches_b_lta_over_sm2_seals_and_everything_holds() {
    for xref in [Xref::Table, Xref::Stream] {
        let (file, sm2_root) = sealed_contract(Sample { xref, ..Sample::default() }.build());
        let (file, p256_root) = conclude(file);
        judges::qpdf_check(file.bytes());
        judges::check_long_term(file.bytes(), &p256_root, "platform");
        if let Some((holds, report)) = judges::check_signatures(file.bytes(), &(sm2_root + &p256_root)) {
            assert!(holds && report.contains("6 signatures"), "{report}");
            assert_eq!(report.matches("mods=LTA_UPDATES").count(), 1, "{report}");
        }
        if let Some(report) = judges::pdfsig(file.bytes()) {
            assert!(report.contains("Signature is Valid") && !report.contains("Failure"), "{report}");
        }
    }
}

#[test]
fn one_changed_byte_of_the_text_breaks_every_signature() {
    let (file, trust) = sealed_contract(Sample::default().build());
    let mut bytes = file.bytes().to_vec();
    let at = bytes.windows(11).position(|window| window == b"Sample page").unwrap();
    bytes[at] = b's';
    let Some((holds, report)) = judges::check_signatures(&bytes, &trust) else { return };
    assert!(!holds && report.matches("intact=False").count() == 4, "{report}");
}
