//! Rules on what may stand in which room of `domain` and `server`.

use std::collections::BTreeSet;

use super::Fault;
use super::house::House;
use super::tokens::{Kind, Token, paths};

const DOMAIN: &str = "crates/domain/src/";
const SERVER: &str = "crates/server/src/";

/// Rooms of the server that are not a feature of the business, and so have no room in `domain`.
///
/// `open_api` is one of them for now: what it knows of machine clients has no rule of the business in it.
const TECHNICAL: &[&str] =
    &["cli", "db", "demo", "help", "http", "jobs", "keys", "open_api", "outside", "verification"];

/// Every Rust file can be read as Rust; the other rules pass over one that cannot.
pub fn lexes(house: &House) -> Vec<Fault> {
    let error = |file: &super::house::File| file.rust.as_ref()?.as_ref().err().cloned();
    house.files.iter().filter_map(|(path, file)| Some(Fault::new(path, 0, error(file)?))).collect()
}

/// The rules of the business touch nothing outside: no files, sockets, processes, threads, environment.
pub fn pure_rules(house: &House) -> Vec<Fault> {
    const OUTSIDE: &[&str] = &["env", "fs", "io", "net", "os", "process", "thread"];
    let mut faults = Vec::new();
    for (file, tokens) in house.rust(DOMAIN) {
        for (path, line) in paths(&shipped(tokens)) {
            if let ["std", module, ..] = path[..]
                && OUTSIDE.contains(&module)
            {
                faults.push(Fault::new(
                    file,
                    line,
                    format!("`std::{module}` in domain: hand the value in from the server"),
                ));
            }
        }
    }
    faults
}

/// SQL stands only in a `store` and in `db`.
pub fn sql_in_stores(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (file, tokens) in house.rust(SERVER) {
        let room = Room::of(file);
        if room.is_some_and(|room| room.feature == "db" || room.part == "store") {
            continue;
        }
        for token in shipped(tokens) {
            if let Kind::Text(text) = &token.kind
                && !token.attribute
                && looks_like_sql(text)
            {
                faults.push(Fault::new(
                    file,
                    token.line,
                    "SQL outside store.rs and db/: move it into the feature's store",
                ));
            }
        }
    }
    faults
}

/// A feature's HTTP side calls its use cases: it does not know the database, and of the store only the types of its rows,
/// which use cases give back.
pub fn http_is_thin(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (file, tokens) in house.rust(SERVER) {
        if !Room::of(file).is_some_and(|room| room.part == "http" && !TECHNICAL.contains(&room.feature)) {
            continue;
        }
        for (path, line) in paths(&shipped(tokens)) {
            if path.contains(&"sqlx") {
                faults.push(Fault::new(file, line, "`sqlx` in http: leave the database to the use case"));
            }
            let is_type = path.last().is_some_and(|leaf| leaf.starts_with(char::is_uppercase));
            if path.len() > 1 && path.contains(&"store") && !is_type {
                faults.push(Fault::new(file, line, "http calls a store: call a use case, which checks permission"));
            }
        }
    }
    faults
}

/// A feature's store is its own: others go through its use cases. Only `db` may reach into one: it commits the messages
/// of the outbox together with the change that they tell of.
pub fn own_store(house: &House) -> Vec<Fault> {
    let features = rooms(house, SERVER);
    let mut faults = Vec::new();
    for (file, tokens) in house.rust(SERVER) {
        let own = Room::of(file).map_or("", |room| room.feature);
        if own == "db" {
            continue;
        }
        for (path, line) in paths(&shipped(tokens)) {
            let foreign =
                path.windows(2).find(|pair| pair[1] == "store" && pair[0] != own && features.contains(pair[0]));
            if let Some(pair) = foreign {
                let what = format!("the store of `{}` is used outside its feature: call its use case", pair[0]);
                faults.push(Fault::new(file, line, what));
            }
        }
    }
    faults
}

/// A feature has the same name in the server and in the rules.
pub fn same_rooms(house: &House) -> Vec<Fault> {
    let domain = rooms(house, DOMAIN);
    rooms(house, SERVER)
        .into_iter()
        .filter(|room| !TECHNICAL.contains(room) && !domain.contains(room))
        .map(|room| {
            let what =
                format!("no {DOMAIN}{room}: a feature has one name in both trees (technical rooms: {TECHNICAL:?})");
            Fault::new(&format!("{SERVER}{room}"), 0, what)
        })
        .collect()
}

/// The feature and the part of it that a file of the server belongs to: `contract/store/lines.rs` is (`contract`, `store`).
#[derive(Clone, Copy)]
struct Room<'a> {
    feature: &'a str,
    part: &'a str,
}

impl<'a> Room<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let (feature, rest) = path.strip_prefix(SERVER)?.split_once('/')?;
        let part = rest.split('/').next()?;
        Some(Self { feature, part: part.strip_suffix(".rs").unwrap_or(part) })
    }
}

/// The rooms below `folder`: its sub-folders, and for rules that need only one file also that file.
fn rooms<'a>(house: &'a House, folder: &str) -> BTreeSet<&'a str> {
    let files_too = folder == DOMAIN;
    house
        .files
        .keys()
        .filter_map(|path| path.strip_prefix(folder))
        .filter_map(|path| match path.split_once('/') {
            Some((room, _)) => Some(room),
            None => path.strip_suffix(".rs").filter(|_| files_too),
        })
        .collect()
}

