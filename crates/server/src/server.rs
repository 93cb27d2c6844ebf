//! The running product: App, background jobs and the HTTP listener, started and stopped together.
//!
//! `yinxin serve`, the demo and the tests all start it here, so that what is tested is what runs.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::{App, StartError};
use crate::config::Config;
use crate::{features, http, jobs, notification};

/// How long stopping waits for requests at hand.
const LINGER: Duration = Duration::from_secs(20);

/// A server that listens. Dropping it leaves it running; [`Server::stop`] ends it in order.
pub struct Server {
    /// What its use cases reach.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    worker: jobs::Worker,
    feed: JoinHandle<()>,
    listener: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Binds the configured address, opens everything, does what a first start needs, and begins to serve.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(mut config: Config) -> Result<Self, StartError> {
        let bind = |source| StartError::Listen { address: config.http.listen, source };
        let listener = TcpListener::bind(config.http.listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        if config.http.public_url.is_empty() {
            config.http.public_url = format!("http://{address}");
        }
        http::collect_metrics();
        let app = App::start(config).await?;
        features::first_start(&app).await?;
        let worker = jobs::run(app.clone());
        let feed = notification::live::run(app.clone());
        let router = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let (stop, mut stopped) = watch::channel(false);
        let listener = tokio::spawn(async move {
            let stopping = async move {
                // An error means that the sender is gone: stop as well.
                let _sender_gone = stopped.changed().await;
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopping).await {
                tracing::error!(%error, "the listener broke off");
            }
        });
        Ok(Self { app, address, worker, feed, listener, stop })
    }

    /// Takes no more requests, finishes those at hand and the running jobs, makes every taken write durable, closes.
    pub async fn stop(self) {
        let _receiver_gone = self.stop.send(true);
        self.app.feed.close();
        let mut listener = self.listener;
        match tokio::time::timeout(LINGER, &mut listener).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the listener broke off"),
            Err(_) => {
                tracing::warn!("some requests were still running and are broken off");
                listener.abort();
            }
        }
        self.worker.stop().await;
        if let Err(error) = self.feed.await {
            tracing::error!(%error, "the feed broke off");
        }
        self.app.db.close().await;
    }
}
