//! Contract text and data to PDF/A-2.
