//! Reading, incrementally signing and verifying PDF files.
