//! Reading a PKCS#12 file.

use zeroize::Zeroizing;

use super::legacy::{self, Use, utf16_password};
use super::{KeyFile, KeyFileError};
use crate::asn1::{Asn1Error, Element, Reader, Tag};
use crate::digest::DigestAlgorithm;
use crate::key::PrivateKey;
use crate::oid;
use crate::password::{self, Derivation, KeyedHash, PasswordError, check_iterations};
use crate::x509::Certificate;

/// No honest file has more bags than this.
const MAX_BAGS: usize = 64;
/// A key and its certificates need two decryptions; each may cost two million iterations, so that many are refused.
const MAX_DECRYPTIONS: usize = 4;
/// Bags may hold bags; no honest file nests them deeper.
const MAX_NESTING: u8 = 4;

/// What was found, before it is known what belongs together.
#[derive(Default)]
struct Found {
    keys: Vec<(PrivateKey, Option<String>)>,
    certificates: Vec<Certificate>,
    bags: usize,
    decryptions: usize,
}

impl KeyFile {
    /// Opens a file (BER or DER). The MAC is checked before anything inside is looked at.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn from_der(file: &[u8], password: &str) -> Result<Self, KeyFileError> {
        let mut outer = Reader::ber(file);
        let mut pfx = outer.sequence()?;
        outer.finish()?;
        if pfx.u64()? != 3 {
            return Err(Asn1Error::Value("PFX version").into());
        }
        let mut info = pfx.sequence()?;
        let kind = info.oid()?;
        if kind != oid::DATA {
            return Err(PasswordError::Unsupported(kind).into());
        }
        let contents = info.element(Tag::context(0))?.reader().octets()?.into_owned();
        let Some(mac) = pfx.optional(Tag::SEQUENCE)? else { return Err(KeyFileError::NoMac) };
        pfx.finish()?;
        check_mac(&mac, &contents, password)?;

        let mut found = Found::default();
        let mut outer = Reader::ber(&contents);
        let mut safes = outer.sequence()?;
        outer.finish()?;
        while !safes.is_empty() {
            let mut safe = safes.sequence()?;
            match safe.oid()? {
                oid::DATA => {
                    let bags = safe.element(Tag::context(0))?.reader().octets()?.into_owned();
                    found.read_bags(&bags, password, MAX_NESTING)?;
                }
                oid::ENCRYPTED_DATA => {
                    let mut data = safe.element(Tag::context(0))?.reader().sequence()?;
                    data.u64()?;
                    let mut content = data.sequence()?;
                    content.oid()?;
                    let algorithm = content.element(Tag::SEQUENCE)?;
                    let ciphertext = implicit_octets(&content.any()?)?;
                    let bags = found.decrypt(&algorithm, &ciphertext, password)?;
                    found.read_bags(&bags, password, MAX_NESTING)?;
                }
                other => return Err(PasswordError::Unsupported(other).into()),
            }
        }
        found.into_file()
    }
}

impl Found {
    fn read_bags(&mut self, bags: &[u8], password: &str, nesting: u8) -> Result<(), KeyFileError> {
        let mut outer = Reader::ber(bags);
        let mut list = outer.sequence()?;
        outer.finish()?;
        while !list.is_empty() {
            self.bags += 1;
            if self.bags > MAX_BAGS {
                return Err(KeyFileError::TooMany);
            }
            let mut bag = list.sequence()?;
            let kind = bag.oid()?;
            let value = bag.element(Tag::context(0))?;
            let name = read_name(bag.optional(Tag::SET)?)?;
            match kind {
                oid::KEY_BAG => {
                    let key = PrivateKey::from_pkcs8_der(value.contents()).map_err(PasswordError::Key)?;
                    self.keys.push((key, name));
                }
                oid::SHROUDED_KEY_BAG => {
                    let mut info = value.reader().sequence()?;
                    let algorithm = info.element(Tag::SEQUENCE)?;
                    let key = self.decrypt(&algorithm, &info.octets()?, password)?;
                    self.keys.push((PrivateKey::from_pkcs8_der(&key).map_err(PasswordError::Key)?, name));
                }
                oid::CERT_BAG => {
                    let mut certificate = value.reader().sequence()?;
                    if certificate.oid()? == oid::X509_CERTIFICATE {
                        let der = certificate.element(Tag::context(0))?.reader().octets()?.into_owned();
                        // A certificate of a kind that is not understood may stand beside the ones that matter.
                        self.certificates.extend(Certificate::from_der(&der));
                    }
                }
                oid::SAFE_CONTENTS_BAG if nesting > 0 => {
                    self.read_bags(value.contents(), password, nesting - 1)?;
                }
                // CRLs and secrets of other programs.
                _ => {}
            }
        }
        Ok(())
    }

