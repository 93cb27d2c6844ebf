//! Photos as they come from a desk: hand-held and a little out of focus, under a lamp of some colour, with a shadow over half the sheet, on
//! paper that is not even, of a seal that was pressed unevenly over print and that a pen runs across, and compressed hard. All of it is made
//! here ([`crate::photo`] makes the sheet), so that what is taken out can be held against the ink that was pressed.

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use yinxin_seal::draw::Rgb;
use yinxin_seal::photo::{self, PhotoError, PhotoSeal, SealShape};

use crate::photo::{Mask, RED, Sheet, company, name_seal, oval, overlap, red_text, taken};

/// Blue ink of a pen.
const PEN: [f32; 3] = [0.16, 0.20, 0.55];

/// Smooth chance between 0 and 1, about `grain` pixels wide.
struct Blotches {
    grain: f32,
    columns: usize,
    values: Vec<f32>,
}

impl Blotches {
    fn new(width: usize, height: usize, grain: f32, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let columns = (width as f32 / grain) as usize + 2;
        let rows = (height as f32 / grain) as usize + 2;
        let values = (0..columns * rows).map(|_| (rng.next_u32() >> 8) as f32 / (1 << 24) as f32).collect();
        Self { grain, columns, values }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        let (u, v) = (x as f32 / self.grain, y as f32 / self.grain);
        let (left, top) = (u as usize, v as usize);
        let soft = |t: f32| t * t * (3.0 - 2.0 * t);
        let (u, v) = (soft(u.fract()), soft(v.fract()));
        let value = |dx: usize, dy: usize| self.values[(top + dy) * self.columns + left + dx];
        (value(0, 0) * (1.0 - u) + value(1, 0) * u) * (1.0 - v) + (value(0, 1) * (1.0 - u) + value(1, 1) * u) * v
    }
}

/// The seal as a worn pad presses it: fainter in places, and not at all in a few.
fn worn(mask: &Mask, seed: u64) -> Mask {
    let (coarse, fine) = (
        Blotches::new(mask.width, mask.height, mask.width as f32 / 7.0, seed),
        Blotches::new(mask.width, mask.height, 4.0, seed + 1),
    );
    let pressed = |(i, level): (usize, &f32)| {
        let (x, y) = (i % mask.width, i / mask.width);
        let gap = if fine.at(x, y) * 0.5 + coarse.at(x, y) < 0.3 { 0.0 } else { 1.0 };
        level * gap * (0.65 + 0.35 * coarse.at(x, y))
    };
    Mask { levels: mask.levels.iter().enumerate().map(pressed).collect(), ..mask.clone() }
}

/// How a photo is taken.
#[derive(Clone, Copy)]
struct Camera {
    /// What the lamp adds to each colour.
    tint: [f32; 3],
    /// How much light is left in the corner farthest from it.
    dark: f32,
    /// How much light is left in the shadow that lies over the right part of the sheet; 1 for none.
    shadow: f32,
    /// How far a point is spread, in pixels to each side.
    blur: usize,
    quality: u8,
}

const WARM: Camera = Camera { tint: [1.0, 0.93, 0.78], dark: 0.6, shadow: 1.0, blur: 1, quality: 60 };
const COLD: Camera = Camera { tint: [0.84, 0.94, 1.0], dark: 0.7, shadow: 1.0, blur: 1, quality: 45 };
const SHADED: Camera = Camera { tint: [1.0, 0.96, 0.88], dark: 0.75, shadow: 0.6, blur: 2, quality: 50 };
const WORST: Camera = Camera { tint: [1.0, 0.92, 0.76], dark: 0.6, shadow: 0.65, blur: 2, quality: 35 };

impl Sheet {
    /// A stroke of a pen from corner to corner of the square at (`left`, `top`), waving.
    fn sign(&mut self, left: usize, top: usize, size: usize, thick: f32) {
        for step in 0..4 * size {
            let t = step as f32 / (4 * size) as f32;
            let (x, y) = (left as f32 + t * size as f32, top as f32 + size as f32 * (0.5 + 0.35 * (t * 17.0).sin()));
            let (r, xs) = (thick.ceil() as i64, x as i64);
            for (dx, dy) in (-r..=r).flat_map(|dx| (-r..=r).map(move |dy| (dx, dy))) {
                let (px, py) = (xs + dx, y as i64 + dy);
                let inside = (0..self.width as i64).contains(&px) && (0..self.height as i64).contains(&py);
                if inside && (dx as f32).hypot(dy as f32) <= thick {
                    let light = &mut self.light[py as usize * self.width + px as usize];
                    (0..3).for_each(|c| light[c] = light[c].min(PEN[c]));
                }
            }
        }
    }

