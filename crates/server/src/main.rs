//! The binary `yinxin`.
fn main() {}
