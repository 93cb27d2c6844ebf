//! The bundled Chinese fonts and what they cover.
//!
//! A contract must look the same everywhere and a seal must show the characters of its owner's name, so the fonts are part of the
//! binary and no font of the system is ever asked. There are five faces: Noto Serif SC (宋体) and Noto Sans SC (黑体), each regular
//! and bold, which cover 通用规范汉字表 and GB 2312, and one extended serif face with most of CJK Extension B for names such as 𠮷.
//!
//! What no face covers must be refused before anything is drawn ([`unprintable`]): a box or a gap in a signed document cannot be
//! mended afterwards.
//!
//! ```
//! use yinxin_fonts::{Family, Style, Weight, face_for, unprintable};
//!
//! let song = Style { family: Family::Serif, weight: Weight::Bold };
//! assert_eq!(face_for('章', song).map(|face| face.family), Some("Noto Serif SC"));
//! assert_eq!(face_for('𠮷', song).map(|face| face.family), Some("Cactus Classical Serif"));
//! assert_eq!(unprintable("示例\u{7}公司"), ['\u{7}']);
//! ```

use std::sync::LazyLock;

/// The two shapes of type that documents and seals are set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// 宋体: body text, and the characters of seals (国发〔1999〕25号).
    Serif,
    /// 黑体: headings, and the digits of a seal code.
    Sans,
}

/// The two weights that are bundled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// 400.
    Regular,
    /// 700.
    Bold,
}

/// What a piece of text is to be set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Style {
    /// Serif or sans.
    pub family: Family,
    /// Regular or bold.
    pub weight: Weight,
}

/// One bundled font file.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    /// Family name as the font file gives it, for example `Noto Serif SC`.
    pub family: &'static str,
    /// What the face is drawn as; the extended face is serif and regular.
    pub style: Style,
    /// The TrueType file.
    pub bytes: &'static [u8],
    /// Index of the face inside `bytes`; 0 for a file with a single face.
    pub index: u32,
    /// Place in [`faces`], and so in the table of coverages.
    order: usize,
}

macro_rules! face {
    ($order:literal, $name:literal, $family:ident, $weight:ident, $file:literal) => {
        Face {
            family: $name,
            style: Style { family: Family::$family, weight: Weight::$weight },
            bytes: include_bytes!(concat!(env!("YINXIN_FONT_FILES"), "/", $file)),
            index: 0,
            order: $order,
        }
    };
}

static FACES: [Face; 5] = [
    face!(0, "Noto Serif SC", Serif, Regular, "serif-regular.ttf"),
    face!(1, "Noto Serif SC", Serif, Bold, "serif-bold.ttf"),
    face!(2, "Noto Sans SC", Sans, Regular, "sans-regular.ttf"),
    face!(3, "Noto Sans SC", Sans, Bold, "sans-bold.ttf"),
    face!(4, "Cactus Classical Serif", Serif, Regular, "extended.ttf"),
];

/// The extended face: the last, taken only where the face of the wanted style has no glyph.
const EXTENDED: usize = 4;

/// All bundled faces, the extended one last.
pub fn faces() -> &'static [Face] {
    &FACES
}

/// The face to draw `ch` with: the wanted one, else the extended one, else any that has the character; `None` if there is none.
///
/// Control and invisible characters have no face, see [`unprintable`].
pub fn face_for(ch: char, style: Style) -> Option<&'static Face> {
    if is_invisible(ch) {
        return None;
    }
    let wanted = FACES.iter().filter(|face| face.style == style && face.order != EXTENDED);
    wanted.chain(&FACES[EXTENDED..]).chain(&FACES).find(|face| COVERAGE[face.order].contains(ch))
}

/// Whether some bundled face has a glyph for `ch`. Line feed and tab are layout, not glyphs, and are not covered.
pub fn covers(ch: char) -> bool {
    !is_invisible(ch) && COVERAGE.iter().any(|coverage| coverage.contains(ch))
}

/// The characters of `text` that cannot be printed, each once, in the order in which they appear.
///
/// Line feed and tab pass, because typesetting gives them a meaning. Every other control character and every character that
/// leaves no mark (zero width, direction marks, variation selectors) is reported: with them two different texts could look alike.
pub fn unprintable(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for ch in text.chars() {
        if !matches!(ch, '\n' | '\t') && !covers(ch) && !found.contains(&ch) {
            found.push(ch);
        }
    }
    found
}

