//! What only the sandbox has at the edge: a clock that can be moved, so that deadlines can be shown and tested.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Json;
use super::json::bad_value;
use super::problem::Problem;
use crate::app::App;

/// The routes; not served in production.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(advance_clock))
}

/// How far to move the clock.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Seconds forward.
    advance_seconds: i64,
}

/// The clock.
#[derive(Serialize, utoipa::ToSchema)]
struct ClockNow {
    /// Microseconds UTC.
    now_at: i64,
}

/// Moves the product's clock forward (sandbox only); sessions and codes age with it.
#[utoipa::path(post, path = "/api/v1/sandbox/clock", tag = "sandbox", request_body = Advance, responses((status = 200, body = ClockNow)))]
async fn advance_clock(State(app): State<App>, Json(advance): Json<Advance>) -> Result<Json<ClockNow>, Problem> {
    app.clock.advance(advance.advance_seconds.saturating_mul(1_000_000)).map_err(|_| {
        let message = ("时钟只能在演示环境中向前调整", "the clock moves forward only, and in a sandbox only");
        bad_value("advance_seconds", message, ("请填写 0 或更大的秒数", "Give a number of seconds from 0 on"))
    })?;
    app.db.announce();
    Ok(Json(ClockNow { now_at: app.now() }))
}
