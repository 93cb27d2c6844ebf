//! Seals in photos. The photos are made here: a sealed sheet with printed text under and beside the seal, light that falls off across it
//! and is not white, noise of a sensor, colour at half the resolution, JPEG. So the true shape of the ink is known, and what is taken
//! out is held against it.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageFormat};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use yinxin_seal::draw::{
    CompanySeal, DateSeal, Drawing, NameEnding, NameSeal, NameText, OvalSeal, OvalSize, Rgb, SealKind,
};
use yinxin_seal::photo::{self, PhotoError, PhotoSeal, SealShape};

/// Resolution of the photos: 12 pixels to the millimetre.
const DPI: u32 = 305;

/// Strengths of ink, 0 to 1, in rows from the top.
#[derive(Clone)]
pub struct Mask {
    pub width: usize,
    pub height: usize,
    pub levels: Vec<f32>,
}

impl Mask {
    pub fn of(png: &[u8]) -> Self {
        let image = image::load_from_memory_with_format(png, ImageFormat::Png).unwrap().into_rgba8();
        let levels = image.pixels().map(|pixel| f32::from(pixel[3]) / 255.0).collect();
        Self { width: image.width() as usize, height: image.height() as usize, levels }
    }

    pub fn drawn(drawing: &Drawing) -> Self {
        Self::of(&drawing.to_png(DPI).unwrap())
    }

    pub fn at(&self, x: i64, y: i64) -> f32 {
        let inside = (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y);
        if inside { self.levels[y as usize * self.width + x as usize] } else { 0.0 }
    }

    /// First and last column and row with ink.
    pub fn bounds(&self) -> (i64, i64, i64, i64) {
        let mut bounds = (i64::MAX, i64::MIN, i64::MAX, i64::MIN);
        for (i, _) in self.levels.iter().enumerate().filter(|(_, level)| **level > 0.5) {
            let (x, y) = ((i % self.width) as i64, (i / self.width) as i64);
            bounds = (bounds.0.min(x), bounds.1.max(x), bounds.2.min(y), bounds.3.max(y));
        }
        bounds
    }
}

/// A photo in the making: light that comes back from each pixel, 0 to 1.
pub struct Sheet {
    pub width: usize,
    pub height: usize,
    pub light: Vec<[f32; 3]>,
}

pub const RED: [f32; 3] = [0.80, 0.13, 0.16];
const TONER: [f32; 3] = [0.07, 0.07, 0.08];

impl Sheet {
    pub fn blank(width: usize, height: usize) -> Self {
        Self { width, height, light: vec![[1.0; 3]; width * height] }
    }

    /// Presses `mask` on the sheet at (`left`, `top`): ink over ink takes both their lights away.
    pub fn press(&mut self, mask: &Mask, left: i64, top: i64, ink: [f32; 3], strength: f32) {
        let within = |from: i64, size: usize, all: usize| {
            let clamped = |at: i64| usize::try_from(at).unwrap_or(0).min(all);
            clamped(from)..clamped(from + size as i64)
        };
        for y in within(top, mask.height, self.height) {
            for x in within(left, mask.width, self.width) {
                let level = strength * mask.at(x as i64 - left, y as i64 - top);
                let light = &mut self.light[y * self.width + x];
                (0..3).for_each(|c| light[c] *= 1.0 - level * (1.0 - ink[c]));
            }
        }
    }

    /// Lines of print all over the sheet.
    pub fn with_text(mut self) -> Self {
        let line = Mask::drawn(&DateSeal { year: 2025, month: 6, day: 4 }.draw().unwrap());
        for (row, top) in (10..self.height as i64).step_by(line.height).enumerate() {
            for left in (-((row as i64 * 97) % 200)..self.width as i64).step_by(line.width + 20) {
                self.press(&line, left, top, TONER, 1.0);
            }
        }
        self
    }

