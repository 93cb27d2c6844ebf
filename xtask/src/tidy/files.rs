//! Rules on files: their length, names and words, and what they cite.

use std::collections::{BTreeMap, BTreeSet};

use super::Fault;
use super::house::House;
use super::tokens::{Kind, Token};

/// The most lines of a Rust file.
const LONGEST: usize = 600;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// Where the ids of all requirements stand, one on a line.
const REQUIREMENTS: &str = "docs/requirements-index.txt";

/// No Rust file is so long that nobody sees it whole.
pub fn length(house: &House) -> Vec<Fault> {
    let generated = |text: &str| text.lines().next().is_some_and(|line| line.contains("@generated"));
    house
        .files
        .iter()
        .filter(|(path, file)| path.ends_with(".rs") && !generated(&file.text))
        .map(|(path, file)| (path, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| Fault::new(path, 0, format!("{lines} lines: split it by meaning below {LONGEST}")))
        .collect()
}

/// Modules are named for what they hold.
pub fn names(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, tokens) in house.rust("") {
        let empty =
            path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part)).find(|p| EMPTY_NAMES.contains(p));
        if let Some(name) = empty {
            faults.push(Fault::new(path, 0, format!("`{name}` says nothing: name it for what is inside")));
        }
        for pair in tokens.windows(2) {
            if let ["mod", name] = [&pair[0], &pair[1]].map(|token| token.name().unwrap_or_default())
                && EMPTY_NAMES.contains(&name)
            {
                faults.push(Fault::new(path, pair[1].line, format!("module `{name}`: name it for what is inside")));
            }
        }
    }
    faults
}

/// A lint is only silenced with its reason.
pub fn reasons(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, tokens) in house.rust("") {
        for (place, token) in tokens.iter().enumerate() {
            let silences = token.attribute && matches!(token.name(), Some("allow" | "expect"));
            if silences
                && tokens.get(place + 1).is_some_and(|next| next.is('('))
                && !group(&tokens[place + 1..]).iter().any(|t| t.name() == Some("reason"))
            {
                faults.push(Fault::new(path, token.line, "a lint silenced without `reason = \"...\"`"));
            }
        }
    }
    faults
}

/// The tokens from the opening bracket at the start to its closing one.
fn group(tokens: &[Token]) -> &[Token] {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return &tokens[..=place];
        }
    }
    tokens
}

/// Nothing is left half done: what is not finished is an issue, not a note in the source.
pub fn unfinished(house: &House) -> Vec<Fault> {
    const SOURCE: &[&str] = &["css", "java", "js", "py", "rs", "sh", "sql", "toml", "ts", "typ", "vue", "yaml", "yml"];
    // Put together here, so that this file does not hold them.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let mut faults = Vec::new();
    for (path, file) in &house.files {
        if !path.rsplit_once('.').is_some_and(|(_, end)| SOURCE.contains(&end)) {
            continue;
        }
        for (line, text) in (1..).zip(file.text.lines()) {
            let mut parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            if let Some(word) = parts.find(|part| words.contains(part)) {
                faults.push(Fault::new(path, line, format!("{word}: finish it, or file an issue")));
            }
        }
    }
    for (path, tokens) in house.rust("") {
        for pair in tokens.windows(2) {
            if let Some(name @ ("todo" | "unimplemented")) = pair[0].name()
                && pair[1].is('!')
            {
                faults.push(Fault::new(path, pair[0].line, format!("`{name}!`: finish it")));
            }
        }
    }
    faults
}

/// Every requirement that is cited exists.
pub fn citations(house: &House) -> Vec<Fault> {
    let Some(index) = house.files.get(REQUIREMENTS) else {
        return vec![Fault::new(REQUIREMENTS, 0, "is not there: it lists the ids of all requirements")];
    };
    let known: BTreeSet<&str> = index.text.lines().collect();
    let mut faults = Vec::new();
    for (path, file) in &house.files {
        for (line, text) in (1..).zip(file.text.lines()) {
            for id in requirement_ids(text).filter(|id| !known.contains(id)) {
                faults.push(Fault::new(path, line, format!("there is no requirement {id}")));
            }
        }
    }
    faults
}

/// Everything in the text that has the form of a requirement's id: `S`, 0 to 4, `-`, three digits, standing alone.
fn requirement_ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| {
        matches!(word.as_bytes(), [b'S', b'0'..=b'4', b'-', a, b, c] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()))
    })
}

