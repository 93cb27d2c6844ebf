//! The square name seals of persons.

use super::outline::{Glyph, Matrix, Outline, SONG};
use super::{CINNABAR, DrawError, Drawing, letters};

/// 个人名章, the seal of a natural person's name: 18 mm square.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalSeal {
    /// The person's name, 2 to 20 characters.
    pub name: String,
}

/// 法人章, the name seal that an organisation's legal representative uses in its business: 20 mm square.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalRepresentativeSeal {
    /// The legal representative's name, 2 to 20 characters.
    pub name: String,
}

impl PersonalSeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// [`DrawError`] when the name is shorter than 2 or longer than 20 characters or holds one that no bundled font has.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        draw(&self.name, 18.0)
    }
}

impl LegalRepresentativeSeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// As for [`PersonalSeal::draw`].
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        draw(&self.name, 20.0)
    }
}

/// Columns and rows that a name seal may have, the squarest first.
const GRIDS: [(usize, usize); 8] = [(2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (3, 5), (3, 6), (4, 5)];

/// Fills the grid in the old way: 印 after the name for one empty place, 之印 for two.
fn arrange(name: &[char]) -> Option<(usize, usize, Vec<char>)> {
    GRIDS.into_iter().find_map(|(columns, rows)| {
        let rest: &[char] = match (columns * rows).checked_sub(name.len())? {
            0 => &[],
            1 => &['印'],
            2 => &['之', '印'],
            _ => return None,
        };
        Some((columns, rows, [name, rest].concat()))
    })
}

fn draw(name: &str, side: f64) -> Result<Drawing, DrawError> {
    const MOST: usize = 20;
    let name = letters(name, 2, MOST)?;
    let (columns, rows, characters) =
        arrange(&name).ok_or(DrawError::NameTooLong { length: name.len(), most: MOST })?;
    let mut outline = Outline::default();
    let frame = 0.045 * side;
    outline.square(side, 0.0, 0.02 * side, false);
    outline.square(side, frame, 0.005 * side, true);

    // The characters stand in a field of 0.82 by 0.84 of the side, and leave a little air between them.
    let (width, height) = (0.82 * side / columns as f64, 0.84 * side / rows as f64);
    for (i, ch) in characters.iter().enumerate() {
        let glyph = Glyph::of(*ch, SONG).ok_or_else(|| DrawError::Unprintable { characters: vec![*ch] })?;
        // Columns from the right to the left, each from the top down.
        let (column, row) = (i / rows, i % rows);
        let x = side / 2.0 + (columns as f64 / 2.0 - 0.5 - column as f64) * width;
        let y = side / 2.0 + (rows as f64 / 2.0 - 0.5 - row as f64) * height;
        outline.glyph(&glyph, Matrix::scale(width * 0.976, height * 0.976).then(Matrix::shift(x, y)));
    }
    Ok(Drawing { width_mm: side, height_mm: side, ink: CINNABAR, outline: outline.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(name: &str) -> (usize, usize, String) {
        let (columns, rows, characters) = arrange(&name.chars().collect::<Vec<_>>()).unwrap();
        (columns, rows, characters.into_iter().collect())
    }

    #[test]
    fn names_of_usual_length_fill_the_square_with_the_old_words() {
        assert_eq!(arranged("林示"), (2, 2, "林示之印".into()));
        assert_eq!(arranged("林示例"), (2, 2, "林示例印".into()));
        assert_eq!(arranged("欧阳示例"), (2, 2, "欧阳示例".into()));
        assert_eq!(arranged("示例示例示"), (2, 3, "示例示例示印".into()));
    }

    #[test]
    fn every_length_from_2_to_20_has_a_grid_and_is_drawn() {
        for length in 2..=20 {
            let name = "例".repeat(length);
            let (columns, rows, characters) = arranged(&name);
            assert_eq!(columns * rows, characters.chars().count());
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

    #[test]
    fn what_cannot_be_on_a_name_seal_is_refused() {
        let draw = |name: &str| PersonalSeal { name: name.into() }.draw().unwrap_err();
        assert_eq!(draw("林"), DrawError::NameTooShort { length: 1, least: 2 });
        assert_eq!(draw(&"林".repeat(21)), DrawError::NameTooLong { length: 21, most: 20 });
        assert_eq!(draw("林\u{e000}例"), DrawError::Unprintable { characters: vec!['\u{e000}'] });
    }
}
