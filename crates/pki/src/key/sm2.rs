//! SM2 signatures (GB/T 32918.2-2016): made over the constant-time curve arithmetic of the `sm2` crate, verified over our own.
//!
//! The equation of the signature stands here and not in that crate's `SigningKey`, for three reasons: the secret is wiped when dropped,
//! (1+d)⁻¹ is computed once per key (a fifth of the time of a signature), and the unlucky nonces that the standard tells to retry are
//! retried.

use ::sm2::elliptic_curve::ops::Reduce;
use ::sm2::elliptic_curve::point::AffineCoordinates;
use ::sm2::elliptic_curve::{Curve, Group, PrimeField};
use ::sm2::{FieldBytes, NonZeroScalar, ProjectivePoint, Scalar, Sm2, U256};
use ::sm3::Sm3;
use zeroize::{Zeroize, Zeroizing};

use super::sm2_verify::{self, Affine};
use crate::asn1::{Reader, Writer};
use crate::sm3;

/// The identity that certificates, CRLs, OCSP, CMS and seals use (GM/T 0009-2012 section 10; GM/T 0015).
const IDENTITY: &str = "1234567812345678";

/// a, b, Gx and Gy of sm2p256v1 (GB/T 32918.5-2017), as they enter ZA.
pub(super) const CURVE_PARAMETERS: [u8; 128] = {
    let words: [u128; 8] = [
        0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF,
        0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFC,
        0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7,
        0xF39789F5_15AB8F92_DDBCBD41_4D940E93,
        0x32C4AE2C_1F198119_5F990446_6A39C994,
        0x8FE30BBF_F2660BE1_715A4589_334C74C7,
        0xBC3736A2_F4F6779C_59BDCEE3_6B692153,
        0xD0A9877C_C62A4740_02DF32E5_2139F0A0,
    ];
    let mut bytes = [0; 128];
    let mut at = 0;
    while at < 128 {
        bytes[at] = (words[at / 16] >> (8 * (15 - at % 16))) as u8;
        at += 1;
    }
    bytes
};

/// A point that was checked to be on the curve, with its ZA.
#[derive(Clone)]
pub(super) struct Sm2PublicKey {
    point: ProjectivePoint,
    /// The same point, as verification computes with it.
    verifying: Affine,
    za: [u8; 32],
}

impl Sm2PublicKey {
    /// Reads 04‖X‖Y (or a compressed point); `None` if it is not on the curve.
    pub(super) fn from_point(point: &[u8]) -> Option<Self> {
        let public = ::sm2::PublicKey::from_sec1_bytes(point).ok()?;
        let affine = public.as_affine();
        let (x, y) = (affine.x(), affine.y());
        let mut hasher = sm3::Hasher::new();
        hasher.update(&(IDENTITY.len() as u16 * 8).to_be_bytes());
        hasher.update(IDENTITY.as_bytes());
        hasher.update(&CURVE_PARAMETERS);
        hasher.update(&x);
        hasher.update(&y);
        let verifying = Affine::from_coordinates(&x.into(), &y.into());
        Some(Self { point: public.to_projective(), verifying, za: hasher.finish() })
    }

    /// The point itself.
    pub(super) const fn to_projective(&self) -> ProjectivePoint {
        self.point
    }

    /// ZA, the hash of the signer's identity and key.
    pub(super) const fn za(&self) -> &[u8; 32] {
        &self.za
    }

    /// Whether `signature` (SM2Signature in DER) is one over `e`.
    pub(super) fn verify(&self, e: &[u8; 32], signature: &[u8]) -> bool {
        read_signature(signature).is_some_and(|(r, s)| sm2_verify::verify(&self.verifying, e, &r, &s))
    }
}

/// Strict DER of SM2Signature (GM/T 0009-2012 7.3): two minimal non-negative integers of at most 32 bytes and nothing else.
pub(super) fn read_signature(der: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let mut outer = Reader::der(der);
    let mut sequence = outer.sequence().ok()?;
    outer.finish().ok()?;
    let mut field = || -> Option<[u8; 32]> {
        let magnitude = sequence.unsigned().ok()?;
        let mut padded = [0; 32];
        padded.get_mut(32usize.checked_sub(magnitude.len())?..)?.copy_from_slice(magnitude);
        Some(padded)
    };
    let values = (field()?, field()?);
    sequence.finish().ok()?;
    Some(values)
}

