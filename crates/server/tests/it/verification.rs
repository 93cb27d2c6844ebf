//! Verifying over HTTP without an account, and the commands that need no server.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::{Value, json};
use yinxin_pdf::{Dss, Opened, SignatureKind, SignatureRequest};
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer as _};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
use yinxin_server::app::App;
use yinxin_server::certificate::use_cases as certificates;

use crate::harness::everywhere;

/// One empty page; `more` stands in the catalogue.
pub fn page(more: &str) -> Vec<u8> {
    let objects = [
        &format!("<</Type/Catalog/Pages 2 0 R{more}>>"),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    ];
    let (mut file, mut table) = ("%PDF-1.7\n".to_owned(), "xref\n0 4\n0000000000 65535 f \n".to_owned());
    for (index, body) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{body}\nendobj\n", index + 1));
    }
    let at = file.len();
    format!("{file}{table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").into_bytes()
}

/// One empty page.
fn plain() -> Vec<u8> {
    page("")
}

/// The page, signed by the platform.
async fn signed_by_the_platform(app: &App) -> Vec<u8> {
    let platform = certificates::platform_material(app).await.unwrap();
    let file = Opened::open(Arc::from(plain())).unwrap();
    let dss = Dss {
        certificates: platform.chain.iter().map(|certificate| certificate.as_der().to_vec()).collect(),
        ..Dss::default()
    };
    let prepared = file
        .prepare(&SignatureRequest {
            field_name: "platform",
            kind: SignatureKind::Cms,
            signer_name: "",
            reason: "",
            location: None,
            signed_at_micros: app.now(),
            widget: None,
            page_marks: None,
            dss: &dss,
            contents_capacity: 8192,
            file_id: [1; 16],
        })
        .unwrap();
    let digest = prepared.byte_range_digest(DigestAlgorithm::Sha256);
    let attributes = SignedAttributes::new(&digest, &platform.certificate).unwrap();
    let signature = platform.key.sign(&attributes.signing_digest(&platform.certificate)).unwrap();
    prepared.embed(&attributes.assemble(&signature, &platform.certificate, &[], None).unwrap()).unwrap().into_bytes()
}

/// S1-030: anybody can have a document verified.
#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_have_a_file_verified_under_the_roots_of_the_installation() {
    everywhere(async |app| {
        let visitor = app.visitor();
        let post = async |kind: &'static str, body: &[u8]| {
            visitor.send(reqwest::Method::POST, "/api/v1/verifications", Some((kind, body.to_vec()))).await
        };
        let mut file = signed_by_the_platform(app.app()).await;
        let report = post("application/pdf", &file).await.expect(200).json;
        assert_eq!(report["verdict"], "valid_trusted", "{report:#}");
        assert_eq!(report["signatures"][0]["kind"], "cms");
        assert_eq!((&report["contract"], &report["pictures"]), (&Value::Null, &json!([])), "no text of ours, no seal");
        file[100] ^= 1;
        assert_eq!(post("application/pdf", &file).await.expect(200).json["verdict"], "invalid");
        let unsigned = post("application/pdf", &plain()).await.expect(200).json;
        assert_eq!(unsigned["faults"][0]["code"], "file.no_signature");
        let refused = post("application/pdf", b"text").await.expect(422);
        assert_eq!(refused.code(), "verification.unreadable");
        assert!(refused.json["detail"].as_str().unwrap().contains("不是 PDF"), "{:#}", refused.json);
        let encrypted = String::from_utf8(plain()).unwrap().replace("/Root 1 0 R", "/Root 1 0 R/Encrypt<</V 2>>");
        let refused = post("application/pdf", encrypted.as_bytes()).await.expect(422);
        assert_eq!(refused.json["obstacle"], "pdf.gate.encrypted");
        assert!(refused.json["detail"].as_str().unwrap().contains("取消文件保护"), "{:#}", refused.json);
        assert_eq!(post("text/plain", &plain()).await.expect(415).code(), "request.content_type");
    })
    .await;
}

