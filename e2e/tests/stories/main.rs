//! The stories of the product, one module each; every story runs on both databases.

mod accounts;
mod bits;
mod coming_up;
mod demo;
mod filing;
mod ink;
mod lot;
mod mall;
mod scene;