/// A secret d in [1, n-2] with (1+d)⁻¹; both are wiped when dropped.
pub(super) struct Sm2PrivateKey {
    d: NonZeroScalar,
    inverse: Scalar,
}

impl Drop for Sm2PrivateKey {
    fn drop(&mut self) {
        self.d.zeroize();
        self.inverse.zeroize();
    }
}

impl Sm2PrivateKey {
    /// Reads a big-endian secret; `None` unless it is in [1, n-2] (GB/T 32918.1 6.1: n-1 would make 1+d zero).
    pub(super) fn from_bytes(secret: &[u8; 32]) -> Option<Self> {
        let scalar = Zeroizing::new(Scalar::from_repr((*secret).into()).into_option()?);
        let d = NonZeroScalar::new(*scalar).into_option()?;
        let inverse = (*scalar + Scalar::ONE).invert().into_option()?;
        Some(Self { d, inverse })
    }

    /// d, big-endian.
    pub(super) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.d.to_repr().into())
    }

    /// d·C1, the secret of an encryption (GB/T 32918.4 7.1 B3).
    pub(super) fn shared_point(&self, point: &ProjectivePoint) -> ProjectivePoint {
        *point * *self.d
    }

    /// 04‖X‖Y of the public key.
    pub(super) fn public_point(&self) -> Vec<u8> {
        ::sm2::PublicKey::from_secret_scalar(&self.d).to_sec1_bytes().into_vec()
    }

    /// Signs `e`: the nonce comes from RFC 6979 over SM3, hedged with `entropy` (RFC 6979 3.6), empty for a deterministic one.
    /// `None` after a hundred unusable nonces, which has no measurable chance.
    pub(super) fn sign(&self, e: &[u8; 32], entropy: &[u8]) -> Option<Vec<u8>> {
        let secret = Zeroizing::new(<[u8; 32]>::from(self.d.to_repr()));
        let e = reduce(e);
        let mut nonces = rfc6979::KGenerator::<Sm3, U256>::new(secret.as_ref(), &e.to_repr(), entropy, &Sm2::ORDER);
        let mut nonce = Zeroizing::new([0u8; 32]);
        for _ in 0..100 {
            nonces.fill_next_k(nonce.as_mut());
            if let Some(k) = Scalar::from_repr((*nonce).into()).into_option()
                && let Some((r, s)) = self.sign_with_nonce(&e, &Zeroizing::new(k))
            {
                return Some(Writer::sequence_of(|signature| {
                    signature.unsigned(&r);
                    signature.unsigned(&s);
                }));
            }
        }
        None
    }

    /// GB/T 32918.2 6.1 steps A4 to A6; `None` where the standard says to take another k.
    fn sign_with_nonce(&self, e: &Scalar, k: &Scalar) -> Option<(FieldBytes, FieldBytes)> {
        let r = *e + Scalar::reduce(&ProjectivePoint::mul_by_generator(k).to_affine().x());
        if bool::from(r.is_zero()) || bool::from((r + k).is_zero()) {
            return None;
        }
        let s = self.inverse * (*k - r * *self.d);
        if bool::from(s.is_zero()) { None } else { Some((r.to_repr(), s.to_repr())) }
    }
}

fn reduce(e: &[u8; 32]) -> Scalar {
    Scalar::reduce(&FieldBytes::from(*e))
}

#[cfg(test)]
mod tests {
    use super::*;

    // GB/T 32918.5-2017 annex A.2: a published test key.
    const D: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
    const POINT: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                         ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    const ZA: &str = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3";
    const E: &str = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640";
    const K: &str = "59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21";
    const R: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
    const S: &str = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
    const N: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

