//! Typed, prefixed, time-ordered identifiers: `ctr_01jq…`.
//!
//! An identifier is a prefix that names its kind, `_`, and 26 characters of Crockford's base 32 in lower case: 48 bits
//! of milliseconds since 1970 UTC, then 80 random bits. Text order is time order, so that a primary key is also the
//! order of creation. Time and randomness are handed in (design, invariants 1 and 2). Reading is strict: exactly the
//! spelling that writing produces, nothing else, so that one thing has one name.

/// Crockford's base 32 alphabet in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters after the prefix and its underscore: 128 bits in groups of five, the first of three bits only.
const BODY_LENGTH: usize = 26;
/// The largest time that 48 bits of milliseconds hold (year 10889).
const MAX_MILLIS: i64 = (1 << 48) - 1;

/// Why a text is not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Code `id.prefix`: the text belongs to another kind, or to none.
    #[error("the identifier does not begin with {expected}_")]
    Prefix {
        /// The prefix that was expected, without the underscore.
        expected: &'static str,
    },
    /// Code `id.body`: what follows the prefix is not 26 characters of the alphabet, or is more than 128 bits.
    #[error("what follows {prefix}_ is not 26 characters of lower case Crockford base 32")]
    Body {
        /// The prefix that was found.
        prefix: &'static str,
    },
}

impl IdError {
    /// The stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Prefix { .. } => "id.prefix",
            Self::Body { .. } => "id.body",
        }
    }
}

/// Joins time (microseconds UTC, cut to milliseconds and clamped to 48 bits) and 80 random bits.
fn compose(now_micros: i64, random: [u8; 10]) -> u128 {
    let millis = now_micros.div_euclid(1000).clamp(0, MAX_MILLIS);
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&random);
    u128::from_be_bytes(bytes)
}

fn write_body(value: u128, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    use std::fmt::Write as _;
    for position in (0..BODY_LENGTH).rev() {
        let digit = (value >> (position * 5)) & 31;
        out.write_char(char::from(ALPHABET[digit as usize]))?;
    }
    Ok(())
}

fn read(text: &str, prefix: &'static str) -> Result<u128, IdError> {
    let body = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(IdError::Prefix { expected: prefix })?
        .as_bytes();
    // The first character carries three bits: above `7` the value would not fit and two spellings would be one id.
    if body.len() != BODY_LENGTH || !(b'0'..=b'7').contains(&body[0]) {
        return Err(IdError::Body { prefix });
    }
    let mut value = 0u128;
    for byte in body {
        let digit = ALPHABET.iter().position(|candidate| candidate == byte).ok_or(IdError::Body { prefix })?;
        value = (value << 5) | digit as u128;
    }
    Ok(value)
}

/// Declares one kind of identifier; all kinds stand in this file, so that no prefix is given twice.
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// What the text form begins with, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Makes a new identifier from the time (microseconds UTC) and 80 random bits, both handed in.
            pub fn new(now_micros: i64, random: [u8; 10]) -> Self {
                Self(compose(now_micros, random))
            }

            /// Reads the text form, strictly.
            ///
            /// # Errors
            /// [`IdError`] when the text is not exactly what [`Display`](std::fmt::Display) writes for this kind.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                read(text, $prefix).map(Self)
            }

            /// When the identifier was made: milliseconds since 1970 UTC.
            pub fn created_at_millis(self) -> i64 {
                (self.0 >> 80) as i64
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(concat!($prefix, "_"))?;
                write_body(self.0, out)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, out)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

