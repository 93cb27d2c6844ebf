//! Fast verification of SM2 signatures (GB/T 32918.2-2016 section 7).
//!
//! A contract is verified with dozens of SM2 signatures: certificates, timestamps, revocation answers, seals. The general arithmetic of
//! the `sm2` crate takes the same time for every input, which secrets need and public values do not: this module computes s·G + t·P in
//! variable time, several times faster. It must never see a secret: signing, decryption and two-party shares stay with that crate.
//!
//! Numbers modulo p are in Montgomery form (R = 2^256) in four 64-bit limbs, the lowest first. Since p ≡ -1 modulo 2^64, a Montgomery
//! step multiplies by p with shifts alone. Points are in Jacobian coordinates: (X, Y, Z) stands for x = X/Z², y = Y/Z³.

use std::sync::LazyLock;

use super::sm2::CURVE_PARAMETERS;

/// p = 2^256 - 2^224 - 2^96 + 2^64 - 1.
const P: [u64; 4] = [0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFE_FFFF_FFFF];
/// The order of G.
const N: [u64; 4] = [0x53BB_F409_39D5_4123, 0x7203_DF6B_21C6_052B, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFE_FFFF_FFFF];
/// R modulo p, which is 1 in Montgomery form.
const ONE: Field = Field([1, 0xFFFF_FFFF, 0, 0x1_0000_0000]);
/// R² modulo p, which brings a number into Montgomery form.
const R_SQUARED: Field = {
    let mut value = ONE;
    let mut doublings = 0;
    while doublings < 256 {
        value = value.add(value);
        doublings += 1;
    }
    value
};

/// Digits of t are odd and below 2^(WIDTH-1): eight multiples of P.
const KEY_WIDTH: u32 = 5;
/// Digits of s: 64 multiples of G, made once for the process.
const BASE_WIDTH: u32 = 8;

/// G, 3G, 5G, … 127G.
static BASE: LazyLock<Vec<Affine>> = LazyLock::new(|| {
    let [_, _, x, y] = [0, 1, 2, 3].map(|index| {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&CURVE_PARAMETERS[32 * index..32 * index + 32]);
        Field::from_bytes(&bytes)
    });
    let multiples = Point { x, y, z: ONE }.odd_multiples::<{ 1 << (BASE_WIDTH - 2) }>();
    multiples.iter().map(|multiple| multiple.affine()).collect()
});

/// A point of the curve that signatures are verified with.
#[derive(Clone, Copy)]
pub(super) struct Affine {
    x: Field,
    y: Field,
}

impl Affine {
    /// From big-endian coordinates that are known to be on the curve.
    pub(super) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Self {
        Self { x: Field::from_bytes(x), y: Field::from_bytes(y) }
    }

    const fn negated(self) -> Self {
        Self { x: self.x, y: self.y.negated() }
    }
}

/// Whether (r, s) signs `e` under the key `public`; all numbers big-endian, all public (steps B1, B2 and B5 to B7).
pub(super) fn verify(public: &Affine, e: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
    let (r, s) = (limbs(r), limbs(s));
    let in_range = |value: &[u64; 4]| *value != [0; 4] && less(value, &N);
    if !in_range(&r) || !in_range(&s) {
        return false;
    }
    let t = add_modulo(r, s, &N);
    if t == [0; 4] {
        return false;
    }
    let point = double_product(&s, &t, public);
    if point.is_infinity() {
        return false;
    }
    // R = (e + x) mod n shall be r, so x shall be v = (r - e) mod n, or v + n, as x < p and n < p. X = x·Z² spares the inversion.
    let e = limbs(e);
    let e = if less(&e, &N) { e } else { subtract(e, N).0 };
    let v = subtract_modulo(r, e, &N);
    let scale = point.z.square();
    let matches = |x: [u64; 4]| Field(x).mul(R_SQUARED).mul(scale) == point.x;
    let (beyond, carry) = add(v, N);
    matches(v) || (!carry && less(&beyond, &P) && matches(beyond))
}

/// s·G + t·`public` with both sums interleaved over one row of doublings.
fn double_product(s: &[u64; 4], t: &[u64; 4], public: &Affine) -> Point {
    let base = &*BASE;
    let key = Point { x: public.x, y: public.y, z: ONE }.odd_multiples::<{ 1 << (KEY_WIDTH - 2) }>();
    let (s_digits, t_digits) = (digits(s, BASE_WIDTH), digits(t, KEY_WIDTH));
    let mut sum = Point::INFINITY;
    for (s_digit, t_digit) in s_digits.iter().zip(&t_digits).rev() {
        sum = sum.doubled();
        if *s_digit != 0 {
            let multiple = base[usize::from(s_digit.unsigned_abs() / 2)];
            sum = sum.add_affine(&if *s_digit < 0 { multiple.negated() } else { multiple });
        }
        if *t_digit != 0 {
            let multiple = key[usize::from(t_digit.unsigned_abs() / 2)];
            sum = sum.add(&if *t_digit < 0 { multiple.negated() } else { multiple });
        }
    }
    sum
}

