//! Writing a PKCS#12 file.

use rand_core::CryptoRng;

use super::KeyFile;
use super::legacy::{self, Use, utf16_password};
use crate::asn1::{Tag, Writer};
use crate::digest::DigestAlgorithm;
use crate::oid;
use crate::password::{self, KeyedHash, PasswordEncryption, PasswordError};

impl KeyFile {
    /// The file in DER under `password`: the certificates and the key each under `protection`, the whole under a MAC over the
    /// same hash function.
    ///
    /// # Errors
    /// [`PasswordError::Iterations`].
    pub fn to_der(
        &self,
        password: &str,
        protection: PasswordEncryption,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, PasswordError> {
        let contents = self.contents(password, protection, rng)?;
        let digest = match protection.hash {
            KeyedHash::HmacSm3 => DigestAlgorithm::Sm3,
            KeyedHash::HmacSha256 => DigestAlgorithm::Sha256,
            KeyedHash::HmacSha384 => DigestAlgorithm::Sha384,
            KeyedHash::HmacSha512 => DigestAlgorithm::Sha512,
            KeyedHash::HmacSha1 => DigestAlgorithm::Sha1,
        };
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let utf16 = utf16_password(password);
        let key = legacy::derive(digest, Use::Mac, &utf16, &salt, protection.iterations, digest.length());
        let mac = protection.hash.mac(&key, &[&contents]);
        Ok(Writer::sequence_of(|pfx| {
            pfx.u64(3);
            pfx.sequence(|info| {
                info.oid(oid::DATA);
                info.context(0, |tagged| tagged.octet_string(&contents));
            });
            pfx.sequence(|mac_data| {
                mac_data.sequence(|digest_info| {
                    digest_info.sequence(|algorithm| {
                        algorithm.oid(digest.oid());
                        algorithm.null();
                    });
                    digest_info.octet_string(&mac);
                });
                mac_data.octet_string(&salt);
                mac_data.u64(u64::from(protection.iterations));
            });
        }))
    }

    /// AuthenticatedSafe: the certificates encrypted, then the key shrouded.
    fn contents(
        &self,
        password: &str,
        protection: PasswordEncryption,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, PasswordError> {
        let own = self.certificate.iter();
        let certificates = Writer::sequence_of(|bags| {
            for (index, certificate) in own.chain(&self.chain).enumerate() {
                bags.sequence(|bag| {
                    bag.oid(oid::CERT_BAG);
                    bag.context(0, |value| {
                        value.sequence(|value| {
                            value.oid(oid::X509_CERTIFICATE);
                            value.context(0, |der| der.octet_string(certificate.as_der()));
                        });
                    });
                    if index == 0 && self.certificate.is_some() {
                        self.write_attributes(bag);
                    }
                });
            }
        });
        let (cert_algorithm, cert_ciphertext) = password::encrypt(&certificates, password.as_bytes(), protection, rng)?;
        let (key_algorithm, key_ciphertext) =
            password::encrypt(&self.key.to_pkcs8_der(), password.as_bytes(), protection, rng)?;
        let key_bags = Writer::sequence_of(|bags| {
            bags.sequence(|bag| {
                bag.oid(oid::SHROUDED_KEY_BAG);
                bag.context(0, |value| {
                    value.sequence(|info| {
                        info.raw(&key_algorithm);
                        info.octet_string(&key_ciphertext);
                    });
                });
                self.write_attributes(bag);
            });
        });
        Ok(Writer::sequence_of(|safes| {
            safes.sequence(|safe| {
                safe.oid(oid::ENCRYPTED_DATA);
                safe.context(0, |tagged| {
                    tagged.sequence(|data| {
                        data.u64(0);
                        data.sequence(|content| {
                            content.oid(oid::DATA);
                            content.raw(&cert_algorithm);
                            content.primitive(Tag::context_primitive(0), &cert_ciphertext);
                        });
                    });
                });
            });
            safes.sequence(|safe| {
                safe.oid(oid::DATA);
                safe.context(0, |tagged| tagged.octet_string(&key_bags));
            });
        }))
    }

    /// friendlyName and localKeyId, by which programs find that key and certificate belong together.
    fn write_attributes(&self, bag: &mut Writer) {
        let mut attributes = vec![Writer::sequence_of(|attribute| {
            attribute.oid(oid::LOCAL_KEY_ID);
            attribute.constructed(Tag::SET, |set| {
                set.octet_string(self.key.public_key().key_identifier().as_bytes());
            });
        })];
        if let Some(name) = &self.name {
            let utf16: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
            attributes.push(Writer::sequence_of(|attribute| {
                attribute.oid(oid::FRIENDLY_NAME);
                attribute.constructed(Tag::SET, |set| set.primitive(Tag::BMP_STRING, &utf16));
            }));
        }
        bag.set_of(attributes);
    }
}
