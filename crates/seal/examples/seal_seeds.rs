//! Writes the fuzzer's seeds into `crates/seal/fuzz/seeds`: seals and seal signatures of each version and with each deviation of the field,
//! all made anew with test keys that are thrown away. No real seal is among them.
//!
//! `cargo run -p yinxin-seal --example seal_seeds`

#![allow(clippy::unwrap_used, reason = "a tool of the workshop, built from test code")]

#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../tests/it/forge.rs"]
mod forge;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../tests/it/world.rs"]
mod world;

use std::io::Cursor;
use std::path::Path;

use forge::{Forge, Further};
use image::{ImageFormat, Rgb, RgbImage};
use world::World;
use yinxin_seal::draw::{CompanySeal, SealKind};

fn write(name: &str, bytes: impl AsRef<[u8]>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn main() {
    let world = World::new();
    write("root.der", world.root.certificate.as_der());
    write("ca.der", world.ca.certificate.as_der());
    let octets =
        |version| Forge { hash_in_octet_string: true, signatures_in_octet_string: true, ..Forge::new(version) };
    let forges = [
        ("plain-1", Forge::new(1)),
        ("plain-4", Forge::new(4)),
        ("plain-5", Forge::new(5)),
        ("wrapped-4", Forge { wrapped_seal: true, further: Further::Wrapped, ..Forge::new(4) }),
        ("untagged-5", Forge { further: Further::Untagged, critical: Some(false), ..Forge::new(5) }),
        ("octets-1", octets(1)),
        ("octets-4", octets(4)),
        ("lengths-5", Forge { long_lengths: true, other_time_type: true, ..Forge::new(5) }),
        ("vendor-4", Forge { vendor_layout: true, further: Further::Unreadable, ..Forge::new(4) }),
    ];
    for (name, forge) in forges {
        write(&format!("seal/{name}"), forge.seal(&world));
        write(&format!("seal_signature/{name}"), forge.signature(&world));
    }
    write("photo/small.png", photo());
    let stroke = (0..12u8).flat_map(|step| {
        let [x, y, pressure] = [10.0 * f32::from(step), 50.0 + 3.0 * f32::from(step % 4), 0.5].map(f32::to_le_bytes);
        [x, y, pressure].concat()
    });
    write("handwriting/stroke", stroke.collect::<Vec<u8>>());
}

/// A seal on white paper, as small as it may be.
fn photo() -> Vec<u8> {
    let seal = CompanySeal { name: "示例公司".into(), kind: SealKind::Company, code: None, diameter_mm: 38.0 };
    let seal = seal.draw().unwrap().to_png(150).unwrap();
    let seal = image::load_from_memory_with_format(&seal, ImageFormat::Png).unwrap().into_rgba8();
    let mut sheet = RgbImage::from_pixel(300, 300, Rgb([250, 250, 250]));
    for (x, y, pixel) in seal.enumerate_pixels().filter(|(_, _, pixel)| pixel[3] > 127) {
        sheet.put_pixel(x + 30, y + 30, Rgb([pixel[0], pixel[1], pixel[2]]));
    }
    let mut out = Cursor::new(Vec::new());
    sheet.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}
