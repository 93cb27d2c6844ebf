//! One pair of parties that makes contracts without end, and knows after a kill what it had been told.

use std::sync::Mutex;
use std::sync::mpsc::Sender;

use e2e::play::{Intent, Pair, Party, by_hand, signing_codes, text, wait_for_code};
use e2e::{Client, Error, Machine, Reply};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::ledger::{Act, Ledger};
use crate::random::Random;

/// Refusals in a row after which a worker says that it is stuck.
const REFUSALS: usize = 40;

/// What all workers share.
pub struct Shared {
    /// What was acknowledged.
    pub ledger: Mutex<Ledger>,
    /// The system that pushes awards.
    pub machine: Machine,
    /// The awards that contracts grow from, one per flow profile.
    pub templates: Vec<Value>,
}

/// The pair and what it is at.
pub struct Worker {
    pair: Pair,
    anybody: Client,
    random: Random,
    /// Counts its awards.
    number: usize,
    now_seconds: i64,
    open: Option<Open>,
    /// What had been sent when no answer came.
    doubt: Option<Doubt>,
    refusals: usize,
    last_refusal: String,
    /// Contracts that are out of the parties' hands.
    pub done: Vec<String>,
}

/// The contract at hand.
struct Open {
    award: Value,
    award_id: Option<String>,
    contract: Option<Contract>,
}

struct Contract {
    id: String,
    /// As last acknowledged.
    version: i64,
    /// The texts that were saved by hand, as last acknowledged.
    saved: Map<String, Value>,
    intent: Option<(usize, Intent)>,
}

/// An act without answer.
enum Doubt {
    Award,
    Begin {
        by: usize,
    },
    Move {
        by: usize,
        kind: &'static str,
        saved: Map<String, Value>,
    },
    Seal {
        by: usize,
        intent: Intent,
        code: String,
    },
    /// What leaves nothing that a party relies on: an intent or a ticket that nobody got is asked for anew.
    Nothing,
}

impl Worker {
    /// A pair with a seed of its own.
    pub fn new(pair: Pair, anybody: Client, seed: u64) -> Self {
        Self {
            pair,
            anybody,
            random: Random::new(seed),
            number: 0,
            now_seconds: 0,
            open: None,
            doubt: None,
            refusals: 0,
            last_refusal: String::new(),
            done: Vec::new(),
        }
    }

    /// The server listens elsewhere now.
    pub fn move_to(&mut self, url: &str, now_seconds: i64) {
        self.pair.move_to(url);
        self.anybody = self.anybody.moved_to(url);
        self.now_seconds = now_seconds;
    }

    /// The purchaser's own client.
    pub fn purchaser(&self) -> &Client {
        &self.pair.parties[0].client
    }

