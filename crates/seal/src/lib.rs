//! Seals as Chinese contracts need them: drawn, taken from photos, and bound by the structures of GB/T 38540 and GM/T 0031.
//!
//! Three kinds of knowledge live here. [`draw`] is the seal maker's: what round, oval and square seals, date seals and signatures look
//! like, from one vector source that becomes a PDF form, a PNG and an SVG. [`photo`] takes an existing seal from a photo of a sealed sheet.
//! [`ses`] is the standards' part: the signed structures that bind such a picture to a certificate, and a document to such a seal.
//!
//! There is no input or output here, no clock and no source of chance: bytes, times (microseconds UTC) and signatures are handed in, and the
//! private key may be anywhere.
//!
//! # From a name to a verified seal on a document
//!
//! Draw the seal. Sizes are millimetres; names of 2 to 60 characters are fitted, and a character that cannot be printed is an error, not a gap.
//!
//! ```
//! use yinxin_seal::draw::{BLUE, CompanySeal, NameEnding, NameSeal, NameText, SealKind};
//!
//! let name = "示例园林绿化有限公司".to_owned();
//! let code = Some("4301020000012".parse()?);
//! let drawing = CompanySeal { name, kind: SealKind::Contract, code, diameter_mm: 38.0 }.draw()?;
//! let picture = drawing.to_png(300)?; // for the structure
//! let form = drawing.to_pdf_form(); // for the page: paths only, no font
//! let svg = drawing.to_svg(); // for the screen
//! # assert!(picture.starts_with(b"\x89PNG") && svg.starts_with("<svg") && form.content.ends_with(b"f Q\n"));
//!
//! let person = NameSeal {
//!     name: "林示例".into(),
//!     ending: NameEnding::Filling, // 林示例印
//!     text: NameText::White,
//!     side_mm: 20.0,
//! };
//! let in_blue = person.draw()?.in_ink(BLUE);
//! # assert_eq!(in_blue.ink, BLUE);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Bind it. What is to be signed comes first; whoever holds the seal maker's key signs it, now or days later, and the parts are put together.
//! The company then signs a document with the seal in the same two steps, and a verifier says what it finds, in the order of the standard.
//!
//! ```
//! use yinxin_pki::chain::{RevocationEvidence, Validator};
//! use yinxin_pki::digest::DigestAlgorithm;
//! use yinxin_seal::ses::{
//!     Seal, SealDraft, SealSignature, SealSignatureDraft, SealType, Verdict, assemble_seal, assemble_seal_signature,
//!     verify_seal_signature,
//! };
//! # use rand_core::SeedableRng;
//! # use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer};
//! # use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
//! # const NOW: i64 = 1_751_270_580_000_000;
//! # const YEAR: i64 = 365 * 86_400 * 1_000_000;
//! # let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
//! # let mut holder = |issuer: Option<&(Certificate, PrivateKey)>, profile, name: &str| {
//! #     let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng)?;
//! #     let request = CertificateRequest {
//! #         profile,
//! #         subject: DistinguishedName::new("CN").organisation(name).common_name(name),
//! #         unified_social_credit_code: None,
//! #         public_key: key.public_key().clone(),
//! #         not_before: NOW - YEAR,
//! #         not_after: NOW + YEAR,
//! #         serial: SerialNumber::generate(&mut rng),
//! #         ocsp_url: None,
//! #         crl_url: None,
//! #         ca_issuers_url: None,
//! #     };
//! #     let certificate = match issuer {
//! #         Some((certificate, issuer)) => issue(&request, Some(certificate), issuer)?,
//! #         None => issue(&request, None, &key)?,
//! #     };
//! #     Ok::<_, Box<dyn std::error::Error>>((certificate, key))
//! # };
//! # let root = holder(None, CertificateProfile::Root, "示例根证书")?;
//! # let maker = holder(Some(&root), CertificateProfile::SealMaker, "示例制章单位")?;
//! # let company = holder(Some(&root), CertificateProfile::OrganisationSigning, "示例园林绿化有限公司")?;
//! # let sign = |key: &PrivateKey, message: &[u8]| key.sign(&key.public_key().signing_digest(message)).unwrap();
//! # let picture = b"png".to_vec();
//! // `maker`, `company` and `root` are certificates with their keys, and `sign` asks whoever holds a key.
//! let draft = SealDraft {
//!     es_id: "ES-43010200-0001".into(),
//!     vendor_id: "YINXIN".into(),
//!     name: "示例园林绿化有限公司合同专用章".into(),
//!     seal_type: SealType::Contract,
//!     certificates: vec![company.0.as_der().to_vec()],
//!     created_at: NOW,
//!     valid_from: NOW,
//!     valid_to: NOW + YEAR,
//!     picture_png: picture,
//!     width_mm: 38,
//!     height_mm: 38,
//!     owner_code: Some("91430104MA000231X7".into()),
//!     seal_code: Some("4301020000012".parse()?),
//! };
//! let info = draft.to_be_signed()?;
//! let seal = assemble_seal(&info, maker.0.as_der(), &sign(&maker.1, &info))?;
//! assert_eq!(Seal::parse(&seal)?.record().owner.as_deref(), Some("示例园林绿化有限公司"));
//!
//! let data_hash = DigestAlgorithm::Sm3.digest(b"the bytes of the ByteRange");
//! let signing = SealSignatureDraft {
//!     seal,
//!     signed_at: NOW,
//!     data_hash: data_hash.as_bytes().try_into()?,
//!     property_info: "ByteRange=[0 10 20 16];field=Party_1".into(),
//! };
//! let tbs = signing.to_be_signed()?;
//! let signed = assemble_seal_signature(&tbs, company.0.as_der(), &sign(&company.1, &tbs), None)?;
//!
//! let signature = SealSignature::parse(&signed)?;
//! let roots = [root.0];
//! let mut validator = Validator::new(&roots);
//! let evidence = RevocationEvidence::default();
//! let report = verify_seal_signature(&signature, data_hash.as_bytes(), &mut validator, &evidence, NOW);
//! assert_eq!((report.verdict(), signature.deviations), (Verdict::Valid, vec![]));
//!
//! let other = DigestAlgorithm::Sm3.digest(b"other bytes");
//! let report = verify_seal_signature(&SealSignature::parse(&signed)?, other.as_bytes(), &mut validator, &evidence, NOW);
//! assert_eq!(report.faults[0].clause(), "GM/T 0031-2014 6.2.3 e");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is refused
//!
//! Whatever comes from outside is hostile until judged. Readers take any bytes without panic and without memory that the input does not
//! warrant; what is hashed is the received bytes, never a new encoding of them. Departures from the letter of a standard that products in the
//! field are known for are read and told ([`ses::Deviation`]); they weaken no check.

pub mod draw;
pub mod photo;
pub mod ses;

/// The content of a PDF form XObject that draws a seal without fonts, images or other resources.
///
/// Whoever embeds it writes `/BBox [0 0 width_pt height_pt]` and puts ink and blending (94 %, multiply) around it.
#[derive(Debug, Clone, PartialEq)]
pub struct PdfForm {
    /// Width in points (1/72 inch).
    pub width_pt: f64,
    /// Height in points (1/72 inch).
    pub height_pt: f64,
    /// PDF operators `q cm rg m l c h f Q` only, not compressed.
    pub content: Vec<u8>,
}
