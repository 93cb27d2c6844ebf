//! HTTP of contracts.

mod answers;
mod facts;
mod home;
mod listing;
mod operating;
mod profiles;
mod reading;
mod track;
mod verbs;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(listing::list, verbs::begin))
        .routes(routes!(listing::counts))
        .routes(routes!(listing::tabs))
        .routes(routes!(listing::urge))
        .routes(routes!(home::home))
        .routes(routes!(operating::overview))
        .routes(routes!(profiles::profiles))
        .routes(routes!(reading::show))
        .routes(routes!(verbs::edit))
        .routes(routes!(reading::checks))
        .routes(routes!(reading::preview))
        .routes(routes!(reading::document))
        .routes(routes!(reading::revision))
        .routes(routes!(reading::seal_image))
        .routes(routes!(facts::comparison))
        .routes(routes!(facts::readiness))
        .routes(routes!(track::track))
        .routes(routes!(track::proof))
        .routes(routes!(reading::attachment))
        .routes(routes!(verbs::attach))
        .routes(routes!(verbs::send))
        .routes(routes!(verbs::withdraw))
        .routes(routes!(verbs::confirm))
        .routes(routes!(verbs::return_draft))
        .routes(routes!(verbs::modify))
        .routes(routes!(verbs::freeze))
        .routes(routes!(verbs::agree))
        .routes(routes!(verbs::disagree))
        .routes(routes!(verbs::reject))
        .routes(routes!(verbs::revoke))
        .routes(routes!(verbs::hold))
        .routes(routes!(verbs::resume))
        .routes(routes!(verbs::exempt_notice))
}
