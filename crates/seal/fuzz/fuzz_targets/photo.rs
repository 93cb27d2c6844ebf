//! Any bytes as a photo.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yinxin_seal::{draw::CINNABAR, photo};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(seal) = photo::extract(bytes) {
        assert!(seal.to_png(CINNABAR).is_ok() && seal.to_drawing(40.0).is_ok());
    }
});
