//! Names along the inside of a ring, fitted as seal makers do.

use super::Point;
use super::outline::{Glyph, Matrix, Outline};

/// Longer names go on two arcs, because on one their characters would be too thin to read.
const MOST_ON_ONE_ARC: f64 = 34.0;
/// Room between the feet of neighbouring characters, in parts of their width.
pub(super) const AIR: f64 = 1.03;

/// Where the name goes: one arc, or two for very long names, and the star that still fits.
pub(super) struct NameLayout {
    pub(super) arcs: Vec<Arc>,
    /// Radius of the star's circle, in millimetres.
    pub(super) star: f64,
}

/// A run of characters on one arc, symmetrical about twelve o'clock.
pub(super) struct Arc {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Radius through the middle of the characters, in millimetres.
    radius: f64,
    /// Height of a character, in millimetres.
    height: f64,
    /// Width of a character in parts of its height.
    narrowing: f64,
    /// Angle that a character of advance 1 takes, in radians.
    step: f64,
}

impl NameLayout {
    pub(super) fn fit(name: &[Glyph], d: f64, ring: f64, has_purpose: bool) -> Self {
        let count = length(name);
        let outer = d / 2.0 - ring - 0.028 * d;
        let star = d / 6.0;
        let one = |height: f64, narrowing: f64, step: f64| Self {
            arcs: vec![Arc { from: 0, to: name.len(), radius: outer - height / 2.0, height, narrowing, step }],
            star,
        };
        // The name leaves the foot free, and a line of purpose needs more of it.
        let (usual_span, longest_span) = if has_purpose { (214.0, 232.0) } else { (236.0, 276.0) };
        // Short and ordinary names: the house's figures. Short names do not spread, and the foot stays free.
        if count <= 12.0 {
            let height = if count <= 8.0 { 0.164 } else { 0.155 } * d;
            let narrowing = if count <= 8.0 {
                0.86
            } else if count <= 10.0 {
                0.78
            } else {
                0.66
            };
            let most: f64 = if count <= 9.0 { 28.5 } else { 30.0 };
            return one(height, narrowing, most.min(usual_span / (count - 1.0)).to_radians());
        }
        // Long names: first the arc grows and the characters narrow, as far as both stay pleasant; then they get smaller.
        let longer = ((count - 12.0) / 10.0).min(1.0);
        let narrowing = 0.66 - 0.14 * longer;
        let span = (usual_span + (longest_span - usual_span) * longer).to_radians();
        if count <= MOST_ON_ONE_ARC {
            let step = span / (count - 1.0);
            // The feet of neighbours just keep apart: (outer - height) step = AIR narrowing height.
            let height = (outer * step / (AIR * narrowing + step)).min(0.155 * d);
            return one(height, narrowing, step);
        }
        Self::fit_two_arcs(name, d, outer, span, narrowing)
    }

    /// Two arcs with characters of one height: cut where the name may be cut, if that costs little, else where they come out greatest.
    fn fit_two_arcs(name: &[Glyph], d: f64, outer: f64, span: f64, narrowing: f64) -> Self {
        let between = 0.024 * d;
        // The greatest height, up to 0.12 d, at which both parts have room.
        let greatest = |cut: usize| {
            let (first, second) = (length(&name[..cut]), length(&name[cut..]));
            let room = |outer: f64, height: f64| span * (outer - height) / (AIR * narrowing * height) + 1.0;
            let fits = |height: f64| first <= room(outer, height) && second <= room(outer - height - between, height);
            let (mut low, mut high) = (0.02 * d, 0.12 * d);
            for _ in 0..24 {
                let middle = (low + high) / 2.0;
                if fits(middle) { low = middle } else { high = middle }
            }
            low
        };
        let cuts: Vec<(usize, f64)> = (1..name.len()).map(|cut| (cut, greatest(cut))).collect();
        let best = cuts.iter().map(|(_, height)| *height).fold(0.0, f64::max);
        let at_a_seam = |cut: usize| may_be_cut(name, cut);
        let good = cuts.iter().filter(|(cut, height)| *height >= 0.85 * best && at_a_seam(*cut));
        let any = cuts.iter().filter(|(_, height)| *height >= best);
        let chosen = good.max_by(|a, b| a.1.total_cmp(&b.1)).or_else(|| any.min_by_key(|(cut, _)| *cut));
        let (cut, height) = chosen.copied().unwrap_or((name.len() / 2, 0.04 * d));

        let arc = |from: usize, to: usize, outer: f64| {
            // Where there is room, characters first grow wider, then stand a little apart, and then the arc gets shorter.
            const WIDEST: f64 = 0.72;
            const LOOSEST: f64 = 1.25;
            let widest = span / (length(&name[from..to]) - 1.0).max(1.0);
            let foot = outer - height;
            let narrowing = (widest * foot / (AIR * height)).clamp(narrowing, WIDEST);
            let step = widest.min(LOOSEST * narrowing * height / foot);
            Arc { from, to, radius: outer - height / 2.0, height, narrowing, step }
        };
        let inner = outer - height - between;
        let arcs = vec![arc(0, cut, outer), arc(cut, name.len(), inner)];
        Self { arcs, star: (d / 6.0).min(inner - height - 0.06 * d) }
    }
}

