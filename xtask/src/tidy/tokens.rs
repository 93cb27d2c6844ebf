//! Rust source as a flat list of tokens that know their line, and whether they are test code or part of an attribute.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its line, counted from 1.
    pub line: usize,
    /// True inside `#[test]` and `#[cfg(test)]` items, and everywhere in a file of tests.
    pub test: bool,
    /// True inside `#[...]`; doc comments are such attributes.
    pub attribute: bool,
}

/// The kinds of tokens that the rules tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Name(String),
    /// A string of any sort, without its quotes; escapes stand as they are written.
    Text(String),
    /// Any other literal.
    Other,
    /// One character of punctuation, brackets included.
    Mark(char),
}

impl Token {
    /// The name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// True for this mark.
    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// Reads Rust source; `test` says that the whole file is test code.
///
/// # Errors
/// When it does not lex; the text says where.
pub fn read(source: &str, test: bool) -> Result<Vec<Token>, String> {
    let stream: TokenStream = source
        .parse()
        .map_err(|error: proc_macro2::LexError| format!("line {}: {error}", error.span().start().line))?;
    let mut tokens = Vec::new();
    flatten(stream, test, false, &mut tokens);
    Ok(tokens)
}

fn flatten(stream: TokenStream, test: bool, attribute: bool, out: &mut Vec<Token>) {
    // True from a test attribute to the end of the item it stands on.
    let mut in_item = false;
    let mut hash = false;
    for tree in stream {
        let line = tree.span().start().line;
        let token = |kind| Token { kind, line, test: test || in_item, attribute };
        let after_hash = std::mem::replace(&mut hash, false);
        match tree {
            TokenTree::Group(group) => {
                let is_attribute = after_hash && group.delimiter() == Delimiter::Bracket;
                if is_attribute && marks_test(&group) {
                    in_item = true;
                }
                group_tokens(&group, test || in_item, attribute || is_attribute, out);
                if group.delimiter() == Delimiter::Brace {
                    in_item = false;
                }
            }
            TokenTree::Ident(name) => out.push(token(Kind::Name(name.to_string()))),
            TokenTree::Punct(mark) => {
                let mark = mark.as_char();
                out.push(token(Kind::Mark(mark)));
                match mark {
                    '#' => hash = true,
                    '!' => hash = after_hash,
                    ';' => in_item = false,
                    _ => {}
                }
            }
            TokenTree::Literal(literal) => {
                out.push(token(text_of(&literal.to_string()).map_or(Kind::Other, Kind::Text)))
            }
        }
    }
}

fn group_tokens(group: &Group, test: bool, attribute: bool, out: &mut Vec<Token>) {
    let marks = match group.delimiter() {
        Delimiter::Parenthesis => Some(('(', ')')),
        Delimiter::Brace => Some(('{', '}')),
        Delimiter::Bracket => Some(('[', ']')),
        Delimiter::None => None,
    };
    let token = |mark, line| Token { kind: Kind::Mark(mark), line, test, attribute };
    if let Some((open, _)) = marks {
        out.push(token(open, group.span_open().start().line));
    }
    flatten(group.stream(), test, attribute, out);
    if let Some((_, close)) = marks {
        out.push(token(close, group.span_close().start().line));
    }
}

/// True for `[test]`, `[tokio::test]`, `[cfg(test)]`, `[cfg(any(test, ...))]`; not for `[cfg(not(test))]`.
fn marks_test(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    let named_test = text.split('(').next().is_some_and(|name| name == "test" || name.ends_with("::test"));
    let cfg_test = text.starts_with("cfg(")
        && !text.contains("not(test)")
        && text.split(['(', ')', ',']).any(|part| part == "test");
    named_test || cfg_test
}

/// What stands between the quotes of a string, byte string, C string or raw string.
fn text_of(literal: &str) -> Option<String> {
    let start = literal.find('"')?;
    let prefix = &literal[..start];
    let hashes = prefix.matches('#').count();
    let plain = prefix.trim_end_matches('#');
    let inner = literal.get(start + 1..literal.len().checked_sub(1 + hashes)?)?;
    ["", "b", "c", "r", "br", "cr"].contains(&plain).then(|| inner.to_owned())
}

/// Every path in the tokens with its line: `a::b::c` where it stands, and each leaf of a `use` tree in full.
pub fn paths(tokens: &[Token]) -> Vec<(Vec<&str>, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].name() == Some("use") {
            at += 1;
            tree(tokens, &mut at, &[], &mut found);
        } else if tokens[at].name().is_some() {
            let line = tokens[at].line;
            let path = segments(tokens, &mut at);
            found.push((path, line));
        } else {
            at += 1;
        }
    }
    found
}

