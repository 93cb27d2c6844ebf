//! The web application as files inside the binary.
//!
//! `build.rs` has npm make the bundle from the sources in this folder and lists its files; [`asset`] hands one out in the best
//! encoding that the client takes. What a path that is no file means (a page of the application) is the server's to say: it answers
//! with `index.html`.

/// One file of the bundle in one encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The body.
    pub bytes: &'static [u8],
    /// `Content-Encoding` (`br`, `gzip`) of the body; none: as it is.
    pub encoding: Option<&'static str>,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// A strong `ETag`, in quotes; differs between encodings of one file.
    pub etag: &'static str,
    /// Whether the name holds a digest of the content, so that a client may keep it for good.
    pub immutable: bool,
}

/// One encoding of one file.
struct Body {
    bytes: &'static [u8],
    etag: &'static str,
}

/// One file, as `build.rs` lists it.
struct File {
    path: &'static str,
    content_type: &'static str,
    immutable: bool,
    plain: Body,
    brotli: Option<Body>,
    gzip: Option<Body>,
}

// FILES, ordered by path.
include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file at `path` (`index.html`, `assets/index-Bx3.js`; a slash before it does not matter), or nothing if there is none.
///
/// Brotli is preferred to gzip, and either only given if the client takes it and the file has it.
#[must_use]
pub fn asset(path: &str, accept_brotli: bool, accept_gzip: bool) -> Option<Asset> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let file = FILES.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|place| FILES.get(place))?;
    let packed = |wanted: bool, body: &'static Option<Body>, name| {
        body.as_ref().filter(|_| wanted).map(|body| (body, Some(name)))
    };
    let (body, encoding) = packed(accept_brotli, &file.brotli, "br")
        .or_else(|| packed(accept_gzip, &file.gzip, "gzip"))
        .unwrap_or((&file.plain, None));
    Some(Asset {
        bytes: body.bytes,
        encoding,
        content_type: file.content_type,
        etag: body.etag,
        immutable: file.immutable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_files_that_are_there_and_nothing_of_elsewhere() {
        let document = asset("/index.html", false, false).expect("the bundle has its document");
        assert_eq!(
            (document.encoding, document.content_type, document.immutable),
            (None, "text/html; charset=utf-8", false)
        );
        let text = std::str::from_utf8(document.bytes).expect("the document is text");
        let named: Vec<&str> = text
            .split(['"', '\''])
            .filter(|part| part.starts_with('/') && part.contains('.') || part.contains("://"))
            .collect();
        assert!(named.len() >= 3, "{text}");
        for name in named {
            assert!(asset(name, true, true).is_some(), "{name} is not in the bundle");
        }
        // A content security policy without 'unsafe-inline' would refuse these.
        assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains("<script>"), "{text}");
    }

    #[test]
    fn the_best_encoding_that_the_client_takes_is_given() {
        let script =
            FILES.iter().find(|file| file.path.ends_with(".js") && file.brotli.is_some()).expect("a packed script");
        let given = |brotli, gzip| asset(script.path, brotli, gzip).expect("it is there");
        assert_eq!(given(true, true).encoding, Some("br"));
        assert_eq!(given(false, true).encoding, Some("gzip"));
        assert_eq!(given(false, false).encoding, None);
        assert!(given(true, true).bytes.len() < given(false, false).bytes.len());
        assert_ne!(given(true, true).etag, given(false, false).etag);
    }

    #[test]
    fn only_names_that_change_with_their_content_are_kept_for_good() {
        for file in FILES {
            let hashed = file.path.starts_with("assets/") && !file.path.starts_with("assets/pdfjs/");
            assert_eq!(file.immutable, hashed, "{}", file.path);
        }
    }

    #[test]
    fn what_is_not_in_the_bundle_is_not_found() {
        for path in [
            "",
            "/",
            "//index.html",
            "../index.html",
            "assets",
            "assets/",
            "index.html/",
            "login",
            ".vite/manifest.json",
        ] {
            assert!(asset(path, true, true).is_none(), "{path}");
        }
    }
}
