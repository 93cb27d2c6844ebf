#!/usr/bin/env python3
"""Independent check of a store that the product left behind: nothing of the project is used, only what its documents say.

    check_store.py (--sqlite FILE | --postgres URL) --files DIR [--ledger FILE] [--read FILE] [--every-file]

Event chains are unbroken; every version of a contract has its events and no version is skipped; what stands unsent or sent on a
document is what the signatures' table says; an intent is used exactly once, with its code and its tickets; every file that is named
exists and has its digest; whatever has to follow a change stands in the outbox; no job is dead. With a ledger: every act in it is in
the store, once, by whom and for whom it says, and the parties have done nothing else. Exit 0, or 1 with every fault on a line.

--read names files whose digests an earlier run has checked; they are not read again, unless --every-file asks for it.
"""
import argparse, hashlib, json, os, sqlite3, subprocess, sys
from collections import defaultdict

TABLES = ["events", "contracts", "contract_parties", "contract_texts", "signatures", "signing_intents", "signing_batches",
          "certificate_tickets", "challenges", "outbox", "awards"]
GENESIS = "00" * 32
CHAINED = ["id", "at", "aggregate_kind", "aggregate_id", "seq", "kind", "actor_kind", "person_id", "organisation_id", "agent", "ip",
           "user_agent", "request_id", "data"]
faults = []


def fault(what): faults.append(what)


def read_sqlite(path):
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    conn.row_factory = sqlite3.Row
    conn.execute("BEGIN")                                                   # one moment for all tables
    return {table: [dict(row) for row in conn.execute(f"SELECT * FROM {table}")] for table in TABLES}


