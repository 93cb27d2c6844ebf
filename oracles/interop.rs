//! What an independent program was seen to do, noted while the tests run. `cargo xtask test` gathers the notes of one run into
//! `docs/standards/interop.md`; without it nothing is written.
//!
//! A note is made by the test itself, behind its assertion, from the command that ran: no cell of the page can stand without it.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Who made the object, and who read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(dead_code, reason = "not every test program shows both ways")]
pub enum Way {
    /// We made it, the other program read it.
    Ours,
    /// The other program made it, we read it.
    Theirs,
    /// Both computed the same value.
    Same,
}

/// Notes one cell. `artefact` and `tool` are names that `xtask/src/interop.rs` lists, `command` is what ran, `test` is where.
///
/// Only where a missing program fails the test: what was skipped must leave no note.
pub fn note(artefact: &str, tool: &str, way: Way, command: &str, test: &str) {
    let required = std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required");
    let Some(path) = std::env::var_os("YINXIN_INTEROP").filter(|_| required) else { return };
    let way = match way {
        Way::Ours => "ours",
        Way::Theirs => "theirs",
        Way::Same => "same",
    };
    let one_line = |text: &str| text.replace(['\t', '\n'], " ");
    let line = [artefact, tool, way, command, test].map(one_line).join("\t") + "\n";
    // Many test programs write at once: a short line that is appended in one piece stays whole.
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    assert!(written.is_ok(), "cannot note what was shown in {}: {written:?}", path.display());
}

/// Notes one cell, with the test program and module that showed it.
#[allow(unused_macros, reason = "not every test program shows something by itself")]
macro_rules! shown {
    ($artefact:expr, $tool:expr, $way:ident, $command:expr) => {
        $crate::interop::note(
            $artefact,
            $tool,
            $crate::interop::Way::$way,
            $command,
            concat!(env!("CARGO_PKG_NAME"), " ", module_path!()),
        )
    };
}
#[allow(unused_imports, reason = "as above")]
pub(crate) use shown;
