//! What the fuzzer asks of every input. Each function says whether the bytes were read as what they were taken for.
//!
//! The seeds go through the same functions in `cargo test -p yinxin-seal`, so that they stay good. They are made by
//! `cargo run -p yinxin-seal --example seal_seeds`; every key behind them was a test key, and was thrown away.

use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_pki::x509::Certificate;
use yinxin_seal::draw::{CINNABAR, HandwrittenSignature, PenPoint};
use yinxin_seal::photo;
use yinxin_seal::ses::{
    Seal, SealSignature, Verdict, seal_with_timestamp, verify_seal, verify_seal_signature, with_timestamp,
};

/// What is done with the bytes of one input.
pub type Target = fn(&[u8]) -> bool;

/// The targets by the names of their folders of seeds.
pub const TARGETS: [(&str, Target); 4] =
    [("seal", seal), ("seal_signature", seal_signature), ("photo", photo), ("handwriting", handwriting)];

/// The root and the CA of the seeds, at the time of their making: nothing but the seeds may be valid under them.
const ROOT: &[u8] = include_bytes!("../seeds/root.der");
const CA: &[u8] = include_bytes!("../seeds/ca.der");
const NOW: i64 = 1_751_270_580_000_000;
const SEALS: [&[u8]; 9] = [
    include_bytes!("../seeds/seal/plain-1"),
    include_bytes!("../seeds/seal/plain-4"),
    include_bytes!("../seeds/seal/plain-5"),
    include_bytes!("../seeds/seal/wrapped-4"),
    include_bytes!("../seeds/seal/untagged-5"),
    include_bytes!("../seeds/seal/octets-1"),
    include_bytes!("../seeds/seal/octets-4"),
    include_bytes!("../seeds/seal/lengths-5"),
    include_bytes!("../seeds/seal/vendor-4"),
];
const SIGNATURES: [&[u8]; 9] = [
    include_bytes!("../seeds/seal_signature/plain-1"),
    include_bytes!("../seeds/seal_signature/plain-4"),
    include_bytes!("../seeds/seal_signature/plain-5"),
    include_bytes!("../seeds/seal_signature/wrapped-4"),
    include_bytes!("../seeds/seal_signature/untagged-5"),
    include_bytes!("../seeds/seal_signature/octets-1"),
    include_bytes!("../seeds/seal_signature/octets-4"),
    include_bytes!("../seeds/seal_signature/lengths-5"),
    include_bytes!("../seeds/seal_signature/vendor-4"),
];

fn with_validator<T>(judge: impl FnOnce(&mut Validator<'_>) -> T) -> T {
    let certificate = |der| Certificate::from_der(der).expect("the seed is a certificate");
    let roots = [certificate(ROOT)];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(&[certificate(CA)]);
    judge(&mut validator)
}

/// What the maker of a seal signed, if it names one.
fn signed(seal: &[u8]) -> Option<Vec<u8>> {
    Some(Seal::parse(seal).ok()?.maker?.to_be_signed.into_owned())
}

/// An electronic seal: read, judged, and written anew with a stamp.
pub fn seal(bytes: &[u8]) -> bool {
    let Ok(seal) = Seal::parse(bytes) else { return false };
    let _ = seal.record();
    let none = RevocationEvidence::default();
    if with_validator(|validator| verify_seal(&seal, validator, &none, NOW)).verdict() == Verdict::Valid {
        let own = signed(bytes);
        assert!(own.is_some() && SEALS.into_iter().any(|seed| signed(seed) == own), "a seal that nobody made is valid");
    }
    if let Ok(stamped) = seal_with_timestamp(bytes, b"0") {
        assert_eq!(Seal::parse(&stamped).map(|again| again.es_id), Ok(seal.es_id));
    }
    true
}

/// A seal signature: read, judged, and written anew with a stamp.
pub fn seal_signature(bytes: &[u8]) -> bool {
    let Ok(signature) = SealSignature::parse(bytes) else { return false };
    let none = RevocationEvidence::default();
    let hash = signature.data_hash;
    if with_validator(|validator| verify_seal_signature(&signature, hash, validator, &none, NOW)).verdict()
        == Verdict::Valid
    {
        let genuine = SIGNATURES.into_iter().filter_map(|seed| SealSignature::parse(seed).ok());
        assert!(
            genuine.into_iter().any(|seed| seed.to_be_signed == signature.to_be_signed),
            "a seal signature that nobody gave is valid"
        );
    }
    if let Ok(stamped) = with_timestamp(bytes, b"0") {
        assert!(SealSignature::parse(&stamped).is_ok_and(|again| again.to_be_signed == signature.to_be_signed));
    }
    true
}

/// A photo of a seal.
pub fn photo(bytes: &[u8]) -> bool {
    let Ok(seal) = photo::extract(bytes) else { return false };
    assert!(seal.to_png(CINNABAR).is_ok() && seal.to_drawing(40.0).is_ok());
    true
}

/// Numbers as the strokes of a signature: each 12 bytes are a position, and an odd first byte begins a new stroke.
pub fn handwriting(bytes: &[u8]) -> bool {
    let mut strokes = vec![Vec::new()];
    for point in bytes.chunks_exact(12) {
        let number =
            |at: usize| f64::from(f32::from_le_bytes([point[at], point[at + 1], point[at + 2], point[at + 3]]));
        if point[0] & 1 == 1 {
            strokes.push(Vec::new());
        }
        let point = PenPoint { x: number(0), y: number(4), pressure: number(8) };
        strokes.last_mut().expect("there is always one").push(point);
    }
    let Ok(drawing) = (HandwrittenSignature { strokes, width_mm: 40.0, height_mm: 16.0 }).draw() else { return false };
    assert!(drawing.to_png(72).is_ok());
    true
}