/// The width-`width` non-adjacent form: the value is Σ digit·2^index, and digits that are not zero are odd and below 2^(width-1).
fn digits(value: &[u64; 4], width: u32) -> [i8; 257] {
    let mut digits = [0; 257];
    // One limb more, because a negative digit carries upwards.
    let mut rest = [value[0], value[1], value[2], value[3], 0];
    let window = 1i64 << width;
    let mut index = 0;
    while rest != [0; 5] {
        let skip = rest[0].trailing_zeros().min(63);
        if skip > 0 {
            for limb in 0..5 {
                let above = rest.get(limb + 1).copied().unwrap_or(0);
                rest[limb] = rest[limb] >> skip | above << (64 - skip);
            }
            index += skip as usize;
        }
        if rest[0] & 1 == 1 {
            let low = (rest[0] & (window as u64 - 1)) as i64;
            let digit = if low >= window / 2 { low - window } else { low };
            digits[index] = digit as i8;
            // The low bits go; a negative digit is made up for by a carry.
            let mut carry = false;
            if digit < 0 {
                (rest[0], carry) = rest[0].overflowing_add(digit.unsigned_abs());
            } else {
                rest[0] -= digit as u64;
            }
            for limb in &mut rest[1..] {
                (*limb, carry) = limb.overflowing_add(u64::from(carry));
            }
        }
    }
    digits
}

/// A number modulo p in Montgomery form, always below p.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field([u64; 4]);

impl Field {
    const ZERO: Self = Self([0; 4]);

    fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(limbs(bytes)).mul(R_SQUARED)
    }

    const fn add(self, other: Self) -> Self {
        Self(add_modulo(self.0, other.0, &P))
    }

    const fn sub(self, other: Self) -> Self {
        Self(subtract_modulo(self.0, other.0, &P))
    }

    const fn negated(self) -> Self {
        Self::ZERO.sub(self)
    }

    const fn doubled(self) -> Self {
        self.add(self)
    }

    /// self·other/R modulo p.
    #[inline]
    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.0, other.0);
        let mut t = [0u64; 5];
        for &digit in &b {
            let mut carry = 0;
            for (limb, &factor) in t[..4].iter_mut().zip(&a) {
                (*limb, carry) = multiply_add(*limb, factor, digit, carry);
            }
            let (top, over) = t[4].overflowing_add(carry);
            t = reduced([t[0], t[1], t[2], t[3], top], over);
        }
        Self::below_p([t[0], t[1], t[2], t[3]], t[4])
    }

    #[inline]
    fn square(self) -> Self {
        self.mul(self)
    }

    /// Subtracts p once if the value, whose 257th bit is `top`, is not below it.
    #[inline]
    fn below_p(value: [u64; 4], top: u64) -> Self {
        let (less_p, borrow) = subtract(value, P);
        Self(if top == 0 && borrow { value } else { less_p })
    }

    /// 1/self, by self^(p-2); zero for zero.
    fn inverted(self) -> Self {
        let exponent = subtract(P, [2, 0, 0, 0]).0;
        let mut result = ONE;
        for bit in (0..256).rev() {
            result = result.square();
            if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
                result = result.mul(self);
            }
        }
        result
    }
}

/// One Montgomery step: (t + m·p)/2^64 for m = the lowest limb, where `over` is the 321st bit of t.
///
/// m·p = m·2^256 - m·2^224 - m·2^96 + m·2^64 - m, and the last term clears the lowest limb.
#[inline]
fn reduced(t: [u64; 5], over: bool) -> [u64; 5] {
    let m = t[0];
    let (low, high) = (m << 32, m >> 32);
    // m·2^192 - m·2^160 - m·2^32 + m, which is not negative.
    let (d0, borrow) = m.overflowing_sub(low);
    let (d1, borrow) = subtract_limb(0, high, borrow);
    let (d2, borrow) = subtract_limb(0, low, borrow);
    let (d3, _) = subtract_limb(m, high, borrow);
    let (r0, carry) = t[1].overflowing_add(d0);
    let (r1, carry) = add_limb(t[2], d1, carry);
    let (r2, carry) = add_limb(t[3], d2, carry);
    let (r3, carry) = add_limb(t[4], d3, carry);
    [r0, r1, r2, r3, u64::from(over) + u64::from(carry)]
}

