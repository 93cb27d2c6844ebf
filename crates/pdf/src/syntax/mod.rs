//! The PDF object syntax (ISO 32000-1, clause 7): objects, a parser with limits, cross-reference sections and stream decoding.
//!
//! Nothing here repairs. A file whose syntax is not what its own cross-reference claims is refused with the byte offset, because two readers that
//! repair differently would show two contracts.

mod object;
mod parser;
mod serialise;
mod stream;
mod xref;

pub(crate) use object::text_of;
pub use object::{Dictionary, Name, Object, ObjectId, Stream};
pub use parser::{Parser, SyntaxError, SyntaxFault, ValueSpan};
pub(crate) use serialise::text_string;
pub use serialise::{write_dictionary, write_name, write_object, write_real, write_text_string};
pub(crate) use stream::unpredict;
pub use stream::{StreamError, decode_flate, decode_stream};
pub(crate) use xref::end_of_update;
pub use xref::{XrefEntry, XrefError, XrefForm, XrefSection, find_startxref, read_sections};
