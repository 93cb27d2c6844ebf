//! Why a document was not set.

/// A document that cannot be set. Nothing was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypesetError {
    /// Characters that no bundled font has, or that are invisible or change the reading order. Each once, in order of appearance.
    #[error("these characters cannot be printed, replace them: {}", name_characters(.characters))]
    Unprintable {
        /// The characters, each once.
        characters: Vec<char>,
    },
    /// A part is larger than [`crate::limits`] allows.
    #[error("{field} is too large: {actual}, at most {limit} allowed; shorten it or move it to an appendix")]
    TooLarge {
        /// The part, as a path: `signature_blocks[0].rows`.
        field: String,
        /// The limit, in the unit that the limit's constant names.
        limit: usize,
        /// The size found.
        actual: usize,
    },
    /// A required text is empty.
    #[error("{field} is empty; fill it in")]
    Empty {
        /// The part, as a path.
        field: String,
    },
    /// A table row has more or fewer cells than the table has columns.
    #[error("{field} has {actual} cells, the table has {columns} columns")]
    RowWidth {
        /// The row, as a path.
        field: String,
        /// The table's columns.
        columns: usize,
        /// The cells found.
        actual: usize,
    },
    /// A column's weight is not between 1 and 100.
    #[error("{field} is not between 1 and 100")]
    ColumnWeight {
        /// The column, as a path.
        field: String,
    },
    /// A party's key is malformed or used twice.
    #[error("{field} must be 1 to 16 letters, digits, '-' or '_', and unique in the document")]
    PartyKey {
        /// The block, as a path.
        field: String,
    },
    /// The time for the metadata is not between the years 1970 and 9999.
    #[error("the time {micros} (microseconds UTC) is not between the years 1970 and 9999")]
    Time {
        /// The time handed in.
        micros: i64,
    },
    /// The typesetter refused its own layout: a defect of this crate, not of the document.
    #[error("the layout failed: {}", .messages.join("; "))]
    Layout {
        /// What the typesetter says.
        messages: Vec<String>,
    },
    /// The typesetter panicked: a defect, not of the document.
    #[error("the typesetter stopped unexpectedly")]
    Stopped,
}

impl TypesetError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unprintable { .. } => "typeset.unprintable",
            Self::TooLarge { .. } => "typeset.too_large",
            Self::Empty { .. } => "typeset.empty",
            Self::RowWidth { .. } => "typeset.row_width",
            Self::ColumnWeight { .. } => "typeset.column_weight",
            Self::PartyKey { .. } => "typeset.party_key",
            Self::Time { .. } => "typeset.time",
            Self::Layout { .. } => "typeset.layout",
            Self::Stopped => "typeset.stopped",
        }
    }
}

/// Visible characters as themselves, all others by their code point only.
fn name_characters(characters: &[char]) -> String {
    let mut named = String::new();
    for &ch in characters.iter().take(20) {
        if !named.is_empty() {
            named.push_str(", ");
        }
        if ch.is_alphanumeric() {
            named.push_str(&format!("{ch} (U+{:04X})", u32::from(ch)));
        } else {
            named.push_str(&format!("U+{:04X}", u32::from(ch)));
        }
    }
    if characters.len() > 20 {
        named.push_str(" …");
    }
    named
}
