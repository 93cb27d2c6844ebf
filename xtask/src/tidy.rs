//! `cargo xtask tidy`: the conventions of the house as tests.
//!
//! A rule is a plain function from the [`House`] to the [`Fault`]s it sees; it stands in the file of its kind with a
//! violating and a clean sample beside it. Adding a rule is writing that function and naming it in [`RULES`].

mod crates;
mod files;
mod house;
mod rooms;
mod tokens;
mod tracked;

use std::fmt;
use std::path::Path;

use house::House;

/// One place where a convention is broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    /// The file, as a path from the root of the workspace.
    path: String,
    /// The line, counted from 1; 0 when the fault is the file's as a whole.
    line: usize,
    /// What is wrong and what to do.
    what: String,
}

impl Fault {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

type Rule = fn(&House) -> Vec<Fault>;

/// Every rule with the name it is reported under.
const RULES: &[(&str, Rule)] = &[
    ("directions", crates::directions),
    ("pure-crates", crates::pure_crates),
    ("manifests", crates::manifests),
    ("licences", crates::licences),
    ("bans", crates::bans),
    ("lexes", rooms::lexes),
    ("pure-rules", rooms::pure_rules),
    ("sql-in-stores", rooms::sql_in_stores),
    ("http-is-thin", rooms::http_is_thin),
    ("own-store", rooms::own_store),
    ("same-rooms", rooms::same_rooms),
    ("length", files::length),
    ("names", files::names),
    ("reasons", files::reasons),
    ("unfinished", files::unfinished),
    ("citations", files::citations),
    ("migrations", files::migrations),
    ("machine", tracked::machine),
    ("lock-files", tracked::lock_files),
    ("private-keys", tracked::private_keys),
];

/// Checks every rule and prints each fault on a line of its own; true if there is none.
pub fn run(root: &Path) -> bool {
    let house = match House::read(root) {
        Ok(house) => house,
        Err(error) => {
            eprintln!("tidy: {error}");
            return false;
        }
    };
    let mut count = 0;
    for (name, rule) in RULES {
        let mut faults = rule(&house);
        faults.sort();
        // A line that breaks a rule several times is one thing to mend.
        faults.dedup();
        count += faults.len();
        for fault in faults {
            println!("{fault} [{name}]");
        }
    }
    println!(
        "tidy: {} rules, {} files, {} packages, {count} faults",
        RULES.len(),
        house.files.len(),
        house.packages.len()
    );
    count == 0
}
