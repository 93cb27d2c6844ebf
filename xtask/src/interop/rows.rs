//! The rows of the page: what there is, who could read or make it, and why some cannot.

use super::Way;

/// One kind of object, and the programs that could be expected to know it.
pub struct Row {
    /// Its name, as the tests note it.
    pub artefact: &'static str,
    /// The programs, in the order of the page.
    pub programs: &'static [&'static str],
}

const fn row(artefact: &'static str, programs: &'static [&'static str]) -> Row {
    Row { artefact, programs }
}

const OPENSSL: &str = "OpenSSL";
const BOUNCY: &str = "BouncyCastle";
const SCRIPT: &str = "sm-crypto";
const PYHANKO: &str = "pyHanko";
const PDFSIG: &str = "pdfsig";
const QPDF: &str = "qpdf";
const PYTHON: &str = "check_pdf.py";
/// The program whose samples lie beside the workspace and may be absent.
pub const SAMPLES: &str = "ofdrw";

/// Every program of the page, and what it is.
pub const PROGRAMS: &[(&str, &str)] = &[
    (OPENSSL, "the command line of OpenSSL 3.0, in C."),
    (BOUNCY, "BouncyCastle 1.72 in Java, through `oracles/SmOracle.java` (reads) and `oracles/SmMaker.java` (makes)."),
    (SCRIPT, "SM2, SM3 and SM4 in JavaScript, through `oracles/sm_crypto.mjs`; no X.509, no CMS."),
    (
        PYHANKO,
        "PAdES in Python, through `oracles/check_lta.py`, `oracles/check_pdf.py` and `crates/pdf/tests/it/foreign.py`; no SM2.",
    ),
    (PDFSIG, "poppler's, in C++ over NSS; the value of a signature, neither levels nor document timestamps; no SM2."),
    (QPDF, "the structure of PDF, in C++; no signatures."),
    (PYTHON, "pyHanko for the structure, and SM2 as integer arithmetic in Python for the values; it only reads."),
    (
        SAMPLES,
        "seals, seal signatures and a sealed OFD that the ofdrw project (Java) made and published; samples, so that they only can be read.",
    ),
];

/// All rows by section.
pub const SECTIONS: &[(&str, &[Row])] = &[
    (
        "Algorithms",
        &[
            row("SM3 digests", &[OPENSSL, SCRIPT]),
            row("SM4 ciphers", &[OPENSSL, BOUNCY, SCRIPT]),
            row("SM2 signatures", &[OPENSSL, BOUNCY, SCRIPT]),
            row("SM2 ciphertexts", &[OPENSSL, BOUNCY, SCRIPT]),
            row("RSA ciphertexts and signatures", &[OPENSSL]),
        ],
    ),
    (
        "Keys",
        &[
            row("PKCS#8 keys", &[OPENSSL, BOUNCY]),
            row("PKCS#8 keys under a password", &[OPENSSL, BOUNCY]),
            row("PKCS#12 key files", &[OPENSSL, BOUNCY]),
        ],
    ),
    (
        "Certificates and what goes with them",
        &[
            row("Certificates, SM2", &[OPENSSL, BOUNCY]),
            row("Certificates, ECDSA and RSA", &[OPENSSL, BOUNCY]),
            row("Certificate requests, SM2", &[OPENSSL, BOUNCY]),
            row("Certificate requests, ECDSA and RSA", &[OPENSSL, BOUNCY]),
            row("Revocation lists, SM2", &[OPENSSL, BOUNCY]),
            row("Revocation lists, ECDSA and RSA", &[OPENSSL, BOUNCY]),
            row("Status responses, SM2", &[OPENSSL, BOUNCY]),
            row("Status responses, ECDSA and RSA", &[OPENSSL, BOUNCY]),
            row("Timestamps, SM2", &[OPENSSL, BOUNCY]),
            row("Timestamps, ECDSA and RSA", &[OPENSSL, BOUNCY]),
        ],
    ),
    (
        "Messages",
        &[
            row("CMS (RFC 5652), SM2", &[OPENSSL, BOUNCY]),
            row("CMS (RFC 5652), ECDSA and RSA", &[OPENSSL, BOUNCY]),
            row("CMS (GM/T 0010)", &[OPENSSL, BOUNCY]),
            row("Envelopes, RSA", &[OPENSSL, BOUNCY]),
            row("Envelopes (GM/T 0010), SM2", &[OPENSSL, BOUNCY]),
        ],
    ),
    (
        "Seals",
        &[
            row("Seals, GM/T 0031-2014", &[SAMPLES]),
            row("Seals, GB/T 38540-2020", &[BOUNCY, PYTHON, SAMPLES]),
            row("Seals, GM/T 0031-2025", &[BOUNCY, PYTHON, SAMPLES]),
            row("Seal signatures, GB/T 38540-2020", &[BOUNCY, PYTHON, SAMPLES]),
            row("Seal signatures, GM/T 0031-2025", &[BOUNCY, PYTHON, SAMPLES]),
        ],
    ),
    (
        "PDF",
        &[
            row("PDF structure", &[QPDF, PYHANKO]),
            row("PDF with SM2 seals (GB/T 38540)", &[PYTHON, PDFSIG, PYHANKO, SAMPLES]),
            row("PDF signed with SM2 (CMS)", &[PYTHON, PDFSIG, PYHANKO]),
            row("PAdES B-B", &[PYHANKO, PDFSIG]),
            row("PAdES B-T", &[PYHANKO, PDFSIG]),
            row("PAdES B-LT", &[PYHANKO, PDFSIG]),
            row("PAdES B-LTA", &[PYHANKO, PDFSIG]),
            row("A concluded contract of the running product", &[PYHANKO, PYTHON, PDFSIG, QPDF]),
        ],
    ),
];

const NO_IDENTITY: &str = "verifies SM2 without the user id 1234567812345678 and cannot be told it";
const READS_ONLY: &str = "only reads";
const SAMPLE: &str = "samples cannot read";
const NO_SM2: &str = "does not know SM2";
const NSS: &str = "signs only with keys in an NSS database; reads only here";
const PRODUCT: &str = "the product's own";

/// The cells that cannot be filled: artefact, program, way, reason.
pub const GAPS: &[(&str, &str, Way, &str)] = &[
    ("Revocation lists, SM2", OPENSSL, Way::Ours, NO_IDENTITY),
    ("Status responses, SM2", OPENSSL, Way::Ours, NO_IDENTITY),
    ("Timestamps, SM2", OPENSSL, Way::Ours, NO_IDENTITY),
    ("Timestamps, SM2", OPENSSL, Way::Theirs, "`openssl ts -reply` does not sign with SM2"),
    ("CMS (RFC 5652), SM2", OPENSSL, Way::Theirs, "`openssl cms -sign` fails with SM2"),
    ("CMS (GM/T 0010)", OPENSSL, Way::Theirs, "does not know these content types"),
    ("Seals, GM/T 0031-2014", SAMPLES, Way::Ours, "version 1 is read, not written"),
    ("Seals, GB/T 38540-2020", PYTHON, Way::Theirs, READS_ONLY),
    ("Seals, GB/T 38540-2020", SAMPLES, Way::Ours, SAMPLE),
    ("Seals, GM/T 0031-2025", PYTHON, Way::Theirs, READS_ONLY),
    ("Seals, GM/T 0031-2025", SAMPLES, Way::Ours, SAMPLE),
    ("Seal signatures, GB/T 38540-2020", PYTHON, Way::Theirs, READS_ONLY),
    ("Seal signatures, GB/T 38540-2020", SAMPLES, Way::Ours, SAMPLE),
    ("Seal signatures, GM/T 0031-2025", PYTHON, Way::Theirs, READS_ONLY),
    ("Seal signatures, GM/T 0031-2025", SAMPLES, Way::Ours, SAMPLE),
    ("PDF structure", PYHANKO, Way::Ours, "see the rows on PAdES"),
    ("PDF with SM2 seals (GB/T 38540)", PYTHON, Way::Theirs, READS_ONLY),
    ("PDF with SM2 seals (GB/T 38540)", PDFSIG, Way::Ours, NO_SM2),
    ("PDF with SM2 seals (GB/T 38540)", PDFSIG, Way::Theirs, NO_SM2),
    ("PDF with SM2 seals (GB/T 38540)", PYHANKO, Way::Ours, NO_SM2),
    ("PDF with SM2 seals (GB/T 38540)", PYHANKO, Way::Theirs, NO_SM2),
    ("PDF with SM2 seals (GB/T 38540)", SAMPLES, Way::Ours, SAMPLE),
    ("PDF signed with SM2 (CMS)", PYTHON, Way::Theirs, READS_ONLY),
    ("PDF signed with SM2 (CMS)", PDFSIG, Way::Ours, NO_SM2),
    ("PDF signed with SM2 (CMS)", PDFSIG, Way::Theirs, NO_SM2),
    ("PDF signed with SM2 (CMS)", PYHANKO, Way::Ours, NO_SM2),
    ("PDF signed with SM2 (CMS)", PYHANKO, Way::Theirs, NO_SM2),
    ("PAdES B-B", PDFSIG, Way::Theirs, NSS),
    ("PAdES B-T", PDFSIG, Way::Theirs, NSS),
    ("PAdES B-LT", PDFSIG, Way::Theirs, NSS),
    ("PAdES B-LTA", PDFSIG, Way::Theirs, NSS),
    ("A concluded contract of the running product", PYHANKO, Way::Theirs, PRODUCT),
    ("A concluded contract of the running product", PYTHON, Way::Theirs, PRODUCT),
    ("A concluded contract of the running product", PDFSIG, Way::Theirs, PRODUCT),
    ("A concluded contract of the running product", QPDF, Way::Theirs, PRODUCT),
];
