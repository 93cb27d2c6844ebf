//! The committed description of the API is the one that the code makes.

/// `YINXIN_UPDATE=1` rewrites the file.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment whether to rewrite")]
fn the_committed_description_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api/openapi.json");
    let current = serde_json::to_string_pretty(&yinxin_server::http::openapi()).unwrap() + "\n";
    if std::env::var("YINXIN_UPDATE").is_ok() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "api/openapi.json is stale: run `YINXIN_UPDATE=1 cargo test -p yinxin-server --test openapi`"
    );
}

#[test]
fn every_operation_is_described() {
    let description = serde_json::to_value(yinxin_server::http::openapi()).unwrap();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["tags"].is_array(), "{method} {path} has no tag");
        }
    }
}
