//! Placements: which seal stands where, as data, and the rules they keep.
//!
//! Lengths are millimetres from the top left corner of the page as seen; a position is the centre of what is placed; pages count from 0.

use crate::contract::party::PartyKey;
use crate::contract::profile::{Need, StepRule};
use crate::contract::text::Text;
use crate::ids::SealId;
use crate::signing::SealType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most placements in one act of signing.
pub const MOST_PLACEMENTS: usize = 64;
/// The size of a date seal, width and height in mm.
pub const DATE_SEAL_MM: (f64, f64) = (34.0, 7.0);
/// The fewest pages that a seam seal can hold together.
pub const FEWEST_SEAM_PAGES: usize = 2;

/// What is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacementKind {
    /// An organisation's seal.
    Seal,
    /// The representative's personal signature.
    Personal,
    /// 日期章.
    Date,
    /// 骑缝章, over the edges of all pages.
    Seam,
}

impl PlacementKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Seal, Self::Personal, Self::Date, Self::Seam];

    /// The stable code, as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Personal => "personal",
            Self::Date => "date",
            Self::Seam => "seam",
        }
    }

    /// The kind in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Seal => "单位印章",
            Self::Personal => "个人签章",
            Self::Date => "日期章",
            Self::Seam => "骑缝章",
        }
    }

    /// The kind in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Seal => "organisation seal",
            Self::Personal => "personal signature",
            Self::Date => "date seal",
            Self::Seam => "seam seal",
        }
    }
}

/// One placement as asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// What is placed.
    pub kind: PlacementKind,
    /// With which seal; a date or seam seal names the seal it belongs to.
    pub seal: SealId,
    /// The page, from 0; none for a seam seal.
    pub page: Option<u32>,
    /// The centre from the left edge, mm; none for a seam seal.
    pub x_mm: Option<f64>,
    /// The centre from the upper edge, mm; a seam seal without it stands at half height.
    pub y_mm: Option<f64>,
}

/// The size of one page as seen, mm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageSize {
    /// Its width.
    pub width_mm: f64,
    /// Its height.
    pub height_mm: f64,
}

/// A seal that the actor may use at this moment (granted, in force, with a certificate in force).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsableSeal {
    /// Its identifier.
    pub id: SealId,
    /// What it is for.
    pub seal_type: SealType,
    /// Its name.
    pub name: String,
    /// The width of its picture, mm.
    pub width_mm: f64,
    /// The height of its picture, mm.
    pub height_mm: f64,
}

/// One placement that keeps the rules, with all that drawing it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// What is placed.
    pub kind: PlacementKind,
    /// With which seal.
    pub seal: SealId,
    /// What that seal is for.
    pub seal_type: SealType,
    /// The page; none for a seam seal.
    pub page: Option<u32>,
    /// The centre from the left edge, mm; 0 for a seam seal, which stands on the edges.
    pub x_mm: f64,
    /// The centre from the upper edge, mm.
    pub y_mm: f64,
    /// Its width, mm.
    pub width_mm: f64,
    /// Its height, mm.
    pub height_mm: f64,
}

impl Placed {
    fn overlaps(&self, other: &Self) -> bool {
        self.page.is_some()
            && self.page == other.page
            && (self.x_mm - other.x_mm).abs() < (self.width_mm + other.width_mm) / 2.0
            && (self.y_mm - other.y_mm).abs() < (self.height_mm + other.height_mm) / 2.0
    }
}

/// Why a placement cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacementFault {
    /// Which placement, from 0; none for the whole.
    pub index: Option<usize>,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub text: Text,
}

/// What the signer should look at, though it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacementWarning {
    /// Two placements lie over each other.
    Overlap {
        /// The placement.
        index: usize,
        /// The earlier placement of the same request it lies over; none if it is one already on the document.
        over: Option<usize>,
    },
}

