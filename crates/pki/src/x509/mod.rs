//! X.509 certificates (RFC 5280; GB/T 20518 and GM/T 0015 for SM2): reading, issuing by profile, and certification requests.

mod certificate;
mod constraints;
mod extensions;
mod identity;
mod issue;
mod name;
mod reply;
mod request;
mod signed;

pub use certificate::{Certificate, CertificateError};
pub use constraints::{GeneralName, NameConstraints};
pub use extensions::{BasicConstraints, ExtendedKeyUsage, Extensions, KeyUsage};
pub use identity::{Identity, IdentityKind};
pub use issue::{
    Additions, CertificateProfile, CertificateRequest, IssueError, SerialNumber, SerialNumberError, issue, issue_with,
};
pub use name::{DistinguishedName, Name};
pub use reply::{CertificateReply, CertificateReplyError};
pub use request::{CertificationRequest, CertificationRequestError};
pub(crate) use signed::{SignedStructure, range_within, sign_structure};
