//! The server comes up on an empty place, tells its state, stops when asked, and comes up again on what it left.

use e2e::{Client, Error, Server, on_both_databases};

on_both_databases!(it_comes_up_stops_and_comes_up_again);

fn it_comes_up_stops_and_comes_up_again(server: &mut Server) -> Result<(), Error> {
    for round in ["on an empty place", "on what it left"] {
        let anybody = Client::new(server.url())?;
        anybody.get("/healthz")?.ok()?;
        anybody.get("/readyz")?.ok()?;
        let unknown = anybody.get("/api/v1/no-such-thing")?.refused(404)?;
        assert!(!unknown.code.is_empty(), "{round}");
        let status = server.stop()?;
        assert!(status.is_some_and(|status| status.success()), "{round}: asked to stop, it ended with {status:?}");
        server.restart()?;
    }
    server.kill()?;
    server.restart()
}