/// A point in Jacobian coordinates; Z is zero at infinity.
#[derive(Clone, Copy)]
struct Point {
    x: Field,
    y: Field,
    z: Field,
}

impl Point {
    const INFINITY: Self = Self { x: ONE, y: ONE, z: Field::ZERO };

    fn is_infinity(&self) -> bool {
        self.z == Field::ZERO
    }

    const fn negated(self) -> Self {
        Self { x: self.x, y: self.y.negated(), z: self.z }
    }

    /// 2·self, for a = -3.
    fn doubled(&self) -> Self {
        let z_squared = self.z.square();
        let y_squared = self.y.square();
        let beta = self.x.mul(y_squared);
        let product = self.x.sub(z_squared).mul(self.x.add(z_squared));
        let alpha = product.doubled().add(product);
        let four_beta = beta.doubled().doubled();
        let x = alpha.square().sub(four_beta.doubled());
        let z = self.y.add(self.z).square().sub(y_squared).sub(z_squared);
        let y = alpha.mul(four_beta.sub(x)).sub(y_squared.square().doubled().doubled().doubled());
        Self { x, y, z }
    }

    fn add(&self, other: &Self) -> Self {
        if self.is_infinity() {
            return *other;
        }
        if other.is_infinity() {
            return *self;
        }
        let (z1, z2) = (self.z.square(), other.z.square());
        let (u1, u2) = (self.x.mul(z2), other.x.mul(z1));
        let (s1, s2) = (self.y.mul(other.z).mul(z2), other.y.mul(self.z).mul(z1));
        self.sum((u1, u2), (s1, s2), self.z.mul(other.z))
    }

    /// As [`Point::add`] with Z = 1 on the other side.
    fn add_affine(&self, other: &Affine) -> Self {
        if self.is_infinity() {
            return Self { x: other.x, y: other.y, z: ONE };
        }
        let z1 = self.z.square();
        let (u2, s2) = (other.x.mul(z1), other.y.mul(self.z).mul(z1));
        self.sum((self.x, u2), (self.y, s2), self.z)
    }

    /// The sum of two points over one denominator, equal and opposite ones included: who signs may choose them.
    fn sum(&self, (u1, u2): (Field, Field), (s1, s2): (Field, Field), z: Field) -> Self {
        let (h, r) = (u2.sub(u1), s2.sub(s1));
        if h == Field::ZERO {
            return if r == Field::ZERO { self.doubled() } else { Self::INFINITY };
        }
        let h_squared = h.square();
        let h_cubed = h_squared.mul(h);
        let v = u1.mul(h_squared);
        let x = r.square().sub(h_cubed).sub(v.doubled());
        let y = r.mul(v.sub(x)).sub(s1.mul(h_cubed));
        Self { x, y, z: z.mul(h) }
    }

    /// self, 3·self, 5·self, …
    fn odd_multiples<const COUNT: usize>(&self) -> [Self; COUNT] {
        let twice = self.doubled();
        let mut multiples = [*self; COUNT];
        for index in 1..COUNT {
            multiples[index] = multiples[index - 1].add(&twice);
        }
        multiples
    }

    /// Not for the point at infinity.
    fn affine(self) -> Affine {
        let inverse = self.z.inverted();
        let square = inverse.square();
        Affine { x: self.x.mul(square), y: self.y.mul(square).mul(inverse) }
    }
}

fn limbs(bytes: &[u8; 32]) -> [u64; 4] {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_be_bytes(*chunk);
    }
    limbs
}

const fn less(a: &[u64; 4], b: &[u64; 4]) -> bool {
    subtract(*a, *b).1
}

#[inline]
const fn add_limb(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(carry as u64);
    (sum, first | second)
}

#[inline]
const fn subtract_limb(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(borrow as u64);
    (difference, first | second)
}

/// limb + a·b + carry: never more than two limbs.
#[inline]
const fn multiply_add(limb: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = a as u128 * b as u128 + limb as u128 + carry as u128;
    (wide as u64, (wide >> 64) as u64)
}

#[inline]
const fn add(a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let (r0, carry) = a[0].overflowing_add(b[0]);
    let (r1, carry) = add_limb(a[1], b[1], carry);
    let (r2, carry) = add_limb(a[2], b[2], carry);
    let (r3, carry) = add_limb(a[3], b[3], carry);
    ([r0, r1, r2, r3], carry)
}

