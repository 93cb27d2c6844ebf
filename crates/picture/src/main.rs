//! `yinxin-picture PAGE WIDTH < file.pdf > page.png`: one page, counted from 1, as a picture that is WIDTH pixels wide.
//!
//! It reads and writes nothing else and is confined before it reads. Status 0: the picture is on standard output. Status 1: a refusal, with its
//! code as the first word on standard error. Anything else, or a signal: the file asked for more than a page may take.

use std::io::{self, BufWriter, Read as _, Write as _};
use std::process::ExitCode;

use yinxin_picture::{confine, draw};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            // Nobody may be listening any more; the status still says it.
            let _ = writeln!(io::stderr(), "{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let page = arguments.next().and_then(|page| page.parse::<usize>().ok()?.checked_sub(1));
    let width = arguments.next().and_then(|width| width.parse().ok());
    let (Some(page), Some(width)) = (page, width) else {
        return Err("usage: yinxin-picture PAGE WIDTH < file.pdf > page.png".to_owned());
    };
    let world = |error: io::Error| format!("picture.world {error}");
    confine().map_err(world)?;
    let mut file = Vec::new();
    io::stdin().lock().read_to_end(&mut file).map_err(world)?;
    let picture = draw(file, page, width).map_err(|error| format!("{} {error}", error.code()))?;
    let mut out = BufWriter::new(io::stdout().lock());
    picture.write_png(&mut out).map_err(world)?;
    out.flush().map_err(world)
}
