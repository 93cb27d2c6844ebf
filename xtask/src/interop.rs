//! `docs/standards/interop.md`: which independent program read what we make, and what of theirs we read, with the command that shows it.
//!
//! The tests note each cell behind their assertion (`oracles/interop.rs`); `cargo xtask test` gathers the notes of its own run and fails
//! if the committed page says anything else. `cargo xtask interop` writes the page from the notes of the last whole run. Here stand only the
//! rows, and why a cell cannot be filled: a row without a note and without a reason is a fault, and so is a reason beside a note.

mod rows;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rows::{GAPS, PROGRAMS, SAMPLES, SECTIONS};

/// The page, from the root of the workspace.
const PAGE: &str = "docs/standards/interop.md";
/// More commands than these in one cell tell a reader nothing new.
const COMMANDS: usize = 3;

/// Why the page cannot be made, or is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum InteropError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The notes do not fit the rows.
    #[error("the notes of the tests do not fit xtask/src/interop/rows.rs:\n  {}", .0.join("\n  "))]
    Notes(Vec<String>),
    /// The committed page is another.
    #[error("{PAGE} is not what the tests have just shown: run `cargo xtask interop` and commit it")]
    Stale,
}

/// Which way an object went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Way {
    /// Ours, read by the other program.
    Ours,
    /// Theirs, read by us.
    Theirs,
}

/// One note of a test.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Note {
    artefact: String,
    program: String,
    ways: Vec<Way>,
    command: String,
    test: String,
}

impl Note {
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t').map(str::to_owned);
        let (artefact, program) = (parts.next()?, parts.next()?);
        let ways = match parts.next()?.as_str() {
            "ours" => vec![Way::Ours],
            "theirs" => vec![Way::Theirs],
            "same" => vec![Way::Ours, Way::Theirs],
            _ => return None,
        };
        let (command, test) = (parts.next()?, parts.next()?);
        parts.next().is_none().then_some(Self { artefact, program, ways, command: without_figures(&command), test })
    }
}

/// Keys and the like say nothing to a reader and differ between runs.
fn without_figures(command: &str) -> String {
    let is_figure = |word: &str| word.len() >= 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words: Vec<&str> = command.split(' ').map(|word| if is_figure(word) { "HEX" } else { word }).collect();
    words.join(" ")
}

/// Where the tests of a run leave their notes, below the target folder.
pub fn notes(target: &Path) -> PathBuf {
    target.join("interop-notes.tsv")
}

/// Forgets the notes of earlier runs.
///
/// # Errors
/// [`InteropError::File`].
pub fn forget(target: &Path) -> Result<(), InteropError> {
    let path = notes(target);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(InteropError::File { path, source }),
        _ => Ok(()),
    }
}

/// Compares the committed page with what the tests of this run have shown.
///
/// # Errors
/// [`InteropError`].
pub fn check(root: &Path, target: &Path) -> Result<(), InteropError> {
    let notes = gathered(target)?;
    let has_samples = notes.iter().any(|note| note.program == SAMPLES);
    if !has_samples {
        println!("the samples of {SAMPLES} are not beside the workspace: its rows are not compared");
    }
    let path = root.join(PAGE);
    let committed = fs::read_to_string(&path).map_err(|source| InteropError::File { path, source })?;
    let compared = |page: &str| -> Vec<String> {
        let of_samples = format!("| {SAMPLES} |");
        page.lines().filter(|line| has_samples || !line.starts_with(&of_samples)).map(str::to_owned).collect()
    };
    let shown = page(&notes, has_samples).map_err(InteropError::Notes)?;
    if compared(&shown) == compared(&committed) { Ok(()) } else { Err(InteropError::Stale) }
}

/// Writes the page from the notes of the last run.
///
/// # Errors
/// [`InteropError`]; also when the last run was not a whole one.
pub fn write(root: &Path, target: &Path) -> Result<(), InteropError> {
    let shown = page(&gathered(target)?, true).map_err(InteropError::Notes)?;
    let path = root.join(PAGE);
    fs::write(&path, shown).map_err(|source| InteropError::File { path, source })
}

fn gathered(target: &Path) -> Result<Vec<Note>, InteropError> {
    let path = notes(target);
    let text = fs::read_to_string(&path).map_err(|source| InteropError::File { path, source })?;
    let mut notes = Vec::new();
    for line in text.lines() {
        let unreadable = || InteropError::Notes(vec![format!("cannot be read: {line}")]);
        notes.push(Note::read(line).ok_or_else(unreadable)?);
    }
    notes.sort();
    notes.dedup();
    Ok(notes)
}

