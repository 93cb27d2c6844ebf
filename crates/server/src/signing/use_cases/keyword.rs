//! Where words stand in the text, so that a seal is placed by them.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use yinxin_domain::ids::ContractId;
use yinxin_pdf::text::{Hit, KeywordError};
use yinxin_pdf::{Opened, Page, seen_place_mm};

use super::case::Case;
use super::desk::hundredths;
use crate::actor::Actor;
use crate::app::App;
use crate::failure::Failure;
use crate::signing::errors::SigningError;

/// Places handed out at most; more seals than a quarter of these do not go into one act of signing.
const MOST_PLACES: usize = 256;

/// The places of a keyword.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeywordPlaces {
    /// How often it stands in the text.
    pub total: usize,
    /// The places in the order of the text; at most the first 256.
    pub places: Vec<KeywordPlace>,
}

/// One place: the box around the words as seen, of those on the first line where they run over several.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeywordPlace {
    /// The page from 0.
    pub page: usize,
    /// Its left edge from the left edge of the page.
    pub x_mm: f64,
    /// Its upper edge from the upper edge of the page.
    pub y_mm: f64,
    /// Its width.
    pub width_mm: f64,
    /// Its height.
    pub height_mm: f64,
}

impl KeywordPlace {
    fn of(page: &Page, hit: &Hit) -> Self {
        let (x, y, width, height) = seen_place_mm(page, hit.rect());
        Self {
            page: hit.page,
            x_mm: hundredths(x),
            y_mm: hundredths(y),
            width_mm: hundredths(width),
            height_mm: hundredths(height),
        }
    }
}

/// Finds a keyword in the text as the party whose turn it is sees it; none found is an empty answer (S3-083).
///
/// # Errors
/// As [`show`](super::desk::show); [`SigningError::Keyword`] for one that is empty or too long, or stands too often.
pub async fn find(
    app: &App,
    actor: &Actor,
    contract: ContractId,
    keyword: String,
) -> Result<KeywordPlaces, SigningError> {
    let case = Case::load(app, actor, contract).await?;
    let bytes = app.files.shared(case.document).await.map_err(Failure::from)?;
    app.cpu(move || search(Arc::from(bytes.as_ref()), &keyword)).await?
}

fn search(bytes: Arc<[u8]>, keyword: &str) -> Result<KeywordPlaces, SigningError> {
    let unreadable = |fault: String| Failure::damaged("document", fault);
    let file = Opened::open(bytes).map_err(|error| unreadable(error.to_string()))?;
    let hits = match file.find_keyword(keyword, None) {
        Ok(hits) => hits,
        Err(KeywordError::NotFound) => Vec::new(),
        Err(refused @ (KeywordError::BadKeyword | KeywordError::TooMany)) => {
            return Err(SigningError::Keyword(refused));
        }
        Err(KeywordError::Text(error)) => return Err(unreadable(error.to_string()).into()),
    };
    let pages = file.pages().map_err(|error| unreadable(error.to_string()))?;
    let placed = |hit: &Hit| pages.get(hit.page).map(|page| KeywordPlace::of(page, hit));
    Ok(KeywordPlaces { total: hits.len(), places: hits.iter().take(MOST_PLACES).filter_map(placed).collect() })
}
