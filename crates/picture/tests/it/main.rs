//! Pages as pictures, held against poppler's, and the process that draws them against files that ask for too much.

#![expect(clippy::unwrap_used, reason = "what makes the samples may fail a test like the tests themselves")]

#[path = "../../../pdf/tests/it/judges.rs"]
#[expect(dead_code, reason = "the judges of the pdf crate; here only poppler and qpdf are asked")]
mod judges;

mod confined;
mod drawn;
mod made;