    /// As `camera` sees it, on paper with fibres and waves.
    fn taken_by(&self, camera: Camera) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        let waves = Blotches::new(width, height, width as f32 / 5.0, 5);
        let fibres = Blotches::new(width, height, 3.0, 6);
        let mut seen: Vec<[f32; 3]> = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let paper = 0.94 + 0.04 * waves.at(x, y) + 0.04 * (fibres.at(x, y) - 0.5);
                seen.push(self.light[y * width + x].map(|light| light * paper));
            }
        }
        // Twice a box each way is near enough to a lens that is out of focus.
        for _ in 0..2 {
            seen = across(&across(&seen, width, camera.blur), height, camera.blur);
        }
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(camera.quality));
        let mut bytes = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            for x in 0..width {
                let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
                // The edge of the shadow slants, and is soft.
                let inside = ((u - 0.42 + 0.12 * v) / 0.05).clamp(0.0, 1.0);
                let bright =
                    238.0 * (1.0 - (1.0 - camera.dark) * (0.3 * u + 0.7 * v)) * (1.0 - (1.0 - camera.shadow) * inside);
                let sum: f32 = rng.next_u32().to_le_bytes().map(f32::from).iter().sum();
                let grain = (sum - 510.0) / 40.0;
                let light = seen[y * width + x];
                bytes.extend([0, 1, 2].map(|c| (light[c] * bright * camera.tint[c] + grain).clamp(0.0, 255.0) as u8));
            }
        }
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, camera.quality)
            .encode(&bytes, width as u32, height as u32, ExtendedColorType::Rgb8)
            .unwrap();
        file
    }
}

/// The mean of each pixel and its neighbours in the row; the result lies on its side.
fn across(pixels: &[[f32; 3]], width: usize, reach: usize) -> Vec<[f32; 3]> {
    let height = pixels.len() / width;
    let mut out = vec![[0.0; 3]; pixels.len()];
    for (y, row) in pixels.chunks_exact(width).enumerate() {
        for x in 0..width {
            let near = &row[x.saturating_sub(reach)..(x + reach + 1).min(width)];
            out[x * height + y] = [0, 1, 2].map(|c| near.iter().map(|p| p[c]).sum::<f32>() / near.len() as f32);
        }
    }
    out
}

/// Lays the pictures beside each other for whoever wants to look: with `YINXIN_PHOTOS` set to a folder.
fn shown(name: &str, file: &[u8], seal: Option<&PhotoSeal>) {
    let Some(folder) = std::env::var_os("YINXIN_PHOTOS") else { return };
    let path = |end: &str| std::path::Path::new(&folder).join(format!("{name}{end}"));
    std::fs::write(path(".jpg"), file).unwrap();
    if let Some(seal) = seal {
        std::fs::write(path(".png"), seal.to_png(Rgb(0xb5, 0x21, 0x1e)).unwrap()).unwrap();
    }
}

/// Of all ink in `found`, how much lies where none was pressed, nor within two pixels of it: print, pen or paper taken for ink.
fn strange(truth: &Mask, found: &Mask) -> f64 {
    let ((tl, _, tt, _), (fl, fr, ft, fb)) = (truth.bounds(), found.bounds());
    let (mut wrong, mut all) = (0_u32, 0_u32);
    for (x, y) in (fl..=fr).flat_map(|x| (ft..=fb).map(move |y| (x, y))).filter(|(x, y)| found.at(*x, *y) > 0.5) {
        let near = |dx: i64, dy: i64| truth.at(tl + x - fl + dx, tt + y - ft + dy) > 0.3;
        wrong += u32::from(!(-3..=3).any(|dx| (-3..=3).any(|dy| near(dx, dy))));
        all += 1;
    }
    f64::from(wrong) / f64::from(all.max(1))
}

#[test]
fn the_ink_comes_out_clean_of_what_a_desk_adds() {
    let plain = Mask::drawn(&company());
    let cases: [(&str, Mask, SealShape, Camera, bool, f64); 7] = [
        ("warm lamp", plain.clone(), SealShape::Round, WARM, false, 0.80),
        ("cold light", plain.clone(), SealShape::Round, COLD, false, 0.80),
        ("half in shadow", plain.clone(), SealShape::Round, SHADED, false, 0.75),
        ("pen across", plain.clone(), SealShape::Round, WARM, true, 0.70),
        ("worn", worn(&plain, 3), SealShape::Round, WARM, false, 0.70),
        ("worn, pen, shadow, quality 35", worn(&plain, 4), SealShape::Round, WORST, true, 0.55),
        ("oval, shadow", Mask::drawn(&oval()), SealShape::Oval, SHADED, false, 0.70),
    ];
    for (name, mask, shape, camera, pen, least) in cases {
        let mut sheet = Sheet::blank(mask.width + 420, mask.height + 340).with_text();
        sheet.press(&mask, 210, 170, RED, 0.9);
        if pen {
            sheet.sign(180, 150, mask.width + 60, 3.5);
        }
        let file = sheet.taken_by(camera);
        let seal = photo::extract(&file);
        shown(name, &file, seal.as_ref().ok());
        let seal = seal.unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = taken(&seal);
        let (whole, wrong) = (overlap(&mask, &found), strange(&mask, &found));
        println!("{name}: {whole:.3}, strange {wrong:.4}, {}x{}", seal.width_px(), seal.height_px());
        assert_eq!(seal.shape(), shape, "{name}");
        assert!(whole > least && wrong < 0.01, "{name}: {whole} {wrong}");
    }
}