    /// As a camera sees it under a warm light that falls off from one side to `dark`.
    fn photographed(&self, dark: f32, quality: u8) -> Vec<u8> {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(quality));
        let mut noise = || {
            let sum: f32 = rng.next_u32().to_le_bytes().map(f32::from).iter().sum();
            (sum - 510.0) / 28.0
        };
        let (width, height) = (self.width, self.height);
        let seen = |x: usize, y: usize| {
            // A lens is not sharp to the pixel.
            let mut sum = [0.0; 3];
            for (dx, dy) in (0..9).map(|k| (k % 3, k / 3)) {
                let (x, y) = ((x + dx).saturating_sub(1).min(width - 1), (y + dy).saturating_sub(1).min(height - 1));
                let weight = if dx == 1 && dy == 1 { 0.4 } else { 0.075 };
                (0..3).for_each(|c| sum[c] += weight * self.light[y * width + x][c]);
            }
            sum
        };
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
                let bright = 235.0 * (1.0 - (1.0 - dark) * (0.75 * u + 0.25 * v));
                let tint = [1.0, 0.96, 0.86];
                let light = seen(x, y);
                pixels.push([0, 1, 2].map(|c| light[c] * bright * tint[c] + noise()));
            }
        }
        // Colour at half the resolution: brightness stays, its differences are those of four pixels.
        let luma = |p: [f32; 3]| 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
        let mut bytes = Vec::with_capacity(pixels.len() * 3);
        for y in 0..height {
            for x in 0..width {
                let mut block = [0.0; 3];
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let (x, y) = ((x / 2 * 2 + dx).min(width - 1), (y / 2 * 2 + dy).min(height - 1));
                    (0..3).for_each(|c| block[c] += pixels[y * width + x][c] / 4.0);
                }
                let shift = luma(pixels[y * width + x]) - luma(block);
                bytes.extend(block.map(|value| (value + shift).round().clamp(0.0, 255.0) as u8));
            }
        }
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, quality)
            .encode(&bytes, width as u32, height as u32, ExtendedColorType::Rgb8)
            .unwrap();
        file
    }
}

pub fn company() -> Drawing {
    let code = Some("4301020000012".parse().unwrap());
    let name = "示例园林绿化有限公司".into();
    CompanySeal { name, kind: SealKind::Contract, code, diameter_mm: 40.0 }.draw().unwrap()
}

pub fn name_seal(text: NameText) -> Drawing {
    NameSeal { name: "林示例".into(), ending: NameEnding::Filling, text, side_mm: 20.0 }.draw().unwrap()
}

pub fn oval() -> Drawing {
    OvalSeal {
        name: "示例园林绿化有限公司".into(),
        number: Some("91430104MA000231X7".into()),
        purpose: Some("发票专用章".into()),
        code: None,
        size: OvalSize::Usual,
    }
    .draw()
    .unwrap()
}

/// A line of large characters, as a heading has them, at so many dots per inch.
pub fn red_text(dpi: u32) -> Mask {
    Mask::of(&DateSeal { year: 2025, month: 6, day: 4 }.draw().unwrap().to_png(dpi).unwrap())
}

pub fn taken(seal: &PhotoSeal) -> Mask {
    let (width, height) = (seal.width_px(), seal.height_px());
    let levels = (0..width * height).map(|i| f32::from(seal.ink_at(i % width, i / width)) / 255.0).collect();
    Mask { width: width as usize, height: height as usize, levels }
}

/// Intersection over union of two inks, at the best of a few shifts of their bounding boxes.
pub fn overlap(a: &Mask, b: &Mask) -> f64 {
    let ((al, ar, at, ab), (bl, _, bt, _)) = (a.bounds(), b.bounds());
    let mut best: f64 = 0.0;
    for (dx, dy) in (-2..=2).flat_map(|dx| (-2..=2).map(move |dy| (dx, dy))) {
        let (mut both, mut either) = (0_u32, 0_u32);
        for y in -4..=(ab - at + 4) {
            for x in -4..=(ar - al + 4) {
                let (p, q) = (a.at(al + x, at + y) > 0.5, b.at(bl + dx + x, bt + dy + y) > 0.5);
                both += u32::from(p && q);
                either += u32::from(p || q);
            }
        }
        best = best.max(f64::from(both) / f64::from(either));
    }
    best
}

#[test]
fn the_ink_is_taken_from_under_uneven_light_over_text_and_through_jpeg() {
    for (name, drawing, shape, dark, quality, least) in [
        ("round, even light", company(), SealShape::Round, 0.95, 90, 0.90),
        ("round, uneven light", company(), SealShape::Round, 0.5, 75, 0.88),
        ("round, strong shadow and compression", company(), SealShape::Round, 0.4, 50, 0.84),
        ("oval", oval(), SealShape::Oval, 0.6, 75, 0.84),
        ("red characters", name_seal(NameText::Red), SealShape::Square, 0.6, 75, 0.90),
        ("white characters", name_seal(NameText::White), SealShape::Square, 0.6, 75, 0.90),
    ] {
        let mask = Mask::drawn(&drawing);
        let mut sheet = Sheet::blank(mask.width + 200, mask.height + 160).with_text();
        sheet.press(&mask, 110, 70, RED, 0.9);
        let file = sheet.photographed(dark, quality);
        let seal = photo::extract(&file).unwrap();
        if let Some(folder) = std::env::var_os("YINXIN_PHOTOS") {
            let path = |end: &str| std::path::Path::new(&folder).join(format!("{name}{end}"));
            std::fs::write(path(".jpg"), &file).unwrap();
            std::fs::write(path(".png"), seal.to_png(Rgb(0xb5, 0x21, 0x1e)).unwrap()).unwrap();
        }
        let found = overlap(&mask, &taken(&seal));
        println!("{name}: {found:.3}, {}x{}", seal.width_px(), seal.height_px());
        assert_eq!(seal.shape(), shape, "{name}");
        assert!(found > least, "{name}: {found}");
        // Outside the seal nothing is left, though the print goes on there.
        let (left, right, top, bottom) = taken(&seal).bounds();
        let size = (drawing.width_mm * 12.0, drawing.height_mm * 12.0);
        assert!(((right - left) as f64 - size.0).abs() < 5.0 && ((bottom - top) as f64 - size.1).abs() < 5.0, "{name}");
    }
}