    fn bytes(text: &str) -> [u8; 32] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        Writer::sequence_of(|w| {
            w.unsigned(r);
            w.unsigned(s);
        })
    }

    fn public() -> Sm2PublicKey {
        Sm2PublicKey::from_point(&hex::decode(POINT).unwrap()).unwrap()
    }

    #[test]
    fn the_signature_of_gbt_32918_5_is_made_from_its_nonce() {
        let key = Sm2PrivateKey::from_bytes(&bytes(D)).unwrap();
        assert_eq!(hex::encode(key.public_point()), POINT.replace(' ', ""));
        assert_eq!(hex::encode(public().za()), ZA);
        let k = Scalar::from_repr(bytes(K).into()).unwrap();
        let (r, s) = key.sign_with_nonce(&reduce(&bytes(E)), &k).unwrap();
        assert_eq!((hex::encode(r), hex::encode(s)), (R.into(), S.into()));
        assert!(public().verify(&bytes(E), &der(&r, &s)));
    }

    #[test]
    fn signatures_out_of_range_or_not_strict_der_are_refused() {
        let (r, s, n) = (bytes(R), bytes(S), bytes(N));
        let minus =
            |a: [u8; 32], b: [u8; 32]| (U256::from_be_slice(&a).wrapping_sub(&U256::from_be_slice(&b))).to_be_bytes();
        let good = der(&r, &s);
        assert!(public().verify(&bytes(E), &good));
        for (r, s) in [
            (&[][..], &s[..]),
            (&r, &[]),
            (&r, minus(n, r).as_ref()),
            (&n, &s),
            (&r, &n),
            (minus([0; 32], [1; 32]).as_ref(), &s),
            (&[&[1], &r[..]].concat(), &s),
            (&s, &r),
        ] {
            assert!(!public().verify(&bytes(E), &der(r, s)));
        }
        let trailing = [&good[..], &[0]].concat();
        let mut inner_trailing = good.clone();
        inner_trailing.extend_from_slice(&[5, 0]);
        inner_trailing[1] += 2;
        let mut padded = good.clone();
        padded.splice(2..4, [2, 0x22, 0]);
        padded[1] += 1;
        let mut negative = good.clone();
        negative.splice(2..5, [2, 0x20]);
        negative[1] -= 1;
        let long_length = [&[0x30, 0x81], &good[1..]].concat();
        for bad in
            [trailing, inner_trailing, padded, negative, long_length, Vec::new(), good[..good.len() - 1].to_vec()]
        {
            assert!(!public().verify(&bytes(E), &bad), "{}", hex::encode(bad));
        }
    }

    #[test]
    fn coordinates_with_leading_zeros_are_written_short_and_verified() {
        let key = Sm2PrivateKey::from_bytes(&bytes(D)).unwrap();
        let mut seen_short = false;
        for index in 0..600u16 {
            let e = sm3::digest(&index.to_be_bytes());
            let signature = key.sign(&e, &[]).unwrap();
            seen_short |= signature.len() < 70;
            if signature.len() < 70 || index < 4 {
                assert!(public().verify(&e, &signature));
            }
        }
        assert!(seen_short);
    }

    #[test]
    fn a_nonce_depends_on_key_message_and_entropy() {
        let key = Sm2PrivateKey::from_bytes(&bytes(D)).unwrap();
        let sign = |e: &[u8; 32], entropy: &[u8]| key.sign(e, entropy).unwrap();
        assert_eq!(sign(&[1; 32], &[]), sign(&[1; 32], &[]));
        assert_ne!(sign(&[1; 32], &[7; 32]), sign(&[1; 32], &[8; 32]));
        let r_of = |signature: &[u8]| read_signature(signature).unwrap().0;
        assert_ne!(r_of(&sign(&[1; 32], &[])), r_of(&sign(&[2; 32], &[])));
    }

    #[test]
    fn secrets_outside_1_to_n_minus_2_and_points_off_the_curve_are_refused() {
        let n = U256::from_be_slice(&bytes(N));
        for secret in [U256::ZERO, n, n.wrapping_sub(&U256::ONE), U256::MAX] {
            assert!(Sm2PrivateKey::from_bytes(&secret.to_be_bytes().into()).is_none());
        }
        assert!(Sm2PrivateKey::from_bytes(&n.wrapping_sub(&U256::from_u8(2)).to_be_bytes().into()).is_some());
        let mut point = hex::decode(POINT).unwrap();
        point[64] ^= 1;
        assert!(Sm2PublicKey::from_point(&point).is_none());
        assert!(Sm2PublicKey::from_point(&[0]).is_none());
    }
}
