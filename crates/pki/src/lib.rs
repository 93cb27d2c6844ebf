//! SM2/SM3/SM4 and ECDSA/RSA cryptography with the formats around it: keys, certificates, revocation, signed and enveloped messages,
//! timestamps, and SM2 keys shared between a phone and a server.
//!
//! A pure engine: bytes in, bytes and verdicts out. No I/O, no clock, no randomness of its own: every time is an argument in microseconds
//! UTC and every random byte comes from the caller's generator. (The exceptions are stated at [`key::PrivateKey`] and
//! [`key::PublicKey::encrypt_rsa`]: what aws-lc draws inside for ECDSA nonces, RSA keys and RSA padding.)
//!
//! Signatures always cover the bytes that were received; nothing is re-encoded before it is hashed. What was read is not yet believed: a
//! certificate says nothing before [`chain::Validator`] has judged it, a message nothing before [`cms::SignedData::verify`].
//!
//! # A tour
//!
//! A root, and a party's certificate that it issues:
//!
//! ```
//! use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer};
//! use yinxin_pki::x509::{CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Real keys come from the operating system's generator; a fixed seed makes this page the same each time.
//! let mut rng = ChaCha20Rng::seed_from_u64(1);
//! let (now, year) = (1_750_000_000_000_000, 31_536_000_000_000);
//! let mut ask = |profile, name: &str, key: &PrivateKey| CertificateRequest {
//!     profile,
//!     subject: DistinguishedName::new("CN").organisation("示例采购单位").common_name(name),
//!     unified_social_credit_code: None,
//!     public_key: key.public_key().clone(),
//!     not_before: now - year,
//!     not_after: now + year,
//!     serial: SerialNumber::generate(&mut rng),
//!     ocsp_url: None,
//!     crl_url: None,
//!     ca_issuers_url: None,
//! };
//! # let mut rng = ChaCha20Rng::seed_from_u64(2);
//! let root_key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng)?;
//! let root = issue(&ask(CertificateProfile::Root, "示例根", &root_key), None, &root_key)?;
//! let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng)?;
//! let asked = ask(CertificateProfile::OrganisationSigning, "示例采购单位", &key);
//! let certificate = issue(&asked, Some(&root), &root_key)?;
//! # Ok(()) }
//! ```
//!
//! Signing takes two steps, so that the key may sit elsewhere: whoever prepares the message needs the certificate only, and whoever holds the
//! key ([`key::Signer`]: in memory, a key store, an HSM, a token, two parties) sees one digest.
//!
//! ```
//! # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! # use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer};
//! # use yinxin_pki::x509::{CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
//! use yinxin_pki::chain::{Purpose, RevocationEvidence, Validator};
//! use yinxin_pki::cms::{Content, SignedAttributes, SignedData};
//! use yinxin_pki::digest::DigestAlgorithm;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut rng = ChaCha20Rng::seed_from_u64(2);
//! # let now = 1_750_000_000_000_000;
//! # let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng)?;
//! # let certificate = issue(&CertificateRequest {
//! #     profile: CertificateProfile::Root, subject: DistinguishedName::new("CN"), unified_social_credit_code: None,
//! #     public_key: key.public_key().clone(), not_before: 0, not_after: now * 2, serial: SerialNumber::generate(&mut rng),
//! #     ocsp_url: None, crl_url: None, ca_issuers_url: None }, None, &key)?;
//! # let roots = [certificate.clone()];
//! let content = "合同正文".as_bytes();
//! let attributes = SignedAttributes::new(&DigestAlgorithm::Sm3.digest(content), &certificate)?;
//! let digest = attributes.signing_digest(&certificate); // 32 bytes; they may travel to the key
//! let signature = key.sign_hedged(&digest, &mut rng)?;
//! let message = attributes.assemble(&signature, &certificate, &[], None)?;
//!
//! // Somebody else, later: first the signature, then whether its certificate was good for that at that time.
//! let read = SignedData::from_der(&message)?;
//! let signer = read.verify(&read.signers()[0], &Content::Parts(&[content]), &[])?;
//! let mut validator = Validator::new(&roots);
//! validator.add_candidates(read.certificates());
//! let report = validator.validate(&signer, Purpose::ContractSigning, now, &RevocationEvidence::default());
//! # let _ = report.is_valid();
//! assert!(read.verify(&read.signers()[0], &Content::Parts(&["别的正文".as_bytes()]), &[]).is_err());
//! # Ok(()) }
//! ```
//!
//! Keys rest under a password, and content travels to the owner of a certificate:
//!
//! ```
//! # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! use yinxin_pki::key::{KeyAlgorithm, PrivateKey};
//! use yinxin_pki::password::PasswordEncryption;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut rng = ChaCha20Rng::seed_from_u64(3);
//! let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng)?;
//! # let fewer = PasswordEncryption { iterations: 1000, ..PasswordEncryption::DOMESTIC };
//! # let encryption = fewer;
//! // let encryption = PasswordEncryption::DOMESTIC;      SM4, HMAC-SM3, 600,000 iterations
//! let text = key.to_encrypted_pkcs8_pem("口令", encryption, &mut rng)?;
//! assert!(PrivateKey::from_encrypted_pkcs8_pem(&text, "别的口令").is_err());
//!
//! let ciphertext = key.public_key().encrypt_sm2(b"a content key", &mut rng)?;
//! assert_eq!(key.decrypt_sm2(&ciphertext)?.as_slice(), b"a content key");
//! # Ok(()) }
//! ```
//!
//! | for | see |
//! |---|---|
//! | keys, signatures, SM2 and RSA encryption, dual-certificate envelopes, token layouts | [`key`] |
//! | encrypted PKCS#8, PKCS#12, PEM | [`password`], [`pkcs12`], [`pem`] |
//! | SM4 and AES | [`cipher`] |
//! | certificates, requests, CA replies; identity extensions; name constraints | [`x509`] |
//! | revocation lists, status requests and responses | [`crl`], [`ocsp`] |
//! | whether a certificate was good at a time | [`chain`] |
//! | signed and enveloped messages | [`cms`] |
//! | timestamps | [`tsp`] |
//! | a key that phone and server hold together | [`two_party`] |
//!
//! Which clause of which standard is met where, and the command of an independent program that shows it: `docs/standards/pki.md`.

pub mod asn1;
pub mod chain;
pub mod cipher;
pub mod cms;
pub mod crl;
pub mod digest;
pub mod hashed;
pub mod key;
pub mod ocsp;
pub mod oid;
pub mod password;
pub mod pem;
pub mod pkcs12;
pub mod sm3;
pub mod tsp;
pub mod two_party;
pub mod x509;
