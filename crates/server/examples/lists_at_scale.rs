//! The lists of the UI row of `cargo xtask bench`: every list, some filters, the counts and 首页 with many contracts on SQLite, without HTTP.
//!
//! `lists_at_scale [--quick] [CONTRACTS]`; 100,000 contracts, or 10,000 in a quick run. Prints one JSON object a line for
//! `xtask/src/bench.rs`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement stops at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "a measurement looks at the clock")]

use std::time::{Duration, Instant};

use yinxin_domain::contract::view::List;
use yinxin_domain::ids::PersonId;
use yinxin_domain::organisation::Role;
use yinxin_server::actor::{Actor, Capacity, ClientKind, Origin};
use yinxin_server::app::App;
use yinxin_server::award;
use yinxin_server::config::Config;
use yinxin_server::contract::sample;
use yinxin_server::contract::store::lists::SortBy;
use yinxin_server::contract::use_cases::home;
use yinxin_server::contract::use_cases::lists::{self, Filter, Which};
use yinxin_server::open_api;
use yinxin_server::server::Server;

const AWARD: &[u8] = include_bytes!("../../../samples/awards/goods-devices.json");
const TIMES: usize = 7;

fn plain() -> Filter {
    let any = (i64::MIN, i64::MAX);
    Filter {
        words: String::new(),
        party: String::new(),
        phase: None,
        profile: None,
        since: any,
        due: any,
        amount: any,
        by: SortBy::Since,
        descending: true,
    }
}

/// Prints the median of what was taken; the target is that of the plan for 100,000 contracts.
fn report(what: &str, count: usize, mut taken: Vec<Duration>) {
    taken.sort();
    let at = |index: usize| taken[index].as_secs_f64() * 1e3;
    let row = serde_json::json!({
        "level": "UI", "work": format!("{what}, {count} contracts"), "measured": at(TIMES / 2), "unit": "ms",
        "sense": "at_most", "target": 200.0, "note": format!("worst {:.1} ms", at(TIMES - 1)),
    });
    println!("{row}");
}

async fn measure((app, actor, count): (&App, &Actor, usize), what: &str, which: &Which, filter: &Filter) {
    let mut taken = Vec::new();
    let mut found = 0;
    for _ in 0..TIMES {
        let begun = Instant::now();
        found = lists::list(app, actor, which, filter, None, 20).await.unwrap().items.len();
        taken.push(begun.elapsed());
    }
    report(&format!("list: {what} ({found} rows)"), count, taken);
}

#[tokio::main]
async fn main() {
    let (quick, numbers): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|one| one == "--quick");
    let usual = if quick.is_empty() { 100_000 } else { 10_000 };
    let count = numbers.first().map_or(usual, |text| text.parse().expect("a number of contracts"));
    let directory = tempfile::tempdir().unwrap();
    let set = |name: &str, value: String| (name.to_owned(), value);
    let variables = [
        set("YINXIN__DATA_DIR", directory.path().display().to_string()),
        set("YINXIN__HTTP__LISTEN", "127.0.0.1:0".to_owned()),
        set("YINXIN__LOG__FILTER", "error".to_owned()),
    ];
    let server = Server::start(Config::from_parts(None, variables).unwrap()).await.unwrap();
    let app = &server.app;
    let as_who = |capacity| Actor { capacity, origin: Origin::default() };
    let person = PersonId::new(1, [1; 10]);
    let operator = as_who(Capacity::Operator(person));
    let name = "示例交易系统";
    let (client, _) = open_api::use_cases::create_client(app, &operator, name, ClientKind::Trading).await.unwrap();
    let machine = as_who(Capacity::Client { client, kind: ClientKind::Trading });
    let pushed = award::use_cases::push(app, &machine, AWARD.into()).await.unwrap();
    let begun = Instant::now();
    let purchaser = sample::fill(app, pushed.award, count).await.unwrap();
    eprintln!("{count} contracts in {:.1} s", begun.elapsed().as_secs_f64());
    let roles = vec![Role::Administrator, Role::Clerk, Role::SealKeeper];
    let member = as_who(Capacity::Member { person, organisation: purchaser, roles });

    for list in List::ALL {
        measure((app, &member, count), list.code(), &Which::List(list), &plain()).await;
    }
    let completed = Which::List(List::Completed);
    let cases = [
        ("completed, largest amount", Filter { by: SortBy::Amount, ..plain() }),
        ("completed, words that many hold", Filter { words: "示例设备".to_owned(), ..plain() }),
        ("completed, words that one holds", Filter { words: "SL-00050010".to_owned(), ..plain() }),
        ("completed, words that none holds", Filter { words: "没有这个词".to_owned(), ..plain() }),
        ("completed, one other party", Filter { party: "示例第77供应".to_owned(), ..plain() }),
        ("completed, a phase that none is in", Filter { phase: Some("published".to_owned()), ..plain() }),
        ("completed, a narrow amount", Filter { amount: (1_000_000, 1_000_500), ..plain() }),
    ];
    for (what, filter) in cases {
        measure((app, &member, count), what, &completed, &filter).await;
    }
    let waiting = Which::List(List::WaitingForMe);
    measure(
        (app, &member, count),
        "waiting for me, nearest first",
        &waiting,
        &Filter { by: SortBy::Due, descending: false, ..plain() },
    )
    .await;
    let tab = Which::Tab { profile: "jiaozuo".to_owned(), tab: "done".to_owned() };
    measure((app, &member, count), "tab of eight phases", &tab, &plain()).await;
    let (mut counting, mut opening) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let begun = Instant::now();
        lists::counts(app, &member).await.unwrap();
        counting.push(begun.elapsed());
        let begun = Instant::now();
        home::home(app, &member).await.unwrap();
        opening.push(begun.elapsed());
    }
    report("counts of all lists", count, counting);
    report("首页", count, opening);
    server.stop().await;
}
