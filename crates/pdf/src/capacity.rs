//! How many bytes a signature takes at most, so that what is reserved for it in /Contents never overflows.
//!
//! For a seal signature see [`yinxin_seal::ses::seal_signature_size`].

use yinxin_pki::x509::Certificate;

/// What a SignedData has beside certificates, names, signature and timestamp: identifiers, signed attributes with a digest of 64 bytes and a
/// time, and the heads of all of them.
const FRAME: usize = 512;
/// What a TSTInfo has beside the name of its authority: policy, imprint, serial number, time, accuracy, nonce.
const STAMP: usize = 256;

/// The greatest length of a CMS signature by `signer` that carries `chain`, in bytes.
///
/// `timestamp_token` is the greatest length of the token that may be added, 0 for none; see [`timestamp_capacity`].
pub fn cms_capacity(signer: &Certificate, chain: &[Certificate], timestamp_token: usize) -> usize {
    let certificates: usize = chain.iter().chain([signer]).map(|certificate| certificate.as_der().len() + 8).sum();
    // The issuer is named once beside the signature and once in the signed attribute that binds the certificate.
    let names = 2 * (signer.issuer().as_der().len() + signer.serial().len() + 16);
    // A signature is no longer than the key it was made with, in the form in which a certificate holds that.
    let signature = signer.public_key().to_spki_der().len();
    let token = if timestamp_token == 0 { 0 } else { timestamp_token + 64 };
    certificates + names + signature + FRAME + token
}

/// The greatest length of a timestamp token of an authority, in bytes: `chain` is all that its tokens carry, its own certificate first.
///
/// `None` without a certificate: then nothing is known.
pub fn timestamp_capacity(chain: &[Certificate]) -> Option<usize> {
    let (authority, above) = chain.split_first()?;
    Some(cms_capacity(authority, above, 0) + STAMP + authority.subject().as_der().len())
}