/// What a sheet of 460 by 400 pixels, 200 to the inch, with `press` on it and print under it is said to be.
fn outcome(press: impl FnOnce(&mut Sheet)) -> Result<SealShape, PhotoError> {
    let mut sheet = Sheet::blank(460, 400).with_text();
    press(&mut sheet);
    photo::extract(&sheet.photographed(0.6, 80)).map(|seal| seal.shape())
}

#[test]
fn where_there_is_no_whole_seal_none_is_made_up() {
    let at_200_dpi = |drawing: &Drawing| Mask::of(&drawing.to_png(200).unwrap());
    let round = at_200_dpi(&company());
    assert_eq!(outcome(|sheet| sheet.press(&round, 70, 40, RED, 0.9)), Ok(SealShape::Round));
    // Black print alone, and the same seal in black.
    assert_eq!(outcome(|_| {}), Err(PhotoError::NoSeal));
    assert_eq!(outcome(|sheet| sheet.press(&round, 70, 40, TONER, 1.0)), Err(PhotoError::NoSeal));
    // Red everywhere, a red sheet on a white table, a red disc.
    let block = |width: usize, height: usize| Mask { width, height, levels: vec![1.0; width * height] };
    assert_eq!(outcome(|sheet| sheet.press(&block(460, 400), 0, 0, RED, 0.9)), Err(PhotoError::NoSeal));
    assert_eq!(outcome(|sheet| sheet.press(&block(210, 210), 130, 70, RED, 0.9)), Err(PhotoError::NoSeal));
    let disc = {
        let level = |i: usize| f32::from(u8::from(((i % 210) as f32 - 105.0).hypot((i / 210) as f32 - 105.0) < 104.0));
        Mask { width: 210, height: 210, levels: (0..210 * 210).map(level).collect() }
    };
    assert_eq!(outcome(|sheet| sheet.press(&disc, 130, 70, RED, 0.9)), Err(PhotoError::NoSeal));
    // A red heading over a red line, as official papers have them.
    let heading = at_200_dpi(&DateSeal { year: 2025, month: 6, day: 4 }.draw().unwrap());
    assert_eq!(
        outcome(|sheet| {
            sheet.press(&heading, 90, 40, RED, 0.95);
            sheet.press(&block(400, 5), 30, 110, RED, 0.95);
        }),
        Err(PhotoError::NoSeal)
    );
    // A star without a ring.
    let star = Mask { levels: inside(&round, 0.4), ..round.clone() };
    assert_eq!(outcome(|sheet| sheet.press(&star, 70, 40, RED, 0.9)), Err(PhotoError::NoSeal));
    // A seal that runs over the edge of the photo.
    for (left, top) in [(-20, 40), (165, 40), (70, -20), (70, 105)] {
        assert_eq!(outcome(|sheet| sheet.press(&round, left, top, RED, 0.9)), Err(PhotoError::CutOff), "{left} {top}");
    }
    // Two seals.
    let square = at_200_dpi(&name_seal(NameText::Red));
    assert_eq!(
        outcome(|sheet| {
            sheet.press(&square, 40, 60, RED, 0.9);
            sheet.press(&square, 250, 200, RED, 0.9);
        }),
        Err(PhotoError::Several)
    );
}

/// Only what lies nearer to the middle than `share` of half the width.
fn inside(mask: &Mask, share: f32) -> Vec<f32> {
    let half = mask.width as f32 / 2.0;
    let near = |i: usize| ((i % mask.width) as f32 - half).hypot((i / mask.width) as f32 - half) < share * half;
    mask.levels.iter().enumerate().map(|(i, level)| if near(i) { *level } else { 0.0 }).collect()
}

#[test]
fn a_tiny_seal_is_refused() {
    let mask = Mask::of(&company().to_png(115).unwrap());
    assert!(mask.width < 200);
    let mut sheet = Sheet::blank(500, 400);
    sheet.press(&mask, 150, 100, RED, 0.9);
    assert_eq!(photo::extract(&sheet.photographed(0.8, 85)).unwrap_err(), PhotoError::TooSmall { least: 200 });
}

