//! The platform's own authorities: two hierarchies of five, made at the first start in one commit and never again.
//!
//! | name | issued by | does |
//! |---|---|---|
//! | `sm2-root`, `p256-root` | itself | issues the CA below it and lists what of it is revoked |
//! | `sm2-ca`, `p256-ca` | its root | issues all others, and the certificates of parties |
//! | `sm2-tsa`, `p256-tsa` | its CA | timestamps |
//! | `sm2-ocsp`, `p256-ocsp` | its CA | answers for the status of what its CA issued |
//! | `sm2-seal-maker` | its CA | signs electronic seals |
//! | `p256-platform` | its CA | signs concluded contracts for the platform |
//!
//! They are valid for decades; what to do when one ends (a new one beside it) is work of a later stage.

use serde_json::json;
use sqlx::AnyConnection;
use yinxin_domain::ids::KeyId;
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};

use super::errors::CertificateError;
use super::keys::{self, KeyPurpose, NewKey};
use super::{Suite, store};
use crate::actor::{Actor, Need};
use crate::app::{App, StartError};
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::keys::kek::Kek;

const YEAR_MICROS: i64 = 365 * 86_400 * 1_000_000;
/// Certificates begin this much before they are issued, because the clocks of those who verify may be slow.
pub(super) const BACKDATED_MICROS: i64 = 3_600_000_000;

/// One authority: certificate here, key in the key store.
#[derive(Clone, Debug)]
pub struct Authority {
    /// `sm2-ca`, …; also in its addresses.
    pub name: String,
    /// Its certificate.
    pub certificate: Certificate,
    /// Its key.
    pub key: KeyId,
}

/// The authorities of one suite.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    /// The suite.
    pub suite: Suite,
    /// What others trust.
    pub root: Authority,
    /// Issues everything below.
    pub ca: Authority,
    /// Stamps time.
    pub tsa: Authority,
    /// Answers for status.
    pub ocsp: Authority,
    /// SM2: the seal maker. P-256: the platform.
    pub signatory: Authority,
}

/// Both hierarchies.
#[derive(Clone, Debug)]
pub struct Hierarchies {
    /// SM2.
    pub sm2: Hierarchy,
    /// P-256.
    pub p256: Hierarchy,
}

impl Hierarchies {
    /// The hierarchy of a suite.
    #[must_use]
    pub const fn of(&self, suite: Suite) -> &Hierarchy {
        match suite {
            Suite::Sm2 => &self.sm2,
            Suite::P256 => &self.p256,
        }
    }

    /// Both, SM2 first.
    pub fn both(&self) -> [&Hierarchy; 2] {
        [&self.sm2, &self.p256]
    }

    /// Both roots, SM2 first: what `trust.pem` holds.
    #[must_use]
    pub fn roots(&self) -> Vec<Certificate> {
        self.both().map(|hierarchy| hierarchy.root.certificate.clone()).to_vec()
    }
}

impl Hierarchy {
    /// Every authority of it.
    pub fn all(&self) -> [&Authority; 5] {
        [&self.root, &self.ca, &self.tsa, &self.ocsp, &self.signatory]
    }

    /// The certificates above a leaf: the CA, then the root.
    #[must_use]
    pub fn chain(&self) -> Vec<Certificate> {
        vec![self.ca.certificate.clone(), self.root.certificate.clone()]
    }
}

/// How an authority is made.
struct Plan {
    name: &'static str,
    profile: CertificateProfile,
    /// Behind the issuer's prefix.
    title: &'static str,
    years: i64,
}

const fn plan(name: &'static str, profile: CertificateProfile, title: &'static str, years: i64) -> Plan {
    Plan { name, profile, title, years }
}

/// Root, CA, TSA, OCSP, signatory, in this order.
const fn plans(suite: Suite) -> [Plan; 5] {
    use CertificateProfile::{Ocsp, Platform, Root, SealMaker, SubCa, Tsa};
    match suite {
        Suite::Sm2 => [
            plan("sm2-root", Root, "SM2 Root CA", 40),
            plan("sm2-ca", SubCa, "SM2 CA", 35),
            plan("sm2-tsa", Tsa, "SM2 TSA", 30),
            plan("sm2-ocsp", Ocsp, "SM2 OCSP", 30),
            plan("sm2-seal-maker", SealMaker, "SM2 Seal Maker", 30),
        ],
        Suite::P256 => [
            plan("p256-root", Root, "P-256 Root CA", 40),
            plan("p256-ca", SubCa, "P-256 CA", 35),
            plan("p256-tsa", Tsa, "P-256 TSA", 30),
            plan("p256-ocsp", Ocsp, "P-256 OCSP", 30),
            plan("p256-platform", Platform, "P-256 Platform 平台存证签名", 30),
        ],
    }
}

