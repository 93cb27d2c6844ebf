//! Memory over many documents, in a process of its own: other tests running at the same time would be counted too.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use support::sample::{AT_MICROS, goods_contract};
use yinxin_typeset::render;

#[test]
fn memory_stays_flat_over_many_documents() {
    let resident = || -> Option<u64> {
        let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
        Some(statm.split_whitespace().nth(1)?.parse::<u64>().ok()? * 4096)
    };
    if resident().is_none() {
        eprintln!("SKIPPED: this system does not tell the memory in use");
        return;
    }
    let mut document = goods_contract(20);
    let mut set = |index: usize| {
        document.number = format!("示例-{index}");
        document.preamble[0] = format!("第{index}份合同。{}", "本合同由双方协商订立，共同遵守。".repeat(20));
        render(&document, AT_MICROS).expect("it can be set");
    };
    (0..12).for_each(&mut set);
    let warm = resident();
    (12..72).for_each(&mut set);
    let grown = resident().zip(warm).map_or(u64::MAX, |(now, warm)| now.saturating_sub(warm));
    assert!(grown < 24 << 20, "{} MB more after 60 documents", grown >> 20);
}
