//! Verdicts as sentences, and the order of the signatures in time.

use super::fault::{Fault, Verdict};
use super::report::{Clock, Kind, Sentence, SignatureReport};

/// How far the clocks of two authorities, or of a signer and an authority, may differ: five minutes.
const CLOCK_TOLERANCE: i64 = 5 * 60 * 1_000_000;

/// A signature covers all before it, so it cannot be older than what they prove; nor can a time that is only claimed lie in the future.
pub(super) fn check_order_of_times(signatures: &mut [SignatureReport], now: i64) {
    let mut proven_before = i64::MIN;
    for signature in signatures {
        let (claimed, proven) = (signature.time.claimed, signature.time.proven);
        let Some(time) = proven.or(claimed).map(|time| time.0) else { continue };
        let future = proven.is_none() && time > now.saturating_add(CLOCK_TOLERANCE);
        if future || time < proven_before.saturating_sub(CLOCK_TOLERANCE) {
            signature.faults.push(Fault::TimeOrder);
        }
        proven_before = proven_before.max(proven.map_or(i64::MIN, |time| time.0));
    }
}

/// The verdict of one signature from its faults, and its sentence.
pub(super) fn conclude(signature: &mut SignatureReport) {
    // What is not verified at all must not pass for lack of faults.
    let unverified = signature.signer.is_none() && signature.faults.is_empty();
    if unverified {
        signature.faults.push(Fault::UnknownKind);
    }
    signature.verdict = signature.faults.iter().map(Fault::verdict).max().unwrap_or(Verdict::ValidTrusted);
    signature.summary = of_signature(signature);
}

fn of_signature(signature: &SignatureReport) -> Sentence {
    let (kind_zh, kind_en) = match signature.kind {
        Kind::Seal => ("签章", "Seal"),
        Kind::Cms => ("签名", "Signature"),
        Kind::DocumentTimestamp => ("文档时间戳", "Document timestamp"),
        Kind::Unknown => ("签名", "Signature"),
    };
    let who = signature.signer.as_ref().map(|signer| signer.name.as_str()).unwrap_or_default();
    let what = signature.seal.as_ref().map_or(String::new(), |seal| format!("“{}”", seal.name));
    let by = match (who, what.as_str()) {
        ("", "") => "？".to_owned(),
        (who, "") => who.to_owned(),
        (who, what) => format!("{who} {what}"),
    };
    let (when_zh, when_en) = match (signature.time.proven, signature.time.claimed, signature.time.clock) {
        (Some(time), _, Some(Clock::Outside)) => {
            (format!("，{time}（外部时间戳）"), format!(", {time} (timestamp of an outside authority)"))
        }
        (Some(time), _, _) => {
            (format!("，{time}（平台自有时间戳）"), format!(", {time} (timestamp of the operator's own authority)"))
        }
        (None, Some(time), _) => (format!("，自称时间 {time}"), format!(", claimed time {time}")),
        (None, None, _) => (String::new(), String::new()),
    };
    let (zh, en) = match signature.verdict {
        Verdict::ValidTrusted => ("有效", "valid"),
        Verdict::ValidUntrusted => ("有效，但证书不能追溯到受信任的根证书", "valid, but not under a trusted root"),
        Verdict::Indeterminate => ("无法确定是否有效", "indeterminate"),
        Verdict::Invalid => ("无效", "not valid"),
    };
    let worst = signature
        .faults
        .iter()
        .filter(|fault| fault.verdict() >= Verdict::Indeterminate)
        .max_by_key(|fault| fault.verdict());
    let (why_zh, why_en) = worst
        .map_or((String::new(), String::new()), |fault| (format!("：{}", fault.zh()), format!(": {}", fault.en())));
    Sentence {
        zh: format!("{kind_zh}{zh}：{by}{when_zh}{why_zh}"),
        en: format!("{kind_en} {en}: {by}{when_en}{why_en}"),
    }
}

/// The verdict of the whole file in one sentence.
pub(super) fn of_file(verdict: Verdict, signatures: &[SignatureReport], faults: &[Fault]) -> Sentence {
    let total = signatures.len();
    let bad = signatures.iter().filter(|signature| signature.verdict >= Verdict::Indeterminate).count();
    if let Some(fault) = faults.iter().max_by_key(|fault| fault.verdict()) {
        return Sentence { zh: fault.zh(), en: fault.en() };
    }
    match verdict {
        Verdict::ValidTrusted => Sentence {
            zh: format!("文件未被改动，{total} 个签名全部有效。"),
            en: format!("The file is unchanged and all {total} signatures are valid."),
        },
        Verdict::ValidUntrusted => Sentence {
            zh: format!("文件未被改动，{total} 个签名全部有效，但有证书不能追溯到受信任的根证书。"),
            en: format!(
                "The file is unchanged and all {total} signatures are valid, but some chain ends in no trusted root."
            ),
        },
        Verdict::Indeterminate => Sentence {
            zh: format!("{total} 个签名中有 {bad} 个无法确定是否有效。"),
            en: format!("{bad} of {total} signatures cannot be determined to be valid."),
        },
        Verdict::Invalid => Sentence {
            zh: format!("{total} 个签名中有 {bad} 个无效或无法确定。"),
            en: format!("{bad} of {total} signatures are not valid or cannot be determined."),
        },
    }
}
