//! Contracts of ten pages, driven to where a row begins or ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use e2e::play::{Intent, Pair, Party, by_hand, signing_codes, text, wait_for_code};
use e2e::{Client, Error, Machine, Server};
use serde_json::{Value, json};

/// Lines of the award that fill ten pages.
const LINES: usize = 145;

/// The pairs that make contracts, each in its own thread.
pub struct Stage {
    pairs: Vec<Pair>,
    machine: Machine,
    template: Value,
    anybody: Client,
    now_seconds: i64,
    number: AtomicUsize,
}

/// A contract whose text is frozen, and the party whose turn it is.
pub struct Draft {
    /// `ctr_…`
    pub contract: String,
    /// The supplier, who began it.
    pub party: Party,
    /// Pages of its text.
    pub pages: u64,
}

impl Stage {
    /// Makes so many pairs.
    pub fn set(server: &mut Server, pairs: usize) -> Result<Self, Error> {
        let operator = server.operator()?;
        let machine = Machine::register(&operator, "示例交易系统", "trading")?;
        let template = award();
        let pairs = (0..pairs).map(|number| Pair::cast(server, &operator, &machine, &template, number));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        let (anybody, now_seconds) = (Client::new(server.url())?, server.now_seconds());
        Ok(Self { pairs, machine, template, anybody, now_seconds, number: AtomicUsize::new(0) })
    }

    /// `each` frozen contracts of every pair.
    pub fn frozen(&self, each: usize) -> Result<Vec<Vec<Draft>>, Error> {
        self.in_parallel(|pair| (0..each).map(|_| self.freeze(pair)).collect())
    }

    /// Brings `each` contracts of every pair from the award to the public notice; how many, and their pages.
    pub fn concluded(&self, each: usize) -> Result<(usize, u64), Error> {
        let pages = self.in_parallel(|pair| {
            let drafts = (0..each).map(|_| self.conclude(pair)).collect::<Result<Vec<_>, _>>()?;
            for draft in &drafts {
                published(draft)?;
            }
            Ok(drafts.first().map_or(0, |draft| draft.pages))
        })?;
        Ok((pages.len() * each, pages.first().copied().unwrap_or(0)))
    }

    fn in_parallel<T: Send>(&self, work: impl Fn(&Pair) -> Result<T, Error> + Sync) -> Result<Vec<T>, Error> {
        thread::scope(|scope| {
            let running: Vec<_> = self.pairs.iter().map(|pair| scope.spawn(|| work(pair))).collect();
            running.into_iter().map(|one| one.join().expect("no panic")).collect()
        })
    }

    /// Award, draft, the fields that are missing, the end of the text.
    fn freeze(&self, pair: &Pair) -> Result<Draft, Error> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let code = format!("BENCH-{number}");
        let mut award = pair.award(&self.template, &code);
        // No two contracts buy the same, so that nothing that was set for one serves the next.
        for (line, item) in award["items"].as_array_mut().into_iter().flatten().enumerate() {
            item["name"] = json!(format!("计算机{number:03}-{line:03}"));
        }
        let award = award.to_string();
        let pushed = self.machine.push_by(&self.anybody, self.now_seconds, "/api/v1/awards", &award)?.ok_json()?;
        let party = &pair.parties[1];
        let client = &party.client;
        let begin = json!({ "award_id": pushed["award_id"], "template_id": "goods-1" });
        let contract = text(&client.post("/api/v1/contracts", &begin)?.ok_json()?, "contract_id");
        let path = format!("/api/v1/contracts/{contract}");
        let mut checks = client.get(&format!("{path}/checks"))?.ok_json()?;
        while checks["ready"] != true {
            let fields = by_hand(&checks, usize::MAX);
            client.patch(&format!("{path}/draft"), &json!({ "version": checks["version"], "fields": fields }))?.ok()?;
            checks = client.get(&format!("{path}/checks"))?.ok_json()?;
        }
        client.post(&format!("{path}/freeze"), &json!({ "version": checks["version"] }))?.ok()?;
        let pages = client.get(&path)?.ok_json()?["pages"].as_u64().unwrap_or(0);
        Ok(Draft { contract, party: party.clone(), pages })
    }

    fn conclude(&self, pair: &Pair) -> Result<Draft, Error> {
        let draft = self.freeze(pair)?;
        let path = format!("/api/v1/contracts/{}", draft.contract);
        for (party, last) in [(&pair.parties[1], "submission"), (&pair.parties[0], "agreement")] {
            let before = signing_codes(&party.client, &party.phone)?.first().map_or(0, |one| one.0);
            let intent = Intent::confirm(&party.client, &draft.contract, false)?;
            let (_, code) = wait_for_code(&party.client, &party.phone, before)?;
            let completed = party.client.post(&intent.completion(), &intent.proofs(&code))?.ok_json()?;
            let version = json!({ "version": completed["contract_version"] });
            party.client.post(&format!("{path}/{last}"), &version)?.ok()?;
        }
        Ok(draft)
    }
}

/// Platform signature, filing and notice are jobs: looked at until they are done.
fn published(draft: &Draft) -> Result<(), Error> {
    for _ in 0..3_000 {
        let seen = draft.party.client.get(&format!("/api/v1/contracts/{}", draft.contract))?.ok_json()?;
        if seen["state"]["phase"] == "published" {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(200));
    }
    let reply = draft.party.client.get(&format!("/api/v1/contracts/{}", draft.contract))?;
    Err(reply.unexpected("a published contract within a minute"))
}

/// The sample award with many lines.
fn award() -> Value {
    let sample = include_str!("../../../samples/awards/goods-devices.json");
    let mut award: Value = serde_json::from_str(sample).expect("a sample award is JSON");
    let line = |number: usize| {
        json!({
            "no": number.to_string(), "name": format!("便携式计算机{number:03}"), "catalogue": "A02010108", "brand": "示例牌",
            "spec": "14英寸, 16GB, 512GB", "unit": "台", "quantity": "2", "unit_price": "5980.00", "amount": "11960.00",
        })
    };
    award["items"] = (1..=LINES).map(line).collect();
    award["amount"] = json!(format!("{}.00", 11_960 * LINES));
    award
}
