//! HTTP of templates.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::award::{Category, StartsFrom};
use yinxin_domain::template::{self, Field, Section, Template};

use crate::actor::{Actor, Forbidden, Need};
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::{Problem, Public, PublicError};

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// Why a template is not shown.
#[derive(Debug, thiserror::Error)]
enum TemplateError {
    /// Nobody is signed in.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No template has this id.
    #[error("no such template")]
    NotFound,
    /// No profile has this name.
    #[error("no such profile")]
    UnknownProfile,
}

impl PublicError for TemplateError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::NotFound => Public::new(
                StatusCode::NOT_FOUND,
                "template.not_found",
                ("未找到合同范本", "No such template"),
                ("没有这个编号的合同范本。请从范本列表中选择。", "No template has this id. Choose one of the list."),
            ),
            Self::UnknownProfile => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "template.unknown_profile",
                ("没有这个业务流程", "No such profile"),
                ("没有这个名称的业务流程配置。请核对 profile。", "No flow profile has this name. Check profile."),
            ),
        }
    }
}

/// Which templates to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// goods, services or works.
    #[param(value_type = Option<String>)]
    category: Option<Category>,
    /// A flow profile's name: only templates for what its contracts grow from.
    profile: Option<String>,
}

/// A template in a list.
#[derive(Serialize, utoipa::ToSchema)]
struct TemplateSummary {
    /// `goods-1`
    template_id: String,
    /// The name without version.
    name: String,
    /// The version.
    version: u32,
    /// The contract's title.
    title: String,
    /// The title in English.
    title_en: String,
    /// goods, services, works.
    categories: Vec<&'static str>,
    /// lot, order.
    starts_from: Vec<&'static str>,
}

fn summary(template: &Template) -> TemplateSummary {
    TemplateSummary {
        template_id: template.id(),
        name: template.name.clone(),
        version: template.version,
        title: template.title.clone(),
        title_en: template.title_en.clone(),
        categories: template.categories.iter().map(|category| category.as_str()).collect(),
        starts_from: template
            .starts_from
            .iter()
            .map(|from| match from {
                StartsFrom::Lot => "lot",
                StartsFrom::Order => "order",
            })
            .collect(),
    }
}

/// Every template that was asked for.
#[derive(Serialize, utoipa::ToSchema)]
struct TemplateList {
    /// In the order of the product.
    items: Vec<TemplateSummary>,
}

/// Templates, by category and profile (S0-006, S0-020).
#[utoipa::path(get, path = "/api/v1/templates", tag = "template", params(ListQuery), responses((status = 200, body = TemplateList)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<ListQuery>,
) -> Result<Json<TemplateList>, Problem> {
    actor.permit(&[Need::SignedIn]).map_err(TemplateError::from)?;
    let starts_from = match &query.profile {
        Some(name) => Some(app.profiles.get(name).ok_or(TemplateError::UnknownProfile)?.starts_from),
        None => None,
    };
    let fits = |template: &&Template| {
        query.category.is_none_or(|category| template.categories.contains(&category))
            && starts_from.is_none_or(|from| template.starts_from.contains(&from))
    };
    Ok(Json(TemplateList { items: template::all().iter().filter(fits).map(summary).collect() }))
}

/// A template with its form.
#[derive(Serialize, utoipa::ToSchema)]
struct TemplateView {
    /// What lists show.
    #[serde(flatten)]
    summary: TemplateSummary,
    /// The sections of the form.
    #[schema(value_type = Vec<Object>)]
    sections: Vec<Section>,
    /// The fields. One with `party` stands once for each party of that side, as `A.address`, `B.bank`. Values: a text or
    /// choice is a string, money the integer number of 分, a date YYYY-MM-DD, an integer a number, a ratio a decimal
    /// string, a table an array of rows of strings.
    #[schema(value_type = Vec<Object>)]
    fields: Vec<Field>,
}

/// A template.
#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "template", params(("id" = String, Path)), responses((status = 200, body = TemplateView)))]
async fn show(actor: Actor, Path(id): Path<String>) -> Result<Json<TemplateView>, Problem> {
    actor.permit(&[Need::SignedIn]).map_err(TemplateError::from)?;
    let template = template::find(&id).ok_or(TemplateError::NotFound)?;
    let (sections, fields) = (template.sections.clone(), template.fields.clone());
    Ok(Json(TemplateView { summary: summary(template), sections, fields }))
}
