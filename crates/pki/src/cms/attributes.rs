//! Signed attributes beyond the three that every message carries (CAdES, ETSI EN 319 122-1).

use crate::asn1::{ObjectIdentifier, Tag, Writer};
use crate::digest::Digest;
use crate::oid;

/// What a signer commits to (ETSI EN 319 122-1 5.2.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Commitment {
    /// Having created, approved and sent the content.
    Origin,
    /// Having received the content.
    Receipt,
    /// Having approved the content: the commitment of a party to a contract.
    Approval,
    /// Having created the content.
    Creation,
}

impl Commitment {
    const ALL: [Self; 4] = [Self::Origin, Self::Receipt, Self::Approval, Self::Creation];

    /// Its object identifier.
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Origin => oid::COMMITMENT_ORIGIN,
            Self::Receipt => oid::COMMITMENT_RECEIPT,
            Self::Approval => oid::COMMITMENT_APPROVAL,
            Self::Creation => oid::COMMITMENT_CREATION,
        }
    }

    /// The commitment that an object identifier names.
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|commitment| commitment.oid() == oid)
    }
}

/// The rules under which a signature is made (ETSI EN 319 122-1 5.2.9.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignaturePolicy {
    /// The policy's identifier.
    pub id: ObjectIdentifier,
    /// The digest of the policy's document.
    pub digest: Digest,
}

/// Attributes to be signed beside contentType, messageDigest and signingCertificateV2.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FurtherAttributes {
    /// The time at which the signer says to sign, microseconds UTC, whole seconds are written. Not in PDF (EN 319 142-1 6.3).
    pub signing_time: Option<i64>,
    /// What the signer commits to.
    pub commitment: Option<Commitment>,
    /// The rules that the signer follows.
    pub policy: Option<SignaturePolicy>,
}

impl FurtherAttributes {
    /// Each as an Attribute in DER.
    pub(super) fn to_members(&self) -> Vec<Vec<u8>> {
        let attribute = |oid: ObjectIdentifier, value: &dyn Fn(&mut Writer)| {
            Writer::sequence_of(|attribute| {
                attribute.oid(oid);
                attribute.constructed(Tag::SET, value);
            })
        };
        let mut members = Vec::new();
        if let Some(time) = self.signing_time {
            members.push(attribute(oid::SIGNING_TIME, &|value| value.time(time)));
        }
        if let Some(commitment) = self.commitment {
            members.push(attribute(oid::COMMITMENT_TYPE, &|value| value.sequence(|w| w.oid(commitment.oid()))));
        }
        if let Some(policy) = &self.policy {
            members.push(attribute(oid::SIGNATURE_POLICY, &|value| {
                value.sequence(|w| {
                    w.oid(policy.id);
                    w.sequence(|hash| {
                        hash.raw(&policy.digest.algorithm().identifier());
                        hash.octet_string(policy.digest.as_bytes());
                    });
                });
            }));
        }
        members
    }
}
