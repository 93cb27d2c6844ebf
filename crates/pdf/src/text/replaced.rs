//! /ActualText: a writer says that a stretch of content means other characters than it draws (ISO 32000-1, 14.9.4), for ligatures, hyphens, or
//! letters drawn as shapes. It is believed, as other readers do, and where what was drawn says something else, that is kept beside it.

use super::content::MAX_GLYPHS;
use super::source::Source;
use super::{Between, Glyph, Replaced, TextError, between, normalised};
use crate::syntax::{Dictionary, Object, text_of};

/// Stretches within stretches at most; deeper ones mean what they draw.
const MAX_DEPTH: usize = 512;
/// Property lists of one page that are looked up in its resources at most.
const MAX_LOOKUPS: usize = 50_000;

/// What the stretches of one page meant so far.
#[derive(Default)]
pub(super) struct Told {
    /// Where something else was drawn.
    pub list: Vec<Replaced>,
    bytes: usize,
    lookups: usize,
}

/// The stretches of one content stream that are open: where each began, and what it means if it says so.
#[derive(Default)]
pub(super) struct Marked {
    open: Vec<(usize, Option<String>)>,
    /// How many beyond [`MAX_DEPTH`].
    beyond: usize,
}

impl Marked {
    /// `BMC` or `BDC` with these operands, after `start` characters of the page.
    pub fn begin(
        &mut self,
        source: &Source<'_>,
        resources: &Dictionary,
        operands: &[Object],
        start: usize,
        told: &mut Told,
    ) -> Result<(), TextError> {
        if self.open.len() >= MAX_DEPTH {
            self.beyond += 1;
            return Ok(());
        }
        told.lookups += usize::from(operands.get(1).is_some_and(|properties| properties.as_name().is_some()));
        let meant = operands.get(1).and_then(|properties| meant(source, resources, properties));
        told.bytes += meant.as_ref().map_or(0, String::len);
        // A page's replaced text is bounded as its drawn text is.
        if told.lookups > MAX_LOOKUPS || told.bytes > 4 * MAX_GLYPHS {
            return Err(TextError::TooLarge);
        }
        self.open.push((start, meant));
        Ok(())
    }

    /// `EMC`: what the stretch drew becomes what it means. One that never ends means what it draws.
    pub fn end(&mut self, glyphs: &mut Vec<Glyph>, told: &mut Told) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if let Some((start, Some(meant))) = self.open.pop() {
            replace(glyphs, start, &meant, &mut told.list);
        }
    }
}

/// /ActualText of a property list, which stands there or in the resources.
fn meant(source: &Source<'_>, resources: &Dictionary, properties: &Object) -> Option<String> {
    let named = match properties {
        Object::Name(name) => {
            let lists = source.file.get(resources, "Properties").ok()??;
            source.file.get(lists.as_dictionary()?, &name.to_string()).ok()??
        }
        own => own.clone(),
    };
    let text = source.file.get(named.as_dictionary()?, "ActualText").ok()??;
    text.as_string().map(text_of)
}

/// The characters are dealt out over the boxes of what was drawn, in order, so that words are found where they stand.
fn replace(glyphs: &mut Vec<Glyph>, start: usize, meant: &str, replaced: &mut Vec<Replaced>) {
    let drawn = glyphs.split_off(start.min(glyphs.len()));
    let characters: Vec<char> = meant.chars().collect();
    let Some(first) = drawn.first() else { return };
    let words: String = drawn.iter().map(|glyph| glyph.text.as_str()).collect();
    if normalised(&words) != normalised(meant) && !words.contains(super::font::UNKNOWN) {
        replaced.push(Replaced { drawn: words, meant: meant.to_owned(), rect: first.rect });
    }
    let groups = characters.len().min(drawn.len());
    for group in 0..groups {
        let part = |count: usize| group * count / groups..(group + 1) * count / groups;
        let mut own = drawn[part(drawn.len())].iter();
        let Some(mut last) = own.next() else { continue };
        let mut rect = last.rect;
        for next in own {
            if between(last, next) == Between::Line {
                break;
            }
            rect = rect.union(next.rect);
            last = next;
        }
        glyphs.push(Glyph { text: characters[part(characters.len())].iter().collect(), rect });
    }
}
