//! Fonts as far as text needs them: which bytes are one code, what character it is, and how wide (ISO 32000-1, 9.6 to 9.10).

use std::collections::HashMap;
use std::rc::Rc;

use hayro_cmap::{BfString, CMap, CMapName};

use super::cff::{self, Program};
use super::encoding::{Base, character_of_name, standard_width};
use super::source::Source;
use crate::open::Opened;
use crate::syntax::{Dictionary, Object};

/// Codes of which widths are kept at most.
const MAX_WIDTHS: usize = 200_000;
/// What a character of which nothing is known is shown as.
pub(super) const UNKNOWN: &str = "\u{FFFD}";

/// One code of a string that is shown.
pub(super) struct Code<'a> {
    /// What it means.
    pub text: String,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How far it moves, in thousandths of the size; downwards when the font is vertical.
    pub advance: f64,
    /// Its horizontal width in thousandths, also when the font is vertical.
    pub width: f64,
}

/// A font resource.
pub(super) struct Font {
    kind: Kind,
    to_unicode: Option<Rc<CMap>>,
    /// Above and below the baseline, in thousandths.
    pub ascent: f64,
    pub descent: f64,
    /// Thousandths of a unit, but for fonts that draw themselves (Type 3).
    pub scale: f64,
    pub vertical: bool,
}

enum Kind {
    Simple {
        characters: Vec<Option<char>>,
        widths: Vec<f64>,
    },
    Composite {
        codes: Rc<CMap>,
        identity: bool,
        meaning: Meaning,
        widths: HashMap<u32, f64>,
        default_width: f64,
        heights: HashMap<u32, f64>,
        default_height: f64,
    },
}

/// How a character identifier is turned into text.
enum Meaning {
    /// By the table of its character collection.
    Collection(Rc<CMap>),
    /// By the embedded font's own table, glyph by glyph.
    Glyphs(HashMap<u32, char>),
    /// The codes were Unicode all along.
    Code,
    Nothing,
}

impl Font {
    /// Reads a font; `None` when the file has had more fonts than any.
    pub fn read(source: &mut Source<'_>, dictionary: &Dictionary) -> Option<Self> {
        source.take_font()?;
        let file = source.file;
        let get = |holder: &Dictionary, key: &str| file.get(holder, key).ok().flatten();
        let to_unicode = match get(dictionary, "ToUnicode") {
            Some(Object::Stream(stream)) => source.written_table(&stream),
            _ => None,
        };
        let subtype = dictionary.get("Subtype").and_then(Object::as_name).map(ToString::to_string).unwrap_or_default();
        let descendant = match get(dictionary, "DescendantFonts") {
            Some(Object::Array(fonts)) => {
                fonts.first().and_then(|font| file.resolve(font).ok()).map(|font| font.into_owned())
            }
            _ => None,
        };
        let inner = descendant.as_ref().and_then(Object::as_dictionary).unwrap_or(dictionary);
        let descriptor = get(inner, "FontDescriptor");
        let descriptor = descriptor.as_ref().and_then(Object::as_dictionary);
        let metric = |key: &str| descriptor.and_then(|found| get(found, key)).and_then(|value| value.as_number());
        let sound = |value: &f64| value.is_finite() && value.abs() <= 2000.0 && value.abs() >= 50.0;
        let scale = match get(dictionary, "FontMatrix") {
            Some(Object::Array(items)) if subtype == "Type3" => {
                items.first().and_then(Object::as_number).filter(|scale| scale.is_finite()).unwrap_or(0.001)
            }
            _ => 0.001,
        };
        let (kind, vertical) = if subtype == "Type0" {
            composite(source, dictionary, inner, descriptor)
        } else {
            (simple(source, dictionary, descriptor), false)
        };
        Some(Font {
            kind,
            to_unicode,
            ascent: metric("Ascent").filter(sound).unwrap_or(880.0).abs(),
            descent: -metric("Descent").filter(sound).unwrap_or(-120.0).abs(),
            scale,
            vertical,
        })
    }

    /// The codes of a string.
    pub fn codes<'a>(&'a self, mut bytes: &'a [u8]) -> impl Iterator<Item = Code<'a>> {
        std::iter::from_fn(move || {
            let (code, rest) = self.next(bytes)?;
            bytes = rest;
            Some(code)
        })
    }

