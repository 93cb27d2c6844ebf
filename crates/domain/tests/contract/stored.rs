//! The stored form is read for decades: what was written once must be read for ever.

use crate::support::*;
use yinxin_domain::contract::{Actor, Contract, PartyKey};
use yinxin_domain::signing::PlacementKind;

/// Contracts in many states, as this program writes them.
fn gallery() -> Vec<(&'static str, Contract)> {
    let (a, b) = (clerk(PartyKey::A), clerk(PartyKey::B));
    let mut gallery = Vec::new();
    let mut story = Story::begin(shipped("henan-mall"), 1, &b);
    gallery.push(("drafting", story.contract.clone()));
    story.does(&b, |c, ctx| c.send(ctx, no_faults()));
    gallery.push(("in_review", story.contract.clone()));
    let mut returned = Story { events: Vec::new(), effects: Vec::new(), ..Story::begin(shipped("henan-mall"), 1, &b) };
    returned.does(&b, |c, ctx| c.send(ctx, no_faults())).does(&a, |c, ctx| c.return_draft(ctx, "请改"));
    gallery.push(("returned", returned.contract.clone()));
    returned.does(&b, |c, ctx| c.send(ctx, no_faults())).does(&a, |c, ctx| c.modify(ctx));
    gallery.push(("modified", returned.contract.clone()));
    returned.does(&b, |c, ctx| c.send(ctx, no_faults()));
    returned.does(&a, |c, ctx| c.attach(ctx, "scan", digest(9), "扫描件.pdf"));
    returned.does(&a, |c, ctx| c.confirm(ctx, offline(Some("2025-03-19"))));
    gallery.push(("offline", returned.contract.clone()));
    story.does(&a, |c, ctx| c.confirm(ctx, online(1)));
    story.does(&b, |c, ctx| c.seal(ctx, digest(2), &[seal(PlacementKind::Seal), seal(PlacementKind::Seam)]));
    gallery.push(("sealed_unsent", story.contract.clone()));
    story.does(&b, |c, ctx| c.submit(ctx)).seals(&a, 3).does(&a, |c, ctx| c.submit(ctx));
    gallery.push(("concluded", story.contract.clone()));
    story.does(&Actor::Platform, |c, ctx| c.platform_signed(ctx, digest(4)));
    story.does(&supervisor(), |c, ctx| c.put_on_hold(ctx, "监管〔2025〕1号", "投诉"));
    gallery.push(("held", story.contract.clone()));
    let mut disagreed = Story::begin(shipped("jiaozuo"), 2, &a);
    disagreed.does(&a, |c, ctx| c.freeze(ctx, no_faults(), text(1))).seals(&a, 2).does(&a, |c, ctx| c.submit(ctx));
    disagreed.does(&b, |c, ctx| c.disagree(ctx, "不符"));
    gallery.push(("disagreed", disagreed.contract.clone()));
    disagreed.does(&a, |c, ctx| c.revoke(ctx, "重来"));
    gallery.push(("revoked", disagreed.contract.clone()));
    gallery
}

fn golden_path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/stored").join(format!("{name}.json"))
}

/// A changed file here means that contracts already stored may not be read any more. Only a new format number and a reader for the old one
/// make that right; `YINXIN_UPDATE=1` writes files that are missing, never ones that are there.
#[test]
fn what_was_written_once_is_read_and_written_the_same() {
    for (name, contract) in gallery() {
        let path = golden_path(name);
        let written = contract.to_stored().unwrap();
        if !path.exists() && option_env!("YINXIN_UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &written).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let read = Contract::from_stored(&golden).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read, contract, "{name}");
        assert_eq!(written, golden, "{name}");
    }
}

#[test]
fn another_format_and_foreign_fields_are_refused() {
    let stored = gallery().remove(0).1.to_stored().unwrap();
    assert!(stored.starts_with("{\"format\":1,"), "{stored}");
    let newer = stored.replacen("\"format\":1", "\"format\":2", 1);
    assert!(Contract::from_stored(&newer).unwrap_err().to_string().starts_with("contract.stored_format"));
    let foreign = stored.replacen("\"version\":", "\"colour\":1,\"version\":", 1);
    assert!(Contract::from_stored(&foreign).unwrap_err().to_string().starts_with("contract.stored_unreadable"));
    assert!(Contract::from_stored("").is_err());
}
