//! The shape that certificates, CRLs, OCSP responses and certification requests share: content, algorithm, signature.

use std::ops::Range;

use crate::asn1::{Asn1Error, Element, Reader, Tag, Writer};
use crate::key::{AlgorithmError, PublicKey, SignError, SignatureAlgorithm, Signer, VerifyError};

/// SEQUENCE { content, AlgorithmIdentifier, BIT STRING, … } with every part as received.
pub(crate) struct SignedStructure<'a> {
    pub(crate) content: Element<'a>,
    pub(crate) algorithm: Element<'a>,
    pub(crate) signature: &'a [u8],
    /// What follows the signature (the certificates of a BasicOCSPResponse).
    pub(crate) rest: Reader<'a>,
}

impl<'a> SignedStructure<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut outer = Reader::der(der);
        let mut reader = outer.sequence()?;
        outer.finish()?;
        let content = reader.element(Tag::SEQUENCE)?;
        let algorithm = reader.element(Tag::SEQUENCE)?;
        let signature = reader.bit_string()?.octets()?;
        Ok(Self { content, algorithm, signature, rest: reader })
    }

    pub(crate) fn signature_algorithm(&self) -> Result<SignatureAlgorithm, AlgorithmError> {
        SignatureAlgorithm::from_identifier(&self.algorithm)
    }

    /// Verifies the signature over the content's original bytes.
    pub(crate) fn verify(&self, key: &PublicKey) -> Result<(), VerifyError> {
        let algorithm = self.signature_algorithm().map_err(|_| VerifyError::AlgorithmMismatch)?;
        key.verify(algorithm, self.content.raw(), self.signature)
    }
}

/// Signs `content` and returns SEQUENCE { content, algorithm, signature, … }, `rest` writing what follows.
pub(crate) fn sign_structure(
    content: &[u8],
    signer: &dyn Signer,
    rest: impl FnOnce(&mut Writer),
) -> Result<Vec<u8>, SignError> {
    let key = signer.public_key();
    let signature = signer.sign(&key.signing_digest(content))?;
    // Whoever holds the key may be far away or faulty: nothing leaves here that does not verify.
    key.verify(signer.signature_algorithm(), content, &signature).map_err(|_| SignError::Failed)?;
    Ok(Writer::sequence_of(|structure| {
        structure.raw(content);
        structure.raw(&signer.signature_algorithm().identifier());
        structure.bit_string(&signature);
        rest(structure);
    }))
}

/// Where `part` lies in `whole`, of which it must be a subslice.
pub(crate) fn range_within(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}