    fn next<'a>(&self, bytes: &'a [u8]) -> Option<(Code<'a>, &'a [u8])> {
        let first = *bytes.first()?;
        match &self.kind {
            Kind::Simple { characters, widths } => {
                let (own, rest) = bytes.split_at(1);
                let width = widths.get(usize::from(first)).copied().unwrap_or(0.0);
                let known = characters.get(usize::from(first)).copied().flatten().map(String::from);
                let text = self.mapped(u32::from(first)).or(known).unwrap_or_else(|| UNKNOWN.to_owned());
                Some((Code { text, bytes: own, advance: width, width }, rest))
            }
            Kind::Composite { codes, identity, meaning, widths, default_width, heights, default_height } => {
                let (length, cid) = next_cid(codes, *identity, bytes);
                let (own, rest) = bytes.split_at(length);
                let code = own.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
                let width = widths.get(&cid).copied().unwrap_or(*default_width);
                let known = match meaning {
                    Meaning::Collection(table) => table.lookup_bf_string(cid).map(text_of),
                    Meaning::Glyphs(characters) => characters.get(&cid).copied().map(String::from),
                    Meaning::Code => char::from_u32(code).map(String::from),
                    Meaning::Nothing => None,
                };
                let text = self.mapped(code).or(known).unwrap_or_else(|| UNKNOWN.to_owned());
                let advance = if self.vertical { heights.get(&cid).copied().unwrap_or(*default_height) } else { width };
                Some((Code { text, bytes: own, advance, width }, rest))
            }
        }
    }

    /// What /ToUnicode says, unless it says nothing: some writers map to U+0000.
    fn mapped(&self, code: u32) -> Option<String> {
        let text = text_of(self.to_unicode.as_ref()?.lookup_bf_string(code)?);
        (!text.is_empty() && !text.starts_with('\0')).then_some(text)
    }
}

fn text_of(found: BfString) -> String {
    match found {
        BfString::Char(character) => character.into(),
        BfString::String(text) => text,
    }
}

/// Length of the next code in bytes, and its character identifier.
fn next_cid(codes: &CMap, identity: bool, bytes: &[u8]) -> (usize, u32) {
    if identity {
        let length = bytes.len().min(2);
        return (length, bytes[..length].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)));
    }
    let mut code = 0u32;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        code = code << 8 | u32::from(*byte);
        let length = index as u8 + 1;
        if let Some(cid) = codes.lookup_cid_code(code, length) {
            return (index + 1, cid);
        }
    }
    // Not in the table: what begins with a high byte is two bytes in the encodings that there are.
    (if bytes.first().is_some_and(|byte| *byte >= 0x80) { bytes.len().min(2) } else { 1 }, 0)
}

fn simple(source: &mut Source<'_>, dictionary: &Dictionary, descriptor: Option<&Dictionary>) -> Kind {
    let file = source.file;
    let get = |key: &str| file.get(dictionary, key).ok().flatten();
    let name = dictionary.get("BaseFont").and_then(Object::as_name).map(ToString::to_string).unwrap_or_default();
    let encoding = get("Encoding");
    let base = match &encoding {
        Some(Object::Name(name)) => Some(name.clone()),
        Some(Object::Dictionary(encoding)) => encoding.get("BaseEncoding").and_then(Object::as_name).cloned(),
        _ => None,
    };
    let base_named = base.is_some();
    let base = match base.as_ref().map(|name| name.as_bytes()) {
        Some(b"WinAnsiEncoding") => Base::WinAnsi,
        Some(b"MacRomanEncoding") => Base::MacRoman,
        _ => Base::Standard,
    };
    // Without one that is named, the encoding is the font program's own.
    let own = match base_named {
        false => program(source, descriptor, &["FontFile3"]).and_then(|data| guarded(|| cff::built_in_encoding(&data))),
        true => None,
    };
    let mut characters = own.unwrap_or_else(|| (0..=255).map(|code| base.character(code)).collect());
    if let Some(Object::Dictionary(encoding)) = &encoding
        && let Ok(Some(Object::Array(differences))) = file.get(encoding, "Differences")
    {
        let mut code = 0usize;
        for item in &differences {
            match item {
                Object::Integer(start) => code = usize::try_from(*start).unwrap_or(256),
                Object::Name(name) => {
                    if let Some(place) = characters.get_mut(code) {
                        *place = character_of_name(&name.to_string());
                    }
                    code = code.saturating_add(1);
                }
                _ => {}
            }
        }
    }
    let first = get("FirstChar").and_then(|value| value.as_integer()).and_then(|value| usize::try_from(value).ok());
    let listed = match get("Widths") {
        Some(Object::Array(widths)) => Some(widths),
        _ => None,
    };
    let missing = match get("FontDescriptor") {
        Some(Object::Dictionary(found)) => found.get("MissingWidth").and_then(Object::as_number).unwrap_or(0.0),
        _ => 0.0,
    };
    let width = |code: usize| match (&listed, first) {
        (Some(widths), Some(first)) => {
            let width = code.checked_sub(first).and_then(|at| widths.get(at));
            width.and_then(|width| file.resolve(width).ok()?.as_number()).unwrap_or(missing)
        }
        _ => standard_width(&name, code as u8),
    };
    Kind::Simple { characters, widths: (0..256).map(width).collect() }
}

