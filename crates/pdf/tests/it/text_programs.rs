//! Fonts in the Compact Font Format without /ToUnicode: read by their character collection, by the names of their glyphs, or by their own
//! encoding (S1-026).

use std::process::Command;

use hayro_cmap::{CMap, CMapName, load_embedded};
use yinxin_pdf::text::normalised;

use crate::cff::program;
use crate::judges::{self, TempFolder};
use crate::text::{hexadecimal, open, page_with, stream};

/// A composite font whose codes are the identifiers of this program, and which says nothing of their meaning itself.
fn composite(program: &[u8]) -> Vec<Vec<u8>> {
    vec![
        b"<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-H/DescendantFonts[6 0 R]>>".to_vec(),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/F/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
          /DW 1000/FontDescriptor 7 0 R>>"
            .to_vec(),
        b"<</Type/FontDescriptor/FontName/F/Flags 4/Ascent 880/Descent -120/FontFile3 8 0 R>>".to_vec(),
        stream("/Subtype/CIDFontType0C", program),
    ]
}

fn shown(codes: &[u16]) -> String {
    let bytes: Vec<u8> = codes.iter().flat_map(|code| code.to_be_bytes()).collect();
    format!("BT /F1 10 Tf 100 500 Td <{}> Tj ET", hexadecimal(&bytes))
}

#[test]
fn identifiers_of_a_collection_that_only_the_program_names_are_characters() {
    let table = load_embedded(CMapName::from_bytes(b"UniGB-UCS2-H")).unwrap();
    let table = CMap::parse(table, load_embedded).unwrap();
    let codes: Vec<u16> = "甲方公章".chars().map(|one| table.lookup_cid_code(one as u32, 2).unwrap() as u16).collect();
    let font = composite(&program(&codes, &["Adobe", "GB1"], true));
    let file = open(page_with(font, &shown(&codes)));
    assert_eq!(file.page_text(0).unwrap().lines(), "甲方公章");
    assert_eq!(file.find_keyword("公章", None).unwrap()[0].rect().x0, 120.0);
    // A collection that nobody publishes tells nothing, and neither does half a program.
    let program = program(&codes, &["Adobe", "Own"], true);
    for program in [&program[..], &program[..program.len() / 2], &[]] {
        assert_eq!(
            open(page_with(composite(program), &shown(&codes))).page_text(0).unwrap().lines(),
            "\u{FFFD}".repeat(4)
        );
    }
}

/// Found by fuzzing: lengths of nearly 4 GiB met an assertion of the reader of fonts that only debug builds have.
#[test]
fn a_program_whose_lists_end_beyond_four_gigabytes_tells_nothing() {
    let header = [1, 0, 4, 2];
    // A list of one item that ends there.
    let list = |end: u32| [&[0, 1, 4, 0, 0, 0, 1][..], &end.to_be_bytes()].concat();
    for end in [u32::MAX, u32::MAX - 3, 1 << 31, 1_000] {
        for lists in 0..4 {
            // As many sound lists first, each of one empty item.
            let sound = [0, 1, 1, 1, 1].repeat(lists);
            let program = [&header[..], &sound, &list(end), &[0; 40]].concat();
            let text = open(page_with(composite(&program), &shown(&[1]))).page_text(0).unwrap();
            assert_eq!(text.lines(), "\u{FFFD}", "{end} {lists}");
        }
    }
}

#[test]
fn glyphs_are_told_by_their_names() {
    // Glyph 34 of a program is not glyph 34 of the standard strings: identifiers are places in the program.
    let font = composite(&program(&[391, 34, 392, 393], &["uni7532", "u20BB7", "g123"], false));
    let text = open(page_with(font, &shown(&[1, 2, 3, 4]))).page_text(0).unwrap();
    assert_eq!(text.lines(), "甲A𠮷\u{FFFD}");
}

/// Ghostscript writes the program; the encoding beside it is taken away, so that only the program tells what its codes are.
#[test]
fn a_program_with_an_encoding_of_its_own_is_read_as_poppler_reads_it() {
    let folder = TempFolder::new("programs");
    let [source, made] = ["page.ps", "page.pdf"].map(|name| folder.path().join(name));
    let text = "%!PS\n/Helvetica findfont dup length dict begin { 1 index /FID ne { def } { pop pop } ifelse } forall\n\
        /Encoding 256 array def 0 1 255 { Encoding exch /.notdef put } for\n\
        [/C /o /n /t /r /a /c /emdash /fi /yen] 0 1 9 { 2 copy get Encoding exch 2 index 1 add exch put pop } for pop\n\
        currentdict end /Odd exch definefont pop /Odd findfont 12 scalefont setfont\n\
        72 700 moveto <010203040506070408090A> show showpage\n";
    std::fs::write(&source, text).unwrap();
    let mut command = Command::new("gs");
    command.args(["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-dPDFSETTINGS=/prepress"]);
    let Some(output) = judges::run(command.arg("-o").arg(&made).arg(&source)) else { return };
    let mut bytes = std::fs::read(&made).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert!(bytes.windows(7).any(|word| word == b"/Type1C"));
    for key in [&b"/Encoding "[..], b"/ToUnicode "] {
        while let Some(at) = bytes.windows(key.len()).position(|word| word == key) {
            bytes[at + 1] = b'X';
        }
    }
    let file = open(bytes.clone());
    let ours = file.page_text(0).unwrap().lines();
    assert_eq!(normalised(&ours), normalised("Contract—fi¥"));
    if let Some(theirs) = judges::text(&bytes) {
        assert_eq!(normalised(&ours), normalised(&theirs));
    }
}
