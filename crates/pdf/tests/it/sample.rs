//! A small builder of PDF files in the shapes that real writers produce.

use std::fmt::Write as _;
use std::sync::Arc;

use yinxin_pdf::Opened;

/// How the cross-reference is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Xref {
    /// A classic table.
    Table,
    /// A cross-reference stream with a PNG predictor, everything but streams in an object stream.
    Stream,
    /// A table, with one object hidden in an object stream that only /XRefStm knows.
    Hybrid,
}

/// What to build.
#[derive(Clone, Debug)]
pub struct Sample {
    pub pages: usize,
    pub xref: Xref,
    pub final_eol: bool,
    pub media_box: [i32; 4],
    pub crop_box: Option<[i32; 4]>,
    /// Rotation of page i is `rotations[i % len]`.
    pub rotations: Vec<i32>,
    pub user_unit: Option<f64>,
    /// /Annots of every page as an array of its own, with one link in it.
    pub annots_apart: bool,
    /// More entries for the catalogue, and objects 100, 101 … that they may name.
    pub catalog: String,
    pub extra: Vec<String>,
}

impl Default for Sample {
    fn default() -> Self {
        Sample {
            pages: 3,
            xref: Xref::Table,
            final_eol: true,
            media_box: [0, 0, 595, 842],
            crop_box: None,
            rotations: vec![0],
            user_unit: None,
            annots_apart: false,
            catalog: String::new(),
            extra: Vec::new(),
        }
    }
}

/// Number of the first object in [`Sample::extra`].
pub const EXTRA: u32 = 10_000;

impl Sample {
    pub fn open(&self) -> Opened {
        Opened::open(Arc::from(self.build())).expect("a sound sample")
    }

    /// A file with a table as text, to be edited.
    pub fn text(&self) -> String {
        String::from_utf8(self.build()).expect("nothing is compressed")
    }

