//! What a register of seals keeps about one seal, read from its structure.

use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::oid;
use yinxin_pki::x509::Certificate;

use super::model::{CertificateList, Seal, SealVersion};
use super::write::SealType;

/// What a seal says about itself and its life: whose it is, what it is for, from when until when, and who may use it.
///
/// These are the data that 电子印章管理办法 (国办发〔2025〕33号) art. 2 asks of a seal and that a register files. They are what
/// the seal *says*; that its maker confirms them is for [`verify_seal`](super::verify_seal) to establish, and whether the seal was suspended or
/// cancelled only the register knows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SealRecord {
    /// Which standard the structure follows.
    pub version: SealVersion,
    /// Identifier of the seal.
    pub es_id: String,
    /// Identifier of the maker of the seal software.
    pub vendor_id: String,
    /// Name of the seal.
    pub name: String,
    /// Type code as written; see [`SealType::from_code`] for the meaning that is given to it here.
    pub seal_type: u64,
    /// The owner's name: the organisation, else the common name, in the first certificate of the list. `None` if the list has digests
    /// only, or the certificate cannot be read.
    pub owner: Option<String>,
    /// The owner's unified social credit code: the seal's own statement, else that of the first certificate.
    pub owner_code: Option<String>,
    /// The thirteen digits under which the seal is filed with the police.
    pub seal_code: Option<String>,
    /// When the seal was made, microseconds UTC.
    pub created_at: i64,
    /// From when the seal is valid, microseconds UTC.
    pub valid_from: i64,
    /// Until when the seal is valid, microseconds UTC, inclusive.
    pub valid_to: i64,
    /// Who may use it, in the order of the list.
    pub certificates: Vec<ListedCertificate>,
    /// Name of the seal maker, as in its certificate.
    pub maker: Option<String>,
}

/// One entry of a seal's list of certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedCertificate {
    /// The hash function of `digest`: `SM3`, or what the maker wrote.
    pub function: String,
    /// Digest of the certificate's DER.
    pub digest: Vec<u8>,
    /// What the certificate says, where it is in the list itself and can be read.
    pub holder: Option<CertificateHolder>,
}

/// Whom a listed certificate belongs to and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateHolder {
    /// Organisation, else common name.
    pub name: Option<String>,
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// From when it is valid, microseconds UTC.
    pub not_before: i64,
    /// Until when it is valid, microseconds UTC, inclusive.
    pub not_after: i64,
}

/// Where a time lies in the life of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealAge {
    /// Before its validity begins.
    NotYetValid,
    /// Within its validity.
    Valid,
    /// After its validity has ended.
    Ended,
}

impl SealRecord {
    /// Where `at`, microseconds UTC, lies in the seal's validity.
    pub fn age_at(&self, at: i64) -> SealAge {
        if at < self.valid_from {
            SealAge::NotYetValid
        } else if at <= self.valid_to {
            SealAge::Valid
        } else {
            SealAge::Ended
        }
    }
}

impl Seal<'_> {
    /// What the seal says about itself and its life.
    pub fn record(&self) -> SealRecord {
        let listed: Vec<(ListedCertificate, Option<Certificate>)> = match &self.certificates {
            CertificateList::Certificates(certificates) => certificates.iter().map(|der| listed(der)).collect(),
            CertificateList::Digests(digests) => {
                let entry = |(function, digest): &(String, &[u8])| {
                    let entry = ListedCertificate { function: function.clone(), digest: digest.to_vec(), holder: None };
                    (entry, None)
                };
                digests.iter().map(entry).collect()
            }
        };
        let first = listed.first().and_then(|(_, certificate)| certificate.as_ref());
        let maker = self.maker.as_ref().and_then(|maker| Certificate::from_der(maker.certificate).ok());
        SealRecord {
            version: self.version,
            es_id: self.es_id.clone(),
            vendor_id: self.vendor_id.clone(),
            name: self.name.clone(),
            seal_type: self.seal_type,
            owner: first.and_then(holder_name),
            owner_code: self
                .owner_code()
                .or_else(|| first.and_then(Certificate::unified_social_credit_code))
                .map(str::to_owned),
            seal_code: self.seal_code().map(str::to_owned),
            created_at: self.created_at,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            maker: maker.as_ref().and_then(holder_name),
            certificates: listed.into_iter().map(|(entry, _)| entry).collect(),
        }
    }
}

fn listed(der: &[u8]) -> (ListedCertificate, Option<Certificate>) {
    let certificate = Certificate::from_der(der).ok();
    let holder = certificate.as_ref().map(|certificate| CertificateHolder {
        name: holder_name(certificate),
        serial: certificate.serial().to_vec(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
    });
    let digest = DigestAlgorithm::Sm3.digest(der).as_bytes().to_vec();
    (ListedCertificate { function: "SM3".to_owned(), digest, holder }, certificate)
}

fn holder_name(certificate: &Certificate) -> Option<String> {
    let subject = certificate.subject();
    subject.attribute(oid::ORGANISATION).or_else(|| subject.common_name())
}

impl SealType {
    /// The meaning of a type code in seals made here: 1 and 2 are those of GM/T 0031-2014, the others are free in the standards and ours.
    /// `None` for a code that means something only to another maker.
    pub fn from_code(code: u64) -> Option<Self> {
        use SealType::{Bid, Contract, Finance, LegalRepresentative, Organisation, Person};
        [Organisation, Person, Contract, Finance, LegalRepresentative, Bid].into_iter().find(|kind| kind.code() == code)
    }
}