fn yinxin(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let command = Command::new(env!("CARGO_BIN_EXE_yinxin")).current_dir(directory).args(arguments).output();
    let Output { status, stdout, stderr } = command.unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[test]
fn the_commands_sign_and_verify_files_and_their_status_says_what_came_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path();
    let mut rng = yinxin_server::app::Chance::from_system().unwrap().fork();
    // Certificates know whole seconds.
    let now = yinxin_server::app::Clock::new(false).now() / 1_000_000 * 1_000_000;
    let mut certify = |profile, name: &str, issuer: Option<(&Certificate, &PrivateKey)>| {
        let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
        let request = CertificateRequest {
            profile,
            subject: DistinguishedName::new("CN").common_name(name),
            unified_social_credit_code: None,
            public_key: key.public_key().clone(),
            not_before: now - 3_600_000_000,
            not_after: now + 86_400_000_000,
            serial: SerialNumber::generate(&mut rng),
            ocsp_url: None,
            crl_url: None,
            ca_issuers_url: None,
        };
        let certificate = issue(&request, issuer.map(|(above, _)| above), issuer.map_or(&key, |(_, key)| key)).unwrap();
        (certificate, key)
    };
    let (root, root_key) = certify(CertificateProfile::Root, "示例根", None);
    let (person, key) = certify(CertificateProfile::PersonSigning, "示例人员", Some((&root, &root_key)));
    let write = |name: &str, bytes: &[u8]| std::fs::write(directory.join(name), bytes).unwrap();
    write("in.pdf", &plain());
    write("key.pem", key.to_pkcs8_pem().as_bytes());
    write("chain.pem", (person.to_pem() + &root.to_pem()).as_bytes());
    write("root.pem", root.to_pem().as_bytes());
    write("text.pdf", b"text");

    let sign = ["sign", "in.pdf", "out.pdf", "--key", "key.pem", "--cert", "chain.pem"];
    let (status, said) = yinxin(directory, &sign);
    assert!(status == Some(0) && said.contains("示例人员"), "{said}");
    // Nothing is written over, and another's key is refused.
    assert_eq!(yinxin(directory, &sign).0, Some(1));
    let (status, said) = yinxin(directory, &["sign", "in.pdf", "no.pdf", "--key", "key.pem", "--cert", "root.pem"]);
    assert!(status == Some(1) && said.contains("not the one") && !directory.join("no.pdf").exists(), "{said}");

    assert_eq!(yinxin(directory, &["verify", "out.pdf", "--trust", "root.pem"]).0, Some(0));
    let (status, said) = yinxin(directory, &["verify", "out.pdf", "--lang", "en"]);
    assert!(status == Some(3) && said.contains("not under a trusted root"), "{said}");
    let (status, said) = yinxin(directory, &["verify", "out.pdf", "--json", "--trust", "root.pem"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert!(status == Some(0) && report["signatures"][0]["algorithm"] == "SM2-SM3", "{said}");
    // The same fields as over HTTP.
    assert_eq!((&report["contract"], &report["pictures"]), (&Value::Null, &json!([])), "{said}");
    assert_eq!(yinxin(directory, &["verify", "in.pdf"]).0, Some(1));
    assert_eq!(yinxin(directory, &["verify", "text.pdf"]).0, Some(2));
    assert_eq!(yinxin(directory, &["verify", "absent.pdf"]).0, Some(2));
    assert_eq!(yinxin(directory, &["verify", "out.pdf", "--trust", "text.pdf"]).0, Some(2));
    let mut changed = std::fs::read(directory.join("out.pdf")).unwrap();
    changed[60] ^= 1;
    write("changed.pdf", &changed);
    assert!(matches!(yinxin(directory, &["verify", "changed.pdf", "--trust", "root.pem"]).0, Some(1 | 2)));
}
