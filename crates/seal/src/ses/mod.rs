//! Electronic-seal structures: written as GB/T 38540-2020 (version 4) or, where asked for, GM/T 0031-2025 (version 5); read also as
//! GM/T 0031-2014 (version 1), with the deviations that products in the field are known for ([`Deviation`]).
//!
//! Two structures, each made in two phases, because the key that signs is never here:
//! - an **electronic seal** 电子印章 ([`SealDraft`] → to be signed → the seal maker's signature → [`assemble_seal`]) binds a picture, a
//!   name and the certificates that may use it;
//! - a **seal signature** 电子签章 ([`SealSignatureDraft`] → to be signed → the signer's signature → [`assemble_seal_signature`], and
//!   [`with_timestamp`] afterwards) binds such a seal to the digest of a document.
//!
//! [`Seal::parse`] and [`SealSignature::parse`] look at received bytes without changing them. What is hashed is always a slice of the
//! input: re-encoding would break seals of producers who do not write strict DER.

mod model;
mod parse;
mod record;
mod verify;
mod write;

pub use model::{
    CertificateList, Deviation, Extension, MakerSignature, ParseError, Picture, Seal, SealSignature, SealVersion,
};
pub use record::{CertificateHolder, ListedCertificate, SealAge, SealRecord};
pub use verify::{Role, SealFault, SealReport, SealSignatureReport, Verdict, verify_seal, verify_seal_signature};
pub use write::{
    DraftError, SealDraft, SealSignatureDraft, SealType, WrittenVersion, assemble_seal, assemble_seal_signature,
    seal_signature_size, seal_with_timestamp, with_timestamp,
};

/// Contents of the OBJECT IDENTIFIER of the extension that carries the owner's unified social credit code: 1.2.156.10260.4.1.4, the
/// organisation code of GM/T 0015, whose value is a PrintableString.
pub const OWNER_CODE: &[u8] = &[0x2a, 0x81, 0x1c, 0xd0, 0x14, 0x04, 0x01, 0x04];

/// Contents of the OBJECT IDENTIFIER of the extension that carries the thirteen digits under which the police file a seal (GA 241.1),
/// as a PrintableString. No standard names one, so it is a UUID under 2.25 (ITU-T X.667), which needs no registration.
pub const SEAL_CODE: &[u8] = &[
    0x69, 0x81, 0xde, 0x9c, 0xb7, 0x83, 0xcf, 0xb5, 0x92, 0xb0, 0xb9, 0x9d, 0xa9, 0x8e, 0x94, 0x9d, 0x97, 0x9e, 0xcb,
    0x34,
];
