//! Recipients of an envelope: how the content key reaches each of them.

use zeroize::Zeroizing;

use super::envelope::EnvelopeError;
use crate::asn1::{Asn1Error, Element, Reader, Tag, Writer};
use crate::cipher::CbcCipher;
use crate::digest::DigestAlgorithm;
use crate::key::{DecryptError, KeyAlgorithm, PrivateKey, PublicKey, RsaPadding, Sm2Ciphertext, Sm2CiphertextOrder};
use crate::oid;
use crate::password::KeyedHash;
use crate::x509::Certificate;

/// The key of the content, wiped when dropped.
pub struct ContentKey(pub(super) Zeroizing<Vec<u8>>);

impl ContentKey {
    /// A key that was decrypted elsewhere (token, phone, HSM).
    pub fn from_bytes(key: &[u8]) -> Self {
        Self(Zeroizing::new(key.to_vec()))
    }

    /// The key's bytes, for handing it on encrypted to somebody else.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The content key as it is encrypted to one recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EncryptedKey {
    /// To an SM2 key.
    Sm2(Sm2Ciphertext),
    /// To an RSA key.
    Rsa {
        /// The padding.
        padding: RsaPadding,
        /// RSA's octets.
        octets: Vec<u8>,
    },
}

/// One recipient of an envelope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipient {
    identifier: Identifier,
    encrypted_key: EncryptedKey,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Identifier {
    /// Contents of IssuerAndSerialNumber.
    IssuerAndSerial(Vec<u8>),
    SubjectKeyIdentifier(Vec<u8>),
}

impl Recipient {
    /// The content key as it is encrypted to this recipient, for a key that is held elsewhere.
    pub const fn encrypted_key(&self) -> &EncryptedKey {
        &self.encrypted_key
    }

    /// Whether the recipient is the owner of this certificate.
    pub fn is(&self, certificate: &Certificate) -> bool {
        match &self.identifier {
            Identifier::IssuerAndSerial(contents) => {
                certificate.is_issuer_and_serial(&mut Reader::ber(contents)).unwrap_or(false)
            }
            Identifier::SubjectKeyIdentifier(identifier) => {
                certificate.extensions().subject_key_identifier.as_ref() == Some(identifier)
            }
        }
    }

    /// Decrypts the content key. A wrong RSA PKCS#1 padding gives a key that opens nothing instead of an error (RFC 3218 2.3.2), so that nobody
    /// learns about the padding.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn decrypt(&self, key: &PrivateKey, cipher: CbcCipher) -> Result<ContentKey, DecryptError> {
        match &self.encrypted_key {
            EncryptedKey::Sm2(ciphertext) => key.decrypt_sm2(ciphertext).map(ContentKey),
            EncryptedKey::Rsa { padding: RsaPadding::Pkcs1, octets } => {
                if key.algorithm() != KeyAlgorithm::Rsa {
                    return Err(DecryptError::Key);
                }
                let secret = DigestAlgorithm::Sha256.digest(&key.to_pkcs8_der());
                let mut instead = Zeroizing::new(KeyedHash::HmacSha256.mac(secret.as_bytes(), &[octets]));
                instead.truncate(cipher.key_length());
                let decrypted = key.decrypt_rsa(RsaPadding::Pkcs1, octets);
                let fits = decrypted.ok().filter(|decrypted| decrypted.len() == cipher.key_length());
                Ok(ContentKey(fits.unwrap_or(instead)))
            }
            EncryptedKey::Rsa { padding, octets } => key.decrypt_rsa(*padding, octets).map(ContentKey),
        }
    }

    /// Reads a RecipientInfo; `None` for kinds and algorithms that are not supported, which are other recipients' business.
    pub(super) fn read(element: &Element<'_>) -> Result<Option<Self>, Asn1Error> {
        if element.tag() != Tag::SEQUENCE {
            return Ok(None);
        }
        let mut info = element.reader();
        info.u64()?;
        let identifier = if let Some(key) = info.optional(Tag::context_primitive(0))? {
            Identifier::SubjectKeyIdentifier(key.contents().to_vec())
        } else if let Some(mut key) = info.optional_context(0)? {
            // CFCA tags it EXPLICIT (standards 3).
            Identifier::SubjectKeyIdentifier(key.octets()?.into_owned())
        } else {
            Identifier::IssuerAndSerial(info.element(Tag::SEQUENCE)?.contents().to_vec())
        };
        let algorithm = info.element(Tag::SEQUENCE)?;
        let octets = info.octets()?.into_owned();
        info.finish()?;
        Ok(read_encrypted_key(&algorithm, octets)?.map(|encrypted_key| Self { identifier, encrypted_key }))
    }

    /// Writes the RecipientInfo for a certificate, to which `encrypted_key` was encrypted.
    pub(super) fn write(writer: &mut Writer, version: u64, recipient: &Certificate, encrypted_key: &EncryptedKey) {
        writer.sequence(|info| {
            info.u64(version);
            recipient.write_issuer_and_serial(info);
            match encrypted_key {
                EncryptedKey::Sm2(ciphertext) => {
                    info.algorithm(oid::SM2_ENCRYPT);
                    info.octet_string(&ciphertext.to_der());
                }
                EncryptedKey::Rsa { padding, octets } => {
                    info.sequence(|algorithm| write_padding(algorithm, *padding));
                    info.octet_string(octets);
                }
            }
        });
    }

    /// Encrypts the content key to a certificate's key.
    pub(super) fn encrypt(
        key: &PublicKey,
        content_key: &[u8],
        rng: &mut dyn rand_core::CryptoRng,
    ) -> Result<EncryptedKey, EnvelopeError> {
        match key.algorithm() {
            KeyAlgorithm::Sm2 => Ok(EncryptedKey::Sm2(key.encrypt_sm2(content_key, rng)?)),
            KeyAlgorithm::Rsa => {
                let padding = RsaPadding::OaepSha256;
                Ok(EncryptedKey::Rsa { padding, octets: key.encrypt_rsa(padding, content_key)? })
            }
            KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384 => Err(EnvelopeError::RecipientKey),
        }
    }
}

