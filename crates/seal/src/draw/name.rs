//! The square name seals of persons.

use super::outline::{Matrix, Outline, SONG, glyphs};
use super::trace::outlines;
use super::{CINNABAR, DrawError, Drawing, letters};

/// 个人名章, the seal of a natural person's name: 18 mm square, red characters in a frame, filled up with 印 or 之印.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalSeal {
    /// The person's name, 2 to 20 characters.
    pub name: String,
}

/// 法人章, the name seal that an organisation's legal representative uses in its business: 20 mm square, else as [`PersonalSeal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalRepresentativeSeal {
    /// The legal representative's name, 2 to 20 characters.
    pub name: String,
}

/// A square name seal with everything that its owner may choose.
#[derive(Debug, Clone, PartialEq)]
pub struct NameSeal {
    /// The person's name, 2 to 20 characters.
    pub name: String,
    /// What follows the name.
    pub ending: NameEnding,
    /// Which of the two is the ink, the characters or the ground.
    pub text: NameText,
    /// Side in millimetres, 10 to 30; 18 to 25 are usual.
    pub side_mm: f64,
}

/// What follows the name on a name seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameEnding {
    /// 印 or 之印 where the name leaves one or two places of the square free, as usual.
    Filling,
    /// Nothing: three characters stand with the family name alone in the right column.
    Nothing,
    /// 印.
    Seal,
    /// 之印.
    SealOf,
}

/// Which part of a name seal is the ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameText {
    /// 朱文: red characters in a red frame.
    Red,
    /// 白文: characters left white in a red ground.
    White,
}

impl PersonalSeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// [`DrawError`] when the name is shorter than 2 or longer than 20 characters or holds one that no bundled font has.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        usual(&self.name, 18.0)
    }
}

impl LegalRepresentativeSeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// As for [`PersonalSeal::draw`].
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        usual(&self.name, 20.0)
    }
}

fn usual(name: &str, side_mm: f64) -> Result<Drawing, DrawError> {
    NameSeal { name: name.to_owned(), ending: NameEnding::Filling, text: NameText::Red, side_mm }.draw()
}

const LEAST_NAME: usize = 2;
const MOST_NAME: usize = 20;
const LEAST_MM: u32 = 10;
const MOST_MM: u32 = 30;

