//! The templates of the product. A new version is a new file beside the old one: drafts and contracts keep theirs.

use super::spec::Template;
use std::sync::LazyLock;

const FILES: [&str; 4] = [
    include_str!("../../../../templates/goods.json"),
    include_str!("../../../../templates/services.json"),
    include_str!("../../../../templates/works.json"),
    include_str!("../../../../templates/mall-order.json"),
];

#[expect(clippy::expect_used, reason = "the files are part of the program and a test reads each of them")]
static TEMPLATES: LazyLock<Vec<Template>> =
    LazyLock::new(|| FILES.iter().map(|file| Template::parse(file).expect("a bundled template is valid")).collect());

/// Every bundled template.
pub fn all() -> &'static [Template] {
    &TEMPLATES
}

/// The bundled template with an id like `goods-1`.
pub fn find(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id() == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_template_is_valid_and_has_its_own_id() {
        for (index, file) in FILES.iter().enumerate() {
            let template = Template::parse(file).unwrap_or_else(|error| panic!("file {index}: {error}"));
            assert_eq!(find(&template.id()), Some(&template));
        }
    }
}
