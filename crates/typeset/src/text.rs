//! Text on its way to the layout: line breaks, and runs that could not be broken.
//!
//! Lines break where Unicode allows it (UAX 14). A run without such a place (a long address on the web, a row of dots, a bank
//! account in a narrow column) would stick out of its cell or page. Runs wider than the place are therefore handed over in small
//! pieces between which a line may break; the text itself, and so what is copied out of the file, stays as it is.

use serde::Serialize;

/// A text as the layout takes it; see `set-text` in `contract.typ`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Set {
    /// The usual case: one string.
    Plain(String),
    /// Strings, line breaks and unbreakable pieces one after the other.
    Parts(Vec<Part>),
}

/// One part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Part {
    /// A string that breaks where Unicode allows it.
    Text(String),
    /// A line break. Always 0.
    Break(u8),
    /// A piece of an overlong run; lines may break before and after it. Always one string.
    Piece([String; 1]),
}

/// Prepares a text for a place that is `width_em` wide, in units of the type's size.
pub(crate) fn set(text: &str, width_em: f32) -> Set {
    if !text.contains(['\n', '\r', '\t']) && !has_overlong_run(text, width_em) {
        return Set::Plain(text.to_owned());
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
    let mut parts = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            parts.push(Part::Break(0));
        }
        set_line(line, width_em, &mut parts);
    }
    Set::Parts(parts)
}

/// Splits one line into breakable text and pieces of overlong runs.
fn set_line(line: &str, width_em: f32, parts: &mut Vec<Part>) {
    let mut plain = String::new();
    for run in runs(line) {
        if width(run) <= width_em {
            plain.push_str(run);
            continue;
        }
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        // Pieces of an eighth of the place waste little of a line and are few.
        let limit = (width_em / 8.0).max(1.0);
        let mut piece = String::new();
        let mut taken = 0.0;
        for ch in run.chars() {
            let advance = char_width(ch);
            if !piece.is_empty() && taken + advance > limit {
                parts.push(Part::Piece([std::mem::take(&mut piece)]));
                taken = 0.0;
            }
            piece.push(ch);
            taken += advance;
        }
        parts.push(Part::Piece([piece]));
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
}

fn has_overlong_run(text: &str, width_em: f32) -> bool {
    runs(text).any(|run| width(run) > width_em)
}

/// Cuts a line where it may certainly break: after a space, and between two ideographs. Every other place counts as unbreakable,
/// which is more careful than Unicode is.
fn runs(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let mut previous = None;
        let end = rest.char_indices().find_map(|(index, ch)| {
            let breaks = previous.is_some_and(|before| may_break(before, ch));
            previous = Some(ch);
            breaks.then_some(index)
        });
        let (run, tail) = rest.split_at(end.unwrap_or(rest.len()));
        rest = tail;
        (!run.is_empty()).then_some(run)
    })
}

fn may_break(before: char, after: char) -> bool {
    (before == ' ' && after.is_alphanumeric()) || (is_ideograph(before) && is_ideograph(after))
}

fn is_ideograph(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// The width of a text in units of its size, never less than it will be in print.
pub(crate) fn width(text: &str) -> f32 {
    text.chars().map(char_width).sum()
}

/// Upper bounds, for the bold faces too (measured over the bundled fonts; see the test).
fn char_width(ch: char) -> f32 {
    match ch {
        ' ' | '!' | '\'' | '(' | ')' | ',' | '.' | ':' | ';' | '[' | ']' | 'i' | 'j' | 'l' | '|' => 0.45,
        '0'..='9' | '-' | '/' | '\\' => 0.62,
        'm' | 'w' => 1.02,
        'a'..='z' => 0.72,
        'M' | 'W' | '%' | '@' => 1.1,
        '\u{2E3A}' | '\u{2E3B}' => 3.0,
        'A'..='Z' | '#' | '$' | '&' | '*' | '+' | '<' | '=' | '>' | '?' | '^' | '_' | '`' | '{' | '}' | '~' | '"' => {
            0.87
        }
        _ if is_ideograph(ch) || matches!(ch, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}') => 1.0,
        _ => 1.25,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, width_em: f32) -> (String, usize) {
        match set(text, width_em) {
            Set::Plain(text) => (text, 0),
            Set::Parts(parts) => {
                let mut whole = String::new();
                let mut pieces = 0;
                for part in parts {
                    match part {
                        Part::Text(text) => whole.push_str(&text),
                        Part::Break(_) => whole.push('\n'),
                        Part::Piece([piece]) => {
                            assert!(width(&piece) <= (width_em / 8.0).max(1.25), "{piece}");
                            whole.push_str(&piece);
                            pieces += 1;
                        }
                    }
                }
                (whole, pieces)
            }
        }
    }

    #[test]
    fn ordinary_text_stays_one_string() {
        let text = "甲方（采购人）按 30% 预付，合同编号：修财示采-2025-017。See https://example.org for more.";
        assert_eq!(set(text, 30.0), Set::Plain(text.to_owned()));
    }

    #[test]
    fn line_ends_of_every_system_become_line_breaks_and_tabs_spaces() {
        let parts = vec![
            Part::Text("一".into()),
            Part::Break(0),
            Part::Text("二".into()),
            Part::Break(0),
            Part::Break(0),
            Part::Text("三 四".into()),
        ];
        assert_eq!(set("一\r\n二\r\n\r三\t四", 30.0), Set::Parts(parts));
    }

    #[test]
    fn overlong_runs_are_cut_and_nothing_is_lost() {
        for run in ["W".repeat(300), "；".repeat(300), "a\u{a0}".repeat(150), "—".repeat(300), "9,9.".repeat(75)] {
            let text = format!("甲乙{run} 丙丁");
            let (whole, pieces) = pieces(&text, 20.0);
            assert_eq!(whole, text);
            assert!(pieces > 20, "{pieces} pieces of {text}");
        }
    }

    #[test]
    fn widths_are_never_less_than_in_the_bundled_fonts() {
        let mut too_wide = Vec::new();
        for face in yinxin_fonts::faces() {
            let font = ttf_parser::Face::parse(face.bytes, face.index).expect("a font");
            let em = f32::from(font.units_per_em());
            let characters = (' '..='~').chain('\u{A0}'..='\u{FFEF}').chain('\u{20000}'..='\u{2FFFF}');
            for ch in characters.filter(|&ch| yinxin_fonts::covers(ch)) {
                let advance = font.glyph_index(ch).and_then(|glyph| font.glyph_hor_advance(glyph)).unwrap_or(0);
                // Some ideographs of the extended face are a thousandth wider than their em.
                if f32::from(advance) / em > char_width(ch) + 0.002 {
                    too_wide.push((ch, u32::from(ch), face.family, f32::from(advance) / em));
                }
            }
        }
        assert!(too_wide.is_empty(), "{too_wide:?}");
    }
}