/// Columns and rows that a name seal may have, the squarest first.
const GRIDS: [(usize, usize); 8] = [(2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (3, 5), (3, 6), (4, 5)];

/// The characters in columns from the right to the left, each from the top down.
fn arrange(name: &[char], ending: NameEnding) -> Vec<Vec<char>> {
    let rest: &[char] = match ending {
        NameEnding::Filling => {
            let free = |grid: &(usize, usize)| (grid.0 * grid.1).checked_sub(name.len());
            match GRIDS.iter().find_map(|grid| free(grid).filter(|free| *free <= 2)) {
                Some(1) => &['印'],
                Some(2) => &['之', '印'],
                _ => &[],
            }
        }
        NameEnding::Nothing => &[],
        NameEnding::Seal => &['印'],
        NameEnding::SealOf => &['之', '印'],
    };
    let all = [name, rest].concat();
    // As many columns as make the places nearest to squares; the right columns hold fewer where it does not come out even.
    let columns = match all.len() {
        2 => 1,
        count => {
            let grid = GRIDS.iter().find(|(columns, rows)| columns * rows >= count);
            grid.map_or(4, |(columns, _)| *columns)
        }
    };
    let (each, longer) = (all.len() / columns, all.len() % columns);
    let mut characters = all.into_iter();
    (0..columns)
        .map(|column| {
            let rows = each + usize::from(column >= columns - longer);
            characters.by_ref().take(rows).collect()
        })
        .collect()
}

impl NameSeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// [`DrawError`] when the name is shorter than 2 or longer than 20 characters or holds one that no bundled font has, or the side is
    /// not between 10 and 30 mm.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        let side = self.side_mm;
        if !(f64::from(LEAST_MM)..=f64::from(MOST_MM)).contains(&side) {
            return Err(DrawError::Size { least_mm: LEAST_MM, most_mm: MOST_MM });
        }
        let name = letters(&self.name, LEAST_NAME, MOST_NAME)?;
        let columns = arrange(&name, self.ending);
        let mut characters = Outline::default();
        // The characters stand in a field of 0.82 by 0.84 of the side inside a frame, and of 0.90 where there is only ground around
        // them, and leave a little air between them.
        let (field_width, field_height) = match self.text {
            NameText::Red => (0.82 * side, 0.84 * side),
            NameText::White => (0.90 * side, 0.90 * side),
        };
        let width = field_width / columns.len() as f64;
        for (column, text) in columns.iter().enumerate() {
            let height = field_height / text.len() as f64;
            let x = side / 2.0 + (columns.len() as f64 / 2.0 - 0.5 - column as f64) * width;
            for (row, glyph) in glyphs(text, SONG)?.iter().enumerate() {
                let y = side / 2.0 + (text.len() as f64 / 2.0 - 0.5 - row as f64) * height;
                characters.glyph(glyph, Matrix::scale(width * 0.976, height * 0.976).then(Matrix::shift(x, y)));
            }
        }
        let mut frame = Outline::default();
        frame.square(side, 0.0, 0.02 * side, false);
        let drawing = |outline| Drawing { width_mm: side, height_mm: side, ink: CINNABAR, outline };
        match self.text {
            NameText::Red => {
                frame.square(side, 0.045 * side, 0.005 * side, true);
                Ok(drawing([frame.0, characters.0].concat()))
            }
            NameText::White => {
                // The contours of a character overlap, so the winding rule cannot take them out of the ground: what is left of the ground
                // is outlined anew, at 3 µm.
                const PIXELS_PER_MM: f64 = 64.0;
                let mut ground = drawing(frame.0).field(PIXELS_PER_MM)?;
                let characters = drawing(characters.0).field(PIXELS_PER_MM)?;
                for (level, cut) in ground.levels.iter_mut().zip(&characters.levels) {
                    *level = level.saturating_sub(*cut);
                }
                Ok(drawing(outlines(&ground, PIXELS_PER_MM)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(name: &str, ending: NameEnding) -> Vec<String> {
        let columns = arrange(&name.chars().collect::<Vec<_>>(), ending);
        columns.into_iter().map(String::from_iter).collect()
    }

    #[test]
    fn names_of_usual_length_fill_the_square_with_the_old_words() {
        let filled = |name: &str| arranged(name, NameEnding::Filling);
        assert_eq!(filled("林示"), ["林示", "之印"]);
        assert_eq!(filled("林示例"), ["林示", "例印"]);
        assert_eq!(filled("欧阳示例"), ["欧阳", "示例"]);
        assert_eq!(filled("示例示例示"), ["示例示", "例示印"]);
    }

    #[test]
    fn the_ending_is_the_owners_choice() {
        assert_eq!(arranged("林示", NameEnding::Nothing), ["林示"]);
        assert_eq!(arranged("林示例", NameEnding::Nothing), ["林", "示例"]);
        assert_eq!(arranged("林示", NameEnding::Seal), ["林", "示印"]);
        assert_eq!(arranged("林示例", NameEnding::Seal), ["林示", "例印"]);
        assert_eq!(arranged("林示例", NameEnding::SealOf), ["林示", "例之印"]);
        assert_eq!(arranged("欧阳示例", NameEnding::SealOf), ["欧阳示", "例之印"]);
        assert_eq!(arranged("欧阳示例", NameEnding::Seal), ["欧阳", "示例印"]);
    }

    #[test]
    fn every_length_from_2_to_20_is_arranged_and_drawn_with_every_ending() {
        for length in 2..=20 {
            let name = "例".repeat(length);
            for ending in [NameEnding::Filling, NameEnding::Nothing, NameEnding::Seal, NameEnding::SealOf] {
                let columns = arranged(&name, ending);
                let rows = columns.iter().map(|column| column.chars().count());
                assert!(rows.clone().max().unwrap() - rows.min().unwrap() <= 1, "{columns:?}");
                let seal = NameSeal { name: name.clone(), ending, text: NameText::Red, side_mm: 20.0 };
                assert!(seal.draw().is_ok());
            }
            assert!(
                PersonalSeal { name: name.clone() }.draw().is_ok() && LegalRepresentativeSeal { name }.draw().is_ok()
            );
        }
    }

    #[test]
    fn the_first_character_stands_top_right_and_the_second_below_it() {
        // 一 is a single stroke, so its place is easily found; the frame is the first 20 steps of the outline.
        let drawing = LegalRepresentativeSeal { name: "一示例".into() }.draw().unwrap();
        let crate::draw::Segment::Move(first) = drawing.outline[20] else { panic!("a character begins here") };
        assert!(first.x > 10.0 && first.y > 10.0, "{first:?}");
    }

    /// The share of the square that is ink.
    fn inked(drawing: &Drawing) -> f64 {
        let field = drawing.field(20.0).unwrap();
        field.levels.iter().map(|level| f64::from(*level)).sum::<f64>() / 255.0 / field.levels.len() as f64
    }

    #[test]
    fn white_characters_are_the_same_ones_cut_out_of_the_ground() {
        for name in ["林示例", "𠮷田示例", "回国"] {
            let draw = |text| NameSeal { name: name.into(), ending: NameEnding::Filling, text, side_mm: 20.0 }.draw();
            let (red, white) = (draw(NameText::Red).unwrap(), draw(NameText::White).unwrap());
            // Without its frame of 0.045, the red seal's characters fill 0.82 by 0.84 of the square, the white one's 0.90 by 0.90.
            let characters = (inked(&red) - (1.0 - 0.91_f64.powi(2))) / (0.82 * 0.84) * 0.81;
            let ground = inked(&white);
            assert!((ground + characters - 1.0).abs() < 0.012, "{name}: {ground} {characters}");
        }
    }

    #[test]
    fn what_cannot_be_on_a_name_seal_is_refused() {
        let draw = |name: &str| PersonalSeal { name: name.into() }.draw().unwrap_err();
        assert_eq!(draw("林"), DrawError::NameTooShort { length: 1, least: 2 });
        assert_eq!(draw(&"林".repeat(21)), DrawError::NameTooLong { length: 21, most: 20 });
        assert_eq!(draw("林\u{e000}例"), DrawError::Unprintable { characters: vec!['\u{e000}'] });
        for side_mm in [f64::NAN, 9.9, 30.1, -20.0] {
            let seal =
                NameSeal { name: "林示例".into(), ending: NameEnding::Filling, text: NameText::White, side_mm };
            assert_eq!(seal.draw(), Err(DrawError::Size { least_mm: 10, most_mm: 30 }));
        }
    }
}