/// Control characters, those that change how their neighbours look without showing themselves, and those that mean what a private
/// agreement says (private use), whatever a font's table says.
fn is_invisible(ch: char) -> bool {
    ch.is_control()
        || matches!(ch,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// One bit for each code point of Unicode.
struct Coverage {
    bits: Box<[u64]>,
}

impl Coverage {
    fn of(face: &Face) -> Self {
        let mut bits = vec![0_u64; 0x11_0000 / 64].into_boxed_slice();
        let parsed = ttf_parser::Face::parse(face.bytes, face.index).ok();
        let tables = parsed.as_ref().and_then(|parsed| parsed.tables().cmap);
        for subtable in tables.iter().flat_map(|cmap| cmap.subtables).filter(ttf_parser::cmap::Subtable::is_unicode) {
            subtable.codepoints(|code| {
                // A code point may stand in the table and yet lead to the missing-character glyph.
                let drawn = subtable.glyph_index(code).is_some_and(|glyph| glyph.0 != 0);
                if let (true, Some(word)) = (drawn, bits.get_mut(code as usize / 64)) {
                    *word |= 1 << (code % 64);
                }
            });
        }
        Self { bits }
    }

    fn contains(&self, ch: char) -> bool {
        let code = ch as usize;
        self.bits[code / 64] >> (code % 64) & 1 == 1
    }
}

/// In the order of [`FACES`]; 136 KiB each, read from the fonts once.
static COVERAGE: LazyLock<Vec<Coverage>> = LazyLock::new(|| FACES.iter().map(Coverage::of).collect());

#[cfg(test)]
mod tests {
    use super::*;

    const SONG: Style = Style { family: Family::Serif, weight: Weight::Regular };

    #[test]
    fn every_face_is_a_truetype_font_with_outlines_and_stands_in_its_place() {
        for (order, face) in faces().iter().enumerate() {
            let parsed = ttf_parser::Face::parse(face.bytes, face.index).unwrap();
            assert!(parsed.tables().glyf.is_some(), "{}", face.family);
            assert_eq!(parsed.units_per_em(), 1000, "{}", face.family);
            assert_eq!(face.order, order);
            let bold = parsed.weight() == ttf_parser::Weight::Bold;
            assert_eq!(bold, face.style.weight == Weight::Bold, "{}", face.family);
            let names = parsed.names().into_iter().filter(|name| name.name_id == ttf_parser::name_id::FAMILY);
            assert!(names.filter_map(|name| name.to_string()).any(|name| name == face.family), "{}", face.family);
        }
    }

    #[test]
    fn both_families_cover_all_of_gb_2312_in_both_weights() {
        let mut count = 0;
        for row in 0xb0..=0xf7_u8 {
            for cell in 0xa1..=0xfe_u8 {
                let bytes = [row, cell];
                let (text, _, failed) = encoding_rs::GBK.decode(&bytes);
                let ch = text.chars().next().unwrap();
                // 0xD7FA to 0xD7FE are empty in GB 2312; the decoder maps them to private use.
                if failed || ('\u{e000}'..'\u{f900}').contains(&ch) {
                    continue;
                }
                count += 1;
                for coverage in &COVERAGE[..EXTENDED] {
                    assert!(coverage.contains(ch), "{ch}");
                }
            }
        }
        assert_eq!(count, 6763);
    }

    #[test]
    fn all_standard_characters_are_covered() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/standard-characters-8105.txt");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: the list of 通用规范汉字表 is not beside this repository");
            return;
        };
        let characters: Vec<char> = text.chars().filter(|ch| !ch.is_whitespace()).collect();
        assert_eq!(characters.len(), 8105);
        for ch in characters {
            assert!(COVERAGE[..EXTENDED].iter().all(|coverage| coverage.contains(ch)), "{ch}");
        }
    }

    #[test]
    fn rare_characters_and_the_signs_of_contracts_are_covered() {
        let text = "㙍䶮𠮷𬀩龘堃喆〇￥¥㎡№①㈠℃“”—…　 ，。、；：？！（）《》〈〉【】·％‰±×÷≤≥〔〕";
        assert_eq!(unprintable(text), []);
    }

    #[test]
    fn most_of_extension_b_is_covered_by_the_extended_face() {
        let covered = ('\u{20000}'..='\u{2a6df}').filter(|ch| covers(*ch)).count();
        assert!(covered > 26_800, "{covered}");
    }

    #[test]
    fn the_wanted_style_is_preferred_and_the_extended_face_fills_its_gaps() {
        for family in [Family::Serif, Family::Sans] {
            for weight in [Weight::Regular, Weight::Bold] {
                let style = Style { family, weight };
                assert_eq!(face_for('章', style).map(|face| face.style), Some(style));
                assert_eq!(face_for('𠮷', style).map(|face| face.order), Some(EXTENDED));
            }
        }
    }

    #[test]
    fn what_cannot_be_printed_is_named_once_and_in_order() {
        assert_eq!(unprintable("甲\u{7}乙\u{202e}丙\u{7}\u{feff}😀\r"), ['\u{7}', '\u{202e}', '\u{feff}', '😀', '\r']);
        assert_eq!(unprintable("第一行\n\t第二行"), []);
        assert_eq!(unprintable(""), []);
        assert!(!covers('\n') && face_for('\u{200b}', SONG).is_none());
        assert!(!covers('\u{10ffff}') && !covers('\u{e000}'));
    }

    #[test]
    fn the_lock_file_names_no_host() {
        let lock = include_str!("../package-lock.json");
        assert!(
            !lock.contains("://") && !lock.contains("resolved"),
            "run npm with omit-lockfile-registry-resolved=true"
        );
        assert_eq!(lock.matches("\"integrity\": \"sha512-").count(), 3);
    }
}
