//! Help: whom a user can ask. The pages themselves are the web application's; only the contact differs between installations.

pub mod http;