fn write_padding(algorithm: &mut Writer, padding: RsaPadding) {
    match padding {
        RsaPadding::Pkcs1 => {
            algorithm.oid(oid::RSA);
            algorithm.null();
        }
        RsaPadding::OaepSha1 => {
            algorithm.oid(oid::RSA_OAEP);
            algorithm.sequence(|_| ());
        }
        RsaPadding::OaepSha256 => {
            algorithm.oid(oid::RSA_OAEP);
            algorithm.sequence(|parameters| {
                let hash = DigestAlgorithm::Sha256.identifier();
                parameters.context(0, |w| w.raw(&hash));
                parameters.context(1, |w| {
                    w.sequence(|mask| {
                        mask.oid(oid::MGF1);
                        mask.raw(&hash);
                    });
                });
            });
        }
    }
}

fn read_encrypted_key(algorithm: &Element<'_>, octets: Vec<u8>) -> Result<Option<EncryptedKey>, Asn1Error> {
    let mut reader = algorithm.reader();
    let padding = match reader.oid()? {
        oid::SM2_ENCRYPT | oid::SM2_KEY_EXCHANGE | oid::SM2 | oid::SM2_SIGN | oid::EC_PUBLIC_KEY => {
            return Ok(read_sm2(&octets).map(EncryptedKey::Sm2));
        }
        oid::RSA => RsaPadding::Pkcs1,
        oid::RSA_OAEP => match read_oaep(&mut reader)? {
            Some(padding) => padding,
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(EncryptedKey::Rsa { padding, octets }))
}

/// SM2Cipher in DER, or the bare parts of libraries before the standard.
fn read_sm2(octets: &[u8]) -> Option<Sm2Ciphertext> {
    let bare = |order| Sm2Ciphertext::from_bytes(order, octets).ok();
    Sm2Ciphertext::from_der(octets).ok().or_else(|| bare(Sm2CiphertextOrder::C1C3C2))
}

/// RSAES-OAEP-params (RFC 8017 A.2.1): one hash for label and mask, no label.
fn read_oaep(reader: &mut Reader<'_>) -> Result<Option<RsaPadding>, Asn1Error> {
    let Some(parameters) = reader.optional(Tag::SEQUENCE)? else { return Ok(Some(RsaPadding::OaepSha1)) };
    let mut parameters = parameters.reader();
    let hash_of = |inner: Option<Reader<'_>>, mask: bool| -> Result<Option<DigestAlgorithm>, Asn1Error> {
        let Some(mut inner) = inner else { return Ok(Some(DigestAlgorithm::Sha1)) };
        let mut algorithm = inner.sequence()?;
        if mask && algorithm.oid()? != oid::MGF1 {
            return Ok(None);
        }
        let mut algorithm = if mask { algorithm.sequence()? } else { algorithm };
        Ok(DigestAlgorithm::from_oid(algorithm.oid()?))
    };
    let hash = hash_of(parameters.optional_context(0)?, false)?;
    let mask = hash_of(parameters.optional_context(1)?, true)?;
    if let Some(mut source) = parameters.optional_context(2)? {
        let mut source = source.sequence()?;
        if source.oid()? != oid::P_SPECIFIED || !source.octet_string()?.is_empty() {
            return Ok(None);
        }
    }
    Ok(match (hash, mask) {
        (Some(DigestAlgorithm::Sha1), Some(DigestAlgorithm::Sha1)) => Some(RsaPadding::OaepSha1),
        (Some(DigestAlgorithm::Sha256), Some(DigestAlgorithm::Sha256)) => Some(RsaPadding::OaepSha256),
        _ => None,
    })
}
