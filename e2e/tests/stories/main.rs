//! The stories of the product, one module each; every story runs on both databases.

mod coming_up;
