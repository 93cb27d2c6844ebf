//! A seal taken from a photo or a scan of a sealed sheet.
//!
//! What comes out is ink on a transparent ground: the light, the paper and the printed text under the seal are gone. The light may be uneven
//! and coloured, the text may run through the seal, and the file may be compressed as phones do it. The sheet must lie flat (perspective is
//! not straightened) and the ink must be red. Where no seal is found there is a [`PhotoError`] and no guess.
//!
//! A picture is not a seal in law: it has to be looked at by whoever reviews seals, and bound to certificates by a seal maker
//! ([`crate::ses`]), before anybody may sign with it.
//!
//! ```no_run
//! use yinxin_seal::{draw::CINNABAR, photo};
//!
//! let file = std::fs::read("photo.jpg")?;
//! let seal = photo::extract(&file)?;
//! std::fs::write("seal.png", seal.to_png(CINNABAR)?)?;
//! // As outlines for a PDF, 42 mm wide as the owner says it is.
//! let form = seal.to_drawing(42.0)?.to_pdf_form();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod find;
mod ink;
mod paper;
mod picture;

use crate::draw::trace::{Field, outlines};
use crate::draw::{CINNABAR, DrawError, Drawing, OUT_OF_RANGE, Rgb, encode_png};
use picture::Picture;

/// Greatest size of a file, in bytes: a photo of a phone at its best quality.
pub const MOST_BYTES: usize = 12 * 1024 * 1024;
/// Greatest number of pixels of a photo. It is read from the header, before any pixel is decoded.
pub const MOST_PIXELS: u64 = 24_000_000;
/// Least width and height of the seal in the photo, in pixels: below it, characters cannot be told.
pub const LEAST_SEAL: u32 = 200;
/// Greatest side of the result, in pixels; larger photos are reduced.
const MOST_SIDE: usize = 1_600;

/// Why no seal was taken from a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// The file is larger than is read.
    #[error("seal.photo.too_large: the file has more than {most} bytes")]
    TooLarge {
        /// Greatest number of bytes.
        most: usize,
    },
    /// The photo has more pixels than are decoded.
    #[error("seal.photo.too_many_pixels: the photo has more than {most} pixels")]
    TooManyPixels {
        /// Greatest number of pixels.
        most: u64,
    },
    /// The file is not a JPEG or PNG picture, or a damaged one.
    #[error("seal.photo.unreadable: the file is not a readable JPEG or PNG picture")]
    Unreadable,
    /// There is no red seal with a frame in the photo.
    #[error("seal.photo.no_seal: no red seal was found in the photo")]
    NoSeal,
    /// The seal is too small to be legible.
    #[error("seal.photo.too_small: the seal is smaller than {least} pixels in the photo")]
    TooSmall {
        /// Least width and height in pixels.
        least: u32,
    },
    /// The seal reaches the edge of the photo, so that a part may be missing.
    #[error("seal.photo.cut_off: the seal reaches the edge of the photo")]
    CutOff,
    /// There are several seals in the photo, and which one is meant is not for us to guess.
    #[error("seal.photo.several: there are several seals in the photo")]
    Several,
}

/// The outline of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealShape {
    /// As wide as high.
    Round,
    /// Wider than high, or higher than wide.
    Oval,
    /// With four corners, at least about as wide as high.
    Square,
}

/// A seal that was found in a photo: only its ink.
#[derive(Debug, Clone)]
pub struct PhotoSeal {
    field: Field,
    shape: SealShape,
}

/// Finds the red seal in a photo and takes out its ink. Of two seals the larger is meant if the other has less than two fifths of its area (a
/// name seal beside a company's); else both are refused ([`PhotoError::Several`]).
/// Takes some tenths of a second of the processor for a photo of 12 megapixels.
///
/// # Errors
/// [`PhotoError`] if the file cannot be read within the limits, or there is not exactly one whole, legible seal.
pub fn extract(file: &[u8]) -> Result<PhotoSeal, PhotoError> {
    let picture = Picture::decode(file)?;
    let paper = paper::Paper::of(&picture).ok_or(PhotoError::NoSeal)?;
    let found = find::find(&picture, &paper)?;
    let field = ink::take(&picture, &paper, &found);
    Ok(PhotoSeal { field, shape: found.shape })
}

impl PhotoSeal {
    /// Width of the result in pixels.
    pub fn width_px(&self) -> u32 {
        self.field.width as u32
    }

    /// Height of the result in pixels.
    pub fn height_px(&self) -> u32 {
        self.field.height as u32
    }

    /// The outline by which the seal was recognised.
    pub fn shape(&self) -> SealShape {
        self.shape
    }

    /// How much ink is at a pixel, 0 to 255, from the upper left corner; 0 outside.
    pub fn ink_at(&self, x: u32, y: u32) -> u8 {
        if x < self.width_px() && y < self.height_px() {
            self.field.levels[y as usize * self.field.width + x as usize]
        } else {
            0
        }
    }

    /// The seal as a PNG with a transparent ground, in one ink of sixteen strengths. How large it is on paper the photo does not tell, so the
    /// file does not say so either.
    ///
    /// # Errors
    /// [`DrawError::Resolution`] if it cannot be encoded, which does not happen for a seal that was found.
    pub fn to_png(&self, ink: Rgb) -> Result<Vec<u8>, DrawError> {
        let size = (self.width_px(), self.height_px());
        encode_png(size, &self.field.levels, ink, None).map_err(|_| OUT_OF_RANGE)
    }

    /// The seal as outlines, `width_mm` wide as its owner says it is, in cinnabar: for PDF, SVG and PNG as seals that were drawn.
    ///
    /// # Errors
    /// [`DrawError::Size`] if the width is not between 10 and 60 mm.
    pub fn to_drawing(&self, width_mm: f64) -> Result<Drawing, DrawError> {
        if !(10.0..=60.0).contains(&width_mm) {
            return Err(DrawError::Size { least_mm: 10, most_mm: 60 });
        }
        let pixels_per_mm = self.field.width as f64 / width_mm;
        let height_mm = self.field.height as f64 / pixels_per_mm;
        Ok(Drawing { width_mm, height_mm, ink: CINNABAR, outline: outlines(&self.field, pixels_per_mm) })
    }
}
