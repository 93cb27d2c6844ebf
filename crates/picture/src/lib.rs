//! One page of a PDF file as a picture: a thumbnail without a browser, with what stands on the page and with the appearances of its
//! annotations, which are our seals, page buttons and seam slices.
//!
//! The drawing is hayro's. It is pure Rust and draws what our files hold as poppler does, but it bounds neither time nor memory: half a
//! kilobyte of dashes takes gigabytes, and memory that cannot be had ends the process. So a file is drawn in a process of its own that
//! confines itself first ([`confine`]) and dies alone; `yinxin-picture` is that process, and `docs/adr/0006` says what was measured.
//! Nothing here belongs into a process that does anything else.

use std::fmt;
use std::io;
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::{FontData, FontQuery};
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use yinxin_fonts::{Family, Style, Weight, faces};

/// The widest and highest picture in pixels.
pub const MAX_SIDE_PX: u16 = 4_000;

/// The most pixels of one picture: an A3 sheet at 200 dpi is 7.7 million.
pub const MAX_PIXELS: u32 = 8_000_000;

/// Bytes of address space that drawing one page may take; a page of 8 million pixels with a transparency group takes a third of it.
pub const MEMORY_BYTES: u64 = 1 << 30;

/// Seconds of processor time that drawing one page may take; a page of a contract takes a tenth of one.
pub const CPU_SECONDS: u64 = 10;

/// A drawn page on white paper.
pub struct Picture {
    width: u16,
    height: u16,
    rgb: Vec<u8>,
}

/// Why no picture was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// No PDF file, or one whose pages cannot be found.
    #[error("not a readable PDF file")]
    Unreadable,
    /// A password is needed to read it.
    #[error("the file is encrypted")]
    Encrypted,
    /// The page, counted from 0, is not there.
    #[error("there is no such page; the file has {pages}")]
    NoSuchPage {
        /// How many there are.
        pages: usize,
    },
    /// The page has no size that could be drawn.
    #[error("the page has no size that could be drawn")]
    PageSize,
    /// The picture would be wider, higher or larger than [`MAX_SIDE_PX`] and [`MAX_PIXELS`] allow, or has no width at all.
    #[error("the picture would be larger than {MAX_SIDE_PX} pixels a side or {MAX_PIXELS} in all")]
    TooLarge,
}

impl PictureError {
    /// The stable name of the refusal.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "picture.unreadable",
            Self::Encrypted => "picture.encrypted",
            Self::NoSuchPage { .. } => "picture.no_such_page",
            Self::PageSize => "picture.page_size",
            Self::TooLarge => "picture.too_large",
        }
    }
}

/// Limits this process, for good, to [`MEMORY_BYTES`] of address space and [`CPU_SECONDS`] of processor time. Beyond the first an allocation
/// fails and the process aborts; beyond the second the kernel ends it. A wall-clock limit is the caller's, who has a clock.
///
/// # Errors
/// The kernel refused.
pub fn confine() -> io::Result<()> {
    for (resource, most) in [(Resource::As, MEMORY_BYTES), (Resource::Cpu, CPU_SECONDS), (Resource::Core, 0)] {
        // A limit that is already lower stays.
        let most = getrlimit(resource).maximum.map_or(most, |known| known.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Draws one page, counted from 0, `width_px` pixels wide: its crop box, turned as its /Rotate says (ISO 32000-1, 7.7.3.3), with the normal
/// appearances of all annotations that are not hidden (12.5.5).
///
/// Chinese fonts that the file names but does not hold are replaced by the bundled ones, the fourteen standard fonts by like ones.
///
/// # Errors
/// [`PictureError`] where the file or the page is none, or the picture would be too large. What is hostile beyond that panics, aborts or never
/// ends: see [`confine`].
pub fn draw(file: Vec<u8>, page: usize, width_px: u16) -> Result<Picture, PictureError> {
    let pdf = Pdf::new(file).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => PictureError::Encrypted,
        LoadPdfError::Decryption(_) | LoadPdfError::Invalid => PictureError::Unreadable,
    })?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(PictureError::Unreadable);
    }
    let page = pages.get(page).ok_or(PictureError::NoSuchPage { pages: pages.len() })?;
    let (width_pt, height_pt) = page.render_dimensions();
    let scale = f32::from(width_px) / width_pt;
    if !(width_pt.is_normal() && height_pt.is_normal() && width_pt > 0.0 && height_pt > 0.0) {
        return Err(PictureError::PageSize);
    }
    let (width, height) = (f32::from(width_px), (height_pt * scale).round().max(1.0));
    let side = f32::from(MAX_SIDE_PX);
    if !(1.0..=side).contains(&width) || height > side || width * height > MAX_PIXELS as f32 {
        return Err(PictureError::TooLarge);
    }
    let content = InterpreterSettings { font_resolver: Arc::new(font_for), ..InterpreterSettings::default() };
    // The renderer cuts fractions off; half a pixel more and neither side loses one.
    let paper =
        PixmapSettings { x_scale: (width + 0.5) / width_pt, y_scale: (height + 0.5) / height_pt, bg_color: WHITE };
    // Hinting would move what is as small as in a thumbnail by whole pixels.
    let how = RenderSettings { hinting: false, ..RenderSettings::default() };
    let drawn = hayro::render(page, &RenderCache::new(), &content, &how, &paper);
    let rgb = drawn.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
    Ok(Picture { width: drawn.width(), height: drawn.height(), rgb })
}

/// A font for text whose own is not in the file.
fn font_for(query: &FontQuery) -> Option<(FontData, u32)> {
    match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        // Only fonts of the Chinese, Japanese and Korean collections name one.
        FontQuery::Fallback(wanted) if wanted.character_collection.is_some() => {
            let name = wanted.post_script_name.as_deref().unwrap_or_default();
            let sans = ["Hei", "Gothic", "Sans", "YaHei"].iter().any(|part| name.contains(part));
            let style = Style {
                family: if sans { Family::Sans } else { Family::Serif },
                weight: if wanted.is_bold { Weight::Bold } else { Weight::Regular },
            };
            let face = faces().iter().find(|face| face.style == style)?;
            Some((Arc::new(face.bytes), face.index))
        }
        FontQuery::Fallback(wanted) => Some(wanted.pick_standard_font().get_font_data()),
    }
}

impl Picture {
    /// Pixels across.
    pub const fn width_px(&self) -> u16 {
        self.width
    }

    /// Pixels down.
    pub const fn height_px(&self) -> u16 {
        self.height
    }

    /// Red, green and blue of each pixel, row by row from the top left.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The picture as a PNG file.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_png(&self, out: impl io::Write) -> io::Result<()> {
        let mut encoder = png::Encoder::new(out, u32::from(self.width), u32::from(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        Ok(writer.finish()?)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}