/// Checks what a signer wants to place at a step.
///
/// `present` is what already stands on the document; `seals` what he may use.
///
/// # Errors
/// All faults: `placement.none`, `.too_many`, `.seal_unknown`, `.kind`, `.seal_type`, `.page`, `.position`, `.off_page`,
/// `.seam_pages`, `.seam_twice`, `.without_signature`.
pub fn check(
    wanted: &[Placement],
    pages: &[PageSize],
    seals: &[UsableSeal],
    step: &StepRule,
    present: &[Placed],
) -> Result<(Vec<Placed>, Vec<PlacementWarning>), Vec<PlacementFault>> {
    let mut faults = Vec::new();
    if wanted.is_empty() {
        faults.push(fault(None, "placement.none", "请至少放置一枚印章。", "Place at least one seal."));
    }
    if wanted.len() > MOST_PLACEMENTS {
        let (zh, en) = ("一次签署的印章过多，请分次签署。", "Too many placements at once; sign in several goes.");
        return Err(vec![fault(None, "placement.too_many", zh, en)]);
    }
    let mut placed: Vec<Placed> = Vec::with_capacity(wanted.len());
    let mut warnings = Vec::new();
    let mut seams = present.iter().filter(|one| one.kind == PlacementKind::Seam).count();
    for (index, placement) in wanted.iter().enumerate() {
        match check_one(index, placement, pages, seals, step) {
            Ok(one) => {
                if one.kind == PlacementKind::Seam {
                    seams += 1;
                    if seams > 1 {
                        let (zh, en) = ("每方只能加盖一次骑缝章。", "A party sets one seam seal only.");
                        faults.push(fault(Some(index), "placement.seam_twice", zh, en));
                    }
                }
                for (earlier, other) in placed.iter().enumerate() {
                    if one.overlaps(other) {
                        warnings.push(PlacementWarning::Overlap { index, over: Some(earlier) });
                    }
                }
                if present.iter().any(|other| one.overlaps(other)) {
                    warnings.push(PlacementWarning::Overlap { index, over: None });
                }
                placed.push(one);
            }
            Err(found) => faults.push(found),
        }
    }
    // A date or a seam slice is a picture in the revision of the seal it belongs to; it is that seal that signs, with its own certificate.
    for (index, one) in wanted.iter().enumerate() {
        let accompanies = matches!(one.kind, PlacementKind::Date | PlacementKind::Seam);
        let sealed = |other: &Placement| other.kind == PlacementKind::Seal && other.seal == one.seal;
        if accompanies && !wanted.iter().any(sealed) {
            let (zh, en) = (
                "日期章、骑缝章须与同一枚单位印章一并加盖。",
                "A date or seam seal is set together with the organisation's seal that it belongs to.",
            );
            faults.push(fault(Some(index), "placement.without_signature", zh, en));
        }
    }
    if faults.is_empty() { Ok((placed, warnings)) } else { Err(faults) }
}