/// Migrations have a number each, of one width, so that the order of their names is the order in which they run.
pub fn migrations(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut numbers: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for path in house.files.keys() {
        let Some((folder, name)) = path.rsplit_once('/') else { continue };
        if folder.rsplit('/').next() != Some("migrations") {
            continue;
        }
        let Some((number, _)) = name.split_once('_').filter(|(number, rest)| well_named(number, rest)) else {
            faults.push(Fault::new(path, 0, "a migration is named 0001_what_it_does.sql: four digits, small letters"));
            continue;
        };
        if let Some(first) = numbers.insert((folder, number), path) {
            faults.push(Fault::new(path, 0, format!("the number {number} is taken by {first}: take the next")));
        }
    }
    faults
}

fn well_named(number: &str, rest: &str) -> bool {
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    number.len() == 4
        && number.chars().all(|c| c.is_ascii_digit())
        && rest.strip_suffix(".sql").is_some_and(|name| !name.is_empty() && name.chars().all(small))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(files: &[(&str, &str)]) -> House {
        let mut house = House::default();
        for (path, text) in files {
            house.add(path, (*text).to_owned());
        }
        house
    }

    #[test]
    fn a_file_may_be_600_lines_long() {
        assert_eq!(length(&house(&[("a.rs", &"//\n".repeat(600))])), []);
        assert_eq!(length(&house(&[("a.rs", &"//\n".repeat(601))])).len(), 1);
        assert_eq!(length(&house(&[("a.rs", &format!("// @generated\n{}", "//\n".repeat(601)))])), []);
    }

    #[test]
    fn a_module_name_says_what_is_inside() {
        let wrong = [("a/utils.rs", ""), ("b/tests/common/mod.rs", ""), ("c.rs", "mod helpers { }")];
        assert_eq!(names(&house(&wrong)).len(), 3);
        assert_eq!(names(&house(&[("a/dates.rs", "mod dates; fn f() { model.common() }")])), []);
    }

    #[test]
    fn a_silenced_lint_gives_its_reason() {
        let wrong =
            "#![allow(dead_code)] #[expect(clippy::panic)] fn f() {} #[cfg_attr(test, allow(unused))] fn g() {}";
        assert_eq!(reasons(&house(&[("a.rs", wrong)])).len(), 3);
        let clean = "#[allow(dead_code, reason = \"x\")] fn f() { allow(1); x.expect(\"y\") } /// allow(x)\nfn g() {}";
        assert_eq!(reasons(&house(&[("a.rs", clean)])), []);
    }

    #[test]
    fn nothing_is_left_half_done() {
        let note = concat!("# TO", "DO: later\n");
        let wrong = [("a.py", note), ("b.rs", "fn f() { todo!() } fn g() { unimplemented!() }")];
        assert_eq!(unfinished(&house(&wrong)).len(), 3);
        let clean = [("a.py", "# done\n"), ("b.rs", "fn todo() { todo() }"), ("c.md", note)];
        assert_eq!(unfinished(&house(&clean)), []);
    }

    #[test]
    fn cited_requirements_exist() {
        let index = (REQUIREMENTS, "S0-001\nS1-030\n");
        assert_eq!(citations(&house(&[index, ("a.rs", "// S1-030, (S0-001). S3-compatible, AES1-0301, S1-03")])), []);
        let wrong = concat!("// S1", "-999 and S4", "-001");
        assert_eq!(citations(&house(&[index, ("a.rs", wrong)])).len(), 2);
        assert_eq!(citations(&house(&[])).len(), 1, "no index is a fault");
    }

    #[test]
    fn migrations_are_numbered_once_each() {
        let clean =
            [("s/migrations/0001_start.sql", ""), ("s/migrations/0002_seals.sql", ""), ("t/migrations/0001_x.sql", "")];
        assert_eq!(migrations(&house(&clean)), []);
        let wrong = [
            ("s/migrations/0001_start.sql", ""),
            ("s/migrations/0001_seals.sql", ""),
            ("s/migrations/3_late.sql", ""),
            ("s/migrations/0004_Late.sql", ""),
        ];
        assert_eq!(migrations(&house(&wrong)).len(), 3);
    }
}
