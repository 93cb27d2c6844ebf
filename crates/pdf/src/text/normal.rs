//! Text as it is compared: PDF writers use several code points for what a reader sees as one character.
//!
//! Fonts share one glyph between an ideograph and its radical, and writers that turn glyphs back into text may pick the radical: a contract printed
//! from a browser then says ⽅ (U+2F45) where everybody reads 方 (U+65B9).

use unicode_normalization::UnicodeNormalization as _;

/// Each radical of the block CJK Radicals Supplement, followed by its ideograph. NFKC maps the Kangxi radicals (U+2F00…) but not these.
/// Source: Unicode Character Database, EquivalentUnifiedIdeograph.
const RADICALS: &str = "\
    ⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月\
    ⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂\
    ⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏\
    ⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜\
    ⻲亀⻳龟";

/// The ideograph of a supplementary radical, or the character itself.
fn unified(character: char) -> char {
    if !('\u{2E80}'..='\u{2EFF}').contains(&character) {
        return character;
    }
    let mut pairs = RADICALS.chars();
    while let (Some(radical), Some(ideograph)) = (pairs.next(), pairs.next()) {
        if radical == character {
            return ideograph;
        }
    }
    character
}

/// Whether a character has no place in a comparison: white space, and marks of no width.
fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// The text without blanks, in compatibility form (NFKC: full width becomes half width, Kangxi radicals become ideographs), supplementary
/// radicals as ideographs.
pub fn normalised(text: &str) -> String {
    text.chars().map(unified).nfkc().filter(|character| !is_blank(*character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // S1-026: the place of a seal is found by the words that a person reads.
    #[test]
    fn radicals_widths_and_blanks_do_not_matter() {
        // ⽅ and ⼄ are Kangxi radicals, ⺠ ⻚ ⻓ ⻔ ⻋ ⻅ supplementary ones.
        assert_eq!(normalised("甲⽅（公章）"), normalised("甲 方\n(公 章)"));
        assert_eq!(normalised("⼄⽅"), "乙方");
        assert_eq!(normalised("⺠⻚⻓⻔⻋⻅"), "民页长门车见");
        assert_eq!(normalised("ＡＢＣ１２３：，"), "ABC123:,");
        assert_eq!(normalised("\u{FEFF}金\u{200B}额\u{AD}\u{3000}"), "金额");
        assert_eq!(normalised("方𠮷㙍䶮"), "方𠮷㙍䶮");
    }

    #[test]
    fn every_radical_has_its_ideograph() {
        let radicals: Vec<char> = RADICALS.chars().step_by(2).collect();
        assert_eq!(radicals.len(), 114);
        assert!(radicals.iter().all(|radical| ('\u{2E80}'..='\u{2EFF}').contains(radical)));
        assert!(radicals.iter().all(|radical| unified(*radical) != *radical));
    }
}
