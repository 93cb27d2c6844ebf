//! Choosing pages: all of them, every other one, or those that a person writes down.

/// Which pages of a document are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageChoice {
    /// All.
    All,
    /// The first, third, fifth …
    Odd,
    /// The second, fourth …
    Even,
    /// The last.
    Last,
    /// Ranges from 1, both ends included.
    Ranges(Vec<(usize, usize)>),
}

/// Why a choice of pages is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// It is not like `1-3,5`.
    #[error("pdf.pages.bad_choice: {0}")]
    Malformed(String),
    /// It names a page that the document does not have.
    #[error("pdf.pages.no_such_page: {0}")]
    NoSuchPage(usize),
}

impl PageChoice {
    /// Reads `all`, `odd`, `even`, `last`, or page numbers from 1 and ranges of them such as `1-3,5`; Chinese commas are commas.
    ///
    /// # Errors
    /// [`ChoiceError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, ChoiceError> {
        let malformed = || ChoiceError::Malformed(text.chars().take(100).collect());
        match text.trim() {
            "all" => return Ok(PageChoice::All),
            "odd" => return Ok(PageChoice::Odd),
            "even" => return Ok(PageChoice::Even),
            "last" => return Ok(PageChoice::Last),
            _ => {}
        }
        let number =
            |digits: &str| digits.trim().parse::<usize>().ok().filter(|number| *number > 0).ok_or_else(malformed);
        let mut ranges = Vec::new();
        for part in text.split([',', '，', '、']) {
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (number(first)?, number(last)?),
                None => (number(part)?, number(part)?),
            };
            if first > last {
                return Err(malformed());
            }
            ranges.push((first, last));
        }
        Ok(PageChoice::Ranges(ranges))
    }

    /// The chosen pages of a document of `count` pages, from 0, in order, each once.
    ///
    /// # Errors
    /// [`ChoiceError::NoSuchPage`].
    pub fn indices(&self, count: usize) -> Result<Vec<usize>, ChoiceError> {
        match self {
            PageChoice::All => Ok((0..count).collect()),
            PageChoice::Odd => Ok((0..count).step_by(2).collect()),
            PageChoice::Even => Ok((1..count).step_by(2).collect()),
            PageChoice::Last => Ok((count.saturating_sub(1)..count).collect()),
            PageChoice::Ranges(ranges) => {
                if let Some((_, last)) = ranges.iter().find(|(_, last)| *last > count) {
                    return Err(ChoiceError::NoSuchPage(*last));
                }
                let chosen = |page: &usize| ranges.iter().any(|(first, last)| (*first..=*last).contains(&(page + 1)));
                Ok((0..count).filter(chosen).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_chosen_as_people_write_them() {
        let chosen = |text: &str| PageChoice::parse(text).unwrap().indices(6);
        assert_eq!(chosen("all"), Ok(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(
            (chosen("odd"), chosen("even"), chosen("last")),
            (Ok(vec![0, 2, 4]), Ok(vec![1, 3, 5]), Ok(vec![5]))
        );
        assert_eq!(chosen("1-3, 5"), Ok(vec![0, 1, 2, 4]));
        assert_eq!(chosen("5，2-3、2"), Ok(vec![1, 2, 4]));
        assert_eq!(chosen("4-7"), Err(ChoiceError::NoSuchPage(7)));
        for bad in ["", "0", "3-1", "1-", "a", "1;2", "1--2", "99999999999999999999"] {
            assert!(matches!(PageChoice::parse(bad), Err(ChoiceError::Malformed(_))), "{bad}");
        }
    }
}
