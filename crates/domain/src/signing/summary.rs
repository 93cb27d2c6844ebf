//! What the signer is shown at confirmation, and what his intent is bound to: what you see is what you sign.

use crate::contract::party::PartyKey;
use crate::identifiers::Sm3Digest;
use crate::ids::{ContractId, SealId};
use crate::signing::{Placed, PlacementKind, SealType};
use serde::{Deserialize, Serialize};

/// What the signer is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The contract.
    pub contract: ContractId,
    /// Its title.
    pub title: String,
    /// Its parties, purchaser first.
    pub parties: Vec<SummaryParty>,
    /// The party that signs now.
    pub signs_for: PartyKey,
    /// The amount in 分, where the contract has a total.
    pub amount_fen: Option<i64>,
    /// The amount in capitals, as the text writes it.
    pub amount_capitals: Option<String>,
    /// The pages of the document.
    pub pages: u32,
    /// SM3 of the document as it is before this signature.
    pub digest_sm3: Sm3Digest,
    /// What will be set, and where.
    pub placements: Vec<SummaryPlacement>,
    /// Whether the signer ends with it (结束签章): what he seals is sent at once, and he cannot seal at this step again (S3-086).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends_step: bool,
}

/// One party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryParty {
    /// Its place in the text.
    pub key: PartyKey,
    /// Its name.
    pub name: String,
}

/// One placement as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryPlacement {
    /// What is set.
    pub kind: PlacementKind,
    /// The seal.
    pub seal: SealId,
    /// Its name.
    pub seal_name: String,
    /// What it is for.
    pub seal_type: SealType,
    /// The page, from 0; none for a seam seal.
    pub page: Option<u32>,
    /// The centre from the left edge, mm.
    pub x_mm: f64,
    /// The centre from the upper edge, mm.
    pub y_mm: f64,
}

impl SummaryPlacement {
    /// Shows a checked placement.
    pub fn of(placed: &Placed, seal_name: impl Into<String>) -> Self {
        Self {
            kind: placed.kind,
            seal: placed.seal,
            seal_name: seal_name.into(),
            seal_type: placed.seal_type,
            page: placed.page,
            x_mm: placed.x_mm,
            y_mm: placed.y_mm,
        }
    }
}

/// Begins the canonical form, so that its digest is a digest of nothing else.
const DOMAIN: &str = "yinxin.signing-summary/1";

impl Summary {
    /// The canonical form, over which the digest goes that an intent is bound to.
    ///
    /// Lines of `name=length:value`, each closed by a line feed, in a fixed order; lengths are in bytes of UTF-8, so that no value can look
    /// like another field; absent values are left out; millimetres are written in whole hundredths.
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut put = |name: &str, value: &str| {
            out.extend_from_slice(format!("{name}={}:{value}\n", value.len()).as_bytes());
        };
        put("form", DOMAIN);
        put("contract", &self.contract.to_string());
        put("title", &self.title);
        for party in &self.parties {
            put("party", &party.key.to_string());
            put("party.name", &party.name);
        }
        put("signs_for", &self.signs_for.to_string());
        if let Some(amount) = self.amount_fen {
            put("amount_fen", &amount.to_string());
        }
        if let Some(capitals) = &self.amount_capitals {
            put("amount_capitals", capitals);
        }
        put("pages", &self.pages.to_string());
        put("digest_sm3", &self.digest_sm3.to_string());
        for placement in &self.placements {
            put("placement", placement.kind.code());
            put("placement.seal", &placement.seal.to_string());
            put("placement.seal_name", &placement.seal_name);
            put("placement.seal_type", placement.seal_type.code());
            if let Some(page) = placement.page {
                put("placement.page", &page.to_string());
            }
            put("placement.x", &hundredths(placement.x_mm));
            put("placement.y", &hundredths(placement.y_mm));
        }
        // Left out otherwise, so that what was signed before the choice existed keeps its digest.
        if self.ends_step {
            put("ends_step", "yes");
        }
        out
    }
}

fn hundredths(mm: f64) -> String {
    format!("{:.0}", mm * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        Summary {
            contract: ContractId::new(1_700_000_000_000_000, [1; 10]),
            title: "示例合同".to_owned(),
            parties: vec![
                SummaryParty { key: PartyKey::A, name: "示例市第三中学".to_owned() },
                SummaryParty { key: PartyKey::B, name: "示例办公用品有限公司".to_owned() },
            ],
            signs_for: PartyKey::B,
            amount_fen: Some(987_650),
            amount_capitals: Some("玖仟捌佰柒拾陆元伍角".to_owned()),
            pages: 6,
            digest_sm3: Sm3Digest::from_bytes([7; 32]),
            placements: vec![SummaryPlacement {
                kind: PlacementKind::Seal,
                seal: SealId::new(1_700_000_000_000_000, [2; 10]),
                seal_name: "公章".to_owned(),
                seal_type: SealType::Company,
                page: Some(5),
                x_mm: 120.25,
                y_mm: 200.0,
            }],
            ends_step: false,
        }
    }

    #[test]
    fn the_canonical_form_is_fixed() {
        let text = String::from_utf8(summary().canonical()).unwrap();
        assert!(text.starts_with("form=24:yinxin.signing-summary/1\ncontract=30:ctr_"), "{text}");
        assert!(text.contains("title=12:示例合同\nparty=1:A\nparty.name=21:示例市第三中学\nparty=1:B\n"), "{text}");
        assert!(text.ends_with("placement.page=1:5\nplacement.x=5:12025\nplacement.y=5:20000\n"), "{text}");
    }

    #[test]
    fn whatever_the_signer_is_shown_changes_the_canonical_form() {
        let base = summary().canonical();
        let changes: [fn(&mut Summary); 11] = [
            |s| s.title.push('甲'),
            |s| s.parties[1].name.push('甲'),
            |s| s.signs_for = PartyKey::A,
            |s| s.amount_fen = Some(987_651),
            |s| s.amount_capitals = None,
            |s| s.pages = 7,
            |s| s.digest_sm3 = Sm3Digest::from_bytes([8; 32]),
            |s| s.placements[0].page = Some(4),
            |s| s.placements[0].x_mm += 0.01,
            |s| s.placements.clear(),
            |s| s.ends_step = true,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = summary();
            change(&mut changed);
            assert_ne!(changed.canonical(), base, "change {number}");
        }
    }

    #[test]
    fn no_value_can_pretend_to_be_another_field() {
        let mut forged = summary();
        forged.title = "示例合同\nparty=1:A".to_owned();
        let text = String::from_utf8(forged.canonical()).unwrap();
        assert!(text.contains("title=22:示例合同\nparty=1:A\nparty=1:A\n"), "{text}");
    }
}
