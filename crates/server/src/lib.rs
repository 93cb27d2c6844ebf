//! The product's server: see ARCHITECTURE.md.
