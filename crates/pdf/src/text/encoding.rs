//! What single-byte fonts mean: base encodings, glyph names, and the widths of the fonts that every reader has (ISO 32000-1, annex D).

/// The characters of WinAnsiEncoding from 0x80 to 0x9F; the rest is Latin-1.
const WIN_ANSI: &str = "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ";
/// The characters of MacRomanEncoding from 0x80.
const MAC_ROMAN: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»… ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{FFFD}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

/// Glyph names of Latin fonts that are not single letters, each followed by its character.
const NAMES: &str = "space  exclam ! quotedbl \" numbersign # dollar $ percent % ampersand & quotesingle ' parenleft ( parenright ) asterisk * plus + \
    comma , hyphen - period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 colon : semicolon ; less < equal = \
    greater > question ? at @ bracketleft [ backslash \\ bracketright ] asciicircum ^ underscore _ grave ` braceleft { bar | braceright } \
    asciitilde ~ quoteleft ‘ quoteright ’ quotedblleft “ quotedblright ” quotesinglbase ‚ quotedblbase „ endash – emdash — bullet • ellipsis … \
    dagger † daggerdbl ‡ perthousand ‰ guilsinglleft ‹ guilsinglright › guillemotleft « guillemotright » trademark ™ registered ® copyright © \
    degree ° plusminus ± multiply × divide ÷ minus − periodcentered · section § paragraph ¶ currency ¤ yen ¥ sterling £ cent ¢ Euro € florin ƒ \
    fi ﬁ fl ﬂ ff ﬀ ffi ﬃ ffl ﬄ germandbls ß AE Æ ae æ OE Œ oe œ Oslash Ø oslash ø Lslash Ł lslash ł dotlessi ı Eth Ð eth ð Thorn Þ thorn þ \
    onehalf ½ onequarter ¼ threequarters ¾ onesuperior ¹ twosuperior ² threesuperior ³ ordfeminine ª ordmasculine º exclamdown ¡ questiondown ¿ \
    brokenbar ¦ logicalnot ¬ mu µ macron ¯ acute ´ dieresis ¨ cedilla ¸ nbspace \u{A0} nonbreakingspace \u{A0} softhyphen \u{AD} fraction ⁄ \
    Aacute Á aacute á Acircumflex Â acircumflex â Adieresis Ä adieresis ä Agrave À agrave à Aring Å aring å Atilde Ã atilde ã Ccedilla Ç \
    ccedilla ç Eacute É eacute é Ecircumflex Ê ecircumflex ê Edieresis Ë edieresis ë Egrave È egrave è Iacute Í iacute í Icircumflex Î \
    icircumflex î Idieresis Ï idieresis ï Igrave Ì igrave ì Ntilde Ñ ntilde ñ Oacute Ó oacute ó Ocircumflex Ô ocircumflex ô Odieresis Ö \
    odieresis ö Ograve Ò ograve ò Otilde Õ otilde õ Scaron Š scaron š Uacute Ú uacute ú Ucircumflex Û ucircumflex û Udieresis Ü udieresis ü \
    Ugrave Ù ugrave ù Yacute Ý yacute ý Ydieresis Ÿ ydieresis ÿ Zcaron Ž zcaron ž";

/// A base encoding of a single-byte font.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    WinAnsi,
    MacRoman,
    /// Also what fonts have by themselves, as far as can be told without looking into them: ASCII.
    Standard,
}

impl Base {
    pub fn character(self, code: u8) -> Option<char> {
        let named = |table: &str, from: u8| {
            let character = table.chars().nth(usize::from(code - from))?;
            (character != '\u{FFFD}').then_some(character)
        };
        match (self, code) {
            (Base::Standard, b'\'') => Some('’'),
            (Base::Standard, b'`') => Some('‘'),
            (_, 0x20..=0x7E) => Some(char::from(code)),
            (Base::WinAnsi, 0x80..=0x9F) => named(WIN_ANSI, 0x80),
            (Base::WinAnsi, 0xA0..) => Some(char::from(code)),
            (Base::MacRoman, 0x80..) => named(MAC_ROMAN, 0x80),
            (Base::Standard, 0xA1..) => standard(code),
            _ => None,
        }
    }
}

/// The upper half of StandardEncoding.
fn standard(code: u8) -> Option<char> {
    const UPPER: &str = "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ\u{FFFD}–†‡·\u{FFFD}¶•‚„”»…‰\u{FFFD}¿";
    match code {
        0xA1..=0xBF => UPPER.chars().nth(usize::from(code - 0xA1)).filter(|character| *character != '\u{FFFD}'),
        0xD0 => Some('—'),
        0xE1 => Some('Æ'),
        0xE3 => Some('ª'),
        0xE8 => Some('Ł'),
        0xE9 => Some('Ø'),
        0xEA => Some('Œ'),
        0xEB => Some('º'),
        0xF1 => Some('æ'),
        0xF5 => Some('ı'),
        0xF8 => Some('ł'),
        0xF9 => Some('ø'),
        0xFA => Some('œ'),
        0xFB => Some('ß'),
        _ => None,
    }
}

/// The character of a glyph name: a letter by itself, a name of the list, `uniXXXX` or `uXXXXX` (Adobe Glyph List specification).
pub(super) fn character_of_name(name: &str) -> Option<char> {
    let plain = name.split('.').next().unwrap_or_default();
    let mut letters = plain.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Some(letter);
    }
    if plain == "space" {
        return Some(' ');
    }
    let hexadecimal = plain
        .strip_prefix("uni")
        .filter(|digits| digits.len() == 4)
        .or_else(|| plain.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len())));
    if let Some(character) =
        hexadecimal.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32)
    {
        return Some(character);
    }
    let mut words = NAMES.split(' ').filter(|word| !word.is_empty()).skip(1);
    while let (Some(known), Some(character)) = (words.next(), words.next()) {
        if known == plain {
            return character.chars().next();
        }
    }
    None
}

/// Widths of ASCII in thousandths of Helvetica and of Times, for fonts that are not in the file and have no /Widths (Adobe Core 14 metrics).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];

/// The width of a code of a font that is not in the file, in thousandths.
pub(super) fn standard_width(font: &str, code: u8) -> f64 {
    let table = if font.contains("Courier") {
        return 600.0;
    } else if font.contains("Times") {
        &TIMES
    } else {
        &HELVETICA
    };
    let at = usize::from(code).wrapping_sub(0x20);
    table.get(at).map_or(556.0, |width| f64::from(*width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_the_characters_of_the_standard() {
        assert_eq!(Base::WinAnsi.character(0x80), Some('€'));
        assert_eq!(Base::WinAnsi.character(0x9F), Some('Ÿ'));
        assert_eq!(Base::WinAnsi.character(0x81), None);
        assert_eq!((Base::MacRoman.character(0x80), Base::MacRoman.character(0xFF)), (Some('Ä'), Some('ˇ')));
        assert_eq!((Base::Standard.character(0xA1), Base::Standard.character(0xBF)), (Some('¡'), Some('¿')));
        let named =
            ["A", "space", "exclam", "zcaron", "uni65B9", "u20BB7", "germandbls", "a.sc"].map(character_of_name);
        assert_eq!(named, ['A', ' ', '!', 'ž', '方', '𠮷', 'ß', 'a'].map(Some));
        assert_eq!(character_of_name("g123"), None);
        assert_eq!(standard_width("Helvetica-Bold", b'W'), 944.0);
        assert_eq!((standard_width("Times-Roman", b'~'), standard_width("Courier", b'i')), (541.0, 600.0));
    }
}