    pub fn build(&self) -> Vec<u8> {
        // Object number to body; 1 catalogue, 2 pages, 3 font, then three per page.
        let mut objects: Vec<(u32, String)> = Vec::new();
        let hidden = if self.xref == Xref::Hybrid { "/Hidden 9000 0 R" } else { "" };
        objects.push((1, format!("<</Type/Catalog/Pages 2 0 R{hidden}{}>>", self.catalog)));
        let kids = (0..self.pages).fold(String::new(), |mut list, page| {
            write!(list, "{} 0 R ", 4 + 3 * page).unwrap();
            list
        });
        // The boxes are inherited from the root of the tree.
        let [x0, y0, x1, y1] = self.media_box;
        let mut root = format!("<</Type/Pages/Count {}/Kids[{kids}]/MediaBox[{x0} {y0} {x1} {y1}]", self.pages);
        if let Some([x0, y0, x1, y1]) = self.crop_box {
            write!(root, "/CropBox[{x0} {y0} {x1} {y1}]").unwrap();
        }
        objects.push((2, root + ">>"));
        objects.push((3, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".into()));
        for page in 0..self.pages {
            let number = 4 + 3 * page as u32;
            let mut node =
                format!("<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents {} 0 R", number + 1);
            let rotation = self.rotations[page % self.rotations.len()];
            if rotation != 0 {
                write!(node, "/Rotate {rotation}").unwrap();
            }
            if let Some(unit) = self.user_unit {
                write!(node, "/UserUnit {unit}").unwrap();
            }
            if self.annots_apart {
                write!(node, "/Annots {} 0 R", number + 2).unwrap();
                objects.push((number + 2, "[<</Type/Annot/Subtype/Link/Rect[10 10 20 20]/Border[0 0 0]>>]".into()));
            }
            objects.push((number, node + "/Custom#20Key (kept \\(as is\\))>>"));
            let content = format!("BT /F1 18 Tf 72 400 Td (Sample page {}) Tj ET", page + 1);
            objects.push((number + 1, format!("<</Length {}>>\nstream\n{content}\nendstream", content.len())));
        }
        for (index, body) in self.extra.iter().enumerate() {
            objects.push((EXTRA + index as u32, body.clone()));
        }
        objects.sort_by_key(|(number, _)| *number);
        // The marker of binary content is valid UTF-8, so that tests may edit a file with a table as text.
        let mut file = "%PDF-1.7\n%âãÏÓ\n".as_bytes().to_vec();
        match self.xref {
            Xref::Table => with_table(&mut file, &objects, ""),
            Xref::Stream => with_stream(&mut file, objects),
            Xref::Hybrid => with_hybrid(&mut file, &objects),
        }
        if !self.final_eol {
            assert_eq!(file.pop(), Some(b'\n'));
        }
        file
    }
}

fn put(file: &mut Vec<u8>, number: u32, body: &[u8]) -> usize {
    let offset = file.len();
    file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    file.extend_from_slice(body);
    file.extend_from_slice(b"\nendobj\n");
    offset
}

fn with_table(file: &mut Vec<u8>, objects: &[(u32, String)], trailer: &str) {
    let offsets: Vec<(u32, usize)> =
        objects.iter().map(|(number, body)| (*number, put(file, *number, body.as_bytes()))).collect();
    let startxref = file.len();
    let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
    for (number, offset) in &offsets {
        writeln!(table, "{number} 1\n{offset:010} 00000 n ").unwrap();
    }
    // A hybrid's hidden objects count too; one is called free, the others are left out.
    if !trailer.is_empty() {
        table.push_str("9000 1\n0000000000 65535 f \n");
    }
    let hidden = if trailer.is_empty() { 0 } else { 9003 };
    let size = offsets.iter().map(|(number, _)| number + 1).max().unwrap().max(hidden);
    let id = "<00112233445566778899AABBCCDDEEFF>";
    writeln!(table, "trailer\n<</Size {size}/Root 1 0 R/ID[{id}{id}]{trailer}>>\nstartxref\n{startxref}\n%%EOF")
        .unwrap();
    file.extend_from_slice(table.as_bytes());
}

/// The body of an object stream, uncompressed or not.
fn object_stream(objects: &[(u32, String)], flate: bool) -> Vec<u8> {
    let (mut head, mut data) = (String::new(), String::new());
    for (number, body) in objects {
        write!(head, "{number} {} ", data.len()).unwrap();
        data.push_str(body);
        data.push(' ');
    }
    let plain = format!("{head}{data}").into_bytes();
    let (payload, filter) = if flate { (deflate(&plain), "/Filter/FlateDecode") } else { (plain, "") };
    let mut body =
        format!("<</Type/ObjStm/N {}/First {}{filter}/Length {}>>\nstream\n", objects.len(), head.len(), payload.len())
            .into_bytes();
    body.extend_from_slice(&payload);
    body.extend_from_slice(b"\nendstream");
    body
}

pub fn deflate(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn with_stream(file: &mut Vec<u8>, objects: Vec<(u32, String)>) {
    let (streams, plain): (Vec<_>, Vec<_>) = objects.into_iter().partition(|(_, body)| body.contains("endstream"));
    let last = streams.iter().chain(&plain).map(|(number, _)| *number).max().unwrap();
    let (container, xref) = (last + 1, last + 2);
    let mut rows: Vec<(u32, [u8; 7])> = vec![(0, [0, 0, 0, 0, 0, 255, 255])];
    let row = |kind: u8, second: u32, third: u16| {
        let [a, b, c, d] = second.to_be_bytes();
        let [e, f] = third.to_be_bytes();
        [kind, a, b, c, d, e, f]
    };
    for (number, body) in &streams {
        let offset = put(file, *number, body.as_bytes());
        rows.push((*number, row(1, offset as u32, 0)));
    }
    for (index, (number, _)) in plain.iter().enumerate() {
        rows.push((*number, row(2, container, index as u16)));
    }
    let offset = put(file, container, &object_stream(&plain, true));
    rows.push((container, row(1, offset as u32, 0)));
    let startxref = file.len();
    rows.push((xref, row(1, startxref as u32, 0)));
    rows.sort_by_key(|(number, _)| *number);
    // Predictor 12: each row begins with 2 (up) and holds differences to the row above.
    let (mut above, mut data, mut index) = ([0u8; 7], Vec::new(), String::new());
    for (number, row) in &rows {
        write!(index, "{number} 1 ").unwrap();
        data.push(2);
        data.extend(row.iter().zip(above).map(|(now, above)| now.wrapping_sub(above)));
        above = *row;
    }
    let data = deflate(&data);
    let id = "<00112233445566778899AABBCCDDEEFF>";
    let mut body = format!(
        "<</Type/XRef/Size {}/W[1 4 2]/Index[{index}]/Root 1 0 R/ID[{id}{id}]/Filter/FlateDecode\
         /DecodeParms<</Predictor 12/Columns 7>>/Length {}>>\nstream\n",
        xref + 1,
        data.len()
    )
    .into_bytes();
    body.extend_from_slice(&data);
    body.extend_from_slice(b"\nendstream");
    put(file, xref, &body);
    file.extend_from_slice(format!("startxref\n{startxref}\n%%EOF\n").as_bytes());
}

fn with_hybrid(file: &mut Vec<u8>, objects: &[(u32, String)]) {
    let hidden = [(9000, "<</Hidden (from old readers)>>".to_owned())];
    let container = put(file, 9001, &object_stream(&hidden, false));
    let xref = file.len();
    // Three entries: the hidden object, its container, and this stream.
    let mut data = vec![2, 0, 0, 0x23, 0x29, 0, 0];
    for offset in [container, xref] {
        data.push(1);
        data.extend_from_slice(&(offset as u32).to_be_bytes());
        data.extend_from_slice(&[0, 0]);
    }
    let mut body = b"<</Type/XRef/Size 9003/W[1 4 2]/Index[9000 3]/Length 21>>\nstream\n".to_vec();
    body.extend_from_slice(&data);
    body.extend_from_slice(b"\nendstream");
    put(file, 9002, &body);
    with_table(file, objects, &format!("/XRefStm {xref}"));
}