fn fault(index: Option<usize>, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> PlacementFault {
    PlacementFault { index, code, text: Text::new(zh, en) }
}

fn check_one(
    index: usize,
    placement: &Placement,
    pages: &[PageSize],
    seals: &[UsableSeal],
    step: &StepRule,
) -> Result<Placed, PlacementFault> {
    let Placement { kind, seal, page, x_mm, y_mm } = placement;
    let index = Some(index);
    let Some(usable) = seals.iter().find(|usable| usable.id == *seal) else {
        let (zh, en) = (
            "该印章不可用：未授权、已停用或证书失效。",
            "This seal cannot be used: not granted, suspended, or its certificate is not in force.",
        );
        return Err(fault(index, "placement.seal_unknown", zh, en));
    };
    step.allows(*kind, usable.seal_type).map_err(|refusal| PlacementFault {
        index,
        code: if step.need(*kind) == Need::Forbidden { "placement.kind" } else { "placement.seal_type" },
        text: refusal.text(),
    })?;
    let placed = |page: Option<u32>, x_mm: f64, y_mm: f64, (width_mm, height_mm): (f64, f64)| Placed {
        kind: *kind,
        seal: *seal,
        seal_type: usable.seal_type,
        page,
        x_mm: to_hundredths(x_mm),
        y_mm: to_hundredths(y_mm),
        width_mm,
        height_mm,
    };
    let size = match kind {
        PlacementKind::Date => DATE_SEAL_MM,
        PlacementKind::Seal | PlacementKind::Personal | PlacementKind::Seam => (usable.width_mm, usable.height_mm),
    };
    if *kind == PlacementKind::Seam {
        if pages.len() < FEWEST_SEAM_PAGES {
            let (zh, en) = ("骑缝章至少需要两页。", "A seam seal needs at least two pages.");
            return Err(fault(index, "placement.seam_pages", zh, en));
        }
        if page.is_some() || x_mm.is_some() {
            let (zh, en) = (
                "骑缝章位于各页边缘，只能调整高度。",
                "A seam seal stands on the edges of all pages; only its height can be chosen.",
            );
            return Err(fault(index, "placement.position", zh, en));
        }
        let lowest = pages.iter().map(|page| page.height_mm).fold(f64::INFINITY, f64::min);
        let y = y_mm.unwrap_or(lowest / 2.0);
        if !y.is_finite() || y - size.1 / 2.0 < 0.0 || y + size.1 / 2.0 > lowest {
            return Err(off_page(index));
        }
        return Ok(placed(None, 0.0, y, size));
    }
    let (Some(page), Some(x), Some(y)) = (*page, *x_mm, *y_mm) else {
        let (zh, en) = ("请给出页码和位置。", "State the page and the position.");
        return Err(fault(index, "placement.position", zh, en));
    };
    let Some(sheet) = usize::try_from(page).ok().and_then(|page| pages.get(page)) else {
        let (zh, en) = (format!("文件只有{}页。", pages.len()), format!("The document has {} pages.", pages.len()));
        return Err(fault(index, "placement.page", zh, en));
    };
    let inside = x.is_finite()
        && y.is_finite()
        && x - size.0 / 2.0 >= 0.0
        && y - size.1 / 2.0 >= 0.0
        && x + size.0 / 2.0 <= sheet.width_mm
        && y + size.1 / 2.0 <= sheet.height_mm;
    if inside { Ok(placed(Some(page), x, y, size)) } else { Err(off_page(index)) }
}

fn off_page(index: Option<usize>) -> PlacementFault {
    let (zh, en) = ("印章超出页面，请移到页面之内。", "The seal leaves the page; move it inside.");
    fault(index, "placement.off_page", zh, en)
}

/// Positions are kept to a hundredth of a millimetre, so that what is shown, stored and hashed is one number.
fn to_hundredths(mm: f64) -> f64 {
    (mm * 100.0).round() / 100.0
}

/// A place that the text leaves for a party, as typesetting reports it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// For what.
    pub kind: AnchorKind,
    /// For which party.
    pub party: PartyKey,
    /// The page, from 0.
    pub page: u32,
    /// The centre from the left edge, mm.
    pub x_mm: f64,
    /// The centre from the upper edge, mm.
    pub y_mm: f64,
}

/// What an anchor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorKind {
    /// 公章位置 (S1-026, S1-038).
    OrganisationSeal,
    /// 代表位置 (S1-027, S1-039).
    Representative,
    /// 日期.
    Date,
}

/// One suggested placement.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The placement.
    pub placement: Placement,
    /// Whether the step may be ended without it.
    pub optional: bool,
}

