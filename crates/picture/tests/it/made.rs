//! Small PDF files made by hand.

use yinxin_fonts::{Family, Style, Weight, face_for};

/// A file of these objects, numbered from 1; the first is the catalog.
pub fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).into_bytes());
    for place in &places {
        out.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let size = places.len() + 1;
    out.extend(format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").into_bytes());
    out
}

pub fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    [format!("<<{dictionary}/Length {}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
}

/// A file of one page: what the page's dictionary and resources hold besides, its content, and further objects from number 5.
pub fn page(entries: &str, resources: &str, content: &[u8], further: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R{entries}/Contents 4 0 R/Resources<<{resources}>>>>").into_bytes(),
        stream("", content),
    ];
    objects.extend_from_slice(further);
    file(&objects)
}

const SONG: Style = Style { family: Family::Serif, weight: Weight::Bold };

/// A line of a contract in an embedded TrueType font, drawn as black text at (60, 160), 24 points: content, and objects from number `first`.
fn line(first: usize) -> (String, Vec<Vec<u8>>) {
    let text = "甲方盖章处示例文字一二三";
    let face = face_for('章', SONG).unwrap();
    let parsed = ttf_parser::Face::parse(face.bytes, face.index).unwrap();
    let glyphs: String = text.chars().map(|ch| format!("{:04x}", parsed.glyph_index(ch).unwrap().0)).collect();
    let (descendant, descriptor, program) = (first + 1, first + 2, first + 3);
    let font =
        format!("<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]>>");
    let below = format!(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/CIDToGIDMap/Identity/DW 1000/FontDescriptor {descriptor} 0 R\
         /CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
    );
    let described = format!(
        "<</Type/FontDescriptor/FontName/Song/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900/Descent -200\
         /CapHeight 700/StemV 80/FontFile2 {program} 0 R>>"
    );
    let length = face.bytes.len();
    let program = stream(&format!("/Length1 {length}"), face.bytes);
    let objects = vec![font.into_bytes(), below.into_bytes(), described.into_bytes(), program];
    (format!("BT /F1 24 Tf 60 160 Td <{glyphs}> Tj ET\n"), objects)
}

/// A sealed page: Chinese text, over it a widget whose appearance multiplies a red disc, at the edge a button with a slice of a seam seal, and
/// a hidden annotation; cut by a crop box and turned by `rotate` degrees. Beside the text a shading, a soft mask and an isolated group.
pub fn sealed_page(rotate: u16) -> Vec<u8> {
    let (text, font) = line(5);
    let disc = "0.8 0 0 rg 50 0 m 100 0 100 100 50 100 c 0 100 0 0 50 0 c f";
    let group = "/Group<</S/Transparency/I true>>";
    let multiplied = "/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</ExtGState<</M<</BM/Multiply>>>>/XObject<</D 10 0 R>>>>";
    let annotation = |rect: &str, flags: u8, kind: &str| {
        format!("<</Type/Annot/Subtype/Widget/FT/{kind}/T({rect})/F {flags}/Rect[{rect}]/AP<</N 9 0 R>>>>").into_bytes()
    };
    let mask = stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 400 400]/Group<</S/Transparency/CS/DeviceGray>>/Resources<</Shading<</S<</ShadingType 2/ColorSpace/DeviceGray\
             /Coords[60 0 160 0]/Function<</FunctionType 2/Domain[0 1]/C0[0]/C1[1]/N 1>>>>>>>>",
        b"/S sh",
    );
    let content = text
        + "q 60 240 100 60 re W n /SA sh Q q /GS gs 0 0.4 0 rg 60 320 100 40 re f Q\n\
           q 200 240 100 60 re W n /SR sh Q q /GA gs 0 0 1 rg 200 320 100 40 re f Q\n";
    let mut further = font;
    further.extend([
        // The appearance, as ours are: no group itself, it multiplies the group in it with what lies below.
        stream(multiplied, b"/M gs /D Do"),
        stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 100 100]{group}"), disc.as_bytes()),
        annotation("100 120 200 220", 4, "Sig"),
        annotation("340 60 440 160", 4, "Btn"),
        annotation("220 60 320 160", 6, "Sig"),
        mask,
    ]);
    let resources = "/Font<</F1 5 0 R>>/ExtGState<</GA<</ca 0.4>>/GS<</SMask<</S/Luminosity/G 14 0 R>>>>>>/Shading<<\
         /SA<</ShadingType 2/ColorSpace/DeviceRGB/Coords[60 240 160 300]/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>\
         /SR<</ShadingType 3/ColorSpace/DeviceRGB/Coords[250 270 0 250 270 30]/Function<</FunctionType 2/Domain[0 1]/C0[1 1 0]/C1[0 0.5 0]/N 1>>>>>>";
    let entries = format!("/MediaBox[0 0 420 440]/CropBox[40 40 380 400]/Rotate {rotate}/Annots[11 0 R 12 0 R 13 0 R]");
    page(&entries, resources, content.as_bytes(), &further)
}

/// Four characters in GBK and a font that is named, and not in the file, as old Chinese writers leave it.
pub fn named_font() -> Vec<u8> {
    let font = b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0\
        /BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor<</Type/FontDescriptor\
        /FontName/STSong-Light/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 800/Descent -200/StemV 80>>>>]>>";
    let content = b"BT /F1 40 Tf 20 20 Td <B2E2CAD4D6D0CEC4> Tj ET";
    page("/MediaBox[0 0 200 80]", "/Font<</F1 5 0 R>>", content, &[font.to_vec()])
}