    fn decrypt(
        &mut self,
        algorithm: &Element<'_>,
        ciphertext: &[u8],
        password: &str,
    ) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
        self.decryptions += 1;
        if self.decryptions > MAX_DECRYPTIONS {
            return Err(KeyFileError::TooMany);
        }
        Ok(match algorithm.reader().oid()? {
            oid::PBES2 => password::decrypt(algorithm, ciphertext, password.as_bytes())?,
            _ => legacy::decrypt(algorithm, ciphertext, password)?,
        })
    }

    fn into_file(mut self) -> Result<KeyFile, KeyFileError> {
        let (key, name) = self.keys.pop().ok_or(KeyFileError::NoKey)?;
        if !self.keys.is_empty() {
            return Err(KeyFileError::SeveralKeys);
        }
        let own = self.certificates.iter().position(|certificate| certificate.public_key() == key.public_key());
        let certificate = own.map(|index| self.certificates.remove(index));
        Ok(KeyFile { key, certificate, chain: self.certificates, name })
    }
}

/// The friendlyName among a bag's attributes.
fn read_name(attributes: Option<Element<'_>>) -> Result<Option<String>, Asn1Error> {
    let Some(attributes) = attributes else { return Ok(None) };
    let mut attributes = attributes.reader();
    while !attributes.is_empty() {
        let mut attribute = attributes.sequence()?;
        if attribute.oid()? == oid::FRIENDLY_NAME {
            return Ok(Some(attribute.set()?.any()?.to_text()));
        }
    }
    Ok(None)
}

/// `[0] IMPLICIT OCTET STRING`, in one piece or, in BER, in several.
fn implicit_octets(element: &Element<'_>) -> Result<Vec<u8>, Asn1Error> {
    match element.tag() {
        tag if tag == Tag::context_primitive(0) => Ok(element.contents().to_vec()),
        tag if tag == Tag::context(0) => Ok(element.to_octets()?.into_owned()),
        found => Err(Asn1Error::UnexpectedTag { expected: Tag::context_primitive(0).byte(), found: found.byte() }),
    }
}

/// MacData: HMAC over the contents under a key from the password.
fn check_mac(mac: &Element<'_>, contents: &[u8], password: &str) -> Result<(), KeyFileError> {
    let mut mac = mac.reader();
    let mut digest_info = mac.sequence()?;
    let algorithm = digest_info.element(Tag::SEQUENCE)?;
    let expected = digest_info.octets()?.into_owned();
    let salt = mac.octets()?.into_owned();
    let iterations = match mac.optional(Tag::INTEGER)? {
        Some(iterations) => iterations.to_u64()?,
        None => 1,
    };
    mac.finish()?;
    let mut name = algorithm.reader();
    let name_oid = name.oid()?;
    if name_oid == oid::PBMAC1 {
        let mut parameters = name.sequence()?;
        let derivation = Derivation::read(&mut parameters)?;
        let hash_oid = parameters.sequence()?.oid()?;
        let hash = KeyedHash::from_oid(hash_oid).ok_or(PasswordError::Unsupported(hash_oid))?;
        // RFC 9579 4: the key length must be there, at least 20 bytes.
        let length = derivation.length.filter(|length| (20..=64).contains(length)).ok_or(PasswordError::Wrong)?;
        let mut key = Zeroizing::new(vec![0; length as usize]);
        derivation.derive(password.as_bytes(), &mut key);
        return compare(&hash.mac(&key, &[contents]), &expected);
    }
    name.optional(Tag::NULL)?;
    name.finish()?;
    let digest = DigestAlgorithm::from_oid(name_oid).ok_or(PasswordError::Unsupported(name_oid))?;
    let iterations = check_iterations(iterations)?;
    let attempt = |password: &[u8]| {
        let key = legacy::derive(digest, Use::Mac, password, &salt, iterations, digest.length());
        compare(&keyed(digest).mac(&key, &[contents]), &expected)
    };
    let checked = attempt(&utf16_password(password));
    // No password at all is, for some programs, not the empty one.
    if password.is_empty() { checked.or_else(|_| attempt(&[])) } else { checked }
}

fn compare(mac: &[u8], expected: &[u8]) -> Result<(), KeyFileError> {
    if password::same_mac(mac, expected) { Ok(()) } else { Err(PasswordError::Wrong.into()) }
}

/// HMAC over this hash.
pub(super) const fn keyed(digest: DigestAlgorithm) -> KeyedHash {
    match digest {
        DigestAlgorithm::Sm3 => KeyedHash::HmacSm3,
        DigestAlgorithm::Sha256 => KeyedHash::HmacSha256,
        DigestAlgorithm::Sha384 => KeyedHash::HmacSha384,
        DigestAlgorithm::Sha512 => KeyedHash::HmacSha512,
        DigestAlgorithm::Sha1 => KeyedHash::HmacSha1,
    }
}