define_id!(
    /// Several contracts signed together.
    BatchId, "bat"
);
define_id!(
    /// Names a natural person's account.
    PersonId, "per"
);
define_id!(
    /// Names a legal entity.
    OrganisationId, "org"
);
define_id!(
    /// Names one membership of a person in an organisation.
    MembershipId, "mem"
);
define_id!(
    /// Names a login session.
    SessionId, "ses"
);
define_id!(
    /// Names a captcha that waits for its answer.
    CaptchaId, "cap"
);
define_id!(
    /// Names an SMS code or another proof of will that waits for its answer.
    ChallengeId, "chl"
);
define_id!(
    /// Names a person's claim to a real name.
    RealNameClaimId, "rnc"
);
define_id!(
    /// Names a machine client of the open interface.
    ClientId, "cli"
);
define_id!(
    /// Names an application for a certificate.
    CertificateApplicationId, "cta"
);
define_id!(
    /// Names a certificate.
    CertificateId, "cert"
);
define_id!(
    /// Names a private key in the key store.
    KeyId, "key"
);
define_id!(
    /// Names an electronic seal.
    SealId, "seal"
);
define_id!(
    /// Names the right of a member to use a seal.
    SealGrantId, "grt"
);
define_id!(
    /// Names an award that a trading or mall system pushed.
    AwardId, "awd"
);
define_id!(
    /// Names one push of a machine client, accepted or refused.
    PushId, "psh"
);
define_id!(
    /// Names a contract.
    ContractId, "ctr"
);
define_id!(
    /// Names a file attached to a contract.
    AttachmentId, "att"
);
define_id!(
    /// Names a signing intent: what a signer saw and agreed to sign.
    IntentId, "int"
);
define_id!(
    /// Names one signature in a document.
    SignatureId, "sig"
);
define_id!(
    /// Names a filing with a supervising system.
    FilingId, "fil"
);
define_id!(
    /// Names a public notice of a contract.
    NoticeId, "ntc"
);
define_id!(
    /// Names a notification to a person or an organisation.
    NotificationId, "ntf"
);
define_id!(
    /// Names an event of an audit track.
    EventId, "evt"
);
define_id!(
    /// Names a message in the outbox.
    OutboxId, "out"
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_form_is_prefix_and_26_characters() {
        let id = ContractId::new(1_740_000_000_123_456, [0xff; 10]);
        assert_eq!(id.to_string(), "ctr_01jmg19y3vzzzzzzzzzzzzzzzz");
        assert_eq!(id.created_at_millis(), 1_740_000_000_123);
        assert_eq!(ContractId::parse(&id.to_string()), Ok(id));
    }

    #[test]
    fn reading_refuses_every_other_spelling() {
        let text = ContractId::new(1_740_000_000_123_456, [7; 10]).to_string();
        let body = text.strip_prefix("ctr_").unwrap();
        assert_eq!(PersonId::parse(&text), Err(IdError::Prefix { expected: "per" }));
        for wrong in [
            format!("ctr_{}", body.to_uppercase()),
            format!("ctr_{body}0"),
            format!("ctr_{}", &body[1..]),
            format!("ctr_8{}", &body[1..]),
            format!("ctr_0u{}", &body[2..]),
            "ctr_".to_owned(),
            "ctr_一二三四五六七八".to_owned(),
        ] {
            assert_eq!(ContractId::parse(&wrong), Err(IdError::Body { prefix: "ctr" }), "{wrong}");
        }
        assert_eq!(ContractId::parse("").unwrap_err().code(), "id.prefix");
    }

    #[test]
    fn json_form_is_the_text_and_is_read_strictly() {
        let id = AwardId::new(1_740_000_000_000_000, [1; 10]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<AwardId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<SealId>(&json).is_err());
    }

    proptest! {
        #[test]
        fn any_id_survives_writing_and_reading(now in any::<i64>(), random in any::<[u8; 10]>()) {
            let id = EventId::new(now, random);
            prop_assert_eq!(EventId::parse(&id.to_string()), Ok(id));
        }

        #[test]
        fn text_order_is_time_order(a in 0i64..1 << 57, b in 0i64..1 << 57, r in any::<[u8; 10]>(), s in any::<[u8; 10]>()) {
            prop_assume!(a / 1000 != b / 1000);
            let (first, second) = (EventId::new(a, r), EventId::new(b, s));
            prop_assert_eq!(first.to_string() < second.to_string(), a < b);
        }

        #[test]
        fn no_text_makes_reading_panic(text in ".{0,40}") {
            let _ = EventId::parse(&text);
        }
    }
}