fn shipped(tokens: &[Token]) -> Vec<Token> {
    tokens.iter().filter(|token| !token.test).cloned().collect()
}

/// True for text that a database would take as a statement, or a good part of one.
fn looks_like_sql(text: &str) -> bool {
    let text = text.replace("\\n", " ").replace('\\', " ").to_uppercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    match words[..] {
        ["SELECT", ..] => has("FROM") || words.len() == 2,
        ["WITH", ..] => has("AS") && has("SELECT"),
        ["UPDATE", _, "SET", ..] | ["INSERT", "INTO", ..] | ["DELETE", "FROM", _, ..] | ["PRAGMA", _, ..] => true,
        ["CREATE" | "ALTER" | "DROP", "TABLE" | "INDEX" | "UNIQUE" | "DATABASE", _, ..] => true,
        ["BEGIN", "IMMEDIATE", ..] | ["SAVEPOINT" | "VACUUM", ..] => true,
        _ => false,
    }
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

    fn count(rule: super::super::Rule, path: &str, text: &str) -> usize {
        // The other features are there, so that a path into them is one.
        let others = [("crates/server/src/seal/store.rs", ""), ("crates/server/src/contract/store.rs", "")];
        let mut all = others.to_vec();
        all.retain(|(other, _)| *other != path);
        all.push((path, text));
        rule(&house(&all)).len()
    }

    #[test]
    fn domain_must_not_touch_the_world() {
        let path = "crates/domain/src/contract/mod.rs";
        assert_eq!(count(pure_rules, path, "use std::{fmt, fs::File}; fn f() { std::net::lookup() }"), 2);
        assert_eq!(count(pure_rules, path, "use std::fmt; #[cfg(test)] mod tests { use std::fs; }"), 0);
        assert_eq!(count(pure_rules, "crates/server/src/app.rs", "use std::fs;"), 0);
    }

    #[test]
    fn sql_belongs_into_stores() {
        let sql = r#"fn f() { q("SELECT id FROM contract WHERE id = $1"); q("update seal set state = $1"); }"#;
        assert_eq!(count(sql_in_stores, "crates/server/src/contract/use_cases.rs", sql), 2);
        assert_eq!(count(sql_in_stores, "crates/server/src/app.rs", sql), 2);
        for store in ["contract/store.rs", "contract/store/lines.rs", "db/migrate.rs"] {
            assert_eq!(count(sql_in_stores, &format!("crates/server/src/{store}"), sql), 0, "{store}");
        }
        let words = r#"/// SELECT id FROM contract
            fn f() { say("select a template"); say("update the seal"); say("Create the table of prices") }
            #[cfg(test)] mod tests { fn g() { q("DELETE FROM contract") } }"#;
        assert_eq!(count(sql_in_stores, "crates/server/src/contract/use_cases.rs", words), 0);
    }

    #[test]
    fn http_knows_no_store_and_no_database() {
        let path = "crates/server/src/contract/http.rs";
        assert_eq!(count(http_is_thin, path, "use super::{store, use_cases}; fn f(c: sqlx::AnyConnection) {}"), 2);
        assert_eq!(
            count(http_is_thin, path, "use super::use_cases; fn f() { flag.store(true); use_cases::send() }"),
            0
        );
        assert_eq!(count(http_is_thin, path, "use super::store::find; fn f() { super::store::find() }"), 2);
        assert_eq!(count(http_is_thin, path, "use super::store::{Contract, State};"), 0);
        assert_eq!(count(http_is_thin, "crates/server/src/contract/use_cases.rs", "use super::store;"), 0);
    }

    #[test]
    fn a_store_serves_its_own_feature_only() {
        let path = "crates/server/src/contract/use_cases.rs";
        assert_eq!(
            count(own_store, path, "use crate::{seal::store, contract}; fn f() { crate::seal::store::find() }"),
            2
        );
        assert_eq!(
            count(own_store, path, "use super::store; use crate::contract::store::find; use crate::seal::use_cases;"),
            0
        );
        assert_eq!(count(own_store, "crates/server/src/app.rs", "use crate::seal::store;"), 1);
        assert_eq!(count(own_store, "crates/server/src/db/mod.rs", "use crate::seal::store;"), 0);
    }

    #[test]
    fn a_feature_has_its_room_in_both_trees() {
        let server = ("crates/server/src/notice/http.rs", "");
        assert_eq!(same_rooms(&house(&[server])).len(), 1);
        assert_eq!(same_rooms(&house(&[server, ("crates/domain/src/notice/mod.rs", "")])), []);
        assert_eq!(same_rooms(&house(&[server, ("crates/domain/src/notice.rs", "")])), []);
        assert_eq!(same_rooms(&house(&[("crates/server/src/db/mod.rs", ""), ("crates/server/src/app.rs", "")])), []);
    }

    #[test]
    fn rust_that_does_not_lex_is_reported() {
        assert_eq!(lexes(&house(&[("a.rs", "fn f( {")])).len(), 1);
        assert_eq!(lexes(&house(&[("a.rs", "fn f() {}"), ("b.txt", "fn f( {")])), []);
    }
}