fn composite(
    source: &mut Source<'_>,
    dictionary: &Dictionary,
    inner: &Dictionary,
    descriptor: Option<&Dictionary>,
) -> (Kind, bool) {
    let file = source.file;
    let get = |holder: &Dictionary, key: &str| file.get(holder, key).ok().flatten();
    let (codes, name) = match get(dictionary, "Encoding") {
        Some(Object::Name(name)) => (source.predefined_table(CMapName::from_bytes(name.as_bytes())), name.to_string()),
        Some(Object::Stream(stream)) => (source.written_table(&stream), String::new()),
        _ => (None, String::new()),
    };
    let vertical = name.ends_with("-V")
        || codes.as_ref().is_some_and(|codes| codes.metadata().writing_mode == Some(hayro_cmap::WritingMode::Vertical));
    let identity = codes.is_none() || name.starts_with("Identity");
    let system = get(inner, "CIDSystemInfo");
    let ordering = system.as_ref().and_then(Object::as_dictionary).and_then(|found| get(found, "Ordering"));
    let ordering = ordering.as_ref().and_then(Object::as_string).unwrap_or_default();
    let meaning = match collection(source, ordering) {
        Some(table) => Meaning::Collection(table),
        None => match embedded_meaning(source, inner, descriptor) {
            Some(meaning) => meaning,
            None if name.contains("UCS2") || name.contains("UTF16") => Meaning::Code,
            None => Meaning::Nothing,
        },
    };
    let number = |object: Option<Object>, default: f64| object.and_then(|found| found.as_number()).unwrap_or(default);
    let default_height = match get(inner, "DW2") {
        Some(Object::Array(pair)) => pair.get(1).and_then(Object::as_number).unwrap_or(-1000.0),
        _ => -1000.0,
    };
    let kind = Kind::Composite {
        codes: codes.unwrap_or_else(|| Rc::new(CMap::identity_h())),
        identity,
        meaning,
        widths: ranges(file, get(inner, "W"), 1),
        default_width: number(get(inner, "DW"), 1000.0),
        heights: if vertical { ranges(file, get(inner, "W2"), 3) } else { HashMap::new() },
        default_height,
    };
    (kind, vertical)
}

/// /W or /W2: `c [w …]` or `first last w`, the first of `group` numbers for each code being kept (ISO 32000-1, 9.7.4.3).
fn ranges(file: &Opened, list: Option<Object>, group: usize) -> HashMap<u32, f64> {
    let mut found = HashMap::new();
    let Some(Object::Array(items)) = list else { return found };
    let items: Vec<Object> = items.iter().filter_map(|item| Some(file.resolve(item).ok()?.into_owned())).collect();
    let code = |object: &Object| object.as_integer().and_then(|code| u32::try_from(code).ok());
    let mut at = 0;
    while let (Some(first), Some(second)) = (items.get(at).and_then(code), items.get(at + 1)) {
        if found.len() > MAX_WIDTHS {
            break;
        }
        if let Object::Array(widths) = second {
            for (index, own) in widths.chunks(group).enumerate() {
                if let Some(width) = own.first().and_then(Object::as_number) {
                    found.insert(first.saturating_add(index as u32), width);
                }
            }
            at += 2;
        } else {
            let (Some(last), Some(width)) = (code(second), items.get(at + 2).and_then(Object::as_number)) else {
                break;
            };
            let room = (MAX_WIDTHS - found.len().min(MAX_WIDTHS)) as u32;
            for own in first..=last.min(first.saturating_add(room)) {
                found.insert(own, width);
            }
            at += 2 + group;
        }
    }
    found
}

