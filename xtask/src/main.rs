//! The workshop: test, tidy, bench, openapi.
fn main() {}
