//! HTTP of this feature.
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// What the sandbox shows.
pub fn sandbox_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
