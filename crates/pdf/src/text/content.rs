//! Running a page's content for its text: only the operators that move, show or nest (ISO 32000-1, 8.4, 8.10 and 9).

use std::collections::HashMap;
use std::rc::Rc;

use super::font::Font;
use super::replaced::{Marked, Told};
use super::source::Source;
use super::{Glyph, PageText, TextError};
use crate::geometry::PdfRect;
use crate::open::Opened;
use crate::syntax::{Dictionary, Object, ObjectId, Parser};

/// Operators of one page at most.
const MAX_OPERATORS: usize = 4_000_000;
/// Characters of one page at most.
pub(super) const MAX_GLYPHS: usize = 500_000;
/// Forms drawn within forms at most, and forms of one page at most.
const MAX_DEPTH: usize = 12;
const MAX_FORMS: usize = 20_000;
/// Operands kept for one operator at most.
const MAX_OPERANDS: usize = 512;
/// Saved states at most.
const MAX_SAVED: usize = 512;

type Transform = [f64; 6];
const IDENTITY: Transform = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `inner` first, then `outer`.
fn then(inner: Transform, outer: Transform) -> Transform {
    let [a, b, c, d, e, f] = inner;
    let [g, h, i, j, k, l] = outer;
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

#[derive(Clone)]
struct State {
    transform: Transform,
    font: Option<Rc<Font>>,
    size: f64,
    character_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Reads the text of the pages of one file; fonts are read once.
pub(super) struct Reader<'a> {
    source: Source<'a>,
    fonts: HashMap<ObjectId, Rc<Font>>,
}

/// What is left to one page.
struct Run {
    glyphs: Vec<Glyph>,
    told: Told,
    operators: usize,
    forms: usize,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a Opened) -> Self {
        Reader { source: Source::new(file), fonts: HashMap::new() }
    }

    /// The text of a page.
    pub fn page(&mut self, page: &crate::Page) -> Result<PageText, TextError> {
        let empty = PageText { page: page.index, glyphs: Vec::new(), replaced: Vec::new() };
        let Object::Dictionary(node) = self.source.file.object(page.id)? else { return Ok(empty) };
        let resources = self.inherited_resources(&node)?;
        let mut content = Vec::new();
        let parts = match self.source.file.get(&node, "Contents")? {
            Some(Object::Array(parts)) => parts,
            Some(single) => vec![single],
            None => Vec::new(),
        };
        for part in &parts {
            if let Object::Stream(stream) = &*self.source.file.resolve(part)? {
                content.extend_from_slice(&self.source.decode(stream)?);
                // The parts are separate words (ISO 32000-1, 7.8.2).
                content.push(b'\n');
                if content.len() > 128 << 20 {
                    return Err(TextError::TooLarge);
                }
            }
        }
        let mut run = Run { glyphs: Vec::new(), told: Told::default(), operators: 0, forms: 0 };
        let state = State {
            transform: IDENTITY,
            font: None,
            size: 0.0,
            character_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        self.run(&content, &resources, state, 0, &mut run)?;
        Ok(PageText { glyphs: run.glyphs, replaced: run.told.list, ..empty })
    }

    fn inherited_resources(&self, node: &Dictionary) -> Result<Dictionary, TextError> {
        let mut node = node.clone();
        for _ in 0..64 {
            if let Some(Object::Dictionary(resources)) = self.source.file.get(&node, "Resources")? {
                return Ok(resources);
            }
            match self.source.file.get(&node, "Parent")? {
                Some(Object::Dictionary(parent)) => node = parent,
                _ => break,
            }
        }
        Ok(Dictionary::new())
    }

    fn run(
        &mut self,
        content: &[u8],
        resources: &Dictionary,
        mut state: State,
        depth: usize,
        run: &mut Run,
    ) -> Result<(), TextError> {
        let mut parser = Parser::new(content, 0).lenient();
        let mut operands: Vec<Object> = Vec::new();
        let mut saved: Vec<State> = Vec::new();
        let mut marked = Marked::default();
        let (mut text, mut line) = (IDENTITY, IDENTITY);
        while let Some(token) = next_token(content, &mut parser) {
            let operator = match token {
                Token::Operand(operand) => {
                    if operands.len() < MAX_OPERANDS {
                        operands.push(operand);
                    }
                    continue;
                }
                Token::Operator(operator) => operator,
            };
            run.operators += 1;
            if run.operators > MAX_OPERATORS || run.glyphs.len() > MAX_GLYPHS {
                return Err(TextError::TooLarge);
            }
            let number = |index: usize| operands.get(index).and_then(Object::as_number).unwrap_or(0.0);
            let six = || [0, 1, 2, 3, 4, 5].map(number);
            let mut move_line = |x: f64, y: f64, text: &mut Transform| {
                line = then([1.0, 0.0, 0.0, 1.0, x, y], line);
                *text = line;
            };
            match operator {
                b"q" if saved.len() < MAX_SAVED => saved.push(state.clone()),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => state.transform = then(six(), state.transform),
                b"BT" => {
                    text = IDENTITY;
                    line = IDENTITY;
                }
                b"Tf" => {
                    state.size = number(1);
                    state.font = operands.first().and_then(Object::as_name).and_then(|name| {
                        let name = name.to_string();
                        self.font(resources, &name)
                    });
                }
                b"gs" => {
                    let name = operands.first().and_then(Object::as_name).map(ToString::to_string).unwrap_or_default();
                    if let Some((font, size)) = self.font_of_state(resources, &name) {
                        (state.font, state.size) = (Some(font), size);
                    }
                }
                b"Tc" => state.character_space = number(0),
                b"Tw" => state.word_space = number(0),
                b"Tz" => state.stretch = number(0) / 100.0,
                b"TL" => state.leading = number(0),
                b"Ts" => state.rise = number(0),
                b"Td" => move_line(number(0), number(1), &mut text),
                b"TD" => {
                    state.leading = -number(1);
                    move_line(number(0), number(1), &mut text);
                }
                b"T*" => move_line(0.0, -state.leading, &mut text),
                b"Tm" => {
                    line = six();
                    text = line;
                }
                b"Tj" | b"'" | b"\"" => {
                    if operator != b"Tj" {
                        move_line(0.0, -state.leading, &mut text);
                    }
                    if operator == b"\"" {
                        (state.word_space, state.character_space) = (number(0), number(1));
                    }
                    if let Some(string) = operands.last().and_then(Object::as_string) {
                        show(&state, &mut text, string, run);
                    }
                }
                b"TJ" => {
                    for item in operands.first().and_then(Object::as_array).unwrap_or_default() {
                        if let Some(string) = item.as_string() {
                            show(&state, &mut text, string, run);
                        } else if let Some(back) = item.as_number() {
                            let vertical = state.font.as_ref().is_some_and(|font| font.vertical);
                            let distance = -back / 1000.0 * state.size;
                            let (x, y) = if vertical { (0.0, distance) } else { (distance * state.stretch, 0.0) };
                            text = then([1.0, 0.0, 0.0, 1.0, x, y], text);
                        }
                    }
                }
                b"Do" if depth < MAX_DEPTH => {
                    let name = operands.first().and_then(Object::as_name).map(ToString::to_string).unwrap_or_default();
                    self.form(resources, &name, &state, depth, run)?;
                }
                b"BMC" | b"BDC" => {
                    marked.begin(&self.source, resources, &operands, run.glyphs.len(), &mut run.told)?;
                }
                b"EMC" => marked.end(&mut run.glyphs, &mut run.told),
                b"BI" => skip_inline_image(content, &mut parser),
                _ => {}
            }
            operands.clear();
        }
        Ok(())
    }

    fn form(
        &mut self,
        resources: &Dictionary,
        name: &str,
        state: &State,
        depth: usize,
        run: &mut Run,
    ) -> Result<(), TextError> {
        let Some(Object::Dictionary(forms)) = self.source.file.get(resources, "XObject")? else { return Ok(()) };
        let Some(Object::Stream(form)) = self.source.file.get(&forms, name)? else { return Ok(()) };
        if form.dictionary.get("Subtype").and_then(Object::as_name).is_none_or(|kind| *kind != "Form") {
            return Ok(());
        }
        run.forms += 1;
        if run.forms > MAX_FORMS {
            return Err(TextError::TooLarge);
        }
        let mut state = state.clone();
        if let Some(Object::Array(matrix)) = self.source.file.get(&form.dictionary, "Matrix")? {
            let numbers: Vec<f64> = matrix.iter().filter_map(Object::as_number).collect();
            if let Ok(matrix) = Transform::try_from(numbers) {
                state.transform = then(matrix, state.transform);
            }
        }
        // A form without resources of its own uses those of the page (ISO 32000-1, 7.8.3).
        let own = match self.source.file.get(&form.dictionary, "Resources")? {
            Some(Object::Dictionary(own)) => own,
            _ => resources.clone(),
        };
        let content = self.source.decode(&form)?;
        self.run(&content, &own, state, depth + 1, run)
    }

    fn font(&mut self, resources: &Dictionary, name: &str) -> Option<Rc<Font>> {
        let fonts = self.source.file.get(resources, "Font").ok()??;
        let value = fonts.as_dictionary()?.get(name)?.clone();
        self.read_font(&value)
    }

    fn font_of_state(&mut self, resources: &Dictionary, name: &str) -> Option<(Rc<Font>, f64)> {
        let states = self.source.file.get(resources, "ExtGState").ok()??;
        let found = self.source.file.get(states.as_dictionary()?, name).ok()??;
        let Object::Array(pair) = self.source.file.get(found.as_dictionary()?, "Font").ok()?? else { return None };
        Some((self.read_font(pair.first()?)?, pair.get(1)?.as_number()?))
    }

    fn read_font(&mut self, value: &Object) -> Option<Rc<Font>> {
        if let Object::Reference(id) = value
            && let Some(known) = self.fonts.get(id)
        {
            return Some(Rc::clone(known));
        }
        let dictionary = self.source.file.resolve(value).ok()?.into_owned();
        let font = Rc::new(Font::read(&mut self.source, dictionary.as_dictionary()?)?);
        if let Object::Reference(id) = value {
            self.fonts.insert(*id, Rc::clone(&font));
        }
        Some(font)
    }
}

/// Puts a string's characters down and moves on.
fn show(state: &State, text: &mut Transform, string: &[u8], run: &mut Run) {
    let Some(font) = &state.font else { return };
    let scale = font.scale * state.size;
    for code in font.codes(string) {
        let place = then([state.stretch, 0.0, 0.0, 1.0, 0.0, state.rise], then(*text, state.transform));
        // A vertical font's origin is above the middle of the character.
        let (left, top) = if font.vertical { (-code.width / 2.0, 0.0) } else { (0.0, font.ascent) };
        let bottom = if font.vertical { code.advance } else { font.descent };
        let corners = [(left, bottom), (left + code.width, bottom), (left, top), (left + code.width, top)];
        let corners = corners.map(|(x, y)| {
            let [a, b, c, d, e, f] = place;
            let (x, y) = (x * scale, y * scale);
            (a * x + c * y + e, b * x + d * y + f)
        });
        let bound = |pick: fn(f64, f64) -> f64, of: fn(&(f64, f64)) -> f64| corners.iter().map(of).reduce(pick);
        let rect = PdfRect {
            x0: bound(f64::min, |corner| corner.0).unwrap_or(0.0),
            y0: bound(f64::min, |corner| corner.1).unwrap_or(0.0),
            x1: bound(f64::max, |corner| corner.0).unwrap_or(0.0),
            y1: bound(f64::max, |corner| corner.1).unwrap_or(0.0),
        };
        // Writers make text bold by drawing it twice, a little aside.
        let repeated = run.glyphs.last().is_some_and(|last| {
            let near = 0.2 * (rect.width() + rect.height()).max(0.1);
            last.text == code.text && (last.rect.x0 - rect.x0).abs() < near && (last.rect.y0 - rect.y0).abs() < near
        });
        if rect.is_finite() && !repeated && run.glyphs.len() <= MAX_GLYPHS {
            run.glyphs.push(Glyph { text: code.text, rect });
        }
        let word = if code.bytes == b" " { state.word_space } else { 0.0 };
        let distance = code.advance * scale + state.character_space + word;
        let (x, y) = if font.vertical { (0.0, distance) } else { (distance * state.stretch, 0.0) };
        *text = then([1.0, 0.0, 0.0, 1.0, x, y], *text);
    }
}

enum Token<'a> {
    Operand(Object),
    Operator(&'a [u8]),
}

/// The next operand or operator; what is neither is passed over, as readers do.
fn next_token<'a>(content: &'a [u8], parser: &mut Parser<'a>) -> Option<Token<'a>> {
    loop {
        parser.skip_space();
        let start = parser.offset();
        let first = *content.get(start)?;
        let is_word = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'\'' | b'"' | b'*');
        if is_word(&first) {
            let rest = &content[start..];
            let length = rest.iter().take_while(|byte| is_word(byte) || byte.is_ascii_digit()).count();
            let word = &rest[..length];
            *parser = Parser::new(content, start + length).lenient();
            return Some(match word {
                b"true" => Token::Operand(Object::Boolean(true)),
                b"false" => Token::Operand(Object::Boolean(false)),
                b"null" => Token::Operand(Object::Null),
                word => Token::Operator(word),
            });
        }
        match parser.object() {
            Ok(object) => {
                let end = parser.offset();
                *parser = Parser::new(content, end).lenient();
                return Some(Token::Operand(object));
            }
            Err(_) => *parser = Parser::new(content, start + 1).lenient(),
        }
    }
}

/// Behind the `EI` that ends an inline image (ISO 32000-1, 8.9.7).
fn skip_inline_image<'a>(content: &'a [u8], parser: &mut Parser<'a>) {
    let white = |at: usize| content.get(at).is_none_or(|byte| byte.is_ascii_whitespace() || *byte == 0);
    let mut at = parser.offset();
    loop {
        let Some(found) = content.get(at..).and_then(|rest| memchr::memmem::find(rest, b"EI")) else {
            at = content.len();
            break;
        };
        at += found + 2;
        if at >= 3 && white(at - 3) && white(at) {
            break;
        }
    }
    *parser = Parser::new(content, at).lenient();
}
