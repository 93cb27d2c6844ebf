//! Certificate chains: from a certificate to a root that the caller trusts, at a given time, for a given purpose (RFC 5280 section 6; GM/T
//! 0015), with revocation judged against that time.
//!
//! Roots come from the caller only. Certificates found in documents, tokens and responses are candidates for the links in between and never
//! become roots. If several paths lead to a root, one that nothing speaks against is taken. What is deliberately absent: policy trees (a critical
//! extension of that kind refuses the chain).

mod known;
mod revocation;

pub use known::KnownSignatures;
pub use revocation::{RevocationEvidence, RevocationStatus, status_at};

use known::{Link, Verified};

use crate::asn1::ObjectIdentifier;
use crate::crl::RevocationReason;
use crate::oid;
use crate::tsp;
use crate::x509::{Certificate, KeyUsage};

/// The most certificates that a chain may have.
pub const MAX_CHAIN_LENGTH: usize = 8;

/// How many signatures are checked in search of one chain; candidates of hostile documents cannot make us check more.
const SIGNATURE_BUDGET: usize = 64;

/// How many steps the search for one chain takes, so that certificates that all seem to have issued each other cannot keep us busy.
const STEP_BUDGET: usize = 2_000;

/// What the leaf certificate's key is used for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// Signing or sealing a contract: digitalSignature or nonRepudiation.
    ContractSigning,
    /// Making electronic seals: digitalSignature or nonRepudiation. Who may make seals is decided by the roots the caller hands in.
    SealMaking,
    /// Timestamps: extended key usage timeStamping alone and critical.
    TimeStamping,
    /// OCSP responses: extended key usage OCSPSigning.
    OcspSigning,
    /// Issuing certificates.
    CertSign,
    /// Encrypting to the subject: keyEncipherment, dataEncipherment or keyAgreement.
    Encryption,
}

/// Why a chain is refused. `index` counts from the leaf, which is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChainProblem {
    /// No chain to a trusted root was found; everything else that is reported concerns the part that was found.
    NoTrustedRoot,
    /// A certificate is not yet valid at that time.
    NotYetValid {
        /// Position in the path.
        index: usize,
    },
    /// A certificate has expired at that time.
    Expired {
        /// Position in the path.
        index: usize,
    },
    /// An issuer is not a CA, or may not sign certificates.
    NotACa {
        /// Position in the path.
        index: usize,
    },
    /// More CAs follow an issuer than its path length allows.
    PathLength {
        /// Position in the path.
        index: usize,
    },
    /// A name of a certificate is not one that a CA above it may certify (RFC 5280 4.2.1.10).
    NameConstraints {
        /// Position in the path of the certificate whose name it is.
        index: usize,
    },
    /// The key usage of the leaf does not allow the purpose.
    KeyUsage,
    /// The extended key usage of the leaf does not allow the purpose.
    ExtendedKeyUsage,
    /// A certificate has a critical extension that is not understood.
    UnknownCriticalExtension {
        /// Position in the path.
        index: usize,
        /// The extension.
        extension: ObjectIdentifier,
    },
    /// A certificate was revoked at or before that time.
    Revoked {
        /// Position in the path.
        index: usize,
        /// When, microseconds UTC.
        at: i64,
        /// Why.
        reason: RevocationReason,
    },
}

impl ChainProblem {
    /// A stable code for reports and interfaces.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoTrustedRoot => "chain.no_trusted_root",
            Self::NotYetValid { .. } => "chain.not_yet_valid",
            Self::Expired { .. } => "chain.expired",
            Self::NotACa { .. } => "chain.not_a_ca",
            Self::PathLength { .. } => "chain.path_length",
            Self::NameConstraints { .. } => "chain.name_constraints",
            Self::KeyUsage => "chain.key_usage",
            Self::ExtendedKeyUsage => "chain.extended_key_usage",
            Self::UnknownCriticalExtension { .. } => "chain.unknown_critical_extension",
            Self::Revoked { .. } => "chain.revoked",
        }
    }
}

/// What was found about one chain.
#[derive(Clone, Debug)]
pub struct ChainReport {
    /// The certificates from the leaf upwards; the last one is the trusted root if one was reached.
    pub path: Vec<Certificate>,
    /// Everything that speaks against it; empty if nothing does.
    pub problems: Vec<ChainProblem>,
    /// The revocation status of each certificate in `path` that has its issuer above it, in the same order.
    pub revocation: Vec<RevocationStatus>,
}