/// Suggests placements for a party at a step: at its anchors, with the first seal of the actor's that the step allows; the seam seals of all
/// parties below each other, in the order of the text. What is placed is moved inside the page if its anchor stands too near the edge.
pub fn suggest(
    step: &StepRule,
    party: PartyKey,
    anchors: &[Anchor],
    pages: &[PageSize],
    seals: &[UsableSeal],
) -> Vec<Suggestion> {
    let mut suggestions = Vec::new();
    for kind in PlacementKind::ALL {
        let need = step.need(kind);
        let Some(seal) = seals.iter().find(|seal| step.allows(kind, seal.seal_type).is_ok()) else { continue };
        let optional = need != Need::Required;
        let anchor_kind = match kind {
            PlacementKind::Seal => AnchorKind::OrganisationSeal,
            PlacementKind::Personal => AnchorKind::Representative,
            PlacementKind::Date => AnchorKind::Date,
            PlacementKind::Seam => {
                if pages.len() >= FEWEST_SEAM_PAGES
                    && let Some(y_mm) = seam_height(party, anchors, pages, seal.height_mm)
                {
                    let placement = Placement { kind, seal: seal.id, page: None, x_mm: None, y_mm: Some(y_mm) };
                    suggestions.push(Suggestion { placement, optional });
                }
                continue;
            }
        };
        let Some(anchor) = anchors.iter().find(|anchor| anchor.party == party && anchor.kind == anchor_kind) else {
            continue;
        };
        let Some(sheet) = usize::try_from(anchor.page).ok().and_then(|page| pages.get(page)) else { continue };
        let (width, height) = match kind {
            PlacementKind::Date => DATE_SEAL_MM,
            PlacementKind::Seal | PlacementKind::Personal | PlacementKind::Seam => (seal.width_mm, seal.height_mm),
        };
        let (Some(x), Some(y)) =
            (inside(anchor.x_mm, width, sheet.width_mm), inside(anchor.y_mm, height, sheet.height_mm))
        else {
            continue;
        };
        let placement = Placement { kind, seal: seal.id, page: Some(anchor.page), x_mm: Some(x), y_mm: Some(y) };
        suggestions.push(Suggestion { placement, optional });
    }
    suggestions
}

/// Where the seam seal of a party stands: the parties of the text share the height of the lowest page evenly, so that up to six seals of
/// 42 mm leave each other free on A4.
fn seam_height(party: PartyKey, anchors: &[Anchor], pages: &[PageSize], height_mm: f64) -> Option<f64> {
    let parties: BTreeSet<PartyKey> = anchors.iter().map(|anchor| anchor.party).chain([party]).collect();
    let lowest = pages.iter().map(|page| page.height_mm).fold(f64::INFINITY, f64::min);
    let position = parties.iter().take_while(|one| **one < party).count();
    // At most 26 parties: exact as numbers with a fraction.
    let share = (position as f64 + 1.0) / (parties.len() as f64 + 1.0);
    inside(lowest * share, height_mm, lowest)
}

