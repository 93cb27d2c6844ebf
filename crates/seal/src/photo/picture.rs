//! Photos as pixels, decoded within limits.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::{MOST_BYTES, MOST_PIXELS, PhotoError};

/// A photo as it was meant to be seen, three bytes a pixel.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// Reads a JPEG or PNG file. Size and number of pixels are refused before anything is decoded.
    pub(super) fn decode(file: &[u8]) -> Result<Self, PhotoError> {
        if file.len() > MOST_BYTES {
            return Err(PhotoError::TooLarge { most: MOST_BYTES });
        }
        let unreadable = |_| PhotoError::Unreadable;
        let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| PhotoError::Unreadable)?;
        let mut decoder = reader.into_decoder().map_err(unreadable)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(PhotoError::TooManyPixels { most: MOST_PIXELS });
        }
        let mut limits = Limits::default();
        // Eight bytes a pixel are the most that the two formats have.
        limits.max_alloc = Some(8 * MOST_PIXELS + MOST_BYTES as u64);
        decoder.set_limits(limits).map_err(unreadable)?;
        // Phones store the picture as the sensor saw it and say how to turn it.
        // If they say nothing that can be read, it stands as it is.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
        image.apply_orientation(orientation);
        if !image.color().has_alpha() {
            let rgb = image.into_rgb8();
            return Ok(Self { width: rgb.width() as usize, height: rgb.height() as usize, pixels: rgb.into_raw() });
        }
        // What is transparent is paper.
        let rgba = image.into_rgba8();
        let over_white =
            |value: u8, alpha: u8| ((u16::from(value) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8;
        let pixels = rgba.pixels().flat_map(|p| [0, 1, 2].map(|c| over_white(p[c], p[3]))).collect();
        Ok(Self { width: rgba.width() as usize, height: rgba.height() as usize, pixels })
    }

    /// Red, green and blue of a pixel.
    pub(super) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]]
    }

    /// The mean of `factor` by `factor` pixels, those of the block (`x`, `y`).
    pub(super) fn mean(&self, x: usize, y: usize, factor: usize) -> [f32; 3] {
        let mut sum = [0_u32; 3];
        let (right, bottom) = (((x + 1) * factor).min(self.width), ((y + 1) * factor).min(self.height));
        for y in y * factor..bottom {
            for x in x * factor..right {
                let pixel = self.at(x, y);
                (0..3).for_each(|c| sum[c] += u32::from(pixel[c]));
            }
        }
        let count = (right - x * factor) * (bottom - y * factor);
        sum.map(|sum| sum as f32 / count.max(1) as f32)
    }
}
