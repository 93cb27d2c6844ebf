//! Writes the fuzzer's seeds into `crates/pdf/fuzz/seeds`, all made anew with test keys that are thrown away.
//!
//! `cargo run -p yinxin-pdf --example pdf_seeds`

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a tool of the workshop, built from test code")]

#[path = "../tests/it/cff.rs"]
mod cff;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../tests/it/parties.rs"]
mod parties;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../tests/it/sample.rs"]
mod sample;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../tests/it/verifying_world.rs"]
mod verifying_world;

use std::path::Path;

use parties::prepared_form;
use sample::{Sample, Xref};
use verifying_world::{World, small_contract, stamp_form};

fn write(name: &str, bytes: impl AsRef<[u8]>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn main() {
    let mut world = World::new();
    write("roots.pem", world.trust());
    write("verdicts/contract.pdf", small_contract(&mut world).bytes());
    let packed = Sample { xref: Xref::Stream, pages: 1, ..Sample::default() }.build();
    let sealed = world.seal_a(&prepared_form(packed, &["A"]), &stamp_form());
    write("verdicts/stream.pdf", world.sign_a(&sealed).bytes());

    for (name, xref) in [("table", Xref::Table), ("stream", Xref::Stream), ("hybrid", Xref::Hybrid)] {
        let sample = Sample { xref, pages: 2, annots_apart: true, rotations: vec![0, 90], ..Sample::default() };
        write(&format!("files/{name}.pdf"), sample.build());
        write(&format!("acts/{name}.pdf"), sample.build());
    }
    let whole = Sample { pages: 1, ..Sample::default() }.build();
    write("files/prepared.pdf", prepared_form(whole.clone(), &["A"]).bytes());
    write("acts/prepared.pdf", prepared_form(whole.clone(), &["A"]).bytes());

    write("text/file.pdf", whole);
    write("text/operators", OPERATORS);
    write("text/table", TO_UNICODE);
    write("text/collection.cff", cff::program(&[1, 2, 3], &["Adobe", "GB1"], true));
    write("text/named.cff", cff::program(&[391, 34, 392], &["uni7532", "u20BB7"], false));
}

const OPERATORS: &str = "q 2 0 0 2 10 20 cm BT /F1 10 Tf 12 TL 5 5 Td <0022> Tj T* <0023> Tj /F2 9 Tf (C) ' 1 2 (D) \" ET Q\n\
    /Span <</ActualText (both)>> BDC BT 1 0 0 1 300 300 Tm 0 0 Td [(E) -1000 (F)] TJ 50 Tz (GG) Tj 5 Ts (H) Tj ET EMC\n\
    BI /W 1 /H 1 /BPC 8 /CS /G ID x EI";

const TO_UNICODE: &str = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n\
    1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <7532> <0002> <65B9> endbfchar\n\
    1 beginbfrange <0003> <0050> <4E00> endbfrange endcmap end end";
