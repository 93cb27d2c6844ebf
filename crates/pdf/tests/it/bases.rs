//! The files that contracts begin with: of every cross-reference, linearised, rotated, with forms, signed elsewhere, long and large.

use std::path::Path;

use yinxin_pki::key::{KeyAlgorithm, PrivateKey};
use yinxin_pki::x509::{CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};

use crate::judges::{self, TempFile, TempFolder};
use crate::parties::{Hierarchy, Holder, NOW};
use crate::sample::{EXTRA, Sample, Xref};

/// A holder of an RSA key under a root of another kind.
pub fn rsa(authority: &mut Hierarchy, profile: CertificateProfile) -> Holder {
    let key = PrivateKey::generate(KeyAlgorithm::Rsa, &mut authority.rng).unwrap();
    let request = CertificateRequest {
        profile,
        subject: DistinguishedName::new("CN").common_name("示例 RSA"),
        unified_social_credit_code: None,
        public_key: key.public_key().clone(),
        not_before: NOW - 400 * 86_400_000_000,
        not_after: NOW + 3000 * 86_400_000_000,
        serial: SerialNumber::generate(&mut authority.rng),
        ocsp_url: None,
        crl_url: None,
        ca_issuers_url: None,
    };
    let certificate = issue(&request, Some(&authority.root.certificate), &authority.root.key).unwrap();
    Holder { key, certificate }
}

/// Where a script finds keys.
pub fn store(directory: &Path, name: &str, holder: &Holder) {
    std::fs::write(directory.join(format!("{name}.key")), holder.key.to_pkcs8_pem().as_bytes()).unwrap();
    std::fs::write(directory.join(format!("{name}.crt")), holder.certificate.to_pem()).unwrap();
}

/// The file as pyHanko signs, certifies or locks it; `kind` as in `bases.py`.
pub fn signed_elsewhere(base: &[u8], holder: &Holder, kind: &str) -> Option<Vec<u8>> {
    let directory = TempFolder::new(&format!("elsewhere-{kind}"));
    store(directory.path(), "rsa", holder);
    let (base, out) = (TempFile::new("pdf", base), directory.path().join("out.pdf"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bases.py");
    let mut python = judges::python()?;
    let output = judges::run(python.arg(script).arg(base.path()).arg(&out).arg(directory.path()).arg(kind))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(std::fs::read(out).unwrap())
}

/// A form with a filled text field, a field below a field, and an empty signature field, all shown on the first page.
pub fn with_form() -> Vec<u8> {
    let widget = |number: usize, entries: &str| {
        let top = 700 - 40 * number;
        format!("<</Type/Annot/Subtype/Widget/F 4/P 4 0 R/Rect[100 {} 260 {top}]{entries}>>", top - 20)
    };
    let extra = vec![
        widget(0, "/FT/Tx/T(project)/V(Example)/DA(/Helv 10 Tf 0 g)"),
        format!("<</T(buyer)/Kids[{} 0 R]>>", EXTRA + 2),
        widget(1, &format!("/FT/Tx/T(name)/V(Sample)/DA(/Helv 10 Tf 0 g)/Parent {} 0 R", EXTRA + 1)),
        widget(2, "/FT/Sig/T(empty)"),
    ];
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|index| EXTRA + index);
    let fields = format!(
        "/AcroForm<</Fields[{first} 0 R {second} 0 R {fourth} 0 R]/DR<</Font<</Helv 3 0 R>>>>/DA(/Helv 0 Tf 0 g)>>"
    );
    let text = Sample { catalog: fields, extra, ..Sample::default() }.text();
    let annots = format!("/Contents 5 0 R/Annots[{first} 0 R {third} 0 R {fourth} 0 R]");
    let text = text.replacen("/Contents 5 0 R", &annots, 1);
    let xref = text.find("xref\n0").unwrap();
    crate::refusing::renumber(&text, xref)
}

/// One page more than `megabytes` of a stream that cannot be packed.
pub fn large(megabytes: usize) -> Vec<u8> {
    let line = "0123456789abcdef".repeat(4) + "\n";
    let noise = line.repeat(megabytes * (1 << 20) / line.len());
    let stream = format!("<</Length {}>>\nstream\n{noise}\nendstream", noise.len());
    Sample { catalog: format!("/Attached {EXTRA} 0 R"), extra: vec![stream], ..Sample::default() }.build()
}

/// Name and bytes of what can be built here and with qpdf; the long and the large one are apart, because they take their time.
pub fn ordinary() -> Vec<(&'static str, Vec<u8>)> {
    let shaped = |xref| Sample { xref, final_eol: false, ..Sample::default() }.build();
    let turned = Sample {
        pages: 5,
        rotations: vec![0, 90, 180, 270],
        media_box: [-50, -20, 560, 800],
        crop_box: Some([15, 25, 545, 780]),
        annots_apart: true,
        ..Sample::default()
    };
    let mut bases = vec![
        ("table", shaped(Xref::Table)),
        ("stream", shaped(Xref::Stream)),
        ("hybrid", shaped(Xref::Hybrid)),
        ("rotated with CropBox", turned.build()),
        ("large units", Sample { user_unit: Some(2.0), media_box: [0, 0, 300, 420], ..Sample::default() }.build()),
        ("form", with_form()),
    ];
    let linearised: [(&str, &[&str]); 2] =
        [("linearised", &["--linearize"]), ("linearised with streams", &["--linearize", "--object-streams=generate"])];
    for (name, options) in linearised {
        bases.extend(
            judges::qpdf_rewrite(&Sample { pages: 5, ..Sample::default() }.build(), options).map(|file| (name, file)),
        );
    }
    bases
}