/// The organisation name in what is issued here.
pub(super) fn issuer_prefix(app: &App) -> &str {
    if app.config.ca.private { &app.config.ca.name } else { "印信 Yinxin TEST" }
}

/// Adds what says TEST, unless somebody has said that this is his private CA.
pub(super) fn marked(app: &App, name: DistinguishedName) -> DistinguishedName {
    if app.config.ca.private { name } else { name.organisational_unit("TEST 测试证书 无法律效力") }
}

/// Where status, lists and certificates of an issuer are found.
pub(super) struct Addresses {
    pub(super) ocsp: String,
    pub(super) crl: String,
    pub(super) issuer: String,
}

impl Addresses {
    /// Of what the authority `issuer` issues.
    pub(super) fn of(app: &App, issuer: &str) -> Self {
        let base = app.config.http.public_url.trim_end_matches('/');
        Self {
            ocsp: format!("{base}/ocsp"),
            crl: format!("{base}/crl/{issuer}.crl"),
            issuer: format!("{base}/ca/{issuer}.cer"),
        }
    }
}

/// Finds the hierarchies, or makes them where they are missing and may be made (sandbox, or a private CA).
///
/// # Errors
/// [`StartError::FirstStart`].
pub async fn first_start(app: &App) -> Result<(), StartError> {
    let error = |error: CertificateError| StartError::FirstStart { step: "the hierarchies", source: Box::new(error) };
    if load(app).await.map_err(error)? {
        return Ok(());
    }
    if app.config.is_sandbox() || app.config.ca.private {
        make(app).await.map_err(error)?;
        load(app).await.map_err(error)?;
    }
    Ok(())
}

/// Reads what is stored; false when there is nothing.
async fn load(app: &App) -> Result<bool, CertificateError> {
    let stored = store::authorities(&mut *app.db.read().await?).await?;
    if stored.is_empty() {
        return Ok(false);
    }
    let take = |name: &str| {
        let missing = || Failure::damaged("authorities", format!("{name} is missing"));
        stored.iter().find(|authority| authority.name == name).cloned().ok_or_else(missing)
    };
    let read = |suite| -> Result<Hierarchy, Failure> {
        let [root, ca, tsa, ocsp, signatory] = plans(suite).map(|plan| take(plan.name));
        Ok(Hierarchy { suite, root: root?, ca: ca?, tsa: tsa?, ocsp: ocsp?, signatory: signatory? })
    };
    let hierarchies = Hierarchies { sm2: read(Suite::Sm2)?, p256: read(Suite::P256)? };
    // A wrong key-encryption key shows here, and not at the first signature.
    for authority in hierarchies.both().into_iter().flat_map(Hierarchy::all) {
        let key = keys::open(app, authority.key).await?;
        if yinxin_pki::key::Signer::public_key(&key) != authority.certificate.public_key() {
            return Err(Failure::damaged("authorities.key_id", format!("not the key of {}", authority.name)).into());
        }
    }
    // Only the first start calls this, once; were it called again, the same would be found.
    let _already = app.trust.hierarchies.set(hierarchies);
    Ok(true)
}

/// An authority with the key it was made with.
struct Made {
    name: &'static str,
    issuer: &'static str,
    certificate: Certificate,
    key: NewKey,
}

/// Makes both hierarchies in one commit. Of several processes that start together one makes them, the others find them made.
async fn make(app: &App) -> Result<(), CertificateError> {
    let worker = app.clone();
    let made = app
        .cpu(move || -> Result<Vec<Made>, Failure> {
            let mut made = make_one(&worker, Suite::Sm2)?;
            made.extend(make_one(&worker, Suite::P256)?);
            Ok(made)
        })
        .await??;
    let permit = Actor::system("first start").permit(&[Need::System])?;
    let event = |made: &Made| {
        let facts = json!({
            "subject": made.certificate.subject().to_string(),
            "serial": hex::encode(made.certificate.serial()),
            "sm3": hex::encode(made.certificate.sm3_fingerprint().as_bytes()),
        });
        Event::new("authority", made.name, "authority.made", facts)
    };
    let mut events = made.iter().map(event).collect::<Vec<_>>().into_iter();
    let Some(first) = events.next() else { return Ok(()) };
    let record = Record::of(first).with(events, []);
    let now = app.now();
    let outcome = app
        .db
        .commit(&permit, record, made, move |made, conn| {
            Box::pin(async move {
                for one in made {
                    one.key.insert(conn, now).await?;
                    let authority =
                        Authority { name: one.name.to_owned(), certificate: one.certificate.clone(), key: one.key.id };
                    if !store::insert_authority(conn, &authority, one.issuer, now).await? {
                        return Err(CommitError::Refused(MakeError::AlreadyMade));
                    }
                }
                Ok(())
            })
        })
        .await;
    match outcome {
        Ok(()) | Err(MakeError::AlreadyMade) => Ok(()),
        Err(MakeError::Failure(failure)) => Err(failure.into()),
    }
}

