//! The list of features: what each adds to the routes and to the background jobs. A new feature adds one line in each function.

use utoipa_axum::router::OpenApiRouter;

use crate::app::{App, StartError};
use crate::jobs::Registry;
use crate::{
    award, certificate, contract, filing, identity, jobs, notice, notification, open_api, organisation, outside, seal,
    signing, template, verification,
};

/// Every feature's routes, documented.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(identity::http::routes())
        .merge(organisation::http::routes())
        .merge(open_api::http::routes())
        .merge(award::http::routes())
        .merge(template::http::routes())
        .merge(contract::http::routes())
        .merge(certificate::http::routes())
        .merge(seal::http::routes())
        .merge(signing::http::routes())
        .merge(filing::http::routes())
        .merge(notice::http::routes())
        .merge(notification::http::routes())
        .merge(jobs::http::routes())
        .merge(verification::http::routes())
}

/// Routes that exist only in sandbox: what an outside system would show or do.
pub fn sandbox_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(identity::http::sandbox_routes())
        .merge(crate::http::sandbox::routes())
        .merge(outside::sandbox::http::sandbox_routes())
}

/// Every feature's background jobs.
pub fn register_jobs(registry: &mut Registry) {
    contract::jobs::register(registry);
    filing::jobs::register(registry);
    identity::jobs::register(registry);
    signing::jobs::register(registry);
    notice::jobs::register(registry);
    notification::jobs::register(registry);
    outside::sandbox::jobs::register(registry);
}

/// What each feature needs before the first request is served; doing it again changes nothing.
///
/// # Errors
/// [`StartError::FirstStart`].
pub async fn first_start(app: &App) -> Result<(), StartError> {
    identity::bootstrap::first_operator(app)
        .await
        .map_err(|error| StartError::FirstStart { step: "the first operator", source: Box::new(error) })?;
    certificate::first_start(app).await
}
