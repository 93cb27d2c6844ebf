//! Writes a sample contract: `cargo run -p yinxin-typeset --example sample_contract -- contract.pdf 40`.

use std::error::Error;

#[path = "../tests/support/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: sample_contract FILE.pdf [LINES]")?;
    let lines = arguments.next().map_or(Ok(40), |lines| lines.parse())?;
    let rendered = yinxin_typeset::render(&sample::goods_contract(lines), sample::AT_MICROS)?;
    std::fs::write(&path, &rendered.pdf)?;
    println!("{path}: {} pages, {} bytes", rendered.pages, rendered.pdf.len());
    for anchor in &rendered.anchors {
        println!("{anchor:?}");
    }
    Ok(())
}
