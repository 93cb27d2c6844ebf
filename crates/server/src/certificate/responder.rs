//! Certificate status: answers of RFC 6960 and revocation lists of RFC 5280, for whoever asks and for our own documents.
//!
//! Both are made from the table of certificates at the moment they are asked for, so a revocation shows at once. What a CA
//! issued is answered for by the OCSP certificate of the same hierarchy; what a root issued (its CA) only by the root's list.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use yinxin_domain::certificate::RevocationGround;
use yinxin_pki::crl::{self, RevocationListContent, RevocationReason, RevokedCertificate};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::ocsp::{
    self, CertificateId as AskedFor, CertificateStatus, OcspFailure, OcspRequestError, SingleStatus, StatusRequest,
    StatusResponseContent,
};
use yinxin_pki::x509::Certificate;

use super::authorities::{Authority, Hierarchy};
use super::errors::CertificateError;
use super::{Suite, keys, store};
use crate::app::App;
use crate::failure::Failure;

/// How long a status answer may be kept by whoever asked.
const ANSWER_MICROS: i64 = 3_600_000_000;
/// How long we use an answer of our own for further documents.
const REUSE_MICROS: i64 = 300_000_000;
/// How long a list counts; half of it is how long we hand out the same one.
const LIST_MICROS: i64 = 86_400_000_000;
/// For [`archive`]: it does not matter when the evidence was issued, as long as it is in force.
pub const WHENEVER: i64 = i64::MIN;

/// The beginning of the second: times in evidence are whole seconds.
const fn second_of(at: i64) -> i64 {
    at.div_euclid(1_000_000).saturating_mul(1_000_000)
}

/// Status answers that are kept; beyond it, all are dropped.
const MOST_ANSWERS: usize = 4096;

/// A list that was made, and what it was made from.
#[derive(Clone)]
struct List {
    revoked: (i64, i64),
    made_at: i64,
    der: Vec<u8>,
}

/// Answers by what they speak of: when each was made, and its DER.
type KeptAnswers = HashMap<Vec<u8>, (i64, Vec<u8>)>;

/// Answers and lists that were made.
#[derive(Default)]
pub(super) struct Cache {
    /// By the certificate's SM3 fingerprint: when made, OCSPResponse.
    answers: Mutex<KeptAnswers>,
    lists: Mutex<HashMap<String, List>>,
}

impl Cache {
    fn answer(&self, certificate: &Certificate, now: i64, since: i64) -> Option<Vec<u8>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (made_at, der) = answers.get(certificate.sm3_fingerprint().as_bytes())?;
        let fresh = (*made_at..made_at.saturating_add(REUSE_MICROS)).contains(&now) && *made_at >= second_of(since);
        fresh.then(|| der.clone())
    }

    fn keep(&self, certificate: &Certificate, now: i64, der: Vec<u8>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(certificate.sm3_fingerprint().as_bytes().to_vec(), (now, der));
    }

    /// Forgets what was answered for a certificate, because it was revoked.
    pub(super) fn forget(&self, certificate: &Certificate) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.remove(certificate.sm3_fingerprint().as_bytes());
    }
}

fn reason(ground: RevocationGround) -> RevocationReason {
    match ground {
        RevocationGround::KeyCompromise => RevocationReason::KeyCompromise,
        RevocationGround::AffiliationChanged => RevocationReason::AffiliationChanged,
        RevocationGround::Superseded => RevocationReason::Superseded,
        RevocationGround::CessationOfOperation => RevocationReason::CessationOfOperation,
    }
}

/// Answers an OCSPRequest in DER, always with an OCSPResponse. The issuer is chosen by the request; one request asks about one issuer.
///
/// # Errors
/// [`CertificateError::NoAuthority`], or an obstacle.
pub async fn answer(app: &App, request: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let request = match StatusRequest::from_der(request) {
        Ok(request) => request,
        Err(OcspRequestError::Malformed(_) | OcspRequestError::Unsupported) => {
            return Ok(ocsp::failure(OcspFailure::MalformedRequest));
        }
    };
    let issued_by = |hierarchy: &&Hierarchy| {
        request.certificates.iter().all(|certificate| certificate.is_issued_by(&hierarchy.ca.certificate))
    };
    let Some(hierarchy) = app.trust.hierarchies()?.both().into_iter().find(issued_by) else {
        return Ok(ocsp::failure(OcspFailure::Unauthorized));
    };
    Ok(respond(app, hierarchy, request.certificates, request.nonce).await?)
}

async fn respond(
    app: &App,
    hierarchy: &Hierarchy,
    certificates: Vec<AskedFor>,
    nonce: Option<Vec<u8>>,
) -> Result<Vec<u8>, Failure> {
    let now = app.now();
    let mut statuses = Vec::with_capacity(certificates.len());
    let mut conn = app.db.read().await?;
    for certificate in certificates {
        let status = match store::status(&mut conn, &hierarchy.ca.name, &hex::encode(certificate.serial())).await? {
            None => CertificateStatus::Unknown,
            Some(None) => CertificateStatus::Good,
            Some(Some((at, ground))) => CertificateStatus::Revoked { at, reason: reason(ground) },
        };
        statuses.push(SingleStatus { certificate, status, this_update: now, next_update: Some(now + ANSWER_MICROS) });
    }
    drop(conn);
    let signer = keys::open(app, hierarchy.ocsp.key).await?;
    let responder = hierarchy.ocsp.certificate.clone();
    let content = StatusResponseContent { statuses, produced_at: now, nonce };
    app.cpu(move || ocsp::respond(&content, &responder, &signer))
        .await?
        .map_err(|error| Failure::engine("status answer", error))
}

