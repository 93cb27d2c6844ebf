//! Small font programs in the Compact Font Format (Adobe Technical Note 5176), for the tests and for the fuzzer's seeds.

/// A list of byte strings as the format writes it, with offsets of two bytes.
fn index(items: &[&[u8]]) -> Vec<u8> {
    let mut out = (items.len() as u16).to_be_bytes().to_vec();
    if items.is_empty() {
        return out;
    }
    out.push(2);
    let mut offset = 1u16;
    out.extend(offset.to_be_bytes());
    for item in items {
        offset += item.len() as u16;
        out.extend(offset.to_be_bytes());
    }
    out.extend(items.concat());
    out
}

/// A whole font program: its glyphs are empty, what they are called is all that matters. `collection` makes it one of identifiers.
pub fn program(glyphs: &[u16], strings: &[&str], collection: bool) -> Vec<u8> {
    let number = |value: usize| [&[29][..], &(value as u32).to_be_bytes()].concat();
    let strings = index(&strings.iter().map(|text| text.as_bytes()).collect::<Vec<_>>());
    let build = |charset: usize, outlines: usize, private: usize, fonts: usize, selection: usize| {
        let mut top = Vec::new();
        if collection {
            top.extend([number(391), number(392), number(0), vec![12, 30]].concat());
            top.extend([number(fonts), vec![12, 36], number(selection), vec![12, 37]].concat());
        } else {
            // A real number in the way, and no encoding but the standard one.
            top.extend([vec![30, 0x1A, 0x5F, 12, 7], number(0), number(private), vec![18]].concat());
        }
        top.extend([number(charset), vec![15], number(outlines), vec![17]].concat());
        [vec![1, 0, 4, 2], index(&[b"F"]), index(&[&top]), strings.clone(), index(&[])].concat()
    };
    let head = build(0, 0, 0, 0, 0).len();
    let charset = [vec![0], glyphs.iter().flat_map(|glyph| glyph.to_be_bytes()).collect()].concat();
    let outlines = index(&vec![&[14][..]; glyphs.len() + 1]);
    let private = head + charset.len() + outlines.len();
    let fonts = index(&[&[number(0), number(private), vec![18]].concat()]);
    let selection = [vec![0], vec![0; glyphs.len() + 1]].concat();
    let head = build(head, head + charset.len(), private, private, private + fonts.len());
    [head, charset, outlines, fonts, selection].concat()
}
