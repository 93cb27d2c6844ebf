//! Any bytes as an electronic seal: read, judged, and written anew with a stamp.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_seal::ses::{Seal, Verdict, seal_with_timestamp, verify_seal};

fuzz_target!(|bytes: &[u8]| {
    let Ok(seal) = Seal::parse(bytes) else { return };
    let _ = seal.record();
    // Nobody is trusted, so nothing may be valid.
    let report = verify_seal(&seal, &mut Validator::new(&[]), &RevocationEvidence::default(), seal.valid_from);
    assert_ne!(report.verdict(), Verdict::Valid);
    if let Ok(stamped) = seal_with_timestamp(bytes, b"0") {
        assert_eq!(Seal::parse(&stamped).map(|again| again.es_id), Ok(seal.es_id));
    }
});