    /// Acts until the server answers no more; each acknowledged act is told.
    pub fn run(&mut self, shared: &Shared, tell: &Sender<()>) -> Result<(), Error> {
        loop {
            match self.step(shared, tell) {
                Ok(()) => {}
                Err(Error::Http { .. }) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn step(&mut self, shared: &Shared, tell: &Sender<()>) -> Result<(), Error> {
        match &self.open {
            None => {
                self.number += 1;
                let template = &shared.templates[self.random.below(shared.templates.len())];
                let code = format!("KILL-{}-{}", self.pair.parties[0].phone, self.number);
                let award = self.pair.award(template, &code);
                self.open = Some(Open { award, award_id: None, contract: None });
                self.push(shared)?;
            }
            Some(Open { award_id: None, .. }) => self.push(shared)?,
            Some(Open { contract: None, award, .. }) => {
                let both = award["profile"] == "jiaozuo";
                let by = if both { self.random.below(2) } else { 1 };
                self.begin(by, shared)?;
            }
            Some(Open { contract: Some(contract), .. }) => {
                let id = contract.id.clone();
                if !self.act(&id, shared)? {
                    return Ok(());
                }
            }
        }
        // Nobody listens any more once the number is reached.
        let _ = tell.send(());
        Ok(())
    }

    fn push(&mut self, shared: &Shared) -> Result<(), Error> {
        let Some(open) = &mut self.open else { return Ok(()) };
        self.doubt = Some(Doubt::Award);
        let body = open.award.to_string();
        let pushed = shared.machine.push_by(&self.anybody, self.now_seconds, "/api/v1/awards", &body)?;
        self.doubt = None;
        let id = text(&pushed.ok_json()?, "award_id");
        open.award_id = Some(id.clone());
        ledger(shared).award(id, open.award.clone());
        Ok(())
    }

    fn begin(&mut self, by: usize, shared: &Shared) -> Result<(), Error> {
        let Some(Open { award_id: Some(award), .. }) = &self.open else { return Ok(()) };
        let award = award.clone();
        let client = &self.pair.parties[by].client;
        let shown = client.get(&format!("/api/v1/awards/{award}"))?.ok_json()?;
        let template = &shown["templates"][0];
        let template = template.as_str().or_else(|| template["id"].as_str()).unwrap_or_default().to_owned();
        self.doubt = Some(Doubt::Begin { by });
        let begun = client.post("/api/v1/contracts", &json!({ "award_id": award, "template_id": template }))?;
        self.doubt = None;
        let begun = if begun.status == 409 {
            // It had begun, and the answer was lost: the award names the contract.
            let shown = client.get(&format!("/api/v1/awards/{award}"))?.ok_json()?;
            json!({ "contract_id": shown["contract_id"], "version": 1 })
        } else {
            begun.ok_json()?
        };
        let id = text(&begun, "contract_id");
        self.note(shared, by, &id, begun["version"].as_i64().unwrap_or(0), "contract.started", None);
        if let Some(open) = &mut self.open {
            open.contract = Some(Contract { id, version: 1, saved: Map::new(), intent: None });
        }
        Ok(())
    }

    fn note(
        &self,
        shared: &Shared,
        by: usize,
        contract: &str,
        version: i64,
        kind: &'static str,
        document: Option<String>,
    ) {
        let Party { person, organisation, .. } = &self.pair.parties[by];
        let (person, organisation) = (person.clone(), organisation.clone());
        ledger(shared).act(Act { contract: contract.to_owned(), version, kind, person, organisation, document });
    }

    fn contract(&mut self) -> &mut Contract {
        self.open.as_mut().and_then(|open| open.contract.as_mut()).expect("called with a contract at hand")
    }

    /// One act of the party whose turn it is; false when nothing was acknowledged.
    fn act(&mut self, id: &str, shared: &Shared) -> Result<bool, Error> {
        let path = format!("/api/v1/contracts/{id}");
        let mut by = 0;
        let mut seen = self.pair.parties[by].client.get(&path)?.ok_json()?;
        if seen["holder"]["who"] != "party" {
            self.done.push(id.to_owned());
            self.open = None;
            return Ok(false);
        }
        if seen["holder"]["parties"][0] == "B" {
            by = 1;
            seen = self.pair.parties[by].client.get(&path)?.ok_json()?;
        }
        let verbs: Vec<&str> =
            seen["actions"].as_array().into_iter().flatten().filter_map(|a| a["verb"].as_str()).collect();
        let version = seen["version"].clone();
        let reason = json!({ "version": version, "reason": "示例理由" });
        let plain = json!({ "version": version });
        let offers = |verb: &str| verbs.contains(&verb);
        let chance = self.random.below(100);
        let post = Method::POST;
        if offers("discard_unsent") && chance < 25 {
            let path = format!("{path}/unsent-seals?version={version}");
            self.verb(shared, by, Method::DELETE, &path, None, "contract.unsent_discarded")
        } else if offers("agree") && chance < 35 {
            self.verb(shared, by, post, &format!("{path}/disagreement"), Some(&reason), "contract.disagreed")
        } else if offers("agree") {
            self.verb(shared, by, post, &format!("{path}/agreement"), Some(&plain), "contract.agreed")
        } else if offers("submit") {
            self.verb(shared, by, post, &format!("{path}/submission"), Some(&plain), "contract.step_sent")
        } else if offers("seal") {
            self.seal(by, id, shared)
        } else if offers("confirm") && chance < 20 {
            self.verb(shared, by, post, &format!("{path}/return"), Some(&reason), "contract.returned")
        } else if offers("confirm") {
            let body = json!({ "version": version, "payment_method": "transfer", "payment_amount_fen": seen["amount_fen"], "online": true });
            self.verb(shared, by, post, &format!("{path}/confirmation"), Some(&body), "contract.confirmed")
        } else if offers("send") || offers("freeze") {
            self.draft(shared, by, &path, offers("freeze"))
        } else {
            Err(Error::Unexpected {
                request: format!("GET {path}"),
                expected: "a verb for the party that holds the contract".to_owned(),
                status: 200,
                body: seen.to_string(),
            })
        }
    }

    /// Saves some of what is missing or changes a text; ends the draft now and then once it is ready.
    fn draft(&mut self, shared: &Shared, by: usize, path: &str, freezes: bool) -> Result<bool, Error> {
        let checks = self.pair.parties[by].client.get(&format!("{path}/checks"))?.ok_json()?;
        let version = checks["version"].clone();
        let most = 1 + self.random.below(6);
        let mut fields = by_hand(&checks, most);
        let saved = self.contract().saved.clone();
        if fields.is_empty() && !saved.is_empty() && self.random.below(100) < 50 {
            let chosen = saved.keys().nth(self.random.below(saved.len())).cloned().unwrap_or_default();
            fields.insert(chosen, json!(format!("按采购文件约定，第 {} 稿。", self.random.below(1_000_000))));
        }
        if fields.is_empty() {
            let (verb, kind) = if freezes { ("freeze", "contract.frozen") } else { ("send", "contract.sent") };
            let body = json!({ "version": version });
            return self.verb(shared, by, Method::POST, &format!("{path}/{verb}"), Some(&body), kind);
        }
        let texts = fields.iter().filter(|(_, value)| value.as_str().is_some_and(|text| text.starts_with("按采购")));
        let texts: Map<String, Value> = texts.map(|(id, value)| (id.clone(), value.clone())).collect();
        self.doubt = Some(Doubt::Move { by, kind: "contract.draft_edited", saved: texts.clone() });
        let body = json!({ "version": version, "fields": fields });
        let reply = self.pair.parties[by].client.patch(&format!("{path}/draft"), &body)?;
        self.moved(shared, by, reply, "contract.draft_edited", texts)
    }

    fn verb(
        &mut self,
        shared: &Shared,
        by: usize,
        method: Method,
        path: &str,
        body: Option<&Value>,
        kind: &'static str,
    ) -> Result<bool, Error> {
        self.contract().intent = None;
        self.doubt = Some(Doubt::Move { by, kind, saved: Map::new() });
        let reply = self.pair.parties[by].client.send(method, path, |request| match body {
            Some(body) => request.json(body),
            None => request,
        })?;
        self.moved(shared, by, reply, kind, Map::new())
    }

    /// Takes note of the answer to an act.
    fn moved(
        &mut self,
        shared: &Shared,
        by: usize,
        reply: Reply,
        kind: &'static str,
        saved: Map<String, Value>,
    ) -> Result<bool, Error> {
        self.doubt = None;
        let answer = reply.ok_json()?;
        let version = answer["version"].as_i64().or_else(|| answer["contract_version"].as_i64()).unwrap_or(0);
        let contract = self.contract();
        contract.version = version;
        contract.saved.extend(saved);
        let id = contract.id.clone();
        self.note(shared, by, &id, version, kind, None);
        Ok(true)
    }

    /// The ceremony, from where it stands; an intent outlives a kill.
    fn seal(&mut self, by: usize, id: &str, shared: &Shared) -> Result<bool, Error> {
        let Party { client, phone, .. } = self.pair.parties[by].clone();
        let before = signing_codes(&client, &phone)?.first().map_or(0, |(at, _)| *at);
        let intent = match self.contract().intent.take() {
            Some((whose, intent)) if whose == by => intent,
            _ => {
                let personal = self.random.below(2) == 0;
                self.doubt = Some(Doubt::Nothing);
                let confirmed = Intent::confirm(&client, id, personal);
                self.doubt = None;
                let intent = self.tolerate(confirmed)?;
                let Some(intent) = intent else { return Ok(false) };
                self.contract().intent = Some((by, intent.clone()));
                wait_for_code(&client, &phone, before)?;
                intent
            }
        };
        self.contract().intent = Some((by, intent.clone()));
        // A job that a kill cut short sends its code again later, perhaps behind that of the next intent: the wrong one is refused.
        let mut codes: Vec<String> = signing_codes(&client, &phone)?.into_iter().map(|(_, code)| code).collect();
        codes.dedup();
        for code in codes.into_iter().take(3) {
            self.doubt = Some(Doubt::Seal { by, intent: intent.clone(), code: code.clone() });
            let reply = client.post(&intent.completion(), &intent.proofs(&code))?;
            self.doubt = None;
            if reply.status == 200 {
                self.completed(shared, by, &reply.ok_json()?);
                return Ok(true);
            }
            self.refused(&reply)?;
        }
        self.contract().intent = None;
        Ok(false)
    }

    fn completed(&mut self, shared: &Shared, by: usize, answer: &Value) {
        self.refusals = 0;
        let version = answer["contract_version"].as_i64().unwrap_or(0);
        let document = text(answer, "document_sm3");
        let contract = self.contract();
        contract.version = version;
        contract.intent = None;
        let id = contract.id.clone();
        self.note(shared, by, &id, version, "contract.sealed", Some(document));
    }

    /// An intent that was refused is tried anew: a kill between its steps makes that right, but not for ever.
    fn tolerate<T>(&mut self, result: Result<T, Error>) -> Result<Option<T>, Error> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Error::Unexpected { status, body, .. }) if (400..500).contains(&status) => {
                self.count_refusal(body)?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn refused(&mut self, reply: &Reply) -> Result<(), Error> {
        if !(400..500).contains(&reply.status) {
            return Err(reply.unexpected("a signature or a refusal"));
        }
        self.count_refusal(String::from_utf8_lossy(&reply.body).into_owned())
    }

    fn count_refusal(&mut self, body: String) -> Result<(), Error> {
        self.refusals += 1;
        self.last_refusal = body;
        if self.refusals < REFUSALS {
            return Ok(());
        }
        Err(Error::Unexpected {
            request: "the ceremony".to_owned(),
            expected: "a signature after so many tries".to_owned(),
            status: 422,
            body: self.last_refusal.clone(),
        })
    }

    /// After a restart: settles what was in doubt, and checks that what was acknowledged is what the parties see.
    pub fn settle(&mut self, shared: &Shared) -> Result<(), Error> {
        let doubt = self.doubt.take();
        match doubt {
            // Pushed again: the same award, whether or not it had arrived.
            Some(Doubt::Award) => self.push(shared)?,
            Some(Doubt::Begin { by }) => self.begin(by, shared)?,
            Some(Doubt::Move { by, kind, saved }) => self.settle_move(shared, by, kind, saved)?,
            Some(Doubt::Seal { by, intent, code }) => self.settle_seal(shared, by, &intent, &code)?,
            Some(Doubt::Nothing) | None => {}
        }
        self.look()
    }

    fn settle_move(
        &mut self,
        shared: &Shared,
        by: usize,
        kind: &'static str,
        saved: Map<String, Value>,
    ) -> Result<(), Error> {
        let (id, acknowledged) = (self.contract().id.clone(), self.contract().version);
        let seen = self.pair.parties[by].client.get(&format!("/api/v1/contracts/{id}"))?.ok_json()?;
        if seen["version"].as_i64().is_some_and(|version| version > acknowledged) {
            // It had happened; the platform may already have gone on from there.
            self.contract().version = acknowledged + 1;
            self.contract().saved.extend(saved);
            self.note(shared, by, &id, acknowledged + 1, kind, None);
        }
        Ok(())
    }

    /// Asked again, a completion gives the answer that was lost, or makes the signature now; never two.
    fn settle_seal(&mut self, shared: &Shared, by: usize, intent: &Intent, code: &str) -> Result<(), Error> {
        let acknowledged = self.contract().version;
        let client = self.pair.parties[by].client.clone();
        let reply = client.post(&intent.completion(), &intent.proofs(code))?;
        if reply.status != 200 {
            // A wrong code, as before the kill.
            self.contract().intent = None;
            return self.refused(&reply);
        }
        let answer = reply.ok_json()?;
        let again = client.post(&intent.completion(), &intent.proofs(code))?;
        if again.json()? != answer || answer["contract_version"].as_i64() != Some(acknowledged + 1) {
            return Err(again.unexpected(&format!("the answer that was given before: {answer}")));
        }
        self.completed(shared, by, &answer);
        Ok(())
    }

    /// What the party that acted last sees is not older than what it was told.
    fn look(&self) -> Result<(), Error> {
        let Some(Open { award_id: Some(award), contract, .. }) = &self.open else { return Ok(()) };
        let client = &self.pair.parties[0].client;
        let Some(contract) = contract else {
            client.get(&format!("/api/v1/awards/{award}"))?.ok()?;
            return Ok(());
        };
        let path = format!("/api/v1/contracts/{}", contract.id);
        let mut whole = None;
        for party in &self.pair.parties {
            let reply = party.client.get(&path)?.ok()?;
            let seen = reply.json()?;
            if seen["version"].as_i64().unwrap_or(0) < contract.version {
                return Err(reply.unexpected(&format!("version {} at least", contract.version)));
            }
            if seen["document_sm3"].is_string() {
                party.client.get(&format!("{path}/document.pdf"))?.ok()?;
            }
            if seen["visibility"] == "whole" {
                whole = Some(reply);
            }
        }
        let Some(reply) = whole else { return Ok(()) };
        let seen = reply.json()?;
        for (field, value) in &contract.saved {
            // A value stands bare or beside its kind.
            if seen["fields"][field] != *value && !seen["fields"][field].to_string().contains(&value.to_string()) {
                return Err(reply.unexpected(&format!("field {field} as saved: {value}")));
            }
        }
        Ok(())
    }
}

fn ledger(shared: &Shared) -> std::sync::MutexGuard<'_, Ledger> {
    shared.ledger.lock().expect("no worker panics while it writes the ledger")
}
