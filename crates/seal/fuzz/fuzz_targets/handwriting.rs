//! Any numbers as the strokes of a signature: each 12 bytes are a position, and an odd first byte begins a new stroke.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yinxin_seal::draw::{HandwrittenSignature, PenPoint};

fuzz_target!(|bytes: &[u8]| {
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
    if let Ok(drawing) = (HandwrittenSignature { strokes, width_mm: 40.0, height_mm: 16.0 }).draw() {
        assert!(drawing.to_png(72).is_ok());
    }
});
