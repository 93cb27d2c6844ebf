//! Black-box stories: the real binary, both databases, independent checkers.
//!
//! This library is the harness; the stories are the programs in `e2e/tests`. A story starts a [`Server`] on a fresh data
//! directory, speaks to it with a [`Client`] as a browser or another system would, and looks at what comes out with
//! checkers that share no code with the product ([`checkers`]). It knows the product's command line and HTTP API and
//! nothing else: no crate of the product is among its dependencies.
//!
//! ```no_run
//! # use e2e::{Client, Error, Kind, Server};
//! # fn story() -> Result<(), Error> {
//! let server = Server::start(Kind::Sqlite, "")?;
//! let mut clerk = Client::new(server.url())?;
//! clerk.sign_in("13800000001", "Sample-password-1")?;
//! let refused = clerk.get("/api/v1/contracts/ctr_none")?.refused(404)?;
//! assert_eq!(refused.code, "contract.not_found");
//! # Ok(())
//! # }
//! ```

#![expect(
    clippy::disallowed_methods,
    reason = "the stories are outside the product: they wait on the real clock and read the environment that xtask sets"
)]

pub mod checkers;
mod client;
mod database;
mod error;
mod machine;
pub mod play;
mod program;
mod sandbox;
mod scratch;
mod server;

pub use client::{Client, Fault, Problem, Reply};
pub use database::Kind;
pub use error::Error;
pub use machine::Machine;
pub use program::{Ended, run_program};
pub use sandbox::OPERATOR_PHONE;
pub use scratch::Scratch;
pub use server::Server;

/// True when a missing checker or database is a failure, as it is in `cargo xtask test`, and not a reason to skip.
pub fn everything_is_required() -> bool {
    std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required")
}

/// Makes one test per database of a story, which is a function from `&mut Server` to `Result<(), Error>`.
///
/// `on_both_databases!(a_contract_is_concluded);` makes `a_contract_is_concluded::on_sqlite` and `::on_postgres`. A second
/// argument is the text of the configuration file. A story that fails shows the server's log and leaves its data.
#[macro_export]
macro_rules! on_both_databases {
    ($story:ident) => {
        $crate::on_both_databases!($story, "");
    };
    ($story:ident, $config:expr) => {
        mod $story {
            fn tell(kind: $crate::Kind) {
                let mut server = match $crate::Server::start(kind, $config) {
                    Err(error @ $crate::Error::NoPostgres) if !$crate::everything_is_required() => {
                        println!("skipped: {error}");
                        return;
                    }
                    Err(error) => panic!("{error:?}"),
                    Ok(server) => server,
                };
                // A panic and not an early return: the server is then dropped as one of a failed story.
                if let Err(error) = super::$story(&mut server) {
                    panic!("{error:?}");
                }
            }

            #[test]
            fn on_sqlite() {
                tell($crate::Kind::Sqlite);
            }

            #[test]
            fn on_postgres() {
                tell($crate::Kind::Postgres);
            }
        }
    };
}
