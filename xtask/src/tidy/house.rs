//! What the rules look at: the files git knows, and the graph cargo resolves.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Command;
use std::{fs, str};

use serde_json::Value;

use super::tokens::{self, Token};
use crate::shell::{ShellError, capture};
use crate::test::cargo;

/// Why the house could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// `git` or `cargo` failed.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// What `cargo metadata` printed is not what it documents.
    #[error("cannot read what `cargo metadata` says: {0}")]
    Metadata(#[from] serde_json::Error),
    /// A file could not be read.
    #[error("{path}: {source}")]
    File {
        /// Which one.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// The project as the rules see it.
#[derive(Debug, Default)]
pub struct House {
    /// Every text file that git tracks or would track, by path.
    pub files: BTreeMap<String, File>,
    /// Every package that cargo resolves, by its id: ours and those of others, for all platforms.
    pub packages: BTreeMap<String, Package>,
}

/// One text file.
#[derive(Debug)]
pub struct File {
    /// Its text.
    pub text: String,
    /// Its tokens, if it is Rust; an error says why it cannot be read as such.
    pub rust: Option<Result<Vec<Token>, String>>,
}

/// One package.
#[derive(Debug, Default)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence as an SPDX expression, if it says one.
    pub licence: Option<String>,
    /// True if it is a member of the workspace.
    pub ours: bool,
    /// The ids of the packages it needs to run or to be built.
    pub needs: BTreeSet<String>,
    /// The ids of the packages that only its tests need.
    pub tests_need: BTreeSet<String>,
}

impl House {
    /// Reads the project at `root`.
    ///
    /// # Errors
    /// When git or cargo fails (also when `Cargo.lock` is not up to date), or a file cannot be read.
    pub fn read(root: &Path) -> Result<Self, HouseError> {
        let mut house = Self { files: BTreeMap::new(), packages: read_packages(root)? };
        let names = capture(Command::new("git").current_dir(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            match fs::read(root.join(name)) {
                // Pictures and fonts are not text: no rule has anything to say about them.
                Ok(bytes) => {
                    if let Ok(text) = String::from_utf8(bytes) {
                        house.add(name, text);
                    }
                }
                // Removed in the working tree and not yet in the index.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(HouseError::File { path: name.to_owned(), source }),
            }
        }
        Ok(house)
    }

    /// Adds one file.
    pub fn add(&mut self, path: &str, text: String) {
        let rust = path.ends_with(".rs").then(|| tokens::read(&text, is_test_file(path)));
        self.files.insert(path.to_owned(), File { text, rust });
    }

    /// The tokens of every Rust file below `folder` (which ends in `/`, or is empty for all).
    pub fn rust<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [Token])> {
        self.files.iter().filter(move |(path, _)| path.starts_with(folder)).filter_map(|(path, file)| {
            let tokens = file.rust.as_ref()?.as_ref().ok()?;
            Some((path.as_str(), tokens.as_slice()))
        })
    }
}

/// True for a Rust file that holds nothing but tests.
fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.split('/').any(|part| part == "tests") || path.starts_with("e2e/")
}

fn read_packages(root: &Path) -> Result<BTreeMap<String, Package>, HouseError> {
    let text = capture(cargo(root).args(["metadata", "--format-version", "1", "--locked", "--all-features"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let members: BTreeSet<String> = list(&metadata["workspace_members"]).iter().map(text).collect();
    let mut packages = BTreeMap::new();
    for package in list(&metadata["packages"]) {
        let id = text(&package["id"]);
        let ours = members.contains(&id);
        packages.insert(
            id,
            Package {
                name: text(&package["name"]),
                version: text(&package["version"]),
                licence: package["license"].as_str().map(str::to_owned),
                ours,
                ..Package::default()
            },
        );
    }
    for node in list(&metadata["resolve"]["nodes"]) {
        let Some(package) = packages.get_mut(&text(&node["id"])) else { continue };
        for dependency in list(&node["deps"]) {
            let id = text(&dependency["pkg"]);
            for kind in list(&dependency["dep_kinds"]) {
                let needs = if kind["kind"] == "dev" { &mut package.tests_need } else { &mut package.needs };
                needs.insert(id.clone());
            }
        }
    }
    Ok(packages)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
