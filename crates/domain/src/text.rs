//! Which characters a text of a contract may hold.

/// Characters that do not show but change what is read: controls, zero-width and direction marks, private use.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// Names characters for a person: `𪚥（U+2A6A5）、…`, at most twenty.
pub(crate) fn name_characters(characters: &[char]) -> String {
    let named: Vec<String> =
        characters.iter().take(20).map(|character| format!("{character}（U+{:04X}）", u32::from(*character))).collect();
    named.join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_turn_text_around_are_invisible() {
        for character in ['\u{202e}', '\u{200b}', '\u{feff}', '\n', '\u{0}', '\u{e000}'] {
            assert!(is_invisible(character), "{character:?}");
        }
        for character in ['字', '㙍', '𠮷', '（', ' ', 'é'] {
            assert!(!is_invisible(character), "{character:?}");
        }
    }
}