/// The revocation list of an authority that issues (`sm2-ca`, …), in DER; `None` if there is no such authority.
///
/// # Errors
/// [`CertificateError::NoAuthority`], or an obstacle.
pub async fn revocation_list(app: &App, issuer: &str) -> Result<Option<Vec<u8>>, CertificateError> {
    let issuers = app.trust.hierarchies()?.both().into_iter().flat_map(|hierarchy| [&hierarchy.root, &hierarchy.ca]);
    let Some(issuer) = issuers.into_iter().find(|authority| authority.name == issuer) else { return Ok(None) };
    Ok(Some(list_of(app, issuer, WHENEVER).await?))
}

async fn list_of(app: &App, issuer: &Authority, since: i64) -> Result<Vec<u8>, Failure> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let state = store::revocation_state(&mut conn, &issuer.name).await?;
    let known = app.trust.evidence.lists.lock().unwrap_or_else(PoisonError::into_inner).get(&issuer.name).cloned();
    let fresh = |list: &List| {
        list.revoked == state
            && list.made_at >= second_of(since)
            && (list.made_at..list.made_at.saturating_add(LIST_MICROS / 2)).contains(&now)
    };
    if let Some(list) = known.filter(fresh) {
        return Ok(list.der);
    }
    let revoked = store::revoked(&mut conn, &issuer.name).await?;
    drop(conn);
    let entry = |(serial, revoked_at, ground)| RevokedCertificate { serial, revoked_at, reason: reason(ground) };
    // The time as number: it rises with every list, whichever process makes it (RFC 5280 5.2.3).
    let number = u64::try_from(now).unwrap_or_default();
    let content = RevocationListContent {
        this_update: now,
        next_update: now + LIST_MICROS,
        number,
        revoked: revoked.into_iter().map(entry).collect(),
    };
    let signer = keys::open(app, issuer.key).await?;
    let certificate = issuer.certificate.clone();
    let der = app
        .cpu(move || crl::issue(&content, &certificate, &signer))
        .await?
        .map_err(|error| Failure::engine("revocation list", error))?;
    let list = List { revoked: state, made_at: now, der: der.clone() };
    app.trust.evidence.lists.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.name.clone(), list);
    Ok(der)
}

/// The hierarchy whose CA issued a certificate; authorities of a root's own (the CA, the root) have none.
fn issuing<'a>(app: &'a App, certificate: &Certificate) -> Result<&'a Hierarchy, CertificateError> {
    let issued_by =
        |hierarchy: &&Hierarchy| certificate.issuer().as_der() == hierarchy.ca.certificate.subject().as_der();
    let found = app.trust.hierarchies()?.both().into_iter().find(issued_by);
    found.ok_or_else(|| Failure::damaged("certificate", "not issued by an authority of this installation").into())
}

/// An OCSPResponse in DER for a certificate that our CA issued, given at `since` or later (see [`archive`]); the same for five minutes, because
/// many documents are signed with one.
///
/// # Errors
/// [`CertificateError::NoAuthority`]; a failure for a certificate that is not of our CAs.
pub async fn revocation_evidence(
    app: &App,
    certificate: &Certificate,
    since: i64,
) -> Result<Vec<u8>, CertificateError> {
    if let Some(der) = app.trust.evidence.answer(certificate, app.now(), since) {
        return Ok(der);
    }
    let hierarchy = issuing(app, certificate)?;
    let now = app.now();
    let id = AskedFor::new(certificate, &hierarchy.ca.certificate, DigestAlgorithm::Sha1);
    let der = respond(app, hierarchy, vec![id], None).await?;
    app.trust.evidence.keep(certificate, now, der.clone());
    Ok(der)
}

/// Everything a reader needs later to judge the chains of some certificates without asking anybody; DER, each once.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// CA, root and OCSP certificates; not the leaves themselves.
    pub certificates: Vec<Vec<u8>>,
    /// One OCSPResponse per leaf.
    pub ocsp_responses: Vec<Vec<u8>>,
    /// The list of each root, for its CA, and that of the P-256 CA.
    pub crls: Vec<Vec<u8>>,
}

/// Collects the [`Archive`] for leaves that our CAs issued: parties, seal maker, TSA, platform. It was issued at `since`, microseconds UTC, or
/// later; [`WHENEVER`] takes what is still in force.
///
/// # Errors
/// [`CertificateError::NoAuthority`]; a failure for a certificate that is not of our CAs.
pub async fn archive(app: &App, leaves: &[Certificate], since: i64) -> Result<Archive, CertificateError> {
    let mut archive = Archive::default();
    let mut put = |list: fn(&mut Archive) -> &mut Vec<Vec<u8>>, der: Vec<u8>| {
        let list = list(&mut archive);
        if !list.contains(&der) {
            list.push(der);
        }
    };
    // What a hierarchy adds is the same for all its leaves.
    let mut seen: Vec<&str> = Vec::new();
    for leaf in leaves {
        let hierarchy = issuing(app, leaf)?;
        put(|archive| &mut archive.ocsp_responses, revocation_evidence(app, leaf, since).await?);
        if seen.contains(&hierarchy.ca.name.as_str()) {
            continue;
        }
        seen.push(&hierarchy.ca.name);
        for authority in [&hierarchy.ca, &hierarchy.root, &hierarchy.ocsp] {
            put(|archive| &mut archive.certificates, authority.certificate.as_der().to_vec());
        }
        put(|archive| &mut archive.crls, list_of(app, &hierarchy.root, since).await?);
        // Common readers ask the responder over the network and give up when it is gone, whatever answer of it the file holds; a list in the
        // file they take as it is. This CA issues the house's own certificates only, so that its list stays short.
        if hierarchy.suite == Suite::P256 {
            put(|archive| &mut archive.crls, list_of(app, &hierarchy.ca, since).await?);
        }
    }
    Ok(archive)
}
