//! What programs that share no code with ours say of the authorities.

use super::*;
use crate::oracle::{Workplace, bouncy_castle, openssl_available};

#[tokio::test(flavor = "multi_thread")]
async fn openssl_accepts_the_p256_authority_its_status_list_and_timestamps() {
    if !openssl_available() {
        return;
    }
    everywhere(async |app| {
        let place = Workplace::new(&format!("server-openssl-{}", app.server.address.port()));
        let address = format!("http://{}", app.server.address);
        for name in ["root", "ca", "tsa", "ocsp", "platform"] {
            place.write(&format!("{name}.pem"), app.authority(&format!("p256-{name}")).await.to_pem());
        }
        for list in ["root", "ca"] {
            place.write(&format!("{list}.der"), app.pki(&format!("/crl/p256-{list}.crl")).await);
            place.must(
                "openssl",
                &["crl", "-inform", "DER", "-in", &format!("{list}.der"), "-out", &format!("{list}-crl.pem")],
            );
        }
        let chain = ["-CAfile", "root.pem", "-untrusted", "ca.pem"];
        let lists = ["-crl_check_all", "-CRLfile", "root-crl.pem", "-CRLfile", "ca-crl.pem"];
        for leaf in ["platform.pem", "tsa.pem", "ocsp.pem"] {
            place.must("openssl", &[&["verify", "-x509_strict"], &chain[..], &lists, &[leaf]].concat());
        }
        place.write("document.bin", b"document");
        place.must("openssl", &["ts", "-query", "-data", "document.bin", "-sha256", "-cert", "-out", "q.tsq"]);
        let body = Some(("application/timestamp-query", place.read("q.tsq")));
        let reply = app.visitor().send(reqwest::Method::POST, "/tsa", body).await.expect(200);
        place.write("r.tsr", reply.bytes);
        place.must("openssl", &[&["ts", "-verify", "-queryfile", "q.tsq", "-in", "r.tsr"], &chain[..]].concat());

        let place = std::sync::Arc::new(place);
        let asking = std::sync::Arc::clone(&place);
        // OpenSSL speaks to the server itself, so it must not hold up this task.
        let text = tokio::task::spawn_blocking(move || {
            let url = format!("{address}/ocsp");
            let ask = [
                "ocsp",
                "-issuer",
                "ca.pem",
                "-cert",
                "platform.pem",
                "-url",
                &url,
                "-CAfile",
                "root.pem",
                "-verify_other",
                "ca.pem",
            ];
            asking.must("openssl", &ask)
        })
        .await
        .unwrap();
        assert!(text.contains("Response verify OK") && text.contains("platform.pem: good"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bouncy_castle_accepts_the_sm2_authority_its_status_list_and_timestamps() {
    everywhere(async |app| {
        let place = Workplace::new(&format!("server-bc-{}", app.server.address.port()));
        let person = app.verified_person("13800000002", "示例李四").await;
        let id = app.certificate(&person).await;
        let certificate = shown(&person.get(&format!("/api/v1/certificates/{id}")).await.json);
        for name in ["root", "ca", "tsa", "ocsp", "seal-maker"] {
            place.write(&format!("{name}.cer"), app.pki(&format!("/ca/sm2-{name}.cer")).await);
        }
        place.write("person.cer", certificate.as_der());
        let must = |arguments: &[&str]| {
            let Some((success, text)) = bouncy_castle(&place, arguments) else { return };
            assert!(success, "{arguments:?}\n{text}");
        };
        for leaf in ["person.cer", "tsa.cer", "ocsp.cer", "seal-maker.cer"] {
            must(&["chain", leaf, "ca.cer", "root.cer"]);
        }
        for issuer in ["root", "ca"] {
            place.write("list.crl", app.pki(&format!("/crl/sm2-{issuer}.crl")).await);
            must(&["crl", "list.crl", &format!("{issuer}.cer")]);
        }
        place.write(
            "answer.der",
            responder::revocation_evidence(app.app(), &certificate, responder::WHENEVER).await.unwrap(),
        );
        must(&["ocsp", "answer.der", "ocsp.cer"]);
        let query = Query::new(DigestAlgorithm::Sm3.digest(b"document"), &mut app.app().rng()).to_der();
        place.write("query.tsq", &query);
        let body = Some(("application/timestamp-query", query));
        let reply = app.visitor().send(reqwest::Method::POST, "/tsa", body).await.expect(200);
        place.write("reply.tsr", reply.bytes);
        must(&["tsp", "reply.tsr", "query.tsq"]);
    })
    .await;
}