impl ChainReport {
    /// Whether the chain ends in a trusted root and nothing speaks against it. Revocation that could not be established is no problem here;
    /// see [`ChainReport::revocation`].
    pub const fn is_valid(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether the only thing that speaks against it is that its root is not among the caller's.
    pub fn only_root_is_missing(&self) -> bool {
        self.problems == [ChainProblem::NoTrustedRoot]
    }

    /// Positions in the path of the certificates whose status at `at`, microseconds UTC, later evidence could still change
    /// ([`RevocationStatus::is_final_at`]); each has its issuer above it.
    pub fn not_final_at(&self, at: i64) -> impl Iterator<Item = usize> {
        self.revocation.iter().enumerate().filter(move |(_, status)| !status.is_final_at(at)).map(|(index, _)| index)
    }

    /// Whether every certificate below the root was shown not to be revoked at that time.
    pub fn revocation_is_known(&self) -> bool {
        self.revocation.iter().all(|status| !matches!(status, RevocationStatus::Unknown))
    }
}

/// Builds and judges chains over one set of roots and candidates; remembers which links it has verified, so that the certificates of several
/// signatures in one document do not have the same CA signatures checked again and again.
pub struct Validator<'a> {
    roots: &'a [Certificate],
    candidates: Vec<Certificate>,
    verified: Verified<'a>,
}

impl<'a> Validator<'a> {
    /// A validator that trusts `roots` and nothing else.
    pub fn new(roots: &'a [Certificate]) -> Self {
        Self { roots, candidates: Vec::new(), verified: Verified::default() }
    }

    /// As [`Validator::new`], but a signature that `known` holds is not checked again, and what is found good is added to it.
    pub fn remembering(roots: &'a [Certificate], known: &'a KnownSignatures) -> Self {
        Self { roots, candidates: Vec::new(), verified: Verified::with(known) }
    }

    /// Adds certificates that may be links between a leaf and a root; they are not trusted.
    pub fn add_candidates(&mut self, certificates: &[Certificate]) {
        for certificate in certificates {
            if !self.candidates.contains(certificate) {
                self.candidates.push(certificate.clone());
            }
        }
    }

    /// Judges `leaf` for `purpose` at the time `at` (microseconds UTC: the proven signing time, or now).
    pub fn validate(
        &mut self,
        leaf: &Certificate,
        purpose: Purpose,
        at: i64,
        evidence: &RevocationEvidence<'_>,
    ) -> ChainReport {
        let mut search =
            Search { at, signatures: SIGNATURE_BUDGET, steps: STEP_BUDGET, unrooted: vec![leaf.clone()], rooted: None };
        let mut path = vec![leaf.clone()];
        self.extend(&mut path, &mut search);
        let mut problems = Vec::new();
        let path = match search.rooted {
            Some(path) => path,
            None => {
                problems.push(ChainProblem::NoTrustedRoot);
                search.unrooted
            }
        };
        check_path(&path, at, &mut problems);
        check_purpose(leaf, purpose, &mut problems);
        let mut revocation = Vec::new();
        for (index, pair) in path.windows(2).enumerate() {
            let status = revocation::judge(&pair[0], &pair[1], evidence, at, &mut self.verified);
            if let RevocationStatus::RevokedBefore { at, reason } = status {
                problems.push(ChainProblem::Revoked { index, at, reason });
            }
            revocation.push(status);
        }
        ChainReport { path, problems, revocation }
    }

    /// Whether something speaks against the leaf of `chain` at `now` (microseconds UTC) that did not at the time at which the chain was judged:
    /// it has expired or been revoked in between. What was signed then needs a proof that it existed before (ETSI EN 319 102-1, 5.6.2.4).
    pub fn has_ended_by(
        &mut self,
        now: i64,
        chain: &ChainReport,
        purpose: Purpose,
        evidence: &RevocationEvidence<'_>,
    ) -> bool {
        let Some(leaf) = chain.path.first() else { return false };
        // Nearly always nothing can have changed, and evidence need not be read once more.
        let later = |status: &RevocationStatus| matches!(status, RevocationStatus::RevokedAfter { .. });
        if chain.path.iter().all(|certificate| certificate.is_valid_at(now)) && !chain.revocation.iter().any(later) {
            return false;
        }
        let since = self.validate(leaf, purpose, now, evidence);
        since.problems.iter().any(|problem| !chain.problems.contains(problem))
    }

    /// Depth-first search for a chain; `true` once one was found that nothing speaks against.
    fn extend(&mut self, path: &mut Vec<Certificate>, search: &mut Search) -> bool {
        let Some(last) = path.last().cloned() else { return false };
        if self.roots.contains(&last) {
            let mut problems = Vec::new();
            check_path(path, search.at, &mut problems);
            // The first path is the shortest to be tried; another is better only if it is flawless.
            if search.rooted.is_none() || problems.is_empty() {
                search.rooted = Some(path.clone());
            }
            return problems.is_empty();
        }
        if path.len() > search.unrooted.len() {
            search.unrooted.clone_from(path);
        }
        if path.len() == MAX_CHAIN_LENGTH {
            return false;
        }
        // Roots first: the shortest way to trust, and a cross-certificate beside a root must not hide it.
        let issuers: Vec<Certificate> = self
            .roots
            .iter()
            .chain(&self.candidates)
            .filter(|issuer| may_have_issued(issuer, &last) && !path.contains(issuer))
            .cloned()
            .collect();
        for issuer in issuers {
            if search.steps == 0 {
                return false;
            }
            search.steps -= 1;
            if !self.is_link(&last, &issuer, &mut search.signatures) {
                continue;
            }
            path.push(issuer);
            let found = self.extend(path, search);
            path.pop();
            if found {
                return true;
            }
        }
        false
    }

