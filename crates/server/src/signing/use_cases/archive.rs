//! The platform's own signature after conclusion; filing and notice wait for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use yinxin_domain::contract::axes::{PlatformSignature, Signing};
use yinxin_domain::contract::{Contract, Verb};
use yinxin_domain::ids::ContractId;
use yinxin_pdf::{Dss, Opened};
use yinxin_pki::hashed::Hashed;
use yinxin_pki::x509::Certificate;

use super::complete::random_id;
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::certificate::signing::{platform_material, roots, witnesses};
use crate::certificate::{self, Suite, responder, tsa};
use crate::contract::{effects, use_cases as contract};
use crate::db::CommitError;
use crate::failure::Failure;
use crate::signing::engine::EngineError;
use crate::signing::errors::SigningError;
use crate::signing::platform::PlatformStep;
use crate::signing::store;

/// The certificates of all that stands on a contract's text, each once.
async fn signed_with(app: &App, contract: &Contract) -> Result<Vec<Certificate>, SigningError> {
    let signatures = store::standing_signatures(&mut *app.db.read().await?, contract.id(), contract.draft()).await?;
    let ids: BTreeSet<_> = signatures.into_iter().map(|signature| signature.certificate).collect();
    let mut certificates = witnesses(app)?.to_vec();
    for id in ids {
        certificates.push(certificate::use_cases::find(app, id).await?.certificate);
    }
    Ok(certificates)
}

/// Adds the platform's signature to a concluded contract; does nothing when it is there, or not wanted.
///
/// # Errors
/// [`SigningError`]; the contract is then as it was, and the job comes again.
pub async fn sign_as_platform(app: &App, actor: &Actor, id: ContractId) -> Result<(), SigningError> {
    actor.permit(&[Need::System])?;
    let (loaded, who, permit) = contract::load_permitted(app, actor, id).await?;
    match loaded.contract.signing() {
        Signing::Concluded { platform: PlatformSignature::Due, .. } => {}
        // Done by an earlier run of the job, or the profile wants none.
        Signing::Concluded { .. }
        | Signing::NotStarted
        | Signing::Signing { .. }
        | Signing::Offline { .. }
        | Signing::Rejected { .. }
        | Signing::Revoked { .. }
        | Signing::Expired { .. } => return Ok(()),
    }
    let now = app.now();
    // A contract on hold waits; the job comes again.
    loaded.contract.permits(&loaded.context(&who, now), Verb::AddPlatformSignature)?;
    let document = loaded.contract.shared_document().ok_or(SigningError::NoDocument)?;
    let bytes = app.files.get_to_continue(document).await.map_err(Failure::from)?;

    let material = platform_material(app).await?;
    let stamper = tsa::stamper(app, Suite::P256).await?;
    let stamp_chain = stamper.chain();
    let mut leaves = vec![material.certificate.clone()];
    leaves.extend(stamp_chain.first().cloned());
    leaves.extend(signed_with(app, &loaded.contract).await?);
    // Issued now, after everybody has signed: "not revoked" said before a signature is worth nothing once its certificate has ended, because
    // nobody can then be asked what happened in between (ETSI EN 319 102-1, 5.6.2).
    let archive = responder::archive(app, &leaves, now).await?;
    let (roots, known) = (roots(app)?, Arc::clone(&app.trust.known));
    let file_ids = [random_id(app), random_id(app), random_id(app)];
    let mut rng = app.rng();
    let signed = app
        .cpu(move || -> Result<Hashed, EngineError> {
            let evidence =
                Dss { certificates: archive.certificates, ocsps: archive.ocsp_responses, crls: archive.crls };
            let chain: Vec<_> = material.chain.into_iter().filter(|one| !one.is_self_issued()).collect();
            let name = material.certificate.subject().common_name().unwrap_or_default();
            let step = PlatformStep {
                certificate: &material.certificate,
                chain: &chain,
                key: &material.key,
                name: &name,
                stamp_chain: &stamp_chain,
                evidence: &evidence,
                roots: &roots,
                known: &known,
                now,
                file_ids,
            };
            let document = Opened::open_hashed(bytes)?;
            let made = step.sign(&document, &mut |digest| stamper.stamp(digest, now, &mut rng))?;
            Ok(made.document.hashed())
        })
        .await??;
    let document = app.files.put_hashed(signed).await.map_err(Failure::from)?;

    let before = loaded.contract.clone();
    let transition = before.clone().platform_signed(&loaded.context(&who, now), document)?;
    let record = effects::record(Some(&before), &transition)?;
    let due_at = loaded.due_at(&transition.next);
    app.db
        .commit(&permit, record, (before, transition, now), move |(before, transition, now), conn| {
            Box::pin(async move {
                contract::save_transition(conn, before, transition, due_at, *now).await?;
                Ok::<_, CommitError<SigningError>>(())
            })
        })
        .await
}
