//! Pages of a list that is walked by its keys: each begins behind the last item of the one before.

use serde::Deserialize;

/// A page of a list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// Where the last page ended.
    pub(crate) cursor: Option<String>,
    /// At most 100.
    pub(crate) limit: Option<i64>,
}

/// How many items a page has: as many as asked for, 50 unless somebody asks, at most 100.
pub(crate) fn limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(50).clamp(1, 100)
}

/// The item behind which the next page begins; none if this page is not full, and so the last.
pub(crate) fn last<T>(items: &[T], limit: i64) -> Option<&T> {
    let full = i64::try_from(items.len()).is_ok_and(|length| length == limit);
    items.last().filter(|_| full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_page_has_a_next_one() {
        assert_eq!(last(&[1, 2, 3], 3), Some(&3));
        assert_eq!(last(&[1, 2], 3), None);
        assert_eq!(last::<u8>(&[], 3), None);
        assert_eq!([limit(None), limit(Some(0)), limit(Some(7)), limit(Some(i64::MAX))], [50, 1, 7, 100]);
    }
}
