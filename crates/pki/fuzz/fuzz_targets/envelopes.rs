#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    yinxin_pki_fuzz::envelopes(bytes);
});
