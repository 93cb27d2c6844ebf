//! PKCS#12 files (RFC 7292; PBMAC1 of RFC 9579): a key with its certificates under a password, as CAs and browsers hand them out.
//!
//! Written: one key, its certificate and chain, PBES2 for both, and a MAC with the derivation of RFC 7292 appendix B, which OpenSSL, Java and
//! Windows read. Read: also PBMAC1, and the triple-DES and RC2-40 of old files.
//! What is deliberately absent: public-key protection, CRL and secret bags, several keys in one file.

mod legacy;
mod read;
mod write;

use crate::key::PrivateKey;
use crate::password::PasswordError;
use crate::x509::Certificate;

/// What a PKCS#12 file holds.
pub struct KeyFile {
    /// The private key.
    pub key: PrivateKey,
    /// The certificate of that key, if it is in the file.
    pub certificate: Option<Certificate>,
    /// All other certificates, in the file's order. None of them is trusted for being here.
    pub chain: Vec<Certificate>,
    /// The name under which programs list the key.
    pub name: Option<String>,
}

/// Why a PKCS#12 file is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The password is wrong, the file was changed, or an algorithm is not supported.
    #[error("key_file.password: {0}")]
    Password(#[from] PasswordError),
    /// The file has no MAC, so that nothing shows it was not changed.
    #[error("key_file.no_mac: the file is not protected against changes")]
    NoMac,
    /// The file holds no private key.
    #[error("key_file.no_key: the file holds no private key")]
    NoKey,
    /// The file holds several private keys.
    #[error("key_file.several_keys: the file holds more than one private key")]
    SeveralKeys,
    /// More contents than any honest file has.
    #[error("key_file.too_many: the file holds too many entries")]
    TooMany,
}

impl From<crate::asn1::Asn1Error> for KeyFileError {
    fn from(error: crate::asn1::Asn1Error) -> Self {
        Self::Password(error.into())
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::cipher::CbcCipher;
    use crate::key::{KeyAlgorithm, PrivateKey};
    use crate::password::{KeyedHash, PasswordEncryption};
    use crate::x509::{CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};

    fn sample(rng: &mut ChaCha20Rng) -> KeyFile {
        let mut make = |profile, issuer: Option<&(PrivateKey, Certificate)>| {
            let key = PrivateKey::generate(KeyAlgorithm::Sm2, rng).unwrap();
            let request = CertificateRequest {
                profile,
                subject: DistinguishedName::new("CN").common_name("示例"),
                unified_social_credit_code: None,
                public_key: key.public_key().clone(),
                not_before: 0,
                not_after: 1_000_000_000,
                serial: SerialNumber::generate(rng),
                ocsp_url: None,
                crl_url: None,
                ca_issuers_url: None,
            };
            let certificate = issue(&request, issuer.map(|(_, ca)| ca), issuer.map_or(&key, |(key, _)| key)).unwrap();
            (key, certificate)
        };
        let root = make(CertificateProfile::Root, None);
        let (key, certificate) = make(CertificateProfile::PersonSigning, Some(&root));
        KeyFile { key, certificate: Some(certificate), chain: vec![root.1], name: Some("示例密钥 key".into()) }
    }

    fn fast(cipher: CbcCipher, hash: KeyedHash) -> PasswordEncryption {
        PasswordEncryption { cipher, hash, iterations: 10 }
    }

    #[test]
    fn a_file_comes_back_under_its_password_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let file = sample(&mut rng);
        for (cipher, hash) in [
            (CbcCipher::Sm4, KeyedHash::HmacSm3),
            (CbcCipher::Aes256, KeyedHash::HmacSha256),
            (CbcCipher::Aes128, KeyedHash::HmacSha512),
            (CbcCipher::Aes192, KeyedHash::HmacSha1),
        ] {
            for password in ["口令 pass", ""] {
                let der = file.to_der(password, fast(cipher, hash), &mut rng).unwrap();
                let again = KeyFile::from_der(&der, password).unwrap();
                assert_eq!(again.key.public_key(), file.key.public_key());
                assert_eq!(
                    (&again.certificate, &again.chain, &again.name),
                    (&file.certificate, &file.chain, &file.name)
                );
                let wrong = KeyFile::from_der(&der, "other").err();
                assert_eq!(wrong, Some(KeyFileError::Password(PasswordError::Wrong)));
            }
        }
    }

    #[test]
    fn every_change_under_the_mac_is_noticed_and_no_cut_is_read() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let der = sample(&mut rng).to_der("pw", fast(CbcCipher::Aes256, KeyedHash::HmacSha256), &mut rng).unwrap();
        for at in (0..der.len()).step_by(3) {
            let mut changed = der.clone();
            changed[at] ^= 0x10;
            // The iterations of the MAC may be asked for in a number that is too high; nothing else may be believed.
            assert!(KeyFile::from_der(&changed, "pw").is_err(), "byte {at} of {}", der.len());
            assert!(KeyFile::from_der(&der[..at], "pw").is_err());
        }
    }
}
