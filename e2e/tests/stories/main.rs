//! The stories of the product, one module each; every story runs on both databases.

mod accounts;
mod coming_up;
