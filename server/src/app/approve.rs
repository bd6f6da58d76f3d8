//! The registry's approval of a version, whoever decided it.

use plimsoll_core::gate::{self, NamespaceHolder};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::EvidenceKind;
use plimsoll_core::{AccountName, Digest, State, Timestamp, Visibility};
use plimsoll_store::version::{Documents, VersionRecord};
use plimsoll_store::{Conn, namespace, version};
use plimsoll_trust::LegacySignature;
use plimsoll_trust::signature::platform_signature;
use plimsoll_trust::statement::{Approval, ApprovalDecision};

use super::{Error, Result, packages};
use crate::App;

/// Approves a version for its visibility: signs, and takes the namespace where it becomes public. Nothing is written to the
/// version's rows yet.
pub(super) fn approve(
    app: &App,
    conn: &mut Conn,
    record: &mut VersionRecord,
    documents: &mut Documents,
    reviewer: Option<&AccountName>,
) -> Result<()> {
    keep_bundle(conn, record)?;
    let now = app.clock.now();
    let approval = Approval {
        registry: app.registry.clone(),
        package: record.package.clone(),
        version: record.version.clone(),
        sha256: record.sha256,
        size: record.size,
        audience: record.visibility,
        tier: record.tier,
        permissions_sha256: record.permissions.digest(),
        bundled: record.bundled.clone(),
        publisher: record.publisher.clone(),
        evidence_kind: record.evidence_kind,
        evidence_sha256: documents.evidence.as_ref().map(Digest::of),
        gate_report_sha256: record.report_sha256,
        policy_version: record.policy_version,
        decision: if reviewer.is_some() { ApprovalDecision::Reviewed } else { ApprovalDecision::Auto },
        reviewer: reviewer.cloned(),
        published_at: record.published_at,
        decided_at: now,
    };
    let text = approval.sign(&*app.signer).map_err(|error| Error::Internal(error.to_string()))?;
    documents.platform_signature = counter_signature(app, record, documents)?;
    record.approval_sha256 = Some(Digest::of(&text));
    documents.approval = Some(text);
    record.state = State::Approved;
    record.approved_for = Some(record.visibility);
    record.decided_at = Some(now);
    record.decided_by = reviewer.cloned();
    record.held_reason = None;
    if record.visibility == Visibility::Marketplace {
        take_namespace(conn, record, documents, now)?;
    }
    Ok(())
}

/// What an App bundles stays as the gate found it until the approval is there. Whoever blocks it meanwhile waits, and then
/// finds the App; of two at once, the later one finds the block here.
fn keep_bundle(conn: &mut Conn, record: &VersionRecord) -> Result<()> {
    for pin in &record.bundled {
        let pinned = version::keep(conn, &pin.id, &pin.version)?;
        if !pinned.is_some_and(|pinned| pinned.may_be_resolved()) {
            let message = format!(
                "{} {} cannot be approved: {} {}, which it bundles, has just been taken back. Look at its report again",
                record.package, record.version, pin.id, pin.version
            );
            return Err(Error::conflict(ProblemCode::ReviewStale, message));
        }
    }
    Ok(())
}

/// The publisher's `ed25519:` string: its evidence, or what came beside its statement.
pub(super) fn signature_string<'d>(record: &VersionRecord, documents: &'d Documents) -> Option<&'d String> {
    match record.evidence_kind {
        EvidenceKind::Ed25519 => documents.evidence.as_ref(),
        _ => documents.signature.as_ref(),
    }
}

/// ObjectStack's own counter-signature, which is only as good as the publisher's signature below it.
fn counter_signature(app: &App, record: &VersionRecord, documents: &Documents) -> Result<Option<String>> {
    let Some(signature) = signature_string(record, documents) else { return Ok(None) };
    let failed = |error: &dyn std::error::Error| Error::Internal(format!("counter-signing: {error}"));
    let signature: LegacySignature = signature.parse().map_err(|error| failed(&error))?;
    let signed = platform_signature(&*app.signer, &record.package, &record.version, &record.sha256, &signature);
    Ok(Some(signed.map_err(|error| failed(&error))?.to_string()))
}

/// A namespace belongs to the publisher whose package first became public with it. The gate looked, but another publisher may
/// have taken it since: of two approvals at once, the later one finds that here.
fn take_namespace(conn: &mut Conn, record: &VersionRecord, documents: &Documents, since: Timestamp) -> Result<()> {
    let (publisher, package) = (record.publisher.clone(), record.package.clone());
    let manifest = packages::stored_manifest(&package, &record.version, &documents.manifest)?;
    let Some(name) = manifest.namespace.filter(|name| !gate::is_reserved(name)) else { return Ok(()) };
    let holder = namespace::take(conn, &name, &NamespaceHolder { publisher, package, since })?;
    if holder.publisher != record.publisher {
        let message = format!(
            "{} {} cannot be approved: the namespace `{name}` has just been taken by the publisher {}. Look at its report again",
            record.package, record.version, holder.publisher
        );
        return Err(Error::conflict(ProblemCode::ReviewStale, message));
    }
    Ok(namespace::note_package(conn, &record.package, &name)?)
}

/// Replaces the rows of a version, unless somebody else changed them meanwhile.
pub(super) fn replace(conn: &mut Conn, was: &VersionRecord, now: &VersionRecord, documents: &Documents) -> Result<()> {
    let replaced =
        version::update(conn, was, now)? && version::set_documents(conn, &now.package, &now.version, documents)?;
    check_replaced(replaced, now)
}

/// Refuses to go on where somebody else changed the rows meanwhile.
pub(super) fn check_replaced(replaced: bool, now: &VersionRecord) -> Result<()> {
    if replaced {
        return Ok(());
    }
    let message = format!("{} {} has just been changed by somebody else: look again", now.package, now.version);
    Err(Error::conflict(ProblemCode::StateConflict, message))
}
