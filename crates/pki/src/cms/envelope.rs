//! EnvelopedData (RFC 5652 section 6; GM/T 0010-2012 section 9): content encrypted to certificates.
//!
//! CBC, which both standards prescribe, notices no change of the content. Whoever must know that nothing was changed signs the envelope, or
//! compares a digest.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{ContentKey, EncryptedKey, Profile, Recipient};
use crate::asn1::{Asn1Error, Element, ObjectIdentifier, Reader, Tag, Writer};
use crate::cipher::{BLOCK_LENGTH, CbcCipher, CbcEncryptor, CipherError};
use crate::key::{DecryptError, EncryptError, PrivateKey};
use crate::oid;
use crate::x509::Certificate;

/// An envelope has no more recipients than this.
pub(super) const MAX_RECIPIENTS: usize = 256;

/// Why an envelope cannot be made or opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// The structure is not well-formed.
    #[error("envelope.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// Another content type than envelopedData (RFC 5652 or GM/T 0010).
    #[error("envelope.not_enveloped_data: the message is of type {0}, not enveloped data")]
    NotEnvelopedData(ObjectIdentifier),
    /// The content's cipher is not known.
    #[error("envelope.unsupported_cipher: the cipher {0} is not supported")]
    UnsupportedCipher(ObjectIdentifier),
    /// No recipient, or more than 256.
    #[error("envelope.recipients: an envelope has 1 to 256 recipients")]
    Recipients,
    /// A recipient's key cannot be encrypted to (neither SM2 nor RSA).
    #[error("envelope.recipient_key: a recipient's key is not one that can be encrypted to")]
    RecipientKey,
    /// The envelope is not addressed to this certificate.
    #[error("envelope.not_addressed: the envelope is not addressed to this certificate")]
    NotAddressed,
    /// The content key could not be encrypted.
    #[error("envelope.encrypt: {0}")]
    Encrypt(#[from] EncryptError),
    /// The content key could not be decrypted.
    #[error("envelope.decrypt: {0}")]
    Decrypt(#[from] DecryptError),
    /// The content could not be decrypted: the key is wrong, or it was changed or cut.
    #[error("envelope.content: {0}")]
    Content(#[from] CipherError),
    /// More or less content was given than was announced.
    #[error("envelope.length: the content is not as long as was announced")]
    Length,
    /// The envelope carries no content.
    #[error("envelope.no_content: the envelope carries no content")]
    NoContent,
}

/// Encrypts `content` to the owners of `recipients` in one call; DER.
///
/// # Errors
/// [`EnvelopeError`].
pub fn seal(
    content: &[u8],
    recipients: &[&Certificate],
    cipher: CbcCipher,
    profile: Profile,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, EnvelopeError> {
    let mut out = Vec::with_capacity(content.len() + 1024);
    let mut writer = EnvelopeWriter::new(content.len() as u64, recipients, cipher, profile, rng, &mut out)?;
    writer.update(content, &mut out)?;
    writer.finish(&mut out)?;
    Ok(out)
}

/// Encrypts a content that comes in pieces and whose length is known; uses no more memory than a piece.
pub struct EnvelopeWriter {
    encryptor: CbcEncryptor,
    missing: u64,
}

impl EnvelopeWriter {
    /// Begins an envelope for a content of `length` bytes and appends its head to `out`.
    ///
    /// # Errors
    /// [`EnvelopeError`]; [`EnvelopeError::Length`] from 4 GiB on, which is as far as readers can be trusted.
    pub fn new(
        length: u64,
        recipients: &[&Certificate],
        cipher: CbcCipher,
        profile: Profile,
        rng: &mut dyn CryptoRng,
        out: &mut Vec<u8>,
    ) -> Result<Self, EnvelopeError> {
        if recipients.is_empty() || recipients.len() > MAX_RECIPIENTS {
            return Err(EnvelopeError::Recipients);
        }
        let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
        let mut iv = [0; BLOCK_LENGTH];
        rng.fill_bytes(&mut key);
        rng.fill_bytes(&mut iv);
        let encrypted = recipients
            .iter()
            .map(|recipient| Ok((*recipient, Recipient::encrypt(recipient.public_key(), &key, rng)?)))
            .collect::<Result<Vec<_>, EnvelopeError>>()?;
        let head = head(length, &encrypted, cipher, &iv, profile).ok_or(EnvelopeError::Length)?;
        out.extend_from_slice(&head);
        Ok(Self { encryptor: CbcEncryptor::new(cipher, &key, &iv)?, missing: length })
    }

    /// Encrypts the next piece and appends what is ready to `out`.
    ///
    /// # Errors
    /// [`EnvelopeError::Length`] if it is more than was announced.
    pub fn update(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        self.missing = self.missing.checked_sub(piece.len() as u64).ok_or(EnvelopeError::Length)?;
        Ok(self.encryptor.update(piece, out)?)
    }

    /// Appends the end.
    ///
    /// # Errors
    /// [`EnvelopeError::Length`] if it was less than was announced.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        if self.missing != 0 {
            return Err(EnvelopeError::Length);
        }
        Ok(self.encryptor.finish(out)?)
    }
}

/// Everything before the encrypted content, which is the last thing in the message.
fn head(
    length: u64,
    recipients: &[(&Certificate, EncryptedKey)],
    cipher: CbcCipher,
    iv: &[u8; BLOCK_LENGTH],
    profile: Profile,
) -> Option<Vec<u8>> {
    let gm = profile == Profile::Gmt0010;
    let (message_type, content_type, version) =
        if gm { (oid::GM_ENVELOPED_DATA, oid::GM_DATA, 1) } else { (oid::ENVELOPED_DATA, oid::DATA, 0) };
    let ciphertext = CbcCipher::ciphertext_length(length);
    if length >= u64::from(u32::MAX) - (1 << 20) {
        return None;
    }
    let members = recipients
        .iter()
        .map(|(recipient, key)| {
            let mut writer = Writer::new();
            Recipient::write(&mut writer, version, recipient, key);
            writer.finish()
        })
        .collect();
    let mut front = Writer::new();
    front.u64(version);
    front.set_of(members);
    let front = front.finish();
    let mut info = Writer::new();
    info.oid(content_type);
    cipher.write_identifier(&mut info, iv);
    info.raw(&Writer::header(Tag::context_primitive(0), ciphertext));
    let info = info.finish();
    let info_header = Writer::header(Tag::SEQUENCE, info.len() as u64 + ciphertext);
    let data_length = (front.len() + info_header.len() + info.len()) as u64 + ciphertext;
    let data_header = Writer::header(Tag::SEQUENCE, data_length);
    let mut kind = Writer::new();
    kind.oid(message_type);
    let kind = kind.finish();
    let explicit_length = data_header.len() as u64 + data_length;
    let explicit = Writer::header(Tag::context(0), explicit_length);
    let whole = Writer::header(Tag::SEQUENCE, (kind.len() + explicit.len()) as u64 + explicit_length);
    Some([&whole[..], &kind, &explicit, &data_header, &front, &info_header, &info].concat())
}

/// An envelope as received.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub(super) recipients: Vec<Recipient>,
    pub(super) cipher: CbcCipher,
    pub(super) iv: [u8; BLOCK_LENGTH],
    ciphertext: Vec<u8>,
}