/// The page, or what is wrong with the notes. Without the samples their rows may be empty.
fn page(notes: &[Note], has_samples: bool) -> Result<String, Vec<String>> {
    let mut faults = Vec::new();
    let known = |note: &Note| {
        let rows = SECTIONS.iter().flat_map(|(_, rows)| *rows);
        rows.clone().any(|row| row.artefact == note.artefact && row.programs.contains(&note.program.as_str()))
    };
    faults.extend(
        notes
            .iter()
            .filter(|note| !known(note))
            .map(|note| format!("{} noted \"{}\" with {}, which is no row", note.test, note.artefact, note.program)),
    );
    let mut text = HEAD.to_owned();
    for (program, what) in PROGRAMS {
        text += &format!("- **{program}**: {what}\n");
    }
    for (title, rows) in SECTIONS {
        text += &format!("\n## {title}\n");
        for row in *rows {
            text += &format!(
                "\n### {}\n\n| program | ours, read by it | its own, read by us | test |\n|---|---|---|---|\n",
                row.artefact
            );
            for program in row.programs {
                let of_row: Vec<&Note> =
                    notes.iter().filter(|note| note.artefact == row.artefact && note.program == **program).collect();
                let mut cell = |way: Way| {
                    let shown = commands(&of_row, way);
                    let gap = GAPS.iter().find(|gap| (gap.0, gap.1, gap.2) == (row.artefact, *program, way));
                    match (shown, gap) {
                        (Some(shown), None) => shown,
                        (None, Some((.., why))) => format!("— {why}"),
                        (None, None) if *program == SAMPLES && !has_samples => String::new(),
                        (None, None) => {
                            faults.push(format!("{}, {program}, {way:?}: neither shown nor explained", row.artefact));
                            String::new()
                        }
                        (Some(_), Some(_)) => {
                            faults.push(format!(
                                "{}, {program}, {way:?}: shown, and said to be impossible",
                                row.artefact
                            ));
                            String::new()
                        }
                    }
                };
                let cells = [cell(Way::Ours), cell(Way::Theirs)];
                text += &format!("| {program} | {} | {} | {} |\n", cells[0], cells[1], tests(&of_row));
            }
        }
    }
    if faults.is_empty() { Ok(text) } else { Err(faults) }
}

/// The different commands that showed one way.
fn commands(notes: &[&Note], way: Way) -> Option<String> {
    let mut commands: Vec<&str> =
        notes.iter().filter(|note| note.ways.contains(&way)).map(|note| note.command.as_str()).collect();
    commands.sort_unstable();
    commands.dedup();
    let more = commands.len().saturating_sub(COMMANDS);
    let told: Vec<String> =
        commands.iter().take(COMMANDS).map(|command| format!("`{}`", command.replace('|', "\\|"))).collect();
    let more = if more > 0 { format!("<br>and {more} more") } else { String::new() };
    (!told.is_empty()).then(|| told.join("<br>") + &more)
}

/// The modules of tests, by package: `pki`: openssl, profiles.
fn tests(notes: &[&Note]) -> String {
    let mut packages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in notes {
        let (package, module) = note.test.split_once(' ').unwrap_or((&note.test, ""));
        let module = module.split_once("::").map_or(module, |(_, inner)| inner);
        let modules = packages.entry(package.trim_start_matches("yinxin-")).or_default();
        if !modules.contains(&module) {
            modules.push(module);
        }
    }
    let told: Vec<String> =
        packages.iter().map(|(package, modules)| format!("{package}: {}", modules.join(", "))).collect();
    told.join("; ")
}

const HEAD: &str = "\
# Which independent program reads what

Generated by `cargo xtask test` from what its tests have shown: each command below ran in the run, on an object that the test made, and the
test held its answer against what it should be; most tests also show that a changed object is refused. Do not edit it: `cargo xtask interop`
writes it from the notes of the last whole run, and the test command fails while it says anything else. Names of files are those in the tests'
folders. \"ours, read by it\" is what this project made; \"its own, read by us\" is what the other program made. Where both computed the same
value the command stands on both sides. A dash says why there is nothing.