/// The outcome of a photo of 1,000 by 800 pixels with `press` on it and print under it, by lamplight.
fn outcome(name: &str, press: impl FnOnce(&mut Sheet)) -> Result<SealShape, PhotoError> {
    let mut sheet = Sheet::blank(1_000, 800).with_text();
    press(&mut sheet);
    let file = sheet.taken_by(WARM);
    let seal = photo::extract(&file);
    shown(name, &file, seal.as_ref().ok());
    seal.map(|seal| seal.shape())
}

#[test]
fn what_is_no_whole_and_single_seal_is_refused_on_a_desk_too() {
    let seal = Mask::of(&company().to_png(200).unwrap());
    let block = |width: usize, height: usize| Mask { width, height, levels: vec![1.0; width * height] };
    assert_eq!(outcome("one", |sheet| sheet.press(&seal, 340, 240, RED, 0.9)), Ok(SealShape::Round));
    assert_eq!(outcome("print", |_| {}), Err(PhotoError::NoSeal));
    assert_eq!(outcome("pen", |sheet| sheet.sign(100, 100, 600, 4.0)), Err(PhotoError::NoSeal));
    let tiny = Mask::of(&company().to_png(72).unwrap());
    assert_eq!(
        outcome("tiny", |sheet| sheet.press(&tiny, 400, 300, RED, 0.9)),
        Err(PhotoError::TooSmall { least: photo::LEAST_SEAL })
    );
    // The head of an official paper: large red characters, and the red line under them.
    let heading = red_text(260);
    assert_eq!(
        outcome("letterhead", |sheet| {
            sheet.press(&heading, 120, 40, RED, 0.95);
            sheet.press(&block(860, 6), 70, 150, RED, 0.95);
        }),
        Err(PhotoError::NoSeal)
    );
    assert_eq!(outcome("underline", |sheet| sheet.press(&block(500, 5), 200, 400, RED, 0.9)), Err(PhotoError::NoSeal));
    // Red paper, all of it or the table under a smaller sheet.
    assert_eq!(outcome("red paper", |sheet| sheet.press(&block(1_000, 800), 0, 0, RED, 0.9)), Err(PhotoError::NoSeal));
    assert_eq!(
        outcome("seal on red paper", |sheet| {
            sheet.press(&block(1_000, 800), 0, 0, [0.95, 0.55, 0.5], 1.0);
            sheet.press(&seal, 340, 240, RED, 0.9);
        }),
        Err(PhotoError::NoSeal)
    );
    // Two seals: which one is meant is not ours to guess, side by side or one over the other.
    assert_eq!(
        outcome("two", |sheet| {
            sheet.press(&seal, 100, 240, RED, 0.9);
            sheet.press(&seal, 560, 260, RED, 0.9);
        }),
        Err(PhotoError::Several)
    );
    let name = Mask::of(&name_seal(yinxin_seal::draw::NameText::Red).to_png(200).unwrap());
    assert_eq!(
        outcome("two kinds", |sheet| {
            sheet.press(&seal, 100, 240, RED, 0.9);
            sheet.press(&name, 640, 300, RED, 0.9);
        }),
        // A name seal is a quarter of a company's: the large one is meant.
        Ok(SealShape::Round)
    );
    // A letterhead and a whole seal below it: the seal is meant.
    assert_eq!(
        outcome("letterhead and seal", |sheet| {
            sheet.press(&heading, 120, 40, RED, 0.95);
            sheet.press(&block(860, 6), 70, 150, RED, 0.95);
            sheet.press(&seal, 560, 330, RED, 0.9);
        }),
        Ok(SealShape::Round)
    );
}

/// Twelve megapixels as a telephone takes them, the seal a part of the sheet.
#[test]
fn a_photo_of_a_telephone_is_read_at_its_full_size() {
    let mask = worn(&Mask::of(&company().to_png(550).unwrap()), 9);
    let mut sheet = Sheet::blank(4_000, 3_000).with_text();
    sheet.press(&mask, 1_900, 1_300, RED, 0.9);
    sheet.sign(1_700, 1_300, 1_100, 6.0);
    let file = sheet.taken_by(SHADED);
    let seal = photo::extract(&file).unwrap();
    shown("telephone", &file, Some(&seal));
    let found = taken(&seal);
    let (whole, wrong) = (overlap(&mask, &found), strange(&mask, &found));
    println!("telephone: {whole:.3}, strange {wrong:.4}, {}x{}", seal.width_px(), seal.height_px());
    assert_eq!(seal.shape(), SealShape::Round);
    assert!(whole > 0.6 && wrong < 0.01, "{whole} {wrong}");
}