    fn is_link(&mut self, issued: &Certificate, issuer: &Certificate, budget: &mut usize) -> bool {
        let link = Link::Certificate(issued.sha256_fingerprint(), issuer.sha256_fingerprint());
        if let Some(holds) = self.verified.find(&link) {
            return holds;
        }
        if *budget == 0 {
            return false;
        }
        *budget -= 1;
        self.verified.check(link, || issued.verify_signature(issuer.public_key()).is_ok())
    }
}

/// The state of one search.
struct Search {
    at: i64,
    signatures: usize,
    steps: usize,
    /// The longest path that ends in no root.
    unrooted: Vec<Certificate>,
    /// The best path to a root.
    rooted: Option<Vec<Certificate>>,
}

/// Names and key identifiers fit; cheap, before any signature is checked.
fn may_have_issued(issuer: &Certificate, issued: &Certificate) -> bool {
    let wanted = issued.extensions().authority_key_identifier.as_ref();
    let offered = issuer.extensions().subject_key_identifier.as_ref();
    let identifiers_fit = wanted.zip(offered).is_none_or(|(wanted, offered)| wanted == offered);
    identifiers_fit && issued.issuer().matches(&issuer.subject())
}

fn check_path(path: &[Certificate], at: i64, problems: &mut Vec<ChainProblem>) {
    // CAs between the leaf and the certificate in question that do not merely renew themselves (RFC 5280 6.1.4 (l)).
    let mut below = 0;
    for (index, certificate) in path.iter().enumerate() {
        if !certificate.is_valid_at(at) {
            let early = at < certificate.not_before();
            problems.push(if early { ChainProblem::NotYetValid { index } } else { ChainProblem::Expired { index } });
        }
        let unknown = &certificate.extensions().unknown_critical;
        problems.extend(unknown.iter().map(|&extension| ChainProblem::UnknownCriticalExtension { index, extension }));
        if index == 0 {
            continue;
        }
        if !certificate.is_ca() {
            problems.push(ChainProblem::NotACa { index });
        }
        let allowed = certificate.extensions().basic_constraints.and_then(|constraints| constraints.path_length);
        if allowed.is_some_and(|allowed| below > allowed) {
            problems.push(ChainProblem::PathLength { index });
        }
        if let Some(constraints) = &certificate.extensions().name_constraints {
            for (index, lower) in path.iter().enumerate().take(index) {
                // RFC 5280 6.1.4: a CA that merely renews itself is not bound, a leaf always is.
                let bound = index == 0 || !lower.is_self_issued();
                if bound && !constraints.allow(&lower.subject(), &lower.extensions().alternative_names) {
                    problems.push(ChainProblem::NameConstraints { index });
                }
            }
        }
        if !certificate.is_self_issued() {
            below += 1;
        }
    }
}

fn check_purpose(leaf: &Certificate, purpose: Purpose, problems: &mut Vec<ChainProblem>) {
    let usage = leaf.extensions().key_usage;
    let purposes = leaf.extensions().extended_key_usage.as_ref();
    let signs = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
    let wanted = match purpose {
        Purpose::CertSign => KeyUsage::KEY_CERT_SIGN,
        Purpose::Encryption => KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT).and(KeyUsage::KEY_AGREEMENT),
        Purpose::ContractSigning | Purpose::SealMaking | Purpose::TimeStamping | Purpose::OcspSigning => signs,
    };
    if usage.is_some_and(|usage| !usage.allows_any(wanted)) {
        problems.push(ChainProblem::KeyUsage);
    }
    let allowed = match purpose {
        Purpose::TimeStamping => tsp::is_timestamping(leaf),
        Purpose::OcspSigning => purposes.is_some_and(|usage| usage.purposes.contains(&oid::EKU_OCSP_SIGNING)),
        // A key that is set aside for the services of the PKI must not bind a party to a contract.
        Purpose::ContractSigning | Purpose::SealMaking => purposes.is_none_or(|usage| {
            usage.purposes.iter().any(|purpose| ![oid::EKU_TIME_STAMPING, oid::EKU_OCSP_SIGNING].contains(purpose))
        }),
        Purpose::CertSign | Purpose::Encryption => true,
    };
    if !allowed {
        problems.push(ChainProblem::ExtendedKeyUsage);
    }
    if purpose == Purpose::CertSign && !leaf.is_ca() {
        problems.push(ChainProblem::NotACa { index: 0 });
    }
}
