//! The bundled Chinese fonts and what they cover.