";

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes that fill every cell but those with a reason.
    fn whole() -> Vec<Note> {
        let mut notes = Vec::new();
        for row in SECTIONS.iter().flat_map(|(_, rows)| *rows) {
            for program in row.programs {
                for way in [Way::Ours, Way::Theirs] {
                    if !GAPS.iter().any(|gap| (gap.0, gap.1, gap.2) == (row.artefact, *program, way)) {
                        notes.push(Note {
                            artefact: row.artefact.into(),
                            program: (*program).into(),
                            ways: vec![way],
                            command: "run it".into(),
                            test: "yinxin-pki it::openssl".into(),
                        });
                    }
                }
            }
        }
        notes
    }

    #[test]
    fn a_page_needs_every_cell_shown_or_explained_and_never_both() {
        let notes = whole();
        let text = page(&notes, true).expect("every cell has its note");
        assert!(text.contains("| `run it` |") && text.contains("| — ") && text.contains("| pki: openssl |"), "{text}");
        let (without, _) = notes.split_at(notes.len() - 1);
        assert!(page(without, true).expect_err("one is missing")[0].contains("neither shown nor explained"));
        let gap = &GAPS[0];
        let beside = Note { artefact: gap.0.into(), program: gap.1.into(), ways: vec![gap.2], ..notes[0].clone() };
        let faults = page(&[&notes[..], &[beside]].concat(), true).expect_err("there is a reason too");
        assert!(faults[0].contains("said to be impossible"), "{faults:?}");
        let stranger = Note { artefact: "Letters".into(), ..notes[0].clone() };
        assert!(page(&[&notes[..], &[stranger]].concat(), true).expect_err("no such row")[0].contains("no row"));
    }

    #[test]
    fn without_the_samples_only_their_rows_may_be_empty() {
        let notes: Vec<Note> = whole().into_iter().filter(|note| note.program != SAMPLES).collect();
        assert!(page(&notes, true).is_err());
        assert!(page(&notes, false).is_ok());
    }

    #[test]
    fn a_reason_belongs_to_a_cell_that_exists() {
        for (artefact, program, ..) in GAPS {
            let mut rows = SECTIONS.iter().flat_map(|(_, rows)| *rows);
            assert!(
                rows.any(|row| row.artefact == *artefact && row.programs.contains(program)),
                "{artefact}, {program}"
            );
        }
        for row in SECTIONS.iter().flat_map(|(_, rows)| *rows) {
            assert!(
                row.programs.iter().all(|program| PROGRAMS.iter().any(|(known, _)| known == program)),
                "{}",
                row.artefact
            );
        }
    }

    #[test]
    fn a_note_is_read_from_its_line_and_keys_are_left_out() {
        let note =
            Note::read("SM4 ciphers\tOpenSSL\tsame\topenssl enc -K 00112233445566778899aabbccddeeff -in a\tp it::m");
        let note = note.expect("five parts");
        assert_eq!((note.ways.len(), note.command.as_str()), (2, "openssl enc -K HEX -in a"));
        assert_eq!(Note::read("a\tb\tours\tc"), None);
        assert_eq!(Note::read("a\tb\tboth\tc\td"), None);
        assert_eq!(Note::read("a\tb\tours\tc\td\te"), None);
    }

    #[test]
    fn a_stale_page_is_refused_and_written_anew() {
        let folder = std::env::temp_dir().join(format!("yinxin-interop-{}", std::process::id()));
        fs::create_dir_all(folder.join("docs/standards")).expect("a folder");
        let line = |note: &Note| {
            let way = if note.ways == [Way::Ours] { "ours" } else { "theirs" };
            format!("{}\t{}\t{way}\t{}\t{}\n", note.artefact, note.program, note.command, note.test)
        };
        fs::write(notes(&folder), whole().iter().map(line).collect::<String>()).expect("notes");
        assert!(matches!(check(&folder, &folder), Err(InteropError::File { .. })), "there is no page");
        write(&folder, &folder).expect("a page");
        check(&folder, &folder).expect("the page that was written");
        let path = folder.join(PAGE);
        fs::write(&path, fs::read_to_string(&path).expect("the page") + "more\n").expect("a changed page");
        assert!(matches!(check(&folder, &folder), Err(InteropError::Stale)));
        forget(&folder).expect("nothing is in the way");
        assert!(matches!(check(&folder, &folder), Err(InteropError::File { .. })), "stale notes do not count");
        fs::remove_dir_all(&folder).expect("it goes away again");
    }
}
