//! The list of features: what each adds to the routes and to the background jobs. A new feature adds one line in each function.

use utoipa_axum::router::OpenApiRouter;

use crate::app::{App, StartError};
use crate::jobs::Registry;
use crate::{
    award, certificate, contract, filing, help, identity, jobs, notice, notification, open_api, organisation, outside,
    seal, signing, template, verification,
};

/// The routes of a feature, its operations named `feature_verb`: the verb is the name of the function, which is unique in its feature alone.
pub(crate) fn of(feature: &str, mut routes: OpenApiRouter<App>) -> OpenApiRouter<App> {
    for path in routes.get_openapi_mut().paths.paths.values_mut() {
        let operations = [
            &mut path.get,
            &mut path.put,
            &mut path.post,
            &mut path.delete,
            &mut path.options,
            &mut path.head,
            &mut path.patch,
            &mut path.trace,
        ];
        for operation in operations.into_iter().flatten() {
            operation.operation_id = operation.operation_id.take().map(|verb| format!("{feature}_{verb}"));
        }
    }
    routes
}

/// Every feature's routes, documented.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(of("identity", identity::http::routes()))
        .merge(of("organisation", organisation::http::routes()))
        .merge(of("open_api", open_api::http::routes()))
        .merge(of("award", award::http::routes()))
        .merge(of("template", template::http::routes()))
        .merge(of("contract", contract::http::routes()))
        .merge(of("certificate", certificate::http::routes()))
        .merge(of("seal", seal::http::routes()))
        .merge(of("signing", signing::http::routes()))
        .merge(of("filing", filing::http::routes()))
        .merge(of("notice", notice::http::routes()))
        .merge(of("notification", notification::http::routes()))
        .merge(of("jobs", jobs::http::routes()))
        .merge(of("verification", verification::http::routes()))
        .merge(of("help", help::http::routes()))
}

/// Routes that exist only in sandbox: what an outside system would show or do.
pub fn sandbox_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(of("identity", identity::http::sandbox_routes()))
        .merge(of("sandbox", crate::http::sandbox::routes()))
        .merge(of("sandbox", outside::sandbox::http::sandbox_routes()))
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
