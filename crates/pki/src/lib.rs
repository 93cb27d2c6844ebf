//! SM2/SM3 and ECDSA/RSA signing, X.509 certificates, CRL, OCSP, CMS and timestamps.
//!
//! A pure engine: bytes in, bytes and verdicts out. No I/O, no clock, no randomness of its own: every time is an argument in microseconds
//! UTC and every random byte comes from the caller's generator. (The one exception is stated at [`key::PrivateKey`]: what aws-lc draws
//! inside for ECDSA nonces and RSA keys.)
//!
//! Signatures always cover the bytes that were received; nothing is re-encoded before it is hashed.

pub mod asn1;
pub mod chain;
pub mod cipher;
pub mod cms;
pub mod crl;
pub mod digest;
pub mod key;
pub mod ocsp;
pub mod oid;
pub mod password;
pub mod pem;
// pub mod pkcs12;
pub mod sm3;
pub mod tsp;
pub mod x509;