def read_postgres(url):
    parts = ", ".join(f"'{table}', (SELECT COALESCE(json_agg(t), '[]'::json) FROM {table} t)" for table in TABLES)
    sql = f"SELECT json_build_object({parts})"
    said = subprocess.run(["psql", url, "--no-psqlrc", "-qAt", "-c", sql], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return json.loads(said.stdout)


def check_chains(store):
    """h_i = SM3(h_{i-1} || fields), each field its length in four bytes and its text; absent is FFFFFFFF."""
    chains = defaultdict(list)
    for event in store["events"]:
        chains[event["aggregate_kind"], event["aggregate_id"]].append(event)
    for key, events in chains.items():
        events.sort(key=lambda event: event["seq"])
        previous = GENESIS
        for place, event in enumerate(events, 1):
            hashed = hashlib.new("sm3", bytes.fromhex(previous))
            for field in CHAINED:
                value = event[field]
                if value is None:
                    hashed.update(b"\xff\xff\xff\xff")
                else:
                    text = str(value).encode()
                    hashed.update(len(text).to_bytes(4, "big") + text)
            if event["seq"] != place or event["hash"] != hashed.hexdigest():
                fault(f"chain {key}: broken at {place}")
                break
            previous = event["hash"]
    return chains


def contract_events(chains, contract):
    return [(event, json.loads(event["data"])) for event in chains.get(("contract", contract), [])]


def check_contracts(store, chains):
    standing = defaultdict(list)
    for signature in store["signatures"]:
        standing[signature["contract_id"], signature["draft"], signature["step"]].append(signature)
    texts = {(text["contract_id"], text["draft"]): text for text in store["contract_texts"]}
    parties = defaultdict(dict)
    for party in store["contract_parties"]:
        parties[party["contract_id"]][party["party_key"]] = party["organisation_id"]
    messages = {(message["kind"], message["dedupe_key"]) for message in store["outbox"]}
    known = set()
    for row in store["contracts"]:
        contract, state = row["id"], json.loads(row["state"])["contract"]
        known.add(contract)
        events = contract_events(chains, contract)
        versions = sorted({data["version"] for _, data in events})
        if state["id"] != contract or state["version"] != row["version"]:
            fault(f"{contract}: row and state differ")
        if versions != list(range(1, row["version"] + 1)):
            fault(f"{contract}: version {row['version']}, events of {versions[-3:]} of {len(versions)}")
        if {party["key"]: party["organisation"] for party in state["parties"]} != parties[contract]:
            fault(f"{contract}: its parties differ")
        if state["content"]["state"] == "frozen":
            text = texts.get((contract, state["draft"]))
            if text is None or text["sm3"] != state["content"]["document"]["sm3"]:
                fault(f"{contract}: the frozen text is not the typeset one")
        check_steps(contract, state, standing)
        for event, data in events:
            if event["kind"] == "contract.concluded" and ("signing.platform", f"{contract}/{data['version']}") not in messages:
                fault(f"{contract}: concluded, and no job for the platform's signature")
        check_story(contract, state, events)
    for contract, _, _ in standing:
        if contract not in known:
            fault(f"{contract}: signatures of no contract")
    for award in store["awards"]:
        if award.get("contract_id") and award["contract_id"] not in known:
            fault(f"{award['id']}: taken by a contract that does not exist")


def check_steps(contract, state, standing):
    """What is sealed in the state is what stands in the table, and nothing else stands on this text."""
    signing = state["signing"]
    for number, step in enumerate(signing.get("steps", [])):
        rows = [row for row in standing[contract, state["draft"], number] if row["discarded_at"] is None]
        kind = step["state"]["state"]
        if kind in ("sealed", "sent"):
            acts = [act for act in step["state"]["acts"] if act["kind"] in ("seal", "personal")]
            if len(rows) != len({(act["kind"], act["seal"]) for act in acts}):
                fault(f"{contract}: step {number} is {kind} with {len(acts)} acts and {len(rows)} signatures")
            if step["state"]["document"] not in {row["document"] for row in rows}:
                fault(f"{contract}: step {number} names a document of none of its signatures")
        elif rows:
            fault(f"{contract}: step {number} is {kind} and has {len(rows)} signatures")


def check_story(contract, state, events):
    """The last word of the track about sealing is the state's."""
    kinds = [event["kind"] for event, _ in events]
    concluded, signing = "contract.concluded" in kinds, state["signing"]["state"]
    if concluded != (signing == "concluded"):
        fault(f"{contract}: signing is {signing}, its track says {'concluded' if concluded else 'not concluded'}")
    for kind in ("contract.concluded", "contract.platform_signature_added", "contract.notice_published"):
        if kinds.count(kind) > 1:
            fault(f"{contract}: {kind} {kinds.count(kind)} times")


def check_intents(store):
    tickets, codes = defaultdict(list), defaultdict(list)
    for ticket in store["certificate_tickets"]:
        tickets[ticket["subject"]].append(ticket)
    for code in store["challenges"]:
        codes[code["subject"]].append(code)
    made = defaultdict(list)
    for signature in store["signatures"]:
        made[signature["intent_id"]].append(signature)
    for row in store["signing_batches"]:
        batch = json.loads(row["batch"])
        released = batch["state"]["state"] == "completed"
        spent = [code for code in codes[row["id"]] if code["used_at"] is not None]
        used = [ticket for ticket in tickets[row["id"]] if ticket["used_at"] is not None]
        if len(spent) != (1 if released else 0) or len(used) != (len(batch["certificates"]) if released else 0):
            fault(f"{row['id']}: {batch['state']['state']} with {len(used)} tickets and {len(spent)} codes used")
    for row in store["signing_intents"]:
        intent, result = json.loads(row["intent"]), json.loads(row["result"]) if row["result"] else None
        completed = intent["state"]["state"] == "completed"
        used = [ticket for ticket in tickets[row["id"]] if ticket["used_at"] is not None]
        spent = [code for code in codes[row["id"]] if code["used_at"] is not None]
        rows = made.pop(row["id"], [])
        told = {one["signature_id"] for one in result["signatures"]} if result else set()
        if completed != (result is not None) or {one["id"] for one in rows} != told:
            fault(f"{row['id']}: {intent['state']['state']}, answers {sorted(told)}, made {sorted(one['id'] for one in rows)}")
        wanted = len(intent["certificates"]) if completed else 0
        # The code of an intent of a batch is the batch's.
        codes_wanted = 1 if completed and not intent.get("batch") else 0
        if len(used) != wanted or len(spent) != codes_wanted:
            fault(f"{row['id']}: {intent['state']['state']} with {len(used)} tickets and {len(spent)} codes used")
    for intent in made:
        fault(f"{intent}: signatures of no intent")


def check_outbox(store):
    for message in store["outbox"]:
        if message["state"] == "dead":
            fault(f"{message['id']} {message['kind']}: dead: {message['last_error']}")
        if message["state"] == "leased" and not message["lease_token"]:
            fault(f"{message['id']} {message['kind']}: leased by nobody")


def named_files(store):
    named = set()
    for text in store["contract_texts"]:
        named.add(text["sm3"])
    for signature in store["signatures"]:
        named.add(signature["document"])

    def walk(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("sm3", "document", "shared") and isinstance(inner, str) and len(inner) == 64:
                    named.add(inner)
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
    for contract in store["contracts"]:
        walk(json.loads(contract["state"]))
    return named


def check_files(named, directory, already):
    for digest in sorted(named - already):
        path = os.path.join(directory, digest[:2], digest)
        try:
            with open(path, "rb") as file:
                found = hashlib.new("sm3", file.read()).hexdigest()
        except OSError as error:
            fault(f"file {digest}: {error}")
            continue
        if found != digest:
            fault(f"file {digest}: its bytes have the digest {found}")


def check_ledger(ledger, store, chains):
    awards = {award["id"] for award in store["awards"]}
    for award in ledger["awards"]:
        if award["award"] not in awards:
            fault(f"ledger: award {award['award']} ({award['project_code']}) is lost")
    told = defaultdict(dict)
    for act in ledger["acts"]:
        if act["version"] in told[act["contract"]]:
            fault(f"ledger: {act['contract']} was told version {act['version']} twice")
        told[act["contract"]][act["version"]] = act
    rows = {row["id"] for row in store["contracts"]}
    for contract in rows | set(told):
        done = defaultdict(list)
        for event, data in contract_events(chains, contract):
            if event["actor_kind"] == "member":
                done[data["version"]].append((event, data))
        for version, act in told[contract].items():
            same = [(event, data) for event, data in done.pop(version, []) if event["kind"] == act["kind"]
                    and event["person_id"] == act["person"] and event["organisation_id"] == act["organisation"]]
            if len(same) != 1:
                fault(f"ledger: {act['kind']} of {contract} version {version} is {'lost' if not same else 'there twice'}")
            elif act["document"] and same[0][1]["document"] != act["document"]:
                fault(f"ledger: {contract} version {version} has another document")
        for version, events in done.items():
            fault(f"ledger: {contract} version {version} ({events[0][0]['kind']}) was never asked for")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sqlite")
    parser.add_argument("--postgres")
    parser.add_argument("--files", required=True)
    parser.add_argument("--ledger")
    parser.add_argument("--read")
    parser.add_argument("--every-file", action="store_true")
    given = parser.parse_args()
    store = read_sqlite(given.sqlite) if given.sqlite else read_postgres(given.postgres)
    chains = check_chains(store)
    check_contracts(store, chains)
    check_intents(store)
    check_outbox(store)
    named, already = named_files(store), set()
    if given.read and os.path.exists(given.read) and not given.every_file:
        with open(given.read) as file:
            already = set(file.read().split())
    check_files(named, given.files, already)
    acts = 0
    if given.ledger:
        with open(given.ledger) as file:
            ledger = json.load(file)
        acts = len(ledger["acts"]) + len(ledger["awards"])
        check_ledger(ledger, store, chains)
    for line in faults[:100]:
        print(line)
    if faults:
        print(f"{len(faults)} faults")
        return 1
    if given.read:
        with open(given.read, "w") as file:
            file.write("\n".join(sorted(named)))
    print(f"{len(store['events'])} events in {len(chains)} chains, {len(store['contracts'])} contracts, "
          f"{len(store['signatures'])} signatures, {len(named)} files, {len(store['outbox'])} jobs, {acts} acts of the ledger")
    return 0


sys.exit(main())