impl Envelope {
    /// Reads a ContentInfo (BER or DER) with EnvelopedData.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn from_der(message: &[u8]) -> Result<Self, EnvelopeError> {
        let mut outer = Reader::ber(message);
        let mut info = outer.sequence()?;
        outer.finish()?;
        check_type(info.oid()?)?;
        let mut data = info.element(Tag::context(0))?.reader().sequence()?;
        info.finish()?;
        data.u64()?;
        data.optional_context(0)?;
        let recipients = read_recipients(&mut data.set()?)?;
        let mut content = data.sequence()?;
        data.optional_context(1)?;
        data.finish()?;
        content.oid()?;
        let (cipher, iv) = read_cipher(&content.element(Tag::SEQUENCE)?)?;
        let ciphertext = match content.peek() {
            Some(tag) if tag == Tag::context_primitive(0) => content.any()?.contents().to_vec(),
            Some(tag) if tag == Tag::context(0) => content.any()?.to_octets()?.into_owned(),
            _ => return Err(EnvelopeError::NoContent),
        };
        // GM/T 0010 allows sharedInfo behind.
        content.optional(Tag::context_primitive(1))?;
        content.optional(Tag::context_primitive(2))?;
        content.finish()?;
        Ok(Self { recipients, cipher, iv, ciphertext })
    }

    /// The recipients whose kind is understood.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// The content's cipher.
    pub const fn cipher(&self) -> CbcCipher {
        self.cipher
    }

    /// Opens the envelope with the private key of `certificate`.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn open(&self, certificate: &Certificate, key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        let recipient = self.recipients.iter().find(|recipient| recipient.is(certificate));
        let content_key = recipient.ok_or(EnvelopeError::NotAddressed)?.decrypt(key, self.cipher)?;
        self.open_with(&content_key)
    }

    /// Opens the envelope with the content key, which whoever holds the private key has decrypted.
    ///
    /// # Errors
    /// [`EnvelopeError::Content`].
    pub fn open_with(&self, key: &ContentKey) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
        Ok(self.cipher.decrypt(key.as_bytes(), &self.iv, &self.ciphertext)?)
    }
}

pub(super) fn check_type(message_type: ObjectIdentifier) -> Result<(), EnvelopeError> {
    match message_type {
        oid::ENVELOPED_DATA | oid::GM_ENVELOPED_DATA => Ok(()),
        other => Err(EnvelopeError::NotEnvelopedData(other)),
    }
}

pub(super) fn read_recipients(set: &mut Reader<'_>) -> Result<Vec<Recipient>, EnvelopeError> {
    let mut recipients = Vec::new();
    let mut seen = 0;
    while !set.is_empty() {
        seen += 1;
        if seen > MAX_RECIPIENTS {
            return Err(EnvelopeError::Recipients);
        }
        recipients.extend(Recipient::read(&set.any()?)?);
    }
    Ok(recipients)
}

pub(super) fn read_cipher(algorithm: &Element<'_>) -> Result<(CbcCipher, [u8; BLOCK_LENGTH]), EnvelopeError> {
    CbcCipher::read_identifier(algorithm)?.map_err(EnvelopeError::UnsupportedCipher)
}
