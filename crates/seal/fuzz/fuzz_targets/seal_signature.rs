//! Any bytes as a seal signature: read, judged, and written anew with a stamp.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_seal::ses::{SealSignature, Verdict, verify_seal_signature, with_timestamp};

fuzz_target!(|bytes: &[u8]| {
    let Ok(signature) = SealSignature::parse(bytes) else { return };
    let now = signature.claimed_time.unwrap_or_default();
    let evidence = RevocationEvidence::default();
    let report = verify_seal_signature(&signature, signature.data_hash, &mut Validator::new(&[]), &evidence, now);
    // Nobody is trusted, so nothing may be valid.
    assert_ne!(report.verdict(), Verdict::Valid);
    if let Ok(stamped) = with_timestamp(bytes, b"0") {
        assert!(SealSignature::parse(&stamped).is_ok_and(|again| again.to_be_signed == signature.to_be_signed));
    }
});