/// Room that the characters take along the line.
pub(super) fn length(glyphs: &[Glyph]) -> f64 {
    glyphs.iter().map(|glyph| glyph.advance).sum()
}

/// Whether a reader expects that a name can end before `cut`: after what an organisation or its part is called, or after a bracket.
fn may_be_cut(name: &[Glyph], cut: usize) -> bool {
    const ENDS: [&str; 18] = [
        "公司",
        "集团",
        "中心",
        "委员会",
        "办公室",
        "管理局",
        "大学",
        "学院",
        "学校",
        "医院",
        "银行",
        "研究院",
        "研究所",
        "分公司",
        "管理处",
        "）",
        ")",
        "政府",
    ];
    let ends = |word: &str| {
        let word: Vec<char> = word.chars().collect();
        cut >= word.len() && name[cut - word.len()..cut].iter().map(|glyph| glyph.character).eq(word.iter().copied())
    };
    // 公司 in 公司法务… is no end either, but that is rare, and the cut is still between two words.
    ENDS.iter().any(|word| ends(word)) && name.get(cut).is_none_or(|next| !"（(）)".contains(next.character))
}

impl Arc {
    pub(super) fn draw(&self, glyphs: &[Glyph], centre: Point, outline: &mut Outline) {
        let ends = [glyphs.first(), glyphs.last()].into_iter().flatten().map(|glyph| glyph.advance / 2.0).sum::<f64>();
        let mut angle = (length(glyphs) - ends) / 2.0 * self.step;
        let mut before: Option<&Glyph> = None;
        for glyph in glyphs {
            if let Some(before) = before {
                angle -= (before.advance + glyph.advance) / 2.0 * self.step;
            }
            let upright =
                Matrix::scale(self.height * self.narrowing, self.height).then(Matrix::shift(0.0, self.radius));
            outline.glyph(glyph, upright.then(Matrix::turn(angle)).then(Matrix::shift(centre.x, centre.y)));
            before = Some(glyph);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Segment;
    use crate::draw::outline::{SONG, glyphs};

    fn name(text: &str) -> Vec<Glyph> {
        glyphs(&text.chars().collect::<Vec<_>>(), SONG).unwrap()
    }

    #[test]
    fn the_name_is_symmetrical_about_twelve_o_clock() {
        for text in ["日".repeat(4), "日".repeat(9), "日".repeat(21), "日".repeat(33)] {
            let name = name(&text);
            let layout = NameLayout::fit(&name, 42.0, 1.2, false);
            let mut outline = Outline::default();
            layout
                .arcs
                .iter()
                .for_each(|arc| arc.draw(&name[arc.from..arc.to], Point { x: 0.0, y: 0.0 }, &mut outline));
            let xs = outline.0.iter().filter_map(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some(p.x),
                Segment::Close => None,
            });
            let (least, most) = xs.fold((f64::MAX, f64::MIN), |(least, most), x| (least.min(x), most.max(x)));
            assert!((least + most).abs() < 0.25, "{least} {most}");
        }
    }

    #[test]
    fn a_name_on_two_arcs_is_cut_between_words_where_that_costs_little() {
        let cut_of = |text: &str| {
            let layout = NameLayout::fit(&name(text), 42.0, 1.2, false);
            assert_eq!(layout.arcs.len(), 2);
            text.chars().take(layout.arcs[0].to).collect::<String>()
        };
        let first = "示例国际工程咨询（北京）集团有限责任公司第三建筑设计研究分公司";
        assert_eq!(cut_of(&format!("{first}驻示例市轨道交通二号线项目部")), first);
        // Without any seam, where the characters come out greatest: the outer arc is longer.
        let taken = cut_of(&"皿".repeat(50)).chars().count();
        assert!((26..34).contains(&taken), "{taken}");
    }
}
