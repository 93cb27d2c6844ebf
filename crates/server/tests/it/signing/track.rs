//! What the track and the revisions show of a signature, and to whom.

use super::*;

// S4-053, design invariant 11: each entry opens to its proof; what is not sent stays its party's own; revisions are had by digest and in parts.
#[tokio::test(flavor = "multi_thread")]
async fn the_track_opens_to_its_proof_and_the_document_is_read_in_parts() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, a, b) = (signing.contract.as_str(), &signing.purchaser, &signing.supplier);
        let path = |rest: &str| format!("/api/v1/contracts/{contract}{rest}");
        let entry = async |who: &Party<'_>, kind: &str| -> Option<Value> {
            let track = who.client.get(&path("/track")).await.expect(200).json;
            track.as_array().unwrap().iter().find(|entry| entry["kind"] == kind).cloned()
        };
        let frozen = b.show(contract).await["document_sm3"].as_str().unwrap().to_owned();
        let sealed = b.sealed(contract, &["seal", "date", "seam"]).await;
        let own = b.show(contract).await["document_sm3"].as_str().unwrap().to_owned();
        assert_ne!(own, frozen);
        assert!(entry(a, "contract.sealed").await.is_none());
        let sealing = entry(b, "contract.sealed").await.unwrap();
        assert_eq!(sealing["detail"]["zh"], "印章、日期章、骑缝章");
        let hidden = a.client.get(&path(&format!("/track/{}", sealing["seq"]))).await.expect(404);
        assert_eq!(hidden.code(), "contract.no_entry");
        let proof = b.client.get(&path(&format!("/track/{}", sealing["seq"]))).await.expect(200).json;
        assert_eq!((&proof["intact"], &proof["document_before"]), (&json!(true), &json!(frozen)));
        assert_eq!(proof["document_after"], json!(own));
        let signature = &proof["signatures"][0];
        assert_eq!((&signature["certificate_algorithm"], &signature["signer"]), (&json!("SM2"), &json!("示例乙")));
        assert!(signature["seal_name"].as_str().unwrap().contains("公章"), "{signature}");
        // The hash can be made again from what is told.
        let mut hashed = hex::decode(proof["previous_hash"].as_str().unwrap()).unwrap();
        for field in proof["hashed"].as_array().unwrap() {
            match field.as_str() {
                None => hashed.extend(u32::MAX.to_be_bytes()),
                Some(text) => {
                    hashed.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
                    hashed.extend(text.as_bytes());
                }
            }
        }
        assert_eq!(json!(hex::encode(<sm3::Sm3 as sm3::Digest>::digest(&hashed))), proof["entry"]["hash"]);

        // Another party has neither the private revision nor the picture of the seal on it.
        let seal = b.seal.as_str();
        let (own_file, image) = (path(&format!("/documents/{own}")), path(&format!("/seals/{seal}/image.svg")));
        for address in [&own_file, &image] {
            b.client.get(address).await.expect(200);
            assert_eq!(a.client.get(address).await.expect(404).code(), "contract.no_document", "{address}");
        }
        b.submit(contract, sealed["contract_version"].as_i64().unwrap()).await.expect(200);
        a.client.get(&image).await.expect(200);
        let sent = entry(a, "contract.step_sent").await.unwrap();
        assert_eq!((&sent["detail"]["zh"], &sent["person_name"]), (&json!("印章、日期章、骑缝章"), &json!("示*")));
        assert_eq!((&sent["ip"], &sent["party"]), (&Value::Null, &json!("B")));
        let proof = a.client.get(&path(&format!("/track/{}", sent["seq"]))).await.expect(200).json;
        assert_eq!(proof["signatures"][0]["signer"], "示*");

        // A revision never changes under its digest, and is read in parts.
        let whole = a.client.get(&own_file).await.expect(200);
        assert_eq!(whole.headers["cache-control"], "private, max-age=31536000, immutable");
        assert_eq!(whole.headers["etag"].to_str().unwrap(), format!("\"{own}\""));
        let part = a.client.with("range", "bytes=5-14").get(&own_file).await.expect(206);
        assert_eq!(part.bytes, whole.bytes[5..15]);
        assert_eq!(part.headers["content-range"].to_str().unwrap(), format!("bytes 5-14/{}", whole.bytes.len()));
        let latest = path("/document.pdf");
        let same = a.client.with("if-none-match", &format!("\"{own}\"")).get(&latest).await.expect(304);
        assert!(same.bytes.is_empty());
        a.client.with("range", "bytes=99999999-").get(&latest).await.expect(416);
        let other = a.client.with("range", "bytes=0-1").with("if-range", "\"other\"").get(&latest).await.expect(200);
        assert_eq!(other.bytes, whole.bytes);
        a.client.get(&path("/documents/zz")).await.expect(404);
        a.client.get(&path(&format!("/documents/{}", "0".repeat(64)))).await.expect(404);

        // The milestones on the way.
        let shown = a.show(contract).await;
        let way: Vec<(&str, &str)> = shown["milestones"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["key"].as_str().unwrap(), one["progress"].as_str().unwrap()))
            .collect();
        let expected = [
            ("draft", "done"),
            ("review", "done"),
            ("step.0", "done"),
            ("step.1", "now"),
            ("filing", "later"),
            ("notice", "later"),
        ];
        assert_eq!(way, expected);
    })
    .await;
}
