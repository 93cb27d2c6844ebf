//! The committed description of the API is the one that the code makes.

/// What the names of operations begin with: the features, and what every process and every sandbox has.
const FEATURES: [&str; 17] = [
    "award",
    "certificate",
    "contract",
    "filing",
    "help",
    "identity",
    "jobs",
    "notice",
    "notification",
    "open_api",
    "organisation",
    "process",
    "sandbox",
    "seal",
    "signing",
    "template",
    "verification",
];

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

/// Clients are generated from these names: each is its feature and the verb, and no two are alike.
#[test]
fn every_operation_has_a_name_of_its_own() {
    let description = serde_json::to_value(yinxin_server::http::openapi()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_default();
            let verb = FEATURES.iter().find_map(|feature| name.strip_prefix(feature)?.strip_prefix('_'));
            let is_plain =
                |verb: &str| !verb.is_empty() && verb.bytes().all(|one| one.is_ascii_lowercase() || one == b'_');
            assert!(verb.is_some_and(is_plain), "{method} {path}: {name:?} is not feature_verb");
            assert!(names.insert(name.to_owned()), "{method} {path}: {name:?} is the name of another operation");
        }
    }
}
