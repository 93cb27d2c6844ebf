//! `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (Prometheus text), `/openapi.json`.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(metrics_text))
        .routes(routes!(openapi_json))
}

/// The recorder is the process's, not the App's: several Apps in one process (tests) share it.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}

/// Begins to collect metrics; calling it again does nothing.
pub(crate) fn collect_metrics() {
    recorder();
}

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "plain", responses((status = 200, body = String)))]
async fn healthz() -> &'static str {
    "ok"
}

/// The database answers; a balancer may send requests.
#[utoipa::path(get, path = "/readyz", tag = "plain", responses((status = 200, body = String)))]
async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    app.db.answers().await?;
    Ok("ready")
}

/// Metrics as Prometheus reads them.
#[utoipa::path(get, path = "/metrics", tag = "plain", responses((status = 200, body = String)))]
async fn metrics_text() -> impl IntoResponse {
    let text = recorder()
        .map(|handle| {
            handle.run_upkeep();
            handle.render()
        })
        .unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "plain", responses((status = 200, body = Object)))]
async fn openapi_json() -> impl IntoResponse {
    axum::Json(super::openapi())
}
