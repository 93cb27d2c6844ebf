//! Picture captchas: five digits drawn as bent strokes in an SVG, to be answered once within five minutes.
//!
//! They slow guessing down, no more; the lock and the argon2 cost are what guessing meets. In sandbox the answer also goes
//! to the sandbox's messages, under the captcha's id as recipient.

use std::fmt::Write as _;

use rand_core::Rng;
use yinxin_domain::ids::CaptchaId;

use super::errors::IdentityError;
use super::store;
use crate::actor::{Actor, Need};
use crate::app::App;

const DIGITS: usize = 5;
const LIFE_MICROS: i64 = 300_000_000;

/// Strokes of each digit in a box of 10 × 20: polylines of (x, y).
const SHAPES: [&[&[(f32, f32)]]; 10] = [
    &[&[(5.0, 1.0), (9.0, 5.0), (9.0, 15.0), (5.0, 19.0), (1.0, 15.0), (1.0, 5.0), (5.0, 1.0)]],
    &[&[(2.0, 5.0), (5.0, 1.0), (5.0, 19.0)], &[(2.0, 19.0), (8.0, 19.0)]],
    &[&[(1.0, 5.0), (3.0, 1.0), (8.0, 1.0), (9.0, 6.0), (1.0, 19.0), (9.0, 19.0)]],
    &[&[(1.0, 2.0), (8.0, 1.0), (9.0, 6.0), (4.0, 9.0), (9.0, 13.0), (8.0, 18.0), (1.0, 18.0)]],
    &[&[(7.0, 19.0), (7.0, 1.0), (1.0, 13.0), (9.0, 13.0)]],
    &[&[(9.0, 1.0), (2.0, 1.0), (1.0, 9.0), (7.0, 8.0), (9.0, 13.0), (7.0, 18.0), (1.0, 18.0)]],
    &[&[(8.0, 1.0), (3.0, 4.0), (1.0, 13.0), (3.0, 19.0), (8.0, 18.0), (9.0, 12.0), (5.0, 10.0), (1.0, 13.0)]],
    &[&[(1.0, 1.0), (9.0, 1.0), (4.0, 19.0)], &[(3.0, 10.0), (8.0, 10.0)]],
    &[&[(5.0, 9.0), (1.0, 5.0), (5.0, 1.0), (9.0, 5.0), (5.0, 9.0), (1.0, 14.0), (5.0, 19.0), (9.0, 14.0), (5.0, 9.0)]],
    &[&[(9.0, 8.0), (5.0, 10.0), (1.0, 6.0), (4.0, 1.0), (9.0, 4.0), (9.0, 12.0), (5.0, 19.0)]],
];

/// A captcha for the browser.
pub struct Captcha {
    /// Named with the answer.
    pub id: CaptchaId,
    /// The picture.
    pub svg: String,
}

/// Draws and keeps a captcha.
///
/// # Errors
/// [`IdentityError::Failure`].
pub async fn issue(app: &App, actor: &Actor) -> Result<Captcha, IdentityError> {
    actor.permit(&[Need::Anybody])?;
    let mut rng = app.rng();
    let digits: Vec<usize> = (0..DIGITS).map(|_| below(&mut rng, 10)).collect();
    let answer: String = digits.iter().map(usize::to_string).collect();
    let svg = draw(&digits, &mut rng);
    let id = app.new_id(CaptchaId::new);
    let (now, sandbox) = (app.now(), app.config.is_sandbox());
    app.db
        .bookkeep((id, answer, now, sandbox), |(id, answer, now, sandbox), conn| {
            Box::pin(async move {
                store::insert_captcha(conn, *id, answer, now + LIFE_MICROS).await?;
                if *sandbox {
                    store::insert_sandbox_message(conn, &format!("{id}/answer"), &id.to_string(), answer, *now).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(Captcha { id, svg })
}

/// A number below `limit` (at most a few hundred; the bias of the remainder is below 2⁻²³ and harmless here).
fn below(rng: &mut impl Rng, limit: u32) -> usize {
    (rng.next_u32() % limit) as usize
}

/// A small offset in [-reach, reach].
fn jitter(rng: &mut impl Rng, reach: f32) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a number below 1000 is exact")]
    let unit = below(rng, 1000) as f32 / 500.0 - 1.0;
    unit * reach
}

fn draw(digits: &[usize], rng: &mut impl Rng) -> String {
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"140\" height=\"48\" viewBox=\"0 0 140 48\"><g fill=\"none\" stroke=\"#345\" stroke-width=\"2\" stroke-linecap=\"round\">",
    );
    let mut stroke = |points: &[(f32, f32)]| {
        svg.push_str("<polyline points=\"");
        for (x, y) in points {
            // Writing to a String cannot fail.
            let _infallible = write!(svg, "{x:.1},{y:.1} ");
        }
        svg.push_str("\"/>");
    };
    let mut left = 10.0;
    for digit in digits {
        let (lean, scale, top) = (jitter(rng, 0.35), 1.1 + jitter(rng, 0.2), 12.0 + jitter(rng, 5.0));
        for line in SHAPES.get(*digit).copied().unwrap_or_default() {
            let points: Vec<(f32, f32)> = line
                .iter()
                .map(|(x, y)| {
                    (left + (x + lean * (10.0 - y)) * scale + jitter(rng, 0.6), top + y * scale + jitter(rng, 0.6))
                })
                .collect();
            stroke(&points);
        }
        left += 25.0 + jitter(rng, 2.0);
    }
    for _ in 0..6 {
        let points: Vec<(f32, f32)> = (0..4).map(|_| (70.0 + jitter(rng, 70.0), 24.0 + jitter(rng, 24.0))).collect();
        stroke(&points);
    }
    svg.push_str("</g></svg>");
    svg
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn the_picture_is_closed_svg_and_does_not_spell_the_answer() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let svg = draw(&[1, 2, 3, 4, 5], &mut rng);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</g></svg>"));
        assert!(!svg.contains("12345") && !svg.contains("<text"));
        assert_ne!(svg, draw(&[1, 2, 3, 4, 5], &mut rng), "the same digits look different each time");
    }
}
