//! `yinxin serve`: the product, until SIGTERM or ctrl-c.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{CommandResult, Settings};
use crate::server::Server;

/// `serve`
#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// Address and port to listen on, instead of the configured one; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// Prints one line on standard output when requests are answered; stops in order when told to.
pub(super) async fn run(arguments: Arguments) -> CommandResult {
    let mut config = arguments.settings.load()?;
    if let Some(listen) = arguments.listen {
        config.http.listen = listen;
    }
    super::start_logging(&config.log)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let server = Server::start(config).await?;
    println!("listening on http://{}", server.address);
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}