/// The centre nearest to `centre` at which something `size` long fits on a sheet `sheet` long; none if it is too long.
fn inside(centre: f64, size: f64, sheet: f64) -> Option<f64> {
    let fits = centre.is_finite() && size <= sheet;
    fits.then(|| to_hundredths(centre.clamp(size / 2.0, (sheet - size / 2.0).max(size / 2.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Profiles;

    const A4: PageSize = PageSize { width_mm: 210.0, height_mm: 297.0 };

    fn id(number: u8) -> SealId {
        SealId::new(1_700_000_000_000_000, [number; 10])
    }

    fn usable() -> Vec<UsableSeal> {
        [(1, SealType::Company, 42.0), (2, SealType::PersonalName, 20.0), (3, SealType::Finance, 38.0)]
            .map(|(number, seal_type, size)| UsableSeal {
                id: id(number),
                seal_type,
                name: seal_type.zh().to_owned(),
                width_mm: size,
                height_mm: size,
            })
            .to_vec()
    }

    fn step() -> StepRule {
        Profiles::shipped().unwrap().get("henan-mall").unwrap().signing.steps[0].clone()
    }

    fn at(kind: PlacementKind, seal: u8, page: u32, x: f64, y: f64) -> Placement {
        Placement { kind, seal: id(seal), page: Some(page), x_mm: Some(x), y_mm: Some(y) }
    }

    fn seam() -> Placement {
        Placement { kind: PlacementKind::Seam, seal: id(1), page: None, x_mm: None, y_mm: None }
    }

    fn codes(wanted: &[Placement], pages: &[PageSize]) -> Vec<(Option<usize>, &'static str)> {
        match check(wanted, pages, &usable(), &step(), &[]) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| (fault.index, fault.code)).collect(),
        }
    }

    #[test]
    fn a_seal_stands_inside_its_page_to_the_hundredth_of_a_millimetre() {
        let (placed, warnings) =
            check(&[at(PlacementKind::Seal, 1, 1, 21.0, 275.996)], &[A4, A4], &usable(), &step(), &[]).unwrap();
        assert_eq!((placed[0].x_mm, placed[0].y_mm, placed[0].width_mm), (21.0, 276.0, 42.0));
        assert_eq!(warnings, []);
        for (x, y) in
            [(20.99, 100.0), (189.01, 100.0), (100.0, 20.9), (100.0, 276.1), (f64::NAN, 100.0), (100.0, f64::INFINITY)]
        {
            assert_eq!(
                codes(&[at(PlacementKind::Seal, 1, 0, x, y)], &[A4]),
                [(Some(0), "placement.off_page")],
                "{x} {y}"
            );
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let wanted = [
            at(PlacementKind::Seal, 9, 0, 100.0, 100.0),
            at(PlacementKind::Seal, 3, 0, 100.0, 100.0),
            at(PlacementKind::Personal, 1, 0, 100.0, 100.0),
            at(PlacementKind::Seal, 1, 2, 100.0, 100.0),
            Placement { x_mm: None, ..at(PlacementKind::Date, 1, 0, 0.0, 100.0) },
            Placement { x_mm: Some(1.0), ..seam() },
            seam(),
            seam(),
        ];
        let expected = [
            (Some(0), "placement.seal_unknown"),
            (Some(1), "placement.seal_type"),
            (Some(2), "placement.seal_type"),
            (Some(3), "placement.page"),
            (Some(4), "placement.position"),
            (Some(5), "placement.position"),
            (Some(7), "placement.seam_twice"),
        ];
        assert_eq!(codes(&wanted, &[A4, A4]), expected);
        assert_eq!(codes(&[], &[A4]), [(None, "placement.none")]);
        let many = vec![at(PlacementKind::Seal, 1, 0, 100.0, 100.0); MOST_PLACEMENTS + 1];
        assert_eq!(codes(&many, &[A4]), [(None, "placement.too_many")]);
    }

    #[test]
    fn a_seam_seal_needs_two_pages_and_a_seal_beside_it() {
        let with_seal = [at(PlacementKind::Seal, 1, 0, 100.0, 100.0), seam()];
        assert_eq!(codes(&with_seal, &[A4]), [(Some(1), "placement.seam_pages")]);
        assert_eq!(codes(&with_seal, &[A4, A4]), []);
        assert_eq!(codes(&[seam()], &[A4, A4]), [(Some(0), "placement.without_signature")]);
        let personal = at(PlacementKind::Personal, 2, 0, 100.0, 100.0);
        assert_eq!(
            codes(&[personal, seam()], &[A4, A4]),
            [(Some(1), "placement.without_signature")],
            "a person's signature does not carry the organisation's seam seal"
        );
        let (placed, _) = check(&with_seal, &[A4, A4], &usable(), &step(), &[]).unwrap();
        assert_eq!((placed[1].page, placed[1].y_mm), (None, 148.5), "half height");
        let again = check(&with_seal, &[A4, A4], &usable(), &step(), &placed).unwrap_err();
        assert_eq!(
            again[0].code, "placement.seam_twice",
            "one seam seal of a party, also over several acts of signing"
        );
    }

    #[test]
    fn overlaps_warn_and_do_not_refuse() {
        let wanted = [
            at(PlacementKind::Seal, 1, 0, 100.0, 100.0),
            at(PlacementKind::Personal, 2, 0, 130.9, 100.0),
            at(PlacementKind::Personal, 2, 1, 100.0, 100.0),
        ];
        let (placed, warnings) = check(&wanted, &[A4, A4], &usable(), &step(), &[]).unwrap();
        assert_eq!(warnings, [PlacementWarning::Overlap { index: 1, over: Some(0) }]);
        let (_, warnings) = check(&wanted[2..], &[A4, A4], &usable(), &step(), &placed).unwrap();
        assert_eq!(warnings, [PlacementWarning::Overlap { index: 0, over: None }]);
    }

    #[test]
    fn what_a_step_forbids_is_named() {
        let mut step = step();
        step.personal_signature = Need::Forbidden;
        let wanted = [at(PlacementKind::Personal, 2, 0, 100.0, 100.0)];
        assert_eq!(check(&wanted, &[A4], &usable(), &step, &[]).unwrap_err()[0].code, "placement.kind");
    }

    #[test]
    fn suggestions_stand_at_the_partys_anchors_and_can_be_placed_as_they_are() {
        // S1-026, S1-027: 乙方公章位置, 乙方代表位置.
        let anchor = |kind, party, x_mm, y_mm| Anchor { kind, party, page: 1, x_mm, y_mm };
        let anchors = [
            anchor(AnchorKind::OrganisationSeal, PartyKey::A, 60.0, 200.0),
            anchor(AnchorKind::OrganisationSeal, PartyKey::B, 195.0, 200.0),
            anchor(AnchorKind::Representative, PartyKey::B, 150.0, 230.0),
            anchor(AnchorKind::Date, PartyKey::B, 150.0, 250.0),
        ];
        let suggested = suggest(&step(), PartyKey::B, &anchors, &[A4, A4], &usable());
        let kinds: Vec<_> = suggested.iter().map(|one| (one.placement.kind, one.optional)).collect();
        let expected = [
            (PlacementKind::Seal, false),
            (PlacementKind::Personal, true),
            (PlacementKind::Date, true),
            (PlacementKind::Seam, true),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(suggested[0].placement.x_mm, Some(189.0), "moved inside the page");
        assert_eq!(suggested[3].placement.y_mm, Some(198.0), "B's seam below A's");
        let wanted: Vec<_> = suggested.into_iter().map(|one| one.placement).collect();
        assert_eq!(codes(&wanted, &[A4, A4]), []);
        assert_eq!(
            suggest(&step(), PartyKey::B, &anchors, &[A4], &usable()).len(),
            0,
            "no seam on one page, anchors elsewhere"
        );
        assert_eq!(suggest(&step(), PartyKey::B, &anchors, &[A4, A4], &[]).len(), 0, "no seal, nothing to suggest");
    }
    #[test]
    fn the_seam_seals_of_all_parties_leave_each_other_free() {
        for count in 2..=16 {
            let parties: Vec<PartyKey> = (0..count).map(|index| PartyKey::at(index).unwrap()).collect();
            let anchors: Vec<_> = parties
                .iter()
                .map(|party| Anchor {
                    kind: AnchorKind::OrganisationSeal,
                    party: *party,
                    page: 0,
                    x_mm: 60.0,
                    y_mm: 90.0,
                })
                .collect();
            let heights: Vec<f64> = parties
                .iter()
                .map(|party| {
                    let suggested = suggest(&step(), *party, &anchors, &[A4, A4, A4], &usable());
                    let wanted: Vec<_> = suggested.into_iter().map(|one| one.placement).collect();
                    assert_eq!(codes(&wanted, &[A4, A4, A4]), []);
                    wanted.last().unwrap().y_mm.unwrap()
                })
                .collect();
            let least = if count <= 6 { 42.0 } else { 12.0 };
            assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= least), "{count}: {heights:?}");
        }
    }
}
