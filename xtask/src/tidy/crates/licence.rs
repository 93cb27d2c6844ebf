//! Whether a licence expression can be satisfied with the licences that are allowed.
//!
//! The grammar is SPDX 2.3, annex D (`OR`, `AND`, `WITH`, parentheses), and the slash that old packages use for `OR`.

/// True if the expression can be satisfied by licences for which `allowed` is true; none if it is no expression.
///
/// `X WITH Y` is satisfied by `X WITH Y` or by `X` alone: an exception only ever adds rights.
pub fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allowed };
    let value = parser.any_of(0)?;
    parser.words.is_empty().then_some(value)
}

struct Parser<'a> {
    words: &'a [&'a str],
    allowed: &'a dyn Fn(&str) -> bool,
}

impl Parser<'_> {
    const DEEPEST: usize = 32;

    fn take(&mut self, word: &str) -> bool {
        let taken = self.words.first() == Some(&word);
        if taken {
            self.words = &self.words[1..];
        }
        taken
    }

    fn any_of(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.all_of(depth)?;
        while self.take("OR") {
            // Not short-circuited: the rest must be read in any case.
            value |= self.all_of(depth)?;
        }
        Some(value)
    }

    fn all_of(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.one(depth)?;
        while self.take("AND") {
            value &= self.one(depth)?;
        }
        Some(value)
    }

    fn one(&mut self, depth: usize) -> Option<bool> {
        if self.take("(") {
            let value = if depth < Self::DEEPEST { self.any_of(depth + 1)? } else { return None };
            return self.take(")").then_some(value);
        }
        let (name, rest) = self.words.split_first()?;
        if ["OR", "AND", "WITH", ")"].contains(name) {
            return None;
        }
        self.words = rest;
        let mut value = (self.allowed)(name);
        if self.take("WITH") {
            let (exception, rest) = self.words.split_first()?;
            self.words = rest;
            value |= (self.allowed)(&format!("{name} WITH {exception}"));
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged_as_spdx_says() {
        let allowed = |licence: &str| ["MIT", "Apache-2.0", "Unicode-3.0"].contains(&licence);
        for (expression, wanted) in [
            ("MIT", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("MIT OR GPL-3.0-only", Some(true)),
            ("MIT AND GPL-3.0-only", Some(false)),
            ("GPL-2.0/MIT", Some(true)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("(MIT OR GPL-3.0-only) AND Unicode-3.0", Some(true)),
            ("(MIT OR Apache-2.0) AND OFL-1.1", Some(false)),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT MIT", None),
            ("", None),
        ] {
            assert_eq!(satisfied(expression, &allowed), wanted, "{expression}");
        }
        assert_eq!(satisfied(&"(".repeat(10_000), &allowed), None);
    }
}