/// The table from the identifiers of a character collection to Unicode.
fn collection(source: &mut Source<'_>, ordering: &[u8]) -> Option<Rc<CMap>> {
    let name = match ordering {
        b"GB1" => CMapName::AdobeGb1Ucs2,
        b"CNS1" => CMapName::AdobeCns1Ucs2,
        b"Japan1" => CMapName::AdobeJapan1Ucs2,
        b"Korea1" => CMapName::AdobeKorea1Ucs2,
        _ => return None,
    };
    source.predefined_table(name)
}

/// The program of an embedded font under one of these keys: TrueType, OpenType or CFF.
fn program(source: &mut Source<'_>, descriptor: Option<&Dictionary>, keys: &[&str]) -> Option<Vec<u8>> {
    let (file, descriptor) = (source.file, descriptor?);
    let stream = keys.iter().find_map(|key| match file.get(descriptor, key).ok()? {
        Some(Object::Stream(stream)) => Some(stream),
        _ => None,
    })?;
    source.take_face()?;
    source.decode(&stream).ok()
}

/// What an embedded composite font tells of its identifiers.
fn embedded_meaning(source: &mut Source<'_>, inner: &Dictionary, descriptor: Option<&Dictionary>) -> Option<Meaning> {
    let data = program(source, descriptor, &["FontFile2", "FontFile3"])?;
    if let Some(characters) = embedded_characters(source, inner, &data) {
        return Some(Meaning::Glyphs(characters));
    }
    match guarded(|| cff::program(&data))? {
        Program::Collection(ordering) => Some(Meaning::Collection(collection(source, &ordering)?)),
        Program::Glyphs(characters) => Some(Meaning::Glyphs(characters)),
    }
}

/// The characters of an embedded font's glyphs by its own table, for fonts without /ToUnicode: its table is turned round.
fn embedded_characters(source: &mut Source<'_>, inner: &Dictionary, data: &[u8]) -> Option<HashMap<u32, char>> {
    let file = source.file;
    let by_glyph = guarded(|| characters_by_glyph(data))?;
    let map = match file.get(inner, "CIDToGIDMap").ok()? {
        Some(Object::Stream(stream)) => Some(source.decode(&stream).ok()?),
        _ => None,
    };
    let Some(map) = map else {
        return Some(by_glyph.into_iter().map(|(glyph, character)| (u32::from(glyph), character)).collect());
    };
    let (pairs, _) = map.as_chunks::<2>();
    let glyph_of = pairs.iter().take(65_536).map(|pair| u16::from_be_bytes(*pair)).enumerate();
    Some(glyph_of.filter_map(|(cid, glyph)| Some((cid as u32, *by_glyph.get(&glyph)?))).collect())
}

fn characters_by_glyph(data: &[u8]) -> Option<HashMap<u16, char>> {
    let face = ttf_parser::Face::parse(data, 0).ok()?;
    let mut by_glyph: HashMap<u16, char> = HashMap::new();
    // The planes that have characters: asked one by one, because the length of a font's own list is its own claim.
    // Radicals last: where one shares its glyph with an ideograph, the ideograph is meant.
    let radicals = '\u{2E80}'..='\u{2FDF}';
    let characters = ('\u{20}'..'\u{2E80}').chain('\u{2FE0}'..='\u{FFFF}').chain('\u{20000}'..='\u{323AF}');
    for character in characters.chain(radicals) {
        if let Some(glyph) = face.glyph_index(character) {
            by_glyph.entry(glyph.0).or_insert(character);
        }
    }
    (!by_glyph.is_empty()).then_some(by_glyph)
}

/// What a font's program tells; nothing if its reader, which is another's, gives up in the middle: in debug builds it asserts that no length in a
/// font reaches 4 GiB, which a hostile one may write there.
fn guarded<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok().flatten()
}
