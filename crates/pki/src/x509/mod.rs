//! X.509 certificates (RFC 5280; GB/T 20518 and GM/T 0015 for SM2): reading, issuing by profile, and certification requests.

mod certificate;
mod extensions;
mod issue;
mod name;
mod request;
mod signed;

pub use certificate::{Certificate, CertificateError};
pub use extensions::{BasicConstraints, ExtendedKeyUsage, Extensions, KeyUsage};
pub use issue::{CertificateProfile, CertificateRequest, IssueError, SerialNumber, SerialNumberError, issue};
pub use name::{DistinguishedName, Name};
pub use request::{CertificationRequest, CertificationRequestError};
pub(crate) use signed::{SignedStructure, range_within, sign_structure};