#[test]
fn what_was_taken_out_becomes_a_picture_and_outlines_of_its_true_size() {
    // A scan as PNG, without print, transparent where nothing is.
    let png = company().to_png(DPI).unwrap();
    let mut scan = image::RgbaImage::new(700, 600);
    let seal = image::load_from_memory(&png).unwrap().into_rgba8();
    image::imageops::overlay(&mut scan, &seal, 100, 60);
    let mut file = Cursor::new(Vec::new());
    scan.write_to(&mut file, ImageFormat::Png).unwrap();
    let taken_out = photo::extract(file.get_ref()).unwrap();
    let truth = Mask::of(&png);
    let picture = Mask::of(&taken_out.to_png(Rgb(0xb5, 0x21, 0x1e)).unwrap());
    let found = overlap(&truth, &picture);
    assert!(found > 0.93, "{found}");
    let drawing = taken_out.to_drawing(40.0).unwrap();
    assert_eq!(drawing.width_mm, 40.0);
    assert!((drawing.height_mm - 40.0).abs() < 0.3);
    let again = Mask::of(&drawing.to_png(DPI).unwrap());
    let found = overlap(&picture, &again);
    assert!(found > 0.93, "{found}");
    for width in [9.9, 60.1, f64::NAN] {
        assert!(taken_out.to_drawing(width).is_err());
    }
    assert_eq!(taken_out.ink_at(taken_out.width_px(), 0), 0);
}

#[test]
fn a_seal_close_to_a_corner_of_the_photo_is_taken_whole() {
    let mask = Mask::of(&company().to_png(200).unwrap());
    let mut sheet = Sheet::blank(mask.width + 90, mask.height + 90);
    sheet.press(&mask, 4, 4, RED, 0.9);
    let seal = photo::extract(&sheet.photographed(0.8, 85)).unwrap();
    let found = overlap(&mask, &taken(&seal));
    assert!(found > 0.88, "{found}");
}

#[test]
fn a_photo_is_turned_as_the_phone_says() {
    let mask = Mask::drawn(&oval());
    let mut sheet = Sheet::blank(700, 500);
    sheet.press(&mask, 80, 60, RED, 0.9);
    let file = sheet.photographed(0.8, 85);
    assert!(photo::extract(&file).unwrap().width_px() > 500);
    // APP1 with the one entry "orientation 6": to be turned clockwise by a quarter.
    let exif: [u8; 36] = [
        0xff, 0xe1, 0, 34, b'E', b'x', b'i', b'f', 0, 0, b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0,
        1, 0, 6, 0, 0, 0, 0, 0, 0,
    ];
    let turned = [&file[..2], &exif, &file[2..]].concat();
    let seal = photo::extract(&turned).unwrap();
    assert!(seal.height_px() > 500 && seal.width_px() < 400, "{} x {}", seal.width_px(), seal.height_px());
}

#[test]
fn files_that_are_no_photos_or_too_large_are_refused_before_they_are_decoded() {
    assert_eq!(photo::extract(b"").unwrap_err(), PhotoError::Unreadable);
    assert_eq!(photo::extract(b"GIF89a").unwrap_err(), PhotoError::Unreadable);
    let large = vec![0; photo::MOST_BYTES + 1];
    assert_eq!(photo::extract(&large).unwrap_err(), PhotoError::TooLarge { most: photo::MOST_BYTES });
    // A PNG of a few bytes that says it has 40,000 by 40,000 pixels.
    let mut bomb = company().to_png(72).unwrap();
    bomb[16..24].copy_from_slice(&[0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40]);
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(photo::extract(&bomb).unwrap_err(), PhotoError::TooManyPixels { most: photo::MOST_PIXELS });
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn damaged_photos_are_judged_without_panic() {
    let mut sheet = Sheet::blank(260, 250);
    sheet.press(&Mask::of(&company().to_png(140).unwrap()), 20, 15, RED, 0.9);
    let jpeg = sheet.photographed(0.8, 60);
    let png = company().to_png(140).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut below = |bound: usize| (rng.next_u64() % bound as u64) as usize;
    for seed in [&jpeg, &png] {
        for _ in 0..25 {
            let mut variant = seed.clone();
            for _ in 0..=below(4) {
                let at = below(variant.len());
                variant[at] = below(256) as u8;
            }
            let _ = photo::extract(&variant);
            let _ = photo::extract(&seed[..below(seed.len())]);
        }
    }
    let half = &jpeg[..jpeg.len() / 2];
    assert!(photo::extract(half).is_err(), "half a seal is none");
}