/// Reads `a::b::c` and leaves `at` behind it, and behind a trailing `::`.
fn segments<'a>(tokens: &'a [Token], at: &mut usize) -> Vec<&'a str> {
    let mut path = Vec::new();
    while let Some(name) = tokens.get(*at).and_then(Token::name) {
        path.push(name);
        *at += 1;
        if !(tokens.get(*at).is_some_and(|t| t.is(':')) && tokens.get(*at + 1).is_some_and(|t| t.is(':'))) {
            break;
        }
        *at += 2;
    }
    path
}

fn tree<'a>(tokens: &'a [Token], at: &mut usize, before: &[&'a str], found: &mut Vec<(Vec<&'a str>, usize)>) {
    while tokens.get(*at).is_some_and(|t| t.is(':')) {
        *at += 1;
    }
    let Some(line) = tokens.get(*at).map(|t| t.line) else { return };
    let mut path = before.to_vec();
    path.extend(segments(tokens, at));
    match tokens.get(*at) {
        Some(open) if open.is('{') => {
            *at += 1;
            while tokens.get(*at).is_some_and(|t| !t.is('}')) {
                let here = *at;
                tree(tokens, at, &path, found);
                while tokens.get(*at).is_some_and(|t| !t.is(',') && !t.is('}')) {
                    *at += 1;
                }
                if tokens.get(*at).is_some_and(|t| t.is(',')) || *at == here {
                    *at += 1;
                }
            }
            *at += 1;
        }
        _ => found.push((path, line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> Vec<Token> {
        read(source, false).expect("sample lexes")
    }

    #[test]
    fn test_code_is_told_from_shipped_code() {
        let source = "fn a() { one }\n#[cfg(test)]\nmod t { fn b() { two } }\nfn c() { three }\n#[cfg(not(test))] fn d() { four }\n#[tokio::test] async fn e() { five }\n#[cfg(test)] mod x;\nfn f() { six }";
        let test = |name: &str| tokens(source).iter().find(|t| t.name() == Some(name)).map(|t| (t.test, t.line));
        assert_eq!(test("one"), Some((false, 1)));
        assert_eq!(test("two"), Some((true, 3)));
        assert_eq!(test("three"), Some((false, 4)));
        assert_eq!(test("four"), Some((false, 5)));
        assert_eq!(test("five"), Some((true, 6)));
        assert_eq!(test("six"), Some((false, 8)));
    }

    #[test]
    fn strings_lose_their_quotes_and_documents_are_attributes() {
        let found = tokens("/// SELECT in a document\nfn a() { b(\"x\", r#\"y \"z\"\"#, b\"w\", 'c', 1) }");
        let texts: Vec<(&str, bool)> = found
            .iter()
            .filter_map(|t| match &t.kind {
                Kind::Text(text) => Some((text.as_str(), t.attribute)),
                _ => None,
            })
            .collect();
        assert_eq!(texts, [(" SELECT in a document", true), ("x", false), ("y \"z\"", false), ("w", false)]);
    }

    #[test]
    fn paths_are_whole_also_out_of_use_trees() {
        let found = tokens("use crate::{a::{self, store}, b as c, d::*}; fn f(x: &e::store::T) { x.store(g::h()) }");
        let paths: Vec<String> = paths(&found).into_iter().map(|(path, _)| path.join("::")).collect();
        for wanted in ["crate::a::self", "crate::a::store", "crate::b", "crate::d", "e::store::T", "store", "g::h"] {
            assert!(paths.iter().any(|path| path == wanted), "{wanted} in {paths:?}");
        }
    }

    #[test]
    fn what_does_not_lex_is_an_error_with_its_line() {
        assert!(read("fn a() {}\nfn b( {", false).is_err_and(|error| error.starts_with("line ")));
    }
}
