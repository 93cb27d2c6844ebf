//! The public route: a PDF in, a report out.

use std::sync::Arc;

use axum::extract::State;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::use_cases;
use crate::app::App;
use crate::failure::Failure;
use crate::http::extract::{Json, PdfBody, Visitor};
use crate::http::problem::Problem;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(verify_file))
}

/// Verifies every signature, seal, timestamp and later change of a PDF. Needs no account; the file is not stored. The report is described in
/// docs/guides/verification-report.md.
#[utoipa::path(
    post,
    path = "/api/v1/verifications",
    tag = "public",
    request_body(content = Vec<u8>, content_type = "application/pdf"),
    responses((status = 200, body = Object, description = "The report"))
)]
async fn verify_file(
    State(app): State<App>,
    Visitor(actor): Visitor,
    PdfBody(bytes): PdfBody,
) -> Result<Json<Value>, Problem> {
    let report = use_cases::report(&app, &actor, Arc::from(bytes.as_ref())).await?;
    Ok(Json(serde_json::to_value(report).map_err(|error| Failure::engine("verification report", error))?))
}