/// Why this process did not make the hierarchies.
enum MakeError {
    AlreadyMade,
    Failure(Failure),
}

impl From<Failure> for MakeError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

fn make_one(app: &App, suite: Suite) -> Result<Vec<Made>, Failure> {
    let mut made: Vec<Made> = Vec::with_capacity(5);
    let [root, ca, ..] = plans(suite);
    let (root, ca) = (root.name, ca.name);
    for plan in plans(suite) {
        let key = keys::generate(app, KeyPurpose::Authority, suite.key_algorithm())?;
        let issuer = match plan.profile {
            CertificateProfile::Root | CertificateProfile::SubCa => root,
            _ => ca,
        };
        let above = made.iter().find(|above| above.name == issuer);
        let signer = above.map_or_else(|| key.handle(app), |above| above.key.handle(app));
        let prefix = issuer_prefix(app);
        let subject = DistinguishedName::new("CN").organisation(prefix);
        let not_before = app.now() - BACKDATED_MICROS;
        let addresses = above.map(|_| Addresses::of(app, issuer));
        // Whoever answers for status is not asked about himself, and a root answers by its list alone.
        let asked = !matches!(plan.profile, CertificateProfile::Ocsp | CertificateProfile::SubCa);
        let request = CertificateRequest {
            profile: plan.profile,
            subject: marked(app, subject).common_name(&format!("{prefix} {}", plan.title)),
            unified_social_credit_code: None,
            public_key: yinxin_pki::key::Signer::public_key(&key.handle(app)).clone(),
            not_before,
            not_after: not_before + plan.years * YEAR_MICROS,
            serial: SerialNumber::generate(&mut app.rng()),
            ocsp_url: addresses.as_ref().filter(|_| asked).map(|addresses| addresses.ocsp.clone()),
            crl_url: addresses.as_ref().map(|addresses| addresses.crl.clone()),
            ca_issuers_url: addresses.map(|addresses| addresses.issuer),
        };
        let certificate = issue(&request, above.map(|above| &above.certificate), &signer)
            .map_err(|error| Failure::engine("certificate issue", error))?;
        made.push(Made { name: plan.name, issuer, certificate, key });
    }
    Ok(made)
}

/// One authority as somebody sees it who looks at the database without starting the product.
#[derive(Debug)]
pub struct Examined {
    /// `sm2-ca`, …
    pub name: String,
    /// Until when its certificate is valid, microseconds UTC.
    pub not_after: i64,
    /// Whether it is valid now.
    pub valid_now: bool,
    /// Whether the certificate above it has signed it; a root signs itself.
    pub signed: bool,
    /// Whether its key opens and is its own; none when there is no key-encryption key to try.
    pub key: Option<Result<(), Failure>>,
}

/// Looks at every authority there is; changes nothing. None of them means that none was made.
///
/// # Errors
/// [`Failure`] when the table cannot be read.
pub async fn examine(conn: &mut AnyConnection, kek: Option<&Kek>, now: i64) -> Result<Vec<Examined>, Failure> {
    let stored = store::authorities(conn).await?;
    let mut examined = Vec::with_capacity(stored.len());
    for authority in &stored {
        let certificate = &authority.certificate;
        let issuer = stored.iter().find(|above| certificate.issuer().matches(&above.certificate.subject()));
        let signed = issuer.is_some_and(|issuer| certificate.verify_signature(issuer.certificate.public_key()).is_ok());
        let key = match kek {
            Some(kek) => Some(keys::check(conn, kek, authority.key, certificate.public_key()).await),
            None => None,
        };
        examined.push(Examined {
            name: authority.name.clone(),
            not_after: certificate.not_after(),
            valid_now: certificate.is_valid_at(now),
            signed,
            key,
        });
    }
    Ok(examined)
}

/// Whether every authority that the product needs is among those that were examined.
#[must_use]
pub fn is_complete(examined: &[Examined]) -> bool {
    let mut wanted = [Suite::Sm2, Suite::P256].into_iter().flat_map(plans);
    wanted.all(|plan| examined.iter().any(|one| one.name == plan.name))
}