#[inline]
const fn subtract(a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let (r0, borrow) = a[0].overflowing_sub(b[0]);
    let (r1, borrow) = subtract_limb(a[1], b[1], borrow);
    let (r2, borrow) = subtract_limb(a[2], b[2], borrow);
    let (r3, borrow) = subtract_limb(a[3], b[3], borrow);
    ([r0, r1, r2, r3], borrow)
}

/// Both below `modulus`.
#[inline]
const fn add_modulo(a: [u64; 4], b: [u64; 4], modulus: &[u64; 4]) -> [u64; 4] {
    let (sum, carry) = add(a, b);
    let (reduced, borrow) = subtract(sum, *modulus);
    if carry || !borrow { reduced } else { sum }
}

/// Both below `modulus`.
#[inline]
const fn subtract_modulo(a: [u64; 4], b: [u64; 4], modulus: &[u64; 4]) -> [u64; 4] {
    let (difference, borrow) = subtract(a, b);
    if borrow { add(difference, *modulus).0 } else { difference }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sm2::dsa::signature::hazmat::PrehashVerifier;
    use ::sm2::elliptic_curve::ops::Reduce;
    use ::sm2::elliptic_curve::point::AffineCoordinates;
    use ::sm2::elliptic_curve::{Group, PrimeField};
    use ::sm2::{FieldBytes, ProjectivePoint, Scalar};
    use rand_chacha::ChaCha20Rng;
    use rand_core::{Rng as _, SeedableRng as _};

    fn bytes(value: &[u64; 4]) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.chunks_exact_mut(8).zip(value.iter().rev()) {
            chunk.copy_from_slice(&limb.to_be_bytes());
        }
        bytes
    }

    fn scalar(value: &[u64; 4]) -> Scalar {
        Scalar::reduce(&FieldBytes::from(bytes(value)))
    }

    fn affine(point: &ProjectivePoint) -> Affine {
        let point = point.to_affine();
        Affine::from_coordinates(&point.x().into(), &point.y().into())
    }

    /// Random numbers, and those in which carries and borrows run through whole limbs.
    fn numbers(count: usize, below: &[u64; 4]) -> Vec<[u64; 4]> {
        let mut random = ChaCha20Rng::seed_from_u64(32_918);
        let words = [0, 1, 2, u64::MAX, u64::MAX - 1, 1 << 63, 1 << 32, 0xFFFF_FFFF, 0xFFFF_FFFF_0000_0000];
        let mut numbers =
            vec![[0; 4], [1, 0, 0, 0], subtract(*below, [1, 0, 0, 0]).0, subtract(*below, [2, 0, 0, 0]).0];
        while numbers.len() < count {
            let special = random.next_u32() % 2 == 0;
            let number = std::array::from_fn(|_| {
                if special { words[random.next_u32() as usize % words.len()] } else { random.next_u64() }
            });
            if less(&number, below) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// Schoolbook: the product, bit by bit from above, by doubling and adding modulo p.
    fn slow_product(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
        (0..256).rev().fold([0; 4], |product, bit| {
            let product = add_modulo(product, product, &P);
            if b[bit / 64] >> (bit % 64) & 1 == 1 { add_modulo(product, a, &P) } else { product }
        })
    }

    #[test]
    fn products_modulo_p_are_those_of_the_schoolbook() {
        let plain = |value: Field| value.mul(Field([1, 0, 0, 0])).0;
        let numbers = numbers(60, &P);
        for &a in &numbers {
            let inside = Field(a).mul(R_SQUARED);
            assert_eq!(plain(inside), a);
            assert_eq!(inside.mul(inside.inverted()), if a == [0; 4] { Field::ZERO } else { ONE });
            for &b in &numbers {
                assert_eq!(plain(inside.mul(Field(b).mul(R_SQUARED))), slow_product(a, b), "{a:x?} {b:x?}");
            }
        }
    }

    #[test]
    fn digits_add_up_to_their_number() {
        for width in [KEY_WIDTH, BASE_WIDTH] {
            for number in numbers(300, &[u64::MAX; 4]) {
                let digits = digits(&number, width);
                let two = Scalar::ONE.double();
                let sum = digits.iter().rev().fold(Scalar::ZERO, |sum, &digit| {
                    let magnitude = Scalar::from(u64::from(digit.unsigned_abs()));
                    assert!(digit == 0 || digit % 2 != 0 && u32::from(digit.unsigned_abs()) < 1 << (width - 1));
                    sum * two + if digit < 0 { -magnitude } else { magnitude }
                });
                assert_eq!(sum, scalar(&number), "{number:x?}");
            }
        }
    }

    /// The other implementation, in constant time, is the judge; scalars near 0, n and each other make sums meet and cancel.
    #[test]
    fn sums_of_multiples_are_those_of_the_sm2_crate() {
        let key_secrets =
            [[1, 0, 0, 0], [2, 0, 0, 0], [3, 0, 0, 0], subtract(N, [1, 0, 0, 0]).0, [0x1234_5678, 9, 8, 7]];
        for secret in key_secrets {
            let key = ProjectivePoint::mul_by_generator(&scalar(&secret));
            for pair in numbers(40, &N).windows(2) {
                for (s, t) in
                    [(pair[0], pair[1]), (pair[1], pair[0]), (pair[0], pair[0]), (subtract(N, pair[0]).0, pair[0])]
                {
                    if !less(&s, &N) {
                        continue;
                    }
                    let expected = ProjectivePoint::mul_by_generator(&scalar(&s)) + key * scalar(&t);
                    let sum = double_product(&s, &t, &affine(&key));
                    assert_eq!(sum.is_infinity(), bool::from(expected.is_identity()), "{s:x?} {t:x?}");
                    if !sum.is_infinity() {
                        let (ours, theirs) = (sum.affine(), affine(&expected));
                        assert!(ours.x == theirs.x && ours.y == theirs.y, "{s:x?} {t:x?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_verdict_is_that_of_the_sm2_crate() {
        let mut random = ChaCha20Rng::seed_from_u64(32_919);
        let mut draw = || {
            let mut bytes = [0; 32];
            random.fill_bytes(&mut bytes);
            bytes
        };
        let mut good = 0;
        for round in 0..200 {
            let d = Scalar::reduce(&FieldBytes::from(draw()));
            let public = ProjectivePoint::mul_by_generator(&d);
            let k = Scalar::reduce(&FieldBytes::from(draw()));
            // Now and then e is n or more, which is not reduced in a signature.
            let e = if round % 4 == 0 { [0xFF; 32] } else { draw() };
            let r = Scalar::reduce(&FieldBytes::from(e))
                + Scalar::reduce(&ProjectivePoint::mul_by_generator(&k).to_affine().x());
            let s = (d + Scalar::ONE).invert().unwrap() * (k - r * d);
            let (r, s): ([u8; 32], [u8; 32]) = (r.to_repr().into(), s.to_repr().into());
            let judge = ::sm2::dsa::VerifyingKey::from_affine("1234567812345678", public.to_affine()).unwrap();
            let mut other_e = e;
            other_e[round % 32] ^= 1 << (round % 8);
            let mut other_r = r;
            other_r[31 - round % 32] ^= 0x10;
            for (e, r, s) in [(e, r, s), (other_e, r, s), (e, other_r, s), (e, r, other_r), (e, s, r)] {
                let expected = ::sm2::dsa::Signature::from_scalars(FieldBytes::from(r), FieldBytes::from(s))
                    .is_ok_and(|signature| judge.verify_prehash(&e, &signature).is_ok());
                assert_eq!(verify(&affine(&public), &e, &r, &s), expected);
                good += usize::from(expected);
            }
        }
        assert_eq!(good, 200);
    }

    /// x between n and p: a point whose x counts as x - n. No such point can be met by chance (one in 2^128).
    #[test]
    fn an_x_beyond_the_order_is_taken_modulo_the_order() {
        // The least x of at least n on the curve, with s and the key chosen so that s·G + t·P is that point.
        let point = (0u64..)
            .find_map(|more| {
                let x = add(N, [more, 0, 0, 0]).0;
                let encoded = [&[2][..], &bytes(&x)].concat();
                ::sm2::PublicKey::from_sec1_bytes(&encoded).ok().map(|key| key.to_projective())
            })
            .unwrap();
        let x = limbs(&point.to_affine().x().into());
        assert!(!less(&x, &N));
        let (e, s) = (bytes(&[5, 6, 7, 8]), [77, 0, 0, 3]);
        let r = add_modulo([5, 6, 7, 8], subtract(x, N).0, &N);
        let t = scalar(&r) + scalar(&s);
        let public = (point - ProjectivePoint::mul_by_generator(&scalar(&s))) * t.invert().unwrap();
        assert!(verify(&affine(&public), &e, &bytes(&r), &bytes(&s)));
        assert!(!verify(&affine(&public), &e, &bytes(&add_modulo(r, [1, 0, 0, 0], &N)), &bytes(&s)));
    }
}
